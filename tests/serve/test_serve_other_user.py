"""A server run by somebody who may not write the archive, in a folder that both may write."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from scraper import schema
from scraper.schema.way_in import writable_as_well
from scraper.serve.archive import Room
from scraper.serve.workers import ArchiveAway, Here

NOBODY = 65534
#: Somebody whom rights bind, as they do not bind root.
COMMON = ("setpriv", "--bounding-set=-dac_override,-chown", "--inh-caps=-dac_override,-chown")
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def shared(library: Path) -> Iterator[Path]:
    """An archive that its owner alone may write, in a folder where everybody may."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(library, folder))
        copy.chmod(0o644)
        copy.parent.chmod(0o777)
        yield copy


@contextmanager
def as_nobody() -> Iterator[None]:
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        as_owner()


def as_owner() -> None:
    os.seteuid(0)
    os.setegid(0)


def title(db: sqlite3.Connection) -> str:
    return str(db.execute("SELECT title FROM posts ORDER BY id LIMIT 1").fetchone()[0])


def retitle(db: sqlite3.Connection, words: str) -> None:
    db.execute("UPDATE posts SET title = ? WHERE id = (SELECT min(id) FROM posts)", (words,))


def room(path: Path) -> Room:
    return Room("archive", "archive", path, immutable=False)


@only_root
def test_what_the_owner_commits_is_seen_and_nothing_stands_in_his_way(shared: Path) -> None:
    worker = Here()
    with as_nobody():
        worker.run(room(shared), title)
        assert [each.name for each in shared.parent.iterdir()] == [shared.name]
    with closing(schema.open_archive(shared, create=False).conn) as owner:
        for words in ("in the log", "again"):
            retitle(owner, words)
            with as_nobody():
                assert worker.run(room(shared), title) == words
                with room(shared).look() as db:
                    assert title(db) == words
        owner.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with as_nobody():
            assert worker.run(room(shared), title) == "again"
    assert {each.stat().st_uid for each in shared.parent.iterdir()} == {0}


def written_amid(shared: Path, times: int) -> tuple[str, list[str]]:
    """What a job gets that the owner writes into, the first *times*; and what it saw at each try."""
    seen = []

    def job(db: sqlite3.Connection) -> str:
        seen.append(title(db))
        if len(seen) <= times:
            as_owner()
            with closing(schema.open_archive(shared, create=False).conn) as owner:
                retitle(owner, f"written {len(seen)}")
            os.setegid(NOBODY)
            os.seteuid(NOBODY)
        return seen[-1]

    with as_nobody():
        return Here().run(room(shared), job), seen


@only_root
def test_a_page_that_the_owner_writes_into_is_made_once_more(shared: Path) -> None:
    said, seen = written_amid(shared, 1)
    assert (said, len(seen)) == ("written 1", 2)


@only_root
def test_one_that_he_writes_into_again_and_again_is_not_shown(shared: Path) -> None:
    with pytest.raises(ArchiveAway):
        written_amid(shared, 9)


@only_root
def test_a_look_amid_which_the_owner_writes_is_not_believed(shared: Path) -> None:
    def look() -> None:
        with room(shared).look() as db:
            title(db)
            as_owner()
            with closing(schema.open_archive(shared, create=False).conn) as owner:
                retitle(owner, "written")

    with as_nobody(), pytest.raises(sqlite3.OperationalError, match="written to while"):
        look()


@only_root
@pytest.mark.slow
def test_the_server_shows_each_commit_in_pages_and_tables_and_the_owner_can_write(shared: Path) -> None:
    code = f"from pathlib import Path; from scraper.serve import run; run(Path({str(shared)!r}), port=0)"
    os.chown(shared, 1, 1)
    with subprocess.Popen([*COMMON, sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = re.search(r"http://[^/]+", process.stderr.readline())
        assert found
        addresses = [
            found[0] + path for path in ("/search.csv?q=", "/archive/posts.csv?_size=max", "/archive/posts?_size=max")
        ]

        def shown(words: str) -> list[bool]:
            return [words in urllib.request.urlopen(each, timeout=20).read().decode() for each in addresses]

        try:
            assert shown("Commit number one") == [False] * 3
            assert [each.name for each in shared.parent.iterdir()] == [shared.name]
            with closing(schema.open_archive(shared, create=False).conn) as owner:
                for words in ("Commit number one", "Commit number two"):
                    retitle(owner, words)
                    assert shown(words) == [True] * 3
            assert shown("Commit number two") == [True] * 3
            with closing(schema.open_archive(shared, create=False).conn) as owner:
                retitle(owner, "Commit number three")
            assert shown("Commit number three") == [True] * 3
        finally:
            process.terminate()
        assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    ("mode", "archive_of", "folder_mode", "user", "is_fine"),
    [
        (0o644, (1, 1), 0o777, 1, True),
        (0o644, (1, 1), 0o777, 2, False),
        (0o664, (1, 7), 0o775, 2, False),
        (0o664, (1, 7), 0o2775, 2, True),
        (0o664, (1, 5), 0o775, 2, True),
        (0o666, (1, 1), 0o777, 2, True),
    ],
)
def test_what_is_made_beside_an_archive_is_fine_where_all_who_write_that_may_write_it(
    mode: int, archive_of: tuple[int, int], folder_mode: int, user: int, *, is_fine: bool
) -> None:
    archive = os.stat_result((mode, 1, 1, 1, *archive_of, 0, 0, 0, 0))
    folder = os.stat_result((folder_mode, 2, 1, 1, 1, 7, 0, 0, 0, 0))
    assert writable_as_well(archive, folder, user=user, group=5) is is_fine
