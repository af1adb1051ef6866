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
    after: before: year:    2016, 2016-12 or 2016-12-10; `after` includes that time, `before` does not
    is:gone is:changed is:undated    has:pdf has:file has:image has:video    language:es
    https://…               the post of that address, and posts that link to it or name it

What cannot be meant is taken as plain words, and `Query.notes` says so.
"""

import re
from dataclasses import dataclass, field, replace

from scraper.search import synonyms
from scraper.search.tree import All, Any, Condition, Node, Not, Query, Term, clean, searchable

#: Longer queries are cut there.
CHARACTERS = 400
#: Further words and conditions are left out.
TERMS = 32
#: Other spellings added to one query at most.
SPELLINGS = 48
#: Parentheses nested deeper are ignored.
DEPTH = 6

COLUMNS = {"title": "title", "author": "author", "body": "body_text"}
NAMED = frozenset({"tag", "category", "site", "language"})
DATED = frozenset({"after", "before", "year"})
FLAGS = {
    "is": frozenset({"gone", "live", "changed", "undated"}),
    "has": frozenset({"pdf", "file", "image", "video"}),
}
ALIASES = {"lang": "language", "intitle": "title", "by": "author", "since": "after", "until": "before"}
FIELDS = frozenset({*COLUMNS, *NAMED, *DATED, *FLAGS, *ALIASES})

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂〝〞", '"') | dict.fromkeys("‘’‛", "'") | {"（": "(", "）": ")"})
_DATE = re.compile(r"[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_TOKEN = re.compile(
    r"\s*(?:(?P<near>NEAR\((?P<inside>[^()]*)\))"
    r"|(?P<close>\))"
    r"|(?P<minus>-(?=[^\s-]))?(?:(?P<field>" + "|".join(sorted(FIELDS, key=len, reverse=True)) + r"):(?=[^\s:)]))?"
    r'(?:"(?P<phrase>[^"]*)(?:"(?P<star>\*)?|$)|(?P<open>\()|(?P<word>[^\s()"]+)))',
    re.IGNORECASE,
)


def parse(text: str) -> Query:
    """The query that *text* means. Total: every text means something."""
    whole = clean(text).translate(_QUOTES).strip()
    reader = _Reader(list(_TOKEN.finditer(whole[:CHARACTERS])))
    if len(whole) > CHARACTERS:
        reader.note(f"The query was cut after {CHARACTERS} characters.")
    parts: list[Node] = []
    while reader.at < len(reader.tokens):  # a closing parenthesis too many ends a sequence: go on behind it
        parts += reader.sequence(depth=0)
        reader.at += 1
    root = _all(parts)
    if whole and root is None:
        reader.note("There is no word to search for: these are all posts.")
    return Query(text=whole[:CHARACTERS], root=root, notes=tuple(reader.notes), also=tuple(reader.also))


def _all(parts: list[Node]) -> Node | None:
    flat = [each for part in parts for each in (part.children if isinstance(part, All) else (part,))]
    return All(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


def _any(parts: list[Node]) -> Node | None:
    flat = [each for part in parts for each in (part.children if isinstance(part, Any) else (part,))]
    return Any(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


@dataclass(slots=True)
class _Reader:
    """A recursive descent over tokens: sequence of (disjunctions of (conjunctions of units))."""

    tokens: list[re.Match[str]]
    at: int = 0
    terms: int = 0
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
            if self.operator("OR", "|", "AND", "&"):
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
            while self.operator("OR", "|", "AND", "&"):
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
        while self.operator("AND", "&"):
            while self.operator("AND", "&", "OR", "|"):
                pass
            if self.closed():
                break
            parts.append(self.unit(depth))
        if len(parts) == 1:
            return first
        return _all([each for part in parts if part is not None for each in self.respelled(part)])

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
        column = COLUMNS.get(_name(token["field"]))
        return _within(inside, column) if inside and column else inside

    def leaf(self, token: re.Match[str]) -> Node | None:
        if token["near"]:
            return self.counted(_near(token["inside"]))
        text = token["phrase"] if token["phrase"] is not None else token["word"]
        name = _name(token["field"])
        if name in NAMED | DATED | FLAGS.keys():
            condition = _condition(name, text)
            if condition:
                return self.counted(condition)
            self.note(f"“{token['field']}:{text}” is no condition that we know: it was searched as words.")
            text = f"{token['field']} {text}"
        found = self.counted(_term(text, token, COLUMNS.get(name)))
        if found and not name and text.lower().startswith(("http://", "https://")):
            return Any((Condition("url", text), found))
        return found

    def counted(self, node: Node | None) -> Node | None:
        if node is None:
            return None
        self.terms += 1
        if self.terms > TERMS:
            self.note(f"Only the first {TERMS} words and conditions were used.")
            return None
        return node

    def respelled(self, node: Node) -> list[Node]:
        return self.spelled([node]) if isinstance(node, Term) and node == Term(node.text) else [node]

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
        if 1 < len(run) <= 5 and self.spellings < SPELLINGS and (together := _all(parts)):
            self.spellings += 1
            joined = "".join(word for term in run for word in synonyms.words(term.text))
            return [Any((together, Term(joined)))] if searchable(joined) else parts
        return parts

    def either(self, node: Node, written: str, others: tuple[str, ...], ruled: list[str]) -> Node:
        """*node* or one of its other spellings, as far as there is room for them."""
        more = [text for text in dict.fromkeys((*others, *ruled)) if synonyms.words(text) != synonyms.words(written)]
        more = more[: max(0, SPELLINGS - self.spellings)]
        self.spellings += len(more)
        if others and more:
            self.also.append((written, others))
        return Any((node, *map(Term, more))) if more else node


def _longest(run: list[Term]) -> tuple[int, tuple[str, ...]]:
    """How many words at the start of *run* make a spelling of the table, and its other spellings."""
    for length in range(min(len(run), synonyms.LONGEST), 0, -1):
        others = synonyms.of(" ".join(term.text for term in run[:length]))
        if others:
            return length, others
    return 1, ()


def _name(written: str | None) -> str:
    name = (written or "").lower()
    return ALIASES.get(name, name)


def _term(text: str, token: re.Match[str], column: str | None) -> Term | None:
    if not searchable(text):
        return None
    if token["phrase"] is not None:
        return Term(text, exact=True, prefix=bool(token["star"]), column=column)
    bare = text.rstrip("*")
    prefix = bare != text and sum(ch.isalnum() for ch in bare) >= 2 and bare[-1:].isalnum()
    # Names are never stemmed; the beginning of a word is not a word that could be.
    return Term(bare, exact=prefix or column == "author", prefix=prefix, column=column)


def _near(inside: str) -> Term | None:
    text, comma, distance = inside.rpartition(",")
    if not comma or not distance.strip().isascii() or not distance.strip().isdigit():
        text, distance = inside, "10"
    words = " ".join(word for word in text.replace('"', " ").split() if searchable(word))
    return Term(words, near=min(int(distance.strip()[:4]), 1000)) if words else None


def _condition(name: str, value: str) -> Condition | None:
    """The condition, or None where *value* makes no sense there."""
    low = value.strip().lower()
    if name in DATED:
        good = _DATE.fullmatch(low) is not None and (name != "year" or len(low) == 4)
    elif name in FLAGS:
        good = low in FLAGS[name]
    else:
        good = searchable(value)
    return Condition(name, value.strip() if name in NAMED else low) if good else None


def _within(node: Node, column: str) -> Node:
    """*node* with its words looked for in *column* only."""
    if isinstance(node, Term):
        return replace(node, column=node.column or column, exact=node.exact or column == "author")
    if isinstance(node, Not):
        return Not(_within(node.child, column))
    if isinstance(node, All | Any):
        return type(node)(tuple(_within(child, column) for child in node.children))
    return node
