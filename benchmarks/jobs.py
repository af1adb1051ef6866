"""What several processes bring to verify and rebuild, what the seals cost verify, and how memory grows.

    python -m benchmarks.jobs [--posts 20000] [--kilobytes 20] [--archive FILE]

An archive of made-up Wix posts, sealed after every 1,000; each command runs as a program of its own. *Serial* is the
CPU time in which the first process works and no other can, in parts of the CPU time of one job; *possible* is what two
idle processors can gain at most: the CPU time of one job, by the serial part of two jobs and half of all the rest, or
what the first process does of it where that is more. Other programs change the time of the clock, but not these two;
they are told on Linux only. The load of the machine is told, as it decides what a second process can bring. With
--archive an archive made before is used.
"""

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from benchmarks.crawl import ENVIRONMENT
from benchmarks.evidence import captures
from scraper import sites
from scraper.reading import READER, fingerprint, read_capture
from scraper.seal import sealer
from scraper.store import Archive

EACH = 1000
#: Seconds between two looks at a program.
STEP = 0.01
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program took: seconds of the clock, of all processors, and the most memory, in MB.

    Of the processes that it shares its work with, the system counts no memory.
    """

    wall: float
    cpu: float
    memory: float
    #: Of the CPU seconds, those of the first process, and of these the ones in which no other process could run.
    first: float
    alone: float

    @property
    def least(self) -> float:
        """Seconds that two idle processors need at least."""
        return self.alone + max(self.first - self.alone, (self.cpu - self.alone) / 2)


def fill(path: Path, count: int, kilobytes: int) -> None:
    """An archive of *count* posts, a run and a checkpoint for every thousand."""
    now = datetime(2030, 1, 1, tzinfo=UTC)
    seal = sealer(lambda: now, path.parent)
    with Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=seal) as archive:
        run = 0
        for number, capture in enumerate(captures(count, kilobytes, 0.12)):
            if number % EACH == 0:
                if run:
                    archive.finish(run, finished_at=capture.captured_at, requests=EACH, exit_status=0)
                archive.site(sites.site_for(capture.url))
                run = archive.begin("crawl", capture.captured_at)
            archive.keep(capture, read_capture(capture), run)
            last = capture.captured_at
        archive.finish(run, finished_at=last, requests=EACH, exit_status=0)


def cost(words: Sequence[str]) -> Cost:
    """Run a command of this program. Raises RuntimeError where it fails."""
    began = os.times().elapsed
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    line = [sys.executable, "-m", "scraper", *words]
    process = os.posix_spawn(sys.executable, line, ENVIRONMENT, file_actions=quiet)
    others, alone = Counter[int](), 0.0
    seen = Seen()
    while (ended := os.wait4(process, os.WNOHANG))[0] == 0:
        time.sleep(STEP)
        before, seen = seen, look(process)
        others |= seen.others
        if not seen.is_shared and seen.others == before.others:
            alone += seen.first - before.first
    _, status, used = ended
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError(f"{' '.join(words)}: ended with {os.waitstatus_to_exitcode(status)}")
    first = used.ru_utime + used.ru_stime
    alone = alone if others else first
    return Cost(os.times().elapsed - began, first + others.total() / TICKS, used.ru_maxrss / 1024, first, alone)


@dataclass(frozen=True, slots=True)
class Seen:
    """A program at one moment: CPU seconds of its first process, CPU ticks of each other; whether one of them runs."""

    first: float = 0.0
    others: Counter[int] = field(default_factory=Counter)
    is_shared: bool = False


def look(process: int) -> Seen:
    """The program whose first process is *process*, as it is now; nothing where there is no /proc."""
    states = dict(states_of(process))
    first = states.pop(process, ("S", 0))
    running = any(state != "S" for state, _ in states.values())
    return Seen(first[1] / TICKS, Counter({number: ticks for number, (_, ticks) in states.items()}), running)


def states_of(process: int) -> Iterator[tuple[int, tuple[str, int]]]:
    """A process and all below it: number, state, and ticks of CPU time (https://man7.org/linux/man-pages/man5/proc.5)."""
    try:
        # Behind the name, which is in brackets: state, and from the 12th on the ticks of user and system.
        state, *found = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return
    yield process, (state, int(found[10]) + int(found[11]))
    for child in children:
        yield from states_of(int(child))


def without_seals(path: Path, target: Path) -> Path:
    """A copy in which nothing is sealed."""
    shutil.copy(path, target)
    with closing(sqlite3.connect(target)) as db, db:
        for statement in (
            "DELETE FROM checkpoints",
            "DELETE FROM log_nodes",
            "DELETE FROM meta WHERE key = 'sealed-as'",
        ):
            db.execute(statement)
    return target


def row(name: str, found: Cost, more: str = "") -> str:
    """A line of the table."""
    return f"{name:<28}{found.wall:>9.1f} s{found.cpu:>9.1f} s{found.memory:>9.0f} MB  {more}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--kilobytes", type=int, default=20)
    parser.add_argument("--archive", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ENVIRONMENT["PYTHONPYCACHEPREFIX"] = str(Path(folder, "compiled"))
        cost(["verify", "--help"])
        path = asked.archive or Path(folder) / "a.db"
        if not path.exists():
            # In a process of its own: Linux counts what the parent holds as memory of the programs that it starts.
            filling = get_context("spawn").Process(target=fill, args=(path, asked.posts, asked.kilobytes))
            filling.start()
            filling.join()
        print(f"{asked.posts} posts, {path.stat().st_size / 1e6:.0f} MB, load {os.getloadavg()[0]:.1f}")
        print(f"{'':<28}{'wall':>11}{'CPU':>11}{'memory':>12}")
        sealed = cost(["verify", "--db", str(path)])
        print(row("verify", sealed))
        two = cost(["verify", "--jobs", "2", "--db", str(path)])
        print(row("verify --jobs 2", two, shared(sealed, two)))
        bare = cost(["verify", "--db", str(without_seals(path, Path(folder) / "bare.db"))])
        print(row("verify without seals", bare, f"{sealed.cpu / bare.cpu:.2f} times the CPU with them"))
        one = cost(["rebuild", "--db", str(path)])
        print(row("rebuild", one))
        two = cost(["rebuild", "--jobs", "2", "--db", str(path)])
        print(row("rebuild --jobs 2", two, shared(one, two)))
        print(f"load {os.getloadavg()[0]:.1f}")


def shared(one: Cost, two: Cost) -> str:
    """How much faster two jobs are, how much faster they can be, and the serial part."""
    told = f"{one.wall / two.wall:.2f} times as fast"
    return f"{told}, {one.cpu / two.least:.2f} possible, serial {two.alone / one.cpu:.0%}"


if __name__ == "__main__":
    main()
