"""SIGKILL at any moment: nothing acknowledged is lost, nothing is there twice, at most two pages are fetched again:
the one that is being kept and the one that comes next; where another process reads, those that wait to be stored."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.demo.blog import Answer, Blog, Question
from scraper.demo.posts import POSTS
from scraper.demo.server import LoopbackServer, served
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.runs.session import REACH
from scraper.store import Archive
from scraper.store.commits import MOST_TOGETHER
from tests.archives import is_made

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
CRAWL = """
import sys
from datetime import datetime
from scraper.crawl import run_crawl
moment = datetime.fromisoformat(sys.argv[3])
sys.exit(run_crawl(sys.argv[1], [sys.argv[2]], delay=0, now=lambda: moment).exit_status)
"""


def wave(count: int, number: int) -> tuple:
    """The posts of the blog after *number* rounds of edits, all of them changed in each, to texts of their own."""
    return tuple(
        replace(
            POSTS[0],
            slug=f"post-{one}",
            published=-500 - one,
            edited=-96 + 2 * number if number else None,
            edited_body=(f"This is what {_letters(one)} says after {number} edits.", *POSTS[0].body[1:3]),
        )
        for one in range(count)
    )


def _letters(number: int) -> str:
    """*number* in letters: one text in place of many would be held back, whatever digits are in it."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def sound(path: Path) -> None:
    """The file is whole and the search tables are in step."""
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in ("posts_fts", "posts_exact", "files_fts"):
        db.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    db.close()


def start(path: Path, server: LoopbackServer, day: int) -> subprocess.Popen[bytes]:
    moment = (TODAY + timedelta(days=day)).isoformat()
    return subprocess.Popen([sys.executable, "-c", CRAWL, str(path), server.base, moment], stderr=subprocess.DEVNULL)


def kill_in_the_middle(process: subprocess.Popen[bytes], server: LoopbackServer, dice: random.Random) -> bool:
    """Waits for the first request of a run, and some moments more; whether it was still running when killed."""
    before = len(server.questions)
    deadline = time.monotonic() + 30
    while len(server.questions) == before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(dice.uniform(0, 0.35))
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return running


def fetched(server: LoopbackServer, since: int) -> Counter[str]:
    """How often each post was asked for."""
    return Counter(one.path for one in server.questions[since:] if one.path.startswith("/post/"))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("most", [pytest.param(20, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.long)])
def test_kills_lose_nothing_repeat_nothing_and_cost_at_most_two_pages_each(tmp_path: Path, most: int) -> None:
    path, count, dice = tmp_path / "archive.db", 60, random.Random(20260520)
    blog = Blog(today=TODAY, page_size=20, padding=30_000)

    def slowly(question: Question) -> Answer:
        time.sleep(0.004)
        return blog.answer(question)

    with served(slowly) as server:
        blog.base = server.base
        kills, rounds = 0, 0
        while kills < most:
            blog.day = -95 + rounds * 2
            blog.posts = wave(count, rounds)
            since, in_this_round = len(server.questions), 0
            while True:
                process = start(path, server, blog.day)
                if dice.random() < 0.15 or kills >= most:
                    assert process.wait() == 0
                    break
                if not kill_in_the_middle(process, server, dice):
                    continue
                kills, in_this_round = kills + 1, in_this_round + 1
                if is_made(path):
                    sound(path)
            asked = fetched(server, since)
            assert len(asked) == count
            assert sum(asked.values()) <= count + 2 * in_this_round
            rounds += 1
        check_archive(path, count, rounds)


def kill_after(process: subprocess.Popen[bytes], server: LoopbackServer, pages: int) -> bool:
    """Waits until so many more pages were asked for; whether the run went on when it was killed."""
    before, deadline = len(server.questions), time.monotonic() + 60
    while len(server.questions) < before + pages and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return running


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_where_another_process_reads_kills_lose_nothing_and_cost_those_that_were_asked_ahead(tmp_path: Path) -> None:
    path, count, dice = tmp_path / "archive.db", 400, random.Random(20260521)
    blog = Blog(today=TODAY, page_size=100, padding=30_000, posts=wave(count, 0))
    with served(lambda question: (time.sleep(0.004), blog.answer(question))[1]) as server:
        blog.base = server.base
        kills = 0
        for _ in range(3):
            kills += kill_after(start(path, server, -95), server, dice.randint(60, 180))
            sound(path)
        assert start(path, server, -95).wait() == 0
        asked = fetched(server, 0)
        assert kills
        assert len(asked) == count
        assert sum(asked.values()) <= count + kills * (REACH + MOST_TOGETHER)
    check_archive(path, count, 1)


def check_archive(path: Path, count: int, rounds: int) -> None:
    """Every post once, with every revision once; the same when all is read again from the captures."""
    sound(path)
    with Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        posts = archive.db.execute("SELECT count(*), count(DISTINCT url), count(gone_at) FROM posts").fetchone()
        assert posts == (count, count, 0)
        assert archive.db.execute("SELECT DISTINCT revision_count FROM posts").fetchall() == [(rounds,)]
        assert archive.db.execute("SELECT count(*) FROM revisions").fetchone() == (count * rounds,)
        assert archive.db.execute("SELECT count(*) FROM problems WHERE level = 'error'").fetchone() == (0,)
        assert archive.db.execute("SELECT count(*) FROM crawls WHERE chain_sha256 IS NULL").fetchone() == (0,)
        assert archive.rebuild(diff=True).changed == 0
