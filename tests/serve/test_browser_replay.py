"""Archived pages in real Chromium, scripts allowed by the browser: nothing runs, nobody else is asked, all is there.

Needs Debian's `chromium`, npm (which brings axe) and ``pip install '.[browser]'``; screenshots are left in
build/screenshots.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper.demo.run import run_demo
from scraper.reading.page_reader import extract
from scraper.records import Capture

pytestmark = pytest.mark.slow

SHOTS = Path("build/screenshots")
PAGES = Path(__file__).parent.parent / "pages"
AT = "2024-05-20T12:00:00Z"
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
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replay")
    assert run_demo(folder, echo=lambda _: None, now=lambda: datetime(2026, 5, 20, 12, 0, tzinfo=UTC)) == 0
    return folder / "demo.db"


@pytest.fixture(scope="module")
def room(serve: Callable[[Path], str], archive: Path) -> str:
    return serve(archive)


class Watched:
    """A page that remembers what was asked of other hosts."""

    def __init__(self, browser: Any, base: str, width: int = 1280, scheme: str = "light") -> None:
        self.base, self.foreign = base, list[str]()
        self.page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page.on("request", self._asked)

    def trust(self) -> None:
        """From here on pages come without the policy that forbids scripts: axe needs one, and so do tests of it."""
        self.page.route(f"{self.base}/**", self._without_policy)

    @staticmethod
    def _without_policy(route: Any) -> None:
        answer = route.fetch(max_redirects=0)
        kept = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        route.fulfill(response=answer, headers=kept)

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


def read(text: str) -> str:
    """What a reader reads of *text*, to compare what stands in the archive with what a browser shows.

    Left out are white space, characters without width, the marks of lists (a browser draws them and does not count them
    as text), the lines between cells, our marks for what is no text, and addresses: of a frame the archive has no more.
    """
    text = re.sub(r"(?m)^[ \t]*(?:[•◦▪‣-]|\d{1,3}[.)])[ \t]+", "", text)
    text = re.sub(r"\[(?:audio|video|embed[^\]\n]{0,40})\]|\||https?://\S+", "", text)
    return re.sub(r"[\s\u200b-\u200d\u2060\ufeff]+", "", text)


def test_every_page_looks_as_it_read_with_its_pictures_and_nobody_else_is_asked(
    chromium: Any, room: str, archive: Path
) -> None:
    watched = Watched(chromium, room)
    for path, text, url in captures(archive):
        assert watched.open(path).status == 200, url
        shown = watched.page.locator("[data-hook=post-description]").inner_text()
        assert read(text) == read(shown), url
        assert watched.broken == [], url
        assert watched.page.evaluate("document.scripts.length") == 0
    assert watched.foreign == []


#: Where the text of a post stands: in Wix's viewers of all years, and in an AMP twin behind its header.
TEXT = "[data-hook=post-description], [data-id=content-viewer], body:not(:has(article)) div:has(> h1) + div"
WORKED_BY_SCRIPTS = "button, [data-hook=reactPlayerWrapper]"
LISTED = """<article data-hook="post"><h1 data-hook="post-title">Tide</h1><section data-hook="post-description">
<div data-id="content-viewer"><p>Bring\u200b three things:</p><ol><li><p>a lamp</p></li><li><p>a map, with</p><ul>
<li><p>the lock</p></li><li><p>the weir</p></li></ul></li><li><p>bread</p></li></ol><table><tr><td><p>high</p></td>
<td><p>4.10 m</p></td></tr><tr><td><p>low</p></td><td><p>0.30 m</p></td></tr></table><figure data-hook="figure-IMAGE">
<img src="https://static.wixstatic.com/media/9_lock~mv2.jpg" alt="A lock"><figcaption>The lock</figcaption></figure>
<div data-hook="figure-VIDEO"><video src="https://video.wixstatic.com/video/9_walk/file.mp4"></video></div>
<blockquote>Not before<br>ten.</blockquote><p>1. is a number of ours</p><p dir="rtl">حقوق الإنسان</p></div></section>
</article>"""


def own_pages() -> dict[str, tuple[str, str]]:
    """HTML and text of each of our own pages, by its address."""
    url = "https://www.lanternwalks.example/post/tide-and-time"
    text = extract(Capture(url=url, captured_at=AT, status=200, body=LISTED.encode())).body_text
    found = {url: (LISTED, text or "")}
    for path in sorted(PAGES.glob("wix_*/record.json")):
        record = json.loads(path.read_text("utf-8"))
        if record["reading"]["kind"] == "post":
            found[record["url"]] = (path.with_name("page.html").read_text("utf-8"), record["reading"]["body_text"])
    return found


def test_what_is_read_in_replay_is_the_text_in_the_archive(
    chromium: Any, serve: Callable[[Path], str], shelf: Any
) -> None:
    pages = own_pages()
    for url, (source, _) in pages.items():
        shelf.capture(url, AT, source.encode())
    shelf.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    watched = Watched(chromium, serve(shelf.path))
    unlike = {}
    for url, (_, text) in pages.items():
        watched.open(f"/web/{re.sub('[^0-9]', '', AT)}/{url}")
        watched.page.evaluate(f"document.querySelectorAll('{WORKED_BY_SCRIPTS}').forEach(each => each.remove())")
        shown = watched.page.locator(TEXT).first.inner_text()
        if read(text) != read(shown):
            unlike[url] = (text, shown)
        assert watched.broken == [], url
        assert watched.page.evaluate("document.scripts.length") == 0
    assert unlike == {}
    assert len(pages) > 8 and watched.foreign == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_replay_captures_and_pictures_are_accessible(
    chromium: Any, axe: Any, room: str, archive: Path, width: int, scheme: str
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    watched = Watched(chromium, room, width, scheme)
    watched.trust()
    for name, place in places(archive).items():
        watched.open(place)
        watched.page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
        assert watched.broken == [], name
        assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth") or name == "replay"
        assert axe(watched.page) == [], name


def places(archive: Path) -> dict[str, str]:
    """Path of each page of ours that shows pictures or captures, by a name for it."""
    (replay, _, url) = next(one for one in captures(archive) if "hearing-in-pictures" in one[0])
    site = re.sub(r"[:]", "-", url.split("/")[2])
    post, edited = f"/post/{site}/the-hearing-in-pictures", f"/post/{site}/court-delays-in-numbers"
    with sqlite3.connect(archive) as db:
        asked = (
            "SELECT record_sha256 FROM revisions JOIN captures ON captures.id = capture_id WHERE captures.url LIKE ?"
        )
        first, last = [row[0][:12] for row in db.execute(f"{asked} ORDER BY seen_at", ("%court-delays-in-numbers",))]
    db.close()
    return {
        "replay": replay,
        "captures": f"{post}/captures",
        "captures-edited": f"{edited}/captures",
        "compare": f"{edited}/diff?from={first}&to={last}",
        "compare-beside": f"{edited}/diff?from={first}&to={last}&view=beside",
        "pictures": "/pictures",
        "found-pictures": "/pictures?q=hearing",
        "post": post,
        "revision": f"{edited}/revision/{first}",
    }


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


def test_a_page_as_high_as_its_window_is_printed_to_its_last_paragraph(
    chromium: Any, shelf: Any, serve: Callable[[Path], str]
) -> None:
    style = "<style>html, body { height: 100vh; overflow: hidden; margin: 0 }</style>"
    body = f"<!doctype html><title>t</title>{style}<body>{'<p style=height:40vh>On</p>' * 12}<p>Last</p>"
    shelf.capture("https://www.upr2020.org/post/high", "2021-03-09T14:07:00Z", body.encode())
    page = chromium.new_page()
    page.goto(f"{serve(shelf.path)}/web/20210309140700/https://www.upr2020.org/post/high")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) > 2
    page.close()
