"""A hundred posts withdrawn from an archive that repeats them everywhere, and kills in the middle. Slow."""

import gzip
import hashlib
import io
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scraper import verify
from scraper.cli import main
from scraper.demo.endpoints import pdf
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.seal import sealer, withdraw
from scraper.store import Archive

NOW = datetime(2022, 1, 1, tzinfo=UTC)
AT = "2022-01-01T00:00:00Z"
#: In each of two archives.
POSTS, GONE = 30, 25
SITE = "https://www.blog.example"


def words(seed: str, count: int) -> str:
    """Words that stand nowhere else."""
    return " ".join(hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()[:9] for number in range(count))


def text_of(number: int) -> tuple[str, str]:
    """Two paragraphs of a post."""
    return words(f"{number}a", 20) + ".", words(f"{number}b", 12) + "!"


def captures(archives: Any) -> Iterator[Any]:
    """Each post twice; lists, feeds, embedded data, share links and a PDF repeat what they can."""
    rng = random.Random(13)
    for number in range(POSTS):
        teaser = text_of(rng.randrange(POSTS))[0]
        share = teaser.replace(" ", "%20")
        more = f'<aside data-hook="recent-posts"><p>{teaser}</p><a href="//share.example/?t={share}">share</a></aside>'
        page = archives.page(words(f"{number}t", 9), *text_of(number), slug=f"p{number}", extra="") + more
        yield archives.live(f"/post/p{number}", f"2021-03-02T00:{number % 60:02}:{number // 60:02}Z", page)
    for number in range(0, POSTS, 10):
        some = [text_of(one) for one in range(number, number + 10)]
        items = "".join(
            f"<item><link>{SITE}/post/p{number}</link><description>{a}</description></item>" for a, _ in some
        )
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>B</title>{items}</channel></rss>'
        data = "<html><script>" + repr([{"excerpt": b} for _, b in some]) + "</script></html>"
        yield archives.live(f"/feed{number}.xml", "2021-03-03T00:00:00Z", feed, kind="feed", media_type="text/xml")
        yield archives.live(f"/blog/{number}", "2021-03-03T00:00:01Z", data, kind="other")
    yield archives.live("/a.pdf", "2021-03-03T00:00:02Z", pdf(text_of(3) + text_of(4)), kind="file",
                        media_type="application/pdf", packed=False)  # fmt: skip
    for number in range(POSTS):
        page = archives.page(words(f"{number}t", 9), text_of(number)[0], words(f"{number}c", 10), slug=f"p{number}")
        yield archives.live(f"/post/p{number}", f"2021-04-02T00:{number % 60:02}:{number // 60:02}Z", page)


def opened(path: Path) -> Archive:
    seal = sealer(lambda: NOW, path.parent)
    return Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=seal)


def let_go(path: Path, numbers: list[int]) -> None:
    with opened(path) as archive, archive.alone():
        run = archive.begin("withdraw", AT)
        for number in numbers:
            order = withdraw.Order(url=f"{SITE}/post/p{number}", reason="asked", by="An Editor", everywhere=True)
            withdraw.carry_out(archive, order, withdraw.plan(archive, order), crawl_id=run, at=AT)
        archive.finish(run, finished_at=AT, requests=0, exit_status=0)


def own_runs(number: int) -> set[str]:
    """Runs of eight words of a post, as a stranger would look for them."""
    said = [words(f"{number}t", 9), " ".join(text_of(number)), words(f"{number}c", 10)]
    found = set()
    for text in said:
        each = re.findall(r"\w+", text)
        found |= {" ".join(each[at : at + 8]) for at in range(len(each) - 7)}
    return found


def runs_in(data: bytes, wanted: set[str]) -> set[str]:
    """Which runs stand in *data* as text, with or without markup."""
    text = data.decode("utf-8", "replace").replace("%20", " ")
    found = set()
    for view in (text, re.sub(r"<[^>]*>", " ", text)):
        each = re.findall(r"\w+", view)
        found |= {run for at in range(len(each) - 7) if (run := " ".join(each[at : at + 8])) in wanted}
    return found


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """What an export holds, unpacked."""
    data = path.read_bytes()
    if path.name.endswith(".gz"):
        data = gzip.decompress(data)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                inner = archive.read(name)
                yield name, gzip.decompress(inner) if name.endswith(".gz") else inner
    elif tarfile.is_tarfile(io.BytesIO(data)):
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for one in archive.getmembers():
                file = archive.extractfile(one)
                yield one.name, file.read() if file else b""
    else:
        yield path.name, data


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2))
def test_fifty_posts_leave_no_run_of_their_words_anywhere(tmp_path: Path, archives: Any, seed: int) -> None:
    path = archives.fill(tmp_path / "a.db", captures(archives), confirm=False)
    old = tmp_path / "old.warc.gz"
    assert CliRunner().invoke(main, ["export", "warc", "--db", str(path), "--output", str(old)]).exit_code == 0
    gone = random.Random(seed).sample(range(POSTS), GONE)
    wanted = set().union(*map(own_runs, gone))
    for at in range(0, GONE, 5):
        let_go(path, gone[at : at + 5])
    assert found_in(path, wanted) == []
    assert verify.run(path, now=lambda: NOW).exit_status == 0
    # Nothing comes back: by a crawl, an old WARC, a rebuild.
    with opened(path) as archive:
        run = archive.begin("import", AT)
        for capture in captures(archives):
            archive.keep(capture, read_capture(capture), run)
        archive.finish(run, finished_at=AT, requests=0, exit_status=0)
    CliRunner().invoke(main, ["import", str(old), "--db", str(path)])
    assert CliRunner().invoke(main, ["rebuild", "--db", str(path)]).exit_code == 0
    assert found_in(path, wanted) == []
    assert verify.run(path, now=lambda: NOW).of("damage") == ()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM posts").fetchone() == (POSTS - GONE,)
    for form in ("csv", "json", "jsonl", "warc", "wacz", "bag"):
        out = tmp_path / {"warc": "out.warc.gz", "wacz": "out.wacz", "bag": "bag"}.get(form, f"out.{form}")
        done = CliRunner().invoke(main, ["export", form, "--db", str(path), "--output", str(out)])
        assert done.exit_code == 0, (form, done.output)
        for file in [out] if out.is_file() else sorted(one for one in out.rglob("*") if one.is_file()):
            if file.suffix == ".db":
                assert found_in(file, wanted) == []
                continue
            for name, data in members(file):
                assert runs_in(data, wanted) == set(), (form, name)


def found_in(path: Path, wanted: set[str]) -> list[str]:
    """Where in an archive these runs stand: rows, words of the indexes, decoded bodies, bytes of the file."""
    found = []
    single = {word for run in wanted for word in run.split()}
    with Archive.open(path, create=False, readonly=True) as archive:
        db = archive.db
        tables = db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
        for (table,) in tables.fetchall():
            for row in db.execute(f'SELECT * FROM main."{table}"'):
                for value in row:
                    raw = value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else b""
                    found += [f"{table}: {value!r:.80}"] if runs_in(raw, wanted) else []
        for index in ("posts_exact_words", "files_exact_words"):
            found += [f"{index}: {term}" for (term,) in db.execute(f"SELECT term FROM {index}") if term in single]
        for (sha256,) in db.execute("SELECT sha256 FROM bodies WHERE codec <> 'withdrawn'").fetchall():
            found += [f"body {sha256}"] if runs_in(archive.body(sha256), wanted) else []
    raw = path.read_bytes()
    return found + [f"bytes: {run}" for run in wanted if run.encode() in raw]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_kill_in_the_middle_leaves_all_or_nothing(tmp_path: Path, archives: Any) -> None:
    whole = archives.fill(tmp_path / "whole.db", captures(archives), confirm=False)
    url, wanted = f"{SITE}/post/p5", own_runs(5)
    line = ["withdraw", url, "--reason", "asked", "--by", "An Editor", "--everywhere", "--yes", "--db"]
    dice, outcomes = random.Random(3), set()
    path = tmp_path / "a.db"
    began = time.monotonic()
    shutil.copy(whole, path)
    subprocess.run([sys.executable, "-m", "scraper", *line, str(path)], check=True, capture_output=True)
    moment = 0.7 * (time.monotonic() - began)
    for _ in range(12):
        for old in tmp_path.glob("a.db*"):
            old.unlink()
        shutil.copy(whole, path)
        process = subprocess.Popen([sys.executable, "-m", "scraper", *line, str(path)], stdout=subprocess.DEVNULL)
        time.sleep(moment * (0.8 + 0.4 * dice.random()))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with closing(sqlite3.connect(path)) as db:  # what a kill left beside the file is undone by whoever opens it
            (taken,) = db.execute("SELECT count(*) FROM withdrawals").fetchone()
            (here,) = db.execute("SELECT count(*) FROM posts WHERE url = ?", (url,)).fetchone()
        assert (taken > 0) != (here > 0)
        assert verify.run(path, now=lambda: NOW).of("damage") == ()
        assert bool(found_in(path, wanted)) == bool(here)
        outcomes.add(bool(here))
        moment *= 1.3 if here else 0.8  # to where it is done, however busy the machine is
        # The next command seals what the kill left.
        done = CliRunner().invoke(main, ["rebuild", "--db", str(path)])
        assert done.exit_code == 0, done.output
        assert verify.run(path, now=lambda: NOW).of("damage") == ()
    assert outcomes == {True, False}
