"""A request → the posts that it finds, as bits over the ledger, and their order."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nsmallest

from scraper.search.bits import mask_of, places_of
from scraper.search.folding import is_unspaced
from scraper.search.ledger import Ledger, ledger_of, snapshot
from scraper.search.match import (
    FILES,
    STEMMED,
    UNSPACED,
    Driver,
    Match,
    Where,
    both,
    compile_query,
    expression,
)
from scraper.search.relax import FILE_SHARE, WEIGHTS, relax, split
from scraper.search.request import FACETS, LEARNED, Filters, Matched, Request
from scraper.search.spelled import as_written
from scraper.search.tree import All, Any, Query

#: When this archive last learned something of each post.
_LEARNED = "SELECT post_id, max(coalesce(known_at, at)) FROM events GROUP BY post_id"


def spelled(db: sqlite3.Connection, request: Request) -> Request:
    """*request* with its words as the archive spells them."""
    return replace(request, query=as_written(db, request.query))


@dataclass(frozen=True)
class Selection:
    """The posts that fit the words of a request, in steps; each post is in one step."""

    ledger: Ledger
    filters: Filters
    #: For `STEPS`: posts with all words, with most, with any, as bits; what the request does not want is empty.
    steps: tuple[int, int, int]
    #: Place of a post → how well it fits, low is good; posts without a score fit worst.
    scores: Mapping[int, float]
    #: Where words are in too many posts to look at all: those by which posts with any of the words were sought.
    telling: tuple[str, ...] = ()

    @cached_property
    def chosen(self) -> Mapping[str, int]:
        """Facet in which something is chosen → the posts that meet that choice."""
        asked = {name: getattr(self.filters, name) for name in FACETS}
        return {name: self.ledger.having(name, values) for name, values in asked.items() if values}

    @cached_property
    def _bounded(self) -> int:
        every = self.steps[0] | self.steps[1] | self.steps[2]
        return every & self.ledger.between(self.filters.after, self.filters.before)

    def leaving(self, facet: str) -> int:
        """The posts found, the choice of one *facet* aside; with an empty name: the posts found."""
        found = self._bounded
        for name, mask in self.chosen.items():
            if name != facet:
                found &= mask
        return found

    @cached_property
    def found(self) -> int:
        """The posts that the request finds."""
        return self.leaving("")


def select(db: sqlite3.Connection, request: Request) -> Selection:
    """What *request* finds; its words are looked for as they are spelled there."""
    ledger = ledger_of(db)
    return _relaxed(db, ledger, request) or _exact(db, ledger, request)


def count(db: sqlite3.Connection, request: Request) -> int:
    """How many posts *request* finds."""
    with snapshot(db):
        return select(db, spelled(db, request)).found.bit_count()


def ids_in_order(db: sqlite3.Connection, request: Request) -> tuple[int, ...]:
    """Ids of all posts that *request* finds, whatever its page."""
    with snapshot(db):
        asked = spelled(db, request)
        selection = select(db, asked)
        every = arranged(db, selection, asked.order, selection.found, selection.found.bit_count())
        return tuple(selection.ledger.ids[place] for place in every)


def arranged(db: sqlite3.Connection, selection: Selection, order: str, wanted: int, most: int) -> list[int]:
    """The first *most* places of the posts *wanted*: step by step, in *order* within each."""
    found: list[int] = []
    for step in selection.steps:
        if (here := step & wanted) and len(found) < most:
            found += _arranged(db, selection, order, places_of(here, len(selection.ledger.ids)), most - len(found))
    return found


def _arranged(db: sqlite3.Connection, selection: Selection, order: str, places: list[int], most: int) -> list[int]:
    """The first *most* of *places*, which stand newest first."""
    ledger = selection.ledger
    match order:
        case "newest":
            return places[:most]
        case "oldest":
            return _first(most, places, ledger.by_age.__getitem__)
        case "views" | "comments":
            numbers = ledger.views if order == "views" else ledger.comments
            return _first(most, places, lambda at: _highest(numbers[at]))
        case learned if learned == LEARNED:
            when = dict(db.execute(_LEARNED).fetchall())
            by_address = sorted(places, key=ledger.by_address.__getitem__)
            return sorted(by_address, key=lambda at: when.get(ledger.ids[at]) or "", reverse=True)[:most]
        case _:
            scores = selection.scores
            return _first(most, places, lambda at: scores.get(at, 0.0)) if scores else places[:most]


def _highest(number: int | None) -> float:
    """For sorting: high numbers first, unknown ones last."""
    return float("inf") if number is None else -number


def _first(most: int, places: list[int], key: Callable[[int], float]) -> list[int]:
    """The *most* places with the lowest keys; where keys are the same, in the order of *places*."""
    keys = list(map(key, places))
    if most < len(places):
        (*_, last) = nsmallest(most, keys)
        chosen = [(each, at) for each, at in zip(keys, places, strict=True) if each <= last]
    else:
        chosen = list(zip(keys, places, strict=True))
    return [place for _, place in sorted(chosen)[:most]]


def _exact(db: sqlite3.Connection, ledger: Ledger, request: Request) -> Selection:
    """Posts with all words."""
    if request.query.root is None:
        return Selection(ledger, request.filters, (ledger.everything, 0, 0), {})
    place = ledger.place
    scores = {place[number]: score for number, score in matching(db, request).items()}
    steps = (mask_of(scores, len(ledger.ids)), 0, 0)
    return Selection(ledger, request.filters, steps, scores if request.order == "relevance" else {})


def _relaxed(db: sqlite3.Connection, ledger: Ledger, request: Request) -> Selection | None:
    """Posts with as many words as `request.matched` wants, those with all words among them; None: with all only."""
    parts = split(request.query)
    if request.matched is None or not parts.has(request.matched):
        return None
    length, place = len(ledger.ids), ledger.place
    exact = matching(db, Request(query=request.query, sort="newest"))
    every = mask_of(map(place.__getitem__, exact), length)
    fixed = ledger.everything
    if parts.fixed:
        held = matching(db, Request(query=Query(root=All(parts.fixed)), sort="newest"))
        fixed = mask_of(map(place.__getitem__, held), length)
    loose = relax(db, parts, rank=request.order == "relevance")
    most = mask_of(map(place.__getitem__, loose.most), length) & fixed & ~every
    some = mask_of(map(place.__getitem__, loose.scores), length) & fixed & ~every & ~most
    steps = (every, most, some if request.matched is Matched.ANY else 0)
    scores = {place[number]: score for number, score in loose.scores.items()}
    return Selection(ledger, request.filters, steps, scores, loose.telling)


def matching(db: sqlite3.Connection, request: Request) -> dict[int, float]:
    """Id of every post that the query finds, filters aside → its score; low is good; 0 where nothing ranks it."""
    match = compile_query(db, request.query)
    rank = request.order == "relevance"
    if match.driver and not match.conditions:
        return _of_index(db, match.driver, rank=rank)
    scores = _source(match, request)
    where = both(match.conditions, "AND") if match.conditions else Where("1")
    if not scores.sql:
        return dict(db.execute(f"SELECT p.id, 0 FROM posts p WHERE {where.sql}", where.values).fetchall())
    from_ = "h CROSS JOIN posts p ON p.id = h.id" if match.driver else "posts p LEFT JOIN h ON h.id = p.id"
    rows = db.execute(
        f"WITH h(id, score) AS MATERIALIZED ({scores.sql})"
        f" SELECT p.id, coalesce(h.score, 0) FROM {from_} WHERE {where.sql}",
        (*scores.values, *where.values),
    )
    return dict(rows.fetchall())


def _of_index(db: sqlite3.Connection, driver: Driver, *, rank: bool) -> dict[int, float]:
    """Posts that an index finds, in themselves or in a file; the better score counts."""
    posts = _in_posts(driver.table, driver.expression, rank=rank)
    found: dict[int, float] = dict(db.execute(posts.sql, posts.values).fetchall())
    if driver.files:
        inside = _in_files(driver.table, driver.expression, rank=rank)
        for number, score in db.execute(inside.sql, inside.values):
            found[number] = min(score, found.get(number, 0.0))
    return found


def _source(match: Match, request: Request) -> Where:
    """The scores: of the driver's hits; else, to rank what a mixed query finds, of posts with any of its words."""
    rank = request.order == "relevance"
    if match.driver:
        return _scored(match.driver.table, match.driver.expression, files=match.driver.files, rank=rank)
    terms = request.query.terms
    if not terms or not rank:
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
    posts = _in_posts(table, asked, rank=rank)
    if not files:
        return posts
    inside = _in_files(table, asked, rank=rank)
    return Where(
        f"SELECT id, min(score) FROM ({posts.sql} UNION ALL {inside.sql}) GROUP BY id", (*posts.values, *inside.values)
    )


def _in_posts(table: str, asked: str, *, rank: bool) -> Where:
    score = f"bm25({table}, {WEIGHTS[table]})" if rank else "0"
    return Where(f"SELECT rowid AS id, {score} AS score FROM {table} WHERE {table} MATCH ?", (asked,))


def _in_files(table: str, asked: str, *, rank: bool) -> Where:
    index = FILES[table]
    score = f"{FILE_SHARE} * bm25({index}, {WEIGHTS[index]})" if rank else "0"
    return Where(
        f"SELECT post_id, {score} FROM {index} CROSS JOIN files ON files.id = {index}.rowid WHERE {index} MATCH ?",
        (asked,),
    )
