"""What cannot be, or is odd: times, and counts that fell."""

import re
import sqlite3
from datetime import datetime, timedelta

from scraper.dates import utc
from scraper.decide import instant
from scraper.verify.findings import Findings

#: A day, a month or an instant in UTC.
_TIME = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])(?:-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)?)?")
#: The web is younger.
FIRST = "1991"
#: Clocks differ.
SLACK = timedelta(days=1)

_FELL = """
SELECT url, before, pairs.views, after, fewer FROM (
  SELECT post_id, lag(counted_at) OVER times AS before, lag(views) OVER times AS views, counted_at AS after,
    views AS fewer
  FROM counts WHERE views IS NOT NULL WINDOW times AS (PARTITION BY post_id ORDER BY counted_at, capture_id)
) AS pairs JOIN posts ON posts.id = post_id WHERE fewer < pairs.views
"""
#: What the clock of one machine may be off by from one line of the log to the next.
TOLERANCE = timedelta(minutes=5)
# What an import brings in keeps the time at which it was captured.
_LIVE = """
SELECT captures.id, captures.url, captured_at, started_at, finished_at FROM captures JOIN crawls ON crawls.id = crawl_id
WHERE command <> 'import' AND source = 'live' AND captured_at_basis = 'clock' AND record_sha256 NOT IN
  (SELECT record_sha256 FROM decisions WHERE kind = 'wrong-time')
"""
_AHEAD = """
SELECT captures.id, captures.url, captured_at, finished_at FROM captures JOIN crawls ON crawls.id = crawl_id
WHERE captured_at > finished_at AND record_sha256 NOT IN
  (SELECT record_sha256 FROM decisions WHERE kind = 'wrong-time')
"""
# A run whose captures were all decided to be wrongly dated had a wrong clock, and this is said of it.
_RUNS = """
SELECT id, started_at, finished_at, ifnull((SELECT min(record_sha256 IN
  (SELECT record_sha256 FROM decisions WHERE kind = 'wrong-time')) FROM captures WHERE crawl_id = crawls.id), 0)
FROM crawls ORDER BY id
"""


def check(db: sqlite3.Connection, findings: Findings, now: datetime) -> None:
    """Times that cannot be, and counts that fell."""
    latest = utc(now + SLACK)
    for number, url, at in db.execute("SELECT id, url, captured_at FROM captures"):
        where = f"capture {number} ({url})"
        if not isinstance(at, str) or not _TIME.fullmatch(at):
            findings.damage("time", where, f"expected a time in UTC, found {at!r}")
        elif not FIRST <= at <= latest:
            findings.note("impossible-time", where, f"captured at {at}: before the web, or in the future")
    _check_runs(db, findings)
    _check_spans(db, findings)
    for url, before, views, after, fewer in db.execute(_FELL):
        findings.note("count-fell", url, f"views: {views} at {before}, {fewer} at {after}")


def _check_runs(db: sqlite3.Connection, findings: Findings) -> None:
    """Runs begin one after the other, and end after they began."""
    newest, of = "", 0
    for number, started, finished, excused in db.execute(_RUNS):
        where = f"run {number}"
        if finished is not None and _later(started, finished):
            findings.unproven("impossible-time", where, f"it ended at {finished}, before it began at {started}")
        if excused:
            continue
        if newest and _later(newest, started):
            message = f"it began at {started}, before run {of}, which began at {newest}"
            findings.unproven("backwards", where, message)
        if started > newest:
            newest, of = started, number


def _check_spans(db: sqlite3.Connection, findings: Findings) -> None:
    """What was fetched was captured while its run went on, and nothing was captured after the run that kept it."""
    for number, url, at, started, finished in db.execute(_LIVE):
        if _later(started, at) or (finished is not None and _later(at, finished)):
            message = f"captured at {at}, outside its run ({started} to {finished})"
            findings.unproven("impossible-time", f"capture {number} ({url})", message)
    for number, url, at, finished in db.execute(_AHEAD):
        if _later(at, finished) and at[:10] > finished[:10]:
            message = f"captured at {at}, after the run that kept it, which ended at {finished}"
            findings.unproven("impossible-time", f"capture {number} ({url})", message)


def _later(first: str, second: str) -> bool:
    """Whether *first* is later than *second* by more than clocks may be off; False for what is no instant."""
    try:
        return instant(first) - instant(second) > TOLERANCE
    except ValueError:
        return False
