"""A clock that is wrong: two servers that say so stop the run before it writes; one alone stops nothing."""

# ruff: noqa: E501 - heads of answers are read along their lines

import errno
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from scraper import verify
from scraper.crawl import run_crawl
from scraper.crawl.pictures import PicturePolicy, Want
from scraper.demo.blog import Answer, Blog, Question
from scraper.demo.server import served
from scraper.errors import WrongClock
from scraper.fetch import clocks
from scraper.runs import Budget, Report, SteadyClock
from scraper.runs.steady_clock import since_start
from scraper.terminal import show
from tests.old_posts import OLD

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
YEARS = timedelta(days=730)
FEW = OLD[:3]


class Host:
    """A pretend blog on a machine with a clock of its own."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.blog = Blog(today=TODAY, posts=FEW, padding=500)
        #: How far its clock is ahead of the true one; None: it tells no time.
        self.ahead: timedelta | None = ahead
        #: Seconds that its answers lay in a cache, which keeps the date at which they were made.
        self.age = 0
        self.true = TODAY
        self.title: str | None = None
        self.asked = 0

    def answer(self, question: Question) -> Answer:
        self.asked += 1
        found = self.blog.answer(question)
        if self.title and question.path == f"/post/{OLD[0].slug}":
            found = replace(found, body=found.body.replace(OLD[0].title.encode(), self.title.encode()))
        if self.ahead is None:
            return found
        date = format_datetime(self.true + self.ahead - timedelta(seconds=self.age), usegmt=True)
        more = (("Date", date), *((("Age", str(self.age)),) if self.age else ()))
        return replace(found, headers=(*found.headers, *more))


class Lab:
    """Two hosts, an archive, the true time and what this machine's clock says."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "archive.db"
        self.hosts = [Host(), Host()]
        self.wrong = timedelta(0)

    def crawl(self, day: float, hosts: int = 2) -> Report:
        true = TODAY + timedelta(days=day)
        for host in self.hosts:
            host.true = true
        return run_crawl(
            self.path, [host.blog.base for host in self.hosts[:hosts]], delay=0, counts=False,
            pictures=PicturePolicy(want=Want.NONE), now=lambda: true + self.wrong, sleep=lambda _: None,
        )  # fmt: skip

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(sql).fetchall()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path)
    with ExitStack() as stack:
        for host in made.hosts:
            host.blog.base = stack.enter_context(served(host.answer)).base
        yield made


@pytest.mark.parametrize(
    "wrong", [YEARS, timedelta(hours=-26), *(pytest.param(one, marks=pytest.mark.slow) for one in (-YEARS, -YEARS / 2))]
)
def test_where_two_hosts_agree_on_another_time_nothing_is_written(lab: Lab, wrong: timedelta) -> None:
    lab.crawl(0)
    before = lab.path.read_bytes()
    lab.wrong = wrong
    with pytest.raises(WrongClock, match=r"clock is wrong.* set the clock, then"):
        lab.crawl(1)
    assert lab.path.read_bytes() == before
    assert [one.name for one in lab.path.parent.iterdir()] == [lab.path.name]
    assert WrongClock.exit_status == 9


def test_no_archive_is_made_by_a_clock_that_is_wrong(lab: Lab) -> None:
    lab.wrong = YEARS
    with pytest.raises(WrongClock):
        lab.crawl(0)
    assert not lab.path.exists()
    assert [host.asked for host in lab.hosts] == [1, 1], "each was asked for its rules, and nothing else"


def test_one_host_alone_is_told_and_stops_nothing(lab: Lab) -> None:
    lab.hosts[0].ahead = YEARS
    report = lab.crawl(0)
    assert (report.exit_status, report.new) == (0, 2 * len(FEW))
    asked = "SELECT kind, level, url FROM problems WHERE stage = 'clock' AND resolved_at IS NULL"
    assert lab.rows(asked) == [("clock-differs", "note", lab.hosts[0].blog.base + "/")]
    lab.hosts[0].ahead = timedelta(0)
    lab.crawl(1)
    assert lab.rows(asked) == []


def test_a_single_site_stops_nothing_either_and_says_which_times_differ(lab: Lab) -> None:
    lab.wrong = YEARS
    report = lab.crawl(0, hosts=1)
    assert report.exit_status == 0
    assert "2026-05-20T12:00:00Z, this machine's clock 2028-05-19T12:00:00Z" in " ".join(report.messages)


def test_two_hosts_that_do_not_agree_with_each_other_stop_nothing(lab: Lab) -> None:
    lab.hosts[0].ahead, lab.hosts[1].ahead = YEARS, -YEARS
    assert lab.crawl(0).exit_status == 0
    assert lab.rows("SELECT count(*) FROM problems WHERE kind = 'clock-differs'") == [(2,)]


def test_clocks_that_differ_by_hours_and_answers_from_a_cache_are_no_matter(lab: Lab) -> None:
    lab.hosts[0].ahead, lab.hosts[1].ahead = timedelta(hours=20), timedelta(hours=20)
    lab.hosts[0].age = lab.hosts[1].age = 40 * 86_400
    assert lab.crawl(0).exit_status == 0
    assert lab.rows("SELECT * FROM problems WHERE stage = 'clock'") == []


def test_hosts_that_tell_no_time_stop_nothing(lab: Lab) -> None:
    lab.hosts[0].ahead = lab.hosts[1].ahead = None
    lab.wrong = YEARS
    assert lab.crawl(0).exit_status == 0


def test_nothing_is_asked_twice_for_the_sake_of_the_clock(lab: Lab) -> None:
    report = lab.crawl(0)
    asked = lab.rows("SELECT url FROM captures WHERE kind = 'robots' ORDER BY url")
    assert len(asked) == 2
    assert report.requests == sum(host.asked for host in lab.hosts)


def test_what_a_wrong_clock_dated_is_set_aside_when_the_clock_is_right_again(lab: Lab) -> None:
    lab.crawl(0, hosts=1)
    lab.wrong = YEARS
    lab.crawl(10, hosts=1)
    lab.wrong = timedelta(0)
    lab.hosts[0].title = "Another title"
    lab.hosts[0].blog.today = TODAY + timedelta(days=20)
    report = lab.crawl(100, hosts=1)
    assert "dated by a clock that was wrong" in " ".join(report.messages)
    (marked,) = lab.rows("SELECT count(*) FROM decisions WHERE kind = 'wrong-time'")[0]
    assert lab.rows("SELECT count(*) FROM captures WHERE captured_at > '2027'") == [(marked,)]
    asked = "SELECT max(last_seen_at), max(first_seen_at), max(title = 'Another title') FROM posts"
    assert lab.rows(asked) == [("2026-08-28T12:00:00Z", "2026-05-20T12:00:00Z", 1)]
    assert lab.rows("SELECT count(*) FROM known_urls WHERE last_heard_at > '2027'") == [(0,)]
    found = verify.run(lab.path, now=lambda: TODAY + timedelta(days=100))
    assert found.of("damage") == () and "wrong-time: decided by crawl" in " ".join(map(str, found.found))


@pytest.mark.slow
def test_what_a_clock_that_was_behind_dated_is_set_aside_too(lab: Lab) -> None:
    lab.crawl(0, hosts=1)
    lab.wrong = -YEARS
    lab.crawl(10, hosts=1)
    lab.wrong = timedelta(0)
    lab.crawl(20, hosts=1)
    assert lab.rows(
        "SELECT count(*) FROM captures WHERE captured_at < '2025' AND record_sha256 NOT IN"
        " (SELECT record_sha256 FROM decisions WHERE kind = 'wrong-time')"
    ) == [(0,)]
    assert lab.rows("SELECT min(first_seen_at) FROM posts") == [("2026-05-20T12:00:00Z",)]


@pytest.mark.slow
def test_what_was_dated_rightly_is_left_alone(lab: Lab) -> None:
    for day in (0, 1, 8):
        lab.crawl(day)
    assert lab.rows("SELECT * FROM decisions") == []


@pytest.mark.slow
def test_the_page_shown_is_the_newest_that_was_dated_rightly(lab: Lab) -> None:
    lab.crawl(0, hosts=1)
    lab.wrong = YEARS
    lab.hosts[0].title = "Seen by a wrong clock"
    lab.crawl(100, hosts=1)
    lab.wrong = timedelta(0)
    lab.hosts[0].title = None
    lab.crawl(101, hosts=1)
    assert OLD[0].title in show.render(lab.path, f"{lab.hosts[0].blog.base}/post/{OLD[0].slug}")


@pytest.mark.parametrize(
    ("head", "at"),
    [
        (b"HTTP/1.1 200 OK\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\n\r\n", datetime(1994, 11, 15, 8, 12, 31, tzinfo=UTC)),
        (b"HTTP/1.1 200 OK\r\ndate:Tue, 15 Nov 1994 08:12:31 GMT\r\nAGE: 60\r\n\r\n", datetime(1994, 11, 15, 8, 13, 31, tzinfo=UTC)),
        (b"HTTP/1.1 200 OK\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\nAge: -5\r\n\r\n", datetime(1994, 11, 15, 8, 12, 31, tzinfo=UTC)),
        (b"HTTP/1.1 200 OK\r\nDate: yesterday\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\nAge: 99999999999999999999\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\n\r\n", None),
        (None, None),
    ],
)  # fmt: skip
def test_the_time_that_an_answer_tells(head: bytes | None, at: datetime | None) -> None:
    assert clocks.told(head) == at


@pytest.mark.parametrize("leap", [YEARS, -YEARS])
def test_a_clock_that_leaps_amid_a_run_ends_it_and_dates_nothing(lab: Lab, leap: timedelta) -> None:
    lab.crawl(0)
    later, asked = TODAY + timedelta(days=20), iter(range(1000))
    lab.hosts[0].true = later
    report = run_crawl(
        lab.path, [lab.hosts[0].blog.base], delay=0, counts=False, full=True, sleep=lambda _: None,
        pictures=PicturePolicy(want=Want.NONE), now=lambda: later + (leap if next(asked) > 8 else timedelta(0)),
    )  # fmt: skip
    assert report.exit_status == 9
    assert "a leap of this machine's clock" in report.messages[-1]
    with closing(sqlite3.connect(lab.path)) as db:
        days = {
            at[:10] for (at,) in db.execute("SELECT captured_at FROM captures UNION SELECT finished_at FROM crawls")
        }
    assert days <= {"2026-05-20", "2026-06-09"}


def test_a_pretended_clock_whose_days_pass_amid_a_run_does_not_leap(lab: Lab) -> None:
    """The machine's own, which stands still meanwhile, is not asked."""
    passed = [0.0]
    report = run_crawl(
        lab.path, [lab.hosts[0].blog.base], delay=0, counts=False, pictures=PicturePolicy(want=Want.NONE),
        now=lambda: TODAY + timedelta(seconds=passed[0]), monotonic=lambda: passed[0], sleep=lambda _: None,
        on_request=lambda _: passed.append(passed.pop() + 40_000), budget=Budget(seconds=10.0**9),
    )  # fmt: skip
    assert report.exit_status == 0, report
    assert passed[0] > 2 * 86_400


def test_where_no_clock_counts_from_the_start_of_the_machine_another_does() -> None:
    def read(clock: int) -> float:
        if clock != time.CLOCK_MONOTONIC:
            raise OSError(errno.EINVAL, "Invalid argument")
        return 5.0

    assert since_start(read) == 5.0


def test_a_clock_that_is_corrected_by_hours_is_followed() -> None:
    told: list[str] = []
    times = iter([TODAY, TODAY + timedelta(hours=5), TODAY + timedelta(days=3)])
    clock = SteadyClock(lambda: next(times), told.append, seconds=lambda: 0.0)
    assert [clock.now(), clock.now()] == [TODAY + timedelta(hours=5), TODAY]
    assert len(told) == 1
