"""AMP twins of Wix posts (``/amp/<slug>``, to about 2024): no hooks round the body, no dates in the head.

Seen once, 2024-03: a header (picture, author, h1, dates), beside it the body, beside that a footer with the categories.
"""

from collections.abc import Iterable

from scraper import dates
from scraper.language import detect
from scraper.layouts.wix import address as wix_address
from scraper.layouts.wix import body as wix_body
from scraper.page import Node, Page, attribute, enclosing, following, words
from scraper.records import Reading
from scraper.sanitise import clean
from scraper.vocabulary import DateBasis, ReadingKind

_EDIT_DATE = '[data-hook="post-edit-date"]'


def matches(page: Page) -> bool:
    """Whether *page* is the AMP twin of a post of a Wix blog."""
    if not page.is_amp:
        return False
    of_wix = "static.wixstatic.com" in page.source or "categories-list" in page.source or "/amp/" in (page.url or "")
    return of_wix and page.maybe("h1") is not None and _body(page) is not None


def read(page: Page) -> Reading:
    """The post. Its dates are those shown, so only as precise as a day; AMP twins show no counts."""
    heading, container = page.maybe("h1"), _body(page)
    if heading is None or container is None:  # pragma: no cover - `matches` said otherwise
        return Reading(kind=ReadingKind.OTHER, url=wix_address.own(page), layout="wix")
    body = wix_body.read(container, page.url)
    published = _shown(node for node in page.all('[data-hook="time-ago"]') if not _inside_edit_date(node))
    updated = _shown(page.all(f'{_EDIT_DATE} [data-hook="time-ago"]'))
    if updated == published:
        updated = None
    return Reading(
        kind=ReadingKind.POST,
        url=wix_address.own(page),
        layout="wix",
        title=words(heading),
        author=_author(heading.parent),
        published_at=published,
        published_basis=DateBasis.SHOWN if published else None,
        updated_at=updated,
        updated_basis=DateBasis.SHOWN if updated else None,
        categories=tuple(dict.fromkeys(filter(None, map(words, page.all('[data-hook="categories-list"] a'))))),
        body_text=body.text,
        body_html=clean(body.html, page.url),
        images=body.images,
        videos=body.videos,
        files=(*body.files, *wix_body.linked_files(body)),
        links=body.links,
        language=detect(body.text),
        excerpt=page.meta("og:description") or page.meta("description"),
    )


def _author(header: Node | None) -> str | None:
    """The first paragraph of the header that holds no date."""
    if header is None:
        return None
    paragraphs = (p for p in header.css("p") if not p.css('[data-hook="time-ago"]'))
    return next(filter(None, map(words, paragraphs)), None)


def _body(page: Page) -> Node | None:
    """The element behind the one that holds the heading."""
    heading = page.maybe("h1")
    header = heading.parent if heading is not None else None
    return next((node for node in following(header) if node.tag == "div"), None)


def _shown(nodes: Iterable[Node]) -> str | None:
    """The first date that is spelled with its year."""
    spelled = (dates.parse(words(node) or "") for node in nodes)
    return next((found.iso for found in spelled if found and found.iso), None)


def _inside_edit_date(node: Node) -> bool:
    return any(attribute(around, "data-hook") == "post-edit-date" for around in enclosing(node))
