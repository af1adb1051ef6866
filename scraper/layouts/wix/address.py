"""Addresses in Wix pages, live ones and those that a site copier rewrote to fit a folder of files."""

import re
from urllib.parse import urlsplit

from scraper import urls
from scraper.page import Page
from scraper.sanitise import safe_url

_RELATIVE = re.compile(r"(?![a-zA-Z][a-zA-Z0-9+.-]*:|//|#|\?)")
_UP = re.compile(r"(?:\.\./)+")
_HOST_FOLDER = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/", re.IGNORECASE)
#: Wix's own addresses never end so: a copier made a file of a page.
_FILE = re.compile(r"(?:(?:^|(?<=/))index)?\.html?(?=$|[?#])")
#: What wget writes for the question mark of a translation's address: "@" or its code.
_LANGUAGE = re.compile(r"(?:@|%3F)(?=lang=[a-z]{2}(?:-[A-Za-z]{2,4})?$)", re.IGNORECASE)


def address(href: str, base_url: str | None) -> str | None:
    """The absolute address that *href* means on the live site; None: it names nothing (``#``, ``javascript:``), or is
    relative and *base_url* is not known.

    Copiers write ``../post/a.html`` for ``/post/a``, ``index.html`` for ``/``, and ``../../other.host/b`` for a page of
    another host, whose folder lies beside that of the site.
    """
    href = href.strip()
    if not href or href.startswith("#"):
        return None
    if not _RELATIVE.match(href):
        return safe_url(href, base_url)
    up = _UP.match(href)
    if up and base_url and up[0].count("../") > _folders(base_url) and _HOST_FOLDER.match(href, up.end()):
        return safe_url("https://" + href[up.end() :])
    return safe_url(_LANGUAGE.sub("?", _FILE.sub("", href)) or "./", base_url)


def own(page: Page) -> str | None:
    """The address a post is known by: its canonical link if that names a post of the same site, else the capture's."""
    href = page.link("canonical")
    named = address(href, page.url) if href else None
    if named and page.url and urls.same_site(named, page.url) and urls.is_post(named):
        return urls.canonical(named)
    if not page.url:
        return None
    return urls.canonical(page.url)


def _folders(url: str) -> int:
    """How many folders up from *url* the root of its site lies."""
    return max(0, urlsplit(url).path.count("/") - 1)
