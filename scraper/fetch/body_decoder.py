"""The entity of an answer while it arrives: counted, digested and decoded, never larger than its limit."""

import hashlib
import zlib
from collections.abc import Iterator
from io import BytesIO

_GZIP_MAGIC = b"\x1f\x8b"
#: Most bytes that are decoded at one go: what a bomb can cost beyond the limit.
_STEP = 1 << 20


class Undecodable(Exception):
    """The bytes are not what Content-Encoding says."""


class Entity:
    """Takes the transfer-decoded pieces of one body.

    What comes out: `body` (content-decoded; the entity itself where that fails), `truncated` (None, ``length`` or
    ``decode``), and digest and length of the entity as sent. Of a body that is cut, all are about the part we took.
    """

    def __init__(self, content_encoding: str | None, max_bytes: int) -> None:
        self._max = max_bytes
        # BytesIO gives its bytes away without copying them.
        self._sent = BytesIO()
        self._decoded = BytesIO()
        self._digest = hashlib.sha256()
        self._decoder = _decoder(content_encoding)
        self._undecodable = False
        self.wire_length = 0
        self.truncated: str | None = None

    def feed(self, piece: bytes) -> bool:
        """Take a piece; False when the limit is reached and nothing more is wanted."""
        room = self._max - self.wire_length
        if len(piece) > room:
            piece, self.truncated = piece[:room], "length"
        self.wire_length += len(piece)
        self._digest.update(piece)
        self._sent.write(piece)
        if self._decoder is not None and not self._undecodable:
            self._decode(self._decoder, piece)
        return self.truncated is None

    def _decode(self, decoder: "_Decoder", piece: bytes) -> None:
        try:
            for out in decoder.decode(piece):
                room = self._max - self._decoded.tell()
                self._decoded.write(out[:room])
                if len(out) > room:
                    self.truncated = "length"
                    return
        except (Undecodable, zlib.error):
            self._undecodable = True
            self._decoded = BytesIO()

    def close(self, cut: str | None = None) -> bytes:
        """The body, decoded. *cut* says why no more came (``time``, ``disconnect``); None: it had come to its end."""
        if self.truncated is None:
            self.truncated = cut
        if self._decoder is None:
            return self._sent.getvalue()
        whole = self._decoder.ended or not self.wire_length
        if self._undecodable or (self.truncated is None and not whole):
            self.truncated = self.truncated or "decode"
            return self._sent.getvalue()
        return self._decoded.getvalue()

    @property
    def wire_sha256(self) -> str:
        """SHA-256 (hex) of what was taken, still encoded."""
        return self._digest.hexdigest()


def _steps(inflate: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    """All that *piece* decodes to, a step at a time."""
    out = inflate.decompress(piece, _STEP)
    yield out
    # At the end of a step the input may be used up and some output still be inside.
    while not inflate.eof and (inflate.unconsumed_tail or len(out) == _STEP):
        out = inflate.decompress(inflate.unconsumed_tail, _STEP)
        yield out


class _Gzip:
    """RecordStream of a gzip stream, one behind the other; garbage behind the last is left alone, as browsers do."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._rest = b""

    @property
    def ended(self) -> bool:
        return self._inflate.eof

    def decode(self, piece: bytes) -> Iterator[bytes]:
        piece, self._rest = self._rest + piece, b""
        while piece:
            if self._inflate.eof:
                if piece == _GZIP_MAGIC[:1]:
                    self._rest = piece
                    return
                if not piece.startswith(_GZIP_MAGIC):
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


class _Unknown:
    """An encoding that we did not ask for."""

    ended = False

    def decode(self, piece: bytes) -> Iterator[bytes]:
        raise Undecodable(f"{len(piece)} bytes in an encoding that we did not ask for")


_Decoder = _Gzip | _Deflate | _Unknown
_DECODERS: dict[str, type[_Gzip] | type[_Deflate]] = {"gzip": _Gzip, "x-gzip": _Gzip, "deflate": _Deflate}


def _decoder(content_encoding: str | None) -> _Decoder | None:
    codings = [word.strip().lower() for word in (content_encoding or "").split(",")]
    codings = [word for word in codings if word not in ("", "identity")]
    if not codings:
        return None
    if len(codings) > 1:
        return _Unknown()
    return _DECODERS.get(codings[0], _Unknown)()
