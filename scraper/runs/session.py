"""What all parts of one run share: the archive, the clock, and what has gone wrong so far."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from scraper import sites, urls
from scraper.decide import Judgement, Meaning, behind_missing, marked, observe
from scraper.errors import ArchiveError, FetchFailed, RobotsUnavailable
from scraper.fetch import AheadFetcher, Fetcher, Standing, Validators
from scraper.reading import PageRead, ReaderApart, outcome, read_capture
from scraper.records import Capture, Problem, Reading, Site, Target
from scraper.runs.report import ALARM, FAULT
from scraper.runs.run import Run
from scraper.store import NOT_JUDGED, Archive, BodyAhead, CrawlSummary, Outcome, lookups
from scraper.vocabulary import PROGRAM_FAULT, CaptureKind, Level, Stage, Verdict

#: Why a redirect that seems to say that a post is away is held.
UNDECIDED = "where it leads could not be fetched"
#: When so many answers in a row were there before they were wanted, reading is what a run waits for.
ENOUGH_EARLY = 16
#: So many pages take longer to be read than a process takes to begin with that.
ENOUGH_PAGES = 64
#: So many answers may wait to be stored. A kill loses them, and they are asked for again.
REACH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressStep:
    """One step of progress, for whoever watches."""

    site: str
    #: ``discover``, ``posts``, ``files`` or ``counts``; of a recovery ``list`` or ``captures``.
    stage: str
    done: int
    #: None: not known yet.
    total: int | None
    url: str


@dataclass(slots=True, kw_only=True)
class Session:
    """What one run writes to the archive, and what it will say of it."""

    run: Run
    progress: Callable[[ProgressStep], None] = lambda _: None
    #: (url, stage) of everything that went wrong and has not worked since.
    open_problems: set[tuple[str, str]] = field(init=False)
    #: Pages, files and addresses that had errors in this run; notes are not among them.
    failed: set[str] = field(default_factory=set)
    #: Errors that are to be told: what is new or graver, and what is old once a week.
    told: list[Problem] = field(default_factory=list)
    #: Exit statuses that what happened asks for, beside those of sites and sources.
    statuses: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.open_problems = self.run.archive.open_problems()

    @property
    def archive(self) -> Archive:
        """The archive, open for writing."""
        return self.run.archive

    @property
    def messages(self) -> list[str]:
        """What a reader of the log should know, in order."""
        return self.run.messages

    def at(self) -> str:
        """The present instant, ISO 8601 UTC."""
        return self.run.at()

    def note(self, problem: Problem) -> bool:
        """Writes a problem or a note to the archive; whether it is to be told."""
        told = self.archive.note(problem, self.at(), self.run.crawl_id)
        self.open_problems.add((problem.url or "", problem.stage))
        if problem.level == Level.ERROR:
            self.failed.add(problem.url or "")
            self.told += [problem] if told else []
        return told

    def tell(self, problem: Problem, where: str) -> None:
        """Writes a problem or a note, and where it is to be told says it to whoever watches."""
        if self.note(problem):
            self.messages.append(f"{where}: {problem.message}")

    def untold(self) -> tuple[Problem, ...]:
        """Of what is to be told that which no message has said, the first of each page."""
        said = "\n".join(self.messages)
        first = {one.url: one for one in reversed(self.told)}
        return tuple(one for one in reversed(first.values()) if one.message not in said)

    def alarm(self, message: str) -> None:
        """Many posts are not as they were: said, and the run ends with `ALARM`."""
        self.messages.append(message)
        self.statuses.add(ALARM)

    @contextmanager
    def contained(self, url: str, stage: Stage) -> Iterator[None]:
        """Within, a fault of the program ends nothing but what is within: it is noted, and the run goes on."""
        try:
            yield
        except ArchiveError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a page does to us, the next page is looked at
            message = f"a fault of the program ({type(error).__name__}: {error}); please report it. All else was done"
            self.tell(Problem(stage=stage, kind=PROGRAM_FAULT, url=url, message=message[:500]), url)
            self.statuses.add(FAULT)

    def judge(self, capture_id: int, kind: Judgement, why: str, *, by: str = "crawl") -> None:
        """Decides something about a stored capture; *by*: the command."""
        self.archive.judge(capture_id, kind, why, at=self.at(), by=by, crawl_id=self.run.crawl_id)

    def behind_missing(self, answer: Capture, site: str) -> str | None:
        """The wall that a 404 or 410 of *site* is by its marks, as the newest page that shows a post there lacks them;
        None: it is an absence, or there is no such page.
        """
        if marked(answer) is None or (number := lookups.newest_page(self.archive.db, site)) is None:
            return None
        return behind_missing(answer, self.archive.capture(number))

    def hear_links(self) -> None:
        """Notes the posts that archived posts link to, on any of the network's sites."""
        db, targets = self.archive.db, []
        known = lookups.known_addresses(db)
        for link in lookups.unheard_links(db):
            url, site = urls.canonical(link), sites.site_for(link)
            if url not in known and urls.is_post(url) and sites.by_id(site.id) is not None:
                targets.append(Target(url=url, site=site.id, found_by=("link",)))
        self.archive.discover(targets, self.at())

    def resolve(self, url: str, stage: Stage) -> None:
        """What had gone wrong there works now."""
        if (url, stage) in self.open_problems:
            self.archive.resolve(url, stage)
            self.open_problems.discard((url, stage))

    def resolve_kinds(self, url: str, stage: Stage, closes: Callable[[str], bool]) -> None:
        """As `resolve`, of the kinds of problems that it *closes* alone."""
        if (url, stage) in self.open_problems:
            self.archive.resolve(url, stage, closes=closes)

    def cap(self, kind: str, url: str, message: str | None, level: Level = Level.NOTE) -> None:
        """Says which limit of this program was met; None: it is not met, or no more."""
        if message is None:
            self.resolve_kinds(url, Stage.CAP, lambda one: one == kind)
        else:
            self.note(Problem(stage=Stage.CAP, kind=kind, level=level, url=url, message=message))

    def keep(
        self, capture: Capture, reading: Reading | None = None, judged: Mapping[Judgement, str] = NOT_JUDGED
    ) -> Outcome:
        """Stores a capture with what it says and what is *judged* of it, in one transaction."""
        reading = reading or read_capture(capture)
        outcome = self.archive.keep(capture, reading, self.run.crawl_id, judged)
        self.told += outcome.told
        whole = capture.status is not None and capture.ok
        if outcome.verdict == Verdict.WORSE and whole:
            self.failed.add(outcome.post_url or capture.url)
        if outcome.verdict != Verdict.DUPLICATE and capture.not_modified_of is None:
            self._count_errors(capture.url, reading)
        return outcome

    def _count_errors(self, url: str, reading: Reading) -> None:
        """Remembers what the archive has just noted of a page."""
        for problem in reading.problems:
            where = problem.url or url
            self.open_problems.add((where, problem.stage))
            if problem.kind == PROGRAM_FAULT:
                self.statuses.add(FAULT)
            if problem.level == Level.ERROR:
                self.failed.add(where)

    def keep_undecided(self, captures: tuple[Capture, ...]) -> None:
        """Keeps what came on the way to an answer that was not had, or is not known yet: none of it says that a post is
        away.
        """
        for capture in captures:
            absent = observe(capture, 0, ("", "", "", "", ""), None).meaning is Meaning.ABSENT
            self.keep(capture, judged={Judgement.HELD: UNDECIDED} if absent else NOT_JUDGED)

    def keep_all(self, captures: tuple[Capture, ...]) -> None:
        """Keeps evidence that decides nothing by itself."""
        for capture in captures:
            self.keep(capture)


@dataclass(frozen=True, slots=True)
class BegunAhead:
    """What was begun with an answer that was asked for ahead, in the thread that fetched it; None: nothing."""

    said: Future[PageRead] | None = None
    body: BodyAhead | None = None


@dataclass(slots=True, kw_only=True)
class NetworkSession(Session):
    """A session that asks other machines."""

    fetcher: Fetcher
    #: Where pages are read while others are stored, once they come faster than that.
    reader: ReaderApart = field(default_factory=ReaderApart)

    def finish(self, status: int) -> CrawlSummary:
        """Keeps what was learned of the hosts' patience, and seals the run."""
        self.archive.keep_paces(self.fetcher.paces())
        return self.run.finish(status, requests=self.fetcher.requests)

    def expect_pages(self, count: int) -> None:
        """So many pages will be asked for: where no pause lies between them, reading is what the run will wait for."""
        if count >= ENOUGH_PAGES and self.fetcher.is_hurried:
            self.reader.start()

    @property
    def reach(self) -> int:
        """How many pages may be asked for ahead of the one that is read: a kill costs these, and that one. Where they
        are read elsewhere and no pause lies between them, so many wait that there is always one to read and one to
        store, also while this process tells search of those that it has.
        """
        match self.fetcher:
            case AheadFetcher(is_hurried=True) if self.reader.is_up:
                return REACH
            case AheadFetcher():
                return 1
        return 0

    def ask_ahead(self, url: str, kind: CaptureKind, site: Site, validators: Validators | None = None) -> None:
        """Begins with what `ask` will be asked for next, with the very same words."""
        if not isinstance(self.fetcher, AheadFetcher):
            return
        if self.fetcher.early >= ENOUGH_EARLY:
            self.reader.start()

        def arrived(answer: Capture) -> BegunAhead:
            said = self.reader.begin(answer)
            return BegunAhead(said, None if answer.body is None else self.archive.prepare(url, kind, answer.body))

        self.fetcher.ahead(url, kind=kind, hosts=frozenset(site.hosts), validators=validators, arrived=arrived)

    def ask_no_more_ahead(self) -> None:
        """Something is in the way, or all was asked for: what was not begun with yet is asked for when it is wanted, if
        it is; what was kept is committed.
        """
        if isinstance(self.fetcher, AheadFetcher):
            self.fetcher.call_off()
        self.archive.commit()

    def await_next(self, url: str, kind: CaptureKind, site: Site, validators: Validators | None = None) -> None:
        """Before `ask` with the same words. What was kept is committed while an answer is waited for; where it is
        there, and pages are read elsewhere, it is committed with that one. Raises Interrupted where the run was asked
        to stop, and this was not begun with.
        """
        standing = Standing.NOT_BEGUN
        if isinstance(self.fetcher, AheadFetcher):
            standing = self.fetcher.standing(url, kind=kind, hosts=frozenset(site.hosts), validators=validators)
        if standing is Standing.HAS_COME and self.reader.is_up:
            self.archive.commit_later()
        else:
            self.archive.commit()
        if standing is Standing.NOT_BEGUN:
            self.run.interrupts.check()

    def _begun(self, answer: Capture) -> BegunAhead:
        if isinstance(self.fetcher, AheadFetcher):
            return self.fetcher.begun(answer) or BegunAhead()
        return BegunAhead()

    def read(self, answer: Capture) -> PageRead:
        """What an answer says; it may have been read already."""
        begun = self._begun(answer)
        if begun.body is not None:
            self.archive.expect_body(begun.body)
        page = outcome(begun.said, answer)
        if page.reading.body_text is not None:
            self.archive.expect(page.reading.body_text, page.samples)
        return page

    def ask(
        self, url: str, kind: CaptureKind, site: Site, validators: Validators | None = None
    ) -> tuple[tuple[Capture, ...], Capture]:
        """Fetches *url* within the site's hosts: what came on the way (not yet kept), and the answer.

        When no answer is had, what came is kept before the error goes on. That another host of the site refuses its
        robots.txt is this address's failure, not the site's: FetchFailed.
        """
        try:
            captures = self.fetcher.get(url, kind=kind, hosts=frozenset(site.hosts), validators=validators)
        except ArchiveError as error:
            self.keep_undecided(error.captures)
            if isinstance(error, RobotsUnavailable):
                raise FetchFailed(url, str(error)) from error
            raise
        return captures[:-1], captures[-1]
