"""Captures that do not count, because a decision says so: an import that was undone, a clock that was wrong.

They stay as they are, sealed, exported and named by `verify`. Nothing is derived from them, and they are no answer to
what was fetched when.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from scraper.decide import Judgement
from scraper.store import single
from scraper.store.evidence import Evidence

_KINDS = f"('{Judgement.SET_ASIDE}', '{Judgement.WRONG_TIME}')"
#: SQL: that a row of `captures` is not set aside.
STANDS = f"""
NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.record_sha256 = captures.record_sha256
  AND decisions.kind IN {_KINDS})
"""
#: Columns that hold when something was noted: a clock that was ahead must not keep it from being noted again.
_NOTED = (
    ("known_urls", ("first_heard_at", "last_heard_at", "next_try_at")),
    ("problems", ("first_seen_at", "last_seen_at", "resolved_at")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Who set captures aside, when and why."""

    kind: Judgement
    reason: str
    #: UTC.
    at: str
    by: str
    crawl_id: int | None


def records(db: sqlite3.Connection) -> frozenset[str]:
    """`record_sha256` of all captures that are set aside."""
    return frozenset(record for (record,) in db.execute(f"SELECT record_sha256 FROM decisions WHERE kind IN {_KINDS}"))


def is_aside(db: sqlite3.Connection, capture_id: int) -> bool:
    """Whether a capture is set aside."""
    return db.execute(f"SELECT 1 FROM captures WHERE id = ? AND NOT ({STANDS})", (capture_id,)).fetchone() is not None


def of_run(db: sqlite3.Connection, run: int) -> list[str]:
    """`record_sha256` of the captures of a run that stand, sorted."""
    asked = f"SELECT record_sha256 FROM captures WHERE crawl_id = ? AND {STANDS} ORDER BY record_sha256"
    return [record for (record,) in db.execute(asked, (run,))]


def command_of(db: sqlite3.Connection, run: int) -> str | None:
    """What the run of that number did; None: there is none."""
    return single.text(db, "SELECT command FROM crawls WHERE id = ?", (run,))


def last_import(db: sqlite3.Connection) -> int | None:
    """The newest import of which a capture stands; None: there is none."""
    asked = "SELECT max(crawls.id) FROM crawls JOIN captures ON crawl_id = crawls.id WHERE command = 'import'"
    return single.number(db, f"{asked} AND {STANDS}")


def doubtful(db: sqlite3.Connection, latest: str) -> list[tuple[str, str, bytes | None]]:
    """(`record_sha256`, `captured_at`, head) of our own captures that stand and that a wrong clock may have dated:
    those later than *latest*, and those of a run that began before an earlier one.
    """
    newest, backwards = "", []
    for run, started in db.execute(_STARTED):
        backwards += [run] if started < newest else []
        newest = max(newest, started)
    among = ", ".join(map(str, backwards))
    return db.execute(f"{_OWN} AND {STANDS} AND (captured_at > ? OR crawl_id IN ({among}))", (latest,)).fetchall()


_STARTED = f"""
SELECT id, started_at FROM crawls
WHERE EXISTS (SELECT 1 FROM captures WHERE crawl_id = crawls.id AND {STANDS}) ORDER BY id
"""
_OWN = """
SELECT record_sha256, captured_at, head FROM captures JOIN crawls ON crawls.id = crawl_id
WHERE source = 'live' AND captured_at_basis = 'clock' AND command <> 'import'
"""


def decide(db: sqlite3.Connection, evidence: Evidence, chosen: Iterable[str], decided: Decided) -> None:
    """Write the decisions; what is derived is the caller's to make anew. One transaction, the caller's."""
    for record in chosen:
        evidence.judge(record, decided.kind, decided.at, decided.by, decided.reason, decided.crawl_id)
    if decided.kind is Judgement.WRONG_TIME:
        for table, columns in _NOTED:
            setting = ", ".join(f"{name} = min({name}, :at)" for name in columns)
            ahead = " OR ".join(f"{name} > :at" for name in columns)
            db.execute(f"UPDATE {table} SET {setting} WHERE {ahead}", {"at": decided.at})
