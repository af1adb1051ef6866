"""Tables and views as they leave whole, each row once. Only reads."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

from scraper.store import single

#: Rows fetched at a time.
BATCH = 64
#: Of tables that have the column.
_OF_POSTS = " WHERE t.post_id IN (SELECT value FROM json_each(?))"


def referred(name: str, table: str, column: str) -> str:
    """SQL for the *column* of the row of *table* to which the column *name* of a table, called ``t``, refers by id."""
    return f"(SELECT {column} FROM {table} WHERE id = t.{name})"


def rows(
    db: sqlite3.Connection,
    table: str,
    expressions: Sequence[str],
    order: Sequence[int],
    posts: Sequence[int] | None = None,
) -> Iterator[tuple[object, ...]]:
    """The values of *expressions* over the columns of *table*, called ``t``, by those at the places *order*, from 1.

    *posts*: only the rows of these; None: all.
    """
    by, values = ", ".join(map(str, order)) or "1", (json.dumps(posts),) if posts is not None else ()
    sql = f"SELECT {', '.join(expressions)} FROM {table} t{_OF_POSTS if posts is not None else ''} ORDER BY {by}"
    with closing(db.execute(sql, values)) as cursor:
        while batch := cursor.fetchmany(BATCH):
            yield from batch


def count(db: sqlite3.Connection, table: str, posts: Sequence[int] | None = None) -> int:
    """Rows of *table*, which may be a view; of *posts* only, or of all."""
    if posts is None:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    return single.count(db, f"SELECT count(*) FROM {table} t{_OF_POSTS}", (json.dumps(posts),))
