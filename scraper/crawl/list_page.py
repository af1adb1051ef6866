"""A page that may be the list of posts: what was read from it, and where it leads. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from scraper import urls
from scraper.charset import decode
from scraper.errors import Unreadable
from scraper.page import Page, attribute
from scraper.reading import sources as discover
from scraper.records import Capture, Reading, Site
from scraper.vocabulary import ReadingKind

#: A page that links to so many posts is a list, whatever it looks like.
ENOUGH_LINKS = 3
#: Links to feeds of the forms that are read.
FEEDS = ", ".join(
    f'link[rel~="alternate"][type="application/{form}"]' for form in ("rss+xml", "atom+xml", "feed+json", "rdf+xml")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One page of a site, and the addresses of the site that it links to."""

    #: As it was asked for.
    url: str
    capture: Capture
    reading: Reading
    links: tuple[str, ...]
    #: Those of them that lead to posts.
    posts: tuple[str, ...]
    #: The next part of the list; None: there is none, as far as the page says.
    next_url: str | None
    #: The feed that the page names.
    feed: str | None
    is_front: bool

    @property
    def is_listed(self) -> bool:
        """Whether its layout says that it is a list of posts."""
        return self.reading.kind == ReadingKind.LIST and bool(self.reading.listed)

    def is_list(self, front: Collection[str]) -> bool:
        """Whether it lists posts: by its layout, or because it links to some and to a next part, or to some that
        the *front* page does not name (a strip of recent posts stands on many pages).
        """
        if self.is_listed or (self.posts and self.next_url):
            return True
        return not self.is_front and len(self.posts) >= ENOUGH_LINKS and not set(self.posts) <= set(front)


def look_at(url: str, capture: Capture, reading: Reading, site: Site) -> ListPage:
    """The page that was asked for at *url*, as a page of *site*."""
    page = _parsed(decode(capture.payload, capture.media_type), capture.url)
    hrefs = [urls.normalise(attribute(node, "href"), base=capture.url) for node in page.all("a[href]")]
    links = tuple(dict.fromkeys(link for link in hrefs if link and discover.on_site(link, site)))
    return ListPage(
        url=url,
        capture=capture,
        reading=reading,
        links=links,
        posts=tuple(link for link in links if urls.is_post(link) and discover.belongs(link, site)),
        next_url=reading.next_url or _linked(page, 'link[rel~="next"], a[rel~="next"]', site),
        feed=_linked(page, FEEDS, site),
        is_front=discover.is_front(capture.url, site),
    )


def _parsed(text: str, url: str) -> Page:
    """The page *text*; an empty one where it is nested too deeply to be parsed."""
    page = Page.from_html(text, url=url)
    try:
        page.maybe("html")
    except Unreadable:
        return Page.from_html("", url=url)
    return page


def _linked(page: Page, css: str, site: Site) -> str | None:
    """Where the first element that *css* finds leads on the site; None: nowhere."""
    node = page.maybe(css)
    if node is None:
        return None
    found = urls.normalise(attribute(node, "href"), base=page.url)
    if found and discover.on_site(found, site):
        return found
    return None
