"""The life of a blog and of its archive, judged against what was true: nothing false is said, nothing is overlooked.

It begins with an archive that 0.1.0 wrote. Every second day something goes wrong (`Life.INCIDENTS`); on the days
between the blog is well, and so is the way to it: these are the clear days.
"""

import lzma
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from scraper import lock
from scraper.demo.blog import Answer
from scraper.demo.server import served
from scraper.errors import ArchiveBusy, DiskFull
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.runs import Budget
from scraper.runs.run import RENEWED
from scraper.seal import sealer
from scraper.store import Archive
from tests.letters import NOT_FOUND, WALLS, Blog, Lab, html, led

OLD = Path(__file__).parent / "old" / "archive-0.1.0.sql.xz"
BEGIN = datetime(2027, 3, 1, 4, tzinfo=UTC)
#: One round of all incidents, in days.
ROUND = 60
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
MISSING: tuple[Callable[..., Answer], ...] = (
    lambda _: NOT_FOUND,
    lambda _: html("Gone", "Withdrawn by its author.", 410),
    lambda question: html("Nothing here", f"There is no page {question.path} in this house. Try the menu."),
    led("/"),
)
LOOKS = ("{}", "<header><nav><a href='/'>Home</a></nav></header><main><div>{}</div></main><footer>us</footer>")


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

    @property
    def address(self) -> str:
        """The newest one."""
        return self.addresses[max(self.addresses)]

    def views(self, day: int) -> int:
        """How often it was read by then."""
        return 7 * day + self.number


class Life:
    """Days of the blog, each with what happens on it, and what is true in the end."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.blog = lab, lab.blog
        self.dice = random.Random(20270301)
        self.today = 0
        self.letters = [Letter(number, [(0, None)], [0], {0: path}) for path, number in lab.blog.there.items()]
        self.clear: list[int] = []
        self.met: Counter[str] = Counter()
        self.kills = 0
        self.records: set[str] = set()
        self.seen = 0
        lab.blog.views = lambda path: next(one for one in self.letters if one.address == path).views(self.today)

    def day(self, day: int) -> None:
        """One day: what changed, what goes wrong, and the crawl."""
        self.today, step = day, day % ROUND
        self._heal(day)
        if day % 2 == 0 and step in self.INCIDENTS:
            incident = self.INCIDENTS[step]
            self.met[incident.__name__] += 1
            incident(self, day)
        elif day % 2:
            for change in self.CHANGES.get(step, ()):
                change(self, day)
            self.lab.crawl(day, counts=True)
            self.clear.append(day)
        self._count_captures()

    def _heal(self, day: int) -> None:
        blog = self.blog
        blog.wall, blog.sitemap, blog.free, blog.instead = None, True, 0, {}
        blog.missing = MISSING[day // ROUND % len(MISSING)]
        blog.look = LOOKS[day // 50 % len(LOOKS)]
        for letter in self.letters:
            old = [path for path in letter.addresses.values() if path != letter.address]
            blog.instead |= {path: Answer(status=301, headers=(("Location", letter.address),)) for path in old}

    def _count_captures(self) -> None:
        """Remembers what is kept by now: none of it may be lost."""
        with closing(sqlite3.connect(self.lab.path)) as db:
            rows = db.execute("SELECT id, record_sha256 FROM captures WHERE id > ?", (self.seen,)).fetchall()
        self.seen = max([self.seen, *(number for number, _ in rows)])
        self.records |= {record for _, record in rows}

    # -- what the owner does

    def publish(self, day: int) -> None:
        number = len(self.letters)
        path = f"/post/letter-{number}"
        self.letters.append(Letter(number, [(day, None)], [day], {day: path}))
        self.blog.there[path] = number
        self.blog.named.add(path)

    def edit(self, day: int) -> None:
        letter = self._any(day)
        letter.versions.append((day, f"Letter {letter.number} as of day {day}"))
        self.blog.titles[letter.address] = letter.versions[-1][1] or ""
        self.blog.lastmod[letter.address] = f"{self.lab.start + timedelta(days=day, hours=-1):%Y-%m-%dT%H:%M:%SZ}"

    def delete(self, day: int) -> None:
        letter = self._any(day)
        letter.turns.append(day)
        del self.blog.there[letter.address]
        self.blog.named.discard(letter.address)

    def restore(self, day: int) -> None:
        for letter in [one for one in self.letters if len(one.turns) == 2 and day - one.turns[1] > ROUND]:
            letter.turns.append(day)
            self.blog.there[letter.address] = letter.number
            self.blog.named.add(letter.address)

    def move(self, day: int) -> None:
        letter, old = self._any(day), ""
        old, letter.addresses[day] = letter.address, f"{letter.address}-again"
        self.blog.there[letter.address] = self.blog.there.pop(old)
        self.blog.titles[letter.address] = letter.versions[-1][1] or ""
        if not self.blog.titles[letter.address]:
            del self.blog.titles[letter.address]
        self.blog.lastmod |= {letter.address: self.blog.lastmod[old]} if old in self.blog.lastmod else {}
        self.blog.named = (self.blog.named - {old}) | {letter.address}
        self.blog.instead[old] = Answer(status=301, headers=(("Location", letter.address),))

    def _any(self, day: int) -> Letter:
        """A letter that has been there for a while, and was never touched."""
        quiet = [
            one
            for one in self.letters
            if len(one.turns) == 1 and day - one.turns[0] > 5 and len(one.versions) == len(one.addresses) == 1
        ]
        return self.dice.choice(quiet or [one for one in self.letters if len(one.turns) == 1])

    # -- what goes wrong

    def wall(self, day: int) -> None:
        kinds = list(WALLS.values())
        self.blog.wall, self.blog.free = kinds[(self.met["wall"] - 1) % len(kinds)], self.dice.randrange(4)
        self.lab.crawl(day, full=True, counts=True)

    def wall_before_the_sitemap(self, day: int) -> None:
        self.blog.instead["/sitemap.xml"] = WALLS["a challenge by its marks"](None)  # type: ignore[arg-type]
        self.lab.crawl(day, full=True)

    def weather(self, day: int) -> None:
        self.blog.wall = lambda _: html("Trouble", "Come back later.", 503)
        self.lab.crawl(day, full=True)

    def outage(self, day: int) -> None:
        self.blog.instead["/robots.txt"] = html("Trouble", "", 500)
        self.lab.crawl(day, full=True)

    def forbidden(self, day: int) -> None:
        self.blog.instead["/robots.txt"] = Answer(media_type="text/plain", body=b"User-agent: *\nDisallow: /\n")
        self.lab.crawl(day, full=True)

    def posts_all_404(self, day: int) -> None:
        self.blog.wall = lambda _: NOT_FOUND
        self.lab.crawl(day, full=True)

    def no_sitemap(self, day: int) -> None:
        self.blog.sitemap = False
        self.lab.crawl(day)

    def _sitemap(self, day: int, change: Callable[[bytes], bytes]) -> None:
        told = self.blog.map()
        self.blog.instead["/sitemap.xml"] = replace(told, body=change(told.body))
        self.lab.crawl(day)

    def sitemap_cut(self, day: int) -> None:
        self._sitemap(day, lambda body: body[: len(body) // 2])

    def sitemap_empty(self, day: int) -> None:
        self._sitemap(day, lambda _: b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>')

    def sitemap_shrunk(self, day: int) -> None:
        named, self.blog.named = self.blog.named, set(sorted(self.blog.named)[:3])
        self.lab.crawl(day)
        self.blog.named = named

    def sitemap_of_words(self, day: int) -> None:
        self._sitemap(day, lambda _: b"<html><title>Moved</title><p>The map has moved.</p></html>")

    def sitemap_strange(self, day: int) -> None:
        self._sitemap(day, lambda body: b'<?xml version="1.0" encoding="x-none"?>' + body)

    def late_page(self, day: int) -> None:
        """A new post is named a day before it is there."""
        self.publish(day + 1)
        self.blog.instead[self.letters[-1].address] = NOT_FOUND
        self.lab.crawl(day)

    def page_spoiled(self, day: int) -> None:
        self.blog.wall = lambda _: Answer(body=b"\x1f\x8b\x08 no gzip", headers=(("Content-Encoding", "gzip"),))
        self.lab.crawl(day, full=True)

    def part_unasked(self, day: int) -> None:
        self.blog.wall = lambda _: replace(html("Letter", "<article data-hook='post'><h1>Letter"), status=206)
        self.lab.crawl(day, full=True)

    def slow_down(self, day: int) -> None:
        left = [2]

        def refuse(_: object) -> Answer:
            left[0] -= 1
            return html("Slower", "", 429) if left[0] >= 0 else html("Slower", "", 503)

        self.blog.wall = refuse
        self.lab.crawl(day, full=True)

    def stay_away(self, day: int) -> None:
        self.blog.wall = lambda _: html("Enough", "", 429, Retry_After="7200")
        assert self.lab.crawl(day, full=True).exit_status == 8

    def budget_met(self, day: int) -> None:
        assert self.lab.crawl(day, full=True, budget=Budget(requests=5)).exit_status == 9

    def clock_back(self, day: int) -> None:
        self.lab.crawl(day - 1)

    def busy(self, day: int) -> None:
        with lock.writing(self.lab.path, f"{self.lab.start:%Y-%m-%dT%H:%M:%SZ}"), pytest.raises(ArchiveBusy):
            self.lab.crawl(day)

    def upgrade(self, day: int) -> None:
        """The run of yesterday was of a version with other rules."""
        with Archive.open(
            self.lab.path, read=read_capture, reader=READER - 1, fingerprint=fingerprint(), seal=sealer(lambda: BEGIN)
        ) as archive:
            archive.rebuild()
        assert RENEWED in self.lab.crawl(day).messages

    def disk_full(self, day: int) -> None:
        room = self.lab.path.stat().st_size + 8192
        assert self._process(day, room).wait() in (0, DiskFull.exit_status)
        self._sound()

    def killed(self, day: int) -> None:
        """SIGKILL in the middle; now and then the power fails, and the end of the write-ahead log is lost."""
        server = self.lab.server
        for _ in range(2):
            before = len(server.questions)
            process = self._process(day, resource.RLIM_INFINITY)
            while len(server.questions) == before and process.poll() is None:
                time.sleep(0.002)
            time.sleep(self.dice.uniform(0, 0.3))
            self.kills += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
            self._sound()
            self._count_captures()

    def power_lost(self, day: int) -> None:
        self.killed(day)
        log = self.lab.path.with_name(f"{self.lab.path.name}-wal")
        kept = self.seen
        if log.exists() and log.stat().st_size > 5000:
            os.truncate(log, log.stat().st_size // 2)
            with closing(sqlite3.connect(self.lab.path)) as db:
                left = db.execute("SELECT record_sha256 FROM captures").fetchall()
                self.seen = min(kept, len(left))
            self.records &= {record for (record,) in left}
        self._sound()

    def _process(self, day: int, room: int) -> "subprocess.Popen[bytes]":
        moment = (self.lab.start + timedelta(days=day)).isoformat()
        words = [str(self.lab.path), self.lab.server.base, moment, str(room)]
        return subprocess.Popen([sys.executable, "-c", CRAWL, *words], stderr=subprocess.DEVNULL)

    def _sound(self) -> None:
        with closing(sqlite3.connect(self.lab.path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []

    INCIDENTS: ClassVar[dict[int, Callable[["Life", int], None]]] = dict(
        zip(
            range(2, ROUND, 2),
            (
                wall, killed, no_sitemap, late_page, wall, sitemap_cut, weather, wall, sitemap_of_words, upgrade,
                wall_before_the_sitemap, wall, sitemap_empty, outage, disk_full, wall, posts_all_404, budget_met,
                forbidden, wall, sitemap_shrunk, power_lost, page_spoiled, part_unasked, slow_down, stay_away,
                clock_back, busy, sitemap_strange,
            ),
            strict=True,
        )
    )  # fmt: skip
    CHANGES: ClassVar[dict[int, tuple[Callable[["Life", int], None], ...]]] = {
        3: (publish,), 5: (edit,), 9: (delete,), 13: (publish,), 19: (move,), 23: (publish, edit), 33: (publish,),
        37: (restore,), 43: (publish,), 45: (edit,), 53: (publish,),
    }  # fmt: skip

    def soon(self, day: int) -> str:
        """The end of the second clear day from *day* on."""
        after = [one for one in self.clear if one >= day]
        return f"{self.lab.start + timedelta(days=after[min(1, len(after) - 1)] if after else 10**4):%Y-%m-%d}"


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    blog = Blog(8)
    with served(blog.answer) as server:
        lab = Lab(tmp_path, blog, server, BEGIN)
        with closing(sqlite3.connect(lab.path)) as db:
            db.executescript(lzma.decompress(OLD.read_bytes()).decode())
        yield Life(lab)


def rows(life: Life, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(life.lab.path)) as db:
        return db.execute(sql.replace(":base", f"'{life.lab.server.base}%'")).fetchall()


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("days", [62, *(pytest.param(days, marks=pytest.mark.long) for days in (366, 1096))])
def test_in_a_long_life_nothing_false_is_said_and_nothing_is_overlooked(life: Life, days: int) -> None:
    assert days % 2 == 0, "the last day is a clear one"
    for day in range(days):
        life.day(day)
    judge_posts(life, days)
    judge_revisions(life)
    judge_counts(life)
    kept = {record for (record,) in rows(life, "SELECT record_sha256 FROM captures")}
    assert life.records <= kept, "no capture that was kept is lost"
    assert rows(life, "SELECT count(*) FROM known_urls WHERE url LIKE :base AND state IN ('lost', 'not-a-post')") == [
        (0,)
    ]
    assert life.lab.verified() == []
    assert life.lab.rebuilt() == []
    posts, events = len(life.letters), rows(life, "SELECT count(*) FROM events")[0][0]
    print(f"{days} days, {len(life.met)} kinds of incident {life.met.total()} times, {life.kills} kills,",
          f"{posts} posts, {events} events, {len(kept)} captures")  # fmt: skip


def judge_posts(life: Life, days: int) -> None:
    """Each post once, had soon, at its newest address; gone only where it is, its first absence seen soon."""
    found = {
        url.removeprefix(life.lab.server.base): values
        for url, *values in rows(
            life, "SELECT url, first_seen_at, gone_at, missing_since FROM posts WHERE url LIKE :base"
        )
    }
    assert found.keys() == {letter.address for letter in life.letters if letter.turns[0] <= life.clear[-1]}
    for path, (first_seen_at, gone_at, missing_since) in found.items():
        letter = next(one for one in life.letters if one.address == path)
        assert first_seen_at[:10] <= life.soon(letter.turns[0]), path
        away = letter.turns[-1] if len(letter.turns) % 2 == 0 else None
        assert (missing_since is not None) == (away is not None and away <= life.clear[-1]), path
        if away is not None and away <= life.clear[-1]:
            assert missing_since[:10] <= life.soon(away), path
            assert gone_at is not None or away > days - 30, path
        else:
            assert gone_at is None, path
    told = Counter(kind for (kind,) in rows(
        life, "SELECT kind FROM events JOIN posts ON posts.id = post_id WHERE url LIKE :base"
    ))  # fmt: skip
    assert told["moved"] == sum(len(one.addresses) - 1 for one in life.letters)
    assert told["returned"] == sum(len(one.turns) == 3 for one in life.letters)
    assert told["gone"] == sum(gone is not None for _, gone, _ in found.values()) + told["returned"]


def judge_revisions(life: Life) -> None:
    """Each version once, as it was, and soon."""
    told: dict[str, list[tuple[str, str]]] = {}
    for url, seen_at, title in rows(
        life,
        "SELECT url, seen_at, revisions.title FROM revisions JOIN posts ON posts.id = post_id"
        " WHERE url LIKE :base ORDER BY seen_at",
    ):
        told.setdefault(url.removeprefix(life.lab.server.base), []).append((seen_at[:10], title))
    for path, versions in told.items():
        letter = next(one for one in life.letters if one.address == path)
        assert len(versions) == len(letter.versions), path
        for (at, title), (day, said) in zip(versions, letter.versions, strict=True):
            assert said is None or title == said, path
            assert at <= life.soon(day), path


def judge_counts(life: Life) -> None:
    """Each number as it was on its day."""
    counts = rows(life, "SELECT url, counts.counted_at, counts.views FROM counts JOIN posts ON posts.id = post_id"
                        " WHERE url LIKE :base")  # fmt: skip
    assert len(counts) > len(life.letters)
    for url, counted_at, views in counts:
        letter = next(one for one in life.letters if one.address == url.removeprefix(life.lab.server.base))
        day = (datetime.fromisoformat(counted_at) - life.lab.start) // timedelta(days=1)
        assert views == letter.views(day), (url, counted_at)
