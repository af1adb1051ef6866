"""RIS and BibTeX of a whole archive, beside the writers of rispy and pybtex given the same entries already made.

    python -m benchmarks.citations [POSTS]

CPU seconds, the best of 25, as neighbours on the machine make others up to twice as slow. The peers come with
``pip install rispy pybtex``; without them their lines are left out.
"""

import importlib.util
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks import corpus
from scraper import digests, schema, search
from scraper.export import write

#: How often each is measured.
REPEATS = 25

_CAPTURES = """
INSERT INTO captures (id, url, url_basis, kind, source, captured_at, captured_at_basis, status, crawl_id, record_sha256)
SELECT id, url, 'request', 'post', 'live', first_seen_at, 'clock', 200, NULL, ? || printf('%056d', id) FROM posts
"""
_REVISIONS = """
INSERT INTO revisions (post_id, capture_id, seen_at, title, content_sha256, reader, targets)
SELECT id, id, first_seen_at, title, content_sha256, 1, '{}' FROM posts
"""


def archive(path: Path, posts: int) -> None:
    """An archive as it is served: a name, an address, and of each post a capture and a revision."""
    corpus.make(path, posts)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(_CAPTURES, (digests.sha256(b"a")[:8],))
        db.execute(_REVISIONS)
        db.execute("UPDATE posts SET capture_id = id")
        db.execute(f"REPLACE INTO citations {schema.CITATIONS}")
        for row in (("name", "USHRN posts archive"), ("public_url", "https://archive.example.org/")):
            db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", row)


def measured(name: str, make: Callable[[], int]) -> None:
    """Print how many bytes *make* makes in a second of CPU."""
    best, size = float("inf"), 0
    for _ in range(REPEATS):
        began = time.process_time()
        size = make()
        best = min(best, time.process_time() - began)
    print(f"{name:<36}{size / 1e6:8.1f} MB{best:8.2f} s CPU{size / best / 1e6:8.1f} MB/s")


def rispy_writes(text: str) -> None:
    """What rispy takes to write the same records."""
    if importlib.util.find_spec("rispy") is None:
        return
    import rispy

    entries = rispy.loads(text)
    measured("  rispy.dumps of the same", lambda: len(rispy.dumps(entries).encode()))


def pybtex_writes(text: str) -> None:
    """What pybtex takes to write the same entries."""
    if importlib.util.find_spec("pybtex") is None:
        return
    from pybtex.database import parse_string

    entries = parse_string(re.sub(r"\\url\{[^}]*\}", "", text), "bibtex")
    measured("  pybtex to_string of the same", lambda: len(entries.to_string("bibtex").encode()))


def main(posts: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        archive(path, posts)
        db = schema.open_archive(path, create=False, readonly=True).conn
        search.prepare_to_read_all(db)
        made = {name: b"".join(write(db, None, name)).decode() for name in ("ris", "bibtex")}
        print(f"{posts} posts, {len(made['ris']) / posts:.0f} and {len(made['bibtex']) / posts:.0f} bytes each")
        for name in ("ris", "bibtex", "biblatex", "csl"):
            measured(name, lambda name=name: sum(map(len, write(db, None, name))))  # type: ignore[misc]
        rispy_writes(made["ris"])
        pybtex_writes(made["bibtex"])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
