"""First bytes, and what is packed: bounded whatever comes."""

import contextlib
import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from scraper import magic
from scraper.magic import Coding

PACKED = {
    Coding.GZIP: gzip.compress,
    Coding.DEFLATE: zlib.compress,
    Coding.BROTLI: brotli.compress,
    Coding.ZSTD: zstandard.compress,
}


@pytest.mark.parametrize("coding", Coding)
@given(data=st.binary(max_size=2000), size=st.integers(1, 300))
def test_what_is_packed_comes_out_whole_in_pieces_of_any_size(coding: Coding, data: bytes, size: int) -> None:
    packed = PACKED[coding](data)
    decoder = magic.decoder(coding)
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(out for piece in pieces for out in decoder.decode(piece)) == data
    assert decoder.ended
    assert magic.decoded(packed, coding, len(data)) == data


@pytest.mark.parametrize("coding", Coding)
def test_what_is_cut_short_or_larger_than_allowed_is_refused(coding: Coding) -> None:
    packed = PACKED[coding](bytes(range(256)) * 40)
    with pytest.raises(magic.UndecodableError):
        magic.decoded(packed[:-3], coding, 1 << 20)
    with pytest.raises(magic.TooLargeError):
        magic.decoded(packed, coding, 100)


@pytest.mark.parametrize("coding", Coding)
def test_a_bomb_comes_out_in_small_steps(coding: Coding) -> None:
    bomb = PACKED[coding](bytes(16 * magic.STEP_BYTES))
    assert max(map(len, magic.decoder(coding).decode(bomb))) <= 3 * magic.STEP_BYTES


@pytest.mark.parametrize("coding", Coding)
@given(data=st.binary(max_size=200))
def test_no_bytes_make_a_decoder_fail_in_another_way(coding: Coding, data: bytes) -> None:
    with contextlib.suppress(magic.UndecodableError, magic.TooLargeError):
        magic.decoded(data, coding, 1 << 16)


def test_codings_are_named_in_the_order_they_were_applied() -> None:
    assert magic.codings("x-gzip, br") == (Coding.GZIP, Coding.BROTLI)
    assert magic.codings(" identity ") == magic.codings(None) == ()
    with pytest.raises(magic.UnknownCodingError, match="compress"):
        magic.codings("gzip, compress")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"GIF89a", "image/gif"),
        (b"BMW announced a new car", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"", None),
    ],
)
def test_the_first_bytes_say_what_a_file_is(body: bytes, media_type: str | None) -> None:
    assert magic.media_type(body) == media_type


def test_a_pdf_may_begin_behind_a_few_bytes() -> None:
    assert magic.is_pdf(b"\xef\xbb\xbf\n%PDF-1.4")
    assert not magic.is_pdf(b" " * 1024 + b"%PDF-1.4")
