"""Which passages two texts have in common: runs of eight words and more. Pure.

Of each text a bounded number of runs is sampled by winnowing (Schleimer, Wilkerson and Aiken 2003): of each window of
neighbouring runs the one with the lowest digest. Whoever has the samples of all texts finds those that repeat one
another without looking at the texts; what they repeat is then read from the texts themselves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from zlib import crc32

#: Words in a row that tell a text from others.
RUN = 8
#: Samples of one text, about; a text of a thousand words and any shared passage of fourteen words have one in common.
SAMPLES = 256

#: Scripts that put no spaces between words: each sign counts as a word.
_SIGNS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_SIGNS}]|[^\W_{_SIGNS}]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that two texts share."""

    #: As the first text has them.
    text: str
    words: int


def samples(text: str) -> frozenset[int]:
    """Digests of some runs of *text*, 32 bits each; none where it has fewer than eight words."""
    runs = _runs(_WORD.findall(text.casefold()))
    width = max(1, -(-2 * len(runs) // SAMPLES) - 1)
    return frozenset(_lowest(runs, width))


def _lowest(numbers: Sequence[int], width: int) -> list[int]:
    """The lowest of each *width* neighbours, made of the lowest of half as many, and so on."""
    span = 1
    while span * 2 <= width:
        numbers, span = _lower(numbers, numbers[span:]), span * 2
    return _lower(numbers, numbers[width - span :])


def _lower(numbers: Sequence[int], others: Sequence[int]) -> list[int]:
    """The lower of each two."""
    return [number if number < other else other for number, other in zip(numbers, others, strict=False)]


def shared(text: str, other: str) -> tuple[Passage, ...]:
    """The passages of *text* of eight words and more that stand in *other* too, in order; none is within another."""
    words, others = _words(text), [word for word, _, _ in _words(other)]
    places: dict[int, list[int]] = {}
    for at, run in enumerate(_runs(others)):
        places.setdefault(run, []).append(at)
    found: list[Passage] = []
    plain = [word for word, _, _ in words]
    at = 0
    for begin, run in enumerate(_runs(plain)):
        if begin < at or run not in places:
            continue
        length = max(_alike(plain, begin, others, there) for there in places[run])
        if length >= RUN:
            at = begin + length
            found.append(Passage(text[words[begin][1] : words[at - 1][2]], length))
    return tuple(found)


def _words(text: str) -> list[tuple[str, int, int]]:
    """(word without capitals, begin, end)"""
    return [(found[0].casefold(), found.start(), found.end()) for found in _WORD.finditer(text)]


def _runs(words: Sequence[str]) -> list[int]:
    """The digest of each run of eight words."""
    text = " ".join(words).encode("utf-8", "surrogatepass")
    begins = list(accumulate([len(word) + 1 for word in text.split(b" ")], initial=0))
    return [crc32(text[begin : end - 1]) for begin, end in zip(begins, begins[RUN:], strict=False)]


def _alike(words: Sequence[str], begin: int, others: Sequence[str], there: int) -> int:
    """How many words are the same from two places on."""
    length = 0
    while (
        begin + length < len(words) and there + length < len(others) and words[begin + length] == others[there + length]
    ):
        length += 1
    return length
