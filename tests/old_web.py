"""A stand-in for the Internet Archive and for Common Crawl on loopback, holding what a test puts into it.

Loaded by the fixture `old_web` in conftest.py. The Internet Archive's shapes: JSON listings with a line of field names,
``resumeKey``; ``/web/<14 digits>id_/<address>`` with ``x-archive-orig-…``; redirects to the nearest capture. Common
Crawl's: ``/collinfo.json``, an index a crawl, 404 where it has nothing, range requests into WARC files.
"""

import base64
import contextlib
import gzip
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def sha1(data: bytes) -> str:
    return base64.b32encode(hashlib.sha1(data).digest()).decode()


def surt(url: str) -> str:
    """Near enough to sort by: host reversed without www, path in lower case."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.")
    return ",".join(reversed(host.split("."))) + ")" + parts.path.lower()


@dataclass
class Held:
    """One capture that the stand-in holds."""

    url: str
    timestamp: str
    body: bytes = b""
    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = (("Server", "Pepyaka/1.19"), ("Set-Cookie", "a=b"))
    #: What the listing says; None: the true one.
    digest: str | None = None
    #: Listed, but answered with a redirect to this time.
    moved_to: str | None = None
    listed: bool = True
    #: What the listing says of its status; None: the true one.
    listed_status: str | None = None


@dataclass
class OldWeb:
    """The services, as far as they are needed."""

    held: list[Held] = field(default_factory=list)
    #: Rows a listing has at most, before it gives a key.
    page_rows: int = 10_000
    #: path → answers (status, headers, body) that come first, one a request.
    faults: dict[str, list[tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)
    #: Lines appended to every listing as they are.
    garbage: list[Any] = field(default_factory=list)
    #: Common Crawl: id → rows, and files by name.
    crawls: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    log: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    #: Called before each answer; may raise, which cuts the connection.
    before: Callable[[str], None] = lambda _: None
    url: str = ""

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def hold(self, url: str, timestamp: str, body: str | bytes, **more: Any) -> Held:
        one = Held(url, timestamp, body.encode() if isinstance(body, str) else body, **more)
        self.held.append(one)
        return one

    def crawled(
        self, crawl: str, url: str, timestamp: str, body: bytes | str, *, spoil: bool = False, **said: str
    ) -> str:
        """Put one capture into a WARC file of Common Crawl's; returns the file's name."""
        plain = body.encode()
        day = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Crawl-Content-Encoding: gzip\r\n\r\n" + plain
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: {day:%Y-%m-%dT%H:%M:%SZ}\r\nWARC-Target-URI: {url}\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{len(self.files):012}>\r\n"
            f"WARC-Payload-Digest: sha1:{sha1(plain)}\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        )
        member = gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)
        name = said.pop("filename", f"crawl-data/{crawl}/segments/1.2/warc/{crawl}-{len(self.files):05}.warc.gz")
        before = gzip.compress(b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n", mtime=0)
        self.files[name] = before + (member[: len(member) // 2] if spoil else member)
        row = {
            "urlkey": surt(url), "timestamp": timestamp, "url": url, "mime": "text/html", "status": "200",
            "digest": sha1(plain), "length": str(len(member)), "offset": str(len(before)), "filename": name,
        }  # fmt: skip
        self.crawls.setdefault(crawl, []).append(row | {key.rstrip("_"): text for key, text in said.items()})
        return name

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.log]

    @property
    def listings(self) -> list[str]:
        return [path for path in self.paths if "output=json" in path or "collinfo" in path]

    @property
    def fetched(self) -> list[str]:
        return [path for path in self.paths if path not in self.listings]

    # Answers -----------------------------------------------------------------------------------------------------

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        self.log.append((path, headers))
        self.before(path)
        bare = path.partition("?")[0]
        if self.faults.get(bare):
            return self.faults[bare].pop(0)
        if bare == "/cdx/search/cdx":
            return self._listing(parse_qs(urlsplit(path).query))
        if bare == "/collinfo.json":
            told = [{"id": name, "name": name, "cdx-api": f"{self.url}/{name}-index"} for name in sorted(self.crawls)]
            return 200, {"Content-Type": "application/json"}, json.dumps(told[::-1]).encode()
        if bare.endswith("-index"):
            return self._index(bare[1:].removesuffix("-index"), parse_qs(urlsplit(path).query))
        if bare[1:] in self.files:
            return self._piece(self.files[bare[1:]], headers.get("range", ""))
        if found := re.fullmatch(r"/web/(\d{14})id_/(.*)", path):
            return self._replay(found[1], found[2])
        return 404, {}, b"<html>not here</html>"

    def _matching(self, asked: dict[str, list[str]], key: Callable[[Any], str], rows: list[Any]) -> list[Any]:
        prefix = surt(
            "http://" + asked["url"][0].partition("://")[2] if "://" in asked["url"][0] else "http://" + asked["url"][0]
        )
        exact = asked.get("matchType") == ["exact"]
        return [row for row in rows if key(row) == prefix or (not exact and key(row).startswith(prefix.rstrip("/")))]

    def _listing(self, asked: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        rows = sorted(
            self._matching(asked, lambda one: surt(one.url), [one for one in self.held if one.listed]),
            key=lambda one: (surt(one.url), one.timestamp),
        )
        first, last = asked.get("from", ["0"])[0], asked.get("to", ["9"])[0]
        rows = [one for one in rows if first <= one.timestamp <= last]
        start = int(asked.get("resumeKey", ["0"])[0])
        lines: list[Any] = [["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]]
        for one in rows[start : start + self.page_rows]:
            mime = one.media_type.partition(";")[0]
            lines.append(
                [
                    surt(one.url),
                    one.timestamp,
                    one.url,
                    mime,
                    one.listed_status or str(one.status),
                    one.digest or sha1(one.body),
                    "99",
                ]
            )
        lines += self.garbage
        if start + self.page_rows < len(rows) and "showResumeKey" in asked:
            lines += [[], [str(start + self.page_rows)]]
        return 200, {"Content-Type": "application/json"}, json.dumps(lines if len(lines) > 1 else []).encode()

    def _replay(self, timestamp: str, url: str) -> tuple[int, dict[str, str], bytes]:
        same = [one for one in self.held if one.url == url]
        one = next((one for one in same if one.timestamp == timestamp), None)
        if one is None:
            return 404, {"Content-Type": "text/html"}, b"<html>The Wayback Machine has not archived that URL.</html>"
        if one.moved_to:
            return 302, {"Location": f"{self.url}/web/{one.moved_to}id_/{url}"}, b""
        day = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        headers = {
            "Server": "nginx", "Content-Type": one.media_type, "Memento-Datetime": format_datetime(day, usegmt=True),
            "Link": f'<{url}>; rel="original"', "x-archive-src": "20.warc.gz", "x-app-server": "wwwb-app1",
        }  # fmt: skip
        headers |= {f"x-archive-orig-{name.lower()}": value for name, value in one.headers}
        return one.status, headers, one.body

    def _index(self, crawl: str, asked: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        rows = self._matching(asked, lambda row: row["urlkey"], self.crawls[crawl])
        if not rows:
            return 404, {"Content-Type": "application/json"}, b'{"message": "No Captures found for: it"}'
        return 200, {"Content-Type": "text/x-ndjson"}, "".join(json.dumps(row) + "\n" for row in rows).encode()

    @staticmethod
    def _piece(data: bytes, wanted: str) -> tuple[int, dict[str, str], bytes]:
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", wanted)
        if found is None:
            return 200, {}, data
        piece = data[int(found[1]) : int(found[2]) + 1]
        return (206 if piece else 416), {"Content-Type": "application/octet-stream"}, piece


def _handler(web: OldWeb) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                status, headers, body = web.answer(
                    self.path, {name.lower(): value for name, value in self.headers.items()}
                )
            except ConnectionError:
                self.close_connection = True
                return
            with contextlib.suppress(OSError):
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    return Handler
