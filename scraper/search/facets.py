"""Counts of a result set by site, year, category, tag, author, PDF, gone and language, and along time."""

from collections.abc import Mapping
from dataclasses import dataclass

from scraper.dates import years_between
from scraper.search.request import FACETS, UNDATED
from scraper.search.select import Selection


@dataclass(frozen=True, slots=True)
class Value:
    """One line of a facet."""

    #: For `Filters`.
    value: str
    #: For people.
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A property with the number of hits for each of its values, as they would be without this facet's own choice."""

    name: str
    values: tuple[Value, ...]


def facets(selection: Selection) -> tuple[Facet, ...]:
    """All facets, in the order of `FACETS`."""
    return tuple(_facet(selection, name) for name in FACETS)


def timeline(selection: Selection) -> tuple[tuple[str, int], ...]:
    """(month, hits) in order, without the choice of years."""
    months = selection.ledger.counts("month", selection.leaving("year"))
    return tuple(sorted((month, count) for month, count in months.items() if month))


def _facet(selection: Selection, name: str) -> Facet:
    counts = selection.ledger.counts(name, selection.leaving(name))
    chosen: tuple[str, ...] = getattr(selection.filters, name)
    if name == "year":
        return Facet(name, tuple(_years(selection, counts, chosen)))
    labels = selection.ledger.sites if name == "site" else {}
    return Facet(name, _by_count(dict.fromkeys(chosen, 0) | counts, labels, chosen))


def _by_count(counts: Mapping[str, int], labels: Mapping[str, str], chosen: tuple[str, ...]) -> tuple[Value, ...]:
    """By count, then by name; what is chosen stays, even at zero."""
    every = sorted(counts.items(), key=lambda each: (-each[1], each[0].casefold(), each[0]))
    return tuple(Value(value, labels.get(value, value), count, value in chosen) for value, count in every)


def _years(selection: Selection, counts: Mapping[str, int], chosen: tuple[str, ...]) -> list[Value]:
    """Every year from the archive's first to its last, long stretches without posts left out, then the undated."""
    every = dict.fromkeys((*years_between(selection.ledger.values["year"]), *chosen), 0) | dict(counts)
    undated = every.pop(UNDATED, 0)
    values = [Value(year, year, every[year], year in chosen) for year in sorted(every)]
    if undated or UNDATED in chosen:
        values.append(Value(UNDATED, UNDATED, undated, UNDATED in chosen))
    return values
