"""One writer: a capture and all that is read from it commit together."""

import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from scraper import passages
from scraper.errors import ArchiveBusy, ArchiveReadOnly, DiskFull, IntegrityError, NotAnArchive
from scraper.records import Capture, Counts, File, Image, Link, Listed, Problem, Reading, Site, Target, Video
from scraper.schema import FTS
from scraper.seal import sealer
from scraper.store import Archive, FieldChange, holdings
from scraper.store.bodies import MOST_DEPENDANTS
from scraper.vocabulary import DayBasis

URL = "https://blog.example.com/post/one"
SITE = Site(id="blog.example.com", name="A blog", base_url="https://blog.example.com/", hosts=("blog.example.com",))
DAY = "2026-01-{:02}T06:00:00Z"


def read(capture: Capture) -> Reading | None:
    """Our own reader: the first line of a body is a reading as JSON; the rest is as it may be."""
    said = json.loads((capture.body or b"{}").split(b"\n")[0])
    if not said:
        return None
    for name, make in (("links", Link), ("images", Image), ("files", File), ("videos", Video), ("problems", Problem)):
        said[name] = tuple(make(**one) for one in said.get(name, ()))
    for name in ("categories", "tags"):
        said[name] = tuple(said.get(name, ()))
    said["listed"] = tuple(
        Listed(url=url, counts=Counts(url=url, views=views, source="embedded")) for url, views in said.get("listed", ())
    )
    return Reading(**said)


def page(url: str = URL, day: int = 1, tail: bytes = b"", **said: object) -> Capture:
    """The page of a post."""
    said = {"kind": "post", "url": url, "title": "A title", "body_text": "All eyes on Geneva."} | said
    body = json.dumps(said, sort_keys=True).encode() + b"\n" + tail
    return Capture(url=url, kind="post", captured_at=DAY.format(day), status=200, media_type="text/html", body=body)


def listing(*listed: tuple[str, int], day: int = 1) -> Capture:
    body = json.dumps({"kind": "list", "listed": listed}).encode()
    return Capture(url="https://blog.example.com/blog", kind="list", captured_at=DAY.format(day), status=200, body=body)


def missing(day: int, url: str = URL) -> Capture:
    body = b'{"kind": "missing"}'
    return Capture(url=url, kind="missing", captured_at=DAY.format(day), status=404, media_type="text/html", body=body)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive.db", read=read, reader=1) as opened:
        yield opened


def keep(archive: Archive, *captures: Capture, crawl: int | None = None) -> list[str]:
    """Verdicts of captures kept in this order."""
    return [archive.keep(capture, read(capture), crawl).verdict for capture in captures]


def rows(archive: Archive, sql: str, *values: object) -> list[tuple[object, ...]]:
    return archive.db.execute(sql, values).fetchall()


def one(archive: Archive, columns: str, url: str = URL) -> tuple[object, ...]:
    return tuple(archive.db.execute(f"SELECT {columns} FROM posts WHERE url = ?", (url,)).fetchone())


# A capture and its post -------------------------------------------------------------------------------------------


def test_a_page_is_kept_with_all_that_it_says(archive: Archive) -> None:
    said = page(
        author="Ann", published_at="2025-12-24", published_basis="meta", language="en", excerpt="In short",
        layout="own", cover_image="https://a.example/c.png", body_html="<p>All eyes on Geneva.</p>", views=7,
        counts_source="page",
        categories=["News", "Water"], tags=["UPR"], links=[{"url": "https://a.example/", "text": "here"}],
        images=[{"url": "https://a.example/i.png", "alt": "An image"}], videos=[{"url": "https://v.example/1"}],
        files=[{"url": "https://a.example/f.pdf", "name": "f.pdf"}],
    )  # fmt: skip
    outcome = archive.keep(said, read(said), None)
    assert (outcome.verdict, outcome.post_url) == ("new", URL)
    assert one(archive, "site, slug, title, author, published_at, published_basis, language, word_count, layout") == (
        "blog.example.com", "one", "A title", "Ann", "2025-12-24", "meta", "en", 4, "own",
    )  # fmt: skip
    seen = "views, comments, counted_at, first_seen_at, last_seen_at, revision_count, capture_id, reader"
    assert one(archive, seen) == (
        7, None, DAY.format(1), DAY.format(1), DAY.format(1), 1, outcome.capture_id, 1,
    )  # fmt: skip
    assert rows(
        archive, "SELECT seen_at, title, content_sha256 = (SELECT content_sha256 FROM posts) FROM revisions"
    ) == [(DAY.format(1), "A title", 1)]
    assert rows(archive, "SELECT kind, at FROM events") == [("added", DAY.format(1))]
    assert rows(archive, "SELECT views, comments, source FROM counts") == [(7, None, "page")]
    assert rows(archive, "SELECT name, position FROM post_categories JOIN categories ON id = category_id") == [
        ("News", 1), ("Water", 2),
    ]  # fmt: skip
    for table, column, value in (
        ("links", "text", "here"), ("images", "alt", "An image"), ("videos", "url", "https://v.example/1"),
        ("files", "name", "f.pdf"), ("tags", "name", "UPR"), ("sites", "id", "blog.example.com"),
    ):  # fmt: skip
        assert rows(archive, f"SELECT {column} FROM {table}") == [(value,)]
    dated = replace(read(said), published_day="2025-12-24", published_day_basis=DayBasis.SHOWN)  # type: ignore[type-var]
    assert archive.shown(URL) == replace(dated, counts_source=None, problems=())


def test_the_same_capture_twice_changes_nothing(archive: Archive) -> None:
    first = archive.keep(page(views=3), read(page(views=3)), None)
    before = list(archive.db.iterdump())
    again = archive.keep(page(views=3), read(page(views=3)), None)
    assert (again.verdict, again.capture_id, again.post_url) == ("duplicate", first.capture_id, URL)
    assert list(archive.db.iterdump()) == before


def test_a_capture_whose_row_was_edited_since_is_not_kept_again_and_stops_nothing(archive: Archive) -> None:
    keep(archive, page(day=1))
    archive.db.execute("UPDATE captures SET captured_at = '2020-01-01T00:00:00Z'")
    assert keep(archive, page(day=1), page(day=2)) == ["duplicate", "same"]
    assert rows(archive, "SELECT count(*) FROM captures") == [(2,)]


def test_identical_bodies_are_stored_once(archive: Archive) -> None:
    keep(archive, page(day=1), page(day=2))
    assert rows(archive, "SELECT count(*) FROM captures") == [(2,)]
    assert rows(archive, "SELECT count(*) FROM bodies") == [(1,)]


def test_a_changed_post_has_a_new_revision_and_changed_counts_alone_have_none(archive: Archive) -> None:
    assert keep(archive, page(day=1, views=1), page(day=2, views=2), page(day=3, views=3, title="Another")) == [
        "new", "same", "changed",
    ]  # fmt: skip
    assert one(archive, "title, revision_count, views") == ("Another", 2, 3)
    assert rows(archive, "SELECT title FROM revisions ORDER BY seen_at") == [("A title",), ("Another",)]
    assert rows(archive, "SELECT views FROM counts ORDER BY counted_at") == [(1,), (2,), (3,)]


def test_a_change_of_counts_leaves_the_search_index_alone(archive: Archive) -> None:
    keep(archive, page(day=1, views=1))
    before = rows(archive, "SELECT id, block FROM posts_fts_data")
    keep(archive, page(day=2, views=2), listing((URL, 9), day=3))
    assert one(archive, "views") == (9,)
    assert rows(archive, "SELECT id, block FROM posts_fts_data") == before


def hits(archive: Archive, word: str) -> int:
    """How many posts search finds by *word*; the indexes are those of the posts that do not wait."""
    for index in FTS:
        archive.db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    return int(archive.db.execute("SELECT count(*) FROM posts_fts WHERE posts_fts MATCH ?", (word,)).fetchone()[0])


def test_search_knows_the_posts_of_a_run_at_its_end_and_after_a_kill_when_the_next_begins(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", read=read, reader=1) as archive:
        run = archive.begin("crawl", DAY.format(1))
        said = page(title="Heron", body_text="It stood in the shallow water and did not move at all.")
        archive.keep(said, read(said), run)
        assert hits(archive, "heron") == 0
        archive.finish(run, finished_at=DAY.format(1), requests=1, exit_status=0)
        assert hits(archive, "heron") == 1
        assert rows(archive, "SELECT count(*) > 0 FROM shared_runs") == [(1,)]
        killed = archive.begin("crawl", DAY.format(2))
        archive.keep(page(day=2, title="Egret"), read(page(day=2, title="Egret")), killed)
        assert (hits(archive, "heron"), hits(archive, "egret")) == (0, 0)
    with Archive.open(tmp_path / "a.db", read=read, reader=1) as archive:
        archive.begin("crawl", DAY.format(3))
        assert (hits(archive, "heron"), hits(archive, "egret")) == (0, 1)
        assert rows(archive, "SELECT count(*) FROM unindexed") == [(0,)]


def test_samples_that_came_with_a_text_are_those_that_search_has_of_that_text_alone(archive: Archive) -> None:
    texts = [f"{name} stood in the shallow water and did not move at all." for name in ("Heron", "Egret")]
    run = archive.begin("crawl", DAY.format(1))
    archive.expect(texts[0], frozenset({7, 8}))
    for number, text in enumerate(texts):
        said = page(url=f"https://www.blog.example/post/{number}", body_text=text)
        archive.keep(said, read(said), run)
    archive.finish(run, finished_at=DAY.format(1), requests=1, exit_status=0)
    assert rows(archive, "SELECT run FROM shared_runs WHERE post_id = 1 ORDER BY run") == [(7,), (8,)]
    found = rows(archive, "SELECT run FROM shared_runs WHERE post_id = 2")
    assert {run for (run,) in found} == passages.samples(texts[1])


def test_search_hears_of_the_posts_of_a_long_run_while_it_goes_on(archive: Archive) -> None:
    run = archive.begin("crawl", DAY.format(1))
    for number in range(201):
        said = page(url=f"https://www.blog.example/post/heron-{number}", title="Heron")
        archive.keep(said, read(said), run)
    assert hits(archive, "heron") == 200
    assert rows(archive, "SELECT count(*) FROM unindexed") == [(1,)]


def test_a_post_that_waits_for_its_index_may_be_changed_or_deleted_by_anybody(archive: Archive) -> None:
    run = archive.begin("crawl", DAY.format(1))
    archive.keep(page(title="Heron"), read(page(title="Heron")), run)
    archive.db.execute("UPDATE posts SET title = 'Egret'")
    assert hits(archive, "egret") == 0
    archive.db.execute("INSERT INTO posts_fts (posts_fts) VALUES ('rebuild')")
    archive.db.execute("DELETE FROM unindexed")
    assert (hits(archive, "heron"), hits(archive, "egret")) == (0, 1)
    archive.keep(page(day=2, title="Grebe"), read(page(day=2, title="Grebe")), run)
    archive.db.execute("DELETE FROM posts")
    assert hits(archive, "grebe") == 0
    archive.finish(run, finished_at=DAY.format(1), requests=1, exit_status=0)
    assert hits(archive, "grebe") == 0


def test_no_table_is_made_between_posts_for_that_would_compile_each_statement_anew(archive: Archive) -> None:
    keep(archive, page())
    made = rows(archive, "PRAGMA temp.schema_version")
    keep(archive, page("https://blog.example.com/post/x", 2, images=[{"url": "https://static.example/a.png"}]))
    assert rows(archive, "PRAGMA temp.schema_version") == made != [(0,)]


def cited(archive: Archive) -> list[tuple[object, ...]]:
    return rows(archive, "SELECT url, revision, page_sha256, tags FROM citations JOIN posts ON posts.id = post_id")


def test_what_is_cited_is_the_revision_shown_by_its_first_capture_whatever_came_between(archive: Archive) -> None:
    captures = page(day=1), page(day=2, title="Another"), page(day=3), page(day=4, tags=["UPR", "Water"])
    assert keep(archive, captures[0], captures[1], captures[2], captures[3]) == ["new", "changed", "changed", "same"]
    ((digest, body),) = rows(archive, "SELECT record_sha256, body_sha256 FROM captures WHERE captured_at LIKE '%-03T%'")
    shown = (URL, f"{str(digest)[:12]}@{DAY.format(3)[:10]}", body, '["UPR","Water"]')
    assert cited(archive) == [shown]
    keep(archive, page(day=1, tail=b"older", title="Before"))
    archive.rebuild()
    assert cited(archive) == [shown]


def test_an_older_capture_gives_an_older_revision(archive: Archive) -> None:
    verdicts = keep(archive, page(day=5), page(day=9, title="Later"), page(day=1, title="Earlier"), page(day=7))
    assert verdicts == ["new", "changed", "older", "same"]
    assert one(archive, "title, first_seen_at, last_seen_at, revision_count") == (
        "Later",
        DAY.format(1),
        DAY.format(9),
        3,
    )
    assert rows(archive, "SELECT kind, at FROM events ORDER BY at") == [
        ("added", DAY.format(1)), ("changed", DAY.format(5)), ("changed", DAY.format(9)),
    ]  # fmt: skip


def test_fifty_captures_backwards_are_read_once_each(tmp_path: Path) -> None:
    reads = []

    def counted(capture: Capture) -> Reading | None:
        reads.append(capture.url)
        return read(capture)

    with Archive.open(tmp_path / "archive.db", read=counted) as archive:
        keep(archive, *(page(day=day, views=day, tail=b"%d" % day) for day in range(28, 0, -1)))
        assert rows(archive, "SELECT count(*) FROM counts") == [(28,)]
    assert reads == []


def test_without_a_reader_older_captures_cannot_come_in(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive.db") as archive:
        keep(archive, page(day=5))
    with Archive.open(tmp_path / "archive.db") as archive, pytest.raises(TypeError, match="read=extract"):
        keep(archive, page(day=1))


def test_a_304_confirms_the_capture_it_names(archive: Archive) -> None:
    kept = archive.keep(page(day=1, views=3), read(page(day=1, views=3)), None)
    confirming = Capture(url=URL, kind="post", captured_at=DAY.format(8), status=304, not_modified_of=kept.capture_id)
    assert archive.keep(confirming, None, None).verdict == "same"
    assert one(archive, "last_seen_at, capture_id") == (DAY.format(8), kept.capture_id)
    assert rows(archive, "SELECT counted_at FROM counts") == [(DAY.format(1),)]


def test_an_answer_without_a_body_is_read_as_nothing_now_as_in_a_rebuild(archive: Archive) -> None:
    keep(archive, page(day=1))
    unasked = Capture(url=URL, kind="other", captured_at=DAY.format(2), status=304)
    assert archive.keep(unasked, Reading(kind="other", url=URL), None).verdict == "worse"
    before = rows(archive, "SELECT * FROM post_captures ORDER BY capture_id")
    archive.rebuild()
    assert rows(archive, "SELECT * FROM post_captures ORDER BY capture_id") == before


def asked_of(db: sqlite3.Connection, ask: Callable[[sqlite3.Connection], object]) -> list[str]:
    """The steps of SQLite's plans for all that *ask* asks *db*."""
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    ask(db)
    db.set_trace_callback(None)
    return [step for each in asked for *_, step in db.execute(f"EXPLAIN QUERY PLAN {each}")]


def test_a_site_last_answered_with_its_newest_capture_that_is_no_copy_from_elsewhere(archive: Archive) -> None:
    keep(archive, page(day=2), missing(3), replace(page(day=9), source="wayback"))
    keep(archive, page("https://other.example/post/x", day=5), page("https://third.example/post/x", day=6))
    assert holdings.last_tried(archive.db) == {
        "blog.example.com": DAY.format(3),
        "www.other.example": DAY.format(5),
        "www.third.example": DAY.format(6),
    }
    archive.rebuild()
    assert holdings.last_tried(archive.db)["blog.example.com"] == DAY.format(3)


def test_what_the_first_page_counts_looks_at_no_captures_and_at_posts_in_their_index_of_years_alone(
    archive: Archive,
) -> None:
    questions = (holdings.last_tried, holdings.years, holdings.coverage, holdings.totals)
    steps = [step for question in questions for step in asked_of(archive.db, question)]
    looked = [step for step in steps if "capture" in step or " posts" in step]
    assert "SEARCH post_captures USING COVERING INDEX post_captures_answered (post_site=?)" in looked
    count = "SCAN captures USING COVERING INDEX"
    assert [step for step in looked if "capture" in step and "SEARCH" not in step and count not in step] == []
    assert [step for step in looked if " posts" in step and "INDEX posts_years" not in step] == []


def test_another_page_at_the_address_is_worse_and_a_problem(archive: Archive) -> None:
    keep(archive, page(day=1))
    login = page(day=2, kind="other", title="Please log in")
    assert keep(archive, login) == ["worse"]
    assert one(archive, "title, last_seen_at") == ("A title", DAY.format(1))
    (problem,) = rows(archive, "SELECT url, stage, kind, level, resolved_at, message FROM problems")
    assert problem[:5] == (URL, "decide", "worse", "error", None)
    assert "the last good version stays" in str(problem[5])
    keep(archive, page(day=3))
    assert rows(archive, "SELECT resolved_at FROM problems") == [(DAY.format(3),)]


def test_a_post_is_gone_and_returns(archive: Archive) -> None:
    assert keep(archive, page(day=1), missing(5), missing(12), missing(20)) == ["new", "missing", "missing", "gone"]
    assert one(archive, "gone_at, gone_reason, missing_since, title") == (
        DAY.format(5),
        "404",
        DAY.format(5),
        "A title",
    )
    assert keep(archive, page(day=25)) == ["returned"]
    assert one(archive, "gone_at, gone_reason, missing_since") == (None, None, None)
    assert rows(archive, "SELECT kind, at FROM events ORDER BY at") == [
        ("added", DAY.format(1)), ("gone", DAY.format(5)), ("returned", DAY.format(25)),
    ]  # fmt: skip


def test_absences_that_came_before_the_post_count_when_it_comes(archive: Archive) -> None:
    assert keep(archive, missing(5), missing(25), page(day=1)) == ["missing", "missing", "new"]
    assert one(archive, "gone_at") == (DAY.format(5),)


def test_absences_of_an_alias_belong_to_its_post(archive: Archive) -> None:
    alias = "https://blog.example.com/post/uno"
    read_there = replace(page(day=1), url=alias)
    assert archive.keep(read_there, read(read_there), None).post_url == URL
    assert keep(archive, missing(5, alias), missing(25, alias)) == ["missing", "gone"]
    assert rows(archive, "SELECT count(*) FROM posts") == [(1,)]
    assert rows(archive, "SELECT url, state, evidence FROM known_urls ORDER BY url") == [
        (URL, "archived", None), (alias, "archived", f"as {URL}"),
    ]  # fmt: skip


def test_a_post_stands_where_its_own_page_was_seen_not_where_a_page_once_said(archive: Archive) -> None:
    alias = "https://blog.example.com/post/uno"
    read_there = replace(page(day=1), url=alias)
    keep(archive, read_there, missing(5, alias), missing(25, alias))
    assert one(archive, "gone_at") == (DAY.format(5),)
    keep(archive, page(alias, day=2))
    assert rows(archive, "SELECT url, gone_at FROM posts") == [(alias, DAY.format(5))]


# Counts -----------------------------------------------------------------------------------------------------------


def test_counts_of_a_list_wait_for_their_post(archive: Archive) -> None:
    keep(archive, listing((URL, 5), day=3))
    assert rows(archive, "SELECT count(*) FROM counts") == [(0,)]
    keep(archive, page(day=1, views=1))
    assert one(archive, "views, counted_at") == (5, DAY.format(3))
    assert rows(archive, "SELECT views, source FROM counts ORDER BY views") == [(1, "page"), (5, "embedded")]


def test_each_count_is_the_newest_that_is_known(archive: Archive) -> None:
    keep(archive, page(day=1, views=1, comments=2, likes=3), page(day=2, views=4), page(day=3))
    assert one(archive, "views, comments, likes, counted_at") == (4, 2, 3, DAY.format(2))


def test_a_true_zero_is_a_count_and_nothing_is_none(archive: Archive) -> None:
    keep(archive, page(day=1, views=0), page(day=2))
    assert rows(archive, "SELECT views FROM counts") == [(0,)]


def test_a_zero_that_is_only_shown_never_replaces_a_number_of_views(archive: Archive) -> None:
    keep(archive, page(day=1, views=11, comments=2, counts_source="page"), page(day=2, views=0, counts_source="page"))
    assert one(archive, "views, comments") == (11, 2)
    keep(archive, page(day=3, views=0, comments=0, counts_source="endpoint"))
    assert one(archive, "views, comments") == (0, 0)
    other = "https://blog.example.com/post/two"
    keep(archive, page(other, day=1, views=0, counts_source="page"))
    assert one(archive, "views", other) == (0,)


def test_counts_dated_by_a_file_give_way_to_known_times(archive: Archive) -> None:
    saved = replace(page(day=20, views=177), captured_at_basis="file-time")
    keep(archive, saved)
    assert one(archive, "views, counted_at") == (177, DAY.format(20))
    keep(archive, page(day=3, views=210))
    assert one(archive, "views, counted_at") == (210, DAY.format(3))


def test_a_post_that_lists_others_and_itself_tells_its_own_counts(archive: Archive) -> None:
    other = "https://blog.example.com/post/two"
    keep(archive, page(other, day=1), page(day=1, views=1))
    keep(archive, page(day=2, views=5, counts_source="page", listed=[(URL, 4), (other, 9)]))
    assert one(archive, "views") == (5,)
    assert one(archive, "views", other) == (9,)


# Slugs ------------------------------------------------------------------------------------------------------------

TWINS = [
    "https://blog.example.com/post/2019/05/one",
    "https://blog.example.com/post/one",
    "https://blog.example.com/post/one?lang=es",
    "https://blog.example.com/post/2019-05-one",
]


@pytest.mark.parametrize("seed", range(6))
def test_slugs_are_unique_whatever_came_first(tmp_path: Path, seed: int) -> None:
    arrivals = [page(url, day=day) for day, url in enumerate(TWINS, 1)]
    random.Random(seed).shuffle(arrivals)
    with Archive.open(tmp_path / "archive.db", read=read) as archive:
        keep(archive, *arrivals)
        found = dict(archive.db.execute("SELECT url, slug FROM posts"))
    assert found[TWINS[0]] == "one", "seen first"
    assert found[TWINS[3]] == "2019-05-one", "wants it plain"
    assert found[TWINS[2]] == "es-one"
    assert found[TWINS[1]] == hashlib.sha256(TWINS[1].encode()).hexdigest()[:8] + "-one", "has no date"


@pytest.mark.parametrize("seed", range(3))
def test_of_many_posts_of_one_slug_those_of_a_day_have_the_same_slugs_whatever_came_first(
    tmp_path: Path, seed: int
) -> None:
    urls = [f"https://blog.example.com/post/part-{number}/one" for number in range(9)]
    arrivals = [page(url, day=day + 1, published_at=f"2021-03-{day % 3 + 1:02}") for day, url in enumerate(urls)]
    random.Random(seed).shuffle(arrivals)
    with Archive.open(tmp_path / "archive.db", read=read) as archive:
        keep(archive, *arrivals)
        found = dict(archive.db.execute("SELECT url, slug FROM posts"))
    slugs = ["one", "2021-03-02-one", "2021-03-03-one", "2021-03-01-one"]
    slugs += [hashlib.sha256(url.encode()).hexdigest()[:8] + "-one" for url in urls[4:]]
    assert [found[url] for url in urls] == slugs


def test_a_date_of_publication_goes_in_front_of_a_slug_that_is_taken(archive: Archive) -> None:
    keep(archive, page(TWINS[0], day=1), page(TWINS[1], day=2, published_at="2021-03-16T14:05:00Z"))
    assert one(archive, "slug") == ("2021-03-16-one",)


# Files ------------------------------------------------------------------------------------------------------------

PDF = "https://blog.example.com/report.pdf"


def document(day: int, text: str) -> Capture:
    body = json.dumps({"kind": "other", "body_text": text}).encode()
    return Capture(
        url=PDF, kind="file", captured_at=DAY.format(day), status=200, media_type="application/pdf", body=body
    )


@pytest.mark.parametrize("file_first", [True, False])
def test_the_newest_text_of_a_file_is_searchable_with_its_post(archive: Archive, *, file_first: bool) -> None:
    arrivals = [
        document(2, "The right to water"),
        document(1, "Old"),
        page(day=1, files=[{"url": PDF, "name": "r.pdf"}]),
    ]
    keep(archive, *(arrivals if file_first else reversed(arrivals)))
    sha256 = hashlib.sha256(arrivals[0].body or b"").hexdigest()
    assert rows(archive, "SELECT sha256, text FROM files") == [(sha256, "The right to water")]
    assert rows(archive, "SELECT count(*) FROM files_fts WHERE files_fts MATCH 'water'") == [(1,)]


# Evidence ---------------------------------------------------------------------------------------------------------


def test_a_record_digest_can_be_made_again_by_a_stranger(archive: Archive) -> None:
    probe = Capture(url="https://blog.example.com/post/x9", kind="missing", captured_at=DAY.format(1), status=404)
    probe_id = archive.keep(probe, None, None).capture_id
    like = replace(page(day=2), head=b"HTTP/1.1 200 OK\r\n", like_capture_id=probe_id, ip="192.0.2.1")
    archive.keep(like, None, None)
    cursor = archive.db.execute("SELECT * FROM captures ORDER BY id")
    names = [column[0] for column in cursor.description]
    records: dict[object, str] = {}
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        number, digest = row.pop("id"), row.pop("record_sha256")
        del row["crawl_id"]
        for name in ("not_modified_of", "like_capture_id"):
            row[name] = records.get(row[name])
        row = {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == digest
        records[number] = digest


def test_what_was_kept_comes_back_as_it_was(archive: Archive) -> None:
    given = replace(
        page(tail="ä".encode() * 9), request_head=b"GET / HTTP/1.1\r\n", head=b"HTTP/1.1 200 OK\r\nX: \xff\r\n",
        content_encoding="gzip", wire_sha256="00" * 32, wire_length=12, ip="::1", truncated="length",
    )  # fmt: skip
    number = archive.keep(given, read(given), None).capture_id
    assert archive.capture(number) == given
    assert [capture for capture, _ in archive.captures()] == [given]
    assert next(archive.captures(with_bodies=False))[0].body is None


def test_a_content_digest_can_be_made_again_from_a_revisions_row(archive: Archive) -> None:
    keep(
        archive,
        page(author="Änn", links=[{"url": "https://a.example/", "text": "a"}], files=[{"url": None, "name": "f"}]),
    )
    columns = ("title", "author", "published_at", "updated_at", "body_text")
    *values, targets, digest = archive.db.execute(
        f"SELECT {', '.join(columns)}, targets, content_sha256 FROM revisions"
    ).fetchone()
    said = dict(zip(columns, values, strict=True)) | json.loads(targets)
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == digest


def test_runs_are_chained(archive: Archive) -> None:
    expected = ""
    for number in (1, 2, 3):
        crawl = archive.begin("crawl", DAY.format(number))
        if number != 2:
            keep(archive, page(day=number), page(day=number, tail=b"again"), crawl=crawl)
        summary = archive.finish(crawl, finished_at=DAY.format(number), requests=2, exit_status=0)
        records = sorted(
            str(value) for (value,) in rows(archive, "SELECT record_sha256 FROM captures WHERE crawl_id = ?", crawl)
        )
        expected = hashlib.sha256("".join(f"{line}\n" for line in (expected, *records)).encode()).hexdigest()
        assert summary.chain_sha256 == expected
        assert rows(archive, "SELECT chain_sha256, requests, exit_status FROM crawls WHERE id = ?", crawl) == [
            (expected, 2, 0)
        ]


def test_a_killed_run_is_sealed_by_the_next(archive: Archive) -> None:
    killed = archive.begin("crawl", DAY.format(1))
    keep(archive, page(), crawl=killed)
    archive.begin("crawl", DAY.format(2))
    (found,) = rows(
        archive, "SELECT chain_sha256 IS NOT NULL, finished_at, exit_status FROM crawls WHERE id = ?", killed
    )
    assert found == (1, None, None)


def test_a_run_tells_what_it_did(archive: Archive) -> None:
    keep(archive, page(day=1), page("https://blog.example.com/post/two", day=1), missing(2))
    crawl = archive.begin("crawl", DAY.format(20))
    keep(
        archive, missing(20), page("https://blog.example.com/post/two", day=20, title="Another"),
        page("https://blog.example.com/post/new", day=20), page("https://blog.example.com/post/new", day=21, views=1),
        page("https://blog.example.com/post/new", day=22, kind="other"), crawl=crawl,
    )  # fmt: skip
    archive.note(Problem(stage="fetch", kind="timeout", message="no answer", url=f"{URL}x"), DAY.format(20), crawl)
    archive.note(Problem(stage="fetch", kind="odd", message="odd", url=f"{URL}y", level="note"), DAY.format(20), crawl)
    summary = archive.finish(crawl, finished_at=DAY.format(22), requests=5, exit_status=1)
    assert (summary.new, summary.changed, summary.same, summary.gone, summary.problems) == (1, 1, 1, 1, 2)


# Bodies -----------------------------------------------------------------------------------------------------------

FRAME = random.Random(1).randbytes(20_000).hex().encode()
NEW_FRAME = random.Random(2).randbytes(20_000).hex().encode()


def framed(number: int, frame: bytes = FRAME, **values: object) -> Capture:
    """A page of 40 KB that shares all but its first line with its siblings."""
    return replace(page(f"https://blog.example.com/post/{number}", tail=frame), **values)  # type: ignore[arg-type]


def references(archive: Archive) -> list[int]:
    """How many bodies each reference has, in the order they were stored."""
    return [
        int(str(count))
        for (count,) in rows(
            archive,
            "SELECT (SELECT count(*) FROM bodies AS o WHERE o.reference_sha256 = bodies.sha256) FROM bodies"
            " WHERE reference_sha256 IS NULL ORDER BY rowid",
        )
    ]


def test_further_pages_of_a_site_are_stored_against_the_first(archive: Archive) -> None:
    keep(archive, *(framed(number) for number in range(5)))
    assert references(archive) == [4]
    assert rows(archive, "SELECT max(length(data)) < 400 FROM bodies WHERE codec = 'zstd-ref'") == [(1,)]


def test_a_reference_is_found_again_after_opening(tmp_path: Path) -> None:
    for number in range(3):
        with Archive.open(tmp_path / "archive.db", read=read) as archive:
            keep(archive, framed(number))
    with Archive.open(tmp_path / "archive.db", create=False, readonly=True) as archive:
        assert references(archive) == [2]


def test_a_reference_has_no_more_than_its_share_of_dependants(archive: Archive) -> None:
    archive.db.execute("PRAGMA synchronous = OFF")
    keep(archive, *(framed(number) for number in range(MOST_DEPENDANTS + 3)))
    assert references(archive) == [MOST_DEPENDANTS, 1]


def test_a_redesign_gets_a_reference_of_its_own(archive: Archive) -> None:
    keep(archive, *(framed(number) for number in range(3)))
    keep(archive, *(framed(number, NEW_FRAME) for number in range(10, 16)), framed(20))
    assert references(archive) == [4, 4], "one strange page is no redesign; the second becomes a reference"


def kept_bodies(path: Path, pages: list[Capture], *, ahead: bool) -> list[tuple[object, ...]]:
    """The stored bodies of *pages*; *ahead*: what a page takes is worked out while the one before it is kept."""
    with Archive.open(path, read=read) as archive:
        archive.db.execute("PRAGMA synchronous = OFF")
        for now, then in pairwise((*pages, pages[0])):
            prepared = archive.prepare(then.url, then.kind, then.payload) if ahead else None
            keep(archive, now)
            if prepared is not None:
                archive.expect_body(prepared)
        return rows(archive, "SELECT * FROM bodies ORDER BY sha256")


def test_bodies_that_were_worked_out_ahead_are_stored_as_all_others(tmp_path: Path) -> None:
    pages = [framed(number) for number in range(MOST_DEPENDANTS + 3)]
    pages += [framed(number, NEW_FRAME) for number in range(300, 304)] + [framed(400), missing(20)]
    alone = kept_bodies(tmp_path / "alone.db", pages, ahead=False)
    assert kept_bodies(tmp_path / "ahead.db", pages, ahead=True) == alone


def test_what_was_worked_out_of_another_body_is_left_alone(archive: Archive) -> None:
    keep(archive, framed(1))
    prepared = archive.prepare(framed(2).url, framed(2).kind, framed(2).payload)
    assert prepared is not None
    archive.expect_body(prepared)
    keep(archive, framed(3))
    assert archive.body(str(framed(3).body_sha256)) == framed(3).body


def test_nothing_is_worked_out_before_there_is_a_reference(archive: Archive) -> None:
    assert archive.prepare(URL, framed(1).kind, framed(1).payload) is None


def test_other_kinds_and_hosts_have_their_own_references(archive: Archive) -> None:
    keep(archive, framed(1), framed(2, kind="other"), framed(3, url="https://else.example.com/post/3"))
    assert references(archive) == [0, 0, 0]


def test_pdfs_are_stored_whole(archive: Archive) -> None:
    for number in (1, 2):
        body = b"%PDF-1.7\n" + FRAME + b"%d" % number
        archive.keep(Capture(url=f"{PDF}{number}", kind="file", captured_at=DAY.format(1), body=body), None, None)
    assert references(archive) == [0, 0]


def test_no_reference_has_a_reference(archive: Archive) -> None:
    keep(archive, *(framed(number, FRAME if number % 3 else NEW_FRAME) for number in range(20)))
    assert rows(
        archive,
        "SELECT count(*) FROM bodies AS o JOIN bodies ON bodies.sha256 = o.reference_sha256"
        " WHERE bodies.reference_sha256 IS NOT NULL",
    ) == [(0,)]  # fmt: skip


def test_a_damaged_reference_takes_down_its_dependants_only(archive: Archive) -> None:
    keep(archive, *(framed(number) for number in range(3)), framed(9, url="https://else.example.com/post/9"))
    bodies = [str(sha256) for (sha256,) in rows(archive, "SELECT sha256 FROM bodies ORDER BY rowid")]
    archive.db.execute("UPDATE bodies SET data = zeroblob(length(data)) WHERE sha256 = ?", (bodies[0],))
    with Archive.open(archive.path, create=False, readonly=True) as other:
        for sha256 in bodies[:3]:
            with pytest.raises(IntegrityError):
                other.body(sha256)
        assert other.body(bodies[3]) == framed(9, url="https://else.example.com/post/9").body


def test_a_body_that_is_not_there_is_damage(archive: Archive) -> None:
    with pytest.raises(IntegrityError, match="not in the archive"):
        archive.body("00" * 32)


# Problems, addresses, memory --------------------------------------------------------------------------------------


def test_a_problem_is_one_row_however_often_it_happens(archive: Archive) -> None:
    problem = Problem(stage="fetch", kind="timeout", message="no answer in 30 s", url=URL)
    for day in (1, 2):
        archive.note(problem, DAY.format(day))
    assert rows(archive, "SELECT first_seen_at, last_seen_at, times, resolved_at FROM problems") == [
        (DAY.format(1), DAY.format(2), 2, None)
    ]
    assert archive.first_noted([URL], "fetch", "") == DAY.format(1)
    archive.resolve(URL, "fetch", DAY.format(3))
    assert rows(archive, "SELECT resolved_at FROM problems") == [(DAY.format(3),)]
    assert archive.first_noted([URL], "fetch", "") is None
    archive.note(problem, DAY.format(4))
    assert rows(archive, "SELECT times, resolved_at FROM problems") == [(3, None)]


def test_a_note_of_reading_goes_when_a_newer_page_does_not_have_it(archive: Archive) -> None:
    note = {
        "stage": "extract",
        "kind": "date-without-year",
        "message": "Mar 16",
        "level": "note",
        "field": "published_at",
    }
    keep(archive, page(day=1, problems=[note]), page(day=2, problems=[note], views=1))
    assert rows(archive, "SELECT url, level, times, resolved_at FROM problems") == [(URL, "note", 2, None)]
    keep(archive, page(day=3))
    assert rows(archive, "SELECT resolved_at FROM problems") == [(DAY.format(3),)]


def target(url: str = URL, *found_by: str, lastmod: str | None = None, kind: str = "post") -> Target:
    return Target(url=url, site="blog.example.com", found_by=found_by or ("sitemap",), lastmod=lastmod, kind=kind)


def test_addresses_are_known_by_all_the_ways_they_were_found(archive: Archive) -> None:
    archive.discover([target(URL, "sitemap", lastmod="2026-01-01"), target(kind="sitemap")], DAY.format(1))
    archive.discover([target(f"{URL}/", "feed")], DAY.format(2))
    assert rows(archive, "SELECT url, found_by, first_heard_at, last_heard_at, lastmod, state FROM known_urls") == [
        (URL, "feed; sitemap", DAY.format(1), DAY.format(2), "2026-01-01", "wanted")
    ]


def test_a_problem_that_comes_back_began_when_it_came_back(archive: Archive) -> None:
    problem = Problem(stage="reach", kind="unreachable", message="no answer", url="https://blog.example.com/")
    assert archive.note(problem, DAY.format(1))
    assert not archive.note(problem, DAY.format(2))
    archive.resolve("https://blog.example.com/", "reach", DAY.format(3))
    assert archive.note(problem, DAY.format(5))
    assert rows(archive, "SELECT first_seen_at, times, resolved_at FROM problems") == [(DAY.format(5), 3, None)]


def test_the_state_of_an_address_follows_what_was_captured_there(archive: Archive) -> None:
    urls = [f"https://blog.example.com/post/{name}" for name in ("had", "lost", "led", "none", "failed")]
    archive.discover([target(url) for url in urls], DAY.format(1))
    away = Capture(
        url=urls[2], kind="redirect", captured_at=DAY.format(2), status=301, redirected_to="https://x.example/"
    )
    keep(archive, page(urls[0]), missing(2, urls[1]), page(urls[3], kind="list"))
    archive.keep(away, None, None)
    archive.keep(replace(missing(2, urls[4]), status=503), Reading(kind="other"), None)
    found = dict(archive.db.execute("SELECT url, state FROM known_urls").fetchall())
    assert [found[url] for url in urls] == ["archived", "wanted", "redirected", "not-a-post", "wanted"]
    assert rows(archive, "SELECT evidence FROM known_urls WHERE url = ?", urls[1]) == [("404 on 2026-01-02",)]
    keep(archive, page(urls[1], day=3), missing(5, urls[0]))
    found = dict(archive.db.execute("SELECT url, state FROM known_urls").fetchall())
    assert [found[url] for url in urls[:2]] == ["archived", "archived"]


def test_a_random_address_that_is_not_there_is_not_known(archive: Archive) -> None:
    keep(archive, missing(1, "https://blog.example.com/post/0f8fad5bd9cb469fa165"))
    assert rows(archive, "SELECT count(*) FROM known_urls") == [(0,)]


def test_memory_tells_what_the_next_crawl_needs(archive: Archive) -> None:
    archive.discover([target(lastmod="2026-01-03"), target(f"{URL}-wanted")], DAY.format(1))
    head = b'HTTP/1.1 200 OK\r\nETag: "abc"\r\nlast-modified:  Thu, 01 Jan 2026 00:00:00 GMT \r\n\r\n'
    good = archive.keep(replace(page(day=2, views=4, published_at="2025-12-01"), head=head), read(page(views=4)), None)
    keep(archive, replace(page(day=3, kind="other"), head=head.replace(b"abc", b"login")))
    archive.note(Problem(stage="fetch", kind="timeout", message="no answer", url=URL), DAY.format(4))
    found = archive.url_states("blog.example.com")
    assert set(found) == {URL, f"{URL}-wanted"}
    known = found[URL]
    assert (known.state, known.lastmod, known.last_good_at) == ("archived", "2026-01-03", DAY.format(2))
    assert (known.last_tried_at, known.last_status, known.failed_at) == (DAY.format(3), 200, DAY.format(4))
    assert (known.etag, known.last_modified) == ('"abc"', "Thu, 01 Jan 2026 00:00:00 GMT")
    assert (known.capture_id, known.counted_at, known.first_seen_at) == (good.capture_id, DAY.format(2), DAY.format(2))
    assert (found[f"{URL}-wanted"].state, found[f"{URL}-wanted"].last_good_at) == ("wanted", None)


def test_memory_of_imported_pages_has_no_tries_of_our_own(archive: Archive) -> None:
    keep(archive, replace(page(day=2), source="wayback"))
    known = archive.url_states("blog.example.com")[URL]
    assert (known.last_good_at, known.last_tried_at, known.capture_id) == (DAY.format(2), None, None)


def test_memory_tells_of_sitemaps_and_lists(archive: Archive) -> None:
    head = b'HTTP/1.1 200 OK\r\nEtag: W/"1"\r\n'
    sitemap = Capture(
        url="https://blog.example.com/sitemap.xml", kind="sitemap", captured_at=DAY.format(1), status=200, head=head,
        body=b"<urlset/>",
    )  # fmt: skip
    number = archive.keep(sitemap, None, None).capture_id
    archive.keep(replace(sitemap, captured_at=DAY.format(2), status=304, body=None, not_modified_of=number), None, None)
    known = archive.url_states("blog.example.com")[sitemap.url]
    assert (known.state, known.etag, known.capture_id, known.last_status) == ("sitemap", 'W/"1"', number, 304)
    assert known.last_good_at == DAY.format(2)


def test_a_site_that_is_named_keeps_what_is_known_of_it(archive: Archive) -> None:
    archive.site(replace(SITE, state="gone", platform="wix"))
    archive.site(SITE)
    assert rows(archive, "SELECT name, platform, state FROM sites") == [("A blog", "wix", "gone")]


# Life, reading anew -----------------------------------------------------------------------------------------------


def test_the_life_of_a_post_is_told_whole(archive: Archive) -> None:
    keep(archive, page(day=1, views=1, tags=["UPR"]), page(day=2, title="Another", tags=["UPR"]), missing(3))
    keep(archive, page(day=4, title="Another", tags=["UPR"], kind="other"))
    history = archive.history("http://blog.example.com/post/one/?utm_source=x")
    assert history is not None
    assert [row["verdict"] for row in history.captures] == ["new", "changed", "missing", "worse"]
    assert history.captures[2]["reason"] == "404"
    assert [row["kind"] for row in history.events] == ["added", "changed"]
    assert [row["title"] for row in history.revisions] == ["A title", "Another"]
    assert [(row["views"], row["seen_on"]) for row in history.counts] == [(1, URL)]
    assert (history.post["title"], history.tags, len(history.problems)) == ("Another", ("UPR",), 1)
    assert archive.history("https://blog.example.com/post/none") is None


def test_better_rules_change_posts_without_making_revisions(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with Archive.open(path, read=read, reader=1) as archive:
        keep(archive, page(day=1), page(day=2, views=3), page(day=3, kind="list", title="A title"), missing(4))
        assert not archive.stale_reader()

    def better(capture: Capture) -> Reading | None:
        found = read(capture)
        return found and replace(found, author="Ann", body_text=f"{found.body_text} Really.")

    with Archive.open(path, read=better, reader=2) as archive:
        assert archive.stale_reader()
        told: list[FieldChange] = []
        archive.rebuild(diff=True, changed=told.append)
        assert {change.field for change in told} == {"author", "body_text", "word_count"}
        assert one(archive, "author, reader") == (None, 1)
        done = archive.rebuild()
        assert (done.captures, done.posts, done.changed) == (4, 1, 1)
        assert one(archive, "author, body_text, revision_count, reader") == ("Ann", "All eyes on Geneva. Really.", 1, 2)
        assert rows(archive, "SELECT kind FROM events") == [("added",)]
        assert not archive.stale_reader()


def test_a_rebuild_tells_what_happened_otherwise_than_was_thought(archive: Archive) -> None:
    keep(archive, page(day=1), page(day=2, title="A title with a clock 12:01"))
    told: list[FieldChange] = []
    archive.rebuild(
        lambda capture: replace(read(capture) or Reading(kind="other"), title="A title"), changed=told.append
    )
    before = (f"added {DAY.format(1)}", f"changed {DAY.format(2)}")
    assert FieldChange(URL, "events", before, before[:1]) in told


def test_a_rebuild_drops_posts_that_are_none_any_more(archive: Archive) -> None:
    keep(archive, page(day=1, tags=["UPR"]), page("https://blog.example.com/post/two", day=1))
    told: list[FieldChange] = []
    archive.rebuild(lambda capture: Reading(kind="list") if capture.url == URL else read(capture), changed=told.append)
    assert told == [FieldChange(URL, "post", "A title", None)]
    assert rows(archive, "SELECT url FROM posts") == [("https://blog.example.com/post/two",)]
    assert rows(archive, "SELECT count(*) FROM tags") == [(0,)]
    assert rows(archive, "SELECT state FROM known_urls WHERE url = ?", URL) == [("not-a-post",)]


@pytest.mark.parametrize("tail", [b"", b"x" * 3000])
def test_a_body_that_is_not_what_it_was_is_never_handed_out(archive: Archive, tail: bytes) -> None:
    keep(archive, page(day=1, tail=tail), page(day=2, title="B title", tail=tail))
    (one, other) = archive.db.execute("SELECT body_sha256 FROM captures ORDER BY id").fetchall()
    archive.db.execute(
        "UPDATE bodies SET (codec, data, reference_sha256, length) ="
        " (SELECT codec, data, reference_sha256, length FROM bodies WHERE sha256 = ?) WHERE sha256 = ?",
        (*one, *other),
    )
    with pytest.raises(IntegrityError, match="another digest"):
        archive.body(*other)
    with pytest.raises(IntegrityError, match="another digest"):
        archive.capture(2)
    with pytest.raises(IntegrityError, match="another digest"):
        archive.rebuild()


def test_a_rebuild_of_a_damaged_archive_writes_nothing(archive: Archive) -> None:
    keep(archive, page(day=1), page(day=2, title="Another"))
    archive.db.execute("UPDATE bodies SET data = zeroblob(length(data)) WHERE rowid = 2")
    before = list(archive.db.iterdump())
    with pytest.raises(IntegrityError):
        archive.rebuild()
    assert list(archive.db.iterdump()) == before


def test_refolding_one_post_changes_nothing(archive: Archive) -> None:
    keep(archive, page(day=1, views=1), page(day=2, title="Another"), missing(5))
    before = one(archive, "title, views, missing_since, revision_count, slug, content_sha256")
    archive.refold(URL)
    assert one(archive, "title, views, missing_since, revision_count, slug, content_sha256") == before


# When something is wrong ------------------------------------------------------------------------------------------


def test_after_closing_the_one_file_is_complete(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive.db", read=read) as archive:
        keep(archive, page())
    assert [file.name for file in tmp_path.iterdir()] == ["archive.db"]


def test_a_full_disk_undoes_the_capture_and_later_ones_come_in(archive: Archive) -> None:
    keep(archive, framed(0))
    (pages,) = archive.db.execute("PRAGMA page_count").fetchone()
    archive.db.execute(f"PRAGMA max_page_count = {pages}")
    noise = random.Random(7).randbytes(200_000).hex().encode()
    with pytest.raises(DiskFull):
        archive.keep(framed(1, noise), read(framed(1)), None)
    assert rows(archive, "SELECT count(*) FROM captures") == [(1,)]
    archive.db.execute("PRAGMA max_page_count = 1000000")
    assert keep(archive, framed(1, noise), framed(2), framed(3, noise)) == ["new", "new", "new"]
    for (sha256,) in rows(archive, "SELECT sha256 FROM bodies"):
        archive.body(str(sha256))


def test_a_lock_held_by_another_program_is_said_so(archive: Archive) -> None:
    archive.db.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(archive.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveBusy):
            keep(archive, page())
        other.execute("ROLLBACK")
    assert keep(archive, page()) == ["new"]


def test_a_reader_in_the_middle_of_reading_does_not_stop_the_writer(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive.db", read=read) as archive:
        keep(archive, page())
        archive.db.execute("PRAGMA busy_timeout = 10")
        with closing(sqlite3.connect(archive.path, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM posts").fetchone()
            assert keep(archive, page(day=2, title="Another")) == ["changed"]
            archive.checkpoint()


def test_an_archive_opened_for_reading_cannot_be_written(archive: Archive) -> None:
    with Archive.open(archive.path, create=False, readonly=True) as other, pytest.raises(ArchiveReadOnly):
        keep(other, page())


def test_an_error_of_the_reader_undoes_the_capture(tmp_path: Path) -> None:
    def broken(_: Capture) -> Reading:
        raise ZeroDivisionError

    with Archive.open(tmp_path / "archive.db", read=read) as archive:
        keep(archive, page(day=5))
    with Archive.open(tmp_path / "archive.db", read=broken) as archive:
        with pytest.raises(ZeroDivisionError):
            keep(archive, page(day=1))
        assert rows(archive, "SELECT count(*) FROM captures") == [(1,)]


def test_no_archive_is_made_where_none_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(NotAnArchive):
        Archive.open(tmp_path / "archive.db", create=False)


WRITER = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("pages", sys.argv[2])
pages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pages)
with pages.Archive.open(sys.argv[1], read=pages.read) as archive:
    for number in range(int(sys.argv[3]), 100000):
        capture = pages.framed(number % 7, captured_at=f"2026-01-01T00:00:00.{number:06}Z")
        archive.keep(capture, pages.read(capture), None)
        print(number, flush=True)
"""


@pytest.mark.parametrize(
    "kills", [2, pytest.param(20, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.long)]
)
def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path, kills: int) -> None:
    path, dice, start = tmp_path / "archive.db", random.Random(kills), 0
    for _ in range(kills):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), __file__, str(start)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(dice.random() / 5)
        os.kill(writer.pid, signal.SIGKILL)
        said = [first, *writer.stdout.read().split("\n")]
        writer.wait()
        acknowledged = max(int(line) for line in said[:-1] if line.strip().isdigit())
        with closing(sqlite3.connect(path)) as db:
            numbers = [int(at[20:26]) for (at,) in db.execute("SELECT captured_at FROM captures ORDER BY id")]
            assert numbers == list(range(len(numbers))), "none missing, none twice"
            assert acknowledged <= numbers[-1] <= acknowledged + 1
            start = numbers[-1] + 1
    with Archive.open(path, read=read) as archive:
        assert archive.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert archive.db.execute("PRAGMA foreign_key_check").fetchall() == []
        archive.db.execute("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")
        assert rows(archive, "SELECT count(*) FROM post_captures") == [(start,)]
        told: list[FieldChange] = []
        archive.rebuild(diff=True, changed=told.append)
        assert told == []


def test_a_run_goes_on_where_the_making_of_its_archive_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    assert path.stat().st_size
    with Archive.peek(path) as before:
        assert before is None
    with Archive.open(path, read=read, seal=sealer(lambda: datetime(2026, 2, 1, tzinfo=UTC))) as archive:
        keep(archive, page())
        assert rows(archive, "SELECT count(*) FROM posts") == [(1,)]


def test_an_event_is_known_since_the_run_that_decided_it(archive: Archive) -> None:
    for day, capture in ((1, page()), (2, missing(2)), (20, missing(20))):
        keep(archive, capture, crawl=archive.begin("crawl", f"2026-02-{day:02}T00:00:00Z"))
    asked = "SELECT kind, at, known_at FROM events"
    told = [("added", DAY.format(1), "2026-02-01T00:00:00Z"), ("gone", DAY.format(2), "2026-02-20T00:00:00Z")]
    assert rows(archive, asked) == told
    archive.rebuild()
    assert rows(archive, asked) == told
    keep(archive, page(day=25))
    assert rows(archive, f"{asked} WHERE kind = 'returned'") == [("returned", DAY.format(25), None)]


# What reads it ----------------------------------------------------------------------------------------------------


def open_read_by(path: Path, reader: int = 1, **packages: str) -> Archive:
    return Archive.open(path, read=read, reader=reader, fingerprint=packages)


def test_an_archive_says_what_read_it_and_what_read_each_run(tmp_path: Path) -> None:
    with open_read_by(tmp_path / "archive.db", reader=3, nh3="0.3") as archive:
        keep(archive, page(), crawl=archive.begin("crawl", DAY.format(1)))
        asked = "SELECT key, value FROM meta WHERE key IN ('reader', 'fingerprint') ORDER BY key"
        assert rows(archive, asked) == [("fingerprint", '{"nh3": "0.3"}'), ("reader", "3")]
        assert rows(archive, "SELECT crawl_id, reader, fingerprint FROM fingerprints") == [(1, 3, '{"nh3": "0.3"}')]


@pytest.mark.parametrize(
    ("reader", "packages", "stale"),
    [(1, {"nh3": "0.3"}, False), (2, {"nh3": "0.3"}, True), (1, {"nh3": "0.4"}, True), (0, {"nh3": "0.4"}, False)],
)
def test_an_archive_without_posts_too_is_stale_where_rules_or_packages_changed(
    tmp_path: Path, reader: int, packages: dict[str, str], *, stale: bool
) -> None:
    with open_read_by(tmp_path / "archive.db", nh3="0.3") as archive:
        keep(archive, missing(1))
    with open_read_by(tmp_path / "archive.db", reader, **packages) as archive:
        assert archive.stale_reader() == stale
        archive.rebuild()
        assert not archive.stale_reader()


def test_an_archive_that_does_not_say_what_read_it_is_stale_unless_it_is_empty(tmp_path: Path) -> None:
    with open_read_by(tmp_path / "archive.db") as archive:
        assert not archive.stale_reader()
        keep(archive, missing(1))
        archive.db.execute("DELETE FROM meta")
        assert archive.stale_reader()
        archive.db.execute("INSERT INTO meta VALUES ('reader', 'none')")
        assert archive.stale_reader()


def test_a_rebuild_that_is_only_told_does_not_say_that_it_was_done(tmp_path: Path) -> None:
    with open_read_by(tmp_path / "archive.db") as archive:
        keep(archive, page())
    with open_read_by(tmp_path / "archive.db", reader=2) as archive:
        archive.rebuild(diff=True)
        assert archive.stale_reader()


def test_an_event_says_when_this_archive_learned_of_it(archive: Archive) -> None:
    first = archive.begin("crawl", "2026-11-01T09:00:00Z")
    keep(archive, page(day=5), crawl=first)
    second = archive.begin("import", "2026-11-20T09:00:00Z")
    keep(archive, page(day=9, title="Another title"), crawl=second)
    learned = dict(rows(archive, "SELECT at, known_at FROM events ORDER BY at"))
    assert set(learned.values()) == {"2026-11-01T09:00:00Z", "2026-11-20T09:00:00Z"}
    for at, run in rows(
        archive,
        "SELECT events.at, started_at FROM events JOIN captures ON captures.id = events.capture_id"
        " JOIN crawls ON crawls.id = captures.crawl_id",
    ):
        assert learned[at] == run
