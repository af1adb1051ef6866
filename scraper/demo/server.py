"""Any function from `Question` to `Answer`, served over HTTP/1.1 on a loopback port: keep-alive, gzip, a log."""

import gzip
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

from scraper.demo.blog import Answer, Blog, Question

Answerer = Callable[[Question], Answer]
SMALLEST_GZIPPED = 500


class LoopbackServer(ThreadingHTTPServer):
    """A server on 127.0.0.1; `questions` is everything it was asked, in order."""

    daemon_threads = True

    def __init__(self, answerer: Answerer, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.answerer = answerer
        self.questions: list[Question] = []

    @property
    def base(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing of a client that went away in the middle of an answer; all else is told as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


S = TypeVar("S", bound=LoopbackServer)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "Pepyaka"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: LoopbackServer

    def respond(self) -> None:
        """Reads a request, asks the answerer, writes the answer."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        question = Question(method=self.command, target=self.path, headers=headers, body=body)
        self.server.questions.append(question)
        answer = self.server.answerer(question)
        entity = answer.body
        self.send_response_only(answer.status)  # without Date: its clock is pretended, too (RFC 9110, 6.6.1)
        self.send_header("Server", self.version_string())
        if "gzip" in headers.get("accept-encoding", "") and zippable(answer):
            entity = gzip.compress(entity, compresslevel=1, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", answer.media_type)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(entity)))
        self.end_headers()
        self.wfile.write(entity)

    do_GET = do_POST = respond  # noqa: N815  # the names that http.server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the signature of http.server
        """Nothing: `LoopbackServer.questions` is the log."""


def zippable(answer: Answer) -> bool:
    """Whether an answer is worth compressing, and not already compressed."""
    named = {name.lower() for name, _ in answer.headers}
    return (
        len(answer.body) >= SMALLEST_GZIPPED
        and "content-encoding" not in named
        and "pdf" not in answer.media_type
        and answer.status != 304
    )


@contextmanager
def running(server: S) -> Iterator[S]:
    """*server*, answering in a thread of its own; stopped on leaving."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def served(answerer: Answerer, port: int = 0) -> AbstractContextManager[LoopbackServer]:
    """A running server; stopped on leaving."""
    return running(LoopbackServer(answerer, port))


@contextmanager
def served_blog(blog: Blog, port: int = 0) -> Iterator[LoopbackServer]:
    """*blog* on a loopback port; it learns its own address."""
    with served(blog.answer, port) as server:
        blog.base = server.base
        yield server
