"""The looks a page can have, one module each: NAME, ``matches(page) -> bool``, ``read(page) -> Reading``.

`LAYOUTS` is asked in order; the first that matches reads.
"""

from typing import Any, Protocol

from scraper.layouts import article
from scraper.layouts.dumps import wix_text
from scraper.layouts.head import site_name
from scraper.layouts.ushrn import dated_2016, drupal_2013, news_2019
from scraper.layouts.ushrn import pages as ushrn_pages
from scraper.layouts.wix import layout as wix
from scraper.records import Reading


class Layout(Protocol):
    """What each module in `LAYOUTS` offers."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a constant of the module
        """Short name, stored with each post."""

    def matches(self, page: object) -> bool:
        """Whether the page has this look."""

    def read(self, page: Any) -> Reading:  # a Page or a TextPage: what `matches` said yes to
        """What the page says. Raises Unreadable where it breaks a promise of its look."""


__all__ = ["LAYOUTS", "Layout", "site_name"]

LAYOUTS: tuple[Layout, ...] = (news_2019, dated_2016, drupal_2013, ushrn_pages, wix, article, wix_text)
