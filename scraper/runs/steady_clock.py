"""A clock that leaps amid a run dates nothing by the leap: the time since the machine began tells that it leapt."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from scraper.dates import utc

#: What a clock that is set, or corrected, moves by at most.
LEAP = timedelta(days=1)


def since_start(read: Callable[[int], float] = time.clock_gettime) -> float:
    """Seconds since this machine was started, those included in which it slept, where the system tells them."""
    try:
        return read(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
    except OSError:  # some containers' kernels lack that clock
        return read(time.CLOCK_MONOTONIC)


def steady(monotonic: Callable[[], float]) -> Callable[[], float]:
    """What counts the seconds of a run: since the machine's start, but where *monotonic* is not the machine's own."""
    return since_start if monotonic is time.monotonic else monotonic


class SteadyClock:
    """The time by *now*, as long as it moves with *seconds*; from a leap on, the time as it would be without that."""

    def __init__(
        self,
        now: Callable[[], datetime],
        leapt: Callable[[str], None],
        *,
        seconds: Callable[[], float],
    ) -> None:
        """*leapt* is told a leap in words, once."""
        self._now, self._leapt, self._seconds = now, leapt, seconds
        self._began, self._at = now(), seconds()
        self._has_leapt = False

    def now(self) -> datetime:
        """The present instant."""
        told, expected = self._now(), self._began + timedelta(seconds=self._seconds() - self._at)
        if abs(told - expected) <= LEAP:
            return told
        if not self._has_leapt:
            self._has_leapt = True
            self._leapt(f"a leap of this machine's clock from {utc(expected)} to {utc(told)}")
        return expected
