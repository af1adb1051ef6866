"""`ushrn recover` as a program: killed at any moment it loses nothing it said, and asks for nothing twice. Slow."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scraper import verify
from scraper.cli.group import now

POST = "https://www.upr2020.org/post/letter-{}"
POSTS = 40


def page(number: int) -> str:
    return f"""<html lang="en"><head><link rel="canonical" href="{POST.format(number)}">
<meta name="generator" content="Wix.com Website Builder"></head><body><article data-hook="post">
<h1 data-hook="post-title">Letter {number}</h1><section data-hook="post-description"><div data-id="content-viewer">
<p>This is letter {number}.</p></div></section></article></body></html>"""


def command(old_web: Any, db: Path) -> list[str]:
    words = ["recover", "upr2020", "--db", str(db), "--endpoint", old_web.url, "--delay", "0"]
    return [sys.executable, "-m", "scraper", *words]


def kept(db: Path) -> int:
    if not db.exists():
        return 0
    opened = sqlite3.connect(db)
    try:
        return int(opened.execute("SELECT count(*) FROM captures WHERE kind = 'post'").fetchone()[0])
    except sqlite3.OperationalError:  # killed before the tables were made
        return 0
    finally:
        opened.close()


def test_the_command_recovers_and_says_so(old_web: Any, tmp_path: Path) -> None:
    old_web.hold(POST.format(1), "20210305120000", page(1))
    db = tmp_path / "archive.db"
    done = subprocess.run(command(old_web, db), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 capture from the Wayback Machine: 1 new, 0 changed, 0 problems, 2 requests in ")
    words = [sys.executable, "-m", "scraper", "status", "--coverage", "--db", str(db)]
    told = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert f"upr2020,{POST.format(1)},archived" in told.stdout


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing_and_ask_for_little_twice(old_web: Any, tmp_path: Path) -> None:
    for number in range(POSTS):
        old_web.hold(POST.format(number), "20210305120000", page(number))
    old_web.before = lambda _: time.sleep(0.02)
    db, kills, dice = tmp_path / "archive.db", 0, random.Random(5)
    while True:
        process = subprocess.Popen(command(old_web, db), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        before, began = kept(db), time.monotonic()
        target = before + dice.randint(1, 6)
        while process.poll() is None and kept(db) < target and time.monotonic() - began < 60:
            time.sleep(dice.random() * 0.03)
        if process.poll() is not None:
            assert process.returncode == 0, process.stderr and process.stderr.read()
            break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills >= 5
    assert kept(db) == POSTS
    asked = Counter(old_web.paths)
    assert sum(asked.values()) - len(asked) <= kills  # at most the one request that each kill cut
    assert len(old_web.listings) <= 2
    assert verify.run(db, now=now).exit_status == 0
