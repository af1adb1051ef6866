"""Types are part of a row: text and bytes that look alike have one digest, so their types are looked at as well."""

import sqlite3

from scraper import schema
from scraper.schema import quoted
from scraper.verify.findings import Findings

#: Rows named for one column.
MOST = 20

#: What SQLite may hold in a column declared so, beside NULL; columns of other types (computed ones) are not looked at.
_HELD = {"TEXT": ("text",), "INTEGER": ("integer",), "BLOB": ("blob",), "REAL": ("real", "integer")}


def check(db: sqlite3.Connection, findings: Findings) -> None:
    """Every value is of the type that its column was declared with."""
    for table in schema.TABLES.values():
        looked_at = [field for field in table.fields if field.type in _HELD]
        if table.is_view or not looked_at:
            continue
        counts = ", ".join(f"total(typeof({quoted(field.name)}) NOT IN {_allowed(field)})" for field in looked_at)
        for field, wrong in zip(looked_at, db.execute(f"SELECT {counts} FROM {table.name}").fetchone(), strict=True):
            if wrong:
                _tell(db, table, field, findings)


def _allowed(field: schema.Field) -> str:
    names = ", ".join(f"'{name}'" for name in ("null", *_HELD[field.type]))
    return f"({names})"


def _tell(db: sqlite3.Connection, table: schema.Table, field: schema.Field, findings: Findings) -> None:
    known_by = ", ".join(quoted(name) for name in table.names(schema.Use.KEY) or (table.fields[0].name,))
    asked = (
        f"SELECT typeof({quoted(field.name)}), {known_by} FROM {table.name}"
        f" WHERE typeof({quoted(field.name)}) NOT IN {_allowed(field)} LIMIT {MOST}"
    )
    for found, *key in db.execute(asked):
        where = f"{table.name} {' '.join(map(str, key))}"
        findings.damage("type", where, f"{field.name}: expected {field.type}, found {found}")
