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
from typing import BinaryIO
from uuid import UUID, uuid5

#: Our own; ids are made of a digest, so that the same capture has the same id in every export.
NAMESPACE = UUID("7d0a4b1c-6d0f-5d0b-9c51-1f6f2b9c3a10")
#: Larger records (films) are passed over, never held.
RECORD_LIMIT_BYTES = 256 * 1024 * 1024
HEADER_LIMIT_BYTES = 256 * 1024
READ_BYTES = 256 * 1024
#: gzip -9 gives the same size on pages, 12 % slower.
LEVEL = 6


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
        """``response``, ``revisit``, …; lower case."""
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
    """A time as WARC-Date wants it: whole, in UTC. A day or month becomes its first second."""
    return captured_at if "T" in captured_at else (captured_at + "-01-01")[:10] + "T00:00:00Z"


def serialised(record: Record) -> bytes:
    """The record as it stands in an uncompressed file."""
    head = "".join(f"{name}: {value}\r\n" for name, value in record.fields)
    return f"WARC/1.1\r\n{head}Content-Length: {len(record.block)}\r\n\r\n".encode() + record.block + b"\r\n\r\n"


def member(record: Record) -> bytes:
    """The record as one gzip member; the same bytes each time."""
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    return squeeze.compress(serialised(record)) + squeeze.flush()


class _DamageError(Exception):
    """The file cannot be read on from here; *offset* is where the trouble begins."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class _Bytes:
    """The uncompressed bytes of a WARC file, whether it is compressed or not, with places in the file itself."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._packed = b""
        self._position = 0  # in the file, of the first byte of _packed
        self._plain = b""
        self._at = 0
        self._inflate: zlib._Decompress | None = None
        self.member = 0
        self._load()
        self.gzipped = self._packed.startswith(b"\x1f\x8b")

    def _load(self) -> bool:
        piece = self._raw.read(READ_BYTES)
        self._packed += piece
        return bool(piece)

    def _take(self, length: int) -> bytes:
        """That many bytes off the front of what is packed."""
        piece, self._packed = self._packed[:length], self._packed[length:]
        self._position += length
        return piece

    def _more(self) -> bool:
        """Append to the plain bytes; False at the end of the file. Raises _DamageError."""
        if not self.gzipped:
            if not self._packed and not self._load():
                return False
            self._add(self._take(len(self._packed)))
            return True
        inflate = self._inflate or self._next_member()
        if inflate is None:
            return False
        if not self._packed and not self._load():
            raise _DamageError("the gzip member ends too soon", self.member)
        self._inflate_some(inflate)
        return True

    def _next_member(self) -> "zlib._Decompress | None":
        while True:
            padding = len(self._packed) - len(self._packed.lstrip(b"\0"))
            self._take(padding)
            if len(self._packed) > 1 or not self._load():
                break
        if not self._packed:
            return None
        self.member = self._position
        if not self._packed.startswith(b"\x1f\x8b"):
            raise _DamageError("expected a gzip member, found something else", self.member)
        self._inflate = zlib.decompressobj(31)
        return self._inflate

    def _inflate_some(self, inflate: "zlib._Decompress") -> None:
        before = len(self._packed)
        try:
            self._add(inflate.decompress(self._packed, 1 << 20))
        except zlib.error as error:
            raise _DamageError(f"the gzip member is damaged ({error})", self.member) from None
        ended = inflate.eof
        self._packed = inflate.unused_data if ended else inflate.unconsumed_tail
        self._position += before - len(self._packed)
        if ended:
            self._inflate = None

    def _add(self, piece: bytes) -> None:
        self._plain = self._plain[self._at :] + piece
        self._at = 0

    @property
    def offset(self) -> int:
        """Where the next byte is: of a compressed file, where its member begins."""
        if self.gzipped:
            at_start = self._inflate is None and self._at == len(self._plain)
            return self._position if at_start else self.member
        return self._position - (len(self._plain) - self._at)

    def line(self) -> bytes:
        """Up to and with the next line feed; empty at the end of the file. Raises _DamageError for endless lines."""
        while (end := self._plain.find(b"\n", self._at)) < 0:
            if len(self._plain) - self._at > HEADER_LIMIT_BYTES:
                raise _DamageError(f"a line of a header is longer than {HEADER_LIMIT_BYTES} bytes", self.offset)
            if not self._more():
                end = len(self._plain) - 1
                break
        piece = self._plain[self._at : end + 1]
        self._at = end + 1
        return piece

    def block(self, length: int, *, keep: bool) -> bytes:
        """The next *length* bytes (fewer at the end of the file); empty unless they are to be kept."""
        pieces: list[bytes] = []
        while length:
            if self._at == len(self._plain) and not self._more():
                break
            piece = self._plain[self._at : self._at + length]
            self._at += len(piece)
            length -= len(piece)
            if keep:
                pieces.append(piece)
        if length:
            raise _DamageError(f"the record lacks its last {length} bytes", self.offset)
        return b"".join(pieces)

    def resume(self, after: int) -> bool:
        """Go to the next place behind *after* where a record begins; False: there is none to be found."""
        if not self._raw.seekable():
            return False
        self._raw.seek(after + 1)
        self._packed, self._plain, self._at, self._inflate, self._position = b"", b"", 0, None, after + 1
        mark = b"\x1f\x8b\x08" if self.gzipped else b"WARC/1."
        while True:
            found = self._packed.find(mark)
            if found >= 0:
                self._take(found)
                if not self.gzipped or self._begins_record():
                    return True
                self._take(1)
                continue
            self._take(max(0, len(self._packed) - len(mark) + 1))
            if not self._load():
                return False

    def _begins_record(self) -> bool:
        while len(self._packed) < 1024 and self._load():
            pass
        try:
            return zlib.decompressobj(31).decompress(self._packed[:1024], 7).startswith(b"WARC/1.")
        except zlib.error:
            return False


def read(raw: BinaryIO) -> Iterator[Record | Broken]:
    """The records of a WARC file, gzipped or not; what is damaged or cut off as `Broken`, in its place.

    Holds one record at a time. Blocks beyond 256 MB are passed over and told as `Broken`.
    """
    source = _Bytes(raw)
    while True:
        try:
            record = _record(source)
        except _DamageError as damage:
            yield Broken(f"{damage}, at byte {damage.offset}", damage.offset)
            if not source.resume(damage.offset):
                return
            continue
        if record is None:
            return
        yield record


def _record(source: _Bytes) -> Record | Broken | None:
    """The next record; None at the end. Raises _DamageError, with the place where the record begins."""
    version = source.line()
    while version in (b"\r\n", b"\n"):
        version = source.line()
    if not version:
        return None
    start = source.member if source.gzipped else source.offset - len(version)
    try:
        return _record_after(version, source, start)
    except _DamageError as damage:
        raise _DamageError(str(damage), start) from None


def _record_after(version: bytes, source: _Bytes, start: int) -> Record | Broken:
    if not re.fullmatch(rb"WARC/\d\.\d+\r?\n", version):
        raise _DamageError(f"expected a line like WARC/1.1, found {version[:40]!r}", start)
    fields = _header(source, start)
    length = next((value for name, value in fields if name.lower() == "content-length"), "")
    if not re.fullmatch(r"\d{1,15}", length):
        raise _DamageError(f"expected a Content-Length, found {length!r}", start)
    keep = int(length) <= RECORD_LIMIT_BYTES
    block = source.block(int(length), keep=keep)
    if not keep:
        return Broken(
            f"a record of {length} bytes is passed over, {RECORD_LIMIT_BYTES} are allowed, at byte {start}", start
        )
    kept = tuple((name, value) for name, value in fields if name.lower() != "content-length")
    return Record(kept, block, start)


def _header(source: _Bytes, start: int) -> list[tuple[str, str]]:
    """Named fields up to the blank line; folded values are joined. Raises _DamageError."""
    fields: list[tuple[str, str]] = []
    size = 0
    while True:
        line = source.line()
        size += len(line)
        if line in (b"\r\n", b"\n"):
            return fields
        if not line.endswith(b"\n") or size > HEADER_LIMIT_BYTES:
            raise _DamageError("the header of the record has no end", start)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text[:1] in (" ", "\t") and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {text.strip()}")
            continue
        name, _, value = text.partition(":")
        fields.append((name.strip(), value.strip()))


_ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512, "md5": hashlib.md5}


def holds(labelled: str, data: bytes) -> bool | None:
    """Whether *labelled* (``sha1:BASE32``, ``sha256:hex``, …) is the digest of *data*; None: an unknown algorithm."""
    name, _, said = labelled.partition(":")
    algorithm = _ALGORITHMS.get(name.strip().lower().replace("-", ""))
    if algorithm is None:
        return None
    found = algorithm(data, usedforsecurity=False).digest()
    said = said.strip().rstrip("=")
    return said.lower() == found.hex() or said.upper() == base64.b32encode(found).decode().rstrip("=")
