"""Questions to the archive whose answer is one value: the first column of the first row. Only reads."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

Values = Sequence[object] | Mapping[str, object]


def text(db: sqlite3.Connection, asked: str, values: Values = ()) -> str | None:
    """The answer as text; None: there is no row, or NULL in it."""
    found = _first(db, asked, values)
    if found is None:
        return None
    return str(found)


def number(db: sqlite3.Connection, asked: str, values: Values = ()) -> int | None:
    """The answer as a whole number; None: there is no row, or NULL in it."""
    found = _first(db, asked, values)
    if found is None:
        return None
    return int(found)


def count(db: sqlite3.Connection, asked: str, values: Values = ()) -> int:
    """The answer as a whole number; 0: there is no row, or NULL in it."""
    return number(db, asked, values) or 0


def octets(db: sqlite3.Connection, asked: str, values: Values = ()) -> bytes | None:
    """The answer as bytes; None: there is no row, or NULL in it."""
    found = _first(db, asked, values)
    if found is None:
        return None
    return bytes(found)


def is_there(db: sqlite3.Connection, asked: str, values: Values = ()) -> bool:
    """Whether there is a row."""
    return db.execute(asked, values).fetchone() is not None


def _first(db: sqlite3.Connection, asked: str, values: Values) -> Any:
    row = db.execute(asked, values).fetchone()
    if row is None:
        return None
    return row[0]
