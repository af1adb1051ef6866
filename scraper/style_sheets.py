"""Which style sheets a page names, and which pictures a style sheet names. Pure."""

import re
from collections.abc import Iterator
from html import unescape

from scraper import urls

_LINK = re.compile(r"<link\s([^>]{1,5000})>", re.IGNORECASE)
_STYLESHEET = re.compile(r"(?:\s|^)rel\s*=\s*[\"']?stylesheet", re.IGNORECASE)
_HREF = re.compile(r"(?:\s|^)href\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s\"'>]+))", re.IGNORECASE)
_STYLE_URL = re.compile(r"url\(\s*(?:\"([^\"\n]{1,2000})\"|'([^'\n]{1,2000})'|([^)\"'\s]{1,2000}))\s*\)", re.IGNORECASE)
#: What a style sheet names may be a font as well; only the ending says which, before it is fetched.
_PICTURE_ENDING = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg|bmp|ico)$", re.IGNORECASE)


def stylesheets(source: str, url: str) -> Iterator[str]:
    """The style sheets that a page names, each once."""
    seen: set[str] = set()
    for tag in _LINK.finditer(source):
        href = _HREF.search(tag[1]) if _STYLESHEET.search(tag[1]) else None
        address = urls.normalise(unescape(href[1] or href[2] or href[3]).strip(), url) if href else ""
        if address and address not in seen:
            seen.add(address)
            yield address


def pictures_in_style(css: str, url: str) -> Iterator[str]:
    """The pictures that a style sheet names, each once."""
    seen: set[str] = set()
    for hit in _STYLE_URL.finditer(css):
        address = urls.normalise((hit[1] or hit[2] or hit[3]).strip(), url)
        if address and address not in seen and _PICTURE_ENDING.search(address.partition("?")[0]):
            seen.add(address)
            yield address
