"""The reading room in real Chromium: can everyone use it, and does whatever a post holds stay harmless?

Needs Debian's `chromium`, npm (which brings axe) and ``pip install '.[browser]'``; screenshots are left in build/screenshots.
"""

# ruff: noqa: E501 - hostile strings are read best in one piece

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.serve.room_pages import EARLIER, PAGES

pytestmark = pytest.mark.slow

SHOTS = Path("build/screenshots")
WIDTHS = (1280, 390, 320)


@pytest.fixture(scope="module")
def served(serve: Callable[[Path], str], exhibition: Path) -> str:
    return serve(exhibition)


@pytest.fixture(scope="module")
def earlier(served: str, chromium: Any) -> str:
    """The name of an earlier version of a post."""
    page = chromium.new_page()
    page.goto(f"{served}/post/upr2020/flint-0")
    found = page.locator('a[href*="/revision/"]').last.get_attribute("href")
    page.close()
    return str(found).rpartition("/")[2]


@pytest.fixture
def shown(chromium: Any, served: str, earlier: str) -> Iterator[Callable[[str], Any]]:
    """A function that opens a page by its name; each picture on it is loaded."""
    opened = []

    def inner(name: str) -> Any:
        page = chromium.new_page(viewport={"width": WIDTHS[0], "height": 900})
        opened.append(page)
        page.goto(served + PAGES[name].replace(EARLIER, earlier))
        page.evaluate("document.querySelectorAll('img').forEach(each => each.loading = 'eager')")
        page.wait_for_load_state("networkidle")
        return page

    yield inner
    for page in opened:
        page.close()


def looks(page: Any) -> Iterator[str]:
    """*page* at each width, by light and by dark: ``390-dark``."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            yield f"{width}-{scheme}"


def too_wide(page: Any) -> int:
    """Pixels by which *page* is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on_any_page_and_nothing_is_wider_than_it(
    shown: Callable[[str], Any], axe: Any, name: str
) -> None:
    """WCAG 2.0 to 2.2, A and AA, and axe's own best practices; the width also with text of double size."""
    page = shown(name)
    SHOTS.mkdir(parents=True, exist_ok=True)
    for look in looks(page):
        page.screenshot(path=SHOTS / f"{name}-{look}.png", full_page=True)
    page.pdf(path=SHOTS / f"{name}.pdf", format="A4")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.name = ''; each.open = true; })")
    for look in looks(page):
        assert axe(page) == [], look
        assert too_wide(page) <= 0, look
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) <= 0, f"{width}, large text"


def test_a_page_of_results_takes_less_than_six_thousand_pixels_on_a_phone(
    chromium: Any, serve: Callable[[Path], str], wordy: Path
) -> None:
    base = serve(wordy)
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{base}/search?q=water")
    page.screenshot(path=SHOTS / "wordy-390.png", full_page=True)
    assert page.locator("article").count() == 10
    assert page.evaluate("document.documentElement.scrollHeight") < 6000
    page.close()


@pytest.mark.parametrize("width", [390, 360])
@pytest.mark.parametrize("path", ["/", "/data-dictionary"])
def test_the_ways_through_the_room_stand_in_one_row_on_a_phone(
    chromium: Any, served: str, path: str, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 700})
    page.goto(served + path)
    rows = {each.bounding_box()["y"] for each in page.locator(".masthead li").all()}
    page.close()
    assert len(rows) == 1


def test_everything_can_be_reached_by_keyboard(chromium: Any, served: str) -> None:
    page = chromium.new_page()
    page.goto(f"{served}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    box = page.locator(".skip").bounding_box()
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("water detroit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=water+detroit")
    while page.evaluate("document.activeElement.closest('article') === null"):
        page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/post/**")
    assert page.locator("mark").count() > 0
    page.close()


def test_a_snippet_leads_to_its_place_in_the_post(chromium: Any, served: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 300})
    page.goto(f"{served}/search?q=beginning+flint")
    page.locator(".snippets a", has_text="Resolution").first.click()
    page.wait_for_url("**#p4")
    assert page.locator(":target").count() == 1
    target = page.locator(".prose :has(> :target)")
    assert "We will not wait" in target.inner_text()
    page.wait_for_timeout(600)
    assert 0 <= target.bounding_box()["y"] < 300
    page.close()


def test_texts_have_their_language_and_direction(chromium: Any, served: str) -> None:
    page = chromium.new_page()
    page.goto(served + PAGES["arabic"])
    assert page.locator("h1").get_attribute("lang") == "ar"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('.prose p')).direction") == "rtl"
    assert page.evaluate("document.documentElement.lang") == "en"
    page.close()


def test_a_text_is_set_in_a_measure_that_can_be_read(chromium: Any, serve: Callable[[Path], str], wordy: Path) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{serve(wordy)}/post/upr2020/post-1")
    letters = page.evaluate(
        """() => {
            const words = [...document.querySelector('.prose p').childNodes].filter(one => one.nodeType === Node.TEXT_NODE);
            const text = words[0], range = document.createRange();
            const lines = new Map();
            for (let at = 0; at < text.length; at++) {
                range.setStart(text, at); range.setEnd(text, at + 1);
                const top = Math.round(range.getBoundingClientRect().top);
                lines.set(top, (lines.get(top) || 0) + 1);
            }
            const counts = [...lines.values()].slice(0, -1);
            return counts.reduce((a, b) => a + b, 0) / counts.length;
        }"""
    )
    assert 60 <= letters <= 80
    page.close()


def test_print_shows_the_text_and_the_citation_only(chromium: Any, served: str) -> None:
    page = chromium.new_page()
    page.goto(f"{served}/post/upr2020/flint-0")
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible()
    assert page.locator(".prose").is_visible()
    assert page.locator(".cite").first.is_visible()
    page.close()


def test_a_search_is_printed_in_light_colours_with_all_that_finds_it_again(chromium: Any, served: str) -> None:
    page = chromium.new_page(color_scheme="dark")
    page.goto(f"{served}/search?q=water&year=2016")
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.evaluate("(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))")
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    paper = page.locator(".paper-only").inner_text()
    for words in ("Query", "year: 2016", "Archive as of", "/search?q=water&year=2016", "SHA-256 of the result list"):
        assert words in paper, words
    for gone in ("form", ".facets", ".charts", ".pager", ".pills", "button", ".footer"):
        assert not any(each.is_visible() for each in page.locator(gone).all()), gone
    page.close()


def test_what_is_marked_and_what_is_chosen_is_seen_in_forced_colours(chromium: Any, served: str) -> None:
    page = chromium.new_page(forced_colors="active")
    for path, what in (("/search?q=water", "mark"), ("/search?q=water", ".pager [aria-current]"),
                       ("/post/upr2020/flint-0/diff", "ins"), ("/post/upr2020/flint-0/diff", ".pills [aria-current]")):  # fmt: skip
        page.goto(served + path)
        drawn = page.locator(what).first.evaluate("each => getComputedStyle(each).outlineStyle")
        assert drawn == "solid", what
    page.close()


def test_the_browser_gets_the_page_again_only_when_the_archive_changed(chromium: Any, served: str) -> None:
    page = chromium.new_page()
    page.goto(f"{served}/about")
    statuses: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.responseReceived", lambda event: statuses.append(event["response"]["status"]))
    page.reload()
    again = page.request.get(f"{served}/about")
    assert again.status == 200
    assert 304 in statuses or 200 in statuses
    page.close()


# Hostile posts

SCRIPT = "<script>fetch('//{host}/script');window.pwned=1;document.title='pwned'</script>"
HOSTILE = (
    SCRIPT,
    "\"><img src=x onerror=\"window.pwned=1;fetch('//{host}/onerror')\">",
    "'><svg onload=\"window.pwned=1\"><image href='//{host}/svg.png'/></svg>",
    "</title><script>window.pwned=1</script>",
    "</textarea></style></noscript><script>window.pwned=1</script>",
    "<iframe src='//{host}/frame'></iframe><object data='//{host}/object'></object><embed src='//{host}/embed'>",
    "<link rel=stylesheet href='//{host}/style.css'><style>@import '//{host}/import.css';</style>",
    "<a href=\"javascript:window.pwned=1\">run</a>",
    "<a href=\" &#x6A;avascript:window.pwned=1\">run</a>",
    "<form action='//{host}/form'><button formaction='javascript:window.pwned=1'>go</button></form>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=window.pwned=1&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=window.pwned=1>\">",
    "<meta http-equiv=refresh content='0;url=//{host}/refresh'><base href='//{host}/'>",
    "<p style=\"background:url(//{host}/style)\" onclick=window.pwned=1 onmouseover=window.pwned=1>hover</p>",
    "<img src='http://{host}/img.png' srcset='http://{host}/set.png 2x'><video poster='//{host}/p.png' src='//{host}/v'></video>",
    "{{{{7*7}}}} ${{7*7}} <%= 7*7 %> {{% raw %}}",
    "\ue000<img src=x onerror=window.pwned=1>\ue001",
    "<!--><img src=x onerror=window.pwned=1>-->",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>window.pwned=1</x:script>",
)  # fmt: skip
ADDRESSES = ("javascript:window.pwned=1", "data:text/html,<script>window.pwned=1</script>", "vbscript:x", "//{host}/x",
             "https://{host}/\"onmouseover=\"window.pwned=1", " javascript:window.pwned=1", "java\nscript:window.pwned=1",
             "https://[broken", "blob:x", "file:///etc/passwd")  # fmt: skip


class Trap(ThreadingHTTPServer):
    """Another host: remembers who called."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        trap = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                trap.calls.append(self.path)
                self.send_response(200)
                self.end_headers()

            do_POST = do_GET  # noqa: N815 - the base class's name

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def trap() -> Iterator[Trap]:
    found = Trap()
    yield found
    found.shutdown()
    found.server_close()


def test_whatever_a_post_holds_runs_nothing_and_asks_nobody(
    chromium: Any, shelf: Any, serve: Callable[[Path], str], trap: Trap
) -> None:
    bad = [each.format(host=trap.host) for each in HOSTILE]
    addresses = [each.format(host=trap.host) for each in ADDRESSES]
    for number, each in enumerate(bad):
        address = addresses[number % len(addresses)]
        post = shelf.post(f"bad-{number}", title=f"needle {each}", author=each, body_text=f"needle {each}\n\n{each}",
                          body_html=f"<p>needle</p>{each}<p>tail</p>", excerpt=each, language=each[:20],
                          gone_reason=each, published_basis=each, layout=each, cover_image=address)  # fmt: skip
        shelf.label(post, "tag", each)
        shelf.label(post, "category", each)
        shelf.insert("images", post_id=post, position=0, url=address, alt=each, caption=each)
        shelf.insert("videos", post_id=post, position=0, url=address, title=each)
        shelf.insert("links", post_id=post, position=0, url=address, text=each)
        shelf.insert(
            "files", post_id=post, position=0, url=address, name=f"{each}.pdf", media_type=each, text=f"needle {each}"
        )
        shelf.change(post, "2026-02-02T00:00:00Z", title=f"changed {each}", body_text=f"other {each}", body_html=each)
        shelf.gone(post, "2026-02-03T00:00:00Z")
    shelf.site(bad[0], bad[0], addresses[0])
    shelf.crawl(command=bad[0])
    shelf.insert("problems", url=addresses[0], stage=bad[0], kind=bad[1], level="error", message=bad[2],
                 first_seen_at="2026", last_seen_at="2026")  # fmt: skip
    base = serve(shelf.path)
    context = chromium.new_context()
    requested: list[str] = []
    context.on("request", lambda request: requested.append(request.url))
    dialogs: list[str] = []
    page = context.new_page()
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    paths = ["/", "/search?q=needle", "/search", "/changes", "/about", "/data-dictionary", "/archive", "/archive/posts",
             "/archive/posts?_search=needle", "/archive/posts/1"]  # fmt: skip
    paths += [f"/post/upr2020/bad-{number}?q=needle" for number in range(len(bad))]
    paths += [f"/search?{name}={quoted(each)}" for each in bad for name in ("q", "tag", "sort")]
    paths += [
        f"/{name}?{argument}={quoted(each)}" for each in (*bad, *addresses) for name, argument in (("go", "url"),)
    ]
    page.goto(f"{base}/post/upr2020/bad-0")
    paths += [link.get_attribute("href") for link in page.locator("a[href*='/diff?'], a[href*='/revision/']").all()]
    for path in paths:
        page.goto(base + path, wait_until="load")
        for details in page.locator("details").all():
            details.evaluate("each => each.open = true")
        assert page.evaluate("window.pwned === undefined"), path
        assert page.title() != "pwned", path
        if not path.startswith("/archive"):
            wild = "a[href^='javascript' i], a[href^='data' i], a[href^='vbscript' i], a[href^='file' i], a[href^='blob' i]"
            assert page.locator(wild).count() == 0, path
            assert (
                page.locator("main [onclick], main [onerror], main [onload], main [style], main script").count() == 0
            ), path
    page.goto(f"{base}/post/upr2020/bad-0")
    visible = [link for link in page.locator("main a").all() if link.is_visible()][:50]
    assert len(visible) > 10
    for link in visible:
        link.hover(force=True, timeout=500)
    assert trap.calls == []
    assert dialogs == []
    assert {url for url in requested if not url.startswith((base, "data:"))} == set()
    context.close()


def quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
