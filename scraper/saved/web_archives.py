"""What kind of web archive a file is, and what the first post in one says. No archive of ours, no network."""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from scraper import magic
from scraper.errors import Unreadable
from scraper.reading import read_capture
from scraper.records import Reading
from scraper.saved.pages import ARCHIVE_SUFFIXES, WARC_SUFFIXES, shown
from scraper.vocabulary import FileKind, ReadingKind
from scraper.warc import DamageError, FoundCapture, RecordStream, arc, wacz
from scraper.warc import reader as incoming
from scraper.warc import record as warc


def first_post(path: Path) -> Reading | None:
    """What the first post in a web archive says, else its first page; None: *path* is no web archive.

    Raises Unreadable where nothing in it can be read, and for pipes and devices: nobody may ever write to them.
    """
    if path.exists() and not path.is_file():
        raise Unreadable(shown(path), "expected a file, found a folder, pipe or device; - reads standard input")
    try:
        with path.open("rb") as file:
            kind = kind_of(path, file)
            if kind is None:
                return None
            first: Reading | None = None
            for found in _captures_in(file, kind, shown(path)):
                reading = read_capture(found.capture)
                if reading.kind == ReadingKind.POST:
                    return reading
                first = first or reading
    except OSError as error:
        raise Unreadable(shown(path), f"cannot be read: {error.strerror or error}") from None
    if first is None:
        raise Unreadable(shown(path), "expected captures of pages, found none that can be read alone")
    return first


def _captures_in(file: BinaryIO, kind: FileKind, name: str) -> Iterator[FoundCapture]:
    """The captures that need nothing beside their own record, of all hosts."""
    for stream in _members(file, name) if kind == FileKind.WACZ else (file,):
        records = (arc.read if kind == FileKind.ARC else warc.read)(cast("BinaryIO", stream))
        for item in incoming.captures_of(records, lambda _: True):
            if isinstance(item, FoundCapture) and item.revisit is None:
                yield item


def _members(file: BinaryIO, name: str, depth: int = 1) -> Iterator[BinaryIO | wacz.Member]:
    """The WARC files inside a WACZ, and in the packages inside it; of those that cannot be opened none."""
    for member in wacz.members(file, name, (*WARC_SUFFIXES, ".wacz")):
        if not member.name.lower().endswith(".wacz"):
            yield member
        elif depth < wacz.DEEPEST:
            with wacz.unpacked(member) as package, suppress(Unreadable):
                yield from _members(package, f"{name}, {member.name}", depth + 1)


def kind_of(path: Path, file: BinaryIO) -> FileKind | None:
    """WARC, ARC, WACZ or None, by first bytes, then by name."""
    start = file.read(65536)
    file.seek(0)
    name, plain = path.name.lower(), _unpacked(start)
    if arc.is_arc(plain):
        return FileKind.ARC
    if plain.startswith(b"WARC/"):
        return FileKind.WARC
    if start.startswith(magic.ZIP) and (name.endswith(".wacz") or b"datapackage" in start + _end(file)):
        return FileKind.WACZ
    if name.endswith(ARCHIVE_SUFFIXES):
        named = (kind for kind in (FileKind.WACZ, FileKind.ARC) if f".{kind}" in name and ".warc" not in name)
        return next(named, FileKind.WARC)
    return None


def _unpacked(start: bytes) -> bytes:
    """The first bytes inside a compressed file; those of a plain one as they are."""
    try:
        return RecordStream(BytesIO(start)).line()
    except DamageError:
        return start


def _end(file: BinaryIO) -> bytes:
    """The last bytes, where a zip file has its list of contents."""
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 65536))
    end = file.read()
    file.seek(0)
    return end
