"""The pieces of a query: what a token is, and what it means by itself."""

import re
from dataclasses import replace

from scraper.search.language_names import tag_of
from scraper.search.tree import All, Any, Condition, Node, Not, Term, searchable

#: Fields of the text: as typed → column of the index.
COLUMNS = {"title": "title", "author": "author", "body": "body_text"}
#: Conditions by name, by date, and of fixed values.
NAMED = frozenset({"tag", "category", "site", "language"})
DATED = frozenset({"after", "before", "year"})
FLAGS = {
    "is": frozenset({"gone", "live", "changed", "undated"}),
    "has": frozenset({"pdf", "file", "image", "video"}),
}
CONDITIONS = NAMED | DATED | FLAGS.keys()
ALIASES = {"lang": "language", "intitle": "title", "by": "author", "since": "after", "until": "before"}
FIELDS = frozenset({*COLUMNS, *NAMED, *DATED, *FLAGS, *ALIASES})

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»〝〞", '"') | dict.fromkeys("‘’‛", "'"))
_DATE = re.compile(r"[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
TOKEN = re.compile(
    r"\s*(?:(?P<near>NEAR\((?P<inside>[^()]*)\))"
    r"|(?P<close>\))"
    r"|(?P<minus>-(?=[^\s-]))?(?:(?P<field>" + "|".join(sorted(FIELDS, key=len, reverse=True)) + r"):(?=[^\s:)]))?"
    r'(?:"(?P<phrase>[^"]*)(?:"(?P<star>\*)?|$)|(?P<open>\()|(?P<word>[^\s()"]+)))',
    re.IGNORECASE,
)


def field_name(written: str | None) -> str:
    """The field that was meant; empty: none."""
    name = (written or "").lower()
    return ALIASES.get(name, name)


def term(text: str, token: re.Match[str], column: str | None) -> Term | None:
    """The word or phrase, or None where there is nothing to look for in *text*."""
    if not searchable(text):
        return None
    if token["phrase"] is not None:
        return Term(text, exact=True, prefix=bool(token["star"]), column=column)
    bare = text.rstrip("*")
    prefix = bare != text and sum(ch.isalnum() for ch in bare) >= 2 and bare[-1:].isalnum()
    # Names are never stemmed; the beginning of a word is not a word that could be.
    return Term(bare, exact=prefix or column == "author", prefix=prefix, column=column)


def near(inside: str) -> Term | None:
    """Words and how far apart they may be, of what stands in ``NEAR(…)``."""
    text, comma, distance = inside.rpartition(",")
    if not comma or not distance.strip().isascii() or not distance.strip().isdigit():
        text, distance = inside, "10"
    words = " ".join(word for word in text.replace('"', " ").split() if searchable(word))
    if not words:
        return None
    return Term(words, near=min(int(distance.strip()[:4]), 1000))


def language_alone(tag: str) -> str:
    """The language of a tag (BCP 47) alone: ``pt`` of ``pt-BR``, of ``pt_BR`` (as systems write it) and of its name."""
    return tag_of(tag).replace("_", "-").partition("-")[0].strip().lower()


def is_date(text: str) -> bool:
    """A year, a month or a day, or a moment of one."""
    return _DATE.fullmatch(text[:10]) is not None and (len(text) <= 10 or text[10] in "T ")


def condition(name: str, value: str) -> Condition | None:
    """The condition, or None where *value* makes no sense there."""
    low = value.strip().lower()
    if name in DATED:
        good = _DATE.fullmatch(low) is not None
    elif name in FLAGS:
        good = low in FLAGS[name]
    else:
        good = searchable(value)
    if not good:
        return None
    if name == "language":
        return Condition(name, tag_of(low).replace("_", "-"))
    return Condition(name, value.strip() if name in NAMED else low)


def within(node: Node, column: str) -> Node:
    """*node* with its words looked for in *column* only."""
    if isinstance(node, Term):
        return replace(node, column=node.column or column, exact=node.exact or column == "author")
    if isinstance(node, Not):
        return Not(within(node.child, column))
    if isinstance(node, All | Any):
        return type(node)(tuple(within(child, column) for child in node.children))
    return node
