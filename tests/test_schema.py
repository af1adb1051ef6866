"""The shape of archive.db, and the way into it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from scraper import digests, schema
from scraper.errors import ArchiveBusy, ArchiveReadOnly, ArchiveUnusable, DiskFull, NewerArchive, NotAnArchive
from scraper.records import Reading
from scraper.schema import Use
from scraper.schema.letters import folded
from scraper.search.folding import fold
from scraper.verify import shape
from tests.archives import query


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(schema.open_archive(tmp_path / "archive.db", create=True).conn):
        pass
    return tmp_path / "archive.db"


def plain(path: Path) -> sqlite3.Connection:
    """A connection such as any tool makes: nothing of ours is loaded."""
    return sqlite3.connect(path, isolation_level=None)


def a_post(db: sqlite3.Connection, number: int = 1, **values: object) -> None:
    db.execute("INSERT OR IGNORE INTO sites VALUES ('a', 'A', 'https://a.example/', 'wix', 'live')")
    row: dict[str, object] = {
        "id": number,
        "site": "a",
        "url": f"https://a.example/post/{number}",
        "slug": str(number),
        "first_seen_at": "2026-01-01",
        "last_seen_at": "2026-01-01",
    }
    row |= values
    db.execute(f"INSERT INTO posts ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


def found(db: sqlite3.Connection, words: str, index: str = "posts_fts") -> list[int]:
    return [row for (row,) in db.execute(f"SELECT rowid FROM {index} WHERE {index} MATCH ? ORDER BY rowid", (words,))]


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]


def test_a_new_archive_is_synced_at_every_commit_and_checks_its_references(tmp_path: Path) -> None:
    with closing(schema.open_archive(tmp_path / "archive.db", create=True).conn) as db:
        pragmas = {
            name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_migrations_are_recorded_and_applied_once(path: Path) -> None:
    with closing(schema.open_archive(path, create=True).conn) as db:
        names = [name for (name,) in db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'ushrn'")]
    assert len(names) == schema.VERSION


def test_opening_twice_leaves_the_file_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    for create in (True, False):
        schema.open_archive(path, create=create).conn.close()
    schema.open_archive(path, create=False, readonly=True).conn.close()
    assert path.read_bytes() == before


def test_an_empty_file_becomes_an_archive(tmp_path: Path) -> None:
    (tmp_path / "archive.db").touch()
    schema.open_archive(tmp_path / "archive.db", create=True).conn.close()
    schema.open_archive(tmp_path / "archive.db", create=False).conn.close()


def test_an_archive_whose_making_was_killed_is_finished(tmp_path: Path) -> None:
    with closing(plain(tmp_path / "archive.db")) as db:
        db.execute("PRAGMA journal_mode = WAL")
    schema.open_archive(tmp_path / "archive.db", create=True).conn.close()


CUT_SHORT = """
import resource, sys
from pathlib import Path
from scraper import schema
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
schema.open_archive(Path(sys.argv[1]), create=True)
"""


def test_an_archive_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    done = subprocess.run([sys.executable, "-c", CUT_SHORT, path], capture_output=True, text=True, check=False)
    assert "DiskFull" in done.stderr
    assert query(path, "SELECT name FROM sqlite_master") == []
    schema.open_archive(path, create=True).conn.close()


@pytest.mark.parametrize("readonly", [True, False])
def test_a_missing_archive_is_said_so_and_not_made(tmp_path: Path, *, readonly: bool) -> None:
    with pytest.raises(NotAnArchive, match="no archive there; `ushrn crawl`"):
        schema.open_archive(tmp_path / "archive.db", create=False, readonly=readonly)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotAnArchive, match="folder does not exist"):
        schema.open_archive(tmp_path / "none" / "archive.db", create=True)


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(NotAnArchive, match="found a folder"):
        schema.open_archive(tmp_path, create=True)


@pytest.mark.parametrize("content", [b"title,url\n", b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_untouched(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "archive.db").write_bytes(content)
    with pytest.raises(ArchiveUnusable):
        schema.open_archive(tmp_path / "archive.db", create=True)
    assert (tmp_path / "archive.db").read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["archive.db"]


def test_somebody_elses_database_is_refused_and_untouched(tmp_path: Path) -> None:
    with closing(plain(tmp_path / "archive.db")) as db:
        db.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT)")
    before = (tmp_path / "archive.db").read_bytes()
    with pytest.raises(NotAnArchive, match="not an archive of ours"):
        schema.open_archive(tmp_path / "archive.db", create=True)
    assert (tmp_path / "archive.db").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["archive.db"]


def test_an_archive_of_a_newer_version_is_refused(path: Path) -> None:
    with closing(plain(path)) as db:
        db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(NewerArchive, match="pip install --upgrade"):
        schema.open_archive(path, create=True)


def test_an_archive_with_a_migration_we_do_not_know_is_refused(path: Path) -> None:
    with closing(plain(path)) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('ushrn', '0999 later', '')"
        )
    with pytest.raises(NewerArchive, match="0999 later"):
        schema.open_archive(path, create=False, readonly=True)


def test_an_archive_that_another_program_writes_to_is_busy(path: Path) -> None:
    with closing(plain(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveBusy, match="another program"):
            schema.open_archive(path, create=True, busy_timeout_ms=10)
        other.execute("ROLLBACK")


def test_an_archive_that_is_being_written_can_be_read(path: Path) -> None:
    with closing(plain(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with closing(schema.open_archive(path, create=False, readonly=True).conn) as db:
            assert db.execute("SELECT count(*) FROM posts").fetchone() == (0,)
        other.execute("ROLLBACK")


def test_a_reader_cannot_write(path: Path) -> None:
    with (
        closing(schema.open_archive(path, create=False, readonly=True).conn) as db,
        pytest.raises(ArchiveReadOnly),
        schema.explained(path),
    ):
        db.execute("DELETE FROM posts")


def as_nobody(action: Callable[[], str]) -> str:
    """What *action* says when a user without rights does it."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            said = action()
        except ArchiveUnusable as error:
            said = f"{type(error).__name__}: {error}"
        os.write(theirs, said.encode())
        os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    with os.fdopen(ours) as pipe:
        return pipe.read()


@pytest.fixture
def locked_away(path: Path) -> Iterator[Path]:
    """An archive, complete, in a folder that everybody may look into and nobody may write."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, folder)
        copy = Path(folder) / path.name
        copy.chmod(0o444)
        copy.parent.chmod(0o555)
        yield copy
        copy.parent.chmod(0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_archive_without_right_to_write_is_read_only_and_can_be_read(locked_away: Path) -> None:
    def write() -> str:
        schema.open_archive(locked_away, create=True)
        return "written"

    def read() -> str:
        db = schema.open_archive(locked_away, create=False, readonly=True).conn
        return str(db.execute("SELECT count(*) FROM posts").fetchone())

    assert as_nobody(write).startswith(f"ArchiveReadOnly: {locked_away}: cannot be written; check the permissions")
    assert as_nobody(read) == "(0,)"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_look_by_who_may_not_write_the_file_leaves_nothing_in_the_way_of_who_may(locked_away: Path) -> None:
    locked_away.parent.chmod(0o777)

    def look() -> str:
        with tempfile.TemporaryDirectory() as folder, shape.twin(Path(folder, "twin.db"), locked_away) as copy:
            db = schema.open_archive(locked_away, create=False, readonly=True).conn
            rows = [one.execute("SELECT count(*) FROM posts").fetchone() for one in (copy, db)]
        return f"{rows} {[each.name for each in locked_away.parent.iterdir()]}"

    assert as_nobody(look) == f"[(0,), (0,)] {[locked_away.name]}"
    assert [file.name for file in locked_away.parent.iterdir()] == ["archive.db"]


def test_a_full_disk_is_said_so_and_what_was_there_stays(path: Path) -> None:
    with closing(schema.open_archive(path, create=True).conn) as db:
        db.execute("INSERT INTO meta VALUES ('kept', '1')")
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(DiskFull, match="make room and run again"), schema.explained(path):
            db.execute("INSERT INTO meta VALUES ('much', hex(randomblob(200000)))")
        assert db.execute("SELECT key FROM meta").fetchall() == [("kept",)]


def test_mistakes_of_ours_are_not_dressed_up(path: Path) -> None:
    with closing(schema.open_archive(path, create=True).conn) as db:
        with pytest.raises(sqlite3.OperationalError), schema.explained(path):
            db.execute("SELECT nothing FROM nowhere")
        with pytest.raises(sqlite3.IntegrityError), schema.explained(path):
            db.execute("INSERT INTO meta VALUES ('a', NULL)")


def of_the_archive(db: sqlite3.Connection) -> dict[str, list[str]]:
    """Every table and view with its columns; those that SQLite keeps for itself by its own word apart."""
    found = db.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow'")
    return {name: columns(db, name) for (name,) in found.fetchall() if not name.startswith("sqlite_")}


def test_every_table_view_and_column_has_its_row_in_the_dictionary_and_no_other(path: Path) -> None:
    with closing(plain(path)) as db:
        described: dict[str, list[str]] = {}
        for table, column in db.execute('SELECT "table", "column" FROM dictionary ORDER BY rowid'):
            described.setdefault(table, []).extend([column] if column else [])
        assert described == of_the_archive(db)


def test_every_column_in_the_dictionary_has_type_and_meaning_and_numbers_and_times_their_unit(path: Path) -> None:
    #: Numbers that count and measure nothing: of rows, places, versions and states, and a digest.
    bare = {
        "id", "reader", "position", "checkpoint", "not_modified_of", "exit_status", "status", "own", "restored",
        "level", "run",
    }  # fmt: skip
    with closing(plain(path)) as db:
        rows = db.execute("SELECT * FROM dictionary WHERE \"column\" <> ''").fetchall()
        assert all(kind in {"TEXT", "INTEGER", "BLOB"} and meaning for _, _, kind, _, meaning in rows)
        counted = {name for _, name, kind, unit, _ in rows if kind == "INTEGER" and not unit}
        assert {name for name in counted if not name.endswith("_id")} == bare
        assert {unit for _, name, _, unit, _ in rows if name.endswith("_at") or name == "at"} == {"ISO 8601, UTC"}


def test_a_dictionary_without_units_is_made_anew(path: Path) -> None:
    with closing(plain(path)) as db:
        today = db.execute("SELECT * FROM dictionary").fetchall()
        db.execute("ALTER TABLE dictionary DROP COLUMN unit")
        db.execute("UPDATE dictionary SET meaning = 'old'")
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0020 %'")
        db.execute("PRAGMA user_version = 19")
    with closing(schema.open_archive(path, create=False).conn) as db:
        assert db.execute("SELECT * FROM dictionary").fetchall() == today


def test_bodies_come_last_so_that_lists_never_read_them(path: Path) -> None:
    with closing(plain(path)) as db:
        assert columns(db, "posts")[-3:] == ["excerpt", "body_text", "body_html"]
        assert columns(db, "revisions")[-2:] == ["body_text", "body_html"]
        assert columns(db, "bodies")[-1] == "data"


def test_posts_and_bodies_have_row_ids(path: Path) -> None:
    with closing(plain(path)) as db:
        for table in ("posts", "bodies"):
            db.execute(f"SELECT rowid FROM {table}").fetchall()


def test_a_plain_connection_can_write_and_search(path: Path) -> None:
    with closing(plain(path)) as db:
        a_post(db, title="Universal review", body_text="All eyes on the session", excerpt=None)
        assert found(db, "reviews") == [1]
        assert found(db, "universities") == [1], "stemmed"
        assert found(db, "universities", "posts_exact") == []
        assert found(db, "universal", "posts_exact") == [1]
        db.execute("UPDATE posts SET title = 'Another heading' WHERE id = 1")
        assert (found(db, "review"), found(db, "heading")) == ([], [1])
        db.execute("UPDATE posts SET excerpt = 'In short' WHERE id = 1")
        assert found(db, "excerpt : short") == [1]
        db.execute("DELETE FROM posts")
        assert found(db, "heading") == []


def test_every_table_can_be_written_from_a_plain_connection(path: Path) -> None:
    with closing(plain(path)) as db:
        a_post(db)
        for table in schema.DESCRIPTIONS:
            if "CREATE VIEW" in schema.TABLES[table].script:
                continue
            db.execute(f'UPDATE {table} SET "{columns(db, table)[0]}" = "{columns(db, table)[0]}"')
            db.execute(f"DELETE FROM {table}")


def test_texts_of_files_are_searched(path: Path) -> None:
    with closing(plain(path)) as db:
        a_post(db)
        db.execute("INSERT INTO files (post_id, position, name) VALUES (1, 1, 'report.pdf')")
        db.execute("UPDATE files SET text = 'The right to water'")
        assert found(db, "water", "files_fts") == [1]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Łódź", "lodz"), ("Đorđević", "dordevic"), ("Straße", "strasse"), ("Yıldız", "yildiz"), ("ёлка", "елка"),
        ("أحمد إبراهيم", "ابراهيم"), ("مُحَمَّد", "محمد"), ("ﬁrst oﬃce", "office"), ("Oʻahu", "oahu"), ("æther", "aether"),
        ("Smørgås", "smorgas"), ("mora\u00adtorium", "moratorium"),
    ],
)  # fmt: skip
def test_a_plain_connection_finds_words_without_the_signs_that_nobody_types(path: Path, text: str, asked: str) -> None:
    with closing(plain(path)) as db:
        a_post(db, title=None, body_text=f"Before {text} after")
        assert found(db, asked) == found(db, asked, "posts_exact") == [1]


def test_only_texts_without_spaces_between_words_are_in_the_trigram_index(path: Path) -> None:
    with closing(plain(path)) as db:
        a_post(db, 1, title="Latin", body_text="letters only")
        a_post(db, 2, title="Mixed", body_text="第三次普遍定期审议 and more")
        a_post(db, 3, title="สิทธิมนุษยชน", body_text=None)
        assert db.execute("SELECT id FROM posts_unspaced_docsize ORDER BY id").fetchall() == [(2,), (3,)]
        assert found(db, "普遍定期", "posts_unspaced") == [2]
        db.execute("UPDATE posts SET body_text = 'plain now' WHERE id = 2")
        assert db.execute("SELECT id FROM posts_unspaced_docsize").fetchall() == [(3,)]


@pytest.mark.parametrize(
    "script", schema.UNSPACED.split("-"), ids=lambda ends: " ".join(f"{ord(end):x}" for end in ends)
)
def test_the_first_and_the_last_letter_of_each_script_without_spaces_are_in_the_trigram_index(
    path: Path, script: str
) -> None:
    with closing(plain(path)) as db:
        a_post(db, 1, title="Łódź", body_text="“Права” – ① … → é")
        for number, letter in enumerate(script, 2):
            a_post(db, number, title=None, body_text=f"one {letter} alone")
        held = [number for (number,) in db.execute("SELECT id FROM posts_unspaced_docsize ORDER BY id")]
        assert held == [*range(2, 2 + len(script))]


@pytest.mark.parametrize("migration", ["0015", "0019", "0021"])
def test_views_of_an_older_shape_are_made_anew_and_the_index_stays_as_it_is(path: Path, migration: str) -> None:
    with closing(plain(path)) as db:
        a_post(db, title="A title", body_text="人权")
        before = db.execute("SELECT id, block FROM posts_unspaced_data").fetchall()
        (now,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'posts_unspaced_text'").fetchone()
        db.execute("DROP VIEW posts_unspaced_text")
        db.execute(
            "CREATE VIEW posts_unspaced_text AS SELECT id, title, body_text FROM posts WHERE body_text GLOB '*[人]*'"
        )
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE ? || ' views that %'", (migration,))
        db.execute("PRAGMA user_version = 14")
    schema.open_archive(path, create=False).close()
    with closing(plain(path)) as db:
        assert db.execute("SELECT sql FROM sqlite_master WHERE name = 'posts_unspaced_text'").fetchone() == (now,)
        assert db.execute("SELECT id, block FROM posts_unspaced_data").fetchall() == before
        db.execute("INSERT INTO posts_unspaced (posts_unspaced, rank) VALUES ('integrity-check', 1)")


def test_what_keeps_search_in_step_is_compiled_soon(path: Path) -> None:
    """Each run compiles the statements that write a post anew, with all their triggers."""
    with closing(plain(path)) as db:
        changes = ", ".join(f"{column} = ''" for column in schema.FTS["posts_fts"][1])
        assert len(db.execute(f"EXPLAIN UPDATE posts SET {changes} WHERE id = 1").fetchall()) < 4000


@pytest.mark.parametrize("index", schema.FTS)
def test_search_is_in_step_after_any_write(path: Path, index: str) -> None:
    with closing(plain(path)) as db:
        for number in range(1, 6):
            a_post(db, number, title=f"Title ß {number}", body_text="人权" if number % 2 else None)
            db.execute("INSERT INTO files (post_id, position, name) VALUES (?, 1, 'a人权')", (number,))
        db.execute("UPDATE posts SET id = id + 100, title = NULL WHERE id = 2")
        db.execute("UPDATE posts SET views = 7, body_text = 'new' WHERE id > 3")
        db.execute("DELETE FROM posts WHERE id = 1")
        db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")


def test_a_change_of_counts_does_not_index_the_body_again(path: Path) -> None:
    with closing(plain(path)) as db:
        a_post(db, title="A title", body_text="word " * 1000)
        before = db.execute("SELECT id, block FROM posts_fts_data").fetchall()
        db.execute("UPDATE posts SET views = 12, title = title, body_text = body_text, last_seen_at = '2026-02-01'")
        assert db.execute("SELECT id, block FROM posts_fts_data").fetchall() == before


def test_triggers_that_must_be_there_are_there(path: Path) -> None:
    with closing(plain(path)) as db:
        assert {
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        } == schema.trigger_names()


def test_the_schema_that_every_connection_reads_is_short(path: Path) -> None:
    with closing(plain(path)) as db:
        triggers, whole = db.execute(
            "SELECT sum(length(sql)) FILTER (WHERE type = 'trigger'), sum(length(sql)) FROM sqlite_master"
        ).fetchone()
    assert triggers < 10_000, "characters: what folds texts stands in the views alone"
    assert whole < 60_000


def test_triggers_of_an_older_shape_are_made_anew_and_the_index_stays_as_it_is(path: Path) -> None:
    with closing(plain(path)) as db:
        a_post(db, title="A straße", body_text="人权")
        before = db.execute("SELECT id, block FROM posts_fts_data").fetchall()
        db.execute("DROP TRIGGER posts_fts_bu")
        db.execute("DROP TRIGGER posts_fts_ad")
        db.execute("CREATE TRIGGER posts_fts_ad AFTER DELETE ON posts BEGIN SELECT 1; END")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = '0014 triggers that ask the views'")
        db.execute("PRAGMA user_version = 13")
    schema.open_archive(path, create=False).close()
    with closing(plain(path)) as db:
        assert db.execute("SELECT id, block FROM posts_fts_data").fetchall() == before
        db.execute("UPDATE posts SET title = 'Another'")
        db.execute("DELETE FROM posts")
        db.execute("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")


def test_the_views_show_what_is_heard_of_and_posts_without_bodies(path: Path) -> None:
    with closing(plain(path)) as db:
        a_post(db, title="Here", body_text="text")
        db.execute("INSERT INTO categories VALUES (5, 'News')")
        db.execute("INSERT INTO post_categories VALUES (1, 5, 1)")
        for number, state in ((1, "archived"), (2, "wanted")):
            db.execute(
                "INSERT INTO known_urls VALUES (?, 'a', 'sitemap', '2026-01-01', '2026-01-01', NULL, ?, NULL, NULL)",
                (f"https://a.example/post/{number}", state),
            )
        assert db.execute("SELECT state, title FROM coverage ORDER BY url").fetchall() == [
            ("archived", "Here"),
            ("wanted", None),
        ]
        assert db.execute("SELECT title, categories, tags FROM posts_browse").fetchall() == [("Here", '["News"]', "[]")]
        assert not {"body_text", "body_html"} & set(columns(db, "posts_browse"))


def test_a_copy_made_by_vacuum_is_an_archive(path: Path, tmp_path: Path) -> None:
    with closing(plain(path)) as db:
        a_post(db, title="Kept")
        db.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    with closing(schema.open_archive(tmp_path / "copy.db", create=False).conn) as db:
        assert found(db, "kept") == [1]


@pytest.fixture
def older(path: Path) -> Path:
    """An archive as a version before today's tables left it."""
    with closing(plain(path)) as db:
        a_post(db, title="Universal review", body_text="All eyes on the session")
        db.execute("DROP VIEW coverage")
        for table in ("decisions", "dictionary", "known_urls"):
            db.execute(f"DROP TABLE {table}")
        db.execute(
            "CREATE TABLE known_urls (url TEXT PRIMARY KEY NOT NULL, site TEXT, found_by TEXT, first_heard_at TEXT,"
            " last_heard_at TEXT, lastmod TEXT, state TEXT, evidence TEXT)"
        )
        for number, evidence in enumerate(("led to https://b.example/", "the Wayback Machine lists 1 captures", None)):
            db.execute(
                "INSERT INTO known_urls VALUES (?, 'a', 'link', '2026', '2026', NULL, 'elsewhere', ?)",
                (f"https://a.example/{number}", evidence),
            )
        db.execute(
            "INSERT INTO crawls (id, command, version, started_at, finished_at, exit_status) VALUES"
            " (1, 'crawl', '0', '2026-01-01', '2026-01-02', 5)"
        )
        for number, at in ((1, None), (2, "https://a.example/post/1")):
            db.execute(
                "INSERT INTO captures (id, url, url_basis, kind, source, captured_at, captured_at_basis, crawl_id,"
                " record_sha256) VALUES (?, 'https://a.example/post/1', 'request', 'post', 'live', '2026-01-01',"
                " 'clock', 1, ?)",
                (number, f"digest {number}"),
            )
            if at:
                db.execute("INSERT INTO addresses (capture_id, address, post_url) VALUES (?, ?, ?)", (number, at, at))
        db.execute("DELETE FROM _sqlite_migrations WHERE name NOT LIKE '0001 %'")
        db.execute("ALTER TABLE addresses DROP COLUMN shows")
        db.execute("PRAGMA user_version = 1")
    return path


OLD_STATES = [("redirected",), ("in-web-archive",), ("wanted",)]


def test_an_older_archive_gets_todays_tables_and_keeps_its_rows(older: Path, tmp_path: Path) -> None:
    schema.open_archive(older, create=False).conn.close()
    schema.open_archive(tmp_path / "fresh.db", create=True).conn.close()
    asked = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    with closing(plain(older)) as db, closing(plain(tmp_path / "fresh.db")) as fresh:
        assert db.execute(asked).fetchall() == fresh.execute(asked).fetchall()
        assert db.execute("SELECT state FROM known_urls ORDER BY url").fetchall() == OLD_STATES
        assert found(db, "reviews") == [1]
        assert db.execute("SELECT shows FROM addresses").fetchall() == [("https://a.example/post/1",)]
        held = db.execute("SELECT record_sha256, kind, by, crawl_id FROM decisions").fetchall()
        assert held == [("digest 1", "held", "crawl", 1)], "what was kept unread when a layout changed stays so"
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_an_archive_without_indexed_beginnings_gets_them_and_finds_the_same(path: Path) -> None:
    with closing(plain(path)) as db:
        a_post(db, title="Periodic")
        db.execute("PRAGMA writable_schema = 1")
        db.execute("UPDATE sqlite_master SET sql = replace(sql, ', prefix=''2 3''', '')")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = '0013 beginnings of words'")
    schema.open_archive(path, create=False).conn.close()
    with closing(plain(path)) as db:
        indexes = db.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE '%, prefix=''2 3''%' ORDER BY name"
        ).fetchall()
        assert indexes == [("files_exact",), ("posts_exact",)]
        assert db.execute("SELECT rowid FROM posts_exact WHERE posts_exact MATCH '\"pe\" *'").fetchall() == [(1,)]


def test_an_archive_that_kept_letters_apart_is_indexed_anew_and_finds_them(path: Path) -> None:
    with closing(plain(path)) as db:
        for index in ("posts_fts", "posts_exact"):
            for trigger in ("ai", "ad", "bu", "au", "later", "now"):
                db.execute(f"DROP TRIGGER {index}_{trigger}")
        db.execute("DROP VIEW posts_fts_text")
        for index in ("posts_fts", "posts_exact"):
            db.execute(f"CREATE VIEW {index}_text AS SELECT id, title, excerpt, body_text, author FROM posts")
        a_post(db, title="שָׁלוֹם")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = '0017 letters of more scripts'")
        db.execute("PRAGMA user_version = 16")
    schema.open_archive(path, create=False).close()
    with closing(plain(path)) as db:
        assert found(db, "שלום") == [1]
        views = db.execute("SELECT name FROM sqlite_master WHERE name LIKE 'posts_%_text' ORDER BY name").fetchall()
        assert views == [("posts_fts_text",), ("posts_unspaced_text",)]
        db.execute("INSERT INTO posts_exact (posts_exact, rank) VALUES ('integrity-check', 1)")


def test_no_letter_is_folded_into_one_that_is_itself_folded() -> None:
    assert not set("".join(schema.FOLDED.values())) & schema.FOLDED.keys()


@given(st.text(st.sampled_from([*schema.FOLDED, *"ab ’—é人й"])))
def test_the_index_folds_a_text_as_searches_fold_theirs(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE texts (text)")
        db.execute("INSERT INTO texts VALUES (?)", (text,))
        assert db.execute(f"SELECT {folded('texts.text')} FROM texts").fetchone() == (fold(text),)


def test_no_text_is_spared_that_has_a_letter_to_be_folded() -> None:
    texts = [f"“plain – text…” {letter}" for letter in schema.FOLDED]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE texts (text)")
        db.executemany("INSERT INTO texts VALUES (?)", zip(texts, strict=True))
        assert [text for (text,) in db.execute(f"SELECT {folded('texts.text')} FROM texts")] == list(map(fold, texts))


@pytest.fixture
def untimed(path: Path) -> Path:
    """An archive of before captures of posts told when sites answered, with an answer and a copy from elsewhere."""
    with closing(plain(path)) as db:
        a_post(db)
        db.execute("DROP INDEX posts_years")
        db.execute("DROP TABLE post_captures")
        db.execute(
            "CREATE TABLE post_captures (capture_id INTEGER PRIMARY KEY REFERENCES captures(id), post_id INTEGER"
            " NOT NULL REFERENCES posts(id) ON DELETE CASCADE, verdict TEXT NOT NULL, reason TEXT)"
        )
        for number, source in ((1, "live"), (2, "wayback")):
            db.execute(
                "INSERT INTO captures (id, url, url_basis, kind, source, captured_at, captured_at_basis, record_sha256)"
                " VALUES (?1, 'https://a.example/post/1', 'request', 'post', ?2, '2026-01-0' || ?1, 'clock', ?2)",
                (number, source),
            )
            db.execute("INSERT INTO post_captures VALUES (?, 1, 'same', 'a reason')", (number,))
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0016 %'")
        db.execute("PRAGMA user_version = 15")
    return path


@pytest.mark.parametrize("readonly", [True, False])
def test_when_sites_answered_follows_from_the_captures_of_an_older_archive(untimed: Path, readonly: bool) -> None:
    with closing(schema.open_archive(untimed, create=False, readonly=readonly).conn) as db:
        found = db.execute("SELECT capture_id, post_id, verdict, reason, post_site, answered_at FROM post_captures")
        assert found.fetchall() == [
            (1, 1, "same", "a reason", "a", "2026-01-01"),
            (2, 1, "same", "a reason", "a", None),
        ]


@pytest.mark.parametrize("readonly", [True, False])
def test_what_is_cited_follows_from_the_revisions_and_tags_of_an_older_archive(path: Path, readonly: bool) -> None:
    with closing(plain(path)) as db:
        for number in (1, 2):
            a_post(db, number, content_sha256="shown")
        db.execute(
            "INSERT INTO captures (id, url, url_basis, kind, source, captured_at, captured_at_basis, record_sha256)"
            " VALUES (1, 'https://a.example/post/1', 'request', 'post', 'live', '2026-01-02T03:04:05Z', 'clock', ?)",
            ("ab" * 32,),
        )
        db.execute(
            "INSERT INTO revisions (post_id, capture_id, seen_at, content_sha256, reader, targets)"
            " VALUES (1, 1, '2026-01-02T03:04:05Z', 'shown', 1, '{}')"
        )
        db.execute("INSERT INTO tags VALUES (1, 'Water')")
        db.execute("INSERT INTO post_tags (post_id, tag_id, position) VALUES (1, 1, 1)")
        db.execute("DROP TABLE citations")
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0022 %'")
        db.execute("PRAGMA user_version = 21")
    with closing(schema.open_archive(path, create=False, readonly=readonly).conn) as db:
        assert db.execute("SELECT * FROM citations ORDER BY post_id").fetchall() == [
            (1, "abababababab@2026-01-02", None, '["Water"]'),
            (2, None, None, "[]"),
        ]


def test_an_older_archive_gets_the_index_that_has_tags_in_their_order(path: Path) -> None:
    with closing(plain(path)) as db:
        db.execute("DROP INDEX post_tags_places")
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0018 %'")
        db.execute("PRAGMA user_version = 17")
    asked = "EXPLAIN QUERY PLAN SELECT tag_id FROM post_tags WHERE post_id = 1 ORDER BY position"
    with closing(schema.open_archive(path, create=False).conn) as db:
        assert [row[3] for row in db.execute(asked)] == [
            "SEARCH post_tags USING COVERING INDEX post_tags_places (post_id=?)"
        ]


def test_an_older_archive_that_is_only_read_stays_as_it_is_and_shows_todays_tables(older: Path) -> None:
    before = older.read_bytes()
    with closing(schema.open_archive(older, create=False, readonly=True).conn) as db:
        assert db.execute("SELECT state FROM known_urls ORDER BY url").fetchall() == OLD_STATES
        assert db.execute("SELECT state, next_try_at FROM coverage LIMIT 1").fetchall() == [("redirected", None)]
        assert db.execute("SELECT count(*) FROM decisions").fetchone() == (0,)
        for table in schema.DESCRIPTIONS:
            assert columns(db, table) == list(schema.DESCRIPTIONS[table][1]), table
    assert older.read_bytes() == before


def test_an_upgrade_that_is_stopped_leaves_the_older_archive(older: Path) -> None:
    def refuse(action: int, name: str | None, *_: str | None) -> int:
        return sqlite3.SQLITE_DENY if (action, name) == (sqlite3.SQLITE_INSERT, "dictionary") else sqlite3.SQLITE_OK

    with closing(plain(older)) as db:
        asked = "SELECT name, sql FROM sqlite_master ORDER BY name"
        before = db.execute(asked).fetchall()
        db.set_authorizer(refuse)
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            schema.migrations.apply(Database(db, recursive_triggers=False))
        db.set_authorizer(None)
        assert db.execute(asked).fetchall() == before


def test_the_data_dictionary_travels_in_the_file(path: Path) -> None:
    with closing(plain(path)) as db:
        row = db.execute("""SELECT type, meaning FROM dictionary WHERE "table" = 'posts' AND "column" = 'title'""")
        assert row.fetchone() == ("TEXT", schema.DESCRIPTIONS["posts"][1]["title"])
        assert [tuple(entry) for entry in schema.dictionary()] == db.execute("SELECT * FROM dictionary").fetchall()


def test_exports_have_the_columns_that_were_promised_in_that_order() -> None:
    promised = (
        "url site title author published_day published_at published_basis updated_day updated_at updated_basis views"
        " comments likes counted_at language word_count categories tags first_seen_at last_seen_at gone_at gone_reason"
        " revision_count captured_at captured_at_basis source capture_sha256 archived_url excerpt body_text"
    )
    assert promised.split() == list(schema.EXPORT_COLUMNS)


def test_a_change_of_a_digested_field_alone_changes_the_digest_of_a_post() -> None:
    bare = Reading(kind="post")
    changed = {
        name
        for name in schema.names("posts", Use.READ)
        if digests.of_reading(replace(bare, **{name: "x"})) != digests.of_reading(bare)  # type: ignore[arg-type]
    }
    assert changed == set(schema.names("posts", Use.DIGESTED))


#: What cannot be written, set when all is imported: Python would leave compiled modules that are cut short.
NO_ROOM = "import resource; from scraper import schema; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"


def test_an_archive_on_a_full_disk_can_be_looked_at_and_stays_alone(sealed: Path) -> None:
    look = f"print(schema.open_archive({str(sealed)!r}, create=False, readonly=True)['posts'].count)"
    done = subprocess.run([sys.executable, "-c", f"{NO_ROOM}; {look}"], check=True, capture_output=True, text=True)
    assert int(done.stdout) > 0
    assert [each.name for each in sealed.parent.iterdir()] == [sealed.name]


def test_a_verb_that_finds_its_disk_full_before_it_writes_leaves_the_archive_alone(sealed: Path) -> None:
    write = f"schema.open_archive({str(sealed)!r}, create=False)"
    done = subprocess.run([sys.executable, "-c", f"{NO_ROOM}; {write}"], capture_output=True, text=True)
    assert "DiskFull" in done.stderr
    assert [each.name for each in sealed.parent.iterdir()] == [sealed.name]
