"""A wall before a site's pages is never an absence, however it comes; and what is absent is found absent all the same.

The blog is ours, in memory behind a loopback server; walls are of kinds that real sites put up.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from scraper import sites
from scraper.accept import list_held, run_accept
from scraper.crawl.drift import GRAVE, OWN_TEXT, DriftWatch, report
from scraper.crawl.session import CrawlSession
from scraper.crawl.site import crawl_site, settle_unreachable
from scraper.demo.blog import Answer, Question
from scraper.demo.server import served
from scraper.errors import FetchFailed, RobotsUnavailable
from scraper.fetch import Robots
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.reading.wix_counts_api import TOKENS
from scraper.records import Reading
from scraper.runs import Budget, Interrupts, Run
from scraper.store import Archive
from tests.letters import NOT_FOUND, START, WALLS, Blog, Lab, Wall, html, led, post, words

if TYPE_CHECKING:
    from scraper.fetch import Fetcher


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    blog = Blog(8)
    with served(blog.answer) as server:
        yield Lab(tmp_path, blog, server)


#: One of each family of walls, for the quick tests.
FAMILIES = {
    "a challenge by its header", "a login", "an unmarked page with the address", "the front page",
    "other pages elsewhere",
}  # fmt: skip


def quick(*values: Any, when: bool) -> Any:
    """Arguments of a test that is quick when so, and else one of the slow."""
    return pytest.param(*values, marks=() if when else pytest.mark.slow)


@pytest.mark.parametrize(
    ("kind", "free"), [quick(kind, free, when=free > 0 and kind in FAMILIES) for kind in WALLS for free in (0, 2)]
)
def test_no_wall_makes_a_post_gone_whatever_it_is_and_wherever_it_begins(lab: Lab, kind: str, free: int) -> None:
    lab.crawl(0)
    lab.blog.wall, lab.blog.free = WALLS[kind], free
    for day in (10, 26, 42):
        report = lab.crawl(day, full=True)
        assert report.exit_status == 11, report
        assert any("a wall stands before" in line for line in report.messages)
    assert lab.harm() == (0, 0, 0, 0)
    assert lab.one("SELECT count(*) FROM decisions WHERE kind = 'blocked'") >= 3
    assert lab.verified() == []
    assert lab.rebuilt() == []
    lab.blog.wall = None
    assert lab.crawl(43, full=True).exit_status == 0
    assert lab.harm() == (0, 0, 0, 0)
    assert lab.one("SELECT count(*) FROM problems WHERE level = 'error' AND resolved_at IS NULL") == 0


#: Each way and each status once, for the quick tests.
WAYS = {("/post/letter-7", 200), ("/blog", 404), ("/", 200), ("/login", 500)}


@pytest.mark.parametrize(
    ("to", "status"),
    [
        quick(to, status, when=(to, status) in WAYS)
        for to in ("/post/letter-7", "/blog", "/", "/login")
        for status in (200, 404, 500)
    ],
)
def test_a_way_elsewhere_makes_no_post_gone_that_the_sitemap_names(lab: Lab, to: str, status: int) -> None:
    lab.crawl(0)
    lab.blog.wall = lambda question: post(7) if question.path == to else led(to)(question)
    lab.blog.instead["/" if to == "/" else f"{to}"] = post(7) if "post" in to else html("Here", "we are", status)
    for day in (10, 26, 42):
        assert lab.crawl(day, full=True).exit_status != 12
    assert lab.harm()[0] == 0
    assert lab.rebuilt() == []


@pytest.mark.parametrize("kind", ["a challenge by its marks", "an unmarked page"])
def test_posts_that_were_met_behind_a_wall_are_had_in_the_next_run(lab: Lab, kind: str) -> None:
    lab.blog.wall, lab.blog.free = WALLS[kind], 3
    assert lab.crawl(0).exit_status == 11
    assert lab.harm()[3] == 0
    lab.blog.wall = None
    assert lab.crawl(1).new == 5
    assert lab.one("SELECT count(*) FROM posts") == 8


@pytest.mark.parametrize("kind", ["another refusal", "an unmarked page", "a login"])
def test_a_wall_before_some_posts_keeps_no_other_post_from_being_looked_at(lab: Lab, kind: str) -> None:
    lab.crawl(0)
    members = [f"/post/letter-{number}" for number in (0, 1, 2, 3)]
    lab.blog.instead |= {path: WALLS[kind](Question(method="GET", target=path)) for path in members}
    first = lab.crawl(100, full=True)
    assert first.exit_status == 11
    assert any("before some of the site's pages" in line for line in first.messages)
    lab.blog.there["/post/letter-8"] = 8
    lab.blog.named.add("/post/letter-8")
    second = lab.crawl(101, full=True)
    assert (second.exit_status, second.new) == (0, 1), "told at first and weekly"
    assert lab.one("SELECT count(*) FROM posts WHERE last_seen_at > '2026-04-12'") == 5
    assert lab.crawl(107).exit_status == 11
    assert lab.harm() == (0, 0, 0, 0)


@pytest.mark.parametrize("status", [401, 403, 407, 451, 511])
def test_a_site_that_refuses_everything_from_the_first_run_on_is_behind_a_wall(lab: Lab, status: int) -> None:
    refusal = html("No", "Go away.", status)
    lab.blog.instead |= dict.fromkeys(
        ("/sitemap.xml", "/blog-posts-sitemap.xml", "/blog-feed.xml", "/", "/blog"), refusal
    )
    assert lab.crawl(0).exit_status == 11


def test_sources_that_are_not_there_are_no_error_once_the_wall_is_gone(lab: Lab) -> None:
    lab.crawl(0)
    lab.blog.instead |= dict.fromkeys(("/blog-feed.xml", "/blog-posts-sitemap.xml"), html("Club", "Members only."))
    lab.crawl(1)
    assert lab.one(OPEN_ERRORS) == 2
    lab.blog.instead.clear()
    lab.crawl(2)
    assert lab.one(OPEN_ERRORS) == 0


def test_a_site_without_a_post_in_sight_is_told_at_first_and_weekly_though_its_front_page_is_had(lab: Lab) -> None:
    lab.crawl(0)
    lab.blog.sitemap = False
    assert [lab.crawl(day).exit_status for day in (1, 2, 7, 8)] == [1, 0, 0, 1]


OPEN_ERRORS = "SELECT count(*) FROM problems WHERE level = 'error' AND resolved_at IS NULL"


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_challenge_before_a_source_is_named_whatever_its_status(lab: Lab, status: int) -> None:
    lab.crawl(0)
    lab.blog.instead["/sitemap.xml"] = html("Wait", "<script>window._cf_chl_opt={}</script>", status)
    lab.crawl(1)
    said = lab.one("SELECT message FROM problems WHERE kind = 'blocked'")
    assert said == "expected a sitemap, found a bot challenge of Cloudflare"


def test_a_wall_before_the_counts_alone_is_said_and_costs_nothing_else(lab: Lab) -> None:
    lab.blog.views = lambda _: 5
    lab.crawl(0, counts=True)
    lab.blog.instead[f"/{TOKENS}"] = WALLS["a challenge by its marks"](Question(method="GET", target="/"))
    report = lab.crawl(1, counts=True)
    assert report.exit_status == 1
    assert [(one.kind, "a bot challenge" in one.message) for one in report.causes] == [("blocked", True)]
    assert lab.one("SELECT count(*) FROM decisions WHERE kind = 'blocked'") == 1
    lab.blog.instead.clear()
    assert lab.crawl(2, counts=True).exit_status == 0
    assert lab.one(OPEN_ERRORS) == 0
    assert lab.one("SELECT count(*), sum(views) FROM counts") == (16, 80)


def test_at_most_two_control_pages_are_asked_for_in_a_run(lab: Lab) -> None:
    lab.crawl(0)
    lab.blog.wall = WALLS["an unmarked page"]
    report = lab.crawl(10, full=True)
    asked = [one.path for one in lab.server.questions][-report.requests :]
    assert len([path for path in asked if "asks-for-a-missing-page" in path]) <= 1
    assert len([path for path in asked if path.startswith("/post/")]) <= 5 + 1 + 2


SOFT: dict[str, Wall] = {
    "a friendly page": lambda _: html("Oops", "That letter is no longer here, but have a look around our garden."),
    "the way home": led("/"),
    "the way to an error page": led("/oops"),
}


@pytest.mark.parametrize("kind", SOFT)
def test_a_soft_absence_that_no_source_denies_is_an_absence(lab: Lab, kind: str) -> None:
    lab.blog.instead["/oops"] = html("Oops", "Nothing grows here.")
    lab.blog.missing = SOFT[kind]
    lab.crawl(0)
    del lab.blog.there["/post/letter-3"]
    lab.blog.named.discard("/post/letter-3")
    lab.crawl(10)
    assert lab.one("SELECT count(missing_since) FROM posts") == 1
    assert lab.crawl(26).gone == 1
    assert lab.one("SELECT slug FROM posts WHERE gone_at IS NOT NULL") == "letter-3"
    assert lab.rebuilt() == []


@pytest.mark.parametrize("kind", SOFT)
def test_a_soft_absence_that_the_sitemap_denies_is_undecided(lab: Lab, kind: str) -> None:
    lab.blog.instead["/oops"] = html("Oops", "Nothing grows here.")
    lab.blog.missing = SOFT[kind]
    lab.crawl(0)
    del lab.blog.there["/post/letter-3"]
    for day in (100, 116, 132):
        lab.crawl(day, full=True)
    assert lab.one("SELECT count(gone_at) FROM posts") == 0
    assert lab.one("SELECT count(*) FROM problems WHERE kind = 'undecided' AND resolved_at IS NULL") == 1


def test_a_404_that_the_sitemap_denies_makes_no_post_gone_until_it_denies_it_no_more(lab: Lab) -> None:
    lab.crawl(0)
    del lab.blog.there["/post/letter-3"]
    statuses = [lab.crawl(day, full=day == 100).exit_status for day in (100, 101, 107, 120)]
    assert statuses == [1, 0, 1, 1], "told when it begins, then weekly"
    assert lab.one("SELECT count(missing_since), count(gone_at) FROM posts") == (1, 0)
    lab.blog.named.discard("/post/letter-3")
    assert lab.crawl(121).gone == 1


def test_many_posts_absent_at_once_are_said_at_first_and_weekly(lab: Lab) -> None:
    lab.crawl(0)
    for number in range(6):
        del lab.blog.there[f"/post/letter-{number}"]
    reports = [lab.crawl(day, full=day == 100) for day in (100, 101, 106, 107)]
    assert [one.exit_status for one in reports] == [5, 0, 0, 5]
    assert any("6 of 8 known posts are absent at once" in line for line in reports[0].messages)


#: What hosts show at every address of a domain that no site is connected to, with status 404.
UNCONNECTED = {
    "Wix": "<title>ConnectYourDomain Error</title><p>Error ConnectYourDomain occurred</p>",
    "Squarespace": "<title>Squarespace - Website Expired</title>",
    "a server": "<title>Default page</title><img src='/cgi-sys/defaultwebpage.cgi'>",
    "a registrar": "<p>The domain name letters.example has expired.</p>",
}


@pytest.mark.parametrize("host", UNCONNECTED)
def test_a_domain_that_no_site_is_connected_to_makes_no_post_gone(lab: Lab, host: str) -> None:
    lab.crawl(0)
    lab.blog.whole = html("", UNCONNECTED[host], 404)
    assert [lab.crawl(day).exit_status for day in (10, 26)] == [11, 11]
    assert lab.harm() == (0, 0, 0, 0)


def test_a_site_that_has_nothing_any_more_is_said_at_once(lab: Lab) -> None:
    lab.crawl(0)
    lab.blog.whole = NOT_FOUND
    report = lab.crawl(10)
    assert report.exit_status == 5
    assert "8 of 8 known posts are absent at once" in report.messages[-1]
    assert lab.harm()[:2] == (0, 8)


def test_posts_that_a_site_shows_again_at_new_addresses_are_said_and_other_new_ones_are_not(lab: Lab) -> None:
    assert lab.crawl(0).exit_status == 0
    lab.blog.there |= {f"/post/other-letter-{number}": number for number in range(8, 16)}
    lab.blog.named |= set(lab.blog.there)
    assert lab.crawl(1).exit_status == 0
    lab.blog.there |= {f"/post/letter-{number}-visit-7": number for number in range(8)}
    lab.blog.named |= set(lab.blog.there)
    report = lab.crawl(2)
    assert (report.exit_status, report.new) == (5, 8)
    assert "8 of 8 new posts are like one that the archive has at another address" in report.messages[0]


def test_a_sitemap_that_shrinks_is_said(lab: Lab) -> None:
    lab.crawl(0)
    lab.blog.named = {"/post/letter-0", "/post/letter-1"}
    report = lab.crawl(1)
    assert report.exit_status == 5
    assert any("no longer names 6 of 8" in line for line in report.messages)


@pytest.mark.parametrize(("kept", "moved"), [(8, True), (3, True), (2, False)])
def test_a_blog_is_said_to_have_moved_only_where_posts_keep_their_paths(lab: Lab, kept: int, moved: bool) -> None:
    lab.crawl(0)
    for number in range(kept):
        where = (("Location", f"https://new.example/post/letter-{number}"),)
        lab.blog.instead[f"/post/letter-{number}"] = Answer(status=301, headers=where)
    report = lab.crawl(100, full=True)
    assert any("has moved to https://new.example/" in line for line in report.messages) is moved
    assert (report.exit_status == 1) is moved
    assert lab.harm() == (0, 0, 0, 0)


def test_pages_held_back_are_taken_in_by_accept_and_stay_so(lab: Lab, tmp_path: Path) -> None:
    lab.crawl(0)
    for number in range(8):
        lab.blog.instead[f"/post/letter-{number}"] = post(number, title="")
    report = lab.crawl(100, full=True)
    assert report.exit_status == 5
    assert any("ushrn accept" in line for line in report.messages)
    assert lab.one("SELECT count(*) FROM posts WHERE title IS NULL") == 0
    assert len(list_held(lab.path)) == 8
    done = run_accept(lab.path, now=lambda: START + timedelta(days=101), by="ada")
    assert (done.exit_status, done.captures) == (0, 8)
    assert list_held(lab.path) == []
    assert lab.one("SELECT count(*) FROM posts WHERE title IS NULL") == 8
    assert lab.one("SELECT DISTINCT by FROM decisions WHERE kind = 'accepted'") == "ada"
    assert lab.crawl(102, full=True).exit_status == 0
    assert lab.rebuilt() == []


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_404_with_a_mark_is_a_wall_unless_pages_of_posts_bear_it_too(lab: Lab, everywhere: bool) -> None:
    lab.crawl(0)
    guard = "<script src='/_Incapsula_Resource?SWJIYLWA=7'></script>"
    lab.blog.missing = lambda _: html("Not found", guard, 404)
    if everywhere:
        lab.blog.look = f"{guard}{{}}"
    lab.blog.sitemap = False
    for number in (0, 7):
        del lab.blog.there[f"/post/letter-{number}"]
    for day in (10, 26, 42):
        lab.crawl(day, full=True)
    assert lab.one("SELECT count(gone_at) FROM posts") == (2 if everywhere else 0)
    assert lab.rebuilt() == []


@pytest.mark.parametrize("named", [True, quick(False, when=False)])
def test_challenges_with_404_in_place_of_all_posts_make_none_gone(lab: Lab, named: bool) -> None:
    lab.crawl(0)
    lab.blog.wall, lab.blog.sitemap = WALLS["a challenge with 404"], named
    for day in (10, 26, 42):
        assert lab.crawl(day, full=True).exit_status == 11
    assert lab.harm() == (0, 0, 0, 0)


def for_subscribers(question: Question) -> Answer:
    """The title of each letter, and one text in place of all."""
    number = int(question.path.rpartition("-")[2])
    page = post(number)
    return Answer(
        body=page.body.replace(words(number).encode(), f"Letter for subscribers. Your number is {number}".encode())
    )


def test_one_text_in_place_of_many_is_held_back_and_is_no_new_post_either(lab: Lab) -> None:
    lab.crawl(0)
    lab.blog.there["/post/letter-8"] = 8
    lab.blog.named.add("/post/letter-8")
    lab.blog.wall = for_subscribers
    report = lab.crawl(10, full=True)
    assert report.exit_status == 5
    assert "One text in place of many" in report.messages[-1]
    assert "accept" in report.messages[-1]
    assert lab.harm() == (0, 0, 0, 0)
    assert lab.one("SELECT count(*) FROM posts WHERE url LIKE '%/letter-8'") == 0
    assert lab.rebuilt() == []
    lab.blog.wall = None
    assert lab.crawl(11).new == 1
    assert lab.harm() == (0, 0, 0, 0)


def a_post_in_place_of_all(question: Question) -> Answer:
    there = html("Welcome", "<article data-hook='post'><h1 data-hook='post-title'>Welcome back</h1><section"
                            " data-hook='post-description'><p>Sign up to read on.</p></section></article>")  # fmt: skip
    moved = Answer(status=301, headers=(("Location", "/post/welcome"),))
    return there if question.path == "/post/welcome" else moved


@pytest.mark.parametrize("named", [True, quick(False, when=False)])
def test_a_post_to_which_all_others_lead_makes_none_of_them_gone(lab: Lab, named: bool) -> None:
    lab.crawl(0)
    lab.blog.wall, lab.blog.free, lab.blog.sitemap = a_post_in_place_of_all, 2, named
    for day in (10, 26):
        assert lab.crawl(day, full=True).exit_status == 11
    assert lab.one("SELECT count(gone_at) FROM posts") == 0
    assert lab.rebuilt() == []


def test_what_a_wall_is_told_by_is_said_in_brackets_once(lab: Lab) -> None:
    lab.crawl(0)
    lab.blog.wall = WALLS["an unmarked page with the address"]
    (message,) = [one for one in lab.crawl(10, full=True).messages if "wall" in one]
    assert "a wall stands before the site's pages (the same page for " in message
    assert lab.one("SELECT count(*) FROM problems WHERE message LIKE '%found a wall (the same page for %'") >= 3


def test_redirects_that_count_their_tries_are_a_wall_at_the_third_post_and_cost_few_requests(lab: Lab) -> None:
    lab.crawl(0)
    tries = count()
    lab.blog.wall = lambda question: Answer(
        status=302, headers=(("Location", f"{question.path}?try={next(tries)}"), ("Set-Cookie", "seen=1"))
    )
    lab.blog.free = 2
    report = lab.crawl(10, full=True)
    assert report.exit_status == 11
    assert any("(a redirect in a circle, as where a cookie is demanded; 3 addresses" in one for one in report.messages)
    assert next(tries) <= 4 * 3
    assert lab.harm() == (0, 0, 0, 0)
    assert lab.rebuilt() == []


def test_a_front_page_that_looks_like_a_post_is_none(lab: Lab) -> None:
    lab.blog.instead["/"] = post(99)
    lab.crawl(0)
    assert lab.one("SELECT count(*) FROM posts") == 8


#: Words of some of them stand in the texts as well.
TITLES = ("Of bridges", "We", "All new, and nothing else")
READ = Reading(kind="post", title="Of bridges", body_text="One two three four five six seven eight. Write to us.")


@pytest.mark.parametrize(
    ("texts", "alarm"),
    [
        (["All new words of bridges."] * 3, True),
        (["All new words of bridges."] * 2, False),
        (["One two three. Subscribe to read on.", "One two. Subscribe to read on."] * 2, True),
        (["A first text.", "A second story.", "The third one."], False),
        (["One two three four five six seven eight. Call us, all of you, at any time of the day."] * 3, False),
        (["News: we move. One two three four five six seven eight. Write to us."] * 3, False),
        ([""] * 3, False),
        ([f"All new words. You wanted {title}, we bridge nothing." for title in TITLES], True),
    ],
    ids=["the same", "too few", "teasers", "each its own", "another foot", "another head", "nothing", "with titles"],
)
def test_texts_are_lost_where_several_posts_show_the_same_in_place_of_most_of_them(
    texts: list[str], alarm: bool
) -> None:
    watch = DriftWatch(known=9)
    for number, (text, title) in enumerate(zip(texts, cycle(TITLES), strict=False)):
        watch.see(f"/post/{number}", READ, replace(READ, body_text=text, title=title))
    watch.see("/post/new", None, replace(READ, body_text="Some other words."))
    assert (OWN_TEXT in watch.alarms(GRAVE)) is alarm


def test_one_text_at_many_posts_may_be_of_pages_that_name_each_others_addresses() -> None:
    assert "name each other's addresses as theirs (rel=canonical)" in report({OWN_TEXT: ["/a", "/b", "/c"]}, "s", {})


@pytest.mark.parametrize(
    "bound", [Budget(requests=6), Budget(bytes=2000), Budget(seconds=0.0), Budget(disk_floor=2**62)]
)
def test_every_bound_of_a_run_is_said_and_the_next_run_goes_on(lab: Lab, bound: Budget) -> None:
    report = lab.crawl(0, budget=bound)
    assert report.exit_status == 9
    assert any("stopped by its budget" in line or "stopped by a disk" in line for line in report.messages)
    assert lab.one("SELECT count(*) FROM captures") == report.requests, "what was asked for is kept"
    assert lab.crawl(1).exit_status == 0
    assert lab.one("SELECT count(*) FROM posts") == 8


class Silence:
    """In the fetcher's place: nobody answers. *works*: something else showed that our own network works."""

    def __init__(self, *, works: bool) -> None:
        self.network_works = works

    def robots(self, url: str) -> Any:
        raise RobotsUnavailable(f"{url}robots.txt: no answer")


class Answers:
    """In the fetcher's place: the server is there, though it has nothing to give."""

    network_works = True

    def robots(self, _: str) -> Any:
        return Robots(url="https://blog.example/robots.txt", fetched_at=START, captures=())

    def get(self, url: str, **_: Any) -> Any:
        raise FetchFailed(url, "nothing there")


def silent(path: Path, day: int, *, works: bool) -> list[int]:
    """The exit status of a run on that day in which the site gives no answer."""
    return visited(path, day, Silence(works=works))


def visited(path: Path, day: int, fetcher: Silence | Answers) -> list[int]:
    """The exit statuses of sites that were not reached on that day."""
    moment = START + timedelta(days=day)
    with Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        run = Run(archive=archive, interrupts=Interrupts(), now=lambda: moment)
        run.begin("crawl")
        session = CrawlSession(run=run, fetcher=cast("Fetcher", fetcher))
        crawl_site(session, sites.site_for("https://blog.example/"))
        return settle_unreachable(session)


def test_silence_everywhere_may_be_our_own_network_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    assert [silent(path, day, works=False) for day in (0, 20, 40)] == [[3], [3], [3]]
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT state FROM sites").fetchall() == [("unknown",)]
        assert db.execute("SELECT count(*) FROM problems").fetchone() == (0,)
    db.close()


def test_a_site_that_alone_is_silent_for_two_weeks_is_gone_by_episode(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    assert silent(path, 0, works=True) == [3]
    assert visited(path, 13, Answers()) == []
    assert silent(path, 20, works=True) == [3], "a second outage does not begin with the first"
    assert silent(path, 33, works=True) == [3]
    assert silent(path, 35, works=True) == [0]
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT state FROM sites").fetchall() == [("gone",)]
    db.close()


def test_a_fault_of_the_program_ends_neither_the_run_nor_the_site(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        run = Run(archive=archive, interrupts=Interrupts(), now=lambda: START)
        run.begin("crawl")
        session = CrawlSession(run=run, fetcher=cast("Fetcher", Silence(works=True)))
        with session.contained("https://blog.example/post/one", "fetch"):
            raise RecursionError("too deep")
        assert session.statuses == {12}
        assert archive.db.execute("SELECT url, kind, level FROM problems").fetchall() == [
            ("https://blog.example/post/one", "fault", "error")
        ]
        with pytest.raises(RobotsUnavailable), session.contained("https://blog.example/", "fetch"):
            session.fetcher.robots("https://blog.example/")


def test_a_sitemap_that_is_empty_is_said_once_where_other_sources_name_posts(lab: Lab) -> None:
    lab.blog.instead["/sitemap.xml"] = Answer(body=b"<urlset/>", media_type="application/xml")
    lab.blog.instead["/"] = html("Home", "".join(f'<a href="{path}">{path}</a>' for path in lab.blog.there))
    reports = [lab.crawl(day) for day in (0, 1)]
    said = [[line for line in report.messages if "the sitemap is empty" in line] for report in reports]
    assert [len(lines) for lines in said] == [1, 0]
    assert reports[0].new == 8


def test_every_sitemap_of_an_index_is_read(lab: Lab) -> None:
    start = '<{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    parts = [f"/blog-posts-sitemap-{number}.xml" for number in range(30)]
    lab.blog.there = {f"/post/letter-{number}": number for number in range(30)}
    index = "".join(f"<sitemap><loc>{lab.server.base}{part}</loc></sitemap>" for part in parts)
    for number, part in enumerate(parts):
        entry = f"<url><loc>{lab.server.base}/post/letter-{number}</loc></url>"
        body = start.format("urlset") + entry + "</urlset>"
        lab.blog.instead[part] = Answer(status=200, body=body.encode(), media_type="application/xml")
    body = start.format("sitemapindex") + index + "</sitemapindex>"
    lab.blog.instead["/sitemap.xml"] = Answer(status=200, body=body.encode(), media_type="application/xml")
    assert lab.crawl(0).new == 30


# -- a blog's life, day by day
