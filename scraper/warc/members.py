"""The plain bytes of a WARC file, whether it is compressed or not, with places in the file itself.

A compressed WARC is a row of gzip members or zstd frames, one a record. What is damaged raises, and `resume` finds the
next place where a record begins.
"""

import zlib
from typing import BinaryIO

from scraper.magic import GZIP, ZSTD, Coding
from scraper.numbers import plural
from scraper.warc import zstd_frames
from scraper.warc.zstd_frames import Dictionary, FrameEnd, FrameError, ZstdFrame

HEADER_LIMIT_BYTES = 256 * 1024
READ_BYTES = 256 * 1024
#: A zstd frame is read whole before it is unpacked.
FRAME_LIMIT_BYTES = 256 * 1024 * 1024
#: So many bytes may be put back more than were read: what is read twice stays in proportion to the file.
PUT_BACK_BYTES = 64 * 1024 * 1024


class DamageError(Exception):
    """The file cannot be read on from here; *offset* is where the trouble begins."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class RecordStream:
    """The uncompressed bytes of a WARC file, whether it is compressed or not, with places in the file itself."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._packed = b""
        self._position = 0  # in the file, of the first byte of _packed
        self._plain = b""
        self._at = 0
        self._room = PUT_BACK_BYTES
        self._inflate: zlib._Decompress | None = None
        self._frame: ZstdFrame | None = None
        self._dictionary: Dictionary | None = None
        self.member = 0
        self._load()
        marks = {GZIP: Coding.GZIP, ZSTD: Coding.ZSTD, zstd_frames.DICTIONARY: Coding.ZSTD}
        self._coding = next((coding for mark, coding in marks.items() if self._packed.startswith(mark)), None)

    @property
    def compressed(self) -> bool:
        """Whether each record is a member of its own."""
        return self._coding is not None

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
        """Append to the plain bytes; False at the end of the file. Raises DamageError."""
        match self._coding:
            case None:
                return self._more_plain()
            case Coding.ZSTD:
                return self._more_of_frames()
            case _:
                return self._more_of_members()

    def _more_plain(self) -> bool:
        if not self._packed and not self._load():
            return False
        self._add(self._take(len(self._packed)))
        return True

    def _more_of_frames(self) -> bool:
        if self._frame is None:
            frame = self._next_frame()
            if frame is None:
                return False
            self._frame = ZstdFrame(frame, self._dictionary)
        try:
            piece = self._frame.read(1 << 20)
        except FrameError as error:
            raise DamageError(str(error), self.member) from None
        self._add(piece)
        if not piece:
            self._frame = None
        return True

    def _next_frame(self) -> bytes | None:
        """The next frame that holds data; a dictionary in front is kept. None: the file ends. Raises DamageError."""
        while self._packed or self._load():
            self.member = self._position
            try:
                frame = self._whole_frame()
                if frame.startswith(ZSTD):
                    return frame
                if frame.startswith(zstd_frames.DICTIONARY):
                    self._dictionary = Dictionary(frame)
            except FrameError as error:
                raise DamageError(str(error), self.member) from None
        return None

    def _whole_frame(self) -> bytes:
        """The frame at the front of what is packed. Raises DamageError and FrameError."""
        data, end = bytearray(self._packed), FrameEnd()
        while (length := end.of(data)) is None or length > len(data):
            if (length or len(data)) > FRAME_LIMIT_BYTES:
                raise DamageError(f"a zstd frame is longer than {FRAME_LIMIT_BYTES} bytes", self.member)
            piece = self._raw.read(READ_BYTES)
            if not piece:
                raise DamageError("the zstd frame ends too soon", self.member)
            data += piece
        self._packed = bytes(data[length:])
        self._position += length
        return bytes(data[:length])

    def _more_of_members(self) -> bool:
        inflate = self._inflate or self._next_member()
        if inflate is None:
            return False
        if not self._packed and not self._load():
            raise DamageError("the gzip member ends too soon", self.member)
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
        if not self._packed.startswith(GZIP):
            raise DamageError("expected a gzip member, found something else", self.member)
        self._inflate = zlib.decompressobj(31)
        return self._inflate

    def _inflate_some(self, inflate: "zlib._Decompress") -> None:
        before = len(self._packed)
        try:
            self._add(inflate.decompress(self._packed, 1 << 20))
        except zlib.error as error:
            raise DamageError(f"the gzip member is damaged ({error})", self.member) from None
        ended = inflate.eof
        self._packed = inflate.unused_data if ended else inflate.unconsumed_tail
        self._position += before - len(self._packed)
        if ended:
            self._inflate = None

    def _add(self, piece: bytes) -> None:
        self._plain = self._plain[self._at :] + piece
        self._at = 0
        self._room += len(piece)

    @property
    def offset(self) -> int:
        """Where the next byte is: of a compressed file, where its member begins."""
        if self.compressed:
            at_start = self._inflate is None and self._frame is None and self._at == len(self._plain)
            return self._position if at_start else self.member
        return self._position - (len(self._plain) - self._at)

    def line(self) -> bytes:
        """Up to and with the next line feed; empty at the end of the file. Raises DamageError for endless lines."""
        while (end := self._plain.find(b"\n", self._at)) < 0:
            if len(self._plain) - self._at > HEADER_LIMIT_BYTES:
                raise DamageError(f"a line of a header is longer than {HEADER_LIMIT_BYTES} bytes", self.offset)
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
            raise DamageError(f"the record lacks its last {plural(length, 'byte')}", self.offset)
        return b"".join(pieces)

    def ahead(self, length: int) -> bytes:
        """The next *length* bytes of an uncompressed file (fewer at its end), which are still to be read."""
        while len(self._plain) - self._at < length and self._more():
            pass
        return self._plain[self._at : self._at + length]

    def put_back(self, piece: bytes) -> bool:
        """Have *piece*, the bytes read last, read again; False: too much of the file was read twice already."""
        if len(piece) > self._room:
            return False
        self._plain, self._at = piece + self._plain[self._at :], 0
        self._room -= len(piece)
        return True

    def resume(self, after: int) -> bool:
        """Go to the next place behind *after* where a record begins; False: there is none to be found."""
        if not self._raw.seekable():
            return False
        self._raw.seek(after + 1)
        self._packed, self._plain, self._at, self._position = b"", b"", 0, after + 1
        self._inflate = self._frame = None
        mark = {None: b"WARC/1.", Coding.ZSTD: ZSTD}.get(self._coding, GZIP + b"\x08")
        at = 0
        while True:
            found = self._packed.find(mark, at)
            if found >= 0 and (not self.compressed or self._begins_record(found)):
                self._take(found)
                return True
            if found >= 0:
                at = found + 1
                continue
            self._take(max(0, len(self._packed) - len(mark) + 1))
            at = 0
            if not self._load():
                return False

    def _begins_record(self, at: int) -> bool:
        """Whether what is packed holds a record from *at* on."""
        while len(self._packed) - at < 1024 and self._load():
            pass
        try:
            if self._coding is Coding.ZSTD:
                start = ZstdFrame(self._packed[at : at + READ_BYTES], self._dictionary).read(7)
            else:
                start = zlib.decompressobj(31).decompress(self._packed[at : at + 1024], 7)
        except (zlib.error, FrameError):
            return False
        return start.startswith(b"WARC/1.")
