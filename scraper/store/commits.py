"""Transactions of one connection, each committed by itself or a few together: a sync takes as long as all else."""

import sqlite3
from contextlib import suppress

#: So many transactions are committed together at most.
MOST_TOGETHER = 4


class Commits:
    """Begins and ends transactions. Where they are committed together, each can still be undone by itself."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        #: Whether a transaction that ends may wait for those that follow.
        self.is_later = False
        #: Whether the transaction that goes on is one of several.
        self._is_part = False
        #: How many have ended and are not committed.
        self._waiting = 0

    def begin(self) -> None:
        """Begin a transaction."""
        if not self._waiting:
            self._db.execute("BEGIN IMMEDIATE")
        self._is_part = self.is_later or self._waiting > 0
        if self._is_part:
            self._db.execute("SAVEPOINT one")

    def end(self, *, undo: bool) -> None:
        """End it; *undo*: as if it had not been."""
        if undo:
            self.undo()
            return
        if self._is_part:
            self._db.execute("RELEASE one")
        self._waiting += 1
        if not self.is_later or self._waiting >= MOST_TOGETHER:
            self.commit()

    def undo(self) -> None:
        """Undo it, and nothing that ended before; all of them where SQLite has given up (the disk is full)."""
        if not self._db.in_transaction:
            self._waiting = 0
        elif self._is_part and self._waiting:
            with suppress(sqlite3.OperationalError):  # there is no such savepoint: a signal came when it had just ended
                self._db.execute("ROLLBACK TO one")
                self._db.execute("RELEASE one")
        else:
            self._db.execute("ROLLBACK")
            self._waiting = 0

    def commit(self) -> None:
        """Commit all that have ended; where that fails, none of them was."""
        if self._waiting and self._db.in_transaction:
            try:
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                self._waiting = 0
                raise
        self._waiting = 0
