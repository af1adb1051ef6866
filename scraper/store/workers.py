"""Work on one archive shared out to processes that only read it; what they give comes back in the order of the work.

Each process has a connection of its own. Chunks of work go round in turn, and no process is more than a few ahead of
the one whose answer is awaited, so memory stays flat. A process ends when its pipe does: also when this one is killed.

All are forked off one process that imported the work before: a start costs next to nothing, and as that process has
nothing open, none of them holds what is this one's.
"""

import multiprocessing
import signal
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import cycle, islice
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Generic, TypeVar

from scraper import schema
from scraper.processes import not_from_here

C = TypeVar("C")
R = TypeVar("R")

#: Chunks that each process has before it: one to work on, one to go on with.
_AHEAD = 2
#: Seconds in which a process that is no longer needed ends by itself.
_GRACE = 2.0


@contextmanager
def in_order(
    work: Callable[[sqlite3.Connection, C], R], path: Path, chunks: Iterable[C], jobs: int
) -> Iterator[Iterator[R]]:
    """What *work* gives for each of *chunks*, in their order, made by *jobs* processes; one job: in this process.

    *work*, chunks and results must be picklable. What *work* raises is raised here, in its turn.
    """
    if jobs <= 1:
        with closing(_opened(path)) as db:
            yield (work(db, chunk) for chunk in chunks)
        return
    warm(work)
    context = multiprocessing.get_context("forkserver")
    pool = [_Worker(context, work, path) for _ in range(jobs)]
    try:
        yield _answers(pool, iter(chunks))
    finally:
        for worker in pool:
            worker.end()


def warm(work: object) -> None:
    """Let the process that the others are forked off import what *work* needs, while this one does something else."""
    forkserver.set_forkserver_preload(sorted(_modules(work)))
    with not_from_here():
        forkserver.ensure_running()


def _modules(work: object) -> set[str]:
    """The modules that *work* is of, and that of what is given to it beforehand."""
    if isinstance(work, partial):
        return _modules(work.func).union(*map(_modules, work.args))
    return {str(getattr(work, "__module__", None) or __name__)}


def _answers(pool: "list[_Worker[C, R]]", chunks: Iterator[C]) -> Iterator[R]:
    """Hand out chunks in turn, the first at once, and take the answers in the same turn."""
    waiting: deque[_Worker[C, R]] = deque()
    turns = cycle(pool)

    def hand_out(count: int) -> None:
        for chunk in islice(chunks, count):
            worker = next(turns)
            worker.send(chunk)
            waiting.append(worker)

    def taken() -> Iterator[R]:
        while waiting:
            answer = waiting.popleft().receive()
            hand_out(1)
            yield answer

    hand_out(_AHEAD * len(pool))
    return taken()


class _Worker(Generic[C, R]):
    """A process, and the pipe to it."""

    def __init__(self, context: ForkServerContext, work: Callable[[sqlite3.Connection, C], R], path: Path) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, work, path), daemon=True)
        with not_from_here():  # the one that it is forked off may have ended, and is started again
            self._process.start()
        theirs.close()

    def send(self, chunk: C) -> None:
        self._pipe.send(chunk)

    def receive(self) -> R:
        answer, error = self._pipe.recv()
        if error is not None:
            raise error
        return answer  # type: ignore[no-any-return]

    def end(self) -> None:
        self._pipe.close()
        self._process.join(_GRACE)
        self._process.terminate()
        self._process.join()


def _serve(pipe: Connection, work: Callable[[sqlite3.Connection, C], R], path: Path) -> None:
    """Answer what comes through *pipe* until it ends. An interrupt is for the process that asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with closing(_opened(path)) as db:
        while True:
            try:
                chunk = pipe.recv()
            except EOFError:
                return
            try:
                answer: tuple[R | None, Exception | None] = work(db, chunk), None
            except Exception as error:  # noqa: BLE001 - raised again where it is awaited
                answer = None, error
            try:
                pipe.send(answer)
            except OSError:  # nobody waits for it any more
                return


def _opened(path: Path) -> sqlite3.Connection:
    return schema.open_archive(path, create=False, readonly=True).conn
