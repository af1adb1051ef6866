"""Whole records from saved pages, beside trafilatura on the same pages in the same run.

    python -m benchmarks.extract [FOLDER]

Without FOLDER: ../shared/wix_pages where that is, else the pages of our own tests. One core; seconds of processor time.
The function is given bytes in memory; the command `ushrn extract` reads files, and its start is taken off.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import trafilatura

from scraper.reading.page_reader import extract
from scraper.records import Capture

HERE = Path(__file__).parent.parent
ROUNDS = 5


def folder(arguments: list[str]) -> Path:
    """The folder to read pages from."""
    if arguments:
        return Path(arguments[0])
    shared = HERE.parent / "shared" / "wix_pages"
    return shared if shared.is_dir() else HERE / "tests" / "pages"


def captures(where: Path) -> list[Capture]:
    """The HTML pages below *where*, with the addresses of its manifest if it has one."""
    manifest = where / "manifest.jsonl"
    lines = manifest.read_text("utf-8").splitlines() if manifest.is_file() else []
    urls = {entry["file"]: entry.get("url") for entry in map(json.loads, lines)}
    return [
        Capture(
            url=urls.get(path.name) or f"https://www.example.org/post/{path.stem}",
            captured_at="2026-01-01T00:00:00Z",
            media_type="text/html",
            body=path.read_bytes(),
        )
        for path in sorted(where.rglob("*.html"))
    ]


def theirs(capture: Capture) -> object:
    """The peer's record: text, title, author, date, categories, tags."""
    text = (capture.body or b"").decode("utf-8", "replace")
    return trafilatura.bare_extraction(text, url=capture.url, with_metadata=True)


def seconds(read: Callable[[Capture], object], pages: list[Capture], rounds: int) -> float:
    """The fastest of *rounds* runs over all pages, in seconds of processor time: others may share the machine."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        for page in pages:
            read(page)
        times.append(time.process_time() - start)
    return min(times)


def spent(files: list[str]) -> float:
    """Processor time of ``ushrn extract`` on *files*, the faster of two runs."""
    times = []
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "scraper", "extract", *files], stdout=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def command(where: Path) -> float:
    """Seconds that the command takes for each page below *where*, beyond its start and its first page."""
    files = [str(path) for path in sorted(where.rglob("*.html"))]
    return (spent(files * ROUNDS) - spent(files[:1])) / (len(files) * ROUNDS - 1)


def main() -> None:
    where = folder(sys.argv[1:])
    pages = captures(where)
    if not pages:
        sys.exit(f"expected HTML pages in {where}, found none: name a folder that holds some")
    kinds = [extract(page).kind for page in pages]
    posts = [page for page, kind in zip(pages, kinds, strict=True) if kind == "post"]
    size = sum(len(page.body or b"") for page in pages) / len(pages) / 1000
    print(f"{len(pages)} pages ({len(posts)} posts) of {size:.0f} KB on average, one core")
    print(f"{'':24}{'ms a page':>12}{'pages/s':>12}{'ratio':>8}")
    for name, chosen in (("all pages", pages), ("posts only", posts)):
        ours = seconds(extract, chosen, ROUNDS)
        peer = seconds(theirs, chosen, 1)
        for who, took in (("ushrn", ours), ("trafilatura", peer)):
            each = took / len(chosen)
            print(f"{name + ', ' + who:24}{each * 1000:>12.2f}{1 / each:>12.0f}{peer / took:>8.1f}")
    each = command(where)
    print(f"{'all pages, the command':24}{each * 1000:>12.2f}{1 / each:>12.0f}")


if __name__ == "__main__":
    main()
