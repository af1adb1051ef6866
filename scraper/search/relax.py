"""From all words to most of them, and then to any: what a search falls back on where few posts have every word.

Only plain words are given up, and the spellings that we added ourselves; phrases, operators, fields and conditions
always hold. How well a post fits is the sum of its words' BM25, so many words and rare words count most; to that come
*feedback words*, the telling words of the ten best posts (pseudo-relevance feedback after Rocchio, as in RM3), which
bring forward, among the posts that have some word of the reader's, those that are about the same thing.
"""

import json
import math
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from itertools import chain

from scraper.search.folding import is_unspaced
from scraper.search.match import EXACT, FILES, STEMMED, expression, relaxed, table_of
from scraper.search.request import Matched
from scraper.search.synonyms import EMPTY, words
from scraper.search.tree import All, Any, Node, Query, Term

#: Weights of title, excerpt, body, author in the rank of posts, of name and text in that of files.
WEIGHTS = {"posts_fts": "10, 4, 1, 5", "posts_exact": "10, 4, 1, 5", "files_fts": "4, 1", "files_exact": "4, 1"}
#: A word in a file counts that much of a word in the post.
FILE_SHARE = 0.3

#: Feedback: so many of the best posts are read, so many of their words used; the best of these counts SHARE of a word
#: that was asked for, and each round reads the posts that the round before found.
READ, USED, SHARE, ROUNDS = 10, 20, 0.3, 2
#: Where more words are asked for, they say enough by themselves.
FEW = 6
#: Characters of a post that are read for feedback.
READ_CHARACTERS = 20_000
#: A word in more posts than that is no feedback word: it tells little, and costs much.
COMMON = 500
#: Words of the best posts of which it is looked up how rare they are.
LOOKED_UP = 120
#: Posts that are looked at for the rarest words, about.
LOOKED_AT = 4_000
#: So much of the rarity of all words makes "most of them".
WEIGHTY = 0.6
#: Words put together, which can be missed one by one.
_COMPOUND = re.compile(r"\w[^\w\s.'’ʻʼ]+\w")


@dataclass(frozen=True, slots=True)
class Split:
    """A query in two: what may be given up, word by word, and what must hold."""

    units: tuple[Node, ...]
    fixed: tuple[Node, ...]
    #: There were words besides that say nothing alone, as in a question.
    chatty: bool = False

    @property
    def majority(self) -> int:
        """How many of the units are most of the query's words; more than there are: all of them are all words."""
        count = len(self.units)
        return count // 2 + 1 if count > 2 else count + (not self.chatty)

    def has(self, matched: Matched) -> bool:
        """Whether so few words can be relaxed to *matched*."""
        if matched is Matched.MOST:
            return 0 < self.majority <= len(self.units)
        alone = len(self.units) == 1 and not self.fixed and not self.chatty
        return matched is Matched.ANY and bool(self.units) and not alone


@dataclass(frozen=True, slots=True)
class Weighted:
    """A feedback word and what it counts, in shares of a word that was asked for."""

    word: str
    weight: float


def split(query: Query) -> Split:
    """*query* for relaxing. Without units there is nothing to relax."""
    root = query.root
    parts = root.children if isinstance(root, All) and not root.written else (root,) if root else ()
    units: list[Node] = []
    fixed: list[Node] = []
    for part in parts:
        found = [] if any(is_unspaced(term.text) for term in Query(root=part).terms) else list(_units(part))
        if found:
            units += found
        elif not (_is_plain(part) or _is_empty(part)):
            fixed.append(part)
    chatty = any(EMPTY.issuperset(words(term.text)) for term in query.terms if _is_plain(term))
    return Split(tuple(dict.fromkeys(units)), tuple(fixed), chatty)


def _is_plain(node: Node) -> bool:
    """A word as typed, without field, star or quotation marks."""
    return isinstance(node, Term) and node == Term(node.text) and not is_unspaced(node.text)


def _is_empty(node: Node) -> bool:
    """Spellings of words that say nothing alone."""
    return isinstance(node, Any) and node.spellings and all(map(_is_plain, Query(root=node).terms))


def _units(node: Node) -> Iterator[Node]:
    """The plain words that *node* is made of, each with its other spellings; none: it is not to be given up."""
    if isinstance(node, Term) and _is_plain(node):
        inside = words(node.text) if _COMPOUND.search(node.text) else (node.text,)
        yield from (Term(word) for word in inside if not EMPTY.issuperset(words(word)))
    elif isinstance(node, Any) and node.spellings:
        first = node.children[0]
        if isinstance(first, All):
            yield from (unit for child in first.children for unit in _units(child))
        elif isinstance(first, Any):
            yield from _units(first)
        else:
            yield node


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
    return Relaxed(_with_feedback(db, asked, scores, posts) if rank else scores, most, telling)


def _most(having: Sequence[tuple[float, Mapping[int, float]]], majority: int) -> frozenset[int]:
    """Posts that have *majority* of the units and `WEIGHTY` of what they weigh; *having*: (weight, posts) of each."""
    number = Counter(chain.from_iterable(posts for _, posts in having))
    weighty = WEIGHTY * sum(weight for weight, _ in having)
    many = (post for post, had in number.items() if had >= majority)
    return frozenset(post for post in many if sum(weight for weight, posts in having if post in posts) >= weighty)


def _by_rarity(db: sqlite3.Connection, asked: Split, posts: int) -> list[_Unit]:
    return sorted((_measured(db, node, posts) for node in asked.units), key=lambda unit: unit.count)


def _measured(db: sqlite3.Connection, node: Node, posts: int) -> _Unit:
    table, asked = _asked(node)
    found = tuple(chain.from_iterable(db.execute(f"SELECT rowid FROM {table} WHERE {table} MATCH ?", (asked,))))
    weight = rarity(posts, len(found)) if found else 0.0  # what no post has, none lacks
    return _Unit(node, found, weight, _lift(posts, len(found)) if isinstance(node, Term) else 1.0)


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


def rarity(posts: int, count: int) -> float:
    """How rare something is that *count* of all *posts* have: never negative, as in Lucene's BM25."""
    return math.log(1 + (posts - count + 0.5) / (count + 0.5))


def _lift(posts: int, count: int) -> float:
    """By what FTS5's score is to be multiplied, whose rarity is next to nothing from half of the posts on."""
    return rarity(posts, count) / max(1e-6, math.log((posts - count + 0.5) / (count + 0.5)))


def _asked(node: Node) -> tuple[str, str]:
    """The index that answers a unit, and what it is asked."""
    table = table_of(node)
    return (table, expression(node)) if table else (STEMMED, expression(relaxed(node) or node))


def _unit_scores(db: sqlite3.Connection, unit: _Unit, *, rank: bool) -> dict[int, float]:
    """Posts that have the unit, in themselves or in a file, each with its score."""
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


def _with_feedback(db: sqlite3.Connection, asked: Split, scores: Mapping[int, float], posts: int) -> dict[int, float]:
    """*scores* with those of the telling words of the posts that fit best; the same where words are many."""
    better = dict(scores)
    if len(asked.units) > FEW:
        return better
    typed = {word for unit in asked.units for term in Query(root=unit).terms for word in words(term.text)}
    looked_up: dict[str, dict[int, float]] = {}
    for _ in range(ROUNDS):
        best = nsmallest(READ, better, key=lambda number: (better[number], number))
        telling = _telling(db, {number: -better[number] for number in best}, typed, posts)
        better = dict(scores)
        for each in telling:
            if each.word not in looked_up:
                rows = _word_scores(db, each.word)
                looked_up[each.word] = {number: score for number, score in rows if number in scores}
            for number, score in looked_up[each.word].items():
                better[number] += each.weight * score
    return better


def _word_scores(db: sqlite3.Connection, word: str) -> sqlite3.Cursor:
    return db.execute(
        f"SELECT rowid, bm25({STEMMED}, {WEIGHTS[STEMMED]}) FROM {STEMMED} WHERE {STEMMED} MATCH ?",
        (expression(Term(word)),),
    )


def count_up_to(db: sqlite3.Connection, word: str, most: int) -> int:
    """How many posts have *word*; counting ends at *most*, so that common words cost no more than others."""
    asked = f"SELECT count(*) FROM (SELECT 1 FROM {EXACT} WHERE {EXACT} MATCH ? LIMIT ?)"
    (count,) = db.execute(asked, (expression(Term(word)), most)).fetchone()
    return int(count)


def _telling(db: sqlite3.Connection, best: Mapping[int, float], typed: set[str], posts: int) -> tuple[Weighted, ...]:
    """The words of the *best* posts, by how much of them they are and how rare elsewhere."""
    shares: dict[str, float] = defaultdict(float)
    for number, text in db.execute(
        "SELECT id, coalesce(title, '') || ' ' || substr(coalesce(body_text, excerpt, ''), 1, ?1) FROM posts"
        f" WHERE id IN {_LISTED} ORDER BY id",
        (READ_CHARACTERS, json.dumps(list(best))),
    ):
        every = words(text)
        counts = Counter(word for word in every if len(word) > 2 and not word.isdigit() and word not in EMPTY)
        for word, count in counts.items():
            shares[word] += max(best[number], 1e-9) * count / len(every)
    wanted = (word for word in nlargest(LOOKED_UP, shares, key=shares.__getitem__) if word not in typed)
    counts_ = {word: count_up_to(db, word, COMMON + 1) for word in wanted}
    worth = {word: shares[word] * math.log(posts / count) for word, count in counts_.items() if 1 < count <= COMMON}
    chosen = sorted(worth.items(), key=lambda each: (-each[1], each[0]))[:USED]
    most = chosen[0][1] if chosen and chosen[0][1] > 0 else 1.0
    return tuple(Weighted(word, SHARE * value / most) for word, value in chosen if value > 0)


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


def written(node: Node) -> str:
    """The words of a unit as the reader typed them."""
    if isinstance(node, Term):
        return node.text
    if isinstance(node, Any | All):
        return " ".join(map(written, node.children)) if isinstance(node, All) else written(node.children[0])
    return ""
