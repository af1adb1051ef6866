"""One request in its turn: waited for, sent, timed, told to the log, and made a `Capture`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scraper import __version__
from scraper.dates import utc
from scraper.errors import FetchFailed, RateLimited
from scraper.fetch.addresses import address, name_of
from scraper.fetch.contact import checked, mail_of, required
from scraper.fetch.limits import Limits, RequestLog, Validators
from scraper.fetch.robots import TOKEN
from scraper.fetch.throttle import Throttle, retry_after
from scraper.fetch.wire import NETWORK_WORKS, Exchange, Wire, WireFailed
from scraper.records import Capture, is_success
from scraper.vocabulary import CaptureKind, Truncation

REDIRECTS = {301, 302, 303, 307, 308}
#: Worth another try a little later.
RETRIED = {429, 500, 502, 503, 504}
_NO_BODY = {204, 304}
#: Failures that another try does not mend.
_FINAL = {"private", "tls"}
#: Failures in which somebody answers for the host: its machine, or whoever answers for its name.
_ANSWERED = {"private", "tls", "protocol"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One request to be made."""

    method: str = "GET"
    url: str
    kind: CaptureKind
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    #: Ask only for something newer; None: ask for the page.
    validators: Validators | None = None
    #: Go where a redirect leads.
    follow: bool = True
    #: Whether an answer is what was asked for whatever its status.
    final: Callable[[Capture], bool] = lambda _: False
    #: Seconds between requests to the host; None: the fetcher's own.
    pace: float | None = None

    @property
    def may_follow(self) -> bool:
        """Whether one goes where a redirect leads: with what is only looked at (RFC 9110, 9.2.1)."""
        return self.follow and self.method == "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedAnswer:
    """What came back."""

    capture: Capture
    #: Seconds that the server asks us to stay away; None: it does not.
    stay_away: float | None = None


class TryFailed(Exception):
    """One try brought no usable answer. *capture* is what there was of one; *final*: another try is of no use;
    *answered*: somebody is there all the same.
    """

    def __init__(
        self, message: str, *, capture: Capture | None = None, final: bool = False, answered: bool = False
    ) -> None:
        super().__init__(message)
        self.capture = capture
        self.final = final
        self.answered = answered


class HttpClient:
    """Sends requests one at a time, each in its turn."""

    def __init__(
        self,
        *,
        contact: str | None,
        limits: Limits,
        turns: Throttle,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        named_hosts: frozenset[str],
        private: bool = False,
        accepted: frozenset[str] = frozenset(),
        on_request: Callable[[RequestLog], None],
    ) -> None:
        """Raises UsageError for a contact that cannot stand in a header."""
        self.requests = 0
        self.network_works = False
        self.turns = turns
        self._contact = checked(contact)
        self._limits = limits
        self._now = now
        self._monotonic = monotonic
        self._on_request = on_request
        self._wire = Wire(
            _identity(self._contact), named_hosts, limits.connect_seconds, private=private, accepted=accepted
        )

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def needs_contact(self, url: str) -> None:
        """Raises UsageError when *url* is on another machine and its owner could not find out who asks."""
        required(url, self._contact)

    def send(self, ask: FetchRequest, *, delay: float, attempt: int = 1, seconds: float | None = None) -> FetchedAnswer:
        """The answer, of any status. Raises TryFailed. Waits its turn first, *delay* seconds after the last answer.

        When a kept connection turns out to have been closed by the server, the request, which it never read, is sent
        once more in its next turn.
        """
        try:
            return self._send(ask, delay, attempt, seconds)
        except WireFailed as dead:
            if not dead.stale:
                raise self._failed(ask, dead) from dead
        try:
            return self._send(ask, delay, attempt, seconds)
        except WireFailed as error:
            raise self._failed(ask, error) from error

    def _failed(self, ask: FetchRequest, error: WireFailed) -> TryFailed:
        part = error.exchange
        capture = None if part is None else _capture(ask, part, error.at)
        answered = capture is not None or error.kind in _ANSWERED
        return TryFailed(str(error), capture=capture, final=error.kind in _FINAL, answered=answered)

    def _send(self, ask: FetchRequest, delay: float, attempt: int, seconds: float | None) -> FetchedAnswer:
        host = name_of(ask.url)
        waited = self.turns.wait(host, delay)
        now = self._now()
        began = self._monotonic()
        self.requests += 1
        exchange: Exchange | None = None
        problem: str | None = None
        try:
            exchange = self._exchange(ask, seconds)
        except WireFailed as error:
            exchange, problem, error.at = error.exchange, str(error), utc(now)
            self.network_works = self.network_works or exchange is not None or error.kind in NETWORK_WORKS
            raise
        finally:
            self.turns.ended(host)
            took = self._monotonic() - began
            self._on_request(_asked(ask, utc(now), attempt, waited, took, exchange, problem))
        self.network_works = True
        return self._answer(ask, exchange, now)

    def _exchange(self, ask: FetchRequest, seconds: float | None) -> Exchange:
        conditions = ask.validators.headers() if ask.validators else {}
        return self._wire.exchange(
            ask.method,
            ask.url,
            headers={**ask.headers, **conditions},
            content=ask.content,
            max_bytes=self._limits.size_of(ask.kind),
            seconds=seconds or self._limits.seconds_of(ask.kind),
            read_seconds=self._limits.read_seconds,
        )

    def _answer(self, ask: FetchRequest, exchange: Exchange, now: datetime) -> FetchedAnswer:
        capture = _capture(ask, exchange, utc(now))
        if exchange.status == 304 and not _confirms(ask.validators, exchange):
            message = "expected a page, found status 304 for a copy that we do not hold: try later"
            raise TryFailed(message, capture=replace(capture, kind=CaptureKind.OTHER, not_modified_of=None))
        stay_away = None
        if exchange.status in RETRIED or 300 <= exchange.status < 400:
            times = [retry_after(one, exchange.header("date"), now) for one in exchange.all("retry-after")]
            stay_away = max(filter(None, times), default=None)
        return FetchedAnswer(capture=capture, stay_away=stay_away)

    def slow_down(self, url: str, seconds: float | None, status: int | None) -> None:
        """Leave the host alone as long as it asks. Raises RateLimited when that is longer than a run may wait."""
        if seconds is None:
            return
        if seconds > self._limits.longest_wait:
            self.turns.hold(name_of(url), seconds)
            raise RateLimited(
                f"{url}: status {status} asks to stay away for {seconds:.0f} s, more than the "
                f"{self._limits.longest_wait:g} s that a run waits: run again later to resume"
            )
        self.turns.hold(name_of(url), seconds)


def _identity(contact: str | None) -> dict[str, str]:
    """Headers that say who asks, and what we can read."""
    comment = f" (+{contact})" if contact else ""
    headers = {"User-Agent": f"{TOKEN}/{__version__}{comment}", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
    mail = mail_of(contact)
    return {**headers, "From": mail} if mail else headers


def _confirms(validators: Validators | None, exchange: Exchange) -> bool:
    """Whether a 304 speaks of our copy: we asked, and it names no other strong ETag (RFC 9111, 4.3.4)."""
    if validators is None or not validators.headers():
        return False
    theirs, ours = exchange.header("etag"), validators.etag
    return theirs is None or ours is None or theirs.removeprefix("W/") == ours.removeprefix("W/")


def _capture(ask: FetchRequest, exchange: Exchange, at: str) -> Capture:
    to = _target(ask.url, exchange)
    truncated = exchange.truncated or _cut(ask, exchange.status)
    found = Capture(
        url=ask.url,
        kind=_kind(ask, exchange.status, to, whole=truncated is None),
        captured_at=at,
        status=exchange.status,
        request_head=exchange.request_head,
        head=exchange.head,
        content_encoding=", ".join(exchange.all("content-encoding")).strip().lower() or None,
        media_type=(exchange.header("content-type") or "").partition(";")[0].strip().lower() or None,
        body=exchange.body,
        wire_sha256=exchange.wire_sha256,
        wire_length=exchange.wire_length,
        redirected_to=to,
        ip=exchange.ip,
        certificate=exchange.certificate,
        truncated=truncated,
    )
    if exchange.wire_length == 0 and (to or exchange.status in _NO_BODY):
        found = replace(found, body=None, wire_sha256=None, wire_length=None)
    if exchange.status == 304 and ask.validators is not None:
        found = replace(found, not_modified_of=ask.validators.capture_id)
    return found


def _cut(ask: FetchRequest, status: int) -> Truncation | None:
    """That a part came which nobody asked for: it is no whole page (RFC 9110, 15.3.7). None: so it is not."""
    if status == 206 and "Range" not in ask.headers:
        return Truncation.LENGTH
    return None


def _kind(ask: FetchRequest, status: int, to: str | None, *, whole: bool) -> CaptureKind:
    if to:
        return CaptureKind.REDIRECT
    if ask.kind == CaptureKind.ROBOTS:
        return CaptureKind.ROBOTS
    if status in (404, 410):
        return CaptureKind.MISSING
    good = is_success(status) or status == 304
    return ask.kind if good and whole else CaptureKind.OTHER


def _target(url: str, exchange: Exchange) -> str | None:
    """Where a redirect leads; None: it is none, or leads nowhere that can be asked."""
    location = exchange.header("location")
    if exchange.status not in REDIRECTS or not location:
        return None
    try:
        return address(location, base=url)
    except FetchFailed:
        return None


def _asked(
    ask: FetchRequest, at: str, attempt: int, waited: float, took: float, exchange: Exchange | None, problem: str | None
) -> RequestLog:
    return RequestLog(
        at=at,
        method=ask.method,
        url=ask.url,
        kind=ask.kind,
        attempt=attempt,
        waited=waited,
        seconds=took,
        status=exchange.status if exchange else None,
        wire_length=exchange.wire_length if exchange else None,
        problem=problem,
    )
