"""Small archives for the reading room's tests: written with plain SQL, served in process or over loopback."""

import asyncio
import hashlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import zstandard
from PIL import Image

from scraper import passages, schema


def _load(name: str) -> ModuleType:
    """A module of this folder that holds no tests."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_browsers = _load("browsers")
axe, chromium = _browsers.axe, _browsers.chromium

MEDIA = "https://static.wixstatic.com/media/"
BODY = (
    "The network welcomes the outcome of the Universal Periodic Review of the United States.\n\n"
    "Right to water\n\nFamilies in {place} went without water for {days} days, and said so at the university.\n\n"
    "- housing for all\n- an end to police violence\n\n"
    "“We will not wait,” said a member from {place}. Resolution 43/1 of the Human Rights Council was a beginning."
)
HTML = (
    "<p>The network <strong>welcomes</strong> the outcome of the Universal Periodic Review of the United States.</p>"
    "<h2>Right to water</h2><p>Families in {place} went without water for {days} days, and said so at the university."
    "</p><ul><li>housing for all</li><li>an end to police violence</li></ul>"
    '<figure><img src="https://static.wixstatic.com/media/{place}.jpg" alt="People at a well">'
    "<figcaption>A well in {place}</figcaption></figure>"
    '<p>“We will not wait,” said a member from {place}. <a href="https://www.ohchr.org/en/hrc">Resolution 43/1 of the '
    "Human Rights Council</a> was a beginning.</p>"
)
PLACES = ("Flint", "Jackson", "Detroit", "Lowndes", "Ferguson", "Standing Rock", "Puerto Rico", "Oakland")


class Shelf:
    """An archive being filled. Times are fixed, so that pages are the same on each run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = schema.open_archive(path, create=True).conn
        self.db.execute("PRAGMA synchronous = OFF")
        self.site("upr2020", "UPR 2020 blog", "https://www.upr2020.org/", "live")

    def insert(self, table: str, **row: Any) -> int:
        """One row; columns that must be there and were not given get an empty list, as JSON."""
        for _, name, kind, needed, default, key in self.db.execute(f"PRAGMA table_info({table})"):
            if needed and default is None and not key and name not in row:
                row[name] = "[]" if kind == "TEXT" else 0
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        found = self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values())).lastrowid
        return int(found or 0)

    def site(self, site: str, name: str, base_url: str, state: str = "unknown") -> None:
        self.insert("sites", id=site, name=name, base_url=base_url, platform="wix", state=state)

    def capture(self, url: str, at: str, body: bytes | None = None, status: int = 200, **more: Any) -> int:
        body = body if body is not None else f"<html>{url} {at}</html>".encode()
        sha256 = hashlib.sha256(body).hexdigest()
        self.db.execute(
            "INSERT OR IGNORE INTO bodies VALUES (?, ?, 'zstd', NULL, ?)",
            (sha256, len(body), zstandard.compress(body)),
        )
        known = self.db.execute("SELECT count(*) FROM captures").fetchone()[0]
        record = hashlib.sha256(f"{url} {at} {status} {sha256} {known}".encode()).hexdigest()
        row = {"url": url, "url_basis": "live", "kind": "post", "source": "live", "captured_at": at,
               "captured_at_basis": "clock", "status": status, "media_type": "text/html", "body_sha256": sha256,
               "record_sha256": record}  # fmt: skip
        return self.insert("captures", **(row | more))

    def post(self, slug: str, *, captured_at: str = "2026-02-01T10:00:00Z", **more: Any) -> int:
        """A post with its first capture, revision and event."""
        site = more.get("site", "upr2020")
        url = more.pop("url", f"https://www.upr2020.org/post/{slug}")
        capture = self.capture(url, captured_at)
        row = {"site": site, "url": url, "slug": slug, "title": f"A post about {slug}", "author": "Ada Writer",
               "published_at": "2020-03-16T14:05:00Z", "published_basis": "meta", "language": "en",
               "layout": "wix", "first_seen_at": captured_at, "last_seen_at": captured_at, "capture_id": capture,
               "reader": 1, "body_text": "A short text.", "body_html": "<p>A short text.</p>"}  # fmt: skip
        row |= more
        row.setdefault("excerpt", str(row["body_text"])[:120])
        if site == "upr2020":
            row |= {"blog_name": "UPR 2020 blog", "blog_name_basis": "meta"} | more
        row.setdefault("word_count", len(str(row["body_text"]).split()))
        row.setdefault("content_sha256", digest(row))
        post = self.insert("posts", **row)
        self.revise(post, capture, captured_at, row)
        self.insert("events", post_id=post, at=captured_at, kind="added", capture_id=capture)
        self.insert("post_captures", capture_id=capture, post_id=post, verdict="new", post_site=site,
                    answered_at=captured_at)  # fmt: skip
        self.insert("addresses", capture_id=capture, address=url, post_url=url)
        self.heard(url, site, "archived")
        return post

    def revise(self, post: int, capture: int, at: str, row: dict[str, Any]) -> None:
        kept = ("title", "author", "published_at", "updated_at", "body_text", "body_html")
        values = {name: row.get(name) for name in kept}
        self.insert("revisions", post_id=post, capture_id=capture, seen_at=at, content_sha256=row["content_sha256"],
                    reader=1, **values)  # fmt: skip

    def change(self, post: int, at: str, **fields: Any) -> None:
        """A later capture of the post with other content."""
        old = self.db.execute("SELECT * FROM posts WHERE id = ?", (post,))
        row = dict(zip([name for name, *_ in old.description], old.fetchone(), strict=True)) | fields
        row["content_sha256"] = digest(row)
        capture = self.capture(row["url"], at)
        self.revise(post, capture, at, row)
        self.insert("events", post_id=post, at=at, kind="changed", capture_id=capture)
        self.insert("post_captures", capture_id=capture, post_id=post, verdict="changed", post_site=row["site"],
                    answered_at=at)  # fmt: skip
        fields |= {"content_sha256": row["content_sha256"], "last_seen_at": at, "capture_id": capture,
                   "revision_count": row["revision_count"] + 1}  # fmt: skip
        self.set(post, **fields)

    def count(self, post: int, at: str, views: int, comments: int = 0) -> None:
        url = self.db.execute("SELECT url FROM posts WHERE id = ?", (post,)).fetchone()[0]
        capture = self.capture(url, at)
        self.insert("counts", post_id=post, capture_id=capture, counted_at=at, views=views, comments=comments,
                    source="page")  # fmt: skip
        self.set(post, views=views, comments=comments, counted_at=at)

    def gone(self, post: int, at: str) -> None:
        url = self.db.execute("SELECT url FROM posts WHERE id = ?", (post,)).fetchone()[0]
        capture = self.capture(url, at, b"not found", 404, kind="missing")
        self.insert("events", post_id=post, at=at, kind="gone", capture_id=capture)
        self.set(post, gone_at=at, gone_reason="404")

    def set(self, post: int, **fields: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in fields)
        self.db.execute(f"UPDATE posts SET {names} WHERE id = ?", (*fields.values(), post))

    def label(self, post: int, kind: str, *names: str) -> None:
        """Categories or tags (*kind*: ``category``, ``tag``)."""
        table = {"category": "categories", "tag": "tags"}[kind]
        for position, name in enumerate(names):
            self.db.execute(f"INSERT OR IGNORE INTO {table} (name) VALUES (?)", (name,))
            self.db.execute(
                f"INSERT INTO post_{table} SELECT ?, id, ? FROM {table} WHERE name = ?", (post, position, name)
            )

    def heard(self, url: str, site: str, state: str) -> None:
        self.insert("known_urls", url=url, site=site, found_by="sitemap", first_heard_at="2026-02-01T10:00:00Z",
                    last_heard_at="2026-02-01T10:00:00Z", state=state)  # fmt: skip

    def crawl(self, at: str = "2026-02-01T10:00:00Z", **more: Any) -> int:
        row = {"command": "crawl", "version": "0.1.0", "started_at": at, "finished_at": at, "requests": 12,
               "exit_status": 0, "chain_sha256": hashlib.sha256(at.encode()).hexdigest()}  # fmt: skip
        return self.insert("crawls", **(row | more))


def digest(row: dict[str, Any]) -> str:
    kept = {name: row.get(name) for name in ("title", "author", "published_at", "updated_at", "body_text", "url")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def fill(shelf: Shelf) -> None:
    """Thirty posts of two sites, with everything that a page can show."""
    shelf.site("ushrn-news", "USHRN news", "https://www.ushrnetwork.org/", "gone")
    shelf.crawl()
    for index in range(30):
        place, days = PLACES[index % len(PLACES)], index + 3
        site = "ushrn-news" if index % 5 == 4 else "upr2020"
        post = shelf.post(
            f"{place.lower().replace(' ', '-')}-{index}",
            site=site,
            title=f"{place}: water, housing and the Universal Periodic Review ({index})",
            author=("Ada Writer", "Network Staff", None)[index % 3],
            published_at=f"{2012 + index % 10}-{index % 12 + 1:02}-{index % 28 + 1:02}T14:05:00Z",
            body_text=BODY.format(place=place, days=days),
            body_html=HTML.format(place=place, days=days),
        )
        shelf.label(post, "category", ("Press release", "Report")[index % 2])
        shelf.label(post, "tag", "water", *(["housing"] if index % 3 else []))
        shelf.count(post, "2026-02-01T10:00:00Z", 100 + index)
        shelf.count(post, "2026-03-01T10:00:00Z", 150 + 2 * index, 1)
        shelf.insert("links", post_id=post, position=0, url="https://www.ohchr.org/en/hrc", text="Resolution 43/1")
        shelf.insert("images", post_id=post, position=0, url=f"https://static.wixstatic.com/media/{place}.jpg",
                     alt="People at a well", caption=f"A well in {place}")  # fmt: skip
    later = {"body_text": BODY.format(place="Flint", days=400), "body_html": HTML.format(place="Flint", days=400)}
    shelf.change(1, "2026-02-15T10:00:00Z", title="Flint, corrected: water and housing", **later)
    shelf.gone(2, "2026-03-02T10:00:00Z")
    shelf.insert("files", post_id=3, position=0, url="https://docs.wixstatic.com/ugd/report.pdf", name="Report.pdf",
                 media_type="application/pdf", size=31_470_000, text="A desalination plant for Detroit")  # fmt: skip
    shelf.insert("videos", post_id=3, position=0, url="https://www.youtube.com/watch?v=abc", title="Hearing")
    shelf.insert("links", post_id=4, position=1, url="https://www.upr2020.org/post/flint-0", text="Flint")
    arabic = shelf.post("حقوق", title="حقوق الإنسان في الولايات المتحدة", language="ar",
                        body_text="حقوق الإنسان\n\nللجميع", body_html="<p>حقوق الإنسان</p><p>للجميع</p>")  # fmt: skip
    shelf.label(arabic, "tag", "water")
    shelf.heard("https://www.upr2020.org/post/lost-one", "upr2020", "lost")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty archive to fill."""
    found = Shelf(tmp_path / "archive.db")
    yield found
    found.db.close()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled archive, for tests that only read."""
    found = Shelf(tmp_path_factory.mktemp("library") / "archive.db")
    fill(found)
    found.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found.db.close()
    return found.path


def bars(text: str) -> list[tuple[str, str, int]]:
    """(address, name, number) of each bar of the charts in a page, as they are read out; whole numbers only."""
    found = []
    for link, inside in re.findall(r'<a href="([^"]+)"[^>]* class="bar[^"]*">(.*?)</a>', text, re.DOTALL):
        name, _, *rest = re.findall(r"<text[^>]*>([^<]*)</text>", inside)
        number = re.search(r"[\d,]+", " ".join(rest))
        found.append((unescape(link), name, int(number[0].replace(",", "")) if number else -1))
    return found


class Reader:
    """A browser without a screen: GETs pages of a Datasette in this process, over its ASGI application."""

    def __init__(self, datasette: Any) -> None:
        self.datasette = datasette
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(datasette.invoke_startup())
        self.app = datasette.app()

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The response to GET *path*; redirects are not followed."""
        return self.ask("GET", path, **options)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path, **options)

        return self.loop.run_until_complete(asked())

    def close(self) -> None:
        self.loop.close()
        if self.datasette.executor:
            self.datasette.executor.shutdown()


@pytest.fixture
def open_room() -> Iterator[Callable[..., Reader]]:
    """A function that serves an archive with our settings and gives a `Reader`."""
    from scraper.serve.server import datasette

    opened = []

    def inner(path: Path, **options: Any) -> Reader:
        opened.append(Reader(datasette(path, **options)))
        return opened[-1]

    yield inner
    for reader in opened:
        reader.close()


@pytest.fixture(scope="session")
def reader(library: Path) -> Iterator[Reader]:
    """A `Reader` of the filled archive, shared by tests that only read."""
    from scraper.serve.server import datasette

    found = Reader(datasette(library))
    yield found
    found.close()


@pytest.fixture(scope="session")
def exhibition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filled archive with what few have: Chinese, long words, a file, many links, twins, a withdrawn post."""
    found = Shelf(tmp_path_factory.mktemp("exhibition") / "archive.db")
    fill(found)
    found.post("renquan", title="人人享有人权", language="zh", body_text="人人生而自由。\n\n在尊严和权利上一律平等。",
               body_html="<p>人人生而自由。</p><p>在尊严和权利上一律平等。</p>")  # fmt: skip
    hub = found.post("hub", title="A list of everything")
    for number in range(60):
        found.insert("links", post_id=hub, position=number, url=f"https://a.example/{number}", text=f"To {number}")
    found.label(hub, "tag", *(f"tag number {number}" for number in range(30)))
    found.insert("files", post_id=hub, position=1, url="https://docs.example/a.pdf", name="Wells.pdf", size=120_000,
                 media_type="application/pdf", text="Contents\fWells of the county\n\nAnd more wells")  # fmt: skip
    found.post("undated", published_at=None, published_basis=None)
    word, cells = "Solidaritaetserklaerungen" * 5, "".join(f"<td>{number}</td>" for number in range(30))
    found.post("long", title=f"{'A joint statement of many groups ' * 6}{word}",
               author="A Group of Many Names" + ", and Others" * 6,
               body_html=f"<p>{word}</p><p>https://a.example/{'a-path/' * 40}</p><table><tr>{cells}</tr></table>",
               url=f"https://www.upr2020.org/post/{'long-' * 40}", body_text=word)  # fmt: skip
    twin = "We ask the city to end its shutoffs and to restore the water of every household before winter."
    for site in ("upr2020", "ushrn-news"):
        post = found.post(
            "twin", site=site, url=f"https://{site}.example/post/twin", title="A statement", body_text=twin
        )
        runs = [(run, post) for run in passages.samples(twin)]
        found.db.executemany("INSERT INTO shared_runs VALUES (?, ?)", runs)
    pictures(found)
    found.insert("withdrawals", url="https://www.upr2020.org/post/taken", at="2026-03-01T10:00:00Z", by="the editors",
                 reason="names a child", withdrawn=json.dumps({"kind": "post", "first": True}))  # fmt: skip
    found.heard("https://www.upr2020.org/post/taken", "upr2020", "withdrawn")
    found.heard("https://www.upr2020.org/post/not-yet", "upr2020", "wanted")
    found.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found.db.close()
    return found.path


def pictures(shelf: Shelf) -> None:
    """A post in whose second version one picture stands in another's place, and one that was not kept is gone."""
    for name, colour in (("map", "teal"), ("chart", "orange")):
        drawn = io.BytesIO()
        Image.new("RGB", (640, 400), colour).save(drawn, "PNG")
        shelf.capture(f"{MEDIA}{name}.png", "2026-02-01T10:01:00Z", drawn.getvalue(), kind="image",
                      media_type="image/png")  # fmt: skip

    def figure(name: str) -> str:
        return f'<figure><img src="{MEDIA}{name}.png" alt="A {name}"></figure>'

    post = shelf.post("album", body_text="See both.", body_html=f"<p>See both.</p>{figure('map')}{figure('lost')}")
    shelf.change(post, "2026-02-15T10:00:00Z", body_text="See.", body_html=f"<p>See.</p>{figure('chart')}")
    for number, names in enumerate((["map.png", "lost.png"], ["chart.png"])):
        version = "SELECT id FROM revisions WHERE post_id = ? ORDER BY seen_at LIMIT 1 OFFSET ?"
        said = json.dumps({"files": [], "images": names, "links": []})
        shelf.db.execute(f"UPDATE revisions SET targets = ? WHERE id = ({version})", (said, post, number))


@pytest.fixture
def filled() -> Callable[[Shelf], None]:
    return fill


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], str]]:
    """A function that serves an archive in a process of its own and gives its address, without a slash behind."""
    running: list[subprocess.Popen[str]] = []

    def inner(path: Path, *options: str) -> str:
        code = "from pathlib import Path; from scraper.serve import run; "
        code += f"run(Path({str(path)!r}), port=0{''.join(options)})"
        process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://[^/]+", line)
        assert found, line
        threading.Thread(target=process.stderr.read, daemon=True).start()
        return found[0]

    yield inner
    for process in running:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty posts with long titles, long paragraphs, and many authors, categories and tags."""
    found = Shelf(tmp_path_factory.mktemp("wordy") / "archive.db")
    found.site("ushrn-news", "US Human Rights Network news", "https://www.ushrnetwork.org/", "gone")
    for number in range(1, 41):
        words = " ".join(f"the right to water in {place} and beyond" for place in PLACES)
        post = found.post(
            f"post-{number}",
            title=f"Joint statement number {number} on the right to water and sanitation in the United States, and on "
            "the obligations of states under the Universal Periodic Review",
            author=f"A Rather Long Name of an Author {number % 12}",
            site=("upr2020", "ushrn-news")[number % 2],
            published_at=f"{2009 + number % 15}-05-17T10:00:00Z",
            body_text=f"{words}.\n\n{words}, again.\n\n{words}, for the third time.",
            body_html=f"<p>{words}.</p><p>{words}, again.</p><p>{words}, for the third time.</p>",
        )
        found.label(post, "category", f"Category of statements {number % 9}")
        found.label(post, "tag", *(f"a tag of some length {number % 7 + more}" for more in range(4)))
        found.count(post, "2026-02-01T10:00:00Z", 1000 + number)
    found.set(1, site="upr2020")
    found.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found.db.close()
    return found.path


@pytest.fixture
def wrapped() -> Iterator[Callable[[Any], Reader]]:
    """A function that makes a `Reader` of a Datasette started by hand."""
    opened: list[Reader] = []

    def inner(datasette: Any) -> Reader:
        opened.append(Reader(datasette))
        return opened[-1]

    yield inner
    for reader in opened:
        reader.close()


@pytest.fixture
def bars_of() -> Callable[[str], list[tuple[str, str, int]]]:
    """`bars`."""
    return bars
