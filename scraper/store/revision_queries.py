"""The revisions of one post, by time and by the names that addresses give them. Only reads."""

import sqlite3

from scraper.store import single

_LIGHT = "revisions.id, post_id, capture_id, seen_at, title, author, published_at, updated_at, content_sha256"
_JOINED = "record_sha256, body_sha256 FROM revisions LEFT JOIN captures ON captures.id = capture_id WHERE post_id = ?"


def of_post(db: sqlite3.Connection, post: int) -> list[sqlite3.Row]:
    """All of them without their texts, oldest first, with the digests of each one's capture."""
    asked = f"SELECT {_LIGHT}, {_JOINED} ORDER BY seen_at, revisions.id"
    return db.execute(asked, (post,)).fetchall()


def whole(db: sqlite3.Connection, post: int, capture_id: int) -> sqlite3.Row:
    """The one that a capture first showed, which there must be, with its texts and the digests of the capture."""
    asked = f"SELECT revisions.*, {_JOINED} AND capture_id = ?"
    row: sqlite3.Row = db.execute(asked, (post, capture_id)).fetchone()
    return row


def capture_times(db: sqlite3.Connection, post: int, url: str, digest: str) -> list[str]:
    """When the captures of a post (at *url*) were made whose digest begins with *digest*, or which showed the content
    whose former address did; the last one first.
    """
    captures = (
        "SELECT captured_at, captures.id FROM captures JOIN post_captures ON capture_id = captures.id"
        " WHERE post_id = ?1 AND substr(record_sha256, 1, length(?2)) = ?2"
    )
    former = (
        "SELECT captured_at, captures.id FROM revision_addresses JOIN captures USING (record_sha256)"
        " WHERE post_url = ?3 AND substr(content_sha256, 1, length(?2)) = ?2"
    )
    asked = f"SELECT captured_at FROM ({captures} UNION {former}) ORDER BY captured_at DESC, id DESC"
    return [row[0] for row in db.execute(asked, (post, digest, url))]


def chain_of(db: sqlite3.Connection, capture_id: int) -> str | None:
    """The chain that seals the run which made a capture; None: it is not sealed yet, or not in this copy."""
    asked = "SELECT chain_sha256 FROM captures JOIN crawls ON crawls.id = crawl_id WHERE captures.id = ?"
    return single.text(db, asked, (capture_id,))
