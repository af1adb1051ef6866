"""The data dictionary, row by row: every table, view and column of an archive, with its type, unit and meaning.

The tables that SQLite's full-text search keeps for itself (``posts_fts_data`` and the like) are not among them: they
are its own, and hold nothing to be read.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from scraper.schema.table import Field, Table
from scraper.schema.tables import FTS, TABLES, VOCABULARIES, content_name

#: How times and days are written.
INSTANT, DAY = "ISO 8601, UTC", "ISO 8601"


class Entry(NamedTuple):
    """A row of the dictionary; `type` is None of a table as a whole, `unit` where there is none."""

    table: str
    #: Empty: the table as a whole.
    column: str
    type: str | None
    unit: str | None
    meaning: str


@cache
def dictionary() -> tuple[Entry, ...]:
    """All of it, in the order of the tables."""
    return tuple(entry for table in (*TABLES.values(), *_search(), _MIGRATIONS) for entry in _entries(table))


def _entries(table: Table) -> Iterator[Entry]:
    yield Entry(table.name, "", None, None, table.meaning)
    for field in table.fields:
        yield Entry(table.name, field.name, field.type, unit_of(field), field.meaning)


def unit_of(field: Field) -> str | None:
    """What its numbers count, or how its times are written; None: it holds neither."""
    return field.unit or _written(field.name)


def _written(column: str) -> str | None:
    """How the times in *column* are written; None: it holds none."""
    match column.rpartition("_")[2]:
        case "at" | "since" | "lastmod":
            return INSTANT
        case "day" | "month":
            return DAY
    return None


def _search() -> Iterator[Table]:
    """The tables of search and the views that they are made of."""
    contents: dict[str, Table] = {}
    for name, (table, columns, tokenizer) in FTS.items():
        known = {field.name: field for field in TABLES[table].fields}
        texts = tuple(Field(column, "TEXT", known[column].meaning) for column in columns)
        yield Table(name, f"Search: index of {table}; finds by the tokenizer {tokenizer}.", texts)
        number = Field("id", "INTEGER", f"Row number in {table}")
        made_of = f"View: the texts of {table} that search indexes."
        contents[content_name(name)] = Table(content_name(name), made_of, (number, *texts))
    yield from contents.values()
    for name, index in VOCABULARIES.items():
        yield Table(name, f"Search: the words of {index}.", _WORDS)


_WORDS = (
    Field("term", "TEXT", "Word, as the index has it: folded"),
    Field("doc", "INTEGER", "Rows that it stands in", unit="rows"),
    Field("cnt", "INTEGER", "How often it stands in them", unit="times"),
)
_MIGRATIONS = Table(
    "_sqlite_migrations",
    "Changes of these tables that the file has had.",
    (
        Field("id", "INTEGER", "Row number"),
        Field("migration_set", "TEXT", "Whose change it is: ushrn"),
        Field("name", "TEXT", "Number and name of the change"),
        Field("applied_at", "TEXT", "When it was made, UTC"),
    ),
)
