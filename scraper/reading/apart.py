"""Reading in a process of its own, while this one fetches and stores.

The process is given captures and gives what they say, in their order, both pickled. It has nothing open and ends when
its pipe does, also when this one is killed: what it had not read yet was not stored, and is fetched again.
"""

import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import IO

from scraper import passages, processes
from scraper.page_media import PageMedia, media_of_page
from scraper.reading.capture import read_capture
from scraper.records import Capture, Reading


@dataclass(frozen=True, slots=True)
class PageRead:
    """All that a run wants to know of a page."""

    reading: Reading
    media: PageMedia
    #: `passages.samples` of its text.
    samples: frozenset[int]


def read_page(capture: Capture) -> PageRead:
    """What *capture* says, and what it names beside its text. Never raises."""
    reading = read_capture(capture)
    return PageRead(reading, media_of_page(capture), passages.samples(reading.body_text or ""))


class ReaderApart:
    """Reads captures elsewhere, from the moment on that its process is up. A context manager."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        """*command* starts the process; None: the one that runs `serve`."""
        self._command = command or processes.command("scraper.reading")
        self._given: SimpleQueue[tuple[Capture, Future[PageRead]] | None] = SimpleQueue()
        #: What the process was given and has not answered yet.
        self._awaited: SimpleQueue[Future[PageRead] | None] = SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        #: It has said that it is there, and has not failed.
        self._is_up = False

    def __enter__(self) -> "ReaderApart":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """Of its process; None: it was not started."""
        if self._process is None:
            return None
        return self._process.pid

    @property
    def is_up(self) -> bool:
        """Whether what is begun is read elsewhere."""
        return self._is_up

    def start(self) -> None:
        """Start the process, unless it was started before, or would only take turns with this one."""
        if self._process is not None or processes.processors() < 2:
            return
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this program
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what it could not read is read here, and told then
                start_new_session=True,
                env=processes.environment(),
                pipesize=_PIPE,
            )
        except OSError:  # there may be no more processes: pages are read here
            return
        for name, work, pipe in (
            ("give", self._give, self._process.stdin),
            ("read", self._receive, self._process.stdout),
        ):
            threading.Thread(target=work, args=(pipe,), name=name, daemon=True).start()

    def begin(self, capture: Capture) -> Future[PageRead] | None:
        """Have *capture* read; None: nobody is there to do that. May be called from any thread."""
        if not self._is_up:
            return None
        said = Future[PageRead]()
        self._given.put((capture, said))
        return said

    def close(self) -> None:
        """End the process: whatever it is at, nobody waits for it."""
        self._given.put(None)
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _give(self, to: IO[bytes]) -> None:
        """Gives the next capture while the last one is read: the process never waits."""
        while (given := self._given.get()) is not None:
            capture, said = given
            self._awaited.put(said)
            try:
                pickle.dump(capture, to, pickle.HIGHEST_PROTOCOL)
                to.flush()
            except Exception:  # noqa: BLE001 - it is no more, or was given half of something
                self._fail()
        self._awaited.put(None)

    def _receive(self, of: IO[bytes]) -> None:
        self._is_up = of.read(len(_READY)) == _READY
        while (said := self._awaited.get()) is not None:
            try:
                if self._is_up:
                    said.set_result(pickle.load(of))  # noqa: S301 - this program's own words
            except Exception:  # noqa: BLE001 - it is no more, or nothing that it says can be trusted from here on
                self._fail()
            said.cancel()  # unless it was answered

    def _fail(self) -> None:
        self._is_up = False
        self._end()


def outcome(said: Future[PageRead] | None, capture: Capture) -> PageRead:
    """What the process has made of *capture*; read here where it was not given it, or ended before."""
    if said is not None:
        try:
            return said.result()
        except CancelledError:
            pass
    return read_page(capture)


_READY = b"ready\n"
#: Bytes on their way to the process, or from it, so that a page fits in. Linux gives so many, others what they like.
_PIPE = 1 << 20


def serve() -> None:
    """Answer what comes through stdin until it ends. A signal is for the process that asked."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    to, of = sys.stdout.buffer, sys.stdin.buffer
    sys.stdout = sys.stderr  # what a library prints is no answer
    to.write(_READY)
    to.flush()
    while True:
        try:
            capture = pickle.load(of)  # noqa: S301 - this program's own words
            pickle.dump(read_page(capture), to, pickle.HIGHEST_PROTOCOL)
            to.flush()
        except (EOFError, OSError):
            return
