"""Modules of this program that run as programs of their own."""

import os
import sys
from pathlib import Path


def command(module: str) -> list[str]:
    """The words that start *module* (``scraper.pdf``) with the interpreter of this process."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """The environment in which such a program finds this one's modules, wherever it is started."""
    path = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover - not on Linux
