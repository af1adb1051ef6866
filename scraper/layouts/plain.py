"""The main content of a page whose look is not known. Door to trafilatura.

The HTML of the network's older sites was not to be had when this was written: dumps of their text were. So their
layouts know where title and dates stand, and leave the body to a well-tried guess, which a note on the reading says.
"""

from collections.abc import Iterable
from functools import partial

from scraper.layouts.body import Body, read_body
from scraper.page import Node, Page, too_deep
from scraper.records import Image, Problem
from scraper.sanitise import safe_url

#: What a guess may take at most, in characters of HTML; larger pages are no posts.
_LARGEST = 5_000_000


def main_content(page: Page) -> Body | None:
    """What looks like the main content of *page*; None: nothing does."""
    if len(page.source) > _LARGEST or too_deep(page.source):
        return None
    import trafilatura  # a seventh of a second: only when a page needs it

    found = trafilatura.extract(
        page.source,
        url=page.url or None,
        output_format="html",
        include_links=True,
        include_images=True,
        include_tables=True,
        include_formatting=True,
        include_comments=False,
        favor_recall=True,
    )
    if not found:
        return None
    root = Page.from_html(found, url=page.url).maybe("body")
    body = read_plain(root, page.url) if root is not None else None
    return body if body is not None and body.text.strip() else None


def read_plain(root: Node, base_url: str | None) -> Body:
    """The body below *root*, of a page with plain pictures and links."""
    return read_body(root, widget=partial(_picture, base_url), link=lambda href: safe_url(href, base_url))


def _picture(base_url: str | None, node: Node) -> Iterable[Image] | None:
    """The picture that an element is; None: it is none."""
    if node.tag != "img":
        return None
    url = safe_url(node.attributes.get("src") or "", base_url)
    sizes = (node.attributes.get(name) or "" for name in ("width", "height"))
    width, height = (int(size) if size.isdecimal() and len(size) < 6 else None for size in sizes)
    return (Image(url=url, alt=node.attributes.get("alt") or None, width=width, height=height),) if url else ()


def guessed() -> Problem:
    """The note on a reading whose body was guessed."""
    return Problem(
        stage="extract",
        kind="main-content-guessed",
        field="body_text",
        level="note",
        message="the look of this page is not known; trafilatura told its main content",
    )
