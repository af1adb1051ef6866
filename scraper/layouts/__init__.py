"""The looks a page can have, one module each: NAME, ``matches(page) -> bool``, ``read(page) -> Reading``.

`LAYOUTS` is asked in order; the first that matches reads.
"""

from typing import Protocol

from scraper.layouts import wix
from scraper.page import Page
from scraper.records import Reading


class Layout(Protocol):
    """What each module in `LAYOUTS` offers."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a constant of the module
        """Short name, stored with each post."""

    def matches(self, page: Page) -> bool:
        """Whether the page has this look."""

    def read(self, page: Page) -> Reading:
        """What the page says."""


LAYOUTS: tuple[Layout, ...] = (wix,)
