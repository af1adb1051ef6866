"""Wix pages that are no post: lists of posts, pages not found, and all others."""

from collections.abc import Iterable
from typing import Any

from scraper import dates, urls
from scraper.layouts.wix import data as wix_data
from scraper.layouts.wix.address import address
from scraper.layouts.wix.data import dig, whole_number
from scraper.numbers import counts_line
from scraper.page import Node, Page, attribute, words
from scraper.provenance import server_time
from scraper.records import Counts, Listed, Problem, Reading
from scraper.vocabulary import CountsSource, Level, ReadingKind, Stage
from scraper.wording import framed

_ROOT = '[data-hook="feed-page-root"], [data-hook="post-list-pro-gallery-container"], [data-hook="category-page-root"]'
_CARD = '[data-hook="post-list-item"]'
_MISSING = ("not-found-page", "ConnectYourDomain")
_OF_LISTS = ("feed-page-root", "post-list-pro-gallery-container")


def read(page: Page) -> Reading:
    """A list page with the posts it names; else the kind that the page is of."""
    data = wix_data.feed_page(page)
    if data is not None:
        return _from_data(page, data)
    if any(mark in page.source for mark in _OF_LISTS):
        cards = page.all(_CARD)
        if cards or page.maybe(_ROOT) is not None:
            return _list(page, [_card(card, page) for card in cards], None)
    kind = ReadingKind.MISSING if any(mark in page.source for mark in _MISSING) else ReadingKind.OTHER
    return Reading(
        kind=kind,
        url=_own(page),
        layout="wix",
        title=page.meta("og:title") or page.title,
        rendered_at=server_time(page.source),
        problems=(
            Problem(
                stage=Stage.EXTRACT, kind="no-post", level=Level.NOTE, url=page.url,
                message=f"expected a post, found a Wix page without article[data-hook=\"post\"] ({kind})",
            ),
        ),
    )  # fmt: skip


def _own(page: Page) -> str | None:
    if not page.url:
        return None
    return urls.canonical(page.url)


def _list(page: Page, listed: Iterable[Listed | None], total: int | None) -> Reading:
    following = page.link("next")
    return Reading(
        kind=ReadingKind.LIST,
        url=_own(page),
        layout="wix",
        title=page.meta("og:title") or page.title,
        listed=tuple(filter(None, listed)),
        total=total,
        next_url=address(following, page.url) if following else None,
        rendered_at=server_time(page.source),
    )


def _from_data(page: Page, data: dict[str, Any]) -> Reading:
    feed = dig(data, "feedResponse", "postFeedPage")
    posts = dig(feed, "posts", "posts")
    metrics = dig(data, "metadataResponse", "postFeedMetadataPage", "postMetrics")
    named = posts if isinstance(posts, list) else ()
    listed = [_entry(post, metrics, page) for post in named if isinstance(post, dict)]
    total = whole_number(dig(feed, "posts", "pagingMetaData", "total"))
    return _list(page, listed, total)


def _entry(post: dict[str, Any], metrics: object, page: Page) -> Listed | None:
    """A post as the list's data names it."""
    url = post_url(post, page.url)
    if url is None:
        return None
    numbers = dig(metrics, str(post.get("id")))
    counts = None
    if isinstance(numbers, dict):
        counts = Counts(
            url=url,
            views=whole_number(numbers.get("views")),
            comments=whole_number(numbers.get("comments")),
            likes=whole_number(numbers.get("likes")),
            source=CountsSource.EMBEDDED,
        )
    return Listed(
        url=url,
        title=_string(post.get("title")),
        published_at=_moment(post.get("firstPublishedDate")),
        lastmod=_moment(post.get("lastPublishedDate")),
        counts=counts,
    )


def post_url(post: dict[str, Any], base_url: str | None) -> str | None:
    """Address of a post in Wix's data: ``url{base,path}`` (a path may be under the base's own path), else the slug."""
    base, path, slug = map(_string, (dig(post, "url", "base"), dig(post, "url", "path"), post.get("slug")))
    if base and path:
        return urls.canonical(base.rstrip("/") + "/" + path.lstrip("/")) or None
    where = path or framed(slug, "/post/")
    found = address(where, base_url) if where else None
    if not found:
        return None
    return urls.canonical(found)


def _card(card: Node, page: Page) -> Listed | None:
    """A post as its card shows it. Cards of before 2023 say "0 views" of any post, so only numbers above zero count."""
    url = next((found for a in card.css("a[href]") if (found := _post_address(a, page))), None)
    if url is None:
        return None
    title = card.css_first('[data-hook="post-title"], [data-hook="post-list-item__title"]')
    shown = card.css_first('[data-hook="time-ago"]')
    spelled = dates.parse(words(shown) or "") if shown is not None else None
    return Listed(
        url=url, title=words(title), published_at=spelled.iso if spelled else None, counts=_card_counts(card, url)
    )


def _post_address(link: Node, page: Page) -> str | None:
    found = address(attribute(link, "href"), page.url)
    if found and urls.is_post(found):
        return urls.canonical(found)
    return None


def _card_counts(card: Node, url: str) -> Counts | None:
    line = counts_line(words(card.css_first('[data-hook="post-stats"]')) or "")
    if line is None or not line.views:
        return None
    return Counts(url=url, views=line.views, comments=line.comments)


def _string(value: object) -> str | None:
    if isinstance(value, str) and value:
        return value
    return None


def _moment(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return dates.iso_utc(value)
