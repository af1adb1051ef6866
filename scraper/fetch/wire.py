"""One request and its answer, byte for byte: httpx over a connection pool whose sockets record traffic.

Not for several threads: one exchange at a time. HTTP/1.1 only. The transport is used without ``httpx.Client``, which
would keep cookies, read proxies from the environment, and fail on redirects that it is not even to follow
(``Location: javascript:1``). Of the environment only SSL_CERT_FILE and SSL_CERT_DIR count.
"""

import errno
import re
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import httpcore
import httpx

from scraper.fetch.addresses import parsed
from scraper.fetch.body_decoder import Entity
from scraper.fetch.certificates import Untrusted
from scraper.fetch.sockets import Backend, PrivateMachine, WireRecord
from scraper.vocabulary import Truncation

#: A resolver that fails for now, and routes that are not there, may be our own network (getaddrinfo(3), connect(2)).
_NO_RESOLVER = {socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM}
_NO_ROUTE = {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
#: Failures that only a working network can bring: somebody answered that there is nothing, or that it is not well.
NETWORK_WORKS = {"dns", "connect", "tls", "disconnect", "protocol"}

#: Some errors quote the head that they choked on.
_LONGEST_REASON = 200


class WireFailed(Exception):
    """No usable answer. *kind* is ``dns``, ``no-network``, ``private``, ``connect``, ``tls``, ``time``, ``disconnect``
    or ``protocol``; *exchange* is what had come of an answer; *stale*: a kept connection was dead before we used it.
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
    #: SHA-256 of the server's certificate, where it was not trusted and the user accepted it; None: it was trusted.
    certificate: str | None
    truncated: Truncation | None

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


class _Body(httpx.SyncByteStream):
    """The body of an answer of httpcore, for httpx."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are trusted. Reading them takes 30 ms, so it is done once a process."""
    return httpx.create_ssl_context()


class _Transport(httpx.BaseTransport):
    """httpx's seam, joined to a pool whose network backend is ours; ``httpx.HTTPTransport`` lets nobody choose one."""

    def __init__(self, backend: Backend) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trusted(),
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

    def __init__(
        self,
        headers: dict[str, str],
        named_hosts: frozenset[str],
        connect_seconds: float,
        *,
        private: bool = False,
        accepted: frozenset[str] = frozenset(),
    ) -> None:
        """*accepted*: SHA-256 of certificates that are taken though they are not trusted."""
        self._backend = Backend(named_hosts, private=private, accepted=accepted)
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
        record = self._backend.record = WireRecord(time.monotonic() + seconds)
        timeout = httpx.Timeout(read_seconds, connect=self._connect_seconds)
        request = httpx.Request(
            method,
            parsed(url),
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

    def _read(self, response: httpx.Response, record: WireRecord, max_bytes: int) -> Exchange:
        if record.head is None or f" {response.status_code}".encode() not in record.head[:16]:
            self._drop(response, record)
            raise WireFailed("protocol", "an answer that belongs to no request of ours", stale=True)
        encodings = response.headers.get_list("content-encoding")
        entity = Entity(", ".join(encodings) or None, max_bytes)
        failure: Exception | None = None
        try:
            all(map(entity.feed, response.iter_raw()))  # as long as there is room
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            failure = error
        if failure or entity.truncated or not _is_clean(response, record):
            self._drop(response, record)
        response.close()
        found = _exchange(response, record, entity, _cut(failure))
        if failure is not None:
            raise WireFailed(
                found.truncated or Truncation.DISCONNECT, str(_failure(failure)), exchange=found
            ) from failure
        return found

    @staticmethod
    def _drop(response: httpx.Response, record: WireRecord) -> None:
        """Close the connection: what is left on it must not be taken for the next answer."""
        response.close()
        if record.stream is not None:
            record.stream.close()


def _is_clean(response: httpx.Response, record: WireRecord) -> bool:
    length = "0" if response.status_code in (204, 304) else response.headers.get("content-length", "0")
    return record.is_clean(chunked="transfer-encoding" in response.headers, length=length)


def _exchange(response: httpx.Response, record: WireRecord, entity: Entity, cut: Truncation | None) -> Exchange:
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
        certificate=record.stream.certificate if record.stream else None,
        truncated=entity.truncated,
    )


def _cut(failure: Exception | None) -> Truncation | None:
    """Why no more of a body came; None: it had come to its end."""
    if failure is None:
        return None
    if isinstance(failure, httpcore.TimeoutException):
        return Truncation.TIME
    return Truncation.DISCONNECT


def _unresolved(error: socket.gaierror) -> WireFailed:
    """Why a host's name leads to no address: the name, or our own network."""
    if error.errno in _NO_RESOLVER:
        message = f"host names cannot be looked up ({error.strerror}): check this machine's network"
        return WireFailed("no-network", message)
    return WireFailed("dns", f"the host's name is unknown ({error.strerror}): check its spelling and the network")


def _failure(error: Exception, *, stale: bool = False) -> WireFailed:
    """What went wrong, in words that say what to do."""
    # The pool raises "from None": the cause is only in the context (httpcore 1.0.9).
    cause = error.__cause__ or error.__context__
    said = (str(error) or type(error).__name__)[:_LONGEST_REASON]
    found = _unconnected(error, cause, said)
    if found is not None:
        return found
    if isinstance(error, httpcore.ProtocolError) and not re.search("peer closed|disconnected", said):
        return WireFailed("protocol", f"the answer is not HTTP ({said}): open it in a browser, or try later")
    return WireFailed("disconnect", f"the connection was cut ({said}): try later", stale=stale)


def _unconnected(error: Exception, cause: BaseException | None, said: str) -> WireFailed | None:
    """Why there was no connection, or no answer in time; None: an answer had begun."""
    if isinstance(error, socket.gaierror):
        return _unresolved(error)
    if isinstance(error, Untrusted):
        advice = f"if it is the site's own all the same, give --accept-certificate {error.digest}"
        message = f"no trusted connection ({said}): check the certificate and this machine's clock; {advice}"
        return WireFailed("tls", message)
    if isinstance(error, PrivateMachine):
        return WireFailed("private", f"{said}: if you mean that machine, name it by its address or give --private")
    if isinstance(cause, ssl.SSLError):
        return WireFailed("tls", f"no trusted connection ({said}): check the certificate and this machine's clock")
    if isinstance(error, httpcore.ConnectTimeout):
        return WireFailed("time", "no connection within the time limit: check that the server runs, or try later")
    if isinstance(error, httpcore.TimeoutException):
        return WireFailed("time", "no complete answer within the time limit: try later")
    if isinstance(error, httpcore.ConnectError | OSError):
        numbers = {one.errno for one in (cause, error) if isinstance(one, OSError)}
        if numbers.isdisjoint(_NO_ROUTE):
            return WireFailed("connect", f"no connection ({said}): check the address and that the server runs")
        return WireFailed("no-network", f"no route to the server ({said}): check this machine's network")
    return None
