"""What first bytes mean, and the one way to unpack what is compressed: bounded, a step at a time. Pure.

Whatever a name, a header or a suffix says, the bytes decide: a picture is what begins like one.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # ships no type information
import zstandard

from scraper.numbers import plural

#: Most bytes that come out at one go: what a bomb can cost beyond a limit.
STEP_BYTES = 1 << 20
#: Largest window that a zstd frame may ask for; RFC 9659 allows servers 8 MB, recorders of web archives use more.
_ZSTD_WINDOW_BYTES = 1 << 27


@dataclass(frozen=True, slots=True)
class Signature:
    """What stands at *offset* of a file of that kind."""

    start: bytes
    #: As a server should name it.
    media_type: str
    #: For people: ``a PNG picture``.
    name: str
    offset: int = 0


GZIP, ZIP, ZSTD = b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd"
_BITMAP, _ICON = b"BM", b"\x00\x00\x01\x00"
#: The longer ones first where one begins like another.
SIGNATURES = (
    Signature(b"\x89PNG\r\n\x1a\n", "image/png", "a PNG picture"),
    Signature(b"\xff\xd8\xff", "image/jpeg", "a JPEG picture"),
    Signature(b"GIF87a", "image/gif", "a GIF picture"),
    Signature(b"GIF89a", "image/gif", "a GIF picture"),
    Signature(b"WEBP", "image/webp", "a WebP picture", offset=8),
    Signature(b"ftypavif", "image/avif", "an AVIF picture", offset=4),
    Signature(b"ftypavis", "image/avif", "an AVIF picture", offset=4),
    Signature(b"ftypheic", "image/heic", "a HEIC picture", offset=4),
    Signature(b"ftypheix", "image/heic", "a HEIC picture", offset=4),
    Signature(b"ftypmif1", "image/heif", "a HEIF picture", offset=4),
    Signature(b"ftyp", "video/mp4", "a film", offset=4),
    Signature(_BITMAP, "image/bmp", "a BMP picture"),
    Signature(_ICON, "image/x-icon", "an icon"),
    Signature(b"II*\x00", "image/tiff", "a TIFF picture"),
    Signature(b"MM\x00*", "image/tiff", "a TIFF picture"),
    Signature(b"RIFF", "application/octet-stream", "sound or film"),
    Signature(b"%PDF-", "application/pdf", "a PDF"),
    Signature(ZIP, "application/zip", "a zip archive or office document"),
    Signature(GZIP, "application/gzip", "gzip-compressed data"),
    Signature(ZSTD, "application/zstd", "zstd-compressed data"),
    Signature(b"BZh", "application/x-bzip2", "bzip2-compressed data"),
    Signature(b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "a 7-Zip archive"),
    Signature(b"Rar!\x1a\x07", "application/vnd.rar", "a RAR archive"),
    Signature(b"SQLite format 3\x00", "application/vnd.sqlite3", "an SQLite database"),
    Signature(b"\x7fELF", "application/x-executable", "a program"),
    Signature(b"wOFF", "font/woff", "a font"),
    Signature(b"wOF2", "font/woff2", "a font"),
    Signature(b"ID3", "audio/mpeg", "sound"),
    Signature(b"OggS", "application/ogg", "sound or film"),
)
#: Of starts that something else may have as well: what else stands there.
_MORE = {
    # Two letters that a text may begin with; behind the length, four bytes are zero (Windows BITMAPFILEHEADER).
    _BITMAP: lambda body: len(body) > 30 and body[6:10] == b"\0\0\0\0",
    # So many pictures are in the file, and the first has a head.
    _ICON: lambda body: len(body) > 22 and 0 < body[4] < 100,
}


def signature(body: bytes) -> Signature | None:
    """What *body* is by its first bytes; None: nothing that is known, so perhaps a text."""
    for one in SIGNATURES:
        if body.startswith(one.start, one.offset) and _MORE.get(one.start, bool)(body):
            return one
    return None


def media_type(body: bytes) -> str | None:
    """The media type of *body* by its first bytes; None: they are no known signature."""
    found = signature(body)
    if not found:
        return None
    return found.media_type


def is_pdf(body: bytes) -> bool:
    """Whether *body* is a PDF; readers look for its mark in the first 1,024 bytes (ISO 32000-1, annex H.3.4.1)."""
    return b"%PDF-" in body[:1024]


def is_compressed(body: bytes) -> bool:
    """Whether a compressor would find nothing to do: pictures, films, archives, PDFs."""
    return is_pdf(body) or signature(body) is not None


class Coding(StrEnum):
    """The content codings that can be undone (RFC 9110, 8.4.1; RFC 7932; RFC 8878)."""

    GZIP = "gzip"
    DEFLATE = "deflate"
    BROTLI = "br"
    ZSTD = "zstd"


_ALIASES = {"x-gzip": Coding.GZIP} | {coding.value: coding for coding in Coding}


class UnknownCodingError(ValueError):
    """A content coding that nothing here can undo."""


class UndecodableError(ValueError):
    """The bytes are not what their coding says, or do not end where they should."""


class TooLargeError(ValueError):
    """More comes out than is allowed."""


def codings(content_encoding: str | None) -> tuple[Coding, ...]:
    """The codings that a Content-Encoding header names, in the order in which they were applied.

    Raises UnknownCodingError, which names the first that is not known.
    """
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    try:
        return tuple(_ALIASES[name] for name in names if name not in ("", "identity", "none", "utf-8"))
    except KeyError as unknown:
        raise UnknownCodingError(str(unknown.args[0])) from None


class Decoder(Protocol):
    """Undoes one coding, piece by piece."""

    @property
    def ended(self) -> bool:
        """Whether the compressed data have come to their own end."""

    def decode(self, piece: bytes) -> Iterator[bytes]:
        """All that *piece* decodes to, at most about 1 MB at a time. Raises UndecodableError."""


def decoder(coding: Coding) -> Decoder:
    """A new decoder for that coding."""
    return _DECODERS[coding]()


def decoded(data: bytes, coding: Coding, most: int) -> bytes:
    """*data* without its coding.

    Raises UndecodableError, also where it is cut short, and TooLargeError beyond *most* bytes.
    """
    out, one, length = [], decoder(coding), 0
    for piece in one.decode(data):
        out.append(piece)
        length += len(piece)
        if length > most:
            raise TooLargeError(f"expected at most {plural(most, 'byte')} decompressed, found more")
    if data and not one.ended:
        raise UndecodableError("expected the end of the compressed data, found the end of the bytes")
    return b"".join(out)


def coding_of(body: bytes) -> Coding | None:
    """The coding that *body* is packed in by its first bytes; None: in none that has a mark (deflate, br have none)."""
    marks = {GZIP: Coding.GZIP, ZSTD: Coding.ZSTD}
    return next((coding for mark, coding in marks.items() if body.startswith(mark)), None)


def _steps(inflate: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    """All that *piece* inflates to, a step at a time."""
    try:
        out = inflate.decompress(piece, STEP_BYTES)
        yield out
        # At the end of a step the input may be used up and some output still be inside.
        while not inflate.eof and (inflate.unconsumed_tail or len(out) == STEP_BYTES):
            out = inflate.decompress(inflate.unconsumed_tail, STEP_BYTES)
            yield out
    except zlib.error as error:
        raise UndecodableError(f"cannot be decompressed: {error}") from None


class _Gzip:
    """Members of a gzip stream, one behind the other; garbage behind the last is left alone, as browsers do.

    Fed in small pieces: what a member leaves over is copied, and a body may be nothing but members.
    """

    _FEED_BYTES = 4096

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._rest = b""
        self._is_over = False

    @property
    def ended(self) -> bool:
        return self._inflate.eof

    def decode(self, piece: bytes) -> Iterator[bytes]:
        for at in range(0, len(piece), self._FEED_BYTES):
            yield from self._decode(piece[at : at + self._FEED_BYTES])

    def _decode(self, piece: bytes) -> Iterator[bytes]:
        piece, self._rest = self._rest + piece, b""
        while piece and not self._is_over:
            if self._inflate.eof:
                if piece == GZIP[:1]:
                    self._rest = piece
                    return
                if not piece.startswith(GZIP):
                    self._is_over = True
                    return
                self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
            yield from _steps(self._inflate, piece)
            piece = self._inflate.unused_data


class _Deflate:
    """``deflate`` as it is sent: with zlib's frame (right) or without (seen often)."""

    def __init__(self) -> None:
        self._start = b""
        self._inflate: zlib._Decompress | None = None

    @property
    def ended(self) -> bool:
        return self._inflate is not None and self._inflate.eof

    def decode(self, piece: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            piece, self._start = self._start + piece, b""
            if len(piece) < 2:
                self._start = piece
                return
            framed = piece[0] & 0x0F == 8 and (piece[0] << 8 | piece[1]) % 31 == 0
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)
        yield from _steps(self._inflate, piece)


class _Brotli:
    """``br``. Google's binding bounds what comes out of one call since 1.2."""

    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()
        self.ended = False  # a decompressor that failed cannot be asked any more

    def decode(self, piece: bytes) -> Iterator[bytes]:
        try:
            while not self.ended:
                yield self._decompressor.process(piece, output_buffer_limit=STEP_BYTES)
                self.ended = self._decompressor.is_finished()
                if self._decompressor.can_accept_more_data():
                    return
                piece = b""
        except brotli.error as error:
            raise UndecodableError(f"cannot be decompressed: {error}") from None


class _Zstd:
    """``zstd``: frames one behind the other. Fed in small pieces, as its binding does not bound what one call gives."""

    #: A block, at most 128 KB when decoded, takes at least 4 bytes (RFC 8878, 3.1.1.2).
    _FEED_BYTES = 32

    def __init__(self) -> None:
        self._inflate = self._new()

    @staticmethod
    def _new() -> "zstandard.ZstdDecompressionObj":
        return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj()

    @property
    def ended(self) -> bool:
        return self._inflate.eof

    def decode(self, piece: bytes) -> Iterator[bytes]:
        feed, view = self._FEED_BYTES, memoryview(piece)
        at = 0
        try:
            while at < len(view):
                if self._inflate.eof:
                    self._inflate = self._new()
                taken = view[at : at + feed]
                out = self._inflate.decompress(taken)
                at += len(taken) - len(self._inflate.unused_data)
                # What gives little is no bomb: the next piece may be larger.
                feed = min(feed * 2, 1 << 14) if len(out) < STEP_BYTES // 4 else self._FEED_BYTES
                yield out
        except zstandard.ZstdError as error:
            raise UndecodableError(f"cannot be decompressed: {error}") from None


_DECODERS: dict[Coding, type[_Gzip] | type[_Deflate] | type[_Brotli] | type[_Zstd]] = {
    Coding.GZIP: _Gzip,
    Coding.DEFLATE: _Deflate,
    Coding.BROTLI: _Brotli,
    Coding.ZSTD: _Zstd,
}
