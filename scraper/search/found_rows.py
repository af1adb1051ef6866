"""What the posts that a request finds hold: columns for exports, and what citations are made of. Memory stays flat."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from typing import NamedTuple

from scraper.schema import EXPORT_FIELDS
from scraper.search.find import ordered
from scraper.search.request import Request

#: Rows fetched at a time.
BATCH = 64
#: Posts that are cited together: what they share is looked at once.
TOGETHER = 100

#: Days are those the site showed; where a post has none of these, the day of its instant, which is longer than a day.
_CITED = """
SELECT p.site, p.blog_name, p.slug, p.url, p.title, p.author,
       ifnull(p.published_day, substr(p.published_at, 1, 10)), ifnull(p.updated_day, substr(p.updated_at, 1, 10)),
       CASE WHEN p.published_day IS NOT NULL THEN p.published_day_basis IS 'utc'
            WHEN p.published_at IS NOT NULL THEN length(p.published_at) > 10
            WHEN p.updated_day IS NOT NULL THEN p.updated_day_basis IS 'utc'
            ELSE ifnull(length(p.updated_at) > 10, 0) END,
       substr(p.gone_at, 1, 10), p.language, p.excerpt, c.revision, c.page_sha256, c.tags
FROM sel CROSS JOIN posts p ON p.id = sel.id LEFT JOIN citations c ON c.post_id = p.id
"""


class CitedPosts(NamedTuple):
    """Posts as they are cited, by column: their days as the site showed them, and the revision that the archive shows.

    The first value of each column is of the first post, and so on.
    """

    site: Sequence[str]
    site_name: Sequence[str]
    slug: Sequence[str]
    url: Sequence[str]
    title: Sequence[str | None]
    author: Sequence[str | None]
    published: Sequence[str | None]
    updated: Sequence[str | None]
    #: 1 where the day is only known in UTC.
    in_utc: Sequence[int]
    #: In UTC.
    gone_on: Sequence[str | None]
    language: Sequence[str | None]
    excerpt: Sequence[str | None]
    #: Names, as `citations` has them; None: no capture of it is known.
    revision: Sequence[str | None]
    #: Of the page that first showed the revision.
    page_sha256: Sequence[str | None]
    tags: Sequence[tuple[str, ...]]


def post_values(
    db: sqlite3.Connection, request: Request | None, columns: Iterable[str], limit: int | None = None, skip: int = 0
) -> Iterator[tuple[object, ...]]:
    """Values of *columns* (of `schema.EXPORT_FIELDS`) for each post that *request* finds, in its order.

    Lists come as JSON arrays. *request* None: all posts; *limit* None: to the end; *skip* so many at the beginning.
    """
    sel, values = _ids(db, request, limit, skip)
    wanted = ", ".join(EXPORT_FIELDS[column].sql or f"p.{column}" for column in columns)
    with closing(db.execute(f"{sel} SELECT {wanted} FROM sel CROSS JOIN posts p ON p.id = sel.id", values)) as cursor:
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def cited(db: sqlite3.Connection, request: Request | None, limit: int | None = None) -> Iterator[CitedPosts]:
    """What to cite of the posts that *request* finds, in its order, some hundreds at a time."""
    sel, values = _ids(db, request, limit)
    sites = dict(db.execute("SELECT site, name FROM site_names"))
    with closing(db.execute(sel + _CITED, values)) as cursor:
        while batch := cursor.fetchmany(TOGETHER):
            site, said, *others, tagged = zip(*batch, strict=True)
            site_name = [name or sites[each] for each, name in zip(site, said, strict=True)]
            yield CitedPosts._make((site, site_name, *others, list(map(_names, tagged))))


@lru_cache(maxsize=4096)
def _names(tags: str | None) -> tuple[str, ...]:
    """The names in a JSON array; None: there are none."""
    return tuple(json.loads(tags or "[]"))


def _ids(
    db: sqlite3.Connection, request: Request | None, limit: int | None, skip: int = 0
) -> tuple[str, tuple[object, ...]]:
    """SQL that gives the table ``sel`` of the ids that *request* finds, in its order, to the SELECT behind it."""
    ids = ordered(db, request or Request())
    # Without LIMIT SQLite may drop the ORDER BY of the inner statement.
    sql = f"WITH sel AS MATERIALIZED (SELECT id FROM ({ids.sql} LIMIT ? OFFSET ?)) "
    return sql, (*ids.values, -1 if limit is None else max(0, limit), skip)
