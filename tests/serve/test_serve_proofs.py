"""The pages of proof: the newest checkpoint, a feed of them, exhibits, and the page in place of a withdrawn post."""

import gzip
import io
import lzma
import re
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from scraper.export import copy
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.seal import Checkpoint, Note, sealer, withdraw
from scraper.serve import texts
from scraper.store import Archive, Extent

NOW = datetime(2022, 1, 1, tzinfo=UTC)
AT = "2022-01-01T00:00:00Z"
COURT = "https://www.blog.example/post/a-day-in-court"
PAGE = "/post/www.blog.example/a-day-in-court"


@pytest.fixture
def taken(full: Path) -> Path:
    """An archive from which a post was withdrawn."""
    seal = sealer(lambda: NOW, full.parent)
    order = withdraw.Order(url=COURT, reason="the author asked", by="A. Secret Editor")
    with (
        Archive.open(full, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=seal) as archive,
        archive.alone(),
    ):
        run = archive.begin("withdraw", AT)
        withdraw.carry_out(archive, order, withdraw.plan(archive, order), crawl_id=run, at=AT)
        archive.finish(run, finished_at=AT, requests=0, exit_status=0)
    return full


def test_the_newest_checkpoint_is_served_as_it_stands(full: Path, open_room: Any) -> None:
    answer = open_room(full).get("/checkpoint")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert Checkpoint.parse(Note.parse(answer.text).text).size == 14


def test_checkpoints_are_a_feed(full: Path, open_room: Any) -> None:
    answer = open_room(full).get("/checkpoints.atom")
    entries = ElementTree.fromstring(answer.content).findall("{*}entry")
    assert len(entries) == 5
    assert Note.parse(entries[0].findtext("{*}content") or "") == Note.parse(open_room(full).get("/checkpoint").text)


def test_a_post_page_offers_its_exhibit_which_checks_itself(full: Path, open_room: Any, tmp_path: Path) -> None:
    assert f"{PAGE}/exhibit.zip" in open_room(full).get(PAGE).text
    answer = open_room(full).get(f"{PAGE}/exhibit.zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="exhibit-a-day-in-court.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "exhibit")
    done = subprocess.run([sys.executable, "-I", "-B", "verify.py"], cwd=tmp_path / "exhibit", capture_output=True)
    assert done.returncode == 0, done.stdout
    assert open_room(full).get(f"{PAGE}/exhibit.zip?revision=ffffffff").status_code == 404


def test_a_post_page_says_by_which_checkpoint_it_is_sealed(full: Path, open_room: Any) -> None:
    proof = open_room(full).get(PAGE).text.partition('id="proof"')[2]
    assert "<dt>Sealed</dt>" in proof
    assert re.search(r">1 January 2022, [^<]*checkpoint \d</a>", proof)


def test_every_page_leads_to_what_was_withdrawn_and_about_says_what_an_exhibit_is(full: Path, open_room: Any) -> None:
    reader = open_room(full)
    about = reader.get("/about").text
    assert 'href="/withdrawn"' in about.partition("<footer")[2]
    assert "take its exhibit" in about


def test_the_posts_of_a_search_are_one_exhibit(full: Path, open_room: Any, tmp_path: Path) -> None:
    reader = open_room(full)
    found = reader.get("/search?q=court").text
    assert "exhibit.zip?q=court" in found
    answer = reader.get("/exhibit.zip?q=court")
    assert answer.headers["content-disposition"] == 'attachment; filename="exhibit-court.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "A Day in Court" in archive.read("index.html").decode()
    assert reader.get("/exhibit.zip?q=nothingfindsthis").status_code == 404
    assert "exhibit.zip" not in reader.get("/search?q=nothingfindsthis").text


def test_in_place_of_a_withdrawn_post_stands_a_page_that_says_so(taken: Path, open_room: Any) -> None:
    answer = open_room(taken).get(PAGE)
    assert answer.status_code == 410
    for words in ("This post has been withdrawn", "1 January 2022", "the author asked", "The words are gone."):
        assert words in answer.text
    assert "Secret Editor" not in answer.text
    assert "a-day-in-court" not in answer.text.partition("<main")[2]
    assert "the author asked" in open_room(taken).get("/withdrawn").text
    assert open_room(taken).get("/post/www.blog.example/never-was").status_code == 404


def test_nothing_public_says_who_decided_a_withdrawal(taken: Path, open_room: Any) -> None:
    reader = open_room(taken)
    assert reader.get("/archive/known_urls").status_code == 200, "tables are served under this name"
    for ending in ("", ".json", ".csv", "/1", "/1.json", "~2Ejson", "?_shape=array", ".db"):
        answer = reader.get(f"/archive/withdrawals{ending}")
        assert answer.status_code == 404
        assert "Secret Editor" not in answer.text
    for name in (
        "Withdrawals",
        "WITHDRAWALS.json",
        "%77ithdrawals",
        "~77ithdrawals",
        "w~69thdrawals.json",
        "W~49thdrawals",
    ):
        assert "Secret Editor" not in reader.get(f"/archive/{name}").text
    assert reader.get("/archive/decisions.json").status_code == 404
    guess = '{"table":"withdrawals","column":"by","value":"A. Secret Editor"}'
    assert reader.get("/archive/crawls.json", params={"_through": guess}).status_code == 404


def test_a_file_that_says_who_decided_is_no_download_and_its_public_copy_is(
    taken: Path, open_room: Any, tmp_path: Path
) -> None:
    refused = open_room(taken, immutable=True).get("/archive.db")
    assert refused.status_code == 404
    assert "ushrn export sqlite --public" in unescape(refused.text)
    public = tmp_path / "public.db"
    copy(taken, public, captures=True, public=True)
    given = open_room(public, immutable=True).get("/archive.db")
    assert given.status_code == 200
    assert b"Secret Editor" not in given.content


def test_the_dictionary_links_no_table_that_is_closed(full: Path, open_room: Any) -> None:
    reader = open_room(full)
    page = reader.get("/data-dictionary").text
    for name in ("withdrawals", "decisions", "bodies"):
        assert f'id="table-{name}"' in page
        assert reader.get(f"/archive/{name}").status_code == 404
        assert f'href="/archive/{name}"' not in page
    assert 'href="/archive/posts"' in page


@pytest.mark.parametrize("hide", [True, False])
def test_bytes_of_a_withdrawn_or_hidden_post_are_not_handed_out(full: Path, open_room: Any, hide: bool) -> None:
    seal = sealer(lambda: NOW, full.parent)
    order = withdraw.Order(url=COURT, reason="the author asked", by="A. Editor", hide=hide)
    with (
        Archive.open(full, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=seal) as archive,
        archive.alone(),
    ):
        (sha256,) = archive.db.execute("SELECT body_sha256 FROM captures WHERE url = ? LIMIT 1", (COURT,)).fetchone()
        run = archive.begin("withdraw", AT)
        withdraw.carry_out(archive, order, withdraw.plan(archive, order), crawl_id=run, at=AT)
        archive.finish(run, finished_at=AT, requests=0, exit_status=0)
    reader = open_room(full)
    assert reader.get(f"/raw/{sha256}").status_code == 410
    for name in ("bodies", "b~6fdies", "Bodies"):
        for path in ("", ".json", ".csv", "/x", "/1.json"):
            answer = reader.get(f"/archive/{name}{path}")
            assert answer.status_code == 404, answer.url
            assert "KLUv" not in answer.text, "packed bytes, in base64"
        for path in ("", ".json", ".blob?_blob_column=data"):
            answer = reader.get(f"/archive/{name}/{sha256}{path}")
            assert (answer.status_code, answer.headers["location"]) == (302, f"/raw/{sha256}")
            assert answer.content == b""


@pytest.mark.parametrize(
    ("kinds", "said", "unsaid"),
    [
        (["post"], ["The words are gone."], ["is kept", "pictures"]),
        (["hidden"], ["What is withheld is kept."], ["are gone"]),
        (["picture"], ["The pictures are gone."], ["The words are gone", "is kept"]),
        (["hidden", "revision", "hidden"], ["What is withheld is kept.", "The words are gone."], ["pictures"]),
        ([], ["The words are gone."], ["is kept"]),
    ],
)
def test_what_a_withdrawal_means_is_said_of_its_kind(kinds: list[str], said: list[str], unsaid: list[str]) -> None:
    told = [bold for bold, _ in texts.withdrawn_means(kinds)]
    assert told[: len(said)] == said
    assert not any(words in bold for words in unsaid for bold in told)


def test_a_hidden_post_is_not_called_gone(full: Path, open_room: Any) -> None:
    seal = sealer(lambda: NOW, full.parent)
    order = withdraw.Order(url=COURT, reason="the author asked", by="A. Editor", hide=True)
    with (
        Archive.open(full, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=seal) as archive,
        archive.alone(),
    ):
        run = archive.begin("withdraw", AT)
        withdraw.carry_out(archive, order, withdraw.plan(archive, order), crawl_id=run, at=AT)
        archive.finish(run, finished_at=AT, requests=0, exit_status=0)
    reader = open_room(full)
    for path in (PAGE, "/withdrawn"):
        assert "What is withheld is kept." in reader.get(path).text
        assert "The words are gone" not in reader.get(path).text


def test_a_withdrawal_stands_among_the_changes_and_in_their_feed_and_names_no_one(taken: Path, open_room: Any) -> None:
    reader = open_room(taken)
    for path in ("/changes?kind=withdrawn", "/changes.atom?kind=withdrawn", "/api/changes"):
        answer = reader.get(path)
        assert answer.status_code == 200, path
        assert "the author asked" in answer.text, path
        assert "A Day in Court" not in answer.text
    (entry,) = ElementTree.fromstring(reader.get("/changes.atom?kind=withdrawn").content).findall("{*}entry")
    assert entry.findtext("{*}title") == "A withdrawn post (Withdrawn)"
    link = entry.find("{*}link")
    assert link is not None
    assert link.attrib["href"].endswith("/withdrawn")
    assert "a-day-in-court" not in ElementTree.tostring(entry, "unicode")


def test_in_place_of_a_withdrawn_version_stands_a_page_that_says_so(full: Path, open_room: Any) -> None:
    with Archive.open(full, create=False, readonly=True) as archive:
        asked = "SELECT record_sha256 FROM captures WHERE url = ? ORDER BY captured_at LIMIT 1"
        (record,) = archive.db.execute(asked, (COURT,)).fetchone()
    order = withdraw.Order(url=COURT, reason="r", by="b", extent=Extent.REVISION, digest=record[:12])
    with (
        Archive.open(full, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive,
        archive.alone(),
    ):
        run = archive.begin("withdraw", AT)
        withdraw.carry_out(archive, order, withdraw.plan(archive, order), crawl_id=run, at=AT)
        archive.finish(run, finished_at=AT, requests=0, exit_status=0)
    answer = open_room(full).get(f"{PAGE}/revision/{record[:12]}")
    assert answer.status_code == 410
    assert "This version has been withdrawn" in answer.text
    assert "One version of this post was withdrawn" in open_room(full).get("/withdrawn").text
    left = open_room(full).get(PAGE)
    assert left.status_code == 200
    assert "One version of this post was withdrawn" in left.text.partition('id="history"')[2]
    assert "was withdrawn" not in open_room(full).get("/post/www.blog.example/gone").text


def test_an_archive_of_the_last_release_offers_nothing_that_it_cannot_give(open_room: Any, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    script = lzma.decompress((Path(__file__).parents[1] / "old" / "archive-0.1.0.sql.xz").read_bytes()).decode()
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    reader = open_room(path)
    post = "/post/upr2020/a-hearing"
    offered = {
        unescape(link)
        for page in (post, f"{post}/captures", "/search?q=heard", "/data-dictionary")
        for link in re.findall(r'href="(/archive/[a-z_]+|[^"]*/exhibit\.zip[^"]*)"', reader.get(page).text)
    }
    assert "/archive/posts" in offered
    assert {link: status for link in offered if (status := reader.get(link).status_code) != 200} == {}


def test_all_captures_of_a_post_can_be_taken_as_warc_and_wacz(shelf: Any, open_room: Any) -> None:
    post = shelf.post("one")
    shelf.post("two")
    shelf.change(post, "2026-03-01T10:00:00Z", title="Edited")
    aside = shelf.capture("https://www.upr2020.org/post/one", "2026-04-01T10:00:00Z", b"<html>a wall</html>")
    shelf.insert("post_captures", capture_id=aside, post_id=post, verdict="same", post_site="upr2020",
                 answered_at="2026-04-01T10:00:00Z")  # fmt: skip
    (record,) = shelf.db.execute("SELECT record_sha256 FROM captures WHERE id = ?", (aside,)).fetchone()
    shelf.insert("decisions", kind="set-aside", record_sha256=record)
    shelf.db.commit()
    reader = open_room(shelf.path)
    page = reader.get("/post/upr2020/one/captures").text
    assert 'href="/post/upr2020/one/captures.warc.gz"' in page
    answer = reader.get("/post/upr2020/one/captures.warc.gz")
    assert answer.headers["content-disposition"] == 'attachment; filename="one.warc.gz"'
    warc = gzip.decompress(answer.content)
    assert warc.count(b"WARC-Target-URI: https://www.upr2020.org/post/one\r\n") >= 2
    assert b"/post/two" not in warc
    assert b"a wall" not in warc
    with zipfile.ZipFile(io.BytesIO(reader.get("/post/upr2020/one/captures.wacz").content)) as packed:
        assert "datapackage.json" in packed.namelist()
        assert "datapackage-digest.json" not in packed.namelist() or b"signature" not in packed.read(
            "datapackage-digest.json"
        )
    shelf.db.execute("UPDATE bodies SET length = 100000000")
    shelf.db.commit()
    refused = reader.get("/post/upr2020/two/captures.warc.gz")
    assert (refused.status_code, "are larger than" in refused.text) == (404, True)
