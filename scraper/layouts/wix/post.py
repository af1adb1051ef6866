"""A post's page. Everything of the post is inside ``data-hook="post"``; outside of it, and sometimes in it, stand the
cards of other posts with their own titles, names, dates and counts.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scraper import dates
from scraper.language import detect
from scraper.layouts.body import Body
from scraper.layouts.wix import address as wix_address
from scraper.layouts.wix import body as wix_body
from scraper.layouts.wix import counts as wix_counts
from scraper.layouts.wix import data as wix_data
from scraper.layouts.wix.data import PostData, dig
from scraper.layouts.wix.media import original
from scraper.page import Node, Page, Scope, words
from scraper.records import File, Problem, Reading
from scraper.sanitise import clean

#: Cards of other posts, and the comments below.
_FOREIGN = (
    '[data-hook^="recent-post"], [data-hook^="related-post"], [data-hook^="post-list"], [data-hook="wc-root"],'
    ' [data-hook^="comment-list"], [data-hook^="comments-list"]'
)
#: Site copiers flatten category addresses, and the label of the list is translated: so by class and hook as well.
_CATEGORIES = (
    'a.post-categories-list__link, a[data-hook="category-label-list__item"], [data-hook="categories-list"] a,'
    ' ul[aria-label] a[data-hook="link"], a[href*="/categories/"]'
)
_TAGS = '[data-hook="tag-cloud-root"] a, nav[aria-label="tags" i] a, nav a[href*="/tags/"]'
_TITLES = (
    'h1[data-hook="post-title"], [data-hook="post-title"] h1',
    '[data-hook="post-title"]',
)  # fmt: skip


def read(page: Page, article: Scope) -> Reading:
    """The post in *article*, which is taken apart: cards and the body go before the rest is asked, so that nothing in
    them is mistaken for the post's own.
    """
    for card in article.all(_FOREIGN):
        card.decompose()
    description = article.maybe('[data-hook="post-description"]')
    body = wix_body.read(description, page.url) if description is not None else None
    if description is not None:
        description.decompose()
    data = wix_data.post_data(page)
    told = _Told(page, article, data)
    counts = wix_counts.read(page, article, data)
    published, published_basis = told.published()
    updated, updated_basis = told.updated()
    if dates.same_moment(updated, published):
        updated = updated_basis = None
    reading = Reading(
        kind="post",
        url=wix_address.own(page),
        layout="wix",
        title=told.title(),
        published_at=published,
        published_basis=published_basis,
        updated_at=updated,
        updated_basis=updated_basis,
        author=told.author(),
        views=counts.views,
        comments=counts.comments,
        likes=counts.likes,
        counts_source=counts.source,
        categories=_labels(article, _CATEGORIES) or data.categories,
        tags=_labels(article, _TAGS) or data.tags,
        excerpt=text(data.post.get("excerpt")) or page.meta("og:description") or page.meta("description"),
        cover_image=told.cover(),
        rendered_at=wix_data.rendered_at(page),
        problems=tuple(_problems(page, article, body, published)),
    )
    return _with_body(reading, body, data.post, page.url) if body is not None else reading


class _Told:
    """What the head, the article and the data say of the same facts, in the order in which they are believed."""

    def __init__(self, page: Page, article: Scope, data: PostData) -> None:
        self.page, self.article, self.post = page, article, data.post
        self.posting = _blog_posting(page)

    def title(self) -> str | None:
        """The heading; where the owner hides it, what the head says."""
        shown = next((found for css in _TITLES if (found := words(self.article.maybe(css)))), None)
        told = self.page.meta("og:title") or text(self.post.get("title")) or text(self.posting.get("headline"))
        return shown or (" ".join(told.split()) if told else None)

    def author(self) -> str | None:
        """The name shown; where the owner hides it, what the head says."""
        return (
            words(self.article.maybe('[data-hook="user-name"]'))
            or self.page.meta("article:author")
            or text(dig(self.posting.get("author"), "name"))
            or text(dig(self.post, "owner", "name"))
        )

    def published(self) -> tuple[str | None, str | None]:
        return _first_date(
            ("meta", self.page.meta("article:published_time")),
            ("json-ld", self.posting.get("datePublished")),
            ("embedded", self.post.get("firstPublishedDate")),
            ("shown", _shown(self.article, updated=False)),
        )

    def updated(self) -> tuple[str | None, str | None]:
        return _first_date(
            ("meta", self.page.meta("article:modified_time")),
            ("json-ld", self.posting.get("dateModified")),
            ("embedded", self.post.get("lastPublishedDate")),
            ("shown", _shown(self.article, updated=True)),
        )

    def cover(self) -> str | None:
        image = self.posting.get("image")
        told = self.page.meta("og:image") or text(image) or text(dig(image, "url"))
        return original(told, self.page.url) if told else None


def _with_body(reading: Reading, body: Body, post: dict[str, Any], base_url: str | None) -> Reading:
    """*reading* with what the body holds, and the addresses of players and files that only the data give."""
    films = wix_data.videos(post)
    return replace(
        reading,
        body_text=body.text,
        body_html=clean(body.html, base_url),
        images=body.images,
        videos=films if len(films) > len(body.videos) else body.videos,
        files=(*_files(body, post), *wix_body.linked_files(body)),
        links=body.links,
        language=text(post.get("language")) or detect(body.text),
    )


def _files(body: Body, post: dict[str, Any]) -> tuple[File, ...]:
    """The files of widgets: where the HTML hides their addresses, those of the data."""
    told = wix_data.files(post)
    return told if told and not any(file.url for file in body.files) else body.files


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
        if words(node) and _is_update(node) is updated:
            spelled = dates.parse(words(node) or "")
            return spelled.iso if spelled else None
    return None


def _is_update(node: Node) -> bool:
    """Whether a word stands before the date in its paragraph: "Updated:", "Actualizado:", "Dernière mise à jour :"."""
    around, shown = words(node.parent) or "", words(node) or ""
    before = around.partition(shown)[0].rstrip()
    in_paragraph = node.parent is not None and node.parent.tag == "p"
    return before.endswith((":", "：")) or (in_paragraph and bool(before))


def _blog_posting(page: Page) -> dict[str, Any]:
    """The JSON-LD block of the post; others (Recipe, Organization) may stand beside it."""
    for item in page.json_ld:
        said = item.get("@type")
        kinds = map(str, said if isinstance(said, list) else (said,))
        if {"BlogPosting", "NewsArticle", "Article"}.intersection(kinds):
            return item
    return {}


def _labels(article: Scope, css: str) -> tuple[str, ...]:
    """Texts of the links, each once, in order."""
    return tuple(dict.fromkeys(filter(None, map(words, article.all(css)))))


def text(value: object) -> str | None:
    """*value* when it is a text that says something."""
    return value.strip() or None if isinstance(value, str) else None


def _problems(page: Page, article: Scope, body: Body | None, published: str | None) -> Iterator[Problem]:
    if body is None:
        yield Problem(
            stage="extract", kind="no-body", field="body_text", url=page.url,
            message='expected data-hook="post-description" in the post, found none: the layout may have changed',
        )  # fmt: skip
    shown = words(article.maybe('[data-hook="time-ago"]')) or ""
    spelled = dates.parse(shown) if published is None else None
    if spelled is not None and spelled.lack == "year":
        yield Problem(
            stage="extract", kind="date-without-year", field="published_at", level="note", url=page.url,
            message=f"expected a date with its year, found {shown!r}: left out, years are never guessed",
        )  # fmt: skip
