"""The rows of the archive against those of its second reading: what is kept, and what the captures say."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from scraper import schema
from scraper.numbers import plural
from scraper.schema import Use, quoted

#: Differences told for one table; the exit status is the same for one as for thousands.
MOST = 200
#: Characters of a value that are shown.
SHOWN = 80
#: Tables that are not compared row by row: notes of runs, of which captures say nothing, and what `known` and `derived`
#: look at.
_APART = frozenset({"problems", "meta", "sites", "known_urls", "unindexed", "shared_runs"})

#: What each of SQLite's sorts of rows may take in memory, as much as one takes at least; beyond that it goes to disk.
_SORTED_KIB = 1024

#: Tells a difference: kind, row, what differs.
Tell = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A derived table as it is compared: *key* and *columns* as SQL over *source*, without the numbers of rows."""

    name: str
    source: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    #: Nothing keeps a row from standing there twice, so equal rows are counted.
    counted: bool


def _comparison(table: schema.Table) -> Comparison:
    """How *table* is compared. References by row number are followed to what they stand for."""
    source, named = f"{{s}}.{table.name} AS t", {}
    for field in table.fields:
        named[field.name] = f"t.{quoted(field.name)}"
        if field.stands_for:
            other, _, column = field.stands_for.partition(".")
            source += f" LEFT JOIN {{s}}.{other} ON {other}.id = t.{field.name}"
            named[field.name] = f"{other}.{column}"
    said = [field for field in table.fields if not field.use & (Use.ROW | Use.RECORDED)]
    unique = table.constraints or any(word in field.declared for field in said for word in ("UNIQUE", "PRIMARY"))
    return Comparison(
        table.name,
        source,
        tuple(named[field.name] for field in said if Use.KEY in field.use),
        tuple(named[field.name] for field in said if Use.KEY not in field.use),
        counted=not unique,
    )


COMPARISONS = tuple(_comparison(table) for table in schema.DERIVED_TABLES if table.name not in _APART)


def compare(copy: sqlite3.Connection, tell: Tell, left_out: Collection[str], *, whole: bool) -> int:
    """Tell of all rows that are not the same in the archive (`src`) and in its second reading (`main`); how many.

    *left_out*: posts that could not be read again, by address. *whole*: all captures could be read.
    """
    copy.execute(f"PRAGMA main.cache_size = -{_SORTED_KIB}")
    return sum(_compare(copy, table, tell, set(left_out), whole=whole) for table in COMPARISONS)


Row = tuple[object, ...]


def _compare(copy: sqlite3.Connection, table: Comparison, tell: Tell, left_out: set[str], *, whole: bool) -> int:
    differing = 0
    for key, here, again in _differences(copy, table):
        in_one_only = here is None or again is None
        if left_out & {*key, *(here or ())} or (in_one_only and not whole):
            continue
        differing += 1
        if differing <= MOST:
            tell(f"{table.name}-row", " ".join(map(str, key)), _told(table, here, again))
    if differing > MOST:
        tell(f"{table.name}-row", table.name, f"and {plural(differing - MOST, 'more row')}")
    return differing


def _differences(copy: sqlite3.Connection, table: Comparison) -> Iterator[tuple[Row, Row | None, Row | None]]:
    """Each key whose rows are not the same, with the other columns here and in the second reading; None: no such row.

    They come from SQLite in order, one key at a time: under other rules all posts may differ, with all their texts.
    """
    width = len(table.key)
    order = ", ".join(str(place) for place in (*range(2, width + 2), 1))
    sides = (f"SELECT {side}, * FROM ({_only_in(table, *of)})" for side, of in enumerate((_SIDES, _SIDES[::-1])))
    rows = copy.execute(f"{' UNION ALL '.join(sides)} ORDER BY {order}")
    for key, group in groupby(rows, lambda row: row[1 : width + 1]):
        found = {side: values[width:] for side, *values in group}
        yield key, *(None if found.get(side) is None else tuple(found[side]) for side in (0, 1))


#: The archive, and its second reading.
_SIDES = ("src", "main")


def _only_in(table: Comparison, where: str, other: str) -> str:
    """SQL: the rows of a table that stand in the database *where* and not in *other*."""
    names = ", ".join((*table.key, *table.columns))
    chosen, grouped = (f"{names}, count(*)", f" GROUP BY {names}") if table.counted else (names, "")
    first, second = (f"SELECT {chosen} FROM {table.source.format(s=side)}{grouped}" for side in (where, other))
    return f"{first} EXCEPT {second}"


def _told(table: Comparison, here: Row | None, again: Row | None) -> str:
    """How a row differs, in words."""
    if here is None:
        return "row missing: the captures imply it"
    if again is None:
        return "row not supported by any capture (added or altered)"
    names = (*(name.partition(".")[2] for name in table.columns), "number of such rows")
    differing = [
        f"{name}: the archive has {_short(old)}, its captures say {_short(new)}"
        for name, old, new in zip(names, here, again, strict=False)
        if old != new
    ]
    return "; ".join(differing)


def _short(value: object) -> str:
    text = repr(value)
    if len(text) <= SHOWN:
        return text
    return f"{text[:SHOWN]}… ({plural(len(text), 'character')})"
