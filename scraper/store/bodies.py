"""Bodies made small and read back: zstd, each against a reference body of the same site and kind. Pure.

Pages of one site differ by a few kilobytes of a megabyte. The reference is given to zstd as raw content ahead of the
body, in a window that spans both. Chain depth is one: a reference is itself stored whole. Which body becomes a
reference is the store's affair; `poor_fit` tells when one no longer serves.
"""

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import zstandard

from scraper import magic
from scraper.errors import IntegrityError
from scraper.vocabulary import Codec

#: 4.7 KB a page against 4.4 KB at level 9, in half the time (pairs of pages of four Wix blogs, 0.6 to 1.3 MB).
LEVEL = 5
#: Below this, a whole body is small enough that a reference saves nothing worth a dependency.
SMALLEST_WITH_REFERENCE = 256
#: Bodies of one reference; a damaged reference takes no more than these with it.
MOST_DEPENDANTS = 200
#: zstd's own decoders refuse more than 2**27 unless told otherwise.
_WIDEST_WINDOW = 27
_NARROWEST_WINDOW = 18


@dataclass(frozen=True, slots=True)
class Encoded:
    """A body as it is stored."""

    codec: Codec
    data: bytes


#: A compressor is for one thread at a time.
_ONE_AT_A_TIME = Lock()


def encode(body: bytes, reference: bytes | None) -> Encoded:
    """The smallest form of *body*: against *reference* where that is given, whole otherwise. In any thread.

    Fast for many bodies against one reference: its tables are made once and kept while it is in use.
    """
    with _ONE_AT_A_TIME:
        return _encoded(body, reference)


def _encoded(body: bytes, reference: bytes | None) -> Encoded:
    if reference is not None and len(body) >= SMALLEST_WITH_REFERENCE:
        return Encoded(Codec.ZSTD_REF, _compressor(reference, _window(reference, body)).compress(body))
    data = _whole().compress(body)
    if len(data) < len(body):
        return Encoded(Codec.ZSTD, data)
    return Encoded(Codec.RAW, body)


def decode(codec: str, data: bytes, reference: bytes | None, length: int) -> bytes:
    """The body whose stored form is *data*; *length* is that of the body.

    Raises IntegrityError when *data* (or *reference*) is not what it was, or the codec is none of ours.
    """
    try:
        body = _decoded(codec, data, reference, length)
    except zstandard.ZstdError as error:
        raise IntegrityError(f"a body of length {length}, codec {codec}, cannot be decoded: {error}") from error
    if len(body) != length:
        raise IntegrityError(f"a body, codec {codec}: expected length {length}, found {len(body)}")
    return body


def _decoded(codec: str, data: bytes, reference: bytes | None, length: int) -> bytes:
    if codec == Codec.RAW:
        return data
    if codec == Codec.ZSTD:
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=max(length, 1), allow_extra_data=False)
    if codec == Codec.ZSTD_REF:
        if reference is None:
            raise IntegrityError(f"a body of length {length}, codec {codec}: its reference is missing")
        return _decompressor(reference).decompress(data, max_output_size=max(length, 1), allow_extra_data=False)
    raise IntegrityError(f"a body of length {length}: expected codec raw, zstd or zstd-ref, found {codec!r}")


def compressible(media_type: str | None, body: bytes) -> bool:
    """Whether *body* may share text with its siblings: not a PDF, picture, archive or other packed file."""
    if media_type is not None and media_type.split("/")[0] in {"image", "audio", "video", "font"}:
        return media_type == "image/svg+xml"
    return not magic.is_compressed(body)


def poor_fit(encoded: Encoded, length: int, whole: float) -> bool:
    """Whether a reference no longer serves: it saved less than half of what compressing whole does.

    *whole* is the size of the reference's own stored form relative to its length (about 0.18 for a Wix page).
    """
    return len(encoded.data) > max(length * whole / 2, SMALLEST_WITH_REFERENCE)


def _window(reference: bytes, body: bytes) -> int:
    """log2 of a window over both, so that matches reach back to the reference's first byte."""
    return min(max((len(reference) + len(body)).bit_length(), _NARROWEST_WINDOW), _WIDEST_WINDOW)


@lru_cache(maxsize=1)
def _whole() -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, write_content_size=True)


# Keyed by the bytes themselves: their hash is computed once and kept by the object that the store hands in again.
@lru_cache(maxsize=6)
def _compressor(reference: bytes, window: int) -> zstandard.ZstdCompressor:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL,
        source_size=len(reference),
        dict_size=len(reference),
        window_log=window,
        # A slot for every byte of the reference: with the level's own 2**19, references over a megabyte are half
        # forgotten (69 KB for a page of 1.3 MB that holds 20 KB of them at another place; 151 bytes so).
        hash_log=min(max(len(reference).bit_length(), 17), 22),
        write_checksum=True,
        write_content_size=True,
    )
    content = zstandard.ZstdCompressionDict(reference, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    content.precompute_compress(compression_params=parameters)
    return zstandard.ZstdCompressor(dict_data=content, compression_params=parameters)


@lru_cache(maxsize=6)
def _decompressor(reference: bytes) -> zstandard.ZstdDecompressor:
    content = zstandard.ZstdCompressionDict(reference, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdDecompressor(dict_data=content)
