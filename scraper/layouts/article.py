"""Posts in a frame that no other layout knows: blogs of Wix before 2020, Drupal's nodes, whatever else there is.

Tell-tale: a head that says article (``article:published_time``, JSON-LD ``BlogPosting``, ``Article`` or
``NewsArticle``; ``og:type`` alone stands on too many pages), or the structure of an article: a whole node of Drupal 7
or 8 of a kind that posts have, the parts of a ``single-post`` of Wix. The page must bear it out: it shows the title, or
the day, that the head tells, and a main text (see `plain`). Lists, front pages, searches, error pages, logins and walls
have such heads, too, and are none.
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from scraper import dates, urls
from scraper.language import detect
from scraper.layouts import head
from scraper.layouts.article_shown import ShownArticle, look
from scraper.layouts.body import Body
from scraper.layouts.dumps import wix_words
from scraper.layouts.plain import guessed, read_plain
from scraper.layouts.wix import address as wix_address
from scraper.layouts.wix import shown_dates
from scraper.page import Page, attribute
from scraper.records import Reading
from scraper.remember import last_answers
from scraper.sanitise import clean
from scraper.vocabulary import DateBasis, ReadingKind
from scraper.wix_media import original

NAME = "article"

#: Addresses of pages that name posts and are none; a post's own address may hold the same words.
_NO_POSTS = re.compile(
    r"(?:/index\.(?:html?|php))?/?|.*/(?:(?:categor(?:y|ies)|(?:hash)?tags?|authors?|users?)(?:/[^/]+){0,2}"
    r"|page/\d+|search(?:/.*)?|(?:user/)?log-?in|sign-?in)/?",
    re.IGNORECASE,
)
_ASKED = re.compile(r"(?:^|&)(?:s|q|query|search|paged?|cat|tag)=", re.IGNORECASE)
_LISTS = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage"})
#: How walls call themselves: asked where the structure alone says article, or the page does not show its title.
_WALL = re.compile(
    r"(?:just a moment|one moment|please wait|before you continue|checking (?:if|your)|verify(?:ing)? "
    r"|are you (?:a )?(?:human|robot)|attention required|access denied|forbidden|security check|log ?in|sign ?in"
    r"|sign ?up|subscribe|cookies?\b|we (?:use|value)|your privacy|privacy settings|account suspended"
    r"|this (?:domain|site|website|account) |under (?:construction|maintenance)).*",
    re.IGNORECASE,
)
#: What Drupal (7: class of the body; 8: of the article) calls the types of nodes that posts are of.
_NODE = re.compile(r"\bnode-(?:-type-|type-)([a-z0-9_-]+)")
_POSTS_NODE = re.compile(
    r"article|blog|news|story|press|post|statement|update|release|announcement|alert|resource|media"
)
_OF_SINGLE_POST = ("singlePostMediaText", "SINGLE_POST")
#: Structure alone is believed with so many letters of prose.
_LEAST = 140
#: A text found by rule alone has as many as one line of prose; names and days have less.
_LINE = 40
_POSTS_OF_A_LIST = 2
#: What dates are called: names of metas, name in JSON-LD.
_PUBLISHED = (("article:published_time", "dcterms.created", "dc.date"), "datePublished")
_MODIFIED = (("article:modified_time", "og:updated_time", "dcterms.modified"), "dateModified")


def matches(page: object) -> bool:
    """Whether *page* is HTML of an article."""
    return isinstance(page, Page) and post_of(page) is not None


def read(page: Page) -> Reading:
    """The post, or what `matches` was not asked about: another page."""
    return post_of(page) or Reading(kind=ReadingKind.OTHER, url=wix_address.own(page), layout=NAME)


@last_answers
def post_of(page: Page) -> Reading | None:
    """The post on *page*; None: its head and its structure name none, or the page does not bear it out."""
    sure = head.says_article(page)
    if not (sure or _has_structure(page)) or _is_of_no_post(page):
        return None
    shown = look(page, tuple(_names(page)), _told(page, _PUBLISHED))
    if shown is None or not _bears_out(page, shown, sure=sure):
        return None
    return _post(page, shown)


def _bears_out(page: Page, shown: ShownArticle, *, sure: bool) -> bool:
    """Whether the page shows the article that its head, or its structure, names; *sure*: the head dates or types it."""
    names = (*_names(page), *_window(page), *shown.headings)
    if shown.asks_password or shown.listed >= _POSTS_OF_A_LIST or any(map(wix_words.MISSING.fullmatch, names)):
        return False
    if shown.guessed and shown.letters < _LINE:
        return False
    if sure and shown.title is not None:
        return True
    if any(map(_WALL.fullmatch, names)):
        return False
    if sure:
        return shown.day is not None
    return shown.title is not None and shown.letters >= _LEAST


def _names(page: Page) -> tuple[str, ...]:
    """What the head calls the page; the window's name is asked where the head says no more."""
    return tuple(head.named(page)) or _window(page)


def _window(page: Page) -> tuple[str, ...]:
    """What the window's name calls the page."""
    if not page.title:
        return ()
    return tuple(head.spellings(page.title, page))


def _address(page: Page) -> str:
    return page.url or page.link("canonical") or page.meta("og:url") or ""


def _is_of_no_post(page: Page) -> bool:
    """Whether address or data say that the page names posts, or stands before them."""
    parts = urlsplit(urls.normalise(_address(page)))
    path = parts.path
    if (segment := urls.site_key(_address(page)).partition("/")[2]) and path.startswith(f"/{segment}"):
        path = path.removeprefix(f"/{segment}")
    if not urls.is_post(_address(page)) and parts.netloc and (_NO_POSTS.fullmatch(path) or _ASKED.search(parts.query)):
        return True
    return any(not _LISTS.isdisjoint(head.kinds(item)) for item in page.json_ld)


def _has_structure(page: Page) -> bool:
    """Whether the page is built as an article of Drupal, or of Wix's blogs before 2020."""
    if any(mark in page.source for mark in _OF_SINGLE_POST):
        return True
    if not any(mark in page.source for mark in ("node-type-", "node--type-")):
        return False
    whole = page.all('article[class*="node--type-"][class*="node--view-mode-full"]')
    told = (_NODE.search(attribute(node, "class")) for node in (*page.all("body"), *(whole if len(whole) == 1 else ())))
    found = next(filter(None, told), None)
    return found is not None and _POSTS_NODE.search(found[1]) is not None


def _told(page: Page, names: tuple[tuple[str, ...], str]) -> tuple[tuple[DateBasis, object], ...]:
    """The dates that the head tells under *names* (of metas, of JSON-LD), the best first; None: it does not."""
    metas, key = names
    return (
        *((DateBasis.META, page.meta(name)) for name in metas),
        (DateBasis.JSON_LD, head.blog_posting(page).get(key)),
    )


def _post(page: Page, shown: ShownArticle) -> Reading:
    published = shown_dates.read(
        "published_at", (*_told(page, _PUBLISHED), (DateBasis.SHOWN, shown.stamp)), shown.day, page
    )
    if published.at is None and (named := urls.day_in(_address(page))):
        published = replace(published, at=named, basis=DateBasis.URL)
    updated = shown_dates.read("updated_at", _told(page, _MODIFIED), None, page)
    if dates.same_moment(updated.at, published.at):
        updated = shown_dates.When()
    cover = page.meta("og:image")
    reading = Reading(
        kind=ReadingKind.POST,
        url=wix_address.own(page),
        layout=NAME,
        title=shown.title or _title(page),
        published_at=published.at,
        published_basis=published.basis,
        published_day=published.day,
        published_day_basis=published.day_basis,
        updated_at=updated.at,
        updated_basis=updated.basis,
        author=_author(page) or shown.author,
        tags=shown.tags,
        excerpt=page.meta("og:description") or page.meta("description"),
        cover_image=original(cover, page.url) if cover else None,
        problems=(*((guessed(),) if shown.guessed else ()), *published.problems, *updated.problems),
    )
    return _with_body(reading, read_plain(shown.body, page.url), page.url)


def _title(page: Page) -> str | None:
    """The title that the head tells, where the page shows none."""
    told = page.meta("og:title")
    return head.text(head.blog_posting(page).get("headline")) or (head.without_site(told, page) if told else None)


def _author(page: Page) -> str | None:
    """Who the head says wrote it; the address of a profile is no name."""
    told = (page.meta("article:author"), head.author_of(page), page.meta("author"))
    return next((one for one in told if one and not one.startswith(("http:", "https:"))), None)


def _with_body(reading: Reading, body: Body, base_url: str | None) -> Reading:
    return replace(
        reading,
        body_text=body.text.strip(),
        body_html=clean(body.html, base_url),
        images=tuple(replace(image, url=original(image.url, base_url) or image.url) for image in body.images),
        videos=body.videos,
        files=body.files,
        links=body.links,
        language=detect(body.text),
    )
