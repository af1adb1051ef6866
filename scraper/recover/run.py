"""`ushrn recover`: what the web archives hold of the sites, brought through the same line, and how it went."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from scraper.crawl import Want
from scraper.errors import Interrupted
from scraper.fetch import AheadFetcher, Limits, RequestLog
from scraper.numbers import plural
from scraper.recover.archives import OWN_HOSTS, TITLES
from scraper.recover.options import chosen, day, needs_contact
from scraper.recover.recovery import Recovery
from scraper.runs import Interrupts, NetworkSession, ProgressStep, Report, exit_status, open_run, sites_of

#: Web archives are slow, and ask for a minute's rest with a 429 that names no time (as agreed with `wayback`).
LIMITS = Limits(read_seconds=60.0, page_seconds=120.0, rest_after_429=60.0)


def run_recover(
    archive_path: str | Path,
    targets: Sequence[str] = (),
    *,
    contact: str | None = None,
    since: str | None = None,
    until: str | None = None,
    endpoints: Sequence[str] = (),
    sources: Sequence[str] = (),
    delay: float | None = None,
    wet: bool = False,
    pictures: Want = Want.ORIGINAL,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    limits: Limits | None = None,
    progress: Callable[[ProgressStep], None] = lambda _: None,
    on_request: Callable[[RequestLog], None] = lambda _: None,
    interrupts: Interrupts | None = None,
) -> Report:
    """Brings what web archives hold of *targets* (ids or addresses of sites; none: all known ones) into an archive.

    *since* and *until* (``2019``, ``2019-06``, ``2019-06-30``; both included) bound the time of captures. *endpoints*:
    other places to ask, see `chosen`; *sources*: of `SOURCES`, none: those with an endpoint, else all. *delay* is in
    seconds; for the services themselves never less than what they publish. *wet*: see `CommonCrawl`; *pictures*:
    which ones of the posts. The others are as in `run_crawl`. Listings of a run that was cut short, and captures that
    are here, are not asked for again.

    Raises UsageError and ArchiveUnusable; all else that goes wrong is in the report.
    """
    archives = chosen(endpoints, sources, day(since, "--since"), day(until, "--until"), delay=delay, wet=wet)
    hosts = frozenset(host for one in archives for host in one.service.hosts)
    needs_contact(hosts, contact)
    wanted = sites_of(targets, Path(archive_path))
    with open_run(archive_path, now=now, monotonic=monotonic, interrupts=interrupts or Interrupts(sleep)) as run:
        run.begin("recover")
        with AheadFetcher(
            contact, delay=delay or 0.0, now=now, sleep=run.interrupts.sleep, monotonic=monotonic,
            limits=limits or LIMITS,
            named_hosts=hosts - OWN_HOSTS, interfaces=hosts, paces=run.archive.paces(),
            on_request=on_request, check=run.interrupts.check,
        ) as fetcher:  # fmt: skip
            session = NetworkSession(run=run, fetcher=fetcher, progress=progress)
            for site in wanted:
                run.archive.site(site)
            recovery = Recovery(
                session=session,
                sites=wanted,
                archives=archives,
                all_times=since is None and until is None,
                pictures=pictures,
            )
            return _report(recovery, exit_status(_stoppable(recovery), failed=bool(session.told)))


def _stoppable(recovery: Recovery) -> list[int]:
    try:
        with recovery.session.run.interrupts.punctual():
            return recovery.run()
    except Interrupted as error:
        recovery.session.messages.append(str(error))
        return [error.exit_status]


def _report(recovery: Recovery, status: int) -> Report:
    """Seal the run, and say how it went."""
    session = recovery.session
    requests = session.fetcher.requests
    summary = session.finish(status)
    asked = " and ".join(TITLES[one.source] for one in recovery.archives)
    line = (
        f"{plural(recovery.captures, 'capture')} from {asked}: {summary.new} new, {summary.changed} changed, "
        f"{plural(len(session.failed), 'problem')}{' (see `ushrn status`)' if session.failed else ''}, "
        f"{plural(requests, 'request')} in {session.run.took}; chain {summary.chain_sha256}"
    )
    return Report(
        exit_status=status, line=line, messages=tuple(session.messages), causes=session.untold(),
        captures=recovery.captures, new=summary.new, changed=summary.changed, problems=len(session.failed),
        requests=requests, chain_sha256=summary.chain_sha256,
    )  # fmt: skip
