"""An unthrottled crawl of a pretend blog on this machine, beside Scrapy; and a run in which nothing is due.

    python -m benchmarks.crawl [--pages 600] [--kilobytes 300] [--markup SHARE] [--runs 1] [--scrapy PYTHON]

PYTHON is an interpreter that has Scrapy (default: this one, if it has). The server is a process of its own with fixed
bodies; each crawler is a process of its own, whose CPU and memory are what the system says when it ends. Our crawl
extracts, keeps the page itself, and commits to disk, up to four pages together while more wait. Scrapy extracts and
writes JSON lines; in two more runs it keeps what we keep, the page too, in SQLite, with a commit for each page, and for
each four.
"""

import argparse
import asyncio
import gzip
import importlib.util
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from benchmarks.corpus import PHRASES, vocabulary
from scraper.demo.blog import Blog, Question
from scraper.demo.posts import DemoPost
from scraper.store.commits import MOST_TOGETHER

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
NOTHING_DUE = 500
#: Of ten saved Wix pages (2021 to 2026) 5 to 15 % is markup, the rest styles and scripts; others are mostly markup.
MARKUP = (0.12, 0.7)
#: Programs are compiled once, as where they are installed; where, `main` says.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": ""}

#: What Scrapy does with a page, by how many it commits together.
SCRAPY_KEEPS = {0: "JSON lines", 1: "kept, committed", MOST_TOGETHER: "kept, by fours"}

SPIDER = """
import json, sqlite3, sys, zlib
import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.spiders import SitemapSpider

class Blog(SitemapSpider):
    name = "blog"
    sitemap_urls = [sys.argv[1] + "/sitemap.xml"]
    sitemap_rules = [("/post/", "post")]

    def post(self, response):
        article = response.css('article[data-hook="post"]')
        item = {
            "url": response.url,
            "title": article.css('h1[data-hook="post-title"]::text').get(),
            "author": article.css('[data-hook="user-name"]::text').get(),
            "published": response.css('meta[property="article:published_time"]::attr(content)').get(),
            "modified": response.css('meta[property="article:modified_time"]::attr(content)').get(),
            "tags": article.css('nav[aria-label="tags"] a::text').getall(),
            "categories": article.css('ul[aria-label="Post categories"] a::text').getall(),
            "text": " ".join(article.css('[data-hook="post-description"] ::text').getall()),
            "links": article.css('[data-hook="post-description"] a::attr(href)').getall(),
            "images": article.css("wow-image::attr(data-image-info)").getall(),
        }
        if KEEP:
            item["html"] = article.css('[data-hook="post-description"]').get()
            item["body"] = response.body
        yield item

class Keep:
    def open_spider(self):
        self.db = sqlite3.connect(sys.argv[2] + ".db", isolation_level=None)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE posts (url TEXT PRIMARY KEY, title, text, item TEXT, body BLOB);"
            "CREATE VIRTUAL TABLE fts USING fts5(title, text, tokenize='porter unicode61')")
        self.waiting = 0

    def process_item(self, item):
        body = zlib.compress(item.pop("body"), 6)
        if not self.waiting:
            self.db.execute("BEGIN")
        self.db.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?)",
            (item["url"], item["title"], item["text"], json.dumps(item), body))
        self.db.execute("INSERT INTO fts VALUES (?, ?)", (item["title"], item["text"]))
        self.waiting += 1
        if self.waiting == TOGETHER:
            self.close_spider()
        return item

    def close_spider(self):
        if self.waiting:
            self.db.execute("COMMIT")
        self.waiting = 0

KEEP = len(sys.argv) > 3
TOGETHER = int(sys.argv[3]) if KEEP else 0
process = CrawlerProcess({
    "ITEM_PIPELINES": {Keep: 1} if KEEP else {},
    "LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DOWNLOAD_DELAY": 0,
    "FEEDS": {sys.argv[2]: {"format": "jsonlines"}}, "TELNETCONSOLE_ENABLED": False,
})
process.crawl(Blog)
process.start()
"""

OURS = """
import sys
from datetime import datetime
from scraper.crawl import run_crawl
moment = datetime.fromisoformat(sys.argv[3])
report = run_crawl(sys.argv[2], [sys.argv[1]], contact="bench@example.org", delay=0, counts=False, now=lambda: moment)
print(report.exit_status, report.new, report.requests)
"""


@dataclass(frozen=True)
class Cost:
    """What one process cost."""

    seconds: float
    cpu: float
    peak_mb: float
    out: str


def posts(count: int) -> list[DemoPost]:
    """*count* posts of some 500 words of their own."""
    dice = random.Random(1)
    words = vocabulary(dice)

    def paragraph() -> str:
        text = " ".join(dice.choices(words, k=60))
        return f"{text.capitalize()} {dice.choice(PHRASES)}."

    return [
        DemoPost(
            slug=f"post-{number}",
            title=f"{' '.join(dice.choices(words, k=5)).title()} {number}",
            author=dice.choice(("Ines Okafor", "Tomas Lindqvist", "Mariam Haddad")),
            published=-400 - number,
            body=(
                *(paragraph() for _ in range(4)),
                f"!ab12cd_{number:032x}~mv2.jpg 1600x900 A picture | A caption.",
                "- one thing",
                "- another thing",
                *(paragraph() for _ in range(4)),
            ),
            categories=("Reports",),
            tags=tuple(dice.sample(words, 2)),
        )
        for number in range(count)
    ]


def serve(count: int, kilobytes: int, markup: float, ready: "multiprocessing.Queue[int]") -> None:
    """A process that answers with fixed bodies, gzipped where asked for."""
    asyncio.run(_serve(count, kilobytes, markup, ready))


async def _serve(count: int, kilobytes: int, markup: float, ready: "multiprocessing.Queue[int]") -> None:
    answers: dict[str, bytes] = {}
    server = await asyncio.start_server(lambda r, w: _connection(r, w, answers), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    blog = Blog(
        today=TODAY,
        base=f"http://127.0.0.1:{port}",
        posts=posts(count),
        page_size=20,
        markup=markup,
        padding=kilobytes * 1000 - 10_000,
    )
    paths = ["/robots.txt", "/sitemap.xml", "/blog-posts-sitemap.xml", "/blog-feed.xml", "/news"]
    paths += [f"/news/page/{number}" for number in range(2, -(-count // 20) + 1)]
    paths += [f"/post/{post.slug}" for post in blog.posts]
    for path in paths:
        answer = blog.answer(Question(method="GET", target=path))
        body = gzip.compress(answer.body, 6, mtime=0)
        answers[path] = (
            f"HTTP/1.1 {answer.status} OK\r\nContent-Type: {answer.media_type}\r\nContent-Encoding: gzip\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
    ready.put(port)
    async with server:
        await server.serve_forever()


async def _connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: dict[str, bytes]) -> None:
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = unquote(head.split(b" ", 2)[1].decode())
            writer.write(answers.get(path, missing))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def run(python: str, code: str, *arguments: str) -> Cost:
    """What a Python process costs that runs *code*."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program.py"
        program.write_text(code)
        process = subprocess.Popen([python, str(program), *arguments], stdout=out, env=ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - begun
        out.seek(0)
        said = out.read().decode()
    if process.returncode:
        raise SystemExit(f"{python} ended with {process.returncode}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said.strip())


def scrapy_python(given: str | None) -> str | None:
    """An interpreter with Scrapy; None: there is none."""
    if given:
        return given
    return sys.executable if importlib.util.find_spec("scrapy") else None


def row(name: str, pages: int, cost: Cost) -> str:
    """A line of the table."""
    rate, each = pages / cost.seconds, cost.cpu / pages * 1000
    return f"{name:<34}{rate:>9.1f}{each:>14.1f}{cost.peak_mb:>12.0f}"


def crawl_once(base: str, pages: int, scrapy: str | None, folder: Path) -> None:
    """One run of both, printed."""
    archive = folder / "bench.db"
    archive.unlink(missing_ok=True)
    ours = run(sys.executable, OURS, base, str(archive), TODAY.isoformat())
    assert ours.out.split()[1] == str(pages), ours.out
    size = archive.stat().st_size / pages / 1000
    print(row("ushrn (serial, kept and committed)", pages, ours), f"  {size:.1f} KB a page in the archive")
    for together in (0, 1, MOST_TOGETHER) if scrapy else ():
        lines = folder / "scrapy.jsonl"
        for old in folder.glob("scrapy.jsonl*"):
            old.unlink()
        theirs = run(scrapy or "", SPIDER, base, str(lines), *([str(together)] if together else []))
        got = sum(1 for line in lines.open() if json.loads(line)["title"])
        assert got == pages, f"{got} items"
        name = f"scrapy (8 parallel, {SCRAPY_KEEPS[together]})"
        print(row(name, pages, theirs), f"  ours is {theirs.seconds / ours.seconds:.2f} times as fast")


def nothing_due(folder: Path) -> None:
    """A second run over a site of 500 posts, of which none is due."""
    with server(NOTHING_DUE, 300, 0.12) as base:
        archive = str(folder / "quiet.db")
        run(sys.executable, OURS, base, archive, TODAY.isoformat())
        cost = run(sys.executable, OURS, base, archive, (TODAY + timedelta(days=1)).isoformat())
        start = run(sys.executable, "import scraper.crawl")
        _, new, requests = cost.out.split()
        print(
            f"\nnothing due, {NOTHING_DUE} posts: {requests} requests, {new} new, {cost.cpu:.2f} s CPU "
            f"({start.cpu:.2f} s of it to start Python), {cost.peak_mb:.0f} MB"
        )


class server:  # noqa: N801 - reads as a verb
    """The server, as a process of its own."""

    def __init__(self, count: int, kilobytes: int, markup: float) -> None:
        self.ready: multiprocessing.Queue[int] = multiprocessing.Queue()
        self.process = multiprocessing.Process(target=serve, args=(count, kilobytes, markup, self.ready), daemon=True)

    def __enter__(self) -> str:
        self.process.start()
        return f"http://127.0.0.1:{self.ready.get(timeout=120)}"

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--kilobytes", type=int, default=300)
    parser.add_argument("--markup", type=float, help="share of the boilerplate that is markup")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--scrapy", metavar="PYTHON")
    options = parser.parse_args()
    scrapy = scrapy_python(options.scrapy)
    with tempfile.TemporaryDirectory() as folder:
        ENVIRONMENT["PYTHONPYCACHEPREFIX"] = str(Path(folder, "compiled"))
        run(sys.executable, "import scraper.crawl")
        if scrapy:
            run(scrapy, "import scrapy.crawler, scrapy.spiders")
        for markup in [options.markup] if options.markup is not None else MARKUP:
            print(f"{options.pages} pages of {options.kilobytes} KB, {markup:.0%} of the boilerplate markup, no delay")
            print(f"{'':<34}{'pages/s':>9}{'CPU ms/page':>14}{'peak MB':>12}")
            with server(options.pages, options.kilobytes, markup) as base:
                for _ in range(options.runs):
                    crawl_once(base, options.pages, scrapy, Path(folder))
        if not scrapy:
            print("scrapy: not installed here; give --scrapy PYTHON")
        nothing_due(Path(folder))


if __name__ == "__main__":
    main()
