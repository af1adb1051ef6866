"""The network's own content management system: ``ushrnetwork.org/news/ID/100/slug``, posts of 2017 to April 2021.

Tell-tale: the address, or "US Human Rights Network Blog" twice at the top of a dump, or once above title and date in
HTML. Then blank lines, the title, the date (``Aug 28, 2017``), the body to the end of the text. Quirks: post 186 has
no title line; 163 repeats the title in the body, above its by-line; alternative texts of images stand as paragraphs.
The number is the key: slugs vary.
"""

from dataclasses import replace

from scraper import urls
from scraper.layouts.dumps.lines import first, shown_date
from scraper.layouts.ushrn import dump_lines as ushrn_text
from scraper.layouts.ushrn import html as ushrn_html
from scraper.page import Page, TextPage
from scraper.records import Reading
from scraper.vocabulary import NameBasis, ReadingKind

NAME = "news_2019"
#: As its pages write it.
BLOG_NAME = "US Human Rights Network Blog"


def matches(page: object) -> bool:
    """Whether the address is one of this system's posts, or what has no address begins with its header."""
    if not isinstance(page, Page | TextPage):
        return False
    if page.url:
        return urls.post_number(page.url) is not None
    if isinstance(page, TextPage):
        return _behind_header(page.lines)[1] > 1
    return _is_one_post(page)


def _is_one_post(page: Page) -> bool:
    """Whether HTML without an address shows the blog's name, a title, a date, and no other date: a list has several."""
    if ushrn_html.BLOG not in page.source.casefold():
        return False
    lines = ushrn_html.shown_lines(page)
    dated = [line for line in lines if (spelled := shown_date(line)) is not None and spelled.iso is not None]
    return len(dated) == 1 and ushrn_html.behind_header(lines) is not None


def read(page: Page | TextPage) -> Reading:
    """The post, and the blog's name where it stands above."""
    reading = _read(page)
    if reading.kind != ReadingKind.POST or ushrn_html.BLOG not in page.source.casefold():
        return reading
    return replace(reading, blog_name=BLOG_NAME, blog_name_basis=NameBasis.SHOWN)


def _read(page: Page | TextPage) -> Reading:
    if isinstance(page, Page):
        return ushrn_html.post(page, NAME)
    if gone := ushrn_text.missing(page, NAME):
        return gone
    lines = ushrn_text.checked_lines(page)
    lines = lines[_behind_header(lines)[0] :]
    top = ushrn_text.read_top(lines)
    return ushrn_text.post(page, NAME, top, lines[top.body_at :])


def _behind_header(lines: tuple[str, ...]) -> tuple[int, int]:
    """(index behind the header, how often it stands there)."""
    at, times = first(lines), 0
    while at < len(lines) and lines[at].casefold() == ushrn_html.BLOG:
        at, times = first(lines, at + 1), times + 1
    return at, times
