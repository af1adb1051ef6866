"""When a post was published and changed: what the head, the data and the page itself say, and the day that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from scraper import dates
from scraper.layouts.wix.cards import Cards
from scraper.page import Node, Page, words
from scraper.records import Problem
from scraper.vocabulary import DateBasis, DayBasis, Level, Stage

_LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True)
class When:
    """A date of a post: *at* (ISO 8601, UTC) with what it rests on, and *day*, as the site shows it to its readers."""

    at: str | None = None
    basis: DateBasis | None = None
    day: str | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def day_basis(self) -> DayBasis | None:
        """How *day* is known."""
        if not self.day:
            return None
        return DayBasis.SHOWN


def read(field: str, told: Sequence[tuple[DateBasis, object]], shown: str | None, page: Page) -> When:
    """The first of the dates *told* (basis, value) that can be read and can be true, else the one that is *shown*.

    What is there and is no date, or none that a post can bear, is a problem of *field*: an error where it leaves the
    field empty, a note where another source fills it.
    """
    refused: list[tuple[str, str]] = []
    for basis, value in told:
        at = dates.iso_utc(value) if isinstance(value, str) else None
        if at is not None and dates.is_possible(at, page.captured_at):
            day = dates.local_day(shown, at) if shown else None
            return When(at, basis, day, _problems(field, refused, page, level=Level.NOTE))
        if value is not None:
            message = f"expected the date of a post in the page's data ({basis}), found {_quoted(value)}"
            refused.append((_kind(at), message))
    if shown:
        return _of_shown(field, shown, refused, page)
    return When(problems=_problems(field, refused, page, level=Level.ERROR))


def _of_shown(field: str, shown: str, refused: Sequence[tuple[str, str]], page: Page) -> When:
    """The date that is shown, where none of the data could be taken; *refused*: kind and message of each of these."""
    spelled = dates.parse(shown)
    if spelled is not None and spelled.lack is not None:
        lacking = _without(field, spelled.lack, shown, page)
        return When(problems=(*_problems(field, refused, page, level=Level.ERROR), lacking))
    if spelled is not None and spelled.iso is not None and dates.is_possible(spelled.iso, page.captured_at):
        day = spelled.iso if len(spelled.iso) == 10 else None
        return When(spelled.iso, DateBasis.SHOWN, day, _problems(field, refused, page, level=Level.NOTE))
    wrong = (_kind(spelled), f"expected the date of a post, found {_quoted(shown)} shown")
    return When(problems=_problems(field, [*refused, wrong], page, level=Level.ERROR))


def _kind(read: object) -> str:
    return "unreadable-date" if read is None else "impossible-date"


def _quoted(value: object) -> str:
    return repr(value)[:_LONGEST_QUOTE]


def _problems(field: str, refused: Sequence[tuple[str, str]], page: Page, *, level: Level) -> tuple[Problem, ...]:
    return tuple(
        Problem(stage=Stage.EXTRACT, kind=kind, field=field, level=level, message=message, url=page.url)
        for kind, message in refused[:1]
    )


def _without(field: str, lack: str, shown: str, page: Page) -> Problem:
    """The note on a date that is shown, but not whole."""
    kind, message = {
        "year": ("date-without-year", f"expected a date with its year, found {shown!r}: years are never guessed"),
        "relative": ("relative-date", f"expected a date, found {shown!r}, relative to an unknown moment"),
    }[lack]
    return Problem(stage=Stage.EXTRACT, kind=kind, field=field, level=Level.NOTE, message=message, url=page.url)


def shown(cards: Cards, *, updated: bool) -> str | None:
    """What stands in the article, outside of *cards*, as the date of publication, or behind "Updated:"; None: neither
    words nor place tell one.
    """
    for node in cards.own('[data-hook="time-ago"]'):
        if (text := words(node)) and _is_update(node) is updated:
            return text
    return None


def _is_update(node: Node) -> bool:
    """Whether a word stands before the date in its paragraph: "Updated:", "Actualizado:", "Dernière mise à jour :"."""
    around, shown = words(node.parent) or "", words(node) or ""
    before = around.partition(shown)[0].rstrip()
    in_paragraph = node.parent is not None and node.parent.tag == "p"
    return before.endswith((":", "：")) or (in_paragraph and bool(before))
