"""One state of the archive: all that a search reads is of the same one, and what was worked out for it is kept."""

import sqlite3
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from scraper.schema import FileState, file_state, path_of
from scraper.search.ledger import Ledger, read
from scraper.search.memory import Memory

K = TypeVar("K")
V = TypeVar("V")

#: Archives of which the last state is kept: one is seldom read beside more than one other.
KEPT = 2


@dataclass(eq=False)
class State:
    """What is known of one state of an archive."""

    #: The archive; None: it has no file, or its states are not told apart.
    path: Path | None = None
    memory: Memory = field(default_factory=Memory)
    _ledger: Ledger | None = None

    def ledger(self, db: sqlite3.Connection) -> Ledger:
        """The ledger, read from *db* by the first who asks, with what has not changed since the last one was."""
        if self._ledger is None:
            self._ledger = read(db, _ledgers.get(self.path))
            if self.path is not None:
                _keep(_ledgers, self.path, self._ledger)
        return self._ledger


#: Connection, by its `id`, in a transaction of ours → the state that it sees.
_open: dict[int, State] = {}
#: Archive → the sign of a state of its file, and that state.
_kept: dict[Path, tuple[str, State]] = {}
#: Archive → the ledger that was read last, of whatever state: it knows itself whether it still holds.
_ledgers: dict[Path | None, Ledger] = {}


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Inside, all reads see one state of the archive, whatever a crawl writes meanwhile."""
    if db.in_transaction:
        yield
        return
    path = path_of(db)
    before = file_state(path) if path else None
    db.execute("BEGIN")
    try:
        db.execute("SELECT 1 FROM posts LIMIT 1").fetchone()  # from here on the transaction sees one state
        _open[id(db)] = _known(path, _sign(before, path))
        yield
    finally:
        _open.pop(id(db), None)
        db.rollback()


def read_ahead(db: sqlite3.Connection) -> None:
    """Have ready what the next search will need, unless the archive is being written just now."""
    with snapshot(db):
        state = state_of(db)
        if any(state is kept for _, kept in _kept.values()):
            state.ledger(db)


def state_of(db: sqlite3.Connection) -> State:
    """The state that *db* sees; inside a `snapshot` it is kept for the next one."""
    return _open.get(id(db)) or State()


def ledger_of(db: sqlite3.Connection) -> Ledger:
    """The ledger of the archive in the state that *db* sees."""
    return state_of(db).ledger(db)


def _sign(before: FileState | None, path: Path | None) -> str | None:
    """The sign of the state that a transaction sees that began after *before*; None: it is not known which one it is.

    A commit writes its log first and shows itself later, so that a file that changed a moment ago has two states.
    """
    if path is None or before is None or not before.settled:
        return None
    if file_state(path).sign != before.sign:
        return None
    return before.sign


def _known(path: Path | None, sign: str | None) -> State:
    """The state of that sign, with what is known of it already."""
    if path is None or sign is None:
        return State(path)
    kept = _kept.get(path)
    if kept and kept[0] == sign:
        return kept[1]
    state = State(path)
    _keep(_kept, path, (sign, state))
    return state


def _keep(store: MutableMapping[K, V], path: K, value: V) -> None:
    """Keep *value*, and those of the archives that came last."""
    store[path] = value
    for other in [*store][:-KEPT]:
        store.pop(other, None)
