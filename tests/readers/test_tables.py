"""frictionless, pandas and DuckDB read our tables as the documentation says."""

import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper import export, schema
from scraper.export import Options
from scraper.search import Request
from tests.readers.conftest import put

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def invalid(report: Any) -> list[str]:
    """What frictionless complains of."""
    return [] if report.valid else [str(error) for error in report.flatten(["title", "fieldName", "message"])]


def test_frictionless_calls_every_file_of_a_folder_valid(folder: Path) -> None:
    import frictionless

    package = frictionless.Package(str(folder / "datapackage.json"))
    assert len(package.resources) == len(list(folder.iterdir())) - 1
    assert invalid(package.validate()) == []


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "ris", "bibtex", "biblatex", "csl", "atom"])
def test_frictionless_calls_each_format_alone_valid(db: sqlite3.Connection, tmp_path: Path, name: str) -> None:
    import frictionless

    export.to_file(db, tmp_path / f"posts{export.FORMATS[name].suffix}", name)
    assert invalid(frictionless.Package(str(tmp_path / "datapackage.json")).validate()) == []


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_frictionless_follows_every_reference_in_the_zip(db: sqlite3.Connection, tmp_path: Path, name: str) -> None:
    import frictionless

    export.to_zip(db, tmp_path / "all.zip", name)
    with zipfile.ZipFile(tmp_path / "all.zip") as zipped:
        zipped.extractall(tmp_path / "all")
    package = frictionless.Package(str(tmp_path / "all" / "datapackage.json"))
    assert any(resource.schema.foreign_keys for resource in package.resources)
    assert invalid(package.validate()) == []
    (tmp_path / "all" / f"posts.{name}").write_bytes(b"")
    assert not frictionless.Package(str(tmp_path / "all" / "datapackage.json")).validate().valid


def test_pandas_reads_the_days_as_dates(folder: Path) -> None:
    import pandas

    posts = pandas.read_csv(folder / "posts.csv", parse_dates=["published_day", "captured_at", "first_seen_at"])
    assert posts["published_day"].dtype.kind == "M"
    assert str(posts["captured_at"].dtype).endswith("UTC]")
    assert posts.set_index("url")["published_day"].dt.year.value_counts().to_dict() == {2021.0: 2}
    assert posts["published_day"].isna().sum() == 2


def test_pandas_joins_tables_by_the_address_of_the_post(folder: Path) -> None:
    import pandas

    posts, counts = pandas.read_csv(folder / "posts.csv"), pandas.read_csv(folder / "counts.csv")
    joined = counts.merge(posts, left_on="post_url", right_on="url", suffixes=("_counted", ""))
    assert (joined["views_counted"] == joined["views"]).all()
    assert len(joined) == 4


def test_duckdb_knows_the_days_for_days_without_being_told(folder: Path) -> None:
    import duckdb

    found = dict(
        duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{folder / 'posts.csv'}')").fetchall()
    )
    assert (found["published_day"], found["captured_at"], found["views"]) == (
        "DATE",
        "TIMESTAMP WITH TIME ZONE",
        "BIGINT",
    )
    lines = duckdb.sql(f"SELECT tags FROM '{folder / 'posts.jsonl'}' WHERE len(tags) > 0").fetchall()
    assert lines == [(["UPR", "Human Rights; water"],)]


@pytest.mark.parametrize("table", schema.TABLES)
def test_parquet_holds_what_csv_holds(db: sqlite3.Connection, tmp_path: Path, table: str) -> None:
    import duckdb

    path = tmp_path / "table.parquet"
    number = export.to_parquet(db, path, options=Options(table=table))
    lines = b"".join(export.write(db, None, "jsonl", Options(table=table))).decode().splitlines()
    kept = duckdb.sql(f"SELECT * FROM '{path}'")
    rows = [dict(zip(kept.columns, row, strict=True)) for row in kept.fetchall()]
    expected = [json.loads(line) for line in lines]
    assert [{name: as_json_has_it(value) for name, value in row.items()} for row in rows] == expected
    assert number == len(rows)


def as_json_has_it(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case _:
            return value


def test_parquet_has_instants_and_days_as_such(db: sqlite3.Connection, tmp_path: Path) -> None:
    import frictionless
    import pandas

    for table in ("posts", "withdrawals"):
        export.to_parquet(db, tmp_path / f"{table}.parquet", options=Options(table=table))
    posts = pandas.read_parquet(tmp_path / "posts.parquet", dtype_backend="pyarrow")
    for column, kind in (("captured_at", "timestamp[us, tz=UTC]"), ("published_day", "date32[day]"),
                         ("gone_at", "timestamp[us, tz=UTC]"), ("published_at", "string")):  # fmt: skip
        assert str(posts.dtypes[column]).startswith(kind), column
    assert posts["first_seen_at"][0] == pandas.Timestamp("2021-04-01T09:00:00Z")
    withdrawals = pandas.read_parquet(tmp_path / "withdrawals.parquet", dtype_backend="pyarrow")
    assert (
        str(withdrawals.dtypes["at"]) == str(withdrawals.dtypes["crawl_started_at"]) == "timestamp[us, tz=UTC][pyarrow]"
    )
    described = frictionless.Package(str(tmp_path / "datapackage.json")).get_resource("posts-parquet").schema
    assert [described.get_field(name).type for name in ("captured_at", "updated_day", "updated_at")] == [
        "datetime", "date", "string",
    ]  # fmt: skip


@pytest.mark.parametrize("odd", ["0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2016-12-31T23:59:60Z", "later"])
@pytest.mark.parametrize("place", ["posts", "posts.parquet"])
def test_a_column_of_parquet_with_a_time_that_is_none_stays_text(
    empty: sqlite3.Connection, tmp_path: Path, place: str, odd: str
) -> None:
    import duckdb
    import frictionless

    put(empty, "sites", id="a", name="A", base_url="https://a.example/", platform="wix")
    for slug, gone in (("odd", odd), ("fine", "9999-12-31T23:59:59Z")):
        put(empty, "posts", site="a", slug=slug, url=f"https://a.example/{slug}", title=slug, gone_at=gone,
            first_seen_at="0001-01-01T00:00:00Z", last_seen_at="2021-04-01T09:00:00Z")  # fmt: skip
    export.to_parquet(empty, tmp_path / place)
    files = f"read_parquet('{tmp_path / place}{'' if place.endswith('t') else '/**/*.parquet'}')"
    found = duckdb.sql(f"SELECT gone_at, typeof(last_seen_at), epoch(first_seen_at) FROM {files} ORDER BY url")
    typed = ("TIMESTAMP WITH TIME ZONE", -62135596800.0)
    assert found.fetchall() == [("9999-12-31T23:59:59Z", *typed), (odd, *typed)]
    (resource, *_) = frictionless.Package(str(tmp_path / "datapackage.json")).resources
    assert resource.schema.get_field("gone_at").type == "string"


def test_parquet_of_posts_is_partitioned_by_site_and_year_and_the_same_each_time(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    import duckdb

    for name in ("one", "two"):
        export.to_parquet(db, tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one").as_posix() for path in (tmp_path / "one").rglob("*.parquet"))
    assert [file.rpartition("/")[0] for file in files] == [
        "site=upr2020/year=2016",
        "site=upr2020/year=2021",
        "site=upr2020/year=undated",
    ]
    assert all((tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes() for file in files)
    where = f"read_parquet('{tmp_path / 'one'}/**/*.parquet', hive_partitioning = true)"
    assert duckdb.sql(f"SELECT count(*) FROM {where} WHERE year = '2021'").fetchall() == [(2,)]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(schema.open_archive(tmp_path / "empty.db", create=True).conn) as connection:
        yield connection


def test_parquet_of_no_posts_is_one_file_with_the_columns(empty: sqlite3.Connection, tmp_path: Path) -> None:
    import duckdb

    assert export.to_parquet(empty, tmp_path / "posts") == 0
    where = f"read_parquet('{tmp_path / 'posts'}/**/*.parquet', hive_partitioning = true)"
    found = duckdb.sql(f"SELECT * FROM {where}")
    assert found.fetchall() == []
    assert found.columns == [*schema.EXPORT_COLUMNS, "year"]


@pytest.mark.parametrize("place", ["posts", "posts.parquet"])
@pytest.mark.parametrize("filled", [True, False])
def test_frictionless_calls_parquet_valid_by_what_stands_beside_it(
    db: sqlite3.Connection, empty: sqlite3.Connection, tmp_path: Path, place: str, *, filled: bool
) -> None:
    import frictionless

    export.to_parquet(db if filled else empty, tmp_path / place)
    made = [path for path in (tmp_path / place, *(tmp_path / place).rglob("*.parquet")) if path.is_file()]
    assert made
    package = frictionless.Package(str(tmp_path / "datapackage.json"))
    assert {tmp_path / str(resource.path) for resource in package.resources} == set(made)
    assert invalid(package.validate()) == []
    made[0].write_bytes(b"PAR1")
    assert not frictionless.Package(str(tmp_path / "datapackage.json")).validate().valid


@pytest.mark.parametrize("table", ["posts", "counts"])
@pytest.mark.parametrize("filled", [True, False])
def test_a_parquet_folder_is_described_in_itself_and_read_as_if_it_were_not(
    db: sqlite3.Connection, empty: sqlite3.Connection, tmp_path: Path, table: str, *, filled: bool
) -> None:
    import frictionless
    import pandas
    import pyarrow.dataset

    number = export.to_parquet(db if filled else empty, tmp_path / "made", options=Options(table=table))
    moved = (tmp_path / "made").rename(tmp_path / "elsewhere")
    files = [path for path in moved.rglob("*") if path.is_file()]
    assert [path.name for path in files if path.suffix != ".parquet"] == ["_datapackage.json"]
    assert len(pandas.read_parquet(moved)) == number
    assert pyarrow.dataset.dataset(moved, partitioning="hive").count_rows() == number
    package = frictionless.Package(str(moved / "_datapackage.json"))
    assert {moved / str(resource.path) for resource in package.resources} == {*files} - {moved / "_datapackage.json"}
    for file, resource in ((moved / str(each.path), each.to_descriptor()) for each in package.resources):
        described = [field["name"] for field in resource["schema"]["fields"]]
        assert [name for name in pyarrow.parquet.read_schema(file).names if name != "year"] == described
    assert invalid(package.validate()) == []


LIMITED = """
import resource, sqlite3, sys
from pathlib import Path
from scraper import export
from scraper.errors import ArchiveError
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))
try:
    export.to_parquet(sqlite3.connect(sys.argv[1]), Path(sys.argv[2]))
except ArchiveError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("place", ["posts", "posts.parquet"])
def test_where_there_is_no_room_for_parquet_that_is_said_and_nothing_is_left(
    archive: Path, tmp_path: Path, place: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, archive, tmp_path / place], capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout.startswith(f"DiskFull {tmp_path / place}: no room left"), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["few", "few.parquet"])
def test_parquet_counts_what_it_wrote(db: sqlite3.Connection, tmp_path: Path, place: str) -> None:
    assert export.to_parquet(db, tmp_path / place, options=Options(limit=2)) == 2


def test_parquet_counts_the_rows_of_the_posts_that_were_asked_for(db: sqlite3.Connection, tmp_path: Path) -> None:
    asked = Request(filters=export.where(["year=2016"]))
    number = export.to_parquet(db, tmp_path / "counts.parquet", request=asked, options=Options(table="counts"))
    assert number == 1


#: Titles that pages have had and programs stumble over → as a table gives them back, without NUL.
ODD = ["a\x01b", "a\x85b", "a\u2028b", "a\ufffeb", "a\x00b", "a\x0b\x1eb", "a\r\nb", "\ufeffa", "\U0001fffe"]


@pytest.fixture
def odd(empty: sqlite3.Connection) -> sqlite3.Connection:
    put(empty, "sites", id="a", name="A", base_url="https://a.example/", platform="wix")
    seen = {"first_seen_at": "2021-04-01T09:00:00Z", "last_seen_at": "2021-04-01T09:00:00Z"}
    for number, title in enumerate(ODD):
        put(empty, "posts", site="a", slug=f"{number}", url=f"https://a.example/{number}", title=title, **seen)
    return empty


def test_odd_titles_leave_by_every_table_and_are_read(odd: sqlite3.Connection, tmp_path: Path) -> None:
    import duckdb
    import pandas

    for name in ("posts.csv", "posts.jsonl"):
        export.to_file(odd, tmp_path / name, name.rpartition(".")[2])
    export.to_parquet(odd, tmp_path / "posts.parquet")
    without_nul = [title.replace("\x00", "") for title in ODD]
    assert pandas.read_csv(tmp_path / "posts.csv")["title"].to_list() == without_nul
    for name, expected in (("posts.csv", without_nul), ("posts.jsonl", ODD), ("posts.parquet", ODD)):
        titles = duckdb.sql(f"SELECT title FROM '{tmp_path / name}' ORDER BY url").fetchall()
        assert [title for (title,) in titles] == expected, name


def test_frictionless_takes_odd_titles_alone_and_in_the_zip(odd: sqlite3.Connection, tmp_path: Path) -> None:
    import frictionless

    for name in ("csv", "json", "jsonl", "atom"):
        export.to_file(odd, tmp_path / f"posts{export.FORMATS[name].suffix}", name)
    export.to_zip(odd, tmp_path / "all.zip", "csv")
    with zipfile.ZipFile(tmp_path / "all.zip") as zipped:
        zipped.extractall(tmp_path / "all")
    for folder in (tmp_path, tmp_path / "all"):
        assert invalid(frictionless.Package(str(folder / "datapackage.json")).validate()) == []


def test_a_feed_reader_takes_odd_titles(odd: sqlite3.Connection) -> None:
    import feedparser

    feed = feedparser.parse(b"".join(export.write(odd, None, "atom")))
    assert not feed.bozo
    assert sorted(entry.title for entry in feed.entries) == sorted(
        ["ab", "a\nb", "a\u2028b", "ab", "ab", "ab", "a\nb", "\ufeffa", "\U0001fffe"]
    )
