"""Posts as they are cited: each the revision that the archive shows, by its permanent address."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from scraper import cite
from scraper.export.rows import BATCH, Options, ids_of, post_url
from scraper.search import Request

#: Letters of a capture's digest that begin the address of a revision.
NAME = 12

#: The revision shown is the last one with the content that the post has. Its days are those the site showed; where a
#: post has none of these, the day of its instant.
_SELECT = """
SELECT p.url, s.name, p.title, p.author,
       ifnull(p.published_day, substr(p.published_at, 1, 10)), ifnull(p.updated_day, substr(p.updated_at, 1, 10)),
       CASE WHEN p.published_at IS NULL AND p.published_day IS NULL
         THEN p.updated_day_basis IS 'utc' OR (p.updated_day IS NULL AND p.updated_at LIKE '%T%')
         ELSE p.published_day_basis IS 'utc' OR (p.published_day IS NULL AND p.published_at LIKE '%T%') END,
       ifnull(r.seen_at, c.captured_at), p.gone_at, p.language, p.excerpt,
       (SELECT json_group_array(name) FROM (SELECT name FROM post_tags JOIN tags ON tags.id = tag_id
         WHERE post_id = p.id ORDER BY position, name)),
       c.body_sha256, p.site, p.slug, c.record_sha256
FROM sel CROSS JOIN posts p ON p.id = sel.id JOIN sites s ON s.id = p.site
LEFT JOIN revisions r ON r.id = (SELECT id FROM revisions
  WHERE post_id = p.id AND content_sha256 IS p.content_sha256 ORDER BY seen_at DESC, id DESC LIMIT 1)
LEFT JOIN captures c ON c.id = ifnull(r.capture_id, p.capture_id)
"""


def works(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[cite.Work]:
    """What to cite of each post that *request* finds, in its order."""
    sel, values = ids_of(db, request, options.limit)
    known = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('name', 'public_url')"))
    base = options.base_url or known.get("public_url")
    with closing(db.execute(sel + _SELECT, values)) as cursor:
        while rows := cursor.fetchmany(BATCH):
            for row in rows:
                yield _work(row, base, known.get("name"))


def _work(row: tuple[Any, ...], base: str | None, archive: str | None) -> cite.Work:
    url, name, title, author, published, updated, in_utc, captured, gone, language, excerpt, tags, *more = row
    sha256, site, slug, record = more
    return cite.Work(
        url=url,
        site_name=name,
        title=title,
        author=author,
        published=published,
        updated=updated,
        in_utc=bool(in_utc),
        captured_at=captured,
        gone_at=gone,
        language=language,
        abstract=excerpt,
        keywords=tuple(json.loads(tags)) if tags != "[]" else (),
        sha256=sha256,
        archive=archive,
        archive_url=revision_url(base, site, slug, record, captured) if base else None,
    )


def revision_url(base: str, site: str, slug: str, record_sha256: str | None, seen_at: str | None) -> str:
    """The permanent address of the revision whose first capture has the digest *record_sha256*.

    Where no capture is known, the address of the post.
    """
    page = post_url(base, site, slug)
    return f"{page}/revision/{revision_name(record_sha256, seen_at)}" if record_sha256 and seen_at else page


def revision_name(record_sha256: str, seen_at: str) -> str:
    """How a revision is called in addresses: the beginning of its first capture's digest, and that capture's day."""
    return f"{record_sha256[:NAME]}@{seen_at[:10]}"
