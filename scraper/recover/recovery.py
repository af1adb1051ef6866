"""One recovery: list, choose, get, then files, then what is where."""

from dataclasses import dataclass, field

from scraper.crawl import Want
from scraper.dates import can_be_captured
from scraper.errors import ArchiveError, Forbidden, RateLimited, Unreachable
from scraper.numbers import plural
from scraper.records import Problem, Site
from scraper.recover import client as asking
from scraper.recover import coverage, selection
from scraper.recover.archives import TITLES, WebArchive
from scraper.recover.client import Listing
from scraper.recover.files import Files, by_url
from scraper.recover.pictures import PictureRecovery
from scraper.runs import NetworkSession, ProgressStep, judge_arrivals
from scraper.vocabulary import CaptureKind, Level
from scraper.warc import CdxRecord


@dataclass(slots=True, kw_only=True)
class Recovery:
    """One run over all sites and archives."""

    session: NetworkSession
    sites: list[Site]
    archives: list[WebArchive]
    heard: coverage.Heard = field(default_factory=coverage.Heard)
    #: Everything listed, by source.
    rows: dict[str, list[CdxRecord]] = field(default_factory=dict)
    captures: int = 0
    #: Whether all times were asked for.
    all_times: bool = True
    pictures: Want = Want.ORIGINAL

    def run(self) -> list[int]:
        """The exit status of each archive; 3: it gave nothing at all. Raises Interrupted."""
        statuses = [self._guarded(archive) for archive in self.archives]
        willing = [archive for archive, status in zip(self.archives, statuses, strict=True) if status == 0]
        self.session.hear_links()
        hosts = frozenset(host for site in self.sites for host in site.hosts)
        rows = by_url(self.rows)
        for site in self.sites:
            try:
                Files(self.session, site, willing, hosts, rows).run()
                PictureRecovery(self.session, site, willing, self.pictures).run()
            except RateLimited as error:
                statuses.append(self._say(error))
            coverage.settle(self.session, site, self.heard)
        judge_arrivals(self.session, "recover")
        return [*statuses, *self.session.statuses]

    def _guarded(self, archive: WebArchive) -> int:
        try:
            whole = self._from(archive)
        except (RateLimited, Forbidden, Unreachable) as error:
            return self._say(error)
        if whole or self.rows.get(archive.source):
            return 0
        return self._say(
            Unreachable(
                f"{TITLES[archive.source]}: no listing came from {', '.join(sorted(archive.service.hosts))}; "
                "`ushrn status` says why. Run again later, or name another --endpoint"
            )
        )

    def _say(self, error: ArchiveError) -> int:
        self.session.messages.append(str(error))
        return error.exit_status

    def _from(self, archive: WebArchive) -> bool:
        """Lists and gets what one archive has; whether its listings could all be fetched."""
        listed = self._listed(archive)
        if listed.whole and self.all_times:
            self.heard.whole.add(archive.source)
        posts = [row for site in self.sites for row in coverage.of_site(listed.rows, site)]
        self.heard.add(archive.source, posts)
        coverage.hear(self.session, archive.source, posts)
        held = asking.held(self.session.archive.db, archive.source, posts)
        worth = selection.worth(row for row in posts if can_be_captured(row.captured_at, self.session.run.now()))
        wanted = [row for row in worth if not held.has(row, archive.near)]
        for number, row in enumerate(wanted):
            self.session.run.interrupts.check()
            label = f"{row.timestamp} {row.url}"
            self.session.progress(
                ProgressStep(site=archive.source, stage="captures", done=number, total=len(wanted), url=label)
            )
            self._get(archive, row)
        return listed.whole

    def _step(self, archive: WebArchive, stage: str, done: int, total: int | None, what: str) -> None:
        self.session.progress(ProgressStep(site=archive.source, stage=stage, done=done, total=total, url=what))

    def _possible(self, archive: WebArchive, rows: list[CdxRecord]) -> list[CdxRecord]:
        """*rows* but those that are dated in the future, which are said to be left out."""
        possible = [row for row in rows if can_be_captured(row.captured_at, self.session.run.now())]
        left = len(rows) - len(possible)
        if left:
            message = f"{plural(left, 'capture')} dated in the future, left out"
            where = min(archive.service.hosts)
            self.session.note(Problem(stage=asking.STAGE, kind="future", level=Level.NOTE, url=where, message=message))
        return possible

    def _get(self, archive: WebArchive, row: CdxRecord) -> None:
        where = archive.name(row)
        if not asking.rests(self.session, where):
            had = asking.take(
                self.session, where, lambda: archive.get(self.session, row, CaptureKind.POST), lambda one: one
            )
            self.captures += had

    def _listed(self, archive: WebArchive) -> Listing:
        """What the archive lists of all sites, each pattern asked for once."""
        found: list[CdxRecord] = []
        whole = True
        for pattern in dict.fromkeys(pattern for site in self.sites for pattern in patterns(site)):
            self.session.run.interrupts.check()
            self._step(archive, "list", len(found), None, pattern)
            part = archive.list(self.session, pattern)
            found += part.rows
            whole = whole and part.whole
            self.rows[archive.source] = self._possible(archive, found)
        return Listing(tuple(found), whole)


def patterns(site: Site) -> tuple[str, ...]:
    """What all addresses of a site begin with, as web archives sort them: without scheme and ``www.``."""
    path = site.base_url.partition("://")[2].partition("/")[2]
    return tuple(dict.fromkeys(f"{host.removeprefix('www.')}/{path}" for host in site.hosts))
