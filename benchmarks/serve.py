"""How fast the reading room answers: a table of requests a second, milliseconds and megabytes a second.

    python -m benchmarks.serve [--posts 5000] [--seconds 4] [--keep FOLDER]

Makes a corpus of made-up posts (about 800 words each, a vocabulary as skewed as that of prose), serves it in a process
of its own, and asks over loopback: one reader for the time of a page, four for pages a second. Beside our pages stand
Datasette's own search page and ``sqlite3 -csv`` on the same file in the same run. Every address is asked once only, so
nothing is answered from memory.
"""

import argparse
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks import corpus
from scraper import schema

#: Words by how many of the posts have them, more or less, and a field's phrase; see `benchmarks.corpus`.
COMMON = ("human", "rights", "united", "states", "council", "universal", "periodic", "review")

#: What the corpus lacks and a post's page shows: two captures, counts, a revision and an event of each post.
LIFE = """
INSERT OR IGNORE INTO bodies VALUES ('{zero}', 1, 'raw', NULL, x'00');
INSERT INTO captures(id, url, url_basis, kind, source, captured_at, captured_at_basis, status, body_sha256,
  record_sha256) SELECT 2 * id + step, url, 'live', 'post', 'live', first_seen_at, 'clock', 200, '{zero}', 2 * id + step
  FROM posts, (SELECT 0 AS step UNION SELECT 1);
INSERT INTO counts SELECT id, 2 * id + step, first_seen_at, views + step, comments, likes, 'page'
  FROM posts, (SELECT 0 AS step UNION SELECT 1);
INSERT INTO post_captures(capture_id, post_id, verdict, post_site, answered_at)
  SELECT 2 * id + step, id, CASE step WHEN 0 THEN 'new' ELSE 'same' END, site, first_seen_at
  FROM posts, (SELECT 0 AS step UNION SELECT 1);
INSERT INTO revisions(post_id, capture_id, seen_at, title, author, published_at, content_sha256, reader, targets,
  body_text, body_html) SELECT id, 2 * id, first_seen_at, title, author, published_at, content_sha256, 1, '{{}}',
  body_text, body_html FROM posts;
INSERT INTO events(post_id, at, kind) SELECT id, first_seen_at, 'added' FROM posts;
INSERT INTO links SELECT id, step, 'https://example.org/' || step, 'a page'
  FROM posts, (SELECT 0 AS step UNION SELECT 1);
INSERT INTO crawls(command, version, started_at, finished_at) VALUES ('crawl', '0', '2026-02-01', '2026-02-01');
UPDATE posts SET capture_id = 2 * id;
"""


def make_corpus(path: Path, posts: int) -> None:
    """An archive of *posts* posts, always the same."""
    corpus.make(path, posts)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"PRAGMA synchronous = OFF; BEGIN; {LIFE.format(zero='0' * 64)} COMMIT;")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Server:
    """The reading room in a process of its own."""

    def __init__(self, path: Path) -> None:
        code = "import sys; from pathlib import Path; from scraper.serve import run; run(Path(sys.argv[1]), port=0)"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
            start_new_session=True,
        )
        line = self.process.stderr.readline()
        self.port = int(re.search(r":(\d+)/", line)[1])
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def memory(self) -> float:
        """Resident megabytes of all its processes; what they share counts once for each."""
        found = (re.search(r"VmRSS:\s+(\d+)", (each / "status").read_text()) for each in self._processes())
        return sum(int(resident[1]) for resident in found if resident) / 1024

    def cpu(self) -> float:
        """Milliseconds of processor time so far, of all its processes."""
        found = (_stat(each) for each in self._processes())
        return sum(int(fields[11]) + int(fields[12]) for fields in found) * 1000 / os.sysconf("SC_CLK_TCK")

    def _processes(self) -> list[Path]:
        """Where the system tells of each process of the server's session."""
        every = Path("/proc").glob("[0-9]*")
        return [each for each in every if each.exists() and int(_stat(each)[3]) == self.process.pid]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def _stat(process: Path) -> list[str]:
    """The fields of proc(5)'s stat behind the name, from the third on."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, float, int]:
    """(seconds for the reader, milliseconds in the server or nan, bytes)"""
    started = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    size = 0
    while piece := response.read(1 << 18):
        size += len(piece)
    assert response.status == 200, (path, response.status)
    found = re.search(r"dur=([\d.]+)", response.getheader("Server-Timing") or "")
    return time.perf_counter() - started, float(found[1]) if found else float("nan"), size


def one_reader(port: int, paths: Iterator[str], seconds: float) -> tuple[float, float]:
    """Medians: (milliseconds for the reader, milliseconds in the server)"""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for path in itertools.islice(paths, 3):
        ask(connection, path)
    times, inside, end = [], [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        spent, server, _ = ask(connection, next(paths))
        times.append(spent * 1000)
        inside.append(server)
    return statistics.median(times), statistics.median(inside)


def four_readers(port: int, paths: Iterator[str], seconds: float) -> tuple[float, int]:
    """(requests a second, requests)"""
    lock, done, end = threading.Lock(), [], time.perf_counter() + seconds

    def reader() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < end:
            with lock:
                path = next(paths)
            ask(connection, path)
            done.append(1)

    threads = [threading.Thread(target=reader) for _ in range(4)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done) / (time.perf_counter() - started), len(done)


def words_of_a_tenth(db: sqlite3.Connection, posts: int) -> list[str]:
    """Words that between a twentieth and a fifth of the posts have."""
    db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'posts_exact', 'row')")
    found = db.execute("SELECT term FROM temp.words WHERE doc BETWEEN ? AND ? ORDER BY term", (posts // 20, posts // 5))
    return [word for (word,) in found if word.isalpha()][:200] or ["water"]


def measure(server: Server, path: Path, posts: int, seconds: float) -> Iterator[tuple[str, ...]]:
    fresh = itertools.count()
    words = COMMON
    with closing(sqlite3.connect(path)) as db:
        addresses = [f"/post/{site}/{slug}" for site, slug in db.execute("SELECT site, slug FROM posts ORDER BY id")]
        rare = words_of_a_tenth(db, posts)

    def searches(template: str) -> Iterator[str]:
        for number in fresh:
            yield template.format(word=words[number % len(words)], rare=rare[number * 7 % len(rare)], n=number)

    stock = "/archive/posts"  # whatever the file is called
    pages = {
        "search, a word of a tenth of the posts": searches("/search?q={rare}&x={n}"),
        "search, a word of most posts": searches("/search?q={word}&x={n}"),
        "search, two words": searches("/search?q={word}+{rare}&x={n}"),
        "search, a phrase of most posts": searches("/search?q=%22human+rights%22&x={n}"),
        "search, filtered, by views": searches("/search?q={word}&site=upr2020&sort=views&x={n}"),
        "search, a question": searches("/search?q=what+did+they+say+of+{word}+and+{rare}%3F&x={n}"),
        "search, a mistyped word": searches("/search?q={word}x&x={n}"),
        "browse": searches("/search?x={n}"),
        "post": (f"{address}?x={next(fresh)}" for address in itertools.cycle(addresses)),
        "overview": searches("/?x={n}"),
        "changes, as a feed": searches("/changes.atom?x={n}"),
        "Datasette's own search page": searches(stock + "?_search={word}&_x={n}"),
    }
    for name, paths in pages.items():
        reader, inside = one_reader(server.port, paths, seconds / 2)
        before = server.cpu()
        rate, answered = four_readers(server.port, paths, seconds)
        cpu = (server.cpu() - before) / answered
        yield name, f"{reader:.1f}", f"{inside:.1f}" if inside == inside else "", f"{cpu:.1f}", f"{rate:.0f}", ""
    yield from beside(server.port, addresses, fresh, seconds)
    before = server.memory()
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    for name, address in {"export, CSV": "/search.csv", "export, JSON lines": "/search.jsonl"}.items():
        spent, _, size = ask(connection, address)
        yield name, f"{spent * 1000:.0f}", "", "", "", f"{size / spent / 1e6:.0f}"
    yield "memory during exports, MB more", f"{max(0.0, server.memory() - before):.0f}", "", "", "", ""
    yield stock_csv(server.port, stock)
    if shutil.which("sqlite3"):
        yield with_sqlite(path)


#: What costs most: beginnings of words, questions of common words, everything as a file, everything of a table.
WORST = (
    "/search?q=re*+co*+un*+pre*&x={n}",
    "/search?q=what+is+said+of+human+rights+united+states+council+review%3F&x={n}",
    "/search.csv?q=rights&x={n}",
    "/api/search?q=human+rights+OR+z{n}&size=100",
    "/search?q=%22human+rights%22+OR+re*&sort=views&x={n}",
)
#: Readers who ask for it at the same time.
AT_ONCE = 20


def beside(port: int, addresses: list[str], fresh: Iterator[int], seconds: float) -> Iterator[tuple[str, ...]]:
    """A reader of posts alone, and beside twenty who ask for the worst; those who are turned away ask again."""
    posts = (f"{address}?x={next(fresh)}" for address in itertools.cycle(addresses))
    done = threading.Event()

    def greedy(path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while not done.is_set():
            connection.request("GET", path.format(n=next(fresh)))
            connection.getresponse().read()

    alone = waits(port, posts, seconds)
    threads = [threading.Thread(target=greedy, args=(WORST[at % len(WORST)],)) for at in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    crowded = waits(port, posts, seconds)
    done.set()
    for thread in threads:
        thread.join()
    for name, of in (("median", 50), ("95th percentile", 95)):
        before, after = (statistics.quantiles(each, n=100)[of - 1] for each in (alone, crowded))
        yield f"post beside {AT_ONCE} worst queries, {name}", f"{after:.1f}", "", "", f"{after / before:.1f} times", ""


def waits(port: int, paths: Iterator[str], seconds: float) -> list[float]:
    """Milliseconds that one reader waits for each page, asking one after the other."""
    connection, found = http.client.HTTPConnection("127.0.0.1", port), []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        found.append(ask(connection, next(paths))[0] * 1000)
    return found


def stock_csv(port: int, stock: str) -> tuple[str, ...]:
    spent, _, size = ask(http.client.HTTPConnection("127.0.0.1", port), f"{stock}.csv?_stream=on")
    return "Datasette's own CSV", f"{spent * 1000:.0f}", "", "", "", f"{size / spent / 1e6:.0f}"


def with_sqlite(path: Path) -> tuple[str, ...]:
    with closing(sqlite3.connect(path)) as db:
        here = {name for _, name, *_ in db.execute("PRAGMA table_info(posts)")}
    columns = [name for name in schema.EXPORT_COLUMNS if name in here]
    sql = f"SELECT {', '.join(columns)} FROM posts ORDER BY published_at DESC, id"
    started = time.perf_counter()
    done = subprocess.run(["sqlite3", "-csv", "-header", str(path), sql], stdout=subprocess.PIPE, check=True)
    spent = time.perf_counter() - started
    return "sqlite3 -csv", f"{spent * 1000:.0f}", "", "", "", f"{len(done.stdout) / spent / 1e6:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=4.0, help="per page")
    parser.add_argument("--keep", type=Path, help="keep (and use again) the corpus in this folder")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"bench{options.posts}.db"
    if not path.exists():
        started = time.perf_counter()
        make_corpus(path, options.posts)
        spent, size = time.perf_counter() - started, path.stat().st_size / 1e6
        print(f"{options.posts:,} posts made in {spent:.0f} s, {size:.0f} MB")
    server = Server(path)
    try:
        rows = [("", "ms", "ms in the server", "ms of CPU", "requests/s", "MB/s")]
        from datasette import __version__

        print(f"Datasette {__version__}, {options.posts:,} posts, {os.cpu_count()} cores")
        for row in itertools.chain(rows, measure(server, path, options.posts, options.seconds)):
            print(json.dumps(row) if options.json else "{:<40}{:>8}{:>18}{:>11}{:>12}{:>7}".format(*row), flush=True)
    finally:
        server.stop()
        if not options.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
