"""Processes forked off one that imported beforehand what they need: a start costs next to nothing.

As that one has nothing open, none of them holds what is this process's. Python's own helpers of `multiprocessing` are
started with ``-c``, and would look for modules in the working directory first: a ``random.py`` that stands there would
be run, and they fail.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Any

#: The variable that keeps Python from looking for modules in the working directory; ``-P`` by another name.
_SAFE_PATH = "PYTHONSAFEPATH"
_one = Lock()


def warm(modules: Iterable[str]) -> None:
    """Let the process that others are forked off import *modules*, while this one does something else.

    Raises OSError where no process can be started, or there is no folder for temporary files.
    """
    forkserver.set_forkserver_preload(list(modules))
    with _not_from_here():
        forkserver.ensure_running()


def start(work: Callable[..., None], *given: object) -> tuple[BaseProcess, Connection]:
    """A process that does *work*, given its end of a pipe and what else is *given*, and our end of the pipe. It ends
    with this one at the latest; an interrupt (SIGINT) is for this one alone.
    """
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    process = context.Process(target=_do, args=(work, theirs, *given), daemon=True)
    with _not_from_here():  # the one that it is forked off may have ended, and is started again
        process.start()
    theirs.close()
    return process, ours


def answer(
    pipe: Connection, do: Callable[[Any], object], *, idle: Callable[[], None] | None = None, every: float | None = None
) -> None:
    """Send for each thing that comes through *pipe* what *do* makes of it, and what it raises in its place: a pair, one
    of which is None. Ends when the pipe does. *idle* is called after each *every* seconds in which nothing came.
    """
    while True:
        while idle is not None and not pipe.poll(every):
            idle()
        try:
            given = pipe.recv()
        except (EOFError, OSError):  # reset, where the other end had not read the last answer
            return
        try:
            made: tuple[object, Exception | None] = do(given), None
        except Exception as error:  # noqa: BLE001 - raised again where it is awaited
            made = None, error
        try:
            pipe.send(made)
        except OSError:  # nobody waits for it any more
            return


def _do(work: Callable[..., None], pipe: Connection, *given: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work(pipe, *given)


@contextmanager
def _not_from_here() -> Iterator[None]:
    """Inside, processes are started that import nothing of the working directory."""
    with _one:
        before = os.environ.get(_SAFE_PATH)
        os.environ[_SAFE_PATH] = "1"
        try:
            yield
        finally:
            del os.environ[_SAFE_PATH]
            if before is not None:
                os.environ[_SAFE_PATH] = before
