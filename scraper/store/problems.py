"""What went wrong, or should be known: one row for each page, stage, kind and field, however often it happens."""

import sqlite3
from collections.abc import Callable, Iterable

from scraper import decide
from scraper.records import Capture, Problem, Reading
from scraper.vocabulary import Stage

_NOTE = """
INSERT INTO problems (url, stage, kind, field, level, message, first_seen_at, last_seen_at)
VALUES (:url, :stage, :kind, :field, :level, :message, :at, :at)
ON CONFLICT (url, stage, kind, field) DO UPDATE SET level = :level, message = :message, times = times + 1,
  first_seen_at = iif(resolved_at IS NOT NULL AND resolved_at <= :at, :at, min(first_seen_at, :at)),
  last_seen_at = max(last_seen_at, :at), resolved_at = NULL
"""
_BEFORE = """
SELECT level, first_seen_at, last_seen_at FROM problems
WHERE url = :url AND stage = :stage AND kind = :kind AND field = :field AND resolved_at IS NULL
"""


#: A problem, and whether it is to be told.
Noted = tuple[Problem, bool]


def note(db: sqlite3.Connection, problem: Problem, url: str, at: str) -> bool:
    """Write *problem* of the page *url*, seen at *at*; whether it is to be told: it is new, graver than it was, or
    was last told a week ago. A problem that comes back after it was resolved is new, and began when it came back.
    """
    values = {name: getattr(problem, name) for name in ("stage", "kind", "field", "level", "message")}
    values |= {"url": problem.url or url, "at": at}
    before = db.execute(_BEFORE, values).fetchone()
    db.execute(_NOTE, values)
    if before is None or before[0] != problem.level:
        return True
    _, first, last = before
    return decide.is_told_again(first, last, at)


def resolve(
    db: sqlite3.Connection, url: str, stages: Iterable[str], at: str | None, *, closes: Callable[[str], bool]
) -> None:
    """Mark the open problems of a page as resolved at *at* (None: when last seen), those of the kinds it *closes*."""
    for stage in stages:
        for number, kind in db.execute(
            "SELECT id, kind FROM problems WHERE url = ? AND stage = ? AND resolved_at IS NULL", (url, stage)
        ).fetchall():
            if closes(kind):
                db.execute(
                    "UPDATE problems SET resolved_at = max(ifnull(?, last_seen_at), last_seen_at) WHERE id = ?",
                    (at, number),
                )


def after_reading(
    db: sqlite3.Connection, capture: Capture, url: str, reading: Reading | None, *, good: bool
) -> list[Noted]:
    """Write what went wrong in reading a page; a *good* one closes what its forerunners had and it has not."""
    found = reading.problems if reading is not None and capture.not_modified_of is None else ()
    if good:
        stay = {problem.kind for problem in found}
        resolve(db, url, ("extract", "decide"), capture.captured_at, closes=lambda kind: kind not in stay)
    return [(problem, note(db, problem, url, capture.captured_at)) for problem in found]


def worse(db: sqlite3.Connection, capture: Capture, url: str, reason: str | None) -> list[Noted]:
    """Write that a page was not taken for its post. A refusal (a status that is no 2xx) is the fetcher's to tell."""
    if not capture.ok:
        return []
    message = f"expected the post, found {reason}; the last good version stays"
    problem = Problem(stage=Stage.DECIDE, kind="worse", message=message, url=url)
    return [(problem, note(db, problem, url, capture.captured_at))]


def still_open(db: sqlite3.Connection) -> set[tuple[str, str]]:
    """(url, stage) of everything that went wrong and has not worked since."""
    return set(db.execute("SELECT DISTINCT url, stage FROM problems WHERE resolved_at IS NULL"))


def first_noted(db: sqlite3.Connection, pages: Iterable[str], stage: str, field: str) -> str | None:
    """When such a problem, still open, was first noted for any of *pages*; None: never."""
    found = [
        at
        for url in pages
        for (at,) in db.execute(
            "SELECT first_seen_at FROM problems WHERE url = ? AND stage = ? AND field = ? AND resolved_at IS NULL",
            (url, stage, field),
        )
    ]
    return min(found, default=None)
