"""Documents that old posts link to, from the same web archives."""

from collections.abc import Sequence
from dataclasses import replace

from scraper import sites, urls
from scraper.crawl import MOST_FILES, Attachments, file_fault
from scraper.records import Capture, Problem, Site
from scraper.recover import client as asking
from scraper.recover import selection
from scraper.recover.archives import WebArchive
from scraper.runs import NetworkSession, ProgressStep
from scraper.store import recovery_queries
from scraper.vocabulary import CaptureKind, Level
from scraper.warc import CdxRecord

#: Source → address → captures.
Rows = dict[str, dict[str, list[CdxRecord]]]


class Files:
    """Gets one site's documents, also those of posts that are gone."""

    def __init__(
        self, session: NetworkSession, site: Site, archives: Sequence[WebArchive], hosts: frozenset[str], rows: Rows
    ) -> None:
        """*rows*: all that the archives list of *hosts*, by source and address."""
        self.session = session
        self.site = site
        self.archives = archives
        self._hosts = hosts
        self._rows = rows
        # Not only from the site's own hosts: nothing is asked of them, and the network's sites link to each other.
        self._wanting = [Attachments(session, one).wants for one in (site, *sites.SITES)]

    def run(self) -> None:
        """Every document linked from a post that the archive does not hold, from the first archive that gives it."""
        wanted = [
            url for url in recovery_queries.wanted_files(self.session.archive.db, self.site.id) if self._wants(url)
        ][:MOST_FILES]
        for number, url in enumerate(wanted):
            self.session.run.interrupts.check()
            self.session.progress(
                ProgressStep(site=self.site.id, stage="files", done=number, total=len(wanted), url=url)
            )
            self._recover(url)

    def _wants(self, url: str) -> bool:
        return any(wants(url) for wants in self._wanting)

    def _recover(self, url: str) -> None:
        if asking.rests(self.session, url):
            return
        if any(self._from(archive, url) for archive in self.archives):
            self.session.resolve(url, asking.STAGE)
            return
        message = "linked from a post, but no web archive that was asked has it; asked again after 30 days"
        self.session.note(Problem(stage=asking.STAGE, kind="no-file", level=Level.NOTE, url=url, message=message))

    def _from(self, archive: WebArchive, url: str) -> bool:
        """Whether *archive* gave the file, in all its versions."""
        listed = urls.host(url) in self._hosts
        rows = (
            self._rows.get(archive.source, {}).get(spelled(url), [])
            if listed
            else archive.list_one(self.session, url).rows
        )
        pages = [row for row in rows if selection.is_page(row) and spelled(row.url) == spelled(url)]
        held = asking.held(self.session.archive.db, archive.source, pages)
        had = [self._get(archive, row) for row in selection.worth(pages) if not held.has(row, archive.near)]
        return any(had)

    def _get(self, archive: WebArchive, row: CdxRecord) -> bool:
        where = archive.name(row)
        if asking.rests(self.session, where):
            return False
        return asking.take(self.session, where, lambda: archive.get(self.session, row, CaptureKind.FILE), judged)


def judged(capture: Capture) -> Capture:
    """*capture* as a file, where it is one by its content; a page in a file's place is kept as what it is."""
    if capture.status == 200 and file_fault(capture) is None:
        return replace(capture, kind=CaptureKind.FILE)
    if capture.kind == CaptureKind.FILE:
        return replace(capture, kind=CaptureKind.OTHER)
    return capture


def spelled(url: str) -> str:
    """*url* in one spelling, whatever its scheme and ``www.``."""
    return urls.spellings(url)[0]


def by_url(listed: dict[str, list[CdxRecord]]) -> Rows:
    """The rows of each source by address."""
    found: Rows = {}
    for source, rows in listed.items():
        known = found.setdefault(source, {})
        for row in rows:
            known.setdefault(spelled(row.url), []).append(row)
    return found
