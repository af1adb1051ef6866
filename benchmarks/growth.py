"""How the work grows with the archive: processor time of each command at sizes that double.

    python -m benchmarks.growth [--sizes 500 1000 2000 4000] [--kilobytes 20]

CPU seconds beyond the start of the program, all its processes together, of an archive of made-up Wix posts. *Growth* is
the power of the size with which they grow, from the smallest to the largest: 1 is linear.
"""

import argparse
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

from benchmarks.crawl import ENVIRONMENT, OURS, TODAY, run, server
from benchmarks.jobs import cost, fill
from benchmarks.wayback import wayback

CRAWL, NOTHING_DUE, IMPORT, RECOVER = "crawl", "crawl, nothing due", "import", "recover"
#: Of a page.
MARKUP = 0.12
POST = "https://www.upr2020.org/post/post-1"
#: The command, by the archive's path and a folder to write to.
COMMANDS: dict[str, Callable[[str, str], list[str]]] = {
    "verify": lambda db, _: ["verify", "--db", db],
    "status": lambda db, _: ["status", "--db", db],
    "export csv": lambda db, folder: ["export", "csv", "--db", db, "--output", f"{folder}/out.csv"],
    "export warc": lambda db, folder: ["export", "warc", "--db", db, "--output", f"{folder}/out.warc.gz"],
    "public copy": lambda db, folder: ["export", "sqlite", "--public", "--db", db, "--output", f"{folder}/out.db"],
    "bag": lambda db, folder: ["export", "bag", "--db", db, "--output", f"{folder}/out.zip"],
    "changes": lambda db, _: ["changes", "--since", "2020-01-01", "--db", db],
    "exhibit": lambda db, folder: ["exhibit", POST, "--db", db, "--output", f"{folder}/out.zip"],
    "rebuild": lambda db, _: ["rebuild", "--db", db],
    "withdraw": lambda db, _: [
        "withdraw", POST, "--db", db, "--reason", "asked", "--by", "bench", "--yes",
    ],
}  # fmt: skip


def crawls(folder: Path, size: int, kilobytes: int) -> dict[str, float]:
    """CPU seconds of a first crawl of *size* posts, and of one on the day after."""
    archive = str(folder / f"crawl-{size}.db")
    with server(size, kilobytes, MARKUP) as base:
        first = run(sys.executable, OURS, base, archive, TODAY.isoformat())
        second = run(sys.executable, OURS, base, archive, (TODAY + timedelta(days=1)).isoformat())
    return {CRAWL: first.cpu, NOTHING_DUE: second.cpu}


def commands(folder: Path, size: int, kilobytes: int) -> dict[str, float]:
    """CPU seconds of each command on a copy of an archive of *size* posts."""
    archive = folder / f"archive-{size}.db"
    filling = get_context("spawn").Process(target=fill, args=(archive, size, kilobytes))
    filling.start()
    filling.join()
    found = {}
    for name, words in COMMANDS.items():
        copy = shutil.copy(archive, folder / "copy.db")
        found[name] = cost(words(str(copy), str(folder))).cpu
        for made in folder.glob("out.*"):
            made.unlink()
    return found | {IMPORT: imported(folder, archive, size), RECOVER: recovered(folder, size, kilobytes)}


def imported(folder: Path, archive: Path, size: int) -> float:
    """CPU seconds of an import of all that *archive* holds, into a new one."""
    saved = str(folder / "saved.warc.gz")
    cost(["export", "warc", "--db", str(archive), "--output", saved])
    return cost(["import", saved, "--all-hosts", "--db", str(folder / f"imported-{size}.db")]).cpu


def recovered(folder: Path, size: int, kilobytes: int) -> float:
    """CPU seconds of a first recovery of *size* posts from a pretend Wayback Machine."""
    archive = str(folder / f"recovered-{size}.db")
    with wayback(size, kilobytes, MARKUP) as address:
        return cost(
            ["recover", "upr2020", "--db", archive, "--endpoint", address, "--delay", "0", "--pictures", "none",
             "--contact", "bench@example.org"]
        ).cpu  # fmt: skip


def growth(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The power of the size with which *seconds* grow, from the smallest to the largest."""
    return math.log(seconds[-1] / seconds[0]) / math.log(sizes[-1] / sizes[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 1000, 2000, 4000])
    parser.add_argument("--kilobytes", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ENVIRONMENT["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        run(sys.executable, "import scraper.crawl")
        cost(["verify", "--help"])
        begun = {one: run(sys.executable, "import scraper.crawl").cpu for one in (CRAWL, NOTHING_DUE)}
        begun |= {one: cost(["verify", "--help"]).cpu for one in (*COMMANDS, IMPORT, RECOVER)}
        found = [
            crawls(folder, size, asked.kilobytes) | commands(folder, size, asked.kilobytes) for size in asked.sizes
        ]
    print(f"CPU seconds beyond the start, posts of {asked.kilobytes} KB, load {os.getloadavg()[0]:.1f}")
    print(f"{'posts':<22}" + "".join(f"{size:>9}" for size in asked.sizes) + f"{'growth':>9}")
    for one, start in begun.items():
        seconds = [max(row[one] - start, 0.01) for row in found]
        print(f"{one:<22}" + "".join(f"{each:>9.2f}" for each in seconds) + f"{growth(asked.sizes, seconds):>9.2f}")


if __name__ == "__main__":
    main()
