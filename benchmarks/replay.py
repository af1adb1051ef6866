"""What an archived page costs the server: the stored page rewritten and answered, beside the rewriting of pywb.

    USHRN_PEERS=/path/to/a/bin/with/pywb python -m benchmarks.replay [FOLDER] [--rounds 5]

FOLDER holds saved pages; without it, pages of a pretend blog of 1 MB. Each page is kept in an archive, asked for in
this process, and the processor time of the whole answer taken. pywb rewrites the same pages in memory, in a process of
its own, and neither reads nor sends them.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from benchmarks.evidence import captures, fill
from scraper.records import Capture
from scraper.serve.server import datasette

AT = "2026-05-20T12:00:00Z"
PEER = """
import statistics, sys, time
from pathlib import Path
from pywb.rewrite.html_rewriter import HTMLRewriter
from pywb.rewrite.url_rewriter import UrlRewriter
for path in sorted(Path(sys.argv[1]).glob("*.html")):
    text, took = path.read_text("utf-8", "replace"), []
    for _ in range(int(sys.argv[2])):
        start = time.process_time()
        rewriter = HTMLRewriter(UrlRewriter("20260520120000mp_/https://www.upr2020.org/post/" + path.stem, "/web/"))
        rewriter.rewrite(text) + rewriter.close()
        took.append(time.process_time() - start)
    print(statistics.median(took))
"""


def saved(folder: Path) -> Iterator[Capture]:
    """The pages in *folder* as captures of a site of ours."""
    for path in sorted(folder.glob("*.html")):
        yield Capture(
            url=f"https://www.upr2020.org/post/{path.stem}", kind="post", captured_at=AT, status=200,
            media_type="text/html", body=path.read_bytes(),
        )  # fmt: skip


def ours(archive: Path, pages: list[Capture], rounds: int) -> list[float]:
    """Median seconds of processor time for each page, answered whole."""

    async def measured() -> list[float]:
        served = datasette(archive)
        await served.invoke_startup()
        transport = httpx.ASGITransport(app=served.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return [await median(client, page) for page in pages]

    async def median(client: httpx.AsyncClient, page: Capture) -> float:
        took = []
        for _ in range(rounds):
            start = time.process_time()
            answer = await client.get(f"/web/{''.join(filter(str.isdigit, page.captured_at))}/{page.url}")
            took.append(time.process_time() - start)
            assert answer.status_code == 200, (answer.status_code, page.url)
        return statistics.median(took)

    return asyncio.run(measured())


def peer(folder: Path, rounds: int) -> list[float]:
    """The same for pywb; empty: it is not here."""
    python = Path(os.environ.get("USHRN_PEERS", "")) / "python"
    if not python.exists():
        return []
    found = subprocess.run([python, "-c", PEER, folder, str(rounds)], capture_output=True, text=True, check=True)
    return [float(line) for line in found.stdout.split()]


def told(name: str, pages: list[Capture], took: list[float]) -> None:
    """One line of the table: median, slowest, and what a page of 1 MB costs at that rate."""
    rate = sum(took) / sum(len(page.body or b"") for page in pages)
    print(f"{name:<28} {statistics.median(took) * 1e3:>8.1f} {max(took) * 1e3:>8.1f} {rate * 1e9:>10.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    pages = list(saved(asked.folder)) if asked.folder else list(captures(20, 1000, 0.12))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number, page in enumerate(pages):
            (folder / f"{number:04}.html").write_bytes(page.body or b"")
        fill(folder / "archive.db", pages)
        print(f"{'milliseconds of CPU a page':<28} {'median':>8} {'slowest':>8} {'a 1 MB page':>11}")
        told("ushrn, the whole answer", pages, ours(folder / "archive.db", pages, asked.rounds))
        if other := peer(folder, asked.rounds):
            told("pywb, rewriting alone", pages, other)
        else:
            print("pywb is not here: name the folder of its programs in USHRN_PEERS", file=sys.stderr)


if __name__ == "__main__":
    main()
