"""Short ids: of the address alone, so the same in every archive; longer where two posts would share one."""

import itertools
import sqlite3
from pathlib import Path

import pytest

from scraper import digests
from scraper.schema import renewal
from scraper.store import short_ids
from scraper.store.post_queries import by_short_id

URL = "https://www.blog.example/post/a-day-in-court"


def add(db: sqlite3.Connection, *addresses: str, characters: int = digests.SHORT) -> None:
    for url in addresses:
        db.execute(
            "INSERT INTO posts (site, url, slug, first_seen_at, last_seen_at) VALUES ('a', ?, ?, '2021', '2021')",
            (url, url),
        )
        short_ids.settle(db, url, characters)


def ids(db: sqlite3.Connection) -> dict[str, str]:
    return dict(db.execute("SELECT url, short_id FROM posts"))


def test_it_is_made_of_the_address_and_of_nothing_else(full: Path) -> None:
    with sqlite3.connect(full) as db:
        assert ids(db)[URL] == digests.short_id(URL)
    assert digests.short_id(URL) == "6aswhpcyao"


#: Two addresses and a third: the ids of the first two begin with the same two characters.
ALIKE = next(
    pair
    for pair in itertools.combinations([f"https://www.blog.example/post/{number}" for number in range(200)], 2)
    if digests.short_id(pair[0], 2) == digests.short_id(pair[1], 2)
)


@pytest.mark.parametrize("addresses", [(*ALIKE, URL), (URL, *reversed(ALIKE)), (ALIKE[1], URL, ALIKE[0])])
def test_posts_that_would_share_one_have_longer_ones_in_any_order(
    db: sqlite3.Connection, addresses: tuple[str, ...]
) -> None:
    add(db, *addresses, characters=2)
    assert ids(db) == {URL: digests.short_id(URL, 2)} | {url: digests.short_id(url, 16) for url in ALIKE}
    assert by_short_id(db, digests.short_id(ALIKE[0], 2)) is None  # nobody is led to the wrong one
    found = by_short_id(db, digests.short_id(ALIKE[0], 16))
    assert found is not None
    assert ALIKE[0] in found


def test_when_one_of_them_goes_the_other_is_short_again(db: sqlite3.Connection) -> None:
    add(db, *ALIKE, characters=2)
    db.execute("DELETE FROM posts WHERE url = ?", (ALIKE[0],))
    short_ids.settle(db, ALIKE[0], 2)
    assert ids(db) == {ALIKE[1]: digests.short_id(ALIKE[1], 2)}


def test_posts_of_older_archives_get_theirs(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.execute("CREATE TABLE posts (id INTEGER, url TEXT, short_id TEXT)")
        db.execute("INSERT INTO posts VALUES (1, ?, NULL)", (URL,))
        renewal.fill_short_ids(db)
        assert ids(db) == {URL: digests.short_id(URL)}
