"""What changed between two texts: by paragraph, then by word. Pure.

Paragraphs that stand in both texts are found first; words are compared only inside paragraphs that changed, so the
time grows with the changes and hardly with the texts. Joined again, the segments give both texts back, but for the
number of empty lines between paragraphs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby


class ChangeKind(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    #: Of a paragraph: some of its words are other ones.
    CHANGED = "changed"


SAME, ADDED, REMOVED = ChangeKind.SAME, ChangeKind.ADDED, ChangeKind.REMOVED

#: Beyond so many words in one changed stretch, paragraphs are shown as replaced instead of compared word by word.
WORDS = 4_000
#: Beyond so many differing paragraphs on either side, the stretch between the common ends is shown as replaced.
PARAGRAPHS = 2_000
#: Two paragraphs alike by less than that are a removed and an added one.
ALIKE = 0.4

_PARAGRAPH = re.compile(r"\s*\n\s*\n\s*")
#: A word with the punctuation at it told apart, and white space.
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that both have (`same`), only the new one has (`added`) or only the old one (`removed`)."""

    kind: ChangeKind
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: `same`, `added`, `removed`, or `changed` with segments of more than one kind."""

    kind: ChangeKind
    segments: tuple[Segment, ...]
    #: Which paragraph of the old and of the new text it is, counted from 0; None: it is not in that text.
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True, slots=True)
class Fold:
    """So many unchanged paragraphs left out."""

    paragraphs: int


@dataclass(frozen=True, slots=True)
class Summary:
    """How much changed, in words."""

    added: int
    removed: int


def diff(old: str | None, new: str | None) -> tuple[Paragraph, ...]:
    """*old* → *new*, paragraph by paragraph, in reading order. None is an empty text."""
    before, after = paragraphs(old), paragraphs(new)
    return tuple(_joined(before, after))


def fold(changes: Sequence[Paragraph], context: int = 1) -> tuple[Paragraph | Fold, ...]:
    """*changes* with unchanged paragraphs further than *context* from any change left out."""
    near: set[int] = set()
    for at, each in enumerate(changes):
        if each.kind != SAME:
            near.update(range(at - context, at + context + 1))
    found: list[Paragraph | Fold] = []
    for is_near, group in groupby(range(len(changes)), key=near.__contains__):
        places = list(group)
        found += [changes[at] for at in places] if is_near else [Fold(len(places))]
    return tuple(found)


def summary(changes: Sequence[Paragraph]) -> Summary:
    """Words added and removed."""
    counts = {SAME: 0, ADDED: 0, REMOVED: 0}
    for each in changes:
        for segment in each.segments:
            counts[segment.kind] += len(segment.text.split())
    return Summary(counts[ADDED], counts[REMOVED])


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of *text*: what stands between empty lines."""
    return [part for part in _PARAGRAPH.split((text or "").strip()) if part]


def _joined(before: list[str], after: list[str]) -> Iterator[Paragraph]:
    start = _common(before, after)
    tail = _common(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - tail], after[start : len(after) - tail]
    for at in range(start):
        yield _whole(SAME, before[at], at, at)
    yield from _middle(old, new, start)
    for at in range(tail, 0, -1):
        yield _whole(SAME, before[-at], len(before) - at, len(after) - at)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many paragraphs at the start are the same."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


def _middle(old: list[str], new: list[str], shift: int) -> Iterator[Paragraph]:
    if max(len(old), len(new)) > PARAGRAPHS:
        yield from _replaced(old, new, shift, shift)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            for at in range(i2 - i1):
                yield _whole(SAME, old[i1 + at], shift + i1 + at, shift + j1 + at)
        else:
            yield from _paired(old[i1:i2], new[j1:j2], shift + i1, shift + j1)


def _paired(old: list[str], new: list[str], i: int, j: int) -> Iterator[Paragraph]:
    """A stretch that differs: paragraphs that resemble each other are compared word by word."""
    if not old or not new or sum(len(text.split()) for text in (*old, *new)) > WORDS:
        yield from _replaced(old, new, i, j)
        return
    bags = [set(text.split()) for text in new]
    at = 0
    for number, text in enumerate(old):
        partner = _partner(set(text.split()), bags, at)
        if partner is None:
            yield _whole(REMOVED, text, i + number, None)
            continue
        for skipped in range(at, partner):
            yield _whole(ADDED, new[skipped], None, j + skipped)
        yield Paragraph(ChangeKind.CHANGED, tuple(words(text, new[partner])), i + number, j + partner)
        at = partner + 1
    for rest in range(at, len(new)):
        yield _whole(ADDED, new[rest], None, j + rest)


def _partner(bag: set[str], others: list[set[str]], start: int) -> int | None:
    """The first of *others* from *start* that shares enough words with *bag*."""
    for at in range(start, len(others)):
        if 2 * len(bag & others[at]) >= ALIKE * (len(bag) + len(others[at])):
            return at
    return None


def _replaced(old: list[str], new: list[str], i: int, j: int) -> Iterator[Paragraph]:
    for at, text in enumerate(old):
        yield _whole(REMOVED, text, i + at, None)
    for at, text in enumerate(new):
        yield _whole(ADDED, text, None, j + at)


def _whole(kind: ChangeKind, text: str, old: int | None, new: int | None) -> Paragraph:
    return Paragraph(kind, (Segment(kind, text),), old, new)


def words(old: str, new: str) -> Iterator[Segment]:
    """Two paragraphs word by word; one segment for each stretch, removed before added."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[tuple[ChangeKind, str]] = []
    matcher = SequenceMatcher(str.isspace, before, after, autojunk=False)  # no two texts are alike for their spaces
    for tag, i1, i2, j1, j2 in _smoothed(matcher.get_opcodes(), before):
        if tag == "equal":
            pieces.append((SAME, "".join(before[i1:i2])))
        else:
            pieces += [(REMOVED, "".join(before[i1:i2])), (ADDED, "".join(after[j1:j2]))]
    for kind, text in pieces:
        if text:
            yield Segment(kind, text)


Opcode = tuple[str, int, int, int, int]


def _smoothed(opcodes: Sequence[Opcode], before: list[str]) -> list[Opcode]:
    """A lone space or comma between two changes belongs to them: nobody reads word salad."""
    found: list[Opcode] = []
    for at, (tag, i1, i2, j1, j2) in enumerate(opcodes):
        inner = 0 < at < len(opcodes) - 1 and not any(ch.isalnum() for token in before[i1:i2] for ch in token)
        tag = "replace" if tag != "equal" or inner else "equal"
        if found and tag == found[-1][0] == "replace":
            _, i0, _, j0, _ = found.pop()
            found.append((tag, i0, i2, j0, j2))
        else:
            found.append((tag, i1, i2, j1, j2))
    return found
