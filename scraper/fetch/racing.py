"""Connecting to a host with several addresses: a broken one must not hide the next (Happy Eyeballs, RFC 8305)."""

import ipaddress
import queue
import threading
from collections.abc import Callable, Iterable
from itertools import chain, zip_longest

import httpcore

#: After so long the next address is tried beside the one that has not answered yet (RFC 8305, 8).
ATTEMPT_SECONDS = 0.25

_Outcome = tuple[str, httpcore.NetworkStream | Exception]


def interleaved(addresses: Iterable[str]) -> list[str]:
    """*addresses* with the two families taking turns, the family of the first one first (RFC 8305, 4)."""
    known = list(addresses)
    versions = {ip: ipaddress.ip_address(ip.partition("%")[0]).version for ip in known}
    first = [ip for ip in known if versions[ip] == versions[known[0]]]
    other = [ip for ip in known if versions[ip] != versions[known[0]]]
    return [ip for ip in chain.from_iterable(zip_longest(first, other)) if ip is not None]


def first_connected(
    addresses: list[str], connect: Callable[[str], httpcore.NetworkStream], seconds: float
) -> tuple[str, httpcore.NetworkStream]:
    """The first address that takes a connection, and the connection; those that come later are closed.

    *connect* blocks, at most about *seconds*. Raises what the last failure was, or ConnectTimeout.
    """
    if len(addresses) == 1:
        return addresses[0], connect(addresses[0])
    race = _Race(connect)
    try:
        return race.run(interleaved(addresses), seconds)
    finally:
        race.end()


class _Race:
    def __init__(self, connect: Callable[[str], httpcore.NetworkStream]) -> None:
        self._connect = connect
        self._outcomes: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._over = False

    def run(self, waiting: list[str], seconds: float) -> tuple[str, httpcore.NetworkStream]:
        running, failure = 0, Exception()
        while waiting or running:
            if waiting:
                # A daemon, as nobody waits for it: a signal ends the program whatever a dead address does.
                threading.Thread(target=self._try, args=(waiting.pop(0),), daemon=True).start()
                running += 1
            try:
                ip, outcome = self._outcomes.get(timeout=ATTEMPT_SECONDS if waiting else seconds)
            except queue.Empty:
                if waiting:
                    continue
                raise httpcore.ConnectTimeout("none of the host's addresses took the connection in time") from None
            if not isinstance(outcome, Exception):
                return ip, outcome
            running, failure = running - 1, outcome
        raise failure

    def _try(self, ip: str) -> None:
        outcome: httpcore.NetworkStream | Exception
        try:
            outcome = self._connect(ip)
        except Exception as error:  # noqa: BLE001 - whoever waits for the outcome raises it
            outcome = error
        with self._lock:
            if not self._over:
                self._outcomes.put((ip, outcome))
                return
        if not isinstance(outcome, Exception):
            outcome.close()

    def end(self) -> None:
        """Nobody waits any more: what has connected meanwhile is closed."""
        with self._lock:
            self._over = True
        while not self._outcomes.empty():
            _, outcome = self._outcomes.get()
            if not isinstance(outcome, Exception):
                outcome.close()
