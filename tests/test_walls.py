"""A wall before a site's pages is never an absence, however it comes; and what is absent is found absent all the same.

The blog is ours, in memory behind a loopback server; walls are of kinds that real sites put up.
"""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from scraper import sites, verify
from scraper.accept import list_held, run_accept
from scraper.crawl import run_crawl
from scraper.crawl.session import Session
from scraper.crawl.site import crawl_site, settle_unreachable
from scraper.demo.blog import Answer, Question
from scraper.demo.server import LoopbackServer, served
from scraper.errors import RobotsUnavailable
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.runs import Budget, Interrupts, Report, Run
from scraper.store import Archive

if TYPE_CHECKING:
    from scraper.fetch import Fetcher

START = datetime(2026, 1, 1, 10, tzinfo=UTC)
Wall = Callable[[Question], Answer]
TOPICS = (
    "rivers",
    "orchards",
    "bridges",
    "lanterns",
    "harbours",
    "letters",
    "meadows",
    "winters",
    "kitchens",
    "trains",
)


def words(number: int) -> str:
    return " ".join(f"{TOPICS[(number + step) % 10]}{number} {TOPICS[(number * 3 + step) % 10]}" for step in range(12))


def post(number: int, title: str | None = None) -> Answer:
    heading = f"Letter {number} about {TOPICS[number % 10]}" if title is None else title
    page = (
        f'<!doctype html><html lang="en"><head><title>{heading}</title>'
        f'<meta property="og:title" content="{heading}">'
        f'<meta property="article:published_time" content="2025-{number % 12 + 1:02}-03T09:00:00.000Z"></head>'
        f'<body><article data-hook="post"><h1 data-hook="post-title">{heading}</h1>'
        f'<section data-hook="post-description"><p>{words(number)}.</p></section></article></body></html>'
    )
    return Answer(status=200, body=page.encode())


def html(title: str, text: str, status: int = 200, **headers: str) -> Answer:
    body = f"<html><head><title>{title}</title></head><body>{text}</body></html>".encode()
    return Answer(
        status=status, body=body, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items())
    )


NOT_FOUND = html("Not found", "404", 404)


class Blog:
    """A small blog: what its sitemap names, what is there, and what stands before it."""

    def __init__(self, posts: int) -> None:
        self.base = ""
        self.there = {f"/post/letter-{number}": number for number in range(posts)}
        self.named = set(self.there)
        self.sitemap = True
        #: path → title, and time of the last edit, where they are not the usual ones.
        self.titles: dict[str, str] = {}
        self.lastmod: dict[str, str] = {}
        self.missing: Callable[[Question], Answer] = lambda _: NOT_FOUND
        self.wall: Wall | None = None
        #: Posts served in a run before the wall goes up.
        self.free = 0
        self.instead: dict[str, Answer] = {}
        self.served = 0

    def answer(self, question: Question) -> Answer:
        path = question.path
        if path in self.instead:
            return self.instead[path]
        if path.startswith("/post/"):
            self.served += 1
            if self.wall is not None and self.served > self.free:
                return self.wall(question)
            return post(self.there[path], self.titles.get(path)) if path in self.there else self.missing(question)
        if path == "/sitemap.xml" and self.sitemap:
            rows = "".join(
                f"<url><loc>{self.base}{one}</loc><lastmod>{self.lastmod.get(one, '2025-12-01')}</lastmod></url>"
                for one in sorted(self.named)
            )
            body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
            return Answer(status=200, body=body.encode(), media_type="application/xml")
        if path in ("/login", "/consent"):
            return html("Please", "Say who you are.")
        return html("Home", "Welcome.") if path == "/" else NOT_FOUND


class Lab:
    """The blog, its server, an archive, and a clock."""

    def __init__(self, folder: Path, blog: Blog, server: LoopbackServer) -> None:
        self.path, self.blog, self.server = folder / "archive.db", blog, server
        blog.base = server.base

    def crawl(self, day: int, **options: Any) -> Report:
        self.blog.served = 0
        moment = START + timedelta(days=day)
        given = {"delay": 0, "counts": False, "now": lambda: moment, "sleep": lambda _: None, **options}
        return run_crawl(self.path, [self.server.base], contact="test@example.org", **given)

    def one(self, sql: str, *values: object) -> Any:
        with sqlite3.connect(self.path) as db:
            row = db.execute(sql, values).fetchone()
        db.close()
        return row[0] if len(row) == 1 else row

    def harm(self) -> tuple[int, int, int, int]:
        """Posts gone, missing, of several revisions, and addresses called lost or no post."""
        posts = "SELECT count(gone_at), count(missing_since), sum(revision_count > 1) FROM posts"
        return (*self.one(posts), self.one("SELECT count(*) FROM known_urls WHERE state IN ('lost', 'not-a-post')"))

    def verified(self) -> list[str]:
        """What `verify` holds against the archive."""
        found = verify.run(self.path, now=lambda: START + timedelta(days=400)).found
        return [str(one) for one in found if one.level is not verify.Grade.NOTE]

    def rebuilt(self) -> list[Any]:
        changes: list[Any] = []
        with Archive.open(self.path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
            archive.rebuild(changed=changes.append)
        return changes


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    blog = Blog(8)
    with served(blog.answer) as server:
        yield Lab(tmp_path, blog, server)


def led(to: str) -> Wall:
    return lambda question: Answer(status=302, headers=(("Location", to.format(path=question.path)),))


WALLS: dict[str, Wall] = {
    "a challenge by its header": lambda _: html("Wait", "A moment.", cf_mitigated="challenge"),
    "a challenge by its marks": lambda _: html("Just a moment...", "<script>window._cf_chl_opt={}</script>"),
    "a challenge with 503": lambda _: html("Wait", "<script>window._cf_chl_opt={}</script>", 503),
    "a refusal": lambda _: html("No", "Access denied.", 403),
    "a login": led("/login?next={path}"),
    "a consent page elsewhere": led("https://choices.example/consent?back={path}"),
    "an unmarked page": lambda _: html("Club", "Members of the garden club come in through the side door. " * 3),
    "an unmarked page with the address": lambda question: html(
        "Hold on",
        f"Before we open {question.path} for you, prove that you are no machine. Move the slider.",
    ),
    "the front page": led("/"),
    "parking": led("https://parking.example/landing"),
}


@pytest.mark.parametrize("kind", WALLS)
@pytest.mark.parametrize("free", [pytest.param(0, marks=pytest.mark.slow), 2])
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


@pytest.mark.parametrize("kind", ["a challenge by its marks", "an unmarked page"])
def test_posts_that_were_met_behind_a_wall_are_had_in_the_next_run(lab: Lab, kind: str) -> None:
    lab.blog.wall, lab.blog.free = WALLS[kind], 3
    assert lab.crawl(0).exit_status == 11
    assert lab.harm()[3] == 0
    lab.blog.wall = None
    assert lab.crawl(1).new == 5
    assert lab.one("SELECT count(*) FROM posts") == 8


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


@pytest.mark.parametrize(
    "bound", [Budget(requests=6), Budget(bytes=2000), Budget(seconds=0.0), Budget(disk_floor=2**62)]
)
def test_every_bound_of_a_run_is_said_and_the_next_run_goes_on(lab: Lab, bound: Budget) -> None:
    report = lab.crawl(0, budget=bound)
    assert report.exit_status == 9
    assert any("stopped by its budget" in line or "stopped by a disk" in line for line in report.messages)
    assert lab.crawl(1).exit_status == 0
    assert lab.one("SELECT count(*) FROM posts") == 8


class Silence:
    """In the fetcher's place: nobody answers. *works*: something else showed that our own network works."""

    def __init__(self, *, works: bool) -> None:
        self.network_works = works

    def robots(self, url: str) -> Any:
        raise RobotsUnavailable(f"{url}robots.txt: no answer")


def silent(path: Path, day: int, *, works: bool) -> list[int]:
    """The exit status of a run on that day in which the site gives no answer."""
    moment = START + timedelta(days=day)
    with Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        run = Run(archive=archive, interrupts=Interrupts(), now=lambda: moment)
        run.begin("crawl")
        session = Session(run=run, fetcher=cast("Fetcher", Silence(works=works)))
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
    with Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        archive.resolve("https://blog.example/", "reach", "2026-01-02T10:00:00Z")
    assert silent(path, 20, works=True) == [3], "a second outage does not begin with the first"
    assert silent(path, 35, works=True) == [0]
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT state FROM sites").fetchall() == [("gone",)]
    db.close()


def test_a_fault_of_the_program_ends_neither_the_run_nor_the_site(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        run = Run(archive=archive, interrupts=Interrupts(), now=lambda: START)
        run.begin("crawl")
        session = Session(run=run, fetcher=cast("Fetcher", Silence(works=True)))
        with session.contained("https://blog.example/post/one", "fetch"):
            raise RecursionError("too deep")
        assert session.statuses == {12}
        assert archive.db.execute("SELECT url, kind, level FROM problems").fetchall() == [
            ("https://blog.example/post/one", "fault", "error")
        ]
        with pytest.raises(RobotsUnavailable), session.contained("https://blog.example/", "fetch"):
            session.fetcher.robots("https://blog.example/")


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


class Life:
    """Days of the blog, each with what happens on it, and what is true in the end."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.blog = lab, lab.blog
        self.numbers = len(lab.blog.there)
        self.gone: dict[str, int] = {}
        #: Post → the day from which it can be had; post → the day of its edit.
        self.servable: dict[str, int] = dict.fromkeys(lab.blog.there, 0)
        self.edited: dict[str, int] = {}
        self.moved: set[str] = set()
        self.clear: list[int] = []

    def day(self, day: int) -> None:
        """One day: what changed, what goes wrong, and the crawl."""
        blog, month, kinds = self.blog, day // 30, list(WALLS)
        blog.wall, blog.missing, blog.sitemap, blog.instead, options = None, lambda _: NOT_FOUND, True, {}, {}
        match day % 30:
            case 3 | 7 | 15:
                self.publish(day)
            case 4:
                self.delete(f"/post/letter-{month * 5 + 1}", day)
            case 9:
                path = self.publish(day + 1)
                blog.instead[path] = NOT_FOUND
            case 12:
                self.edit(f"/post/letter-{month * 5 + 2}", day)
            case 5 | 8 | 11 | 14 | 17 | 20 as number:
                blog.wall, blog.free = WALLS[kinds[(number + month) % len(kinds)]], day % 3
                options = {"full": True}
            case 22:
                blog.wall, options = (lambda _: html("Trouble", "Come back later.", 503)), {"full": True}
            case 23:
                blog.sitemap = False
            case 24:
                blog.wall, options = (lambda _: NOT_FOUND), {"full": True}
            case 26:
                self.move(f"/post/letter-{month * 5 + 3}", day)
            case 28:
                options = {"budget": Budget(requests=4), "full": True}
        self.crawl(day, options)

    def crawl(self, day: int, options: dict[str, Any]) -> None:
        """The crawl of one day; a day is clear where nothing stands between the blog and its reader."""
        for old in self.moved:
            self.blog.instead[old] = Answer(status=301, headers=(("Location", f"{old}-again"),))
        self.lab.crawl(day, **options)
        if self.blog.wall is None and not options:
            self.clear.append(day)

    def publish(self, day: int) -> str:
        path = f"/post/letter-{self.numbers}"
        self.blog.there[path] = self.numbers
        self.blog.named.add(path)
        self.servable[path] = day
        self.numbers += 1
        return path

    def delete(self, path: str, day: int) -> None:
        del self.blog.there[path]
        self.blog.named.discard(path)
        self.gone[path] = day

    def edit(self, path: str, day: int) -> None:
        self.blog.titles[path] = f"Letter anew on day {day}"
        self.blog.lastmod[path] = f"{START + timedelta(days=day, hours=-1):%Y-%m-%dT%H:%M:%SZ}"
        self.edited[path] = day

    def move(self, path: str, day: int) -> None:
        self.blog.there[f"{path}-again"] = self.blog.there.pop(path)
        self.blog.named = (self.blog.named - {path}) | {f"{path}-again"}
        self.servable[f"{path}-again"] = self.servable.pop(path)
        self.moved.add(path)

    def soon(self, day: int) -> str:
        """The end of the second clear day from *day* on."""
        after = [one for one in self.clear if one >= day]
        return f"{START + timedelta(days=after[min(1, len(after) - 1)] if after else 10**4):%Y-%m-%d}"


@pytest.mark.slow
@pytest.mark.parametrize("days", [35, pytest.param(365, marks=pytest.mark.long)])
def test_in_a_long_life_nothing_false_is_said_and_nothing_is_overlooked(lab: Lab, days: int) -> None:
    life = Life(lab)
    for day in range(days):
        life.day(day)
    with sqlite3.connect(lab.path) as db:
        rows = db.execute("SELECT url, gone_at, first_seen_at, revision_count FROM posts").fetchall()
        events = db.execute("SELECT kind, url, at FROM events JOIN posts ON posts.id = post_id").fetchall()
        lost = db.execute("SELECT count(*) FROM known_urls WHERE state IN ('lost', 'not-a-post')").fetchone()[0]
    db.close()
    found = {url.removeprefix(lab.server.base): values for url, *values in rows}
    assert found.keys() == life.servable.keys()
    assert {path for path, (gone, *_) in found.items() if gone} == {
        path for path, day in life.gone.items() if day < days - 30
    }
    assert lost == 0
    for path, day in life.servable.items():
        assert path.endswith("-again") or found[path][1][:10] <= life.soon(day), path
    assert {path for path, (*_, revisions) in found.items() if revisions > 1} == set(life.edited)
    for kind, url, at in events:
        path = url.removeprefix(lab.server.base)
        if kind == "changed":
            assert at[:10] <= life.soon(life.edited[path]), path
    assert sum(kind == "moved" for kind, *_ in events) == len(life.moved)
    assert sum(kind == "returned" for kind, *_ in events) == 0
    assert lab.rebuilt() == []
