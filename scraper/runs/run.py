"""One run of a verb that writes: it holds the lock, opens the archive and brings it up to date, begins, ends sealed."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from scraper import lock
from scraper.dates import utc
from scraper.errors import ArchiveUnusable
from scraper.fetch import RequestLog
from scraper.reading import READER, fingerprint, read_capture
from scraper.runs.budget import Budget, Spending
from scraper.runs.interrupts import Interrupts, handle_signals
from scraper.runs.report import format_duration
from scraper.seal import publishing, sealer
from scraper.store import Archive, CrawlSummary

RENEWED = "the rules or packages that read pages have changed: all stored captures were read again first"


@dataclass(slots=True, kw_only=True)
class Run:
    """A run. `begin` gives it a row in `crawls`, `finish` seals it."""

    archive: Archive
    interrupts: Interrupts
    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    #: What a reader of the log should know, in order.
    messages: list[str] = field(default_factory=list)
    started: datetime = field(init=False)
    crawl_id: int = 0
    budget: Budget = field(default_factory=Budget)
    spending: Spending = field(init=False)
    #: By the monotonic clock, when it began.
    clock: float = field(init=False)
    #: The file that is written to: device and number there. Another one may come to stand at its place.
    _file: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.started, self.clock = self.now(), self.monotonic()
        self._file = _standing(self.archive.path)
        folder = self.archive.path.absolute().parent
        self.spending = Spending(
            budget=self.budget, elapsed=lambda: self.monotonic() - self.clock,
            free=lambda: shutil.disk_usage(folder).free,
        )  # fmt: skip

    def at(self) -> str:
        """The present instant, ISO 8601 UTC."""
        return utc(self.now())

    def rebuild_if_stale(self) -> None:
        """Reads again what older rules had read, and says so."""
        if self.archive.stale_reader():
            self.archive.rebuild(progress=lambda _done, _total: self.interrupts.check())
            self.messages.append(RENEWED)

    def begin(self, command: str) -> None:
        """Gives the run its row. Runs that were killed are sealed first."""
        self.crawl_id = self.archive.begin(command, utc(self.started))

    def finish(self, exit_status: int, *, requests: int = 0) -> CrawlSummary:
        """Seals the run: the last thing that it writes. What signs its end belongs after the chain, here."""
        summary = self.archive.finish(
            self.crawl_id, finished_at=utc(self.now()), requests=requests, exit_status=exit_status
        )
        if not self.interrupts.asked:
            self.messages += publishing.stamp_as_configured(self.archive)
        self.archive.checkpoint()
        return summary

    def spend(self, request: RequestLog) -> None:
        """Counts a request; the run is asked to stop where a bound of its budget is met, or its file is taken away."""
        if not self.is_in_place():
            self.interrupts.ask("the loss of its archive")
            return
        met = self.spending.add(request)
        if met is not None and not self.interrupts.asked:
            self.interrupts.ask(met)

    def is_in_place(self) -> bool:
        """Whether the file that is written to still stands where the archive is looked for."""
        return _standing(self.archive.path) == self._file

    @property
    def took(self) -> str:
        """How long the run has lasted, for its last line."""
        return format_duration(self.monotonic() - self.clock)


@contextmanager
def open_run(
    path: str | Path,
    *,
    now: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
    interrupts: Interrupts | None = None,
    create: bool = True,
    up_to_date: bool = True,
    budget: Budget | None = None,
    first: Callable[[], None] = lambda: None,
) -> Iterator[Run]:
    """A run over the archive at *path*, which is locked and open within. SIGINT and SIGTERM end it after the page.

    *create*: make the archive where there is none. *up_to_date*: read again first what older rules had read.
    *budget*: what the run may cost. *first*: called when the archive is locked, before it is opened or made.
    Raises ArchiveUnusable, also ArchiveBusy at once when another run holds the archive, and at the end where another
    file, or none, stands at its place.
    """
    stop, seal, reads = interrupts or Interrupts(), sealer(now), fingerprint()
    with lock.writing(path, utc(now())), handle_signals(stop), ExitStack() as opened:
        began = now(), monotonic()
        first()
        archive = opened.enter_context(
            Archive.open(path, create=create, read=read_capture, reader=READER, fingerprint=reads, seal=seal)
        )
        run = Run(
            archive=archive,
            interrupts=stop,
            now=now,
            monotonic=monotonic,
            budget=budget or Budget(),
            messages=seal.messages,
        )
        run.started, run.clock = began
        if up_to_date:
            run.rebuild_if_stale()
        with _in_place(run, path):
            yield run


@contextmanager
def _in_place(run: Run, path: str | Path) -> Iterator[None]:
    """Raises ArchiveUnusable at the end, however that comes, where another file, or none, stands at *path* by then."""
    try:
        yield
    except Exception as error:
        if run.is_in_place():
            raise
        raise _taken_away(path) from error
    if not run.is_in_place():
        raise _taken_away(path)


def _taken_away(path: str | Path) -> ArchiveUnusable:
    return ArchiveUnusable(
        f"{path}: the file was moved, deleted or replaced while this run wrote to it, so that what the run kept is not "
        "there; put the file back that was moved, or run the same command again"
    )


def _standing(path: Path) -> tuple[int, int]:
    """Which file stands at *path*: its device, and its number there; zeros: none."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino
