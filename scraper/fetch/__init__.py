"""The politest way to get a page: robots.txt first, one request at a time, each answer kept as it came.

Every exchange becomes a `Capture`: redirect hops, answers that were tried again, robots.txt. `captured_at` is the
instant the request began, in whole seconds UTC, from the injected clock, read once a capture. `head` and
`request_head` end with their blank line. `kind` is what was asked for only when the answer is a whole 2xx or a 304;
else it is ``redirect``, ``missing`` (404, 410) or ``other``; a robots.txt is always ``robots``.

Errors carry what had been received before them in their attribute `captures`.

Retries are a plain loop: whether to try again depends on the answer, on a clock that all requests to a host share,
and on a sleep that the caller can interrupt.
"""

from scraper.fetch import clocks, contact
from scraper.fetch.ahead import AheadFetcher, Standing
from scraper.fetch.certificates import digest_of
from scraper.fetch.fetcher import Fetcher
from scraper.fetch.limits import Limits, RequestLog, Validators
from scraper.fetch.robots import Robots

__all__ = [
    "AheadFetcher",
    "Fetcher",
    "Limits",
    "RequestLog",
    "Robots",
    "Standing",
    "Validators",
    "clocks",
    "contact",
    "digest_of",
]
