"""Copies of an archive from which bytes are left out: the rows stay with their digests, and `meta` says so."""

import sqlite3

from scraper.store.sealing import WITHOUT, WITHOUT_PICTURES, set_meta

#: Bytes that nothing but captures of pictures have.
_PICTURES = """
DELETE FROM bodies WHERE sha256 IN (SELECT body_sha256 FROM captures WHERE kind = 'image')
AND sha256 NOT IN (SELECT body_sha256 FROM captures WHERE kind <> 'image' AND body_sha256 IS NOT NULL)
"""


def leave_out_bodies(db: sqlite3.Connection) -> None:
    """Take all bodies out of a copy, which has foreign keys off, and note up to which run it reaches."""
    _leave_out(db, "DELETE FROM bodies", WITHOUT)


def leave_out_pictures(db: sqlite3.Connection) -> None:
    """The same for the bytes of pictures."""
    _leave_out(db, _PICTURES, WITHOUT_PICTURES)


def _leave_out(db: sqlite3.Connection, deletion: str, note: str) -> None:
    """The note says when the last run ended, not when the copy was made: equal archives give equal copies."""
    with db:
        (at,) = db.execute("SELECT ifnull(max(finished_at), 'before any run') FROM crawls").fetchone()
        db.execute(deletion)
        set_meta(db, note, at)
