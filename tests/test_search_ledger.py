"""The ledger holds what all posts have, as the archive has it now; sets are bits."""

import sqlite3
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scraper import search
from scraper.search.bits import flags_of, mask_of, places_of
from scraper.search.ledger import OF_LABELS, OF_POST, SPARSE, read
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
