"""What one run brought, and those before it that were stopped, to be judged together at its end."""

import sqlite3
from collections.abc import Iterator
from itertools import groupby

from scraper.decide import ShownText

#: Runs that are judged with a run: those that brought captures and were stopped before that.
_RUNS = """
SELECT id FROM crawls
WHERE id = ? OR command IN ('import', 'recover') AND (exit_status IS NULL OR exit_status = 9)
"""
_TEXTS = f"""
SELECT posts.url, revisions.capture_id, revisions.title, revisions.body_text, EXISTS (
  SELECT 1 FROM decisions WHERE decisions.record_sha256 = captures.record_sha256 AND decisions.kind = 'accepted')
FROM revisions JOIN posts ON posts.id = post_id JOIN captures ON captures.id = revisions.capture_id
WHERE post_id IN (
  SELECT revisions.post_id FROM captures JOIN revisions ON revisions.capture_id = captures.id
  WHERE crawl_id IN ({_RUNS}))
ORDER BY post_id, revisions.seen_at, revisions.id
"""


def texts_of_run(db: sqlite3.Connection, crawl_id: int) -> Iterator[list[ShownText]]:
    """All versions, oldest first, of each post of which that run brought one."""
    shown = (
        ShownText(url=url, capture_id=number, title=title, text=text, accepted=bool(accepted))
        for url, number, title, text, accepted in db.execute(_TEXTS, (crawl_id,))
    )
    for _, versions in groupby(shown, lambda one: one.url):
        yield list(versions)


_ABSENT = f"""
SELECT id, url, captured_at FROM captures
WHERE crawl_id IN ({_RUNS}) AND status IN (404, 410) AND kind IN ('missing', 'post') AND NOT EXISTS (
  SELECT 1 FROM decisions WHERE decisions.record_sha256 = captures.record_sha256)
"""
_PAGE_BEFORE = """
SELECT captures.id FROM posts JOIN post_captures ON post_id = posts.id
  JOIN captures ON captures.id = post_captures.capture_id
WHERE site = ? AND captures.captured_at < ? AND captures.status = 200 AND captures.body_sha256 IS NOT NULL
  AND verdict IN ('new', 'changed', 'same', 'returned', 'older')
ORDER BY captures.captured_at DESC LIMIT 1
"""


def absences_of_run(db: sqlite3.Connection, crawl_id: int) -> list[tuple[int, str, str]]:
    """(capture, address, time) of each 404 and 410 of a page that the run brought, of which nothing was decided."""
    return db.execute(_ABSENT, (crawl_id,)).fetchall()


def page_before(db: sqlite3.Connection, site: str, at: str) -> int | None:
    """The last capture that shows a post of that site before *at*; None: there is none."""
    row = db.execute(_PAGE_BEFORE, (site, at)).fetchone()
    return None if row is None else row[0]
