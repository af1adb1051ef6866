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


class FrameEnd:
    """Where a frame ends of which ever more bytes come: each of its blocks is looked at once, however they come."""

    def __init__(self) -> None:
        self._block = 0  # where the next one begins; 0: the header is not there yet

    def of(self, data: bytes | bytearray) -> int | None:
        """Bytes of the frame at the start of *data* (RFC 8878, 3.1), what was there before included.

        None: more are needed to tell. Raises FrameError.
        """
        if len(data) < 8:
            return None
        magic = int.from_bytes(data[:4], "little")
        if magic in _SKIPPABLE:
            return 8 + int.from_bytes(data[4:8], "little")
        self._block = self._block or _header_size(data)
        return self._end_of_blocks(data) if self._block else None

    def _end_of_blocks(self, data: bytes | bytearray) -> int | None:
        """Where the blocks, and the checksum behind them, end (RFC 8878, 3.1.1.2)."""
        checksum = 4 if data[4] & 4 else 0
        while self._block + 3 <= len(data):
            header = int.from_bytes(data[self._block : self._block + 3], "little")
            last, kind, size = header & 1, header >> 1 & 3, header >> 3
            if kind == 3:
                raise FrameError("a zstd block is of a reserved type")
            end = self._block + 3 + (1 if kind == 1 else size)
            if last:
                return end + checksum
            self._block = end
        return None


def _header_size(data: bytes | bytearray) -> int:
    """Bytes in front of the first block; 0: more are needed to tell. Raises FrameError."""
    if not data.startswith(ZSTD):
        raise FrameError(f"expected a zstd frame, found {bytes(data[:8])!r}")
    try:
        return zstandard.frame_header_size(data)
    except zstandard.ZstdError as error:
        if len(data) < 18:  # the largest header
            return 0
        raise FrameError(f"the header of a zstd frame is damaged ({error})") from None


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
