"""One post's history, and its present text, read back from the tables."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from scraper import schema, urls
from scraper.records import File, Image, Link, Reading, Video
from scraper.schema import Use
from scraper.store import addresses
from scraper.vocabulary import ReadingKind

Row = dict[str, object]
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHistory:
    """All that is known of one post, each list oldest first; rows by column name."""

    #: Its row in `posts`.
    post: Row
    #: Of `captures`, with `verdict` and `reason` of `post_captures`; without the heads.
    captures: tuple[Row, ...]
    events: tuple[Row, ...]
    revisions: tuple[Row, ...]
    counts: tuple[Row, ...]
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    #: Open problems of its address.
    problems: tuple[Row, ...]


_CAPTURES = """
SELECT captures.id, url, url_basis, kind, source, captured_at, captured_at_basis, status, media_type, body_sha256,
  redirected_to, not_modified_of, truncated, record_sha256, verdict, reason,
  (SELECT sha256 FROM certificates WHERE certificates.capture_id = captures.id) AS certificate
FROM post_captures JOIN captures ON captures.id = capture_id WHERE post_id = ?
ORDER BY captured_at, source, ifnull(body_sha256, ''), url, record_sha256
"""
_COUNTS = """
SELECT counts.*, captures.url AS seen_on FROM counts JOIN captures ON captures.id = capture_id WHERE post_id = ?
ORDER BY counted_at, capture_id
"""
_PROBLEMS = "SELECT * FROM problems WHERE url = ? AND resolved_at IS NULL ORDER BY first_seen_at, id"


def rows(db: sqlite3.Connection, sql: str, values: tuple[object, ...] = ()) -> tuple[Row, ...]:
    """What *sql* finds, each row by column name."""
    cursor = db.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return tuple(dict(zip(names, row, strict=True)) for row in cursor)


def names(db: sqlite3.Connection, table: str, noun: str, post_id: object) -> tuple[str, ...]:
    """Categories or tags of a post, in order."""
    asked = f"SELECT name FROM post_{table} JOIN {table} ON id = {noun}_id WHERE post_id = ? ORDER BY position"
    return tuple(name for (name,) in db.execute(asked, (post_id,)))


def of(db: sqlite3.Connection, url: str) -> PostHistory | None:
    """The history of the post at *url*, by any address it is known by; None: there is no such post."""
    address = urls.canonical(url) or url
    found = rows(db, "SELECT * FROM posts WHERE url = ?", (addresses.owner(db, address) or address,))
    if not found:
        return None
    post = found[0]
    number = (post["id"],)
    return PostHistory(
        post=post,
        captures=rows(db, _CAPTURES, number),
        events=rows(db, "SELECT * FROM events WHERE post_id = ? ORDER BY at, id", number),
        revisions=rows(db, "SELECT * FROM revisions WHERE post_id = ? ORDER BY seen_at, id", number),
        counts=rows(db, _COUNTS, number),
        categories=names(db, "categories", "category", post["id"]),
        tags=names(db, "tags", "tag", post["id"]),
        problems=rows(db, _PROBLEMS, (post["url"],)),
    )


def shown(db: sqlite3.Connection, url: str) -> Reading | None:
    """The post at *url* as the archive shows it; None: there is no such post."""
    found = rows(db, "SELECT * FROM posts WHERE url = ?", (urls.canonical(url) or url,))
    if not found:
        return None
    post = found[0]
    same = ("url", "views", "comments", "likes", *schema.names("posts", Use.READ))
    return Reading(
        kind=ReadingKind.POST,
        **{name: post[name] for name in same},  # type: ignore[arg-type]  # columns of those names have those types
        categories=names(db, "categories", "category", post["id"]),
        tags=names(db, "tags", "tag", post["id"]),
        links=_parts(db, Link, "links", post["id"]),
        videos=_parts(db, Video, "videos", post["id"]),
        images=_parts(db, Image, "images", post["id"]),
        files=_parts(db, File, "files", post["id"]),
    )


def _parts(db: sqlite3.Connection, kind: Callable[..., Part], table: str, post_id: object) -> tuple[Part, ...]:
    """The rows of a post in *table*, in order, as what they were read as."""
    columns = ", ".join(schema.names(table, Use.READ))
    found = rows(db, f"SELECT {columns} FROM {table} WHERE post_id = ? ORDER BY position", (post_id,))
    return tuple(kind(**row) for row in found)
