"""What `ushrn status --check`, its JSON and its metrics tell an operator of good days and of bad ones."""

import gzip
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper import verify
from scraper.cli import main
from scraper.crawl import run_crawl
from scraper.crawl.pictures import PicturePolicy, Want
from scraper.demo.blog import Answer, Blog, Question
from scraper.demo.posts import POSTS
from scraper.demo.server import served
from scraper.reading.sitemaps import SITEMAP_BYTES
from scraper.runs import Report
from scraper.store import Archive
from scraper.terminal import prometheus, status
from scraper.terminal.checks import Check, causes

START = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
#: Posts of which nothing is due for months.
OLD = tuple(replace(post, removed=None, edited=None) for post in POSTS if post.published < -200)[:7]
WALL = Answer(status=403, body=b"<title>Just a moment...</title>", headers=(("cf-mitigated", "challenge"),))


class World:
    """A pretend blog, an archive, and a day."""

    def __init__(self, folder: Path) -> None:
        self.blog = Blog(today=START, posts=OLD, padding=500)
        self.path = folder / "archive.db"
        #: What is answered in place of the blog, by the beginning of the path.
        self.instead: dict[str, Answer] = {}

    def answer(self, question: Question) -> Answer:
        for start, answer in self.instead.items():
            if question.path.startswith(start):
                return answer
        return self.blog.answer(question)

    def crawl(self, day: int) -> Report:
        now = START + timedelta(days=day)
        return run_crawl(
            self.path, [self.blog.base], delay=0, counts=False, pictures=PicturePolicy(want=Want.NONE), now=lambda: now,
            sleep=lambda _: None,
        )  # fmt: skip

    def status(self, day: float, max_age: timedelta | None = None) -> status.Status:
        return status.status(self.path, START + timedelta(days=day), max_age)

    def checks(self, day: float) -> list[Check]:
        return [cause.check for cause in self.status(day).causes]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that was crawled once, on day 0."""
    made = World(tmp_path_factory.mktemp("world"))
    with served(made.answer) as server:
        made.blog.base = server.base
        made.crawl(0)
        yield made


@pytest.fixture
def fresh(crawled: World, tmp_path: Path) -> Iterator[World]:
    """The same blog, and no archive yet."""
    before, crawled.path = crawled.path, tmp_path / "archive.db"
    yield crawled
    crawled.path = before
    crawled.instead.clear()


@pytest.fixture
def world(crawled: World, tmp_path: Path) -> Iterator[World]:
    """The same blog, and an archive that was made of it on day 0."""
    before = crawled.path
    crawled.path = Path(shutil.copy(before, tmp_path / "archive.db"))
    yield crawled
    crawled.path = before
    crawled.instead.clear()


def ushrn(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.stdout


def test_on_good_days_there_is_no_cause_though_nothing_was_due(world: World) -> None:
    for day in range(1, 4):
        world.crawl(day)
    found = world.status(6)
    assert found.causes == () and found.health.last_good_crawl_at == "2026-05-23T12:00:00Z"


def test_a_crawl_is_good_where_pages_were_had_whatever_its_exit_status(world: World) -> None:
    world.instead["/post/" + OLD[0].slug] = Answer(status=500)
    assert world.crawl(100).exit_status == 1  # told when it begins …
    assert world.crawl(101).exit_status == 0  # … and then weekly
    found = world.status(101).health
    assert found.sites[0].last_had_at == "2026-08-29T12:00:00Z" and found.errors == 1


def test_a_crawl_that_met_only_a_wall_is_not_good_and_the_wall_is_a_cause(world: World) -> None:
    world.instead["/"] = WALL
    for day in range(101, 105):
        world.crawl(day)
    found = world.status(104)
    assert found.health.last_good_crawl_at == "2026-05-20T12:00:00Z"
    assert {Check.CRAWL_AGE, Check.WALL} <= {cause.check for cause in found.causes}
    world.instead.clear()
    world.crawl(105)
    assert world.checks(105) == []


def test_pages_behind_a_wall_do_not_make_a_sitemap_a_good_crawl(world: World) -> None:
    world.instead["/post/"] = WALL
    world.crawl(100)
    found = world.status(100, max_age=timedelta(days=2))
    assert found.stale
    (wall, *_) = [str(cause) for cause in found.causes if cause.check is Check.WALL]
    assert "a wall stands before" in wall and "since 2026-08-28" in wall and "\n" not in wall


def test_a_post_that_the_site_names_and_that_was_not_had_for_days_is_a_cause(fresh: World) -> None:
    fresh.instead["/post/" + OLD[0].slug] = Answer(status=500)
    fresh.crawl(0)
    fresh.crawl(2)
    assert fresh.checks(2) == []
    fresh.crawl(4)
    (cause,) = fresh.status(4).causes
    assert (cause.check, cause.site) == (Check.NAMED_NOT_HAD, fresh.status(4).health.sites[0].id)
    assert OLD[0].slug in cause.message and "1 post named" in cause.message


def test_crawls_that_stopped_and_runs_that_were_killed_are_causes(world: World) -> None:
    with Archive.open(world.path) as opened:
        opened.begin("crawl", "2026-05-20T13:00:00Z")
    assert world.checks(1) == [Check.UNSEALED]
    assert world.checks(4) == [Check.CRAWL_AGE, Check.UNSEALED]


def test_a_run_that_goes_on_is_no_cause(world: World) -> None:
    with Archive.open(world.path) as opened:
        opened.begin("crawl", "2026-05-20T13:00:00Z")
    found = world.status(0)
    assert causes(found.health, replace(found.around, is_running=True)) == ()


def test_our_own_network_is_a_cause_and_names_what_to_look_at(world: World) -> None:
    with Archive.open(world.path) as opened:
        run = opened.begin("crawl", "2026-05-21T12:00:00Z")
        opened.finish(run, finished_at="2026-05-21T12:00:09Z", requests=3, exit_status=3)
    (cause,) = world.status(1).causes
    assert cause.check is Check.NETWORK and "check this machine's network" in cause.message


def test_a_server_that_answers_without_rules_is_a_cause_and_our_own_network_is_none(world: World) -> None:
    world.instead["/robots.txt"] = Answer(status=500)
    assert world.crawl(1).exit_status == 3
    (cause,) = world.status(1).causes
    assert cause.check is Check.REFUSED and "status 500" in cause.message
    world.instead.clear()
    world.crawl(2)
    assert world.checks(2) == []


def test_a_full_disk_is_a_cause(world: World) -> None:
    found = world.status(0)
    (cause,) = causes(found.health, replace(found.around, disk_free=10_000_000))
    assert str(cause) == "disk: 10 MB free on the archive's disk; make room before crawls stop"


def test_posts_that_are_absent_at_once_are_a_cause_until_they_are_back(world: World) -> None:
    named = {f"/post/{post.slug}": Answer(status=404) for post in OLD}
    world.instead.update(named)
    world.crawl(100)
    assert Check.MASS in world.checks(100)


def test_the_age_of_the_last_verify_is_told_once_it_is_recorded(world: World) -> None:
    assert world.status(0).health.last_verify_at is None
    at = START + timedelta(days=1)
    before = world.path.read_bytes()
    found = verify.run(world.path, now=lambda: at)
    assert world.path.read_bytes() == before
    verify.record(world.path, found, lambda: at)
    assert world.status(2).health.last_verify_at == "2026-05-21T12:00:00Z"
    assert verify.run(world.path, now=lambda: at).exit_status == 0
    world.crawl(40)
    assert world.checks(40) == [Check.VERIFY_AGE]


def test_a_damaged_archive_is_not_written_to_by_verify(world: World) -> None:
    with sqlite3.connect(world.path) as db:
        db.execute("UPDATE posts SET title = 'other'")
    db.close()
    assert ushrn("verify", "--record", "--db", world.path)[0] == 7
    assert world.status(0).health.last_verify_at is None


def test_a_limit_that_cuts_what_a_site_names_is_a_cause_until_it_cuts_no_more(world: World) -> None:
    flood = gzip.compress(f"{world.blog.base}page\n# ".encode() + b"x" * SITEMAP_BYTES, 1)
    world.instead["/blog-posts-sitemap.xml"] = Answer(body=flood, media_type="text/plain")
    world.crawl(1)
    (cause,) = world.status(1).causes
    assert cause.check is Check.CAP
    assert "at most 50 MB and 500,000 addresses are read" in cause.message
    world.instead.clear()
    world.crawl(2)
    assert world.checks(2) == []


def test_what_has_been_well_for_a_month_is_not_in_status(fresh: World) -> None:
    fresh.instead["/blog-feed.xml"] = Answer(status=500)
    fresh.crawl(0)
    with Archive.open(fresh.path) as opened:  # the feed has another address now: nobody asks there any more
        opened.db.execute("UPDATE problems SET url = url || '?old' WHERE kind = 'source-failed'")
    fresh.instead.clear()
    fresh.crawl(1)
    assert "source-failed" in [one.kind for one in fresh.status(20).health.problems]
    found = fresh.status(31.1).health
    assert found.errors == 0 and "source-failed" not in [one.kind for one in found.problems]


def test_without_a_good_run_since_nothing_is_forgotten(fresh: World) -> None:
    fresh.instead["/blog-feed.xml"] = Answer(status=500)
    fresh.crawl(0)
    assert "source-failed" in [one.kind for one in fresh.status(60).health.problems]


def test_check_ends_with_10_and_one_line_per_cause_or_with_0_and_one_line(world: World) -> None:
    code, out = ushrn("status", "--check", "--db", world.path)  # by today's clock it is old
    assert code == 10 and [line.partition(":")[0] for line in out.splitlines()] == ["crawl-age"]
    code, out = ushrn("status", "--check", "--max-age", "9999w", "--db", world.path)
    assert code == 0 and out.startswith("all is well: last good crawl: 2026-05-20")


def test_the_json_form_has_a_version_and_the_causes(world: World) -> None:
    code, out = ushrn("status", "--json", "--check", "--db", world.path)
    found = json.loads(out)
    assert code == 10 and found["schema_version"] == 1
    assert [cause["check"] for cause in found["causes"]] == ["crawl-age"]
    assert found["last_crawl_exit"] == 0 and found["sites"][0]["named_not_had"] == 0


def test_every_field_of_the_json_form_is_documented(world: World) -> None:
    found = world.status(0).as_json()
    told = Path(__file__).parent.parent.joinpath("docs", "running.md").read_text("utf-8")
    names = {*found, *found["sites"][0], "check", "message"}
    assert [name for name in sorted(names) if f"`{name}`" not in told] == []


# Metrics

_SAMPLE = re.compile(r'([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? ([0-9.e+-]+)')


def samples(text: str) -> dict[str, float]:
    """Every sample by its name and labels; fails for what the collector would refuse."""
    assert text.endswith("\n")
    found: dict[str, float] = {}
    typed: list[str] = []
    for line in text.splitlines():
        if line.startswith("# "):
            _, word, name, _ = line.split(" ", 3)
            typed += [name] if word == "TYPE" else []
            continue
        match = _SAMPLE.fullmatch(line)
        assert match, line
        assert match[1] == typed[-1] and match[1] + (match[2] or "") not in found
        found[match[1] + (match[2] or "")] = float(match[3])
    assert len(typed) == len(set(typed))
    return found


def test_metrics_are_in_base_units_and_say_what_fails(world: World) -> None:
    found = samples(prometheus.text(world.status(5)))
    site = world.status(0).health.sites[0].id
    assert found[f'ushrn_posts{{site="{site}"}}'] == len(OLD)
    assert found["ushrn_archive_size_bytes"] == world.path.stat().st_size
    assert found["ushrn_last_good_crawl_timestamp_seconds"] == START.timestamp()
    assert found['ushrn_check_failing{check="crawl-age"}'] == 1
    assert found['ushrn_check_failing{check="wall"}'] == 0
    assert "ushrn_last_verify_timestamp_seconds" not in found


def test_a_label_may_hold_anything(world: World) -> None:
    found = world.status(0)
    odd = replace(found.health.sites[0], id='a"b\\c\nd')
    text = prometheus.text(replace(found, health=replace(found.health, sites=(odd,))))
    assert samples(text)['ushrn_posts{site="a\\"b\\\\c\\nd"}'] == len(OLD)


def test_metrics_are_put_in_place_whole_and_readable_for_the_collector(world: World, tmp_path: Path) -> None:
    file = tmp_path / "metrics" / "ushrn.prom"
    file.parent.mkdir()
    file.write_text("old")
    code, out = ushrn("status", "--prometheus", file, "--db", world.path)
    assert (code, out) == (0, "")
    assert "ushrn_posts" in file.read_text("utf-8") and file.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in file.parent.iterdir()] == ["ushrn.prom"]


def test_metrics_say_that_an_archive_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "ushrn.prom"
    code, _ = ushrn("status", "--prometheus", file, "--db", tmp_path / "none.db")
    assert code == 6
    (sample,) = samples(file.read_text("utf-8")).items()
    assert sample[0].startswith("ushrn_up{") and sample[1] == 0


#: The command line, in a process that can write no file of more than so many bytes.
ON_A_FULL_DISK = """
import resource, sys
sys.dont_write_bytecode = True  # modules that are cut short would stay
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from scraper.cli import main
main(sys.argv[2:])
"""


def test_metrics_on_a_full_disk_name_their_file_and_leave_the_old_ones(world: World, tmp_path: Path) -> None:
    file = tmp_path / "metrics" / "ushrn.prom"
    file.parent.mkdir()
    file.write_text("old")
    words = [sys.executable, "-c", ON_A_FULL_DISK, "200", "status", "--prometheus", file, "--db", world.path]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 6, done.stderr
    assert str(file) in done.stderr and "Traceback" not in done.stderr
    assert file.read_text() == "old" and [one.name for one in file.parent.iterdir()] == ["ushrn.prom"]
