"""Who does the work of a lane: this process, or one of its own.

Python lets one thread of a process compute at a time, so a search on another thread still holds up a page of this one,
which gives its turn away at each row that it reads. A process apart does not, and gives way where processors are few.
It has nothing open but its pipe and the archives, and ends when its pipe does, whatever it is at and however this
process ended.
"""

import gc
import os
import select
import sqlite3
from collections.abc import Callable, Generator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock, Thread
from typing import Any, Protocol, TypeVar

from scraper import forked, search
from scraper.schema import WayIn
from scraper.serve.archive import Room

T = TypeVar("T")

#: How many objects are made before Python looks for unreachable ones among them, and how seldom among older ones. A
#: search makes thousands that die with it; with Python's 700 the looking takes an eighth of a search.
COLLECTED_AFTER = (20_000, 20, 20)
#: By how much a process apart is less urgent than the one that answers (setpriority(2)): it gets a third of its share.
GIVES_WAY = 5
#: Seconds after which a process apart that has nothing to do looks whether the archive has changed.
IDLE = 1.0
#: What processes apart have imported before they are made.
IMPORTED = ("scraper.serve.routes",)


class ArchiveAway(Exception):
    """There is no archive at its place any more, or none that can be opened."""


class WrittenMeanwhile(ArchiveAway):
    """The archive was written to by somebody whom a connection of ours would be in the way of, so that it has none."""


class WorkerLost(Exception):
    """The process that was at it is no more; the next one who asks gets a new one."""


class Worker(Protocol):
    """Answers from archives, one thing after the other."""

    def run(self, room: Room, job: Callable[[sqlite3.Connection], T]) -> T:
        """What *job* gives for a connection to *room*. Raises ArchiveAway, WorkerLost."""

    def begin(self, ticket: int, make: Callable[[], Generator[object]]) -> None:
        """Keep what *make* gives under *ticket*, which was never used before. Raises WorkerLost."""

    def take(self, ticket: int) -> Any:
        """The next piece of what is kept under *ticket*; None: there is none. Raises WorkerLost."""

    def end(self, ticket: int) -> None:
        """Shut what is kept under *ticket*, if anything is. Raises WorkerLost."""


class Here:
    """A worker in this process."""

    def __init__(self) -> None:
        self._of: object = None
        self._begun: dict[int, Generator[object]] = {}

    def run(self, room: Room, job: Callable[[sqlite3.Connection], T]) -> T:
        """As `Worker` says."""
        with suppress(WrittenMeanwhile):
            return self._once(room, job)
        return self._once(room, job)

    def _once(self, room: Room, job: Callable[[sqlite3.Connection], T]) -> T:
        """What *job* gives. Raises ArchiveAway, WrittenMeanwhile."""
        connection, way = self._connected(room)
        try:
            found = job(connection)
        except Exception as error:
            if way.holds():
                raise
            raise WrittenMeanwhile from error
        if not way.holds():
            raise WrittenMeanwhile
        return found

    def begin(self, ticket: int, make: Callable[[], Generator[object]]) -> None:
        """As `Worker` says."""
        self._begun[ticket] = make()

    def take(self, ticket: int) -> Any:
        """As `Worker` says."""
        if ticket not in self._begun:
            raise WorkerLost("whoever began it is no more")
        return next(self._begun[ticket], None)

    def end(self, ticket: int) -> None:
        """As `Worker` says."""
        begun = self._begun.pop(ticket, None)
        if begun is not None:
            begun.close()

    def read_ahead(self) -> None:
        """Read what the next search will need of the archive that was asked last, where it has changed since."""
        with suppress(sqlite3.Error):  # it may have been moved away: who asks next is told so
            if self._of is not None:
                search.read_ahead(self._connection)

    def _connected(self, room: Room) -> tuple[sqlite3.Connection, WayIn]:
        """The connection to *room*, and how it was opened; a new one when another file has taken the archive's place,
        or it is to be opened otherwise.

        Raises ArchiveAway.
        """
        try:
            way = room.way_in()
            now = (room, room.path.stat().st_ino, way)
            if self._of != now:
                self._connection = room.connect(way)
                search.prepare(self._connection)
                self._of = now
        except (OSError, sqlite3.Error) as error:
            raise ArchiveAway(str(error)) from error
        return self._connection, way


class Apart:
    """A worker in a process of its own, made when it is first needed, and again after it was lost. For many threads.

    What it is given and what it gives is pickled.
    """

    def __init__(self) -> None:
        self._turn = Lock()
        self._process: BaseProcess | None = None

    def run(self, room: Room, job: Callable[[sqlite3.Connection], T]) -> T:
        """As `Worker` says."""
        found: T = self._asked(Here.run, room, job)
        return found

    def begin(self, ticket: int, make: Callable[[], Generator[object]]) -> None:
        """As `Worker` says."""
        self._asked(Here.begin, ticket, make)

    def take(self, ticket: int) -> Any:
        """As `Worker` says."""
        return self._asked(Here.take, ticket)

    def end(self, ticket: int) -> None:
        """As `Worker` says."""
        self._asked(Here.end, ticket)

    @property
    def process_id(self) -> int | None:
        """Of its process; None: there is none."""
        if self._process is None:
            return None
        return self._process.pid

    def close(self) -> None:
        """End the process: whatever it is at, nobody waits for it."""
        if self._process is not None:
            self._process.kill()

    def _asked(self, what: Callable[..., Any], *given: object) -> Any:
        """What the process says to *what* of its worker, or raises."""
        with self._turn:
            if self._process is not None and not self._process.is_alive():
                self._forget()
            try:
                if self._process is None:
                    self._process, self._pipe = forked.start(_work)
                self._pipe.send((what, given))
                answer, error = self._pipe.recv()
            except (EOFError, OSError) as lost:
                self._forget()
                raise WorkerLost from lost
        if error is not None:
            raise error
        return answer

    def _forget(self) -> None:
        if self._process is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join()
        self._process = None


def warm() -> None:
    """Let the process that others are forked off import what they need, while this one does something else."""
    forked.warm(IMPORTED)


def collect_seldom() -> None:
    """Look for unreachable objects as seldom as many short-lived ones want it; what is there now, stays."""
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def _work(pipe: Connection) -> None:
    """Do what comes through *pipe* until it ends, and read ahead when idle."""
    os.nice(GIVES_WAY)
    collect_seldom()
    Thread(target=_end_with, args=(pipe,), daemon=True).start()
    worker = Here()
    forked.answer(pipe, lambda asked: asked[0](worker, *asked[1]), idle=worker.read_ahead, every=IDLE)


def _end_with(pipe: Connection) -> None:
    """End this process when nobody is at the other end of *pipe* any more: its work is for nobody."""
    other_end = select.poll()
    other_end.register(pipe, 0)  # that the other end has hung up is told unasked (poll(2), POLLHUP)
    other_end.poll()
    os._exit(0)
