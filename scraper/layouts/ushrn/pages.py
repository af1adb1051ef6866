"""The pages of ushrnetwork.org that are no posts, as HTML: lists of posts, and all others.

Tell-tale: the host. No such page was seen as HTML, so a list is what its address says is one, or what links to three
posts and more; the posts are those of the links' addresses. The next page is the head's, or that of Drupal 7's pager.
"""

import re

from scraper import urls
from scraper.layouts import article
from scraper.layouts.dumps import wix_words
from scraper.layouts.ushrn.html import no_post, title
from scraper.own_sites import USHRN_NEWS
from scraper.page import Page, attribute, words
from scraper.records import Listed, Reading
from scraper.vocabulary import ReadingKind

NAME = "ushrn_pages"

_LIST = re.compile(
    r"/(?:news|news-updates|resources-media|blog)(?:/\d+)?/?(?:index\.php)?$|/(?:19|20)\d\d(?:/\d\d)?/?$"
)
_POSTS_OF_A_LIST = 3


def matches(page: object) -> bool:
    """Whether the page is HTML of the network's old host and no post."""
    return (
        isinstance(page, Page)
        and bool(page.url)
        and urls.host(page.url or "") in USHRN_NEWS.hosts
        and not _is_post(page)
    )


def _is_post(page: Page) -> bool:
    return urls.is_post(page.url or "")


def read(page: Page) -> Reading:
    """A list with the posts it names, an error page, an article at another address, or another page."""
    heading = title(page)
    if heading is not None and wix_words.MISSING.fullmatch(heading):
        return no_post(page, NAME, ReadingKind.MISSING, "its title is that of an error page")
    listed = _listed(page)
    path = urls.normalise(page.url or "").partition("://")[2].partition("?")[0]
    if len(listed) < _POSTS_OF_A_LIST and not _LIST.search(path):
        return article.post_of(page) or no_post(page, NAME, ReadingKind.OTHER, "its address is not a post's")
    return Reading(
        kind=ReadingKind.LIST,
        url=urls.canonical(page.url or ""),
        layout=NAME,
        title=heading,
        listed=listed,
        next_url=_next(page),
    )


def _listed(page: Page) -> tuple[Listed, ...]:
    """The posts that the page links to, each once, with the longest text of its links as the title."""
    titles: dict[str, str] = {}
    for link in page.all("a[href]"):
        address = urls.normalise(attribute(link, "href"), page.url)
        if urls.is_post(address):
            text = words(link) or ""
            known = titles.setdefault(urls.canonical(address), text)
            titles[urls.canonical(address)] = max(known, text, key=len)
    return tuple(Listed(url=url, title=text or None) for url, text in titles.items())


def _next(page: Page) -> str | None:
    """Address of the next page of the list; None: there is none, or it leaves the site."""
    link = page.maybe("li.pager-next a[href], a[rel~=next][href]")
    href = page.link("next") or (link.attributes.get("href") if link is not None else None)
    address = urls.normalise(href, page.url) if href else ""
    if address and page.url and urls.same_site(address, page.url):
        return address
    return None
