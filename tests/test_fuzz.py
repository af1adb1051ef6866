"""Spoiled files of every kind: read without a fault, or refused in words, and never slowly."""

import gzip
import io
import json
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
import zstandard

from scraper.demo.endpoints import pdf
from scraper.errors import Unreadable
from scraper.pdf import text_of
from scraper.reading import feeds, read_capture
from scraper.reading.page_reader import extract
from scraper.reading.sitemaps import read_sitemap
from scraper.records import Capture
from scraper.saved.containers import page_of
from scraper.warc import FoundCapture, arc, reader, wacz
from scraper.warc import record as warc

PAGES = Path(__file__).parent / "pages"
URL = "https://www.example.org/post/a"
#: A file takes at most so long, in seconds of processor time.
LONGEST = 2.0
HTML = (PAGES / "wix_g3" / "page.html").read_bytes()


def captured(body: bytes, media_type: str) -> Capture:
    return Capture(url=URL, kind="post", captured_at="2026-12-01T00:00:00Z", media_type=media_type, body=body)


def record(kind: str, block: bytes, *more: str) -> bytes:
    head = [f"WARC-Type: {kind}", f"WARC-Target-URI: {URL}", "WARC-Date: 2021-03-02T00:00:00Z", *more]
    lines = "\r\n".join(["WARC/1.1", *head, f"Content-Length: {len(block)}", "", ""])
    return lines.encode() + block + b"\r\n\r\n"


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML[:4000]
PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED = PACKED + b"%x\r\n%b\r\n0\r\n\r\n" % (len(gzip.compress(HTML)), gzip.compress(HTML))
RECORDS = (
    record("warcinfo", b"software: a recorder\r\n"), record("request", b"GET / HTTP/1.1\r\n\r\n"),
    record("response", ANSWER, f"WARC-Payload-Digest: {warc.digest(HTML[:4000])}"), record("response", CHUNKED),
    record("revisit", ANSWER[:46], "WARC-Payload-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"),
    record("response", ANSWER[:900], "WARC-Segment-Number: 1"),
    record("continuation", ANSWER[900:], "WARC-Segment-Number: 2", "WARC-Segment-Origin-ID: <urn:uuid:1>"),
    record("resource", HTML[:2000], "Content-Type: text/html"),
)  # fmt: skip
WARC = b"".join(RECORDS)
GZIPPED = b"".join(map(gzip.compress, RECORDS))
ZSTD = b"".join(map(zstandard.compress, RECORDS))
ARC = (
    b"filedesc://a.arc 0.0.0.0 20080101000000 text/plain 76\n1 0 x\nURL IP-address Archive-date Content-type"
    b" Archive-length\n\n\n" + f"{URL} 1.2.3.4 20080101000000 text/html {len(ANSWER)}\n".encode() + ANSWER + b"\n"
)


def package(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    listed = [{"path": name, "hash": warc.digest(data), "bytes": len(data)} for name, data in files.items()]
    with zipfile.ZipFile(out, "w") as file:
        for name, data in {**files, "datapackage.json": json.dumps({"resources": listed}).encode()}.items():
            file.writestr(name, data)
    return out.getvalue()


WACZ = package({"archive/a.warc.gz": GZIPPED, "datapackage-digest.json": b'{"hash": "sha256:0", "signedData": {}}'})
MHTML = (
    f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {URL}\r\nSubject: =?utf-8?Q?x?=\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related; type="text/html"; boundary="--b"\r\n\r\n----b\r\nContent-Type: text/html\r\n'
    f"Content-Transfer-Encoding: quoted-printable\r\nContent-Location: {URL}\r\n\r\n"
).encode() + HTML[:3000] + b"\r\n----b--\r\n"  # fmt: skip
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><link>https://www.example.org/blog</link>
<item><title><![CDATA[A]]></title><link>https://www.example.org/post/a</link><pubDate>Tue, 16 Mar 2021 14:05:00 GMT
</pubDate><guid>1</guid></item></channel></rss>"""
SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://www.example.org/post/a</loc><lastmod>2021-03-16</lastmod></url></urlset>"""


def page(body: bytes) -> None:
    extract(captured(body, "text/html"))


def dump(body: bytes) -> None:
    extract(captured(body, "text/plain"))


def records_of(records: Any) -> None:
    for item in reader.captures_of(records, lambda _: True):
        if isinstance(item, FoundCapture) and item.revisit is None:
            reading = read_capture(item.capture)
            assert "fault" not in {problem.kind for problem in reading.problems}, reading.problems


def web_archive(body: bytes) -> None:
    records_of(warc.read(io.BytesIO(body)))


def old_web_archive(body: bytes) -> None:
    records_of(arc.read(io.BytesIO(body)))


def zipped_web_archive(body: bytes) -> None:
    file = io.BytesIO(body)
    wacz.signature(file)
    list(wacz.complaints(file))
    wacz.listed(file)
    for member in wacz.members(file, "x.wacz", (".warc", ".warc.gz")):
        records_of(warc.read(cast("BinaryIO", member)))


def wrapped_page(body: bytes) -> None:
    found = page_of(body, URL)
    page(found.body if found else body)


def feed(body: bytes) -> None:
    feeds.read_feed(body, URL)


def sitemap(body: bytes) -> None:
    read_sitemap(body, URL)


def document(body: bytes) -> None:
    text_of(body, URL)


Read = Callable[[bytes], None]
HTMLS = [path.read_bytes() for path in sorted(PAGES.rglob("*.html"))]
TEXTS = [path.read_bytes() for path in sorted(PAGES.rglob("*.txt"))]
KINDS: dict[str, tuple[Read, list[bytes]]] = {
    "pages": (page, HTMLS),
    "dumps": (dump, TEXTS),
    "warc": (web_archive, [WARC, GZIPPED, ZSTD, WARC[:3000]]),
    "arc": (old_web_archive, [ARC, gzip.compress(ARC)]),
    "wacz": (zipped_web_archive, [WACZ]),
    "mhtml": (wrapped_page, [MHTML]),
    "feeds": (feed, [FEED]),
    "sitemaps": (sitemap, [SITEMAP, gzip.compress(SITEMAP)]),
}
#: A process each: a few.
FEW: dict[str, tuple[Read, list[bytes]]] = {"pdf": (document, [pdf(("The aquifer belongs to everyone.", "x"))])}
MARKUP = (
    b"<div>",
    b"<!--",
    b"<script>",
    b"<tr><td>",
    b"<a href=",
    b"[[",
    b"&#x",
    b"WARC/1.1\r\n",
    b"\r\n\r\n",
    b"- ",
    b"\x00",
)


def spoiled(body: bytes, rng: random.Random) -> bytes:
    """*body* with some of it cut out, doubled, moved or replaced by noise or by markup that does not end."""
    for _ in range(rng.randint(1, 6)):
        at, length = rng.randrange(len(body) + 1), rng.choice((1, 1, 8, rng.randint(1, 2000)))
        piece = rng.choice((
            b"", bytes(rng.randrange(256) for _ in range(rng.choice((1, 50)))),
            body[at : at + length] * rng.randint(2, 40), rng.choice(MARKUP) * rng.randint(1, 500),
            str(rng.choice((0, -1, 2**31, 2**64, 10**30))).encode(),
        ))  # fmt: skip
        body = body[:at] + piece + body[at + rng.choice((0, length)) :]
    return body


def fuzz(read: Read, sources_of: list[bytes], rounds: int, seed: int) -> float:
    """The longest that one of *rounds* files took."""
    rng = random.Random(seed)
    slowest = 0.0
    for number in range(rounds):
        body = spoiled(rng.choice(sources_of), rng)
        start = time.process_time()
        try:
            read(body)
        except Unreadable:
            pass
        except Exception as error:
            raise AssertionError(f"file {number} of seed {seed}: {type(error).__name__}: {error}") from error
        slowest = max(slowest, time.process_time() - start)
        assert slowest < LONGEST, f"file {number} of seed {seed} took {slowest:.1f} s"
    return slowest


@pytest.mark.parametrize("kind", KINDS)
def test_spoiled_files_are_read_without_a_fault(kind: str) -> None:
    fuzz(*KINDS[kind], rounds=15, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_spoiled_files_are_read_without_a_fault(kind: str) -> None:
    fuzz(*KINDS[kind], rounds=1000, seed=2)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", FEW)
def test_spoiled_documents_are_read_by_a_process_of_their_own(kind: str) -> None:
    fuzz(*FEW[kind], rounds=10, seed=3)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_thousand_spoiled_files_are_read_without_a_fault(kind: str) -> None:
    fuzz(*KINDS[kind], rounds=100_000 // len(KINDS), seed=4)
