"""The last answer of a function, for those who ask the same of the same object twice in a row.

A page of a megabyte is decoded and its head is read by whoever looks for its address, and again by whoever reads the
post. `functools.lru_cache` would take the digest of that megabyte, which costs as much as what it saves; this one
looks only whether it is the same object.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def last_answer(function: Callable[P, R]) -> Callable[P, R]:
    """*function*, a pure one of unchangeable arguments, that keeps its last answer and the arguments of that."""
    kept: tuple[tuple[object, ...], R] | None = None

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        nonlocal kept
        seen = kept
        given = (*args, *kwargs.values())
        if seen is not None and len(given) == len(seen[0]) and all(a is b for a, b in zip(given, seen[0], strict=True)):
            return seen[1]
        answer = function(*args, **kwargs)
        kept = (given, answer)
        return answer

    return asked
