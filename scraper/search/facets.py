"""Counts of a result set by site, year, category, tag, author, PDF and gone, and along time."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from scraper.search.request import UNDATED, Filters
from scraper.search.select import BITS


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


@dataclass(slots=True)
class Tally:
    """Rows of `_COUNTS` → facets."""

    db: sqlite3.Connection
    filters: Filters
    counted: dict[str, list[tuple[object, ...]]]

    def sums(self, part: str, name: str) -> Counter[object]:
        """Hits by the values of a part, leaving the choice of facet *name* aside."""
        found: Counter[object] = Counter()
        for value, count, miss, *_ in self.counted.get(part, ()):
            if miss in (0, BITS[name]):
                found[value] += int(str(count))
        return found

    def flag(self, name: str, column: int) -> dict[str, int]:
        """Hits that have the property and hits that have not, leaving its own choice aside."""
        rows = [row for row in self.counted.get("site", ()) if row[2] in (0, BITS[name])]
        yes = sum(int(str(row[column])) for row in rows)
        counts = {"yes": yes, "no": sum(int(str(row[1])) for row in rows) - yes}
        return {value: count for value, count in counts.items() if count}

    @property
    def total(self) -> int:
        """How many posts were found."""
        return sum(int(str(row[1])) for row in self.counted.get("site", ()) if row[2] == 0)

    def timeline(self) -> tuple[tuple[str, int], ...]:
        """(month, hits) in order, without the choice of years."""
        return tuple(sorted((str(month), count) for month, count in self.sums("month", "year").items() if month))

    def facets(self) -> tuple[Facet, ...]:
        """All facets, in the order of `Page.facets`."""
        return tuple(self.one(name) for name in BITS)

    def one(self, name: str) -> Facet:
        """One facet, its values by count, years in order."""
        match name:
            case "site":
                sites = dict(self.db.execute("SELECT id, name FROM sites"))
                return self.facet(name, {str(site): count for site, count in self.sums("site", name).items()}, sites)
            case "year":
                return self.years()
            case "category":
                return self.facet(name, self.labels(name, "categories"))
            case "tag":
                return self.facet(name, self.labels(name, "tags"))
            case "pdf":
                return self.facet(name, self.flag(name, 4))
            case "gone":
                return self.facet(name, self.flag(name, 3))
            case _:
                return self.facet(name, {str(row[0]): int(str(row[1])) for row in self.counted.get(name, ())})

    def labels(self, name: str, table: str) -> dict[str, int]:
        """Hits by name, of a part counted by id."""
        names = dict(self.db.execute(f"SELECT id, name FROM {table}"))
        return {names[row[0]]: int(str(row[1])) for row in self.counted.get(name, ()) if row[0] in names}

    def facet(self, name: str, counts: Mapping[str, int], labels: Mapping[str, str] | None = None) -> Facet:
        """By count, then by name; what is chosen stays, even at zero."""
        chosen: tuple[str, ...] = getattr(self.filters, name)
        every = dict.fromkeys(chosen, 0) | dict(counts)
        values = (
            Value(value, (labels or {}).get(value, value), count, value in chosen)
            for value, count in sorted(every.items(), key=lambda each: (-each[1], each[0].casefold(), each[0]))
        )
        return Facet(name, tuple(values))

    def years(self) -> Facet:
        """Every year from the archive's first to its last, then the undated."""
        months = self.sums("month", "year")
        counts: Counter[str] = Counter()
        for month, count in months.items():
            counts[str(month)[:4] if month else UNDATED] += count
        undated = counts.pop(UNDATED, 0)
        first, last = self.db.execute(
            "SELECT min(day), max(day) FROM (SELECT min(published_at) AS day FROM posts"
            " UNION ALL SELECT max(published_at) FROM posts"
            " UNION ALL SELECT min(updated_at) FROM posts WHERE published_at IS NULL"
            " UNION ALL SELECT max(updated_at) FROM posts WHERE published_at IS NULL)"
        ).fetchone()
        ends = [int(day[:4]) for day in (first, last) if day and day[:4].isdecimal()]
        span = range(ends[0], ends[-1] + 1) if ends else range(0)
        chosen = self.filters.year
        for year in (*map(str, span), *chosen):
            counts.setdefault(year, 0)
        values = [Value(year, year, counts[year], year in chosen) for year in sorted(counts) if year != UNDATED]
        if undated or UNDATED in chosen:
            values.append(Value(UNDATED, UNDATED, undated, UNDATED in chosen))
        return Facet("year", tuple(values))
