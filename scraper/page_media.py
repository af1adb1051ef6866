"""What a page names beside its text: its pictures as it shows them, its style sheets, the pictures its own styles draw.

Pages of a megabyte are looked at whole, so they are not parsed: their tags are found by one expression. Pure.
"""

import itertools
import operator
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from scraper import urls
from scraper.charset import decode
from scraper.records import Capture
from scraper.style_sheets import pictures_in_style
from scraper.wix_media import picture_name

#: A tag that does not end is passed over with all that it may hold: each sign is looked at once.
_TAG = re.compile(r"<(link|img|amp-img|source|meta|style|base)\b([^>]{0,20000})(>?)", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?:\s|^)(href|rel|src|data-src|data-pin-media|content|style)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))",
    re.IGNORECASE,
)
_COVER = re.compile(r"og:image[\"'\s]", re.IGNORECASE)
#: Attributes of a picture's tag that may hold its address.
_SHOWING = frozenset({"src", "data-src", "data-pin-media", "content"})
#: Signs before a ``url()`` among which the start of its tag is looked for, and such places looked at in one page.
_FAR, _MOST_DRAWN = 5000, 2000


@dataclass(frozen=True, slots=True)
class PageMedia:
    """What one page names."""

    #: Addresses under which it shows pictures and cover, absolute, each once, in order.
    shown: tuple[str, ...] = ()
    #: Addresses of its style sheets, each once.
    sheets: tuple[str, ...] = ()
    #: Addresses of the pictures that its ``style`` elements and attributes draw, each once.
    drawn: tuple[str, ...] = ()

    def shown_as(self, picture: str) -> tuple[str, ...]:
        """The addresses under which the page shows the picture of that name."""
        return tuple(url for url in self.shown if picture_name(url) == picture)


def media_of_page(page: Capture) -> PageMedia:
    """What a page names; nothing where it is none, or a text."""
    if page.body is None or page.media_type == "text/plain":
        return PageMedia()
    return media_of(decode(page.body, page.media_type), page.url)


def media_of(source: str, url: str) -> PageMedia:
    """What the page *source* at *url* names; nothing is raised, whatever it is."""
    tags: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for found in filter(operator.itemgetter(3), _TAG.finditer(source)):
        tags[found[1].lower()].append((found[2], found.end()))
    base = next(filter(None, (urls.normalise(_said(tag).get("href", ""), url) for tag, _ in tags["base"])), url)
    pictures = [tag for name in ("img", "amp-img", "source") for tag, _ in tags[name]]
    covers = [tag for tag, _ in tags["meta"] if _COVER.search(tag)]
    return PageMedia(
        shown=_absolute(_shown([*pictures, *covers]), base),
        sheets=_absolute((said.get("href", "") for said in map(_said, _stylesheets(tags["link"]))), base),
        drawn=tuple(dict.fromkeys(_drawn(source, [end for _, end in tags["style"]], base))),
    )


def _absolute(addresses: Iterator[str], base: str) -> tuple[str, ...]:
    found = (urls.normalise(address.strip(), base) for address in addresses if address.strip())
    return tuple(dict.fromkeys(filter(None, found)))


def _said(tag: str) -> dict[str, str]:
    """The attributes of a tag; of several of one name the first counts, as in browsers."""
    said: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(tag):
        said.setdefault(name.lower(), unescape("".join(values)))
    return said


def _shown(tags: Sequence[str]) -> Iterator[str]:
    for tag in tags:
        yield from (value for name, value in _said(tag).items() if name in _SHOWING)


def _stylesheets(links: Sequence[tuple[str, int]]) -> Iterator[str]:
    for tag, _ in links:
        if "stylesheet" in _said(tag).get("rel", "").lower().split():
            yield tag


def _drawn(source: str, styles: Sequence[int], base: str) -> Iterator[str]:
    """Pictures named in ``style`` elements, which begin behind the places *styles*, and in ``style`` attributes."""
    between: list[Iterator[str]] = []
    at = 0
    for start in styles:
        if start < at:
            continue  # within another, where it is text
        between.append(_drawing_tags(source, at, start))
        at = source.find("</", start)
        yield from pictures_in_style(source[start : at if at >= 0 else None], base)
        if at < 0:
            break
    else:
        between.append(_drawing_tags(source, at, len(source)))
    for tag in itertools.islice(itertools.chain.from_iterable(between), _MOST_DRAWN):
        yield from pictures_in_style(_said(tag).get("style", ""), base)


def _drawing_tags(source: str, start: int, end: int) -> Iterator[str]:
    """Tags between two places of a page that have ``url(`` in an attribute."""
    for name in ("url(", "URL("):
        at = source.find(name, start, end)
        while at >= 0:
            first, last = source.rfind("<", max(start, at - _FAR), at), source.find(">", at, at + _FAR)
            if first >= 0 and source.find(">", first, at) < 0 <= last:
                yield source[first:last]
            at = source.find(name, at + 1, end)
