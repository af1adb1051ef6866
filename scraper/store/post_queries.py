"""One post as its pages show it: what stands in it, what it was, where it was seen. Only reads.

Rows are by column name where the connection gives such (`sqlite3.Row`). Lists are cut where a page could not show more.
"""

import sqlite3
from collections.abc import Sequence

from scraper.store import single

#: Rows of a list at most.
MOST = 500
#: The day that a post is cited by: published, else updated, as precise as known.
_DAY = "coalesce(published_day, substr(published_at, 1, 10), updated_day, substr(updated_at, 1, 10))"


def at_place(db: sqlite3.Connection, site: str, slug: str) -> sqlite3.Row | None:
    """The post of that site and slug; None: there is none."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM posts WHERE site = ? AND slug = ?", (site, slug)).fetchone()
    return row


def by_short_id(db: sqlite3.Connection, short_id: str) -> sqlite3.Row | None:
    """The post with that short id; None: there is none, or several posts of this archive begin so."""
    asked = "SELECT * FROM posts WHERE short_id >= ?1 AND short_id < ?1 || '~' LIMIT 2"
    found: list[sqlite3.Row] = db.execute(asked, (short_id,)).fetchall()
    if len(found) != 1:
        return None
    return found[0]


def by_id(db: sqlite3.Connection, post: int) -> sqlite3.Row:
    """The post of that id, which there must be."""
    row: sqlite3.Row = db.execute("SELECT * FROM posts WHERE id = ?", (post,)).fetchone()
    return row


def places(db: sqlite3.Connection, addresses: Sequence[str]) -> list[sqlite3.Row]:
    """url, site, slug of the posts at those addresses."""
    asked = f"SELECT url, site, slug FROM posts WHERE url IN ({_marks(addresses)})"
    return db.execute(asked, addresses).fetchall()


def cited(db: sqlite3.Connection, addresses: Sequence[str]) -> list[sqlite3.Row]:
    """url, site, slug, name (of the site), title, author, language, day of the posts at those addresses."""
    return db.execute(
        "SELECT posts.url, posts.site, slug, ifnull(blog_name, site_names.name) AS name, title, author, language,"
        f" {_DAY} AS day FROM posts JOIN site_names ON site_names.site = posts.site"
        f" WHERE posts.url IN ({_marks(addresses)})",
        addresses,
    ).fetchall()


def newest(db: sqlite3.Connection, most: int, before: int) -> list[sqlite3.Row]:
    """site, slug and changed (when we last learned something) of *most* posts, those published last first; the first
    *before* of them left out.
    """
    return db.execute(
        "SELECT site, slug, ifnull((SELECT max(ifnull(known_at, at)) FROM events WHERE post_id = posts.id),"
        " first_seen_at) AS changed FROM posts ORDER BY published_at DESC, url LIMIT ? OFFSET ?",
        (most, before),
    ).fetchall()


def site_name(db: sqlite3.Connection, site: str) -> str:
    """What that site calls itself, in most of its posts; its host where none says, its id where it is not known."""
    row = db.execute("SELECT name FROM site_names WHERE site = ?", (site,)).fetchone()
    return str(row[0]) if row else site


def site(db: sqlite3.Connection, site: str) -> sqlite3.Row | None:
    """The row of a site; None: there is none."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM sites WHERE id = ?", (site,)).fetchone()
    return row


def categories(db: sqlite3.Connection, post: int) -> list[str]:
    """Its categories, in order."""
    return _labels(db, "categories", "category", post)


def tags(db: sqlite3.Connection, post: int) -> list[str]:
    """Its tags, in order."""
    return _labels(db, "tags", "tag", post)


def _labels(db: sqlite3.Connection, table: str, noun: str, post: int) -> list[str]:
    asked = f"SELECT name FROM post_{table} JOIN {table} ON id = {noun}_id WHERE post_id = ? ORDER BY position"
    return [name for (name,) in db.execute(asked, (post,))]


def links(db: sqlite3.Connection, post: int, most: int = MOST, skipped: int = 0) -> list[sqlite3.Row]:
    """url, text of *most* of its links, in order, behind the *skipped* first."""
    asked = "SELECT url, text FROM links WHERE post_id = ? ORDER BY position LIMIT ? OFFSET ?"
    return db.execute(asked, (post, most, skipped)).fetchall()


def links_number(db: sqlite3.Connection, post: int) -> int:
    """How many links it has."""
    return single.count(db, "SELECT count(*) FROM links WHERE post_id = ?", (post,))


def videos(db: sqlite3.Connection, post: int) -> list[sqlite3.Row]:
    """url, title of its videos, in order."""
    return db.execute("SELECT url, title FROM videos WHERE post_id = ? ORDER BY position", (post,)).fetchall()


def images(db: sqlite3.Connection, post: int) -> list[sqlite3.Row]:
    """url, alt, caption of its pictures, in order, kept or not."""
    return db.execute("SELECT url, alt, caption FROM images WHERE post_id = ? ORDER BY position", (post,)).fetchall()


def files(db: sqlite3.Connection, post: int, letters: int) -> list[sqlite3.Row]:
    """The files that it offers, with so many *letters* of their text at most; `letters` says how many there are, and
    `kept` whether the file itself is in the archive.
    """
    return db.execute(
        "SELECT position, url, name, media_type, size, sha256, substr(text, 1, ?) AS text, length(text) AS letters,"
        " EXISTS (SELECT 1 FROM bodies WHERE bodies.sha256 = files.sha256) AS kept"
        " FROM files WHERE post_id = ? ORDER BY position",
        (letters, post),
    ).fetchall()


def file(db: sqlite3.Connection, post: int, position: int) -> sqlite3.Row | None:
    """id, url, name, size, sha256, text of the file at that place, and whether it is `kept`; None: there is none."""
    row: sqlite3.Row | None = db.execute(
        "SELECT id, url, name, size, sha256, text,"
        " EXISTS (SELECT 1 FROM bodies WHERE bodies.sha256 = files.sha256) AS kept"
        " FROM files WHERE post_id = ? AND position = ?",
        (post, position),
    ).fetchone()
    return row


def events(db: sqlite3.Connection, post: int, most: int = MOST, skipped: int = 0) -> list[sqlite3.Row]:
    """at, kind of the newest of what happened to it, behind the *skipped* newest; oldest first."""
    asked = "SELECT at, kind FROM events WHERE post_id = ? ORDER BY at DESC, id DESC LIMIT ? OFFSET ?"
    return db.execute(asked, (post, most, skipped)).fetchall()[::-1]


def events_number(db: sqlite3.Connection, post: int) -> int:
    """How many things happened to it."""
    return single.count(db, "SELECT count(*) FROM events WHERE post_id = ?", (post,))


def counts(db: sqlite3.Connection, post: int, most: int = MOST, skipped: int = 0) -> list[sqlite3.Row]:
    """The newest counts, behind the *skipped* newest, oldest first; `basis`: how the time of each is known."""
    found = db.execute(
        "SELECT counted_at, views, comments, likes, counts.source, captured_at_basis AS basis FROM counts"
        " LEFT JOIN captures ON captures.id = capture_id WHERE post_id = ?"
        " ORDER BY counted_at DESC, capture_id DESC LIMIT ? OFFSET ?",
        (post, most, skipped),
    ).fetchall()
    return found[::-1]


def counts_number(db: sqlite3.Connection, post: int) -> int:
    """How often something was counted."""
    return single.count(db, "SELECT count(*) FROM counts WHERE post_id = ?", (post,))


_LINKING = """
FROM links JOIN posts ON posts.id = links.post_id
WHERE links.url IN (SELECT ?1 UNION SELECT captures.url
  FROM post_captures JOIN captures ON captures.id = capture_id WHERE post_captures.post_id = ?2) AND posts.id <> ?2
"""


def linked_from(db: sqlite3.Connection, post: int, url: str, most: int, skipped: int = 0) -> list[sqlite3.Row]:
    """*most* of the other posts that link to it, by any address under which it was captured, behind *skipped*."""
    return db.execute(
        f"SELECT DISTINCT posts.site, posts.slug, posts.title, posts.language, posts.published_at {_LINKING}"
        " ORDER BY posts.published_at, posts.url LIMIT ?3 OFFSET ?4",
        (url, post, most, skipped),
    ).fetchall()


def linked_from_number(db: sqlite3.Connection, post: int, url: str) -> int:
    """How many other posts link to it."""
    return single.count(db, f"SELECT count(DISTINCT posts.id) {_LINKING}", (url, post))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
