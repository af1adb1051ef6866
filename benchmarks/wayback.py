"""A pretend Wayback Machine on this machine, which holds one capture of each post of the pretend blog."""

import base64
import hashlib
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.evidence import captures
from scraper.records import Capture

LISTING = "/cdx/search/cdx"
FIELDS = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
HTML = "text/html"


@contextmanager
def wayback(count: int, kilobytes: int, markup: float) -> Iterator[str]:
    """The address of one that runs, as a process of its own, until the block is left."""
    context = multiprocessing.get_context("spawn")
    ready: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=_serve, args=(count, kilobytes, markup, ready), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.get()}"
    finally:
        process.terminate()
        process.join()


def _serve(count: int, kilobytes: int, markup: float, ready: "multiprocessing.Queue[int]") -> None:
    held = list(captures(count, kilobytes, markup))
    pages = {f"/web/{_stamp(one)}id_/{one.url}": one for one in held}
    listing = json.dumps([FIELDS, *map(_line, held)]).encode()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.startswith(LISTING):
                self._send(200, {"Content-Type": "application/json"}, listing)
            elif (one := pages.get(self.path)) is not None:
                at = format_datetime(datetime.fromisoformat(one.captured_at), usegmt=True)
                self._send(200, {"Content-Type": HTML, "Memento-Datetime": at}, one.payload)
            else:
                self._send(404, {}, b"")

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    ready.put(server.server_port)
    server.serve_forever()


def _line(one: Capture) -> list[str]:
    digest = base64.b32encode(hashlib.sha1(one.payload, usedforsecurity=False).digest()).decode()
    key = one.url.removeprefix("https://www.upr2020.org")
    return [f"org,upr2020){key}", _stamp(one), one.url, HTML, "200", digest, str(len(one.payload))]


def _stamp(one: Capture) -> str:
    return "".join(filter(str.isdigit, one.captured_at))
