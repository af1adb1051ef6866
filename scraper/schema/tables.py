"""What follows from the rows of `fields`: scripts, search tables, export columns, the data dictionary."""

from scraper.schema import evidence_fields, fields, view_fields
from scraper.schema.table import ON_REQUEST, Field, Table, Use

#: All tables and views by name, in the order in which they are made.
TABLES: dict[str, Table] = {
    table.name: table for table in (*fields.DERIVED, *evidence_fields.EVIDENCE, *view_fields.VIEWS)
}

EVIDENCE = "\n".join(table.script for table in evidence_fields.EVIDENCE)
DERIVED = "\n".join(table.script for table in fields.DERIVED)
VIEWS = "\n".join(table.script for table in view_fields.VIEWS)

#: The data dictionary: table or view → (what it holds, column → what it means).
DESCRIPTIONS: dict[str, tuple[str, dict[str, str]]] = {
    name: (table.meaning, {field.name: field.meaning for field in table.fields}) for name, table in TABLES.items()
}

_EXPORTED = (*TABLES["posts"].fields, *fields.COMPUTED)

#: Default columns of CSV, JSON and /search.csv, in order.
EXPORT_COLUMNS = tuple(
    field.name
    for field in sorted(_EXPORTED, key=lambda field: field.exported)
    if field.exported and field.exported != ON_REQUEST
)

#: Columns that exports have only where they are asked for.
MORE_COLUMNS = tuple(field.name for field in _EXPORTED if field.exported == ON_REQUEST)

#: The fields of exports by name. Of those that are no column of `posts`, `Field.sql` is what makes them.
EXPORT_FIELDS: dict[str, Field] = {field.name: field for field in _EXPORTED if field.exported}

_STEMMED, _EXACT = "porter unicode61 remove_diacritics 2", "unicode61 remove_diacritics 2"


def names(table: str, use: Use) -> tuple[str, ...]:
    """The columns of *table* that have *use*, in order."""
    return TABLES[table].names(use)


def _searched(table: str) -> tuple[str, ...]:
    found = [field for field in TABLES[table].fields if field.searched]
    return tuple(field.name for field in sorted(found, key=lambda field: field.searched))


#: Search tables: name → (content table, columns, tokenizer). Kept in step by triggers of our own, guarded so that a
#: change of counts never re-indexes a body (datasette.md P3-P5).
FTS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "posts_fts": ("posts", _searched("posts"), _STEMMED),
    "posts_exact": ("posts", _searched("posts"), _EXACT),
    "files_fts": ("files", _searched("files"), _STEMMED),
    "files_exact": ("files", _searched("files"), _EXACT),
}


def search_sql() -> str:
    """The search tables and the triggers that keep them in step, as one script."""
    return "\n".join(_fts(name, *what) for name, what in FTS.items())


def trigger_names() -> frozenset[str]:
    """Names of the triggers that must exist for search to stay in step."""
    return frozenset(f"{name}_{when}" for name in FTS for when in ("ai", "ad", "au"))


def _fts(name: str, table: str, columns: tuple[str, ...], tokenizer: str) -> str:
    """One external-content index; updates that leave its columns alone do not touch it (IS NOT, for NULLs).

    Named in double quotes, as sqlite-utils and Datasette look for the index of a table.
    """
    names = ", ".join(columns)
    new = ", ".join(f"new.{column}" for column in columns)
    old = ", ".join(f"old.{column}" for column in columns)
    changed = " OR ".join(f"new.{column} IS NOT old.{column}" for column in ("id", *columns))
    put = f"INSERT INTO {name}(rowid, {names}) VALUES (new.id, {new});"
    take = f"INSERT INTO {name}({name}, rowid, {names}) VALUES ('delete', old.id, {old});"
    return f"""
CREATE VIRTUAL TABLE {name} USING fts5({names}, content="{table}", content_rowid='id', tokenize='{tokenizer}');
CREATE TRIGGER {name}_ai AFTER INSERT ON {table} BEGIN {put} END;
CREATE TRIGGER {name}_ad AFTER DELETE ON {table} BEGIN {take} END;
CREATE TRIGGER {name}_au AFTER UPDATE OF id, {names} ON {table} WHEN {changed} BEGIN {take} {put} END;
"""
