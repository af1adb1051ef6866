"""Sets of places as bits of one whole number: a hundred thousand are intersected and counted in microseconds."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import compress

_TO_DIGITS = bytes.maketrans(b"\0\1", b"01")
_TO_NUMBERS = bytes.maketrans(b"01", b"\0\1")


def mask_of(places: Iterable[int], length: int) -> int:
    """The set of *places*, each from 0 to *length* - 1."""
    flags = bytearray(length)
    for place in places:
        flags[place] = 1
    return int(flags.translate(_TO_DIGITS)[::-1] or b"0", 2)


@lru_cache(maxsize=8)
def flags_of(mask: int, length: int) -> bytes:
    """One byte for each place: 1 where it is in the set *mask*, else 0. All facets of a page ask it of the same set."""
    return f"{mask:0{length}b}".encode()[::-1].translate(_TO_NUMBERS)


def places_of(mask: int, length: int) -> list[int]:
    """The places of the set *mask* in order."""
    if not mask:
        return []
    return list(compress(range(length), flags_of(mask, length)))


#: Sets of which one byte tells.
IN_A_BYTE = 8


def codes_of(masks: Sequence[int], length: int) -> list[bytes]:
    """Which of the sets *masks* each place is in: for eight of them, one byte for each place, the first the lowest bit.

    Eight sets are laid over each other as a whole, which takes no longer for many places than for few.
    """
    return [_code(masks[at : at + IN_A_BYTE], length) for at in range(0, len(masks), IN_A_BYTE)]


def _code(masks: Sequence[int], length: int) -> bytes:
    laid = sum(int.from_bytes(flags_of(mask, length), "little") << at for at, mask in enumerate(masks))
    return laid.to_bytes(length, "little")
