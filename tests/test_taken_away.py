"""An archive that is moved, deleted or replaced while a run writes to it: nothing is called kept that is not there."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scraper import verify
from scraper.demo.blog import Answer, Question
from scraper.demo.server import served
from scraper.errors import ArchiveUnusable, Interrupted
from scraper.runs import open_run
from tests.letters import START, Blog, Lab


class Meddled(Blog):
    """A blog whose third post is asked for when somebody meddles with the archive."""

    def __init__(self) -> None:
        super().__init__(8)
        self.meddle: Callable[[], object] = lambda: None

    def answer(self, question: Question) -> Answer:
        if question.path == "/post/letter-3":
            self.meddle()
        return super().answer(question)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    blog = Meddled()
    folder = tmp_path / "kept"
    folder.mkdir()
    with served(blog.answer) as server:
        yield Lab(folder, blog, server)


def moved(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replaced(path: Path) -> None:
    os.replace(shutil.copy(path, path.with_name("copy")), path)  # noqa: PTH105 - what cp and mv do


@pytest.mark.parametrize(
    "meddle", [Path.unlink, moved, replaced, lambda path: shutil.rmtree(path.parent)], ids=["gone", "mv", "cp", "rm"]
)
def test_a_run_whose_archive_is_taken_away_ends_soon_and_says_so(lab: Lab, meddle: Callable[[Path], object]) -> None:
    assert isinstance(lab.blog, Meddled)
    lab.blog.meddle = lambda: meddle(lab.path) if lab.blog.served == 3 else None
    with pytest.raises(ArchiveUnusable, match="moved, deleted or replaced while this run wrote"):
        lab.crawl(0)
    assert lab.blog.served < len(lab.blog.there), "it did not go on for nobody"


def test_what_a_moved_archive_holds_is_whole_and_the_next_run_goes_on_from_there(lab: Lab) -> None:
    assert isinstance(lab.blog, Meddled)
    lab.blog.meddle = lambda: moved(lab.path) if lab.blog.served == 3 else None
    with pytest.raises(ArchiveUnusable):
        lab.crawl(0)
    aside = lab.path.with_name("moved.db")
    assert not verify.run(aside, now=lambda: START).exit_status
    with closing(sqlite3.connect(aside)) as db:
        (kept,) = db.execute("SELECT count(*) FROM posts").fetchone()
    assert kept >= 3
    aside.rename(lab.path)
    lab.blog.meddle = lambda: None
    assert lab.crawl(1).exit_status == 0
    assert lab.one("SELECT count(*) FROM posts") == len(lab.blog.there)


def stopped(path: Path, meddle: Callable[[Path], object]) -> None:
    with open_run(path, now=lambda: START) as run:
        meddle(path)
        run.interrupts.ask("SIGINT")
        run.interrupts.check()


def test_what_stops_a_run_calls_nothing_saved_whose_archive_was_taken_away(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnusable, match="moved, deleted or replaced"):
        stopped(tmp_path / "archive.db", Path.unlink)
    with pytest.raises(Interrupted, match="SIGINT; what was fetched is saved"):
        stopped(tmp_path / "archive.db", lambda _: None)
