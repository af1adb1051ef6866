"""How long a search takes, and how fast results leave the archive.

    python -m benchmarks.search [--posts N] [--db FILE]

Makes a corpus (or takes FILE as made by ``python -m benchmarks.corpus``), runs each query in a row on a read-only
connection and prints the median and the slowest of the whole search: parsing, ranking, snippets, facets, timeline.
Then CSV of everything, beside ``sqlite3 -csv`` where that is installed.
"""

# ruff: noqa: E501 - tables read better wide

import argparse
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import corpus
from scraper import export, search
from scraper.search import Filters, Request

QUERIES: tuple[tuple[str, Request], ...] = (
    ("empty: browse", Request()),
    ("rights (9 of 10 posts)", Request(query=search.parse("rights"))),
    ("rights, newest first", Request(query=search.parse("rights"), sort="newest")),
    ("rights, page 50", Request(query=search.parse("rights"), page=50)),
    ("human rights", Request(query=search.parse("human rights"))),
    ('"human rights"', Request(query=search.parse('"human rights"'))),
    ("US (6 spellings)", Request(query=search.parse("US"))),
    ("universal periodic review", Request(query=search.parse("universal periodic review"))),
    ("ferguson OR water OR housing", Request(query=search.parse("ferguson OR water OR housing"))),
    ('police -covid "human rights"', Request(query=search.parse('police -covid "human rights"'))),
    ("re* (a beginning)", Request(query=search.parse("re*"))),
    ("title:rights", Request(query=search.parse("title:rights"))),
    ("rights, three facets chosen", Request(query=search.parse("rights"), filters=Filters(site=("ushrn-news", "upr2020"), year=("2015", "2016"), pdf=("no",)))),
    ("32 words", Request(query=search.parse(" OR ".join(corpus.PHRASES)))),
    ("no hit", Request(query=search.parse("zzz"))),
)  # fmt: skip
RUNS = 15


def timed(db: sqlite3.Connection, request: Request) -> tuple[list[float], search.ResultPage]:
    """Milliseconds of each run, and what came out."""
    times = []
    page = search.find(db, request)
    for _ in range(RUNS):
        start = time.perf_counter()
        page = search.find(
            db,
            Request(
                query=search.parse(request.query.text), filters=request.filters, sort=request.sort, page=request.page
            ),
        )
        times.append((time.perf_counter() - start) * 1000)
    return times, page


def searches(db: sqlite3.Connection) -> None:
    print(f"\n{'search':34} {'hits':>7} {'median ms':>10} {'slowest':>8}")
    for name, request in QUERIES:
        times, page = timed(db, request)
        print(f"{name:34} {page.total:7} {median(times):10.1f} {max(times):8.1f}")


def exports(db: sqlite3.Connection, path: Path) -> None:
    print(f"\n{'export of everything':34} {'MB':>7} {'seconds':>10} {'MB/s':>8}")
    for name in export.FORMATS:
        start = time.perf_counter()
        size = sum(map(len, export.write(db, None, name))) / 1e6
        took = time.perf_counter() - start
        print(f"{name:34} {size:7.1f} {took:10.2f} {size / took:8.0f}")
    if shutil.which("sqlite3"):
        start = time.perf_counter()
        done = subprocess.run(
            ["sqlite3", "-csv", "-header", path, "SELECT * FROM posts"], capture_output=True, check=True
        )
        took = time.perf_counter() - start
        print(
            f"{'sqlite3 -csv (all columns)':34} {len(done.stdout) / 1e6:7.1f} {took:10.2f} {len(done.stdout) / 1e6 / took:8.0f}"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", type=int, default=5_000)
    options.add_argument("--db", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.db or Path(folder) / "corpus.db"
        if not given.db:
            corpus.make(path, given.posts)
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        search.prepare(db)
        (posts,) = db.execute("SELECT count(*) FROM posts").fetchone()
        print(f"{posts} posts, {path.stat().st_size / 1e6:.0f} MB, SQLite {sqlite3.sqlite_version}")
        searches(db)
        exports(db, path)
        db.close()


if __name__ == "__main__":
    main()
