"""Archived pages in real Chromium, scripts allowed by the browser: nothing runs, nobody else is asked, all is there.

Needs Debian's `chromium` and ``pip install '.[browser]'``; screenshots are left in build/screenshots.
"""

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper.demo.run import run_demo

pytestmark = pytest.mark.slow

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
SHOTS = Path("build/screenshots")
HOSTILE = """<!doctype html><title>t</title><body onload="document.title='ran'"><h1>Still here</h1>
<script>document.title='ran'</script><img src=x onerror="document.title='ran'"><svg onload="document.title='ran'">
<script>document.title='ran'</script></svg><iframe srcdoc="<script>parent.document.title='ran'</script>"></iframe>
<a id=go href="javascript:document.title='ran'">go</a><details open ontoggle="document.title='ran'"><p>x</details>
<style>@import url("FOREIGN/1.css");body{background:url(FOREIGN/2.png)}@font-face{font-family:f;src:url(FOREIGN/3)}
h1{font-family:f;background:\\75rl(FOREIGN/4.png);width:expression(alert(1))}</style>
<link rel=stylesheet href="FOREIGN/5.css"><link rel=preload as=image href="FOREIGN/6.png"><meta http-equiv=refresh
content="0;url=FOREIGN/7"><base href="FOREIGN/"><video poster="FOREIGN/8.png" src="FOREIGN/9.mp4" autoplay></video>
<object data="FOREIGN/10"></object><embed src="FOREIGN/11"><input type=image src="FOREIGN/12.png">
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=document.title='ran'&gt;">"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install '.[browser]' brings playwright")
    if not CHROMIUM:
        pytest.skip("there is no chromium: apt-get install chromium, or name it in CHROMIUM")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replay")
    assert run_demo(folder, echo=lambda _: None, now=lambda: datetime(2026, 5, 20, 12, 0, tzinfo=UTC)) == 0
    return folder / "demo.db"


@pytest.fixture(scope="module")
def room(serve: Callable[[Path], str], archive: Path) -> str:
    return serve(archive)


class Watched:
    """A page that remembers what was asked of other hosts."""

    def __init__(self, browser: Any, base: str, width: int = 1280) -> None:
        self.base, self.foreign = base, list[str]()
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.foreign.append(request.url)

    def open(self, path: str) -> Any:
        answer = self.page.goto(self.base + path)
        self.page.evaluate("window.scrollTo(0, 1e6)")
        self.page.wait_for_load_state("networkidle")
        return answer

    @property
    def broken(self) -> list[str]:
        return list(
            self.page.evaluate("[...document.images].filter(i => !(i.complete && i.naturalWidth)).map(i => i.src)")
        )


def captures(archive: Path) -> list[tuple[str, str, str]]:
    """(path of the replay, text of the post, url) of each reading."""
    with sqlite3.connect(archive) as db:
        found = db.execute(
            "SELECT url, captured_at, body_text FROM revisions JOIN captures ON captures.id = capture_id"
        ).fetchall()
    db.close()
    return [(f"/web/{re.sub(r'[^0-9]', '', at)[:14]}/{url}", text, url) for url, at, text in found]


def letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text))


def test_every_page_looks_as_it_read_with_its_pictures_and_nobody_else_is_asked(
    chromium: Any, room: str, archive: Path
) -> None:
    watched = Watched(chromium, room)
    for path, text, url in captures(archive):
        assert watched.open(path).status == 200, url
        shown = watched.page.locator("[data-hook=post-description]").inner_text()
        assert letters(text) == letters(shown), url
        assert watched.broken == [], url
        assert watched.page.evaluate("document.scripts.length") == 0
    assert watched.foreign == []


@pytest.mark.parametrize("width", [1280, 390])
def test_replay_captures_and_pictures_are_accessible(chromium: Any, room: str, archive: Path, width: int) -> None:
    package = pytest.importorskip("axe_playwright_python", reason="pip install '.[browser]' brings axe-core")
    axe = (Path(package.__file__).parent / "axe.min.js").read_text("utf-8")
    (path, _, url) = next(one for one in captures(archive) if "hearing-in-pictures" in one[0])
    home = f"/post/{re.sub(r'[:]', '-', url.split('/')[2])}/the-hearing-in-pictures"
    SHOTS.mkdir(parents=True, exist_ok=True)
    watched = Watched(chromium, room, width)
    for name, place in (("replay", path), ("captures", f"{home}/captures"), ("pictures", "/pictures"), ("post", home)):
        watched.open(place)
        watched.page.screenshot(path=SHOTS / f"{name}-{width}.png")
        assert watched.broken == []
        assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth") or name == "replay"
        if name == "replay":  # in its sandbox no timer runs: the bar is looked at outside of it
            bar = str(watched.page.evaluate("document.getElementById('ushrn-bar').outerHTML"))
            watched.page.goto("about:blank")
            watched.page.set_content(f"<!doctype html><html lang=en><title>t</title><main><h1>t</h1>{bar}</main>")
        watched.page.evaluate(axe)
        found = watched.page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))")
        assert found == [], name


def test_nothing_of_a_hostile_page_runs(
    chromium: Any, serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory, shelf: Any
) -> None:
    foreign = "http://127.0.0.2:9"
    url = "https://www.upr2020.org/post/hostile"
    shelf.capture(url, "2021-03-09T14:07:00Z", HOSTILE.replace("FOREIGN", foreign).encode())
    for name, kind, body in (
        (
            "a.svg",
            "image/svg+xml",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='ran'</script></svg>",
        ),
        ("b.html", "text/html", HOSTILE.encode()),
        (
            "c.xml",
            "application/xml",
            b"<x xmlns='http://www.w3.org/1999/xhtml'><script>document.title='ran'</script></x>",
        ),
    ):
        shelf.capture(f"https://www.upr2020.org/{name}", "2021-03-09T14:07:00Z", body, media_type=kind, kind="other")
    shelf.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    watched = Watched(chromium, serve(shelf.path))
    for form in ("", "id_", "im_", "cs_", "mp_"):
        for address in (url, *(f"https://www.upr2020.org/{name}" for name in ("a.svg", "b.html", "c.xml"))):
            try:
                watched.page.goto(f"{watched.base}/web/20210309140700{form}/{address}")
            except Exception as error:  # noqa: BLE001 - a download is no page: that is as it should be
                assert "ownload" in str(error) or "ERR_ABORTED" in str(error)  # noqa: PT017
            time.sleep(0.1)
            assert watched.page.title() != "ran"
    watched.page.goto(f"{watched.base}/web/20210309140700/{url}")
    assert watched.page.locator("h1").inner_text() == "Still here"
    watched.page.locator("#go").click(timeout=2000)
    assert watched.page.title() != "ran" and watched.foreign == []
