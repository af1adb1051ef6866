"""verify: a sound archive has nothing to complain of; each way of tampering with one is found and named."""

# ruff: noqa: E501 - the table of mutations is read along its lines

import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper import digests, export, schema, verify
from scraper.decide import Judgement
from scraper.errors import ArchiveBusy, ArchiveError, NotAnArchive
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.schema import Use
from scraper.seal import sealer
from scraper.store import Archive
from scraper.verify import Finding, Findings, derived
from tests.rarely import quick

NOW = datetime(2022, 1, 1, tzinfo=UTC)
COURT = "https://www.blog.example/post/a-day-in-court"


def check(path: Path) -> Findings:
    return verify.run(path, now=lambda: NOW)


@pytest.fixture
def sound(full: Path) -> Path:
    return full


def tamper(path: Path, *statements: str | Callable[[sqlite3.Connection], None]) -> None:
    """Change the archive as somebody with sqlite3 and no scruples would."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        for statement in statements:
            if callable(statement):
                statement(db)
            else:
                assert db.execute(statement).rowcount != 0, "the test changed nothing"
    finally:
        db.close()


def test_a_sound_archive_has_no_damage(sound: Path) -> None:
    findings = check(sound)
    assert findings.of("damage") == ()
    assert findings.exit_status == 0
    assert {finding.kind for finding in findings.of("note")} == {"wire-digest"}
    assert findings.checked["captures"] == 14
    assert findings.checked["posts"] == 3
    assert findings.line.startswith("verify: no damage, 1 note; 14 captures in 5 runs, ")


def test_nothing_is_written(sound: Path) -> None:
    before = hashlib.sha256(sound.read_bytes()).hexdigest()
    sound.chmod(0o444)
    check(sound)
    assert hashlib.sha256(sound.read_bytes()).hexdigest() == before


@pytest.mark.parametrize("seed", quick(range(10), 0))
def test_captures_in_any_order_give_the_same_sound_archive(tmp_path: Path, archives: Any, seed: int) -> None:
    kept = [*archives.captures(), *archives.oddities()]
    whole = archives.fill(tmp_path / "whole.db", kept, confirm=False)
    random.Random(seed).shuffle(kept)
    shuffled = archives.fill(tmp_path / "shuffled.db", kept, confirm=False)
    assert check(shuffled).of("damage") == ()
    assert archives.rows(shuffled) == archives.rows(whole)


def flip(column: str, table: str, where: str, at: int = 20) -> Callable[[sqlite3.Connection], None]:
    """Flip one bit of a blob."""

    def change(db: sqlite3.Connection) -> None:
        rowid, data = db.execute(f"SELECT rowid, {column} FROM {table} WHERE {where} LIMIT 1").fetchone()
        changed = bytearray(data)
        changed[at % len(changed)] ^= 1
        db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (bytes(changed), rowid))

    return change


def swap(column: str, table: str, first: str, second: str) -> Callable[[sqlite3.Connection], None]:
    """Exchange a column of two rows."""

    def change(db: sqlite3.Connection) -> None:
        (a, x), (b, y) = (
            db.execute(f"SELECT rowid, {column} FROM {table} WHERE {where} LIMIT 1").fetchone()
            for where in (first, second)
        )
        assert x != y
        db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (f"{x}!" if isinstance(x, str) else -1, a))
        db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (x, b))
        db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (y, a))

    return change


def forge(db: sqlite3.Connection) -> None:
    """Change when a capture was made, and make its own digest right again."""
    db.row_factory = sqlite3.Row
    row = dict(db.execute("SELECT * FROM captures WHERE url LIKE '%/gone' AND status = 200").fetchone())
    row["captured_at"] = "2021-03-01T00:00:00Z"
    record = digests.record_sha256(row, {})
    db.execute(
        "UPDATE captures SET captured_at = ?, record_sha256 = ? WHERE id = ?", (row["captured_at"], record, row["id"])
    )


def rewrite(db: sqlite3.Connection) -> None:
    """Change a post's text and the digest that stands beside it, in the post and in its revision."""
    row = db.execute(
        "SELECT posts.id, posts.title, posts.author, posts.published_at, posts.updated_at, posts.body_text, targets FROM posts"
        " JOIN revisions ON revisions.content_sha256 = posts.content_sha256 WHERE url = ?", (COURT,),
    ).fetchone()  # fmt: skip
    text = row[5].replace("nine", "ten")
    content = digests.content_sha256(
        title=row[1], author=row[2], published_at=row[3], updated_at=row[4], body_text=text, targets=json.loads(row[6])
    )
    for table, key in (("revisions", "post_id"), ("posts", "id")):
        db.execute(
            f"UPDATE {table} SET body_text = ?, content_sha256 = ? WHERE {key} = ? AND content_sha256 ="
            " (SELECT content_sha256 FROM posts WHERE id = ?)", (text, content, row[0], row[0]),
        )  # fmt: skip


ONE = f"(SELECT id FROM posts WHERE url = '{COURT}')"
MUTATIONS: dict[str, tuple[list[Any], str, str]] = {
    # what is done, the kind of finding, what it must name
    "a byte of a body stored whole": ([flip("data", "bodies", "codec = 'zstd'")], "body", ""),
    "a byte of a body stored against another": ([flip("data", "bodies", "codec = 'zstd-ref'")], "body", ""),
    "a byte of an uncompressed body": ([flip("data", "bodies", "codec = 'raw' AND length > 0", 3)], "body", "digest"),
    "a body replaced by another's bytes": ([swap("data", "bodies", "codec = 'zstd'", "codec = 'zstd' ORDER BY rowid DESC")], "body", ""),
    "a body's length": (["UPDATE bodies SET length = length + 1 WHERE codec = 'raw'"], "body", ""),
    "a body's reference": (["UPDATE bodies SET reference_sha256 = NULL WHERE codec = 'zstd-ref'"], "body", "codec"),
    "a body taken away": (["DELETE FROM bodies WHERE codec = 'raw' AND length > 0"], "body-missing", "/r"),
    "a reference taken away": (["DELETE FROM bodies WHERE sha256 IN (SELECT reference_sha256 FROM bodies)"], "body", "needs the body"),
    "a body put in": (["INSERT INTO bodies VALUES ('ab', 0, 'raw', NULL, x'')"], "orphan-body", "ab"),
    "a byte of a response's head": ([flip("head", "captures", "head IS NOT NULL")], "record-digest", "capture"),
    "a byte of a request's head": ([flip("request_head", "captures", "request_head IS NOT NULL")], "record-digest", "capture"),
    "a capture's address": ([f"UPDATE captures SET url = url || 'x' WHERE url = '{COURT}' AND status = 200"], "record-digest", COURT),
    "a capture's time": (["UPDATE captures SET captured_at = '2020-01-01T00:00:00Z' WHERE id = 4"], "record-digest", COURT),
    "a capture's time made no time": (["UPDATE captures SET captured_at = 'long ago' WHERE id = 4"], "time", COURT),
    "a capture's status": (["UPDATE captures SET status = 200 WHERE status = 404"], "record-digest", "/gone"),
    "a capture's source": (["UPDATE captures SET source = 'wayback' WHERE id = 4"], "record-digest", COURT),
    "a capture's body swapped with another's": ([swap("body_sha256", "captures", "id = 4", "id = 5")], "record-digest", COURT),
    "a capture's wire digest": (["UPDATE captures SET wire_sha256 = body_sha256, wire_length = 1 WHERE id = 8"], "wire-length", "/about"),
    "a capture's record digest": (["UPDATE captures SET record_sha256 = 'ab' WHERE id = 4"], "record-digest", "ab"),
    "a capture and its digest, forged together": ([forge], "chain", "run 2"),
    "a capture taken away": (["DELETE FROM captures WHERE url LIKE '%/about'"], "chain", "run 2"),
    "a capture moved to another run": (["UPDATE captures SET crawl_id = 2 WHERE id = 11"], "chain", "run 2"),
    "what a 304 confirms": (["UPDATE captures SET not_modified_of = 4 WHERE status = 304"], "record-digest", COURT),
    "a run's chain": (["UPDATE crawls SET chain_sha256 = 'ab' WHERE id = 2"], "chain", "run 2"),
    "a run taken away": (["DELETE FROM crawls WHERE id = 2"], "orphan-row", "captures"),
    "two runs swapped": ([swap("chain_sha256", "crawls", "id = 1", "id = 2")], "chain", "run 1"),
    "a post's text": ([f"UPDATE posts SET body_text = replace(body_text, 'nine', 'ten') WHERE url = '{COURT}'"], "content-digest", COURT),
    "a post's text and digest, forged together": ([rewrite], "posts-row", "nine"),
    "a post's markup": ([f"UPDATE posts SET body_html = body_html || '<p>x</p>' WHERE url = '{COURT}'"], "posts-row", "body_html"),
    "a post's title": ([f"UPDATE posts SET title = 'Another' WHERE url = '{COURT}'"], "content-digest", COURT),
    "a post's date": ([f"UPDATE posts SET published_at = '2020-01-01' WHERE url = '{COURT}'"], "content-digest", COURT),
    "where a date came from": ([f"UPDATE posts SET published_basis = 'shown' WHERE url = '{COURT}'"], "posts-row", "published_basis"),
    "when a post was first seen": ([f"UPDATE posts SET first_seen_at = '2019-01-01' WHERE url = '{COURT}'"], "posts-row", "first_seen_at"),
    "a post's views": ([f"UPDATE posts SET views = 3000 WHERE url = '{COURT}'"], "posts-row", "views: the archive has 3000"),
    "a post's address": ([f"UPDATE posts SET url = url || '-x' WHERE url = '{COURT}'"], "posts-row", "a-day-in-court-x"),
    "a post's slug": ([f"UPDATE posts SET slug = 'x' WHERE url = '{COURT}'"], "posts-row", "slug"),
    "a post that is gone made live": (["UPDATE posts SET gone_at = NULL, gone_reason = NULL WHERE gone_at IS NOT NULL"], "posts-row", "gone_at"),
    "a post taken away": (["DELETE FROM posts WHERE url LIKE '%/saved'"], "posts-row", "saved"),
    "a post's rules made unknown": (["UPDATE posts SET content_sha256 = 'ab' WHERE url LIKE '%/saved'"], "content-digest", "saved"),
    "a revision's text": (["UPDATE revisions SET body_text = 'x' WHERE id = 1"], "content-digest", "revision 1"),
    "a revision's markup": (["UPDATE revisions SET body_html = 'x' WHERE id = 1"], "revisions-row", "body_html"),
    "a revision's time": (["UPDATE revisions SET seen_at = '2020-01-01' WHERE id = 1"], "revisions-row", "seen_at"),
    "a revision taken away": ([f"DELETE FROM revisions WHERE post_id = {ONE} AND title IS NOT NULL AND id = (SELECT min(id) FROM revisions WHERE post_id = {ONE})"], "revisions-row", COURT),
    "a count": (["UPDATE counts SET views = views + 1 WHERE views = 12"], "counts-row", "views: the archive has 13"),
    "a count taken away": (["DELETE FROM counts WHERE views = 12"], "counts-row", COURT),
    "a count put in": ([f"INSERT INTO counts VALUES ({ONE}, 1, '2021-03-02', 99, 0, 0, 'page')"], "counts-row", COURT),
    "an event taken away": (["DELETE FROM events WHERE kind = 'gone'"], "events-row", "gone"),
    "an event's time": (["UPDATE events SET at = '2020-01-01' WHERE kind = 'changed'"], "events-row", "changed"),
    "a verdict": (["UPDATE post_captures SET verdict = 'same' WHERE verdict = 'changed'"], "post_captures-row", "verdict"),
    "a capture given to another post": ([f"UPDATE addresses SET post_url = '{COURT}' WHERE post_url LIKE '%/saved'"], "addresses-row", "post_url"),
    "a link": (["UPDATE links SET url = 'https://evil.example/'"], "links-row", "evil.example"),
    "a link put in": ([f"INSERT INTO links VALUES ({ONE}, 9, 'https://evil.example/', 'x')"], "links-row", COURT),
    "a category put in": (["INSERT INTO categories (name) VALUES ('x')"], "categories-row", "x"),
    "what read a post": (["UPDATE posts SET reader = 0"], "posts-row", "reader"),
    "what read a post, beside another sentence": (["UPDATE posts SET reader = NULL, excerpt = 'x'"], "posts-row", "excerpt"),
    "an event twice": (["INSERT INTO events (post_id, at, known_at, kind, capture_id) SELECT post_id, at, known_at, kind, capture_id FROM events WHERE kind = 'changed'"], "events-row", "number of such rows: the archive has 2"),
    "since when an event is known": (["UPDATE events SET known_at = '2022-01-01T00:00:00Z' WHERE kind = 'gone'"], "events-row", "known_at"),
    "when a run began": (["UPDATE crawls SET started_at = '2021-03-03T00:00:00Z' WHERE id = 2"], "events-row", "known_at"),
    "a site's name": (["UPDATE sites SET name = 'Another network'"], "sites-row", "Another network"),
    "a site's address": (["UPDATE sites SET base_url = 'https://evil.example/'"], "sites-row", "evil.example"),
    "an archived address called lost": (["UPDATE known_urls SET state = 'lost' WHERE url LIKE '%/saved'"], "known_urls-row", "saved"),
    "an archived address taken away": (["DELETE FROM known_urls WHERE url LIKE '%/saved'"], "known_urls-row", "saved"),
    "an address called no post, without a capture": (["INSERT INTO known_urls VALUES ('https://www.blog.example/post/x', 'www.blog.example', 'link', '2021', '2021', NULL, 'not-a-post', 'x', NULL)"], "known_urls-row", "no capture"),
    "an address given to another site": (["INSERT INTO known_urls VALUES ('https://www.blog.example/post/x', 'upr2020', 'link', '2021', '2021', NULL, 'wanted', 'x', NULL)"], "known_urls-row", "site"),
    "an address called lost, though nobody looked for it": (["INSERT INTO known_urls VALUES ('https://www.blog.example/post/x', 'www.blog.example', 'link', '2021', '2021', NULL, 'lost', 'x', NULL)"], "known_urls-row", "no capture"),
    "an address called withdrawn": (["INSERT INTO known_urls VALUES ('https://www.blog.example/post/x', 'www.blog.example', 'link', '2021', '2021', NULL, 'withdrawn', 'x', NULL)"], "known_urls-row", "no capture"),
    "a meaning in the dictionary": (['UPDATE dictionary SET meaning = "x" WHERE "column" = "views" AND "table" = "posts"'], "dictionary-row", "meaning"),
    "heads kept as text": (["UPDATE captures SET head = CAST(head AS TEXT) WHERE id = 4"], "type", "head"),
    "a count kept as text": (["UPDATE posts SET views = CAST(views AS BLOB)"], "type", "views"),
    "a trigger dropped": (["DROP TRIGGER posts_fts_au"], "trigger", "posts_fts_au"),
    "a trigger changed": (["DROP TRIGGER posts_fts_ad", "CREATE TRIGGER posts_fts_ad AFTER DELETE ON posts BEGIN SELECT 1; END"], "trigger", "posts_fts_ad"),
    "a trigger put in": (["CREATE TRIGGER mine AFTER INSERT ON captures BEGIN SELECT 1; END"], "trigger", "mine"),
    "an index dropped": (["DROP INDEX captures_url"], "index", "captures_url"),
    "a view changed": (["DROP VIEW coverage", "CREATE VIEW coverage AS SELECT 1"], "view", "coverage"),
    "the file's version": (["PRAGMA user_version = 0"], "version", "user_version"),
    "a word put into the index": (["INSERT INTO posts_fts(rowid, title, excerpt, body_text, author) VALUES (999, 'x', '', '', '')"], "search", "posts_fts"),
    "the index emptied": (["INSERT INTO posts_exact(posts_exact) VALUES ('delete-all')"], "search", "posts_exact"),
}  # fmt: skip


#: Of each kind of finding the first way to it.
FIRST_WAYS = {kind: name for name, (_, kind, _) in reversed(MUTATIONS.items())}


@pytest.mark.parametrize("name", quick(MUTATIONS, *FIRST_WAYS.values()))
def test_each_way_of_tampering_is_found_and_named(sound: Path, name: str) -> None:
    statements, kind, named = MUTATIONS[name]
    tamper(sound, *statements)
    findings = check(sound)
    assert findings.exit_status == 7
    hits = [finding for finding in findings.of("damage") if finding.kind == kind]
    assert hits, "\n".join(map(str, findings.found))
    assert any(named in str(finding) for finding in hits), "\n".join(map(str, hits))


def test_a_damaged_reference_takes_down_its_dependants_only(tmp_path: Path, archives: Any) -> None:
    noise = "".join(chr(97 + (n * n + n // 7) % 26) for n in range(4000))
    kept = [
        archives.live(
            f"/post/p{n}",
            f"2021-03-02T00:00:{n:02}Z",
            archives.page(f"Post {n}", f"Number {n}.", slug=f"p{n}", noise=noise),
        )
        for n in range(12)
    ]
    other = archives.live("/about", "2021-03-02T00:01:00Z", "<html><p>About us</p></html>", kind="other")
    path = archives.fill(tmp_path / "a.db", [*kept, other])
    db = sqlite3.connect(path)
    (reference,) = db.execute(
        "SELECT DISTINCT reference_sha256 FROM bodies WHERE reference_sha256 IS NOT NULL"
    ).fetchone()
    hurt = {
        sha for (sha,) in db.execute("SELECT sha256 FROM bodies WHERE ? IN (sha256, reference_sha256)", (reference,))
    }
    db.close()
    tamper(path, flip("data", "bodies", f"sha256 = '{reference}'"))
    found = check(path).of("damage")
    assert {finding.where for finding in found if finding.kind == "body"} == hurt
    assert {finding.kind for finding in found} == {"body"}, found
    assert any(reference in finding.message for finding in found)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO crawls (command, version, started_at, finished_at) VALUES ('crawl', '0', '2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z')", "backwards"),
        ("UPDATE crawls SET finished_at = '2020-01-01T00:00:00Z' WHERE id = 2", "impossible-time"),
    ],
)  # fmt: skip
def test_what_is_odd_without_a_checkpoint_is_told_and_never_all_holds(sound: Path, statement: str, kind: str) -> None:
    tamper(sound, statement, "DELETE FROM checkpoints")
    findings = check(sound)
    assert findings.exit_status in {1, 7}
    assert kind in {finding.kind for finding in findings.found}
    assert "not proven" in findings.line


def test_a_count_that_fell_is_a_note(tmp_path: Path, archives: Any) -> None:
    kept = [
        archives.live("/post/x", f"2021-0{month}-02T00:00:00Z", archives.page("X", "Words.", slug="x", views=views))
        for month, views in ((3, 9), (4, 5), (5, 7))
    ]
    findings = check(archives.fill(tmp_path / "a.db", kept))
    assert findings.exit_status == 0
    (fell,) = [finding for finding in findings.of("note") if finding.kind == "count-fell"]
    assert "views: 9 at" in fell.message
    assert "5 at" in fell.message


def test_a_capture_from_the_future_is_a_note(tmp_path: Path, archives: Any) -> None:
    path = archives.fill(
        tmp_path / "a.db", [archives.live("/post/x", "2031-03-02T00:00:00Z", archives.page("X", "Y", slug="x"))]
    )
    findings = check(path)
    assert findings.exit_status == 0
    assert "impossible-time" in {finding.kind for finding in findings.of("note")}


def test_what_a_killed_run_left_is_not_proven(sound: Path) -> None:
    with Archive.open(sound, read=read_capture, reader=READER) as archive:
        archive.begin("crawl", "2021-12-30T00:00:00Z")
    findings = check(sound)
    assert findings.exit_status == 1
    assert {finding.kind for finding in findings.of("not proven")} == {"unsealed", "not-sealed"}


STRANGE = "<html>A new look.</html>"


def test_what_was_decided_of_captures_is_named_and_hides_nothing_else(sound: Path, archives: Any) -> None:
    seal = sealer(lambda: NOW, sound.parent)
    with Archive.open(sound, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=seal) as archive:
        run = archive.begin("crawl", "2021-12-30T00:00:00Z")
        strange = archives.live("/post/a-day-in-court", "2021-12-30T00:00:01Z", STRANGE)
        archive.keep(strange, read_capture(strange), run, {Judgement.HELD: "the layout changed"})
        archive.finish(run, finished_at="2021-12-30T00:01:00Z", requests=1, exit_status=5)
    findings = check(sound)
    assert (findings.of("damage"), findings.exit_status) == ((), 0)
    (named,) = [finding for finding in findings.of("note") if finding.kind == "decision"]
    assert named.where == "1 capture held"
    tamper(sound, "DELETE FROM decisions", "DELETE FROM checkpoints")
    assert "post_captures-row" in {finding.kind for finding in check(sound).of("damage")}


def test_the_status_of_a_run_hides_no_correction(sound: Path) -> None:
    edit = "(SELECT capture_id FROM events WHERE kind = 'changed')"
    tamper(
        sound,
        f"UPDATE crawls SET exit_status = 5 WHERE id = (SELECT crawl_id FROM captures WHERE id = {edit})",
        f"DELETE FROM addresses WHERE capture_id = {edit}",
        f"DELETE FROM post_captures WHERE capture_id = {edit}",
        "DELETE FROM checkpoints",
    )
    assert {"addresses-row", "post_captures-row"} <= {finding.kind for finding in check(sound).of("damage")}


def test_a_decision_about_no_capture_is_damage(sound: Path) -> None:
    tamper(sound, "INSERT INTO decisions (record_sha256, kind, at, by) VALUES ('ab', 'held', '2021-12-30', 'x')")
    assert "orphan-row" in {finding.kind for finding in check(sound).of("damage")}


def test_a_run_of_a_wrong_clock_is_excused_where_a_decision_says_so_of_all_its_captures(sound: Path) -> None:
    tamper(
        sound,
        "UPDATE crawls SET started_at = '2031-01-01T00:00:00Z', finished_at = '2031-01-01T01:00:00Z' WHERE id = 3",
    )
    assert "backwards" in {finding.kind for finding in check(sound).found}
    tamper(
        sound,
        "INSERT INTO decisions (record_sha256, kind, at, by)"
        " SELECT record_sha256, 'wrong-time', '2031-01-02', 'crawl' FROM captures WHERE crawl_id = 3",
    )
    assert not {"backwards", "impossible-time"} & {finding.kind for finding in check(sound).found}


def test_an_archive_that_is_written_to_meanwhile_is_not_called_damaged(sound: Path) -> None:
    tamper(sound, "UPDATE posts SET title = 'x'")

    def write(what: str, done: int) -> None:
        tamper(sound, "UPDATE crawls SET requests = requests + 1")

    with pytest.raises(ArchiveBusy, match="run verify again"):
        verify.run(sound, now=lambda: NOW, progress=write)


def test_a_copy_without_bodies_is_checked_as_far_as_it_goes(sound: Path, tmp_path: Path) -> None:
    export.copy(sound, tmp_path / "copy.db", captures=False)
    findings = check(tmp_path / "copy.db")
    assert findings.of("damage") == ()
    assert "bodies-left-out" in {finding.kind for finding in findings.of("not proven")}
    tamper(tmp_path / "copy.db", "UPDATE captures SET status = 200 WHERE status = 404")
    assert check(tmp_path / "copy.db").exit_status == 7


def test_a_page_of_the_file_overwritten_is_found(sound: Path) -> None:
    data = bytearray(sound.read_bytes())
    for start in range(len(data) // 2, len(data) // 2 + 4096):
        data[start] ^= 0x55
    sound.write_bytes(bytes(data))
    try:
        status = check(sound).exit_status
    except ArchiveError as error:
        status = error.exit_status
    assert status == 7


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database")
    for path in (tmp_path / "x.db", tmp_path / "missing.db"):
        with pytest.raises(NotAnArchive):
            check(path)
    assert not (tmp_path / "missing.db").exists()


def test_an_empty_archive_holds(tmp_path: Path) -> None:
    schema.open_archive(tmp_path / "a.db", create=True).close()
    assert check(tmp_path / "a.db").found == []


def test_a_finding_is_one_line() -> None:
    assert str(Finding(level="damage", kind="body", where="ab", message="x")) == "damage: body: ab: x"


def test_an_archive_that_other_packages_read_is_not_called_damaged(sound: Path) -> None:
    """An untouched archive, looked at with another version of a parser that reads one page otherwise."""
    tamper(
        sound,
        "UPDATE meta SET value = replace(value, '\"nh3\"', '\"another nh3\"') WHERE key = 'fingerprint'",
        "UPDATE posts SET excerpt = 'Read otherwise.' WHERE url LIKE '%/saved'",
        "DELETE FROM checkpoints",
    )
    findings = check(sound)
    assert findings.of("damage") == ()
    assert findings.exit_status == 1
    assert {"other-rules", "posts-row"} <= {finding.kind for finding in findings.of("not proven")}


def test_what_reads_pages_is_named_with_all_that_words_and_dates_rest_on(sound: Path) -> None:
    with closing(sqlite3.connect(sound)) as db:
        named = json.loads(db.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchone()[0])
    assert {"reader", "ushrn", "unicode", "selectolax", "nh3", "feedparser", "pypdf"} <= named.keys()
    assert all(named.values())


def test_an_archive_that_other_packages_read_alike_is_proven(sound: Path) -> None:
    other, seal = {"nh3": "another"}, sealer(lambda: NOW, sound.parent)
    with Archive.open(sound, read=read_capture, reader=READER, fingerprint=other, seal=seal) as archive:
        archive.rebuild()
    findings = check(sound)
    assert findings.of("damage") == ()
    assert "other-rules" in {finding.kind for finding in findings.of("note")}


@pytest.mark.parametrize("seconds", [0, 299, 301])
def test_a_clock_may_be_off_by_a_little_and_a_run_does_not_run_backwards(sound: Path, seconds: int) -> None:
    earlier = "strftime('%Y-%m-%dT%H:%M:%SZ', (SELECT max(started_at) FROM crawls), ?)"
    with closing(sqlite3.connect(sound)) as db, db:
        db.execute(
            f"INSERT INTO crawls (command, version, started_at, chain_sha256) VALUES ('crawl', '0', {earlier}, 'x')",
            (f"-{seconds} seconds",),
        )
    told = {finding.kind for finding in check(sound).found}
    assert ("backwards" in told) == (seconds > 300)


# Every column of every derived table ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read_twice(tmp_path_factory: pytest.TempPathFactory, archives: Any) -> Iterator[sqlite3.Connection]:
    """An archive with rows in every derived table (`src`) beside its second reading; both can be written."""
    folder = tmp_path_factory.mktemp("columns")
    parts = (
        '<figure><img src="https://static.wixstatic.com/media/ab~mv2.png" alt="A hall" width="10" height="5"></figure>'
        '<iframe src="https://www.youtube.com/embed/abcdefghijk" title="A talk"></iframe>'
        + archives.LINK
        + archives.FILE_WIDGET
    )
    names = (
        '<ul class="post-categories-list"><li><a class="post-categories-list__link" href="/blog/categories/n">News</a>'
        '</li></ul><nav aria-label="tags"><a href="/blog/tags/upr">UPR</a></nav></article>'
    )
    whole = archives.page("A Day in Court", *archives.TEXT, views=7, extra=parts).replace("</article>", names)
    kept = [*archives.captures(), archives.live("/post/a-day-in-court", "2021-06-02T00:00:02Z", whole)]
    path = archives.fill(folder / "a.db", kept)
    with closing(sqlite3.connect(shutil.copy(path, folder / "again.db"), isolation_level=None)) as copy:
        copy.execute("ATTACH ? AS src", (str(path),))
        for side in ("main", "src"):
            copy.execute(
                f"INSERT INTO {side}.listed_counts VALUES (4, 'https://www.blog.example/post/x', 1, 2, 3, 'page')"
            )
        yield copy


def is_named(copy: sqlite3.Connection, table: str, column: str) -> bool:
    """Whether a value changed in one row of the archive is told."""
    told: list[str] = []
    copy.execute("BEGIN")
    rows = copy.execute(
        f"""UPDATE src.{table} SET "{column}" = CASE typeof("{column}") WHEN 'integer' THEN 987654 ELSE 'tampered' END"""
        f""" WHERE ("{column}") IN (SELECT "{column}" FROM src.{table} ORDER BY "{column}" IS NULL LIMIT 1)"""
        f""" OR (SELECT max("{column}") FROM src.{table}) IS NULL"""
    )
    assert rows.rowcount > 0, f"{table} has no rows to change"
    derived.compare(copy, tell := lambda kind, where, message: told.append(f"{kind} {where} {message}"))
    derived.check_runs(copy, tell, "src")
    copy.execute("ROLLBACK")
    return any(line.startswith(f"{table}-row") for line in told)


def test_a_value_changed_in_any_column_of_any_derived_table_is_told(read_twice: sqlite3.Connection) -> None:
    assert derived.compare(read_twice, lambda *_: None) == 0
    silent = [
        f"{table.name}.{field.name}"
        for table in schema.DERIVED_TABLES
        for field in table.fields
        if not field.use & (Use.ROW | Use.RECORDED) and not is_named(read_twice, table.name, field.name)
    ]
    assert silent == []


def test_only_what_no_capture_says_again_is_left_to_checkpoints() -> None:
    recorded = {table.name: table.names(Use.RECORDED) for table in schema.DERIVED_TABLES if table.names(Use.RECORDED)}
    assert recorded.pop("problems") == tuple(name for name in schema.DESCRIPTIONS["problems"][1] if name != "id")
    assert recorded == {
        "sites": ("platform", "state"),
        "known_urls": ("found_by", "first_heard_at", "last_heard_at", "lastmod", "evidence", "next_try_at"),
        "meta": ("key", "value"),
        "unindexed": ("post_id",),
    }
