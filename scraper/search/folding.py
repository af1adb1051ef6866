"""Texts as the indexes hold them: folded by `schema.FOLDED`, so that ``Łódź`` is found as ``lodz``."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable

from scraper.schema import FOLDED, UNSPACED

_TABLE = str.maketrans(FOLDED)
#: Letters that are folded into none, or into more than one.
_RESIZED = re.compile(f"[{''.join(letter for letter, others in FOLDED.items() if len(others) != 1)}]")
_UNSPACED = re.compile(f"[{UNSPACED}]")


def fold(text: str) -> str:
    """*text* with its letters as the indexes have them; capitals and most accents are left to the index."""
    if text.isascii():
        return text
    return text.translate(_TABLE)


def key(text: str) -> str:
    """*text* as the index of exact words spells it: small letters, no accents on Latin ones."""
    return "".join(map(_bare, unicodedata.normalize("NFC", fold(text).casefold())))


def _bare(letter: str) -> str:
    if letter.isascii():
        return letter
    first = unicodedata.normalize("NFD", letter)[0]
    if first.isascii():
        return first
    if unicodedata.combining(letter):
        return ""
    return letter


def is_unspaced(text: str) -> bool:
    """It has letters of a script that puts no spaces between words."""
    return _UNSPACED.search(text) is not None


def unfolded(text: str, spots: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges of ``fold(text)`` as ranges of *text* itself, each with the signs behind it that are folded to nothing."""
    listed = list(spots)
    if not listed or text.isascii() or not _RESIZED.search(text):
        return listed
    starts, at = [], 0
    for letter in text:
        starts.append(at)
        at += len(FOLDED.get(letter, letter))
    starts.append(at)
    return [
        (bisect_right(starts, begin) - 1, max(bisect_right(starts, end - 1), bisect_right(starts, end) - 1))
        for begin, end in listed
    ]
