"""What the network's three older looks share as HTML: structured data first, then what is shown, then a guess.

No HTML of them was seen. The selectors are the ones that Drupal 7 and its date module write by themselves.
"""

import re
from collections.abc import Iterable, Sequence
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
from scraper.page import Page, attribute, texts, words
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
    if root is None:
        return []
    return read_body(root).text.split("\n")


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
    mark = page.maybe(".date-display-single[content]")
    marked = dates.iso_utc(attribute(mark, "content")) if mark is not None else None
    told = (
        _told(page, _PUBLISHED, "datePublished"),
        Dated(marked and marked[:10], DateBasis.SHOWN),
        Dated(_below(heading, lines), DateBasis.SHOWN),
        Dated(urls.dated(page.url or ""), DateBasis.URL),
    )
    return next((date for date in told if date.iso), Dated())


_PUBLISHED = ("article:published_time", "dcterms.created", "dcterms.date", "dc.date", "dc.date.created")


def _told(page: Page, metas: Iterable[str], key: str) -> Dated:
    """The first date that the head tells: under *metas*, else *key* of its JSON-LD."""
    for name in metas:
        if found := dates.iso_utc(page.meta(name) or ""):
            return Dated(found, DateBasis.META)
    if found := dates.iso_utc(str(_json_ld(page).get(key) or "")):
        return Dated(found, DateBasis.JSON_LD)
    return Dated()


def _date_at(lines: Sequence[str], at: int) -> str | None:
    """The date, with its year, that the line *at* is; None: it is something else, or there is none."""
    spelled = shown_date(lines[at]) if at < len(lines) else None
    if spelled is None:
        return None
    return spelled.iso


def _below(heading: str | None, lines: Sequence[str]) -> str | None:
    """The date on the line under *heading*, with its year; None: there stands something else."""
    places = (index for index, line in enumerate(lines) if line == heading)
    return next(filter(None, (_date_at(lines, first(lines, index + 1)) for index in places)), None)


def behind_header(lines: Sequence[str]) -> str | None:
    """The line between the blog's name and a date, which is a post's title; None: the date follows at once, or none."""
    at = next((index for index, line in enumerate(lines) if line.casefold() == BLOG), len(lines))
    while at < len(lines) and lines[at].casefold() == BLOG:
        at = first(lines, at + 1)
    if not _date_at(lines, first(lines, at + 1)):
        return None
    return lines[at]


def updated(page: Page) -> Dated:
    """The last change, as the head tells it."""
    return _told(page, ("article:modified_time", "og:updated_time", "dcterms.modified"), "dateModified")


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
    shown = _date_at(lines, at)
    if shown is not None and (day or "").startswith(shown):
        at = first(lines, at + 1)
    return "\n".join(lines[at:]).strip()


def post(page: Page, layout: str, selectors: Sequence[str] = ()) -> Reading:
    """The post on *page*. Raises Unreadable where it has neither title nor body."""
    above, lines = title(page), shown_lines(page)
    heading = behind_header(lines) if (above or "").casefold() == BLOG else above
    if wix_words.MISSING.fullmatch(heading or ""):
        return no_post(page, layout, ReadingKind.MISSING, "its title is that of an error page")
    found, problems = body(page, selectors)
    if found is None and heading is None:
        raise Unreadable(page.url or "page", "expected a post, found neither a title nor a body")
    reading = _with_dates(_of_head(page, layout, heading), published(page, heading or above, lines), updated(page))
    reading = replace(reading, author=author(page, found.text if found else ""), problems=problems)
    if found is None:
        return reading
    return _with_body(reading, found, page.url)


def _with_dates(reading: Reading, when: Dated, changed: Dated) -> Reading:
    """*reading* with the date of publication, and that of the last change where it is another."""
    reading = replace(reading, published_at=when.iso, published_basis=when.basis)
    if dates.same_moment(when.iso, changed.iso):
        return reading
    return replace(reading, updated_at=changed.iso, updated_basis=changed.basis)


def _of_head(page: Page, layout: str, heading: str | None) -> Reading:
    cover = page.meta("og:image")
    return Reading(
        kind=ReadingKind.POST,
        url=urls.canonical(page.url) if page.url else None,
        layout=layout,
        title=heading,
        tags=texts(page.all('a[rel~="tag"]')),
        excerpt=page.meta("og:description") or page.meta("description"),
        cover_image=safe_url(cover, page.url) if cover else None,
    )


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
