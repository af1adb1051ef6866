"""Asks web archives: listings remembered from a run that was cut short, captures one at a time, failures remembered."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

from scraper import urls
from scraper.dates import utc
from scraper.decide import ARCHIVED_AGAIN, LISTING_AGE, within
from scraper.errors import FetchFailed, Interrupted, RateLimited, RobotsUnavailable
from scraper.reading.capture import read_capture
from scraper.records import Capture, Problem, Reading
from scraper.runs import NetworkSession
from scraper.warc import cdx
from scraper.warc.cdx import CdxPage, CdxRecord, Refused

STAGE = "recover"
#: Answers to one question, each with the key to the next.
MOST_PAGES = 40

_REMEMBERED = """
SELECT captures.id FROM captures JOIN crawls ON crawls.id = crawl_id
WHERE url = :url AND kind = 'sitemap' AND source = 'live' AND captured_at >= :since AND (:forever OR (
  ifnull(exit_status, 9) IN (3, 8, 9) AND NOT EXISTS (SELECT 1 FROM crawls AS later
    WHERE later.id > crawl_id AND later.command = 'recover' AND later.exit_status IN (0, 1))))
ORDER BY captures.id DESC LIMIT 1
"""
_NOTED = """
SELECT max(last_seen_at) FROM problems WHERE url = ? AND stage = ? AND kind <> 'fetch-failed' AND resolved_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a web archive lists for one question."""

    rows: tuple[CdxRecord, ...] = ()
    #: False: it could not all be had, so what is not in it may still be there.
    whole: bool = True


def fetch(
    session: NetworkSession, url: str, kind: str, hosts: frozenset[str], headers: tuple[tuple[str, str], ...] = ()
) -> Capture:
    """The service's answer. Raises FetchFailed, RateLimited, Interrupted."""
    return session.fetcher.get(url, kind=kind, hosts=hosts, headers=headers, follow=False)[-1]


def ask(session: NetworkSession, url: str, hosts: frozenset[str], *, forever: bool = False) -> Capture | None:
    """The answer to one question about captures, kept as evidence; from the archive where a run that was cut short
    (or *forever* any run) had asked it already. None: it could not be had, which is noted.
    """
    if (known := _remembered(session, url, forever=forever)) is not None:
        return known
    try:
        answer = fetch(session, url, "sitemap", hosts)
    except (FetchFailed, RobotsUnavailable) as error:
        session.note(Problem(stage=STAGE, kind="listing-failed", url=url, message=str(error)))
        return None
    if answer.status not in (200, 404) or answer.truncated:
        found = f"status {answer.status}" + (f", cut ({answer.truncated})" if answer.truncated else "")
        session.note(Problem(stage=STAGE, kind="listing-failed", url=url, message=f"expected a listing, found {found}"))
        return None
    answer = replace(answer, kind="sitemap")
    session.archive.keep(answer, Reading(kind="other", url=answer.url), session.run.crawl_id)
    session.resolve(url, STAGE)
    return answer


def _remembered(session: NetworkSession, url: str, *, forever: bool) -> Capture | None:
    since = "" if forever else utc(session.run.now() - LISTING_AGE)
    asked = {"url": url, "since": since, "forever": forever}
    row = session.archive.db.execute(_REMEMBERED, asked).fetchone()
    return session.archive.capture(row[0]) if row else None


def rows(
    session: NetworkSession,
    question: Callable[[str | None], str],
    hosts: frozenset[str],
    *,
    forever: bool = False,
) -> Listed:
    """All rows that the archive lists; *question* is the address to ask, given the key of the answer before."""
    found: list[CdxRecord] = []
    key: str | None = None
    for _ in range(MOST_PAGES):
        url = question(key)
        answer = ask(session, url, hosts, forever=forever)
        if answer is None:
            return Listed(tuple(found), whole=False)
        part = cdx.parse(answer.body or b"") if answer.status == 200 else CdxPage()
        if not _is_readable(session, url, part):
            return Listed(tuple(found), whole=False)
        found += part.rows
        if part.resume_key is None or part.resume_key == key:
            return Listed(tuple(found))
        key = part.resume_key
    return Listed(tuple(found), whole=False)


def _is_readable(session: NetworkSession, url: str, part: CdxPage) -> bool:
    """Whether an answer is a listing; what of it cannot be read is noted."""
    if not part.garbage:
        return True
    what = f"{part.garbage} lines cannot be read, the first: {part.sample}"
    if part.rows:
        session.note(Problem(stage=STAGE, kind="garbage", level="note", url=url, message=what))
        return True
    session.note(Problem(stage=STAGE, kind="not-a-listing", url=url, message=f"expected a listing; {what}"))
    return False


def rests(session: NetworkSession, where: str) -> bool:
    """Whether an archive failed lately to give what it lists there."""
    noted = session.archive.db.execute(_NOTED, (where, STAGE)).fetchone()[0]
    return within(noted, ARCHIVED_AGAIN, session.run.now())


def held(db: sqlite3.Connection, source: str) -> set[tuple[str, str]]:
    """(address, time) of every capture that the archive has from *source*."""
    return set(db.execute("SELECT url, captured_at FROM captures WHERE source = ?", (source,)))


def is_held(row: CdxRecord, known: set[tuple[str, str]]) -> bool:
    """Whether the capture of *row* is there already."""
    return (urls.normalise(row.url), row.captured_at) in known


def take(
    session: NetworkSession, where: str, get: Callable[[], Capture | Refused], judge: Callable[[Capture], Capture]
) -> bool:
    """Get one capture, named *where* in problems, and keep it as *judge* gives it; whether it was had.

    Raises RateLimited and Interrupted, after which the next run goes on.
    """
    try:
        capture = get()
    except (RateLimited, Interrupted):
        raise
    except (FetchFailed, RobotsUnavailable) as error:
        session.note(Problem(stage=STAGE, kind="fetch-failed", url=where, message=str(error)))
        return False
    if isinstance(capture, Refused):
        # What an archive cannot give is a fact about it; what it gives wrongly is an error.
        level = "note" if capture.kind in ("not-there", "other-capture", "no-body") else "error"
        session.note(Problem(stage=STAGE, kind=capture.kind, level=level, url=where, message=capture.message))
        return False
    capture = judge(capture)
    session.keep(capture, read_capture(capture))
    session.resolve(where, STAGE)
    return True
