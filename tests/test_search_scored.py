"""What the indexes find is ranked as far as somebody looks."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper import schema, search
from scraper.search.match import STEMMED, compile_query
from scraper.search.scored import best_of, of_index

WORDS = ("water", "rights", "housing", "council")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Sixty posts and forty files of few words, some of them in nearly all."""
    chance, path = random.Random(7), Path(tmp_path_factory.mktemp("scored")) / "a.db"
    opened = schema.open_archive(path, create=True)
    opened.conn.execute("INSERT INTO sites VALUES ('a', 'A', 'https://a.example/', 'wix', 'live')")

    def text() -> str:
        return " ".join(chance.choices(WORDS, weights=(6, 5, 2, 1), k=chance.randint(1, 30)))

    for number in range(60):
        opened.conn.execute(
            "INSERT INTO posts (site, url, slug, title, body_text, first_seen_at, last_seen_at)"
            " VALUES ('a', ?1, ?1, ?2, ?3, '', '')",
            (str(number), text()[:20], text()),
        )
    for number in range(40):
        opened.conn.execute(
            "INSERT INTO files (post_id, position, name, text) VALUES (?, ?, ?, ?)",
            (chance.randint(1, 60), number, text()[:10], text()),
        )
    yield opened.conn
    opened.close()


QUERIES = ("water", "rights", "water rights", '"water rights"', "wat*", "council", "housing water council")


@pytest.mark.parametrize("query", QUERIES)
def test_the_best_are_the_same_whether_or_not_files_that_cannot_be_among_them_are_ranked(
    db: sqlite3.Connection, query: str
) -> None:
    driver = compile_query(db, search.parse(query)).driver
    assert driver is not None
    every = of_index(db, driver.table, driver.expression, files=True, rank=True)
    for most in range(1, 70):
        said = best_of(db, driver.table, driver.expression, files=True, most=most, phrases=driver.phrases)
        assert said == best_of(db, driver.table, driver.expression, files=True, most=most)
        assert said[0].items() <= every.items()
        left_out = [score for number, score in every.items() if number not in said[0]]
        assert max(said[0].values(), default=-9) < min(left_out, default=0)


def test_files_are_not_ranked_where_no_file_can_be_among_the_best(db: sqlite3.Connection) -> None:
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    try:
        best_of(db, STEMMED, '"water"', files=True, most=5, phrases=1)
    finally:
        db.set_trace_callback(None)
    assert any("bm25(posts_fts" in statement for statement in asked)
    assert not any("bm25(files_fts" in statement for statement in asked)


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ("water", 1),
        ('"water rights" council', 2),
        ("NEAR(water rights, 3)", None),
        ("water OR rights", None),
        ("title:water", 1),
    ],
)
def test_phrases_are_counted_where_all_of_them_must_be_there(
    db: sqlite3.Connection, query: str, phrases: int | None
) -> None:
    driver = compile_query(db, search.parse(query)).driver
    assert driver is not None
    assert driver.phrases == phrases
