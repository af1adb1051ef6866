"""What an operator should look at: one line a cause, saying what, where, and what to do. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scraper.decide import instant
from scraper.errors import Blocked, Forbidden, Interrupted, RateLimited, Unreachable
from scraper.numbers import plural
from scraper.store import Health, SiteHealth, Trouble
from scraper.vocabulary import SiteState

#: Crawls are daily; what is older is late, unless ``--max-age`` says otherwise.
MAX_AGE = timedelta(days=3)
#: `verify --record` is meant to run weekly or monthly.
VERIFY_MAX_AGE = timedelta(days=35)
#: Bytes: a crawl stops where fewer than 200 MB are free.
LEAST_DISK = 500_000_000


class Check(StrEnum):
    """What is looked at."""

    CRAWL_AGE = "crawl-age"
    SITE_AGE = "site-age"
    NAMED_NOT_HAD = "named-not-had"
    WALL = "wall"
    MOVED = "moved"
    MASS = "mass"
    LAYOUT = "layout"
    NO_POSTS = "no-posts"
    REFUSED = "refused"
    CAP = "cap"
    NETWORK = "network"
    STOPPED = "stopped"
    FAULT = "fault"
    CLOCK = "clock"
    DISK = "disk"
    UNSEALED = "unsealed"
    VERIFY_AGE = "verify-age"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that is not as it should be."""

    check: Check
    #: Id of the site; empty: the archive as a whole.
    site: str = ""
    message: str

    def __str__(self) -> str:
        where = f"{self.site}: " if self.site else ""
        return " ".join(f"{self.check}: {where}{self.message}".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known of the machine."""

    now: datetime
    #: Bytes that are free on the archive's disk.
    disk_free: int
    #: Whether a run goes on.
    is_running: bool
    #: Oldest age of the last crawl that had pages.
    max_age: timedelta = MAX_AGE


def causes(health: Health, around: Surroundings) -> tuple[Cause, ...]:
    """All that is not as it should be, in the order of `Check`."""
    found = [
        *_crawl_age(health, around),
        *_of_sites(health, around),
        *(_trouble(one) for one in health.troubles),
        *_last_crawl(health),
        *_disk(around),
        *_unsealed(health, around),
        *_verify_age(health, around),
    ]
    return tuple(sorted(found, key=lambda cause: list(Check).index(cause.check)))


def is_stale(health: Health, around: Surroundings) -> bool:
    """Whether the last crawl that had pages is older than allowed."""
    return _older(health.last_good_crawl_at, around.max_age, around.now)


def _older(at: str | None, age: timedelta, now: datetime) -> bool:
    return at is None or now - instant(at) > age


def _crawl_age(health: Health, around: Surroundings) -> Iterator[Cause]:
    if is_stale(health, around):
        last = health.last_good_crawl_at
        said = f"no crawl had pages since {last}" if last else "no crawl has had pages yet"
        yield Cause(check=Check.CRAWL_AGE, message=f"{said}; see that the schedule runs, and what its log says")


def _of_sites(health: Health, around: Surroundings) -> Iterator[Cause]:
    for site in health.sites:
        if site.state != SiteState.GONE:
            yield from _site_age(site, around)
            yield from _named_not_had(site, around)


def _site_age(site: SiteHealth, around: Surroundings) -> Iterator[Cause]:
    """A site that was asked lately, and not had."""
    is_asked = not _older(site.last_asked_at, around.max_age, around.now)
    if is_asked and site.last_had_at is not None and _older(site.last_had_at, around.max_age, around.now):
        message = f"asked, but no page of it was fetched since {site.last_had_at}; open {site.base_url} in a browser"
        yield Cause(check=Check.SITE_AGE, site=site.id, message=message)


def _named_not_had(site: SiteHealth, around: Surroundings) -> Iterator[Cause]:
    since = site.named_not_had_since
    if since is not None and _older(since, around.max_age, around.now):
        message = (
            f"{plural(site.named_not_had, 'post')} named by the site and not had, since {since[:10]} "
            f"({site.named_not_had_example}); `ushrn status --coverage` says why"
        )
        yield Cause(check=Check.NAMED_NOT_HAD, site=site.id, message=message)


def _wall(one: Trouble) -> str:
    return (
        f"a wall stands before {plural(one.addresses, 'address', 'addresses')} since {one.first_seen_at[:10]} "
        f"(the last: {one.url}); open it in a browser, ask its owner to let the program in, or run it from another "
        "network"
    )


def _layout(one: Trouble) -> str:
    return (
        f"{plural(one.addresses, 'page')} no longer as they were since {one.first_seen_at[:10]} (the last: {one.url}); "
        f"look at it, then `ushrn accept {one.site}`, or mend the reader"
    )


def _message(one: Trouble) -> str:
    return one.message


#: A site's server answers, but gives no rules to be asked by.
NOT_ASKABLE = "not-askable"
#: Kinds of problems that are told, by what they mean, and their words.
TROUBLES: dict[str, tuple[Check, Callable[[Trouble], str]]] = {
    "blocked": (Check.WALL, _wall),
    "moved-domain": (Check.MOVED, _message),
    "absent-at-once": (Check.MASS, _message),
    "sources-shrank": (Check.MASS, _message),
    "shown-again": (Check.MASS, _message),
    "layout-changed": (Check.LAYOUT, _layout),
    "no-posts": (Check.NO_POSTS, _message),
    NOT_ASKABLE: (Check.REFUSED, _message),
    "sitemaps": (Check.CAP, _message),
    "list-pages": (Check.CAP, _message),
    "sitemap-too-large": (Check.CAP, _message),
    "fault": (Check.FAULT, _message),
    "clock-set-back": (Check.CLOCK, _message),
    "clock-differs": (Check.CLOCK, _message),
}


def _trouble(one: Trouble) -> Cause:
    check, words = TROUBLES[one.kind]
    return Cause(check=check, site=one.site, message=words(one))


#: Exit statuses of a crawl that nothing else here tells of.
_ENDED = {
    Unreachable.exit_status: (Check.NETWORK, "it reached no site; check this machine's network"),
    Forbidden.exit_status: (Check.STOPPED, "robots.txt forbids; write to the site's owner, or use `ushrn recover`"),
    RateLimited.exit_status: (Check.STOPPED, "it was asked to slow down; if that goes on, raise --delay"),
    Interrupted.exit_status: (
        Check.STOPPED,
        "it was stopped by a signal, a budget or failures in a row; the next run goes on",
    ),
    Blocked.exit_status: (Check.WALL, "a wall stands before a site's pages; the log says which"),
}


def _last_crawl(health: Health) -> Iterator[Cause]:
    run = health.last_crawl
    if run is None or run.exit_status not in _ENDED:
        return
    check, words = _ENDED[run.exit_status]
    is_told = check is Check.NETWORK and any(one.kind == NOT_ASKABLE for one in health.troubles)
    if not is_told:  # that a server answered shows that the network works
        message = f"the last crawl, begun {run.started_at}, ended with exit status {run.exit_status}: {words}"
        yield Cause(check=check, message=message)


def _disk(around: Surroundings) -> Iterator[Cause]:
    if around.disk_free < LEAST_DISK:
        message = f"{around.disk_free / 1e6:.0f} MB free on the archive's disk; make room before crawls stop"
        yield Cause(check=Check.DISK, message=message)


def _unsealed(health: Health, around: Surroundings) -> Iterator[Cause]:
    killed = health.unsealed[:-1] if around.is_running else health.unsealed
    for run in killed:
        message = f"run {run.id} ({run.command}, begun {run.started_at}) did not end; the next run seals what it kept"
        yield Cause(check=Check.UNSEALED, message=message)


def _verify_age(health: Health, around: Surroundings) -> Iterator[Cause]:
    """Told only where checks are recorded at all: who never asked for it is not reminded."""
    last = health.last_verify_at
    if last is not None and _older(last, VERIFY_MAX_AGE, around.now):
        message = f"last verified {last}; run `ushrn verify --record`, and look at what it says"
        yield Cause(check=Check.VERIFY_AGE, message=message)
