"""Fetching in a thread of its own: the next answers come while the last one is read and stored."""

import queue
import threading
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from scraper.errors import Interrupted
from scraper.fetch.fetcher import Fetcher
from scraper.fetch.limits import Validators
from scraper.fetch.robots import Robots
from scraper.records import Capture
from scraper.vocabulary import CaptureKind

#: So long an answer is still waited for when the run is asked to stop; then it is given up.
GRACE_SECONDS = 0.5
#: How often it is looked whether the run was asked to stop.
_LOOK_SECONDS = 0.1

_Captures = tuple[Capture, ...]
_Question = tuple[object, ...]


class Standing(Enum):
    """How far it is with an answer: it came, it was asked for ahead, or it is still to be asked for."""

    NOT_BEGUN = auto()
    BEGUN = auto()
    HAS_COME = auto()


class _NotAsked(Exception):
    """It was called off before its turn, or what was asked for before it is doubtful: then nobody knows yet whether
    this is still to be asked for.
    """


def _nothing() -> None: ...


class _Job:
    """One question to the thread, and its outcome."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        work, self._work = self._work, _nothing  # what it holds, other questions among it, is needed no more
        try:
            self._result = work()
        except BaseException as error:  # noqa: BLE001 - whoever waits for the outcome raises it
            self._error = error
        self._done.set()

    @property
    def is_done(self) -> bool:
        """Whether the outcome is there."""
        return self._done.is_set()

    @property
    def has_failed(self) -> bool:
        """Whether the outcome is there, and is an error."""
        return self._error is not None

    def outcome(self, check: Callable[[], None]) -> Any:
        """The result, or the error raised. Raises what *check* raises, if the result does not come soon after that."""
        while not self._done.wait(_LOOK_SECONDS):
            try:
                check()
            except Interrupted:
                if not self._done.wait(GRACE_SECONDS):
                    raise
        if self._error is not None:
            raise self._error
        return self._result


class _AheadJob(_Job):
    """A question that is asked before its answer is wanted, unless it is called off before its turn."""

    def __init__(self, work: Callable[[], Any], before: "_AheadJob | None", is_stopped: Callable[[], bool]) -> None:
        """*before*: the last of those that are asked first."""
        super().__init__(work)
        self._before = before
        self._is_stopped = is_stopped
        #: Whoever is first has it: the thread, to ask, or its user, to call it off.
        self._turn = threading.Lock()
        self.is_begun = False

    def run(self) -> None:
        before, self._before = self._before, None
        if (before is not None and before.is_doubtful) or self._is_stopped() or not self._turn.acquire(blocking=False):
            self._work = _not_asked
        else:
            self.is_begun = True
        super().run()

    @property
    def is_doubtful(self) -> bool:
        """Whether the outcome is there, and is an error, or neither a page nor a 304: many may be one wall."""
        if self.has_failed or not self.is_done:
            return self.has_failed
        answer: Capture = self._result[0][-1]
        return not answer.ok and answer.status != 304

    def call_off(self) -> bool:
        """Whether it will not be asked any more: it had not begun."""
        return self._turn.acquire(blocking=False)


def _not_asked() -> None:
    raise _NotAsked


class AheadFetcher(Fetcher):
    """A `Fetcher` that asks in one thread, one question after the other, and can be told what will be asked next.

    It is used from one thread. An answer that was asked for ahead and not taken is lost, as if it never came.
    """

    def __init__(self, contact: str | None = None, *, check: Callable[[], None] = lambda: None, **given: Any) -> None:
        """*check* raises Interrupted once the run was asked to stop; all else as for `Fetcher`."""
        super().__init__(contact, **given)
        self._check = check
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        #: What was asked for ahead and not taken yet.
        self._waiting: dict[_Question, _AheadJob] = {}
        #: The answer that was taken last of those asked for ahead, and what *arrived* gave for it.
        self._taken: tuple[Capture, Any] | None = None
        #: How many answers in a row were there before they were wanted.
        self.early = 0
        # A daemon: a server that never answers keeps no program from ending.
        self._thread = threading.Thread(target=self._work, name="fetch", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()

    def _start(self, work: Callable[[], Any]) -> _Job:
        job = _Job(work)
        self._jobs.put(job)
        return job

    def _is_stopped(self) -> bool:
        try:
            self._check()
        except Interrupted:
            return True
        return False

    def ahead(
        self,
        url: str,
        *,
        kind: CaptureKind,
        validators: Validators | None = None,
        hosts: frozenset[str] = frozenset(),
        arrived: Callable[[Capture], object],
    ) -> None:
        """Begin with what `get` will be asked for next, or after what was asked for ahead before, with the very same
        words; not twice. *arrived* is called with the answer, as soon as it is there, in the thread that fetches. Once
        the run was asked to stop, nothing more is begun with.
        """
        question = url, kind, validators, hosts
        if question in self._waiting:
            return

        def work() -> tuple[_Captures, object]:
            captures = Fetcher.get(self, url, kind=kind, validators=validators, hosts=hosts)
            return captures, arrived(captures[-1])

        before = next(reversed(self._waiting.values()), None)
        job = self._waiting[question] = _AheadJob(work, before, self._is_stopped)
        self._jobs.put(job)

    def call_off(self) -> None:
        """Ask for nothing ahead that was not begun with yet; `get` still asks for it."""
        for question in [question for question, job in self._waiting.items() if job.call_off()]:
            del self._waiting[question]

    def standing(
        self,
        url: str,
        *,
        kind: CaptureKind,
        validators: Validators | None = None,
        hosts: frozenset[str] = frozenset(),
    ) -> Standing:
        """How far it is with what `get` will be asked for."""
        job = self._waiting.get((url, kind, validators, hosts))
        if job is None or not job.is_begun:
            return Standing.NOT_BEGUN
        if job.is_done and not job.has_failed:
            return Standing.HAS_COME
        return Standing.BEGUN

    def begun(self, answer: Capture) -> Any:
        """What *arrived* gave for an answer that was asked for ahead; None: it was not."""
        if self._taken is not None and self._taken[0] is answer:
            return self._taken[1]
        return None

    def get(
        self,
        url: str,
        *,
        kind: CaptureKind = CaptureKind.OTHER,
        validators: Validators | None = None,
        hosts: frozenset[str] = frozenset(),
        **given: Any,
    ) -> _Captures:
        """As `Fetcher.get`; the answer may be there already."""
        ahead = None if given else self._waiting.pop((url, kind, validators, hosts), None)
        captures = self._take(ahead) if ahead else None
        if captures is None:
            work = lambda: Fetcher.get(self, url, kind=kind, validators=validators, hosts=hosts, **given)  # noqa: E731
            captures = self._start(work).outcome(self._check)
        return captures

    def _take(self, ahead: _AheadJob) -> _Captures | None:
        """What came of a question that was asked ahead; None: it was not asked after all."""
        self.early = self.early + 1 if ahead.is_done else 0
        try:
            found: tuple[_Captures, object] = ahead.outcome(self._check)
        except _NotAsked:
            return None
        finally:
            if ahead.is_doubtful:
                self.call_off()
        self._taken = found[0][-1], found[1]
        return found[0]

    def post(self, url: str, **given: Any) -> _Captures:
        """As `Fetcher.post`."""
        found: _Captures = self._start(lambda: Fetcher.post(self, url, **given)).outcome(self._check)
        return found

    def robots(self, url: str) -> Robots:
        """As `Fetcher.robots`."""
        found: Robots = self._start(lambda: Fetcher.robots(self, url)).outcome(self._check)
        return found

    def close(self) -> None:
        """Close all connections, unless an answer that nobody waits for is still on its way."""
        self._jobs.put(None)
        self._thread.join(_LOOK_SECONDS)
        if not self._thread.is_alive():
            super().close()
