"""The words of the archive itself, and which of them a mistyped word may have been meant for.

A word is at fault only when no post and no file has it as typed; where some have it in another form, by adding or
taking away an ending, it is a form of that word and no error. It is then mended by one letter (put in, left out,
exchanged, or two that changed places; after Damerau, 1964, most errors are one of these), by a missing space, or, where
that gives nothing, by two letters behind a right beginning. Words in more posts come first.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from heapq import nsmallest
from itertools import chain, product

from scraper.search.folding import is_unspaced, key
from scraper.search.match import EXACT, FILES, STEMMED, expression
from scraper.search.state import state_of
from scraper.search.tree import Query, Term

_VOCABULARIES = ("posts_exact_words", "files_exact_words")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
#: Shorter words are mended by one letter only; and words shorter than `SHORTEST` not at all.
TWICE, SHORTEST = 6, 3
#: Longer ones are no words of any language that somebody mistyped.
LONGEST = 40
_ENDINGS = frozenset({"s", "es", "d", "ed", "r", "er", "ing", "ly"})
#: Beginnings of so many letters are costed, and the posts in which those of a query may stand, one counted after the
#: other: so many are ranked in a fifth of a second.
SHORT, POSTS = 2, 150_000
#: Words that one may stand for, at most.
MENDED = 8
#: Bound values of one statement.
_BATCH = 900


def is_written(db: sqlite3.Connection, word: str) -> bool:
    """Whether some post or file has this one word, as it is typed."""
    return _stands(db, Term(key(word), exact=True), (EXACT,))


def is_known(db: sqlite3.Connection, text: str) -> bool:
    """Whether some post or file has this word, in any form."""
    return _stands(db, Term(text), (STEMMED, EXACT))


def _stands(db: sqlite3.Connection, term: Term, tables: Iterable[str]) -> bool:
    """Whether one of the indexes has *term*; unlike the vocabulary, they do not count all its places for that."""
    asked = expression(term)
    return any(
        db.execute(f"SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT 1", (asked,)).fetchone()
        for table in tables
        for index in (table, FILES[table])
    )


def mended(db: sqlite3.Connection, word: str, most: int = 3) -> tuple[str, ...]:
    """Words of the archive that *word*, which it has not, may stand for, the likeliest first."""
    wrong = key(word)
    if not SHORTEST <= len(wrong) <= LONGEST or not wrong.isalpha() or is_unspaced(wrong):
        return ()
    found = state_of(db).memory.once(("mended", word), lambda: _mended(db, word, wrong))
    return found[:most]


def _mended(db: sqlite3.Connection, word: str, wrong: str) -> tuple[str, ...]:
    def likeliest(close: Mapping[str, int]) -> list[str]:
        return nsmallest(MENDED, close, key=lambda found: (_first_differs(wrong, found), -close[found], found))

    close = frequencies(db, one_letter_away(wrong))
    if is_known(db, word):
        return tuple(likeliest({found: count for found, count in close.items() if not _is_form(wrong, found)}))
    if not close and len(wrong) >= TWICE:
        close = {found: count for found, count in _beginning_alike(db, wrong).items() if distance(wrong, found) <= 2}
    return tuple(dict.fromkeys((*likeliest(close), *_spaced(db, wrong))))


def _is_form(wrong: str, found: str) -> bool:
    """One is the other with an ending."""
    short, long = sorted((wrong, found), key=len)
    return long.startswith(short) and long[len(short) :] in _ENDINGS


def _first_differs(wrong: str, found: str) -> bool:
    """People seldom miss the first letter."""
    return wrong[0] != found[0]


def one_letter_away(word: str) -> set[str]:
    """All spellings that one mistake makes of *word*: of its own letters' scripts, and Latin."""
    letters = {*_LATIN, *chain.from_iterable(_neighbours(letter) for letter in word if not letter.isascii())}
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    left_out = {before + after[1:] for before, after in halves[:-1]}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in halves[:-2]}
    exchanged = {before + letter + after[1:] for (before, after), letter in product(halves[:-1], letters)}
    put_in = {before + letter + after for (before, after), letter in product(halves, letters)}
    return (left_out | swapped | exchanged | put_in) - {word}


def _neighbours(letter: str) -> Iterator[str]:
    """Small letters of the same alphabet, about: those that stand near it in Unicode."""
    for number in range(max(128, ord(letter) - 40), ord(letter) + 41):
        if chr(number).isalpha() and chr(number).islower() is letter.islower():
            yield chr(number)


def frequencies(db: sqlite3.Connection, wanted: Iterable[str]) -> Mapping[str, int]:
    """In how many posts and files each of the *wanted* words stands, as written; those in none are left out."""
    listed = sorted(wanted)
    found: dict[str, int] = {}
    for name in _VOCABULARIES:
        for at in range(0, len(listed), _BATCH):
            batch = listed[at : at + _BATCH]
            asked = f"SELECT term, doc FROM {name} WHERE term IN ({', '.join('?' * len(batch))})"
            for term, count in db.execute(asked, batch):
                found[term] = found.get(term, 0) + count
    return found


def has_any(db: sqlite3.Connection, span: tuple[str, str]) -> bool:
    """Whether a post or file has a word that lies in *span*, from the first to the last, in the order of Unicode."""
    asked = "SELECT 1 FROM {} WHERE term >= ? AND term < ? LIMIT 1"
    rows = (db.execute(asked.format(name), (span[0], span[1] + chr(0x10FFFF))).fetchone() for name in _VOCABULARIES)
    return any(rows)


def _beginning_alike(db: sqlite3.Connection, word: str) -> Mapping[str, int]:
    """Words of about the same length that begin with the same two letters."""
    begin, end = word[:2], word[0] + chr(ord(word[1]) + 1)
    found: dict[str, int] = {}
    for name in _VOCABULARIES:
        asked = f"SELECT term, doc FROM {name} WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?"
        for term, count in db.execute(asked, (begin, end, len(word) - 2, len(word) + 2)):
            found[term] = found.get(term, 0) + count
    return found


def _spaced(db: sqlite3.Connection, word: str) -> list[str]:
    """*word* as two words that some post has side by side."""
    cuts = [(word[:at], word[at:]) for at in range(2, len(word) - 1)]
    known = frequencies(db, {half for cut in cuts for half in cut})
    pairs = [f"{before} {behind}" for before, behind in cuts if before in known and behind in known]
    asked = f"SELECT count(*) FROM {EXACT} WHERE {EXACT} MATCH ?"
    counts = {pair: db.execute(asked, (expression(Term(pair, exact=True)),)).fetchone()[0] for pair in pairs}
    return sorted((pair for pair in pairs if counts[pair]), key=lambda pair: -counts[pair])[:1]


def distance(one: str, other: str) -> int:
    """How many letters put in, left out, exchanged or swapped lie between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, there in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != there))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == there:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
    return row[-1]


class TooBroad(Exception):
    """A query's beginnings of words stand in more posts than can be looked at while somebody waits."""


def check_cost(db: sqlite3.Connection, query: Query, most: int = POSTS) -> None:
    """Cost the short beginnings of words in *query* before it runs. Raises TooBroad.

    They are indexed themselves, so that it is soon told in how many posts each stands.
    """
    short = {begin for term in query.terms if term.prefix and 0 < len(begin := key(term.text)) <= SHORT}
    if not short or len(short) * _posts(db) <= most:  # however many posts have them
        return
    memory = state_of(db).memory
    if sum(memory.once(("begun", begin), partial(_posts_with, db, begin)) for begin in short) > most:
        raise TooBroad


def _posts(db: sqlite3.Connection) -> int:
    (posts,) = db.execute("SELECT count(*) FROM posts").fetchone()
    return int(posts)


def _posts_with(db: sqlite3.Connection, begin: str) -> int:
    """How many posts have words that begin so."""
    asked = f"SELECT count(*) FROM {EXACT} WHERE {EXACT} MATCH ?"
    (posts,) = db.execute(asked, (expression(Term(begin, exact=True, prefix=True)),)).fetchone()
    return int(posts)
