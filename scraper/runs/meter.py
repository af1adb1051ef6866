"""Requests, counted from the first: also those that are sent before there is a run."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scraper.fetch import RequestLog
from scraper.runs.run import Run


@dataclass(slots=True)
class Meter:
    """Tells of each request whoever watches, and the run, which pays for those before it, too."""

    on_request: Callable[[RequestLog], None]
    _run: Run | None = None
    _before: list[RequestLog] = field(default_factory=list)

    def __call__(self, request: RequestLog) -> None:
        """Count a request."""
        self.on_request(request)
        if self._run is None:
            self._before.append(request)
        else:
            self._run.spend(request)

    def begin(self, run: Run) -> None:
        """From now on *run* pays."""
        self._run = run
        for request in self._before:
            run.spend(request)
        self._before.clear()
