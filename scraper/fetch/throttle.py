"""Whose turn it is: the pause before each request, and how long a server asks us to stay away."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


class Throttle:
    """One clock a host. Every request to it waits its turn, whatever it is for."""

    def __init__(self, *, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        #: host → when the last answer from it ended.
        self._ended: dict[str, float] = {}
        #: host → not before this instant, because it said so or because it failed.
        self._held: dict[str, float] = {}

    def needed(self, host: str, delay: float) -> float:
        """Seconds until a request to *host* may begin, *delay* seconds after the last answer."""
        since = self._ended.get(host, -math.inf) + delay
        return max(0.0, since - self._monotonic(), self._held.get(host, -math.inf) - self._monotonic())

    def wait(self, host: str, delay: float) -> float:
        """Sleep until it is our turn; the seconds slept."""
        seconds = self.needed(host, delay)
        if seconds > 0:
            self._sleep(seconds)
        return seconds

    def ended(self, host: str) -> None:
        """An answer from *host* has ended, well or badly."""
        self._ended[host] = self._monotonic()

    def hold(self, host: str, seconds: float) -> None:
        """Leave *host* alone for so long from now."""
        self._held[host] = max(self._held.get(host, -math.inf), self._monotonic() + seconds)


def retry_after(value: str | None, date: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for (RFC 9110, 10.2.3). A date in it is relative to the answer's own *date*,
    to *now* only where that is missing. None: not said, not readable, or not in the future.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:12])
    else:
        until = _http_date(value)
        if until is None:
            return None
        seconds = (until - (_http_date(date) or now)).total_seconds()
    return seconds if seconds > 0 else None


def _http_date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
