"""A post's page. Everything of the post is inside ``data-hook="post"``; outside of it, and sometimes in it, stand the
cards of other posts with their own titles, names, dates and counts. Pages built with Wix Studio lack that mark: there
the head says that the page is an article, and everything but cards and menus is asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, takewhile
from typing import Any

from scraper import dates
from scraper.language import detect
from scraper.layouts.body import Body
from scraper.layouts.head import author_of, blog_posting, named, spellings, squashed, text, without_site
from scraper.layouts.wix import address as wix_address
from scraper.layouts.wix import body as wix_body
from scraper.layouts.wix import counts as wix_counts
from scraper.layouts.wix import data as wix_data
from scraper.layouts.wix import shown_dates
from scraper.layouts.wix.cards import Cards, outside_cards
from scraper.layouts.wix.data import PostData, dig
from scraper.page import Node, Page, Scope, attribute, enclosing, words
from scraper.provenance import server_time
from scraper.records import File, Problem, Reading
from scraper.sanitise import clean
from scraper.vocabulary import DateBasis, Level, ReadingKind, Stage
from scraper.wix_media import original

#: Cards of other posts, and the comments below.
_FOREIGN = (
    '[data-hook^="recent-post"], [data-hook^="related-post"], [data-hook^="post-list"], [data-hook="wc-root"],'
    ' [data-hook^="comment-list"], [data-hook^="comments-list"]'
)
#: Site copiers flatten category addresses, and the label of the list is translated: so by class and hook as well.
_CATEGORIES = (
    'a.post-categories-list__link, a[data-hook="category-label-list__item"], [data-hook="categories-list"] a,'
    ' ul[aria-label] a[data-hook="link"], ul a[href*="/categories/"], [data-hook*="categor"] a[href*="/categories/"]'
)
_TAGS = '[data-hook="tag-cloud-root"] a, nav[aria-label="tags" i] a, nav a[href*="/tags/"]'
_MENU_HOOK = "navigation"
_TITLES = (
    'h1[data-hook="post-title"], [data-hook="post-title"] h1',
    '[data-hook="post-title"]',
)  # fmt: skip
#: Where the body is; in Wix Studio it has no hook, but the viewer that shows it has its id.
_BODIES = ('[data-hook="post-description"]', '[data-id="content-viewer"]', '[data-hook="rich-content-viewer"]')


def chosen(articles: Iterable[Scope], page: Page) -> tuple[Scope | None, bool]:
    """(article, whether it is surely the page's own) of the articles in a page; None: there is none.

    Of several, as a feed shows them, it is the one whose heading the head names; where it names none, as an owner may
    word it otherwise, the one whose date is that of the head; else the first, which is a guess.
    """
    found = list(articles)
    if len(found) < 2:
        return (found[0] if found else None), True
    told = {squashed(name) for name in named(page)}
    at = dates.iso_utc(page.meta("article:published_time") or "") or ""

    def fitness(article: Scope) -> tuple[bool, bool]:
        day = shown_dates.shown(Cards(page, article), updated=False) or ""
        return any(squashed(name) in told for name in _headings(article)), bool(at) and dates.local_day(
            day, at
        ) is not None

    best = max(found, key=fitness)
    return best, any(fitness(best))


def several_articles(page: Page) -> Problem:
    """The problem of a page with several articles, none of which the head tells from the others."""
    return Problem(
        stage=Stage.EXTRACT, kind="several-articles", field="title", url=page.url,
        message="expected one article, or one that the head names, found several: the first was read",
    )  # fmt: skip


def _headings(article: Scope) -> list[str]:
    """What stands as the title: one, or with those of cards several."""
    found = (list(filter(None, map(words, article.all(css)))) for css in _TITLES)
    return next(filter(None, found), [])


def without_cards(article: Scope) -> Scope:
    """*article*, the cards of other posts and the comments taken out of it."""
    for card in reversed(article.all(_FOREIGN)):  # inner ones before those around them
        card.decompose()
    return article


def body_of(article: Scope) -> Node | None:
    """The element that holds the body, of several the first that is in no card; None: there is none."""
    found = next(filter(None, map(article.all, _BODIES)), [])
    return next(iter(outside_cards(found, article, article.url)), None)


def read(page: Page, article: Scope) -> Reading:
    """The post in *article*, which is taken apart: cards and the body go before the rest is asked, so that nothing in
    them is mistaken for the post's own.
    """
    description = body_of(without_cards(article))
    body = wix_body.read(description, page.url) if description is not None else None
    if description is not None:
        description.decompose()
    data = wix_data.post_data(page)
    told = _Told(page, article, data)
    counts = wix_counts.read(page, told.cards, data)
    published, updated = told.published(), told.updated()
    if dates.same_moment(updated.at, published.at):
        updated = shown_dates.When()
    reading = Reading(
        kind=ReadingKind.POST,
        url=wix_address.own(page),
        layout="wix",
        title=told.title(),
        published_at=published.at,
        published_basis=published.basis,
        published_day=published.day,
        published_day_basis=published.day_basis,
        updated_at=updated.at,
        updated_basis=updated.basis,
        updated_day=updated.day,
        updated_day_basis=updated.day_basis,
        author=told.author(),
        views=counts.views,
        comments=counts.comments,
        likes=counts.likes,
        counts_source=counts.source,
        categories=_labels(_outside_menus(article.all(_CATEGORIES))) or data.categories,
        tags=_labels(article.all(_TAGS)) or data.tags,
        excerpt=text(data.post.get("excerpt")) or page.meta("og:description") or page.meta("description"),
        cover_image=told.cover(),
        rendered_at=server_time(page.source),
        problems=(*_problems(page, body), *told.untitled(), *published.problems, *updated.problems, *counts.problems),
    )
    if body is not None:
        return _with_body(reading, body, data.post, page.url)
    return reading


class _Told:
    """What the head, the article and the data say of the same facts, in the order in which they are believed."""

    def __init__(self, page: Page, article: Scope, data: PostData) -> None:
        self.page, self.article, self.post = page, article, data.post
        self.posting = blog_posting(page)
        self.cards = Cards(page, article)

    def title(self) -> str | None:
        """The heading, of several the one that the head names; where the owner hides it, what the data say, then the
        head, which may add the site's name.
        """
        shown = _headings(self.article)
        if len(shown) < 2:
            if shown:
                return shown[0]
            return self._title_in_data()
        names = set(map(squashed, named(self.page)))
        return next((name for name in shown if squashed(name) in names), shown[0])

    def _title_in_data(self) -> str | None:
        told = self.page.meta("og:title")
        headline = text(self.posting.get("headline"))
        if headline and told and squashed(told).startswith(squashed(headline.rstrip(".…"))) and headline[-1] in ".…":
            headline = None  # cut short
        name = self._heading_named(told) if told else self._title_of_window()
        title = text(self.post.get("title")) or headline or name
        if not title:
            return None
        return " ".join(title.split())

    def _heading_named(self, told: str) -> str:
        """The heading that *told* is made of, with the site's name behind it; else *told* without that name."""
        names = set(map(squashed, spellings(told, self.page)))
        found = filter(None, map(words, self.cards.own("h1, h2")))
        return next((heading for heading in found if squashed(heading) in names), without_site(told, self.page))

    def _title_of_window(self) -> str | None:
        """The heading that the window is named by: all that is left where the head failed and no hook marks a title."""
        names = set(map(squashed, spellings(self.page.title, self.page))) if self.page.title else set()
        found = filter(None, map(words, self.article.all("h1")))
        return next((heading for heading in found if squashed(heading) in names), None)

    def untitled(self) -> Iterator[Problem]:
        """The note on a page with a heading of which nothing says that it is the title."""
        if self.title() is None and (heading := next(filter(None, map(words, self.article.all("h1"))), None)):
            yield Problem(
                stage=Stage.EXTRACT, kind="title-open", field="title", level=Level.NOTE, url=self.page.url,
                message=f"expected a heading that hook, head or window name as the title, found {heading[:80]!r}",
            )  # fmt: skip

    def author(self) -> str | None:
        """The name shown, of several the one that the head names; where the owner hides it, what the head says."""
        told = self.page.meta("article:author") or author_of(self.page)
        shown = [name for node in self.article.all('[data-hook="user-name"]') if (name := words(node))]
        if told is None or told not in shown:
            own = next(filter(None, map(words, self.cards.own('[data-hook="user-name"]'))), None)
            return own or told or text(dig(self.post, "owner", "name"))
        return told

    def published(self) -> shown_dates.When:
        told = (
            (DateBasis.META, self.page.meta("article:published_time")),
            (DateBasis.JSON_LD, self.posting.get("datePublished")),
            (DateBasis.EMBEDDED, self.post.get("firstPublishedDate")),
        )
        return shown_dates.read("published_at", told, shown_dates.shown(self.cards, updated=False), self.page)

    def updated(self) -> shown_dates.When:
        told = (
            (DateBasis.META, self.page.meta("article:modified_time")),
            (DateBasis.JSON_LD, self.posting.get("dateModified")),
            (DateBasis.EMBEDDED, self.post.get("lastPublishedDate")),
        )
        return shown_dates.read("updated_at", told, shown_dates.shown(self.cards, updated=True), self.page)

    def cover(self) -> str | None:
        image = self.posting.get("image")
        told = self.page.meta("og:image") or text(image) or text(dig(image, "url"))
        if not told:
            return None
        return original(told, self.page.url)


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
    if told and not any(file.url for file in body.files):
        return told
    return body.files


def _outside_menus(links: Iterable[Node]) -> Iterator[Node]:
    """The links that stand in no menu: one in or around an article names all categories of the blog."""
    return (link for link in links if not _is_in_menu(link))


def _is_in_menu(node: Node) -> bool:
    inside = takewhile(lambda it: it.tag not in ("article", "body", "-document"), chain((node,), enclosing(node)))
    return any(map(_is_menu, inside))


def _is_menu(node: Node) -> bool:
    named = attribute(node, "data-hook") + attribute(node, "role")
    return node.tag in ("nav", "header") or _MENU_HOOK in named


def _labels(links: Iterable[Node]) -> tuple[str, ...]:
    """Texts of the links, each once, in order."""
    return tuple(dict.fromkeys(filter(None, map(words, links))))


def _problems(page: Page, body: Body | None) -> Iterator[Problem]:
    if body is None:
        yield Problem(
            stage=Stage.EXTRACT, kind="no-body", field="body_text", url=page.url,
            message='expected data-hook="post-description" in the post, found none: the layout may have changed',
        )  # fmt: skip
