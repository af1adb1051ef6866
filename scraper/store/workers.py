"""Work on one archive shared out to processes that only read it; what they give comes back in the order of the work.

Each process has a connection of its own. Chunks of work go round in turn, and no process is more than a few ahead of
the one whose answer is awaited, so memory stays flat. A process ends when its pipe does: also when this one is killed.
"""

import errno
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Generic, TypeVar

from scraper import forked, schema
from scraper.errors import Interrupted

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

    *work*, chunks and results must be picklable. What *work* raises is raised here, in its turn. Raises Interrupted
    where processes cannot be started, or one of them was killed; OSError where the disk has no room for their pipes.
    """
    if jobs <= 1:
        with closing(_opened(path)) as db:
            yield (work(db, chunk) for chunk in chunks)
        return
    warm(work)
    pool: list[_Worker[C, R]] = []
    try:
        pool.extend(_Worker(work, path) for _ in range(jobs))
        yield _answers(pool, iter(chunks))
    finally:
        for worker in pool:
            worker.end()


def warm(work: object) -> None:
    """Let the process that the others are forked off import what *work* needs, while this one does something else."""
    with _told():
        forked.warm(sorted(_modules(work)))


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

    def __init__(self, work: Callable[[sqlite3.Connection, C], R], path: Path) -> None:
        with _told():
            self._process, self._pipe = forked.start(_serve, work, path)

    def send(self, chunk: C) -> None:
        with self._alive():
            self._pipe.send(chunk)

    def receive(self) -> R:
        with self._alive():
            answer, error = self._pipe.recv()
        if error is not None:
            raise error
        return answer  # type: ignore[no-any-return]

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """Raises Interrupted where the process ended though its pipe did not."""
        try:
            yield
        except (EOFError, OSError) as ended:
            self._process.join(_GRACE)
            raise Interrupted(
                f"a process that shared the work was killed (exit code {self._process.exitcode}), as systems do when"
                " memory runs out: run it again, with fewer --jobs"
            ) from ended

    def end(self) -> None:
        self._pipe.close()
        self._process.join(_GRACE)
        self._process.terminate()
        self._process.join()


@contextmanager
def _told() -> Iterator[None]:
    """Raises Interrupted where a process cannot be started, but for want of room on the disk, which is OSError."""
    try:
        yield
    except (EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        why = getattr(error, "strerror", None) or "the one that they are forked off ended"
        raise Interrupted(f"no more processes can be started ({why}): run it again, with --jobs 1") from error


def _serve(pipe: Connection, work: Callable[[sqlite3.Connection, C], R], path: Path) -> None:
    with closing(_opened(path)) as db:
        forked.answer(pipe, lambda chunk: work(db, chunk))


def _opened(path: Path) -> sqlite3.Connection:
    return schema.open_archive(path, create=False, readonly=True).conn
