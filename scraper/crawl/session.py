"""What all parts of one crawl share: the archive, the fetcher, the clock, and what has gone wrong so far."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from scraper import urls
from scraper.crawl.interrupts import Interrupts
from scraper.dates import utc
from scraper.decide import UrlState
from scraper.errors import ArchiveError, FetchFailed, Forbidden, RobotsUnavailable
from scraper.fetch import Fetcher, Validators
from scraper.reading.capture import read_capture
from scraper.records import Capture, Problem, Reading, Site
from scraper.store import Archive, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of progress, for whoever watches."""

    site: str
    #: ``discover``, ``posts``, ``files`` or ``counts``.
    stage: str
    done: int
    #: None: not known yet.
    total: int | None
    url: str


@dataclass(slots=True, kw_only=True)
class Session:
    """One run of `crawl`."""

    archive: Archive
    fetcher: Fetcher
    crawl_id: int
    now: Callable[[], datetime]
    interrupts: Interrupts
    #: Fetch everything known, without conditional requests.
    full: bool = False
    counts: bool = True
    progress: Callable[[Step], None] = lambda _: None
    #: What a reader of the log should know, in order.
    messages: list[str] = field(default_factory=list)
    #: (url, stage) of everything that went wrong and has not worked since.
    open_problems: set[tuple[str, str]] = field(default_factory=set)
    #: What robots.txt kept us from asking, and how many sources answered, whatever they said.
    refused: list[str] = field(default_factory=list)
    answered: int = 0
    #: Pages that had errors in this run; notes are not among them.
    failed: set[str] = field(default_factory=set)

    def at(self) -> str:
        """The present instant, ISO 8601 UTC."""
        return utc(self.now())

    def note(self, problem: Problem) -> None:
        """Writes a problem or a note to the archive."""
        self.archive.note(problem, self.at(), self.crawl_id)
        self.open_problems.add((problem.url or "", problem.stage))
        if problem.level == "error":
            self.failed.add(problem.url or "")

    def resolve(self, url: str, stage: str) -> None:
        """What had gone wrong there works now."""
        if (url, stage) in self.open_problems:
            self.archive.resolve(url, stage)
            self.open_problems.discard((url, stage))

    def keep(self, capture: Capture, reading: Reading | None = None) -> Outcome:
        """Stores a capture with what it says, in one transaction."""
        reading = reading or read_capture(capture)
        outcome = self.archive.keep(capture, reading, self.crawl_id)
        whole = capture.status is not None and 200 <= capture.status < 300
        if outcome.verdict == "worse" and whole:
            self.failed.add(outcome.post_url or capture.url)
        if outcome.verdict != "duplicate" and capture.not_modified_of is None:
            self._heed(capture.url, reading)
        return outcome

    def _heed(self, url: str, reading: Reading) -> None:
        """Remembers what the archive has just noted of a page."""
        for problem in reading.problems:
            where = problem.url or url
            self.open_problems.add((where, problem.stage))
            if problem.level == "error":
                self.failed.add(where)

    def ask(
        self, url: str, kind: str, site: Site, validators: Validators | None = None
    ) -> tuple[tuple[Capture, ...], Capture]:
        """Fetches *url* within the site's hosts: what came on the way (not yet kept), and the answer.

        When no answer is had, what came is kept before the error goes on. That another host of the site refuses its
        robots.txt is this address's failure, not the site's: FetchFailed.
        """
        try:
            captures = self.fetcher.get(url, kind=kind, hosts=frozenset(site.hosts), validators=validators)
        except ArchiveError as error:
            self.keep_all(error.captures)
            if isinstance(error, RobotsUnavailable):
                raise FetchFailed(url, str(error)) from error
            raise
        return captures[:-1], captures[-1]

    def keep_all(self, captures: tuple[Capture, ...]) -> None:
        """Keeps evidence that decides nothing by itself."""
        for capture in captures:
            self.keep(capture)

    def source(
        self,
        url: str,
        kind: str,
        site: Site,
        memory: dict[str, UrlState],
        *,
        is_one: Callable[[Capture, Reading], bool] = lambda _capture, _reading: True,
        hold: bool = False,
    ) -> tuple[Capture, Reading] | None:
        """The answer of a sitemap, feed or list, kept, with what it says; None where there is none worth reading.

        A 304 is kept as it came; what it confirms is read in its place. An answer that *is_one* denies to be what
        was asked for is kept as of kind ``other``. *hold*: a whole page is left for the caller to keep.
        """
        known = memory.get(urls.canonical(url))
        try:
            hops, answer = self.ask(url, kind, site, validators_of(known))
        except Forbidden as error:
            self.refused.append(str(error))
            self.note(Problem(stage="discover", kind="forbidden", level="note", url=url, message=str(error)))
            return None
        except FetchFailed as error:
            self.note(Problem(stage="discover", kind="fetch-failed", url=url, message=error.reason))
            return None
        self.keep_all(hops)
        self.answered += 1
        if answer.status == 304 and answer.not_modified_of is not None:
            self.keep(answer)
            held = self.archive.capture(answer.not_modified_of)
            return held, read_capture(held)
        reading = read_capture(answer)
        if hold and answer.kind == kind and answer.status == 200:
            return answer, reading
        if answer.kind == kind and not is_one(answer, reading):
            answer = replace(answer, kind="other")
        self.keep(answer, reading)
        if answer.status != 200 or answer.body is None:
            self._no_source(url, kind, answer)
            return None
        if answer.truncated:
            message = f"expected a whole {kind}, found {len(answer.body)} bytes of it (cut by {answer.truncated})"
            self.note(Problem(stage="discover", kind="source-cut", url=url, message=message))
            return answer, reading
        if not any(problem.stage == "discover" for problem in reading.problems):
            self.resolve(url, "discover")
        return answer, reading

    def _no_source(self, url: str, kind: str, answer: Capture) -> None:
        """A source that is not there is a note: there are others. One that fails is an error."""
        missing = answer.status in (404, 410) or answer.redirected_to is not None
        found = f"status {answer.status}" + (f" to {answer.redirected_to}" if answer.redirected_to else "")
        self.note(
            Problem(
                stage="discover",
                kind="no-source" if missing else "source-failed",
                level="note" if missing else "error",
                url=url,
                message=f"expected a {kind}, found {found}; the other sources were used",
            )
        )


def validators_of(known: UrlState | None) -> Validators | None:
    """What the server said about the copy that we hold; None: we hold none."""
    if known is None or known.capture_id is None or not (known.etag or known.last_modified):
        return None
    return Validators(etag=known.etag, last_modified=known.last_modified, capture_id=known.capture_id)
