"""How slowly hosts asked to be asked, kept in `meta` from run to run. Transactions are the caller's."""

import json
import sqlite3
from collections.abc import Mapping

from scraper.records import Pace

#: Before the host's name, in the keys of `meta`.
_KEY = "pace:"


def read(db: sqlite3.Connection) -> dict[str, Pace]:
    """Host → how it is to be asked."""
    rows = db.execute("SELECT key, value FROM meta WHERE key LIKE ? || '%'", (_KEY,))
    return {key.removeprefix(_KEY): Pace(float(said[0]), said[1]) for key, value in rows if (said := json.loads(value))}


def write(db: sqlite3.Connection, paces: Mapping[str, Pace]) -> None:
    """Put *paces* in the place of what was known."""
    db.execute("DELETE FROM meta WHERE key LIKE ? || '%'", (_KEY,))
    db.executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?)",
        ((f"{_KEY}{host}", json.dumps([pace.seconds, pace.until])) for host, pace in sorted(paces.items())),
    )
