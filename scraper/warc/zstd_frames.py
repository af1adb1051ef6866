"""`.warc.zst`: one zstd frame a record, perhaps behind a dictionary, as Archive Team writes them. Pure."""

import zstandard

from scraper.magic import ZSTD

#: A skippable frame in front holds the dictionary, itself packed or not ("WARC Zstandard Compression", 1.0, 3.2).
DICTIONARY = b"\x5d\x2a\x4d\x18"
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
#: As large as recorders make them (trained ones are 100 KB); more is no dictionary.
DICTIONARY_LIMIT_BYTES = 16 * 1024 * 1024
WINDOW_BYTES = 1 << 27


class FrameError(ValueError):
    """The bytes are no whole zstd frame."""


def length(data: bytes) -> int | None:
    """Bytes of the frame at the start of *data* (RFC 8878, 3.1); None: more are needed to tell. Raises FrameError."""
    if len(data) < 8:
        return None
    magic = int.from_bytes(data[:4], "little")
    if magic in _SKIPPABLE:
        return 8 + int.from_bytes(data[4:8], "little")
    if not data.startswith(ZSTD):
        raise FrameError(f"expected a zstd frame, found {data[:8]!r}")
    try:
        at = zstandard.frame_header_size(data)
    except zstandard.ZstdError as error:
        if len(data) < 18:  # the largest header
            return None
        raise FrameError(f"the header of a zstd frame is damaged ({error})") from None
    return _end_of_blocks(data, at)


def _end_of_blocks(data: bytes, at: int) -> int | None:
    """Where the blocks that begin at *at*, and the checksum behind them, end (RFC 8878, 3.1.1.2)."""
    checksum = 4 if data[4] & 4 else 0
    while at + 3 <= len(data):
        header = int.from_bytes(data[at : at + 3], "little")
        last, kind, size = header & 1, header >> 1 & 3, header >> 3
        if kind == 3:
            raise FrameError("a zstd block is of a reserved type")
        at += 3 + (1 if kind == 1 else size)
        if last:
            return at + checksum
    return None


class Dictionary:
    """What recorders train on the first pages, so that small records pack well."""

    def __init__(self, frame: bytes) -> None:
        """*frame* is the skippable frame that holds it. Raises FrameError."""
        content = frame[8:]
        if content.startswith(ZSTD):
            content = ZstdFrame(content, None).read(DICTIONARY_LIMIT_BYTES)
        self.data = zstandard.ZstdCompressionDict(content)


class ZstdFrame:
    """What is in one frame; nothing is unpacked before it is read."""

    def __init__(self, frame: bytes, dictionary: Dictionary | None) -> None:
        known = dictionary.data if dictionary else None
        self._stream = zstandard.ZstdDecompressor(dict_data=known, max_window_size=WINDOW_BYTES).stream_reader(frame)

    def read(self, size: int) -> bytes:
        """At most the next *size* bytes; empty at the end. Raises FrameError."""
        try:
            return self._stream.read(size)
        except zstandard.ZstdError as error:
            raise FrameError(f"the zstd frame is damaged ({error})") from None
