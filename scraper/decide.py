"""What each capture means for its post, and what to fetch now. Pure: what was known goes in, what to write comes out.

A post is the fold of `step` over its captures in the order of `Sighting.order`. Nothing but the captures matters,
so any order of arrival gives the same post.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from scraper import digests, urls
from scraper.records import Capture, Reading, Target

#: A post is gone when it was missing on captures at least this far apart, with none in between that had it.
GONE_AFTER = timedelta(days=14)

#: (captured_at, source, body_sha256, url, record_sha256): the first three as the design says, the others for ties.
Order = tuple[str, str, str, str, str]

GOOD = frozenset({"new", "changed", "same", "returned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
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
    #: Where it led; None: nowhere, or only to another spelling of the same address.
    redirect: bool = False
    #: Why there is no post to read; for a problem's message.
    poor: str | None = None
    #: The server answered with a page (2xx), or it is a saved page.
    answered: bool = True
    #: A 304: `reading` is that of the capture it confirms.
    confirms: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A post as known after some captures; the empty state is that of an address never seen as a post."""

    #: What `posts` shows, lost dates and author kept; None: nothing yet.
    shown: Reading | None = None
    #: The capture it was read from.
    capture_id: int | None = None
    content_sha256: str | None = None
    #: When that capture was made, whether by a known time, from a dump, from a whole body.
    shown_at: str = ""
    shown_known: bool = False
    shown_dump: bool = False
    shown_whole: bool = False
    first_seen_at: str = ""
    last_seen_at: str = ""
    #: Whether `last_seen_at` is a known time.
    last_seen_known: bool = False
    #: First capture of the unbroken run on which it is missing, its time and why.
    missing_since: str | None = None
    missing_capture_id: int | None = None
    missing_reason: str | None = None
    gone_at: str | None = None
    gone_reason: str | None = None
    revision_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a post: ``added``, ``changed``, ``gone`` or ``returned``."""

    kind: str
    at: str
    capture_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What one step writes."""

    #: ``new``, ``changed``, ``same``, ``older``, ``worse``, ``missing``, ``gone``, ``returned`` or ``redirect``.
    verdict: str
    #: Why it is worse or missing.
    reason: str | None = None
    #: `posts` now shows the state's reading, from this capture.
    shows: bool = False
    #: The state's reading is a new revision.
    revises: bool = False
    events: tuple[Event, ...] = ()


def order(captured_at: str, source: str, body_sha256: str | None, url: str, record_sha256: str) -> Order:
    """The place of a capture among its post's others."""
    return (captured_at, source, body_sha256 or "", url, record_sha256)


def sight(capture: Capture, capture_id: int, place: Order, reading: Reading | None) -> Sighting:
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
    return Sighting(
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


def step(state: State, seen: Sighting) -> tuple[State, Effects]:
    """The post after one more capture, later than all others, and what to write."""
    if seen.redirect and not seen.missing:
        return state, Effects(verdict="redirect")
    if seen.missing:
        return _missing(state, seen)
    if seen.reading is None:
        return _worse(state, seen, seen.poor or "not a post")
    lost = _lost(state.shown, seen.reading)
    if lost:
        return _worse(state, seen, lost)
    return _good(state, seen, seen.reading)


def fold(sightings: Iterable[Sighting]) -> tuple[State, list[tuple[Sighting, State, Effects]]]:
    """The post after all of its captures, and each of them with the state after it and what to write."""
    state, steps = State(), []
    for seen in sorted(sightings, key=lambda seen: seen.order):
        state, effects = step(state, seen)
        steps.append((seen, state, effects))
    return state, steps


def _lost(shown: Reading | None, reading: Reading) -> str | None:
    """What the post has lost, so that the reading must not replace the one shown."""
    if shown is None:
        return None
    lost = [name for name in ("title", "body_text") if getattr(shown, name) and not getattr(reading, name)]
    return f"no {' and no '.join(lost)} any more" if lost else None


def _worse(state: State, seen: Sighting, reason: str) -> tuple[State, Effects]:
    # A page that answers at all, be it a login, breaks the run of missing ones; a 503 says nothing either way.
    if seen.answered and seen.known_time and state.missing_since and not state.gone_at:
        state = replace(state, missing_since=None, missing_capture_id=None, missing_reason=None)
    return state, Effects(verdict="worse", reason=reason)


def _missing(state: State, seen: Sighting) -> tuple[State, Effects]:
    quiet = Effects(verdict="missing", reason=seen.missing)
    if state.shown is None or not seen.known_time or state.gone_at:
        return state, quiet
    if state.missing_since is None or state.missing_capture_id is None:
        return replace(
            state,
            missing_since=seen.captured_at,
            missing_capture_id=seen.capture_id,
            missing_reason=seen.missing,
        ), quiet
    if instant(seen.captured_at) - instant(state.missing_since) < GONE_AFTER:
        return state, quiet
    event = Event(kind="gone", at=state.missing_since, capture_id=state.missing_capture_id)
    state = replace(state, gone_at=state.missing_since, gone_reason=state.missing_reason)
    return state, Effects(verdict="gone", reason=seen.missing, events=(event,))


def _good(state: State, seen: Sighting, reading: Reading) -> tuple[State, Effects]:
    reading = _kept(reading, state.shown)
    content = digests.of_reading(reading)
    returned = state.gone_at is not None and seen.known_time
    after = _noticed(state, seen)
    events = [Event(kind="returned", at=seen.captured_at, capture_id=seen.capture_id)] if returned else []
    if state.shown is not None and not _replaces(state, seen, reading, content):
        alike = content == state.content_sha256 or _words(reading) == _words(state.shown)
        verdict = "returned" if returned else "same" if alike else "older"
        return after, Effects(verdict=verdict, reason=_whynot(state, seen), events=tuple(events))
    first, revises = state.shown is None, content != state.content_sha256
    # A page read after a dump of the same words is a fuller copy, not a change of the post.
    edited = revises and not (state.shown_dump != seen.dump and state.shown and _words(reading) == _words(state.shown))
    if first or edited:
        kind = "added" if first else "changed"
        events.append(Event(kind=kind, at=seen.captured_at, capture_id=seen.capture_id))
    verdict = "returned" if returned else "new" if first else "changed" if edited else "same"
    after = _showing(after, seen, reading, content)
    if revises:
        after = replace(after, revision_count=after.revision_count + 1)
    return after, Effects(verdict=verdict, shows=first or not seen.confirms, revises=revises, events=tuple(events))


def _showing(state: State, seen: Sighting, reading: Reading, content: str) -> State:
    """*state*, showing *reading*; a 304 has no page of its own, so it leaves the capture that it confirms."""
    if seen.confirms and state.shown is not None:
        return state
    return replace(
        state,
        shown=reading,
        capture_id=seen.capture_id,
        content_sha256=content,
        shown_at=seen.captured_at,
        shown_known=seen.known_time,
        shown_dump=seen.dump,
        shown_whole=not seen.truncated,
    )


def _noticed(state: State, seen: Sighting) -> State:
    """*state* with the post seen once more: first and last time, no longer missing or gone."""
    state = replace(state, first_seen_at=state.first_seen_at or seen.captured_at)
    if not seen.known_time:
        if not state.last_seen_known:
            state = replace(state, last_seen_at=max(state.last_seen_at, seen.captured_at))
        return state
    return replace(
        state,
        last_seen_at=seen.captured_at,
        last_seen_known=True,
        missing_since=None,
        missing_capture_id=None,
        missing_reason=None,
        gone_at=None,
        gone_reason=None,
    )


def _replaces(state: State, seen: Sighting, reading: Reading, content: str) -> bool:
    """Whether a good reading takes the place of the one shown."""
    if seen.confirms:
        return content == state.content_sha256
    if state.shown_known and not seen.known_time:
        return False
    if state.shown_whole and seen.truncated and content != state.content_sha256:
        return False
    if seen.dump and not state.shown_dump and state.shown is not None:
        return seen.known_time and seen.captured_at > state.shown_at and _words(reading) != _words(state.shown)
    return True


def _whynot(state: State, seen: Sighting) -> str:
    """Why a good reading did not take the place of the one shown, for `ushrn show`."""
    if state.shown_known and not seen.known_time:
        return "dated only by its file's time"
    if seen.truncated:
        return "its body is not whole"
    return "a text dump" if seen.dump else "not modified since an older version"


def _kept(reading: Reading, shown: Reading | None) -> Reading:
    """*reading* with the author and dates that it no longer shows, or shows less precisely, as last known."""
    if shown is None:
        return reading
    if reading.author is None:
        reading = replace(reading, author=shown.author)
    if _vaguer(reading.published_at, shown.published_at):
        reading = replace(reading, published_at=shown.published_at, published_basis=shown.published_basis)
    if _vaguer(reading.updated_at, shown.updated_at):
        reading = replace(reading, updated_at=shown.updated_at, updated_basis=shown.updated_basis)
    if _agree(reading.updated_at, reading.published_at):
        reading = replace(reading, updated_at=None, updated_basis=None)
    return reading


def _vaguer(new: str | None, old: str | None) -> bool:
    """Whether *old* says all that *new* says: *new* is None, or the day of the instant *old*."""
    return old is not None and (new is None or (new != old and old.startswith(new)))


def _agree(updated: str | None, published: str | None) -> bool:
    """Whether one of two dates is the other, or its day."""
    return (
        updated is not None and published is not None and (updated.startswith(published) or _vaguer(updated, published))
    )


def _words(reading: Reading) -> list[str]:
    """The words of title and text, whatever the case, spacing and punctuation."""
    return re.findall(r"\w+", f"{reading.title or ''} {reading.body_text or ''}".casefold())


def instant(text: str) -> datetime:
    """An ISO 8601 time, day or month as an aware instant, the earliest it can mean; without a zone it is UTC."""
    text = text.strip()
    if re.fullmatch(r"\d{4}-\d{2}", text):
        text += "-01"
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# What to fetch now ----------------------------------------------------------------------------------------------

#: A post published, edited or first seen in this time is fresh: looked at weekly, the others every three months.
FRESH = timedelta(days=90)
FRESH_EVERY = timedelta(days=7)
OLD_EVERY = timedelta(days=91)
#: A post that is missing, but not long enough to be gone, is looked for again as often.
MISSING_EVERY = timedelta(days=7)

#: Why something is due, the most urgent first.
REASONS = ("given", "new", "lastmod", "failed", "missing", "fresh", "old", "full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the archive knows of one address: enough to say whether to fetch it again, and how to ask."""

    url: str
    #: ``archived``, ``wanted``, ``elsewhere``, ``lost``, ``not-a-post``; for other addresses the capture's kind.
    state: str = "wanted"
    #: As the site last said.
    lastmod: str | None = None
    #: Newest capture that showed the post (304s included), whatever its source, by a known time.
    last_good_at: str | None = None
    #: Newest capture of our own, and its status.
    last_tried_at: str | None = None
    last_status: int | None = None
    #: When the newest attempt failed, unless one has worked since; from `problems`.
    failed_at: str | None = None
    #: Validators of the newest good live capture, and its id for `Capture.not_modified_of`.
    etag: str | None = None
    last_modified: str | None = None
    capture_id: int | None = None
    #: Newest observation of its counts.
    counted_at: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    first_seen_at: str | None = None
    #: Start of the unbroken run on which it is missing.
    missing_since: str | None = None
    gone_at: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An address to fetch now, and why: one of `REASONS`."""

    url: str
    reason: str


def due(
    memory: Mapping[str, Memory],
    targets: Iterable[Target],
    now: datetime,
    *,
    full: bool = False,
) -> list[Due]:
    """Posts to fetch now, the most urgent first, each once, by the address they are known by.

    *memory* is `Archive.memory` of the site, keyed by that address; *targets* are those of this run. Only committed
    captures count: what was heard of, but never had, is due until it is had. *full*: everything known is due.
    """
    heard: dict[str, str | None] = {}
    given: set[str] = set()
    for target in targets:
        if target.kind != "post":
            continue
        url = urls.canonical(target.url)
        heard[url] = max(filter(None, (heard.get(url), target.lastmod)), default=None)
        if "given" in target.found_by:
            given.add(url)
    found = []
    for url in dict.fromkeys((*heard, *memory)):
        known = memory.get(url, Memory(url=url))
        reason = "given" if url in given else _reason(known, heard.get(url) or known.lastmod, now)
        if reason is None and full and known.state in _WORTH_FETCHING:
            reason = "full"
        if reason is not None:
            found.append(Due(url, reason))
    return sorted(found, key=lambda item: REASONS.index(item.reason))


_WORTH_FETCHING = frozenset({"archived", "wanted", "elsewhere", "lost", "not-a-post"})


def _reason(known: Memory, lastmod: str | None, now: datetime) -> str | None:
    """Why the address is due; None: it is not."""
    if known.state not in _WORTH_FETCHING:
        return None
    if known.failed_at is not None:
        return "failed"
    if known.last_good_at is None and known.last_tried_at is None:
        return "new"
    answered = max(filter(None, (known.last_good_at, known.last_tried_at)))
    if lastmod is not None and _newer(lastmod, answered, now):
        return "lastmod"
    age = now - instant(answered)
    if known.missing_since is not None and known.gone_at is None:
        return "missing" if age >= MISSING_EVERY else None
    if known.gone_at is None and known.state == "archived" and _is_fresh(known, now):
        return "fresh" if age >= FRESH_EVERY else None
    return "old" if age >= OLD_EVERY else None


def _is_fresh(known: Memory, now: datetime) -> bool:
    # First seen counts only where the page says nothing: on the first crawl every post would else be fresh.
    dates = [known.published_at, known.updated_at]
    newest = max(filter(None, dates), default=known.first_seen_at)
    return newest is not None and now - instant(newest) <= FRESH


def _newer(lastmod: str, answered: str, now: datetime) -> bool:
    """Whether the site changed after our last answer. A day (or month) is over before its edits are asked for."""
    try:
        changed = instant(lastmod)
    except ValueError:
        return False
    if changed > now:
        return False
    if len(lastmod) > len("2021-03-18"):
        return changed > instant(answered)
    if lastmod == answered[: len(lastmod)]:
        return now >= changed + timedelta(days=1 if len(lastmod) > len("2021-03") else 31)
    return changed > instant(answered)
