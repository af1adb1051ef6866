"""What a command holds in memory does not depend on how many posts there are: bytes are counted, not seconds."""

import random
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper import verify
from scraper.reading import READER, fingerprint, read_capture
from scraper.rebuild import run_rebuild
from scraper.seal import sealer
from scraper.store import Archive, sorting
from scraper.verify import Findings, Grade, findings
from tests.archives import live, page

NOW = datetime(2022, 1, 1, tzinfo=UTC)
#: As many as are held at hand in any case, and more.
FEW, MANY = 280, 680
#: Bytes that a post more may cost, as batches are not full among few; in sets of addresses it would cost 700.
MOST = 250


def filled(path: Path, posts: int, words: int = 1) -> Path:
    """An archive of so many posts of so many *words* and more, in one run."""
    seal = sealer(lambda: NOW, path.parent)
    with Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=seal) as archive:
        run = archive.begin("crawl", "2021-03-01T00:00:00Z")
        for number in range(posts):
            body = page(f"Letter {number}", f"Words of letter {number} about rivers." * words, slug=f"letter-{number}")
            capture = live(f"/post/letter-{number}", f"2021-03-02T{number // 60:02}:{number % 60:02}:00Z", body)
            archive.keep(capture, read_capture(capture), run)
        archive.finish(run, finished_at="2021-03-03T00:00:00Z", requests=posts, exit_status=0)
    return path


def most_held(work: Callable[[], object]) -> int:
    """Bytes of Python's objects that *work* has at once, at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.timeout(300)  # counting bytes takes three times as long
def test_verify_and_rebuild_hold_as_much_of_many_posts_as_of_few(tmp_path: Path) -> None:
    first, few, many = (filled(tmp_path / f"{posts}.db", posts) for posts in (3, FEW, MANY))
    works: dict[str, Callable[[Path], object]] = {
        "verify": lambda path: verify.run(path, now=lambda: NOW),
        "rebuild": lambda path: run_rebuild(path, now=lambda: NOW),
    }
    for work in works.values():
        work(first)  # what is imported and remembered once
    costs = {
        name: (most_held(lambda: work(many)) - most_held(lambda: work(few))) / (MANY - FEW)  # noqa: B023 - called at once
        for name, work in works.items()
    }
    assert {name: cost for name, cost in costs.items() if cost > MOST} == {}


#: Runs a command, and says how much memory its process had at most; what the tests themselves hold is none of it.
MEASURED = """
import sys
from scraper.cli import main
main(sys.argv[1:], standalone_mode=False)
print(*(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""


def most_taken(*words: str) -> int:
    """Bytes of memory that the command has at most, mapped files included."""
    done = subprocess.run([sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, check=True)
    return int(done.stderr.split()[-1]) * 1024


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is read in /proc")
def test_an_export_takes_as_much_memory_for_a_large_file_as_for_a_small_one(tmp_path: Path) -> None:
    small, large = filled(tmp_path / "small.db", 10, 1500), filled(tmp_path / "large.db", 200, 1500)
    more = large.stat().st_size - small.stat().st_size
    for form, name in (("csv", "posts.csv"), ("jsonl", "posts.jsonl"), ("warc", "all.warc.gz"), ("sqlite", "copy.db")):
        taken = [
            most_taken("export", form, "--db", str(archive), "--output", str(tmp_path / name))
            for archive in (small, large)
        ]
        assert taken[1] - taken[0] < more / 4, form


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 157])
def test_digests_are_put_in_order_a_few_at_a_time(count: int) -> None:
    dice = random.Random(count)
    digests = [dice.randbytes(32) for _ in range(count)]
    with sorting.in_order(iter(digests), held=10) as found:
        assert list(found) == sorted(digests)


def test_of_very_many_findings_of_a_kind_the_first_are_told_and_all_are_counted() -> None:
    parts = Findings(), Findings()
    for part in parts:
        for number in range(findings.MOST - 1):
            part.damage("record-digest", f"capture {number}", "its row was changed")
    parts[1].note("decision", "1 capture", "decided by crawl")
    whole = Findings()
    for part in parts:
        whole.take(part)
    assert len(whole.of(Grade.DAMAGE)) == findings.MOST
    assert whole.count(Grade.DAMAGE) == 2 * findings.MOST - 2
    assert list(whole.lines)[-1] == f"damage: record-digest: and {findings.MOST - 2} more"
    assert "damage in 1,998 places" in whole.line
    assert whole.of(Grade.NOTE)
