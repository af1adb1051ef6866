"""The entity of an answer while it arrives: counted, digested and decoded, never larger than its limit."""

import hashlib
from collections.abc import Iterator
from io import BytesIO

from scraper import magic
from scraper.numbers import plural
from scraper.vocabulary import Truncation


class Entity:
    """Takes the transfer-decoded pieces of one body.

    What comes out: `body` (content-decoded; the entity itself where that fails), `truncated` (None, length or
    decode), and digest and length of the entity as sent. Of a body that is cut, all are about the part we took.
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
        self.truncated: Truncation | None = None

    def feed(self, piece: bytes) -> bool:
        """Take a piece; False when the limit is reached and nothing more is wanted."""
        room = self._max - self.wire_length
        if len(piece) > room:
            piece, self.truncated = piece[:room], Truncation.LENGTH
        self.wire_length += len(piece)
        self._digest.update(piece)
        self._sent.write(piece)
        if self._decoder is not None and not self._undecodable:
            self._decode(self._decoder, piece)
        return self.truncated is None

    def _decode(self, decoder: magic.Decoder, piece: bytes) -> None:
        try:
            for out in decoder.decode(piece):
                room = self._max - self._decoded.tell()
                self._decoded.write(out[:room])
                if len(out) > room:
                    self.truncated = Truncation.LENGTH
                    return
        except magic.UndecodableError:
            self._undecodable = True
            self._decoded = BytesIO()

    def close(self, cut: Truncation | None = None) -> bytes:
        """The body, decoded. *cut* says why no more came (time, disconnect); None: it had come to its end."""
        if self.truncated is None:
            self.truncated = cut
        if self._decoder is None:
            return self._sent.getvalue()
        whole = self._decoder.ended or not self.wire_length
        if self._undecodable or (self.truncated is None and not whole):
            self.truncated = self.truncated or Truncation.DECODE
            return self._sent.getvalue()
        return self._decoded.getvalue()

    @property
    def wire_sha256(self) -> str:
        """SHA-256 (hex) of what was taken, still encoded."""
        return self._digest.hexdigest()


class _Undecodable:
    """A coding, or several one in the other, that nothing here undoes: the entity itself is kept."""

    ended = False

    def decode(self, piece: bytes) -> Iterator[bytes]:
        raise magic.UndecodableError(f"{plural(len(piece), 'byte')} in an unknown coding")


def _decoder(content_encoding: str | None) -> magic.Decoder | None:
    """What undoes that coding; None: there is none to undo."""
    try:
        codings = magic.codings(content_encoding)
    except magic.UnknownCodingError:
        return _Undecodable()
    match codings:
        case ():
            return None
        case (coding,):
            return magic.decoder(coding)
        case _:
            return _Undecodable()
