"""The views that answer the common questions."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scraper import schema


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    schema.open_archive(tmp_path / "archive.db", create=True).close()
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        put(db, "sites", id="blog", name="Blog", base_url="https://blog.example/", platform="wix")
        for number in (1, 2, 3):
            put(db, "captures", url="x", url_basis="request", kind="post", source="live", captured_at_basis="clock",
                captured_at=f"2021-04-0{number}", record_sha256=f"{number}" * 64)  # fmt: skip
        yield db


def put(db: sqlite3.Connection, table: str, **row: Any) -> int:
    sql = f"INSERT INTO {table}({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
    return db.execute(sql, tuple(row.values())).lastrowid or 0


def post(db: sqlite3.Connection, slug: str, **row: Any) -> int:
    seen = {"first_seen_at": "2021-04-02T09:00:00Z", "last_seen_at": "2021-04-02T09:00:00Z"}
    return put(db, "posts", site="blog", slug=slug, url=f"https://blog.example/post/{slug}", **seen, **row)


def test_counts_by_day_have_the_highest_of_each_day(db: sqlite3.Connection) -> None:
    a = post(db, "a")
    for capture, at, views in ((1, "2021-04-01T08:00:00Z", 5), (2, "2021-04-01T20:00:00Z", 9), (3, "2021-04-02", None)):
        put(db, "counts", post_id=a, capture_id=capture, counted_at=at, views=views, source="page")
    found = db.execute("SELECT post_url, day, views, observations FROM counts_by_day ORDER BY day").fetchall()
    url = "https://blog.example/post/a"
    assert found == [(url, "2021-04-01", 9, 2), (url, "2021-04-02", None, 1)]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.ohchr.org/en/hrc", "ohchr.org"),
        ("http://OHCHR.org", "ohchr.org"),
        ("https://ohchr.org:8080/x", "ohchr.org"),
        ("https://ohchr.org?x=https://other.example/", "ohchr.org"),
        ("https://ohchr.org#top", "ohchr.org"),
    ],
)
def test_links_are_counted_by_host_however_they_are_written(db: sqlite3.Connection, url: str, host: str) -> None:
    for slug in ("a", "b"):
        place = post(db, slug)
        for position in (1, 2):
            put(db, "links", post_id=place, position=position, url=url, text="x")
    put(db, "links", post_id=place, position=3, url="mailto:a@ohchr.org", text="x")
    assert db.execute("SELECT host, links, posts FROM links_by_host").fetchall() == [(host, 4, 2)]


def test_posts_are_filed_under_their_month_as_precisely_as_it_is_known(db: sqlite3.Connection) -> None:
    post(db, "a", published_day="2021-03-31", published_at="2021-04-01T02:00:00Z", word_count=10)
    post(db, "b", published_at="2021-03", word_count=5, gone_at="2021-05-01T00:00:00Z")
    post(db, "c", updated_at="2019-02-03", word_count=1)
    post(db, "d", published_at="2016")
    post(db, "e")
    assert db.execute("SELECT * FROM posts_by_month ORDER BY month").fetchall() == [
        ("blog", None, 1, None, 0),
        ("blog", "2016", 1, None, 0),
        ("blog", "2019-02", 1, 1, 0),
        ("blog", "2021-03", 2, 15, 1),
    ]


def test_changes_say_whose_they_are_and_which_capture_shows_them(db: sqlite3.Connection) -> None:
    put(db, "events", post_id=post(db, "a", title="A"), at="2021-04-01", kind="added", capture_id=1)
    assert db.execute("SELECT kind, post_url, title, capture_record_sha256 FROM changes").fetchall() == [
        ("added", "https://blog.example/post/a", "A", "1" * 64)
    ]


def test_plain_datasette_and_sqlite_utils_find_the_search_of_posts(db: sqlite3.Connection) -> None:
    from datasette.utils import detect_fts
    from sqlite_utils import Database

    assert detect_fts(db, "posts") in schema.FTS
    assert Database(db)["posts"].detect_fts() in schema.FTS


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((), ("blog.example", "host", 0)),
        ((("Pond Letters", "meta"),), ("Pond Letters", "meta", 1)),
        ((("Pond Letters", "meta"), ("Old Name", "meta"), ("Pond Letters", "meta")), ("Pond Letters", "meta", 2)),
        ((("A Publisher", "json-ld"), ("Pond Letters", "meta"), (None, None)), ("Pond Letters", "meta", 1)),
    ],
)
def test_a_site_is_called_what_most_of_its_pages_call_it(
    db: sqlite3.Connection, said: tuple[tuple[str, str], ...], expected: tuple[str, str, int]
) -> None:
    for number, (name, basis) in enumerate(said):
        post(db, f"p{number}", blog_name=name, blog_name_basis=basis)
    put(db, "sites", id="other", name="Other", base_url="https://www.other.example:8080/", platform="wix")
    found = {site: row for site, *row in db.execute("SELECT site, name, basis, posts FROM site_names")}
    assert found == {"blog": [*expected], "other": ["other.example:8080", "host", 0]}
