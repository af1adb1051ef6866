"""Passages of a text around the words found in it, cut at whole words and paragraphs.

`MARK` and `UNMARK` stand around each match; a page escapes the text and then puts its own tags in their place. Passages
are cut from whole paragraphs, so that `Snippet.paragraph` is a place to link to.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scraper.search.tree import MARK, UNMARK

#: Characters of a passage, about.
WIDTH = 220
#: Passages of one text.
PASSAGES = 3
#: Matches of one text that are looked at.
MATCHES = 400

_PARAGRAPH = re.compile(r"\n\s*\n")
#: The same in a text of pages; slower, as it stops at every space.
_PARAGRAPH_OR_PAGE = re.compile(rf"{_PARAGRAPH.pattern}|\s*\f\s*")
Range = tuple[int, int]

#: Between the pages of a file's text.
PAGE_BREAK = "\f"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage. The words found stand between MARK and UNMARK; it may begin or end with ``…``."""

    text: str
    #: Which paragraph of `posts.body_text` (or of the file's text) it is from, counted from 0.
    paragraph: int
    #: The first marked words and some behind them, without marks: for a text fragment (``#:~:text=``); empty: none.
    quote: str = ""
    #: Name of the file it stands in; None: in the post.
    file: str | None = None
    #: Address of that file; None: the page hid it.
    file_url: str | None = None
    #: The page of the file that it stands on, from 1; None: in the post, or the file has but one.
    page: int | None = None
    #: Which of the post's files it is, as `files.position` counts; None: in the post.
    file_number: int | None = None


def unmarked(text: str) -> str:
    """*text* without marks, for content that must not bring any."""
    return text.replace(MARK, "").replace(UNMARK, "")


def marked(text: str, spots: Iterable[Range]) -> str:
    """*text* with marks around *spots*, which may overlap; marks of its own are gone."""
    if MARK in text or UNMARK in text:
        return unmarked(text)
    pieces, at = [], 0
    for begin, end in merged(spots):
        pieces += [text[at:begin], MARK, text[begin:end], UNMARK]
        at = end
    return "".join((*pieces, text[at:]))


def merged(spots: Iterable[Range]) -> list[Range]:
    """*spots* in order, those that overlap as one."""
    found: list[Range] = []
    for begin, end in sorted(spots):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _between_paragraphs(text: str) -> re.Pattern[str]:
    return _PARAGRAPH_OR_PAGE if PAGE_BREAK in text else _PARAGRAPH


def passages(text: str, spots: Iterable[Range], limit: int = PASSAGES) -> Iterator[Snippet]:
    """The best passages of *text* around *spots*: most different words first chosen, then shown in order."""
    matches = merged(spots)[:MATCHES]
    breaks = [found.span() for found in _between_paragraphs(text).finditer(text)]
    for begin, end in sorted(_apart(_windows(text, matches, breaks), limit)):
        inside = [spot for spot in matches if begin <= spot[0] and spot[1] <= end]
        paragraph = sum(start < inside[0][0] for start, _ in breaks)
        page = text.count(PAGE_BREAK, 0, inside[0][0]) + 1 if PAGE_BREAK in text else None
        yield Snippet(_cut(text, begin, end, inside), paragraph, _quote(text, inside[0], end), page=page)


def _apart(windows: Iterable[tuple[int, int, int]], limit: int) -> list[Range]:
    """The best *limit* of them that do not overlap: with the most different words, the first where these are equal."""
    chosen: list[Range] = []
    for _, begin, end in sorted(windows, key=lambda each: (-each[0], each[1])):
        if all(end <= other or begin >= until for other, until in chosen):
            chosen.append((begin, end))
    return chosen[:limit]


def _windows(text: str, matches: Sequence[Range], breaks: Sequence[Range]) -> Iterator[tuple[int, int, int]]:
    """(how many different words, begin, end) of a passage that starts a little before each match."""
    paragraph = 0
    for at, (begin, finish) in enumerate(matches):
        while paragraph < len(breaks) and breaks[paragraph][1] <= begin:
            paragraph += 1
        floor = breaks[paragraph - 1][1] if paragraph else 0
        ceiling = max(breaks[paragraph][0] if paragraph < len(breaks) else len(text), finish)
        start = max(floor, begin - WIDTH // 4)
        if ceiling - start < WIDTH:
            start = max(floor, ceiling - WIDTH)
        end = min(ceiling, max(start + WIDTH, finish))
        words = set()
        for from_, to in matches[at:]:
            if to > end:
                break
            words.add(text[from_:to].lower())
        start, end = _whole_words(text, start, end, begin, floor, ceiling)
        yield len(words), start, end


def _whole_words(text: str, start: int, end: int, begin: int, floor: int, ceiling: int) -> Range:
    """The window moved inwards to the next spaces, but never into the match at *begin*."""
    if start > floor and (space := text.find(" ", start, begin)) >= 0:
        start = space + 1
    if end < ceiling and (space := text.rfind(" ", begin, end + 1)) > begin:
        end = space
    return start, end


def _cut(text: str, begin: int, end: int, inside: Iterable[Range]) -> str:
    end = min(end, len(text))
    piece = marked(text[begin:end], [(from_ - begin, to - begin) for from_, to in inside])
    before = "…" if begin > 0 and text[begin - 1] not in "\n" else ""
    after = "…" if end < len(text) and text[end] not in "\n" else ""
    return before + " ".join(piece.split()) + after


def _quote(text: str, spot: Range, end: int) -> str:
    line = text[spot[0] : max(end, spot[1])].partition("\n")[0]
    return " ".join(line.split()[:8])


def beginning(text: str) -> Snippet | None:
    """The first words of *text*, for one in which nothing was found; None: it has none."""
    start = next((part for part in _between_paragraphs(text).split(unmarked(text).strip(), 1) if part), "")
    if not start:
        return None
    return Snippet(_cut(start, 0, WIDTH + 40, ()), 0)
