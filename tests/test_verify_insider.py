"""What an insider does to an archive, with SQL and this program's code at hand: each change is found, none called sound.

The changes are held against the seals alone, so that the table stays fast: whatever else `verify` looks at, these must
find it. The newest checkpoint is known elsewhere, and the insider redoes every digest that stands in the file.
"""

# ruff: noqa: E501 - the table of changes is read along its lines

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper import digests, verify
from scraper.seal import Note, sealer
from scraper.store import sealing
from scraper.verify import Findings, seals

NOW = datetime(2022, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2021, 12, 2, tzinfo=UTC)


def newest(db: sqlite3.Connection) -> Note:
    last = sealing.newest(db)
    assert last is not None
    return Note.parse(last.text)


def found(db: sqlite3.Connection, known: Note | None) -> Findings:
    findings = Findings()
    seals.check_log(db, findings, known)
    seals.check_tables(db, findings, same_shape=True)
    return findings


def redo_digests(db: sqlite3.Connection) -> None:
    """Make the digest of every capture and run anew, as who knows the code would."""
    cursor = db.execute("SELECT * FROM captures ORDER BY id")
    names = [column[0] for column in cursor.description]
    records: dict[int, str] = {}
    for row in cursor.fetchall():
        capture = dict(zip(names, row, strict=True))
        named = {name: records.get(capture[name]) for name in digests.REFERENCES if capture[name] is not None}
        records[capture["id"]] = digests.record_sha256(capture, named)
        db.execute("UPDATE captures SET record_sha256 = ? WHERE id = ?", (records[capture["id"]], capture["id"]))
    previous = None
    for (crawl_id,) in db.execute("SELECT id FROM crawls ORDER BY id").fetchall():
        kept = [
            record for (record,) in db.execute("SELECT record_sha256 FROM captures WHERE crawl_id = ?", (crawl_id,))
        ]
        previous = digests.chain_sha256(previous, kept)
        db.execute("UPDATE crawls SET chain_sha256 = ? WHERE id = ?", (previous, crawl_id))


def reseal(db: sqlite3.Connection) -> None:
    """Forget all checkpoints and make one anew, without a key: nobody signs an archive that never was signed."""
    db.execute("DELETE FROM checkpoints")
    db.execute("DELETE FROM log_nodes")
    sealer(lambda: NOW, Path("/nowhere")).seal(db)


def test_nothing_is_found_where_nothing_was_done(sealed_db: sqlite3.Connection, sealed: Path) -> None:
    assert found(sealed_db, newest(sealed_db)).found == []
    assert verify.run(sealed, now=lambda: NOW, known=newest(sealed_db)).exit_status == 0


#: Changes of what is derived, of what was noted, of runs, of the file. For every table, some of each kind.
CHANGES = (
    "UPDATE posts SET reader = 0, body_text = 'Other words.'",
    "UPDATE posts SET reader = NULL, published_at = '2019-01-01'",
    "UPDATE posts SET reader = 0, views = 9999",
    "UPDATE posts SET title = 'Another title' WHERE rowid = 1",
    "UPDATE posts SET author = 'Somebody Else'",
    "UPDATE posts SET published_basis = 'json-ld'",
    "UPDATE posts SET published_day = '2020-02-02'",
    "UPDATE posts SET comments = NULL",
    "UPDATE posts SET likes = 5",
    "UPDATE posts SET excerpt = 'What it never said'",
    "UPDATE posts SET body_html = '<p>Other</p>'",
    "UPDATE posts SET gone_at = '2021-05-01T00:00:00Z', gone_reason = 'not found'",
    "UPDATE posts SET first_seen_at = '2001-01-01T00:00:00Z'",
    "UPDATE posts SET language = 'fr'",
    "UPDATE posts SET slug = slug || '-x'",
    "UPDATE posts SET capture_id = 4",
    "UPDATE posts SET views = CAST(views AS BLOB)",
    "INSERT INTO posts (site, url, slug, title, first_seen_at, last_seen_at, reader) SELECT id, base_url || 'post/invented', 'invented', 'Invented', '2021', '2021', 0 FROM sites LIMIT 1",
    "DELETE FROM posts WHERE url LIKE '%/saved'",
    "UPDATE revisions SET reader = 0, body_text = 'Other words.'",
    "UPDATE revisions SET seen_at = '2020-01-01T00:00:00Z'",
    "DELETE FROM revisions WHERE id = 1",
    "UPDATE counts SET views = views + 1",
    "UPDATE counts SET source = 'endpoint'",
    "DELETE FROM counts",
    "UPDATE events SET at = '2020-01-01T00:00:00Z'",
    "UPDATE events SET kind = 'returned' WHERE id = 1",
    "INSERT INTO events (post_id, at, kind) SELECT post_id, at, kind FROM events LIMIT 1",
    "DELETE FROM events WHERE kind = 'gone'",
    "UPDATE post_captures SET verdict = 'same'",
    "DELETE FROM post_captures WHERE verdict = 'missing'",
    "UPDATE addresses SET post_url = NULL",
    "DELETE FROM addresses WHERE capture_id = 4",
    "INSERT INTO links (post_id, position, url, text) VALUES (1, 9, 'https://elsewhere.example/', 'law')",
    "INSERT INTO images (post_id, position, url) VALUES (1, 9, 'https://elsewhere.example/x.png')",
    "INSERT INTO videos (post_id, position, url) VALUES (1, 9, 'https://elsewhere.example/x.mp4')",
    "INSERT INTO files (post_id, position, url, sha256) VALUES (1, 9, 'https://elsewhere.example/x.pdf', 'ab')",
    "INSERT INTO tags (name) VALUES ('invented')",
    "INSERT INTO categories (name) VALUES ('invented')",
    "INSERT INTO listed_counts (capture_id, url, views, source) VALUES (1, 'https://www.blog.example/post/saved', 3, 'page')",
    "UPDATE sites SET name = 'Another network'",
    "UPDATE sites SET base_url = 'https://evil.example/'",
    "UPDATE sites SET state = 'gone'",
    "DELETE FROM known_urls WHERE url LIKE '%/saved'",
    "UPDATE known_urls SET found_by = 'given'",
    "UPDATE known_urls SET first_heard_at = '2010-01-01T00:00:00Z'",
    "UPDATE known_urls SET state = 'lost', evidence = 'invented'",
    "INSERT INTO known_urls (url, site, found_by, first_heard_at, last_heard_at, state) SELECT 'https://www.blog.example/post/' || value, 'www.blog.example', 'list', '2021', '2021', 'lost' FROM json_each('[1,2,3,4,5]')",
    "INSERT INTO problems (url, stage, kind, level, message, first_seen_at, last_seen_at) VALUES ('x', 'fetch', 'timeout', 'note', 'm', '2021', '2021')",
    "UPDATE meta SET value = 'https://evil.example/' WHERE key = 'origin'",
    "UPDATE meta SET value = '{}' WHERE key = 'fingerprint'",
    "INSERT INTO meta VALUES ('public_url', 'https://evil.example/')",
    "INSERT INTO meta VALUES ('captures-left-out', '2021')",
    "UPDATE dictionary SET meaning = 'Something else' WHERE \"column\" = 'views'",
    "DELETE FROM dictionary",
    "INSERT INTO decisions (record_sha256, kind, at, by) SELECT record_sha256, 'held', '2021', 'crawl' FROM captures LIMIT 1",
    "INSERT INTO withdrawals (url, at, withdrawn) VALUES ('https://www.blog.example/post/saved', '2021', '{}')",
    "INSERT INTO import_files (name, sha256, length, kind, own) VALUES ('x', 'ab', 1, 'warc', 1)",
    "INSERT INTO revision_addresses VALUES ('https://www.blog.example/post/saved', 'ab', 'cd')",
    "UPDATE fingerprints SET fingerprint = '{}'",
    "UPDATE crawls SET exit_status = 5 WHERE id = 3",
    "UPDATE crawls SET command = 'import' WHERE id = 2",
    "UPDATE crawls SET version = '9'",
    "UPDATE crawls SET requests = 0",
    "UPDATE crawls SET started_at = '2011-01-01T00:00:00Z' WHERE id = 1",
    "UPDATE crawls SET chain_sha256 = NULL WHERE id = (SELECT max(id) FROM crawls)",
    "UPDATE crawls SET problems = 0, gone = 0",
    "INSERT INTO crawls (command, version, started_at) VALUES ('crawl', '0', '2021-12-30T00:00:00Z')",
    "UPDATE bodies SET length = length + 1",
    "UPDATE captures SET head = CAST(head AS TEXT)",
    "UPDATE captures SET request_head = CAST(request_head AS TEXT)",
    "UPDATE captures SET crawl_id = NULL WHERE id = 1",
    "UPDATE captures SET crawl_id = 3 WHERE id = 2",
    "CREATE TABLE annotations (post_id INTEGER, note TEXT)",
    "DROP TRIGGER posts_fts_au",
    "DROP VIEW coverage",
    "CREATE INDEX extra ON posts(title)",
    "CREATE TRIGGER sly AFTER UPDATE ON posts BEGIN UPDATE posts SET views = 1; END",
    "ALTER TABLE posts ADD COLUMN note TEXT",
    "UPDATE checkpoints SET size = size + 1",
    "UPDATE checkpoints SET root = replace(root, 'a', 'b')",
    "UPDATE checkpoints SET text = replace(text, 'ushrn-archive', 'other-archive')",
    "UPDATE checkpoints SET statement = replace(statement, 'crawl', 'import')",
    "UPDATE checkpoints SET crawl_id = 1",
    "DELETE FROM checkpoints WHERE id = 2",
    "DELETE FROM checkpoints WHERE id = (SELECT max(id) FROM checkpoints)",
    "DELETE FROM checkpoints",
    "INSERT INTO log_nodes VALUES (8, 0, x'00')",
    "INSERT INTO timestamps (checkpoint, authority, token, at) VALUES (1, 'x', x'30', '2001-01-01T00:00:00Z')",
    "DELETE FROM meta WHERE key = 'sealed-as'; UPDATE known_urls SET found_by = 'given'",
    "PRAGMA user_version = 1",
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found_or_named_as_not_provable(sealed_db: sqlite3.Connection, change: str) -> None:
    known, before = newest(sealed_db), sealed_db.total_changes
    sealed_db.executescript(change)
    assert sealed_db.total_changes > before or change.startswith(("CREATE", "DROP", "ALTER", "PRAGMA"))
    if change.startswith("PRAGMA"):
        assert sealed_db.execute("PRAGMA user_version").fetchone() != (2,)
        return  # told by `verify` as an older shape; see test_verify
    assert found(sealed_db, known).exit_status in {1, 7}


#: Changes of the evidence itself, after which every digest in the file is redone.
FORGERIES: tuple[tuple[str, ...], ...] = (
    ("UPDATE captures SET captured_at = '2019-01-01T00:00:00Z' WHERE id = 4",),
    ("UPDATE captures SET status = 404 WHERE id = 5",),
    ("UPDATE captures SET ip = '203.0.113.9'",),
    ("UPDATE captures SET head = x'00' WHERE id = 4",),
    ("UPDATE captures SET request_head = x'00' WHERE id = 4",),
    ("UPDATE captures SET url = url || '?x' WHERE id = 4",),
    ("UPDATE captures SET source = 'wayback' WHERE id = 4",),
    ("UPDATE captures SET captured_at_basis = 'clock'",),
    ("UPDATE captures SET kind = 'other' WHERE kind = 'missing'",),
    ("UPDATE captures SET wire_sha256 = NULL, wire_length = NULL",),
    ("UPDATE captures SET body_sha256 = (SELECT body_sha256 FROM captures WHERE id = 5) WHERE id = 4",),
    ("DELETE FROM captures WHERE kind = 'missing'",),
    ("DELETE FROM captures WHERE crawl_id = 2", "DELETE FROM crawls WHERE id = 2"),
    ("DELETE FROM captures WHERE crawl_id = (SELECT max(id) FROM crawls)", "DELETE FROM crawls WHERE id = (SELECT max(id) FROM crawls)"),
    ("UPDATE captures SET crawl_id = 1",),
    ("UPDATE captures SET crawl_id = 1 WHERE crawl_id = 2", "DELETE FROM crawls WHERE id = 2"),
    ("INSERT INTO captures (url, url_basis, kind, source, captured_at, captured_at_basis, status, crawl_id, record_sha256) VALUES ('https://www.blog.example/post/forged', 'request', 'post', 'live', '2020-01-01T00:00:00Z', 'clock', 200, 1, 'x')",),
    ("UPDATE crawls SET started_at = '2001-01-01T00:00:00Z' WHERE id = 1",),
    ("UPDATE known_urls SET found_by = 'given'",),
    ("UPDATE sites SET name = 'Another network'",),
)  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_with_all_digests_redone_is_found_by_a_checkpoint_kept_elsewhere(
    sealed_db: sqlite3.Connection, forgery: tuple[str, ...]
) -> None:
    known = newest(sealed_db)
    for statement in forgery:
        sealed_db.execute(statement)
    redo_digests(sealed_db)
    reseal(sealed_db)
    assert found(sealed_db, None).of("damage") == (), "the insider's own work holds together"
    assert {finding.kind for finding in found(sealed_db, known).of("damage")} == {"known-checkpoint"}


def test_captures_forged_under_old_dates_stand_after_the_checkpoint_that_was_kept(
    sealed: Path, sealed_db: sqlite3.Connection, archives: Any
) -> None:
    """Nothing can show that they are forged; the log shows when they came: `sealed` stands beside `captured`."""
    from scraper.store import Archive

    known = newest(sealed_db)
    with Archive.open(sealed, seal=sealer(lambda: NOW, sealed.parent)) as archive:
        run = archive.begin("crawl", "2021-12-30T00:00:00Z")
        archive.keep(archives.live("/forged", "2015-01-01T00:00:00Z", "<p>Old?</p>", kind="robots"), None, run)
        archive.finish(run, finished_at="2021-12-30T00:01:00Z", requests=1, exit_status=0)
    findings = verify.run(sealed, now=lambda: NOW, known=known)
    assert findings.exit_status == 1
    assert "impossible-time" in {finding.kind for finding in findings.of("not proven")}
    last = sealing.newest(sealed_db)
    assert last is not None
    assert json.loads(last.statement)["at"] == "2022-01-01T00:00:00Z"


def honest_run(path: Path) -> None:
    """A run of the program itself, which finds nothing new."""
    from scraper.store import Archive

    with Archive.open(path, seal=sealer(lambda: NOW, path.parent)) as archive:
        run = archive.begin("crawl", "2021-12-30T00:00:00Z")
        archive.finish(run, finished_at="2021-12-30T00:01:00Z", requests=1, exit_status=0)


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE problems SET message = 'nothing', level = 'note'", "problems"),
        ("UPDATE known_urls SET evidence = 'both archives list nothing'", "known_urls"),
        (
            "INSERT INTO decisions (record_sha256, kind, at, by) SELECT record_sha256, 'accepted', '2021', 'crawl' FROM captures LIMIT 1",
            "decisions",
        ),
        ("INSERT INTO meta VALUES ('introduction', 'We lie.')", "meta"),
        ("DELETE FROM meta", "meta"),
        ("INSERT INTO certificates SELECT id, 'ab' FROM captures LIMIT 1", "certificates"),
        (
            "INSERT INTO revision_addresses SELECT url, 'ab', (SELECT record_sha256 FROM captures LIMIT 1) FROM posts LIMIT 1",
            "revision_addresses",
        ),
        ("CREATE TRIGGER sly AFTER INSERT ON crawls BEGIN SELECT 1; END", "schema"),
        ("INSERT INTO import_files (name, sha256, length, kind, own) VALUES ('x', 'ab', 1, 'warc', 1)", "import_files"),
    ],
)
def test_a_mark_that_is_taken_away_hides_nothing_from_the_next_run(
    sealed: Path, sealed_db: sqlite3.Connection, change: str, table: str
) -> None:
    """Without `sealed-as` it would look as if a run had been killed; but no run is open."""
    if table == "problems":
        sealed_db.execute(
            "INSERT INTO problems (url, stage, kind, level, message, first_seen_at, last_seen_at) VALUES ('x', 'fetch', 'k', 'error', 'm', '2021', '2021')"
        )
        reseal(sealed_db)
    sealed_db.executescript(f"DELETE FROM meta WHERE key = 'sealed-as'; {change}")
    assert found(sealed_db, None).exit_status == 1
    honest_run(sealed)
    told = found(sealed_db, None).of("damage")
    assert [(one.kind, table in one.message) for one in told if one.kind == "altered"] == [("altered", True)]


def test_what_is_put_in_behind_a_run_that_looks_killed_is_told_as_held_against_nothing(
    sealed: Path, sealed_db: sqlite3.Connection
) -> None:
    sealed_db.executescript(
        "DELETE FROM meta WHERE key = 'sealed-as'; UPDATE known_urls SET evidence = 'nothing listed';"
        "INSERT INTO crawls (command, version, started_at) VALUES ('crawl', '0', '2021-12-29T00:00:00Z')"
    )
    assert found(sealed_db, None).exit_status == 1
    honest_run(sealed)
    told = verify.run(sealed, now=lambda: NOW).of("note")
    assert "held against no checkpoint" in " ".join(one.message for one in told if one.kind == "killed")


@pytest.mark.parametrize("version", [1, 7])
def test_no_older_version_left_an_archive_that_this_one_sealed(
    sealed: Path, sealed_db: sqlite3.Connection, version: int
) -> None:
    sealed_db.execute(f"PRAGMA user_version = {version}")
    findings = verify.run(sealed, now=lambda: NOW)
    assert "version" in {one.kind for one in findings.of("damage")}
    seal = sealer(lambda: NOW, sealed.parent)
    seal.before(sealed_db)
    assert seal.altered == ("schema",)


def test_what_was_altered_between_runs_is_sealed_as_altered_and_never_forgotten(sealed: Path, archives: Any) -> None:
    from scraper.store import Archive

    with sqlite3.connect(sealed) as db:
        db.execute("UPDATE known_urls SET found_by = 'given'")
    db.close()
    seal = sealer(lambda: NOW, sealed.parent)
    with Archive.open(sealed, seal=seal) as archive:
        run = archive.begin("crawl", "2021-12-30T00:00:00Z")
        archive.finish(run, finished_at="2021-12-30T00:01:00Z", requests=1, exit_status=0)
    assert seal.messages == ["altered since the last checkpoint, by something other than this program: known_urls"]
    with sqlite3.connect(sealed) as db:
        told = found(db, None).of("damage")
    db.close()
    assert [finding.kind for finding in told] == ["altered"]
    assert "known_urls" in told[0].message
