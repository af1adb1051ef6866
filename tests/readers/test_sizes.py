"""Archives of no post, of one, and with posts that moved, went and were withdrawn: every export is read by a program of
its kind and says the same. Needs the extra `data`.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scraper import export, schema
from scraper.export import Options
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.seal import sealer, withdraw
from scraper.store import Archive
from tests.archives import NOW, SITE, TEXT, captures, fill, live, oddities, page

pytestmark = pytest.mark.slow

#: A PDF of no page, as little of one as there can be.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n"
)
LISTING = f'<html><title>All posts</title><body><a href="{SITE}/post/a-day-in-court">A Day in Court</a></body></html>'
AT = "2021-12-03T00:00:00Z"


def _withdraw(path: Path, url: str) -> None:
    order = withdraw.Order(url=url, reason="the author asked", by="A. Editor")
    with Archive.open(
        path, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=sealer(lambda: NOW, path.parent)
    ) as archive:
        run = archive.begin("withdraw", AT)
        withdraw.carry_out(archive, order, withdraw.plan(archive, order), crawl_id=run, at=AT)
        archive.finish(run, finished_at=AT, requests=0, exit_status=0)


def none(path: Path) -> Path:
    return fill(path, [], confirm=False)


def one(path: Path) -> Path:
    return fill(path, [live("/post/a", "2021-03-02T00:00:00Z", page("Alone", "One text.", slug="a"))], confirm=False)


def all_kinds(path: Path) -> Path:
    more = [
        live("/report.pdf", "2021-07-02T00:00:00Z", PDF, kind="file", media_type="application/pdf", packed=False),
        live("/blog", "2021-07-02T00:00:01Z", LISTING, kind="list"),
        live("/post/lost", "2021-07-02T00:00:02Z", page("Lost", "It was here too.", slug="lost")),
        live("/post/first", "2021-07-02T00:00:03Z", page("Moving", *TEXT, "And out we go.", slug="first")),
        live("/post/first", "2021-08-02T00:00:01Z", "", status=301, kind="redirect", packed=False,
             redirected_to=f"{SITE}/post/second"),
        live("/post/second", "2021-08-02T00:00:01Z", page("Moving", *TEXT, "And out we go.", slug="second")),
        live("/post/lost", "2021-08-02T00:00:02Z", "<h1>410</h1>", status=410, kind="missing"),
        live("/post/lost", "2021-09-02T00:00:02Z", "<h1>410</h1>", status=410, kind="missing"),
    ]  # fmt: skip
    fill(path, [*captures(), *oddities(), *more])
    _withdraw(path, f"{SITE}/post/saved")
    return path


@pytest.fixture(scope="module", params=[none, one, all_kinds])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    make: Callable[[Path], Path] = request.param
    return make(tmp_path_factory.mktemp(make.__name__) / "archive.db")


@pytest.fixture
def urls(archive: Path) -> Iterator[list[str]]:
    """The addresses of the posts, as SQLite has them."""
    with closing(schema.open_archive(archive, create=False, readonly=True).conn) as db:
        yield [url for (url,) in db.execute("SELECT url FROM posts ORDER BY url")]


def written(archive: Path, name: str, table: str = "posts") -> bytes:
    with closing(schema.open_archive(archive, create=False, readonly=True).conn) as db:
        return b"".join(export.write(db, None, name, Options(table=table)))


def table_of(archive: Path, name: str) -> list[dict[str, Any]]:
    return list(json.loads(written(archive, "json", name)))


def test_citations_are_read_and_name_each_post(archive: Path, urls: list[str], tmp_path: Path) -> None:
    import bibtexparser
    import rispy

    (tmp_path / "posts.ris").write_bytes(written(archive, "ris"))
    with (tmp_path / "posts.ris").open(encoding="utf-8") as lines:
        assert sorted(entry["urls"][0] for entry in rispy.load(lines)) == urls
    assert sorted(item["URL"] for item in json.loads(written(archive, "csl"))) == urls
    for name in ("bibtex", "biblatex"):
        entries = bibtexparser.loads(
            written(archive, name).decode(), bibtexparser.bparser.BibTexParser(ignore_nonstandard_types=False)
        ).entries
        assert sorted(entry["url"] for entry in entries) == urls


def test_the_feed_is_read_and_names_each_post(archive: Path, urls: list[str]) -> None:
    import feedparser

    feed = feedparser.parse(written(archive, "atom"))
    assert not feed.bozo
    assert sorted(entry.id for entry in feed.entries) == urls


def test_every_table_is_valid_alone_and_in_the_zip(archive: Path, tmp_path: Path) -> None:
    import duckdb
    import frictionless

    with closing(schema.open_archive(archive, create=False, readonly=True).conn) as db:
        for table in schema.TABLES:
            for name in ("csv", "jsonl"):
                export.to_file(db, tmp_path / f"{table}.{name}", name, options=Options(table=table))
            number = export.to_parquet(db, tmp_path / f"{table}.parquet", options=Options(table=table))
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (number,)
            assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path / table}.parquet'").fetchall() == [(number,)]
        export.to_zip(db, tmp_path / "all.zip", "csv")
    with zipfile.ZipFile(tmp_path / "all.zip") as zipped:
        zipped.extractall(tmp_path / "all")
    for folder in (tmp_path, tmp_path / "all"):
        report = frictionless.Package(str(folder / "datapackage.json")).validate()
        assert report.valid, report.flatten(["name", "title", "message"])


def test_the_warc_holds_what_the_archive_holds(archive: Path, tmp_path: Path) -> None:
    from warcio.archiveiterator import ArchiveIterator

    with closing(schema.open_archive(archive, create=False, readonly=True).conn) as db:
        (held,) = db.execute("SELECT count(*) FROM captures").fetchone()
    export.export_warc(archive, tmp_path / "all.warc.gz")
    with (tmp_path / "all.warc.gz").open("rb") as content:
        targets = [record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(content)
                   if record.rec_type in ("response", "resource", "revisit")]  # fmt: skip
    assert len(targets) <= held
    assert bool(targets) is bool(held)
    assert f"{SITE}/post/saved" not in targets


def test_the_bag_is_valid_and_its_tables_too(archive: Path, tmp_path: Path) -> None:
    import bagit
    import frictionless

    export.to_bag(archive, tmp_path / "bag", licence="CC-BY-4.0")
    assert bagit.Bag(str(tmp_path / "bag")).validate(fast=False)
    report = frictionless.Package(str(tmp_path / "bag" / "data" / "tables" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])


def test_what_was_withdrawn_is_in_no_export_and_what_is_gone_says_so(tmp_path: Path) -> None:
    path = all_kinds(tmp_path / "archive.db")
    posts = {row["url"]: row for row in json.loads(written(path, "json"))}
    assert f"{SITE}/post/saved" not in posts
    assert b"On somebody" not in b"".join(written(path, name) for name in export.FORMATS)
    assert posts[f"{SITE}/post/lost"]["gone_at"] == "2021-08-02T00:00:02Z"
    assert f"{SITE}/post/first" not in posts
    assert posts[f"{SITE}/post/second"]["title"] == "Moving"
    moved = [row for row in table_of(path, "events") if row["kind"] == "moved"]
    assert {row["post_url"] for row in moved} == {f"{SITE}/post/second"}
    (order,) = table_of(path, "withdrawals")
    assert (order["url"], order["reason"]) == (f"{SITE}/post/saved", "the author asked")
    assert "by" not in order
