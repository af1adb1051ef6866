"""The top of a Wix post's text dump: title, author, dates, and where the body begins.

Two orders were seen: author, date, reading time, title; and title, author, date, reading time. Then may follow
"Updated: …", a rating, "Fact Checked by: …". Before it stand, on some dumps, the words of a menu.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scraper import dates
from scraper.dates import Spelled
from scraper.layouts.dumps import wix_words as words
from scraper.layouts.dumps.lines import (
    first,
    is_heading,
    is_name,
    is_named_otherwise,
    is_signature,
    is_title,
    named_in,
    nonblank,
    note,
)
from scraper.layouts.dumps.wix_marks import Mark, mark, merged
from scraper.records import Problem

_BULLET = re.compile(r"[•◦▪·]\s?(?P<rest>.+)")
#: A line longer than that is no part of a head: the body has begun.
_LONG = 200
#: A title so long is surely shorter than a paragraph.
_SHORT = 120
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


def read_head(lines: Sequence[str], *, chrome: bool, url: str | None) -> Head:
    """The head of *lines*, which begin behind ``top of page``. *chrome*: other lines show that Wix made the page."""
    start, menu = _behind_buttons(lines)
    run = _first_run(lines, start, deep=menu or chrome)
    if run is not None and _is_no_head(lines, start, run, chrome=chrome or menu, url=url):
        run = None
    if run is None:
        return _without_marks(lines, start, chrome=chrome, menu=menu, url=url)
    return _with_marks(lines, start, run, menu=menu, url=url)


def _is_no_head(lines: Sequence[str], start: int, run: tuple[int, int, Mark], *, chrome: bool, url: str | None) -> bool:
    """Whether the run is only a date on the first line: of a letter without its title, or a date that is the title."""
    top = first(lines, start)
    if run[0] != top or run[2].strong:
        return False
    return not chrome or named_in(url, lines[top]) >= 0.6


def _behind_buttons(lines: Sequence[str]) -> tuple[int, bool]:
    """Index behind the last button of the menu at the top, and whether there was one."""
    last = -1
    for seen, index in enumerate(index for index, line in enumerate(lines) if line):
        if seen >= _DEEPEST or len(lines[index]) > _LONG:
            break
        found = mark(lines[index])
        if found is not None and found.strong:
            break
        if words.is_in(words.BUTTONS, lines[index].lstrip("• ")) or words.LOG_IN.fullmatch(lines[index]):
            last = index
    return last + 1, last >= 0


def _bullet_name(lines: Sequence[str], index: int, *, at_top: bool) -> str | None:
    """The author in a bullet: at the very top, or followed by another bullet that is a date or reading time."""
    found = _BULLET.fullmatch(lines[index])
    if found is None or not is_signature(found["rest"]):
        return None
    following = first(lines, index + 1)
    below = lines[following] if following < len(lines) else ""
    if mark(below) or (at_top and is_name(found["rest"]) and not _BULLET.fullmatch(below)):
        return found["rest"]
    return None


def _run(lines: Sequence[str], start: int, *, at_top: bool) -> tuple[Mark | None, int]:
    """The marks that stand together from *start* on, and the index behind them; None: there is none."""
    marks: list[Mark] = []
    index = first(lines, start)
    while index < len(lines) and len(marks) < _MOST_MARKS:
        found = mark(lines[index])
        if found is None and (name := _bullet_name(lines, index, at_top=at_top and not marks)):
            found = Mark(author=name)
        if found is None and not marks and not at_top:
            found = _name_above_marks(lines, index)
        if found is None or (found.published and any(earlier.published for earlier in marks)):
            break
        marks.append(found)
        index = first(lines, index + 1)
    return (merged(marks), index) if marks else (None, start)


def _name_above_marks(lines: Sequence[str], index: int) -> Mark | None:
    """A bare name under a title, with a date or reading time right below it."""
    below = first(lines, index + 1)
    if below >= len(lines) or not is_name(lines[index]):
        return None
    found = mark(lines[below])
    lone = found is not None and not found.under_title and found.author is None
    return Mark(author=lines[index]) if lone else None


def _first_run(lines: Sequence[str], start: int, *, deep: bool) -> tuple[int, int, Mark] | None:
    """(index, index behind, marks) of the first run of marks before the first long line; None: there is none.

    Without a menu only the first three lines are looked at, as a body may hold such lines as well.
    """
    for seen, index in enumerate(index for index in range(start, len(lines)) if lines[index]):
        if seen >= _DEEPEST or len(lines[index]) > _LONG:
            return None
        found, behind = _run(lines, index, at_top=seen == 0)
        if found is not None and (seen < 3 or (deep and found.strong)):
            return (index, behind, found) if seen < 3 or _is_header(lines, index) else None
    return None


def _is_header(lines: Sequence[str], index: int) -> bool:
    """Whether the lines before a deep run are short, as a menu and a title are."""
    return all(len(line) <= _LONG for line in lines[:index])


def _with_marks(lines: Sequence[str], start: int, run: tuple[int, int, Mark], *, menu: bool, url: str | None) -> Head:
    """The head round the run of marks."""
    at, behind, found = run
    before = [line for line in nonblank(lines[start:at]) if not words.is_in(words.BUTTONS, line) and not _is_item(line)]
    around = _Around(before[-2:], lines[behind:], found, menu=menu, url=url)
    title, author = next(choice for rule in _RULES if (choice := rule(around)) is not None)
    body_at = behind
    if title is not None and title == around.after and title not in around.before:
        more, body_at = _run(lines, behind + 1, at_top=False)
        found = merged([found, more]) if more else found
        body_at = first(lines, body_at)
    problems = found.problems if title is not None or not around.rivals else (*found.problems, _open(around.rivals))
    return Head(
        title=title, author=found.author or author, published=found.published, updated=found.updated,
        problems=problems, body_at=body_at,
    )  # fmt: skip


def _open(rivals: Sequence[str]) -> Problem:
    """The note where several lines could be the title, and nothing tells which."""
    return note(
        "title-open", "title", f"expected one line as the title, found {len(rivals)}: {' / '.join(rivals)[:200]}"
    )


class _Around:
    """The lines round the marks of a head: the last two above, those below."""

    def __init__(
        self, before: Sequence[str], below: Sequence[str], found: Mark, *, menu: bool, url: str | None
    ) -> None:
        self.before, self.found, self.menu, self.url = before, found, menu, url
        self.above = before[-1] if before else None
        self.higher = before[-2] if len(before) > 1 and is_title(before[-2]) else None
        texts = [line for line in below if line][:2]
        self.after = texts[0] if texts and not _is_item(texts[0]) else ""
        self.under = texts[1] if len(texts) > 1 else ""

    @property
    def title_below(self) -> bool:
        """Whether a mark that stands only under titles follows the first line below."""
        under = mark(self.under) if self.under else None
        return under is not None and under.under_title

    @property
    def rivals(self) -> list[str]:
        """The lines that could be the title."""
        return [line for line in (self.above, self.higher, self.after) if line and is_title(line)]

    def signature(self) -> str | None:
        """The line above as the author's name; None: it is none, or the author is known."""
        above = self.above or ""
        return above if above and is_signature(above) and not menu_word(above) and not self.found.author else None

    def lone_name(self) -> bool:
        """Whether nothing but a name of two to four words stands above a date and more."""
        above = self.above or ""
        return self.higher is None and self.found.author is None and is_name(above) and 2 <= len(above.split()) <= 4


#: What a rule says: (title, author), each None where there is none; no choice: another rule may know.
Choice = tuple[str | None, str | None] | None


def _nothing_above(around: _Around) -> Choice:
    if around.above is not None:
        return None
    return (around.after if is_title(around.after) and not around.found.under_title else None), None


def _marks_of_a_title(around: _Around) -> Choice:
    """Marks that stand only under titles, or nothing above that can be a title."""
    above = around.above or ""
    if around.found.under_title or not is_title(above):
        return above if is_title(above) else None, None
    return None


def _between_marks(around: _Around) -> Choice:
    """Author, date and reading time above the title, its update below."""
    return (around.after, around.signature()) if around.title_below and is_title(around.after) else None


def _named_by_the_address(around: _Around) -> Choice:
    """The one line that the slug names."""
    rivals = around.rivals
    best = max(rivals, key=lambda line: named_in(around.url, line), default="")
    if named_in(around.url, best) < 0.6 or sum(named_in(around.url, line) >= 0.6 for line in rivals) != 1:
        return None
    return best, around.signature() if best != around.above else None


def _beside_an_author(around: _Around) -> Choice:
    """The author is known: the title stands above, unless that is a lone word of a menu."""
    above, after = around.above or "", around.after
    if not around.found.author:
        return None
    lone_word = around.menu and len(above.split()) <= 2 and is_heading(after) and len(after.split()) > 2
    return (after, None) if lone_word else (above, None)


def _below_a_lone_name(around: _Around) -> Choice:
    """A lone name above the date and the reading time, then a short line, then a paragraph: the short line."""
    short = (
        is_heading(around.after)
        and dates.parse(around.after) is None
        and len(around.after) <= _SHORT
        and len(around.under) > len(around.after)
    )
    if around.lone_name() and around.found.strong and around.found.published is not None and short:
        return around.after, around.above
    return None


def _by_shape(around: _Around) -> Choice:
    """What is left: a name above is the author where a longer heading stands above or below it."""
    above, higher, after = around.above or "", around.higher, around.after
    if not is_name(above) and not (len(above.split()) == 1 and is_heading(after) and not higher):
        return above, None
    if higher and not (around.menu and words.is_in(words.PAGES, higher)):
        return higher, above
    if is_heading(after) and len(after.split()) > 2 and len(after) > len(above):
        return after, above
    return above, None


#: Asked in this order; the last always answers.
_RULES = (
    _nothing_above, _marks_of_a_title, _between_marks, _named_by_the_address, _beside_an_author, _below_a_lone_name,
    _by_shape,
)  # fmt: skip


def _is_item(line: str) -> bool:
    """Whether *line* is an item of a list: a menu's, or the author's; no title is."""
    return _BULLET.fullmatch(line) is not None


def menu_word(line: str) -> bool:
    """Whether *line* is a word of a menu."""
    return (
        words.is_in(words.BUTTONS, line) or words.is_in(words.PAGES, line) or words.LOG_IN.fullmatch(line) is not None
    )


def _without_marks(lines: Sequence[str], start: int, *, chrome: bool, menu: bool, url: str | None) -> Head:
    """The head of a dump that shows neither author nor date."""
    top = first(lines, start)
    if top >= len(lines):
        return Head(body_at=len(lines))
    if menu:
        return _behind_menu(lines, top, url)
    line = lines[top]
    if is_name(line) and len(line.split()) > 1 and is_named_otherwise(url, line):
        return Head(problems=(_open([line]),), body_at=top)
    if is_title(line) if chrome else _is_bare_title(lines, top, url):
        return Head(title=line, body_at=first(lines, top + 1))
    return Head(body_at=top)


def _behind_menu(lines: Sequence[str], top: int, url: str | None) -> Head:
    """The head among the short lines before the first long one: words of a menu, then perhaps the title. It is the line
    that the address names, or the only one; else it stays open.
    """
    short = []
    for index in range(top, len(lines)):
        if lines[index] and (len(lines[index]) > _LONG or not is_heading(lines[index])):
            break
        if lines[index]:
            short.append(index)
    named = [at for at in short if named_in(url, lines[at]) >= 0.6 and not is_named_otherwise(url, lines[at])]
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
