"""Exports as files: written beside their place and then moved there, so that a name never holds half of one.

Beside every file stands ``datapackage.json`` (Frictionless Data Package), which says what its columns mean.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scraper import schema
from scraper.dates import utc
from scraper.errors import ArchiveReadOnly, DiskFull, UsageError
from scraper.export import rows
from scraper.export.formats import FORMATS, write
from scraper.export.rows import Options, chosen
from scraper.search import Request

PACKAGE = "datapackage.json"
#: errno of "no space left" and "quota exceeded".
_FULL = {28, 122}


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written."""

    path: Path
    #: Posts in it.
    rows: int
    bytes: int
    sha256: str


def to_file(
    db: sqlite3.Connection,
    path: Path,
    name: str,
    *,
    now: Callable[[], datetime],
    request: Request | None = None,
    options: Options | None = None,
) -> Written:
    """Write the posts that *request* finds in format *name* to *path*, replacing it, and describe it beside.

    Raises UsageError for what cannot be written, DiskFull or ArchiveReadOnly where the folder does not take it.
    """
    with rows.snapshot(db):
        number = rows.count(db, request)
        if options and options.limit is not None:
            number = min(number, max(0, options.limit))
        with closing(write(db, request, name, options)) as chunks:
            length, digest = to_place(path, chunks, archive=_place_of(db))
    done = Written(path, number, length, digest)
    describe(db, done, name, options or Options(), utc(now()))
    return done


def _place_of(db: sqlite3.Connection) -> Path | None:
    """The file that *db* is; None: it is none."""
    place = next((file for _, name, file in db.execute("PRAGMA database_list") if name == "main"), None)
    return Path(place) if place else None


def to_place(path: Path, chunks: Iterable[bytes], *, archive: Path | None = None) -> tuple[int, str]:
    """Write *chunks* and move the whole to *path*, which is not *archive*; its length in bytes and its SHA-256."""
    digest = hashlib.sha256()
    length = 0
    with replacing(path, archive) as partial, partial.open("wb") as out:
        for chunk in chunks:
            out.write(chunk)
            digest.update(chunk)
            length += len(chunk)
        out.flush()
        os.fsync(out.fileno())
    return length, digest.hexdigest()


@contextmanager
def replacing(path: Path, archive: Path | None = None) -> Iterator[Path]:
    """A name in the folder of *path* to write to; moved to *path* at the end, removed if anything fails.

    Raises UsageError where *path* is no place for a file, or belongs to *archive*, which it would replace.
    """
    path = Path(os.path.realpath(path))  # what a link leads to is replaced, not the link
    folder = path.parent
    if not folder.is_dir():
        raise UsageError(f"{folder}: expected a folder to write {path.name} to, found none; create it first")
    if archive is not None and _belongs(path, archive):
        raise UsageError(f"{path}: expected another file than the archive itself; choose another --output")
    try:
        if path.is_dir():
            raise UsageError(f"{path}: expected the name of a file, found a folder; name a file in it")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path}: expected the name of a file, found a device or pipe; use standard output")
        number, name = tempfile.mkstemp(prefix=".ushrn-", suffix=".partial", dir=folder)
        os.close(number)
        partial = Path(name)
        try:
            partial.chmod(0o666 & ~_umask())
            yield partial
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(
                f"{path}: no room left on the device, nothing was written; free some and run again"
            ) from error
        raise ArchiveReadOnly(f"{path}: cannot be written ({error.strerror}); choose another --output") from error


def _belongs(path: Path, archive: Path) -> bool:
    """Whether *path* is *archive*, or one of the files that SQLite and the lock keep beside it."""
    own = os.path.realpath(archive)
    beside = {own + ending for ending in ("", "-wal", "-shm", "-journal", ".lock", ".lock.holder")}
    with suppress(OSError):
        return str(path) in beside or path.samefile(archive)
    return False


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def describe(db: sqlite3.Connection, done: Written, name: str, options: Options, created: str) -> None:
    """Put *done* into the datapackage.json of its folder, beside what is described there; not if that is not ours."""
    place = done.path.parent / PACKAGE
    listed = _resources(place)
    if listed is None:
        return
    others = [each for each in listed if each.get("path") != done.path.name]
    package = {
        "name": "ushrn-posts",
        "title": "Posts of the US Human Rights Network, as archived",
        "description": "Exported by ushrn. Times are UTC, as precise as their source; empty: the source does not say.",
        "created": created,
        "sources": [
            {"title": site, "path": url} for site, url in db.execute("SELECT name, base_url FROM sites ORDER BY id")
        ],
        "resources": sorted([*others, _resource(done, name, options)], key=lambda each: str(each.get("path"))),
    }
    to_place(place, archive=_place_of(db), chunks=[json.dumps(package, ensure_ascii=False, indent=2).encode() + b"\n"])


def _resources(place: Path) -> list[dict[str, object]] | None:
    """The files that an earlier export described, none in a broken file; None where it is somebody else's."""
    try:
        package = json.loads(place.read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(package, dict):
        return []
    if package.get("name") != "ushrn-posts":
        return None
    found = package.get("resources")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _resource(done: Written, name: str, options: Options) -> dict[str, object]:
    about: dict[str, object] = {
        "name": "".join(ch if ch.isascii() and ch.isalnum() else "-" for ch in done.path.name.lower()),
        "path": done.path.name,
        "format": name,
        "mediatype": FORMATS[name].media_type.partition(";")[0],
        "encoding": "utf-8",
        "bytes": done.bytes,
        "hash": f"sha256:{done.sha256}",
        "rows": done.rows,
    }
    if name == "csv":
        about |= {
            "profile": "tabular-data-resource",
            "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"'},
        }
    if FORMATS[name].tabular:
        about["schema"] = {"fields": [field(column) for column in chosen(options)], "missingValues": [""]}
    return about


def field(column: str) -> dict[str, str]:
    """*column* as a field of a Table Schema: name, type, and what it means."""
    said = schema.EXPORT_FIELDS[column]
    kind = "integer" if said.type == "INTEGER" else "string"
    return {"name": column, "type": kind, "description": said.meaning}
