"""The query language: any text in, a `Query` out, never an error.

    human rights            both words, in any form (stemmed)
    "universal periodic"    exactly these words, side by side
    water OR housing        either; `OR` joins its neighbours: `rights water OR housing` = rights AND (water OR housing)
    rights AND water OR x   a written AND binds tighter than OR
    NOT police, -police     without
    organi*                 words that begin so
    (a OR b) c              grouping
    NEAR(water rights, 5)   at most five words apart
    title: author: body:    in that field; with a word, a "phrase" or a (group)
    tag: category: site:    by name
    after: before: year:    2016, 2016-12 or 2016-12-10: from then on, before then, then
    is:gone is:changed is:undated    has:pdf has:file has:image has:video    language:es
    upr2020.org/post/…      the post of that address, however it was copied, and posts that link to it or name it

What cannot be meant is taken as plain words, and `Query.notes` says so.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from scraper.search import scripts, synonyms, tokens
from scraper.search.addresses import is_address, lone
from scraper.search.tree import All, Any, Condition, Node, Not, Query, Term, clean, searchable, side_by_side

#: Longer queries are cut there.
CHARACTERS = 400
#: Further words and conditions are left out.
TERMS = 32
#: Further beginnings of words are taken for whole words: each stands for hundreds.
BEGINNINGS = 4
#: Other spellings added to one query at most.
SPELLINGS = 48
#: Parentheses nested deeper are ignored.
DEPTH = 6


def parse(text: str) -> Query:
    """The query that *text* means. Total: every text means something."""
    typed = scripts.plain(clean(text)).translate(tokens.QUOTES).strip()
    whole = lone(typed) or typed
    read = _beginning(whole)
    reader = _Reader(list(tokens.TOKEN.finditer(read)))
    if len(whole) > CHARACTERS:
        reader.note(f"The query was cut after {CHARACTERS} characters.")
    parts: list[Node] = []
    while reader.at < len(reader.tokens):  # a closing parenthesis too many ends a sequence: go on behind it
        parts += reader.sequence(depth=0)
        reader.at += 1
    root = _all(parts)
    if whole and root is None:
        reader.note("No words to search for: these are all posts.")
    return Query(text=read, root=root, notes=tuple(reader.notes), also=tuple(reader.also))


def _beginning(whole: str) -> str:
    """What is read of a query: no word of it is cut in two, unless it is longer than all that is read."""
    if len(whole) <= CHARACTERS:
        return whole
    return whole[:CHARACTERS].rpartition(" ")[0] or whole[:CHARACTERS]


def _all(parts: list[Node]) -> Node | None:
    return _joined(All, chain.from_iterable(map(side_by_side, parts)))


def _any(parts: list[Node]) -> Node | None:
    return _joined(Any, chain.from_iterable(part.children if isinstance(part, Any) else (part,) for part in parts))


def _joined(kind: type[All] | type[Any], parts: Iterable[Node]) -> Node | None:
    """*parts*, each once, as one node; the one that there is as it is; None: there is none."""
    match tuple(dict.fromkeys(parts)):
        case ():
            return None
        case (only,):
            return only
        case several:
            return kind(several)


def _written(node: Node | None) -> Node | None:
    """*node*, said to be joined by an AND that the reader wrote."""
    if isinstance(node, All):
        return All(node.children, written=True)
    return node


@dataclass(slots=True)
class _Reader:
    """A recursive descent over tokens: sequence of (disjunctions of (conjunctions of units))."""

    tokens: list[re.Match[str]]
    at: int = 0
    terms: int = 0
    beginnings: int = 0
    spellings: int = 0
    notes: list[str] = field(default_factory=list)
    also: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def operator(self, *names: str) -> bool:
        """The next token is this operator; it is then behind us."""
        here = self.at < len(self.tokens) and self.tokens[self.at]
        if here and here["word"] in names and not here["minus"] and not here["field"]:
            self.at += 1
            return True
        return False

    def closed(self) -> bool:
        return self.at >= len(self.tokens) or bool(self.tokens[self.at]["close"])

    def sequence(self, depth: int) -> list[Node]:
        """All that stands side by side up to a closing parenthesis."""
        parts: list[Node] = []
        run: list[Term] = []
        while not self.closed():
            if self.operator("OR", "|", "AND"):
                continue  # with nothing before it
            found = self.disjunction(depth)
            if isinstance(found, Term) and found == Term(found.text):
                run.append(found)
                continue
            parts += self.spelled(run)
            run = []
            if found is not None:
                parts.append(found)
        return parts + self.spelled(run)

    def disjunction(self, depth: int) -> Node | None:
        first = self.conjunction(depth)
        parts = [first]
        while self.operator("OR", "|"):
            while self.operator("OR", "|", "AND"):
                pass
            if self.closed():
                break
            parts.append(self.conjunction(depth))
        if len(parts) == 1:
            return first
        return _any([each for part in parts if part is not None for each in self.respelled(part)])

    def conjunction(self, depth: int) -> Node | None:
        first = self.unit(depth)
        parts = [first]
        while self.operator("AND"):
            while self.operator("AND", "OR", "|"):
                pass
            if self.closed():
                break
            parts.append(self.unit(depth))
        if len(parts) == 1:
            return first
        return _written(_all([each for part in parts if part is not None for each in self.respelled(part)]))

    def unit(self, depth: int) -> Node | None:
        negative = False
        while self.operator("NOT"):
            negative = True
        if self.closed():
            return None
        token = self.tokens[self.at]
        self.at += 1
        found = self.group(token, depth) if token["open"] else self.leaf(token)
        if found is None:
            return None
        if negative or token["minus"]:
            return Not(_all(self.respelled(found)) or found)
        return found

    def group(self, token: re.Match[str], depth: int) -> Node | None:
        if depth >= DEPTH:
            self.note(f"Parentheses are read up to {DEPTH} deep.")
            return None  # what follows is read as if the parenthesis were not there
        inside = _all(self.sequence(depth + 1))
        self.at += 1
        column = tokens.COLUMNS.get(tokens.field_name(token["field"]))
        if inside and column:
            return tokens.within(inside, column)
        return inside

    def leaf(self, token: re.Match[str]) -> Node | None:
        if token["near"]:
            return self.counted(tokens.near(token["inside"]))
        text = token["phrase"] if token["phrase"] is not None else token["word"]
        name = tokens.field_name(token["field"])
        if name in tokens.CONDITIONS:
            return self.counted(tokens.condition(name, text) or self.unknown(token["field"], text))
        term = tokens.term(text, token, tokens.COLUMNS.get(name))
        if token["phrase"] is None:
            self.starred(text, term)
        found = self.begun(self.counted(term))
        if found and not name and is_address(text):
            return Any((Condition("url", text), found))
        return found

    def starred(self, word: str, term: Term | None) -> None:
        """Say of a star in *word* that it does not do what it was meant to, read as *term*."""
        if "*" in word.rstrip("*"):
            self.note(f"A star stands at the end of a word only: “{word}” was searched without it.")
        elif word.endswith("*") and not (term and term.prefix):
            self.note(f"A star needs at least two letters before it: “{word}” was searched without it.")

    def unknown(self, name: str, text: str) -> Node | None:
        """A condition that there is not, as words."""
        self.note(f"“{name}:{text}” is not a known filter: it was searched as words.")
        words = f"{name} {text}"
        if not searchable(words):
            return None
        return Term(words, exact=True)

    def begun(self, found: Node | None) -> Node | None:
        """*found*; of too many beginnings of words whole words are made."""
        if not isinstance(found, Term) or not found.prefix:
            return found
        self.beginnings += 1
        if self.beginnings <= BEGINNINGS:
            return found
        self.note(f"Only the first {BEGINNINGS} stars were used.")
        return replace(found, prefix=False)

    def counted(self, node: Node | None) -> Node | None:
        if node is None:
            return None
        self.terms += 1
        if self.terms > TERMS:
            self.note(f"Only the first {TERMS} words and conditions were used.")
            return None
        return node

    def respelled(self, node: Node) -> list[Node]:
        if isinstance(node, Term) and node == Term(node.text):
            return self.spelled([node])
        return [node]

    def spelled(self, run: list[Term]) -> list[Node]:
        """Plain words side by side, each with its other spellings; the longest spelling in the table wins."""
        parts: list[Node] = []
        at = 0
        while at < len(run):
            length, others = _longest(run[at:])
            here = run[at : at + length]
            written = " ".join(term.text for term in here)
            ruled = [] if length > 1 else list(synonyms.forms(written))
            parts.append(self.either(_all(list(here)) or here[0], written, others, ruled))
            at += length
        return self.together(run, parts)

    def together(self, run: list[Term], parts: list[Node]) -> list[Node]:
        """*parts*, made of *run*, or all its words as one, if it is a short run and there is room for that."""
        whole = _all(parts)
        if whole is None or not 1 < len(run) <= 5 or self.spellings >= SPELLINGS:
            return parts
        self.spellings += 1
        joined = "".join(word for term in run for word in synonyms.words(term.text))
        if searchable(joined):
            return [Any((whole, Term(joined)), spellings=True)]
        return parts

    def either(self, node: Node, written: str, others: tuple[str, ...], ruled: list[str]) -> Node:
        """*node* or one of its other spellings, as far as there is room for them."""
        spellings = {synonyms.words(text): text for text in reversed((*others, *ruled))}
        spellings.pop(synonyms.words(written), None)
        more = list(reversed(spellings.values()))
        more = more[: max(0, SPELLINGS - self.spellings)]
        self.spellings += len(more)
        if others and more:
            self.also.append((written, others))
        # All as written if this is an abbreviation, so that one index answers; else only what looks like a word.
        exact = False
        if others and isinstance(node, Term) and synonyms.abbreviates(written):
            exact, node = True, replace(node, exact=True)
        terms = (Term(text, exact=exact or synonyms.needs_capitals(text)) for text in more)
        if more:
            return Any((node, *terms), spellings=True)
        return node


def _longest(run: list[Term]) -> tuple[int, tuple[str, ...]]:
    """How many words at the start of *run* make a spelling of the table, and its other spellings."""
    for length in range(min(len(run), synonyms.LONGEST), 0, -1):
        others = synonyms.of(" ".join(term.text for term in run[:length]))
        if others:
            return length, others
    return 1, ()
