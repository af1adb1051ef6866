"""SIGINT and SIGTERM as a question that a run asks between two pages."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from scraper.errors import Interrupted

#: Seconds that a run has to end by itself after a signal; then whatever it is at is broken off.
PATIENCE = 0.8


class Overdue(KeyboardInterrupt):
    """A signal came some time ago, and the run has not ended yet. Nothing that contains faults contains this."""


class Interrupts:
    """Remembers that somebody asked us to stop. `sleep` ends at once when that happens, and raises Interrupted."""

    def __init__(self, sleep: Callable[[float], None] | None = None) -> None:
        self._sleep = sleep
        self._asked = threading.Event()
        self.signal_name = ""

    def ask(self, name: str = "stop") -> None:
        """Ask the run to finish the current page, save and end."""
        self.signal_name = name
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether somebody asked us to stop."""
        return self._asked.is_set()

    def check(self) -> None:
        """Raises Interrupted once somebody asked."""
        if self._asked.is_set():
            raise self._stopped()

    @contextmanager
    def punctual(self) -> Iterator[None]:
        """Within, work that does not end soon after a signal is broken off: Interrupted. What follows has all its time.

        What a transaction has not yet committed is undone, and so is what was not yet kept.
        """
        try:
            yield
        except Overdue:
            raise self._stopped() from None
        finally:
            if self._asked.is_set() and threading.current_thread() is threading.main_thread():
                signal.setitimer(signal.ITIMER_REAL, 0)

    def _stopped(self) -> Interrupted:
        return Interrupted(f"stopped by {self.signal_name}; what was fetched is saved: run the same command to resume")

    def sleep(self, seconds: float) -> None:
        """Waits, unless asked to stop: then Interrupted."""
        self.check()
        if self._sleep is not None:
            self._sleep(seconds)
        else:
            until = time.monotonic() + seconds
            while (left := until - time.monotonic()) > 0 and not self._asked.wait(min(left, 0.5)):
                pass
        self.check()


@contextmanager
def handle_signals(interrupts: Interrupts) -> Iterator[None]:
    """Within, SIGINT and SIGTERM ask *interrupts*, and what has not ended `PATIENCE` seconds later is broken off; a
    second SIGINT stops at once. Only the main thread can do that. Raises Interrupted for what was broken off.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of signal handlers
        interrupts.ask(signal.Signals(number).name)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def overdue(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of signal handlers
        if interrupts.asked:
            raise Overdue
        # The command line puts a SIGTERM off by an alarm while modules are imported: then this is that SIGTERM.
        handle(signal.SIGTERM, frame)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, overdue)
    try:
        with interrupts.punctual():
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if interrupts.asked:  # a signal that came while they were taken back
            signal.setitimer(signal.ITIMER_REAL, 0)
