"""What one run may cost. The bounds are such that nobody meets them in good days; who meets one is told."""

from collections.abc import Callable
from dataclasses import dataclass

from scraper.fetch import RequestLog
from scraper.numbers import plural


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bounds of one run."""

    seconds: float = 86_400.0
    requests: int = 50_000
    #: Of bodies, as sent.
    bytes: int = 20_000_000_000
    #: Bytes that stay free on the archive's disk.
    disk_floor: int = 200_000_000


@dataclass(slots=True, kw_only=True)
class Spending:
    """What a run has cost so far."""

    budget: Budget
    #: Seconds since the run began, and bytes that are free on the archive's disk.
    elapsed: Callable[[], float]
    free: Callable[[], int]
    requests: int = 0
    bytes: int = 0

    def add(self, request: RequestLog) -> str | None:
        """Counts one more request; which bound is met, in words, or None."""
        self.requests += 1
        self.bytes += request.wire_length or 0
        if self.elapsed() >= self.budget.seconds:
            return f"its budget of {self.budget.seconds:g} s (--max-time)"
        if self.requests >= self.budget.requests:
            return f"its budget of {plural(self.budget.requests, 'request')} (--max-requests)"
        if self.bytes >= self.budget.bytes:
            return f"its budget of {plural(self.budget.bytes, 'byte')} (--max-bytes)"
        if self.free() < self.budget.disk_floor:
            return f"a disk with less than {self.budget.disk_floor // 1_000_000} MB free"
        return None
