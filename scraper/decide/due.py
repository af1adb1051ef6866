"""What to fetch now: what was never fetched, what has changed, what was not looked at for long. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat

from scraper import urls
from scraper.decide.observation import instant
from scraper.decide.post_state import GONE_AFTER
from scraper.records import Target
from scraper.vocabulary import AddressState, CaptureKind

DAY = timedelta(days=1)
#: A daily timer fires some hours early or late: what is a day old is what is so old.
ALMOST_A_DAY = timedelta(hours=20)

#: A post published, edited or first seen in this time is fresh: looked at weekly, the others every three months.
FRESH = timedelta(days=90)
FRESH_EVERY = timedelta(days=7)
OLD_EVERY = timedelta(days=91)
#: A post that is missing, but not long enough to be gone, is looked for again as often, and when it is long enough.
MISSING_EVERY = timedelta(days=7)

#: A post that a source names and that was never fetched is asked for daily, so long …
NEVER_HAD_DAILY = timedelta(days=14)
#: … then after these times.
NEVER_HAD_AGAIN = tuple(timedelta(days=days) for days in (2, 4, 8, 16, 30))
#: A post that the whole sitemap names no more is looked at once, then as often as this.
UNNAMED_EVERY = timedelta(days=7)
#: A site that could not be reached on runs so far apart is gone; from then on it is probed as often as below.
SITE_GONE_AFTER = timedelta(days=14)
SITE_PROBED_EVERY = timedelta(days=7)
#: All pages of a list are read again after this time, whatever the sources say.
LIST_WALKED_EVERY = timedelta(days=7)
#: An index of sitemaps, a feed or a list that was asked for no longer ago may rest where the sitemaps say nothing new.
SOURCE_RESTS = timedelta(hours=36)
#: A file that could not be fetched is tried again after this time.
FILE_AGAIN = timedelta(days=7)
#: A host that answered 404 for the counts endpoint is asked again after this time.
COUNTS_HOST_AGAIN = timedelta(days=30)
#: A listing of a recovery that was cut short serves the next one this long.
LISTING_AGE = timedelta(days=7)
#: What a web archive lists but does not give is asked for again after this time.
ARCHIVED_AGAIN = timedelta(days=30)
#: A problem that stays is told when it begins, and then as often as this.
TOLD_EVERY = timedelta(days=7)

#: Why something is due, the most urgent first.
REASONS = ("given", "new", "lastmod", "failed", "missing", "fresh", "old", "full")


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlState:
    """What the archive knows of one address: enough to say whether to fetch it again, and how to ask."""

    url: str
    #: For addresses that are no post's, the kind of its captures.
    state: AddressState | CaptureKind = AddressState.WANTED
    #: As the site last said.
    lastmod: str | None = None
    #: Newest capture that showed the post (304s included), whatever its source, by a known time.
    last_good_at: str | None = None
    #: Newest capture of our own, and its status.
    last_tried_at: str | None = None
    last_status: int | None = None
    #: Our own captures since it was last had, oldest first, but those that a wall or weather spoiled.
    tries: tuple[str, ...] = ()
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
    memory: Mapping[str, UrlState],
    targets: Iterable[Target],
    now: datetime,
    *,
    full: bool = False,
) -> list[Due]:
    """Posts to fetch now, the most urgent first, each once, by the address they are known by.

    *memory* is `Archive.memory` of the site, keyed by that address; *targets* are those of this run. Only committed
    captures count: what is known, but was never fetched, is due until it is. *full*: everything known is due.
    """
    heard = _heard(targets)
    found = []
    for url in dict.fromkeys((*heard, *memory)):
        known, said = memory.get(url, UrlState(url=url)), heard.get(url, _Heard())
        reason = "given" if said.given else _reason(known, said.lastmod or known.lastmod, now, named=said.named)
        if reason is None and full and known.state in _WORTH_FETCHING:
            reason = "full"
        if reason is not None:
            found.append(Due(url, reason))
    return sorted(found, key=lambda item: REASONS.index(item.reason))


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the targets of a run say of one post."""

    #: The latest change that any of them tells.
    lastmod: str | None = None
    given: bool = False
    #: A source of the site says that it is a post.
    named: bool = False


def _heard(targets: Iterable[Target]) -> dict[str, _Heard]:
    """What *targets* say of each post, by the address it is known by."""
    found: dict[str, _Heard] = {}
    for target in targets:
        if target.kind == CaptureKind.POST:
            url = urls.canonical(target.url)
            before = found.get(url, _Heard())
            found[url] = _Heard(
                lastmod=max(filter(None, (before.lastmod, target.lastmod)), default=None),
                given=before.given or "given" in target.found_by,
                named=before.named or bool(NAMING.intersection(target.found_by)),
            )
    return found


_WORTH_FETCHING = frozenset(AddressState) - {AddressState.WITHDRAWN}


#: Sources of a site that say: this is a post of ours.
NAMING = frozenset({"sitemap", "feed", "list"})


def _reason(known: UrlState, lastmod: str | None, now: datetime, *, named: bool) -> str | None:
    """Why the address is due; None: it is not."""
    if known.state not in _WORTH_FETCHING:
        return None
    if known.failed_at is not None:
        return "failed"
    if known.last_good_at is None and (not known.tries or (named and _is_due_again(known.tries, now))):
        return "new"
    answered = max(filter(None, (known.last_good_at, *known.tries)))
    if lastmod is not None and _is_edited(known, lastmod, answered, now, named=named):
        return "lastmod"
    return _reason_by_age(known, instant(answered), now)


def _is_edited(known: UrlState, lastmod: str, answered: str, now: datetime, *, named: bool) -> bool:
    """Whether the site names an edit since our last answer, or still names one that is owed to us."""
    if _newer(lastmod, answered, now) or _moved(known.lastmod, lastmod, answered):
        return True
    return named and _is_owed(known, lastmod, now)


def _is_owed(known: UrlState, lastmod: str, now: datetime) -> bool:
    """Whether an edit was asked for, was not had, and is to be asked for again: daily at first."""
    had = known.last_good_at
    since = [at for at in known.tries if had is not None and at > had]
    return had is not None and bool(since) and _newer(lastmod, had, now) and _is_due_again(since, now)


def _reason_by_age(known: UrlState, answered: datetime, now: datetime) -> str | None:
    """Why an address is due that was last *answered* then, though nothing new is said of it; None: it is not."""
    age = now - answered
    if known.gone_at is None and known.missing_since is not None:
        decisive = instant(known.missing_since) + GONE_AFTER
        if age >= MISSING_EVERY or answered < decisive <= now:
            return "missing"
        return None
    if known.gone_at is None and known.state == AddressState.ARCHIVED and _is_fresh(known, now):
        if age < FRESH_EVERY:
            return None
        return "fresh"
    if age < OLD_EVERY:
        return None
    return "old"


def _is_due_again(tries: Sequence[str], now: datetime) -> bool:
    """Whether an address that was never fetched, though a source names it, is to be asked for again: daily at first."""
    first, last = instant(tries[0]), instant(tries[-1])
    if now - first <= NEVER_HAD_DAILY:
        return now - last >= ALMOST_A_DAY
    later = sum(1 for at in tries if instant(at) - first > NEVER_HAD_DAILY)
    return now - last >= NEVER_HAD_AGAIN[min(later, len(NEVER_HAD_AGAIN) - 1)] - (DAY - ALMOST_A_DAY)


def within(at: str | None, age: timedelta, now: datetime) -> bool:
    """Whether *at* is a time not longer ago than *age*; a time in the future is not."""
    return at is not None and timedelta(0) <= now - instant(at) < age


def is_told_again(first: str, last: str, now: str) -> bool:
    """Whether a problem that began at *first* and was last met at *last* is to be told again: once a week."""
    weeks = (instant(now) - instant(first)) // TOLD_EVERY
    return weeks > (instant(last) - instant(first)) // TOLD_EVERY


def _is_fresh(known: UrlState, now: datetime) -> bool:
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


def _moved(before: str | None, lastmod: str, answered: str) -> bool:
    """Whether the site names a later change than on the run before, at most a day before our last answer or after it.

    Sooner than `_newer`, which waits until the day is over and until what lies ahead is past. Sites write days and
    hours of their own as if they were UTC's: what they call a day before our answer may have come after it.
    """
    if before is None or lastmod <= before:
        return False
    try:
        changed = instant(lastmod)
    except ValueError:
        return False
    seen = instant(answered)
    if len(lastmod) == len("2021-03-18"):
        seen = instant(answered[:10])
    return changed >= seen - DAY


_SLACK = DAY - ALMOST_A_DAY


def is_due_again(first: str, last: str, now: datetime) -> bool:
    """Whether what failed from *first* to *last* is asked for again: daily for two weeks, then ever more seldom."""
    tried, age = instant(last) - instant(first) + _SLACK, now - instant(first) + _SLACK
    if age <= NEVER_HAD_DAILY:
        return now - instant(last) + _SLACK >= timedelta(days=1)
    at = NEVER_HAD_DAILY
    for gap in chain(NEVER_HAD_AGAIN, repeat(NEVER_HAD_AGAIN[-1])):
        if at > tried:
            break
        at += gap
    return at <= age
