"""What reads this archive: the rows ``reader`` and ``fingerprint`` of `meta`, and for each run a row of `fingerprints`.

The whole archive is read by one version of the rules and of each package: where they change, it is read again first.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

_CAPTURES = "SELECT EXISTS (SELECT 1 FROM captures)"
_OLDER_POSTS = "SELECT EXISTS (SELECT 1 FROM posts WHERE ifnull(reader, -1) < ?)"


@dataclass(frozen=True, slots=True)
class ReaderRules:
    """What reads pages: the version of the rules, and all that they rest on, by name and version."""

    reader: int
    fingerprint: Mapping[str, str]

    @property
    def rows(self) -> dict[str, str]:
        """The rows of `meta` that say so."""
        return {"reader": str(self.reader), "fingerprint": json.dumps(dict(self.fingerprint), sort_keys=True)}


def noted(db: sqlite3.Connection) -> dict[str, str]:
    """What `meta` says that the archive was read by; a row that is not there is not in it."""
    return dict(db.execute("SELECT key, value FROM meta WHERE key IN ('reader', 'fingerprint')"))


def note(db: sqlite3.Connection, rules: ReaderRules) -> None:
    """Say that all captures were read by *rules*."""
    for key, value in rules.rows.items():
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def note_first(db: sqlite3.Connection, rules: ReaderRules) -> None:
    """Say so of an archive that has no captures yet."""
    if not db.execute(_CAPTURES).fetchone()[0] and noted(db) != rules.rows:
        note(db, rules)


def note_run(db: sqlite3.Connection, crawl_id: int, rules: ReaderRules) -> None:
    """Say what read the pages of a run."""
    db.execute(
        "INSERT INTO fingerprints (crawl_id, reader, fingerprint) VALUES (?, ?, ?)",
        (crawl_id, rules.reader, rules.rows["fingerprint"]),
    )


def is_stale(db: sqlite3.Connection, rules: ReaderRules) -> bool:
    """Whether captures are there that older rules, or packages of other versions, read; of newer rules: no."""
    if not db.execute(_CAPTURES).fetchone()[0]:
        return False
    found = noted(db)
    try:
        reader = int(found.get("reader", -1))
    except ValueError:
        reader = -1
    if reader != rules.reader:
        return reader < rules.reader
    return found.get("fingerprint") != rules.rows["fingerprint"] or bool(
        db.execute(_OLDER_POSTS, (rules.reader,)).fetchone()[0]
    )
