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
from scraper.store import Archive, masking

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
    noise = "".join(hashlib.sha256(str(at).encode()).hexdigest() for at in range(200))
    page = lambda *said, **more: archives.page(*said, noise=noise, **more)  # noqa: E731
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


def withdrawn(path: Path, url: str = RISK, **how: bool) -> None:
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


@pytest.mark.parametrize("seed", range(4))
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
    assert "nothing was done" in first.output
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
    export.copy(path, copy, now=lambda: NOW, public=True)
    raw = copy.read_bytes()
    assert b"A. Editor" not in raw
    assert b"the author asked" in raw
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT count(*) FROM problems").fetchone() == (0,)
        bodies = "SELECT codec FROM bodies JOIN captures ON body_sha256 = sha256 WHERE url = ?"
        assert set(db.execute(bodies, (RISK,))) == {("withdrawn",)}
    findings = verify.run(copy, now=lambda: NOW)
    assert findings.exit_status in {1, 7}
    assert "all holds" not in findings.line
    with opened(path) as archive:
        (sha256,) = archive.db.execute("SELECT body_sha256 FROM captures WHERE url = ? LIMIT 1", (RISK,)).fetchone()
        assert archive.body(sha256), "the archive itself is as it was"
