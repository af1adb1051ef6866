"""How one capture counts for its post: it shows it, says that it is not there, or says nothing of it. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from scraper import urls
from scraper.decide.refreshes import leads_to
from scraper.decide.walls import challenged, known_wall
from scraper.records import Capture, Reading
from scraper.vocabulary import CaptureKind, ReadingKind, TimeBasis

#: (captured_at, source, body_sha256, url, record_sha256): the first three as the design says, the others for ties.
Order = tuple[str, str, str, str, str]


class Meaning(StrEnum):
    """What a capture says of the post at its address."""

    SHOWS = "shows"
    ABSENT = "absent"
    #: A wall stands before the page: it says nothing of the post.
    BLOCKED = "blocked"
    #: The server, or the way to it, was not well: it says nothing of the post.
    WEATHER = "weather"
    NOTHING = "nothing"


class Judgement(StrEnum):
    """Kinds of `decisions`: what was judged of a capture at the time."""

    HELD = "held"
    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    ABSENT = "absent"
    WRONG_TIME = "wrong-time"
    SET_ASIDE = "set-aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One capture of a post's address, and what it says of the post."""

    capture_id: int
    captured_at: str
    order: Order
    meaning: Meaning
    #: The address that it answers for.
    address: str = ""
    #: Why it does not show the post, in a few words; None: it does.
    reason: str | None = None
    #: False when only a file's time dates it.
    known_time: bool = True
    #: The post as read; None: the capture shows no post.
    reading: Reading | None = None
    #: A text dump, which has neither links nor pictures.
    dump: bool = False
    #: The body is not whole.
    truncated: bool = False
    #: It is a redirect.
    redirect: bool = False
    #: A 304: `reading` is that of the capture it confirms.
    confirms: bool = False
    #: Held back: a page that shows the post is not taken in, an absence never makes it gone.
    held: bool = False
    #: The old address of the post, from which this permanent redirect, or what its page calls itself, leads; None: it
    #: leads from none.
    moved_from: str | None = None
    #: Its address never was the post's own, at which the post was seen.
    elsewhere: bool = False
    #: A person took in what was held back: it is believed, though it lost its title or text.
    accepted: bool = False


def order(captured_at: str, source: str, body_sha256: str | None, url: str, record_sha256: str) -> Order:
    """The place of a capture among its post's others."""
    return (captured_at, source, body_sha256 or "", url, record_sha256)


def observe(
    capture: Capture, capture_id: int, place: Order, reading: Reading | None, judged: Collection[str] = ()
) -> Observation:
    """How a capture counts for its post. *reading* is what was read from it, for a 304 from the one it confirms;
    *judged*: kinds of the decisions about it.
    """
    good = _post(capture, reading)
    accepted = Judgement.ACCEPTED in judged
    held = Judgement.HELD in judged and not {Judgement.ACCEPTED, Judgement.ABSENT, Judgement.BLOCKED} & {*judged}
    meaning, reason = _meaning(capture, reading, good, judged)
    if held and meaning is Meaning.SHOWS:
        meaning, reason = Meaning.NOTHING, "held back: `ushrn accept` accepts it"
    return Observation(
        capture_id=capture_id,
        captured_at=capture.captured_at,
        address=urls.canonical(capture.url) or capture.url,
        order=place,
        meaning=meaning,
        reason=reason,
        known_time=capture.captured_at_basis != TimeBasis.FILE_TIME,
        reading=good if meaning is Meaning.SHOWS else None,
        dump=capture.media_type == "text/plain",
        truncated=capture.truncated is not None,
        redirect=is_redirect(capture),
        confirms=capture.not_modified_of is not None or capture.status == 304,
        held=held,
        accepted=accepted,
    )


#: What a page is kept as that was asked for as a list of posts.
_SOUGHT_AS_LIST = frozenset({CaptureKind.LIST, CaptureKind.OTHER})


def _post(capture: Capture, reading: Reading | None) -> Reading | None:
    """*reading*, where it is that of a post and the capture is an answer that can show one."""
    if reading is None or reading.kind != ReadingKind.POST or not _can_show(capture):
        return None
    if reading.title is None and reading.body_text is None:
        return None
    return reading


def _can_show(capture: Capture) -> bool:
    """Whether an answer can show a post."""
    if is_redirect(capture) or not (capture.ok or capture.status == 304):
        return False
    if capture.kind in _SOUGHT_AS_LIST and _is_front(capture.url):
        return False  # whatever a site's front page looks like
    return not _is_part(capture)


#: Which bytes of how many an answer holds (RFC 9110, 14.4).
_RANGE = re.compile(
    rb"^content-range:\s{0,20}bytes\s{1,20}(\d{1,18})-(\d{1,18})/(\d{1,18})", re.IGNORECASE | re.MULTILINE
)


def _is_part(capture: Capture) -> bool:
    """Whether an answer is a part of a page, which is none (RFC 9110, 15.3.7); a range may also be all of it."""
    if capture.status != PARTIAL:
        return False
    said = _RANGE.search(capture.head or b"")
    first, last, length = map(int, said.groups()) if said else (0, 0, 1)
    return capture.truncated is not None or first > 0 or last + 1 < length


def _meaning(
    capture: Capture, reading: Reading | None, good: Reading | None, judged: Collection[str]
) -> tuple[Meaning, str | None]:
    """What a capture says and why, by the decisions about it, then by itself."""
    decided = _decided(capture, reading, judged)
    if decided is not None:
        return decided
    if good is not None and capture.like_capture_id is None:
        return Meaning.SHOWS, None
    wall = challenged(capture) if capture.status in GONE else known_wall(capture)
    if wall is not None:
        return Meaning.BLOCKED, wall
    absent = _absence(capture, reading)
    if absent is None:
        return _unsaid(capture, reading)
    return (Meaning.ABSENT, absent)


def _decided(capture: Capture, reading: Reading | None, judged: Collection[str]) -> tuple[Meaning, str] | None:
    """What a capture says and why, by the decisions about it; None: they leave that to itself."""
    if not {Judgement.SET_ASIDE, Judgement.WRONG_TIME}.isdisjoint(judged):
        return Meaning.NOTHING, "set aside"
    if Judgement.BLOCKED in judged:
        return Meaning.BLOCKED, known_wall(capture) or "a wall: the same page for different addresses"
    if Judgement.ABSENT in judged:
        return Meaning.ABSENT, _absence(capture, reading) or SOFT_404
    return None


def _unsaid(capture: Capture, reading: Reading | None) -> tuple[Meaning, str]:
    """Why a capture says nothing of the post: weather, a redirect, another page."""
    if capture.status is not None and capture.status >= 400:
        return Meaning.WEATHER, f"status {capture.status}"
    if capture.truncated is not None or _is_part(capture):
        return Meaning.WEATHER, f"a page that is not whole ({capture.truncated or 'a part of it'})"
    if is_redirect(capture):
        return Meaning.NOTHING, f"leads to {capture.redirected_to}" if capture.redirected_to else "leads nowhere"
    return Meaning.NOTHING, _poverty(reading)


def is_redirect(capture: Capture) -> bool:
    """Whether the server sends us elsewhere."""
    return capture.redirected_to is not None or (
        capture.status is not None and 300 <= capture.status < 400 and capture.status != 304
    )


#: Statuses that say that nothing is there (RFC 9110, 15.5.5 and 15.5.11).
GONE = frozenset({404, 410})
#: Status of a part of a page.
PARTIAL = 206
SOFT_404 = "soft 404: the same page as at a nonexistent address"


def _absence(capture: Capture, reading: Reading | None) -> str | None:
    """Why the capture says that the post is not there; None: it does not."""
    if capture.status in GONE:
        return str(capture.status)
    if capture.like_capture_id is not None:
        return SOFT_404
    if is_redirect(capture):
        return _led_away(capture)
    if capture.ok and (elsewhere := leads_to(capture)) is not None and urls.is_post(elsewhere):
        return _led_away(replace(capture, redirected_to=elsewhere))
    if _is_error_page(capture, reading):
        return "soft 404: an error page"
    return None


def _is_error_page(capture: Capture, reading: Reading | None) -> bool:
    """Whether a page that came with success, or of which no status is known, reads as one of an error."""
    if reading is None or reading.kind != ReadingKind.MISSING:
        return False
    return capture.status is None or capture.status < 300


#: Pages that a site sends visitors of a deleted post to: its home page and its list of posts.
_FRONT = re.compile(r"(?:/(?:blog|news|home|index\.(?:html?|php))?/?)?", re.IGNORECASE)


def _led_away(capture: Capture) -> str | None:
    """Why a redirect says that the post is not there: it leads to another post, the home page or the list."""
    to = capture.redirected_to
    if to is None or urls.canonical(to) == urls.canonical(capture.url) or not urls.same_site(to, capture.url):
        return None
    if urls.is_post(to):
        return f"leads to {urls.canonical(to)}"
    if not _is_front(to):
        return None
    return f"soft 404: leads to {to}"


def _is_front(url: str) -> bool:
    """Whether *url* is that of a site's home page or of its list of posts."""
    inside = urls.normalise(url).partition("://")[2].partition("?")[0]
    path = inside.removeprefix(inside.partition("/")[0])
    segment = urls.site_key(url).partition("/")[2]
    if segment:
        path = path.removeprefix(f"/{segment}")
    return _FRONT.fullmatch(path) is not None


def _poverty(reading: Reading | None) -> str:
    """Why there is no post to read, in a few words."""
    if reading is None:
        return "nothing could be read"
    if reading.kind == ReadingKind.POST:
        return "neither title nor text"
    return f"a page of kind {str(reading.kind)!r}, not a post"


def instant(text: str) -> datetime:
    """An ISO 8601 time, day, month or year as an aware instant, the earliest it can mean; without a zone it is UTC."""
    text = text.strip()
    if re.fullmatch(r"\d{4}(?:-\d{2})?", text):
        text += "-01-01"[len(text) - 4 :]
    found = datetime.fromisoformat(text)
    if found.tzinfo:
        return found
    return found.replace(tzinfo=UTC)
