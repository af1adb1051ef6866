"""Dates as people type them among the words of a query, as conditions of the query language.

``March 2020`` → ``after:2020-03 before:2020-04``, ``since 2020`` → ``after:2020``, ``03/04/2020`` → either day.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from scraper import dates
from scraper.search import tokens
from scraper.search.synonyms import EMPTY

#: Words of the longest date: ``martes, 18 de marzo de 2021``.
LONGEST = 6
_YEAR = re.compile(r"([12]\d{3})\s?[年년]?", re.ASCII)
_YEARS = re.compile(r"([12]\d{3})\s?[-–—]\s?([12]\d{3})", re.ASCII)
_MONTH = re.compile(r"(0?[1-9]|1[0-2])\s?[./-]\s?([12]\d{3})", re.ASCII)
_EITHER = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
#: Words before a date that make a bound of it.
_BOUNDS = {"since": "after", "after": "after", "before": "before", "until": "before"}
#: Words before a date that belong to it, and say nothing else.
_LEADING = (EMPTY - {"no", "not", "nor"}) | _BOUNDS.keys()
_OPERATORS = frozenset({"AND", "OR", "NOT"})


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date in a query, and the conditions that it may stand for."""

    #: Of the characters that it takes up, with the word before it that belongs to it.
    start: int
    end: int
    conditions: tuple[str, ...]


def typed_dates(text: str) -> Iterator[TypedDate]:
    """The dates among the plain words of a query, from the left, each as long as it can be read."""
    if not re.search(r"\d{4}", text):
        return
    found = list(tokens.TOKEN.finditer(text))
    at = 0
    while at < len(found):
        length, periods = _longest(text, list(takewhile(_is_plain, found[at : at + LONGEST])))
        before = found[at - 1] if at else None
        if periods and not (before and before["word"] == "NOT"):
            yield _typed(before, found[at], found[at + length - 1], periods)
        at += length


def _is_plain(token: re.Match[str]) -> bool:
    return bool(token["word"]) and token["word"] not in _OPERATORS and not (token["minus"] or token["field"])


def _longest(text: str, run: Sequence[re.Match[str]]) -> tuple[int, tuple[str, ...]]:
    """How many words at the start of *run* are a date, and the periods that it may be; else one, and none."""
    for length in range(len(run), 0, -1):
        if periods := _periods(text[run[0].start() : run[length - 1].end()].strip(" .,;:")):
            return length, periods
    return 1, ()


def _typed(
    before: re.Match[str] | None, first: re.Match[str], last: re.Match[str], periods: tuple[str, ...]
) -> TypedDate:
    """A date with the word before it where that says nothing else: ``in``, ``since``."""
    word = before["word"].lower() if before and _is_plain(before) else ""
    start = before.start() if before and word in _LEADING else first.start()
    bound = _BOUNDS.get(word)
    conditions = (f"{bound}:{period.partition('/')[0]}" if bound else _within(period) for period in periods)
    return TypedDate(start, last.end(), tuple(conditions))


def _periods(text: str) -> tuple[str, ...]:
    """What *text* may be: years, months or days, the first and the last joined by ``/`` where they are two."""
    for pattern, form in ((_YEAR, "{0}"), (_YEARS, "{0}/{1}"), (_MONTH, "{1}-{0:0>2}")):
        if found := pattern.fullmatch(text):
            return (form.format(*found.groups()),)
    if (spelled := dates.parse(text)) and spelled.iso:
        return (spelled.iso,)
    if found := _EITHER.fullmatch(text):
        one, other, year = found.groups()
        isos = (dates.parse(f"{year}-{month:0>2}-{day:0>2}") for month, day in ((one, other), (other, one)))
        return tuple(each.iso for each in isos if each and each.iso)
    return ()


def _within(period: str) -> str:
    """The condition that posts are from *period*."""
    first, _, last = period.partition("/")
    if len(period) == len("2020"):
        return f"year:{period}"
    return f"after:{first} before:{_next(last or first)}"


def _next(iso: str) -> str:
    """The year, month or day behind *iso*, as precise as it."""
    year, month, day = (int(part) for part in f"{iso}-12-31".split("-")[:3])
    match len(iso):
        case 4:
            return str(year + 1)
        case 7:
            return f"{year + month // 12}-{month % 12 + 1:02}"
    return (date(year, month, day) + timedelta(days=1)).isoformat()
