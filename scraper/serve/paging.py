"""Long lists of a post, a page at a time."""

from dataclasses import dataclass

from scraper.serve.answer import Ask
from scraper.serve.searching import whole

#: Rows of a list on a page.
ON_PAGE = 200


@dataclass(frozen=True, slots=True)
class PagePart:
    """The part of its lists that a page shows."""

    #: Rows before it.
    skipped: int
    #: Number and link of every page; an empty link is this one's.
    pages: tuple[tuple[int, str], ...]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What of an address leads here; nothing: the first page."""
        return (("page", str(self.skipped // ON_PAGE + 1)),) if self.skipped else ()


def part(ask: Ask, path: str, longest: int) -> PagePart:
    """What ``?page=`` of *path* asks for, of lists of which the *longest* has so many rows."""
    last = max(1, -(-longest // ON_PAGE))
    here = whole(ask.one("page"), 1, last)
    pages = tuple((at, "" if at == here else ask.link(path, ("page", str(at)))) for at in range(1, last + 1))
    return PagePart((here - 1) * ON_PAGE, pages)
