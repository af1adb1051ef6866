"""One writer at a time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scraper.errors import ArchiveBusy, ArchiveReadOnly, NotAnArchive
from scraper.lock import writing

NOW = "2026-03-01T06:00:00Z"
HOLD = """
import sys, time
from scraper.lock import writing
with writing(sys.argv[1], "2026-03-01T05:00:00Z"):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(db: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(db)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_lock_is_free_again_after_the_block(tmp_path: Path) -> None:
    for _ in range(2):
        with writing(tmp_path / "a.db", NOW):
            assert not (tmp_path / "a.db").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_was_taken_away_meanwhile_is_none(tmp_path: Path) -> None:
    """Whoever opened the file before its holder took it away must not hold the archive by it."""
    process = holder(tmp_path / "a.db")
    try:
        (tmp_path / "a.db.lock").unlink()
        with writing(tmp_path / "a.db", NOW), pytest.raises(ArchiveBusy), writing(tmp_path / "a.db", NOW):
            pass
    finally:
        process.kill()
        process.wait()


def test_the_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing(tmp_path / "a.db", NOW):
        raise ZeroDivisionError
    with writing(tmp_path / "a.db", NOW):
        pass


def test_a_second_run_ends_at_once_and_says_who_holds_it(tmp_path: Path) -> None:
    process = holder(tmp_path / "a.db")
    try:
        for _ in range(2):
            start = time.monotonic()
            with pytest.raises(ArchiveBusy) as caught, writing(tmp_path / "a.db", NOW):
                pass
            assert time.monotonic() - start < 20, "the other holds it for a minute"
            assert f"process {process.pid} since 2026-03-01T05:00:00Z" in str(caught.value)
    finally:
        process.kill()
        process.wait()


def test_the_lock_of_a_killed_run_does_not_block(tmp_path: Path) -> None:
    process = holder(tmp_path / "a.db")
    process.send_signal(signal.SIGKILL)
    process.wait()
    with writing(tmp_path / "a.db", NOW):
        pass


def test_two_archives_do_not_share_a_lock(tmp_path: Path) -> None:
    with writing(tmp_path / "a.db", NOW), writing(tmp_path / "b.db", NOW):
        pass


def test_a_torn_holder_file_is_no_error(tmp_path: Path) -> None:
    process = holder(tmp_path / "a.db")
    try:
        (tmp_path / "a.db.lock.holder").write_text('{"pid": ')
        with pytest.raises(ArchiveBusy, match="another run holds it"), writing(tmp_path / "a.db", NOW):
            pass
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(ArchiveReadOnly), writing(tmp_path / "a.db", NOW):
        pass


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotAnArchive, match="folder does not exist"), writing(tmp_path / "none" / "a.db", NOW):
        pass
    assert not (tmp_path / "none").exists()


def test_by_a_link_there_is_one_lock(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to("a.db")
    process = holder(tmp_path / "a.db")
    try:
        with pytest.raises(ArchiveBusy, match=r"link\.db"), writing(tmp_path / "link.db", NOW):
            pass
    finally:
        process.kill()
        process.wait()
