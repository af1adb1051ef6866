"""Withdrawal: the words are gone from the whole file, the proofs of all else hold, and nothing brings them back."""

import gzip
import hashlib
import random
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scraper import export, verify
from scraper.cli import main
from scraper.errors import ArchiveBusy
from scraper.export import warc
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.seal import sealer, withdraw
from scraper.store import Archive, Extent, change_list, masking, notices
from tests.rarely import quick

NOW = datetime(2022, 1, 1, tzinfo=UTC)
AT = "2022-01-01T00:00:00Z"
RISK = "https://www.blog.example/post/at-risk"


def sentence(seed: str, count: int = 14) -> str:
    """Words that stand nowhere else."""
    return " ".join(hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()[:7] for number in range(count)) + "."


SECRET = (sentence("a"), sentence("b", 30))
OTHER = (sentence("c"), sentence("d", 20))
SHARED = sentence("shared", 12)


def captures(archives: Any) -> list[Any]:
    """A post at risk, twice; another that teases it; a list, a feed, a redirect and a file that repeat its words."""
    feed = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title><item>'
        f"<title>At Risk</title><link>{RISK}</link><description><![CDATA[<p>{SECRET[0]}</p>]]></description></item>"
        "</channel></rss>"
    )
    teaser = f'<aside data-hook="recent-posts"><a href="{RISK}">At Risk</a><p>{SECRET[0]}</p></aside>'
    page = lambda *said, **more: archives.page(*said, noise=captures_noise(), **more)  # noqa: E731
    return [
        archives.live("/post/at-risk", "2021-03-02T00:00:02Z", page("At Risk", *SECRET, SHARED, slug="at-risk")),
        archives.live("/post/other", "2021-03-02T00:00:03Z", page("Other", *OTHER, SHARED, slug="other") + teaser),
        archives.live("/feed.xml", "2021-03-02T00:00:04Z", feed, kind="feed", media_type="application/rss+xml"),
        archives.live("/blog", "2021-03-02T00:00:05Z", f"<html><script>\"{SECRET[1]}\"</script></html>", kind="other"),
        archives.live("/post/third", "2021-04-02T00:00:03Z", page("Third", sentence("e", 40), slug="third")),
        archives.live("/post/at-risk", "2021-04-02T00:00:05Z", page("At Risk", SECRET[0], slug="at-risk")),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def _filled(tmp_path_factory: pytest.TempPathFactory, archives: Any) -> Path:
    return Path(archives.fill(tmp_path_factory.mktemp("withdraw") / "a.db", captures(archives), confirm=False))


@pytest.fixture
def path(_filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(_filled, tmp_path / "a.db"))


def opened(path: Path) -> Archive:
    seal = sealer(lambda: NOW, path.parent)
    return Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=seal)


def withdrawn(path: Path, url: str = RISK, **how: Any) -> None:
    order = withdraw.Order(url=url, reason="the author asked", by="A. Editor", **how)
    with opened(path) as archive, archive.alone():
        run = archive.begin("withdraw", AT)
        withdraw.carry_out(archive, order, withdraw.plan(archive, order), crawl_id=run, at=AT)
        archive.finish(run, finished_at=AT, requests=0, exit_status=0)


def places(path: Path, words: tuple[str, ...]) -> list[str]:
    """Where in the file a run of eight of these words stands: as bytes, in rows, in decoded bodies."""
    runs = frozenset().union(*(masking.runs(text) for text in words))
    found = [f"bytes: {one[:20]!r}" for text in words for one in pieces(text) if one in path.read_bytes()]
    with opened(path) as archive:
        tables = archive.db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
        for (table,) in tables.fetchall():
            for row in archive.db.execute(f'SELECT * FROM "{table}"'):
                found += [
                    f"{table}: {value[:60]!r}" for value in row if isinstance(value, str) and masking.runs(value) & runs
                ]
        for (sha256,) in archive.db.execute("SELECT sha256 FROM bodies WHERE codec <> 'withdrawn'").fetchall():
            found += [f"body {sha256}"] if masking.holds(archive.body(sha256), runs) else []
    return found


def pieces(text: str) -> list[bytes]:
    words = text.split()
    return [" ".join(words[at : at + 8]).encode() for at in range(len(words) - 7)]


def test_the_words_stood_in_many_places(path: Path) -> None:
    assert {place.partition(":")[0].partition(" ")[0] for place in places(path, SECRET)} >= {
        "posts",
        "revisions",
        "body",
    }


def test_withdrawn_everywhere_the_words_are_nowhere_and_all_else_verifies(path: Path) -> None:
    withdrawn(path, everywhere=True)
    assert places(path, SECRET) == []
    findings = verify.run(path, now=lambda: NOW)
    assert findings.of("damage") == ()
    assert findings.of("not proven") == ()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT url FROM posts ORDER BY url").fetchall() == [
            ("https://www.blog.example/post/other",), ("https://www.blog.example/post/third",)]  # fmt: skip
        assert SHARED in db.execute("SELECT body_text FROM posts WHERE url LIKE '%other'").fetchone()[0]
        assert db.execute("SELECT count(*) FROM captures WHERE url = ?", (RISK,)).fetchone() == (2,)
        assert db.execute("SELECT state FROM known_urls WHERE url = ?", (RISK,)).fetchone() == ("withdrawn",)
        assert db.execute("SELECT reason, by FROM withdrawals WHERE url = ?", (RISK,)).fetchone() == (
            "the author asked", "A. Editor")  # fmt: skip


def test_without_everywhere_other_places_are_listed_and_stay(path: Path) -> None:
    order = withdraw.Order(url=RISK, reason="r", by="b")
    with opened(path) as archive:
        told = "\n".join(withdraw.told(order, withdraw.plan(archive, order)))
    for place in ("/post/other", "/feed.xml", "/blog"):
        assert place in told
    withdrawn(path)
    left = places(path, SECRET)
    assert left
    assert all(place.startswith("body") for place in left)
    assert verify.run(path, now=lambda: NOW).exit_status == 0


def test_nothing_brings_it_back(path: Path, archives: Any) -> None:
    withdrawn(path, everywhere=True)
    again = [
        *captures(archives),
        archives.live("/post/at-risk", "2021-12-30T00:00:02Z", archives.page("At Risk", *SECRET, slug="at-risk")),
        archives.live("/post/at-risk-copy", "2021-12-30T00:00:03Z", archives.page("At Risk", *SECRET, slug="at-risk")),
        archives.live("/blog", "2021-12-30T00:00:04Z", f"<ul><li>{SECRET[0]}</li></ul>", kind="other"),
        archives.live("/post/new", "2021-12-30T00:00:05Z", archives.page("New", sentence("n"), SECRET[1], slug="new")),
    ]
    with opened(path) as archive:
        run = archive.begin("import", "2021-12-30T00:00:00Z")
        for capture in again:
            archive.keep(capture, read_capture(capture), run)
        archive.finish(run, finished_at="2021-12-30T00:01:00Z", requests=0, exit_status=0)
        archive.rebuild()
        assert archive.shown(RISK) is None
        new = archive.shown("https://www.blog.example/post/new")
        assert new is not None
        assert new.body_text is not None
        assert masking.MARK in new.body_text
    assert places(path, SECRET) == []
    assert verify.run(path, now=lambda: NOW).of("damage") == ()


def test_hidden_is_kept_as_evidence_and_shown_nowhere(path: Path) -> None:
    withdrawn(path, hide=True)
    with opened(path) as archive:
        assert archive.shown(RISK) is None
        (sha256,) = archive.db.execute("SELECT body_sha256 FROM captures WHERE url = ? LIMIT 1", (RISK,)).fetchone()
        assert SECRET[0].encode() in archive.body(sha256)
        archive.rebuild()
        assert archive.shown(RISK) is None
    assert verify.run(path, now=lambda: NOW).exit_status == 0


def test_while_another_process_has_it_open_nothing_is_done(path: Path) -> None:
    before = path.read_bytes()
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("SELECT count(*) FROM posts").fetchone()
        with pytest.raises(ArchiveBusy, match="has it open"):
            withdrawn(path)
        assert reader.execute("SELECT count(*) FROM posts WHERE url = ?", (RISK,)).fetchone() == (1,)
    assert path.read_bytes() == before


def test_taking_out_a_body_without_a_withdrawal_is_damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE bodies SET codec = 'withdrawn', data = x'', reference_sha256 = NULL WHERE rowid = 3")
    found = verify.run(path, now=lambda: NOW)
    assert "no withdrawal says" in " ".join(finding.message for finding in found.of("damage"))


def test_a_failure_in_the_middle_leaves_all_as_it_was(path: Path, archives: Any) -> None:
    before = archives.rows(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TRIGGER halt BEFORE INSERT ON revisions BEGIN SELECT RAISE(ABORT, 'cut'); END")
    with pytest.raises(sqlite3.IntegrityError, match="cut"):
        withdrawn(path, everywhere=True)
    assert archives.rows(path) == before
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM withdrawals").fetchone() == (0,)


@pytest.mark.parametrize("seed", quick(range(4), 0))
def test_posts_withdrawn_one_after_the_other_leave_nothing(tmp_path: Path, archives: Any, seed: int) -> None:
    rng = random.Random(seed)
    said = {f"p{number}": (sentence(f"{seed}/{number}", 30), SHARED) for number in range(6)}
    kept = []
    for number, (slug, words) in enumerate(said.items()):
        teaser = rng.choice(list(said.values()))[0]
        body = archives.page(slug, *words, slug=slug) + f'<aside data-hook="recent-posts"><p>{teaser}</p></aside>'
        kept.append(archives.live(f"/post/{slug}", f"2021-03-02T00:00:0{number}Z", body))
    path = archives.fill(tmp_path / "a.db", kept, confirm=False)
    gone = rng.sample(sorted(said), 3)
    for slug in gone:
        withdrawn(path, f"https://www.blog.example/post/{slug}", everywhere=True)
    assert places(path, tuple(said[slug][0] for slug in gone)) == []
    assert verify.run(path, now=lambda: NOW).exit_status == 0


def test_the_verb_tells_first_and_does_it_only_when_told_to(path: Path) -> None:
    words = ["withdraw", RISK, "--db", str(path), "--reason", "the author asked", "--by", "A. Editor", "--everywhere"]
    first = CliRunner().invoke(main, words)
    assert first.exit_code == 0, first.output
    assert re.search(r"2 captures, 2 bodies", first.output)
    assert "nothing was changed" in first.output
    assert places(path, SECRET)
    assert CliRunner().invoke(main, [*words, "--yes"]).exit_code == 0
    assert places(path, SECRET) == []
    assert CliRunner().invoke(main, words).exit_code == 2, "no such post any more"


def test_exports_hold_nothing_of_it(path: Path, tmp_path: Path) -> None:
    withdrawn(path, hide=True)
    withdrawn(path, "https://www.blog.example/post/third")
    out = tmp_path / "out.warc.gz"
    warc.export_warc(path, out)
    text = gzip.decompress(out.read_bytes())
    assert f"WARC-Target-URI: {RISK}\r\n".encode() not in text
    assert sentence("e", 40).encode() not in text


def test_a_public_copy_has_no_hidden_pages_and_no_names(path: Path, tmp_path: Path) -> None:
    withdrawn(path, hide=True)
    copy = tmp_path / "public.db"
    export.copy(path, copy, public=True)
    raw = copy.read_bytes()
    assert b"A. Editor" not in raw
    assert b"the author asked" in raw
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT count(*) FROM problems").fetchone() == (0,)
        bodies = "SELECT codec FROM bodies JOIN captures ON body_sha256 = sha256 WHERE url = ?"
        assert set(db.execute(bodies, (RISK,))) == {("withdrawn",)}
    findings = verify.run(copy, now=lambda: NOW)
    assert findings.exit_status == 1, "not proven, no damage"
    with opened(path) as archive:
        (sha256,) = archive.db.execute("SELECT body_sha256 FROM captures WHERE url = ? LIMIT 1", (RISK,)).fetchone()
        assert archive.body(sha256), "the archive itself is as it was"


def record(path: Path, at: str, url: str = RISK) -> str:
    with closing(sqlite3.connect(path)) as db:
        asked = "SELECT record_sha256 FROM captures WHERE url = ? AND captured_at = ?"
        return str(db.execute(asked, (url, at)).fetchone()[0])


def kept(path: Path, *more: Any) -> None:
    """Bring captures in, as a later import does."""
    with opened(path) as archive:
        run = archive.begin("import", AT)
        for capture in more:
            archive.keep(capture, read_capture(capture), run)
        archive.finish(run, finished_at=AT, requests=0, exit_status=0)


def faults(path: Path) -> list[str]:
    findings = verify.run(path, now=lambda: NOW)
    return [str(one) for one in (*findings.of("damage"), *findings.of("not proven"))]


FIRST, LATER = "2021-03-02T00:00:02Z", "2021-04-02T00:00:05Z"


@pytest.mark.parametrize("extent", [Extent.REVISION, Extent.CAPTURE])
def test_one_version_goes_and_does_not_come_back_while_the_post_stays(
    path: Path, archives: Any, extent: Extent
) -> None:
    withdrawn(path, extent=extent, digest=record(path, FIRST)[:12], everywhere=True)
    assert places(path, (SECRET[1],)) == []
    assert places(path, (SECRET[0],)), "the later version says it, too"
    assert faults(path) == []
    page = archives.page("At Risk", *SECRET, SHARED, slug="at-risk", noise="other")
    kept(path, archives.live("/post/at-risk", "2021-12-30T00:00:02Z", page))
    with opened(path) as archive:
        archive.rebuild()
        shown = archive.shown(RISK)
        assert shown is not None
        assert shown.body_text == SECRET[0]
        assert archive.db.execute("SELECT count(*) FROM revisions").fetchone() == (3,)
        assert [one.kind for one in notices.listed(archive.db)] == [extent.value]
        assert notices.count(archive.db) == 0, "no post was withdrawn"
    assert places(path, (SECRET[1],)) == []
    assert faults(path) == []


def test_the_version_shown_goes_and_the_one_before_stands_in_its_place(path: Path) -> None:
    withdrawn(path, extent=Extent.REVISION, digest=record(path, LATER)[:12])
    with opened(path) as archive:
        shown = archive.shown(RISK)
        assert shown is not None
        assert SECRET[1] in (shown.body_text or "")
        assert archive.db.execute("SELECT state FROM known_urls WHERE url = ?", (RISK,)).fetchone() == ("archived",)
    assert faults(path) == []


def test_a_capture_of_a_list_is_withdrawn_by_its_own_address(path: Path) -> None:
    blog = "https://www.blog.example/blog"
    digest = record(path, "2021-03-02T00:00:05Z", blog)
    withdrawn(path, blog, extent=Extent.CAPTURE, digest=digest[:8])
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT codec FROM bodies JOIN captures ON sha256 = body_sha256 WHERE url = ?", (blog,)).fetchall() == [("withdrawn",)]  # fmt: skip  # noqa: E501
    assert faults(path) == []


PICTURE = "https://static.wixstatic.com/media/face~mv2.png"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de")


def test_pictures_go_in_all_their_sizes_and_the_words_stay(path: Path, archives: Any) -> None:
    extra = f'<figure><img src="{PICTURE}/v1/fill/w_9,h_9/face~mv2.png" alt="A face"></figure>'
    page = archives.page("With Picture", sentence("w", 20), slug="pictured", extra=extra)

    def picture(url: str, at: str, body: bytes = PNG) -> Any:
        return archives.live("", at, body, url=url, kind="image", media_type="image/png", packed=False)

    post = "https://www.blog.example/post/pictured"
    small = PICTURE + "/v1/fill/w_9,h_9/face~mv2.png"
    kept(path, archives.live("/post/pictured", "2021-12-29T00:00:00Z", page), picture(PICTURE, "2021-12-29T00:00:01Z"),
         picture(small, "2021-12-29T00:00:02Z", PNG + b"small"))  # fmt: skip
    withdrawn(path, post, extent=Extent.PICTURES)
    kept(path, picture(PICTURE, "2021-12-30T00:00:01Z"), picture(small + "?x", "2021-12-30T00:00:02Z", PNG + b"other"),
         picture("https://elsewhere.example/same.png", "2021-12-30T00:00:03Z"))  # fmt: skip
    with opened(path) as archive:
        codecs = "SELECT DISTINCT codec FROM captures JOIN bodies ON sha256 = body_sha256 WHERE kind = 'image'"
        assert archive.db.execute(codecs).fetchall() == [("withdrawn",)]
        assert archive.db.execute("SELECT url, sha256 FROM images").fetchall() == [(PICTURE, None)]
        assert archive.shown(post) is not None
    assert PNG not in path.read_bytes()
    assert faults(path) == []


def test_a_withdrawal_is_a_change_that_names_no_one(path: Path) -> None:
    withdrawn(path)
    with opened(path) as archive:
        archive.db.row_factory = sqlite3.Row
        (row,) = change_list.changes(archive.db, change_list.ChangeFilter(kind="withdrawn"), 9)
        assert (row["url"], row["excerpt"], row["at"]) == ("https://www.blog.example/post/…", "the author asked", AT)
        assert "at-risk" not in str(tuple(row))
        assert dict(change_list.tally(archive.db, "kind", change_list.ChangeFilter()))["withdrawn"] == 1
    run = CliRunner()
    told = run.invoke(main, ["changes", "--since", "2022-01-01", "--db", str(path)]).output
    assert "Withdrawn  A withdrawn post" in told
    assert "the author asked" in told


def test_a_hidden_post_can_be_withdrawn_later_and_what_comes_meanwhile_is_kept(path: Path, archives: Any) -> None:
    withdrawn(path, hide=True)
    page = archives.page("At Risk", *SECRET, "And more.", slug="at-risk")
    kept(path, archives.live("/post/at-risk", "2021-12-30T00:00:02Z", page))
    with opened(path) as archive:
        assert archive.body(hashlib.sha256(page.encode()).hexdigest()) == page.encode()
        assert archive.shown(RISK) is None
    assert faults(path) == []
    withdrawn(path, everywhere=True)
    assert places(path, SECRET) == []
    assert faults(path) == []


def test_a_copy_at_another_address_without_everywhere_is_not_read_from_bytes_that_are_not_kept(
    path: Path, archives: Any
) -> None:
    withdrawn(path)
    with closing(sqlite3.connect(path)) as db:
        (sha256,) = db.execute("SELECT body_sha256 FROM captures WHERE url = ?", (RISK,)).fetchone()
    same = archives.page("At Risk", *SECRET, SHARED, slug="at-risk", noise=captures_noise()).encode()
    assert hashlib.sha256(same).hexdigest() == sha256
    kept(path, archives.live("/amp/other-place", "2021-12-30T00:00:02Z", same, kind="other"))
    assert faults(path) == []


def captures_noise() -> str:
    return "".join(hashlib.sha256(str(at).encode()).hexdigest() for at in range(200))


@pytest.mark.parametrize("head", ["request_head", "head"])
def test_words_in_heads_and_notes_go_and_a_stripped_row_is_still_held_to_what_is_left(
    path: Path, archives: Any, head: str
) -> None:
    line = b"GET / HTTP/1.1\r\nX-Said: " + SECRET[0].encode() + b"\r\n\r\n"
    page = archives.page("R", *SECRET, slug="at-risk")
    kept(path, archives.live("/post/at-risk", "2021-12-29T00:00:02Z", page, **{head: line}),
         archives.live("/else", "2021-12-29T00:00:03Z", "<p>no</p>", kind="other", **{head: line}))  # fmt: skip
    with opened(path) as archive, archive.sealed() as db:
        db.execute("UPDATE known_urls SET evidence = ? WHERE url LIKE '%third'", (f"it said: {SECRET[0]}",))
        db.execute("INSERT INTO problems (url, stage, kind, level, message, first_seen_at, last_seen_at)"
                   " VALUES ('x', 'fetch', 'y', 'note', ?, '2021', '2021')", (SECRET[0],))  # fmt: skip
        db.execute("INSERT INTO import_files (name, sha256, length, kind) VALUES (?, 'ab', 1, 'html')", (SECRET[1],))
        db.execute("INSERT INTO decisions (record_sha256, kind, at, by, reason) SELECT record_sha256, 'accepted',"
                   " '2021-12-30T00:00:00Z', 'x', ? FROM captures LIMIT 1", (SECRET[0],))  # fmt: skip
    withdrawn(path)
    with closing(sqlite3.connect(path)) as db:
        heads = db.execute(f"SELECT {head} IS NULL FROM captures WHERE captured_at LIKE '2021-12-29%'").fetchall()
        assert heads == [(1,), (0,)], "its own at once, of others only everywhere"
    withdrawn_again = places(path, SECRET)
    assert {place.partition(" ")[0] for place in withdrawn_again} <= {"body", "bytes:"}
    assert faults(path) == []
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE captures SET ip = '203.0.113.9' WHERE captured_at LIKE '2021-12-29%' AND url = ?", (RISK,))
    assert "record-digest" in {one.kind for one in verify.run(path, now=lambda: NOW).of("damage")}


def test_a_withdrawn_body_led_to_another_is_found(path: Path) -> None:
    withdrawn(path, everywhere=True)
    with closing(sqlite3.connect(path)) as db, db:
        other = "(SELECT body_sha256 FROM captures WHERE url LIKE '%third')"
        db.execute(f"UPDATE bodies SET reference_sha256 = {other} WHERE codec = 'withdrawn' AND reference_sha256 > ''")
        assert db.total_changes
    assert verify.run(path, now=lambda: NOW).exit_status == 7


@pytest.mark.parametrize(
    "words",
    [
        ["--revision", "abcdef", "--pictures"], ["--capture", "zz"], ["--revision", "ffffffff"],
        ["--hide", "--pictures"], ["--pictures"], ["--reason", ""], ["--by", " "],
    ],
)  # fmt: skip
def test_the_verb_takes_one_thing_that_is_there(path: Path, words: list[str]) -> None:
    line = ["withdraw", RISK, "--db", str(path), "--reason", "r", "--by", "b", *words]
    assert CliRunner().invoke(main, line).exit_code == 2
