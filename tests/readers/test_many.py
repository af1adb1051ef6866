"""An archive of many posts leaves by each door and is read back whole: counts and digests. Needs the extra `data`."""

import csv
import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from scraper import export, schema
from tests.readers.conftest import put

pytestmark = pytest.mark.slow

POSTS = 2_000
SEEN = {"first_seen_at": "2021-04-01T09:00:00Z", "last_seen_at": "2021-04-01T09:00:00Z"}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("many") / "archive.db"
    schema.open_archive(path, create=True).close()
    with closing(sqlite3.connect(path)) as db, db:
        put(db, "sites", id="a", name="A", base_url="https://a.example/", platform="wix")
        put(db, "crawls", command="crawl", version="0.2.0", started_at="2021-04-01T08:00:00Z")
        for number in range(POSTS):
            url, page = f"https://a.example/post/{number}", f"<p>Page {number}</p>".encode()
            digest = hashlib.sha256(page).hexdigest()
            put(db, "bodies", sha256=digest, length=len(page), codec="raw", data=page)
            capture = put(
                db, "captures", url=url, url_basis="request", kind="post", source="live", crawl_id=1, status=200,
                captured_at=f"2021-04-01T09:{number // 60:02}:{number % 60:02}Z", captured_at_basis="clock",
                head=b"HTTP/1.1 200 OK\r\n\r\n", request_head=b"GET / HTTP/1.1\r\n\r\n", body_sha256=digest,
                media_type="text/html", record_sha256=f"{number:064x}",
            )  # fmt: skip
            post = put(db, "posts", site="a", slug=f"{number}", url=url, title=f"Post {number}", capture_id=capture,
                       content_sha256=digest, published_day=f"20{number % 20:02}-03-16", **SEEN)  # fmt: skip
            put(db, "revisions", post_id=post, capture_id=capture, seen_at="2021-04-01T09:00:00Z", reader=1,
                content_sha256=digest, targets="{}", title=f"Post {number}")  # fmt: skip
            put(db, "counts", post_id=post, capture_id=capture, counted_at="2021-04-01T09:00:00Z", views=number,
                source="page")  # fmt: skip
    return path


@pytest.fixture
def db(many: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{many}?mode=ro", uri=True)) as connection:
        yield connection


def pages(db: sqlite3.Connection) -> dict[str, str]:
    """Address → digest of the page, as SQLite has them."""
    return dict(db.execute("SELECT url, body_sha256 FROM captures"))


def in_warc(content: IO[bytes]) -> dict[str, str]:
    """The same, as warcio reads them."""
    from warcio.archiveiterator import ArchiveIterator

    return {
        record.rec_headers.get_header("WARC-Target-URI"): hashlib.sha256(record.content_stream().read()).hexdigest()
        for record in ArchiveIterator(content)
        if record.rec_type == "response"
    }


def test_the_warc_has_every_page(many: Path, db: sqlite3.Connection, tmp_path: Path) -> None:
    assert export.export_warc(many, tmp_path / "all.warc.gz") == POSTS
    with (tmp_path / "all.warc.gz").open("rb") as content:
        assert in_warc(content) == pages(db)


def test_the_wacz_has_every_page_and_knows_its_files(many: Path, db: sqlite3.Connection, tmp_path: Path) -> None:
    assert export.export_wacz(many, tmp_path / "all.wacz") == POSTS
    with zipfile.ZipFile(tmp_path / "all.wacz") as packed:
        (name,) = (each for each in packed.namelist() if each.startswith("archive/"))
        with packed.open(name) as content:
            assert in_warc(content) == pages(db)
        assert len(packed.read("pages/pages.jsonl").splitlines()) == POSTS + 1
        for each in json.loads(packed.read("datapackage.json"))["resources"]:
            assert each["hash"] == f"sha256:{hashlib.sha256(packed.read(each['path'])).hexdigest()}"


def test_the_copy_has_every_row(many: Path, db: sqlite3.Connection, tmp_path: Path) -> None:
    export.copy(many, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for table in schema.TABLES:
            held, kept = (sorted(map(repr, each.execute(f"SELECT * FROM {table}"))) for each in (db, copied))
            assert kept == held, table


def test_the_bag_has_every_page(many: Path, db: sqlite3.Connection, tmp_path: Path) -> None:
    import bagit

    export.to_bag(many, tmp_path / "bag.zip")
    with zipfile.ZipFile(tmp_path / "bag.zip") as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        packed.extractall(tmp_path)
    assert bagit.Bag(str(tmp_path / "bag")).validate()
    with (tmp_path / "bag" / "data" / "captures.warc.gz").open("rb") as content:
        assert in_warc(content) == pages(db)


def test_the_zip_of_all_tables_has_every_row_and_knows_its_files(db: sqlite3.Connection, tmp_path: Path) -> None:
    export.to_zip(db, tmp_path / "all.zip", "csv")
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        for each in json.loads(packed.read("datapackage.json"))["resources"]:
            content = packed.read(each["path"])
            assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            _, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
            (number,) = db.execute(f"SELECT count(*) FROM {each['title']}").fetchone()
            assert len(rows) == each["rows"] == number, each["path"]
