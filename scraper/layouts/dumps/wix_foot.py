"""The end of a Wix post's text dump: where the body ends, and the counts and tags behind it.

A body can hold every line of the interface, so the last line of counts ends it, not the first; and one with
"Recent Posts" right below it beats those of other posts' cards.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from scraper.layouts.dumps import wix_labels
from scraper.layouts.dumps import wix_words as words
from scraper.layouts.dumps.lines import first
from scraper.layouts.dumps.wix_labels import Labels
from scraper.numbers import ShownCounts, counts_line, is_inexact_line

#: Cards under "Recent Posts" where "See All" is missing: at most so many lines, none longer than a preview.
_MOST_CARDS = 6
_LONGEST_PREVIEW = 210
_SHORTEST_PREVIEW = 180
_LONGEST_FOOTER = 60
_LONGEST_LABELS = 250


NONE_SHOWN = ShownCounts()


@dataclass(frozen=True, slots=True)
class Foot:
    """What the end of a dump says. *body_end*: index behind the last line of the body."""

    body_end: int
    counts: ShownCounts = NONE_SHOWN
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    #: Whether the tags are told by their place and words alone.
    guessed: bool = False
    #: Text of the body's last line, where the foot was glued to it; None: the line is whole.
    last_line: str | None = None
    #: Whether anything of Wix's was found.
    seen: bool = False
    #: A line of counts that are bounds or cut short.
    inexact: str | None = None


def read_foot(lines: Sequence[str], *, whole: bool, labels: frozenset[str] = frozenset()) -> Foot:
    """The foot of *lines*. *whole*: ``bottom of page`` followed them, so nothing is cut off. *labels*: the lines that
    are surely categories, as counts were glued to them.
    """
    groups = _groups(lines)
    recent = _recent(lines, whole=whole)
    if groups:
        followed = owned(lines, groups)
        start, end, counts = (followed or groups)[-1]
        if recent is not None and not followed and _are_cards(recent, groups):
            return _with_labels(lines, recent, NONE_SHOWN)
        likes = counts.likes if counts.likes is not None else _likes(lines, end)
        return _with_labels(lines, start, counts._replace(likes=likes), sure=labels)
    for index in (recent, _comment_box(lines)):
        if index is not None:
            return _with_labels(lines, index, NONE_SHOWN)
    return _glued(lines) or _with_labels(lines, _footer(lines), NONE_SHOWN, seen=False)


def _footer(lines: Sequence[str]) -> int:
    """Index of the site's own footer, from its copyright line on, with only short lines behind it; else the end."""
    for index in range(max(0, len(lines) - _LONGEST_FOOTER), len(lines)):
        if words.FOOTER.fullmatch(lines[index]) and all(len(line) <= 80 for line in lines[index + 1 :]):
            return index
    return len(lines)


def count_groups(lines: Sequence[str]) -> int:
    """How many separate groups of counts stand in *lines*: a post has one, a list of posts many.

    Those below a post's own, in the cards of other posts, are not told apart: one is enough then.
    """
    groups = _groups(lines)
    return 1 if owned(lines, groups) else len(groups)


Group = tuple[int, int, ShownCounts]


def owned(lines: Sequence[str], groups: Sequence[Group]) -> list[Group]:
    """The groups with the heading of other posts' cards right below: these are the post's own."""
    return [group for group in groups if _is_recent(lines, group[1])]


def _groups(lines: Sequence[str]) -> list[Group]:
    """(index, index behind, counts) of each run of lines that hold counts with views or comments."""
    groups: list[Group] = []
    index = 0
    while index < len(lines):
        shown = counts_line(lines[index]) if lines[index] else None
        if shown is None or not (shown[:2] != (None, None) or words.LIKED_AT_END.search(lines[index])):
            index += 1
            continue
        start, end = index, index + 1
        while (following := first(lines, end)) < len(lines):
            more = _more(shown, lines[following])
            if more is None:
                break
            shown, end = more, following + 1
        if not _goes_on(lines, end):
            groups.append((start, end, shown))
        index = end
    return groups


def _goes_on(lines: Sequence[str], index: int) -> bool:
    """Whether a paragraph of prose follows, as in a body that quotes such a line; a preview ends in mid-word."""
    at = first(lines, index)
    if at >= len(lines) or lines[at].casefold().startswith(words.COMMENT_BOX):
        return False
    return len(lines[at]) > 60 and lines[at][-1] in '.!?:”"’)'


def _more(shown: ShownCounts, line: str) -> ShownCounts | None:
    """*shown* with what the next line adds; None: that line belongs to something else."""
    if words.LIKED.fullmatch(line) or (line.isdecimal() and shown.likes is not None):
        return shown
    added = counts_line(line)
    if added is None or any(a is not None and b is not None for a, b in zip(shown, added, strict=True)):
        return None
    return ShownCounts(*(a if a is not None else b for a, b in zip(shown, added, strict=True)))


def _likes(lines: Sequence[str], end: int) -> int | None:
    """The likes on the line behind the counts; None: not said as a number."""
    index = first(lines, end)
    shown = counts_line(lines[index]) if index < len(lines) else None
    if not shown:
        return None
    return shown.likes


def _is_recent(lines: Sequence[str], index: int) -> bool:
    """Whether the next line with text is the heading of other posts' cards, and no prose follows it."""
    at = first(lines, index)
    if at >= len(lines) or not words.is_in(words.RECENT, lines[at]):
        return False
    below = first(lines, at + 1)
    see_all = below < len(lines) and words.is_in(words.SEE_ALL, lines[below])
    return not _goes_on(lines, below + 1 if see_all else below)


def _recent(lines: Sequence[str], *, whole: bool) -> int | None:
    """Index of the last heading of other posts' cards that is the interface's own; None: there is none."""
    for index in range(len(lines) - 1, -1, -1):
        if not lines[index] or not words.is_in(words.RECENT, lines[index]):
            continue
        below = first(lines, index + 1)
        if below >= len(lines) or words.is_in(words.SEE_ALL, lines[below]) or _ends_in_cards(lines, below, whole=whole):
            return index
    return None


def _ends_in_cards(lines: Sequence[str], start: int, *, whole: bool) -> bool:
    """Whether only a handful of cards follows: opening words, cut at about 199 signs, mid-word; or only titles."""
    rest = (line for index in range(start, len(lines)) if (line := lines[index]))
    cards = list(islice(rest, _MOST_CARDS + 1))
    if len(cards) > _MOST_CARDS or any(len(line) > _LONGEST_PREVIEW for line in cards):
        return False
    cut = any(len(line) >= _SHORTEST_PREVIEW and line[-1].isalnum() for line in cards)
    return cut or (whole and all(line[-1] not in ".:;,!" for line in cards))


def _are_cards(recent: int, groups: Sequence[Group]) -> bool:
    """Whether all counts stand in cards below the heading at *recent*: then the post itself shows none."""
    return len(groups) > 1 and all(start > recent for start, _, _ in groups)


def _comment_box(lines: Sequence[str]) -> int | None:
    """Index where the comment box begins, with its heading; None: there is none."""
    for index, line in enumerate(lines):
        if line.casefold().startswith(words.COMMENT_BOX):
            above = next((at for at in range(index - 1, -1, -1) if lines[at]), index)
            if words.is_in(words.COMMENTS_HEADING, lines[above]):
                return above
            return index
    return None


_COUNT = re.compile(r"(?<=[^\W\d])(?=\d[\d,.]*\s[^\W\d]{3,20})")


#: "2 likes. Post not marked as liked2": the number stands beside the heart as well.
_LIKES_TWICE = re.compile(r"(?<=liked)\.?\s?\d+$", re.IGNORECASE)


#: The last word behind a number, with a capital right behind it.
_GLUED_WORD = re.compile(r"\d[\d,.]*\s[^\W\d_]+?(?=[A-ZÀ-Þ]\D*$)")


def with_counts_apart(lines: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """(*lines*, the counts that are glued to labels ("Water•Land16 views") on a line of their own; these labels)."""
    apart: list[str] = []
    labels: list[str] = []
    for line in lines:
        counts, liked = _without_liked(_LIKES_TWICE.sub("", line))
        at = _glued_counts(counts)
        if at is not None:
            apart += [counts[:at], counts[at:], *liked]
            labels.append(counts[:at])
        else:
            apart += [counts, *liked] if liked and counts_line(counts) else [line]
    return tuple(apart), frozenset(labels)


def _without_liked(line: str) -> tuple[str, list[str]]:
    """*line* without the "Post not marked as liked", of any language, that is glued to its end; and that."""
    found = _GLUED_WORD.search(line) if len(line) <= _LONGEST_LABELS else None
    if found is None or words.LIKED.fullmatch(line[found.end() :]) is None:
        return line, []
    return line[: found.end()], [line[found.end() :]]


def _glued_counts(line: str) -> int | None:
    """Where the counts begin that follow a label without a space; None: nowhere."""
    if len(line) > _LONGEST_LABELS:
        return None
    for place in _COUNT.finditer(line):
        shown = counts_line(line[place.start() :])
        if shown is not None and shown.views is not None and counts_line(f"{line[: place.start()]} 1") is None:
            return place.start()
    return None


_COUNTS_AT_END = re.compile(
    r"(?P<body>.*[.!?”\"')\]…])\s*(?P<counts>\d[\d,.]*\s?[^\W\d]{3,20}\s?\d[\d,.]*\s?[^\W\d]{3,20})(?:Post .*)?"
)


def _glued(lines: Sequence[str]) -> Foot | None:
    """A foot that lost its line breaks, at the end of a line of the body; None: there is none."""
    for index in range(len(lines) - 1, -1, -1):
        at = words.glued_recent(lines[index])
        if at is not None:
            return _cut_line(index, lines[index][:at].rstrip())
    last = next((index for index in range(len(lines) - 1, -1, -1) if lines[index]), None)
    if last is not None and _COUNTS_AT_END.fullmatch(lines[last]):
        return _cut_line(last, lines[last])
    return None


def _cut_line(index: int, text: str) -> Foot:
    """The foot behind *text*, what is left of the line at *index*."""
    found = _COUNTS_AT_END.fullmatch(text)
    shown = counts_line(found["counts"]) if found else None
    if found and shown and shown.views is not None and shown.comments is not None:
        return Foot(body_end=index + 1, counts=shown, last_line=found["body"].rstrip(), seen=True)
    return Foot(body_end=index + 1, last_line=text, seen=True)


def _with_labels(
    lines: Sequence[str], behind: int, counts: ShownCounts, *, seen: bool = True, sure: frozenset[str] = frozenset()
) -> Foot:
    """The foot that begins at *behind*, with the categories and tags that stand right above it."""
    last = next((index for index in range(behind - 1, -1, -1) if lines[index]), None)
    inexact = lines[last] if last is not None and is_inexact_line(lines[last]) else None
    start = last if last is not None and inexact else behind
    labels = wix_labels.above(lines, start, sure) if seen or inexact else Labels(start)
    return Foot(
        body_end=labels.start, counts=counts, tags=labels.tags, categories=labels.categories,
        guessed=labels.guessed, seen=seen or inexact is not None, inexact=inexact,
    )  # fmt: skip
