"""Short ids of posts: made of the address alone, and longer where two posts of one archive would share one."""

import sqlite3

from scraper import digests

#: Characters where ten are not enough: 80 bits.
LONGER = 16


def settle(db: sqlite3.Connection, url: str, characters: int = digests.SHORT) -> None:
    """Give all posts that share the short id of *url* theirs, whatever order they came in."""
    short = digests.short_id(url, characters)
    asked = "SELECT id, url FROM posts WHERE url = ? OR (short_id >= ? AND short_id < ? || '~')"
    found = db.execute(asked, (url, short, short)).fetchall()
    length = characters if len(found) <= 1 else LONGER
    for number, address in found:
        wanted = digests.short_id(address, length)
        db.execute("UPDATE posts SET short_id = ? WHERE id = ? AND short_id IS NOT ?", (wanted, number, wanted))
