"""A filled archive, exported: what other people's programs read here. Needs the extra `data`."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scraper import export, schema
from scraper.export import Options

TABULAR = ("csv", "json", "jsonl")


def put(db: sqlite3.Connection, table: str, **row: Any) -> int:
    sql = f"INSERT INTO {table}({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
    return db.execute(sql, tuple(row.values())).lastrowid or 0


def fill(db: sqlite3.Connection) -> None:
    """Posts with all kinds of dates, authors, texts and lists, and rows in the other tables."""
    put(db, "sites", id="upr2020", name="UPR 2020", base_url="https://www.upr2020.org/", platform="wix")
    put(db, "crawls", command="crawl", version="0.2.0", started_at="2021-04-02T08:00:00Z")
    days = [
        ("instant", "2021-03-16T23:05:00Z", "2021-03-16", "shown"),
        ("day", "2021-03-18", "2021-03-18", "shown"),
        ("month", "2016-12", None, None),
        ("none", None, None, None),
    ]
    for number, (slug, published, day, basis) in enumerate(days, 1):
        url = f"https://www.upr2020.org/post/{slug}"
        body = put(
            db, "captures", url=url, url_basis="request", kind="post", source="live", crawl_id=1,
            captured_at=f"2021-04-0{number}T09:00:00Z", captured_at_basis="clock", head=b"HTTP/1.1 200 OK\r\nX: \xe9",
            record_sha256=f"{number}" * 64,
        )  # fmt: skip
        post = put(
            db, "posts", site="upr2020", slug=slug, url=url, title=f"Title, “{slug}” & {{braces}} = 100 %",
            author=("Dana King", "Committee for Housing, Land and Water", "شبكة حقوق الإنسان", None)[number - 1],
            published_at=published, published_day=day, published_day_basis=basis, first_seen_at="2021-04-01T09:00:00Z",
            last_seen_at="2021-04-02T09:00:00Z", language="en", views=number, capture_id=body, content_sha256=slug * 4,
            excerpt="One line", body_text='Line "one"\n\nLine, two\r\nthree', word_count=5,
        )  # fmt: skip
        put(db, "revisions", post_id=post, capture_id=body, seen_at=f"2021-04-0{number}T09:00:00Z",
            content_sha256=slug * 4, reader=1, targets="{}", title="T")  # fmt: skip
        put(db, "counts", post_id=post, capture_id=body, counted_at="2021-04-02T09:00:00Z", views=number, source="page")
        put(db, "events", post_id=post, at="2021-04-02T09:00:00Z", known_at="2021-04-02T08:00:00Z", kind="added",
            capture_id=body)  # fmt: skip
        put(db, "links", post_id=post, position=1, url="https://www.ohchr.org/en", text="OHCHR")
        put(db, "known_urls", url=url, site="upr2020", found_by="sitemap", first_heard_at="2021-04-01T09:00:00Z",
            last_heard_at="2021-04-02T09:00:00Z", state="archived")  # fmt: skip
    for position, name in enumerate(("UPR", "Human Rights; water"), 1):
        put(db, "post_tags", post_id=1, tag_id=put(db, "tags", name=name), position=position)
    db.execute(f"INSERT INTO citations {schema.CITATIONS}")


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("readers") / "archive.db"
    schema.open_archive(path, create=True).close()
    with closing(sqlite3.connect(path)) as db, db:
        fill(db)
        db.execute("UPDATE meta SET value = 'x' WHERE 0")
    return path


@pytest.fixture(scope="session")
def db(archive: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as connection:
        yield connection


@pytest.fixture(scope="session")
def folder(db: sqlite3.Connection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format and every table in one folder."""
    path = tmp_path_factory.mktemp("exports")
    for name, made in export.FORMATS.items():
        export.to_file(db, path / f"posts{made.suffix}", name)
    for name in TABULAR:
        for table in schema.TABLES:
            if table != "posts":
                export.to_file(db, path / f"{table}{export.FORMATS[name].suffix}", name, options=Options(table=table))
    return path


def descriptor(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "datapackage.json").read_text("utf-8")))
