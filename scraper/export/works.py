"""Posts as they are cited: each the revision that the archive shows, by its permanent address."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from scraper import cite
from scraper.export.rows import Options, ids_of, post_url
from scraper.search import Request

#: Letters of a capture's digest that begin the address of a revision.
NAME = 12

#: Posts at a time. Their tags are asked for together: a question for each post costs three times as much.
TOGETHER = 500

#: The revision shown is the last one with the content that the post has. Its days are those the site showed; where a
#: post has none of these, the day of its instant.
_SELECT = """
SELECT p.id, p.site, p.slug, c.record_sha256, p.url, p.title, p.author,
       ifnull(p.published_day, substr(p.published_at, 1, 10)), ifnull(p.updated_day, substr(p.updated_at, 1, 10)),
       CASE WHEN p.published_at IS NULL AND p.published_day IS NULL
         THEN p.updated_day_basis IS 'utc' OR (p.updated_day IS NULL AND p.updated_at LIKE '%T%')
         ELSE p.published_day_basis IS 'utc' OR (p.published_day IS NULL AND p.published_at LIKE '%T%') END,
       ifnull(r.seen_at, c.captured_at), p.gone_at, p.language, p.excerpt, c.body_sha256
FROM sel CROSS JOIN posts p ON p.id = sel.id
LEFT JOIN revisions r ON r.id = (SELECT id FROM revisions
  WHERE post_id = p.id AND content_sha256 IS p.content_sha256 ORDER BY seen_at DESC, id DESC LIMIT 1)
LEFT JOIN captures c ON c.id = ifnull(r.capture_id, p.capture_id)
"""


def works(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[cite.Work]:
    """What to cite of each post that *request* finds, in its order."""
    sel, values = ids_of(db, request, options.limit)
    known = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('name', 'public_url')"))
    sites = dict(db.execute("SELECT id, name FROM sites"))
    base = options.base_url or known.get("public_url")
    archive = known.get("name")
    with closing(db.execute(sel + _SELECT, values)) as cursor:
        while batch := cursor.fetchmany(TOGETHER):
            tags = _tags(db, [row[0] for row in batch])
            for row in batch:
                post, site, slug, record, url, title, author, published, updated, in_utc, seen_at, *rest = row
                gone_at, language, excerpt, sha256 = rest
                place = revision_url(base, site, slug, record, seen_at) if base else None
                yield cite.Work(
                    url, sites[site], title, author, published, updated, bool(in_utc), seen_at, gone_at, language,
                    excerpt, tags.get(post, ()), sha256, archive, place,
                )  # fmt: skip


def _tags(db: sqlite3.Connection, posts: list[int]) -> dict[int, tuple[str, ...]]:
    """The tags of each of *posts* that has any, in its order."""
    found: dict[int, tuple[str, ...]] = {}
    marks = ", ".join("?" * len(posts))
    for post, tag in db.execute(
        f"SELECT post_id, name FROM post_tags JOIN tags ON tags.id = tag_id WHERE post_id IN ({marks})"
        " ORDER BY post_id, position, name",
        posts,
    ):
        found[post] = (*found.get(post, ()), tag)
    return found


def revision_url(base: str, site: str, slug: str, record_sha256: str | None, seen_at: str | None) -> str:
    """The permanent address of the revision whose first capture has the digest *record_sha256*.

    Where no capture is known, the address of the post.
    """
    page = post_url(base, site, slug)
    return f"{page}/revision/{revision_name(record_sha256, seen_at)}" if record_sha256 and seen_at else page


def revision_name(record_sha256: str, seen_at: str) -> str:
    """How a revision is called in addresses: the beginning of its first capture's digest, and that capture's day."""
    return f"{record_sha256[:NAME]}@{seen_at[:10]}"
