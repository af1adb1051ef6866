"""What the pages of posts name beside their text, and the pictures that their styles draw."""

import itertools
from collections.abc import Iterable, Iterator

from scraper.charset import decode
from scraper.errors import IntegrityError
from scraper.page_media import PageMedia
from scraper.runs import NetworkSession
from scraper.store import Memento, Mementos, PagesMedia, PictureRows, lookups
from scraper.style_sheets import pictures_in_style

#: Posts of earlier runs whose pages are looked at for style sheets in one run.
PAGES_FOR_STYLES = 10


def pages_looked_at(session: NetworkSession, site: str, media: PagesMedia, only: str | None = None) -> list[PageMedia]:
    """What pages of this run's posts of a site, and of a few others, name. *only*: of that post alone."""
    run = session.run.crawl_id
    return [media.of(at) for at in lookups.pages_for_styles(session.archive.db, site, run, PAGES_FOR_STYLES, only)]


def sheets_named(pages: Iterable[PageMedia]) -> list[str]:
    """The style sheets that *pages* name, each once."""
    return list(dict.fromkeys(itertools.chain.from_iterable(page.sheets for page in pages)))


def pictures_drawn(session: NetworkSession, pages: Iterable[PageMedia]) -> Iterator[str]:
    """Pictures that the own styles of *pages*, and the kept ones of their sheets, name and that are not kept yet."""
    kept, found = PictureRows(session.archive.db), Mementos(session.archive.db)
    pages = list(pages)
    styles = [style for style in map(found.style, sheets_named(pages)) if style]
    by_sheets = itertools.chain.from_iterable(_named_by(found, one) for one in styles)
    by_pages = itertools.chain.from_iterable(page.drawn for page in pages)
    yield from (url for url in dict.fromkeys(itertools.chain(by_sheets, by_pages)) if kept.of(url) is None)


def _named_by(found: Mementos, style: Memento) -> Iterator[str]:
    """The pictures that a kept style sheet names."""
    try:
        css = decode(found.body(style), style.media_type)
    except IntegrityError:
        return iter(())
    return pictures_in_style(css, style.url)
