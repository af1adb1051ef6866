"""A query's words as this archive spells them: joined, or with a sign inside, or with two letters for one.

``Hawai’i`` stands in the index as two words, ``Hawaiʻi`` and ``Hawaii`` as one; so do ``non-citizens`` and
``noncitizens``, ``1,500`` and ``1500``. Whichever is typed, all are looked for. Where one word was typed, it is cut
only where some text of the archive has that sign at that place: ``island`` never finds ``is land``; and ``Mueller`` is
``Müller`` only where some text writes that. What a script leaves open is looked for, too (`scripts`).
"""

import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace

from scraper.search import scripts
from scraper.search.addresses import post_at
from scraper.search.folding import fold, is_unspaced, key
from scraper.search.match import STEMMED, expression, table_of
from scraper.search.state import state_of
from scraper.search.tree import All, Any, Condition, Node, Not, Query, Term
from scraper.search.vocabulary import LONGEST, frequencies, has_any, is_known

#: Signs inside words that people leave out, or type in another shape.
APOSTROPHES = "'’‘ʻʼ´`′＇׳״·"
#: The last is Persian's, which keeps the parts of a word apart and takes no room.
_SIGNS = f"{APOSTROPHES}‐‑–−\u200c-"
#: The last part of an address, and how much of its path was copied with it.
_SLUG = re.compile(r"(?:/?[\w%~.-]+/)*[\w%~]+(?:-[\w%~]+)+/?")
#: With so many hyphens it is looked up as an address even where a text has its words; ``covid-19`` is not.
MANY_SIGNS = 2
#: What stands between the thousands of a number.
_THOUSANDS = ".,'’٬ \u00a0\u2009\u202f"
_NUMBER = re.compile(r"[1-9]\d{3,11}", re.ASCII)
_GROUPED = re.compile(rf"\d{{1,3}}(?:[{_THOUSANDS}]\d{{3}})+", re.ASCII)
#: Two letters that are written for one where a keyboard lacks it, and what the index makes of that one.
_LETTERS = {"ae": "ä", "oe": "öø", "ue": "ü", "aa": "å"}
_PAIRS = str.maketrans({letter: pair for pair, letters in _LETTERS.items() for letter in letters})
_PAIRED = re.compile("|".join(_LETTERS))
#: Posts in which a sign is looked for, and words of a query that are cut.
_LOOKED_AT, _CUT = 20, 8


def as_written(db: sqlite3.Connection, query: Query) -> Query:
    """*query* with the other spellings of its words that the archive has."""
    if query.root is None:
        return query
    return replace(query, root=_Spelling(db).node(query.root))


def is_written_otherwise(db: sqlite3.Connection, word: str) -> bool:
    """Whether the archive has *word* with a sign inside it, or without the one that was typed."""
    spelling, term = _Spelling(db), Term(word)
    return any(others(term) for others in (spelling.separated, spelling.paired, spelling.in_its_script))


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
        if self.is_slug(term):
            return Any((Condition("url", term.text), term))
        others = dict.fromkeys(self.others(term))
        if others:
            return Any((term, *(replace(term, text=other) for other in others)), spellings=True)
        return term

    def is_slug(self, term: Term) -> bool:
        """Whether a post's address ends so, in three words or more, or in two that no text has side by side."""
        if term != Term(term.text) or not _SLUG.fullmatch(term.text):
            return False
        if term.text.count("-") < MANY_SIGNS and is_known(self.db, term.text):
            return False
        return post_at(self.db, term.text) is not None

    def others(self, term: Term) -> tuple[str, ...]:
        """How else the archive may have the word, or the words of a script without spaces."""
        if is_unspaced(term.text):
            bare = "" if term.exact else scripts.without_particle(term.text)
            return (*scripts.unspaced(term.text), *filter(None, (bare,)))
        if " " in term.text:
            return tuple(style.of(term.text) for style in self.styles())
        return (*(self.joined(term.text) or self.separated(term)), *self.paired(term), *self.in_its_script(term))

    def in_its_script(self, term: Term) -> tuple[str, ...]:
        """The word as its script may spell it too, where the archive has it so."""
        word = key(term.text)
        forms = [style.of(word) for style in self.styles()]
        if not term.exact:
            forms += scripts.with_articles(word)
        return self.known((*forms, *scripts.roman(word)), word)

    def known(self, forms: Iterable[str], word: str) -> tuple[str, ...]:
        """Those of *forms* that the archive has, but for *word* itself."""
        wanted = set(forms) - {word}
        if not wanted:
            return ()
        return tuple(frequencies(self.db, wanted))

    def styles(self) -> tuple[scripts.Style, ...]:
        """The styles of letters and figures that the archive has any word in."""
        return state_of(self.db).memory.once(
            "styles", lambda: tuple(style for style in scripts.STYLES if has_any(self.db, style.span))
        )

    def paired(self, term: Term) -> tuple[str, ...]:
        """The word with two letters in place of one with dots, a ring or a stroke, or with that one in their place."""
        low = term.text.casefold()
        if forms := self.known((key(low.translate(_PAIRS)),), key(low)):
            return forms
        bare = key(_PAIRED.sub(lambda pair: _LETTERS[pair[0]][0], low))
        if bare == key(low) or bare not in frequencies(self.db, (bare,)):
            return ()
        written = _PAIRED.sub(lambda pair: f"[{_LETTERS[pair[0]]}]", re.escape(low))
        return self.if_text_has(bare, written)

    def joined(self, text: str) -> tuple[str, ...]:
        """The word without the signs inside it, the number without those of its thousands; empty: there are none."""
        whole = fold(text)
        signs = _THOUSANDS if _GROUPED.fullmatch(whole) else _SIGNS
        bare = re.sub(rf"(?<=\w)[{signs}](?=\w)", "", whole)
        if bare == whole:
            return ()
        return (bare,)

    def separated(self, term: Term) -> tuple[str, ...]:
        """The word in two, or the number in its thousands, as the archive writes it."""
        if _NUMBER.fullmatch(term.text):
            return self.grouped(term.text)
        return self.cut(term.text)

    def grouped(self, number: str) -> tuple[str, ...]:
        """The thousands of *number*, where the archive has a sign between them."""
        parts = f"{int(number):,}".split(",")
        return self.if_text_has(" ".join(parts), f"[{_THOUSANDS}]".join(parts))

    def if_text_has(self, words: str, pattern: str) -> tuple[str, ...]:
        """*words*, where a post that has them has them as *pattern*."""
        if self.has_text(Term(words, exact=True), rf"\b{pattern}\b"):
            return (words,)
        return ()

    def cut(self, text: str) -> tuple[str, ...]:
        """The word in two, wherever the archive writes a sign between."""
        word = key(text)
        if not 4 <= len(word) <= LONGEST or not word.isalpha() or self.left <= 0:
            return ()
        self.left -= 1
        return state_of(self.db).memory.once(("cut", word), lambda: self._cut(word))

    def _cut(self, word: str) -> tuple[str, ...]:
        cuts = [(word[:at], word[at:]) for at in range(1, len(word))]
        if not self.has(Any(tuple(Term(f"{before} {behind}") for before, behind in cuts))):
            return ()  # as of nearly all words: told at once for all cuts
        known = frequencies(self.db, (before for before, _ in cuts))
        return tuple(
            f"{before} {behind}" for before, behind in cuts if before in known and self.has_sign(before, behind)
        )

    def has(self, node: Node) -> bool:
        """Whether a post has *node*, of words as stems."""
        asked = f"SELECT 1 FROM {STEMMED} WHERE {STEMMED} MATCH ? LIMIT 1"
        return self.db.execute(asked, (expression(node),)).fetchone() is not None

    def has_sign(self, before: str, behind: str) -> bool:
        stem = behind[: max(1, len(behind) - 3)] if len(behind) > 3 else behind
        return self.has_text(Term(f"{before} {behind}"), rf"\b{re.escape(before)}[{_SIGNS}]{re.escape(stem)}", fold)

    def has_text(self, term: Term, pattern: str, seen: Callable[[str], str] = str) -> bool:
        """Whether a post that has *term* has *pattern* in its text, in small letters and as *seen*."""
        rows = self.db.execute(
            "SELECT coalesce(title, '') || ' ' || coalesce(body_text, '') FROM posts"
            f" WHERE id IN (SELECT rowid FROM {table_of(term)} WHERE {table_of(term)} MATCH ? LIMIT ?)",
            (expression(term), _LOOKED_AT),
        )
        return any(re.search(pattern, seen(text).casefold()) for (text,) in rows)
