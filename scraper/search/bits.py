"""Sets of places as bits of one whole number: a hundred thousand are intersected and counted in microseconds."""

from collections.abc import Iterable
from itertools import compress

_TO_DIGITS = bytes.maketrans(b"\0\1", b"01")
_TO_NUMBERS = bytes.maketrans(b"01", b"\0\1")


def mask_of(places: Iterable[int], length: int) -> int:
    """The set of *places*, each from 0 to *length* - 1."""
    flags = bytearray(length)
    for place in places:
        flags[place] = 1
    return int(flags.translate(_TO_DIGITS)[::-1] or b"0", 2)


def flags_of(mask: int, length: int) -> bytes:
    """One byte for each place: 1 where it is in the set *mask*, else 0."""
    return f"{mask:0{length}b}".encode()[::-1].translate(_TO_NUMBERS)


def places_of(mask: int, length: int) -> list[int]:
    """The places of the set *mask* in order."""
    if not mask:
        return []
    return list(compress(range(length), flags_of(mask, length)))
