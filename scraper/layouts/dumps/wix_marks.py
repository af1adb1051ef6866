"""The marks in the head of a Wix text dump: author, dates, reading time, rating; a line each, or several glued."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scraper.dates import Spelled
from scraper.layouts.dumps import wix_words as words
from scraper.layouts.dumps.lines import is_name, lacking, shown_date
from scraper.records import Problem

#: A line longer than that is no mark.
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the head that is not the title: what it says. All None: an ornament ("3 min read")."""

    author: str | None = None
    published: Spelled | None = None
    updated: Spelled | None = None
    #: Stands only under a title, so what is above it is one.
    under_title: bool = False
    #: By itself proof enough of a head: a date could also be the first line of a letter.
    strong: bool = True
    problems: tuple[Problem, ...] = ()


def mark(line: str) -> Mark | None:
    """What *line* says as a part of the head; None: it is a title or body."""
    if found := words.UPDATED.fullmatch(line):
        spelled = shown_date(found["date"])
        if spelled is None:
            return None
        return Mark(updated=spelled, under_title=True, problems=lacking("updated_at", spelled, line))
    if found := words.PUBLISHED.fullmatch(line):
        spelled = shown_date(found["date"])
        if spelled is None:
            return None
        return Mark(published=spelled, problems=lacking("published_at", spelled, line))
    if words.RATING.fullmatch(line) or words.FACT_CHECK.fullmatch(line):
        return Mark(under_title=True)
    if words.READING_TIME.fullmatch(line):
        return Mark()
    if (found := words.WRITER.fullmatch(line)) and shown_date(found["name"]) is None:
        return Mark(author=found["name"].strip())
    if spelled := shown_date(line):
        return Mark(published=spelled, strong=False, problems=lacking("published_at", spelled, line))
    return _glued(line) or _joined(line)


def _joined(line: str) -> Mark | None:
    """Marks on one line ("Jane Doe • Mar 3, 2021 • 3 min read", "• Mar 3, 2021"); None: not only marks."""
    pieces = [piece.strip() for piece in re.split(r"[•·|]", line) if piece.strip()]
    if len(line) > _LONGEST or not pieces or (len(pieces) == 1 and pieces[0] == line):
        return None
    marks = [mark(piece) for piece in pieces]
    named = pieces[0] if marks[0] is None and is_name(pieces[0]) and len(pieces) > 1 else None
    known = [found for found in marks if found is not None]
    if len(known) + (named is not None) != len(pieces) or not known:
        return None
    whole = Mark(author=named, strong=any(found.strong for found in known) or named is not None)
    return merged([whole, *known])


def _glued(line: str) -> Mark | None:
    """Author, date and reading time run together ("Jane DoeMay 97 min read": May 9, 7 minutes); None: another line."""
    found = re.fullmatch(r"(?P<before>.{2,80}?)(?P<number>\d{1,6})(?P<unit>\s?[^\d\W].{1,25})", line)
    if found is None:
        return None
    for digits in (1, 2, 3):
        at = found.end("number") - digits
        if at < found.start("number") or not words.READING_TIME.fullmatch(line[at:]):
            continue
        for start in range(max(0, at - 30), at - 3):
            spelled = shown_date(line[start:at])
            if spelled and (start == 0 or is_name(line[:start].strip())):
                author = line[:start].strip() or None
                return Mark(author=author, published=spelled, problems=lacking("published_at", spelled, line))
    return None


def merged(marks: Sequence[Mark]) -> Mark:
    """What several marks say together; of two that say the same, the first counts."""
    return Mark(
        author=next((found.author for found in marks if found.author), None),
        published=next((found.published for found in marks if found.published), None),
        updated=next((found.updated for found in marks if found.updated), None),
        under_title=any(found.under_title for found in marks),
        strong=any(found.strong for found in marks),
        problems=tuple(dict.fromkeys(problem for found in marks for problem in found.problems)),
    )
