"""From all words to most of them, and then to any: what a search falls back on where few posts have every word.

How well a post fits is the sum of its words' BM25, so many words and rare words count most; to that come feedback
words (`feedback`).
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from scraper.search.feedback import with_feedback
from scraper.search.match import FILES, STEMMED, expression, relaxed, table_of
from scraper.search.rank import FILE_SHARE, WEIGHTS, lift, rarity, weight_of
from scraper.search.split import Split, written
from scraper.search.state import state_of
from scraper.search.tree import Node, Term

#: Posts that are looked at for the rarest words, about.
LOOKED_AT = 4_000
#: So much of the rarity of all words makes "most of them".
WEIGHTY = 0.6
_LISTED = "(SELECT value FROM json_each(?2))"


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
    """A unit, the posts that have it in themselves, and what having it weighs."""

    node: Node
    posts: tuple[int, ...]
    weight: float
    #: By what FTS5's score is to be multiplied.
    lift: float

    @property
    def count(self) -> int:
        return len(self.posts)


def relax(db: sqlite3.Connection, asked: Split, *, rank: bool) -> Relaxed:
    """The posts that have any of the units; with *rank*, with scores.

    A post has most of them that has more than half, and `WEIGHTY` of what they weigh by their rarity, so that ``human
    rights`` are not most of ``human rights and poverty`` among posts that all have them. Where units are in so many
    posts that looking at all would take long, the rarest alone decide which posts are looked at, and the others count
    by their rarity alone.
    """
    (posts,) = db.execute("SELECT count(*) FROM posts").fetchone()
    units = _by_rarity(db, asked, posts)
    seeking = _seeking(units)
    scores: dict[int, float] = {}
    having: list[tuple[float, Mapping[int, float]]] = []
    for at, unit in enumerate(units):
        found = _unit_scores(db, unit, rank=rank) if at < seeking else _having(db, unit, scores)
        having.append((unit.weight, found))
        for post, score in found.items():
            scores[post] = scores.get(post, 0.0) + score
    most = _most(having, asked.majority)
    telling = tuple(written(unit.node) for unit in units[:seeking] if unit.count) if seeking < len(units) else ()
    return Relaxed(with_feedback(db, asked, scores, posts) if rank else scores, most, telling)


def _most(having: Sequence[tuple[float, Mapping[int, float]]], majority: int) -> frozenset[int]:
    """Posts that have *majority* of the units and `WEIGHTY` of what they weigh; *having*: (weight, posts) of each."""
    number = Counter(chain.from_iterable(posts for _, posts in having))
    weighty = WEIGHTY * sum(weight for weight, _ in having)
    many = (post for post, had in number.items() if had >= majority)
    return frozenset(post for post in many if sum(weight for weight, posts in having if post in posts) >= weighty)


def _by_rarity(db: sqlite3.Connection, asked: Split, posts: int) -> list[_Unit]:
    memory = state_of(db).memory
    units = (memory.once(("unit", node), partial(_measured, db, node, posts), _weight) for node in asked.units)
    return sorted(units, key=lambda unit: unit.count)


def _weight(unit: _Unit) -> int:
    return weight_of(unit.posts)


def _measured(db: sqlite3.Connection, node: Node, posts: int) -> _Unit:
    table, asked = _asked(node)
    found = tuple(chain.from_iterable(db.execute(f"SELECT rowid FROM {table} WHERE {table} MATCH ?", (asked,))))
    weight = rarity(posts, len(found)) if found else 0.0  # what no post has, none lacks
    return _Unit(node, found, weight, lift(posts, len(found)) if isinstance(node, Term) else 1.0)


def _seeking(units: Sequence[_Unit]) -> int:
    """How many of the *units*, the rarest first, can be looked at in all their posts; at least one that has some."""
    room = LOOKED_AT
    for at, unit in enumerate(units):
        room -= unit.count
        if room < 0 and any(each.count for each in units[:at]):
            return at
    return len(units)


def _having(db: sqlite3.Connection, unit: _Unit, within: Mapping[int, float]) -> dict[int, float]:
    """Which of the posts *within* have the unit, in themselves or in a file, each with what that is worth."""
    having = within.keys() & {*unit.posts, *_in_files(db, unit)}
    return dict.fromkeys(having, -unit.weight)


def _in_files(db: sqlite3.Connection, unit: _Unit) -> Iterator[int]:
    table, asked = _asked(unit.node)
    index = FILES[table]
    yield from chain.from_iterable(
        db.execute(
            f"SELECT post_id FROM {index} CROSS JOIN files ON files.id = {index}.rowid WHERE {index} MATCH ?", (asked,)
        )
    )


def _asked(node: Node) -> tuple[str, str]:
    """The index that answers a unit, and what it is asked."""
    table = table_of(node)
    if table:
        return (table, expression(node))
    return (STEMMED, expression(relaxed(node) or node))


def _unit_scores(db: sqlite3.Connection, unit: _Unit, *, rank: bool) -> Mapping[int, float]:
    """Posts that have the unit, in themselves or in a file, each with its score."""
    make = partial(_scored, db, unit, rank=rank)
    return state_of(db).memory.once(("scores", unit.node, rank), make, weight_of)


def _scored(db: sqlite3.Connection, unit: _Unit, *, rank: bool) -> dict[int, float]:
    table, asked = _asked(unit.node)
    index = FILES[table]
    if not rank:
        return dict.fromkeys((*unit.posts, *_in_files(db, unit)), 0.0)
    found: dict[int, float] = dict(
        db.execute(
            f"SELECT rowid, {unit.lift:.6f} * bm25({table}, {WEIGHTS[table]}) FROM {table} WHERE {table} MATCH ?",
            (asked,),
        ).fetchall()
    )
    for number, score in db.execute(
        f"SELECT post_id, {FILE_SHARE * unit.lift:.6f} * bm25({index}, {WEIGHTS[index]})"
        f" FROM {index} CROSS JOIN files ON files.id = {index}.rowid WHERE {index} MATCH ?",
        (asked,),
    ):
        found[number] = min(score, found.get(number, 0.0))
    return found


_LISTED = "(SELECT value FROM json_each(?2))"


def lacking(db: sqlite3.Connection, split_: Split, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """For each of the posts *ids*, the words of the query that stand neither in it nor in its files."""
    missing: dict[int, list[str]] = {number: [] for number in ids}
    wanted = json.dumps(list(ids))
    for node in split_.units:
        table, asked = _asked(node)
        index = FILES[table]
        there = db.execute(
            f"SELECT rowid FROM {table} WHERE {table} MATCH ?1 AND rowid IN {_LISTED}"
            f" UNION ALL SELECT post_id FROM files WHERE post_id IN {_LISTED}"
            f" AND id IN (SELECT rowid FROM {index} WHERE {index} MATCH ?1)",
            (asked, wanted),
        )
        for number in missing.keys() - {number for (number,) in there}:
            missing[number].append(written(node))
    return {number: tuple(found) for number, found in missing.items()}
