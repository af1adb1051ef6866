"""What is worked out once for each state of an archive, because it looks at all posts."""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from scraper.serve.archive import Room

T = TypeVar("T")

#: (room, what makes it) → the state in which it was made, and what was made.
_made: dict[tuple[Room, Callable[[sqlite3.Connection], Any]], tuple[str, Any]] = {}


def remembered(room: Room, db: sqlite3.Connection, make: Callable[[sqlite3.Connection], T]) -> T:
    """What *make* gives for the archive as it is; made anew each time while the archive is being written."""
    state = room.state()
    kept = _made.get((room, make))
    if state and kept and kept[0] == state:
        found: T = kept[1]
        return found
    found = make(db)
    if state:
        _made[room, make] = (state, found)
    return found
