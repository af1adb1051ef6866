"""Whose turn it is: the pause before each request, and how long a server asks us to stay away."""

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from scraper.dates import http_date, utc
from scraper.errors import RateLimited
from scraper.records import Pace

#: Longest pause between requests that a host's refusals alone lead to.
SLOWEST_SECONDS = 120.0
#: How much of the pause that refusals led to is left after an answer.
RECOVERY = 0.9
#: Below this it is forgotten.
FORGOTTEN_SECONDS = 0.5


#: A comma between values, not the one within a date.
_BETWEEN = re.compile(r",(?!\s*\d{1,2}[ -][A-Za-z])")
#: Longest time for which a host is left alone because it said so; what is longer is a slip, and may be past any date.
LONGEST_AWAY = timedelta(days=90)


class Throttle:
    """One clock a host. Every request to it waits its turn, whatever it is for.

    A refusal that names no time doubles the pause between requests to that host; every answer shortens it again.
    """

    def __init__(
        self, *, monotonic: Callable[[], float], sleep: Callable[[float], None], longest: float = math.inf
    ) -> None:
        """*longest*: seconds that a run may wait for one turn."""
        self._monotonic = monotonic
        self._sleep = sleep
        self._longest = longest
        #: host → seconds between requests, where its refusals led to more than others have.
        self._slow: dict[str, float] = {}
        #: host → when the last answer from it ended.
        self._ended: dict[str, float] = {}
        #: host → not before this instant, because it said so or because it failed.
        self._held: dict[str, float] = {}

    def needed(self, host: str, delay: float) -> float:
        """Seconds until a request to *host* may begin, *delay* seconds after the last answer."""
        since = self._ended.get(host, -math.inf) + max(delay, self._slow.get(host, 0.0))
        return max(0.0, since - self._monotonic(), self._held.get(host, -math.inf) - self._monotonic())

    def check(self, host: str, delay: float) -> float:
        """As `needed`; raises RateLimited for more than a run may wait."""
        seconds = self.needed(host, delay)
        if seconds > max(self._longest, delay):
            raise RateLimited(
                f"{host}: asked an earlier run to stay away for {seconds:.0f} s more, longer than the "
                f"{self._longest:g} s that a run waits: run again later to resume"
            )
        return seconds

    def wait(self, host: str, delay: float) -> float:
        """Sleep until it is our turn; the seconds slept. Raises RateLimited for more than a run may wait."""
        seconds = self.check(host, delay)
        if seconds > 0:
            self._sleep(seconds)
        return seconds

    def ended(self, host: str) -> None:
        """An answer from *host* has ended, well or badly."""
        self._ended[host] = self._monotonic()

    def hold(self, host: str, seconds: float) -> None:
        """Leave *host* alone for so long from now."""
        self._held[host] = max(self._held.get(host, -math.inf), self._monotonic() + seconds)

    def slow_down(self, host: str, least: float) -> None:
        """*host* refused and named no time: twice the pause from now on, at least twice *least* seconds."""
        self._slow[host] = min(max(self._slow.get(host, 0.0), least) * 2, SLOWEST_SECONDS)

    def ease(self, host: str) -> None:
        """*host* answered: a little faster again."""
        slow = self._slow.get(host, 0.0) * RECOVERY
        if slow >= FORGOTTEN_SECONDS:
            self._slow[host] = slow
        else:
            self._slow.pop(host, None)

    def paces(self, now: datetime) -> dict[str, Pace]:
        """What the next run should know of each host that asked for less."""
        at = self._monotonic()
        held = {host: until - at for host, until in self._held.items() if until > at}
        return {
            host: Pace(self._slow.get(host, 0.0), utc(now + timedelta(seconds=held[host])) if host in held else None)
            for host in sorted(self._slow.keys() | held.keys())
        }

    def remember(self, host: str, pace: Pace, now: datetime) -> None:
        """What an earlier run learned of *host*."""
        if pace.seconds:
            self._slow[host] = pace.seconds
        away = datetime.fromisoformat(pace.until) - now if pace.until is not None else None
        if away is not None and away <= LONGEST_AWAY:  # older versions kept longer ones
            self.hold(host, away.total_seconds())


def retry_after(value: str | None, date: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for (RFC 9110, 10.2.3), the most where it is several in one line (5.2). A date in
    it is relative to the answer's own *date*, to *now* only where that is missing; at most `LONGEST_AWAY`. None: not
    said, not readable, or not in the future.
    """
    from_ = http_date(date) or now
    seconds = max((_seconds(one.strip(), from_) for one in _BETWEEN.split(value or "")), default=0.0)
    if seconds <= 0:
        return None
    return min(seconds, LONGEST_AWAY.total_seconds())


def _seconds(value: str, from_: datetime) -> float:
    """One value of Retry-After as seconds; 0.0: it is not readable."""
    if value.isascii() and value.isdigit():
        return float(value[:12])
    until = http_date(value)
    if until is None:
        return 0.0
    return (until - from_).total_seconds()
