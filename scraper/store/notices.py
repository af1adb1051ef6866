"""What everybody may know of withdrawals: for the page in place of a post, for the list of all, and for feeds."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from scraper import sites, urls
from scraper.store import single, slugs
from scraper.vocabulary import WithdrawalKind


@dataclass(frozen=True, slots=True)
class Notice:
    """What everybody may know of a withdrawal; not who decided it."""

    url: str
    at: str
    reason: str | None
    crawl_id: int
    #: What was taken out.
    kind: WithdrawalKind
    captures: int
    #: Times of the first and the last capture.
    first: str
    last: str
    #: Of the last capture that had a body.
    body_sha256: str | None

    @property
    def hidden(self) -> bool:
        """Kept as evidence and shown nowhere, not erased."""
        return self.kind == WithdrawalKind.HIDDEN

    @property
    def partial(self) -> bool:
        """The post is still here; something of it was taken out."""
        return self.kind not in (WithdrawalKind.POST, WithdrawalKind.HIDDEN)

    @property
    def shown_address(self) -> str:
        """The address as far as it names no one: without its last part."""
        return self.url.rstrip("/").rpartition("/")[0] + "/…"


#: One row for each withdrawal: that of the post's own address, or of the first of its pictures or captures.
_LISTED = """
SELECT ifnull(json_extract(withdrawn, '$.of'), url), at, reason, crawl_id, json_extract(withdrawn, '$.kind'), withdrawn
FROM withdrawals WHERE json_extract(withdrawn, '$.first')
"""


def listed(db: sqlite3.Connection) -> list[Notice]:
    """All withdrawals, newest first."""
    return [_told(db, row) for row in db.execute(f"{_LISTED} ORDER BY id DESC").fetchall()]


def parts_of(db: sqlite3.Connection, url: str) -> list[Notice]:
    """Withdrawals of a part of the post *url*, which is still here: versions, captures, pictures; newest first."""
    asked = f"{_LISTED} AND json_extract(withdrawn, '$.of') = ? ORDER BY id DESC"
    return [one for row in db.execute(asked, (url,)).fetchall() if (one := _told(db, row)).partial]


def _told(db: sqlite3.Connection, row: tuple[Any, ...]) -> Notice:
    url, at, reason, crawl, kind, told = row
    return _notice(db, url, at, reason, crawl, WithdrawalKind(kind), json.loads(told))


def at_place(db: sqlite3.Connection, site: str, slug: str) -> Notice | None:
    """The withdrawn post whose page stood at that place; None: there is none."""
    found = (one for one in listed(db) if not one.partial and sites.site_for(one.url).id == site)
    return next((one for one in found if slugs.plain(one.url) == slug), None)


def of_record(db: sqlite3.Connection, url: str, digest: str) -> Notice | None:
    """The withdrawal that took out a capture of the post *url* whose record begins with *digest*; None: none did."""
    row = db.execute(
        "SELECT at FROM withdrawals WHERE record_sha256 >= ? AND record_sha256 < ? || 'g'"
        " AND json_extract(withdrawn, '$.of') = ?",
        (digest, digest, url),
    ).fetchone()
    return next((one for one in listed(db) if row and one.url == url and one.at == row[0]), None)


def count(db: sqlite3.Connection) -> int:
    """How many posts were withdrawn or hidden."""
    asked = (
        "SELECT count(DISTINCT url) FROM withdrawals WHERE url IS NOT NULL"
        f" AND json_extract(withdrawn, '$.kind') IN ('{WithdrawalKind.POST}', '{WithdrawalKind.HIDDEN}')"
        " AND json_extract(withdrawn, '$.first')"
    )
    return single.count(db, asked)


def _notice(
    db: sqlite3.Connection,
    url: str,
    at: str,
    reason: str | None,
    crawl_id: int | None,
    kind: WithdrawalKind,
    told: dict[str, Any],
) -> Notice:
    records = told.get("records", ())
    marks = ", ".join("?" * len(records))
    rows = db.execute(
        f"SELECT captured_at, body_sha256 FROM captures WHERE record_sha256 IN ({marks}) ORDER BY captured_at", records
    ).fetchall()
    last = next((sha256 for _, sha256 in reversed(rows) if sha256), None)
    times = [captured for captured, _ in rows] or [at]
    return Notice(urls.canonical(url) or url, at, reason, crawl_id or 0, kind, len(rows), times[0], times[-1], last)
