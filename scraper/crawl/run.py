"""`ushrn crawl`: find, fetch, keep and read new and changed posts of one or more sites, and say how it went."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scraper.crawl import clock
from scraper.crawl.pictures import PicturePolicy
from scraper.crawl.session import CrawlSession
from scraper.crawl.site import crawl_post, crawl_site, settle_unreachable
from scraper.dates import utc
from scraper.errors import ArchiveError, Blocked, Forbidden, Interrupted, RateLimited, Unreachable
from scraper.fetch import AheadFetcher, Limits, RequestLog, digest_of
from scraper.numbers import plural
from scraper.reading import ReaderApart
from scraper.records import Pace, Problem, Site
from scraper.runs import (
    Budget,
    CrawlTarget,
    Interrupts,
    Meter,
    ProgressStep,
    Report,
    SteadyClock,
    exit_status,
    open_run,
    site_addresses,
    steady,
    targets_of,
)
from scraper.store import Archive, lookups
from scraper.vocabulary import Level, Stage


def run_crawl(
    archive_path: str | Path,
    targets: Sequence[str] = (),
    *,
    contact: str | None = None,
    delay: float = 1.0,
    full: bool = False,
    counts: bool = True,
    pictures: PicturePolicy | None = None,
    private: bool = False,
    certificates: Collection[str] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    limits: Limits | None = None,
    progress: Callable[[ProgressStep], None] = lambda _: None,
    on_request: Callable[[RequestLog], None] = lambda _: None,
    interrupts: Interrupts | None = None,
    budget: Budget | None = None,
    reader: ReaderApart | None = None,
) -> Report:
    """Crawls *targets* (ids of sites, or addresses of sites, lists and posts; none: all known sites) into an archive.

    *contact* goes into the User-Agent; *delay* is in seconds. *full*: fetch everything known; *pictures*: which
    pictures, and how many (None: the usual); *budget*: what the run may cost; *reader*: who reads while
    we store (None: nobody, until pages come faster than they are read); *private*: named hosts may be private
    machines; *certificates*: SHA-256 of those that are taken though they are not trusted. *now*, *sleep* and
    *monotonic* are the clock; *progress* and *on_request* are told each step and each request. SIGINT and SIGTERM
    finish the current post when this runs in the main thread.

    Raises UsageError and ArchiveUnusable (ArchiveBusy at once when another run holds the archive); all else that goes
    wrong is in the report.
    """
    path = Path(archive_path)
    learned = _learned(path)
    wanted = targets_of(targets, learned.sites, contact)
    accepted = frozenset(digest_of(one) for one in certificates)
    stop, meter, clocks = interrupts or Interrupts(sleep), Meter(on_request), list[clock.Checked]()
    now = SteadyClock(now, stop.ask, seconds=steady(monotonic)).now
    with (
        reader or ReaderApart() as apart,
        AheadFetcher(
            contact, delay=delay, now=now, sleep=stop.sleep, monotonic=monotonic, limits=limits,
            named_hosts=frozenset(host for one in wanted if one.named for host in one.site.hosts),
            private=private, accepted=accepted, paces=learned.paces, on_request=meter,
            check=stop.check,
        ) as fetcher,
        open_run(
            path, now=now, monotonic=monotonic, interrupts=stop, budget=budget,
            first=lambda: clocks.append(clock.check(fetcher, wanted, learned.gone, now())),
        ) as run,
    ):  # fmt: skip
        run.begin("crawl")
        meter.begin(run)
        session = CrawlSession(
            run=run, fetcher=fetcher, full=full, counts=counts, progress=progress,
            pictures=pictures or PicturePolicy(), reader=apart,
        )  # fmt: skip
        _check_clock(session)
        clock.note(session, clocks[-1])
        return _report(session, _crawl_all(session, wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learned:
    """What earlier runs learned."""

    #: The addresses of sites, by id.
    sites: Mapping[str, str] = field(default_factory=dict)
    #: The patience of hosts.
    paces: Mapping[str, Pace] = field(default_factory=dict)
    #: Ids of sites that are gone.
    gone: frozenset[str] = frozenset()


def _learned(path: Path) -> _Learned:
    with Archive.peek(path) as before:
        if not before:
            return _Learned()
        return _Learned(
            sites=site_addresses(before.db), paces=before.paces(), gone=lookups.gone_sites(before.db)
        )  # fmt: skip


def _report(session: CrawlSession, status: int) -> Report:
    """Seals the run and tells how it went."""
    requests, problems = session.fetcher.requests, len(session.failed)
    done = session.finish(status)
    line = (
        f"{lookups.count_posts(session.archive.db)} known, {done.new} new, {done.changed} changed, {done.gone} gone, "
        f"{plural(problems, 'problem')}{' (see `ushrn status`)' if problems else ''}, "
        f"{plural(requests, 'request')} in {session.run.took}; "
        f"chain {done.chain_sha256}"
    )
    return Report(
        exit_status=status, line=line, messages=tuple(session.messages), causes=session.untold(), new=done.new,
        changed=done.changed, same=done.same, gone=done.gone, problems=problems, requests=requests,
        chain_sha256=done.chain_sha256,
    )  # fmt: skip


def _crawl_all(session: CrawlSession, targets: Sequence[CrawlTarget]) -> int:
    """Crawls every target; the exit status."""
    statuses: list[int] = []
    for target in targets:
        with session.contained(target.site.base_url, Stage.CRAWL):
            statuses += _crawl_one(session, target)
        if Interrupted.exit_status in statuses:
            break
    statuses += settle_unreachable(session)
    return exit_status([*statuses, *session.statuses], failed=bool(session.told))


def _crawl_one(session: CrawlSession, target: CrawlTarget) -> list[int]:
    """The exit status of one site; none as long as it is not known what it means that it was not reached."""
    try:
        with session.run.interrupts.punctual():
            if target.post is not None:
                visit = crawl_post(session, target.site, target.post)
            else:
                visit = crawl_site(session, target.site, target.start)
    except (Blocked, Forbidden, RateLimited, Interrupted) as error:
        session.keep_all(error.captures)
        _say(session, target.site, error)
        return [error.exit_status]
    except Unreachable as error:
        session.keep_all(error.captures)
        _say(session, target.site, error)
        return [1]
    if visit.reached:
        session.resolve(target.site.base_url, Stage.CRAWL)
    if visit.reached or visit.gone:
        return [0]
    return []


def _say(session: CrawlSession, site: Site, error: ArchiveError) -> None:
    """Puts a reason why a site was left where both the log and `status` find it."""
    session.messages.append(str(error))
    problem = Problem(
        stage=Stage.CRAWL, kind=type(error).__name__.lower(), level=Level.NOTE, url=site.base_url, message=str(error)
    )
    session.note(problem)


def _check_clock(session: CrawlSession) -> None:
    """A clock that was set back is an error that must be seen: captures are sorted by their time."""
    last, started = lookups.last_live_capture_at(session.archive.db), session.run.started
    where = "clock"
    if last is None or utc(started) >= last:
        session.resolve(where, Stage.CRAWL)
        return
    message = (
        f"expected a time after {last} (the newest capture), found {utc(started)}: the clock was set back. "
        "Nothing is lost, but what is fetched now counts as older; set the clock"
    )
    session.note(Problem(stage=Stage.CRAWL, kind="clock-set-back", url=where, message=message))
