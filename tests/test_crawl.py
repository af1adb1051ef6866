"""`run_crawl` against a pretend blog: what is fetched when, and what becomes of it."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scraper import sites, urls
from scraper.crawl import run_crawl
from scraper.crawl.session import CrawlSession
from scraper.crawl.view_counts import Counting
from scraper.demo.blog import METADATA, Answer, Blog, Question
from scraper.demo.posts import DemoPost
from scraper.demo.scene import Generation
from scraper.demo.server import LoopbackServer, served
from scraper.errors import ArchiveBusy, UsageError
from scraper.fetch import Fetcher, Limits
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.runs import Interrupts, Report, Run
from scraper.store import Archive, lookups
from tests.old_posts import OLD, WITH_A_FILE
from tests.rarely import quick

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
Reply = Answer | Callable[[Question], Answer | None]
POSTS_SITEMAP, FEED, INDEX, ROBOTS, LIST = (
    "/blog-posts-sitemap.xml",
    "/blog-feed.xml",
    "/sitemap.xml",
    "/robots.txt",
    "/news",
)
API = "/_api/"


def hang_up(_: Question) -> Answer:
    """No answer at all."""
    raise ConnectionResetError


class Stage:
    """A pretend blog that can be told to misbehave, a clock, and an archive."""

    def __init__(self, folder: Path, posts: tuple[DemoPost, ...] = OLD, **look: Any) -> None:
        self.blog = Blog(today=TODAY, posts=posts, page_size=20, **{"padding": 500, **look})
        self.path = folder / "archive.db"
        #: path → what is answered in place of the blog; None from a function: the blog after all.
        self.instead: dict[str, Reply] = {}
        self.server: LoopbackServer | None = None
        self.seen = 0
        self.slept: list[float] = []

    def answer(self, question: Question) -> Answer:
        for path, reply in self.instead.items():
            if question.path == path or (path.endswith("*") and question.path.startswith(path[:-1])):
                found = reply if isinstance(reply, Answer) else reply(question)
                if found is not None:
                    return found
        return self.blog.answer(question)

    @property
    def base(self) -> str:
        return self.blog.base

    def url(self, slug: str) -> str:
        return f"{self.base}/post/{slug}"

    def crawl(self, *targets: str, day: int | None = None, **options: Any) -> Report:
        """A crawl on *day*; `asked` then tells what it asked for."""
        if day is not None:
            self.blog.day = day
        assert self.server is not None
        self.seen = len(self.server.questions)
        moment = TODAY + timedelta(days=self.blog.day)
        ticks = [0.0]

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            ticks[0] += seconds

        report = run_crawl(
            self.path,
            targets or [self.base],
            **{
                "contact": "test@example.org",
                "delay": 0,
                "now": lambda: moment + timedelta(seconds=ticks[0]),
                "monotonic": lambda: ticks[0],
                "sleep": sleep,
                **options,
            },
        )
        told = (report.exit_status, report.requests, report.new, report.changed, report.gone, report.problems)
        names = "exit_status, requests, new, changed, gone, problems"
        assert self.one(f"SELECT {names} FROM crawls ORDER BY id DESC LIMIT 1") == told
        return report

    def asked(self, part: str = "") -> list[str]:
        """Paths asked for in the last crawl that hold *part*."""
        assert self.server is not None
        return [one.path for one in self.server.questions[self.seen :] if part in one.path]

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.path) as db:
            found = db.execute(sql, values).fetchall()
        db.close()
        return found

    def one(self, sql: str, *values: object) -> Any:
        (row,) = self.rows(sql, *values)
        return row[0] if len(row) == 1 else row

    def problems(self, level: str = "error") -> list[tuple[str, str]]:
        """(stage, kind) of the open problems."""
        return self.rows(
            "SELECT DISTINCT stage, kind FROM problems WHERE level = ? AND resolved_at IS NULL ORDER BY stage, kind",
            level,
        )


@contextmanager
def staged(folder: Path, *arguments: Any, **look: Any) -> Iterator[Stage]:
    stage = Stage(folder, *arguments, **look)
    with served(stage.answer) as server:
        stage.server = server
        stage.blog.base = server.base
        yield stage
    if stage.path.exists():
        check_rebuilt(stage.path)


def check_rebuilt(path: Path) -> None:
    """All that was derived step by step is what reading every capture again gives, and the file is sound."""
    changes: list[Any] = []
    with Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        archive.rebuild(diff=True, changed=changes.append)
        assert changes == []
        assert archive.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert archive.db.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as found:
        yield found


@pytest.fixture
def stage_with_a_file(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, WITH_A_FILE) as found:
        yield found


NOT_FOUND = Answer(status=404, body=b"<html><title>404</title>nothing here</html>")


def page(title: str, words: str, status: int = 200) -> Answer:
    return Answer(status=status, body=f"<html><head><title>{title}</title></head><body>{words}</body></html>".encode())


# -- the whole line


def test_every_post_is_found_fetched_and_kept_and_remembers_how_it_was_found(stage: Stage) -> None:
    report = stage.crawl()
    assert (report.exit_status, report.new) == (0, len(OLD))
    assert stage.asked()[0] == ROBOTS
    assert {found for (found,) in stage.rows("SELECT found_by FROM known_urls")} <= {
        "feed; link; list; sitemap",
        "feed; list; sitemap",
    }
    assert stage.one("SELECT count(*) FROM captures WHERE kind = 'post' AND status = 200") == len(OLD)
    assert stage.one("SELECT count(*) FROM captures WHERE crawl_id IS NULL") == 0
    assert stage.one("SELECT exit_status, new, requests FROM crawls") == (0, len(OLD), report.requests)
    assert stage.one("SELECT state FROM sites") == "live"
    assert stage.one("SELECT count(*) FROM captures WHERE kind = 'robots' AND body_sha256 IS NOT NULL") == 1


def test_the_contact_is_in_the_user_agent_of_every_request(stage: Stage) -> None:
    stage.crawl()
    assert stage.server is not None
    assert all("test@example.org" in question.headers["user-agent"] for question in stage.server.questions)


@pytest.mark.parametrize("targets", [[], ["upr2020"], ["https://blog.example.org/"]])
def test_a_public_host_is_not_asked_without_a_contact_and_no_archive_is_made(
    tmp_path: Path, targets: list[str]
) -> None:
    with pytest.raises(UsageError, match="contact"):
        run_crawl(tmp_path / "a.db", targets, delay=0)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_site_and_no_address_is_a_usage_error(stage: Stage) -> None:
    with pytest.raises(UsageError, match="expected the id of a site"):
        stage.crawl("no such site")


def test_an_address_may_be_given_without_its_beginning(stage: Stage) -> None:
    assert stage.crawl(stage.base.removeprefix("http://")).new == len(OLD)


def test_a_single_posts_address_crawls_just_that_post(stage: Stage) -> None:
    report = stage.crawl(stage.url("water-is-a-right"), counts=False)
    assert (report.exit_status, report.new) == (0, 1)
    assert stage.asked() == [ROBOTS, "/post/water-is-a-right"]


def test_a_site_that_the_archive_knows_can_be_named_by_its_id(stage: Stage) -> None:
    stage.crawl()
    site = stage.one("SELECT id FROM sites")
    assert stage.crawl(site, day=1).exit_status == 0
    assert stage.asked()[0] == ROBOTS


@pytest.mark.parametrize("given", ["", "/news"])
def test_a_blog_without_sitemap_and_feed_is_found_by_its_list(stage: Stage, given: str) -> None:
    for path in (INDEX, POSTS_SITEMAP, FEED, ROBOTS, "/pages-sitemap.xml"):
        stage.instead[path] = NOT_FOUND
    report = stage.crawl(stage.base + given)
    assert (report.exit_status, report.new) == (0, len(OLD))
    assert {found for (found,) in stage.rows("SELECT found_by FROM known_urls")} <= {"link; list", "list"}


def test_a_list_under_an_unusual_name_is_found_through_the_front_page(stage: Stage) -> None:
    for path in (INDEX, POSTS_SITEMAP, FEED, "/news"):
        stage.instead[path] = NOT_FOUND
    links = "<a href='/about'>a</a><a href='/what-we-say'>b</a>"
    stage.instead["/"] = page("Home", links)
    stage.instead["/what-we-say"] = lambda _: stage.blog.answer(Question(method="GET", target="/news"))
    assert stage.crawl(day=-2).new == len(OLD)
    stage.crawl(day=-1, counts=False)
    assert stage.asked("/what-we-say") == ["/what-we-say"]
    assert "/about" not in stage.asked()


def links_to(posts: tuple[DemoPost, ...], more: str = "") -> Answer:
    return page("Our posts", "".join(f"<a href='/post/{post.slug}'>{post.title}</a>" for post in posts) + more)


def test_a_list_that_is_nothing_but_links_is_read_page_by_page_and_remembered(stage: Stage) -> None:
    for path in (INDEX, POSTS_SITEMAP, FEED, "/news"):
        stage.instead[path] = NOT_FOUND
    stage.instead["/"] = page("Home", "<a href='/about'>a</a><a href='/what-we-say'>b</a>")
    stage.instead["/about"] = page("About", "us")
    stage.instead["/what-we-say"] = links_to(OLD[:4], "<a rel='next' href='/what-we-say/page/2'>older</a>")
    stage.instead["/what-we-say/page/2"] = links_to(OLD[4:])
    assert stage.crawl(day=-2, counts=False).new == len(OLD)
    assert stage.crawl(day=-1, counts=False).requests == 5
    assert stage.asked()[-1] == "/what-we-say"


def test_no_post_is_gone_that_a_list_of_nothing_but_links_names(stage: Stage) -> None:
    for path in (INDEX, POSTS_SITEMAP, FEED):
        stage.instead[path] = NOT_FOUND
    stage.instead[LIST] = links_to(OLD)
    stage.crawl(counts=False, day=-60)
    stage.instead["/post/*"] = NOT_FOUND
    gone = []
    for day, named in ((-50, OLD), (-30, OLD), (-1, OLD[1:])):
        stage.instead[LIST] = links_to(named)
        stage.crawl(counts=False, day=day, full=True)
        gone.append(stage.one("SELECT group_concat(slug) FROM posts WHERE gone_at IS NOT NULL"))
    assert gone == [None, None, OLD[0].slug]


def test_a_front_page_of_links_with_a_next_part_is_a_list(stage: Stage) -> None:
    for path in (INDEX, POSTS_SITEMAP, FEED, "/news"):
        stage.instead[path] = NOT_FOUND
    stage.instead["/"] = links_to(OLD[:4], "<a rel='next' href='/page/2'>older</a>")
    stage.instead["/page/2"] = links_to(OLD[4:6], "<a rel='next' href='/page/3'>older</a>")
    stage.instead["/page/3"] = links_to(OLD[6:])
    assert stage.crawl(day=-2, counts=False).new == len(OLD)


def test_a_blog_that_only_links_of_its_front_page_lead_to_is_well_in_every_run(stage: Stage) -> None:
    for path in (INDEX, POSTS_SITEMAP, FEED, "/news"):
        stage.instead[path] = NOT_FOUND
    stage.instead["/"] = links_to(OLD)
    reports = [stage.crawl(day=day, counts=False) for day in (-9, -8, -1)]
    assert [(report.exit_status, report.new) for report in reports] == [(0, len(OLD)), (0, 0), (0, 0)]


def test_a_site_whose_list_cannot_be_found_is_searched_weekly_while_its_sitemap_works(stage: Stage) -> None:
    stage.instead[FEED] = stage.instead[LIST] = NOT_FOUND
    stage.instead["/"] = page("Home", "<a href='/about'>a</a><a href='/team'>b</a>")
    stage.instead["/about"] = stage.instead["/team"] = page("Us", "nothing")
    assert stage.crawl(day=-20, counts=False).new == len(OLD)
    assert stage.crawl(day=-19, counts=False).requests == 3
    stage.crawl(day=-12, counts=False)
    assert "/" in stage.asked()


def test_a_blog_on_the_front_page_is_read_there(stage: Stage) -> None:
    for path in (INDEX, POSTS_SITEMAP, FEED, "/news"):
        stage.instead[path] = NOT_FOUND
    stage.instead["/"] = lambda _: stage.blog.answer(Question(method="GET", target="/news"))
    assert stage.crawl(day=-2).new == len(OLD)
    stage.crawl(day=-1, counts=False)
    assert stage.asked() == [ROBOTS, INDEX, POSTS_SITEMAP, FEED, "/"]


def test_pages_without_generator_tag_and_wix_headers_are_read_too(stage: Stage) -> None:
    def plainer(question: Question) -> Answer:
        answer = stage.blog.answer(question)
        return replace(
            answer, body=answer.body.replace(b'<meta name="generator" content="Wix.com Website Builder">', b"")
        )

    stage.instead["/post/*"] = plainer
    assert stage.crawl().new == len(OLD)


def test_the_posts_sitemap_is_asked_for_even_when_the_index_omits_it(stage: Stage) -> None:
    empty = b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></sitemapindex>'
    stage.instead[INDEX] = Answer(media_type="application/xml", body=empty)
    stage.instead[FEED] = stage.instead[LIST] = stage.instead["/"] = NOT_FOUND
    assert stage.crawl().new == len(OLD)


def test_all_pages_of_the_list_are_read_the_first_time(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.blog.page_size = 2
        stage.instead[POSTS_SITEMAP] = stage.instead[FEED] = NOT_FOUND
        assert stage.crawl().new == len(OLD)
        assert stage.asked("/news/page/") == [f"/news/page/{number}" for number in range(2, -(-len(OLD) // 2) + 1)]


# -- incremental


def many(count: int) -> tuple[DemoPost, ...]:
    return tuple(replace(OLD[0], slug=f"post-{number}", published=-400 - number) for number in range(count))


@pytest.mark.parametrize("posts", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_a_run_in_which_nothing_is_due_costs_three_requests_however_many_posts(tmp_path: Path, posts: int) -> None:
    with staged(tmp_path, many(posts)) as stage:
        assert stage.crawl(counts=False, day=-2).new == posts
        report = stage.crawl(counts=False, day=-1)
        assert (report.exit_status, report.new, report.requests) == (0, 0, 3)
        assert stage.asked() == [ROBOTS, POSTS_SITEMAP, LIST]


def test_list_and_feed_are_asked_in_turn_and_the_index_every_second_day_while_the_sitemap_says_nothing_new(
    stage: Stage,
) -> None:
    stage.crawl(counts=False, day=-20)
    asked = []
    for day in range(-19, -13):
        stage.crawl(counts=False, day=day)
        asked.append(set(stage.asked()) - {ROBOTS, POSTS_SITEMAP})
    assert asked == [{LIST}, {INDEX, FEED}] * 3


def test_a_slug_with_a_decomposed_letter_is_asked_for_as_named_also_when_it_is_named_no_more(stage: Stage) -> None:
    before = stage.blog.answer(Question(method="GET", target=POSTS_SITEMAP))
    stage.blog.posts = (*stage.blog.posts, replace(OLD[0], slug="gespra\u0308ch", published=-30))
    stage.crawl(counts=False, day=-20)
    assert stage.rows("SELECT url, message FROM problems WHERE level = 'error'") == []
    assert stage.one("SELECT count(*) FROM posts WHERE url = ?", stage.url("gespr%C3%A4ch")) == 1
    stage.instead |= {POSTS_SITEMAP: before, FEED: NOT_FOUND, LIST: NOT_FOUND}
    stage.crawl(day=-10)
    assert stage.asked("/post/gespr") == ["/post/gespra\u0308ch"]


def test_a_slug_with_a_decomposed_letter_is_asked_for_as_a_link_spells_it(tmp_path: Path) -> None:
    linked = "https://www.upr2020.org/post/niN\u0303ez"
    with Archive.open(tmp_path / "a.db", read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        archive.db.execute("PRAGMA foreign_keys = OFF")
        archive.db.execute("INSERT INTO links (post_id, position, url, text) VALUES (1, 1, ?, '')", (linked,))
        known = urls.canonical(linked)
        assert lookups.spelling(archive.db, known, None) == urls.normalise(linked) != known


@pytest.mark.parametrize("since", [-18, -17])
def test_a_post_that_only_a_new_sitemap_names_is_found_on_the_second_day(stage: Stage, since: int) -> None:
    """The sitemaps that were known, the feed and the list still say what they said."""
    stale = {path: stage.blog.answer(Question(method="GET", target=path)) for path in (POSTS_SITEMAP, FEED, LIST)}
    stage.instead |= stale
    for day in range(-20, since):
        stage.crawl(counts=False, day=day)
    stage.blog.posts = (*stage.blog.posts, replace(OLD[0], slug="late", published=-30))
    second = POSTS_SITEMAP.replace(".xml", "-2.xml")
    index = stage.blog.answer(Question(method="GET", target=INDEX))
    row = f"<sitemap><loc>{stage.blog.base}{second}</loc></sitemap></sitemapindex>".encode()
    stage.instead[INDEX] = replace(index, body=index.body.replace(b"</sitemapindex>", row))
    named = f"<url><loc>{stage.blog.base}/post/late</loc></url></urlset>"
    urlset = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}'
    stage.instead[second] = Answer(media_type="application/xml", body=urlset.encode())
    assert sum(stage.crawl(counts=False, day=day).new for day in (since, since + 1)) == 1


def test_a_sitemap_that_says_something_new_has_every_source_asked(stage: Stage) -> None:
    stage.crawl(counts=False, day=-20)
    stage.blog.posts = (*stage.blog.posts, replace(OLD[0], slug="late", published=-19))
    assert stage.crawl(counts=False, day=-18).new == 1
    assert {INDEX, FEED, LIST} <= set(stage.asked())


def test_no_source_rests_that_was_not_had_or_while_they_disagree_or_when_all_is_wanted(stage: Stage) -> None:
    stage.crawl(counts=False, day=-20)
    stage.crawl(counts=False, day=-19, full=True)
    assert {INDEX, FEED, LIST} <= set(stage.asked())
    stage.instead[LIST] = Answer(status=500)
    stage.crawl(counts=False, day=-18)
    assert {FEED, LIST} <= set(stage.asked())
    stage.crawl(counts=False, day=-17)
    assert {FEED, LIST} <= set(stage.asked())
    del stage.instead[LIST]
    stage.instead[POSTS_SITEMAP] = Answer(status=500)
    stage.crawl(counts=False, day=-16)
    assert {INDEX, FEED, LIST} <= set(stage.asked())


def test_an_index_is_asked_every_second_day_where_neither_feed_nor_list_names_the_newest_posts(stage: Stage) -> None:
    stage.instead[FEED] = stage.instead[LIST] = stage.instead["/"] = NOT_FOUND
    asked = []
    for day in (-20, -19, -18, -17, -16):
        stage.crawl(counts=False, day=day)
        asked.append(INDEX in stage.asked())
    assert asked == [True, False, True, False, True]


def test_no_post_is_gone_that_the_sources_name_by_another_address_than_its_page(stage: Stage) -> None:
    def named_elsewhere(question: Question) -> Answer:
        answer = stage.blog.answer(question)
        return replace(
            answer, body=answer.body.replace(question.path.encode(), b"/post/away-" + question.path[6:].encode())
        )

    stage.instead["/post/*"] = named_elsewhere
    stage.crawl(counts=False, day=-60)
    stage.crawl(counts=False, day=-40, full=True)
    stage.crawl(counts=False, day=-20)
    assert stage.one("SELECT count(*) FROM captures WHERE url LIKE '%/post/away-%' AND status = 404")
    assert stage.one("SELECT count(*) FROM posts WHERE url LIKE '%/post/away-%'") == len(OLD)
    assert stage.one("SELECT count(*) FROM posts WHERE gone_at IS NOT NULL") == 0


def test_a_list_that_names_what_the_sitemap_omits_never_rests(stage: Stage) -> None:
    def without_one(question: Question) -> Answer:
        answer = stage.blog.answer(question)
        return replace(answer, body=answer.body.replace(f"/post/{OLD[0].slug}<".encode(), b"/about<"))

    stage.instead[POSTS_SITEMAP] = without_one
    for day in (-20, -19, -18):
        stage.crawl(counts=False, day=day)
        assert {FEED, LIST} <= set(stage.asked())


def test_only_the_post_whose_lastmod_is_newer_is_fetched_again(tmp_path: Path) -> None:
    edited = replace(OLD[1], edited=-10, edited_body=("It says something else now.",))
    with staged(tmp_path, (OLD[0], edited, *OLD[2:])) as stage:
        stage.crawl(day=-20)
        report = stage.crawl(day=-5)
        assert (report.new, report.changed) == (0, 1)
        assert stage.asked("/post/") == [f"/post/{edited.slug}"]
        assert stage.one("SELECT revision_count FROM posts WHERE slug = ?", edited.slug) == 2


def test_fresh_posts_are_looked_at_weekly_and_old_ones_every_three_months(tmp_path: Path) -> None:
    fresh = replace(OLD[0], slug="fresh", published=-30)
    with staged(tmp_path, (fresh, OLD[1])) as stage:
        stage.crawl(day=-20, counts=False)
        stage.crawl(day=-15, counts=False)
        assert stage.asked("/post/") == []
        stage.crawl(day=-12, counts=False)
        assert stage.asked("/post/") == ["/post/fresh"]
        stage.crawl(day=80, counts=False)
        assert sorted(stage.asked("/post/")) == ["/post/fresh", f"/post/{OLD[1].slug}"]


def test_full_fetches_everything_that_is_known(stage: Stage) -> None:
    stage.crawl(day=-2)
    report = stage.crawl(day=-1, full=True)
    assert (report.same, len(stage.asked("/post/"))) == (len(OLD), len(OLD))


def test_a_post_that_failed_is_fetched_again_in_the_next_run_and_its_problem_resolved(stage: Stage) -> None:
    path = f"/post/{OLD[0].slug}"
    stage.instead[path] = page("oops", "down", status=500)
    report = stage.crawl(day=-2)
    assert (report.exit_status, report.new, report.problems) == (1, len(OLD) - 1, 1)
    assert stage.problems() == [("fetch", "status-500")]
    del stage.instead[path]
    report = stage.crawl(day=-1)
    assert (report.exit_status, report.new) == (0, 1)
    assert stage.asked("/post/") == [path]
    assert stage.problems() == []


def test_validators_are_sent_and_a_304_is_a_capture_without_a_body(stage: Stage) -> None:
    path = f"/post/{OLD[0].slug}"

    def tagged(question: Question) -> Answer:
        if question.headers.get("if-none-match") == '"v1"':
            return Answer(status=304, headers=(("ETag", '"v1"'),))
        return replace(stage.blog.answer(question), headers=(("ETag", '"v1"'),))

    stage.instead[path] = tagged
    stage.instead[FEED] = tagged
    stage.crawl(day=-100, counts=False)
    report = stage.crawl(day=-2, counts=False)
    assert report.exit_status == 0
    assert (
        stage.one("SELECT count(*) FROM captures WHERE status = 304 AND body_sha256 IS NULL AND not_modified_of > 0")
        == 2
    )
    assert stage.one("SELECT last_seen_at FROM posts WHERE slug = ?", OLD[0].slug) == "2026-05-18T12:00:00Z"
    stage.crawl(day=-1, full=True)
    assert stage.one("SELECT count(*) FROM captures WHERE status = 304") == 2, "--full wants whole answers"


# -- counts


def asked_counts(stage: Stage) -> list[dict[str, Any]]:
    assert stage.server is not None
    return [json.loads(one.body) for one in stage.server.questions[stage.seen :] if one.method == "POST"]


def test_counts_are_asked_after_the_posts_once_a_day_and_never_add_a_view(stage: Stage) -> None:
    stage.crawl(day=-2)
    asked = asked_counts(stage)
    assert len(asked) == len(OLD)
    assert all(one["skipViewCountIncrement"] is True for one in asked)
    assert stage.asked().index("/_api/v1/access-tokens") > max(
        number for number, path in enumerate(stage.asked()) if path.startswith("/post/")
    )
    assert stage.one("SELECT count(*) FROM posts WHERE views IS NULL") == 0
    stage.crawl()
    assert asked_counts(stage) == []
    stage.crawl(day=-1)
    assert len(asked_counts(stage)) == len(OLD)
    assert stage.one("SELECT count(*) FROM revisions") == len(OLD)
    assert stage.one("SELECT count(*) FROM counts") == 2 * len(OLD)


@pytest.mark.slow
def test_at_most_fifty_counts_a_run_the_oldest_first(tmp_path: Path) -> None:
    with staged(tmp_path, many(60)) as stage:
        stage.crawl(day=-2)
        first = {one["postId"] for one in asked_counts(stage)}
        stage.crawl(day=-1)
        second = [one["postId"] for one in asked_counts(stage)]
        assert (len(first), len(second)) == (50, 50)
        assert first.isdisjoint(second[:10])
        assert ("cap", "counts") in stage.problems("note"), "who reads the counts should know that some are older"


def test_a_timer_that_fires_some_hours_early_or_late_asks_daily_all_the_same(stage: Stage) -> None:
    for day, hours in ((-5, 0), (-4, -3), (-3, 0), (-2, -2)):
        moment = TODAY + timedelta(days=day, hours=hours)
        stage.crawl(day=day, now=lambda moment=moment: moment)
        assert len(asked_counts(stage)) == len(OLD), day


def test_an_endpoint_that_fails_is_asked_in_the_next_run(stage: Stage) -> None:
    for day, status in ((-5, 500), (-4, 403), (-3, 200)):
        stage.instead["/_api/*"] = page("no", "", status=status)
        assert stage.crawl(day=day).exit_status == 0
        assert len(stage.asked("access-tokens")) >= 1
    del stage.instead["/_api/*"]
    stage.crawl(day=-2)
    assert len(asked_counts(stage)) == len(OLD)


def test_counts_are_asked_where_the_host_leads(stage: Stage) -> None:
    stage.crawl(day=-2, counts=False)
    port = stage.base.rpartition(":")[2]
    hosts = (f"localhost:{port}", f"127.0.0.1:{port}")

    def led(question: Question) -> Answer | None:
        to = f"{stage.base}{question.path}"
        return Answer(status=301, headers=(("Location", to),)) if "localhost" in question.headers["host"] else None

    stage.instead["/_api/*"] = led
    site = replace(sites.site_for(f"{stage.base}/"), base_url=f"http://{hosts[0]}/", hosts=hosts)
    with (
        Archive.open(stage.path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive,
        Fetcher(delay=0, named_hosts=frozenset(hosts)) as fetcher,
    ):
        run = Run(archive=archive, interrupts=Interrupts(), now=lambda: TODAY)
        run.begin("crawl")
        Counting(CrawlSession(run=run, fetcher=fetcher), site).run(archive.url_states(site.id))
    assert stage.one("SELECT count(*) FROM posts WHERE views IS NOT NULL") == len(OLD)


def test_a_site_is_asked_for_counts_once_a_day_also_when_some_are_still_unknown(tmp_path: Path) -> None:
    with staged(tmp_path, many(60)) as stage:
        stage.crawl(day=-2)
        stage.crawl()
        assert stage.asked("/_api/") == []


def test_robots_that_forbids_the_endpoint_is_obeyed(stage: Stage) -> None:
    stage.instead[ROBOTS] = Answer(media_type="text/plain", body=b"User-agent: *\nDisallow: /_api/*\n")
    report = stage.crawl()
    assert (report.exit_status, stage.asked(API)) == (0, [])
    assert ("counts", "forbidden") in stage.problems("note")


def test_a_host_without_the_endpoint_costs_a_note_and_is_asked_again_after_thirty_days(stage: Stage) -> None:
    stage.instead["/_api/*"] = NOT_FOUND
    report = stage.crawl(day=-60)
    assert (report.exit_status, len(stage.asked(API))) == (0, 1)
    assert ("counts", "no-endpoint") in stage.problems("note")
    assert stage.one("SELECT count(views) FROM posts") == 0
    stage.crawl(day=-31)
    assert stage.asked(API) == []
    del stage.instead["/_api/*"]
    stage.crawl(day=-29)
    assert len(asked_counts(stage)) == len(OLD)
    assert ("counts", "no-endpoint") not in stage.problems("note")


def test_an_endpoint_that_told_counts_lately_is_there_though_it_does_not_know_some_posts(stage: Stage) -> None:
    stage.crawl(day=-20)
    stage.instead[f"{METADATA}*"] = NOT_FOUND
    stage.crawl(day=-19)
    assert ("counts", "no-endpoint") not in stage.problems("note")
    del stage.instead[f"{METADATA}*"]
    stage.crawl(day=-18)
    assert len(stage.asked(METADATA)) == len(OLD)


def test_no_counts_asks_for_none(stage: Stage) -> None:
    stage.crawl(counts=False)
    assert stage.asked(API) == []


def test_counts_in_the_lists_own_data_save_the_requests(tmp_path: Path) -> None:
    with staged(tmp_path, look=Generation.FOURTH) as stage:
        stage.crawl(day=-2)
        assert asked_counts(stage) == []
        stage.crawl(day=-1)
        assert (asked_counts(stage), stage.asked("/post/")) == ([], [])
        assert stage.one("SELECT min(counted_at) FROM posts") == "2026-05-19T12:00:00Z"
        assert stage.one("SELECT views FROM posts WHERE slug = ?", OLD[0].slug) == OLD[0].views_on(-1)


# -- pages that are worse, posts that are gone and come back


def test_a_login_page_never_replaces_a_post(stage: Stage) -> None:
    stage.crawl(day=-100, counts=False)
    path = f"/post/{OLD[0].slug}"
    stage.instead[path] = page("Sign in", "Log in to see this. " * 20)
    report = stage.crawl(day=-2, counts=False)
    assert report.exit_status == 1
    assert stage.problems() == [("fetch", "undecided")]
    assert stage.one("SELECT title, gone_at FROM posts WHERE slug = ?", OLD[0].slug) == (OLD[0].title, None)
    del stage.instead[path]
    assert stage.crawl(day=-1, counts=False, full=True).exit_status == 0
    assert stage.problems() == []


LIST_MOVED = Answer(status=301, headers=(("Location", "/what-we-say"),))
GONE_WAYS: dict[str, Reply] = {
    "404": NOT_FOUND,
    "410": page("Gone", "gone", status=410),
    "home": Answer(status=302, headers=(("Location", "/"),)),
    "wix-error": replace(Blog(today=TODAY).answer(Question(method="GET", target="/post/never-was")), status=200),
}


@pytest.mark.parametrize("way", quick(GONE_WAYS, "404", "home"))
def test_a_post_missing_on_crawls_fourteen_days_apart_is_gone_and_its_text_stays(stage: Stage, way: str) -> None:
    stage.crawl(day=-60, counts=False)
    stage.blog.posts = OLD[1:]
    stage.instead[f"/post/{OLD[0].slug}"] = GONE_WAYS[way]
    assert stage.crawl(day=-40, counts=False).gone == 0
    assert stage.one("SELECT gone_at FROM posts WHERE slug = ?", OLD[0].slug) is None
    assert stage.crawl(day=-20, counts=False).gone == 1
    gone_at, body = stage.one("SELECT gone_at, body_text FROM posts WHERE slug = ?", OLD[0].slug)
    assert gone_at == "2026-04-10T12:00:00Z"
    assert OLD[0].body[0] in body
    stage.blog.posts = OLD
    stage.instead.clear()
    assert stage.crawl(day=-12, counts=False).exit_status == 0
    assert stage.asked("/post/") == [f"/post/{OLD[0].slug}"]
    assert stage.one("SELECT gone_at FROM posts WHERE slug = ?", OLD[0].slug) is None
    events = stage.rows(
        "SELECT kind FROM events JOIN posts ON posts.id = post_id WHERE slug = ? ORDER BY at", OLD[0].slug
    )
    assert [kind for (kind,) in events] == ["added", "gone", "returned"]


def test_the_page_of_an_address_that_never_was_is_recognised_and_probed_for_once(stage: Stage) -> None:
    known = {f"/post/{post.slug}" for post in OLD[1:]}
    stage.crawl(day=-60, counts=False)
    stage.blog.posts = OLD[1:]

    def friendly(question: Question) -> Answer | None:
        return None if question.path in known else page("Welcome", f"Have a look around! You asked for {question.path}")

    stage.instead["/post/*"] = friendly
    stage.crawl(day=-40, counts=False)
    probes = [path for path in stage.asked("/post/") if path not in known and path != f"/post/{OLD[0].slug}"]
    assert len(probes) == 1
    stage.crawl(day=-20, counts=False)
    assert stage.one("SELECT gone_reason FROM posts WHERE slug = ?", OLD[0].slug).startswith("soft 404")
    assert stage.one("SELECT count(*) FROM decisions WHERE kind = 'absent'") == 2


def test_a_consent_page_before_the_whole_site_makes_no_post_missing(stage: Stage) -> None:
    stage.crawl(day=-100, counts=False)
    wall = page("Before you go on", "We value your privacy. " * 10)
    stage.instead["/post/*"] = wall
    for day in (-40, -20):
        report = stage.crawl(day=day, counts=False, full=True)
        assert report.exit_status == 11
        assert any("a wall stands before the site's pages" in line for line in report.messages)
    assert stage.one("SELECT count(*), count(gone_at), count(missing_since) FROM posts") == (len(OLD), 0, 0)


@pytest.mark.parametrize("wrong", quick(["cut", "doctype", "missing", "500", "html"], "cut", "missing"))
def test_a_sitemap_that_failed_makes_no_post_missing(stage: Stage, wrong: str) -> None:
    stage.crawl(day=-60, counts=False)
    whole = stage.blog.answer(Question(method="GET", target=POSTS_SITEMAP)).body
    stage.instead[POSTS_SITEMAP] = {
        "cut": Answer(media_type="application/xml", body=whole[: len(whole) // 2]),
        "doctype": Answer(media_type="application/xml", body=b'<!DOCTYPE x [<!ENTITY e "e">]>' + whole[38:]),
        "missing": NOT_FOUND,
        "500": page("oops", "", status=500),
        "html": page("hello", "not a sitemap"),
    }[wrong]
    stage.instead[FEED] = stage.instead[LIST] = NOT_FOUND
    for day in (-40, -20):
        report = stage.crawl(day=day, counts=False)
        assert report.exit_status == 1
    assert stage.one("SELECT count(gone_at), count(missing_since) FROM posts") == (0, 0)
    assert any(stage_ == "discover" for stage_, _ in stage.problems())


def test_a_post_that_left_the_sitemap_but_still_answers_is_looked_at_and_stays(stage: Stage) -> None:
    stage.crawl(day=-40, counts=False)
    hidden = f"/post/{OLD[0].slug}"
    shown = stage.blog.answer(Question(method="GET", target=hidden))
    stage.blog.posts = OLD[1:]
    stage.instead[hidden] = shown
    stage.crawl(day=-30, counts=False)
    assert stage.asked("/post/") == [hidden]
    stage.crawl(day=-29, counts=False)
    assert stage.asked("/post/") == []
    assert stage.one("SELECT count(gone_at) FROM posts") == 0


# -- drift


def without(*marks: bytes) -> Callable[[Stage], Reply]:
    def make(stage: Stage) -> Reply:
        def drifted(question: Question) -> Answer:
            answer = stage.blog.answer(question)
            body = answer.body
            for mark in marks:
                body = body.replace(mark, b"data-nothing")
            return replace(answer, body=body)

        return drifted

    return make


DRIFTS = {
    "layout": without(
        b'data-hook="post"', b"post-description", b"content-viewer", b"article:published_time", b"application/ld+json"
    ),
    "date": without(b"article:published_time", b"application/ld+json", b'data-hook="time-ago"'),
    "tags": without(b'aria-label="tags"', b"/news/tags/"),
    "author": without(b'data-hook="user-name"', b"article:author", b'"author"'),
}


@pytest.mark.parametrize("what", ["layout", "date"])
def test_pages_that_lost_what_they_had_sound_the_alarm_and_overwrite_nothing(stage: Stage, what: str) -> None:
    stage.crawl(day=-100, counts=False)
    before = stage.rows("SELECT url, title, author, content_sha256, revision_count FROM posts ORDER BY url")
    tags = stage.rows("SELECT * FROM post_tags ORDER BY post_id, tag_id")
    stage.instead["/post/*"] = DRIFTS[what](stage)
    report = stage.crawl(day=-2, counts=False)
    assert report.exit_status == 5
    assert stage.rows("SELECT url, title, author, content_sha256, revision_count FROM posts ORDER BY url") == before
    assert stage.rows("SELECT * FROM post_tags ORDER BY post_id, tag_id") == tags
    (message,) = [one for one in report.messages if "no longer look" in one]
    assert {"layout": "whole page", "date": "published_at"}[what] in message
    assert "/post/" in message
    assert "since 2026-05-18" in message
    stage.instead.clear()
    assert stage.crawl(day=-1, counts=False, full=True).exit_status == 0
    assert stage.problems() == []


@pytest.mark.parametrize("what", ["tags", "author"])
def test_small_things_that_an_owner_takes_away_are_stored_and_told_once(stage: Stage, what: str) -> None:
    stage.crawl(day=-100, counts=False)
    stage.instead["/post/*"] = DRIFTS[what](stage)
    report = stage.crawl(day=-2, counts=False)
    assert report.exit_status == 0
    assert len([line for line in report.messages if "no longer show" in line]) == 1
    assert stage.one("SELECT count(*) FROM post_tags") == 0 or what == "author"
    again = stage.crawl(day=-1, counts=False, full=True)
    assert (again.exit_status, [line for line in again.messages if "no longer show" in line]) == (0, [])


def test_two_posts_that_are_due_and_lost_their_text_make_the_crawl_look_at_others(tmp_path: Path) -> None:
    edited = tuple(replace(post, edited=-10, edited_body=post.body) for post in OLD[:2])
    with staged(tmp_path, (*edited, *OLD[2:])) as stage:
        stage.crawl(day=-20, counts=False)
        stage.instead["/post/*"] = DRIFTS["layout"](stage)
        report = stage.crawl(day=-5, counts=False)
        assert report.exit_status == 5
        assert len(stage.asked("/post/")) >= 3


def test_one_post_that_lost_its_tags_is_no_drift(stage: Stage) -> None:
    stage.crawl(day=-100, counts=False)
    path = f"/post/{OLD[0].slug}"
    stage.instead[path] = DRIFTS["tags"](stage)
    assert stage.crawl(day=-2, counts=False).exit_status == 0
    assert stage.one("SELECT count(*) FROM post_tags JOIN posts ON posts.id = post_id WHERE slug = ?", OLD[0].slug) == 0


def test_a_list_that_lists_nothing_any_more_sounds_the_alarm(stage: Stage) -> None:
    stage.crawl(day=-3)
    stage.instead[LIST] = page("News", "Our new look is here")
    report = stage.crawl(day=-2)
    assert report.exit_status == 5
    assert any("list" in one for one in report.messages)
    stage.instead.clear()
    assert stage.crawl(day=-1).exit_status == 0


def test_a_new_look_that_we_can_read_is_no_drift_and_no_revision(tmp_path: Path) -> None:
    with staged(tmp_path, look=Generation.FOURTH) as stage:
        stage.crawl(day=-100)
        stage.blog.look = Generation.FIFTH
        report = stage.crawl(day=-2)
        assert (report.exit_status, report.changed) == (0, 0)
        assert stage.one("SELECT count(*) FROM revisions") == len(OLD)


def test_what_older_rules_read_is_read_again_first_and_makes_no_revision(stage: Stage) -> None:
    stage.crawl(day=-2)
    with sqlite3.connect(stage.path) as db:
        db.execute("UPDATE posts SET reader = ?, title = 'as an older version read it'", (READER - 1,))
    db.close()
    report = stage.crawl(day=-1)
    assert (report.exit_status, report.changed) == (0, 0)
    assert any("read again" in message for message in report.messages)
    assert stage.one("SELECT count(*) FROM revisions") == len(OLD)
    assert stage.one("SELECT title FROM posts WHERE slug = ?", OLD[0].slug) == OLD[0].title


# -- attachments


def test_files_of_posts_are_fetched_once_and_their_text_is_searchable(stage_with_a_file: Stage) -> None:
    stage = stage_with_a_file
    stage.crawl(day=-2)
    assert len(stage.asked("/_files/ugd/")) == 1
    assert stage.one("SELECT count(*) FROM files_fts WHERE files_fts MATCH 'aquifer'") == 1
    stage.crawl(day=-1, full=True)
    assert stage.asked("/_files/ugd/") == []


def test_a_file_that_is_a_web_page_is_a_problem_and_no_file(stage_with_a_file: Stage) -> None:
    stage = stage_with_a_file
    stage.instead["/_files/*"] = page("Error", "not a PDF")
    assert stage.crawl().exit_status == 1
    assert stage.problems() == [("file", "no-file")]
    assert stage.one("SELECT count(sha256) FROM files") == 0
    stage.crawl(day=1)
    assert stage.asked("/_files/") == []
    stage.instead.clear()
    assert stage.crawl(day=8).exit_status == 0
    assert (stage.asked("/_files/"), stage.one("SELECT count(sha256) FROM files"), stage.problems()) == (
        ["/_files/ugd/ab12cd_5d41402abc4b2a76b9719d911017c592.pdf"],
        1,
        [],
    )


def test_files_on_other_hosts_are_only_links(tmp_path: Path) -> None:
    post = replace(OLD[0], body=("See [the file](https://elsewhere.example/report.pdf).",))
    with staged(tmp_path, (post,)) as stage:
        stage.crawl()
        assert stage.one("SELECT url FROM links") == "https://elsewhere.example/report.pdf"
        assert stage.one("SELECT count(*) FROM captures WHERE kind = 'file'") == 0


# -- sources compared


def test_sources_that_disagree_are_a_note_and_all_their_posts_are_fetched(stage: Stage) -> None:
    entries = stage.blog.answer(Question(method="GET", target=POSTS_SITEMAP)).body
    first = entries.index(b"<url>")
    shorter = entries[:first] + entries[entries.index(b"<url>", first + 5) :]
    stage.instead[POSTS_SITEMAP] = Answer(media_type="application/xml", body=shorter)
    report = stage.crawl(day=-2)
    assert (report.exit_status, report.new) == (0, len(OLD))
    (message,) = stage.one("SELECT message, level FROM problems WHERE kind = 'sources-disagree'")[:1]
    assert "not in the sitemap" in message
    assert f"the list says {len(OLD)} posts, the sitemap names {len(OLD) - 1}" in message
    stage.instead.clear()
    stage.crawl(day=-1)
    assert ("compare", "sources-disagree") not in stage.problems("note")


def test_a_site_without_a_post_in_sight_is_an_error(stage: Stage) -> None:
    for path in (INDEX, POSTS_SITEMAP, FEED, LIST, "/"):
        stage.instead[path] = page("Welcome", "nothing to see")
    report = stage.crawl()
    assert report.exit_status == 1
    assert ("discover", "no-posts") in stage.problems()


# -- exit statuses


def test_a_host_that_does_not_answer_is_status_3_and_a_line_that_names_it(tmp_path: Path) -> None:
    report = run_crawl(tmp_path / "a.db", ["http://127.0.0.1:9/"], delay=0, sleep=lambda _: None)
    assert report.exit_status == 3
    assert any("http://127.0.0.1:9/" in one for one in report.messages)


@pytest.mark.parametrize("status", [500, 503])
def test_robots_that_cannot_be_had_means_that_nothing_is_fetched(stage: Stage, status: int) -> None:
    stage.instead[ROBOTS] = page("down", "", status=status)
    report = stage.crawl()
    assert report.exit_status == 3
    assert set(stage.asked()) == {ROBOTS}


def test_robots_that_forbids_everything_is_status_4(stage: Stage) -> None:
    stage.instead[ROBOTS] = Answer(media_type="text/plain", body=b"User-agent: *\nDisallow: /\n")
    report = stage.crawl()
    assert (report.exit_status, stage.asked()) == (4, [ROBOTS])
    assert any("forbids" in one for one in report.messages)


def test_robots_that_forbids_the_posts_is_status_4(stage: Stage) -> None:
    stage.instead[ROBOTS] = Answer(media_type="text/plain", body=b"User-agent: *\nDisallow: /post/\n")
    assert (stage.crawl().exit_status, stage.asked("/post/")) == (4, [])


def test_one_forbidden_post_is_a_note_and_the_others_are_fetched(stage: Stage) -> None:
    rules = f"User-agent: *\nDisallow: /post/{OLD[0].slug}\n".encode()
    stage.instead[ROBOTS] = Answer(media_type="text/plain", body=rules)
    report = stage.crawl()
    assert (report.exit_status, report.new) == (0, len(OLD) - 1)
    assert ("fetch", "forbidden") in stage.problems("note")
    state, evidence = stage.one("SELECT state, evidence FROM coverage WHERE url = ?", stage.url(OLD[0].slug))
    assert state == "wanted"
    assert "robots.txt forbids it" in evidence


def test_of_several_sites_a_dead_one_does_not_stop_the_others(stage: Stage) -> None:
    report = stage.crawl("http://127.0.0.1:9/", stage.base)
    assert (report.exit_status, report.new) == (1, len(OLD))


def test_a_pause_beyond_the_limit_ends_the_run_with_8_and_the_next_one_resumes(stage: Stage) -> None:
    path = f"/post/{OLD[2].slug}"
    stage.instead[path] = replace(page("slow down", "", status=429), headers=(("Retry-After", "86400"),))
    first = stage.crawl(day=-2)
    assert first.exit_status == 8
    again = stage.crawl()
    assert (again.exit_status, again.requests) == (8, 0)
    assert "asked an earlier run to stay away" in again.messages[0]
    del stage.instead[path]
    second = stage.crawl(day=-1)
    assert (second.exit_status, first.new + second.new) == (0, len(OLD))


def test_ten_failures_in_a_row_end_the_run_with_9_and_the_next_one_resumes(tmp_path: Path) -> None:
    with staged(tmp_path, many(15)) as stage:
        stage.instead["/post/*"] = page("down", "", status=500)
        assert stage.crawl(day=-2, limits=Limits(tries=1)).exit_status == 9
        assert len(stage.asked("/post/")) == 10
        stage.instead.clear()
        report = stage.crawl(day=-1)
        assert (report.exit_status, report.new) == (0, 15)


def test_a_retry_after_within_the_limit_is_waited_for_in_the_same_run(stage: Stage) -> None:
    path, asked = f"/post/{OLD[0].slug}", []

    def once(question: Question) -> Answer | None:
        asked.append(question.path)
        return replace(page("slow", "", status=503), headers=(("Retry-After", "7"),)) if len(asked) == 1 else None

    stage.instead[path] = once
    report = stage.crawl()
    assert (report.exit_status, report.new) == (0, len(OLD))
    assert max(stage.slept) >= 7


def test_a_second_run_on_the_same_archive_is_refused_at_once(stage: Stage) -> None:
    def busy(_: object) -> None:
        with pytest.raises(ArchiveBusy):
            run_crawl(stage.path, [stage.base], delay=0)

    assert stage.crawl(progress=busy).exit_status == 0


def test_somebody_who_asks_to_stop_gets_the_current_post_saved_and_status_9(stage: Stage) -> None:
    stop = Interrupts(lambda _: None)

    def third(question: Question) -> None:
        if len(stage.asked("/post/")) == 3:
            stop.ask("SIGTERM")

    stage.instead["/post/*"] = third
    report = stage.crawl(interrupts=stop, day=-2)
    assert (report.exit_status, report.new) == (9, 3)
    assert any("SIGTERM" in one for one in report.messages)
    second = stage.crawl(day=-1)
    assert (second.exit_status, second.new) == (0, len(OLD) - 3)


STOPPED = """
import sys
from scraper.crawl import run_crawl
print("begun", flush=True)
report = run_crawl(sys.argv[1], [sys.argv[2]], delay=0.05)
print(*report.messages, report.line)
sys.exit(report.exit_status)
"""


@pytest.mark.parametrize("number", quick([signal.SIGINT, signal.SIGTERM], signal.SIGTERM))
def test_a_signal_finishes_the_current_post_saves_and_ends_with_9(stage: Stage, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED, str(stage.path), stage.base], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for _ in range(3000):
        if len(stage.asked("/post/")) >= 2:
            break
        time.sleep(0.01)
    process.send_signal(number)
    said, wrong = process.communicate(timeout=30)
    assert (process.returncode, wrong) == (9, b"")
    assert number.name.encode() in said
    assert stage.one("SELECT exit_status, finished_at IS NOT NULL FROM crawls") == (9, 1)
    assert stage.one("SELECT count(*) FROM posts") == len(stage.asked("/post/"))
    assert not stage.path.with_name("archive.db-wal").exists()


def test_a_clock_set_back_is_an_error_and_nothing_is_lost(stage: Stage) -> None:
    stage.crawl(day=-2)
    report = stage.crawl(day=-400, full=True, counts=False)  # its pretended counts would be below zero
    assert report.exit_status == 1
    assert stage.problems() == [("crawl", "clock-set-back")]
    assert stage.one("SELECT count(*), count(gone_at) FROM posts") == (len(OLD), 0)
    assert stage.crawl(day=-1).exit_status == 0
    assert stage.problems() == []


def test_a_site_out_of_reach_for_fourteen_days_is_gone_probed_weekly_and_no_error(stage: Stage) -> None:
    stage.crawl(day=-60)
    stage.instead[ROBOTS] = hang_up
    assert stage.crawl(day=-50).exit_status == 3
    assert stage.crawl(day=-40).exit_status == 3
    report = stage.crawl(day=-36)
    assert report.exit_status == 0
    assert any("ushrn recover" in one for one in report.messages)
    assert stage.one("SELECT state FROM sites") == "gone"
    assert (stage.crawl(day=-35).exit_status, stage.asked()) == (0, [])
    assert (stage.crawl(day=-28).exit_status, set(stage.asked())) == (0, {ROBOTS})
    assert stage.one("SELECT count(gone_at) FROM posts") == 0
    stage.instead.clear()
    stage.crawl(day=-20)
    assert stage.one("SELECT state FROM sites") == "live"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=503, body=b"down"),
        Answer(status=302, headers=(("Location", "http://127.0.0.1:9/robots.txt"),)),
        Answer(headers=(("Content-Encoding", "gzip"),), body=b"no gzip"),
    ],
    ids=["an error", "a way to a dead host", "what cannot be read"],
)
def test_a_site_that_answers_is_never_gone_whatever_it_answers(stage: Stage, answer: Answer) -> None:
    stage.crawl(day=-60)
    stage.instead[ROBOTS] = answer
    for day in (-50, -36, -20):
        assert stage.crawl(day=day).exit_status == 3
    assert stage.one("SELECT state FROM sites") == "live"
    assert stage.problems() == [("refused", "not-askable")]
    stage.instead[ROBOTS] = hang_up
    assert stage.crawl(day=-19).exit_status == 3, "its silence begins here"
    stage.instead.clear()
    assert stage.crawl(day=-18).exit_status == 0
    assert stage.problems() == []


def test_each_request_is_told_and_each_step(stage_with_a_file: Stage) -> None:
    requests: list[Any] = []
    steps: list[Any] = []
    report = stage_with_a_file.crawl(on_request=requests.append, progress=steps.append)
    assert len(requests) == report.requests
    assert {step.stage for step in steps} == {"discover", "posts", "files", "counts"}


def test_the_line_at_the_end_tells_it_all_and_seals_the_run(stage: Stage) -> None:
    report = stage.crawl()
    chain = stage.one("SELECT chain_sha256 FROM crawls")
    assert report.line.startswith(f"{len(OLD)} known, {len(OLD)} new, 0 changed, 0 gone, 0 problems, ")
    assert report.line.endswith(f"chain {chain}")


# -- posts that lead somewhere else


def test_a_post_that_leads_where_every_missing_address_leads_is_missing(stage: Stage) -> None:
    known = {f"/post/{post.slug}" for post in OLD[1:]}
    stage.crawl(day=-60, counts=False)
    stage.blog.posts = OLD[1:]
    stage.instead["/what-we-say"] = page("Elsewhere", "All that we say, and more words to read here.")
    stage.instead["/post/*"] = lambda question: None if question.path in known else LIST_MOVED
    stage.crawl(day=-40, counts=False)
    assert stage.crawl(day=-20, counts=False).gone == 1
    assert stage.rows("SELECT url FROM known_urls WHERE url LIKE '%missing-page%'") == []


def test_a_post_that_leads_to_a_login_page_stays_and_is_an_error(stage: Stage) -> None:
    stage.crawl(day=-100, counts=False)
    path = f"/post/{OLD[0].slug}"
    stage.instead[path] = Answer(status=302, headers=(("Location", "/login"),))
    stage.instead["/login"] = page("Log in", "Please tell us who you are.")
    assert stage.crawl(day=-2, counts=False).exit_status == 1
    assert stage.problems() == [("fetch", "blocked")]
    assert stage.one("SELECT count(gone_at), count(missing_since) FROM posts") == (0, 0)
    stage.instead.clear()
    stage.crawl(day=-1, counts=False)
    assert (stage.asked("/post/"), stage.problems()) == ([path], [])


def test_a_post_that_moved_is_kept_under_its_new_address(stage: Stage) -> None:
    old, new = f"/post/{OLD[0].slug}", "/post/a-better-name"
    stage.crawl(day=-40, counts=False)
    stage.blog.posts = (replace(OLD[0], slug="a-better-name"), *OLD[1:])
    stage.instead[old] = Answer(status=301, headers=(("Location", new),))
    report = stage.crawl(day=-2, counts=False)
    assert (report.exit_status, report.new) == (0, 1)
    assert stage.one("SELECT state, evidence FROM known_urls WHERE url LIKE ?", f"%{old}")[0] != "wanted"
    assert len(stage.asked(new)) <= 2


def test_pages_that_no_layout_reads_are_errors_also_on_a_first_crawl(stage: Stage) -> None:
    stage.instead["/post/*"] = DRIFTS["layout"](stage)
    report = stage.crawl(counts=False)
    assert (report.exit_status, report.new) == (1, 0)
    assert ("fetch", "undecided") in stage.problems()


def test_a_feed_under_another_name_is_found_through_the_pages_head(stage: Stage) -> None:
    for path in (INDEX, POSTS_SITEMAP, FEED):
        stage.instead[path] = NOT_FOUND
    stage.instead["/en/blog-feed.xml"] = lambda _: stage.blog.answer(Question(method="GET", target=FEED))

    def renamed(question: Question) -> Answer:
        answer = stage.blog.answer(question)
        return replace(answer, body=answer.body.replace(b"/blog-feed.xml", b"/en/blog-feed.xml"))

    stage.instead[LIST] = stage.instead["/"] = renamed
    stage.crawl(day=-2, counts=False)
    assert stage.one("SELECT count(*) FROM known_urls WHERE found_by LIKE '%feed%'") == len(OLD)
    stage.crawl(day=-1, counts=False)
    assert stage.asked("feed") == ["/en/blog-feed.xml"]


def test_a_sitemap_full_of_other_hosts_is_a_note_and_none_of_them_is_asked(stage: Stage) -> None:
    body = stage.blog.answer(Question(method="GET", target=POSTS_SITEMAP)).body
    stage.instead[POSTS_SITEMAP] = Answer(body=body.replace(stage.base.encode(), b"https://blog.example"))
    assert stage.crawl().new == len(OLD)
    assert ("compare", "other-hosts") in stage.problems("note")
