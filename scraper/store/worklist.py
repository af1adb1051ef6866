"""What a rebuild goes through, on disk in temporary tables of the connection: its memory is that of one post, however
many there are. Transactions are the caller's.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from scraper.store import single

_TABLES = {
    "rebuild_heard": "(heard INTEGER PRIMARY KEY, capture_id INTEGER, address TEXT, is_list INTEGER)",
    "rebuild_captures": "(place INTEGER PRIMARY KEY, capture_id INTEGER, address TEXT)",
    "rebuild_posts": "(url TEXT PRIMARY KEY) WITHOUT ROWID",
    "rebuild_differing": "(url TEXT PRIMARY KEY) WITHOUT ROWID",
}
#: Lists first, and all captures of an address together.
_PUT_IN_ORDER = """
INSERT INTO rebuild_captures (capture_id, address) SELECT capture_id, address FROM rebuild_heard
ORDER BY max(is_list) OVER (PARTITION BY address) DESC, address, is_list DESC, heard
"""
_PUT_OFF = "INSERT OR IGNORE INTO rebuild_posts (url)"
#: Posts that were read at several addresses.
_SCATTERED = f"""
{_PUT_OFF} SELECT post_url FROM addresses WHERE post_url IS NOT NULL GROUP BY post_url
HAVING min(address) < max(address)
"""
# While captures are read, `post_url` is the post that each shows: whose they are by moves is settled afterwards.
_REST = (
    "DELETE FROM rebuild_posts WHERE NOT EXISTS (SELECT 1 FROM addresses WHERE post_url = rebuild_posts.url)",
    _SCATTERED,
    f"{_PUT_OFF} SELECT url FROM posts WHERE NOT EXISTS (SELECT 1 FROM addresses WHERE post_url = posts.url)",
    f"""
    {_PUT_OFF} SELECT min(post_url) FROM addresses AS here WHERE post_url IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM addresses AS own WHERE own.post_url = here.address) GROUP BY address
    """,
)


class Worklist:
    """Captures in the order in which they are read, and posts whose fold waits until all are."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def begin(self) -> None:
        """Make the tables, empty."""
        self.end()
        for name, columns in _TABLES.items():
            self._db.execute(f"CREATE TEMP TABLE {name} {columns}")

    def end(self) -> None:
        """Take them away."""
        for name in _TABLES:
            self._db.execute(f"DROP TABLE IF EXISTS temp.{name}")

    # Captures ----------------------------------------------------------------------------------------------------

    def add_captures(self, heard: Iterable[tuple[int, str, bool]]) -> None:
        """What is to be read, oldest first: id, address, and whether it is a list."""
        asked = "INSERT INTO rebuild_heard (capture_id, address, is_list) VALUES (?, ?, ?)"
        self._db.executemany(asked, heard)
        self._db.execute(_PUT_IN_ORDER)
        self._db.execute("DELETE FROM rebuild_heard")

    def count_captures(self) -> int:
        """How many there are."""
        return single.count(self._db, "SELECT count(*) FROM rebuild_captures")

    def captures(self) -> Iterator[tuple[str, Iterator[int]]]:
        """Each address with the ids of its captures, lists first; take the ids before the next address."""
        rows = self._db.execute("SELECT address, capture_id FROM rebuild_captures ORDER BY place")
        for address, group in groupby(rows, itemgetter(0)):
            yield address, (number for _, number in group)

    def chunks(self, size: int) -> Iterator[list[int]]:
        """The ids alone, in the same order, *size* at a time."""
        rows = self._db.execute("SELECT capture_id FROM rebuild_captures ORDER BY place")
        while chunk := [number for (number,) in rows.fetchmany(size)]:
            yield chunk

    def newest(self) -> Iterator[tuple[str, int]]:
        """Each address with the id of the capture that was read last of it."""
        asked = "SELECT address, capture_id, max(place) FROM rebuild_captures GROUP BY address ORDER BY 3"
        yield from ((address, number) for address, number, _ in self._db.execute(asked))

    # Posts -------------------------------------------------------------------------------------------------------

    def put_off(self, urls: Iterable[str]) -> None:
        """Let these posts be folded when all is read."""
        self._db.executemany(f"{_PUT_OFF} VALUES (?)", ((url,) for url in urls))

    def put_off_scattered(self) -> None:
        """The same of posts that have captures at several addresses."""
        self._db.execute(_SCATTERED)

    def put_off_rest(self) -> None:
        """When all is read: of those put off, the ones that were read again; and those not read again, read at several
        addresses, or of bare captures.
        """
        for statement in _REST:
            self._db.execute(statement)

    def is_put_off(self, url: str) -> bool:
        """Whether the post at *url* is folded when all is read."""
        return single.is_there(self._db, "SELECT 1 FROM rebuild_posts WHERE url = ?", (url,))

    def posts(self) -> Iterator[str]:
        """The posts that were put off, by their addresses."""
        yield from (url for (url,) in self._db.execute("SELECT url FROM rebuild_posts ORDER BY url"))

    # What came of it ---------------------------------------------------------------------------------------------

    def note_differing(self, url: str) -> None:
        """A post is not as it was."""
        self._db.execute("INSERT OR IGNORE INTO rebuild_differing (url) VALUES (?)", (url,))

    def count_differing(self) -> int:
        """How many posts are not."""
        return single.count(self._db, "SELECT count(*) FROM rebuild_differing")
