"""Posts about the same, and posts that say the same."""

import random
import sqlite3

from scraper import search
from scraper.passages import samples
from scraper.search.related import COMMON_RUN

POST = (
    "INSERT INTO posts (site, url, slug, title, body_text, first_seen_at, last_seen_at)"
    " VALUES ('a', ?1, ?1, ?2, ?3, '', '')"
)
STATEMENT = (
    "We call on the city to end its shutoffs, to restore service to every household before winter, and to write down "
    "an affordability plan that nobody needs a lawyer to read. Water is a human right and not a favour to be withdrawn."
)
FOOT = "The network is an association of members across the country who defend dignity and the rights of all people."


def prose(seed: int, words: int = 120) -> str:
    dice = random.Random(seed)
    return " ".join("".join(dice.choices("abcdefghijklmnop", k=6)) for _ in range(words))


def add(db: sqlite3.Connection, name: str, text: str) -> int:
    post = db.execute(POST, (name, f"About {name}", text)).lastrowid
    assert post
    db.executemany("INSERT INTO shared_runs VALUES (?, ?)", [(run, post) for run in samples(text)])
    return post


def test_a_post_that_was_published_twice_is_found_with_its_passages(db: sqlite3.Connection) -> None:
    first = add(db, "first", f"{STATEMENT}\n\n{prose(1, 20)}")
    second = add(db, "second", f"From our members:\n\n{STATEMENT}")
    add(db, "other", prose(2))
    (found,) = search.repeated(db, first)
    assert found.id == second
    assert [each.text for each in found.passages] == [STATEMENT.rstrip(".")]
    assert 0.5 < found.share < 1
    assert search.repeated(db, second)[0].id == first


def test_a_paragraph_within_a_long_post_is_found(db: sqlite3.Connection) -> None:
    short = add(db, "short", STATEMENT)
    add(db, "long", f"{prose(3, 900)}\n\n{STATEMENT}\n\n{prose(4, 900)}")
    (found,) = search.repeated(db, short)
    assert found.count == 1
    assert found.share == search.repeated(db, found.id)[0].share < 0.1


def test_the_foot_of_every_page_is_no_passage(db: sqlite3.Connection) -> None:
    posts = [add(db, f"post-{number}", f"{prose(10 + number)}\n\n{FOOT}") for number in range(COMMON_RUN + 2)]
    assert search.repeated(db, posts[0]) == []


def test_related_posts_share_rare_words_and_not_common_ones(db: sqlite3.Connection) -> None:
    for number in range(12):
        add(db, f"filler-{number}", f"The people of the county met again. {prose(30 + number)}")
    one = add(db, "one", "The people of the county met about desalination and brine at the estuary.")
    two = add(db, "two", "Desalination leaves brine in an estuary.")
    three = add(db, "three", "The people of the county met about a library.")
    assert search.related(db, one, 3)[0] == two
    assert search.related(db, two, 3) == [one]
    assert two not in search.related(db, three, 5)


def test_a_post_without_words_has_no_relations(db: sqlite3.Connection) -> None:
    empty = add(db, "empty", "")
    assert search.related(db, empty, 3) == []
    assert search.repeated(db, empty) == []
