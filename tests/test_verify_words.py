"""An index whose words are not those of its texts is told, also where whoever altered it made its sums agree."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise

import pytest

from scraper.verify.words import hides_words, pages

#: The name of an index of ours that holds the beginnings of words as well.
NAME = "posts_exact"
SECRET = 5


def text(number: int) -> str:
    return f"letter {number} {'secret ' if number == SECRET else ''}about rivers and {'meadows ' * number}"


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """The same index twice, in `main` and `src`."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("ATTACH ':memory:' AS src")
        for side in ("main", "src"):
            connection.execute(f"CREATE TABLE {side}.texts (id INTEGER PRIMARY KEY, said TEXT)")
            values = [(number, text(number)) for number in range(1, 20)]
            connection.executemany(f"INSERT INTO {side}.texts VALUES (?, ?)", values)
            connection.execute(
                f"CREATE VIRTUAL TABLE {side}.{NAME} USING fts5(said, content='texts', content_rowid='id')"
            )
            connection.execute(f"INSERT INTO {side}.{NAME}({NAME}) VALUES ('rebuild')")
        yield connection


def put(db: sqlite3.Connection, before: str, after: str, number: int = SECRET) -> None:
    """Let the index of `src` hold another text of a row than its table does."""
    db.execute(f"INSERT INTO src.{NAME}({NAME}, rowid, said) VALUES ('delete', ?, ?)", (number, before))
    db.execute(f"INSERT INTO src.{NAME}(rowid, said) VALUES (?, ?)", (number, after))


def found(db: sqlite3.Connection, query: str) -> list[int]:
    return [number for (number,) in db.execute(f"SELECT rowid FROM src.{NAME} WHERE {NAME} MATCH ?", (query,))]


def entry(place: int, word: str) -> int:
    """What FTS5's check counts a word of the row at *place* for."""
    total = SECRET
    for value in (0, place, ord("0"), *word.encode()):
        total = (total * 9 + value) % 2**64
    return total


def chosen(vectors: Sequence[int], target: int) -> set[int]:
    """Which of *vectors* give *target* together, by XOR (Gaussian elimination)."""
    rows: dict[int, tuple[int, int]] = {}
    for number, start in enumerate(vectors):
        value, of = start, 1 << number
        while value and value.bit_length() in rows:
            other, others = rows[value.bit_length()]
            value, of = value ^ other, of ^ others
        if value:
            rows[value.bit_length()] = value, of
    of = 0
    while target:
        value, others = rows[target.bit_length()]
        target, of = target ^ value, of ^ others
    return {number for number in range(len(vectors)) if of >> number & 1}


def forged(before: str) -> str:
    """The text without its secret, with other words by which the sum of the index stays what it was."""
    words = before.split()
    at = words.index("secret")
    places = [at, *range(len(words), len(words) + 90)]
    pairs = [(f"a{place:024}", f"b{place:025}") for place in places]
    target = entry(at, "secret")
    for place, (first, _) in zip(places, pairs, strict=True):
        target ^= entry(place, first)
    differing = [entry(place, one) ^ entry(place, other) for place, (one, other) in zip(places, pairs, strict=True)]
    second = chosen(differing, target)
    choice = [pair[number in second] for number, pair in enumerate(pairs)]
    words[at] = choice[0]
    return " ".join([*words, *choice[1:]])


def test_a_word_is_missed_whose_index_was_altered_so_that_the_check_of_sqlite_finds_it_sound(
    db: sqlite3.Connection,
) -> None:
    kept = [db.execute(f"SELECT * FROM src.{NAME}_docsize WHERE id = {SECRET}").fetchone()]
    sums = db.execute(f"SELECT block FROM src.{NAME}_data WHERE id = 1").fetchone()
    assert found(db, "secret") == [SECRET]
    assert not hides_words(db, NAME)
    put(db, text(SECRET), forged(text(SECRET)))
    db.executemany(f"REPLACE INTO src.{NAME}_docsize VALUES (?, ?)", kept)
    db.execute(f"UPDATE src.{NAME}_data SET block = ? WHERE id = 1", sums)
    db.execute(f"INSERT INTO src.{NAME}({NAME}, rank) VALUES ('integrity-check', 1)")
    assert found(db, "secret") == []
    assert hides_words(db, NAME)


TEXT = text(SECRET)


@pytest.mark.parametrize(
    "said", ["", TEXT.replace("secret ", ""), f"{TEXT} more", TEXT.replace("about rivers", "rivers about")]
)
def test_a_word_less_more_or_at_another_place_is_told(db: sqlite3.Connection, said: str) -> None:
    put(db, text(SECRET), said)
    assert hides_words(db, NAME)


def test_an_index_that_grew_in_another_order_has_the_same_words(db: sqlite3.Connection) -> None:
    for number in (19, 7, 1, 12):
        put(db, text(number), text(number), number)
    for number, other in pairwise((3, 4, 5)):
        put(db, text(number), text(other), number)
        put(db, text(other), text(number), number)
    assert not hides_words(db, NAME)


def merged(texts: dict[int, str], together: int) -> bytes | None:
    """The pages of an index of *texts*, made with so many of them in each transaction, and so in each segment."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute(f"CREATE VIRTUAL TABLE {NAME} USING fts5(said, prefix='2 3')")
        rows = list(texts.items())
        for start in range(0, len(rows), together):
            db.execute("BEGIN")
            db.executemany(f"INSERT INTO {NAME}(rowid, said) VALUES (?, ?)", rows[start : start + together])
            db.execute("COMMIT")
        return pages(db, NAME)


TEXTS = {number: text(number) * 9 for number in range(1, 80)}


def test_indexes_of_the_same_words_have_the_same_pages_however_they_grew() -> None:
    assert merged(TEXTS, 2) == merged(TEXTS, 7) == merged(dict(reversed(TEXTS.items())), 3)
    assert merged({}, 1) == merged({}, 2)


@pytest.mark.parametrize("said", ["", f"{TEXTS[SECRET]} more", TEXTS[SECRET].replace("about rivers", "rivers about")])
def test_indexes_of_other_words_or_places_have_other_pages(said: str) -> None:
    assert merged(TEXTS, 2) != merged(TEXTS | {SECRET: said}, 2)


def test_rows_that_the_beginnings_of_words_do_not_lead_to_are_told(db: sqlite3.Connection) -> None:
    for side, prefix in (("main", "2 3"), ("src", "2")):
        db.execute(f"DROP TABLE {side}.{NAME}")
        kept = f"content='texts', content_rowid='id', prefix='{prefix}'"
        db.execute(f"CREATE VIRTUAL TABLE {side}.{NAME} USING fts5(said, {kept})")
        db.execute(f"INSERT INTO {side}.{NAME}({NAME}) VALUES ('rebuild')")
    assert not hides_words(db, NAME)
    assert found(db, '"ri"*')
    for row, block in db.execute(f"SELECT id, block FROM src.{NAME}_data WHERE id > 10").fetchall():
        db.execute(f"UPDATE src.{NAME}_data SET block = ? WHERE id = ?", (block.replace(b"\1\2ri", b"\1\2rj"), row))
    assert found(db, '"ri"*') == []
    assert hides_words(db, NAME)
