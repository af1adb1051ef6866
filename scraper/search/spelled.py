"""A query's words as this archive spells them: joined, or with an apostrophe or a hyphen inside.

``Hawai’i`` stands in the index as two words, ``Hawaiʻi`` and ``Hawaii`` as one; so do ``non-citizens`` and
``noncitizens``. Whichever is typed, all are looked for. Where one word was typed, it is cut only where some text of the
archive has that sign at that place: ``island`` never finds ``is land``. What a script leaves open is looked for, too
(`scripts`).
"""

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from scraper.search import scripts
from scraper.search.folding import fold, is_unspaced, key
from scraper.search.match import STEMMED, expression
from scraper.search.state import state_of
from scraper.search.tree import All, Any, Node, Not, Query, Term
from scraper.search.vocabulary import LONGEST, frequencies, has_any

#: Signs inside words that people leave out, or type in another shape.
APOSTROPHES = "'’‘ʻʼ´`"
#: The last is Persian's, which keeps the parts of a word apart and takes no room.
_SIGNS = f"{APOSTROPHES}‐‑–\u200c-"
_INNER = re.compile(rf"(?<=\w)[{_SIGNS}](?=\w)")
#: Posts in which a sign is looked for, and words of a query that are cut.
_LOOKED_AT, _CUT = 20, 8


def as_written(db: sqlite3.Connection, query: Query) -> Query:
    """*query* with the other spellings of its words that the archive has."""
    if query.root is None:
        return query
    return replace(query, root=_Spelling(db).node(query.root))


def is_written_otherwise(db: sqlite3.Connection, word: str) -> bool:
    """Whether the archive has *word* with a sign inside it, or without the one that was typed."""
    spelling = _Spelling(db)
    return bool(spelling.cut(word) or spelling.known(scripts.accented(key(word)), word))


class _Spelling:
    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.left = _CUT

    def node(self, node: Node) -> Node:
        """*node* with its words, wherever they stand in it, each with its other spellings."""
        match node:
            case Term():
                return self.term(node)
            case Not():
                return Not(self.node(node.child))
            case All() | Any():
                return replace(node, children=tuple(map(self.node, node.children)))
        return node

    def term(self, term: Term) -> Node:
        if term.near is not None or term.prefix:
            return term
        others = dict.fromkeys(self.others(term))
        if others:
            return Any((term, *(replace(term, text=other) for other in others)), spellings=True)
        return term

    def others(self, term: Term) -> tuple[str, ...]:
        """How else the archive may have the word, or the words of a script without spaces."""
        if is_unspaced(term.text):
            bare = "" if term.exact else scripts.without_particle(term.text)
            return (*scripts.unspaced(term.text), *filter(None, (bare,)))
        if " " in term.text:
            return ()
        return (*(self.joined(term.text) or self.cut(term.text)), *self.in_its_script(term))

    def in_its_script(self, term: Term) -> tuple[str, ...]:
        """The word as its script may spell it too, where the archive has it so."""
        word = key(term.text)
        if word.isascii():
            if not self.has_wide():
                return ()
            return self.known((scripts.wide(word),), word)
        articles = () if term.exact else scripts.with_articles(word)
        return self.known((*scripts.accented(word), *articles), word)

    def known(self, forms: Iterable[str], word: str) -> tuple[str, ...]:
        """Those of *forms* that the archive has, but for *word* itself."""
        wanted = set(forms) - {word}
        if not wanted:
            return ()
        return tuple(frequencies(self.db, wanted))

    def has_wide(self) -> bool:
        """Whether the archive has any word in letters of full width."""
        return bool(state_of(self.db).memory.once("wide", lambda: has_any(self.db, scripts.WIDE)))

    def joined(self, text: str) -> tuple[str, ...]:
        """The word without the signs inside it; empty: there are none."""
        bare = _INNER.sub("", fold(text))
        if bare == fold(text):
            return ()
        return (bare,)

    def cut(self, text: str) -> tuple[str, ...]:
        """The word in two, wherever the archive writes a sign between."""
        word = key(text)
        if not 4 <= len(word) <= LONGEST or not word.isalpha() or self.left <= 0:
            return ()
        self.left -= 1
        return state_of(self.db).memory.once(("cut", word), lambda: self._cut(word))

    def _cut(self, word: str) -> tuple[str, ...]:
        cuts = [(word[:at], word[at:]) for at in range(1, len(word))]
        known = frequencies(self.db, (before for before, _ in cuts))
        return tuple(
            f"{before} {behind}" for before, behind in cuts if before in known and self.has_sign(before, behind)
        )

    def has_sign(self, before: str, behind: str) -> bool:
        asked = expression(Term(f"{before} {behind}"))
        rows = self.db.execute(
            "SELECT coalesce(title, '') || ' ' || coalesce(body_text, '') FROM posts"
            f" WHERE id IN (SELECT rowid FROM {STEMMED} WHERE {STEMMED} MATCH ? LIMIT ?)",
            (asked, _LOOKED_AT),
        )
        stem = behind[: max(1, len(behind) - 3)] if len(behind) > 3 else behind
        between = re.compile(rf"\b{re.escape(before)}[{_SIGNS}]{re.escape(stem)}")
        return any(between.search(fold(text).casefold()) for (text,) in rows)
