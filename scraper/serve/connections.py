"""How many connections a server holds, and how long one may take to say what it wants."""

import asyncio
import resource
from contextlib import suppress

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds in which the head of a request must have come. uvicorn waits for ever, so that whoever opens connections and
#: says nothing, or a letter a minute, takes them from all others.
HEAD = 20.0
#: Open files that a server makes use of, at most: each connection is one.
MOST_FILES = 65_536


class Listener(H11Protocol):
    """A connection that is ended where no whole head of a request comes in time; uvicorn ends idle ones after that."""

    #: Seconds, as `HEAD`.
    head = HEAD
    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Somebody has come."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Somebody has said something."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody has left."""
        super().connection_lost(exc)
        self._stop()

    def _watch(self) -> None:
        """Let the time run while a head is waited for."""
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self._due is None:
            self._due = self.loop.call_later(self.head, self.transport.close)

    def _stop(self) -> None:
        if self._due is not None:
            self._due.cancel()
        self._due = None


def hold_many() -> None:
    """Let this process, and those that it starts, have as many files open as the system allows it; shells begin with
    1,024.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # some systems have a lower limit of their own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
