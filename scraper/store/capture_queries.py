"""Captures, found by id, digest, address or time. Only reads."""

import json
import sqlite3
from collections.abc import Iterator, Sequence

from scraper.store import aside, single
from scraper.store.mementos import Mementos


def row(db: sqlite3.Connection, capture_id: int | None) -> sqlite3.Row | None:
    """All columns of a capture; None: it is not in this copy."""
    found: sqlite3.Row | None = db.execute("SELECT * FROM captures WHERE id = ?", (capture_id,)).fetchone()
    return found


def ids(db: sqlite3.Connection, name: str) -> list[int]:
    """The capture whose id is *name*, where that is a number, else those whose record digest begins with it."""
    column = "id" if name.isdecimal() else "substr(record_sha256, 1, length(?1))"
    asked = f"SELECT id FROM captures WHERE {column} = ?1"
    return [number for (number,) in db.execute(asked, (name,))]


def id_of_record(db: sqlite3.Connection, record_sha256: str | None) -> int | None:
    """The capture with that record digest; None: it is not here."""
    return single.number(db, "SELECT id FROM captures WHERE record_sha256 = ?", (record_sha256,))


def is_of_post(db: sqlite3.Connection, capture_id: int, post: object) -> bool:
    """Whether a capture is one of that post."""
    asked = "SELECT 1 FROM post_captures WHERE capture_id = ? AND post_id = ?"
    return single.is_there(db, asked, (capture_id, post))


def with_body_at(db: sqlite3.Connection, url: str | None, at: str | None) -> tuple[int | None, str | None]:
    """(id, digest of the body) of the capture of that address and time that has a body; (None, None): there is none."""
    asked = "SELECT id, body_sha256 FROM captures WHERE url = ? AND captured_at = ? AND body_sha256 IS NOT NULL"
    found = db.execute(asked, (url, at)).fetchone()
    if found is None:
        return (None, None)
    return (found[0], found[1])


def body_by_digest(db: sqlite3.Connection, sha256: str, url: str | None) -> str | None:
    """The body with that digest, or that was sent from *url* as an entity with it; None: there is none."""
    return single.text(
        db,
        "SELECT sha256 FROM bodies WHERE sha256 = :digest UNION ALL SELECT body_sha256 FROM captures"
        " WHERE wire_sha256 = :digest AND body_sha256 IS NOT NULL AND url = :url LIMIT 1",
        {"digest": sha256, "url": url},
    )


def bodies_of(db: sqlite3.Connection, url: str | None) -> Iterator[str]:
    """Digests of the bodies that were fetched from *url*."""
    asked = "SELECT DISTINCT body_sha256 FROM captures WHERE url = ? AND body_sha256 IS NOT NULL"
    return (sha256 for (sha256,) in db.execute(asked, (url,)))


def length(db: sqlite3.Connection, body_sha256: str | None) -> int:
    """Bytes of the body of that digest, also where it is withdrawn; 0: there is none."""
    return single.count(db, "SELECT length FROM bodies WHERE sha256 = ?", (body_sha256,))


def media_type(db: sqlite3.Connection, body_sha256: str) -> str | None:
    """As what a body was served; None: not said, or no capture has it."""
    return single.text(db, "SELECT media_type FROM captures WHERE body_sha256 = ? LIMIT 1", (body_sha256,))


def newest_of_post(db: sqlite3.Connection, post: int, most: int) -> tuple[int, list[sqlite3.Row]]:
    """How many captures were read as a post, and the newest of them."""
    joined = "FROM post_captures JOIN captures ON captures.id = capture_id WHERE post_id = ?"
    (count,) = db.execute(f"SELECT count(*) {joined}", (post,)).fetchone()
    rows = db.execute(
        "SELECT captures.url, captured_at, captured_at_basis, source, status, body_sha256, verdict"
        f" {joined} ORDER BY captured_at DESC, captures.id DESC LIMIT ?",
        (post, most),
    ).fetchall()
    return count, rows


def span(db: sqlite3.Connection) -> tuple[str | None, str | None]:
    """When the oldest and the newest capture were made, UTC; None: there are none."""
    oldest, newest = db.execute("SELECT min(captured_at), max(captured_at) FROM captures").fetchone()
    return oldest, newest


def part(db: sqlite3.Connection, posts: Sequence[int]) -> tuple[int, str | None, str | None]:
    """How many of *posts* are gone from their sites, and when the first and the last capture of them were made."""
    chosen = json.dumps(posts)
    asked = "SELECT count(gone_at) FROM posts WHERE id IN (SELECT value FROM json_each(?))"
    (gone,) = db.execute(asked, (chosen,)).fetchone()
    first, last = db.execute(
        "SELECT min(captured_at), max(captured_at) FROM post_captures JOIN captures ON captures.id = capture_id"
        " WHERE post_id IN (SELECT value FROM json_each(?))",
        (chosen,),
    ).fetchone()
    return gone, first, last


def records(db: sqlite3.Connection) -> Iterator[str]:
    """All record digests, in order."""
    return (record for (record,) in db.execute("SELECT record_sha256 FROM captures ORDER BY record_sha256"))


def certificates(db: sqlite3.Connection) -> dict[int, str]:
    """Capture → SHA-256 of the certificate that was accepted for it, of all that have one."""
    return dict(db.execute("SELECT capture_id, sha256 FROM certificates").fetchall())


def newest_request_head(db: sqlite3.Connection) -> bytes | None:
    """The head of the last request of our own; None: there was none."""
    return single.octets(
        db,
        "SELECT request_head FROM captures WHERE request_head IS NOT NULL"
        " ORDER BY captured_at DESC, record_sha256 LIMIT 1",
    )


#: Captures of posts whose ids are the JSON array ``:posts``: pages, pictures, files, counts; and what these refer to.
_OF_POSTS = """
WITH RECURSIVE chosen(id) AS (SELECT value FROM json_each(:posts)), direct(id) AS (
  SELECT capture_id FROM post_captures WHERE post_id IN chosen
  UNION SELECT capture_id FROM revisions WHERE post_id IN chosen
  UNION SELECT capture_id FROM counts WHERE post_id IN chosen AND source = 'endpoint'
  UNION SELECT capture_id FROM images WHERE post_id IN chosen AND capture_id IS NOT NULL
  UNION SELECT captures.id FROM files JOIN captures ON captures.url = files.url AND kind = 'file'
    WHERE post_id IN chosen
), needed(id) AS (
  SELECT id FROM direct
  UNION SELECT not_modified_of FROM captures JOIN needed USING (id) WHERE not_modified_of IS NOT NULL
  UNION SELECT like_capture_id FROM captures JOIN needed USING (id) WHERE like_capture_id IS NOT NULL
) SELECT id FROM needed
"""


def of_posts(db: sqlite3.Connection, posts: Sequence[int]) -> frozenset[int]:
    """All captures that *posts* need to be shown and checked, by id: pages, pictures and covers, files, counts."""
    found = {number for (number,) in db.execute(_OF_POSTS, {"posts": json.dumps(posts)})}
    asked = "SELECT DISTINCT cover_image FROM posts WHERE id IN (SELECT value FROM json_each(?)) AND cover_image <> ''"
    covers = db.execute(asked, (json.dumps(posts),)).fetchall()
    mementos = Mementos(db)
    return frozenset(found | {cover.id for (url,) in covers if (cover := mementos.picture(url)) is not None})


def shown_of_post(db: sqlite3.Connection, post: int) -> frozenset[int]:
    """The same of one post, without what was set aside."""
    needed = json.dumps(sorted(of_posts(db, (post,))))
    asked = f"SELECT id FROM captures WHERE id IN (SELECT value FROM json_each(?)) AND {aside.STANDS}"
    return frozenset(number for (number,) in db.execute(asked, (needed,)))


def bytes_of_post(db: sqlite3.Connection, post: int) -> int:
    """Bytes of the bodies of these captures, each body once."""
    return single.count(
        db,
        "SELECT coalesce(sum(length), 0) FROM bodies WHERE sha256 IN"
        " (SELECT body_sha256 FROM captures WHERE id IN (SELECT value FROM json_each(?)))",
        (json.dumps(sorted(shown_of_post(db, post))),),
    )


def pages_of_revisions(
    db: sqlite3.Connection, posts: Sequence[int] | None = None
) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(address, time, title, text) of the first capture of each revision of *posts* (None: all), in order of time."""
    return db.execute(
        "SELECT captures.url, captured_at, title, body_text FROM revisions JOIN captures ON captures.id = capture_id"
        " WHERE :posts IS NULL OR post_id IN (SELECT value FROM json_each(:posts))"
        " ORDER BY captured_at, captures.url, record_sha256",
        {"posts": None if posts is None else json.dumps(posts)},
    )


def original(db: sqlite3.Connection, capture_id: int | None) -> tuple[str, str, str | None, str, bool] | None:
    """(address, time, digest of the body, record digest, whether a server answered) of a capture; None: none."""
    asked = "SELECT url, captured_at, body_sha256, record_sha256, head IS NOT NULL FROM captures WHERE id = ?"
    found = db.execute(asked, (capture_id,)).fetchone()
    if found is None:
        return None
    return (*found[:4], bool(found[4]))
