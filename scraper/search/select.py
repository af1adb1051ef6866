"""A request → the SQL that finds its posts."""

import sqlite3
from dataclasses import dataclass, replace

from scraper.search.folding import is_unspaced
from scraper.search.match import (
    DATE,
    FILES,
    PDFS,
    STEMMED,
    UNSPACED,
    Match,
    Where,
    both,
    compile_query,
    expression,
)
from scraper.search.relax import FILE_SHARE, WEIGHTS, relax, split
from scraper.search.request import LEARNED, UNDATED, Filters, Matched, Request
from scraper.search.spelled import as_written
from scraper.search.tree import All, Any, Query

#: Every facet: what holds of the post ``p`` where one of the values chosen (``{}``) is met. Counted in `find`.
FACETS = {
    "site": "p.site IN {}",
    "year": f"coalesce(substr({DATE}, 1, 4), '{UNDATED}') IN {{}}",
    "category": "p.id IN (SELECT post_id FROM post_categories"
    " JOIN categories ON categories.id = category_id WHERE name IN {})",
    "tag": "p.id IN (SELECT post_id FROM post_tags JOIN tags ON tags.id = tag_id WHERE name IN {})",
    "author": "coalesce(p.author, '') IN {}",
    "pdf": f"CASE WHEN p.id IN ({PDFS}) THEN 'yes' ELSE 'no' END IN {{}}",
    "gone": "CASE WHEN p.gone_at IS NULL THEN 'no' ELSE 'yes' END IN {}",
}
#: Each facet's bit in `miss`: the facets whose choice a row does not meet.
BITS = {name: 1 << place for place, name in enumerate(FACETS)}
ORDER = {
    "relevance": "more, key, date DESC, url",
    "newest": "more, date IS NULL, date DESC, url",
    "oldest": "more, date IS NULL, date, url",
    "views": "more, key IS NULL, key DESC, date DESC, url",
    "comments": "more, key IS NULL, key DESC, date DESC, url",
    LEARNED: "more, key DESC, url",
}
#: When this archive last learned something of a post.
_LEARNED = "(SELECT max(coalesce(known_at, at)) FROM events WHERE events.post_id = p.id)"


def ordered(db: sqlite3.Connection, request: Request) -> Where:
    """A SELECT of those ids, for use in a larger statement."""
    rows = selection(db, spelled(db, request))
    return Where(f"{rows.sql} SELECT id FROM f WHERE miss = 0 ORDER BY {ORDER[request.order]}", rows.values)


def spelled(db: sqlite3.Connection, request: Request) -> Request:
    """*request* with its words as the archive spells them."""
    return replace(request, query=as_written(db, request.query))


def selection(db: sqlite3.Connection, request: Request) -> Where:
    """``WITH … f AS (…)``: the rows found (id, key, date, site, author, gone, pdf, miss, more) before they are sorted.

    `more`: 0, the post has all words of the query; 1, most of them; 2, any. What has less than `request.matched` wants
    is left out.
    """
    return _rows(request, _relaxed_source(db, request) or _exact_source(db, request))


@dataclass(frozen=True, slots=True)
class _Source:
    """Where rows come from before filters: the scores, if any, and what must hold."""

    scores: Where
    #: The scores are those of all hits, and of no other post.
    finds: bool
    conditions: tuple[Where, ...]
    #: SQL for `more`; None: every row has all words.
    more: Where | None = None
    #: Of the scores.
    columns: str = "id, score"


def _exact_source(db: sqlite3.Connection, request: Request) -> _Source:
    match = compile_query(db, request.query)
    return _Source(_source(match, request), match.driver is not None, match.conditions)


def _relaxed_source(db: sqlite3.Connection, request: Request) -> _Source | None:
    """Posts with as many words as `request.matched` wants, those with all words among them; None: with all only."""
    parts = split(request.query)
    if request.matched is None or not parts.has(request.matched):
        return None
    rank = request.order == "relevance"
    scores = relax(db, parts, rank=rank).source
    whole = _rows(Request(query=request.query), _exact_source(db, Request(query=request.query)))
    fixed = compile_query(db, Query(root=All(parts.fixed))).all_conditions() if parts.fixed else ()
    all_words = Where(f"p.id IN ({whole.sql} SELECT id FROM f)", whole.values)
    if request.matched is Matched.MOST:
        fixed = (*fixed, Where(f"(h.most OR {all_words.sql})", all_words.values))
    more = Where(f"CASE WHEN {all_words.sql} THEN 0 WHEN h.most THEN 1 ELSE 2 END", all_words.values)
    return _Source(scores, finds=True, conditions=fixed, more=more, columns="id, score, most")


def _rows(request: Request, source: _Source) -> Where:
    missed = _missed(request.filters)
    more = source.more or Where("0")
    bounds = [Where(f"{DATE} {sign} ?", (value,)) for sign, value in _bounds(request.filters) if value]
    wanted = [*source.conditions, *bounds]
    where = both(wanted, "AND") if wanted else Where("1")
    key = {"relevance": "h.score", "views": "p.views", "comments": "p.comments", LEARNED: _LEARNED}.get(
        request.order, "NULL"
    )
    columns = (
        f"p.id AS id, p.url AS url, {key} AS key, {DATE} AS date, p.site AS site, p.author AS author,"
        f" p.gone_at IS NOT NULL AS gone, p.id IN ({PDFS}) AS pdf, {missed.sql} AS miss, {more.sql} AS more"
    )
    inner = f"SELECT {columns} FROM {_FROM[bool(source.scores.sql), source.finds]} WHERE {where.sql}"
    if missed.sql != "0":
        inner = f"SELECT * FROM ({inner}) WHERE miss & (miss - 1) = 0"
    with_ = f"WITH h({source.columns}) AS MATERIALIZED ({source.scores.sql}), " if source.scores.sql else "WITH "
    values = (*source.scores.values, *missed.values, *more.values, *where.values)
    return Where(f"{with_}f AS MATERIALIZED ({inner})", values)


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
    spaced = tuple(term for term in terms if not is_unspaced(term.text))
    parts = [_scored(STEMMED, expression(Any(spaced)), files=False, rank=True)] if spaced else []
    parts += [_frequency(term.text) for term in terms if is_unspaced(term.text)]
    if len(parts) == 1:
        return parts[0]
    rows = " UNION ALL ".join(part.sql for part in parts)
    return Where(f"SELECT id, sum(score) FROM ({rows}) GROUP BY id", tuple(v for part in parts for v in part.values))


def _frequency(text: str) -> Where:
    """Posts by how much of their text is *text*; the title counts ten times."""
    count = "length(coalesce({0}, '')) - length(replace(coalesce({0}, ''), ?, ''))"
    return Where(
        f"SELECT id, -(10.0 * ({count.format('title')}) + {count.format('body_text')})"
        f" / (200 + length(coalesce(body_text, ''))) AS score"
        f" FROM posts WHERE id IN (SELECT id FROM {UNSPACED['posts']}_docsize)",
        (text, text),
    )


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
    parts: list[str] = []
    values: list[object] = []
    for name, bit in BITS.items():
        chosen: tuple[str, ...] = getattr(filters, name)
        if chosen:
            parts.append(f"{bit} * (NOT ({FACETS[name].format('(' + ', '.join('?' * len(chosen)) + ')')}))")
            values += chosen
    return Where(" + ".join(parts) or "0", tuple(values))
