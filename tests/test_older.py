"""The network's older sites, crawled live: numbered posts, lists that nothing links to, links between posts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import sites, urls
from scraper.crawl import numbered_posts
from scraper.crawl.session import CrawlSession
from scraper.crawl.site import crawl_site
from scraper.fetch import Fetcher, Robots
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.records import Capture, Numbering, Site
from scraper.runs import Interrupts, Run
from scraper.sites import numbering
from scraper.store import Archive

NEWS = "https://ushrnetwork.org/news/{}/100/"


def news(title: str, extra: str = "") -> str:
    text = "Dear friends, this is the letter that we sent to the committee last week, with all its signatures."
    body = f"<h1>{title}</h1><p>Apr 2, 2020</p><p>{text}</p>{extra}"
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


class OldSites:
    """Answers for real addresses, in the fetcher's place: what is there, and a log of what was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.log: list[str] = []
        self.now = datetime(2026, 3, 1, tzinfo=UTC)
        #: The highest number that can be asked for without a fault of the program.
        self.sound = 10**6

    @property
    def requests(self) -> int:
        return len(self.log)

    def robots(self, url: str) -> Robots:
        return Robots(url=f"{url}robots.txt", fetched_at=self.now, captures=())

    def get(self, url: str, *, kind: str = "other", **_: Any) -> tuple[Capture, ...]:
        self.log.append(url)
        self.now += timedelta(seconds=1)
        if (urls.post_number(url) or 0) > self.sound:
            raise RuntimeError("a fault")
        body = self.pages.get(url)
        return (
            Capture(
                url=url, kind=kind if body else "missing", captured_at=self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                status=200 if body else 404, head=b"HTTP/1.1 200 OK\r\n\r\n", media_type="text/html",
                body=(body or "<html><title>Not found</title></html>").encode(),
            ),
        )  # fmt: skip

    def asked_numbers(self) -> list[int]:
        found = [number for url in self.log if (number := urls.post_number(url)) is not None]
        self.log.clear()
        return found


@pytest.fixture
def old() -> OldSites:
    return OldSites()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive.db", read=read_capture, reader=READER, fingerprint=fingerprint()) as opened:
        yield opened


def crawl(archive: Archive, old: OldSites, site: Site = sites.USHRN_NEWS) -> None:
    run = Run(archive=archive, interrupts=Interrupts(lambda _: None), now=lambda: old.now)
    run.begin("crawl")
    crawl_site(CrawlSession(run=run, fetcher=cast("Fetcher", old)), site)


def test_every_number_is_asked_for_up_to_fifty_misses_behind_the_highest(archive: Archive, old: OldSites) -> None:
    for number in (3, 272, 300):
        old.pages[NEWS.format(number)] = news(f"Letter {number}")
    crawl(archive, old)
    assert old.asked_numbers() == list(range(1, 351))
    posts = [url for (url,) in archive.db.execute("SELECT url FROM posts ORDER BY url")]
    assert posts == [NEWS.format(number) for number in (272, 3, 300)]
    crawl(archive, old)
    assert old.asked_numbers() == []  # neither posts nor misses are due again
    old.now += timedelta(days=100)
    crawl(archive, old)
    assert sorted(old.asked_numbers()) == list(range(1, 351))


def test_posts_of_the_list_raise_the_highest_number(archive: Archive, old: OldSites) -> None:
    links = "".join(f'<a href="/news/{number}/100/letter-{number}">Letter {number}</a>' for number in (280, 279, 278))
    old.pages["https://ushrnetwork.org/news"] = f"<html><title>News</title><body>{links}</body></html>"
    for number in (278, 279, 280):
        old.pages[f"https://ushrnetwork.org/news/{number}/100/letter-{number}"] = news(f"Letter {number}")
    crawl(archive, old)
    asked = old.asked_numbers()
    assert sorted(asked) == list(range(1, 331))
    assert archive.db.execute("SELECT count(*) FROM posts").fetchone() == (3,)


def test_both_lists_of_the_drupal_site_are_read(archive: Archive, old: OldSites) -> None:
    base = "https://www.ushrnetwork.org/"
    for folder in ("news-updates", "resources-media"):
        links = "".join(f'<a href="/{folder}/paper-{number}">Paper {number}</a>' for number in range(3))
        old.pages[base + folder] = f"<html><title>{folder}</title><body>{links}</body></html>"
        for number in range(3):
            old.pages[f"{base}{folder}/paper-{number}"] = news(f"Paper {number} of {folder}")
    crawl(archive, old, sites.USHRN_DRUPAL)
    assert archive.db.execute("SELECT count(*) FROM posts WHERE site = 'ushrn-drupal'").fetchone() == (6,)
    assert old.asked_numbers() == []


def test_posts_that_posts_link_to_are_heard_of(archive: Archive, old: OldSites) -> None:
    link = '<p>See <a href="https://www.upr2020.org/post/adoption?utm_source=x">the adoption</a>.</p>'
    old.pages[NEWS.format(5)] = news("Letter", link)
    crawl(archive, old)
    heard = archive.db.execute("SELECT url, site, state FROM known_urls WHERE found_by = 'link'").fetchall()
    assert heard == [("https://www.upr2020.org/post/adoption", "upr2020", "wanted")]


@given(st.lists(st.integers(0, 9_999_999)))
def test_a_number_far_beyond_the_others_is_not_believed(numbers: list[int]) -> None:
    seen = Numbering(address=NEWS, highest=272)
    found = numbering.highest(seen, numbers)
    assert found >= seen.highest
    assert found <= seen.highest + numbering.FARTHEST * len(numbers)
    assert numbering.highest(seen, numbers[::-1]) == found
    assert all(number <= found or number > found + numbering.FARTHEST for number in numbers)


def test_numbers_that_cannot_be_read_end_the_search_too(archive: Archive, old: OldSites) -> None:
    old.pages[NEWS.format(3)] = news("Letter 3")
    old.sound = 3
    crawl(archive, old)
    assert old.asked_numbers() == list(range(1, 272 + numbered_posts.MISSES + 1))
