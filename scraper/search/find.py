"""A request → the page of hits, the counts beside it, and whole result sets for export.

One statement finds, filters, counts and ranks, so all numbers of a page come from one state of the archive; further
ones cut snippets for the hits shown.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields

from scraper.search.match import DATE, FILES, PDFS, STEMMED, Match, Where, both, compile_query, expression, one_of
from scraper.search.query import Any, Query, clean, parse
from scraper.search.snippets import Snippet, show

#: Weights of title, excerpt, body, author in the rank of posts, of name and text in that of files.
WEIGHTS = {"posts_fts": "10, 4, 1, 5", "posts_exact": "10, 4, 1, 5", "files_fts": "4, 1", "files_exact": "4, 1"}
#: A word in a file counts that much of a word in the post.
FILE_SHARE = 0.3
SORTS = ("relevance", "newest", "oldest", "views", "comments")
#: What `Filters.year` calls posts without a date.
UNDATED = "undated"
MAX_SIZE = 200
#: Of SQLite's page cache, for connections that were made ready by `prepare`.
CACHE_KIB = 65_536

#: Facets whose filters are told apart, each with its bit in `miss`: the filters that a row does not meet.
BITS = {"site": 1, "year": 2, "category": 4, "tag": 8, "author": 16, "pdf": 32, "gone": 64}
_ORDER = {
    "relevance": "key, date DESC, id",
    "newest": "date IS NULL, date DESC, id",
    "oldest": "date IS NULL, date, id",
    "views": "key IS NULL, key DESC, date DESC, id",
    "comments": "key IS NULL, key DESC, date DESC, id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Choices beside the query. Within one, any of the values; all of them together. Empty: no choice."""

    #: Ids of sites.
    site: tuple[str, ...] = ()
    #: ``2016``, or ``undated``.
    year: tuple[str, ...] = ()
    #: Names, whole and exact.
    category: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    #: ``yes``, ``no``: has a PDF.
    pdf: tuple[str, ...] = ()
    #: ``yes``, ``no``: is gone from its site.
    gone: tuple[str, ...] = ()
    #: A day, month or year, or longer: from then on, and before then. None: no bound.
    after: str | None = None
    before: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Iterable[str]]) -> "Filters":
        """From the parameters of a URL; other names and empty values are ignored. Total."""
        known = {each.name for each in fields(cls)}
        chosen = {
            name: tuple(clean(value).strip() for value in given) for name, given in values.items() if name in known
        }
        lists = {name: tuple(filter(None, dict.fromkeys(given))) for name, given in chosen.items()}
        bounds = {name: next(iter(lists.pop(name, ())), None) for name in ("after", "before")}
        return cls(**lists, **bounds)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything that one page of results depends on."""

    query: Query = field(default_factory=Query)
    filters: Filters = field(default_factory=Filters)
    #: One of SORTS; empty or unknown: relevance where there are words, else newest.
    sort: str = ""
    #: From 1.
    page: int = 1
    #: Hits on a page, 1 to MAX_SIZE.
    size: int = 20

    @property
    def order(self) -> str:
        """The sort that is really meant."""
        sort = self.sort if self.sort in SORTS else "relevance"
        return "newest" if sort == "relevance" and not self.query.terms else sort


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


@dataclass(frozen=True, slots=True)
class Value:
    """One line of a facet."""

    #: For `Filters`.
    value: str
    #: For people.
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A property with the number of hits for each of its values, as they would be without this facet's own choice."""

    name: str
    values: tuple[Value, ...]


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
        f"{rows.sql} {_COUNTS.format(order=_ORDER[asked.order])}", (*rows.values, size, offset)
    ):
        counted.setdefault(part, []).append(tuple(row))
    ids = [int(str(row[0])) for row in counted.get("hits", ())]
    tally = _Tally(db, asked.filters, counted)
    return Page(
        request=asked, total=tally.total, hits=_hits(db, asked, ids), facets=tally.facets(), timeline=tally.timeline()
    )


def rowids(db: sqlite3.Connection, request: Request) -> Iterator[int]:
    """Ids of all posts that *request* finds, in its order, whatever its page."""
    rows = ordered(db, request)
    for (number,) in db.execute(rows.sql, rows.values):
        yield number


def ordered(db: sqlite3.Connection, request: Request) -> Where:
    """A SELECT of those ids, for use in a larger statement."""
    rows = selection(db, request)
    return Where(f"{rows.sql} SELECT id FROM f WHERE miss = 0 ORDER BY {_ORDER[request.order]}", rows.values)


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


def selection(db: sqlite3.Connection, request: Request) -> Where:
    """``WITH … f AS (…)``: the rows found (id, key, date, site, author, gone, pdf, miss) before they are sorted."""
    match = compile_query(db, request.query)
    source = _source(match, request)
    missed = _missed(request.filters)
    bounds = [Where(f"{DATE} {sign} ?", (value,)) for sign, value in _bounds(request.filters) if value]
    wanted = [*match.conditions, *bounds]
    where = both(wanted, "AND") if wanted else Where("1")
    key = {"relevance": "h.score", "views": "p.views", "comments": "p.comments"}.get(request.order, "NULL")
    columns = (
        f"p.id AS id, {key} AS key, {DATE} AS date, p.site AS site, p.author AS author,"
        f" p.gone_at IS NOT NULL AS gone, p.id IN ({PDFS}) AS pdf, {missed.sql} AS miss"
    )
    inner = f"SELECT {columns} FROM {_FROM[bool(source.sql), match.driver is not None]} WHERE {where.sql}"
    if missed.sql != "0":
        inner = f"SELECT * FROM ({inner}) WHERE miss & (miss - 1) = 0"
    with_ = f"WITH h(id, score) AS MATERIALIZED ({source.sql}), " if source.sql else "WITH "
    return Where(f"{with_}f AS MATERIALIZED ({inner})", (*source.values, *missed.values, *where.values))


#: (there are scores, they come from the one index that finds all hits) → where rows come from.
_FROM = {
    (True, True): "h CROSS JOIN posts p ON p.id = h.id",
    (True, False): "posts p LEFT JOIN h ON h.id = p.id",
    (False, False): "posts p",
}


def _source(match: Match, request: Request) -> Where:
    """The scores: of the driver's hits; else, to rank what a mixed query finds, of posts with any of its words."""
    if match.driver:
        return _scored(
            match.driver.table, match.driver.expression, files=match.driver.files, rank=request.order == "relevance"
        )
    terms = request.query.terms
    if not terms or request.order != "relevance":
        return Where("")
    return _scored(STEMMED, expression(Any(terms)), files=False, rank=True)


def _scored(table: str, asked: str, *, files: bool, rank: bool) -> Where:
    score = f"bm25({table}, {WEIGHTS[table]})" if rank else "0"
    posts = f"SELECT rowid AS id, {score} AS score FROM {table} WHERE {table} MATCH ?"
    if not files:
        return Where(posts, (asked,))
    index = FILES[table]
    score = f"{FILE_SHARE} * bm25({index}, {WEIGHTS[index]})" if rank else "0"
    more = f"SELECT post_id, {score} FROM {index} CROSS JOIN files ON files.id = {index}.rowid WHERE {index} MATCH ?"
    return Where(f"SELECT id, min(score) FROM ({posts} UNION ALL {more}) GROUP BY id", (asked, asked))


def _bounds(filters: Filters) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    return (">=", filters.after), ("<", filters.before)


def _missed(filters: Filters) -> Where:
    """The bits of the facets whose choice a row does not meet."""
    met = {
        "site": "p.site IN {}",
        "year": f"coalesce(substr({DATE}, 1, 4), '{UNDATED}') IN {{}}",
        "category": "p.id IN (SELECT post_id FROM post_categories"
        " JOIN categories ON categories.id = category_id WHERE name IN {})",
        "tag": "p.id IN (SELECT post_id FROM post_tags JOIN tags ON tags.id = tag_id WHERE name IN {})",
        "author": "coalesce(p.author, '') IN {}",
        "pdf": f"CASE WHEN p.id IN ({PDFS}) THEN 'yes' ELSE 'no' END IN {{}}",
        "gone": "CASE WHEN p.gone_at IS NULL THEN 'no' ELSE 'yes' END IN {}",
    }
    parts: list[str] = []
    values: list[object] = []
    for name, bit in BITS.items():
        chosen: tuple[str, ...] = getattr(filters, name)
        if chosen:
            parts.append(f"{bit} * (NOT ({met[name].format('(' + ', '.join('?' * len(chosen)) + ')')}))")
            values += chosen
    return Where(" + ".join(parts) or "0", tuple(values))


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


@dataclass(slots=True)
class _Tally:
    """Rows of `_COUNTS` → facets."""

    db: sqlite3.Connection
    filters: Filters
    counted: dict[str, list[tuple[object, ...]]]

    def sums(self, part: str, name: str) -> Counter[object]:
        """Hits by the values of a part, leaving the choice of facet *name* aside."""
        found: Counter[object] = Counter()
        for value, count, miss, *_ in self.counted.get(part, ()):
            if miss in (0, BITS[name]):
                found[value] += int(str(count))
        return found

    def flag(self, name: str, column: int) -> dict[str, int]:
        """Hits that have the property and hits that have not, leaving its own choice aside."""
        rows = [row for row in self.counted.get("site", ()) if row[2] in (0, BITS[name])]
        yes = sum(int(str(row[column])) for row in rows)
        counts = {"yes": yes, "no": sum(int(str(row[1])) for row in rows) - yes}
        return {value: count for value, count in counts.items() if count}

    @property
    def total(self) -> int:
        return sum(int(str(row[1])) for row in self.counted.get("site", ()) if row[2] == 0)

    def timeline(self) -> tuple[tuple[str, int], ...]:
        return tuple(sorted((str(month), count) for month, count in self.sums("month", "year").items() if month))

    def facets(self) -> tuple[Facet, ...]:
        sites = dict(self.db.execute("SELECT id, name FROM sites"))
        return (
            self.facet("site", {str(site): count for site, count in self.sums("site", "site").items()}, sites),
            self.years(),
            self.facet("category", self.labels("category", "categories")),
            self.facet("tag", self.labels("tag", "tags")),
            self.facet("author", {str(row[0]): int(str(row[1])) for row in self.counted.get("author", ())}),
            self.facet("pdf", self.flag("pdf", 4)),
            self.facet("gone", self.flag("gone", 3)),
        )

    def labels(self, name: str, table: str) -> dict[str, int]:
        names = dict(self.db.execute(f"SELECT id, name FROM {table}"))
        return {names[row[0]]: int(str(row[1])) for row in self.counted.get(name, ()) if row[0] in names}

    def facet(self, name: str, counts: Mapping[str, int], labels: Mapping[str, str] | None = None) -> Facet:
        """By count, then by name; what is chosen stays, even at zero."""
        chosen: tuple[str, ...] = getattr(self.filters, name)
        every = dict.fromkeys(chosen, 0) | dict(counts)
        values = (
            Value(value, (labels or {}).get(value, value), count, value in chosen)
            for value, count in sorted(every.items(), key=lambda each: (-each[1], each[0].casefold(), each[0]))
        )
        return Facet(name, tuple(values))

    def years(self) -> Facet:
        """Every year from the archive's first to its last, then the undated."""
        months = self.sums("month", "year")
        counts: Counter[str] = Counter()
        for month, count in months.items():
            counts[str(month)[:4] if month else UNDATED] += count
        undated = counts.pop(UNDATED, 0)
        first, last = self.db.execute(
            "SELECT min(day), max(day) FROM (SELECT min(published_at) AS day FROM posts"
            " UNION ALL SELECT max(published_at) FROM posts"
            " UNION ALL SELECT min(updated_at) FROM posts WHERE published_at IS NULL"
            " UNION ALL SELECT max(updated_at) FROM posts WHERE published_at IS NULL)"
        ).fetchone()
        span = range(int(first[:4]), int(last[:4]) + 1) if first and last else range(0)
        chosen = self.filters.year
        for year in (*map(str, span), *chosen):
            counts.setdefault(year, 0)
        values = [Value(year, year, counts[year], year in chosen) for year in sorted(counts) if year != UNDATED]
        if undated or UNDATED in chosen:
            values.append(Value(UNDATED, UNDATED, undated, UNDATED in chosen))
        return Facet("year", tuple(values))
