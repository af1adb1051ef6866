"""SIGTERM ends a crawl within two seconds, whatever it is at, with status 9; what was kept stays, and is sealed."""

import gzip
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.store import Archive
from tests.letters import post

#: Measures time: .ci/run gives it the machine.
pytestmark = [pytest.mark.slow, pytest.mark.alone]
SECONDS = 2.0
#: A machine that is busy with something else for a moment is no fault of ours.
ATTEMPTS = 3
NAMED = b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>%s/post/one</loc></url>%s</urlset>'


def sitemap(faults: Any, more: bytes = b"") -> None:
    faults.on("/sitemap.xml", faults.page(NAMED % (faults.url.encode(), more), headers=["Content-Type: text/xml"]))


def letter(filling: str) -> bytes:
    return post(1).body.replace(b"</p></section>", f"</p>{filling}</section>".encode())


def slow_body(faults: Any) -> None:
    faults.on("/post/one", faults.drip(pause=0.05))


def no_answer(faults: Any) -> None:
    faults.on("/post/one", faults.hang)


def slow_robots(faults: Any) -> None:
    faults.on("/robots.txt", faults.drip(pause=0.05))


def long_page(faults: Any) -> None:
    faults.on("/post/one", faults.page(letter("<p><a href='/x'>a</a> <b><i>b</i></b></p>" * 150_000)))


def long_sitemap(faults: Any) -> None:
    sitemap(faults, b"<url><loc>https://elsewhere.example/a?b=1</loc><lastmod>2020-01-01</lastmod></url>" * 500_000)


def packed_sitemap(faults: Any) -> None:
    entry = b"<url><loc>https://elsewhere.example/a?b=1</loc><lastmod>2020-01-01</lastmod></url>"
    body = gzip.compress(gzip.compress(NAMED % (faults.url.encode(), entry * 500_000)))
    faults.on("/sitemap.xml", faults.page(body, headers=["Content-Type: application/gzip"]))


def patience(faults: Any) -> None:
    faults.on("/post/one", faults.page(b"", status="429 Too Many Requests", headers=["Retry-After: 500"]))


AT: dict[str, tuple[Callable[[Any], None], str]] = {
    "a slow body": (slow_body, "/post/one"),
    "a server that says nothing": (no_answer, "/post/one"),
    "a slow robots.txt": (slow_robots, "/robots.txt"),
    "a page that takes long to read": (long_page, "/post/one"),
    "a sitemap that takes long to read": (long_sitemap, "/sitemap.xml"),
    "a sitemap packed twice": (packed_sitemap, "/sitemap.xml"),
    "a pause that a server asked for": (patience, "/post/one"),
}


def stopped(process: "subprocess.Popen[str]", ready: Callable[[], bool], after: float) -> tuple[float, str]:
    """Seconds from SIGTERM, *after* seconds behind *ready*, to the end; and what was said."""
    until = time.monotonic() + 60
    while not ready() and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(after)
    assert process.poll() is None, process.communicate()
    at = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    return time.monotonic() - at, out + err


def started(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "scraper", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def least(attempt: Callable[[int], float]) -> float:
    """The fewest seconds of some attempts, each given its number; no more are made than are needed."""
    took = attempt(0)
    for number in range(1, ATTEMPTS):
        took = took if took < SECONDS else min(took, attempt(number))
    return took


@pytest.mark.parametrize("what", AT)
def test_sigterm_is_obeyed_within_two_seconds(what: str, faults: Any, tmp_path: Path) -> None:
    make, at = AT[what]
    faults.on("/post/one", faults.page(post(1).body))
    sitemap(faults)
    make(faults)

    def attempt(number: int) -> float:
        path, before = tmp_path / f"{number}.db", faults.paths.count(at)
        process = started("crawl", faults.url, "--db", str(path), "--delay", "0", "--no-counts")
        took, said = stopped(process, lambda: faults.paths.count(at) > before, 0.6)
        assert process.returncode == 9, said
        assert "stopped by SIGTERM" in said
        if what == "a slow robots.txt":  # the servers are asked for the time first: nothing is written yet
            assert not path.exists()
        else:
            sound(path)
        return took

    assert least(attempt) < SECONDS


def sound(path: Path) -> None:
    """The file is whole, and its one run ended as told."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT exit_status, chain_sha256 IS NULL FROM crawls").fetchall() == [(9, 0)]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("words", [("rebuild",), ("crawl", "http://127.0.0.1:9/")])
def test_sigterm_amid_a_rebuild_changes_nothing_and_is_obeyed_within_two_seconds(
    words: tuple[str, ...], faults: Any, tmp_path: Path
) -> None:
    path = tmp_path / "archive.db"
    faults.on("/post/one", faults.page(letter("<p><a href='/x'>a</a> <b><i>b</i></b></p>" * 40_000)))
    sitemap(faults)
    assert started("crawl", faults.url, "--db", str(path), "--delay", "0", "--no-counts").wait() == 0
    with Archive.open(path, read=read_capture, reader=READER - 1, fingerprint=fingerprint()) as archive:
        archive.rebuild()
    before = rows(path)

    def attempt(_number: int) -> float:
        process = started(*words, "--db", str(path))
        took, said = stopped(process, lambda: path.with_name("archive.db-wal").exists(), 0.4)
        assert process.returncode == 9, said
        assert rows(path) == before
        return took

    assert least(attempt) < SECONDS


def rows(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT url, title, reader, content_sha256 FROM posts").fetchall()
