"""A capture → what it says: decode, choose a layout, read, check. Pure: no network, clock, database, environment."""

import re
from dataclasses import replace

from scraper import urls
from scraper.charset import decode
from scraper.errors import Unreadable
from scraper.layouts import LAYOUTS
from scraper.page import Page, TextPage
from scraper.records import Capture, Problem, Reading

#: Version of the rules: raised with every change that makes a stored capture say something else.
READER = 1

_GONE = (404, 410)
#: First bytes of what is no page, whatever its name says.
_SIGNATURES = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "a ZIP archive or office document"), (b"\x1f\x8b", "gzip-compressed data"),
    (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"GIF8", "a GIF picture"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"), (b"SQLite format 3\0", "an SQLite database"),
)  # fmt: skip


def extract(capture: Capture) -> Reading:
    """What *capture* says. Never raises for any bytes: what cannot be read is of kind ``error``, with a Problem."""
    body = capture.body or b""
    if capture.status in _GONE:
        return _not_a_post(capture, "missing", f"the server answered {capture.status}")
    if not body.strip(b"\0 \t\r\n"):
        return _not_a_post(
            capture,
            "error",
            "expected a page, found an empty file" if not body else "expected a page, found only blanks",
        )
    found = _foreign(body)
    if found:
        return _not_a_post(capture, "error", f"expected an HTML page or a text dump, found {found}")
    page = _page(capture, body)
    try:
        for layout in LAYOUTS:
            if layout.matches(page):
                return layout.read(page)
    except Unreadable as problem:
        return _not_a_post(capture, "error", problem.reason)
    return _not_a_post(capture, "other", "expected a post, found a page of no layout known")


def _page(capture: Capture, body: bytes) -> Page | TextPage:
    """The page to be read: a dump where the capture is plain text. A file's time dates no dump."""
    text = decode(body, capture.media_type)
    if capture.media_type == "text/plain" and capture.kind in ("post", "other"):
        known = None if capture.captured_at_basis == "file-time" else capture.captured_at
        return TextPage(text, url=capture.url, captured_at=known)
    return Page.from_html(text, url=capture.url, media_type=capture.media_type, captured_at=capture.captured_at)


def _foreign(body: bytes) -> str | None:
    """What *body* is, when it is no text at all; None: it may be text."""
    for signature, name in _SIGNATURES:
        if body.startswith(signature):
            return name
    return None


def _not_a_post(capture: Capture, kind: str, message: str) -> Reading:
    level = "error" if kind == "error" else "note"
    return Reading(
        kind=kind,
        url=urls.canonical(capture.url) or None,
        problems=(Problem(stage="extract", kind="no-post", level=level, message=message, url=capture.url),),
    )
