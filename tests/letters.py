"""A small blog of letters behind a loopback server, what may stand before it, and an archive that crawls it."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scraper import verify
from scraper.crawl import run_crawl
from scraper.demo.blog import Answer, Question
from scraper.demo.server import LoopbackServer
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.reading.wix_counts_api import APPS, METADATA, TOKENS
from scraper.runs import Report
from scraper.store import Archive

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


def post(number: int, title: str | None = None, look: str = "{}") -> Answer:
    """*look*: what is around the letter."""
    heading = f"Letter {number} about {TOPICS[number % 10]}" if title is None else title
    page = (
        f'<!doctype html><html lang="en"><head><title>{heading}</title>'
        f'<meta property="og:title" content="{heading}">'
        f'<meta property="article:published_time" content="2025-{number % 12 + 1:02}-03T09:00:00.000Z"></head>'
        f"<body>{look}</body></html>"
    )
    letter = (
        f'<article data-hook="post"><h1 data-hook="post-title">{heading}</h1>'
        f'<section data-hook="post-description"><p>{words(number)}.</p></section></article>'
    )
    return Answer(status=200, body=page.replace("{}", letter).encode())


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
        self.look = "{}"
        #: path → views at the counts endpoint; None: the host has none.
        self.views: Callable[[str], int] | None = None
        self.lastmod: dict[str, str] = {}
        self.missing: Callable[[Question], Answer] = lambda _: NOT_FOUND
        self.wall: Wall | None = None
        #: Posts served in a run before the wall goes up.
        self.free = 0
        self.instead: dict[str, Answer] = {}
        #: What every address answers; None: each its own.
        self.whole: Answer | None = None
        self.served = 0

    def answer(self, question: Question) -> Answer:
        path = question.path
        if self.whole is not None:
            return self.whole
        if path in self.instead:
            return self.instead[path]
        if path.startswith("/post/"):
            self.served += 1
            if self.wall is not None and self.served > self.free:
                return self.wall(question)
            if path not in self.there:
                return self.missing(question)
            return post(self.there[path], self.titles.get(path), self.look)
        if path == "/sitemap.xml" and self.sitemap:
            return self.map()
        if path.startswith("/_api/") and self.views is not None:
            return self.counts(path)
        if path in ("/login", "/consent"):
            return html("Please", "Say who you are.")
        return html("Home", "Welcome.") if path == "/" else NOT_FOUND

    def map(self) -> Answer:
        """The sitemap."""
        rows = "".join(
            f"<url><loc>{self.base}{one}</loc><lastmod>{self.lastmod.get(one, '2025-12-01')}</lastmod></url>"
            for one in sorted(self.named)
        )
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
        return Answer(status=200, body=body.encode(), media_type="application/xml")

    def counts(self, path: str) -> Answer:
        """The public endpoint for view counts: a visitor's token, and what a post has."""
        post_path = f"/post/{path.partition(METADATA)[2]}"
        if path.endswith(TOKENS):
            told: dict[str, Any] = {"apps": {APPS[0]: {"instance": "a-token"}}}
        elif post_path in self.there and self.views is not None:
            told = {"postPageMetadata": {"postMetadata": {"viewCount": self.views(post_path), "totalComments": 0}}}
        else:
            return NOT_FOUND
        return Answer(status=200, body=json.dumps(told).encode(), media_type="application/json")


class Lab:
    """The blog, its server, an archive, and a clock."""

    def __init__(self, folder: Path, blog: Blog, server: LoopbackServer, start: datetime = START) -> None:
        self.path, self.blog, self.server, self.start = folder / "archive.db", blog, server, start
        blog.base = server.base

    def crawl(self, day: int, **options: Any) -> Report:
        self.blog.served = 0
        moment = self.start + timedelta(days=day)
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
        found = verify.run(self.path, now=lambda: self.start + timedelta(days=1200)).found
        return [str(one) for one in found if one.level is not verify.Grade.NOTE]

    def rebuilt(self) -> list[Any]:
        changes: list[Any] = []
        with Archive.open(self.path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
            archive.rebuild(changed=changes.append)
        return changes


def led(to: str) -> Wall:
    return lambda question: Answer(status=302, headers=(("Location", to.format(path=question.path)),))


WALLS: dict[str, Wall] = {
    "a challenge by its header": lambda _: html("Wait", "A moment.", cf_mitigated="challenge"),
    "a challenge by its marks": lambda _: html("Just a moment...", "<script>window._cf_chl_opt={}</script>"),
    "a challenge with 503": lambda _: html("Wait", "<script>window._cf_chl_opt={}</script>", 503),
    "a challenge with 404": lambda _: html("Wait", "<script src='https://ct.captcha-delivery.com/c.js'></script>", 404),
    "a challenge with 410": lambda _: html("Wait", "A moment.", 410, x_amzn_waf_action="challenge"),
    "a refusal": lambda _: html("No", "Access denied.", 403),
    "a login": led("/login?next={path}"),
    "a consent page elsewhere": led("https://choices.example/consent?back={path}"),
    "an unmarked page": lambda _: html("Club", "Members of the garden club come in through the side door. " * 3),
    "an unmarked page with the address": lambda question: html(
        "Hold on",
        f"Before we open {question.path} for you, prove that you are no machine. Move the slider.",
    ),
    "the front page": led("/"),
    "a page that is not there": led("/blog"),
    "a page with a number for each visitor": lambda question: html(
        "Stopped", f"Your request was stopped. Tell us this number: {abs(hash((question.path, id(question)))):020}."
    ),
    "nothing at all": lambda _: Answer(body=b""),
    "another refusal": lambda _: html("Not acceptable", "Come back in another way.", 406),
    "parking": led("https://parking.example/landing"),
    "a gate behind a refresh": lambda question: Answer(
        body=f'<head><meta http-equiv="refresh" content="0; url=/age-check?next={question.path}"></head>'.encode()
    ),
    "a page whose words change": lambda question: html(
        "Checking", f"Prove it: {' '.join(f'{TOPICS[(ord(one) + id(question)) % 10]}{one}' for one in 'abcdefgh')}."
    ),
    "other pages elsewhere": led("https://elsewhere.example/members{path}"),
}
