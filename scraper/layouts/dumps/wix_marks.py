"""The marks in the head of a Wix text dump: author, dates, reading time, rating; a line each, or several glued."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scraper.dates import Spelled
from scraper.layouts.dumps import wix_words as words
from scraper.layouts.dumps.lines import first, is_name, is_signature, lacking, shown_date
from scraper.records import Problem

#: A line longer than that is no mark.
_LONGEST = 120


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
    #: Says a reading time, which closes the line of author and date.
    timed: bool = False
    problems: tuple[Problem, ...] = ()


def mark(line: str) -> Mark | None:
    """What *line* says as a part of the head; None: it is a title or body."""
    if found := words.UPDATED.fullmatch(line) or words.PUBLISHED.fullmatch(line):
        return _labelled_date(found, line)
    if words.RATING.fullmatch(line) or words.FACT_CHECK.fullmatch(line):
        return Mark(under_title=True)
    if words.READING_TIME.fullmatch(line):
        return Mark(timed=True)
    if (found := words.WRITER.fullmatch(line)) and shown_date(found["name"]) is None:
        return Mark(author=found["name"].strip())
    if spelled := shown_date(line):
        return Mark(published=spelled, strong=False, problems=lacking("published_at", spelled, line))
    if len(line) > _LONGEST:
        return None
    return _glued(line) or _joined(line)


def _labelled_date(found: re.Match[str], line: str) -> Mark | None:
    """The date behind "Updated:" or "Published:"; None: there is none behind it."""
    spelled = shown_date(found["date"])
    if spelled is None:
        return None
    if found.re is words.UPDATED:
        return Mark(updated=spelled, under_title=True, problems=lacking("updated_at", spelled, line))
    return Mark(published=spelled, problems=lacking("published_at", spelled, line))


def _joined(line: str) -> Mark | None:
    """Marks on one line ("Jane Doe • Mar 3, 2021 • 3 min read", "• Mar 3, 2021"); None: not only marks."""
    pieces = [piece.strip() for piece in re.split(r"[•·|]", line) if piece.strip()]
    if not pieces or pieces == [line]:
        return None
    first = mark(pieces[0])
    named = pieces[0] if first is None and len(pieces) > 1 and is_name(pieces[0]) else None
    marks = [mark(piece) for piece in pieces[1:]] if named else [first, *map(mark, pieces[1:])]
    known = [found for found in marks if found is not None]
    if len(known) != len(marks):
        return None
    whole = Mark(author=named, strong=named is not None or any(found.strong for found in known))
    return merged([whole, *known])


#: A reading time is no longer than that, nor is the date before it.
_LONGEST_PART = 40
_LONGEST_AUTHOR = 60


def _glued(line: str) -> Mark | None:
    """Author, date and reading time run together ("Jane DoeMay 97 min read": May 9, 7 minutes); None: another line.

    A line that ends so is a by-line, whatever stands before the date: a name in any script, with particles and what
    follows a name ("PhD"). What is no name leaves the author unknown.
    """
    splits = list(_splits(line))
    if not splits:
        return _undated(line)
    _, start, spelled = max(splits, key=_likelihood)
    problems = lacking("published_at", spelled, line)
    return Mark(author=_author(line[:start]) if start else None, published=spelled, problems=problems, timed=True)


def _likelihood(split: tuple[int, int, Spelled]) -> tuple[bool, bool, int, int]:
    """How likely a way to take a line apart is: a whole date, then "3 days ago" ("ago1" is no first of August), then
    the shortest reading time, then the longest date.
    """
    at, start, spelled = split
    return spelled.iso is not None, spelled.lack == "relative", at, -start


def _undated(line: str) -> Mark | None:
    """A name with a reading time glued to it ("Jane Doe7 min read"); None: another line."""
    for place in words.READING_TIME_BEGINS.finditer(line, max(1, len(line) - _LONGEST_PART)):
        at = place.start()
        if not line[at - 1].isspace() and words.READING_TIME.fullmatch(line, at) and not line[at - 1].isdecimal():
            if author := _author(line[:at]):
                return Mark(author=author, timed=True)
            return None
    return None


def dated_name(line: str) -> Mark | None:
    """A name and a date run together ("Jane DoeMay 9, 2021"); None: another line. A title may look so, too."""
    for start in range(max(1, len(line) - _LONGEST_PART), len(line) - 3):
        if line[start - 1].isspace() or not _may_begin(line, start) or _author(line[:start]) is None:
            continue
        if (spelled := shown_date(line[start:])) is not None:
            problems = lacking("published_at", spelled, line)
            return Mark(author=_author(line[:start]), published=spelled, problems=problems)
    return None


def _splits(line: str) -> Iterator[tuple[int, int, Spelled]]:
    """(where a reading time begins, where the date before it begins, the date): every way to take *line* apart."""
    for place in words.READING_TIME_BEGINS.finditer(line, max(1, len(line) - _LONGEST_PART)):
        at = place.start()
        if not words.READING_TIME.fullmatch(line, at):
            continue
        for start in range(max(0, at - _LONGEST_PART), at - 3):
            if not _may_begin(line, start):
                continue
            if (spelled := shown_date(line[start:at].strip())) is not None:
                yield at, start, spelled


#: How relative dates begin where they do so with a word in small letters.
_RELATIVE = re.compile(r"(?:il y a|hace|vor|há) \d")


def _may_begin(line: str, start: int) -> bool:
    """Whether a date can begin there: not inside of a number, nor of a word in small letters."""
    before, sign = line[start - 1 : start], line[start]
    if not sign.isalnum():
        return False
    if sign.isdecimal():
        return not before.isdecimal()
    is_inside = before.isalpha() and sign.islower() and before.islower()
    return not is_inside or _RELATIVE.match(line, start) is not None


def _author(text: str) -> str | None:
    """The name that *text* is; None: it is none, or a title is glued to it."""
    name = text.strip(" ,;:•·|–—-")
    if not name or len(name) > _LONGEST_AUTHOR or name[-1] in ":;?!…" or not is_signature(name.rstrip(".")):
        return None
    if len(name.split()) > 3 and _SEAM.search(name):
        return None
    return name


#: Where two lines were run together: a small letter, then a capital; names have that too (McDonald, DeVito, PhD).
_SEAM = re.compile(r"(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bLe)(?<!\bLa)(?<!\bDi)(?<!\bVan)(?<=[a-zß-ÿ]{2})[A-ZÀ-Þ][a-z]")


def joined_labels(lines: Sequence[str]) -> tuple[str, ...]:
    """*lines*, a label that stands alone ("Updated:") on one line with the date below it."""
    joined = list(lines)
    for index, line in enumerate(lines):
        if not words.UPDATED_ALONE.fullmatch(line):
            continue
        below = first(lines, index + 1)
        if below < len(lines) and shown_date(lines[below]) is not None:
            joined[index], joined[below] = f"{line} {lines[below]}", ""
    return tuple(joined)


def merged(marks: Sequence[Mark]) -> Mark:
    """What several marks say together; of two that say the same, the first counts."""
    return Mark(
        author=next((found.author for found in marks if found.author), None),
        published=next((found.published for found in marks if found.published), None),
        updated=next((found.updated for found in marks if found.updated), None),
        under_title=any(found.under_title for found in marks),
        strong=any(found.strong for found in marks),
        timed=any(found.timed for found in marks),
        problems=tuple(dict.fromkeys(problem for found in marks for problem in found.problems)),
    )
