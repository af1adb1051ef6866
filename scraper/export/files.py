"""Exports as files: written beside their place and then moved there, so that a name never holds half of one.

Beside every file stands ``datapackage.json`` (Frictionless Data Package), which says what its columns mean.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from scraper.errors import DiskFull, UsageError
from scraper.export import rows, tables
from scraper.export.formats import FORMATS, csv_line, write
from scraper.export.package import NAME, PackagedFile, package, resource
from scraper.export.rows import Options
from scraper.schema import path_of
from scraper.search import Request, prepare_to_read_all, snapshot
from scraper.unwritable import unwritable

PACKAGE = "datapackage.json"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written."""

    path: Path
    #: Rows in it: posts, unless another table was asked for.
    rows: int
    bytes: int
    sha256: str


def to_file(
    db: sqlite3.Connection,
    path: Path,
    name: str,
    *,
    request: Request | None = None,
    options: Options | None = None,
) -> Written:
    """Write the posts that *request* finds, or another table, in format *name* to *path*, and describe it beside.

    CSV for Excel: cells that Excel has no room for are cut, and stand whole in a second file, ``NAME-whole.csv``.
    Raises UsageError for what cannot be written, DiskFull or ArchiveReadOnly where the folder does not take it.
    """
    options = options or Options()
    whole = path.with_name(f"{path.stem}-whole.csv")
    cut: list[tuple[str, str, str]] = []
    if options.excel:
        options = replace(options, cut=lambda *cell: cut.append(cell), whole=whole.name)
    if name in FORMATS and FORMATS[name].is_scattered:
        prepare_to_read_all(db)
    with snapshot(db):
        done = _put(db, path, write(db, request, name, options), _number(db, request, options))
        described = [resource(_held(done), name, options)]
    if cut:
        extra = _put(db, whole, _cut_cells(cut), len(cut))
        described.append(_plain(_held(extra), "What was cut from cells for Excel: row, column, all of the text."))
    describe(db, path.parent, described)
    return done


def _number(db: sqlite3.Connection, request: Request | None, options: Options) -> int:
    if options.table != "posts":
        return tables.count_of(db, options.table, request)
    number = rows.count(db, request)
    if options.limit is None:
        return number
    return min(number, max(0, options.limit))


def _put(db: sqlite3.Connection, path: Path, chunks: Generator[bytes, None, None], number: int) -> Written:
    with closing(chunks):
        length, digest = to_place(path, chunks, archive=path_of(db))
    return Written(path, number, length, digest)


def _cut_cells(cells: Iterable[tuple[str, str, str]]) -> Generator[bytes, None, None]:
    yield b"row,column,text\r\n"
    for cell in cells:
        yield (csv_line(cell) + "\r\n").encode("utf-8", "replace")


def _held(done: Written) -> PackagedFile:
    return PackagedFile(done.path.name, done.rows, done.bytes, done.sha256)


def _plain(held: PackagedFile, description: str) -> dict[str, object]:
    """A file that only says what it is."""
    found = resource(held, "csv", Options(columns=("url",)))
    fields = [{"name": name, "type": "string"} for name in ("row", "column", "text")]
    return {**found, "title": held.path, "description": description, "schema": {"fields": fields}}


def to_zip(db: sqlite3.Connection, path: Path, name: str, options: Options | None = None) -> Written:
    """Write every table in format *name* into one zip with its ``datapackage.json``; equal archives, equal bytes.

    Raises UsageError for a format that holds no tables.
    """
    if not FORMATS[name].tabular:
        raise UsageError(f"--table all: expected csv, json or jsonl, found {name}")
    options = options or Options()
    with (
        replacing(path, path_of(db)) as partial,
        snapshot(db),
        zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        listed = [_table_into_zip(db, archive, name, replace(options, table=table)) for table in tables.ALL]
        _into_zip(archive, PACKAGE, iter([package(db, listed, whole=True)]))
    number = sum(int(str(each.get("rows", 0))) for each in listed)
    return Written(path, number, path.stat().st_size, sha256_of(path))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex; a piece of it is in memory at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _table_into_zip(db: sqlite3.Connection, archive: zipfile.ZipFile, name: str, options: Options) -> dict[str, object]:
    """Write one table; its description."""
    held = _into_zip(archive, f"{options.table}{FORMATS[name].suffix}", write(db, None, name, options))
    return resource(replace(held, rows=_number(db, None, options)), name, options)


#: The first time that a zip can say; the same for every file, so that equal contents are equal bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


def _into_zip(archive: zipfile.ZipFile, name: str, chunks: Iterator[bytes]) -> PackagedFile:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    digest, length = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as entry:
        for chunk in chunks:
            entry.write(chunk)
            digest.update(chunk)
            length += len(chunk)
    return PackagedFile(name, 0, length, digest.hexdigest())


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
        raise UsageError(f"{path}: this is the archive itself; choose another --output")
    with _explained(path):
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


@contextmanager
def workshop(path: Path) -> Iterator[Path]:
    """A new folder beside *path* to make it in: to be moved there, or else removed at the end.

    Raises UsageError where there is no folder to make it in, DiskFull or ArchiveReadOnly, of *path*, where that does
    not take it.
    """
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"{path.parent}: expected a folder to write {path.name} to, found none; create it first")
    with _explained(path):
        made = Path(tempfile.mkdtemp(prefix=".ushrn-", dir=folder))
        try:
            made.chmod(0o777 & ~_umask())
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What the system has against writing *path*, or a part of it, as an error of ours."""
    try:
        yield
    except BrokenPipeError:
        raise
    except DiskFull as error:
        raise DiskFull(f"{path}: no room left on the device, nothing was written; make room and run again") from error
    except OSError as error:
        raise unwritable(path, error, "choose another --output") from error


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


def describe(db: sqlite3.Connection, folder: Path, described: Iterable[dict[str, object]]) -> None:
    """Put *described* into the datapackage.json of *folder*, beside what is there; not if that is not ours."""
    place = folder / PACKAGE
    listed = _resources(place)
    if listed is None:
        return
    new = {str(each["path"]): each for each in described}
    others = [each for each in listed if each.get("path") not in new and (folder / str(each.get("path"))).is_file()]
    to_place(place, archive=path_of(db), chunks=[package(db, [*others, *new.values()])])


def _resources(place: Path) -> list[dict[str, object]] | None:
    """The files that an earlier export described, none in a broken file; None where it is somebody else's."""
    try:
        found = json.loads(place.read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(found, dict):
        return []
    if found.get("name") != NAME:
        return None
    listed = found.get("resources")
    if not isinstance(listed, list):
        return []
    return [each for each in listed if isinstance(each, dict)]
