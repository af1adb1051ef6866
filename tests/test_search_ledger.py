"""The ledger holds what all posts have, as the archive has it now; sets are bits."""

import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import search
from scraper.search.bits import IN_A_BYTE, codes_of, flags_of, mask_of, places_of
from scraper.search.ledger import OF_LABELS, OF_POST, SPARSE, read
from scraper.search.state import ledger_of
from scraper.serve import texts

POST = (
    "INSERT INTO posts (site, url, slug, title, author, published_at, first_seen_at, last_seen_at)"
    " VALUES ('a', ?1, ?1, ?2, ?3, ?4, '', '')"
)


def add(db: sqlite3.Connection, url: str, author: str = "Ada", at: str | None = "2020") -> None:
    db.execute(POST, (url, "Water", author, at))


@given(st.sets(st.integers(0, 200)), st.integers(201, 260))
def test_places_are_the_same_as_bits_and_as_flags(places: set[int], length: int) -> None:
    mask = mask_of(places, length)
    assert places_of(mask, length) == sorted(places)
    assert [at for at, flag in enumerate(flags_of(mask, length)) if flag] == sorted(places)
    assert mask.bit_count() == len(places)


@given(st.lists(st.sets(st.integers(0, 60)), max_size=20))
def test_a_byte_for_each_place_tells_in_which_of_eight_sets_it_is(sets: list[set[int]]) -> None:
    codes = codes_of([mask_of(places, 61) for places in sets], 61)
    for at in range(61):
        assert {n for n in range(len(sets)) if codes[n // IN_A_BYTE][at] >> n % IN_A_BYTE & 1} == {
            n for n, places in enumerate(sets) if at in places
        }


def test_what_another_connection_commits_is_counted_at_once(db: sqlite3.Connection, tmp_path: Path) -> None:
    reader = sqlite3.connect(f"file:{tmp_path / 'a.db'}?mode=ro", uri=True)
    for number in range(1, 6):
        add(db, f"https://a.example/{number}")
        assert search.find(reader, "water").total == number
        assert search.find(reader, "").total == number
    reader.close()


def test_a_reading_transaction_goes_on_seeing_what_it_saw(db: sqlite3.Connection, tmp_path: Path) -> None:
    add(db, "https://a.example/1")
    reader = sqlite3.connect(f"file:{tmp_path / 'a.db'}?mode=ro", uri=True)
    with search.snapshot(reader):
        assert search.count(reader, search.Request()) == 1
        add(db, "https://a.example/2")
        assert search.count(reader, search.Request()) == 1
        assert search.count(db, search.Request()) == 2
        assert search.find(reader, "water").total == 1
    assert search.find(reader, "water").total == 2
    reader.close()


#: What may happen to an archive that a ledger holds; :a and :b: random numbers of one digit.
CHANGES = (
    "INSERT OR IGNORE INTO posts (site, url, slug, author, published_at, first_seen_at, last_seen_at)"
    " VALUES ('a', :a, :a, :b, '201' || :b, '', '')",
    "DELETE FROM posts WHERE url = :a AND :b > 5",
    "UPDATE OR IGNORE posts SET url = :b WHERE url = :a",
    "UPDATE OR IGNORE posts SET id = :b WHERE url = :a AND id NOT IN (SELECT post_id FROM files UNION SELECT post_id"
    " FROM post_tags UNION SELECT post_id FROM post_categories)",
    "UPDATE posts SET author = nullif(:b, 5) WHERE url = :a",
    "UPDATE posts SET published_day = nullif('201' || :b, '2015') WHERE url = :a",
    "UPDATE posts SET updated_at = '202' || :b, published_at = NULL WHERE url = :a",
    "UPDATE posts SET content_sha256 = :b WHERE url = :a",
    "UPDATE posts SET gone_at = nullif(:b, 5) WHERE url = :a",
    "UPDATE posts SET language = nullif(:b, 5) WHERE url = :a",
    "UPDATE posts SET views = nullif(:b, 5), comments = :b WHERE url = :a",
    "INSERT OR IGNORE INTO files (post_id, position, url, name)"
    " SELECT id, :b, 'https://a.example/' || :b, 'a.pdf' FROM posts WHERE url = :a",
    "DELETE FROM files WHERE position = :b",
    "INSERT OR IGNORE INTO tags VALUES (:a, 'tag ' || :b)",
    "UPDATE OR IGNORE tags SET name = 'tag ' || :b WHERE id = :a",
    "INSERT OR IGNORE INTO post_tags SELECT posts.id, tags.id, 1 FROM posts, tags WHERE url = :a",
    "DELETE FROM post_tags WHERE tag_id = :b",
    "INSERT OR IGNORE INTO categories VALUES (:a, 'category ' || :b)",
    "INSERT OR IGNORE INTO post_categories SELECT posts.id, categories.id, 1 FROM posts, categories WHERE url = :a",
    "UPDATE sites SET name = :b",
    "UPDATE posts SET last_seen_at = :b, title = :a",
)


@pytest.mark.parametrize("seed", range(4))
def test_a_ledger_that_goes_on_from_the_last_one_is_the_one_read_anew_whatever_changed(
    db: sqlite3.Connection, seed: int
) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    chance, held, filled = random.Random(seed), read(db), set[str]()
    for _ in range(300):
        db.execute(chance.choice(CHANGES), {"a": str(chance.randrange(10)), "b": str(chance.randrange(10))})
        held = read(db, held)
        assert held == read(db)
        filled |= {facet for facet, values in held.values.items() if values}
    assert filled == {*OF_POST, *OF_LABELS}


def test_what_has_not_changed_is_not_read_again(db: sqlite3.Connection) -> None:
    add(db, "https://a.example/1")
    db.execute("INSERT INTO tags VALUES (1, 'water')")
    db.execute("INSERT INTO post_tags VALUES (1, 1, 1)")
    first = read(db)
    db.execute("UPDATE posts SET last_seen_at = '2026', title = 'Another'")
    assert read(db, first) is first
    db.execute("UPDATE posts SET views = 7")
    second = read(db, first)
    assert second.views == (7,)
    assert second.values["tag"] is first.values["tag"]


def test_the_last_ledger_serves_the_next_state_of_the_archive(db: sqlite3.Connection, tmp_path: Path) -> None:
    add(db, "https://a.example/1")
    reader = sqlite3.connect(f"file:{tmp_path / 'a.db'}?mode=ro", uri=True)
    seen = []
    for change in ("UPDATE posts SET last_seen_at = '2026'", "UPDATE posts SET author = 'Bea'", "DELETE FROM posts"):
        with search.snapshot(reader):
            seen.append(ledger_of(reader))
        db.execute(change)
    reader.close()
    assert seen[0] is seen[1]
    assert set(seen[2].values["author"]) == {"Bea"}


def test_a_value_that_few_have_is_counted_like_one_that_many_have(db: sqlite3.Connection) -> None:
    posts = 2 * SPARSE + 2
    for number in range(posts):
        add(db, f"https://a.example/{number:04}", "Rare" if number == 7 else "Ada")
    held = read(db).values["author"]
    assert held["Rare"].mask is None
    assert held["Ada"].mask is not None
    counts = {
        value.value: value.count
        for facet in search.find(db, "water").facets
        if facet.name == "author"
        for value in facet.values
    }
    assert counts == {"Ada": posts - 1, "Rare": 1}
    chosen = search.Request(filters=search.Filters(author=("Rare",)))
    assert [hit.url for hit in search.find(db, chosen).hits] == ["https://a.example/0007"]


def test_posts_of_one_day_stand_in_the_order_of_their_addresses(db: sqlite3.Connection) -> None:
    for name in ("c", "a", "b"):
        add(db, f"https://a.example/{name}", at="2020-01-01")
    add(db, "https://a.example/none", at=None)
    ends = {sort: [hit.url[-1] for hit in search.find(db, search.Request(sort=sort)).hits] for sort in search.SORTS}
    assert ends["newest"] == ends["oldest"] == ["a", "b", "c", "e"]


def test_every_choice_is_counted_and_has_its_words() -> None:
    assert {*OF_POST, *OF_LABELS} - {"month"} == set(search.FACETS)
    assert set(search.FACETS) - {"year"} == set(texts.FACETS), "years are chosen on the timeline"
    assert set(search.FACETS) <= texts.API_PARAMETERS.keys()


def test_posts_are_found_whose_numbers_lie_far_apart(db: sqlite3.Connection) -> None:
    for number, title in ((7, "Water"), (900_000, "Dry land"), (12, "Water and dry land")):
        db.execute(POST.replace("posts (", "posts (id, ").replace("VALUES (", "VALUES (?5, "), (
            f"https://a.example/{number}", title, "Ada", "2020", number,
        ))  # fmt: skip
    assert set(search.rowids(db, search.Request(query=search.parse("dry")))) == {12, 900_000}
    assert set(search.rowids(db, search.Request(query=search.parse('"dry land" -water')))) == {900_000}


def test_what_many_better_hits_lack_is_found_behind_them(db: sqlite3.Connection) -> None:
    """More than are ranked at first are better hits for the word, and none of them is what is asked for."""
    every = [(f"https://a.example/{number}", "Water dry", "Ada", "2020") for number in range(1_010)]
    last = [
        (f"https://a.example/last-{number}", f"Water {'and more ' * 9 * number}", "Ada", "2020") for number in (2, 1)
    ]
    db.executemany(POST, every + last)
    found = search.find(db, "water -dry")
    assert [hit.slug.rpartition("/")[2] for hit in found.hits] == ["last-1", "last-2"]
    assert search.find(db, 'water -"water dry"').hits == found.hits
