"""A request → the page of hits, the counts beside it, and whole result sets for export.

One statement finds, filters, counts and ranks, so all numbers of a page come from one state of the archive; further
ones cut snippets for the hits shown.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from scraper.search.facets import Facet, Tally
from scraper.search.match import one_of
from scraper.search.query import parse
from scraper.search.request import MAX_SIZE, Request
from scraper.search.select import ORDER, ordered, selection
from scraper.search.snippets import Snippet, show

#: Of SQLite's page cache, for connections that were made ready by `prepare`.
CACHE_KIB = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A post found."""

    id: int
    url: str
    site: str
    slug: str
    #: With marks around the words found; None: the post has no title.
    title: str | None
    author: str | None
    published_at: str | None
    updated_at: str | None
    views: int | None
    comments: int | None
    language: str | None
    #: None: it is there still, as far as we know.
    gone_at: str | None
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of results and what is counted about all of them."""

    request: Request
    total: int
    hits: tuple[Hit, ...]
    #: site, year, category, tag, author, pdf, gone; years in order with zeros between, the others by count.
    facets: tuple[Facet, ...]
    #: (month as ``2016-12``, hits) in order, without the choice of years; a date of a year only is ``2016``.
    timeline: tuple[tuple[str, int], ...]

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // _size(self.request)))


def _size(request: Request) -> int:
    return min(max(1, request.size), MAX_SIZE)


def prepare(db: sqlite3.Connection) -> None:
    """Give a connection that will serve many searches the memory that makes them a fifth faster."""
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def find(db: sqlite3.Connection, request: Request | str) -> Page:
    """The page that *request* asks for; a text is a query by itself. *db* may be read-only."""
    asked = Request(query=parse(request)) if isinstance(request, str) else request
    rows = selection(db, asked)
    size = _size(asked)
    offset = min(max(0, asked.page - 1) * size, 2**53)
    counted: dict[str, list[tuple[object, ...]]] = {}
    for part, *row in db.execute(
        f"{rows.sql} {_COUNTS.format(order=ORDER[asked.order])}", (*rows.values, size, offset)
    ):
        counted.setdefault(part, []).append(tuple(row))
    ids = [int(str(row[0])) for row in counted.get("hits", ())]
    tally = Tally(db, asked.filters, counted)
    return Page(
        request=asked, total=tally.total, hits=_hits(db, asked, ids), facets=tally.facets(), timeline=tally.timeline()
    )


def rowids(db: sqlite3.Connection, request: Request) -> Iterator[int]:
    """Ids of all posts that *request* finds, in its order, whatever its page."""
    rows = ordered(db, request)
    for (number,) in db.execute(rows.sql, rows.values):
        yield number


#: What is counted, all in one go; `miss` = 0 are the hits, and those that miss one facet's choice only count there.
_COUNTS = """
SELECT 'month', substr(date, 1, 7), count(*), miss, 0, 0 FROM f GROUP BY 2, 4
UNION ALL SELECT 'site', site, count(*), miss, sum(gone), sum(pdf) FROM f GROUP BY 2, 4
UNION ALL SELECT 'author', author, count(*), 0, 0, 0 FROM f WHERE miss IN (0, 16) AND author IS NOT NULL GROUP BY 2
UNION ALL SELECT 'tag', tag_id, count(*), 0, 0, 0 FROM post_tags
  WHERE post_id IN (SELECT id FROM f WHERE miss IN (0, 8)) GROUP BY 2
UNION ALL SELECT 'category', category_id, count(*), 0, 0, 0 FROM post_categories
  WHERE post_id IN (SELECT id FROM f WHERE miss IN (0, 4)) GROUP BY 2
UNION ALL SELECT * FROM (SELECT 'hits', id, 0, 0, 0, 0 FROM f WHERE miss = 0 ORDER BY {order} LIMIT ? OFFSET ?)
"""


def _hits(db: sqlite3.Connection, request: Request, ids: list[int]) -> tuple[Hit, ...]:
    if not ids:
        return ()
    shown = show(db, request.query.terms, ids)
    columns = "id, url, site, slug, author, published_at, updated_at, views, comments, language, gone_at"
    names = columns.split(", ")
    chosen = one_of("id", ids)
    rows = {
        row[0]: dict(zip(names, row, strict=True))
        for row in db.execute(f"SELECT {columns} FROM posts WHERE {chosen.sql}", ids)
    }
    return tuple(
        Hit(**rows[number], title=shown[number].title, snippets=shown[number].snippets)
        for number in ids
        if number in rows and number in shown  # a crawl may have taken one away since
    )
