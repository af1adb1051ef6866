"""The life of a blog, day by day: what its owner does, what goes wrong, and what is true of each post in the end."""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from scraper.demo.blog import Answer, Question
from scraper.demo.server import Answerer, Handler, LoopbackServer
from tests.letters import NOT_FOUND, Blog, Lab, Wall, html, led, post

BEGIN = datetime(2027, 3, 1, 4, tzinfo=UTC)
#: One round of all incidents, in days, and one of all that the owner does.
ROUND, OWNERS_ROUND = 120, 60
INDEX, FEED, LIST = "/sitemap.xml", "/blog-feed.xml", "/blog"
#: Posts that one sitemap names.
PART = 8
#: A crawl in a process of its own: archive, site, instant, and the largest file that the system allows it (-1: any).
CRAWL = """
import resource, signal, sys
from datetime import datetime
from scraper.crawl import run_crawl
from scraper.errors import ArchiveError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
moment = datetime.fromisoformat(sys.argv[3])
try:
    sys.exit(run_crawl(sys.argv[1], [sys.argv[2]], delay=0, full=True, now=lambda: moment).exit_status)
except ArchiveError as error:
    sys.exit(error.exit_status)
"""
#: How a site answers for what is not there.
MISSING: tuple[Wall, ...] = (
    lambda _: NOT_FOUND,
    lambda _: html("Gone", "Withdrawn by its author.", 410),
    lambda question: html("Nothing here", f"There is no page {question.path} in this house. Try the menu."),
    led("/"),
    lambda _: html("No se encuentra", "La página que busca ya no existe. Vuelva al inicio."),
    lambda question: html("Seite fehlt", f"Unter {question.path} gibt es nichts. Vielleicht hilft die Suche."),
    lambda _: html("找不到页面", "抱歉,您要访问的页面不存在或已被删除。"),
    lambda _: html("الصفحة غير موجودة", "عذرًا، لم نعثر على الصفحة التي تبحث عنها."),
    led(LIST),
)
LOOKS = ("{}", "<header><nav><a href='/'>Home</a></nav></header><main><div>{}</div></main><footer>us</footer>")


def honest(said: str, _day: datetime) -> str:
    return said


def always_today(_said: str, day: datetime) -> str:
    return f"{day:%Y-%m-%d}"


def ahead(said: str, _day: datetime) -> str:
    return f"{int(said[:4]) + 2}{said[4:]}"


def never_changed(_said: str, _day: datetime) -> str:
    return "2025-12-01"


#: What the sitemap says of edits, for some weeks each.
LASTMODS = (honest, always_today, ahead, never_changed)
LASTMODS_FOR = 40


class Paper(Blog):
    """A blog with an index of sitemaps, a feed, a list, authors and tags; each of its sources may be stale."""

    def __init__(self, posts: int) -> None:
        super().__init__(posts)
        #: The true time, as the server's heads tell it.
        self.now = BEGIN
        self.parts = {path: 1 + number // PART for path, number in self.there.items()}
        self.lastmod_as: Callable[[str, datetime], str] = honest
        self.has_tags = True
        #: Stands before all but robots.txt.
        self.gate: Wall | None = None

    def answer(self, question: Question) -> Answer:
        found = self._answer(question)
        return replace(found, headers=(*found.headers, ("Date", format_datetime(self.now, usegmt=True))))

    def _answer(self, question: Question) -> Answer:
        path = question.path
        if path in self.instead:
            return self.instead[path]
        if path == "/robots.txt":
            return Answer(media_type="text/plain", body=f"User-agent: *\nSitemap: {self.base}{INDEX}\n".encode())
        if self.gate is not None:
            return self.gate(question)
        source = self.sources().get(path) if path in (INDEX, FEED, LIST) or "sitemap" in path else None
        if source is not None:
            return source if self.sitemap or "sitemap" not in path else NOT_FOUND
        if path == "/":
            return html("Home", f"Welcome. <a href='{LIST}'>All letters</a>")
        found = super().answer(question)
        return self.signed(found) if path in self.there and b"<article" in found.body else found

    def signed(self, page: Answer) -> Answer:
        """The page with its author and, as long as the owner shows them, its tags."""
        author = b'<meta property="article:author" content="Ida Fenn"></head>'
        tags = b'<nav aria-label="tags"><ul><li><a href="/blog/tags/sea">sea</a></li></ul></nav></article>'
        body = page.body.replace(b"</head>", author)
        return replace(page, body=body.replace(b"</article>", tags) if self.has_tags else body)

    def publish(self, path: str, number: int, part: int = 0) -> None:
        """Shows and names a post, in the sitemap *part*; 0: in the one that is not full."""
        self.there[path] = number
        self.named.add(path)
        self.parts[path] = part or 1 + len(self.parts) // PART

    def sources(self) -> Mapping[str, Answer]:
        """The index, its sitemaps, feed and list, as they are now."""
        parts: dict[int, list[str]] = {}
        for path in sorted(self.named):
            parts.setdefault(self.parts[path], []).append(path)
        return {
            INDEX: self._xml("".join(map(self._entry, sorted(parts))), "sitemapindex"),
            **{part_of(number): self._part(paths) for number, paths in parts.items()},
            FEED: self._feed(),
            LIST: html("Letters", "".join(f"<p><a href='{path}'>Read</a></p>" for path in self._newest())),
        }  # fmt: skip

    def _entry(self, part: int) -> str:
        return f"<sitemap><loc>{self.base}{part_of(part)}</loc></sitemap>"

    def _newest(self) -> list[str]:
        return sorted(self.named, key=lambda path: (self.parts[path], path), reverse=True)

    def _part(self, paths: list[str]) -> Answer:
        told = {path: self.lastmod_as(self.lastmod.get(path, "2025-12-01"), self.now) for path in paths}
        rows = (f"<url><loc>{self.base}{path}</loc><lastmod>{told[path]}</lastmod></url>" for path in paths)
        return self._xml("".join(rows), "urlset")

    def _xml(self, rows: str, name: str) -> Answer:
        body = f'<{name} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{name}>'
        return Answer(media_type="application/xml", body=body.encode())

    def _feed(self) -> Answer:
        items = "".join(f"<item><link>{self.base}{path}</link></item>" for path in self._newest()[:5])
        head = f"<title>Letters</title><link>{self.base}{LIST}</link>"
        body = f"<rss version='2.0'><channel>{head}{items}</channel></rss>"
        return Answer(media_type="application/rss+xml", body=body.encode())


def part_of(number: int) -> str:
    """The address of one of the sitemaps that the index names."""
    return f"/blog-posts-sitemap{'' if number == 1 else f'-{number}'}.xml"


class WildHandler(Handler):
    """One connection to a server whose heads may say what is not so."""

    def send_header(self, keyword: str, value: str) -> None:
        lie = self.server.lie if isinstance(self.server, WildServer) else None
        if lie is not None and self.path.startswith("/post/"):
            keyword, value = lie(keyword, value)
            self.close_connection = True
        super().send_header(keyword, value)


class WildServer(LoopbackServer):
    """One whose heads of posts are told by *lie*, where it is set."""

    def __init__(self, answerer: Answerer) -> None:
        super().__init__(answerer)
        self.RequestHandlerClass = WildHandler
        self.lie: Callable[[str, str], tuple[str, str]] | None = None


@dataclass(slots=True)
class Letter:
    """What is true of one post."""

    number: int
    #: (day, title) of each version; None: the usual title.
    versions: list[tuple[int, str | None]]
    #: Days on which it came and went, in turn.
    turns: list[int]
    #: Day → its address from then on.
    addresses: dict[int, str] = field(default_factory=dict)
    #: Days of versions that no lastmod named.
    unnamed: set[int] = field(default_factory=set)

    @property
    def address(self) -> str:
        """The newest one."""
        return self.addresses[max(self.addresses)]

    @property
    def title(self) -> str:
        """The newest one."""
        return self.versions[-1][1] or ""

    @property
    def is_there(self) -> bool:
        """Whether it is on the site."""
        return len(self.turns) % 2 == 1


@dataclass(frozen=True, slots=True)
class Trouble:
    """What lasts for some days."""

    #: The first day on which it is over.
    until: int
    apply: Callable[[], None]
    #: Whether all is had nevertheless, and within two days.
    clear: bool


class Life:
    """Days of the blog, each with what happens on it, and what is true in the end."""

    def __init__(self, lab: Lab, blog: Paper, server: WildServer, first: int = 0) -> None:
        """*first*: the step of the round with which it begins."""
        self.lab, self.blog, self.server, self.first = lab, blog, server, first
        self.dice = random.Random(20270301)
        self.today = 0
        self.letters = [Letter(number, [(0, None)], [0], {0: path}) for path, number in blog.there.items()]
        self.clear: list[int] = []
        self.met: Counter[str] = Counter()
        self.kills = 0
        self.records: set[str] = set()
        self.seen = 0
        self.troubles: list[Trouble] = []
        #: Day → what the counts endpoint says in place of the truth; None: nothing.
        self.counted: dict[int, int | None] = {}
        blog.views = lambda path: self.views(next(one for one in self.letters if one.address == path), self.today)

    def views(self, letter: Letter, day: int) -> Any:
        """How often a letter was read by then, as the site says; None: it does not."""
        return self.counted.get(day, 7 * day + letter.number)

    def day(self, day: int, incidents: Mapping[int, Callable[["Life", int], None]]) -> None:
        """One day: what changed, what goes wrong, and the crawl."""
        self.today, step = day, (day + self.first) % ROUND
        self._heal(day)
        if day % 2 == 0 and step in incidents:
            incident = incidents[step]
            self.met[incident.__name__] += 1
            incident(self, day)
        elif day % 2:
            self.change(day)
            self.lab.crawl(day, counts=True)
            if all(one.clear for one in self.troubles):
                self.clear.append(day)
        self.count_captures()

    def last(self, days: int, *, clear: bool = True) -> Callable[[Callable[[], None]], None]:
        """Has something begin now that lasts so many days."""

        def begin(apply: Callable[[], None]) -> None:
            self.troubles.append(Trouble(self.today + days, apply, clear))
            apply()

        return begin

    def _heal(self, day: int) -> None:
        blog = self.blog
        blog.now = self.lab.start + timedelta(days=day)
        blog.wall, blog.gate, blog.sitemap, blog.free, blog.instead = None, None, True, 0, {}
        self.server.answerer, self.server.lie = blog.answer, None
        blog.missing = MISSING[day // OWNERS_ROUND % len(MISSING)]
        blog.look = LOOKS[day // 50 % len(LOOKS)]
        blog.lastmod_as = LASTMODS[day // LASTMODS_FOR % len(LASTMODS)]
        self._lead_on()
        self.troubles = [one for one in self.troubles if one.until > day]
        for trouble in self.troubles:
            trouble.apply()

    def _lead_on(self) -> None:
        """Old addresses lead to where the last letter is that was there, unless one is there now."""
        taken = {letter.address for letter in self.letters}
        stays = [(day, path, letter) for letter in self.letters for day, path in letter.addresses.items()]
        for _, path, letter in sorted(stays, key=lambda stay: stay[0]):
            if path not in taken:
                self.blog.instead[path] = Answer(status=301, headers=(("Location", letter.address),))

    def count_captures(self) -> None:
        """Remembers what is kept by now: none of it may be lost."""
        with closing(sqlite3.connect(self.lab.path)) as db:
            rows = db.execute("SELECT id, record_sha256 FROM captures WHERE id > ?", (self.seen,)).fetchall()
        self.seen = max([self.seen, *(number for number, _ in rows)])
        self.records |= {record for _, record in rows}

    # -- what the owner does

    def change(self, day: int) -> None:
        """What the owner does on such a day; nothing as long as sources are stale, as none would tell of it."""
        if any(one.clear for one in self.troubles):
            return
        for change in CHANGES.get((day + self.first) % OWNERS_ROUND, ()):
            change(self, day)

    def publish(self, day: int, part: int = 0) -> Letter:
        number = len(self.letters)
        path = f"/post/letter-{number}"
        self.letters.append(Letter(number, [(day, None)], [day], {day: path}))
        self.blog.publish(path, number, part)
        return self.letters[-1]

    def edit(self, day: int) -> None:
        letter = self.any(day)
        self._revise(letter, day, f"Letter {letter.number} as of day {day}")

    def swap(self, day: int) -> None:
        """Two letters change places: each address now shows what the other showed."""
        one, other = self.any(day, 2)
        there = self.blog.there
        there[one.address], there[other.address] = there[other.address], there[one.address]
        titles = [heading(other), heading(one)]
        for letter, title in zip((one, other), titles, strict=True):
            self._revise(letter, day, title)

    def _revise(self, letter: Letter, day: int, title: str) -> None:
        letter.versions.append((day, title))
        if self.blog.lastmod_as is never_changed:
            letter.unnamed.add(day)
        self.blog.titles[letter.address] = title
        self.blog.lastmod[letter.address] = f"{self.lab.start + timedelta(days=day, hours=-1):%Y-%m-%dT%H:%M:%SZ}"

    def delete(self, day: int) -> None:
        letter = self.any(day)
        letter.turns.append(day)
        del self.blog.there[letter.address]
        self.blog.named.discard(letter.address)

    def restore(self, day: int) -> None:
        for letter in [one for one in self.letters if len(one.turns) == 2 and day - one.turns[1] > OWNERS_ROUND]:
            letter.turns.append(day)
            self.blog.there[letter.address] = letter.number
            self.blog.named.add(letter.address)

    def move(self, day: int) -> None:
        letter = self.any(day)
        self._move(letter, day, f"{letter.address}-again")

    def move_back(self, day: int) -> None:
        """A letter that moved once is where it was first."""
        for letter, first in self._moved(day)[:1]:
            self._move(letter, day, first)

    def take_place(self, day: int) -> None:
        """A letter moves to where one was that moved away."""
        for _, first in self._moved(day)[:1]:
            self._move(self.any(day), day, first)

    def hide_tags(self, _day: int) -> None:
        """For good."""
        self.blog.has_tags = False

    def _move(self, letter: Letter, day: int, to: str) -> None:
        blog, old = self.blog, letter.address
        letter.addresses[day] = to
        blog.there[to] = blog.there.pop(old)
        blog.parts[to] = blog.parts[old]
        blog.named = (blog.named - {old}) | {to}
        for told in (blog.titles, blog.lastmod):
            told.pop(to, None)
            if old in told:
                told[to] = told.pop(old)
        blog.instead.pop(to, None)
        self._lead_on()

    def _moved(self, day: int) -> list[tuple[Letter, str]]:
        """Letters that moved once, a while ago, and are there; with their first address, where nothing is now."""
        taken = {letter.address for letter in self.letters}
        moved = [one for one in self.letters if len(one.addresses) == 2 and one.is_there]
        firsts = [(one, one.addresses[min(one.addresses)]) for one in moved if day - max(one.addresses) > 5]
        return [(one, first) for one, first in firsts if first not in taken]

    def any(self, day: int, number: int = 1) -> Any:
        """A letter that has been there for a while, and was never touched; or so many."""
        quiet = [
            one
            for one in self.letters
            if len(one.turns) == 1 and day - one.turns[0] > 5 and len(one.versions) == len(one.addresses) == 1
        ]
        if len(quiet) < number:
            quiet = [one for one in self.letters if one.is_there]
        found = self.dice.sample(quiet, number)
        return found[0] if number == 1 else found

    # -- processes of its own

    def process(self, day: int, room: int = resource.RLIM_INFINITY) -> "subprocess.Popen[bytes]":
        """A crawl that may be killed; *room*: bytes that the system allows the archive."""
        moment = (self.lab.start + timedelta(days=day)).isoformat()
        words = [str(self.lab.path), self.lab.server.base, moment, str(room)]
        return subprocess.Popen([sys.executable, "-c", CRAWL, *words], stderr=subprocess.DEVNULL)

    def kill(self, day: int) -> None:
        """SIGKILL in the middle of a crawl."""
        before = len(self.server.questions)
        process = self.process(day)
        while len(self.server.questions) == before and process.poll() is None:
            time.sleep(0.002)
        time.sleep(self.dice.uniform(0, 0.3))
        self.kills += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.is_sound()
        self.count_captures()

    def lose_power(self) -> None:
        """The end of the write-ahead log is lost, and with it what was not yet on the disk."""
        log = self.lab.path.with_name(f"{self.lab.path.name}-wal")
        kept = self.seen
        if log.exists() and log.stat().st_size > 5000:
            os.truncate(log, log.stat().st_size // 2)
            with closing(sqlite3.connect(self.lab.path)) as db:
                left = db.execute("SELECT record_sha256 FROM captures").fetchall()
                self.seen = min(kept, len(left))
            self.records &= {record for (record,) in left}
        self.is_sound()

    def is_sound(self) -> None:
        """By SQLite's own checks."""
        with closing(sqlite3.connect(self.lab.path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []

    def soon(self, day: int, within: int = 0) -> str:
        """The end of the second clear day from *day* on, *within* days more."""
        after = [one for one in self.clear if one >= day + within]
        return f"{self.lab.start + timedelta(days=after[min(1, len(after) - 1)] if after else 10**4):%Y-%m-%d}"


def heading(letter: Letter) -> str:
    """What a letter is called."""
    if letter.title:
        return letter.title
    return post(letter.number).body.decode().partition("<title>")[2].partition("</title>")[0]


Change = Callable[[Life, int], Any]
#: Step of the owner's round → what the owner does.
CHANGES: dict[int, tuple[Change, ...]] = {
    3: (Life.publish,), 5: (Life.edit,), 9: (Life.delete,), 13: (Life.publish,), 19: (Life.move,),
    23: (Life.publish, Life.edit), 27: (Life.take_place,), 33: (Life.publish,), 37: (Life.restore,),
    41: (Life.move_back,), 43: (Life.publish,), 45: (Life.edit,), 49: (Life.swap,), 51: (Life.hide_tags,),
    53: (Life.publish,),
}  # fmt: skip
