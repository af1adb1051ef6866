"""What the evidence costs: pages kept and read back, verify, rebuild, and WARC and WACZ out and in.

    python -m benchmarks.evidence [--pages 300] [--kilobytes 1000] [--markup 0.12]

Pages of a pretend blog, each different, stored in an archive on disk. MB are of decoded bodies. The import runs in a
process of its own, whose peak memory is told; beside it, `gzip -t`, which does nothing but inflate.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.crawl import ENVIRONMENT, TODAY, posts
from scraper import schema, sites, verify
from scraper.demo.blog import Blog, Question
from scraper.export import warc as evidence
from scraper.reading.capture import read_capture
from scraper.reading.page_reader import READER
from scraper.records import Capture
from scraper.store import Archive
from scraper.verify import Findings, derived, stored

IMPORT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from scraper.imports import run_import
report = run_import(Path(sys.argv[1]), [Path(sys.argv[2])], now=lambda: datetime.now(UTC))
assert report.exit_status == 0, report.messages
# Not getrusage: there Linux counts what the parent held before the program was started.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n\r\n"


def captures(count: int, kilobytes: int, markup: float) -> Iterator[Capture]:
    """Pages of the pretend blog as the crawler keeps them, one a minute."""
    blog = Blog(
        today=TODAY,
        base="https://www.upr2020.org",
        posts=posts(count),
        markup=markup,
        padding=kilobytes * 1000 - 10_000,
    )
    for number, post in enumerate(blog.posts):
        page = blog.answer(Question(method="GET", target=f"/post/{post.slug}")).body
        at = (TODAY + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        yield Capture(
            url=f"{blog.base}/post/{post.slug}", kind="post", captured_at=at, status=200, head=HEAD,
            request_head=b"GET / HTTP/1.1\r\n\r\n", content_encoding="gzip", media_type="text/html",
            body=page, wire_sha256="00" * 32, wire_length=1,
        )  # fmt: skip


def fill(path: Path, made: list[Capture]) -> float:
    """Keep all captures, one transaction each; the seconds it took."""
    with Archive.open(path, read=read_capture, reader=READER) as archive:
        archive.site(sites.site_for(made[0].url))
        crawl_id = archive.begin("crawl", made[0].captured_at)
        start = time.perf_counter()
        for capture in made:
            archive.keep(capture, read_capture(capture), crawl_id)
        took = time.perf_counter() - start
        archive.finish(crawl_id, finished_at=made[-1].captured_at, requests=len(made), exit_status=0)
    return took


def timed(action: Callable[[], object]) -> float:
    """Seconds that *action* took."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def reading_back(path: Path) -> float:
    """Median milliseconds to read one body back, in no useful order."""
    with Archive.open(path, create=False, readonly=True) as archive:
        wanted = [sha for (sha,) in archive.db.execute("SELECT sha256 FROM bodies ORDER BY sha256 LIMIT 200")]
        archive.body(wanted[0])
        return statistics.median(timed(lambda sha=sha: archive.body(sha)) for sha in wanted) * 1000


def child(code: str, *words: str) -> tuple[float, float]:
    """Seconds and peak MB of a Python process that runs *code*, which prints its peak in KB."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, *words], env=ENVIRONMENT, stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - start, int(done.stdout) / 1024


def row(name: str, figure: str, goal: str = "") -> None:
    """A line of the table."""
    print(f"{name:<44}{figure:>26}   {goal}")


def checks(path: Path, folder: Path, pages: int, megabytes: float) -> None:
    """The parts of verify, and the whole."""
    findings = Findings()
    with closing(schema.open_archive(path, create=False, readonly=True).conn) as db:
        took = timed(lambda: stored.check_bodies(db, path, findings, lambda *_: None))
        row("verify: digests", f"{megabytes / took:.0f} MB/s", "≥ 40")
        took = timed(lambda: derived.check_derivation(db, folder, path, findings, set(), lambda *_: None))
        row("verify: every page read again", f"{pages / took:.0f} pages/s", "≥ 100")
    found: list[Findings] = []
    took = timed(lambda: found.append(verify.run(path, now=lambda: datetime.now(UTC))))
    row("verify: all of it", f"{took:.1f} s")
    if findings.found or found[0].exit_status:
        raise SystemExit("verify found damage in a sound archive")


def exchange(path: Path, folder: Path, pages: int, megabytes: float) -> None:
    """Out and in."""
    for name, export in (("warc.gz", evidence.export_warc), ("wacz", evidence.export_wacz)):
        target = folder / f"out.{name}"
        took = timed(lambda export=export, target=target: export(path, target))
        row(f"export {name}", f"{megabytes / took:.0f} MB/s", f"{target.stat().st_size / pages / 1000:.0f} KB a page")
        seconds, peak = child(IMPORT, str(folder / f"in-{name}.db"), str(target))
        row(f"import {name}, read and committed", f"{pages / seconds:.0f} pages/s", f"peak {peak:.0f} MB")
    took = timed(lambda: subprocess.run(["gzip", "-t", folder / "out.warc.gz"], check=True))
    row("gzip -t of the same WARC", f"{megabytes / took:.0f} MB/s", "inflates only")


def main(arguments: list[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--kilobytes", type=int, default=1000)
    parser.add_argument("--markup", type=float, default=0.12, help="share of the page that is not text of scripts")
    given = parser.parse_args(arguments)
    made = list(captures(given.pages, given.kilobytes, given.markup))
    megabytes = sum(len(capture.body or b"") for capture in made) / 1e6
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "archive.db"
        took = fill(path, made)
        del made
        with closing(schema.open_archive(path, create=False, readonly=True).conn) as db:
            sizes = [
                size for (size,) in db.execute("SELECT length(data) FROM bodies WHERE reference_sha256 IS NOT NULL")
            ]
        print(f"{given.pages} pages, {megabytes:.0f} MB of bodies, {path.stat().st_size / 1e6:.1f} MB archive\n")
        row("kept, read and committed", f"{given.pages / took:.0f} pages/s", "≥ 80")
        row("a further capture, median", f"{statistics.median(sizes) / 1000:.1f} KB", "≤ 8")
        row("a body read back, median", f"{reading_back(path):.2f} ms", "< 2")
        checks(path, folder, given.pages, megabytes)
        with Archive.open(path, read=read_capture, reader=READER) as archive:
            row("rebuild", f"{given.pages / timed(archive.rebuild):.0f} pages/s", "≥ 100")
        exchange(path, folder, given.pages, megabytes)


if __name__ == "__main__":
    main(sys.argv[1:])
