"""How one capture counts for its post: it shows it, says that it is not there, or says nothing. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from scraper import urls
from scraper.records import Capture, Reading

#: (captured_at, source, body_sha256, url, record_sha256): the first three as the design says, the others for ties.
Order = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One capture of a post's address, and what was read from it."""

    capture_id: int
    captured_at: str
    order: Order
    #: False when only a file's time dates it.
    known_time: bool = True
    #: The post as read; None: the capture shows no post.
    reading: Reading | None = None
    #: A text dump, which has neither links nor pictures.
    dump: bool = False
    #: The body is not whole.
    truncated: bool = False
    #: Why it says that the post is not there; None: it does not say so.
    missing: str | None = None
    #: It is a redirect, which by itself says nothing of the post; `missing` tells those that do.
    redirect: bool = False
    #: Why there is no post to read; for a problem's message.
    poor: str | None = None
    #: The server answered with a page (2xx), or it is a saved page.
    answered: bool = True
    #: A 304: `reading` is that of the capture it confirms.
    confirms: bool = False


def order(captured_at: str, source: str, body_sha256: str | None, url: str, record_sha256: str) -> Order:
    """The place of a capture among its post's others."""
    return (captured_at, source, body_sha256 or "", url, record_sha256)


def observe(capture: Capture, capture_id: int, place: Order, reading: Reading | None) -> Observation:
    """How a capture counts for its post. *reading* is what was read from it, for a 304 from the one it confirms."""
    missing, poor, redirect = _absence(capture, reading), None, _is_redirect(capture)
    confirms = capture.not_modified_of is not None or capture.status == 304
    answered = capture.status is None or 200 <= capture.status < 300
    good = reading if reading is not None and reading.kind == "post" and (answered or confirms) else None
    if missing or redirect:
        good = None
    elif good is None:
        poor = _poverty(capture, reading)
    elif good.title is None and good.body_text is None:
        good, poor = None, "neither title nor text"
    return Observation(
        capture_id=capture_id,
        captured_at=capture.captured_at,
        order=place,
        known_time=capture.captured_at_basis != "file-time",
        reading=good,
        dump=capture.media_type == "text/plain",
        truncated=capture.truncated is not None,
        missing=missing,
        redirect=redirect,
        poor=poor,
        answered=answered,
        confirms=confirms,
    )


def _is_redirect(capture: Capture) -> bool:
    return capture.redirected_to is not None or (
        capture.status is not None and 300 <= capture.status < 400 and capture.status != 304
    )


def _absence(capture: Capture, reading: Reading | None) -> str | None:
    """Why the capture says that the post is not there; None: it does not."""
    if capture.status in {404, 410}:
        return str(capture.status)
    if capture.like_capture_id is not None:
        return "soft 404: the page of an address that never was"
    if _is_redirect(capture):
        return _led_away(capture)
    if reading is not None and reading.kind == "missing" and (capture.status is None or capture.status < 300):
        return "soft 404: an error page"
    return None


#: Pages that a site sends visitors of a deleted post to: its home page and its list of posts.
_FRONT = re.compile(r"(?:/(?:blog|news|home|index\.(?:html?|php))?/?)?", re.IGNORECASE)


def _led_away(capture: Capture) -> str | None:
    """Why a redirect says that the post is not there: it leads to another post, the home page or the list."""
    to = capture.redirected_to
    if to is None or urls.canonical(to) == urls.canonical(capture.url) or not urls.same_site(to, capture.url):
        return None
    if urls.is_post(to):
        return f"moved to {urls.canonical(to)}"
    inside = urls.normalise(to).partition("://")[2].partition("?")[0]
    path = inside.removeprefix(inside.partition("/")[0])
    segment = urls.site_key(to).partition("/")[2]
    if segment:
        path = path.removeprefix(f"/{segment}")
    return f"soft 404: leads to {to}" if _FRONT.fullmatch(path) else None


def _poverty(capture: Capture, reading: Reading | None) -> str:
    """Why there is no post to read, in a few words."""
    if capture.status is not None and not 200 <= capture.status < 300 and capture.status != 304:
        return f"status {capture.status}"
    return "nothing could be read" if reading is None else f"a page of kind {reading.kind!r}, not a post"


def instant(text: str) -> datetime:
    """An ISO 8601 time, day, month or year as an aware instant, the earliest it can mean; without a zone it is UTC."""
    text = text.strip()
    if re.fullmatch(r"\d{4}(?:-\d{2})?", text):
        text += "-01-01"[len(text) - 4 :]
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
