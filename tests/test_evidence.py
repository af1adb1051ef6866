"""The evidence as strangers meet it: checked by the document's own program, and whole after a power cut."""

# ruff: noqa: E501

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper import verify
from scraper.export import warc as evidence

DOCUMENT = Path(__file__).parent.parent / "docs" / "evidence.md"
NOW = datetime(2022, 1, 1, tzinfo=UTC)


@pytest.fixture
def checker(tmp_path: Path) -> Path:
    """The program that docs/evidence.md gives to strangers."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    (tmp_path / "check.py").write_text(code, "utf-8")
    return tmp_path / "check.py"


def run(checker: Path, archive: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, checker, archive], capture_output=True, text=True, timeout=60)


def test_a_stranger_finds_the_same_digests_without_this_program(checker: Path, full: Path) -> None:
    done = run(checker, full)
    assert done.returncode == 0, done.stderr
    assert verify.run(full, now=lambda: NOW).chain_sha256 in done.stdout
    assert "scraper" not in checker.read_text()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE bodies SET data = x'00' WHERE codec = 'raw' AND length > 0", "body"),
        ("UPDATE captures SET captured_at = '2020-01-01T00:00:00Z' WHERE id = 3", "capture 3"),
        ("DELETE FROM captures WHERE id = 8", "run 2"),
    ],
)
def test_a_stranger_finds_tampering_without_this_program(checker: Path, full: Path, change: str, named: str) -> None:
    db = sqlite3.connect(full)
    with db:
        assert db.execute(change).rowcount > 0
    db.close()
    done = run(checker, full)
    assert done.returncode != 0
    assert named in done.stderr


def test_the_document_names_every_column_of_a_capture(full: Path) -> None:
    text = DOCUMENT.read_text("utf-8")
    db = sqlite3.connect(full)
    columns = [row[1] for row in db.execute("PRAGMA table_info(captures)")]
    db.close()
    told_elsewhere = {"id", "kind", "status", "content_encoding", "media_type", "crawl_id"}
    assert [column for column in columns if f"`{column}`" not in text and column not in told_elsewhere] == []


def test_an_export_of_nothing_is_a_file_with_nothing_in_it(tmp_path: Path, archives: Any) -> None:
    from scraper import schema

    schema.open_archive(tmp_path / "a.db", create=True).close()
    assert evidence.export_warc(tmp_path / "a.db", tmp_path / "x.warc.gz") == 0
    assert evidence.export_wacz(tmp_path / "a.db", tmp_path / "x.wacz") == 0


def test_progress_is_told(tmp_path: Path, full: Path) -> None:
    told: list[int] = []
    evidence.export_warc(full, tmp_path / "x.warc.gz", progress=told.append)
    assert told == list(range(1, 15))


# -- killed at any moment

EXPORT = """
import sys
from pathlib import Path
from scraper.export import warc as evidence
getattr(evidence, sys.argv[3])(Path(sys.argv[1]), Path(sys.argv[2]))
"""
IMPORT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from scraper.imports import run_import
run_import(Path(sys.argv[1]), [Path(sys.argv[2])], own=True, now=lambda: datetime(2022, 1, 1, tzinfo=UTC))
"""


def killed(code: str, *words: object, after: float) -> bool:
    """Run *code*, kill it after so many seconds; whether it was still running."""
    environment = {**os.environ, "PYTHONPATH": str(DOCUMENT.parent.parent)}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)], env=environment, stderr=subprocess.DEVNULL
    )
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.fixture
def large(tmp_path: Path, archives: Any) -> Path:
    """An archive that takes a while to export and to import."""
    noise = random.Random(5).randbytes(100_000).hex()
    kept = [
        archives.live(
            f"/post/p{number}", f"2021-03-02T00:{number // 60:02}:{number % 60:02}Z",
            archives.page(f"Post {number}", f"Number {number}.", slug=f"p{number}", noise=noise + str(number)),
        )
        for number in range(60)
    ]  # fmt: skip
    return archives.fill(tmp_path / "large.db", kept)


@pytest.mark.slow
def test_an_export_killed_at_any_moment_leaves_the_old_file_or_the_new_one(tmp_path: Path, large: Path) -> None:
    dice = random.Random(1)
    for name in ("export_warc", "export_wacz"):
        whole, target = tmp_path / "whole", tmp_path / "target"
        start = time.monotonic()
        subprocess.run([sys.executable, "-c", EXPORT, large, whole, name], check=True, env={**os.environ, "PYTHONPATH": str(DOCUMENT.parent.parent)})  # fmt: skip
        took = time.monotonic() - start
        target.write_text("old")
        hits = 0
        for _ in range(10):
            hits += killed(EXPORT, large, target, name, after=dice.uniform(0, took * 1.1))
            assert target.read_bytes() in (b"old", whole.read_bytes())
        assert hits


@pytest.mark.slow
def test_an_import_killed_at_any_moment_loses_nothing_and_is_finished_by_the_next(
    tmp_path: Path, large: Path, archives: Any
) -> None:
    evidence.export_warc(large, tmp_path / "x.warc.gz")
    dice = random.Random(2)
    for round_ in range(2):
        archive = tmp_path / f"again-{round_}.db"
        count, hits = 0, 0
        for _ in range(8):
            hits += killed(IMPORT, archive, tmp_path / "x.warc.gz", after=dice.uniform(0.3, 1.5))
            if archives.is_made(archive):
                findings = verify.run(archive, now=lambda: NOW)
                assert findings.of("damage") == (), findings.found
                assert findings.checked["captures"] >= count
                count = findings.checked["captures"]
        subprocess.run([sys.executable, "-c", IMPORT, archive, tmp_path / "x.warc.gz"], check=True, env={**os.environ, "PYTHONPATH": str(DOCUMENT.parent.parent)})  # fmt: skip
        assert archives.rows(archive) == archives.rows(large)
        assert verify.run(archive, now=lambda: NOW).of("damage") == ()
        assert hits
