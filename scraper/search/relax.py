"""From all words to most of them, and then to any: what a search falls back on where few posts have every word.

How well a post fits is the sum of its words' BM25, so many words and rare words count most; to that come feedback
words (`feedback`).
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import chain, compress
from operator import or_
from typing import TypeAlias

from scraper.search.bits import IN_A_BYTE, codes_of, mask_of, places_of
from scraper.search.feedback import with_feedback
from scraper.search.ledger import Ledger
from scraper.search.match import STEMMED, expression, relaxed, table_of
from scraper.search.rank import lift, rarity, weight_of
from scraper.search.scored import ids_in_files, ids_in_posts, of_index
from scraper.search.split import Split, written
from scraper.search.state import ledger_of, state_of
from scraper.search.tree import Node, Term

#: Posts that are looked at for the rarest words, about.
LOOKED_AT = 2_000
#: Of a word that no post has so many letters at the end may differ, and so many at the beginning may not.
ENDING, BEGINNING = 3, 6
#: So much of the rarity of all words makes "most of them".
WEIGHTY = 0.6


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The posts that have some of the units of a query."""

    #: As bits over the ledger.
    found: int
    #: Those that have most of the units.
    most: int
    #: Id of each of them → how well it fits, low is good; empty: nobody asked for that.
    scores: Mapping[int, float]
    #: The words by which posts were sought, where the others are in too many; empty: by all of them.
    telling: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit, the posts that have it, and what having it weighs."""

    node: Node
    #: How many posts have it in themselves.
    count: int
    #: Those that have it in themselves or in a file, as bits over the ledger.
    places: int
    #: The same by id, each with its score; empty where they are many.
    scores: Mapping[int, float]
    weight: float
    #: By what FTS5's score is to be multiplied.
    lift: float
    #: What was looked for: the unit, or, where no post has it, words that begin like it.
    sought: Node


#: Which units a post has: `codes_of` their posts.
_Having: TypeAlias = tuple[int, ...]


def relax(db: sqlite3.Connection, asked: Split, *, rank: bool) -> Relaxed:
    """The posts that have any of the units; with *rank*, with scores.

    A post has most of them that has more than half, and `WEIGHTY` of what they weigh by their rarity, so that ``human
    rights`` are not most of ``human rights and poverty`` among posts that all have them. Where units are in so many
    posts that looking at all would take long, the rarest alone decide which posts are looked at, and the others count
    by their rarity alone.
    """
    ledger = ledger_of(db)
    units = sorted(_units(db, asked), key=lambda unit: unit.count)
    seeking = _seeking(units)
    found = reduce(or_, (unit.places for unit in units[:seeking]), 0)
    places = places_of(found, len(ledger.ids))
    having = _having(units, places, len(ledger.ids))
    scores = _scores(db, units[:seeking]) if rank else {}
    if rank and seeking < len(units):
        common = _common(units, seeking, having)
        for place, units_here in zip(places, having, strict=True):
            scores[ledger.ids[place]] += common[units_here]
    telling = tuple(written(unit.node) for unit in units[:seeking] if unit.count) if seeking < len(units) else ()
    most = _most(units, places, having, asked.majority)
    ranked = with_feedback(db, asked, scores) if rank else {}
    return Relaxed(found, mask_of(most, len(ledger.ids)), ranked, telling)


def _having(units: Sequence[_Unit], places: Sequence[int], length: int) -> list[_Having]:
    """Which of the *units* the posts at *places* have, of *length* posts."""
    codes = codes_of([unit.places for unit in units], length)
    return list(zip(*(map(code.__getitem__, places) for code in codes), strict=True))


def _of_having(units: Sequence[_Unit], having: _Having) -> list[_Unit]:
    """Those of *units* that a post has."""
    return [unit for at, unit in enumerate(units) if having[at // IN_A_BYTE] >> at % IN_A_BYTE & 1]


def _common(units: Sequence[_Unit], seeking: int, having: Iterable[_Having]) -> dict[_Having, float]:
    """What those of *units* are worth that come behind the first *seeking*, by what a post has."""
    behind = {id(unit) for unit in units[seeking:]}
    return {each: -sum(unit.weight for unit in _of_having(units, each) if id(unit) in behind) for each in set(having)}


def _most(units: Sequence[_Unit], places: Sequence[int], having: Sequence[_Having], majority: int) -> Iterator[int]:
    """Those of *places* where posts have *majority* of *units* and `WEIGHTY` of what they weigh."""
    enough = WEIGHTY * sum(unit.weight for unit in units)

    def is_most(each: _Having) -> bool:
        weights = [unit.weight for unit in _of_having(units, each)]
        return len(weights) >= majority and sum(weights) >= enough

    chosen = set(filter(is_most, set(having)))
    return compress(places, map(chosen.__contains__, having))


def _units(db: sqlite3.Connection, asked: Split) -> Iterator[_Unit]:
    """The units of a query in order, measured."""
    state = state_of(db)
    ledger = state.ledger(db)
    for node in asked.units:
        yield state.memory.once(("unit", node), partial(_measured, db, node, ledger), _weight)


def _weight(unit: _Unit) -> int:
    return weight_of(unit.scores) + unit.places.bit_length() // 64


def _measured(db: sqlite3.Connection, node: Node, ledger: Ledger) -> _Unit:
    table, asked = _asked(node)
    few = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT {LOOKED_AT + 1})"
    (count,) = db.execute(few, (asked,)).fetchone()
    if count > LOOKED_AT:
        posts, scores = ids_in_posts(db, table, asked), dict[int, float]()
        count, ids = len(posts), chain(posts, ids_in_files(db, table, asked))
    else:
        scores = of_index(db, table, asked, files=True, rank=True)
        ids = chain(scores)
    if not count and (begun := _begun(node)):
        return replace(_measured(db, begun, ledger), node=node)
    total = len(ledger.ids)
    places = mask_of(map(ledger.place_of, ids), total)
    weight = rarity(total, count) if count else 0.0  # what no post has, none lacks
    return _Unit(node, count, places, scores, weight, lift(total, count) if isinstance(node, Term) else 1.0, node)


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


def _asked(node: Node) -> tuple[str, str]:
    """The index that answers a unit, and what it is asked."""
    table = table_of(node)
    if table:
        return (table, expression(node))
    return (STEMMED, expression(relaxed(node) or node))


def _scores(db: sqlite3.Connection, units: Iterable[_Unit]) -> dict[int, float]:
    """Posts that have any of *units*, in themselves or in a file, each with the sum of its scores."""
    found: dict[int, float] = {}
    for unit in units:
        for number, score in _scores_of(db, unit).items():
            found[number] = found.get(number, 0.0) + unit.lift * score
    return found


def _scores_of(db: sqlite3.Connection, unit: _Unit) -> Mapping[int, float]:
    if unit.count <= LOOKED_AT:
        return unit.scores
    make = partial(of_index, db, *_asked(unit.sought), files=True, rank=True)
    return state_of(db).memory.once(("scores", unit.node), make, weight_of)


def lacking(db: sqlite3.Connection, asked: Split, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """For each of the posts *ids*, the words of the query that stand neither in it nor in its files."""
    units, place_of = tuple(_units(db, asked)), ledger_of(db).place_of
    return {
        number: tuple(written(unit.node) for unit in units if not unit.places >> place_of(number) & 1) for number in ids
    }
