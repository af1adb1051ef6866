"""What goes wrong in the life of a blog, each for a day or some, and the crawl of that day."""

import gzip
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from scraper import lock
from scraper.demo.blog import Answer, Question
from scraper.errors import ArchiveBusy, DiskFull
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.runs import Budget
from scraper.runs.run import RENEWED
from scraper.seal import sealer
from scraper.store import Archive
from tests.letters import NOT_FOUND, WALLS, html, post
from tests.life import BEGIN, FEED, INDEX, LIST, ROUND, Life, part_of

Incident = Callable[[Life, int], None]
ANY = Question(method="GET", target="/")
PARTS = [part_of(number) for number in range(1, 40)]
#: How servers write an instant.
ZONED = (
    "%a, %d %b %Y %H:%M:%S +0900", "%A, %d-%b-%y %H:%M:%S EST", "%Y-%m-%dT%H:%M:%S-11:00", "%a %b %d %H:%M:%S %Y",
)  # fmt: skip


# -- walls


def wall(life: Life, day: int) -> None:
    kinds = list(WALLS.values())
    life.blog.wall, life.blog.free = kinds[(life.met["wall"] - 1) % len(kinds)], life.dice.randrange(4)
    life.lab.crawl(day, full=True, counts=True)


def wall_before_all(life: Life, day: int) -> None:
    kinds = [*WALLS.values(), lambda _: html("Maintenance", "We are back soon."), lambda _: html("No", "", 503)]
    life.blog.gate = kinds[(life.met["wall_before_all"] * 7) % len(kinds)]
    life.lab.crawl(day, full=True, counts=True)


def wall_before_the_sitemap(life: Life, day: int) -> None:
    life.blog.instead |= dict.fromkeys(
        (INDEX, *PARTS), WALLS["a challenge by its marks"](Question(method="GET", target="/"))
    )
    life.lab.crawl(day, full=True)


def parked(life: Life, day: int) -> None:
    life.blog.gate = lambda _: html("lantern", "<h1>This domain is for sale</h1><p>Related searches: boats.</p>")
    life.lab.crawl(day, full=True)


def moved_to_another_domain(life: Life, day: int) -> None:
    """And back on the next day."""
    there = life.blog.base.replace("127.0.0.1", "127.0.0.2")
    life.blog.gate = lambda question: Answer(status=301, headers=(("Location", there + question.target),))
    life.lab.crawl(day, full=True)


def posts_moved_to_another_domain(life: Life, day: int) -> None:
    there = life.blog.base.replace("127.0.0.1", "127.0.0.2")
    life.blog.wall = lambda question: Answer(status=301, headers=(("Location", there + question.target),))
    life.lab.crawl(day, full=True)


def a_post_in_place_of_all(life: Life, day: int) -> None:
    life.blog.wall, life.blog.free = lambda _: post(400), life.dice.randrange(4)
    life.lab.crawl(day, full=True)


# -- weather


def weather(life: Life, day: int) -> None:
    life.blog.wall = lambda _: html("Trouble", "Come back later.", 503)
    life.lab.crawl(day, full=True)


def outage(life: Life, day: int) -> None:
    life.blog.instead["/robots.txt"] = html("Trouble", "", 500)
    life.lab.crawl(day, full=True)


def silence(life: Life, day: int) -> None:
    """Each connection is closed without a word."""

    def hang_up(_: Question) -> Answer:
        raise ConnectionResetError

    life.last(3, clear=False)(lambda: setattr(life.server, "answerer", hang_up))
    life.lab.crawl(day)


def page_spoiled(life: Life, day: int) -> None:
    life.blog.wall = lambda _: Answer(body=b"\x1f\x8b\x08 no gzip", headers=(("Content-Encoding", "gzip"),))
    life.lab.crawl(day, full=True)


def _packed(life: Life, day: int, coding: str) -> None:
    def pack(question: Question) -> Answer:
        life.blog.wall = None
        page = life.blog.answer(question)
        life.blog.wall = pack
        if page.status != 200:
            return page
        twice = gzip.compress(gzip.compress(page.body, mtime=0), mtime=0)
        return replace(page, body=twice, headers=(("Content-Encoding", coding),))

    life.blog.wall = pack
    life.lab.crawl(day, full=True)


def packed_twice(life: Life, day: int) -> None:
    _packed(life, day, "gzip, gzip")


def packed_twice_but_said_once(life: Life, day: int) -> None:
    _packed(life, day, "gzip")


def longer_by_its_head(life: Life, day: int) -> None:
    _lying(life, day, lambda name, value: (name, str(int(value) + 500) if name == "Content-Length" else value))


def shorter_by_its_head(life: Life, day: int) -> None:
    _lying(life, day, lambda name, value: (name, str(int(value) // 2) if name == "Content-Length" else value))


def broken_chunks(life: Life, day: int) -> None:
    _lying(
        life, day, lambda name, value: ("Transfer-Encoding", "chunked") if name == "Content-Length" else (name, value)
    )


def _lying(life: Life, day: int, lie: Callable[[str, str], tuple[str, str]]) -> None:
    life.server.lie = lie
    life.lab.crawl(day, full=True)


def part_unasked(life: Life, day: int) -> None:
    life.blog.wall = lambda _: replace(html("Letter", "<article data-hook='post'><h1>Letter"), status=206)
    life.lab.crawl(day, full=True)


def circle(life: Life, day: int) -> None:
    life.blog.wall = lambda question: Answer(status=302, headers=(("Location", f"{question.path}?again=1"),))
    life.lab.crawl(day, full=True)


def slow_down(life: Life, day: int) -> None:
    left = [2]

    def refuse(_: object) -> Answer:
        left[0] -= 1
        return html("Slower", "", 429) if left[0] >= 0 else html("Slower", "", 503)

    life.blog.wall = refuse
    life.lab.crawl(day, full=True)


def slow_down_for_days(life: Life, day: int) -> None:
    """Without saying for how long."""
    life.last(5, clear=False)(lambda: setattr(life.blog, "gate", lambda _: html("Slower", "", 429)))
    life.lab.crawl(day, full=True)


def stay_away(life: Life, day: int) -> None:
    life.blog.wall = lambda _: html("Enough", "", 429, Retry_After="7200")
    assert life.lab.crawl(day, full=True).exit_status == 8


def stay_away_until(life: Life, day: int) -> None:
    """Until some hours later, in forms and zones that no specification names."""
    forms = (
        "%a, %d %b %Y %H:%M:%S +0900",
        "%A, %d-%b-%y %H:%M:%S EST",
        "%Y-%m-%dT%H:%M:%S-11:00",
        "%a %b %d %H:%M:%S %Y",
    )
    until = life.blog.now + timedelta(hours=7)
    said = f"{until:{forms[life.met['stay_away_until'] % len(forms)]}}"
    life.blog.wall = lambda _: html("Enough", "", 503, Retry_After=said)
    life.lab.crawl(day, full=True)


# -- absences that are none


def posts_all_404(life: Life, day: int) -> None:
    life.blog.wall = lambda _: NOT_FOUND
    life.lab.crawl(day, full=True)


def posts_404_and_unnamed(life: Life, day: int) -> None:
    """For two days; the list alone still names them."""

    def apply() -> None:
        life.blog.wall = lambda _: NOT_FOUND
        life.blog.instead |= dict.fromkeys((INDEX, FEED, *PARTS), NOT_FOUND)

    life.last(3, clear=False)(apply)
    life.lab.crawl(day, full=True)


def forbidden(life: Life, day: int) -> None:
    life.blog.instead["/robots.txt"] = Answer(media_type="text/plain", body=b"User-agent: *\nDisallow: /\n")
    life.lab.crawl(day, full=True)


def rules_of_words(life: Life, day: int) -> None:
    life.blog.instead["/robots.txt"] = html("Welcome", "This is not what you asked for.")
    life.lab.crawl(day, full=True)


# -- sources


def no_sitemap(life: Life, day: int) -> None:
    life.blog.sitemap = False
    life.lab.crawl(day)


def _sources(life: Life, day: int, paths: Iterable[str], change: Callable[[bytes], bytes]) -> None:
    told = life.blog.sources()
    life.blog.instead |= {path: replace(told[path], body=change(told[path].body)) for path in paths if path in told}
    life.lab.crawl(day)


def sitemap_cut(life: Life, day: int) -> None:
    _sources(life, day, PARTS[:1], lambda body: body[: len(body) // 2])


def index_cut(life: Life, day: int) -> None:
    _sources(life, day, [INDEX], lambda body: body[: len(body) // 2])


def feed_cut(life: Life, day: int) -> None:
    _sources(life, day, [FEED], lambda body: body[: len(body) // 2])


def sitemap_empty(life: Life, day: int) -> None:
    _sources(life, day, PARTS, lambda _: b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>')


def sitemap_shrunk(life: Life, day: int) -> None:
    named, life.blog.named = life.blog.named, set(sorted(life.blog.named)[:3])
    life.lab.crawl(day)
    life.blog.named = named


def list_shrunk(life: Life, day: int) -> None:
    _sources(life, day, [LIST], lambda body: body[:50] + b"<p>Nothing here.</p>")


def sitemap_of_words(life: Life, day: int) -> None:
    _sources(life, day, PARTS, lambda _: b"<html><title>Moved</title><p>The map has moved.</p></html>")


def sitemap_strange(life: Life, day: int) -> None:
    _sources(life, day, PARTS, lambda body: b'<?xml version="1.0" encoding="x-none"?>' + body)


def sitemap_adorned(life: Life, day: int) -> None:
    """Its addresses bear what their readers are counted by."""
    _sources(life, day, PARTS, lambda body: body.replace(b"</loc>", b"?utm_source=sitemap</loc>"))


def sitemap_of_tomorrow(life: Life, day: int) -> None:
    _sources(life, day, PARTS, lambda body: body.replace(b"<lastmod>20", b"<lastmod>21"))


def stale_but_for_a_new_sitemap(life: Life, day: int) -> None:
    """For five days nothing but the index names the sitemap of a new post."""
    told = {path: answer for path, answer in life.blog.sources().items() if path != INDEX}
    life.publish(day + 1, part=max(life.blog.parts.values()) + 1)
    life.last(6)(lambda: life.blog.instead.update(told))
    life.lab.crawl(day)


def stale_in_turns(life: Life, day: int) -> None:
    """For ten days another source each day says what it said at the beginning."""
    told = life.blog.sources()
    names = [INDEX, FEED, LIST, *(path for path in told if path in PARTS)]
    life.publish(day + 1)

    def apply() -> None:
        path = names[life.today % len(names)]
        life.blog.instead[path] = told[path]

    life.last(11)(apply)
    life.lab.crawl(day)


def late_page(life: Life, day: int) -> None:
    """A new post is named a day before it is there."""
    life.blog.instead[life.publish(day + 1).address] = NOT_FOUND
    life.lab.crawl(day)


def late_page_behind_a_wall(life: Life, day: int) -> None:
    life.blog.instead[life.publish(day + 1).address] = WALLS["a login"](ANY)
    life.lab.crawl(day)


# -- counts


def counts_fall(life: Life, day: int) -> None:
    life.counted[day] = 1
    life.lab.crawl(day, counts=True)


def counts_hidden(life: Life, day: int) -> None:
    life.counted |= dict.fromkeys(range(day, day + 4))
    life.lab.crawl(day, counts=True)


def counts_walled(life: Life, day: int) -> None:
    life.blog.views, views = None, life.blog.views
    life.lab.crawl(day, counts=True)
    life.blog.views = views


# -- ourselves


def budget_met(life: Life, day: int) -> None:
    assert life.lab.crawl(day, full=True, budget=Budget(requests=8)).exit_status == 9


def budget_of_bytes_met(life: Life, day: int) -> None:
    assert life.lab.crawl(day, full=True, budget=Budget(bytes=4000)).exit_status == 9


def clock_back(life: Life, day: int) -> None:
    life.lab.crawl(day - 1)


def clock_years_ahead(life: Life, day: int) -> None:
    moment = life.lab.start + timedelta(days=day + 730)
    life.lab.crawl(day, full=True, counts=True, now=lambda: moment)


def busy(life: Life, day: int) -> None:
    with lock.writing(life.lab.path, f"{life.lab.start:%Y-%m-%dT%H:%M:%SZ}"), pytest.raises(ArchiveBusy):
        life.lab.crawl(day)


def upgrade(life: Life, day: int) -> None:
    """The run of yesterday was of a version with other rules."""
    with Archive.open(
        life.lab.path, read=read_capture, reader=READER - 1, fingerprint=fingerprint(), seal=sealer(lambda: BEGIN)
    ) as archive:
        archive.rebuild()
    assert RENEWED in life.lab.crawl(day).messages


def disk_full(life: Life, day: int) -> None:
    room = life.lab.path.stat().st_size + 8192
    assert life.process(day, room).wait() in (0, DiskFull.exit_status)
    life.is_sound()


def killed(life: Life, day: int) -> None:
    for _ in range(2):
        life.kill(day)


def power_lost(life: Life, day: int) -> None:
    killed(life, day)
    life.lose_power()


FIRST_HALF: tuple[Incident, ...] = (
    wall, killed, no_sitemap, late_page, wall, sitemap_cut, weather, wall, sitemap_of_words, upgrade,
    wall_before_the_sitemap, wall, sitemap_empty, outage, disk_full, wall, posts_all_404, budget_met, forbidden, wall,
    sitemap_shrunk, power_lost, page_spoiled, part_unasked, slow_down, stay_away, clock_back, busy, sitemap_strange,
    wall,
)  # fmt: skip
SECOND_HALF: tuple[Incident, ...] = (
    wall_before_all, parked, stale_but_for_a_new_sitemap, counts_fall, packed_twice, longer_by_its_head,
    moved_to_another_domain, posts_moved_to_another_domain, parked, slow_down_for_days, index_cut, feed_cut,
    wall_before_all, list_shrunk, stale_in_turns, killed, broken_chunks, clock_years_ahead, sitemap_adorned,
    shorter_by_its_head, stay_away_until, counts_hidden, late_page_behind_a_wall, posts_404_and_unnamed,
    a_post_in_place_of_all, circle, silence, sitemap_of_tomorrow, budget_of_bytes_met, packed_twice_but_said_once,
)  # fmt: skip
OTHERS: tuple[Incident, ...] = (rules_of_words, counts_walled)
#: Step of the round → what goes wrong.
INCIDENTS: dict[int, Incident] = dict(zip(range(2, ROUND + 1, 2), (*FIRST_HALF, *SECOND_HALF), strict=True))
