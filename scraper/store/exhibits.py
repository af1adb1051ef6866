"""What an exhibit of a post needs to know, read from the tables."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from scraper import digests
from scraper.records import Image
from scraper.store import addresses, single
from scraper.store.sealing import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitedPost:
    """One version of a post, and the capture that it was read from."""

    post_id: int
    url: str
    title: str | None
    author: str | None
    #: As precise as it is known; None: not known.
    published: str | None
    body_text: str | None
    language: str | None
    captured_at: str
    #: How the time is known: a `captured_at_basis`.
    basis: str
    body_sha256: str | None
    record_sha256: str


_NEWEST = """
SELECT p.id AS post_id, p.url, p.title, p.author, coalesce(p.published_day, p.published_at) AS published, p.body_text,
  p.language, captured_at, captured_at_basis AS basis, body_sha256, record_sha256
FROM posts AS p JOIN captures ON captures.id = p.capture_id WHERE p.url = ?
"""
_REVISION = """
SELECT p.id AS post_id, p.url, r.title, r.author, r.published_at AS published, r.body_text, p.language, captured_at,
  captured_at_basis AS basis, body_sha256, record_sha256
FROM revisions AS r JOIN posts AS p ON p.id = r.post_id JOIN captures ON captures.id = r.capture_id
WHERE p.url = ? AND record_sha256 >= ? AND record_sha256 < ? || 'g' ORDER BY captured_at DESC
"""


def shown(db: sqlite3.Connection, address: str, revision: str | None) -> ExhibitedPost | None:
    """The post known by *address* as it is shown, or the revision whose record begins with *revision*; None: none."""
    post = addresses.owner(db, address)
    asked, values = (_NEWEST, (post,)) if revision is None else (_REVISION, (post, revision, revision))
    cursor = db.execute(asked, values)
    row = cursor.fetchone()
    if row is None:
        return None
    return ExhibitedPost(**dict(zip((column[0] for column in cursor.description), row, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """A picture of a post whose bytes were kept."""

    record_sha256: str
    body_sha256: str
    url: str
    alt: str | None
    caption: str | None


def pictures(db: sqlite3.Connection, of: ExhibitedPost) -> list[Pictured]:
    """The pictures that this version of a post shows and that were kept, in their order, each once."""
    said = db.execute(_TARGETS, (of.post_id, of.record_sha256)).fetchone()
    names = None if said is None else set(json.loads(said[0])["images"])
    found: dict[str, Pictured] = {}
    for record, sha256, url, alt, caption in db.execute(_PICTURES, (of.post_id,)):
        if names is None or digests.image_id(Image(url=url)) in names:
            found.setdefault(
                record, Pictured(record_sha256=record, body_sha256=sha256, url=url, alt=alt, caption=caption)
            )
    return list(found.values())


_TARGETS = """
SELECT targets FROM revisions JOIN captures ON captures.id = capture_id WHERE post_id = ? AND record_sha256 = ?
"""
_PICTURES = """
SELECT record_sha256, body_sha256, images.url, alt, caption FROM images
  JOIN captures ON captures.id = images.capture_id JOIN bodies ON bodies.sha256 = body_sha256 AND codec <> 'withdrawn'
WHERE post_id = ? ORDER BY position
"""


def revisions(db: sqlite3.Connection, post_id: int) -> list[tuple[str, str]]:
    """(time of the capture, `record_sha256`) of each version, oldest first."""
    asked = (
        "SELECT captured_at, record_sha256 FROM revisions JOIN captures ON captures.id = capture_id WHERE post_id = ?"
        " ORDER BY captured_at, record_sha256"
    )
    return db.execute(asked, (post_id,)).fetchall()


def record_of(db: sqlite3.Connection, capture_id: int | None) -> str | None:
    """`record_sha256` of the capture of that id; None: there is none."""
    return single.text(db, "SELECT record_sha256 FROM captures WHERE id = ?", (capture_id,))


def statement(row: Row) -> dict[str, Any]:
    """What a checkpoint seals."""
    return dict(json.loads(row.statement))
