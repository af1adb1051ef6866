"""Where a search index looks for its words is held against where they are, whatever its pages have been through."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from scraper.verify.segments import IndexSegment, leads_astray, segments_of, words_of

CHANCE = random.Random(1)
WORDS = ["".join(CHANCE.choices("abcdefghij", k=7)) for _ in range(600)]
SEGMENT = "(SELECT segid FROM found_idx)"


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """An index of 60 texts on small pages, so that it has many, and one for the beginnings of words."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, said TEXT)")
        connection.execute(
            "CREATE VIRTUAL TABLE found USING fts5(said, content='texts', content_rowid='id', prefix='2')"
        )
        connection.execute("INSERT INTO found(found, rank) VALUES ('pgsz', 200)")
        for number in range(60):
            text = " ".join(WORDS[number * 10 : number * 10 + 30])
            connection.execute("INSERT INTO texts VALUES (?, ?)", (number, text))
        connection.execute("INSERT INTO found(found) VALUES ('rebuild')")
        yield connection


def hits(db: sqlite3.Connection) -> int:
    """How many of the words are found."""
    sought = "SELECT EXISTS (SELECT 1 FROM found WHERE found MATCH ?)"
    return sum(db.execute(sought, (word,)).fetchone()[0] for word in WORDS)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM found_idx WHERE term > x''",
        "DELETE FROM found_idx WHERE term > x'3065'",
        "UPDATE found_idx SET segid = 999",
        f"INSERT INTO found_idx VALUES ({SEGMENT}, x'3065', 0)",
    ],
)
def test_hidden_words_are_told_where_the_check_of_sqlite_tells_nothing(db: sqlite3.Connection, change: str) -> None:
    before = hits(db)
    db.execute(change)
    db.execute("INSERT INTO found(found, rank) VALUES ('integrity-check', 1)")
    assert hits(db) < before
    assert leads_astray(db, "found")


@pytest.mark.parametrize("row", ["999, x'3065', 2", f"{SEGMENT}, 'a', 2", f"{SEGMENT}, x'99', 2"])
def test_a_row_that_no_index_of_ours_has_is_told_before_it_hides_anything(db: sqlite3.Connection, row: str) -> None:
    db.execute(f"INSERT INTO found_idx VALUES ({row})")
    assert leads_astray(db, "found")


@pytest.mark.parametrize("automerge", [0, 2, 4])
def test_an_index_that_grew_shrank_and_was_merged_in_part_leads_to_its_words(
    db: sqlite3.Connection, automerge: int
) -> None:
    db.execute("INSERT INTO found(found, rank) VALUES ('automerge', ?)", (automerge,))
    for number, text in db.execute("SELECT id, said FROM texts").fetchall():
        db.execute("INSERT INTO found(found, rowid, said) VALUES ('delete', ?, ?)", (number, text))
        db.execute("INSERT INTO found(rowid, said) VALUES (?, ?)", (number, text))
        if number % 5 == 0:
            db.execute("INSERT INTO found(found, rank) VALUES ('merge', ?)", (automerge - 3,))
            assert not leads_astray(db, "found")
    assert hits(db) == len(WORDS)


def test_an_empty_index_leads_nowhere_wrong(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO found(found) VALUES ('delete-all')")
    assert not leads_astray(db, "found")
    db.execute("INSERT INTO found_idx VALUES (1, x'', 2)")
    assert leads_astray(db, "found")


def test_a_structure_is_read_and_one_that_is_not_ours_or_cut_short_is_refused() -> None:
    assert list(segments_of(bytes([0, 0, 0, 0, 1, 1, 9, 0, 1, 5, 1, 0x81, 0x00]))) == [IndexSegment(5, 1, 128)]
    with pytest.raises(ValueError, match="without contents"):
        list(segments_of(bytes([0, 0, 0, 0, 0xFF, 0, 0, 1, 0])))
    with pytest.raises(IndexError):
        list(segments_of(bytes([0, 0, 0, 0, 1, 1, 9, 0])))


def test_a_word_is_read_with_what_it_shares_with_the_one_before() -> None:
    page = bytes([0, 0, 0, 11, 3]) + b"0ab" + bytes([2, 1]) + b"c" + bytes([4, 4])
    assert list(words_of(page)) == [b"0ab", b"0ac"]
