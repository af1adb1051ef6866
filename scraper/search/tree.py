"""What a query means: words and conditions, joined by AND, OR and NOT."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

#: Around a match in snippets and titles. They cannot come from a page: readings are stripped of them here and there.
MARK, UNMARK = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Term:
    """Words to be found side by side in one text."""

    #: Free of quotation marks; has at least one letter or digit.
    text: str
    #: As written (unstemmed).
    exact: bool = False
    #: The last word is a beginning.
    prefix: bool = False
    #: A column of the index; None: any.
    column: str | None = None
    #: For NEAR: the words need not be side by side, but at most so many words apart.
    near: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A property of the post: `name` is one of NAMED, DATED or FLAGS, or ``url``."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """Each of them (AND)."""

    children: tuple["Node", ...]
    #: The reader wrote AND: never less than all of them.
    written: bool = False


@dataclass(frozen=True, slots=True)
class Any:
    """One of them (OR)."""

    children: tuple["Node", ...]
    #: What the reader wrote and other spellings of it that we added; False: the reader wrote OR.
    spellings: bool = False


Node = Term | Condition | Not | All | Any


def side_by_side(node: Node | None) -> tuple[Node, ...]:
    """What *node* is made of, side by side; an AND that the reader wrote is one part, None is no part."""
    match node:
        case None:
            return ()
        case All(children=children, written=False):
            return children
    return (node,)


@dataclass(frozen=True, slots=True)
class Query:
    """What was meant by *text*."""

    text: str = ""
    #: None: no condition, all posts.
    root: Node | None = None
    #: What a reader should know: cut short, not understood. Whole sentences.
    notes: tuple[str, ...] = ()
    #: (as written, the other spellings that are searched too)
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """The words that a hit may show: those not negated."""
        if not self.root:
            return ()
        return tuple(dict.fromkeys(_positive(self.root)))


def _positive(node: Node) -> Iterator[Term]:
    if isinstance(node, Term):
        yield node
    elif isinstance(node, All | Any):
        for child in node.children:
            yield from _positive(child)


def clean(text: str) -> str:
    """*text* without what no database or page can carry: NUL, controls, lone surrogates, our own marks."""
    kept = (
        " " if unicodedata.category(ch) in {"Cc", "Cs"} or ch in (MARK, UNMARK) else ch
        for ch in text
    )  # fmt: skip
    return unicodedata.normalize("NFC", "".join(kept))


def searchable(text: str) -> bool:
    """The index sees a word in *text*."""
    return any(unicodedata.category(ch)[0] in "LN" for ch in text)
