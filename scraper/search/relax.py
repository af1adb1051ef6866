"""From all words to most of them, and then to any: what a search falls back on where few posts have every word.

How well a post fits is the sum of its words' BM25, so many words and rare words count most; to that come feedback
words (`feedback`).
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from scraper.search.feedback import with_feedback
from scraper.search.match import STEMMED, expression, relaxed, table_of
from scraper.search.rank import lift, rarity, weight_of
from scraper.search.scored import ids_of, of_index
from scraper.search.split import Split, written
from scraper.search.state import state_of
from scraper.search.tree import Node, Term

#: Posts that are looked at for the rarest words, about.
LOOKED_AT = 2_000
#: Of a word that no post has so many letters at the end may differ, and so many at the beginning may not.
ENDING, BEGINNING = 3, 6
#: So much of the rarity of all words makes "most of them".
WEIGHTY = 0.6


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The posts that have some of the units of a query, by id."""

    #: How well each fits; low is good.
    scores: Mapping[int, float]
    #: Those that have most of the units.
    most: frozenset[int]
    #: The words by which posts were sought, where the others are in too many; empty: by all of them.
    telling: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit, the posts that have it, and what having it weighs."""

    node: Node
    #: How many posts have it in themselves.
    count: int
    #: Those that have it in themselves or in a file, each with its score; where they are many, with 0.
    posts: Mapping[int, float]
    weight: float
    #: By what FTS5's score is to be multiplied.
    lift: float
    #: What was looked for: the unit, or, where no post has it, words that begin like it.
    sought: Node


def relax(db: sqlite3.Connection, asked: Split, *, rank: bool) -> Relaxed:
    """The posts that have any of the units; with *rank*, with scores.

    A post has most of them that has more than half, and `WEIGHTY` of what they weigh by their rarity, so that ``human
    rights`` are not most of ``human rights and poverty`` among posts that all have them. Where units are in so many
    posts that looking at all would take long, the rarest alone decide which posts are looked at, and the others count
    by their rarity alone.
    """
    units = sorted(_units(db, asked), key=lambda unit: unit.count)
    seeking = _seeking(units)
    scores: dict[int, float] = {}
    having: dict[int, int] = {}
    for at, unit in enumerate(units):
        found = _scores(db, unit) if at < seeking else _among(unit, scores)
        for post, score in found.items():
            scores[post] = scores.get(post, 0.0) + score
            having[post] = having.get(post, 0) | 1 << at
    telling = tuple(written(unit.node) for unit in units[:seeking] if unit.count) if seeking < len(units) else ()
    return Relaxed(with_feedback(db, asked, scores) if rank else scores, _most(units, having, asked.majority), telling)


def _most(units: Sequence[_Unit], having: Mapping[int, int], majority: int) -> frozenset[int]:
    """Posts that have *majority* of *units* and `WEIGHTY` of what they weigh; *having*: those of each post, as bits."""
    enough = WEIGHTY * sum(unit.weight for unit in units)

    def is_most(bits: int) -> bool:
        weights = [unit.weight for at, unit in enumerate(units) if bits >> at & 1]
        return len(weights) >= majority and sum(weights) >= enough

    chosen = set(filter(is_most, set(having.values())))
    return frozenset(post for post, bits in having.items() if bits in chosen)


def _units(db: sqlite3.Connection, asked: Split) -> Iterator[_Unit]:
    """The units of a query in order, measured."""
    state = state_of(db)
    posts = len(state.ledger(db).ids)
    for node in asked.units:
        yield state.memory.once(("unit", node), partial(_measured, db, node, posts), _weight)


def _weight(unit: _Unit) -> int:
    return weight_of(unit.posts)


def _measured(db: sqlite3.Connection, node: Node, posts: int) -> _Unit:
    table, asked = _asked(node)
    (count,) = db.execute(f"SELECT count(*) FROM {table} WHERE {table} MATCH ?", (asked,)).fetchone()
    if count > LOOKED_AT:
        found = dict.fromkeys(ids_of(db, table, asked, files=True), 0.0)
    else:
        found = of_index(db, table, asked, files=True, rank=True)
    if not count and (begun := _begun(node)):
        return replace(_measured(db, begun, posts), node=node)
    weight = rarity(posts, count) if count else 0.0  # what no post has, none lacks
    return _Unit(node, count, found, weight, lift(posts, count) if isinstance(node, Term) else 1.0, node)


def _begun(node: Node) -> Term | None:
    """The beginning of a plain word, by which its kin are found: ``religion`` in texts that say ``religious``."""
    if isinstance(node, Term) and node == Term(node.text) and node.text.isalpha() and len(node.text) > BEGINNING:
        return Term(node.text[: max(BEGINNING, len(node.text) - ENDING)], exact=True, prefix=True)
    return None


def _seeking(units: Sequence[_Unit]) -> int:
    """How many of the *units*, the rarest first, can be looked at in all their posts; at least one that has some."""
    room = LOOKED_AT
    for at, unit in enumerate(units):
        room -= unit.count
        if room < 0 and any(each.count for each in units[:at]):
            return at
    return len(units)


def _among(unit: _Unit, within: Mapping[int, float]) -> dict[int, float]:
    """Which of the posts *within* have the unit, each with what that is worth."""
    return dict.fromkeys(within.keys() & unit.posts.keys(), -unit.weight)


def _asked(node: Node) -> tuple[str, str]:
    """The index that answers a unit, and what it is asked."""
    table = table_of(node)
    if table:
        return (table, expression(node))
    return (STEMMED, expression(relaxed(node) or node))


def _scores(db: sqlite3.Connection, unit: _Unit) -> dict[int, float]:
    """Posts that have the unit, in themselves or in a file, each with its score."""
    found = unit.posts
    if unit.count > LOOKED_AT:
        make = partial(of_index, db, *_asked(unit.sought), files=True, rank=True)
        found = state_of(db).memory.once(("scores", unit.node), make, weight_of)
    return {number: unit.lift * score for number, score in found.items()}


def lacking(db: sqlite3.Connection, asked: Split, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """For each of the posts *ids*, the words of the query that stand neither in it nor in its files."""
    units = tuple(_units(db, asked))
    return {number: tuple(written(unit.node) for unit in units if number not in unit.posts) for number in ids}
