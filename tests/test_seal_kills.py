"""Fifty runs, each killed in the middle: the log only grows, and no history is rewritten unseen. Slow."""

import itertools
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper import digests, verify
from scraper.seal import Checkpoint, Note, log, sealer, tree
from scraper.store import Archive, sealing
from scraper.verify import Findings, seals

NOW = datetime(2030, 1, 1, tzinfo=UTC)
RUNS = 50
PAGES = 12


def folder_of(place: Path, number: int, archives: Any) -> Path:
    """Saved pages, of which one run brings in as many as it can before it is killed."""
    place.mkdir()
    for page in range(PAGES):
        slug = f"r{number}-{page}"
        text = archives.page(
            f"Page {slug}", f"What {slug} says.", slug=slug, noise=str(random.Random(slug).random()) * 50
        )
        (place / f"{slug}.html").write_text(text)
    return place


def newest(path: Path) -> Note | None:
    with closing(sqlite3.connect(path)) as db:
        row = sealing.newest(db)
    return Note.parse(row.text) if row else None


def killed(path: Path, pages: Path, dice: random.Random) -> None:
    """Begin a run and kill it at some moment after its first capture was kept."""
    words = ["import", str(pages), "--db", str(path), "--captured-at", "2021-03-02"]
    process = subprocess.Popen(
        [sys.executable, "-m", "scraper", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    before, target = count(path), dice.randint(1, PAGES)
    until = time.monotonic() + 120
    while process.poll() is None and count(path) < before + target and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(dice.random() * 0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()


def count(path: Path) -> int:
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as db:
        try:
            return int(db.execute("SELECT count(*) FROM captures").fetchone()[0])
        except sqlite3.OperationalError:  # killed before the tables were made
            return 0


def rewrite(path: Path, dice: random.Random, upto: int) -> None:
    """Change a capture among the first *upto* of the log, redo every digest and seal, as who knows the code would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        runs = [run for run, kept in sealing.sealed_runs(db) if kept]
        records = [
            record
            for run in runs
            for (record,) in db.execute("SELECT record_sha256 FROM captures WHERE crawl_id = ? ORDER BY 1", (run,))
        ][:upto]
        db.execute("UPDATE captures SET captured_at = '2019-01-01' WHERE record_sha256 = ?", (dice.choice(records),))
        cursor = db.execute("SELECT * FROM captures ORDER BY id")
        names = [column[0] for column in cursor.description]
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            made = digests.record_sha256(row, {})
            db.execute("UPDATE captures SET record_sha256 = ? WHERE id = ?", (made, row["id"]))
        previous = None
        for (run,) in db.execute("SELECT id FROM crawls WHERE chain_sha256 IS NOT NULL ORDER BY id").fetchall():
            kept = [record for (record,) in db.execute("SELECT record_sha256 FROM captures WHERE crawl_id = ?", (run,))]
            previous = digests.chain_sha256(previous, kept)
            db.execute("UPDATE crawls SET chain_sha256 = ? WHERE id = ?", (previous, run))
        db.execute("DELETE FROM checkpoints")
        db.execute("DELETE FROM log_nodes")
        sealer(lambda: NOW, path.parent).seal(db)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_fifty_killed_runs_leave_one_history(tmp_path: Path, archives: Any) -> None:
    path, dice = tmp_path / "a.db", random.Random(11)
    kept: list[Note] = []
    for number in range(RUNS):
        killed(path, folder_of(tmp_path / f"pages-{number}", number, archives), dice)
        with Archive.open(path, seal=sealer(lambda: NOW, tmp_path)) as archive:  # the next run seals what the kill left
            run = archive.begin("crawl", f"2029-01-01T00:{number:02}:00Z")
            archive.finish(run, finished_at=f"2029-01-01T00:{number:02}:30Z", requests=0, exit_status=0)
        note = newest(path)
        assert note is not None
        kept.append(note)
    assert len({note.text for note in kept}) == RUNS
    assert count(path) > RUNS, "kills came in the middle"
    with Archive.open(path, create=False, readonly=True) as archive:
        known = [Checkpoint.parse(Note.parse(row.text).text) for row in sealing.rows(archive.db)]
        subtree = tree(archive.db)
        for first, second in itertools.combinations(known, 2):
            if first.size:
                proof = log.consistency(first.size, second.size, subtree)
                assert log.is_consistent(first.size, first.root, second.size, second.root, proof)
    assert verify.run(path, now=lambda: NOW).of("damage") == ()
    found = 0
    for note in kept:
        size = Checkpoint.parse(note.text).size
        copy = Path(shutil.copy(path, tmp_path / "rewritten.db"))
        rewrite(copy, dice, size)
        with closing(sqlite3.connect(copy)) as db:
            findings = Findings()
            seals.check_log(db, findings, note)
            found += "known-checkpoint" in {one.kind for one in findings.of("damage")}
            assert len(findings.of("damage")) == 1, "nothing within the file tells"
    assert found == RUNS
