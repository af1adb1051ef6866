"""Rows of `citations`: what a citation of a post has that its row has not."""

import sqlite3

from scraper.schema import CITATIONS

_SETTLE = f"INSERT OR REPLACE INTO citations {CITATIONS} WHERE p.id = ?"


def settle(db: sqlite3.Connection, post_id: int) -> None:
    """Bring the row of a post up to its text, revisions and tags. The transaction is the caller's."""
    db.execute(_SETTLE, (post_id,))
