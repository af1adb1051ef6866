"""The server as a process: its start, its refusals, and what it stands while it runs."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from scraper import schema
from scraper.errors import NewerArchive, NotAnArchive, UsageError
from scraper.serve import run, server

#: What looks at many posts, and is answered by a process apart.
SLOW = (
    "/search?q=water", "/search.csv?q=water", "/search.atom?q=water", "/search/by/tag?q=water", "/browse", "/changes",
    "/changes.atom", "/api", "/api/posts", "/api/search?q=water", "/api/changes", "/api/coverage", "/missing",
    "/pictures", "/sitemap.xml", "/cdx?url=https://www.upr2020.org/post/flint-0", "/post/upr2020/flint-0/history",
    "/post/upr2020/flint-0/links", "/datapackage.json",
)  # fmt: skip


#: Seconds that an answer may take on a machine that is busy with other things.
PATIENCE = 60


def get(address: str) -> tuple[int, bytes, Any]:
    with urllib.request.urlopen(address, timeout=PATIENCE) as response:
        return response.status, response.read(), response.headers


def test_it_says_where_it_can_be_reached_answers_soon_and_ends_with_a_signal(library: Path) -> None:
    spent = os.times()
    code = f"from pathlib import Path; from scraper.serve import run; run(Path({str(library)!r}), port=0)"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith(f"serving {library} at http://127.0.0.1:")
    found = re.search(r"http://[^/]+", line)
    assert found
    for path in ("/", *SLOW):
        assert get(found[0] + path)[0] == 200, path
    process.terminate()
    assert process.wait(30) is not None
    assert "Traceback" not in process.stderr.read()
    assert os.times().children_user - spent.children_user < 8, "seconds of the processor, whoever else is busy"


@pytest.mark.slow
def test_no_header_of_a_proxy_says_where_the_public_reads_it(serve: Callable[[Path], str], library: Path) -> None:
    """Anyone can send one; the owner says it by ``--public-url`` or by the setting."""
    base, said = serve(library), {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    for path in ("/post/upr2020/flint-0", "/changes.atom", "/api"):
        asked = urllib.request.Request(base + path, headers=said)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as response:
            page = f"{response.headers}{response.read().decode()}"
        assert base in page, path
        assert f"https{base.removeprefix('http')}" not in page, path
        assert "evil.example" not in page, path


@pytest.mark.slow
def test_it_imports_nothing_that_stands_in_the_working_directory(library: Path, tmp_path: Path) -> None:
    elsewhere, start = tmp_path / "elsewhere", tmp_path / "start.py"
    elsewhere.mkdir()
    for name in ("random", "queue", "scraper"):
        (elsewhere / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w')")
    code = f"from pathlib import Path; from scraper.serve import run; run(Path({str(library)!r}), port=0)"
    start.write_text(f"if __name__ == '__main__': {code}")
    with subprocess.Popen([sys.executable, str(start)], cwd=elsewhere, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = re.findall(r"http://[^/]+", process.stderr.readline())[0]
        try:
            assert get(address + "/search?q=water")[0] == 200
        finally:
            process.terminate()
    assert not (tmp_path / "imported").exists()


def test_files_that_are_no_archive_are_refused_in_one_line(tmp_path: Path) -> None:
    missing, text, other = tmp_path / "missing.db", tmp_path / "text.db", tmp_path / "other.db"
    text.write_text("not a database, but long enough to be one" * 10)
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    for path in (missing, text, other, tmp_path):
        with pytest.raises(NotAnArchive) as found:
            run(path, port=0)
        assert str(path) in str(found.value)
        assert "\n" not in str(found.value)


def test_an_archive_of_a_newer_version_is_refused(shelf: Any) -> None:
    shelf.db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(NewerArchive):
        run(shelf.path, port=0)


def test_a_port_that_is_taken_is_named(library: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} on 127.0.0.1 is taken"):
            run(library, port=port)
    with pytest.raises(UsageError, match="0 to 65535"):
        run(library, port=70000)


def test_an_archive_where_nothing_can_be_written_is_served_as_it_is(
    serve: Callable[..., str], library: Path, tmp_path: Path
) -> None:
    """On a read-only disk SQLite cannot make the index of its log; a dead link in its place does the same."""
    path = tmp_path / "archive.db"
    shutil.copy(library, path)
    path.with_name("archive.db-shm").symlink_to(tmp_path / "no" / "such" / "place")
    assert server.check(path)
    assert not server.check(library)
    status, body, _ = get(serve(path) + "/search.csv?columns=url")
    assert status == 200
    assert len(body.splitlines()) == 32


def test_sockets_send_small_answers_at_once() -> None:
    with server.listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


class Writer(threading.Thread):
    """A crawl: commits twenty-five times a second, and empties the log now and then."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.done = threading.Event()
        self.commits = 0

    def run(self) -> None:
        db = schema.open_archive(self.path, create=False).conn
        while not self.done.wait(0.04):
            number = self.commits
            db.execute("BEGIN IMMEDIATE")
            db.execute(
                "INSERT INTO posts(site, url, slug, title, body_text, first_seen_at, last_seen_at)"
                " VALUES ('upr2020', ?, ?, 'Water, added meanwhile', 'water', '2026', '2026')",
                (f"https://x.example/{number}", f"added-{number}"),
            )
            db.execute("UPDATE posts SET views = coalesce(views, 0) + 1")
            db.execute("COMMIT")
            self.commits += 1
            if number % 20 == 19:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()


@pytest.mark.slow
def test_a_crawl_writing_meanwhile_makes_no_page_fail(serve: Callable[..., str], library: Path, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    shutil.copy(library, path)
    base = serve(path)
    writer = Writer(path)
    writer.start()
    paths = ("/", "/search?q=water", "/post/upr2020/flint-0", "/changes", "/about", "/search?q=water&sort=views")
    failed: list[str] = []
    asked = [0]

    def reader(start: int) -> None:
        while not writer.done.wait(0.05):
            asked[0] += 1
            where = paths[(asked[0] + start) % len(paths)]
            try:
                get(base + where)
            except OSError as error:
                failed.append(f"{where}: {error}")

    threads = [threading.Thread(target=reader, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    counts: list[tuple[int, int]] = []
    while len(counts) < 4 or (writer.commits < 12 and writer.is_alive()):
        _, body, headers = get(base + "/search.jsonl?q=water&bodies=0")
        counts.append((len(body.splitlines()), int(headers["X-Total-Count"])))
    writer.done.set()
    for thread in (*threads, writer):
        thread.join()
    assert failed == []
    assert writer.commits > 10
    assert all(rows == said for rows, said in counts), "each download is of one state"
    assert counts[-1][0] > counts[0][0], "and the states differ"


def test_readers_who_stall_or_hang_up_keep_nobody_waiting(serve: Callable[..., str], shelf: Any) -> None:
    for number in range(60):
        shelf.post(f"n-{number}", body_text="water " * 20_000, body_html=None)
    where = urlsplit(serve(shelf.path))
    assert get(where.geturl() + "/search?q=water")[0] == 200, "its processes are up"
    stalled = []
    for _ in range(6):
        line = socket.create_connection((where.hostname, where.port))
        line.sendall(b"GET /search.csv HTTP/1.1\r\nHost: x\r\n\r\n")
        stalled.append(line)
    time.sleep(0.3)
    assert get(where.geturl() + "/search?q=post")[0] == 200, (
        "within the seconds of `get`; those who stall do so for good"
    )
    for line in stalled:
        line.recv(1000)
        line.close()
    deadline = time.monotonic() + PATIENCE
    while True:
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=PATIENCE)
        connection.request("GET", "/search.jsonl?columns=slug,body_text")
        response = connection.getresponse()
        body = response.read()
        if response.status == 200 or time.monotonic() > deadline:
            break
    assert response.status == 200
    assert len([json.loads(line) for line in body.splitlines()]) == 60


def children(process: int) -> set[int]:
    """All processes that descend from this one."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return {found for child in map(int, listed) for found in (child, *children(child))}


def is_running(process: int) -> bool:
    """Whether it is there, and does not only wait to be asked how it ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_server_told_to_end_waits_seconds_for_readers_who_stall_and_leaves_no_process(
    shelf: Any, by: signal.Signals
) -> None:
    for number in range(60):
        shelf.post(f"n-{number}", body_text="water " * 20_000, body_html=None)
    code = f"from pathlib import Path; from scraper.serve import run; run(Path({str(shelf.path)!r}), port=0)"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    where = urlsplit(re.findall(r"http://[^/]+", process.stderr.readline())[0])
    assert get(where.geturl() + "/search?q=water")[0] == 200, "its processes are up"
    stalled = [socket.create_connection((where.hostname, where.port)) for _ in range(3)]
    for line in stalled:
        line.sendall(b"GET /search.csv HTTP/1.1\r\nHost: x\r\n\r\n")
        line.recv(10)
    below = children(process.pid)
    assert len(below) >= 3, "one that searches, one that makes such, and Python's own"
    process.send_signal(by)
    process.wait(server.ENDING * 6)
    for line in stalled:
        line.close()
    deadline = time.monotonic() + PATIENCE
    while any(map(is_running, below)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, below))
    assert "Traceback" not in process.stderr.read()


def test_head_tells_the_same_without_a_body(serve: Callable[..., str], library: Path) -> None:
    where = urlsplit(serve(library))
    for path in ("/about", "/search.csv"):
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=PATIENCE)
        connection.request("HEAD", path)
        response = connection.getresponse()
        assert response.status == 200
        assert response.read() == b""
