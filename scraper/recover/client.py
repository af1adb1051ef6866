"""Asks web archives: listings remembered from a run that was cut short, captures one at a time, failures remembered."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from scraper import urls
from scraper.dates import utc
from scraper.decide import ARCHIVED_AGAIN, LISTING_AGE, instant, within
from scraper.errors import FetchFailed, Interrupted, RateLimited, RobotsUnavailable
from scraper.numbers import plural
from scraper.reading import read_capture
from scraper.records import Capture, Problem, Reading
from scraper.runs import NetworkSession
from scraper.store import recovery_queries
from scraper.vocabulary import CaptureKind, Level, ReadingKind, Stage
from scraper.warc import CdxPage, CdxRecord, CdxRefusal, cdx

STAGE = Stage.RECOVER
#: Kinds of refusals that are facts about an archive; all others are errors.
_FACTS = frozenset({"not-there", "other-capture", "no-body"})
#: Answers to one question, each with the key to the next.
MOST_PAGES = 400


@dataclass(frozen=True, slots=True)
class Listing:
    """What a web archive lists for one question."""

    rows: tuple[CdxRecord, ...] = ()
    #: False: it could not all be fetched, so what is not in it may still be there.
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A web archive's hosts, and how fast they may be asked."""

    hosts: frozenset[str]
    #: Seconds between searches.
    search_pace: float
    #: Seconds between captures.
    capture_pace: float


def fetch(
    session: NetworkSession,
    url: str,
    kind: CaptureKind,
    service: Service,
    headers: tuple[tuple[str, str], ...] = (),
    final: Callable[[Capture], bool] = lambda _: False,
) -> Capture:
    """The service's answer to a question for a capture. Raises FetchFailed, RateLimited, Interrupted."""
    return session.fetcher.get(
        url, kind=kind, hosts=service.hosts, headers=headers, follow=False, final=final, pace=service.capture_pace
    )[-1]


def ask(
    session: NetworkSession,
    url: str,
    service: Service,
    complaint: Callable[[Capture], str | None],
    *,
    forever: bool = False,
) -> Capture | Problem:
    """The answer to one question about captures, kept as evidence, or why there is none.

    It comes from the archive where a run that was cut short (or *forever* any run) had asked already. *complaint* says
    what is wrong with an answer, None: nothing. One with which something is wrong is the service's weather: it is kept,
    but not remembered as an answer.
    """
    if (known := _remembered(session, url, forever=forever)) is not None and complaint(known) is None:
        return known
    try:
        (*_, answer) = session.fetcher.get(
            url, kind=CaptureKind.SITEMAP, hosts=service.hosts, follow=False, pace=service.search_pace
        )
    except (FetchFailed, RobotsUnavailable) as error:
        return Problem(stage=STAGE, kind="listing-failed", url=url, message=str(error))
    wrong = f"cut ({answer.truncated})" if answer.truncated else complaint(answer)
    answer = replace(answer, kind=CaptureKind.OTHER if wrong else CaptureKind.SITEMAP)
    session.archive.keep(answer, Reading(kind=ReadingKind.OTHER, url=answer.url), session.run.crawl_id)
    if wrong:
        message = f"expected a listing, found status {answer.status}, {wrong}"
        return Problem(stage=STAGE, kind="listing-failed", url=url, message=message)
    session.resolve(url, STAGE)
    return answer


def not_a_listing(answer: Capture) -> str | None:
    """What is wrong with the answer of a CDX server; None: it is a listing that was read to its end."""
    part = cdx.parse(answer.payload)
    if answer.status == 404:
        if part.whole and not part.rows:
            return None
        return "which does not say in the service's own words that it has nothing"
    if answer.status != 200:
        return "a temporary fault of the service"
    if part.whole:
        return None
    if part.rows:
        return f"{plural(len(part.rows), 'capture')}, then it breaks off"
    if part.garbage:
        return f"{plural(part.garbage, 'unreadable line')}, the first: {part.sample}"
    return "nothing in it"


def _remembered(session: NetworkSession, url: str, *, forever: bool) -> Capture | None:
    since = "" if forever else utc(session.run.now() - LISTING_AGE)
    number = recovery_queries.listing(session.archive.db, url, since, forever=forever)
    if number is None:
        return None
    return session.archive.capture(number)


def rows(
    session: NetworkSession,
    question: Callable[[str | None, int], str],
    service: Service,
    *,
    sizes: tuple[int, ...] = (0,),
    forever: bool = False,
) -> Listing:
    """All rows that the archive lists; *question* is the address to ask, given the key of the answer before and how
    many rows to ask for: the first of *sizes*, and the next where that could not be fetched.
    """
    found: list[CdxRecord] = []
    key: str | None = None
    keys: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = ask(session, question(key, sizes[0]), service, not_a_listing, forever=forever)
        while isinstance(answer, Problem) and len(sizes) > 1:
            sizes = sizes[1:]
            answer = ask(session, question(key, sizes[0]), service, not_a_listing, forever=forever)
        if isinstance(answer, Problem):
            session.note(answer)
            return Listing(tuple(found), whole=False)
        part = cdx.parse(answer.payload)
        _note_garbage(session, answer.url, part)
        found += part.rows
        if part.resume_key is None:
            return Listing(tuple(found))
        if part.resume_key in keys:
            return _cut(session, answer.url, "listing-repeats", "its key to the rest leads to what was listed", found)
        key = part.resume_key
        keys.add(key)
    message = (
        f"stopped after {MOST_PAGES} answers and {plural(len(found), 'capture')}; name a part of the time with --since"
    )
    return _cut(session, question(None, sizes[0]), "listing-too-long", message, found)


def _cut(session: NetworkSession, url: str, kind: str, message: str, found: list[CdxRecord]) -> Listing:
    """What was listed until there was no way to the rest, which is noted."""
    session.note(Problem(stage=STAGE, kind=kind, url=url, message=message))
    return Listing(tuple(found), whole=False)


def _note_garbage(session: NetworkSession, url: str, part: CdxPage) -> None:
    if part.garbage:
        what = f"{plural(part.garbage, 'line')} cannot be read, the first: {part.sample}"
        session.note(Problem(stage=STAGE, kind="garbage", level=Level.NOTE, url=url, message=what))


def rests(session: NetworkSession, where: str) -> bool:
    """Whether an archive failed lately to give what it lists there."""
    noted = recovery_queries.refused_at(session.archive.db, where)
    return within(noted, ARCHIVED_AGAIN, session.run.now())


@dataclass(frozen=True, slots=True)
class HeldCaptures:
    """(address, time) of the captures that are here from one source."""

    known: frozenset[tuple[str, str]]
    #: Of those, the times that no listing names: a service may give a capture seconds beside the one it lists.
    strays: Mapping[str, tuple[str, ...]]

    def has(self, row: CdxRecord, near: timedelta) -> bool:
        """Whether the capture of *row*, or one that is at most *near* away and not listed itself, is here."""
        url, at = urls.normalise(row.url), row.captured_at
        if (url, at) in self.known:
            return True
        return any(abs(instant(other) - instant(at)) <= near for other in self.strays.get(url, ()))


def held(db: sqlite3.Connection, source: str, listed: Iterable[CdxRecord]) -> HeldCaptures:
    """What the archive has from *source*."""
    known = recovery_queries.captured(db, source)
    strays: dict[str, tuple[str, ...]] = {}
    for url, at in known - {(urls.normalise(row.url), row.captured_at) for row in listed}:
        strays[url] = (*strays.get(url, ()), at)
    return HeldCaptures(frozenset(known), strays)


def take(
    session: NetworkSession, where: str, get: Callable[[], Capture | CdxRefusal], judge: Callable[[Capture], Capture]
) -> bool:
    """Get one capture, named *where* in problems, and keep it as *judge* gives it; whether it was fetched.

    Raises RateLimited and Interrupted, after which the next run goes on.
    """
    try:
        capture = get()
    except (RateLimited, Interrupted):
        raise
    except (FetchFailed, RobotsUnavailable) as error:
        session.note(Problem(stage=STAGE, kind="fetch-failed", url=where, message=str(error)))
        return False
    if isinstance(capture, CdxRefusal):
        level = Level.NOTE if capture.kind in _FACTS else Level.ERROR
        session.note(Problem(stage=STAGE, kind=capture.kind, level=level, url=where, message=capture.message))
        return False
    capture = judge(capture)
    session.keep(capture, read_capture(capture))
    session.resolve(where, STAGE)
    return True
