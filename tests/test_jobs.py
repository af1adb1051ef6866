"""Several processes: the same findings, the same rows, in the same order; nothing is left running."""

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper import verify
from scraper.store import workers

NOW = datetime(2022, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def _filled(tmp_path_factory: pytest.TempPathFactory, archives: Any) -> Path:
    many = [
        archives.live(f"/post/n{at}", f"2021-03-02T00:{at // 60:02}:{at % 60:02}Z",
                      archives.page(f"Number {at}", f"This is text {at}.", slug=f"n{at}", views=at))
        for at in range(1, 120)
    ]  # fmt: skip
    kept = [*archives.captures()[:1], *many, *archives.captures()[8:], *archives.oddities()]
    return Path(archives.fill(tmp_path_factory.mktemp("jobs") / "a.db", kept))


@pytest.fixture
def path(_filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(_filled, tmp_path / "a.db"))


def told(path: Path, jobs: int) -> dict[str, Any]:
    return asdict(verify.run(path, now=lambda: NOW, jobs=jobs))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_processes_find_what_one_does_in_the_same_order(path: Path) -> None:
    assert told(path, 2) == told(path, 1)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE bodies SET data = zeroblob(length(data)) WHERE rowid IN (5, 50, 90)")
        db.execute("UPDATE posts SET title = 'Another' WHERE rowid % 7 = 0")
    db.close()
    found = told(path, 3)
    assert found == told(path, 1)
    assert len(found["found"]) > 10
    assert multiprocessing.active_children() == []


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "scraper", *words]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_rebuild_by_two_processes_gives_the_same_rows(path: Path, tmp_path: Path, archives: Any) -> None:
    other = Path(shutil.copy(path, tmp_path / "b.db"))
    for file in (path, other):
        with sqlite3.connect(file) as db:
            db.execute("UPDATE posts SET title = 'Another', views = 1")
        db.close()
    for file, jobs in ((path, "1"), (other, "2")):
        done = subprocess.run(command("rebuild", "--jobs", jobs, "--db", str(file)), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert archives.rows(path) == archives.rows(other)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("b.db")] == ["b.db"], "at rest one file"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_verb_takes_jobs(path: Path) -> None:
    line = command("verify", "--json", "--jobs", "2", "--db", str(path))
    done = subprocess.run(line, capture_output=True, text=True)
    assert json.loads(done.stdout)["exit_status"] == done.returncode == 0
    assert subprocess.run(command("verify", "--jobs", "0", "--db", str(path)), capture_output=True).returncode == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_come_in_the_order_of_the_work_and_faults_in_their_turn(path: Path, jobs: int) -> None:
    # Facts of the connection stand for work: a process of its own can import `getattr`, however the tests are run.
    with workers.in_order(getattr, path, ["isolation_level", "total_changes"] * 10, jobs) as answers:
        assert list(answers) == [None, 0] * 10
    with workers.in_order(getattr, path, iter(["total_changes", "nothing", "total_changes"]), jobs) as answers:
        assert next(answers) == 0
        with pytest.raises(AttributeError, match="nothing"):
            next(answers)
    assert multiprocessing.active_children() == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are found in /proc")
def test_a_kill_leaves_no_process_behind(path: Path) -> None:
    process = subprocess.Popen(command("verify", "--jobs", "2", "--db", str(path)), stdout=subprocess.DEVNULL)
    children: list[int] = []
    until = time.monotonic() + 60
    while not children and time.monotonic() < until and process.poll() is None:
        children = [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert children
    while any(Path(f"/proc/{one}").exists() for one in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{one}").exists() for one in children)
