"""Posts by year and month: ``ushrnetwork.org/2016/12/slug``. One is known, of December 2016.

Tell-tale: the address. The title is the first line; no date is shown, so the month of the address is all there is. The
names of images are glued to the words behind them ("…logo-square2016 has").
"""

import re

from scraper import urls
from scraper.layouts.ushrn import dump_lines as ushrn_text
from scraper.layouts.ushrn import html as ushrn_html
from scraper.own_sites import USHRN_NEWS
from scraper.page import Page, TextPage
from scraper.records import Reading

NAME = "dated_2016"


def matches(page: object) -> bool:
    """Whether the address is dated and on the network's host."""
    if not isinstance(page, Page | TextPage) or not page.url or urls.host(page.url) not in USHRN_NEWS.hosts:
        return False
    return urls.dated(page.url) is not None and re.search(r"\.org/(?:19|20)\d\d/", page.url) is not None


def read(page: Page | TextPage) -> Reading:
    """The post."""
    if isinstance(page, Page):
        return ushrn_html.post(page, NAME)
    if gone := ushrn_text.missing(page, NAME):
        return gone
    lines = ushrn_text.checked_lines(page)
    top = ushrn_text.read_top(lines)
    return ushrn_text.post(page, NAME, top, lines[top.body_at :])
