"""What became known of posts, newest first by when this archive learned it. Only reads.

A withdrawal is a change, too, told by `withdrawals`: of a post that is no longer here its address stands without the
last part, and its reason in the place of an excerpt.
"""

import sqlite3
from dataclasses import dataclass, replace

from scraper.store import single

# When this archive learned of an event; what belongs to no run is known by its own time only.
_EVENTS = """
SELECT events.id, events.at, coalesce(events.known_at, events.at) AS known_at, events.kind, events.post_id,
  events.capture_id, posts.url, posts.site, posts.slug, posts.title, posts.language, posts.excerpt, posts.last_seen_at,
  posts.gone_at, captures.source, captures.captured_at_basis
FROM events JOIN posts ON posts.id = events.post_id LEFT JOIN captures ON captures.id = events.capture_id
"""
_WITHDRAWN = """
SELECT -w.id, w.at, w.at, 'withdrawn', posts.id, NULL,
  ifnull(posts.url, rtrim(rtrim(w.address, '/'), replace(w.address, '/', '')) || '…'),
  coalesce(posts.site, known_urls.site, ''), posts.slug, posts.title, posts.language, w.reason, posts.last_seen_at,
  posts.gone_at, NULL, NULL
FROM (SELECT id, at, reason, ifnull(json_extract(withdrawn, '$.of'), url) AS address FROM withdrawals
    WHERE json_extract(withdrawn, '$.first')) AS w
  LEFT JOIN posts ON posts.url = w.address LEFT JOIN known_urls ON known_urls.url = w.address
"""


def _source(db: sqlite3.Connection, events: str = "") -> str:
    """All changes as a table, of events only those whose ids the SELECT *events* gives; empty: all.

    An archive may be published without its withdrawals.
    """
    asked = "SELECT 1 FROM temp.sqlite_master WHERE name = 'withdrawals' UNION ALL SELECT 1 FROM sqlite_master WHERE"
    here = db.execute(f"{asked} name = 'withdrawals'").fetchone()
    chosen = f" WHERE events.id IN ({events}) " if events else ""
    return f"({_EVENTS}{chosen}{f'UNION ALL {_WITHDRAWN}' if here else ''}) AS changes"


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes are asked for. Empty: any."""

    kind: str = ""
    site: str = ""
    #: A month in which this archive learned of them, ``YYYY-MM``.
    month: str = ""
    #: Learned at that time or later: a day, or a time in UTC.
    since: str = ""
    #: (known_at, id) of the change behind which to go on.
    before: tuple[str, int] | None = None

    def where(self) -> tuple[str, list[str | int]]:
        """As SQL, with its values."""
        asked: list[tuple[str, list[str | int]]] = [
            (sql, [value])
            for sql, value in (
                ("kind = ?", self.kind),
                ("site = ?", self.site),
                ("substr(known_at, 1, 7) = ?", self.month),
                ("known_at >= ?", self.since),
            )
            if value
        ]
        if self.before:
            asked.append(("(known_at, id) < (?, ?)", [*self.before]))
        sql = " AND ".join(["1", *(each for each, _ in asked)])
        return sql, [value for _, values in asked for value in values]


def changes(db: sqlite3.Connection, wanted: ChangeFilter, limit: int) -> list[sqlite3.Row]:
    """The changes that *wanted* names, newest first: the event, its post, and the capture that showed it.

    Of a withdrawn post nothing but `url` (shortened), `site` and the reason (as `excerpt`) is told.
    """
    where, values = wanted.where()
    # Posts and captures, which are large rows, are looked up for the events alone that are shown.
    site = ", site FROM events JOIN posts ON posts.id = post_id" if wanted.site else " FROM events"
    first = (
        f"SELECT id FROM (SELECT events.id, kind, coalesce(known_at, at) AS known_at{site})"
        f" WHERE {where} ORDER BY known_at DESC, id DESC LIMIT ?"
    )
    return db.execute(
        f"SELECT * FROM {_source(db, first)} WHERE {where} ORDER BY known_at DESC, id DESC LIMIT ?",
        (*values, limit, *values, limit),
    ).fetchall()


def passed(db: sqlite3.Connection, wanted: ChangeFilter) -> int:
    """How many changes stand before the one where *wanted* goes on."""
    if wanted.before is None:
        return 0
    everything, values = replace(wanted, before=None).where()
    return single.count(
        db,
        f"SELECT count(*) FROM {_source(db)} WHERE {everything} AND (known_at, id) >= (?, ?)",
        (*values, *wanted.before),
    )


def tally(db: sqlite3.Connection, column: str, wanted: ChangeFilter) -> list[tuple[str, int]]:
    """(value, number) of the changes that *wanted* names, by ``kind``, ``site``, ``month`` or ``day``."""
    sql = {"kind": "kind", "site": "site", "month": "substr(known_at, 1, 7)", "day": "substr(known_at, 1, 10)"}[column]
    where, values = wanted.where()
    return [
        (str(value), int(number))
        for value, number in db.execute(f"SELECT {sql}, count(*) FROM {_source(db)} WHERE {where} GROUP BY 1", values)
    ]


def texts_around(db: sqlite3.Connection, post_id: int, capture_id: int | None) -> tuple[str, str] | None:
    """The text before and after the edit that *capture_id* showed; None: one of the two is not known."""
    row = db.execute(
        "SELECT id, seen_at, body_text FROM revisions WHERE post_id = ? AND capture_id = ?", (post_id, capture_id)
    ).fetchone()
    if row is None:
        return None
    before = db.execute(
        "SELECT body_text FROM revisions WHERE post_id = ? AND (seen_at, id) < (?, ?) ORDER BY seen_at DESC, id DESC"
        " LIMIT 1",
        (post_id, row[1], row[0]),
    ).fetchone()
    if not before:
        return None
    return (before[0] or "", row[2] or "")


def missing_since(db: sqlite3.Connection, post_id: int, at: str) -> str | None:
    """When the post went missing that was back at *at*; None: nothing says so."""
    asked = "SELECT at FROM events WHERE post_id = ? AND kind = 'gone' AND at <= ? ORDER BY at DESC LIMIT 1"
    return single.text(db, asked, (post_id, at))


_LAST_RUN = "(SELECT max(id) FROM crawls)"


def of_last_run(db: sqlite3.Connection, since: str) -> list[tuple[str, str | None]]:
    """(kind, title) of what happened from *since* on, and of posts that the newest run called gone."""
    return db.execute(
        "SELECT kind, title FROM events JOIN posts ON posts.id = post_id"
        " WHERE events.at >= ? OR (kind = 'gone' AND post_id IN (SELECT post_id FROM post_captures"
        f" JOIN captures ON captures.id = post_captures.capture_id WHERE verdict = 'gone' AND crawl_id = {_LAST_RUN}))"
        " ORDER BY kind, published_at",
        (since,),
    ).fetchall()


def missing_in_last_run(db: sqlite3.Connection) -> list[str | None]:
    """Titles of the posts that the newest run did not find, and that are not called gone yet."""
    found = db.execute(
        "SELECT title FROM posts JOIN post_captures ON post_id = posts.id"
        " JOIN captures ON captures.id = post_captures.capture_id"
        f" WHERE verdict = 'missing' AND crawl_id = {_LAST_RUN}"
    )
    return [title for (title,) in found]
