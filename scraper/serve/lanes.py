"""Slow work on threads of its own, so that posts and the home page answer whatever others search for.

A lane has few threads and a short queue. Who comes when both are full is told so, and when to come again; a moment
later, since programs that ask again at once would keep the server busy with turning them away.
"""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from scraper import search
from scraper.serve.archive import Room

T = TypeVar("T")

#: Seconds after which a reader who was turned away should try again, and that pass before he is told so.
RETRY_AFTER, PAUSE = 10, 1.0


class LaneFull(Exception):
    """All threads are at work and the queue is full."""


class ArchiveAway(Exception):
    """There is no archive at its place any more, or none that can be opened."""


class Lane:
    """Threads that answer from an archive, and how many may wait for them."""

    def __init__(
        self, name: str, threads: int, queue: int, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=f"ushrn-{name}")
        self._room = threads + queue
        self._inside = 0
        self._sleep = sleep
        self._local = threading.local()

    async def run(self, room: Room, job: Callable[[sqlite3.Connection], T]) -> T:
        """What *job* gives for a connection of this lane. Raises LaneFull, ArchiveAway."""
        async with self.place():
            return await self.work(lambda: job(self._connection(room)))

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Holds a place of the lane. Raises LaneFull, after a pause."""
        if self._inside >= self._room:
            await self._sleep(PAUSE)
            raise LaneFull
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def work(self, job: Callable[[], T]) -> T:
        """What *job* gives, on a thread of the lane; for whoever holds a place already, or had one to begin with."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, job)

    def _connection(self, room: Room) -> sqlite3.Connection:
        """The connection of one thread to *room*; a new one when another file has taken the archive's place.

        Raises ArchiveAway.
        """
        try:
            now = (room, room.path.stat().st_ino)
            if getattr(self._local, "of", None) != now:
                self._local.connection = room.connect()
                search.prepare(self._local.connection)
                self._local.of = now
        except (OSError, sqlite3.Error) as error:
            raise ArchiveAway(str(error)) from error
        connection: sqlite3.Connection = self._local.connection
        return connection


def _threads() -> int:
    """At most half of the processors: the others are for those who read."""
    return max(1, (os.cpu_count() or 2) // 2)


#: Searches, exports, feeds, and whatever else looks at many posts.
SEARCHES = Lane("search", threads=_threads(), queue=8)
#: Posts, the home page, and all else that is quick. Datasette's own pages have its threads for themselves.
READERS = Lane("read", threads=max(2, os.cpu_count() or 2), queue=1000)
