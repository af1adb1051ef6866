"""Tables and views as they leave whole, each row once. Only reads."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

#: Rows fetched at a time.
BATCH = 64


def referred(name: str, table: str, column: str) -> str:
    """SQL for the *column* of the row of *table* to which the column *name* of a table, called ``t``, refers by id."""
    return f"(SELECT {column} FROM {table} WHERE id = t.{name})"


def rows(
    db: sqlite3.Connection, table: str, expressions: Sequence[str], order: Sequence[int]
) -> Iterator[tuple[object, ...]]:
    """The values of *expressions* over the columns of *table*, called ``t``, by those at the places *order*, from 1."""
    by = ", ".join(map(str, order)) or "1"
    with closing(db.execute(f"SELECT {', '.join(expressions)} FROM {table} t ORDER BY {by}")) as cursor:
        while batch := cursor.fetchmany(BATCH):
            yield from batch


def count(db: sqlite3.Connection, table: str) -> int:
    """Rows of *table*, which may be a view."""
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
