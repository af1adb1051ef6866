"""Wix blogs, 2021 to 2026: a post's page in all its generations, its AMP twin, and the pages around it.

Tell-tale of a post: ``article[data-hook="post"]``, with or without Wix's generator tag. Everything of the post is inside
that article; outside of it stand other posts' cards with other posts' counts.

Views in HTML are true since ``post-page-root`` is there (captures from 2023-08); before, every page said "0 views". From
2025-07 no count is in the HTML. So a zero counts only beside that mark, never by the date of the capture.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from scraper import dates
from scraper.language import detect
from scraper.layouts import wix_address, wix_amp, wix_body, wix_counts, wix_data, wix_list
from scraper.layouts.body import Body
from scraper.layouts.wix_data import dig
from scraper.layouts.wix_media import original
from scraper.page import Node, Page, Scope, words
from scraper.records import File, Problem, Reading
from scraper.sanitise import clean

NAME = "wix"

#: Marks of a Wix page that is no post.
_WIX = ("static.parastorage.com", "wix-warmup-data", "static.wixstatic.com", "Wix.com Website Builder")
#: Cards of other posts, and the comments below: both have titles, names, dates and counts of their own.
_FOREIGN = (
    '[data-hook^="recent-post"], [data-hook^="related-post"], [data-hook^="post-list"], [data-hook="wc-root"],'
    ' [data-hook^="comment-list"], [data-hook^="comments-"]'
)


def matches(page: object) -> bool:
    """Whether *page* is a post of a Wix blog, or any other page made by Wix."""
    return isinstance(page, Page) and (page.has("post") or any(mark in page.source for mark in _WIX))


def read(page: Page) -> Reading:
    """What the page says: a post, a list of posts, an error page, or another page."""
    article = page.part("post")
    if article is not None:
        return _post(page, article)
    if wix_amp.matches(page):
        return wix_amp.read(page)
    return wix_list.read(page)


def _post(page: Page, article: Scope) -> Reading:
    """A post's page. What lies inside the body is read first and taken out, so that nothing in it is mistaken for more."""
    for card in article.all(_FOREIGN):
        card.decompose()
    description = article.maybe('[data-hook="post-description"]')
    body = wix_body.read(description, page.url) if description is not None else None
    if description is not None:
        description.decompose()
    data = wix_data.post_data(page)
    json_ld = _blog_posting(page)
    counts = wix_counts.read(page, article, data)
    published, published_basis = _published(page, json_ld, data.post, article)
    updated, updated_basis = _updated(page, json_ld, data.post, article)
    if dates.same_moment(updated, published):
        updated = updated_basis = None
    reading = Reading(
        kind="post",
        url=wix_address.own(page),
        layout=NAME,
        title=_title(page, article, json_ld, data.post),
        published_at=published,
        published_basis=published_basis,
        updated_at=updated,
        updated_basis=updated_basis,
        author=_author(page, article, json_ld, data.post),
        views=counts.views,
        comments=counts.comments,
        likes=counts.likes,
        counts_source=counts.source,
        categories=_labels(article, _CATEGORIES) or data.categories,
        tags=_labels(article, _TAGS) or data.tags,
        excerpt=_string(data.post.get("excerpt")) or page.meta("og:description") or page.meta("description"),
        cover_image=_cover(page, json_ld),
        rendered_at=wix_data.rendered_at(page),
        problems=tuple(_problems(page, article, body, published)),
    )
    return _with_body(reading, body, data.post, page.url) if body is not None else reading


_CATEGORIES = (
    'a.post-categories-list__link, a[data-hook="category-label-list__item"], [data-hook="categories-list"] a,'
    ' ul[aria-label] a[data-hook="link"], a[href*="/categories/"]'
)
_TAGS = '[data-hook="tag-cloud-root"] a, nav a[href*="/tags/"], nav[aria-label="tags" i] a'


def _with_body(reading: Reading, body: Body, post: dict[str, Any], base_url: str | None) -> Reading:
    """*reading* with what the body holds, and the addresses of players and files that only the data give."""
    return replace(
        reading,
        body_text=body.text,
        body_html=clean(body.html, base_url),
        images=body.images,
        videos=body.videos or wix_data.videos(post),
        files=(*_files(body, post), *wix_body.linked_files(body)),
        links=body.links,
        language=_string(post.get("language")) or detect(body.text),
    )


def _files(body: Body, post: dict[str, Any]) -> tuple[File, ...]:
    """The files of widgets: where the HTML hides their addresses, those of the data."""
    told = wix_data.files(post)
    return told if told and not any(file.url for file in body.files) else body.files


def _title(page: Page, article: Scope, json_ld: dict[str, Any], post: dict[str, Any]) -> str | None:
    """The heading; where the owner hides it, what the head says."""
    shown = article.maybe('h1[data-hook="post-title"], [data-hook="post-title"] h1') or article.maybe('[data-hook="post-title"]')
    told = page.meta("og:title") or _string(post.get("title")) or _string(json_ld.get("headline"))
    return words(shown) or (" ".join(told.split()) if told else None)


def _author(page: Page, article: Scope, json_ld: dict[str, Any], post: dict[str, Any]) -> str | None:
    """The name shown; where the owner hides it, what the head says."""
    told = page.meta("article:author") or _string(dig(json_ld.get("author"), "name")) or _string(dig(post, "owner", "name"))
    return words(article.maybe('[data-hook="user-name"]')) or told


def _published(page: Page, json_ld: dict[str, Any], post: dict[str, Any], article: Scope) -> tuple[str | None, str | None]:
    return _first_date(
        ("meta", page.meta("article:published_time")),
        ("json-ld", json_ld.get("datePublished")),
        ("embedded", post.get("firstPublishedDate")),
        ("shown", _shown(article, updated=False)),
    )


def _updated(page: Page, json_ld: dict[str, Any], post: dict[str, Any], article: Scope) -> tuple[str | None, str | None]:
    return _first_date(
        ("meta", page.meta("article:modified_time")),
        ("json-ld", json_ld.get("dateModified")),
        ("embedded", post.get("lastPublishedDate")),
        ("shown", _shown(article, updated=True)),
    )


def _first_date(*told: tuple[str, object]) -> tuple[str | None, str | None]:
    """The first date that can be read, and its basis."""
    for basis, value in told:
        found = dates.iso_utc(value) if isinstance(value, str) else None
        if found:
            return found, basis
    return None, None


def _shown(article: Scope, *, updated: bool) -> str | None:
    """The day that is shown as that of publication, or behind "Updated:", when it is spelled with its year."""
    for node in article.all('[data-hook="time-ago"]'):
        if _is_update(node) is updated:
            spelled = dates.parse(words(node) or "")
            return spelled.iso if spelled else None
    return None


def _is_update(node: Node) -> bool:
    """Whether a word ("Updated:", "Actualizado:") stands before the date in its paragraph."""
    parent = node.parent
    before = words(parent) if parent is not None else None
    return bool(before) and before != words(node) and not (before or "").startswith(words(node) or "")


def _blog_posting(page: Page) -> dict[str, Any]:
    """The JSON-LD block of the post; others (Recipe, Organization) may stand beside it."""
    kinds = ("BlogPosting", "Article", "NewsArticle")
    return next((item for item in page.json_ld if item.get("@type") in kinds), {})


def _labels(article: Scope, css: str) -> tuple[str, ...]:
    """Texts of the links, each once, in order."""
    return tuple(dict.fromkeys(filter(None, map(words, article.all(css)))))


def _cover(page: Page, json_ld: dict[str, Any]) -> str | None:
    image = json_ld.get("image")
    told = page.meta("og:image") or _string(image) or _string(dig(image, "url"))
    return original(told, page.url) if told else None


def _string(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _problems(page: Page, article: Scope, body: Body | None, published: str | None) -> Iterable[Problem]:
    if body is None:
        yield Problem(
            stage="extract", kind="no-body", field="body_text", url=page.url,
            message='expected an element data-hook="post-description" in the post, found none',
        )  # fmt: skip
    if published is None:
        shown = words(article.maybe('[data-hook="time-ago"]')) or ""
        spelled = dates.parse(shown)
        if spelled is not None and spelled.lack == "year":
            yield Problem(
                stage="extract", kind="date-without-year", field="published_at", level="note", url=page.url,
                message=f"expected a date with its year, found {shown!r}: left out, years are never guessed",
            )  # fmt: skip
