"""Where an answer sends its visitor by itself: by a redirect, or by a refresh in the head of its page. Pure.

A refresh (WHATWG HTML, 4.2.5.3, "Refresh state") does in a browser what a redirect does; who cannot send status 301
writes one. One within ``noscript`` is for others than browsers and says nothing.
"""

import html
import re

from scraper import urls
from scraper.records import Capture

#: So much of a page is looked at: a refresh stands in its head.
_HEAD = 100_000
#: Seconds: a page that sends its visitor away later is there to be read.
_SOON = 30
_META = re.compile(r"<meta\b[^>]{0,1000}>", re.IGNORECASE)
_IS_REFRESH = re.compile(r"""http-equiv\s*=\s*["']?\s*refresh\b""", re.IGNORECASE)
_CONTENT = re.compile(r"""\bcontent\s*=\s*(?:"([^"]{0,900})"|'([^']{0,900})'|([^\s>]{1,900}))""", re.IGNORECASE)
_TARGET = re.compile(r"""\s*(\d{1,4})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?["']?([^"']+)""", re.IGNORECASE)


def leads_to(capture: Capture) -> str | None:
    """The address to which an answer sends its visitor; None: it does not, or only to load it again."""
    return capture.redirected_to or refreshed_to(capture)


def refreshed_to(capture: Capture) -> str | None:
    """The address of a page's refresh; None: it has none, or one that loads the page again."""
    head = capture.payload[:_HEAD].decode("latin-1")
    if "refresh" not in head.lower():
        return None
    targets = (_target(tag[0]) for tag in _META.finditer(head) if not _is_for_others(head, tag.start()))
    written = next(filter(None, targets), None)
    to = urls.normalise(written, base=capture.url) if written else ""
    if to and urls.canonical(to) != urls.canonical(capture.url):
        return to
    return None


def _target(tag: str) -> str | None:
    """Where a ``meta`` leads soon; None: it is no such refresh."""
    content = _CONTENT.search(tag) if _IS_REFRESH.search(tag) else None
    written = content and _TARGET.match(html.unescape(next(filter(None, content.groups()), "")))
    if written and int(written[1]) <= _SOON:
        return written[2].strip()
    return None


def _is_for_others(head: str, at: int) -> bool:
    """Whether what stands *at* is within ``noscript``."""
    return head.rfind("<noscript", 0, at) > head.rfind("</noscript", 0, at)
