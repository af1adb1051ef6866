"""How slowly hosts asked to be asked, kept in `meta` from run to run. Transactions are the caller's."""

import json
import sqlite3
from collections.abc import Mapping

#: Before the host's name, in the keys of `meta`.
_KEY = "pace:"


def read(db: sqlite3.Connection) -> dict[str, tuple[float, str | None]]:
    """Host → (seconds between requests, not before this instant)."""
    rows = db.execute("SELECT key, value FROM meta WHERE key LIKE ? || '%'", (_KEY,))
    return {key.removeprefix(_KEY): (float(said[0]), said[1]) for key, value in rows if (said := json.loads(value))}


def write(db: sqlite3.Connection, paces: Mapping[str, tuple[float, str | None]]) -> None:
    """Put *paces* in the place of what was known."""
    db.execute("DELETE FROM meta WHERE key LIKE ? || '%'", (_KEY,))
    db.executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?)",
        ((f"{_KEY}{host}", json.dumps(pace)) for host, pace in sorted(paces.items())),
    )
