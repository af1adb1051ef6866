"""Which words of a query may be given up, and which must hold.

Only plain words are given up, and the spellings that we added ourselves; phrases, operators, fields and conditions
always hold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import filterfalse

from scraper.search.folding import is_unspaced
from scraper.search.request import Matched
from scraper.search.synonyms import EMPTY, words
from scraper.search.tree import All, Any, Node, Query, Term, side_by_side

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
        if count > 2:
            return count // 2 + 1
        return count + (not self.chatty)

    def has(self, matched: Matched) -> bool:
        """Whether so few words can be relaxed to *matched*."""
        if matched is Matched.MOST:
            return 0 < self.majority <= len(self.units)
        alone = len(self.units) == 1 and not self.fixed and not self.chatty
        return matched is Matched.ANY and bool(self.units) and not alone


@lru_cache(maxsize=256)
def split(query: Query) -> Split:
    """*query* for relaxing. Without units there is nothing to relax."""
    units: list[Node] = []
    fixed: list[Node] = []
    for part in side_by_side(query.root):
        found = list(_units(part))
        if found and not _has_unspaced(part):
            units += found
        elif not (_is_plain(part) or _is_empty(part)):
            fixed.append(part)
    chatty = any(_is_plain(term) and _says_nothing(term) for term in query.terms)
    return Split(tuple(dict.fromkeys(units)), tuple(fixed), chatty)


def _has_unspaced(node: Node) -> bool:
    return any(is_unspaced(term.text) for term in Query(root=node).terms)


def _says_nothing(term: Term) -> bool:
    """Whether its words say nothing alone."""
    return EMPTY.issuperset(words(term.text))


def _is_plain(node: Node) -> bool:
    """A word as typed, without field, star or quotation marks."""
    return isinstance(node, Term) and node == Term(node.text) and not is_unspaced(node.text)


def _is_empty(node: Node) -> bool:
    """Spellings of words that say nothing alone."""
    return isinstance(node, Any) and node.spellings and all(map(_is_plain, Query(root=node).terms))


def _units(node: Node) -> Iterator[Node]:
    """The plain words that *node* is made of, each with its other spellings; none: it is not to be given up."""
    match node:
        case Term(text=text) if _is_plain(node):
            inside = words(text) if _COMPOUND.search(text) else (text,)
            yield from filterfalse(_says_nothing, map(Term, inside))
        case Any(spellings=True, children=(All(children=inside), *_)):
            for child in inside:
                yield from _units(child)
        case Any(spellings=True, children=(Any() as first, *_)):
            yield from _units(first)
        case Any(spellings=True):
            yield node


def telling(query: Query) -> tuple[Term, ...]:
    """The words that a hit shows: those that say something alone; all of them where none does."""
    said = tuple(term for term in query.terms if not (_is_plain(term) and _says_nothing(term)))
    return said or query.terms


def written(node: Node) -> str:
    """The words of a unit as the reader typed them."""
    if isinstance(node, Term):
        return node.text
    if isinstance(node, Any | All):
        if isinstance(node, All):
            return " ".join(map(written, node.children))
        return written(node.children[0])
    return ""
