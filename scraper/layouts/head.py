"""What a page's head says of an article: that it is one, and what it is called. No element of the body is asked."""

import re
from collections.abc import Iterator
from typing import Any

from scraper.page import Page
from scraper.vocabulary import NameBasis

#: Kinds of JSON-LD objects that are an article (schema.org).
_ARTICLES = frozenset({"BlogPosting", "NewsArticle", "Article"})
_SEPARATOR = re.compile(r"\s[|–—-]\s")


def says_article(page: Page) -> bool:
    """Whether the head says that the page is an article: only posts' heads bear a date or a BlogPosting."""
    return page.meta("article:published_time") is not None or bool(blog_posting(page))


def blog_posting(page: Page) -> dict[str, Any]:
    """The JSON-LD block of the post; others (Recipe, Organization) may stand beside it."""
    return next((item for item in page.json_ld if not _ARTICLES.isdisjoint(kinds(item))), {})


def kinds(item: dict[str, Any]) -> tuple[str, ...]:
    """What a JSON-LD object says it is."""
    said = item.get("@type")
    return tuple(map(str, said if isinstance(said, list) else (said,)))


def named(page: Page) -> Iterator[str]:
    """What the head calls the post, with the site's name behind it and without."""
    for name in (text(blog_posting(page).get("headline")), page.meta("og:title")):
        if name:
            yield from spellings(name, page)


def spellings(name: str, page: Page) -> tuple[str, ...]:
    """*name* as it is, without the site's name, and up to the first sign that may stand before one."""
    return (name, without_site(name, page), _SEPARATOR.split(name)[0])


def without_site(title: str, page: Page) -> str:
    """*title* without the name of the site that an owner's template puts behind it ("Ponds | The Pond Society")."""
    site, _ = site_name(page)
    found = re.fullmatch(rf"(.+?)\s+[|–—-]\s+{re.escape(site)}", title, re.DOTALL) if site else None
    return found[1] if found else title


def site_name(page: Page) -> tuple[str | None, NameBasis | None]:
    """What the page calls its site, and where it says so; (None, None) where it does not."""
    if said := text(page.meta("og:site_name")):
        return said, NameBasis.META
    posting = blog_posting(page)
    for relation in ("isPartOf", "publisher"):
        thing = posting.get(relation)
        if isinstance(thing, dict) and (said := text(thing.get("name"))):
            return said, NameBasis.JSON_LD
    return None, None


def squashed(name: str) -> str:
    """*name* for comparison: without spaces and case."""
    return "".join(name.split()).casefold()


def text(value: object) -> str | None:
    """*value* when it is a text that says something."""
    if not isinstance(value, str):
        return None
    return value.strip() or None
