"""The top of a Wix post's text dump: title, author, dates, and where the body begins.

Two orders were seen: author, date, reading time, title; and title, author, date, reading time. Then may follow
"Updated: …", a rating, "Fact Checked by: …". Before it stand, on some dumps, the words of a menu.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from scraper.dates import Spelled
from scraper.layouts.dumps import wix_words as words
from scraper.layouts.dumps.lines import (
    first,
    is_glued_menu,
    is_heading,
    is_name,
    is_named_otherwise,
    is_signature,
    is_title,
    named_in,
    nonblank,
    note,
)
from scraper.layouts.dumps.wix_marks import Mark, dated_name, mark, merged
from scraper.layouts.dumps.wix_title import (
    NAMED,
    SHORT,
    Around,
    choose,
    is_above_text,
    is_handle,
    is_used,
    menu_word,
    small_words,
)
from scraper.records import Problem

_BULLET = re.compile(r"[•◦▪·]\s?(?P<rest>.+)")
#: A line longer than that is no part of a head: the body has begun.
_LONG = 200
#: Lines with text among which the head is looked for behind a menu.
_DEEPEST = 80
#: Marks that can stand together: author, date, reading time, update, rating, fact check, twice.
_MOST_MARKS = 12


@dataclass(frozen=True, slots=True)
class Head:
    """What the top of a dump says. *body_at*: index of the line where the body begins."""

    title: str | None = None
    author: str | None = None
    published: Spelled | None = None
    updated: Spelled | None = None
    problems: tuple[Problem, ...] = ()
    body_at: int = 0


def read_head(lines: Sequence[str], *, chrome: bool, url: str | None, headings: frozenset[str] = frozenset()) -> Head:
    """The head of *lines*, which begin behind ``top of page``. *chrome*: other lines show that Wix made the page.
    *headings*: the lines that the dump marks as such.
    """
    start, menu = _behind_menu_words(lines)
    run = _first_run(lines, start, deep=menu or chrome)
    if run is not None and _is_no_head(lines, start, run, chrome=chrome or menu, url=url):
        run = None
    if run is None:
        return _without_marks(lines, start, chrome=chrome, menu=menu, url=url)
    return _with_marks(lines, start, run, url=url, headings=headings)


def _is_no_head(lines: Sequence[str], start: int, run: tuple[int, int, Mark], *, chrome: bool, url: str | None) -> bool:
    """Whether the run is only a date on the first line: of a letter without its title, or a date that is the title."""
    top = first(lines, start)
    if run[0] != top or run[2].strong:
        return False
    return not chrome or named_in(url, lines[top]) >= NAMED


def _behind_menu_words(lines: Sequence[str]) -> tuple[int, bool]:
    """Index behind the menu and the banners at the top, and whether there were any.

    A button or a banner ends them wherever it stands; the name of a page does where the first two lines are such, but
    not right above the marks: there it is a title, if it is no item of a list.
    """
    above = list(_above_marks(lines))
    pages = len(above) > 2 and all(_is_page(lines[index]) for index in above[:2])
    names = [index for index in above if pages and _is_page(lines[index])]
    if names and names[-1] == above[-1] and not _is_item(lines[names[-1]]):
        names.pop()
    ends = [*names, *(index for index in above if _is_button(lines[index].removeprefix("• ")))]
    return (max(ends) + 1, True) if ends else (0, False)


def _is_page(line: str) -> bool:
    return words.is_in(words.PAGES, line.removeprefix("• "))


def _above_marks(lines: Sequence[str]) -> Iterator[int]:
    """The indices of the short lines at the top, up to the first that is surely a mark."""
    for index in islice((index for index, line in enumerate(lines) if line), _DEEPEST):
        found = mark(lines[index])
        is_text = len(lines[index]) > _LONG and not _is_button(lines[index])
        if is_text or (found is not None and found.strong):
            return
        yield index


def _is_button(line: str) -> bool:
    is_one = words.is_menu(line) and not words.is_in(words.PAGES, line)
    return is_one or is_glued_menu(line) or words.begins_with_menu(line)


def _bullet_name(lines: Sequence[str], index: int, *, at_top: bool) -> str | None:
    """The author in a bullet: at the very top, or followed by another bullet that is a date or reading time."""
    found = _BULLET.fullmatch(lines[index])
    if found is None or not is_signature(found["rest"]):
        return None
    following = first(lines, index + 1)
    below = lines[following] if following < len(lines) else ""
    is_one = is_name(found["rest"]) or is_handle(found["rest"])
    if mark(below) or (at_top and is_one and not _BULLET.fullmatch(below)):
        return found["rest"]
    return None


def _run(lines: Sequence[str], start: int, *, at_top: bool, before: Mark | None = None) -> tuple[Mark | None, int]:
    """The marks that stand together from *start* on, and the index behind them; None: there is none. *before*: those
    that stood above the title.
    """
    marks: list[Mark] = []
    index = first(lines, start)
    while index < len(lines) and len(marks) < _MOST_MARKS:
        found = mark(lines[index])
        if found is None and (name := _bullet_name(lines, index, at_top=at_top and not marks)):
            found = Mark(author=name)
        if found is None and not marks:
            found = _dated_name(lines, index)
        if found is None or (found.published and any(map(_is_dated, (*marks, before)))):
            break
        marks.append(found)
        index = first(lines, index + 1)
    if marks:
        return (merged(marks), index)
    return (None, start)


def _is_dated(found: Mark | None) -> bool:
    """Whether a date behind *found* is the text's: the post's stands once, and before its reading time."""
    return found is not None and (found.timed or found.published is not None)


def _dated_name(lines: Sequence[str], index: int) -> Mark | None:
    """A name with a date glued to it, below a title or above a short line that a longer one follows."""
    found = dated_name(lines[index]) if len(lines[index]) <= SHORT else None
    if found is None:
        return None
    above = next((line for line in reversed(lines[:index]) if line), "")
    below = next((line for line in lines[index + 1 :] if line), "")
    between = is_title(below) and len(below) <= SHORT and _is_above_text(below, lines[index + 1 :])
    if between or (is_title(above) and not menu_word(above)):
        return found
    return None


def _is_above_text(line: str, lines: Sequence[str]) -> bool:
    """Whether *line*, the first of *lines* that holds something, has a longer one or an update soon below it."""
    below = nonblank(lines)[1:4]
    return is_above_text(line, below) or any(found.under_title for found in map(mark, below) if found)


def _first_run(lines: Sequence[str], start: int, *, deep: bool) -> tuple[int, int, Mark] | None:
    """(index, index behind, marks) of the first run of marks before the first long line; None: there is none.

    Without a menu only the first three lines are looked at, as a body may hold such lines as well.
    """
    for seen, index in enumerate(index for index in range(start, len(lines)) if lines[index]):
        if seen >= _DEEPEST or len(lines[index]) > _LONG:
            return None
        found, behind = _run(lines, index, at_top=seen == 0)
        if found is not None and (seen < 3 or (deep and (found.strong or found.published is not None))):
            if seen < 3 or _is_header(lines, index):
                return (index, behind, found)
            return None
    return None


def _is_header(lines: Sequence[str], index: int) -> bool:
    """Whether the lines before a deep run are short, as a menu and a title are."""
    return all(len(line) <= _LONG for line in lines[:index])


def _with_marks(
    lines: Sequence[str], start: int, run: tuple[int, int, Mark], *, url: str | None, headings: frozenset[str]
) -> Head:
    """The head round the run of marks."""
    at, behind, found = run
    before = [line for line in nonblank(lines[start:at]) if not _is_item(line)]
    around = Around(before, nonblank(lines[behind:]), found, url, headings)
    choice = choose(around)
    body_at = behind
    if choice.title is not None and choice.title == around.after and choice.title not in before[-2:]:
        more, body_at = _run(lines, behind + 1, at_top=False, before=found)
        found = merged([found, more]) if more else found
        body_at = first(lines, body_at)
    problems = (*found.problems, _open(around.rivals)) if choice.open and around.rivals else found.problems
    return Head(
        title=choice.title, author=found.author or choice.author, published=found.published, updated=found.updated,
        problems=problems, body_at=body_at,
    )  # fmt: skip


def _open(rivals: Sequence[str]) -> Problem:
    """The note where several lines could be the title, and nothing tells which."""
    return note(
        "title-open", "title", f"expected one line as the title, found {len(rivals)}: {' / '.join(rivals)[:200]}"
    )


def _is_item(line: str) -> bool:
    """Whether *line* is an item of a list: a menu's, or the author's; no title is."""
    return _BULLET.fullmatch(line) is not None


def _without_marks(lines: Sequence[str], start: int, *, chrome: bool, menu: bool, url: str | None) -> Head:
    """The head of a dump that shows neither author nor date."""
    top = first(lines, start)
    if top >= len(lines):
        return Head(body_at=len(lines))
    if menu:
        return _behind_menu(lines, top, url)
    line = lines[top]
    if _is_doubtful(lines, top, url):
        return Head(problems=(_open([line]),), body_at=top)
    if _is_item(line) or not (is_title(line) if chrome else _is_bare_title(lines, top, url)):
        return Head(body_at=top)
    below = first(lines, top + 1)
    author = _bullet_name(lines, below, at_top=True) if below < len(lines) else None
    return Head(title=line, author=author, body_at=first(lines, below + 1) if author else below)


def _is_doubtful(lines: Sequence[str], top: int, url: str | None) -> bool:
    """Whether the first line may be an author, or the first of a body whose title the owner hides: a name with a date
    or above another short line, or a line that the address, itself made of a title, does not name.
    """
    line = lines[top]
    is_unnamed = named_in(url, line) < NAMED
    if is_unnamed and (is_handle(line) or dated_name(line) is not None):
        return True
    if is_unnamed and is_name(line) and not is_used(line, small_words(lines[top + 1 :])):
        below, *under = nonblank(lines[top + 1 :])[:4] or [""]
        return is_named_otherwise(url, line) or (is_heading(below) and is_above_text(below, under))
    return is_named_otherwise(url, line, of_a_text=True)


def _behind_menu(lines: Sequence[str], top: int, url: str | None) -> Head:
    """The head among the short lines before the first long one: words of a menu, then perhaps the title. It is the line
    that the address names, or the only one; else it stays open.
    """
    short = []
    for index in range(top, len(lines)):
        if lines[index] and (len(lines[index]) > _LONG or not is_heading(lines[index])):
            break
        if lines[index] and not menu_word(lines[index]) and mark(lines[index]) is None:
            short.append(index)
    named = [at for at in short if named_in(url, lines[at]) >= NAMED and not is_named_otherwise(url, lines[at])]
    candidates = named or (short if len(short) == 1 else [])
    if candidates:
        return Head(title=lines[candidates[0]], body_at=first(lines, candidates[0] + 1))
    return Head(problems=(_open([lines[at] for at in short]),) if short else (), body_at=top)


def _is_bare_title(lines: Sequence[str], top: int, url: str | None) -> bool:
    """Whether the first line of a dump without any of Wix's lines is its title: set apart, or named in the address."""
    below = first(lines, top + 1)
    if below >= len(lines) or not is_heading(lines[top]) or mark(lines[top]) is not None:
        return False
    if below > top + 1 or named_in(url, lines[top]) >= 0.5:
        return True
    return url is None and len(lines[top]) <= 100 and len(lines[below]) > 2 * len(lines[top])
