"""What else an insider can do to the file, held against the whole of `verify`; and what is no damage at all. Slow."""

# ruff: noqa: E501 - the tables of changes are read along their lines

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from scraper import schema, verify
from scraper.errors import ArchiveError
from scraper.rebuild import run_rebuild
from scraper.seal import Note
from scraper.store import sealing

NOW = datetime(2022, 1, 1, tzinfo=UTC)


def found(path: Path, db: sqlite3.Connection, change: str) -> verify.Findings | None:
    """What `verify` finds after *change*, the newest checkpoint being known elsewhere; None: it cannot be opened."""
    last = sealing.newest(db)
    assert last is not None
    db.executescript(change)
    db.close()
    try:
        return verify.run(path, now=lambda: NOW, known=Note.parse(last.text))
    except ArchiveError:
        return None


SHAPE = "PRAGMA writable_schema = ON; {} PRAGMA writable_schema = RESET"
ALTERED = (
    # Values that look alike: NUL characters, other types, other case, numbers below zero.
    "UPDATE posts SET title = title || char(0) || 'x'",
    "UPDATE posts SET slug = slug || char(0)",
    "UPDATE posts SET title = CAST(title AS BLOB)",
    "UPDATE posts SET title = CAST(x'ff41' AS TEXT) WHERE id = 1",
    "UPDATE posts SET reader = '0'",
    "UPDATE posts SET author = author || ' '",
    "UPDATE captures SET url = url || char(0)",
    "UPDATE captures SET captured_at = captured_at || char(0) WHERE id = 3",
    "UPDATE captures SET record_sha256 = upper(record_sha256)",
    "UPDATE captures SET body_sha256 = upper(body_sha256)",
    "UPDATE bodies SET sha256 = upper(sha256)",
    "UPDATE bodies SET data = CAST(data AS TEXT) WHERE rowid = 2",
    "UPDATE meta SET value = CAST(value AS BLOB)",
    "UPDATE posts SET rowid = -5 WHERE id = 1",
    "UPDATE captures SET id = -7 WHERE id = 1",
    "UPDATE posts SET id = id + 1000",
    # What is derived, and what the archive says of itself.
    "UPDATE events SET known_at = '2019-01-01T00:00:00Z'",
    "UPDATE revisions SET targets = '{}'",
    "INSERT INTO tags VALUES (99, 'x')",
    "UPDATE meta SET value = '{\"a\": 1}' WHERE key = 'fingerprint'",
    "UPDATE meta SET value = '0' WHERE key = 'reader'",
    "INSERT INTO meta VALUES ('name', 'Another archive')",
    "INSERT INTO meta VALUES ('introduction', 'We lie.')",
    "INSERT INTO meta VALUES ('timestamp_authorities', 'https://evil.example')",
    "INSERT INTO meta VALUES ('captures-left-out', '2021')",
    "INSERT INTO meta VALUES ('captures-left-out', '2021'); UPDATE posts SET title = 'x'",
    "INSERT INTO meta VALUES ('pictures-left-out', '2021'); INSERT INTO meta VALUES ('public_url', 'https://evil.example')",
    "INSERT INTO meta VALUES ('public-copy', 'problems, notes and hidden posts left out'); UPDATE posts SET title = 'x'",
    "UPDATE dictionary SET meaning = meaning || ' (estimated)'",
    "DELETE FROM fingerprints",
    "UPDATE fingerprints SET reader = reader + 1",
    "UPDATE sites SET platform = 'other'",
    "INSERT INTO sites VALUES ('upr2020', 'USHRN', 'https://www.upr2020.org/', 'wix', 'live')",
    "UPDATE problems SET resolved_at = NULL",
    "DELETE FROM problems",
    "UPDATE problems SET times = 1000",
    "INSERT INTO revision_addresses VALUES ('https://www.blog.example/post/gone', 'aa', 'bb')",
    # Seals that are to look as if nobody had sealed, or had sealed otherwise.
    "DELETE FROM meta WHERE key = 'sealed-as'; UPDATE problems SET message = 'x'",
    "DELETE FROM meta WHERE key = 'sealed-as'; INSERT INTO decisions (record_sha256, kind, at, by) SELECT record_sha256, 'set-aside', '2021-01-01T00:00:00Z', 'crawl' FROM captures WHERE kind = 'missing'",
    "UPDATE meta SET value = '1' WHERE key = 'sealed-as'",
    "UPDATE checkpoints SET id = id + 100",
    "UPDATE checkpoints SET statement = statement || ' '",
    "UPDATE checkpoints SET text = CAST(text AS BLOB)",
    "UPDATE checkpoints SET root = upper(root)",
    "INSERT INTO checkpoints SELECT id + 1, crawl_id, size, root, text, statement FROM checkpoints WHERE id = (SELECT max(id) FROM checkpoints)",
    "INSERT INTO log_nodes VALUES (9, 5, x'0000')",
    "INSERT INTO timestamps (checkpoint, authority, token, at) VALUES (1, 'x', x'30', '2001-01-01T00:00:00Z')",
    # Search: words put in, taken out, weighed otherwise.
    "INSERT INTO posts_fts(rowid, title, excerpt, body_text, author) VALUES (999, 'invented', 'x', 'invented words', 'a')",
    "INSERT INTO posts_exact(posts_exact) VALUES ('delete-all')",
    "INSERT INTO posts_unspaced(posts_unspaced) VALUES ('delete-all')",
    "INSERT INTO posts_fts(posts_fts, rank) VALUES ('rank', 'bm25(0.0, 0.0, 9.0)')",
    "UPDATE posts_fts_config SET v = 3 WHERE k = 'version'",
    "INSERT INTO unindexed SELECT id FROM posts",
    "DELETE FROM shared_runs",
    "UPDATE shared_runs SET run = run + 1",
    "INSERT INTO shared_runs VALUES (1, 1)",
    "DELETE FROM shared_runs; INSERT INTO unindexed SELECT id FROM posts",
    "UPDATE posts_fts_docsize SET sz = x'01020304' WHERE id = 1",
    "UPDATE posts_exact_docsize SET sz = x'7f7f7f7f'",
    "DROP VIEW posts_fts_text; CREATE VIEW posts_fts_text AS SELECT id, 'x' AS title, 'y' AS excerpt, 'z' AS body_text, 'w' AS author FROM posts",
    # The shape of the file.
    "DROP VIEW coverage; CREATE VIEW coverage AS SELECT 1 AS x",
    "CREATE TRIGGER sly INSTEAD OF INSERT ON coverage BEGIN SELECT 1; END",
    "CREATE TRIGGER sly AFTER INSERT ON problems BEGIN UPDATE posts SET views = 1; END",
    "CREATE TRIGGER sly BEFORE INSERT ON revisions WHEN new.title LIKE '%court%' BEGIN SELECT raise(IGNORE); END",
    "ALTER TABLE posts ADD COLUMN extra TEXT GENERATED ALWAYS AS (title || '!') VIRTUAL",
    "ALTER TABLE posts RENAME COLUMN likes TO likes2",
    "CREATE TABLE bodies_shadow AS SELECT * FROM bodies",
    "CREATE VIEW \"posts \" AS SELECT * FROM posts",
    SHAPE.format("UPDATE sqlite_master SET sql = replace(sql, 'title TEXT', 'title TEXT COLLATE NOCASE') WHERE name = 'posts';"),
    SHAPE.format("DELETE FROM sqlite_master WHERE name = 'posts_fts_au';"),
    SHAPE.format("UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'tags') WHERE name = 'categories';"),
    SHAPE.format("UPDATE sqlite_master SET tbl_name = 'tags' WHERE name = 'coverage';"),
    "PRAGMA user_version = 0",
    "PRAGMA user_version = -1",
    "PRAGMA user_version = 3",
    "DELETE FROM _sqlite_migrations",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("change", ALTERED)
def test_nothing_that_was_altered_ends_with_all_holds(sealed: Path, sealed_db: sqlite3.Connection, change: str) -> None:
    findings = found(sealed, sealed_db, change)
    assert findings is None or findings.exit_status in {1, 7}


#: Another value of the same type, whatever stood there.
OTHERWISE = {
    "INTEGER": "ifnull({0} + 100000, 7)",
    "BLOB": "CAST(ifnull({0}, '') || 'x' AS BLOB)",
    "TEXT": "ifnull({0} || 'x', '2021-01-05')",
}
INVENTED = {"INTEGER": "1", "BLOB": "x'30'", "TEXT": "'x'"}


def alterations(db: sqlite3.Connection, table: schema.Table) -> Iterator[str]:
    """Of each column of a table one change, in its last row; of a table without rows, a row that is invented."""
    stored = [field for field in table.fields if field.type in OTHERWISE]
    if not db.execute(f"SELECT EXISTS (SELECT 1 FROM {table.name})").fetchone()[0]:
        names = ", ".join(schema.quoted(field.name) for field in stored)
        yield f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(INVENTED[field.type] for field in stored)})"
        return
    key = ", ".join(schema.quoted(name) for name in (table.names(schema.Use.KEY) or (table.fields[0].name,)))
    last = f"({key}) = (SELECT {key} FROM {table.name} ORDER BY {key} DESC LIMIT 1)"
    for field in stored:
        if schema.Use.ROW not in field.use:  # by which SQLite knows the row: it says nothing, and is told nowhere
            name = schema.quoted(field.name)
            yield f"UPDATE {table.name} SET {name} = {OTHERWISE[field.type].format(name)} WHERE {last}"


@pytest.mark.slow
@pytest.mark.parametrize("name", [table.name for table in schema.TABLES.values() if not table.is_view])
def test_no_column_of_any_table_can_be_altered_and_all_still_holds(
    sealed: Path, sealed_db: sqlite3.Connection, name: str
) -> None:
    unseen = []
    for change in alterations(sealed_db, schema.TABLES[name]):
        copy = sealed.with_name("altered.db")
        shutil.copy(sealed, copy)
        with closing(sqlite3.connect(copy, isolation_level=None)) as db:
            db.execute(change)
        if verify.run(copy, now=lambda: NOW).exit_status == 0:
            unseen.append(change)
    assert unseen == []


@pytest.mark.parametrize(
    "change",
    [
        "PRAGMA user_version = 99",
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('ushrn', '9999 to come', 'y')",
    ],
)
def test_a_version_that_never_was_makes_no_archive_unreadable_for_its_check(
    sealed: Path, sealed_db: sqlite3.Connection, change: str
) -> None:
    findings = found(sealed, sealed_db, change)
    assert findings is not None
    assert [one.kind for one in findings.of("damage")] == ["version"]


def test_hits_that_are_put_in_another_order_are_found(sealed: Path, sealed_db: sqlite3.Connection) -> None:
    findings = found(sealed, sealed_db, "INSERT INTO posts_fts(posts_fts, rank) VALUES ('rank', 'bm25(0.0, 0.0, 9.0)')")
    assert findings is not None
    assert "another order" in findings.of("damage")[0].message


@pytest.mark.parametrize("name", ["posts_fts", "posts_exact"])
def test_hits_that_are_hidden_by_a_wrong_place_of_their_words_are_found(
    sealed: Path, sealed_db: sqlite3.Connection, name: str
) -> None:
    many_pages = f"INSERT INTO {name}({name}, rank) VALUES ('pgsz', 64); INSERT INTO {name}({name}) VALUES ('rebuild')"
    astray = f"INSERT INTO {name}_idx SELECT segid, x'3065', 0 FROM {name}_idx LIMIT 1"
    findings = found(sealed, sealed_db, f"{many_pages}; {astray}")
    assert findings is not None
    assert [(one.kind, one.where) for one in findings.of("damage")] == [("search", name)]
    assert "hides hits" in findings.of("damage")[0].message


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO posts_fts(posts_fts) VALUES ('delete-all')",
        "DELETE FROM posts_exact_data WHERE id > 10",
        "UPDATE posts_fts_docsize SET sz = x'01020304' WHERE id = 1",
    ],
)
def test_an_index_that_was_altered_is_made_anew_by_a_rebuild_that_is_asked_to(
    sealed: Path, sealed_db: sqlite3.Connection, change: str
) -> None:
    findings = found(sealed, sealed_db, change)
    assert findings is not None
    assert {one.kind for one in findings.of("damage")} == {"search"}
    run_rebuild(sealed, search=True, now=lambda: NOW)
    assert verify.run(sealed, now=lambda: NOW).exit_status == 0


#: What people and their tools do to a file, which alters nothing that was archived.
HONEST = (
    "VACUUM",
    "ANALYZE",
    "REINDEX",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM",
    "PRAGMA auto_vacuum = 1; VACUUM",
    "PRAGMA application_id = 77",
    "INSERT INTO posts_fts(posts_fts) VALUES ('optimize')",
    "INSERT INTO posts_exact(posts_exact) VALUES ('rebuild')",
    "INSERT INTO posts_fts(posts_fts, rank) VALUES ('automerge', 8)",
    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('other', 'x', 'y')",
    "CREATE TABLE annotations (post_id INTEGER, note TEXT)",
    "CREATE INDEX mine ON posts(title)",
    "CREATE VIEW mine AS SELECT url FROM posts",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("change", HONEST)
def test_what_alters_nothing_is_no_damage(sealed: Path, sealed_db: sqlite3.Connection, change: str) -> None:
    findings = found(sealed, sealed_db, change)
    assert findings is not None
    assert findings.of("damage") == ()
    assert bool(findings.of("not proven")) == change.startswith("CREATE"), "what others put in is told"


def test_a_table_and_a_search_of_somebody_else_is_no_damage_then_or_later(sealed: Path, archives: Any) -> None:
    tool = Database(sealed)
    tool["annotations"].insert({"id": 1, "note": "mine"}, pk="id")
    tool["known_urls"].enable_fts(["evidence"])
    tool.close()
    assert verify.run(sealed, now=lambda: NOW).exit_status == 1
    archives.fill(sealed, [archives.live("/robots.txt", "2022-01-01T00:00:00Z", "x", kind="robots")], confirm=False)
    tool = Database(sealed)
    tool["annotations"].insert({"id": 2, "note": "more"}, pk="id")
    tool.close()
    archives.fill(sealed, [archives.live("/robots.txt", "2022-01-01T00:00:09Z", "y", kind="robots")], confirm=False)
    findings = verify.run(sealed, now=lambda: NOW)
    assert findings.of("damage") == findings.of("not proven") == ()
    assert "annotations" in " ".join(one.where for one in findings.of("note"))


def test_a_timestamp_taken_away_after_the_next_seal_is_found(
    sealed: Path, sealed_db: sqlite3.Connection, archives: Any
) -> None:
    sealed_db.execute(
        "INSERT INTO timestamps (checkpoint, authority, token, at) VALUES (1, 'x', x'30', '2001-01-01T00:00:00Z')"
    )
    archives.fill(sealed, [archives.live("/robots.txt", "2022-01-01T00:00:00Z", "x", kind="robots")], confirm=False)
    sealed_db.execute("DELETE FROM timestamps")
    told = {(one.kind, one.where) for one in verify.run(sealed, now=lambda: NOW).of("damage")}
    assert ("timestamp", "timestamps") in told
