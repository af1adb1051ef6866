"""An archive of an older version in today's shape: `renew` writes it so, `present` only shows it so.

Neither knows versions. Both hold the tables of the file against those of `tables`, so whoever adds a table or a column
to a derived table there need write nothing here. Tables that hold evidence are made where they are missing and never
altered.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cache

from scraper import digests, passages
from scraper.schema.citations import CITATIONS
from scraper.schema.dictionary import dictionary
from scraper.schema.tables import (
    DERIVED,
    EVIDENCE,
    FTS,
    VIEWS,
    VOCABULARIES,
    content_name,
    search_sql,
    trigger_names,
)

#: Columns whose old values mean something else today: table → column → SQL over the old columns.
_RENAMED = {
    "known_urls": {
        "state": "CASE WHEN state <> 'elsewhere' THEN state WHEN evidence LIKE 'led to %' THEN 'redirected'"
        " WHEN evidence LIKE '% lists %' THEN 'in-web-archive' ELSE 'wanted' END"
    }
}

#: Columns that older archives lack and whose values follow from what they have: table → column → SQL for a row of it.
_FOLLOWS = {
    "post_captures": {
        "post_site": "(SELECT site FROM posts WHERE posts.id = post_id)",
        "answered_at": "(SELECT captured_at FROM captures WHERE captures.id = capture_id AND source = 'live')",
    }
}

#: What a table that is new takes over from older ones.
_TAKEN_OVER = {
    "citations": f"INSERT INTO citations {CITATIONS}",
    # 0.1.0 kept pages unread when a layout changed, and only the status of the run said so.
    "decisions": "INSERT INTO decisions (record_sha256, kind, at, by, reason, crawl_id)"
    " SELECT record_sha256, 'held', finished_at, command, 'the layout changed', crawl_id FROM captures"
    " JOIN crawls ON crawls.id = crawl_id WHERE exit_status = 5 AND source = 'live' AND kind IN ('post', 'other')"
    " AND captures.id NOT IN (SELECT capture_id FROM addresses) ORDER BY captures.id",
    "revision_addresses": "INSERT OR IGNORE INTO revision_addresses (post_url, content_sha256, record_sha256)"
    " SELECT posts.url, revisions.content_sha256, captures.record_sha256 FROM revisions"
    " JOIN posts ON posts.id = post_id JOIN captures ON captures.id = revisions.capture_id ORDER BY seen_at",
}


#: New tables whose rows all follow from older ones, as a SELECT of these.
_DERIVED_FROM = {"citations": CITATIONS}


@dataclass(frozen=True, slots=True)
class _Table:
    """A table or view as SQLite knows it, and the statements that make its indexes."""

    type: str
    sql: str
    columns: tuple[str, ...]
    indexes: tuple[str, ...]


def renew(db: sqlite3.Connection) -> None:
    """Give the archive today's tables, indexes, views, search and dictionary, keeping all rows; where it has them,
    nothing is done. One transaction, the caller's, with foreign keys off.
    """
    if _is_current(db):
        return
    before, today = _catalogue(db), _wanted()
    _drop_search(db)
    for name in (name for name, found in before.items() if found.type == "view" and name in today):
        db.execute(f"DROP VIEW IF EXISTS {name}")
    for name, table in today.items():
        if table.type == "table":
            _make(db, name, before.get(name), table)
    _make_search(db)
    for statement in _statements(VIEWS):
        db.execute(statement)
    describe(db)


def add_table(db: sqlite3.Connection, name: str) -> None:
    """Give the archive a table that it lacks, with what follows from the others. One transaction, the caller's."""
    _make(db, name, _catalogue(db).get(name), _wanted()[name])
    describe(db)


def renew_search(db: sqlite3.Connection) -> None:
    """Make the indexes of search anew where they are not those of today. One transaction, the caller's."""
    if _sql_of(db).items() >= _search_objects().items():
        return
    _drop_search(db)
    _make_search(db)


def renew_triggers(db: sqlite3.Connection) -> None:
    """Make the triggers anew that keep search in step; its indexes stay. One transaction, the caller's."""
    _remake(db, "TRIGGER", trigger_names())


def renew_contents(db: sqlite3.Connection) -> None:
    """Make the views anew that search's indexes are made of, where they show what they showed; the indexes stay. One
    transaction, the caller's.
    """
    _remake(db, "VIEW", map(content_name, FTS))


def _remake(db: sqlite3.Connection, what: str, names: Iterable[str]) -> None:
    """Where those of that kind (``TRIGGER``, ``VIEW``) are not as `search_sql` has them, drop them and make them anew;
    *names* are those that there may be.
    """
    wanted = [one.strip().rstrip(";") for one in _statements(search_sql()) if one.lstrip().startswith(f"CREATE {what}")]
    there = {sql for (sql,) in db.execute("SELECT sql FROM main.sqlite_master WHERE type = ?", (what.lower(),))}
    if there.issuperset(wanted):
        return
    for name in names:
        db.execute(f"DROP {what} IF EXISTS {name}")
    for statement in wanted:
        db.execute(statement)


@cache
def _search_objects() -> dict[str, str]:
    """What `search_sql` makes: name → SQL."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.executescript(DERIVED)
        before = _sql_of(db).keys()
        db.executescript(search_sql())
        return {name: sql for name, sql in _sql_of(db).items() if name not in before}


def _drop_search(db: sqlite3.Connection) -> None:
    for name in trigger_names():
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
    for name in (*VOCABULARIES, *FTS):
        db.execute(f"DROP TABLE IF EXISTS {name}")
    for name in FTS:  # older archives have a view for each
        db.execute(f"DROP VIEW IF EXISTS {name}_text")


def _make_search(db: sqlite3.Connection) -> None:
    for statement in _statements(search_sql()):
        db.execute(statement)
    for name in FTS:
        db.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")


def _is_current(db: sqlite3.Connection) -> bool:
    """Whether all tables and views are those of today."""
    return _sql_of(db).items() >= {name: table.sql for name, table in _wanted().items()}.items()


def fill_shared_runs(db: sqlite3.Connection) -> None:
    """Sample the runs of words of all texts, which older archives did not do. One transaction, the caller's."""
    for number, text in db.execute("SELECT id, body_text FROM posts WHERE body_text IS NOT NULL").fetchall():
        rows = [(run, number) for run in passages.samples(text)]
        db.executemany("INSERT OR IGNORE INTO shared_runs (run, post_id) VALUES (?, ?)", rows)


def fill_short_ids(db: sqlite3.Connection) -> None:
    """Give posts their short ids, which older archives did not do. One transaction, the caller's."""
    for number, url in db.execute("SELECT id, url FROM posts WHERE short_id IS NULL").fetchall():
        db.execute("UPDATE posts SET short_id = ? WHERE id = ?", (digests.short_id(url), number))


def fill_shows(db: sqlite3.Connection) -> None:
    """Say of captures which post they show, which older archives did not do apart from whose they are; where a post
    moved, the rebuild that new rules ask for corrects it. One transaction, the caller's.
    """
    db.execute(
        "UPDATE addresses SET shows = post_url WHERE shows IS NULL AND capture_id IN"
        " (SELECT id FROM captures WHERE redirected_to IS NULL)"
    )


def present(db: sqlite3.Connection) -> None:
    """Let a connection that cannot write see the archive in today's shape: by views of its own that hide old tables."""
    found = _catalogue(db)
    for name, table in _wanted().items():
        old = found.get(name)
        if old is None and name in _DERIVED_FROM:
            db.execute(f"CREATE TEMP VIEW {name} AS {_DERIVED_FROM[name]}")
        elif old is None or table.type == "view":
            db.execute(table.sql.replace("CREATE ", "CREATE TEMP ", 1))
        elif old.columns != table.columns:
            db.execute(f"CREATE TEMP VIEW {name} AS SELECT {_taken(name, old, table.columns)} FROM main.{name}")
    for name in FTS.keys() - found.keys():
        db.execute(f"CREATE VIRTUAL TABLE temp.{name} USING fts5({', '.join(FTS[name][1])}, tokenize='{FTS[name][2]}')")
    for name, of in VOCABULARIES.items():
        if name not in found:
            db.execute(f"CREATE VIRTUAL TABLE temp.{name} USING fts5vocab('main', '{of}', 'row')")


def describe(db: sqlite3.Connection) -> None:
    """Write the data dictionary into the file."""
    db.execute("DELETE FROM dictionary")
    asked = 'INSERT INTO dictionary ("table", "column", type, unit, meaning) VALUES (?, ?, ?, ?, ?)'
    db.executemany(asked, dictionary())


def renew_dictionary(db: sqlite3.Connection) -> None:
    """Make the data dictionary anew, in today's columns and words. One transaction, the caller's."""
    db.execute("DROP TABLE main.dictionary")
    db.execute(_wanted()["dictionary"].sql)
    describe(db)


def create(db: sqlite3.Connection) -> None:
    """Make all tables, indexes, views and search in an empty database."""
    for statement in _statements(EVIDENCE + DERIVED + VIEWS + search_sql()):
        db.execute(statement)
    describe(db)


def _make(db: sqlite3.Connection, name: str, old: _Table | None, table: _Table) -> None:
    """Make a table that is missing, or make a derived one anew with the rows it had."""
    if old is None:
        for statement in (table.sql, *table.indexes, *_taken_over(name)):
            db.execute(statement)
    elif old.sql != table.sql and name not in _evidence():
        shared = [column for column in table.columns if column in (*old.columns, *_FOLLOWS.get(name, ()))]
        db.execute(f"CREATE TEMP TABLE kept AS SELECT {_taken(name, old, shared)} FROM main.{name}")
        for statement in (f"DROP TABLE main.{name}", table.sql, *table.indexes):
            db.execute(statement)
        names = ", ".join(map(_quoted, shared))
        db.execute(f"INSERT INTO main.{name} ({names}) SELECT {names} FROM temp.kept")
        db.execute("DROP TABLE temp.kept")


def _taken_over(name: str) -> tuple[str, ...]:
    if name not in _TAKEN_OVER:
        return ()
    return (_TAKEN_OVER[name],)


def _taken(name: str, old: _Table, columns: Iterable[str]) -> str:
    """The *columns* of today's table as SQL over the *old* one; NULL where that has none."""
    had = {column: _quoted(column) for column in old.columns} | _RENAMED.get(name, {})
    values = _FOLLOWS.get(name, {}) | had
    return ", ".join(f"{values.get(column, 'NULL')} AS {_quoted(column)}" for column in columns)


def _quoted(name: str) -> str:
    return f'"{name}"'


@cache
def _wanted() -> dict[str, _Table]:
    return _made_by(EVIDENCE + DERIVED + VIEWS)


@cache
def _evidence() -> set[str]:
    return set(_made_by(EVIDENCE))


def _made_by(script: str) -> dict[str, _Table]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.executescript(script)
        return _catalogue(db)


def _sql_of(db: sqlite3.Connection) -> dict[str, str]:
    """The SQL of each table and view of *db*, by name."""
    asked = "SELECT name, sql FROM main.sqlite_master WHERE type IN ('table', 'view') AND sql IS NOT NULL"
    return dict(db.execute(asked).fetchall())


def _catalogue(db: sqlite3.Connection) -> dict[str, _Table]:
    """Tables and views of *db* by name, in the order in which they were made."""
    asked = "SELECT type, name, tbl_name, sql FROM main.sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    rows = db.execute(asked).fetchall()
    return {
        name: _Table(
            what,
            sql,
            tuple(column for _, column, *_ in db.execute(f"PRAGMA main.table_info({_quoted(name)})")),
            tuple(made for one, _, of, made in rows if one == "index" and of == name),
        )
        for what, name, _, sql in rows
        if what in ("table", "view")
    }


@cache
def _statements(script: str) -> tuple[str, ...]:
    """The statements of a script, one at a time: `executescript` would end the transaction."""
    statements = [""]
    for line in script.splitlines(keepends=True):
        statements[-1] += line
        if sqlite3.complete_statement(statements[-1]):
            statements.append("")
    return tuple(statements[:-1])
