"""`ushrn recover` from a real pywb, serving a collection that the test builds. Slow; set USHRN_PEERS."""

import gzip
import io
import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.recover import run_recover

pytestmark = pytest.mark.slow
PEERS = os.environ.get("USHRN_PEERS")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
POST = "https://www.upr2020.org/post/a-hearing"
PDF = "https://www.upr2020.org/_files/ugd/abc_1.pdf"


def program(name: str) -> str:
    found = shutil.which(name, path=PEERS) if PEERS else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; set USHRN_PEERS to the folder of the commands")
    return found


def page(text: str, views: int) -> bytes:
    """A Wix post with scripts and links that a replay would rewrite."""
    return f"""<!DOCTYPE html><html lang="en"><head><meta name="generator" content="Wix.com Website Builder">
<script src="https://static.wixstatic.com/a.js"></script><link rel="canonical" href="{POST}">
<meta property="og:title" content="A hearing"></head><body><div data-hook="post-page-root"><article data-hook="post">
<h1 data-hook="post-title">A hearing</h1><section data-hook="post-description"><div data-id="content-viewer">
<p>{text}</p><p><a href="{PDF}">report</a></p></div></section><footer data-hook="post-footer">
<div data-hook="post-stats"><span>{views} views</span><span>0 comments</span></div></footer></article></div></body>
</html>""".encode()


def collected(path: Path) -> dict[str, bytes]:
    """Writes the collection's WARC with warcio; the bodies by time."""
    first, second, third = page("We were heard.", 5), page("We were heard.", 9), page("We were heard twice.", 12)
    html = ("Content-Type", "text/html; charset=utf-8")
    own = [html, ("Server", "Pepyaka"), ("Link", "<https://a.example/>")]
    away = ("Location", "https://www.upr2020.org/home")
    answers: list[tuple[str, str, str, list[tuple[str, str]], bytes]] = [
        (POST, "2021-03-05T12:00:00Z", "200 OK", own, first),
        (POST, "2021-04-05T12:00:00Z", "200 OK", [html, ("Content-Encoding", "gzip")], gzip.compress(second)),
        ("http://upr2020.org/post/a-hearing", "2021-05-05T12:00:00Z", "200 OK",
         [html, ("Transfer-Encoding", "chunked")], b"%x\r\n%s\r\n0\r\n\r\n" % (len(third), third)),
        (POST, "2021-06-05T12:00:00Z", "404 Not Found", [html], b"<html>404</html>"),
        (POST, "2022-06-05T12:00:00Z", "404 Not Found", [html], b"<html>404 again</html>"),
        (PDF, "2021-03-06T12:00:00Z", "200 OK", [("Content-Type", "application/pdf")], b"%PDF-1.4\nreport"),
        ("https://www.upr2020.org/", "2021-03-06T12:00:00Z", "301 Moved", [away], b""),
    ]  # fmt: skip
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        for url, date, status, headers, body in answers:
            head = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict={"WARC-Date": date}
                )
            )
    return {"2021-03-05T12:00:00Z": first, "2021-04-05T12:00:00Z": second, "2021-05-05T12:00:00Z": third}


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture(scope="module")
def pywb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Address of the collection, and the bodies in it."""
    folder = tmp_path_factory.mktemp("pywb")
    bodies = collected(folder / "old.warc.gz")
    for words in (["init", "old"], ["add", "old", "old.warc.gz"]):
        subprocess.run([program("wb-manager"), *words], cwd=folder, check=True, capture_output=True)
    port = free_port()
    with (folder / "log").open("wb") as log, subprocess.Popen(
        [program("wayback"), "-p", str(port), "-b", "127.0.0.1"], cwd=folder, stdout=log, stderr=log
    ) as server:  # fmt: skip
        try:
            base = f"http://127.0.0.1:{port}/old"
            for _ in range(300):
                try:
                    if httpx.get(f"{base}/cdx?url=upr2020.org", timeout=5).status_code == 200:
                        break
                except httpx.HTTPError:
                    time.sleep(0.1)
            yield base, bodies
        finally:
            server.terminate()


def recover(db: Path, endpoint: str) -> Any:
    return run_recover(db, ["upr2020"], endpoints=[endpoint], delay=0, now=lambda: NOW)


def test_everything_in_the_collection_comes_back_as_it_was(pywb: tuple[str, dict[str, bytes]], tmp_path: Path) -> None:
    base, bodies = pywb
    db = tmp_path / "archive.db"
    report = recover(db, base + "/")
    opened = sqlite3.connect(db)
    assert report.exit_status == 0, opened.execute("SELECT * FROM problems").fetchall()
    from scraper.store import Archive

    with Archive.open(db, readonly=True) as archive:
        kept = {one.captured_at: one for one, _ in archive.captures("WHERE kind = 'post' ORDER BY id")}
    assert {at: one.body for at, one in kept.items()} == bodies
    assert {one.source for one in kept.values()} == {"wayback"}
    first = kept["2021-03-05T12:00:00Z"].head or b""
    assert b"Server: Pepyaka" in first and b"Link: <https://a.example/>" in first and b"rel=" not in first
    assert b"memento" not in first.lower() and b"127.0.0.1" not in first
    assert b"Transfer-Encoding: chunked" in (kept["2021-05-05T12:00:00Z"].head or b"")
    assert opened.execute("SELECT revision_count, views, gone_at FROM posts").fetchall() == [
        (2, 12, "2021-06-05T12:00:00Z")
    ]
    assert opened.execute("SELECT views FROM counts ORDER BY counted_at").fetchall() == [(5,), (9,), (12,)]
    assert opened.execute("SELECT url, captured_at FROM captures WHERE kind = 'file'").fetchall() == [
        (PDF, "2021-03-06T12:00:00Z")
    ]
    opened.close()


@pytest.mark.parametrize("spelling", ["", "/", "/cdx"])
def test_a_second_run_makes_one_request_however_the_place_is_spelled(
    pywb: tuple[str, dict[str, bytes]], tmp_path: Path, spelling: str
) -> None:
    db = tmp_path / "archive.db"
    assert recover(db, pywb[0] + spelling).captures == 5
    again = recover(db, pywb[0] + spelling)
    assert (again.exit_status, again.captures, again.requests) == (0, 0, 1)
