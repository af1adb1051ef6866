"""Modules of this program that run as programs of their own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

#: The variable that keeps Python from looking for modules in the working directory; ``-P`` by another name.
_SAFE_PATH = "PYTHONSAFEPATH"
_one = Lock()


def command(module: str) -> list[str]:
    """The words that start *module* (``scraper.pdf``) with the interpreter of this process."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """The environment in which such a program finds this one's modules, wherever it is started."""
    path = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


@contextmanager
def not_from_here() -> Iterator[None]:
    """Inside, Python's own helpers of `multiprocessing` are started where they import nothing of the working directory.

    They are started with ``-c``, and look there first: a ``random.py`` that stands there would be run, and they fail.
    """
    with _one:
        before = os.environ.get(_SAFE_PATH)
        os.environ[_SAFE_PATH] = "1"
        try:
            yield
        finally:
            del os.environ[_SAFE_PATH]
            if before is not None:
                os.environ[_SAFE_PATH] = before


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover - not on Linux
