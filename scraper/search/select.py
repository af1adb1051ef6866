"""A request → the posts that it finds, as bits over the ledger, and their order."""

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial, reduce
from heapq import nsmallest
from itertools import islice
from operator import and_, or_

from scraper.search.bits import flags_of, mask_of, places_of
from scraper.search.folding import is_unspaced
from scraper.search.ledger import Ledger
from scraper.search.match import (
    STEMMED,
    UNSPACED,
    Driver,
    Match,
    Where,
    anywhere,
    both,
    compile_query,
    expression,
    is_of_words,
    table_of,
)
from scraper.search.relax import relax
from scraper.search.request import FACETS, LEARNED, Filters, Matched, Request
from scraper.search.scored import best_of, either, ids_of, of_index
from scraper.search.spelled import as_written
from scraper.search.split import split
from scraper.search.state import snapshot, state_of
from scraper.search.tree import All, Any, Node, Not, Query, Term

#: When this archive last learned something of each post.
_LEARNED = "SELECT post_id, max(coalesce(known_at, at)) FROM events GROUP BY post_id"


def spelled(db: sqlite3.Connection, request: Request) -> Request:
    """*request* with its words as the archive spells them."""
    return replace(request, query=as_written(db, request.query))


@dataclass(frozen=True, slots=True)
class FoundSet:
    """The posts that fit the words of a query, in steps; each post is in one step."""

    #: For `STEPS`: posts with all words, with most, with any, as bits; what the request does not want is empty.
    steps: tuple[int, int, int]
    #: Places of all of them, or of the best, the best first; empty: nothing ranks them.
    ranked: Sequence[int] = ()
    #: Where words are in too many posts to look at all: those by which posts with any of the words were sought.
    telling: tuple[str, ...] = ()
    #: The index that knows the others, where `ranked` has only the best; None: it has all.
    cut: Driver | None = None

    @property
    def weight(self) -> int:
        """How many numbers are in it, about."""
        return len(self.ranked) + sum(step.bit_length() for step in self.steps) // 64


@dataclass(frozen=True)
class Selection:
    """What was found, narrowed by filters."""

    ledger: Ledger
    request: Request
    words: FoundSet

    @property
    def filters(self) -> Filters:
        """What narrows it."""
        return self.request.filters

    @cached_property
    def chosen(self) -> Mapping[str, int]:
        """Facet in which something is chosen → the posts that meet that choice."""
        asked = {name: getattr(self.filters, name) for name in FACETS}
        return {name: self.ledger.having(name, values) for name, values in asked.items() if values}

    @cached_property
    def _bounded(self) -> int:
        every, most, some = self.words.steps
        return (every | most | some) & self.ledger.between(self.filters.after, self.filters.before)

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
    state = state_of(db)
    ledger = state.ledger(db)
    ranks = request.order == "relevance"
    key = ("found", request.query.root, request.matched, ranks)
    words = state.memory.once(key, lambda: _relaxed(db, ledger, request) or _exact(db, ledger, request), _weight)
    return Selection(ledger, request, words)


def _weight(found: FoundSet) -> int:
    return found.weight


def count(db: sqlite3.Connection, request: Request) -> int:
    """How many posts *request* finds."""
    with snapshot(db):
        return select(db, replace(spelled(db, request), sort="newest")).found.bit_count()  # no need to rank them


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
    for step in selection.words.steps:
        if (here := step & wanted) and len(found) < most:
            found += _arranged(db, selection, order, here, most - len(found))
    return found


def _arranged(db: sqlite3.Connection, selection: Selection, order: str, wanted: int, most: int) -> list[int]:
    """The first *most* of the places *wanted*."""
    ledger = selection.ledger
    if order == "relevance" and (selection.words.ranked or selection.words.cut):
        return _best(db, selection, wanted, most)
    places = places_of(wanted, len(ledger.ids))  # the newest first
    if order == LEARNED:
        return _learned_last(db, ledger, places)[:most]
    if order in _KEYS:
        return _first(most, places, _KEYS[order](ledger))
    return places[:most]


def _best(db: sqlite3.Connection, selection: Selection, wanted: int, most: int) -> list[int]:
    """The *most* of the places *wanted* that fit the words best."""
    is_wanted = flags_of(wanted, len(selection.ledger.ids)).__getitem__
    found = list(islice(filter(is_wanted, selection.words.ranked), most))
    if (index := selection.words.cut) and len(found) < min(most, wanted.bit_count()):
        return list(islice(filter(is_wanted, _whole_ranking(db, selection, index)), most))
    return found


def _learned_last(db: sqlite3.Connection, ledger: Ledger, places: Iterable[int]) -> list[int]:
    """*places*, those first of which this archive learned something last; then by address."""
    when = state_of(db).memory.once(LEARNED, lambda: dict(db.execute(_LEARNED).fetchall()), len)
    by_address = sorted(places, key=ledger.by_address.__getitem__)
    return sorted(by_address, key=lambda at: when.get(ledger.ids[at]) or "", reverse=True)


#: Order → what places are sorted by; in other orders, the newest come first.
_KEYS: Mapping[str, Callable[[Ledger], Callable[[int], float]]] = {
    "oldest": lambda ledger: ledger.by_age.__getitem__,
    "views": lambda ledger: lambda at: _highest(ledger.views[at]),
    "comments": lambda ledger: lambda at: _highest(ledger.comments[at]),
}


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


#: With so many hits, ranking all of them takes long, and few readers go so far.
TOP = 1_000


def _exact(db: sqlite3.Connection, ledger: Ledger, request: Request) -> FoundSet:
    """Posts with all words."""
    if request.query.root is None:
        return FoundSet((ledger.everything, 0, 0))
    match, rank = compile_query(db, request.query), request.order == "relevance"
    if (match.driver or not rank) and all(map(is_of_words, match.checked)):
        return _of_words(db, ledger, match, rank=rank)
    scores = _placed(ledger, matching(db, request, match))
    steps = (mask_of(scores, len(ledger.ids)), 0, 0)
    return FoundSet(steps, _ranked(scores) if rank else ())


def _of_words(db: sqlite3.Connection, ledger: Ledger, match: Match, *, rank: bool) -> FoundSet:
    """What the indexes of words find."""
    found = _of_index(db, ledger, match.driver, rank=rank) if match.driver else FoundSet((ledger.everything, 0, 0))
    if not found.steps[0]:
        return found
    met = reduce(and_, (_bits(db, ledger, node) for node in match.checked), ledger.everything)
    return replace(found, steps=(found.steps[0] & met, 0, 0))


def _bits(db: sqlite3.Connection, ledger: Ledger, node: Node) -> int:
    """The posts that have *node*, of words only, in themselves or in a file, as bits."""
    if table := table_of(node):
        return _places(ledger, ids_of(db, table, expression(node), files=anywhere(node)))
    having = partial(_bits, db, ledger)
    match node:
        case Not(child=child):
            return ledger.everything & ~having(child)
        case All(children=children):
            return reduce(and_, map(having, children))
        case Any(children=children):
            return reduce(or_, map(having, children))
    raise TypeError(f"expected words, AND, OR and NOT, found {type(node).__name__}")


def _of_index(db: sqlite3.Connection, ledger: Ledger, driver: Driver, *, rank: bool) -> FoundSet:
    """What one index finds; if there is much of it, only the best is ranked."""
    best = partial(best_of, db, driver.table, driver.expression, files=driver.files, most=TOP, phrases=driver.phrases)
    scores, whole = best() if rank else ({}, True)
    every = scores if rank and whole else ids_of(db, driver.table, driver.expression, files=driver.files)
    return FoundSet((_places(ledger, every), 0, 0), _ranked(_placed(ledger, scores)), cut=None if whole else driver)


def _whole_ranking(db: sqlite3.Connection, selection: Selection, driver: Driver) -> Sequence[int]:
    """The places of all posts with all words, the best first, as *driver* ranks them."""
    ledger = selection.ledger

    def make() -> Sequence[int]:
        scores = of_index(db, driver.table, driver.expression, files=driver.files, rank=True)
        is_found = flags_of(selection.words.steps[0], len(ledger.ids)).__getitem__
        return _ranked({place: score for place, score in _placed(ledger, scores).items() if is_found(place)})

    return state_of(db).memory.once(("ranked", selection.request.query.root), make, len)


def _placed(ledger: Ledger, scores: Mapping[int, float]) -> dict[int, float]:
    """*scores* by place instead of by id."""
    return dict(zip(map(ledger.place_of, scores), scores.values(), strict=True))


def _ranked(scores: Mapping[int, float]) -> Sequence[int]:
    """The places of *scores*, the lowest score first; where scores are the same, the newest."""
    return array("I", sorted(sorted(scores), key=scores.__getitem__))


def _relaxed(db: sqlite3.Connection, ledger: Ledger, request: Request) -> FoundSet | None:
    """Posts with as many words as `request.matched` wants, those with all words among them; None: with all only."""
    parts = split(request.query)
    if request.matched is None or not parts.has(request.matched):
        return None
    ranks = request.order == "relevance"
    every, _, _ = select(db, replace(request, matched=None, filters=Filters(), sort="newest")).words.steps
    fixed = _having(db, ledger, Query(root=All(parts.fixed))) if parts.fixed else ledger.everything
    loose = relax(db, parts, rank=ranks)
    most = loose.most & fixed & ~every
    some = loose.found & fixed & ~every & ~most
    steps = (every, most, some if request.matched is Matched.ANY else 0)
    scores = _placed(ledger, loose.scores)
    unscored = dict.fromkeys(places_of(every, len(ledger.ids)), 0.0) if scores else {}
    return FoundSet(steps, _ranked(unscored | scores), loose.telling)


def _having(db: sqlite3.Connection, ledger: Ledger, query: Query) -> int:
    """Posts that *query* finds, as bits."""
    return _exact(db, ledger, Request(query=query, sort="newest")).steps[0]


def _places(ledger: Ledger, ids: Iterable[int]) -> int:
    """The places of the posts *ids* as bits."""
    return mask_of(map(ledger.place_of, ids), len(ledger.ids))


def matching(db: sqlite3.Connection, request: Request, match: Match) -> dict[int, float]:
    """Id of every post that the query, compiled to *match*, finds, filters aside → its score, low is good; 0: none."""
    scores = _source(match, request)
    where = both(match.conditions, "AND")
    if not scores.sql:
        return dict(db.execute(f"SELECT p.id, 0 FROM posts p WHERE {where.sql}", where.values).fetchall())
    from_ = "h CROSS JOIN posts p ON p.id = h.id" if match.driver else "posts p LEFT JOIN h ON h.id = p.id"
    rows = db.execute(
        f"WITH h(id, score) AS MATERIALIZED ({scores.sql})"
        f" SELECT p.id, coalesce(h.score, 0) FROM {from_} WHERE {where.sql}",
        (*scores.values, *where.values),
    )
    return dict(rows.fetchall())


def _source(match: Match, request: Request) -> Where:
    """The scores: of the driver's hits; else, to rank what a mixed query finds, of posts with any of its words."""
    rank = request.order == "relevance"
    if match.driver:
        return either(match.driver.table, match.driver.expression, files=match.driver.files, rank=rank)
    if rank and request.query.terms:
        return _of_any(request.query.terms)
    return Where("")


def _of_any(terms: Sequence[Term]) -> Where:
    """The scores of posts that have any of *terms*."""
    spaced = tuple(term for term in terms if not is_unspaced(term.text))
    parts = [either(STEMMED, expression(Any(spaced)), files=False, rank=True)] if spaced else []
    parts += [_frequency(term.text) for term in terms if is_unspaced(term.text)]
    return parts[0] if len(parts) == 1 else _summed(parts)


def _summed(parts: Sequence[Where]) -> Where:
    """The scores of several sources together."""
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
