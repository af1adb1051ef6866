"""The data bench: how Datasette's own pages title, describe, label and hide the tables of the archive."""

from typing import Any

from scraper import schema
from scraper.serve import texts

#: Internal tables: whoever needs them finds them under "hidden tables".
HIDDEN = ("addresses", "captures", "files_exact", "files_fts", "listed_counts", "meta", "post_captures",
          "posts_exact", "posts_fts", "_sqlite_migrations")  # fmt: skip

#: Tables that nobody is shown → why. They say who decided, or hold the bytes of what is hidden or set aside, too.
CLOSED = {
    "withdrawals": texts.WITHDRAWALS_CLOSED,
    "decisions": texts.DECISIONS_CLOSED,
    "bodies": texts.BODIES_CLOSED,
}

#: How each table is shown. Labels are named because 1.0 would take a text key for the label (datasette #2458).
TABLES: dict[str, dict[str, Any]] = {
    "sites": {"label_column": "name", "sort": "id"},
    "posts": {
        "label_column": "title",
        "sort_desc": "published_at",
        "size": 20,
        "fts_table": "posts_fts",
        "fts_pk": "id",
    },
    "posts_browse": {
        "sort_desc": "published_at",
        "size": 20,
        "fts_table": "posts_fts",
        "fts_pk": "id",
    },
    "revisions": {"label_column": "title", "sort_desc": "seen_at", "size": 20},
    "counts": {"sort_desc": "counted_at"},
    "events": {"sort_desc": "at"},
    "crawls": {"label_column": "started_at", "sort_desc": "id"},
    "problems": {"sort_desc": "last_seen_at"},
    "categories": {"label_column": "name", "sort": "name"},
    "tags": {"label_column": "name", "sort": "name"},
    "files": {"label_column": "name"},
}

#: Settings of a server that shows this archive and nothing else.
SETTINGS: dict[str, Any] = {
    "default_allow_sql": False,
    "suggest_facets": False,
    # A facet looks at all rows, for whoever asks for one; our search counts more cheaply. One thread: tables never
    # take both processors from those who read.
    "allow_facet": False,
    "num_sql_threads": 1,
    "truncate_cells_html": 140,
    "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 500,
    "default_page_size": 20,
    "max_csv_mb": 0,
    "allow_download": True,
}


def metadata(database: str) -> dict[str, Any]:
    """What a metadata.json would say of the archive that Datasette calls *database*."""
    tables: dict[str, dict[str, Any]] = {name: {"hidden": True} for name in (*HIDDEN, *CLOSED)}
    for name, entry in TABLES.items():
        tables.setdefault(name, {}).update(entry)
    for name, (words, columns) in described().items():
        tables.setdefault(name, {}).update({"description": words, "columns": columns})
    return {
        "title": texts.BENCH_TITLE,
        "description": texts.BENCH_DESCRIPTION,
        "databases": {database: {"description": texts.BENCH_DESCRIPTION, "tables": tables}},
    }


def described() -> dict[str, tuple[str, dict[str, str]]]:
    """Table → (what it holds, column → what that means), from the schema's own dictionary."""
    return schema.DESCRIPTIONS
