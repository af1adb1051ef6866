"""A copy of the archive to publish: consistent while a crawl runs, compact, in one file without a journal."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scraper import schema
from scraper.errors import DiskFull
from scraper.export.files import replacing
from scraper.store import Archive, partial_copies


def copy(source: Path, target: Path, *, captures: bool = True, pictures: bool = True, public: bool = False) -> int:
    """Copy the archive *source* to *target*, replacing it; the bytes of the copy. Equal archives give equal copies.

    With *captures* False the rows of `captures` stay, with their digests, but the pages themselves (`bodies`) are left
    out, and `meta` says so; with *pictures* False the same for the bytes of pictures. *public*: without
    hidden posts, problems, and who decided what. Raises UsageError where *target*
    is *source*, and what `schema.open_archive` raises.
    """
    with replacing(target, source) as partial, _explained(source, target), _without_journal(partial):
        partial.unlink()
        schema.open_archive(source, create=False, readonly=True).close()  # whether it is one that we may read
        # As it is: VACUUM refuses the views that show an older one in today's shape.
        with closing(schema.open_as_it_is(source)) as db:
            db.execute("VACUUM INTO ?", (partial.absolute().as_uri(),))  # any name, `file:x` too
        if public:
            with Archive.open(partial, create=False) as archive, archive.alone():
                archive.make_public()
        if not captures:
            _leave_out(partial, partial_copies.leave_out_bodies)
        elif not pictures:
            _leave_out(partial, partial_copies.leave_out_pictures)
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


def _leave_out(path: Path, leave_out: Callable[[sqlite3.Connection], None]) -> None:
    """Take bytes out of the copy at *path*, whose room is freed."""
    with closing(sqlite3.connect(path.absolute())) as db:
        db.execute("PRAGMA foreign_keys=OFF")
        leave_out(db)
        db.execute("VACUUM")
