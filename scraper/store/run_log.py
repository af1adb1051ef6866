"""The log of runs out of an archive, and into an empty one. SQL only; transactions are the caller's.

A run that comes back gets its own row, number and times. It is sealed again only if the captures that came with it give
the chain that it had: until then it stands there as a run that was killed would.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable

from scraper.run_log import (
    RUN_COLUMNS,
    LoggedCheckpoint,
    LoggedDecision,
    LoggedRun,
    LoggedStamp,
    RunLog,
)
from scraper.store import sealing
from scraper.store.evidence import Evidence

#: In the statement of a checkpoint: digest of the file that the archive was restored from just before.
RESTORED_FROM = "restored_from"

_RUNS = f"""
SELECT {", ".join(f"crawls.{name}" for name in RUN_COLUMNS)}, reader, fingerprint
FROM crawls LEFT JOIN fingerprints ON crawl_id = crawls.id WHERE chain_sha256 IS NOT NULL ORDER BY crawls.id
"""
_STAMPS = "SELECT authority, token, at FROM timestamps WHERE checkpoint = ? ORDER BY at, id"
# Who accepted a page is not for everybody; that somebody did is.
_DECISIONS = """
SELECT record_sha256, kind, at, CASE kind WHEN 'accepted' THEN 'accept' ELSE "by" END AS by, reason, crawl_id
FROM decisions ORDER BY record_sha256, at, kind, id
"""


def of(db: sqlite3.Connection, travelling: Collection[str]) -> RunLog:
    """The log of the archive; *travelling*: `record_sha256` of those of its captures that go with it.

    All runs and checkpoints are in it, so that any part of the captures can be held against them; of the decisions only
    those about captures that travel.
    """
    runs = [_run(db, row) for row in db.execute(_RUNS).fetchall()]
    checkpoints = [
        LoggedCheckpoint(
            crawl_id=row.crawl_id,
            size=row.size,
            root=row.root,
            text=row.text,
            statement=row.statement,
            stamps=tuple(
                LoggedStamp(authority=authority, token=token, at=at)
                for authority, token, at in db.execute(_STAMPS, (row.id,))
            ),
        )
        for row in _own(sealing.rows(db))
    ]
    decisions = [
        LoggedDecision(record_sha256=record, kind=kind, at=at, by=by, reason=reason, crawl_id=crawl_id)
        for record, kind, at, by, reason, crawl_id in db.execute(_DECISIONS)
        if record in travelling
    ]
    left_out = sum(record not in travelling for run in runs for record in run.records)
    return RunLog(
        runs=tuple(runs), checkpoints=tuple(checkpoints), decisions=tuple(decisions), left_out=left_out
    )  # fmt: skip


def _own(rows: list[sealing.Row]) -> list[sealing.Row]:
    """Without those at the end that only say that the archive was restored: they are of no run in it."""
    while rows and RESTORED_FROM in json.loads(rows[-1].statement):
        rows = rows[:-1]
    return rows


def _run(db: sqlite3.Connection, row: tuple[object, ...]) -> LoggedRun:
    said = dict(zip(RUN_COLUMNS, row, strict=False))
    asked = "SELECT record_sha256 FROM captures WHERE crawl_id = ? ORDER BY record_sha256"
    records = tuple(record for (record,) in db.execute(asked, (said["id"],)))
    reader, fingerprint = row[len(RUN_COLUMNS) :]
    return LoggedRun(row=said, records=records, reader=reader, fingerprint=fingerprint)  # type: ignore[arg-type]


def has_none(db: sqlite3.Connection) -> bool:
    """Whether the archive has neither runs nor captures yet."""
    asked = "SELECT NOT EXISTS (SELECT 1 FROM crawls) AND NOT EXISTS (SELECT 1 FROM captures)"
    return bool(db.execute(asked).fetchone()[0])


def begin(db: sqlite3.Connection, log: RunLog) -> None:
    """Give each run its row, not sealed yet."""
    for run in log.runs:
        _insert(db, "crawls", {name: run.row[name] for name in ("id", "command", "version", "started_at")})
        if run.reader is not None and run.fingerprint is not None:
            _insert(
                db, "fingerprints", {"crawl_id": run.id, "reader": run.reader, "fingerprint": run.fingerprint}
            )  # fmt: skip


def end(db: sqlite3.Connection, evidence: Evidence, log: RunLog) -> list[int]:
    """Seal the runs with what came of their captures; those whose chain is not the one that they had.

    Where there are none, the rest of their rows and the checkpoints come back, too.
    """
    differing = [run.id for run in log.runs if evidence.chain(run.id) != run.chain_sha256]
    if not differing:
        for run in log.runs:
            setting = ", ".join(f"{name} = :{name}" for name in RUN_COLUMNS)
            db.execute(f"UPDATE crawls SET {setting} WHERE id = :id", run.row)
        _add_checkpoints(db, log.checkpoints)
    return differing


def _add_checkpoints(db: sqlite3.Connection, checkpoints: Iterable[LoggedCheckpoint]) -> None:
    for one in checkpoints:
        number = sealing.add(
            db, crawl_id=one.crawl_id, size=one.size, root=bytes.fromhex(one.root), text=one.text,
            statement=one.statement,
        )  # fmt: skip
        for stamp in one.stamps:
            sealing.add_stamp(db, checkpoint=number, authority=stamp.authority, token=stamp.token, at=stamp.at)


def _insert(db: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    places = ", ".join(f":{name}" for name in row)
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)
