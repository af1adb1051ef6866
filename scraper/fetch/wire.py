"""One request and its answer, byte for byte: httpx over a connection pool whose sockets have ears.

Not for several threads: one exchange at a time. HTTP/1.1 only. The transport is used without `httpx.Client`, which
would keep cookies, read proxies from the environment, and fail on redirects that it is not even to follow
(``Location: javascript:1``). Of the environment only SSL_CERT_FILE and SSL_CERT_DIR count.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from scraper.fetch.addresses import is_public, machines
from scraper.fetch.entity import Entity

#: Some errors quote the head that they choked on.
_LONGEST_REASON = 200
_BLANK_LINE = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"HTTP/\d\.\d 1(?!01)\d\d")


class WireFailed(Exception):
    """No usable answer. *kind* is ``dns``, ``private``, ``connect``, ``tls``, ``time``, ``disconnect`` or
    ``protocol``; *exchange* is what had come of an answer; *stale*: a kept connection was dead before we used it.
    """

    def __init__(self, kind: str, message: str, *, exchange: "Exchange | None" = None, stale: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.exchange = exchange
        self.stale = stale
        #: When the request began, as captures carry it; its sender knows.
        self.at = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer as they went over the wire."""

    request_head: bytes
    #: Status line and headers of the final answer with the blank line behind them; 1xx heads are dropped.
    head: bytes
    status: int
    #: Names as sent.
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    wire_sha256: str
    wire_length: int
    ip: str | None
    truncated: str | None

    def header(self, name: str) -> str | None:
        """The first value of that header; None: not sent."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """All values of that header, in order."""
        wanted = name.lower().encode("ascii")
        return [_text(value) for given, value in self.headers if given.lower() == wanted]


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


class Record:
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

    def is_clean(self, response: httpx.Response) -> bool:
        """Whether the connection holds no byte behind the message's end: else they would open the next answer."""
        if "transfer-encoding" in response.headers:
            return self.tail.endswith((b"\r\n\r\n", b"\n\n"))
        length = response.headers.get("content-length", "0")
        bodiless = response.status_code in (204, 304)
        return self.behind_head == 0 if bodiless else length.isdigit() and self.behind_head == int(length)


class Tee(httpcore.NetworkStream):
    """A stream that tells the record of the running exchange what passes, and keeps its deadline."""

    def __init__(self, inner: httpcore.NetworkStream, backend: "Backend", ip: str) -> None:
        self._inner = inner
        self._backend = backend
        self.ip = ip

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
        """The same stream inside TLS: what is heard is what TLS carries."""
        timeout = _remaining(self._backend.record.deadline, timeout)
        return Tee(self._inner.start_tls(ssl_context, server_hostname, timeout), self._backend, self.ip)

    def get_extra_info(self, info: str) -> Any:
        """Facts about the socket."""
        return self._inner.get_extra_info(info)


def _remaining(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for this answer is over")
    return left if timeout is None else min(left, timeout)


class Refused(httpcore.ConnectError):
    """The machine behind the name may not be asked."""


class Backend(httpcore.NetworkBackend):
    """Opens connections, to the public internet only, unless the user named the host.

    The address is looked at when the connection is made and the connection goes to that very address, so a name
    that resolves to something else a moment later gains nothing.
    """

    def __init__(self, named_hosts: frozenset[str]) -> None:
        self._named = named_hosts
        self._inner = httpcore.SyncBackend()
        self.record = Record(0.0)

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
        failure: Exception = Refused(f"the name {host} has no address")
        for ip in self._allowed(host, port):
            try:
                left = _remaining(self.record.deadline, timeout)
                stream = self._inner.connect_tcp(ip, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return Tee(stream, self, ip)
        raise failure

    def _allowed(self, host: str, port: int) -> list[str]:
        found = machines(host.strip("[]"), port)
        bracketed = f"[{host}]" if ":" in host and not host.startswith("[") else host
        if {bracketed, f"{bracketed}:{port}"} & self._named:
            return found
        public = [ip for ip in found if is_public(ip)]
        if not public:
            raise Refused(f"{host} is {', '.join(found)}, which is not on the public internet")
        return public


class _Body(httpx.SyncByteStream):
    """The body of an answer of httpcore, for httpx."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Transport(httpx.BaseTransport):
    """httpx's seam, joined to a pool whose network backend is ours; `httpx.HTTPTransport` lets nobody choose one."""

    def __init__(self, backend: Backend) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=4,
            max_keepalive_connections=2,
            keepalive_expiry=60.0,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()


class Wire:
    """Sends one request at a time and keeps what came back. Raises WireFailed."""

    def __init__(self, headers: dict[str, str], named_hosts: frozenset[str], connect_seconds: float) -> None:
        self._backend = Backend(named_hosts)
        self._connect_seconds = connect_seconds
        self._transport = _Transport(self._backend)
        self._headers = headers

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str],
        content: bytes | None = None,
        max_bytes: int,
        seconds: float,
        read_seconds: float,
    ) -> Exchange:
        """The answer to one request, of at most *max_bytes*, within *seconds*."""
        record = self._backend.record = Record(time.monotonic() + seconds)
        timeout = httpx.Timeout(read_seconds, connect=self._connect_seconds)
        request = httpx.Request(
            method,
            url,
            headers={**self._headers, **headers},
            content=content,
            extensions={"timeout": timeout.as_dict()},
        )
        try:
            response = self._transport.handle_request(request)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            unused = not record.fresh and not record.received and record.head is None
            raise _failure(error, stale=unused and not isinstance(error, httpcore.TimeoutException)) from error
        return self._read(response, record, max_bytes)

    def _read(self, response: httpx.Response, record: Record, max_bytes: int) -> Exchange:
        if record.head is None or f" {response.status_code}".encode() not in record.head[:16]:
            self._drop(response, record)
            raise WireFailed("protocol", "an answer that belongs to no request of ours", stale=True)
        encodings = response.headers.get_list("content-encoding")
        entity = Entity(", ".join(encodings) or None, max_bytes)
        failure: Exception | None = None
        try:
            for piece in response.iter_raw():
                if not entity.feed(piece):
                    break
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            failure = error
        if failure or entity.truncated or not record.is_clean(response):
            self._drop(response, record)
        response.close()
        cut = None if failure is None else _failure(failure).kind
        found = _exchange(response, record, entity, "disconnect" if cut == "protocol" else cut)
        if failure is not None:
            raise WireFailed(found.truncated or "disconnect", str(_failure(failure)), exchange=found) from failure
        return found

    @staticmethod
    def _drop(response: httpx.Response, record: Record) -> None:
        """Close the connection: what is left on it must not be taken for the next answer."""
        response.close()
        if record.stream is not None:
            record.stream.close()


def _exchange(response: httpx.Response, record: Record, entity: Entity, cut: str | None) -> Exchange:
    body = entity.close(cut)
    return Exchange(
        request_head=record.sent.partition(b"\r\n\r\n")[0] + b"\r\n\r\n",
        head=record.head or b"",
        status=response.status_code,
        headers=tuple(response.headers.raw),
        body=body,
        wire_sha256=entity.wire_sha256,
        wire_length=entity.wire_length,
        ip=record.stream.ip if record.stream else None,
        truncated=entity.truncated,
    )


def _failure(error: Exception, *, stale: bool = False) -> WireFailed:
    """What went wrong, in words that say what to do."""
    # The pool raises "from None": the cause is only in the context (httpcore 1.0.9).
    cause = error.__cause__ or error.__context__
    said = (str(error) or type(error).__name__)[:_LONGEST_REASON]
    if isinstance(error, Refused):
        return WireFailed("private", f"{said}: name the host in the command if you mean it")
    if isinstance(error, socket.gaierror):
        return WireFailed("dns", f"the host's name is unknown ({error.strerror}): check its spelling and the network")
    if isinstance(cause, ssl.SSLError):
        return WireFailed("tls", f"no trusted connection ({said}): check the certificate and this machine's clock")
    if isinstance(error, httpcore.ConnectTimeout):
        return WireFailed("time", "no connection within the time limit: check that the server runs, or try later")
    if isinstance(error, httpcore.TimeoutException):
        return WireFailed("time", "no complete answer within the time limit: try later")
    if isinstance(error, httpcore.ConnectError | OSError):
        return WireFailed("connect", f"no connection ({said}): check the address and that the server runs")
    if isinstance(error, httpcore.ProtocolError) and "peer closed" not in said and "disconnected" not in said:
        return WireFailed("protocol", f"the answer is not HTTP ({said}): open it in a browser, or try later")
    return WireFailed("disconnect", f"the connection was cut ({said}): try later", stale=stale)
