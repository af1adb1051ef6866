"""An archive that 0.1.0 wrote, with its demo, an import and a recovery, stays usable and stays proven.

`tests/old/make.py` made it; `check-0.1.0.txt` is the checker that docs/evidence.md of that version gave to strangers.
"""

import lzma
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper import schema, verify
from scraper.export.copy import copy
from scraper.runs import open_run
from scraper.runs.run import RENEWED
from scraper.store import Archive

OLD = Path(__file__).parent / "old"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("old") / "archive.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(lzma.decompress((OLD / "archive-0.1.0.sql.xz").read_bytes()).decode())
    return path


@pytest.fixture
def old(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path))


@pytest.fixture(scope="module")
def renewed(made: Path) -> Path:
    """The same, after the first run of a verb that writes."""
    path = Path(shutil.copy(made, made.with_name("renewed.db")))
    with open_run(path, now=lambda: NOW) as run:
        assert run.messages[0] == RENEWED
    return path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def checked(path: Path) -> str:
    """What the stand-alone checker of 0.1.0 says."""
    done = subprocess.run([sys.executable, OLD / "check-0.1.0.txt", path], check=False, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr


def test_it_can_be_read_before_anything_is_written(old: Path) -> None:
    before = old.read_bytes()
    with Archive.open(old, create=False, readonly=True) as archive:
        assert archive.history("https://www.upr2020.org/post/a-hearing") is not None
        found = archive.db.execute("SELECT count(*) FROM posts_fts WHERE posts_fts MATCH 'heard'").fetchone()
        assert found == (1,)
        assert archive.db.execute("SELECT count(published_day) FROM posts").fetchone() == (0,)
    assert old.read_bytes() == before


def test_verify_calls_it_not_proven_and_never_damaged(old: Path) -> None:
    found = verify.run(old, now=lambda: NOW)
    assert (found.of("damage"), found.exit_status) == ((), 1)


def test_a_sentence_changed_in_it_is_damage_before_it_is_renewed_too(old: Path) -> None:
    with closing(sqlite3.connect(old)) as db, db:
        db.execute("UPDATE bodies SET data = (SELECT data FROM bodies ORDER BY rowid LIMIT 1) WHERE rowid = 5")
    assert verify.run(old, now=lambda: NOW).exit_status == 7


def test_the_first_run_that_writes_brings_it_up_to_date_and_it_is_proven(renewed: Path) -> None:
    found = verify.run(renewed, now=lambda: NOW)
    assert (found.of("damage"), found.exit_status) == ((), 0)
    assert rows(renewed, "PRAGMA user_version") == [(schema.VERSION,)]
    undated = rows(renewed, "SELECT url FROM posts WHERE published_day IS NULL AND length(published_at) > 9")
    assert undated == []


@pytest.mark.parametrize(
    "evidence",
    [
        "SELECT * FROM captures ORDER BY id",
        "SELECT * FROM crawls ORDER BY id",
        "SELECT * FROM bodies ORDER BY sha256",
        "SELECT name, sql FROM sqlite_master WHERE tbl_name IN ('captures', 'crawls', 'bodies') ORDER BY name",
    ],
)
def test_its_evidence_is_as_it_was_to_the_last_byte(made: Path, renewed: Path, evidence: str) -> None:
    assert rows(renewed, evidence) == rows(made, evidence)


def test_the_stand_alone_checker_of_its_day_still_holds(made: Path, renewed: Path) -> None:
    (chain,) = rows(made, "SELECT chain_sha256 FROM crawls ORDER BY id DESC LIMIT 1")
    assert checked(made) == f"all digests hold; chain {chain[0]}"
    assert checked(renewed) == checked(made)


def test_addresses_of_its_revisions_lead_on(made: Path, renewed: Path) -> None:
    given_out = rows(made, "SELECT DISTINCT url, r.content_sha256 FROM revisions AS r JOIN posts ON posts.id = post_id")
    kept = rows(renewed, "SELECT post_url, content_sha256 FROM revision_addresses")
    assert set(kept) == set(given_out)
    assert rows(
        renewed,
        "SELECT count(*) FROM revision_addresses AS a WHERE record_sha256 NOT IN (SELECT record_sha256 FROM captures)",
    ) == [(0,)]


@pytest.mark.parametrize("public", [False, True])
def test_a_copy_of_it_can_be_made_before_it_is_renewed(old: Path, tmp_path: Path, public: bool) -> None:
    before = old.read_bytes()
    copied = tmp_path / "copy.db"
    copy(old, copied, public=public)
    assert rows(copied, "SELECT count(*) FROM captures") == rows(old, "SELECT count(*) FROM captures")
    assert verify.run(copied, now=lambda: NOW).of("damage") == ()
    assert old.read_bytes() == before
