"""Gets each robots.txt, believes it for a day, and asks no page of a host whose rules cannot be fetched."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scraper.errors import RateLimited, RobotsUnavailable
from scraper.fetch import robots
from scraper.fetch.addresses import host_of, name_of, origin_of
from scraper.fetch.client import FetchedAnswer, FetchRequest, HttpClient, TryFailed
from scraper.fetch.limits import Limits
from scraper.fetch.robots import TOKEN, Robots
from scraper.numbers import plural
from scraper.records import Capture, is_success
from scraper.vocabulary import CaptureKind, Truncation


@dataclass(slots=True)
class _Search:
    """The tries to get one robots.txt."""

    url: str
    captures: list[Capture]
    #: By the monotonic clock.
    deadline: float
    #: What the last try found.
    found: str = "no answer"
    slow: bool = False
    #: Whether somebody answered, though not with rules.
    answered: bool = False


class RobotsRules:
    """The robots.txt of every scheme, host and port that was asked for."""

    def __init__(
        self,
        sender: HttpClient,
        *,
        limits: Limits,
        delay: float,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        without: frozenset[str] = frozenset(),
    ) -> None:
        """*without*: hosts (``host`` or ``host:port``) whose robots.txt is not asked."""
        self._without = without
        self._sender = sender
        self._limits = limits
        self._delay = delay
        self._now = now
        self._monotonic = monotonic
        self._known: dict[str, Robots] = {}
        #: Origin → until when it is not asked again, and why: it gave no rules, or asked for a pause.
        self._resting: dict[str, tuple[float, RobotsUnavailable | RateLimited]] = {}
        #: host → the longest Crawl-delay that any of its robots.txt asks for: the next one waits as long.
        self._delays: dict[str, float] = {}

    def of(self, url: str, captures: list[Capture]) -> Robots:
        """The rules for *url*, from memory or asked for; what came on the way goes into *captures*.

        Raises RobotsUnavailable, RateLimited, UsageError.
        """
        self._sender.needs_contact(url)
        origin = origin_of(url)
        if host_of(url) in self._without:
            return Robots(url=f"{origin}/robots.txt", fetched_at=self._now(), captures=())
        known = self._known.get(origin)
        if known and 0 <= (self._now() - known.fetched_at).total_seconds() < self._limits.robots_age:
            return known
        until, why = self._resting.get(origin, (-math.inf, None))
        if why is not None and self._monotonic() < until:
            raise _once_more(why)
        self._sender.turns.check(name_of(url), self._pace(url))
        search = _Search(f"{origin}/robots.txt", [], self._monotonic() + self._limits.robots_seconds)
        try:
            found = self._known[origin] = self._ask(search)
            self._delays[name_of(url)] = max(self._pace(url), found.crawl_delay or 0.0)
        except (RobotsUnavailable, RateLimited) as error:
            self._resting[origin] = (self._monotonic() + self._limits.robots_rest, error)
            raise
        finally:
            captures.extend(search.captures)
        return found

    def _pace(self, url: str) -> float:
        return max(self._delay, self._delays.get(name_of(url), 0.0))

    def _ask(self, search: _Search) -> Robots:
        at = self._now()
        for attempt in range(1, self._limits.robots_tries + 1):
            try:
                answer = self._hops(search, attempt)
            except TryFailed as failure:
                search.captures.extend([failure.capture] if failure.capture else [])
                search.found, search.slow = str(failure), False
                search.answered = search.answered or failure.answered or bool(search.captures)
                pause = self._limits.pause(attempt)
                if failure.final:
                    break
            else:
                if answer is None:
                    return _none(search, at)
                if (rules := _judged(search, answer, at)) is not None:
                    return rules
                pause = self._pause(search, answer, attempt)
            if not self._another(search, attempt, pause):
                break
        if search.slow:
            raise RateLimited(
                f"{search.url}: still status 429 after {plural(attempt, 'try', 'tries')}: run again later to resume"
            )
        found = search.found.removesuffix(": try later")
        raise _unavailable(
            f"{search.url}: robots.txt could not be read: {found}. Nothing was fetched from there; check that "
            "the address opens in a browser, then run again",
            answered=search.answered,
        )

    def _hops(self, search: _Search, attempt: int) -> FetchedAnswer | None:
        """The answer behind all redirects, which may lead to other hosts (RFC 9309, 2.3.1.2); None: they have no
        end.
        """
        url = search.url
        seen = {url}
        while len(seen) <= self._limits.redirects + 1:
            left = search.deadline - self._monotonic() - self._sender.turns.needed(name_of(url), self._pace(url))
            seconds = min(self._limits.robots_try_seconds, left)
            if seconds <= 0:
                raise TryFailed("no complete answer within the time limit", final=True)
            ask = FetchRequest(url=url, kind=CaptureKind.ROBOTS)
            answer = self._sender.send(ask, delay=self._pace(url), attempt=attempt, seconds=seconds)
            search.captures.append(answer.capture)
            to = answer.capture.redirected_to
            if to is None:
                return answer
            self._sender.slow_down(url, answer.stay_away, answer.capture.status)
            if to in seen:
                return None
            self._sender.needs_contact(to)
            seen.add(to)
            url = to
        return None

    def _pause(self, search: _Search, answer: FetchedAnswer, attempt: int) -> float:
        """Seconds until the next try. A pause that a 429 asked for is not taken from our own time."""
        pause = self._limits.pause(attempt)
        if not search.slow:
            return max(pause, answer.stay_away or 0.0)
        self._sender.slow_down(answer.capture.url, answer.stay_away, answer.capture.status)
        pause = 2 * pause if answer.stay_away is None else answer.stay_away
        search.deadline += pause
        return pause

    def _another(self, search: _Search, attempt: int, pause: float) -> bool:
        """Whether there is time for another try; if so the host is left alone until then."""
        host = name_of(search.url)
        if attempt >= self._limits.robots_tries:
            return False
        if self._monotonic() + max(pause, self._sender.turns.needed(host, self._pace(search.url))) >= search.deadline:
            return False
        self._sender.turns.hold(host, pause)
        return True


def _unavailable(message: str, *, answered: bool) -> RobotsUnavailable:
    """That there are no rules to be found; *answered*: the server is there all the same."""
    error = RobotsUnavailable(message)
    error.answered = answered
    return error


def _once_more(error: RobotsUnavailable | RateLimited) -> RobotsUnavailable | RateLimited:
    """The same without what came with it: that was kept."""
    if isinstance(error, RateLimited):
        return RateLimited(str(error))
    return _unavailable(str(error), answered=error.answered)


def _none(search: _Search, at: datetime) -> Robots:
    """There is no robots.txt: all is allowed (RFC 9309, 2.3.1.3)."""
    return Robots(url=search.url, fetched_at=at, captures=tuple(search.captures))


def _judged(search: _Search, answer: FetchedAnswer, at: datetime) -> Robots | None:
    """The rules that an answer amounts to; None: it amounts to none, and *search* knows why."""
    status = answer.capture.status or 0
    if 300 <= status < 500 and status != 429:
        return _none(search, at)
    truncated = answer.capture.truncated
    if is_success(status) and truncated in (None, Truncation.LENGTH):
        text = robots.decode(answer.capture.payload, whole=truncated is None)
        rules = robots.read(text)
        return Robots(
            url=search.url,
            fetched_at=at,
            captures=tuple(search.captures),
            sitemaps=tuple(rules.sitemaps),
            crawl_delay=rules.crawl_delay(TOKEN),
            rules=rules,
        )
    search.answered = True
    search.found = f"status {status}" if truncated is None else f"an answer that cannot be read ({truncated})"
    search.slow = status == 429
    return None
