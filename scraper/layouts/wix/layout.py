"""Wix blogs, 2021 to 2026: posts in all their generations, their AMP twins, lists of posts, and the pages around them.

Tell-tale of a post: ``data-hook="post"``, with or without Wix's generator tag; in Wix Studio (2024 on) the viewer of
its body, and a head that says article, a post in the page's data, or a post's address; before 2020 what `article` asks.
Of any other page: the hosts and marks that Wix puts into all its pages.
"""

from dataclasses import replace

from scraper import urls
from scraper.layouts import article
from scraper.layouts.head import says_article
from scraper.layouts.wix import amp as wix_amp
from scraper.layouts.wix import data as wix_data
from scraper.layouts.wix import lists as wix_list
from scraper.layouts.wix import post as wix_post
from scraper.page import Page, Scope
from scraper.records import Reading
from scraper.vocabulary import ReadingKind

NAME = "wix"

_OF_WIX = (
    "static.parastorage.com", "wix-warmup-data", "Wix.com Website Builder", 'data-hook="feed-page-root"',
    'data-hook="post-list-pro-gallery-container"', 'data-hook="not-found-page"',
)  # fmt: skip
#: The body's element, as it stands in the source.
_BODY_MARKS = ("post-description", "content-viewer", "rich-content-viewer")


def matches(page: object) -> bool:
    """Whether *page* is a post of a Wix blog, or any other page made by Wix."""
    return isinstance(page, Page) and (
        page.has("post")
        or any(mark in page.source for mark in _OF_WIX)
        or _unmarked(page) is not None
        or wix_amp.matches(page)
    )


def read(page: Page) -> Reading:
    """What the page says: a post, a list of posts, an error page, or another page."""
    marked, certain = wix_post.chosen(page.parts("post"), page)
    found = marked or _unmarked(page)
    if found is not None:
        reading = wix_post.read(page, found)
        if certain:
            return reading
        return replace(reading, problems=(*reading.problems, wix_post.several_articles(page)))
    if wix_amp.matches(page):
        return wix_amp.read(page)
    reading = wix_list.read(page)
    if reading.kind == ReadingKind.OTHER:
        return article.post_of(page) or reading
    return reading


def _is_of_post(page: Page) -> bool:
    """Whether head, data or address say that the page is one post's; each may fail: a server that could not make the
    head leaves it empty, and a saved page may not tell its address.
    """
    if says_article(page) or wix_data.post_data(page).post:
        return True
    return urls.is_post(page.url or "") and page.maybe("h1") is not None


def _unmarked(page: Page) -> Scope | None:
    """What holds a post whose article lacks its mark: the viewer of its body tells it, and its head, its data or its
    address; None: no post.
    """
    if not any(mark in page.source for mark in _BODY_MARKS) or not _is_of_post(page):
        return None
    frames = (page.part(hook) for hook in ("post-page-root", "post-page"))
    framed = next((frame for frame in frames if frame and wix_post.body_of(frame)), None)
    if framed is not None:
        return framed
    whole = wix_post.without_cards(page.copy())
    if wix_post.body_of(whole) is None:
        return None
    return whole
