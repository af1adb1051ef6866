"""A capture → what it says: decode, choose a layout, read, check. Pure: no network, clock, database, environment."""

from dataclasses import replace
from typing import Any

from scraper import dates, magic, urls
from scraper.charset import decode, is_wide
from scraper.errors import Unreadable
from scraper.layouts import LAYOUTS, site_name
from scraper.page import Page, TextPage
from scraper.records import Capture, Problem, Reading
from scraper.vocabulary import CaptureKind, DayBasis, Level, ReadingKind, Stage, TimeBasis

#: Version of the rules: raised with every change that makes a stored capture say something else.
READER = 8

#: So long is a date that is a day and no instant.
_DAY = len("2021-03-18")
_GONE = (404, 410)
_REDIRECTS, _REFUSALS = range(300, 400), range(400, 600)
_BLANK = b"\0 \t\r\n\f\xef\xbb\xbf"
#: Of the first bytes of a text at most one in ten is a control character; in UTF-16 every other one may be.
_SAMPLE = 4096
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


def extract(capture: Capture) -> Reading:
    """What *capture* says. Never raises for any bytes: what cannot be read is of kind ``error``, with a Problem."""
    body = capture.body or b""
    if (answered := _answer(capture)) is not None:
        return answered
    if not body[:_SAMPLE].strip(_BLANK) and not body.strip(_BLANK):
        found = "only blanks" if body else "an empty file"
        return _not_a_post(capture, ReadingKind.ERROR, f"expected a page, found {found}")
    if (foreign := _foreign(body)) is not None:
        return _not_a_post(capture, ReadingKind.ERROR, f"expected an HTML page or a text dump, found {foreign}")
    page = _page(capture, body)
    try:
        for layout in LAYOUTS:
            if layout.matches(page):
                return _checked(_with_site(layout.read(page), page), page)
    except Unreadable as problem:
        return _not_a_post(capture, ReadingKind.ERROR, problem.reason)
    return _not_a_post(capture, ReadingKind.OTHER, f"expected a post, found {_look(page)}")


def _with_site(reading: Reading, page: Page | TextPage) -> Reading:
    """*reading* of a post with the name that the page's head gives its site; a head says more than a heading does."""
    if reading.kind != ReadingKind.POST or not isinstance(page, Page):
        return reading
    name, basis = site_name(page)
    if name:
        return replace(reading, blog_name=" ".join(name.split()), blog_name_basis=basis)
    return reading


def _checked(reading: Reading, page: Page | TextPage) -> Reading:
    """*reading* without dates that no post can bear; what a dump's lines leave open is said of its title."""
    for name in ("published", "updated"):
        reading = _dated(reading, name, page.captured_at)
    is_open = reading.kind == ReadingKind.POST and isinstance(page, TextPage) and reading.title is None
    if is_open and all(problem.field != "title" for problem in reading.problems):
        return replace(reading, problems=(*reading.problems, _untitled(page.url)))
    return reading


def _dated(reading: Reading, name: str, captured_at: str | None) -> Reading:
    """*reading* without its date *name* where no post can bear it; one that is a day is the day that was shown."""
    at: str | None = getattr(reading, f"{name}_at")
    if at is None:
        return reading
    if not dates.is_possible(at, captured_at):
        nothing: dict[str, Any] = dict.fromkeys(f"{name}_{part}" for part in ("at", "basis", "day", "day_basis"))
        return replace(reading, **nothing, problems=(*reading.problems, _impossible(f"{name}_at", at)))
    if len(at) != _DAY:
        return reading
    shown: dict[str, Any] = {f"{name}_day": at, f"{name}_day_basis": DayBasis.SHOWN}
    return replace(reading, **shown)


def _untitled(url: str | None) -> Problem:
    message = "expected a line that is the title, found none that is surely one"
    return Problem(stage=Stage.EXTRACT, kind="title-open", field="title", level=Level.NOTE, message=message, url=url)


def _impossible(field: str, at: str) -> Problem:
    message = f"expected the date of a post, found {at!r}"
    return Problem(stage=Stage.EXTRACT, kind="impossible-date", field=field, message=message)


def _answer(capture: Capture) -> Reading | None:
    """What the status alone says: gone, refused, sent elsewhere; None: a page was served, or it is not known."""
    if capture.status in _GONE:
        return _not_a_post(capture, ReadingKind.MISSING, f"expected a page, the server answered {capture.status}")
    if capture.status in _REFUSALS:
        return _not_a_post(capture, ReadingKind.ERROR, f"expected a page, the server answered {capture.status}")
    if capture.status in _REDIRECTS:
        return _not_a_post(capture, ReadingKind.OTHER, f"expected a page, the server answered {capture.status}")
    return None


def _look(page: Page | TextPage) -> str:
    """What a page that no layout knows looks like, in a few words."""
    start = page.source[:2000].lstrip().lower()
    if start.startswith(("{", "[")):
        return "JSON"
    if start.startswith("<?xml") or "<rss" in start or "<urlset" in start:
        return "XML, not HTML: a feed or a sitemap"
    return "a page of no known layout" if "<" in page.source else "text without any tag"


def _page(capture: Capture, body: bytes) -> Page | TextPage:
    """The page to be read: a dump where the capture is plain text that no server sent, for a server that answers so
    shows no post. A file's time dates neither.
    """
    text = decode(body, capture.media_type)
    known = None if capture.captured_at_basis == TimeBasis.FILE_TIME else capture.captured_at
    if _is_dump(capture):
        return TextPage(text, url=capture.url, captured_at=known)
    return Page.from_html(text, url=capture.url, media_type=capture.media_type, captured_at=known)


def _is_dump(capture: Capture) -> bool:
    """Whether a capture is a post that somebody kept as text."""
    kinds = (CaptureKind.POST, CaptureKind.OTHER)
    return capture.media_type == "text/plain" and not capture.head and capture.kind in kinds


def _foreign(body: bytes) -> str | None:
    """What *body* is, when it is no text at all; None: it may be text."""
    if known := magic.signature(body):
        return known.name
    if is_wide(body):
        return None
    start = body[:_SAMPLE]
    controls = len(start) - len(start.translate(None, _CONTROLS))
    if controls * 10 <= len(start):
        return None
    return "binary data"


def _not_a_post(capture: Capture, kind: ReadingKind, message: str) -> Reading:
    level = Level.ERROR if kind == ReadingKind.ERROR else Level.NOTE
    return Reading(
        kind=kind,
        url=urls.canonical(capture.url) or None,
        problems=(Problem(stage=Stage.EXTRACT, kind="no-post", level=level, message=message, url=capture.url),),
    )
