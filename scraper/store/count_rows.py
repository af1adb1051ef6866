"""How often posts had been seen: rows of `counts`, of `listed_counts`, and the newest numbers in `posts`."""

import json
import sqlite3
from collections.abc import Callable, Iterable

from scraper import urls
from scraper.records import Reading
from scraper.store import addresses, single
from scraper.vocabulary import CountsSource

Numbers = tuple[int | None, int | None, int | None]

_NAMES = ("views", "comments", "likes")

#: Where numbers come from that a page shows to people.
_SHOWN = (CountsSource.PAGE, CountsSource.TEXT)

# Counts dated only by a file's time come last: they stand where there are no others.
_NEWEST_FIRST = """
SELECT counted_at, counts.source, views, comments, likes
FROM counts JOIN captures ON captures.id = capture_id WHERE post_id = ?
ORDER BY captured_at_basis = 'file-time', counted_at DESC, captures.source DESC, ifnull(body_sha256, '') DESC,
  captures.url DESC, record_sha256 DESC
"""

_ADOPT = """
INSERT INTO counts (post_id, capture_id, counted_at, views, comments, likes, source)
SELECT ?, capture_id, captured_at, views, comments, likes, listed_counts.source
FROM listed_counts JOIN captures ON captures.id = capture_id
WHERE listed_counts.url = ? AND capture_id IN (SELECT value FROM json_each(?)) ON CONFLICT DO NOTHING
"""
_LISTING = """
SELECT capture_id, captured_at FROM listed_counts JOIN captures ON captures.id = capture_id WHERE listed_counts.url = ?
"""


def write(
    db: sqlite3.Connection, post_id: int, capture_id: int, counted_at: str, numbers: Numbers, source: str
) -> None:
    """One observation, unless it holds no number or that capture has reported the post's counts already."""
    if any(number is not None for number in numbers):
        db.execute(
            "INSERT INTO counts (post_id, capture_id, counted_at, views, comments, likes, source)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (post_id, capture_id, counted_at, *numbers, source),
        )


def listed(reading: Reading) -> dict[str, tuple[Numbers, str]]:
    """(numbers, source) by address, of the posts that a page lists with counts."""
    said: dict[str, tuple[Numbers, str]] = {}
    for entry in reading.listed:
        if entry.counts is None:
            continue
        url = urls.canonical(entry.counts.url or entry.url)
        new = (entry.counts.views, entry.counts.comments, entry.counts.likes)
        old, source = said.get(url, ((None, None, None), entry.counts.source))
        merged = _filled(old, new)
        if url and any(number is not None for number in merged):
            said[url] = merged, source
    return said


def _filled(numbers: Numbers, others: Numbers) -> Numbers:
    """*numbers*, with those of *others* where there is none."""
    views, comments, likes = (other if own is None else own for own, other in zip(numbers, others, strict=True))
    return views, comments, likes


def note_listed(db: sqlite3.Connection, capture_id: int, reading: Reading) -> None:
    """Keep the counts that a page gives for posts it lists, and hand them to those that are known."""
    found = listed(reading)
    for url, (numbers, source) in found.items():
        db.execute(
            "INSERT INTO listed_counts (capture_id, url, views, comments, likes, source) VALUES (?, ?, ?, ?, ?, ?)",
            (capture_id, url, *numbers, source),
        )
    at = single.text(db, "SELECT captured_at FROM captures WHERE id = ?", (capture_id,)) or ""
    for post in sorted({addresses.owner_at(db, url, at) or "" for url in found}):
        row = db.execute("SELECT id FROM posts WHERE url = ?", (post,)).fetchone()
        if row is not None:
            _adopt(db, row[0], post, lambda _: [(capture_id, at)])
            recount(db, row[0])


def is_listed(db: sqlite3.Connection, address: str) -> bool:
    """Whether a list reported counts of *address*."""
    return single.is_there(db, "SELECT 1 FROM listed_counts WHERE url = ? LIMIT 1", (address,))


def adopt(db: sqlite3.Connection, post_id: int, url: str) -> None:
    """Give a post the counts that lists reported of it, by any of its addresses while it was there."""
    _adopt(db, post_id, url, lambda address: db.execute(_LISTING, (address,)).fetchall())


def _adopt(
    db: sqlite3.Connection, post_id: int, url: str, captures: Callable[[str], Iterable[tuple[int, str]]]
) -> None:
    """Give a post the counts of those *captures* (id, time) that list an address while it was the post's.

    A list may name one post by several addresses: its own goes first.
    """
    for address in addresses.ever_known_by(db, url):
        is_owned = addresses.owned_by(db, address, url)
        ids = [number for number, at in captures(address) if is_owned(at)]
        db.execute(_ADOPT, (post_id, address, json.dumps(ids)))


def newest(db: sqlite3.Connection, post_id: int) -> dict[str, object]:
    """The columns of `posts` that hold counts: the newest number of each.

    A zero of views that is only shown is set aside where another number is known: views never fall, and the server
    shows a zero when it cannot count.
    """
    columns = (*_NAMES, "counted_at")
    found: dict[str, object] = {}
    doubtful: dict[str, object] = {}
    for at, source, *values in db.execute(_NEWEST_FIRST, (post_id,)):
        found.setdefault("counted_at", at)
        for name, value in zip(_NAMES, values, strict=True):
            if value is not None:
                is_doubtful = name == "views" and value == 0 and source in _SHOWN
                (doubtful if is_doubtful else found).setdefault(name, value)
        if len(found) == len(columns):
            break
    return dict.fromkeys(columns) | doubtful | found


def recount(db: sqlite3.Connection, post_id: int) -> None:
    """Bring the counts in a post's row up to date."""
    values = newest(db, post_id)
    setting = ", ".join(f"{name} = :{name}" for name in values)
    changed = " OR ".join(f"{name} IS NOT :{name}" for name in values)
    db.execute(f"UPDATE posts SET {setting} WHERE id = :id AND ({changed})", values | {"id": post_id})
