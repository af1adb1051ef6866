"""Connections that record what passes, keep a deadline, and go to public machines only."""

import re
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from scraper.fetch import certificates
from scraper.fetch.addresses import is_address, is_loopback, is_public, machines
from scraper.fetch.racing import first_connected

_BLANK_LINE = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"HTTP/\d\.\d 1(?!01)\d\d")


class WireRecord:
    """What passes during one exchange: both heads whole, of the body only how much and how it ended."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.sent = b""
        self.received = bytearray()
        self.head: bytes | None = None
        self.behind_head = 0
        self.tail = b""
        self.stream: Tee | None = None
        self.fresh = False

    def hear(self, data: bytes) -> None:
        """Take bytes from the server."""
        if self.head is None:
            self.received += data
            data = self._find_head()
        self.behind_head += len(data)
        self.tail = (self.tail + data[-4:])[-4:]

    def _find_head(self) -> bytes:
        while match := _BLANK_LINE.search(self.received):
            head, rest = bytes(self.received[: match.end()]), bytes(self.received[match.end() :])
            if not _INTERIM.match(head):
                self.head = head
                return rest
            self.received = bytearray(rest)
        return b""

    def is_clean(self, *, chunked: bool, length: str) -> bool:
        """Whether the connection holds no byte behind the message's end: else they would open the next answer.

        *length*: of the entity as the head says it, ``0`` for answers without one.
        """
        if chunked:
            return self.tail.endswith((b"\r\n\r\n", b"\n\n"))
        return length.isdigit() and self.behind_head == int(length)


class Tee(httpcore.NetworkStream):
    """A stream that tells the record of the running exchange what passes, and keeps its deadline."""

    def __init__(
        self, inner: httpcore.NetworkStream, backend: "Backend", ip: str, port: int, certificate: str | None = None
    ) -> None:
        self._inner = inner
        self._backend = backend
        self.ip = ip
        self.port = port
        #: SHA-256 of the server's certificate where it was not trusted, and the user accepted it.
        self.certificate = certificate

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Bytes from the server; raises ReadTimeout when the exchange's time is over."""
        record = self._backend.record
        data = self._inner.read(max_bytes, _remaining(record.deadline, timeout))
        record.stream = self
        record.hear(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Bytes to the server."""
        record = self._backend.record
        record.stream = self
        if b"\r\n\r\n" not in record.sent:
            record.sent += buffer
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same stream inside TLS: what is heard is what TLS carries. Raises Untrusted."""
        timeout = _remaining(self._backend.record.deadline, timeout)
        try:
            inner = self._inner.start_tls(ssl_context, server_hostname, timeout)
        except httpcore.ConnectError as error:
            second = self._unchecked(server_hostname) if certificates.is_untrusted(error) else None
            if second is None:
                raise
            digest = certificates.shown(second)
            if digest not in self._backend.accepted:
                second.close()
                raise certificates.Untrusted(str(error), digest) from error
            return Tee(second, self._backend, self.ip, self.port, certificate=digest)
        return Tee(inner, self._backend, self.ip, self.port)

    def _unchecked(self, host: str | None) -> httpcore.NetworkStream | None:
        """A second connection to the same machine, which takes any certificate; None: there is none to be found."""
        seconds = _remaining(self._backend.record.deadline, certificates.SECONDS)
        try:
            plain = self._backend.plain(self.ip, self.port, seconds)
            return plain.start_tls(certificates.unchecked(), host, seconds)
        except (httpcore.NetworkError, httpcore.TimeoutException):
            return None

    def get_extra_info(self, info: str) -> Any:
        """Facts about the socket."""
        return self._inner.get_extra_info(info)


def _remaining(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time limit for this answer has passed")
    return left if timeout is None else min(left, timeout)


class PrivateMachine(httpcore.ConnectError):
    """The machine behind the name may not be asked."""


class Backend(httpcore.NetworkBackend):
    """Opens connections, to the public internet only, unless the user named the host.

    The address is looked at when the connection is made and the connection goes to that very address, so a name
    that resolves to something else a moment later gains nothing.
    """

    def __init__(
        self, named_hosts: frozenset[str], *, private: bool = False, accepted: frozenset[str] = frozenset()
    ) -> None:
        """*accepted*: SHA-256 of certificates that are taken though they are not trusted."""
        self._named = named_hosts
        self._private = private
        self.accepted = accepted
        self._inner = httpcore.SyncBackend()
        self.record = WireRecord(0.0)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first machine behind *host* that answers."""
        self.record.fresh = True
        addresses = self._allowed(host, port)
        if not addresses:
            raise PrivateMachine(f"the name {host} has no address")
        left = _remaining(self.record.deadline, timeout)

        def connect(ip: str) -> httpcore.NetworkStream:
            return self._inner.connect_tcp(ip, port, left, local_address, socket_options)

        ip, stream = first_connected(addresses, connect, left)
        return Tee(stream, self, ip, port)

    def plain(self, ip: str, port: int, timeout: float) -> httpcore.NetworkStream:
        """One more connection to a machine that was asked already."""
        return self._inner.connect_tcp(ip, port, timeout)

    def _allowed(self, host: str, port: int) -> list[str]:
        found = machines(host.strip("[]"), port)
        if self._may_be_private(host, port):
            return found
        public = [ip for ip in found if is_public(ip)]
        if found and not public:
            raise PrivateMachine(f"{host} is at {', '.join(found)}, which is not on the public internet")
        return public

    def _may_be_private(self, host: str, port: int) -> bool:
        """Whether the user named that very machine: an address, or this machine. A name may be made to lead anywhere
        later, so one that leads to a private machine is asked only where the user says that it may (`private`).
        """
        bracketed = f"[{host}]" if ":" in host and not host.startswith("[") else host
        named = bool({bracketed, f"{bracketed}:{port}"} & self._named)
        return named and (self._private or is_address(host) or is_loopback(host))
