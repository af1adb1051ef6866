"""A request → the page of hits, the counts beside it, and whole result sets for export.

One statement finds, filters, counts and ranks, so all numbers of a page come from one state of the archive; further
ones cut snippets for the hits shown.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scraper.search.facets import Facet, Tally
from scraper.search.match import one_of
from scraper.search.query import parse
from scraper.search.relax import lacking, split, telling
from scraper.search.request import MAX_SIZE, STEPS, Matched, Request
from scraper.search.select import BITS, ORDER, ordered, selection, spelled
from scraper.search.snippets import Snippet, show

#: Of SQLite's page cache, for connections that were made ready by `prepare`.
CACHE_KIB = 65_536
#: With so many hits nobody needs posts that have less of the query.
ENOUGH = 20


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
    #: The day as the site showed it; None: only a month or year is known, or nothing.
    published_day: str | None
    published_at: str | None
    updated_day: str | None
    updated_at: str | None
    views: int | None
    comments: int | None
    language: str | None
    #: None: it is there still, as far as we know.
    gone_at: str | None
    snippets: tuple[Snippet, ...]
    matched: Matched = Matched.ALL
    #: Words of the query that it has not, as they were typed.
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Posts that have not all words of a query."""

    #: MOST or ANY.
    matched: Matched
    #: How many there are, those of the groups before left out.
    total: int
    #: Those of this page.
    hits: tuple[Hit, ...]
    #: For ANY: only posts with one of these words are in it, as the others are in too many; empty: with any word.
    telling: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of results and what is counted about all of them."""

    request: Request
    #: Posts that have all words of the query; with `Request.matched`, those that have as many as it wants.
    total: int
    hits: tuple[Hit, ...]
    #: What was found beyond, where there are few hits and nobody said how much must match; never counted in `total`.
    groups: tuple[Group, ...] = ()
    #: site, year, category, tag, author, pdf, gone; years in order with zeros between, the others by count.
    facets: tuple[Facet, ...]
    #: (month as ``2016-12``, hits) in order, without the choice of years; a date of a year only is ``2016``.
    timeline: tuple[tuple[str, int], ...]

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.shown // _size(self.request)))

    @property
    def every_hit(self) -> tuple[Hit, ...]:
        """The hits of this page in order, with those of the groups."""
        return (*self.hits, *(hit for group in self.groups for hit in group.hits))

    @property
    def shown(self) -> int:
        """How many posts all pages show together."""
        return self.total + sum(group.total for group in self.groups)


def _size(request: Request) -> int:
    return min(max(1, request.size), MAX_SIZE)


def prepare(db: sqlite3.Connection) -> None:
    """Give a connection that will serve many searches the memory that makes them a fifth faster."""
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def find(db: sqlite3.Connection, request: Request | str) -> Page:
    """The page that *request* asks for; a text is a query by itself. *db* may be read-only."""
    asked = spelled(db, Request(query=parse(request)) if isinstance(request, str) else request)
    rows = selection(db, asked)
    size = _size(asked)
    offset = min(max(0, asked.page - 1) * size, 2**53)
    counted: dict[str, list[tuple[object, ...]]] = {}
    for part, *row in db.execute(
        f"{rows.sql} {_COUNTS.format(order=ORDER[asked.order], bits=BITS)}", (*rows.values, size, offset)
    ):
        counted.setdefault(part, []).append(tuple(row))
    ids = [int(str(row[0])) for row in counted.get("hits", ())]
    tally = Tally(db, asked.filters, counted)
    return Page(
        request=asked,
        total=tally.total,
        hits=_hits(db, asked, ids, Matched.ALL),
        groups=_groups(db, asked, tally.total, len(ids)),
        facets=tally.facets(),
        timeline=tally.timeline(),
    )


def find_mended(db: sqlite3.Connection, request: Request, text: str) -> tuple[Hit, ...]:
    """The hits of *request* with its query mended to *text*, said to be so."""
    found = find(db, replace(request, query=parse(text), matched=Matched.ALL))
    return tuple(replace(hit, matched=Matched.SPELLING) for hit in found.hits)


def _groups(db: sqlite3.Connection, asked: Request, total: int, here: int) -> tuple[Group, ...]:
    """Posts with most of the words, then with any, until a page would be full; *here*: hits on this page already."""
    steps = split(asked.query)
    if asked.matched is not None or total >= ENOUGH or not steps.has(Matched.ANY):
        return ()
    rows = selection(db, replace(asked, matched=Matched.ANY))
    start = min(max(0, asked.page - 1) * _size(asked), 2**53)
    wanted = (_size(asked) - here, max(0, start - total))
    counts: dict[int, int] = {}
    hits: dict[int, list[int]] = {}
    for part, more, number in db.execute(
        f"{rows.sql} {_MORE.format(order=ORDER[asked.order])}", (*rows.values, *wanted)
    ):
        if part == "count":
            counts[more] = number
        else:
            hits.setdefault(more, []).append(number)
    if total + counts.get(1, 0) >= ENOUGH:
        counts.pop(2, None)
    words = telling(db, steps)
    return tuple(
        Group(
            matched=STEPS[more],
            total=count,
            hits=_hits(db, asked, hits.get(more, []), STEPS[more]),
            telling=words if STEPS[more] is Matched.ANY else (),
        )
        for more, count in sorted(counts.items())
    )


def rowids(db: sqlite3.Connection, request: Request) -> Iterator[int]:
    """Ids of all posts that *request* finds, in its order, whatever its page."""
    rows = ordered(db, request)
    for (number,) in db.execute(rows.sql, rows.values):
        yield number


#: Results of which the list is digested; longer lists would keep readers waiting.
DIGESTED = 5_000


def digest(db: sqlite3.Connection, request: Request, total: int) -> str:
    """SHA-256 of the list of what *request* finds, whatever its order: equal only where the same posts have the same
    texts. Lines of address, space, content_sha256, LF, sorted by address. Empty: there are more than `DIGESTED`.
    """
    if total > DIGESTED:
        return ""
    rows = ordered(db, request)
    lines = db.execute(
        "SELECT url || ' ' || coalesce(content_sha256, '') || char(10) FROM posts"
        f" WHERE id IN ({rows.sql}) ORDER BY url",
        rows.values,
    )
    return hashlib.sha256("".join(line for (line,) in lines).encode("utf-8", "surrogatepass")).hexdigest()


#: The posts that have not all words: how many at each step, and those of a page.
_MORE = """
SELECT 'count', more, count(*) FROM f WHERE miss = 0 AND more > 0 GROUP BY 2
UNION ALL SELECT * FROM (SELECT 'hit', more, id FROM f WHERE miss = 0 AND more > 0 ORDER BY {order} LIMIT ? OFFSET ?)
"""

#: What is counted, all in one go; `miss` = 0 are the hits, and those that miss one facet's choice only count there.
_COUNTS = """
SELECT 'month', substr(date, 1, 7), count(*), miss, 0, 0 FROM f GROUP BY 2, 4
UNION ALL SELECT 'site', site, count(*), miss, sum(gone), sum(pdf) FROM f GROUP BY 2, 4
UNION ALL SELECT 'author', author, count(*), 0, 0, 0 FROM f
  WHERE miss IN (0, {bits[author]}) AND author IS NOT NULL GROUP BY 2
UNION ALL SELECT 'tag', tag_id, count(*), 0, 0, 0 FROM post_tags
  WHERE post_id IN (SELECT id FROM f WHERE miss IN (0, {bits[tag]})) GROUP BY 2
UNION ALL SELECT 'category', category_id, count(*), 0, 0, 0 FROM post_categories
  WHERE post_id IN (SELECT id FROM f WHERE miss IN (0, {bits[category]})) GROUP BY 2
UNION ALL SELECT * FROM (SELECT 'hits', id, 0, 0, 0, 0 FROM f WHERE miss = 0 ORDER BY {order} LIMIT ? OFFSET ?)
"""


def _hits(db: sqlite3.Connection, request: Request, ids: list[int], matched: Matched) -> tuple[Hit, ...]:
    if not ids:
        return ()
    shown = show(db, request.query.terms, ids)
    lacks = {} if matched is Matched.ALL else lacking(db, split(request.query), ids)
    names = (
        "id", "url", "site", "slug", "author", "published_day", "published_at", "updated_day", "updated_at", "views",
        "comments", "language", "gone_at",
    )  # fmt: skip
    chosen = one_of("id", ids)
    rows = {
        row[0]: dict(zip(names, row, strict=True))
        for row in db.execute(f"SELECT {', '.join(names)} FROM posts WHERE {chosen.sql}", ids)
    }
    return tuple(
        Hit(
            **rows[number],
            title=shown[number].title,
            snippets=shown[number].snippets,
            matched=matched,
            lacks=lacks.get(number, ()),
        )
        for number in ids
        if number in rows and number in shown  # a crawl may have taken one away since
    )
