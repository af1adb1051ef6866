"""What all parts of one import share, beyond what every run does: what was taken so far."""

from dataclasses import dataclass, field, replace

from scraper import sites, urls
from scraper.imports.logs import Restoring
from scraper.records import Capture, Problem, Reading, Target, Whole
from scraper.run_log import LoggedDecision
from scraper.runs import Session
from scraper.store import Outcome, PlaceInFile, aside
from scraper.vocabulary import CaptureKind, Level, ReadingKind, Stage, TimeBasis, Verdict


@dataclass(slots=True, kw_only=True)
class ImportSession(Session):
    """One run of `import`."""

    captures: int = 0
    #: Of these, captures that the archive had already.
    known: int = 0
    #: Of those, captures that are set aside.
    aside: int = 0
    #: Captures whose only time is that of their file.
    by_file_time: int = 0
    #: Files and addresses of which this import itself could not use something; what their pages lack is not in it.
    reported: set[str] = field(default_factory=set)
    #: Where the archive is restored from an export of it: into the runs that it had, not into one of its own.
    restoring: Restoring | None = None

    def begin(self) -> None:
        """Begin the run of this import, or those that are restored."""
        if self.restoring is None:
            self.run.begin("import")
        else:
            self.archive.begin_again(self.restoring.log)

    def take(
        self,
        capture: Capture,
        reading: Reading,
        *,
        record: str | None = None,
        whole: Whole | None = None,
        place: PlaceInFile | None = None,
    ) -> Outcome:
        """Store a capture with what it says, in one transaction.

        *record*: its digest, where it was our own crawl that made it, and settled its kind. *whole*: what it was before
        something was left out of it. *place*: where in an imported file it stands. A page that names posts is kept as
        a list, as by a crawl that asked for one.
        """
        is_list = capture.kind == CaptureKind.OTHER and reading.kind == ReadingKind.LIST and reading.listed
        if record is None and is_list:
            capture = replace(capture, kind=CaptureKind.LIST)
        self.archive.site(sites.site_for(capture.url))
        crawl_id: int | None = self.run.crawl_id
        decided: tuple[LoggedDecision, ...] = ()
        if self.restoring is not None:
            crawl_id = self.restoring.runs.get(record or "")
            decided = self.restoring.decided.get(record or "", ())
        outcome = self.archive.keep(capture, reading, crawl_id, decided=decided, whole=whole, place=place)
        self.told += outcome.told
        self.captures += 1
        self.by_file_time += capture.captured_at_basis == TimeBasis.FILE_TIME
        if outcome.verdict == Verdict.DUPLICATE:
            self.known += 1
            self.aside += aside.is_aside(self.archive.db, outcome.capture_id)
        else:
            self._count_errors(capture.url, reading)
            self._discover(capture, reading)
            self._report_unread(capture, reading)
        return outcome

    def _report_unread(self, capture: Capture, reading: Reading) -> None:
        """A page under a post's address in which no post could be read is always an error."""
        is_page = capture.body is not None and capture.ok
        if is_page and urls.is_post(capture.url) and reading.kind not in (ReadingKind.POST, ReadingKind.MISSING):
            why = next((problem.message for problem in reading.problems), f"found a page of kind {reading.kind}")
            self.report(capture.url, "unread-post", f"no post could be read in it: {why}")

    def _discover(self, capture: Capture, reading: Reading) -> None:
        """Note the posts that a list, feed or sitemap names."""
        way = capture.kind if capture.kind in (CaptureKind.SITEMAP, CaptureKind.FEED) else CaptureKind.LIST
        site = sites.site_for(capture.url).id
        named = [
            listed for listed in reading.listed if urls.is_post(listed.url) and urls.same_site(listed.url, capture.url)
        ]
        if named:
            targets = [Target(url=one.url, site=site, found_by=(way,), lastmod=one.lastmod) for one in named]
            self.archive.discover(targets, capture.captured_at)

    def report(self, where: str, kind: str, message: str, *, level: Level = Level.ERROR) -> None:
        """Write an error or a note about a file or address to the archive, and tell it."""
        self.note(Problem(stage=Stage.IMPORT, kind=kind, message=message, level=level, url=where))
        self.messages.append(f"{where}: {message}")
        if level == Level.ERROR:
            self.reported.add(where)
