"""What cannot be, or is odd: times, and counts that fell."""

import re
import sqlite3
from datetime import datetime, timedelta

from scraper.dates import utc
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
_OUTSIDE = """
SELECT captures.id, captures.url, captured_at, started_at, finished_at FROM captures JOIN crawls ON crawls.id = crawl_id
WHERE command = 'crawl' AND source = 'live' AND captured_at_basis = 'clock'
  AND (captured_at < started_at OR captured_at > ifnull(finished_at, captured_at))
"""


def check(db: sqlite3.Connection, findings: Findings, now: datetime) -> None:
    """Times that cannot be, and counts that fell."""
    latest = utc(now + SLACK)
    for number, url, at in db.execute("SELECT id, url, captured_at FROM captures"):
        if not isinstance(at, str) or not _TIME.fullmatch(at):
            findings.damage("time", f"capture {number} ({url})", f"expected a time in UTC, found {at!r}")
        elif not FIRST <= at <= latest:
            findings.remark(
                "impossible-time", f"capture {number} ({url})", f"captured at {at}: before the web, or in the future"
            )
    for number, started, finished in db.execute(
        "SELECT id, started_at, finished_at FROM crawls WHERE finished_at < started_at"
    ):
        findings.remark("impossible-time", f"run {number}", f"it ended at {finished}, before it began at {started}")
    for number, url, at, started, finished in db.execute(_OUTSIDE):
        findings.unproven(
            "impossible-time",
            f"capture {number} ({url})",
            f"captured at {at}, outside its run ({started} to {finished})",
        )
    for url, before, views, after, fewer in db.execute(_FELL):
        findings.remark("count-fell", url, f"{views} views at {before}, {fewer} at {after}")
