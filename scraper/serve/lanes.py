"""Slow work on threads of its own, so that posts and the home page answer whatever others search for.

A lane has few threads and a short queue. Who comes when both are full is told so, and when to come again; a moment
later, since programs that ask again at once would keep the server busy with turning them away. A server has the work of
searches done by processes apart (`workers`), one for each thread: these give way to readers by themselves.
"""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from scraper import search
from scraper.serve import workers
from scraper.serve.archive import Room
from scraper.serve.workers import Apart, Here, Worker

T = TypeVar("T")

#: Seconds after which a reader who was turned away should try again, and that pass before he is told so.
RETRY_AFTER, PAUSE = 10, 1.0

#: Numbers of what is taken in pieces; none is ever used again.
_tickets = count()


class LaneFull(Exception):
    """All threads are at work and the queue is full."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Something made piece by piece, and who makes it."""

    worker: Worker
    ticket: int


def _begin(worker: Worker, make: Callable[[], Generator[object]]) -> tuple[Begun, Any]:
    begun = Begun(worker, next(_tickets))
    worker.begin(begun.ticket, make)
    try:
        return begun, worker.take(begun.ticket)
    except BaseException:
        worker.end(begun.ticket)
        raise


class Lane:
    """Threads that answer from an archive, and how many may wait for them."""

    def __init__(
        self,
        name: str,
        threads: int,
        queue: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        in_turn: float = 0.0,
    ) -> None:
        """*in_turn*: seconds that a job waits for the one before it to end, though there is a thread for it."""
        self._name, self._queue, self._sleep = name, queue, sleep
        self._turn, self._waits = threading.Lock(), in_turn
        self._inside = 0
        self._staff(threads, Here)

    def _staff(self, threads: int, hire: Callable[[], Worker]) -> None:
        """Have the work done on so many new *threads*, each by a worker of its own."""
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=f"ushrn-{self._name}")
        self._number, self._hire, self._local = threads, hire, threading.local()

    async def run(self, room: Room, job: Callable[[sqlite3.Connection], T]) -> T:
        """What *job* gives for a connection of this lane; a lane `apart` pickles both.

        Raises LaneFull, ArchiveAway, WorkerLost.
        """
        async with self.place():
            return await self.work(lambda: self._worker().run(room, job))

    async def begin(self, make: Callable[[], Generator[object]]) -> tuple[Begun, Any]:
        """What *make* gives, to be taken piece by piece and ended, and its first piece; a lane `apart` pickles them.

        Raises LaneFull, WorkerLost, and what making the piece raises.
        """
        async with self.place():
            return await self.work(lambda: _begin(self._worker(), make))

    async def take(self, begun: Begun) -> Any:
        """The next piece; None: there is none. Raises WorkerLost, and what making it raises."""
        return await self.work(lambda: begun.worker.take(begun.ticket))

    def end(self, begun: Begun) -> None:
        """Let go of what was *begun*, soon."""
        self._threads.submit(begun.worker.end, begun.ticket)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Holds a place of the lane. Raises LaneFull, after a pause."""
        if self._inside >= self._number + self._queue:
            await self._sleep(PAUSE)
            raise LaneFull
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def work(self, job: Callable[[], T]) -> T:
        """What *job* gives, on a thread of the lane; for whoever holds a place already, or had one to begin with."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._in_turn, job)

    def _in_turn(self, job: Callable[[], T]) -> T:
        """What *job* gives, when it is its turn or has waited long enough."""
        has_turn = self._turn.acquire(timeout=self._waits)
        try:
            return job()
        finally:
            if has_turn:
                self._turn.release()

    @contextmanager
    def apart(self, processes: int, warm: Callable[[], None] = workers.warm) -> Generator[None]:
        """Inside, the work is done by so many *processes* apart; by threads as ever, where none can be made."""
        try:
            warm()
        except OSError:  # no folder for temporary files, or no more processes
            yield
            return
        before, hired = self._number, list[Apart]()

        def hire() -> Apart:
            hired.append(Apart())
            return hired[-1]

        self._staff(processes, hire)
        try:
            yield
        finally:
            for worker in hired:
                worker.close()
            self._staff(before, Here)

    def read_ahead(self, room: Room | None) -> None:
        """Let each process apart read what searches of *room* need, before the first one comes; waits for none.

        Threads of this process do not: they would hold up who comes first.
        """
        if room is not None and self._hire is not Here:
            for _ in range(self._number):
                self._threads.submit(lambda: self._worker().run(room, search.read_ahead))

    def _worker(self) -> Worker:
        """The worker of this thread."""
        if not hasattr(self._local, "worker"):
            self._local.worker = self._hire()
        worker: Worker = self._local.worker
        return worker


class Gate:
    """Lets in one at a time, a few wait, and others are turned away: for work that holds up the event loop itself.

    Who is inside already is let in again.
    """

    def __init__(self, queue: int, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._queue, self._sleep = queue, sleep
        self._one = asyncio.Semaphore(1)
        self._here = 0
        self._is_inside = ContextVar("is_inside", default=False)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Inside, nobody else is. Raises LaneFull, after a pause."""
        if self._is_inside.get():
            yield
            return
        if self._here > self._queue:  # one of them is inside
            await self._sleep(PAUSE)
            raise LaneFull
        self._here += 1
        try:
            async with self._one:
                inside = self._is_inside.set(True)
                try:
                    yield
                finally:
                    self._is_inside.reset(inside)
        finally:
            self._here -= 1


def _threads() -> int:
    """At most half of the processors: the others are for those who read."""
    return max(1, (os.cpu_count() or 2) // 2)


#: Searches, exports, feeds, and whatever else looks at many posts.
SEARCHES = Lane("search", threads=_threads(), queue=8)
#: Posts, the home page, and all else that is quick. Datasette's own pages have its threads for themselves.
#: Two threads of one process take turns at each row that they read, so that two pages at once take a third longer than
#: one after the other; but none waits long behind a slow one.
READERS = Lane("read", threads=max(2, os.cpu_count() or 2), queue=1000, in_turn=0.03)
#: Captures as they looked, their pictures, and bytes: some take long to rewrite or unpack, and a browser asks for many
#: of them at once.
REPLAYS = Lane("replay", threads=2, queue=1000)
