"""What the network's three older looks share as text dumps: title, perhaps a date under it, then the body to the end.

None of them shows counts. What each adds (a header, labelled lines) is in its own module.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scraper import urls
from scraper.errors import Unreadable
from scraper.language import detect
from scraper.layouts.dumps import wix_words
from scraper.layouts.dumps.lines import (
    assert_prose,
    body_text,
    by_line,
    first,
    is_title,
    lacking,
    nonblank,
    shown_date,
    title_text,
)
from scraper.page import TextPage
from scraper.records import Problem, Reading
from scraper.vocabulary import DateBasis, Level, ReadingKind, Stage

#: By-lines were seen on the second line of a body, below the repeated title.
_BY_LINE_AMONG = 3


@dataclass(frozen=True, slots=True)
class Top:
    """Title and date at the top of the lines. *body_at*: index of the first line behind them."""

    title: str | None
    published: str | None
    body_at: int
    problems: tuple[Problem, ...] = ()


def read_top(lines: Sequence[str]) -> Top:
    """The title and the date under it; a date on the first line means that the title is missing."""
    at = first(lines)
    title = None
    if at < len(lines) and shown_date(lines[at]) is None and is_title(lines[at]):
        title, at = lines[at], first(lines, at + 1)
    spelled = shown_date(lines[at]) if at < len(lines) else None
    if spelled is None:
        return Top(title, None, at)
    return Top(title, spelled.iso, first(lines, at + 1), lacking("published_at", spelled, lines[at]))


def post(
    page: TextPage,
    layout: str,
    top: Top,
    body: Sequence[str],
    *,
    published: str | None = None,
    tags: tuple[str, ...] = (),
) -> Reading:
    """The post made of *top* and the lines of its *body*. *published*: a date shown elsewhere, if none is at the top.

    Raises Unreadable where there is neither title nor body.
    """
    text = body_text(body)
    if not text and top.title is None:
        raise Unreadable(page.url or "text", "expected a post, found neither a title nor a body")
    day = top.published or published
    basis = DateBasis.TEXT if day else None
    if day is None and page.url and (day := urls.dated(page.url)):
        basis = DateBasis.URL
    return Reading(
        kind=ReadingKind.POST,
        url=urls.canonical(page.url) if page.url else None,
        layout=layout,
        title=title_text(top.title) if top.title else None,
        published_at=day,
        published_basis=basis,
        author=author_in(text),
        tags=tags,
        body_text=text,
        language=detect(text),
        problems=top.problems,
    )


def author_in(text: str) -> str | None:
    """The name in a by-line among the first lines of a body; None: there is none."""
    top = nonblank(text.split("\n", _BY_LINE_AMONG * 2))[:_BY_LINE_AMONG]
    return next((name for line in top if (name := by_line(line))), None)


def checked_lines(page: TextPage) -> tuple[str, ...]:
    """The lines of *page*. Raises Unreadable for what is no text of a page."""
    assert_prose(page)
    return page.lines


def missing(page: TextPage, layout: str) -> Reading | None:
    """A reading of kind ``missing`` where the lines are those of an error page; None: they are not."""
    texts = nonblank(page.lines)
    if sum(map(len, texts)) > 1000 or not any(wix_words.MISSING.fullmatch(line) for line in texts[:8]):
        return None
    problem = Problem(
        stage=Stage.EXTRACT,
        kind="no-post",
        level=Level.NOTE,
        message="expected a post; its lines are those of an error page",
    )
    return Reading(
        kind=ReadingKind.MISSING, url=urls.canonical(page.url) if page.url else None, layout=layout, problems=(problem,)
    )
