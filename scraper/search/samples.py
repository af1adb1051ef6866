"""Searches to try: those that are wished for where they find something, else some of the archive's own words.

Each wish has a form (words side by side, one word without another, a beginning in some years), and what stands in for
it has the same one. Only whether there is a hit is asked, not how many there are: a home page must not wait for it.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise, zip_longest

from scraper.search.folding import is_unspaced, key
from scraper.search.match import DATE, condition
from scraper.search.query import parse
from scraper.search.synonyms import EMPTY

#: Titles that are read for words, the newest ones; of their words, those that are tried; and how often.
TITLES, WORDS, TRIED = 400, 6, 8
#: Letters of a word that says something, and of the beginning of a longer one.
TELLING, BEGINNING = 4, 6

_WORD = re.compile(r"[^\W\d_]+")
#: Labels with posts, the most used first.
_LABELS = """
SELECT 'category', name, count(*) AS posts FROM categories JOIN post_categories ON category_id = id GROUP BY id
UNION ALL SELECT 'tag', name, count(*) FROM tags JOIN post_tags ON tag_id = id GROUP BY id
ORDER BY posts DESC, name LIMIT ?
"""


def samples(db: sqlite3.Connection, wished: Sequence[str]) -> tuple[str, ...]:
    """For each query *wished* for itself, if it finds a post, else another one that does; fewer where none is known."""
    titles = [_words(title) for (title,) in db.execute(_TITLES, (TITLES,))]
    forms = (_side_by_side(titles), _without(titles), _beginning(titles, _middle_year(db)))
    chosen: list[str] = []
    for wish, others in zip_longest(wished[: len(forms)], forms, fillvalue=""):
        tried = (each for each in chain((wish,), islice(others, TRIED), _labels(db)) if each and each not in chosen)
        chosen += islice((each for each in tried if _finds(db, each)), 1)
    return tuple(chosen)


_TITLES = "SELECT title FROM posts WHERE title IS NOT NULL ORDER BY id DESC LIMIT ?"


def _finds(db: sqlite3.Connection, text: str) -> bool:
    """Whether some post has all of the query *text*."""
    root = parse(text).root
    if root is None:
        return False
    asked = condition(db, root)
    return db.execute(f"SELECT 1 FROM posts AS p WHERE {asked.sql} LIMIT 1", asked.values).fetchone() is not None


def _labels(db: sqlite3.Connection) -> Iterator[str]:
    """Each label of `_LABELS` as a query; they are looked up when the first is wanted, which is seldom."""
    for facet, name, _ in db.execute(_LABELS, (TRIED,)):
        if '"' not in name:
            yield f'{facet}:"{name}"'


def _words(title: str) -> list[str]:
    return [key(word) for word in _WORD.findall(title)]


def _frequent(titles: Iterable[Sequence[str]], shortest: int) -> list[str]:
    """The words in most *titles*, of so many letters and more."""
    counts = Counter(word for title in titles for word in dict.fromkeys(title) if _is_telling(word, shortest))
    return [word for word, _ in counts.most_common(WORDS)]


def _is_telling(word: str, shortest: int = TELLING) -> bool:
    return len(word) >= shortest and word not in EMPTY and not is_unspaced(word)


def _side_by_side(titles: Iterable[Sequence[str]]) -> Iterator[str]:
    """Two words that many titles have side by side."""
    counts = Counter(pair for title in titles for pair in dict.fromkeys(pairwise(title)) if all(map(_is_telling, pair)))
    yield from (f'"{" ".join(pair)}"' for pair, _ in counts.most_common(TRIED))


def _without(titles: Iterable[Sequence[str]]) -> Iterator[str]:
    """A frequent word without another one."""
    frequent = _frequent(titles, TELLING + 1)
    yield from (f"{word} -{other}" for word, other in pairwise(frequent))
    yield from (f"{other} -{word}" for word, other in pairwise(frequent))


def _beginning(titles: Iterable[Sequence[str]], year: str) -> Iterator[str]:
    """What a frequent word begins with, in the younger half of the posts."""
    for word in _frequent(titles, BEGINNING + 1):
        yield f"{word[:BEGINNING]}* after:{year}" if year else f"{word[:BEGINNING]}*"


def _middle_year(db: sqlite3.Connection) -> str:
    """The year between the first and the last that a post is from; empty: no date is known."""
    first, last = db.execute(f"SELECT min(substr({DATE}, 1, 4)), max(substr({DATE}, 1, 4)) FROM posts AS p").fetchone()
    if not first or not first.isdecimal() or not last.isdecimal():
        return ""
    return str((int(first) + int(last)) // 2)
