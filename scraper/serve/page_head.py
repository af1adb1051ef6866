"""What the head of a post's page says to programs: reference managers, search engines, link previews, crawlers.

Zotero's Embedded Metadata translator takes the type of an item from ``DC.type`` where that is one of its own, the
blog's title from ``og:site_name``, the date from ``DC.date`` or ``article:published_time``; it splits an author at the
last blank unless there is a comma, and at commas and semicolons where names stand on both sides. So no date of a
capture and no address may stand where it looks for these. Where it finds no date it takes the first ``time`` element of
the page, where no author the text of class ``byline``: on pages of posts only the post's own dates are ``time``
elements, and no element has that class (https://github.com/zotero/translators, Embedded Metadata.js, 2024-06-13).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from scraper import cite
from scraper.serve import formatting, texts
from scraper.serve.answer import Ask
from scraper.serve.citing import CITED
from scraper.serve.page_address import absolute

#: Characters of a description.
DESCRIPTION = 160


@dataclass(frozen=True, slots=True)
class PageHead:
    """Filled into the head of a page."""

    canonical: str
    description: str
    #: (name, content) of ``meta`` elements.
    names: tuple[tuple[str, str], ...]
    #: (property, content) of Open Graph.
    properties: tuple[tuple[str, str], ...]
    #: (media type, address) of the same in other formats.
    alternates: tuple[tuple[str, str], ...]
    #: Ready to stand in a ``script`` element.
    json_ld: Markup


def page_head(ask: Ask, work: cite.Work, path: str, place: str | None, text: str | None) -> PageHead:
    """The head of the page at *path*: *work*, its address that stays (*place*), the post's own *text*."""
    item, canonical = cite.record(work), absolute(ask, path)
    title = item.get("title", texts.UNTITLED)
    description = formatting.short(work.abstract or text, DESCRIPTION)
    properties = [
        ("og:type", "article"),
        ("og:title", title),
        ("og:url", canonical),
        ("og:site_name", work.site_name),
        ("og:description", description),
    ]
    if work.published:
        properties.append(("article:published_time", work.published))
    return PageHead(
        canonical=canonical,
        description=description,
        names=tuple(_names(work, item, title)),
        properties=tuple(properties),
        alternates=tuple(_alternates(ask, path)),
        json_ld=_in_script(_json_ld(work, item, canonical, place, description)),
    )


def _names(work: cite.Work, item: cite.Item, title: str) -> Iterator[tuple[str, str]]:
    yield "DC.type", "blogPost"
    yield "DC.title", title
    yield "DC.publisher", work.site_name
    yield "citation_title", title
    for name in cite.names(work.author, work.site_name):
        yield "citation_author", _for_highwire(name)
    if date := work.published or work.updated:
        yield "DC.date", date
    if work.published:
        yield "citation_publication_date", work.published.replace("-", "/")
    if language := item.get("language"):
        yield "DC.language", language
        yield "citation_language", language
    if not work.archive_url:
        # Zotero's RDF.js takes it before og:url, by which an item would name a place that only its reader knows.
        yield "eprints.official_url", work.url
    for word in work.keywords:
        yield "citation_keywords", cite.unparted(word)


def _for_highwire(name: cite.WriterName) -> str:
    """*name* so that Zotero takes it for one: a person with family name first, a body whole, a comma behind it.

    Where there are blanks on both sides of the first comma, it takes them for two names; so a given name then has
    no-break spaces. A comma within a body's name would always part it.
    """
    if not name.given:
        return f"{cite.unparted(name.family)},"
    family, _, given = name.indexed.partition(", ")
    return f"{family}, {given.replace(' ', chr(0xA0)) if ' ' in family else given}"


def _alternates(ask: Ask, path: str) -> Iterator[tuple[str, str]]:
    for name, (_, media_type) in CITED.items():
        yield media_type.partition(";")[0], ask.link(f"{path}/cite.{name}")


def _json_ld(
    work: cite.Work, item: cite.Item, canonical: str, place: str | None, description: str
) -> dict[str, object]:
    """schema.org's BlogPosting, as published there (``isBasedOn``), as archived here (``archivedAt``)."""
    authors = [
        {"@type": "Person" if name.given else "Organization", "name": name.straight}
        for name in cite.names(work.author, work.site_name)
    ]
    fields: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "@id": canonical,
        "url": canonical,
        "mainEntityOfPage": canonical,
        "headline": item.get("title"),
        "description": description,
        "author": authors,
        "datePublished": work.published,
        "dateModified": work.updated,
        "inLanguage": work.language,
        "keywords": list(work.keywords),
        "isBasedOn": work.url,
        "archivedAt": place,
        "isPartOf": {"@type": "Blog", "name": work.site_name},
        "publisher": {"@type": "Organization", "name": work.site_name},
    }
    return {name: value for name, value in fields.items() if value}


def _in_script(value: dict[str, object]) -> Markup:
    """JSON that no HTML parser can take for the end of its element, whatever stands in it."""
    written = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(written)  # noqa: S704 - see above


def signposts(ask: Ask, path: str, place: str | None) -> str:
    """The Link header of a post's page (RFC 8288): signposting.org's relations for a landing page.

    What is to be cited (``cite-as``, RFC 8574) is *place*, the address that stays; None: there is none.
    """
    links = [
        f'<{absolute(ask, path)}>; rel="canonical"',
        *([f'<{place}>; rel="cite-as"'] if place else []),
        '<https://schema.org/BlogPosting>; rel="type"',
        '<https://schema.org/AboutPage>; rel="type"',
        *(
            f'<{absolute(ask, f"{path}/cite.{name}")}>; rel="describedby"; type="{kind.partition(";")[0]}"'
            for name, (_, kind) in CITED.items()
        ),
    ]
    return ", ".join(links)
