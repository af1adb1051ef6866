"""The categories and tags between the body of a dump and its counts: where they begin, and which words they are.

Wix writes the tags, then the categories, then the counts, without a word to say so. Labels that name themselves
("Tags:"), or have marks between them, are known; others are told by being short lines in a row below the end of a
sentence, most of which are words of the post.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scraper.layouts.dumps import wix_words as words
from scraper.layouts.dumps.lines import is_name

_LONGEST_TAG = 50
_LONGEST_CATEGORY = 40
#: More labels than that stand below no post.
_MOST = 60
#: How a text ends: a sentence, an address.
_TEXT_ENDS = re.compile(r"(?:[.!?…。！？][”\"’')\]]*\W{0,3}|\S+@\S+\.\w+|https?://\S+)$")


@dataclass(frozen=True, slots=True)
class Labels:
    """What stands between body and counts. *start*: index of the first line of it."""

    start: int
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    #: Told by their place and words alone; categories are then among the tags.
    guessed: bool = False


def above(lines: Sequence[str], behind: int, sure: frozenset[str] = frozenset()) -> Labels:
    """The labels right above the line *behind*, where the counts begin; none: they begin there. *sure*: lines that are
    known to be categories.
    """
    start, categories = _categories(lines, behind, sure)
    if (named := _named(lines, start)) is not None:
        return Labels(named[0], named[1], categories)
    begin, tags = _unnamed(lines, start)
    return Labels(begin, tags, categories, guessed=bool(tags))


def _named(lines: Sequence[str], end: int) -> tuple[int, tuple[str, ...]] | None:
    """(index, tags) of the line that says "Tags:", and what follows it; None: there is none above *end*."""
    for index in range(end - 1, -1, -1):
        line = lines[index]
        if found := words.TAGS.fullmatch(line) if line else None:
            below = [below for below in lines[index + 1 : end] if below]
            named = [tag.strip() for tag in found["tags"].split(",") if tag.strip()] + below
            if named and all(map(_can_be_tag, named)):
                return (index, tuple(dict.fromkeys(named)))
            return None
        if len(line) > _LONGEST_TAG:
            return None
    return None


def _can_be_tag(text: str) -> bool:
    return len(text) <= _LONGEST_TAG and text[-1] not in ".!?:"


def _categories(lines: Sequence[str], end: int, sure: frozenset[str]) -> tuple[int, tuple[str, ...]]:
    """(index where they begin, names) of the categories above *end*: lines with a list mark alone between them.

    Seen on captures of 2023: "Marketing", "•", "Instagram", "•", "Strategy" above the counts. One alone has no mark.
    """
    last = next((index for index in range(end - 1, -1, -1) if lines[index]), None)
    if last is not None and (joined := in_one_line(lines[last])):
        return last, joined
    if last is not None and lines[last] in sure:
        return last, (lines[last],)
    return _marked_categories(lines, end)


def _marked_categories(lines: Sequence[str], end: int) -> tuple[int, tuple[str, ...]]:
    """Those that stand a line each, with a list mark between; else *end* and none."""
    named: list[str] = []
    start, mark_due = end, False
    for index in range(end - 1, max(-1, end - _MOST), -1):
        line = lines[index].removeprefix("• ")
        if not line:
            continue
        if mark_due != (line == "•") or len(line) > _LONGEST_CATEGORY:
            break
        if not mark_due:
            named.append(line)
            start = index
        mark_due = not mark_due
    if len(named) > 1:
        return (start, tuple(reversed(named)))
    return (end, ())


def in_one_line(line: str) -> tuple[str, ...]:
    """The names of a line that lost its breaks ("Marketing•Instagram•Strategy"); empty: it is no such line."""
    names = [name.strip() for name in line.split("•")]
    short = all(name and len(name) <= _LONGEST_CATEGORY and name[-1] not in ".!?:;," for name in names)
    if len(names) > 1 and short and len(line) <= 200:
        return tuple(names)
    return ()


def _unnamed(lines: Sequence[str], end: int) -> tuple[int, tuple[str, ...]]:
    """(index where they begin, names) of the short lines in a row above *end* that are labels; else *end* and none."""
    run: list[int] = []
    index = end - 1
    while index >= 0 and len(run) <= _MOST and (not lines[index] or _is_short(lines[index])):
        if lines[index]:
            run.append(index)
        index -= 1
    if index < 0 or not run or len(run) > _MOST or not _TEXT_ENDS.search(lines[index]):
        return end, ()
    labels = [lines[at] for at in reversed(run)]
    if not _are_words_of(labels, lines[: index + 1]):
        return end, ()
    return run[-1], tuple(dict.fromkeys(label.removeprefix("• ") for label in labels))


def _is_short(line: str) -> bool:
    """Whether *line* can be a label: a few words, no sentence, no date, no name with its title, no list's number."""
    label = line.removeprefix("• ")
    return (
        1 < len(label) <= _LONGEST_CATEGORY
        and len(label.split()) <= 5
        and label[-1] not in ".!?:;,…"
        and label[0] not in '-–—"“('
    )


def _are_words_of(labels: Sequence[str], text: Sequence[str]) -> bool:
    """Whether most of *labels* are words of *text*, and they look alike: all items of a list, or three lines or more.

    What closes a letter (names, offices, an address) is not: no name stands in small letters.
    """
    items = [label for label in labels if label.startswith("• ")]
    plain = [label.removeprefix("• ") for label in labels]
    if not _look_alike(labels, items) or any(label[0].isdecimal() for label in plain):
        return False
    small = sum(label.islower() or label.startswith("#") for label in plain)
    if small * 5 >= len(plain) * 4:
        return bool(items) or len(plain) > 2
    whole = _squashed(" ".join(text))
    used = sum(_squashed(label) in whole for label in plain)
    names = sum(is_name(label) and len(label.split()) > 1 for label in plain)
    return used * 5 >= len(plain) * 3 and names * 2 <= len(plain)


def _look_alike(labels: Sequence[str], items: Sequence[str]) -> bool:
    """Whether all *labels* are *items* of a list, or none is and there are three or more."""
    if items:
        return len(items) == len(labels)
    return len(labels) > 2


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
