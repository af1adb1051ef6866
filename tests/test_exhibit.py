"""The exhibit: the same bytes each time, checked by its own program alone; whatever is changed in it is found."""

import io
import random
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper.cli import main
from scraper.errors import UsageError
from scraper.seal import exhibit, publishing, sealer
from scraper.store import Archive, exhibits, sealing

NOW = datetime(2022, 1, 1, tzinfo=UTC)
COURT = "https://www.blog.example/post/a-day-in-court"


@pytest.fixture
def signed(full: Path, tmp_path: Path) -> Path:
    with Archive.open(full, seal=sealer(lambda: NOW, tmp_path)) as archive:
        publishing.new_key(archive, "archive.example/posts", b"1" * 32, tmp_path)
    return full


def built(path: Path, url: str = COURT, revision: str | None = None) -> bytes:
    with Archive.open(path, create=False, readonly=True) as archive:
        return exhibit.build(archive, url, revision)


def records(archive: Archive) -> list[str]:
    """Of the versions of the post, oldest first."""
    (post,) = archive.db.execute("SELECT id FROM posts WHERE url = ?", (COURT,)).fetchone()
    return [record for _, record in exhibits.revisions(archive.db, post)]


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def checked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-I", "-S", "-B", "verify.py", *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=30)


def test_an_exhibit_checks_itself_with_python_alone(signed: Path, tmp_path: Path) -> None:
    found = checked(unpacked(built(signed), tmp_path / "exhibit"))
    assert found.returncode == 0, found.stdout + found.stderr
    for words in ("all 5 members", "captured 2021-05-02T00:00:02Z", "is number", "signed by the key archive.example"):
        assert words in found.stdout
    assert "DOES NOT HOLD" not in found.stdout


def test_the_same_archive_gives_the_same_bytes(signed: Path) -> None:
    assert built(signed) == built(signed)


def test_without_a_key_it_says_that_nothing_is_signed(full: Path, tmp_path: Path) -> None:
    found = checked(unpacked(built(full), tmp_path / "exhibit"))
    assert found.returncode == 0
    assert "not signed" in found.stdout


def test_an_earlier_version_is_named_by_its_record(signed: Path, tmp_path: Path) -> None:
    with Archive.open(signed, create=False, readonly=True) as archive:
        first = records(archive)[0]
    folder = unpacked(built(signed, revision=first[:12]), tmp_path / "exhibit")
    assert "We were in court on Monday." in (folder / "index.html").read_text()
    assert first in checked(folder).stdout


def test_another_key_than_the_one_expected_does_not_hold(signed: Path, tmp_path: Path) -> None:
    folder = unpacked(built(signed), tmp_path / "exhibit")
    other = str(publishing.keys.Signer.new("archive.example/posts", b"2" * 32).verifier)
    found = checked(folder, other)
    assert found.returncode == 1
    assert "is not signed by the key" in found.stdout


@pytest.mark.parametrize("url", ["https://www.blog.example/post/none", "nonsense"])
def test_what_is_not_here_has_no_exhibit(signed: Path, url: str) -> None:
    with pytest.raises(UsageError, match="no such post"):
        built(signed, url)


def test_what_no_checkpoint_covers_has_no_exhibit_yet(full: Path) -> None:
    with Archive.open(full) as archive:
        archive.db.execute("DELETE FROM checkpoints")
    with pytest.raises(UsageError, match="nothing is sealed yet"):
        built(full)


def test_the_verb_writes_the_zip(signed: Path, tmp_path: Path) -> None:
    out = tmp_path / "post.zip"
    done = CliRunner().invoke(main, ["exhibit", COURT, "--db", str(signed), "--output", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == built(signed)


def test_the_checker_is_short_enough_to_read() -> None:
    text = Path(exhibit.__file__).with_name("verify.py.txt").read_text()
    assert text.count("\n") <= 300


def change(folder: Path, rng: random.Random) -> str:
    """Change one byte of one member; which one."""
    name = rng.choice(sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()))
    data = bytearray((folder / name).read_bytes())
    at = rng.randrange(len(data))
    data[at] ^= rng.randrange(1, 256)
    (folder / name).write_bytes(bytes(data))
    return name


def changes(signed: Path, tmp_path: Path, count: int, seed: int) -> None:
    rng = random.Random(seed)
    whole = unpacked(built(signed), tmp_path / "whole")
    for _ in range(count):
        folder = Path(shutil.copytree(whole, tmp_path / "changed"))
        name = change(folder, rng)
        found = checked(folder)
        assert found.returncode != 0, name
        assert name == "verify.py" or "DOES NOT HOLD" in found.stdout, name
        shutil.rmtree(folder)


def test_bytes_changed_at_random_are_found(signed: Path, tmp_path: Path) -> None:
    changes(signed, tmp_path, 25, 1)


@pytest.mark.slow
def test_a_thousand_bytes_changed_at_random_are_found(signed: Path, tmp_path: Path) -> None:
    changes(signed, tmp_path, 1000, 2)


@pytest.mark.parametrize("name", ["capture.warc.gz", "index.html", "proof.tlog-proof", "SHA256SUMS", "certificate.md"])
def test_a_member_taken_away_or_added_is_found(signed: Path, tmp_path: Path, name: str) -> None:
    folder = unpacked(built(signed), tmp_path / "exhibit")
    (folder / name).rename(folder / "elsewhere")
    found = checked(folder)
    assert found.returncode == 1
    assert "DOES NOT HOLD" in found.stdout


def test_what_a_post_page_says_of_its_proof(signed: Path) -> None:
    with Archive.open(signed, create=False, readonly=True) as archive:
        told = exhibit.details(archive.db, records(archive)[0])
        assert told == {"sealed_at": "2022-01-01T00:00:00Z", "checkpoint": 2, "existed_by": ()}
        assert exhibit.details(archive.db, "0" * 64) == {}
        assert sealing.index(archive.db, "0" * 64) is None
