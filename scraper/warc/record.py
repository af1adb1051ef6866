"""WARC 1.1 (ISO 28500): records written one gzip member each, and read back from any writer's file, as a stream.

Written here and not with warcio, which is the independent reader that tests hold against this: warcio writes WARC/1.0
unless told, sha256 digests that validators reject, and payload digests over chunks (1.8.1). Reading stops at no
damage: what is broken is told, with its place, and reading goes on with the next record that can be found.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO
from uuid import UUID, uuid5

from scraper.numbers import plural
from scraper.warc.members import HEADER_LIMIT_BYTES, DamageError, RecordStream

#: Our own; ids are made of a digest, so that the same capture has the same id in every export.
NAMESPACE = UUID("7d0a4b1c-6d0f-5d0b-9c51-1f6f2b9c3a10")
#: Larger records (films) are passed over, never held.
RECORD_LIMIT_BYTES = 256 * 1024 * 1024
#: gzip -9 gives the same size on pages, 12 % slower.
LEVEL = 6


class RecordType(StrEnum):
    """What a record is (WARC 1.1, section 6)."""

    WARCINFO = "warcinfo"
    RESPONSE = "response"
    RESOURCE = "resource"
    REQUEST = "request"
    METADATA = "metadata"
    REVISIT = "revisit"
    CONVERSION = "conversion"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its named fields in order (without Content-Length), its block, where it begins in its file."""

    fields: tuple[tuple[str, str], ...]
    block: bytes
    #: Of the gzip member, or of the record itself in an uncompressed file.
    offset: int = 0

    def get(self, name: str) -> str | None:
        """The first value of that field; None: there is none."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    @property
    def type(self) -> str:
        """One of `RecordType`, lower case, or whatever else a writer called it; empty: it has none."""
        return (self.get("WARC-Type") or "").lower()

    @property
    def url(self) -> str:
        """The target address; wget and others write it between angle brackets."""
        return (self.get("WARC-Target-URI") or "").strip("<>")


@dataclass(frozen=True, slots=True)
class Broken:
    """Bytes that are no record; *message* says what was expected, found and where."""

    message: str
    offset: int


def record_id(digest: str, kind: str) -> str:
    """``<urn:uuid:…>`` made of *digest* (hex) and the kind of record."""
    return f"<urn:uuid:{uuid5(NAMESPACE, f'{digest}/{kind}')}>"


def digest(data: bytes) -> str:
    """``sha256:`` and lower-case hex: the form that warcio, fastwarc and jwarc all read."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def date(captured_at: str) -> str:
    """A time as WARC-Date wants it: whole, in UTC. A year, month, day or minute becomes its first second."""
    day, t, time = captured_at.partition("T")
    if not t:
        return (day + "-01-01"[len(day) - 4 :])[:10] + "T00:00:00Z"
    if time.count(":") == 2:
        return f"{day}T{time}"
    return f"{day}T{time.removesuffix('Z')}:00Z"


def serialised(record: Record) -> bytes:
    """The record as it stands in an uncompressed file."""
    head = "".join(f"{name}: {value}\r\n" for name, value in record.fields)
    return f"WARC/1.1\r\n{head}Content-Length: {len(record.block)}\r\n\r\n".encode() + record.block + b"\r\n\r\n"


def member(record: Record) -> bytes:
    """The record as one gzip member; the same bytes each time."""
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    return squeeze.compress(serialised(record)) + squeeze.flush()


#: The line that a record begins with; in a header, the next record begins where this one should go on, also behind what
#: is left of a line that was cut. So what is passed over is not read once more for each such line in it.
_VERSION = re.compile(rb"WARC/\d\.\d+\r?\n")


#: The head of a record behind the end of another, up to its first field.
_NEXT_HEAD = re.compile(rb"(?<=\n)\r?\n(?=WARC/\d\.\d+\r?\n[\w-]+[ \t]*:)")
#: Bytes behind a block that tell whether it ends there, and the head that began in it.
_AHEAD_BYTES = 128


def read(raw: BinaryIO) -> Iterator[Record | Broken]:
    """The records of a WARC file, gzipped or not; what is damaged or cut off as `Broken`, in its place.

    Holds one record at a time. Blocks beyond 256 MB are passed over and told as `Broken`. In an uncompressed file, a
    block whose Content-Length reaches into the next record ends before that, and is told too.
    """
    source = RecordStream(raw)
    while True:
        try:
            found = _record(source)
        except DamageError as damage:
            yield Broken(f"{damage}, at byte {damage.offset}", damage.offset)
            if not source.resume(damage.offset):
                return
            continue
        if not found:
            return
        yield from found


def _record(source: RecordStream) -> tuple[Record | Broken, ...]:
    """The next record and what is wrong with it; nothing at the end. Raises DamageError, with its place."""
    version = source.line()
    while version in (b"\r\n", b"\n"):
        version = source.line()
    if not version:
        return ()
    start = source.member if source.compressed else source.offset - len(version)
    try:
        return _record_after(version, source, start)
    except DamageError as damage:
        raise DamageError(str(damage), start) from None


def _record_after(version: bytes, source: RecordStream, start: int) -> tuple[Record | Broken, ...]:
    if not _VERSION.fullmatch(version):
        raise DamageError(f"expected a line like WARC/1.1, found {version[:40]!r}", start)
    fields = _header(source, start)
    length = next((value for name, value in fields if name.lower() == "content-length"), "")
    if not re.fullmatch(r"\d{1,15}", length):
        raise DamageError(f"expected a Content-Length, found {length!r}", start)
    keep = int(length) <= RECORD_LIMIT_BYTES
    block = source.block(int(length), keep=keep)
    if not keep:
        message = (
            f"a record of {plural(int(length), 'byte')} is passed over, "
            f"{RECORD_LIMIT_BYTES:,} are allowed, at byte {start}"
        )
        return (Broken(message, start),)
    kept = tuple((name, value) for name, value in fields if name.lower() != "content-length")
    end = _overrun(block, source)
    if end is None or not source.put_back(block[end:]):
        return (Record(kept, block, start),)
    message = (
        f"expected a Content-Length of {end} or less, found {length}, which reaches into the next record; "
        f"the block is read up to that, at byte {start}"
    )
    return (Record(kept, block[:end].removesuffix(b"\n").removesuffix(b"\r"), start), Broken(message, start))


def _overrun(block: bytes, source: RecordStream) -> int | None:
    """Where *block*, which was read last, should have ended, as another record begins in it; None: none does, or what
    follows it may follow a block: line ends, the next record, the end of the file. In a compressed file, where each
    record is a member of its own, none does.
    """
    if source.compressed:
        return None
    ahead = source.ahead(_AHEAD_BYTES)
    follows = ahead.lstrip(b"\r\n")
    if not follows or follows.startswith(b"WARC/"):
        return None
    found = _NEXT_HEAD.search(block + ahead)
    if found is None or found.end() >= len(block):
        return None
    return found.start()


def _header(source: RecordStream, start: int) -> list[tuple[str, str]]:
    """Named fields up to the blank line; folded values are joined. Raises DamageError."""
    # A name, and the parts of its value, joined at the end: adding to a string may copy it.
    found: list[tuple[str, list[str]]] = []
    size = 0
    while True:
        line = source.line()
        size += len(line)
        if line in (b"\r\n", b"\n"):
            return [(name, " ".join(filter(None, parts))) for name, parts in found]
        if not line.endswith(b"\n") or size > HEADER_LIMIT_BYTES or _VERSION.search(line):
            raise DamageError("the header of the record has no end", start)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text[:1] in (" ", "\t") and found:
            found[-1][1].append(text.strip())
            continue
        name, _, value = text.partition(":")
        found.append((name.strip(), [value.strip()]))


_ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512, "md5": hashlib.md5}


def holds(labelled: str, data: bytes) -> bool | None:
    """Whether *labelled* is the digest of *data*; None: an unknown algorithm.

    Written as ``sha1:`` with base32 (most recorders), hex or base64 (seen in files of smaller tools).
    """
    name, _, said = labelled.partition(":")
    algorithm = _ALGORITHMS.get(name.strip().lower().replace("-", ""))
    if algorithm is None:
        return None
    found = algorithm(data, usedforsecurity=False).digest()
    said = said.strip().rstrip("=")
    in_base64 = {base64.b64encode(found), base64.urlsafe_b64encode(found)}
    return (
        said.lower() == found.hex()
        or said.upper() == base64.b32encode(found).decode().rstrip("=")
        or said in {text.decode().rstrip("=") for text in in_base64}
    )
