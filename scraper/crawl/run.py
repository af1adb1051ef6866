"""`ushrn crawl`: find, fetch, keep and read new and changed posts of one or more sites, and say how it went."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from scraper import lock, sites, urls
from scraper.crawl import lookups
from scraper.crawl.interrupts import Interrupts, heeded
from scraper.crawl.runs import Order, Report, brought_up_to_date, exit_status, lasted, order_of
from scraper.crawl.session import Session, Step
from scraper.crawl.site import crawl_post, crawl_site
from scraper.dates import utc
from scraper.errors import ArchiveError, Forbidden, Interrupted, LayoutChanged, RateLimited, Unreachable, UsageError
from scraper.fetch import Fetcher, Limits, RequestLog
from scraper.fetch.addresses import is_loopback, name_of
from scraper.reading.capture import read_capture
from scraper.reading.page_reader import READER
from scraper.records import Problem, Site
from scraper.store import Archive


def run_crawl(
    archive_path: str | Path,
    targets: Sequence[str] = (),
    *,
    contact: str | None = None,
    delay: float = 1.0,
    full: bool = False,
    counts: bool = True,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    limits: Limits | None = None,
    progress: Callable[[Step], None] = lambda _: None,
    on_request: Callable[[RequestLog], None] = lambda _: None,
    interrupts: Interrupts | None = None,
) -> Report:
    """Crawls *targets* (ids of sites, or addresses of sites, lists and posts; none: all known sites) into an archive.

    *contact* goes into the User-Agent; *delay* is in seconds. *full*: fetch everything known. *now*, *sleep* and
    *monotonic* are the clock; *progress* and *on_request* are told each step and each request. SIGINT and SIGTERM
    finish the current post when this runs in the main thread.

    Raises UsageError and ArchiveUnusable (ArchiveBusy at once when another run holds the archive); all else that goes
    wrong is in the report.
    """
    _needs_contact(targets, contact)
    stop = interrupts or Interrupts(sleep)
    started, clock = now(), monotonic()
    with (
        lock.writing(archive_path, utc(started)),
        Archive.open(archive_path, read=read_capture, reader=READER) as archive,
        heeded(stop),
    ):
        orders = [order_of(target, archive) for target in targets] or [Order(site=site) for site in sites.SITES]
        messages = brought_up_to_date(archive)
        with Fetcher(
            contact, delay=delay, now=now, sleep=stop.sleep, monotonic=monotonic, limits=limits,
            named_hosts=frozenset(host for order in orders if order.named for host in order.site.hosts),
            on_request=on_request,
        ) as fetcher:  # fmt: skip
            session = Session(
                archive=archive, fetcher=fetcher, crawl_id=archive.begin("crawl", utc(started)), now=now,
                interrupts=stop, full=full, counts=counts, progress=progress, messages=messages,
                open_problems=lookups.open_problems(archive.db),
            )  # fmt: skip
            _check_clock(session, started)
            status = exit_status(_crawl_all(session, orders), failed=bool(session.failed))
            return _report(session, status, monotonic() - clock)


def _needs_contact(targets: Sequence[str], contact: str | None) -> None:
    """Before anything is made: a site's owner must be able to reach us. Raises UsageError."""
    if contact is not None:
        return
    named = [site.base_url for site in sites.SITES if site.id in targets or not targets]
    named += [urls.normalise(target) for target in targets if "://" in target]
    for url in filter(None, named):
        if not is_loopback(name_of(url)):
            raise UsageError(
                f"{url}: expected a contact for the site's owner, found none: give --contact (an e-mail or web "
                "address), or set USHRN_CONTACT"
            )


def _report(session: Session, status: int, seconds: float) -> Report:
    """Seals the run and tells how it went."""
    archive, requests, problems = session.archive, session.fetcher.requests, len(session.failed)
    done = archive.finish(session.crawl_id, finished_at=session.at(), requests=requests, exit_status=status)
    line = (
        f"{lookups.count_posts(archive.db)} known, {done.new} new, {done.changed} changed, {done.gone} gone, "
        f"{problems} problems{' (see `ushrn status`)' if problems else ''}, {requests} requests in {lasted(seconds)}; "
        f"chain {done.chain_sha256}"
    )
    return Report(
        exit_status=status, line=line, messages=tuple(session.messages), new=done.new, changed=done.changed,
        same=done.same, gone=done.gone, problems=problems, requests=requests, chain_sha256=done.chain_sha256,
    )  # fmt: skip


def _crawl_all(session: Session, orders: Sequence[Order]) -> list[int]:
    """The exit status of each site; 3: not reached."""
    statuses: list[int] = []
    for order in orders:
        try:
            if order.post is not None:
                visit = crawl_post(session, order.site, order.post)
            else:
                visit = crawl_site(session, order.site, order.start)
        except (Forbidden, LayoutChanged, RateLimited) as error:
            session.keep_all(error.captures)
            _say(session, order.site, error)
            statuses.append(error.exit_status)
        except Interrupted as error:
            session.keep_all(error.captures)
            _say(session, order.site, error)
            statuses.append(error.exit_status)
            break
        except Unreachable as error:
            session.keep_all(error.captures)
            _say(session, order.site, error)
            statuses.append(1)
        else:
            statuses.append(0 if visit.reached or visit.gone else Unreachable.exit_status)
    return statuses


def _say(session: Session, site: Site, error: ArchiveError) -> None:
    """Puts a reason why a site was left where both the log and `status` find it."""
    session.messages.append(str(error))
    problem = Problem(
        stage="crawl", kind=type(error).__name__.lower(), level="note", url=site.base_url, message=str(error)
    )
    session.note(problem)


def _check_clock(session: Session, started: datetime) -> None:
    """A clock that was set back is an error that must be seen: captures are sorted by their time."""
    last = lookups.last_live_capture_at(session.archive.db)
    where = "clock"
    if last is None or utc(started) >= last:
        session.resolve(where, "crawl")
        return
    message = (
        f"expected a time after {last} (the newest capture), found {utc(started)}: the clock was set back. "
        "Nothing is lost, but what is fetched now counts as older; set the clock right"
    )
    session.note(Problem(stage="crawl", kind="clock-set-back", url=where, message=message))
