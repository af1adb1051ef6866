"""A WACZ in ReplayWeb.page, the viewer of the field, in real Chromium: it opens, with its pictures, and asks nobody
else.

Needs npm (which brings the viewer's two bundles), Debian's `chromium` and ``pip install '.[browser]'``.
"""

import functools
import json
import re
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scraper.demo.run import run_demo
from scraper.export.warc import export_wacz
from scraper.seal import publishing
from scraper.store import Archive
from tests.outside import CHROMIUM, packaged

pytestmark = pytest.mark.slow

VIEWER = "replaywebpage@2.5.3"


#: The signature by the browser's own cryptography, on the curve that viewers import.
HOLDS = """async ({hash, signature, publicKey}) => {
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const curve = {name: "ECDSA", namedCurve: "P-384"};
  const key = await crypto.subtle.importKey("spki", bytes(publicKey), curve, true, ["verify"]);
  const how = {name: "ECDSA", hash: "SHA-256"};
  return crypto.subtle.verify(how, key, bytes(signature), new TextEncoder().encode(hash));
}"""


class Ranges(SimpleHTTPRequestHandler):
    """Files, also in part, as the viewer reads a WACZ."""

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not wanted or not self.path.endswith(".wacz"):
            super().do_GET()
            return
        data = Path(self.translate_path(self.path)).read_bytes()
        first = int(wanted[1]) if wanted[1] else max(0, len(data) - int(wanted[2]))
        last = min(int(wanted[2]), len(data) - 1) if wanted[1] and wanted[2] else len(data) - 1
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        self.wfile.write(data[first : last + 1])


@pytest.fixture
def viewer(tmp_path: Path) -> Path:
    """A folder with the viewer in it."""
    folder = tmp_path / "site"
    (folder / "replay").mkdir(parents=True)
    ui, worker = packaged(VIEWER, ["ui.js", "sw.js"], tmp_path)
    (folder / "ui.js").write_bytes(ui)
    (folder / "replay" / "sw.js").write_bytes(worker)
    return folder


@pytest.fixture
def site(viewer: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Ranges, directory=str(viewer)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def asked(page: Any, url: str) -> Any:
    """What the viewer's service worker answers there; of a signature that it cannot read it says nothing."""
    page.goto(url)
    return json.loads(page.inner_text("body"))


def test_an_exported_wacz_opens_in_the_viewer_of_the_field(tmp_path: Path, viewer: Path, site: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install '.[browser]' brings playwright")
    if not CHROMIUM:
        pytest.skip("there is no chromium")
    assert run_demo(tmp_path, echo=lambda _: None) == 0
    with Archive.open(tmp_path / "demo.db") as archive:
        publishing.new_key(archive, None, bytes(range(32)), tmp_path / "keys")
    export_wacz(tmp_path / "demo.db", viewer / "demo.wacz", key_folder=tmp_path / "keys")
    with zipfile.ZipFile(viewer / "demo.wacz") as package:
        signed = json.loads(package.read("datapackage-digest.json"))["signedData"]
    with sqlite3.connect(tmp_path / "demo.db") as db:
        ((url, title),) = db.execute("SELECT url, title FROM posts WHERE slug = 'the-hearing-in-pictures'").fetchall()
    (viewer / "index.html").write_text(
        f'<!doctype html><script src="ui.js"></script><replay-web-page source="/demo.wacz" url="{url}" '
        'replayBase="/replay/" embed="replayonly"></replay-web-page>'
    )
    foreign: list[str] = []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda asked: foreign.append(asked.url) if "127.0.0.1" not in asked.url else None)
        page.goto(f"{site}/index.html")
        shown = page.frame_locator("replay-web-page iframe").frame_locator("iframe")
        shown.locator("h1").first.wait_for(state="attached", timeout=60_000)
        assert title in shown.locator("[data-hook=post]").inner_text()
        pictures = shown.locator("[data-hook=post] img")
        sizes = pictures.evaluate_all(
            "all => Promise.all(all.map(one => one.decode().catch(() => 0).then(() => [one.src, one.naturalWidth])))"
        )
        assert len(sizes) == 3 and all("/v1/fill/" in source for source, _ in sizes)
        assert [width for _, width in sizes] == [480] * 3
        assert page.evaluate(HOLDS, signed)
        (known,) = asked(page, f"{site}/replay/w/api/coll-index")["colls"]
        told = asked(page, f"{site}/replay/w/api/c/{known['id']}?all=1")["verify"]
        browser.close()
    assert told["publicKey"] == signed["publicKey"]
    assert foreign == []
