"""From all words to most of them, and then to any: what a search falls back on where few posts have every word.

Only plain words are given up, and the spellings that we added ourselves; phrases, operators, fields and conditions
always hold. How well a post fits is the sum of its words' BM25, so many words and rare words count most; to that come
*feedback words*, the telling words of the ten best posts (pseudo-relevance feedback after Rocchio, as in RM3), which
bring forward, among the posts that have some word of the reader's, those that are about the same thing.
"""

import math
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

from scraper.search.folding import is_unspaced
from scraper.search.match import FILES, STEMMED, Where, expression, relaxed, table_of
from scraper.search.request import Matched
from scraper.search.synonyms import words
from scraper.search.tree import All, Any, Node, Query, Term
from scraper.search.vocabulary import frequencies

#: Weights of title, excerpt, body, author in the rank of posts, of name and text in that of files.
WEIGHTS = {"posts_fts": "10, 4, 1, 5", "posts_exact": "10, 4, 1, 5", "files_fts": "4, 1", "files_exact": "4, 1"}
#: A word in a file counts that much of a word in the post.
FILE_SHARE = 0.3

#: Words that say nothing alone: nobody misses them in a post.
EMPTY = frozenset(
    re.findall(
        r"\w+",
        """
        a about after all also am an and any are as at be been before being between but by can could did do does for
        from had has have he her his how i if in into is it its me my no nor not of on or other our she should so some
        such than that the their them then there these they this those to under up upon was we were what when where
        which while who whom whose why will with within would you your
        """,
    )
)
#: Feedback: so many of the best posts are read, so many of their words used; the best of these counts SHARE of a word
#: that was asked for, and each round reads the posts that the round before found.
READ, USED, SHARE, ROUNDS = 10, 20, 0.3, 2
#: Where more words are asked for, they say enough by themselves.
FEW = 6
#: Characters of a post that are read for feedback.
READ_CHARACTERS = 20_000
#: A word in more posts than that is no feedback word: it tells little, and costs much.
COMMON = 5_000
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


def scored(db: sqlite3.Connection, asked: Split, found: Sequence[Weighted], *, rank: bool) -> Where:
    """SELECT of (id, score, most) of the posts that have any of the units; a low score is good.

    `most` = 1: the post has more than half of them, and `WEIGHTY` of what they weigh by their rarity, so that
    ``human rights`` are not most of ``human rights and poverty`` among posts that all have them.
    """
    (posts,) = db.execute("SELECT count(*) FROM posts").fetchone()
    counts = [_count(db, node) for node in asked.units]
    weights = [rarity(posts, count) if count else 0.0 for count in counts]  # what no post has, none lacks
    parts: list[Where] = []
    for unit, (node, having) in enumerate(zip(asked.units, counts, strict=True)):
        share = _lifted(posts, having) if isinstance(node, Term) else 1.0
        parts += _unit_rows(node, unit, weights[unit], share if rank else 0.0)
    if rank:
        parts += [_feedback_rows(each, len(asked.units) + at) for at, each in enumerate(found)]
    rows = " UNION ALL ".join(part.sql for part in parts)
    values = tuple(value for part in parts for value in part.values)
    each = f"SELECT id, unit, min(score) AS score, weight FROM ({rows}) GROUP BY id, unit"
    count = f"sum(unit < {len(asked.units)})"
    most = f"{count} >= {asked.majority} AND sum(weight) >= {WEIGHTY * sum(weights):.6f}"
    return Where(f"SELECT id, sum(score), {most} FROM ({each}) GROUP BY id HAVING {count} > 0", values)


def _count(db: sqlite3.Connection, node: Node) -> int:
    table, asked = _asked(node)
    (count,) = db.execute(f"SELECT count(*) FROM {table} WHERE {table} MATCH ?", (asked,)).fetchone()
    return int(count)


def rarity(posts: int, count: int) -> float:
    """How rare something is that *count* of all *posts* have: never negative, as in Lucene's BM25."""
    return math.log(1 + (posts - count + 0.5) / (count + 0.5))


def _lifted(posts: int, count: int) -> float:
    """By what FTS5's score is to be multiplied, whose rarity is next to nothing from half of the posts on."""
    return rarity(posts, count) / max(1e-6, math.log((posts - count + 0.5) / (count + 0.5)))


def _asked(node: Node) -> tuple[str, str]:
    """The index that answers a unit, and what it is asked."""
    table = table_of(node)
    return (table, expression(node)) if table else (STEMMED, expression(relaxed(node) or node))


def _unit_rows(node: Node, unit: int, weight: float, share: float) -> tuple[Where, Where]:
    """Posts with the unit, in themselves and in their files; *share* 0: without scores, which cost time."""
    table, asked = _asked(node)
    index = FILES[table]
    score = f"{share:.6f} * bm25({table}, {WEIGHTS[table]})" if share else "0"
    in_files = f"{FILE_SHARE * share:.6f} * bm25({index}, {WEIGHTS[index]})" if share else "0"
    named = f"{unit} AS unit, {weight:.6f} AS weight"
    return (
        Where(f"SELECT rowid AS id, {score} AS score, {named} FROM {table} WHERE {table} MATCH ?", (asked,)),
        Where(
            f"SELECT post_id AS id, {in_files} AS score, {named} FROM {index}"
            f" CROSS JOIN files ON files.id = {index}.rowid WHERE {index} MATCH ?",
            (asked,),
        ),
    )


def _feedback_rows(word: Weighted, unit: int) -> Where:
    return Where(
        f"SELECT rowid, {word.weight:.6f} * bm25({STEMMED}, {WEIGHTS[STEMMED]}), {unit}, 0"
        f" FROM {STEMMED} WHERE {STEMMED} MATCH ?",
        (expression(Term(word.word)),),
    )


def feedback(db: sqlite3.Connection, split_: Split) -> tuple[Weighted, ...]:
    """The telling words of the posts that fit *split_* best, most telling first; empty where words are many."""
    found: tuple[Weighted, ...] = ()
    if not 0 < len(split_.units) <= FEW:
        return found
    (posts,) = db.execute("SELECT count(*) FROM posts").fetchone()
    asked = {word for unit in split_.units for term in Query(root=unit).terms for word in words(term.text)}
    for _ in range(ROUNDS):
        best = scored(db, split_, found, rank=True)
        rows = db.execute(
            f"WITH best(id, score, most) AS ({best.sql} ORDER BY 2, 1 LIMIT ?)"
            " SELECT -score, coalesce(title, '') || ' ' || substr(coalesce(body_text, excerpt, ''), 1, ?)"
            " FROM best CROSS JOIN posts ON posts.id = best.id",
            (*best.values, READ, READ_CHARACTERS),
        ).fetchall()
        found = _telling(db, rows, asked, posts)
    return found


def _telling(
    db: sqlite3.Connection, rows: Iterable[tuple[float, str]], asked: set[str], posts: int
) -> tuple[Weighted, ...]:
    """Words by how much of the posts they are and how rare elsewhere."""
    shares: dict[str, float] = defaultdict(float)
    for score, text in rows:
        every = words(text)
        counts = Counter(word for word in every if len(word) > 2 and not word.isdigit() and word not in EMPTY)
        for word, count in counts.items():
            shares[word] += max(score, 1e-9) * count / len(every)
    known = frequencies(db, (word for word in nlargest(400, shares, key=shares.__getitem__) if word not in asked))
    worth = {word: shares[word] * math.log(posts / count) for word, count in known.items() if 1 < count <= COMMON}
    best = sorted(worth.items(), key=lambda each: (-each[1], each[0]))[:USED]
    most = best[0][1] if best and best[0][1] > 0 else 1.0
    return tuple(Weighted(word, SHARE * value / most) for word, value in best if value > 0)


def lacking(db: sqlite3.Connection, split_: Split, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """For each of the posts *ids*, the words of the query that stand neither in it nor in its files."""
    missing: dict[int, list[str]] = {number: [] for number in ids}
    marks = ", ".join("?" * len(ids))
    for node in split_.units:
        parts = _unit_rows(node, 0, 0.0, 0.0)
        rows = [f"SELECT id FROM ({part.sql}) WHERE id IN ({marks})" for part in parts]
        values = [value for part in parts for value in (*part.values, *ids)]
        there = {number for (number,) in db.execute(" UNION ".join(rows), values)}
        for number in missing.keys() - there:
            missing[number].append(written(node))
    return {number: tuple(found) for number, found in missing.items()}


def written(node: Node) -> str:
    """The words of a unit as the reader typed them."""
    if isinstance(node, Term):
        return node.text
    if isinstance(node, Any | All):
        return " ".join(map(written, node.children)) if isinstance(node, All) else written(node.children[0])
    return ""
