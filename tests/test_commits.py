"""Transactions that are committed together: all that ended are there or none, and each is undone by itself."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.store.commits import MOST_TOGETHER, Commits


class Notes:
    """A table of notes, written through `Commits`, and read as another program does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT)")
        self.commits = Commits(self.db)

    def write(self, note: str, *, keep: bool = True) -> None:
        self.commits.begin()
        try:
            self.db.execute("INSERT INTO notes (note) VALUES (?)", (note,))
            self.commits.end(undo=not keep)
        except sqlite3.Error:
            self.commits.undo()
            raise

    @property
    def seen(self) -> str:
        """What another program finds."""
        with closing(sqlite3.connect(self.path)) as other:
            return "".join(note for (note,) in other.execute("SELECT note FROM notes ORDER BY rowid"))


@pytest.fixture
def notes(tmp_path: Path):
    found = Notes(tmp_path / "notes.db")
    yield found
    found.db.close()


def test_by_itself_each_transaction_is_there_when_it_ends(notes: Notes) -> None:
    notes.write("a")
    assert notes.seen == "a"
    notes.write("b", keep=False)
    notes.write("c")
    assert notes.seen == "ac"


def test_those_that_wait_are_there_together(notes: Notes) -> None:
    notes.commits.is_later = True
    notes.write("a")
    notes.write("b")
    assert notes.seen == ""
    notes.commits.commit()
    assert notes.seen == "ab"
    notes.commits.commit()
    notes.write("c")
    notes.commits.is_later = False
    notes.write("d")
    assert notes.seen == "abcd", "one that does not wait takes those with it that did"


def test_no_more_than_a_few_wait(notes: Notes) -> None:
    notes.commits.is_later = True
    for number in range(MOST_TOGETHER + 1):
        notes.write(str(number))
    assert notes.seen == "".join(map(str, range(MOST_TOGETHER)))


def test_one_that_is_undone_takes_no_other_with_it(notes: Notes) -> None:
    notes.commits.is_later = True
    for note in "abc":
        notes.write(note, keep=note != "b")
    notes.write("d", keep=False)
    notes.commits.commit()
    assert notes.seen == "ac"
    notes.write("e", keep=False)
    notes.write("f")
    notes.commits.commit()
    assert notes.seen == "acf", "also where it is the first of those that wait"


def test_an_undoing_that_comes_when_one_has_just_ended_leaves_it_whole(notes: Notes) -> None:
    notes.commits.is_later = True
    notes.write("a")
    notes.write("b")
    notes.commits.undo()
    notes.commits.commit()
    assert notes.seen == "ab"


def test_where_the_disk_is_full_all_that_wait_are_undone_and_it_goes_on_from_there(notes: Notes) -> None:
    notes.write("a")
    notes.commits.is_later = True
    notes.write("b")
    (pages,) = notes.db.execute("PRAGMA page_count").fetchone()
    notes.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        notes.write("c" * 100_000)
    notes.write("d")
    notes.commits.commit()
    assert notes.seen == "ad"


def test_where_they_cannot_be_committed_all_that_wait_are_undone_and_it_goes_on_from_there(notes: Notes) -> None:
    notes.db.executescript(
        "PRAGMA foreign_keys = ON; CREATE TABLE said (note INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    notes.write("a")
    notes.commits.is_later = True
    notes.write("b")
    notes.commits.begin()
    notes.db.execute("INSERT INTO said VALUES (99)")
    notes.commits.end(undo=False)
    with pytest.raises(sqlite3.Error):
        notes.commits.commit()
    notes.write("c")
    notes.commits.commit()
    assert notes.seen == "ac"
