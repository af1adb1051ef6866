"""A post is the fold of `step` over its captures: what was known goes in, what to write comes out. Pure.

Nothing but the captures matters, so any order of arrival gives the same post.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from scraper import digests
from scraper.decide.observation import Meaning, Observation, instant
from scraper.decide.resemblance import words_in_order, words_of_post
from scraper.records import Reading
from scraper.vocabulary import EventKind, Verdict

#: A post is gone when it was missing on captures at least this far apart, with none in between that had it.
GONE_AFTER = timedelta(days=14)

GOOD = frozenset({Verdict.NEW, Verdict.CHANGED, Verdict.SAME, Verdict.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PostState:
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
    #: Addresses from which it moved, and to which it did not come back. Not in the rows of a post: who meets one folds
    #: the post anew.
    moved_from: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a post."""

    kind: EventKind
    at: str
    capture_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What one step writes."""

    verdict: Verdict
    #: Why it is worse or missing.
    reason: str | None = None
    #: `posts` now shows the state's reading, from this capture.
    shows: bool = False
    #: The state's reading is a new revision.
    revises: bool = False
    events: tuple[Event, ...] = ()


def step(state: PostState, seen: Observation) -> tuple[PostState, Effects]:
    """The post after one more capture, later than all others, and what to write."""
    after, effects = _step(state, seen)
    if seen.moved_from is None or seen.moved_from in state.moved_from:
        return after, effects
    event = Event(kind=EventKind.MOVED, at=seen.captured_at, capture_id=seen.capture_id)
    after = replace(after, moved_from=after.moved_from | {seen.moved_from})
    verdict = Verdict.MOVED if seen.redirect else effects.verdict
    return after, replace(effects, verdict=verdict, events=(*effects.events, event))


def _step(state: PostState, seen: Observation) -> tuple[PostState, Effects]:
    """The same, but for a move: a permanent redirect from an old address neither shows nor denies the post."""
    if seen.moved_from is not None and seen.redirect:
        return state, Effects(verdict=Verdict.REDIRECT, reason=seen.reason)
    match seen.meaning:
        case Meaning.SHOWS if seen.reading is not None:
            lost = None if seen.accepted else _lost(state.shown, seen.reading)
            if lost:
                return _worse(state, lost)
            return _good(state, seen, seen.reading)
        case Meaning.ABSENT:
            return _missing(state, seen)
        case Meaning.BLOCKED | Meaning.WEATHER:
            return state, Effects(verdict=Verdict(seen.meaning), reason=seen.reason)
        case _:
            return _unsaid(state, seen)


def _unsaid(state: PostState, seen: Observation) -> tuple[PostState, Effects]:
    """After a capture that says nothing of the post."""
    if seen.held:
        return state, Effects(verdict=Verdict.HELD, reason=seen.reason)
    if seen.redirect:
        return state, Effects(verdict=Verdict.REDIRECT, reason=seen.reason)
    return _worse(state, seen.reason or "not a post")


def fold(observations: Iterable[Observation]) -> tuple[PostState, list[tuple[Observation, PostState, Effects]]]:
    """The post after all of its captures, and each of them with the state after it and what to write."""
    state, steps = PostState(), []
    for seen in sorted(observations, key=lambda seen: seen.order):
        state, effects = step(state, seen)
        steps.append((seen, state, effects))
    return state, steps


def _lost(shown: Reading | None, reading: Reading) -> str | None:
    """What the post has lost, so that the reading must not replace the one shown."""
    if shown is None:
        return None
    lost = [name for name in ("title", "body_text") if getattr(shown, name) and not getattr(reading, name)]
    if not lost:
        return None
    return f"no {' and no '.join(lost)} any more"


def _worse(state: PostState, reason: str) -> tuple[PostState, Effects]:
    """A page that is not the post says nothing of it: neither that it is there, nor that it is not."""
    return state, Effects(verdict=Verdict.WORSE, reason=reason)


def _missing(state: PostState, seen: Observation) -> tuple[PostState, Effects]:
    quiet = Effects(verdict=Verdict.MISSING, reason=seen.reason)
    if seen.elsewhere or seen.address in state.moved_from:
        return state, quiet
    if state.shown is None or not seen.known_time or state.gone_at:
        return state, quiet
    if state.missing_since is None or state.missing_capture_id is None:
        return replace(
            state,
            missing_since=seen.captured_at,
            missing_capture_id=seen.capture_id,
            missing_reason=seen.reason,
        ), quiet
    if seen.held or instant(seen.captured_at) - instant(state.missing_since) < GONE_AFTER:
        return state, quiet
    event = Event(kind=EventKind.GONE, at=state.missing_since, capture_id=state.missing_capture_id)
    state = replace(state, gone_at=state.missing_since, gone_reason=state.missing_reason)
    return state, Effects(verdict=Verdict.GONE, reason=seen.reason, events=(event,))


def _good(state: PostState, seen: Observation, reading: Reading) -> tuple[PostState, Effects]:
    reading = _kept(reading, state.shown)
    content = digests.of_reading(reading)
    returned = state.gone_at is not None and seen.known_time
    after = _seen_again(state, seen)
    events = [Event(kind=EventKind.RETURNED, at=seen.captured_at, capture_id=seen.capture_id)] if returned else []
    if state.shown is not None and not _replaces(state, seen, reading, content):
        alike = content == state.content_sha256 or words_of_post(reading) == words_of_post(state.shown)
        verdict = _repeated(returned=returned, alike=alike)
        return after, Effects(verdict=verdict, reason=_reason_not_shown(state, seen), events=tuple(events))
    first, revises = state.shown is None, content != state.content_sha256
    edited = revises and not _is_fuller_copy(state, seen, reading)
    events += _told(seen, first=first, edited=edited)
    verdict = _shown(returned=returned, first=first, edited=edited)
    after = _showing(after, seen, reading, content)
    if revises:
        after = replace(after, revision_count=after.revision_count + 1)
    return after, Effects(verdict=verdict, shows=first or not seen.confirms, revises=revises, events=tuple(events))


def _told(seen: Observation, *, first: bool, edited: bool) -> list[Event]:
    """What a reading that is shown from now on means for its post."""
    if not (first or edited):
        return []
    kind = EventKind.ADDED if first else EventKind.CHANGED
    return [Event(kind=kind, at=seen.captured_at, capture_id=seen.capture_id)]


def _is_fuller_copy(state: PostState, seen: Observation, reading: Reading) -> bool:
    """Whether a page has the words of the dump that is shown, or the other way round, or goes on where the one shown
    was cut: no change of the post.
    """
    if state.shown is None:
        return False
    if not state.shown_whole and _goes_on(state.shown, reading):
        return True
    return state.shown_dump != seen.dump and words_of_post(reading) == words_of_post(state.shown)


def _repeated(*, returned: bool, alike: bool) -> Verdict:
    """The verdict of a good reading that does not take the place of the one shown."""
    if returned:
        return Verdict.RETURNED
    return Verdict.SAME if alike else Verdict.OLDER


def _shown(*, returned: bool, first: bool, edited: bool) -> Verdict:
    """The verdict of a good reading that is shown from now on."""
    match returned, first, edited:
        case True, _, _:
            return Verdict.RETURNED
        case _, True, _:
            return Verdict.NEW
        case _, _, True:
            return Verdict.CHANGED
        case _:
            return Verdict.SAME


def _showing(state: PostState, seen: Observation, reading: Reading, content: str) -> PostState:
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


def _seen_again(state: PostState, seen: Observation) -> PostState:
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
        moved_from=state.moved_from - ({seen.address} - {seen.moved_from}),
        missing_since=None,
        missing_capture_id=None,
        missing_reason=None,
        gone_at=None,
        gone_reason=None,
    )


def _replaces(state: PostState, seen: Observation, reading: Reading, content: str) -> bool:
    """Whether a good reading takes the place of the one shown."""
    if seen.confirms:
        return content == state.content_sha256
    if state.shown_known and not seen.known_time:
        return False
    if content != state.content_sha256 and _says_no_more(state, seen, reading):
        return False
    if state.shown is None or state.shown_dump or not seen.dump:
        return True
    return _is_newer(state, seen) and words_of_post(reading) != words_of_post(state.shown)


def _is_newer(state: PostState, seen: Observation) -> bool:
    """Whether it is known that *seen* was captured after what is shown."""
    return seen.known_time and seen.captured_at > state.shown_at


def _says_no_more(state: PostState, seen: Observation, cut: Reading) -> bool:
    """Whether *cut* is part of a page, and the one that is shown is whole, or was cut later."""
    return seen.truncated and (state.shown_whole or (state.shown is not None and _goes_on(cut, state.shown)))


def _reason_not_shown(state: PostState, seen: Observation) -> str:
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
    reading = _dated(_dated(reading, shown, "published"), shown, "updated")
    if _agree(reading.updated_at, reading.published_at):
        reading = replace(reading, updated_at=None, updated_basis=None, updated_day=None, updated_day_basis=None)
    return reading


def _dated(reading: Reading, shown: Reading, name: str) -> Reading:
    """*reading* with the date *name* (``published``, ``updated``) that it no longer shows, or its day alone."""
    at, known = getattr(reading, f"{name}_at"), getattr(shown, f"{name}_at")
    if _vaguer(at, known):
        kept = [f"{name}_at", f"{name}_basis", f"{name}_day", f"{name}_day_basis"]
    elif at is not None and at == known and getattr(reading, f"{name}_day") is None:
        kept = [f"{name}_day", f"{name}_day_basis"]
    else:
        return reading
    return replace(reading, **{field: getattr(shown, field) for field in kept})


def _vaguer(new: str | None, old: str | None) -> bool:
    """Whether *old* says all that *new* says: *new* is None, or the day of the instant *old*."""
    return old is not None and (new is None or (new != old and old.startswith(new)))


def _agree(updated: str | None, published: str | None) -> bool:
    """Whether one of two dates is the other, or its day."""
    return (
        updated is not None and published is not None and (updated.startswith(published) or _vaguer(updated, published))
    )


def _goes_on(cut: Reading, reading: Reading) -> bool:
    """Whether *reading* begins with the words of a page that was cut, the last of which may have been cut itself."""
    if cut.title and reading.title and cut.title != reading.title:
        return False
    had, words = (words_in_order(found.body_text) for found in (cut, reading))
    if not had:
        return True
    return words[: len(had) - 1] == had[:-1] and len(words) >= len(had) and words[len(had) - 1].startswith(had[-1])
