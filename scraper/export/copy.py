"""A copy of the archive to publish: consistent while a crawl runs, compact, in one file without a journal."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from scraper import schema
from scraper.dates import utc
from scraper.errors import DiskFull
from scraper.export.files import replacing
from scraper.store import Archive, sealing

#: The row of `meta` in such a copy.
WITHOUT = sealing.WITHOUT
WITHOUT_PICTURES = sealing.WITHOUT_PICTURES
#: Bytes that nothing but captures of pictures have.
_PICTURES = """
DELETE FROM bodies WHERE sha256 IN (SELECT body_sha256 FROM captures WHERE kind = 'image')
AND sha256 NOT IN (SELECT body_sha256 FROM captures WHERE kind <> 'image' AND body_sha256 IS NOT NULL)
"""


def copy(
    source: Path, target: Path, *, now: Callable[[], datetime], captures: bool = True, pictures: bool = True,
    public: bool = False,
) -> int:  # fmt: skip
    """Copy the archive *source* to *target*, replacing it; the bytes of the copy.

    With *captures* False the rows of `captures` stay, with their digests, but the pages themselves (`bodies`) are left
    out, and `meta` says so; with *pictures* False the same for the bytes of pictures. *public*: without
    hidden posts, problems, and who decided what. Raises UsageError where *target*
    is *source*, and what `schema.open_archive` raises.
    """
    with replacing(target, source) as partial, _explained(source, target), _without_journal(partial):
        partial.unlink()
        db = schema.open_archive(source, create=False, readonly=True)
        try:
            db.conn.execute("PRAGMA query_only = OFF")  # it would refuse VACUUM INTO, which leaves the source alone
            db.conn.execute("VACUUM INTO ?", (partial.absolute().as_uri(),))  # any name, `file:x` too
        finally:
            db.close()
        if public:
            with Archive.open(partial, create=False) as archive, archive.alone():
                archive.make_public()
        if not captures:
            _leave_out(partial, "DELETE FROM bodies", WITHOUT, utc(now()))
        elif not pictures:
            _leave_out(partial, _PICTURES, WITHOUT_PICTURES, utc(now()))
        return partial.stat().st_size


@contextmanager
def _explained(source: Path, target: Path) -> Iterator[None]:
    """What SQLite raises as an error of ours. *source* is only read, so what cannot be written is *target*."""
    try:
        yield
    except sqlite3.Error as error:
        code, name = getattr(error, "sqlite_errorcode", 0) & 0xFF, getattr(error, "sqlite_errorname", "")
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and name != "SQLITE_IOERR_READ"):
            raise DiskFull(
                f"{target}: no room left on its disk, nothing was written; make room and run again"
            ) from error
        raise schema.explain(error, source) from error


@contextmanager
def _without_journal(path: Path) -> Iterator[None]:
    """Takes away what SQLite leaves beside *path* when it cannot go on."""
    try:
        yield
    finally:
        path.with_name(path.name + "-journal").unlink(missing_ok=True)


def _leave_out(path: Path, deletion: str, note: str, at: str) -> None:
    """Take bytes out of the copy at *path*, and note in `meta` under *note* that it was done, *at* that time."""
    with closing(sqlite3.connect(path.absolute())) as db:
        db.execute("PRAGMA foreign_keys=OFF")
        with db:
            db.execute(deletion)
            db.execute(
                "INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
                (note, at),
            )
        db.execute("VACUUM")
