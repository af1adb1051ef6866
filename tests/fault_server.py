"""A loopback server that answers byte for byte what a test tells it, also what no server should, and logs what it saw.

Loaded by the fixture `faults` in conftest.py.
"""

import contextlib
import gzip
import itertools
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class Clock:
    """A clock that moves only when somebody sleeps; `now`, `monotonic` and `sleep` fit the fetcher."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)
    start: datetime = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@dataclass(frozen=True)
class Seen:
    """A request as the server saw it."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    head: bytes
    body: bytes


#: Sends an answer; True: the connection may be kept.
Reply = Callable[[socket.socket], bool]


class FaultServer:
    """`on("/path", reply, reply, …)`: each request to the path takes the next reply, the last one stays."""

    def __init__(self, host: str = "127.0.0.1", monotonic: Callable[[], float] = time.monotonic) -> None:
        self.log: list[Seen] = []
        self.monotonic = monotonic
        self._replies: dict[str, list[Reply]] = {}
        self._open: list[socket.socket] = []
        self.connections = 0
        #: Sent at once to whoever connects.
        self.greeting = b""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port = self._listener.getsockname()[1]
        self.host = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.url = f"http://{self.host}"
        self.stopping = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def on(self, path: str, *replies: Reply) -> None:
        """What requests to *path* get; ``*`` stands for all other paths."""
        self._replies[path] = list(replies)

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [seen.path for seen in self.log]

    @property
    def gaps(self) -> list[float]:
        """Seconds between requests."""
        times = [seen.at for seen in self.log]
        return [round(after - before, 6) for before, after in itertools.pairwise(times)]

    def close(self) -> None:
        self.stopping.set()
        for sock in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    # What it can answer

    @staticmethod
    def raw(data: bytes, *, keep: bool = False) -> Reply:
        """These bytes, then the end of the connection."""

        def send(sock: socket.socket) -> bool:
            sock.sendall(data)
            return keep

        return send

    @classmethod
    def page(
        cls,
        body: bytes = b"hello",
        *,
        status: str = "200 OK",
        headers: Iterable[str] = (),
        zipped: bool = False,
        keep: bool = True,
    ) -> Reply:
        """A right answer; *headers* are whole lines."""
        if zipped:
            body, headers = gzip.compress(body), [*headers, "Content-Encoding: gzip"]
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        return cls.raw("\r\n".join([*lines, "", ""]).encode() + body, keep=keep)

    @classmethod
    def redirect(cls, to: str, *headers: str) -> Reply:
        return cls.page(b"", status="302 Found", headers=[f"Location: {to}", *headers])

    @staticmethod
    def reset(sock: socket.socket) -> bool:
        """Connection reset, no answer."""
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    @staticmethod
    def drop(sock: socket.socket) -> bool:
        """Connection closed, no answer."""
        return False

    def hang(self, sock: socket.socket) -> bool:
        """No answer, and no end."""
        self.stopping.wait(30)
        return False

    def drip(self, head: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", pause: float = 0.02) -> Reply:
        """One byte at a time."""

        def send(sock: socket.socket) -> bool:
            sock.sendall(head)
            while not self.stopping.wait(pause):
                sock.sendall(b".")
            return False

        return send

    # How it works

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        # A client that goes away in the middle of an answer is what many tests are about.
        with sock, contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(self.greeting)
            while (seen := self._read(sock)) is not None:
                self.log.append(seen)
                if not self._next(seen.path)(sock):
                    return

    def _read(self, sock: socket.socket) -> Seen | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = sock.recv(65536)
            if not piece:
                return None
            data += piece
        at = self.monotonic()
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += sock.recv(65536)
        method, path, _ = first.split(" ")
        return Seen(at, method, path, headers, head + b"\r\n\r\n", body)

    def _next(self, path: str) -> Reply:
        replies = self._replies.get(path) or self._replies.get("*") or [self.page(b"", status="404 Not Found")]
        return replies.pop(0) if len(replies) > 1 else replies[0]
