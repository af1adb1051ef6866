"""What was worked out for one state of an archive, kept for the next reader who asks the same."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")

#: Numbers that all that is kept for one state may hold together; as many weigh some 32 MB.
ROOM = 4_000_000
#: What anything weighs besides the numbers in it: its key and its place.
LEAST = 50


class Memory:
    """A bounded store: where it is full, what was asked for longest ago is forgotten. For many threads."""

    def __init__(self, room: int = ROOM) -> None:
        self._left = room
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def once(self, key: Hashable, make: Callable[[], T], weigh: Callable[[T], int] = lambda _: 0) -> T:
        """What *make* gives, which is the same for the same *key*; *weigh*: how many numbers it holds."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key][0]
                return found
        made = make()  # outside of the lock: two who ask at the same time both make it
        self._keep(key, made, weigh(made) + LEAST)
        return made

    def _keep(self, key: Hashable, made: object, weight: int) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = made, weight
            self._left -= weight
            while self._left < 0:
                _, (_, freed) = self._kept.popitem(last=False)
                self._left += freed
