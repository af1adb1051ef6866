"""What a further capture of a page costs: bytes, and time to write and to read back.

`python -m benchmarks.bodies [FOLDER]`: FOLDER holds saved pages as HTML; those that a first page of the same site
leads (told by the host of their canonical link) are stored against it. Without FOLDER, pages made up on the spot.
"""

import gzip
import random
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from scraper.store import bodies


def saved(folder: Path) -> dict[str, list[bytes]]:
    """Pages of *folder* by the host of their canonical link, in the order of their names."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for path in sorted(folder.glob("*.html")):
        page = path.read_bytes()
        link = re.search(rb'<link[^>]+rel="canonical"[^>]+href="https?://([^/"]+)', page) or re.search(
            rb'<meta property="og:url" content="https?://([^/"]+)', page
        )
        if link and (b'data-hook="post"' in page or b"data-hook='post'" in page):
            found[link[1].decode("ascii", "replace")].append(page)
    return {host: pages for host, pages in found.items() if len(pages) > 1}


def invented() -> dict[str, list[bytes]]:
    """Three sites of six pages of 600 KB: one frame each, and 8 KB of text of each page's own."""
    dice = random.Random(2021)
    sites = {}
    for name in ("one", "two", "three"):
        frame = dice.randbytes(300_000).hex().encode()
        sites[name] = [frame[:400_000] + dice.randbytes(4_000).hex().encode() + frame[400_000:] for _ in range(6)]
    return sites


def rows(sites: dict[str, list[bytes]]) -> Iterable[tuple[str, int, int, int, float, float]]:
    """(site, bytes, gzip -6, stored, ms to write, ms to read) of each further page."""
    for host, (reference, *others) in sites.items():
        bodies.encode(reference, reference)
        for page in others:
            start = time.perf_counter()
            stored = bodies.encode(page, reference)
            written = time.perf_counter()
            back = bodies.decode(stored.codec, stored.data, reference, len(page))
            read = time.perf_counter()
            if back != page:
                raise SystemExit(f"{host}: a page did not come back as it was")
            packed = len(gzip.compress(page, 6))
            yield host, len(page), packed, len(stored.data), (written - start) * 1e3, (read - written) * 1e3


def main(arguments: list[str]) -> None:
    """Print one line a page, then the medians."""
    sites = saved(Path(arguments[0])) if arguments else invented()
    table = list(rows(sites))
    print(f"{'site':32} {'bytes':>9} {'gzip -6':>9} {'stored':>8} {'ratio':>6} {'write ms':>9} {'read ms':>8}")
    for host, size, packed, stored, wrote, read in table:
        print(f"{host:32.32} {size:9} {packed:9} {stored:8} {packed / stored:6.1f} {wrote:9.2f} {read:8.2f}")
    size, packed, stored, wrote, read = (statistics.median(column) for column in list(zip(*table, strict=True))[1:])
    ratio = statistics.median(row[2] / row[3] for row in table)
    print(f"{'median':32} {size:9.0f} {packed:9.0f} {stored:8.0f} {ratio:6.1f} {wrote:9.2f} {read:8.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
