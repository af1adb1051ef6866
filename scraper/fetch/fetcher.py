"""Follows an address to its answer: robots.txt first, redirects within the allowed hosts, tries again with care."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Self

from scraper.errors import (
    ArchiveError,
    CircularRedirect,
    FetchFailed,
    Forbidden,
    Interrupted,
    RateLimited,
    RobotsUnavailable,
)
from scraper.fetch.addresses import address, host_of, name_of
from scraper.fetch.client import RETRIED, FetchedAnswer, FetchRequest, HttpClient, TryFailed
from scraper.fetch.limits import Limits, RequestLog, Validators
from scraper.fetch.robots import TOKEN, Robots
from scraper.fetch.rules import RobotsRules
from scraper.fetch.throttle import Throttle
from scraper.numbers import plural
from scraper.records import Capture, Pace
from scraper.vocabulary import CaptureKind

#: Answers that count as failures. 404 and 410 are answers like any other.
_FAILURES = RETRIED | {401, 403, 407, 408}

#: A redirect that leads to the same path once more, with another query each time, counts its own tries (seen where a
#: cookie is demanded): a circle, too (RFC 9110, 15.4).
MOST_QUERIES = 3


def _without_query(url: str) -> str:
    return url.partition("?")[0]


class Fetcher:
    """Fetches pages from the hosts it is told, politely. Not for several threads."""

    def __init__(
        self,
        contact: str | None = None,
        *,
        delay: float = 1.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        limits: Limits | None = None,
        named_hosts: frozenset[str] = frozenset(),
        private: bool = False,
        accepted: frozenset[str] = frozenset(),
        interfaces: frozenset[str] = frozenset(),
        paces: Mapping[str, Pace] = MappingProxyType({}),
        on_request: Callable[[RequestLog], None] = lambda _: None,
    ) -> None:
        """*contact*: an e-mail or web address, sent with every request; only hosts on this machine may be asked
        without. *delay*: seconds between the end of one answer and the next request to that host. *sleep* may raise
        to stop the run. *named_hosts* (``host`` or ``host:port``): those that the user named. Only such may be private
        or loopback: by their address, as ``localhost``, or by any name where *private* says so. *accepted*: SHA-256
        (hex) of certificates that are taken though they are not trusted. *interfaces*: hosts that answer programs
        under published limits (web archives), whose robots.txt, which is for crawlers, is not
        asked. *paces*: how slowly hosts had to be asked by an earlier run, see `paces`. Raises UsageError for a contact
        that cannot stand in a header.
        """
        self.limits = limits or Limits()
        self._delay = max(0.0, delay)
        self._failures = 0
        turns = Throttle(monotonic=monotonic, sleep=sleep, longest=self.limits.longest_wait)
        for host, pace in paces.items():
            turns.remember(host, pace, now())
        self._now = now
        self._sender = HttpClient(
            contact=contact,
            limits=self.limits,
            turns=turns,
            now=now,
            monotonic=monotonic,
            named_hosts=named_hosts,
            private=private,
            accepted=accepted,
            on_request=on_request,
        )
        self._rules = RobotsRules(
            self._sender,
            limits=self.limits,
            delay=self._delay,
            now=now,
            monotonic=monotonic,
            without=interfaces,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._sender.close()

    @property
    def requests(self) -> int:
        """How many requests were sent, or tried, so far: pages, redirects, retries, robots.txt."""
        return self._sender.requests

    @property
    def is_hurried(self) -> bool:
        """Whether no pause is wanted between the requests to a host that does not ask for one."""
        return self._delay == 0

    @property
    def network_works(self) -> bool:
        """Whether anything so far showed that our own network works: an answer, a refusal, TLS, an unknown name."""
        return self._sender.network_works

    def paces(self) -> dict[str, Pace]:
        """Of hosts that asked for less: how slowly they are asked, and until when not at all. For the next run."""
        return self._sender.turns.paces(self._now())

    def get(
        self,
        url: str,
        *,
        kind: CaptureKind = CaptureKind.OTHER,
        validators: Validators | None = None,
        hosts: frozenset[str] = frozenset(),
        headers: Iterable[tuple[str, str]] = (),
        follow: bool = True,
        final: Callable[[Capture], bool] = lambda _: False,
        pace: float | None = None,
    ) -> tuple[Capture, ...]:
        """Every answer on the way to *url*, oldest first; the last is the one that counts. It may have any status; a
        redirect as the last one was not followed, as its target is another host's or robots.txt forbids it.

        *hosts* (``host`` or ``host:port``) may be asked, no other; empty: the one in *url*. *follow*: go where a
        redirect leads. *final*: whether an answer is what was asked for whatever its status (a web archive's copy of a
        429 is no 429 of its own). *pace*: seconds between requests in place of `delay`.
        Raises FetchFailed, Forbidden, RobotsUnavailable, RateLimited, Interrupted, UsageError.
        """
        ask = FetchRequest(
            url=address(url), kind=kind, headers=dict(headers), validators=validators, follow=follow, final=final,
            pace=pace,
        )  # fmt: skip
        return self._get(ask, hosts)

    def post(
        self,
        url: str,
        *,
        body: bytes,
        kind: CaptureKind = CaptureKind.COUNTS,
        hosts: frozenset[str] = frozenset(),
        headers: Iterable[tuple[str, str]] = (("Content-Type", "application/json"),),
    ) -> tuple[Capture, ...]:
        """The same for a question that is asked by POST and changes nothing there; redirects are not followed."""
        return self._get(
            FetchRequest(method="POST", url=address(url), kind=kind, headers=dict(headers), content=body), hosts
        )

    def robots(self, url: str) -> Robots:
        """The rules for the scheme, host and port of *url*, asked for at most once a day.

        4xx: all is allowed. 5xx, no answer, half an answer: RobotsUnavailable, after at most 3 tries within 20 s.
        429: waits (RFC 9309 would allow all). Redirects are followed to any public host, as RFC 9309 (2.3.1.2)
        says, and too many of them mean that there is no robots.txt. Raises RateLimited and UsageError too.
        """
        captures: list[Capture] = []
        try:
            return self._rules.of(address(url), captures)
        except ArchiveError as error:
            error.captures = tuple(captures)
            raise

    def _get(self, ask: FetchRequest, hosts: frozenset[str]) -> tuple[Capture, ...]:
        allowed = hosts or frozenset({host_of(ask.url)})
        captures: list[Capture] = []
        try:
            if host_of(ask.url) not in allowed:
                raise FetchFailed(ask.url, f"expected one of the hosts {', '.join(sorted(allowed))}; it was not asked")
            self._follow(ask, allowed, captures)
            last = captures[-1]
            self._count(last.status in _FAILURES and not ask.final(last), f"{last.url}: status {last.status}")
        except ArchiveError as error:
            error.captures = tuple(captures)
            if isinstance(error, FetchFailed | RobotsUnavailable):
                self._count(True, str(error), captures)  # noqa: FBT003
            raise
        return tuple(captures)

    def _count(self, failed: bool, last: str, captures: list[Capture] | None = None) -> None:  # noqa: FBT001
        self._failures = self._failures + 1 if failed else 0
        if self._failures >= self.limits.failures:
            error = Interrupted(
                f"{plural(self._failures, 'address', 'addresses')} in a row failed "
                f"(the last: {last}): run again to resume"
            )
            error.captures = tuple(captures or ())
            raise error

    def _follow(self, ask: FetchRequest, allowed: frozenset[str], captures: list[Capture]) -> None:
        """Ask, and follow redirects within the allowed hosts."""
        self._sender.turns.check(name_of(ask.url), self._delay)
        rules = self._rules.of(ask.url, captures)
        if not rules.allows(ask.url):
            raise Forbidden(f"{ask.url}: {rules.url} forbids it to {TOKEN}; it was not asked")
        seen, places = {ask.url}, Counter([_without_query(ask.url)])
        while True:
            to = self._persist(ask, captures, self._pace(rules, ask.pace)).redirected_to
            if to is None or not ask.may_follow or host_of(to) not in allowed:
                return
            places[_without_query(to)] += 1
            if to in seen or places[_without_query(to)] > MOST_QUERIES:
                raise CircularRedirect(ask.url, "expected a page, found a redirect in a circle: open it in a browser")
            if len(seen) > self.limits.redirects:
                what = f"more than {plural(self.limits.redirects, 'redirect')}"
                raise FetchFailed(ask.url, f"expected a page, found {what}: open it in a browser")
            rules = self._rules.of(to, captures)
            if not rules.allows(to):
                return
            seen.add(to)
            ask = replace(ask, url=to, validators=None)

    def _pace(self, rules: Robots, own: float | None) -> float:
        """Seconds between requests: *own* or ours, or more where robots.txt asks for more."""
        delay = max(self._delay if own is None else own, rules.crawl_delay or 0.0)
        most = max(self.limits.longest_wait, self._delay)
        if delay > most:
            raise RateLimited(
                f"{rules.url}: asks for {delay:g} s between requests, more than the {most:g} s that a run waits: ask "
                "the site's owner"
            )
        return delay

    def _persist(self, ask: FetchRequest, captures: list[Capture], delay: float) -> Capture:
        """The answer to one address, after as many tries as it may take; all that came goes into *captures*."""
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = self._sender.send(ask, delay=delay, attempt=attempt)
            except TryFailed as failure:
                captures.extend([failure.capture] if failure.capture else [])
                if failure.final or attempt >= self.limits.tries:
                    raise FetchFailed(ask.url, str(failure)) from failure
                self._sender.turns.hold(name_of(ask.url), self.limits.pause(attempt))
                if failure.capture and failure.capture.status == 304:
                    ask = replace(ask, validators=None)
            else:
                captures.append(answer.capture)
                if ask.final(answer.capture) or not self._again(answer, attempt):
                    return answer.capture

    def _again(self, answer: FetchedAnswer, attempt: int) -> bool:
        """Whether to try again; every request to the host then waits as long as it asked for, or as we choose.

        A 429 to the end is about us and not about the page: RateLimited. A 5xx to the end is an answer.
        """
        url, status = answer.capture.url, answer.capture.status
        self._sender.slow_down(url, answer.stay_away, status)
        if status not in RETRIED:
            self._sender.turns.ease(name_of(url))
            return False
        unsaid = status == 429 and answer.stay_away is None
        if unsaid:
            self._sender.turns.slow_down(name_of(url), max(self.limits.backoff, self._delay))
            self._sender.turns.hold(name_of(url), self.limits.rest_after_429)
        tries = self.limits.tries if answer.stay_away is None else self.limits.slow_tries
        if attempt >= (self.limits.unsaid_tries if unsaid else tries):
            if status == 429:
                raise RateLimited(
                    f"{url}: still status 429 after {plural(attempt, 'try', 'tries')}: run again later to resume"
                )
            return False
        if answer.stay_away is None and not unsaid:
            self._sender.turns.hold(name_of(url), self.limits.pause(attempt))
        return True
