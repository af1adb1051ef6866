"""What a page's head says of an article: that it is one, and what it is called. No element of the body is asked."""

import re
from collections.abc import Iterator
from typing import Any

from scraper import urls
from scraper.page import Page
from scraper.vocabulary import NameBasis

#: Kinds of JSON-LD objects that are an article (schema.org).
_ARTICLES = frozenset({"BlogPosting", "NewsArticle", "Article"})
_SEPARATOR = re.compile(r"\s[|–—-]\s")


def says_article(page: Page) -> bool:
    """Whether the head says that the page is an article: only posts' heads bear a date or a BlogPosting."""
    return page.meta("article:published_time") is not None or bool(blog_posting(page))


def blog_posting(page: Page) -> dict[str, Any]:
    """The JSON-LD block of the post; others (Recipe, Organization) may stand beside it. Of several articles it is the
    one at the page's address, or called as the page is; where nothing tells them apart, none is.
    """
    found = [item for item in page.json_ld if not _ARTICLES.isdisjoint(kinds(item))]
    if len(found) < 2:
        return found[0] if found else {}
    return next((item for tells in (_is_here, _is_called_so) for item in found if tells(item, page)), {})


def _is_here(posting: dict[str, Any], page: Page) -> bool:
    """Whether the address of *posting* is the page's."""
    main = posting.get("mainEntityOfPage")
    told = (posting.get("url"), posting.get("@id"), main.get("@id") if isinstance(main, dict) else main)
    own = {urls.canonical(address) for address in (page.url, page.link("canonical")) if address}
    return any(isinstance(address, str) and urls.canonical(address) in own for address in told)


def _is_called_so(posting: dict[str, Any], page: Page) -> bool:
    """Whether *posting* has the title that the head tells others, or the window's."""
    headline = squashed(text(posting.get("headline")) or "")
    titles = (page.meta("og:title"), page.title)
    return bool(headline) and any(squashed(title).startswith(headline) for title in titles if title)


def author_of(page: Page) -> str | None:
    """The names of the authors in the JSON-LD block of the post, joined by "; "; None: it names none. An author may be
    a name, an object, the address of one in the same graph, or a list of these; the address of a profile is no name.
    """
    said = blog_posting(page).get("author")
    people = {item["@id"]: item for item in page.json_ld if isinstance(item.get("@id"), str)}
    names = (_name_of(person, people) for person in (said if isinstance(said, list) else [said]))
    # Names of bodies have "and" and commas in them.
    return "; ".join(dict.fromkeys(filter(None, names))) or None


def _name_of(person: object, people: dict[str, dict[str, Any]]) -> str | None:
    """The name of one author; *people*: the objects of the page by their address."""
    match person:
        case dict():
            return text(person.get("name")) or text(people.get(str(person.get("@id")), {}).get("name"))
        case str() if not person.startswith(("http:", "https:")):
            return text(person)
        case _:
            return None


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
