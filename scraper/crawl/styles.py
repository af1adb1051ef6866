"""The style sheets of posts' pages, and the pictures that these draw: which are named, and which are not kept yet."""

import itertools
from collections.abc import Iterable, Iterator

from scraper.charset import decode
from scraper.errors import IntegrityError
from scraper.runs import NetworkSession
from scraper.store import Memento, Mementos, PictureRows, lookups
from scraper.style_sheets import pictures_in_style, stylesheets

#: Posts of earlier runs whose pages are looked at for style sheets in one run.
PAGES_FOR_STYLES = 10


def page_of(session: NetworkSession, page_id: int) -> tuple[str, str] | None:
    """(source, address) of a stored page; None: it is none, or its bytes are not there."""
    try:
        capture = session.archive.capture(page_id)
    except IntegrityError:
        return None
    if capture.body is None or capture.media_type == "text/plain":
        return None
    return decode(capture.body, capture.media_type), capture.url


def sheets_named(session: NetworkSession, site: str, only: str | None = None) -> list[str]:
    """Style sheets that pages of this run's posts of a site, and of a few others, name. *only*: of that post alone."""
    run = session.run.crawl_id
    pages = lookups.pages_for_styles(session.archive.db, site, run, PAGES_FOR_STYLES, only)
    named = (stylesheets(*page) for number in pages if (page := page_of(session, number)))
    return list(dict.fromkeys(itertools.chain.from_iterable(named)))


def pictures_drawn(session: NetworkSession, sheets: Iterable[str]) -> Iterator[str]:
    """Pictures that the kept ones of *sheets* name, and that are not kept yet."""
    kept, found = PictureRows(session.archive.db), Mementos(session.archive.db)
    styles = [style for style in map(found.style, sheets) if style]
    named = dict.fromkeys(itertools.chain.from_iterable(named_by(found, one) for one in styles))
    yield from (url for url in named if kept.of(url) is None)


def named_by(found: Mementos, style: Memento) -> Iterator[str]:
    """The pictures that a kept style sheet names."""
    try:
        css = decode(found.body(style), style.media_type)
    except IntegrityError:
        return iter(())
    return pictures_in_style(css, style.url)
