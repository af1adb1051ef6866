"""Bodies made small and read back."""

import gzip
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import IntegrityError
from scraper.store import bodies


def frame(seed: int = 1, size: int = 200_000) -> bytes:
    """What all pages of one site share."""
    return random.Random(seed).randbytes(size // 2).hex().encode()


def page(number: int, seed: int = 1) -> bytes:
    """The frame with two kilobytes of a page's own in its middle."""
    own = random.Random(f"{number}").randbytes(1000).hex().encode()
    shared = frame(seed)
    return shared[:150_000] + own + shared[150_000:]


def back(encoded: bodies.Encoded, reference: bytes | None, length: int) -> bytes:
    return bodies.decode(encoded.codec, encoded.data, reference, length)


@given(st.binary(max_size=2000), st.none() | st.binary(max_size=2000))
def test_any_body_comes_back_against_any_reference(body: bytes, reference: bytes | None) -> None:
    assert back(bodies.encode(body, reference), reference, len(body)) == body


@given(st.binary(min_size=1, max_size=300), st.integers(1, 3000))
def test_long_and_repetitive_bodies_come_back(piece: bytes, times: int) -> None:
    body = piece * times
    assert back(bodies.encode(body, piece), piece, len(body)) == body
    assert back(bodies.encode(body, None), None, len(body)) == body


def test_a_further_page_of_a_site_costs_little_more_than_its_own_words() -> None:
    encoded = bodies.encode(page(2), page(1))
    assert encoded.codec == "zstd-ref"
    assert len(encoded.data) < 2500
    assert len(encoded.data) * 15 < len(gzip.compress(page(2), 6))


def test_several_threads_may_make_bodies_small_at_once() -> None:
    pages = [page(number) for number in range(2, 34)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda body: bodies.encode(body, page(1)), pages))
    assert [back(encoded, page(1), len(body)) for encoded, body in zip(found, pages, strict=True)] == pages


def test_a_match_reaches_over_the_whole_of_both() -> None:
    """What stands first in the reference and last in a body of 1.3 MB, as the largest Wix pages are, is still found."""
    start, filler = frame(3, 20_000), frame(4, 1_300_000)
    reference, body = start + filler, filler + start
    assert len(bodies.encode(body, reference).data) < 5_000


def test_what_cannot_shrink_is_kept_as_it_is() -> None:
    noise = random.Random(1).randbytes(5000)
    assert bodies.encode(noise, None) == bodies.Encoded("raw", noise)
    assert bodies.encode(b"", None) == bodies.Encoded("raw", b"")


@pytest.mark.parametrize("codec", ["zstd", "zstd-ref"])
def test_a_flipped_bit_anywhere_is_found(codec: str) -> None:
    reference = page(1) if codec == "zstd-ref" else None
    encoded = bodies.encode(page(2), reference)
    for place in range(0, len(encoded.data), max(1, len(encoded.data) // 40)):
        broken = bytearray(encoded.data)
        broken[place] ^= 1
        with suppress(IntegrityError):  # a header bit that zstd ignores changes nothing
            assert bodies.decode(codec, bytes(broken), reference, len(page(2))) == page(2)


def test_a_changed_reference_is_found() -> None:
    encoded = bodies.encode(page(2), page(1))
    with pytest.raises(IntegrityError):
        back(encoded, page(1).replace(b"a", b"b"), len(page(2)))


@pytest.mark.parametrize(
    ("codec", "data", "reference", "length"),
    [
        ("zstd-ref", bodies.encode(page(2), page(1)).data, None, len(page(2))),
        ("zstd", b"not zstd", None, 10),
        ("zstd", b"", None, 0),
        ("zstd", bodies.encode(page(2), None).data[:-9], None, len(page(2))),
        ("zstd", bodies.encode(page(2), None).data, None, len(page(2)) - 1),
        ("raw", b"four", None, 5),
        ("brotli", b"four", None, 4),
    ],
    ids=["no reference", "no zstd", "empty", "cut off", "another length", "raw of another length", "another codec"],
)
def test_what_is_not_as_it_was_is_damage(codec: str, data: bytes, reference: bytes | None, length: int) -> None:
    with pytest.raises(IntegrityError):
        bodies.decode(codec, data, reference, length)


def test_a_small_blob_that_claims_to_be_huge_is_refused_unread() -> None:
    bomb = bodies.encode(b"\0" * 50_000_000, None)
    assert len(bomb.data) < 10_000
    with pytest.raises(IntegrityError):
        bodies.decode(bomb.codec, bomb.data, None, 1000)


@pytest.mark.parametrize(
    ("media_type", "body", "expected"),
    [
        ("text/html", b"<!doctype html>", True),
        (None, b"plain", True),
        ("application/pdf", b"%PDF-1.7", False),
        ("text/html", b"%PDF-1.7", False),
        ("image/png", b"anything", False),
        ("image/svg+xml", b"<svg/>", True),
        (None, b"\xff\xd8\xff\xe0", False),
        ("application/zip", b"PK\x03\x04", False),
    ],
)
def test_packed_files_are_told_by_what_they_are(media_type: str | None, body: bytes, *, expected: bool) -> None:
    assert bodies.compressible(media_type, body) is expected


def test_a_reference_of_another_design_fits_poorly() -> None:
    whole = len(bodies.encode(page(1), None).data) / len(page(1))
    own, other = bodies.encode(page(2), page(1)), bodies.encode(page(3, seed=2), page(1))
    assert not bodies.poor_fit(own, len(page(2)), whole)
    assert bodies.poor_fit(other, len(page(3, seed=2)), whole)


@pytest.mark.parametrize("reference", [None, b"of rivers and of law, " * 40])
@pytest.mark.parametrize("hidden", [b"x", b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"])
def test_nothing_hides_behind_a_stored_body(reference: bytes | None, hidden: bytes) -> None:
    body = b"of law and of rivers, " * 40
    kept = bodies.encode(body, reference)
    assert bodies.decode(kept.codec, kept.data, reference, len(body)) == body
    with pytest.raises(IntegrityError):
        bodies.decode(kept.codec, kept.data + hidden, reference, len(body))
