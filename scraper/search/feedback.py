"""Feedback words: the telling words of the best posts bring forward others that are about the same thing.

This is pseudo-relevance feedback after Rocchio, as in RM3; no model is needed.
"""

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from heapq import nlargest, nsmallest

from scraper.search.match import EXACT, STEMMED, expression
from scraper.search.rank import WEIGHTS, weight_of
from scraper.search.split import Split
from scraper.search.state import ledger_of, state_of
from scraper.search.synonyms import EMPTY, words
from scraper.search.tree import Query, Term

#: So many of the best posts are read, so many of their words used; the best of these counts SHARE of a word that was
#: asked for.
READ, USED, SHARE = 10, 20, 0.5
#: Where more words are asked for, they say enough by themselves.
FEW = 6
#: Characters of a post that are read.
READ_CHARACTERS = 3_000
#: A word in more posts than that is no feedback word: it tells little, and costs much.
COMMON = 200
#: Words of the best posts of which it is looked up how rare they are.
LOOKED_UP = 60


@dataclass(frozen=True, slots=True)
class Weighted:
    """A feedback word and what it counts, in shares of a word that was asked for."""

    word: str
    weight: float


def with_feedback(db: sqlite3.Connection, asked: Split, scores: dict[int, float]) -> dict[int, float]:
    """*scores* with those of the telling words of the posts that fit best; the same where words are many."""
    if len(asked.units) > FEW:
        return scores
    typed = {word for unit in asked.units for term in Query(root=unit).terms for word in words(term.text)}
    best = nsmallest(READ, zip(scores.values(), scores, strict=True))
    better = dict(scores)
    for each in _telling(db, {number: -score for score, number in best}, typed):
        for number, score in _word_scores(db, each.word).items():
            if number in better:
                better[number] += each.weight * score
    return better


def _word_scores(db: sqlite3.Connection, word: str) -> Mapping[int, float]:
    """The posts that have *word*, by id, each with its score."""
    asked = f"SELECT rowid, bm25({STEMMED}, {WEIGHTS[STEMMED]}) FROM {STEMMED} WHERE {STEMMED} MATCH ?"

    def make() -> dict[int, float]:
        return dict(db.execute(asked, (expression(Term(word)),)).fetchall())

    return state_of(db).memory.once(("word", word), make, weight_of)


def count_up_to(db: sqlite3.Connection, word: str, most: int) -> int:
    """How many posts have *word*; counting ends at *most*, so that common words cost no more than others."""
    asked = f"SELECT count(*) FROM (SELECT 1 FROM {EXACT} WHERE {EXACT} MATCH ? LIMIT ?)"

    def make() -> int:
        (count,) = db.execute(asked, (expression(Term(word)), most)).fetchone()
        return int(count)

    return state_of(db).memory.once(("count", word, most), make)


def _telling(db: sqlite3.Connection, best: Mapping[int, float], typed: set[str]) -> tuple[Weighted, ...]:
    """The words of the *best* posts, by how much of them they are and how rare elsewhere."""
    shares: dict[str, float] = defaultdict(float)
    for number in sorted(best):
        fit = max(best[number], 1e-9)
        for word, share in _shares(db, number).items():
            shares[word] += fit * share
    posts = len(ledger_of(db).ids)
    wanted = (word for word in nlargest(LOOKED_UP, shares, key=shares.__getitem__) if word not in typed)
    worth = {word: shares[word] * _rarity(db, word, posts) for word in wanted}
    useful = ((word, value) for word, value in worth.items() if value > 0)
    chosen = sorted(useful, key=lambda each: (-each[1], each[0]))[:USED]
    most = max((value for _, value in chosen), default=1.0)
    return tuple(Weighted(word, SHARE * value / most) for word, value in chosen)


def _rarity(db: sqlite3.Connection, word: str, posts: int) -> float:
    """What it says that a post has *word*; 0 for a word of one post, which says nothing of another, or of many."""
    count = count_up_to(db, word, COMMON + 1)
    if 1 < count <= COMMON:
        return math.log(posts / count)
    return 0.0


def _shares(db: sqlite3.Connection, post: int) -> Mapping[str, float]:
    """The words of a post that say something, each with the share of all its words that it is."""
    return state_of(db).memory.once(("shares", post), partial(_read_shares, db, post), weight_of)


def _read_shares(db: sqlite3.Connection, post: int) -> dict[str, float]:
    sql = "SELECT coalesce(title, '') || ' ' || substr(coalesce(body_text, excerpt, ''), 1, ?) FROM posts WHERE id = ?"
    every = [word for (text,) in db.execute(sql, (READ_CHARACTERS, post)) for word in words(text)]
    return {word: count / len(every) for word, count in telling_words(every).items()}


def telling_words(every: Iterable[str]) -> dict[str, int]:
    """Those of *every* word of a text that can tell it from others, each with how often it stands there."""
    counts = Counter(every)
    for word in EMPTY.intersection(counts):
        del counts[word]
    return {word: count for word, count in counts.items() if len(word) > 2 and not word.isdigit()}
