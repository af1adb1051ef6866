"""What the network's three older looks share as HTML: structured data first, then what is shown, then a guess.

No HTML of them was seen. The selectors are the ones that Drupal 7 and its date module write by themselves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from scraper import dates, urls
from scraper.errors import Unreadable
from scraper.language import detect
from scraper.layouts.body import Body, read_body
from scraper.layouts.dumps import wix_words
from scraper.layouts.dumps.lines import first, shown_date
from scraper.layouts.plain import guessed, main_content, read_plain
from scraper.layouts.ushrn.dump_lines import author_in
from scraper.page import Page, words
from scraper.records import Problem, Reading
from scraper.sanitise import clean, safe_url
from scraper.vocabulary import DateBasis, Level, ReadingKind, Stage

#: Names that themes write behind a title.
_SITE_NAMES = re.compile(
    r"\s*[|–—-]\s*(?:US|U\.S\.) Human Rights Network(?: Blog)?\s*$|\s*\|\s*USHRN\s*$", re.IGNORECASE
)
#: What stands above the title of each post of 2017 to 2021, and is none.
BLOG = "us human rights network blog"
_ARTICLES = ("BlogPosting", "Article", "NewsArticle", "PressRelease", "WebPage")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and what it rests on."""

    iso: str | None = None
    basis: DateBasis | None = None


def shown_lines(page: Page) -> list[str]:
    """The lines that the page shows, menus and all."""
    root = page.maybe("body")
    return read_body(root).text.split("\n") if root is not None else []


def title(page: Page) -> str | None:
    """The post's title: structured data, the one h1, the window's name without the site's."""
    article = _json_ld(page)
    headings = [text for node in page.all("h1") if (text := words(node))]
    told = [page.meta("og:title"), article.get("headline"), headings[0] if len(headings) == 1 else None, page.title]
    for text in told:
        if isinstance(text, str) and (plain := _SITE_NAMES.sub("", " ".join(text.split()))):
            return plain
    return None


def _json_ld(page: Page) -> dict[str, Any]:
    return next((item for item in page.json_ld if item.get("@type") in _ARTICLES), {})


def published(page: Page, heading: str | None, lines: Sequence[str]) -> Dated:
    """The date of publication: meta, JSON-LD, Drupal's own mark, a date right under the title, the address."""
    for name in ("article:published_time", "dcterms.created", "dcterms.date", "dc.date", "dc.date.created"):
        if found := dates.iso_utc(page.meta(name) or ""):
            return Dated(found, DateBasis.META)
    if found := dates.iso_utc(str(_json_ld(page).get("datePublished") or "")):
        return Dated(found, DateBasis.JSON_LD)
    mark = page.maybe(".date-display-single[content]")
    if mark is not None and (found := dates.iso_utc(mark.attributes.get("content") or "")):
        return Dated(found[:10], DateBasis.SHOWN)
    if below := _below(heading, lines):
        return Dated(below, DateBasis.SHOWN)
    if page.url and (found := urls.dated(page.url)):
        return Dated(found, DateBasis.URL)
    return Dated()


def _below(heading: str | None, lines: Sequence[str]) -> str | None:
    """The date on the line under *heading*, with its year; None: there stands something else."""
    for index, line in enumerate(lines):
        if heading is not None and line == heading:
            below = first(lines, index + 1)
            spelled = shown_date(lines[below]) if below < len(lines) else None
            if spelled and spelled.iso:
                return spelled.iso
    return None


def behind_header(lines: Sequence[str]) -> str | None:
    """The line between the blog's name and a date, which is a post's title; None: the date follows at once, or none."""
    at = next((index for index, line in enumerate(lines) if line.casefold() == BLOG), len(lines))
    while at < len(lines) and lines[at].casefold() == BLOG:
        at = first(lines, at + 1)
    below = first(lines, at + 1)
    spelled = shown_date(lines[below]) if below < len(lines) else None
    return lines[at] if spelled is not None and spelled.iso is not None else None


def updated(page: Page) -> Dated:
    """The last change, as the head tells it."""
    for name in ("article:modified_time", "og:updated_time", "dcterms.modified"):
        if found := dates.iso_utc(page.meta(name) or ""):
            return Dated(found, DateBasis.META)
    if found := dates.iso_utc(str(_json_ld(page).get("dateModified") or "")):
        return Dated(found, DateBasis.JSON_LD)
    return Dated()


def author(page: Page, text: str) -> str | None:
    """Who wrote it: structured data, else a by-line at the top of the body."""
    told = _json_ld(page).get("author")
    name = told.get("name") if isinstance(told, dict) else told
    return (name if isinstance(name, str) and name else None) or page.meta("article:author") or author_in(text)


def body(page: Page, selectors: Sequence[str]) -> tuple[Body | None, tuple[Problem, ...]]:
    """The body below the first of *selectors* that holds text, else a guess, with the note that says so."""
    for css in selectors:
        node = page.maybe(css)
        if node is not None and (found := read_plain(node, page.url)).text.strip():
            return found, ()
    content = main_content(page)
    return content, (guessed(),) if content is not None else ()


def without_top(text: str, heading: str | None, day: str | None) -> str:
    """*text* without the title and the date of the page where a guess took them along, at its start."""
    lines = text.split("\n")
    at = first(lines)
    if at < len(lines) and heading is not None and lines[at] == heading:
        at = first(lines, at + 1)
    spelled = shown_date(lines[at]) if at < len(lines) else None
    if spelled is not None and spelled.iso is not None and (day or "").startswith(spelled.iso):
        at = first(lines, at + 1)
    return "\n".join(lines[at:]).strip()


def post(page: Page, layout: str, selectors: Sequence[str] = ()) -> Reading:
    """The post on *page*. Raises Unreadable where it has neither title nor body."""
    above, lines = title(page), shown_lines(page)
    heading = behind_header(lines) if above is not None and above.casefold() == BLOG else above
    if heading is not None and wix_words.MISSING.fullmatch(heading):
        return no_post(page, layout, ReadingKind.MISSING, "its title is that of an error page")
    when, changed = published(page, heading or above, lines), updated(page)
    found, problems = body(page, selectors)
    if found is None and heading is None:
        raise Unreadable(page.url or "page", "expected a post, found neither a title nor a body")
    if dates.same_moment(when.iso, changed.iso):
        changed = Dated()
    reading = Reading(
        kind=ReadingKind.POST,
        url=urls.canonical(page.url) if page.url else None,
        layout=layout,
        title=heading,
        published_at=when.iso,
        published_basis=when.basis,
        updated_at=changed.iso,
        updated_basis=changed.basis,
        author=author(page, found.text if found else ""),
        tags=tuple(dict.fromkeys(text for node in page.all('a[rel~="tag"]') if (text := words(node)))),
        excerpt=page.meta("og:description") or page.meta("description"),
        cover_image=safe_url(cover, page.url) if (cover := page.meta("og:image")) else None,
        problems=problems,
    )
    return _with_body(reading, found, page.url) if found is not None else reading


def _with_body(reading: Reading, found: Body, base_url: str | None) -> Reading:
    text = without_top(found.text, reading.title, reading.published_at)
    return replace(
        reading,
        body_text=text,
        body_html=clean(found.html, base_url),
        images=found.images,
        videos=found.videos,
        files=found.files,
        links=found.links,
        language=detect(text),
    )


def no_post(page: Page, layout: str, kind: ReadingKind, reason: str) -> Reading:
    """A page that is no post, and why."""
    problem = Problem(stage=Stage.EXTRACT, kind="no-post", level=Level.NOTE, message=f"expected a post; {reason}")
    return Reading(kind=kind, url=urls.canonical(page.url) if page.url else None, layout=layout, problems=(problem,))
