"""What leaves the archive: whole, in order, and readable by other programs."""

import csv
import hashlib
import io
import itertools
import json
import re
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import export, schema, search
from scraper.errors import ArchiveReadOnly, UsageError
from scraper.export import Options, excel
from scraper.schema import EXPORT_COLUMNS, MORE_COLUMNS
from scraper.search import Filters, Request
from tests import archives

ATOM = {"a": "http://www.w3.org/2005/Atom"}
BODY = 'He said: "All, always".\n\nSecond, paragraph.\r\nThird'


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def now() -> datetime:
    return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def put(db: sqlite3.Connection, table: str, **row: object) -> int:
    sql = f"INSERT INTO {table}({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
    return db.execute(sql, tuple(row.values())).lastrowid or 0


def post(db: sqlite3.Connection, slug: str, **row: object) -> int:
    seen = {"first_seen_at": "2021-04-02T09:00:00Z", "last_seen_at": "2021-04-02T09:00:00Z"}
    return put(
        db, "posts", **({"site": "upr2020", "slug": slug, "url": f"https://www.upr2020.org/post/{slug}"} | seen | row)
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "archive.db"
    schema.open_archive(path, create=True).close()
    db = sqlite3.connect(path)
    for site in ("upr2020", "ushrn-news"):
        db.execute(
            "INSERT OR REPLACE INTO sites(id, name, base_url, platform) VALUES (?, ?, 'https://x.example/', 'wix')",
            (site, f"Site {site}"),
        )
    put(db, "bodies", sha256="ab" * 32, length=3, codec="raw", data=b"abc")
    capture = put(
        db, "captures", url="https://www.upr2020.org/post/full", url_basis="request", kind="post", source="live",
        captured_at="2021-04-02T09:00:00Z", captured_at_basis="clock", body_sha256="ab" * 32, record_sha256="cd" * 32,
    )  # fmt: skip
    full = post(
        db, "full", title="=1+1; ‘Ünïcode’ <b>&amp;", author="Dana King", published_at="2021-03-16T14:05:00Z",
        published_basis="meta", views=177, comments=0, language="en", capture_id=capture, excerpt="+1 excerpt",
        body_text=BODY, body_html="<p>All & always</p>",
    )  # fmt: skip
    post(db, "day", title="Older", updated_at="2016-12-10", site="ushrn-news", gone_at="2022-01-01T00:00:00Z")
    post(db, "bare")
    for position, name in enumerate(("UPR", "Human Rights")):
        put(db, "post_tags", post_id=full, tag_id=put(db, "tags", name=name), position=position)
    put(db, "post_categories", post_id=full, category_id=put(db, "categories", name="News"), position=0)
    db.execute(f"INSERT INTO citations {schema.CITATIONS}")
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path


@pytest.fixture(scope="module")
def db(archive: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{archive}?mode=ro", uri=True)
    yield connection
    connection.close()


@pytest.fixture
def shelved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of one site without posts."""
    path = tmp_path_factory.mktemp("shelf") / "archive.db"
    schema.open_archive(path, create=True).close()
    with closing(sqlite3.connect(path)) as db, db:
        put(db, "sites", id="upr2020", name="Blog", base_url="https://x.example/", platform="wix")
    return path


def text(db: sqlite3.Connection, name: str, request: Request | None = None, **options: object) -> str:
    return b"".join(export.write(db, request, name, Options(**options))).decode()


def table(written: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written, newline="")))


def test_csv_has_the_columns_in_order_and_every_post(db: sqlite3.Connection) -> None:
    written = text(db, "csv")
    assert written.split("\r\n", 1)[0] == ",".join(EXPORT_COLUMNS)
    full, day, bare = table(written)
    assert full["body_text"] == BODY
    assert full["title"] == "=1+1; ‘Ünïcode’ <b>&amp;"
    assert (full["tags"], full["categories"], full["views"], full["comments"]) == (
        "UPR; Human Rights",
        "News",
        "177",
        "0",
    )
    assert full["capture_sha256"] == "ab" * 32
    assert (day["updated_at"], bare["title"], bare["views"], bare["tags"], bare["capture_sha256"]) == (
        "2016-12-10",
        "",
        "",
        "",
        "",
    )


def test_csv_ends_its_lines_as_rfc_4180_says(db: sqlite3.Connection) -> None:
    written = text(db, "csv", columns=("url", "title"))
    assert written.endswith("\r\n")
    assert written.count("\r\n") == 4
    assert not written.startswith("\ufeff")


def test_columns_can_be_chosen_and_bodies_left_out(db: sqlite3.Connection) -> None:
    assert list(table(text(db, "csv", columns=("title", "url", "body_html")))[0]) == ["title", "url", "body_html"]
    assert "body_text" not in table(text(db, "csv", bodies=False))[0]
    assert "body_text" not in json.loads(text(db, "json", bodies=False))[0]


def test_a_line_of_one_empty_cell_is_not_an_empty_line(db: sqlite3.Connection) -> None:
    assert text(db, "csv", columns=("views",)) == 'views\r\n177\r\n""\r\n""\r\n'


def test_an_unknown_column_or_format_is_refused_before_anything_is_written(db: sqlite3.Connection) -> None:
    with pytest.raises(UsageError, match=r"'titel' is no column \(did you mean 'title'\?\)"):
        export.write(db, None, "csv", Options(columns=("titel",)))
    with pytest.raises(UsageError, match="csv, json, jsonl, atom, bibtex, biblatex, ris, csl"):
        export.write(db, None, "xml")


def test_cells_for_spreadsheets_are_no_formulas(db: sqlite3.Connection) -> None:
    written = text(db, "csv", excel=True)
    assert written.startswith("\ufeffurl,")
    full = table(written)[0]
    assert full["title"].startswith("'=1+1")
    assert full["excerpt"] == "'+1 excerpt"
    assert full["views"] == "177"


CELLS = st.text(
    alphabet=st.one_of(st.sampled_from('",\r\n;=+-@\t '), st.characters(exclude_categories=["Cs"])), max_size=20
)


@settings(max_examples=settings.default.max_examples // 6)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5))
def test_csv_gives_every_text_back_but_for_nul(tmp_path: Path, texts: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "t.db"
    path.unlink(missing_ok=True)
    opened = schema.open_archive(path, create=True)
    with opened.conn as db:
        db.execute("INSERT OR IGNORE INTO sites(id, name, base_url, platform) VALUES ('upr2020', 'x', 'x', 'x')")
        for number, (title, author, body) in enumerate(texts):
            post(db, f"{number}", title=title, author=author, body_text=body)
    written = text(opened.conn, "csv", columns=("slug", "title", "author", "body_text"))
    opened.close()
    read = {row["slug"]: (row["title"], row["author"], row["body_text"]) for row in table(written)}
    assert read == {str(n): tuple(cell.replace("\x00", "") for cell in row) for n, row in enumerate(texts)}


def test_json_and_json_lines_keep_numbers_nulls_and_lists(db: sqlite3.Connection) -> None:
    records = json.loads(text(db, "json"))
    assert records == [json.loads(line) for line in text(db, "jsonl").splitlines()]
    assert list(records[0]) == list(EXPORT_COLUMNS)
    assert (records[0]["views"], records[0]["comments"], records[0]["tags"]) == (177, 0, ["UPR", "Human Rights"])
    assert (records[2]["title"], records[2]["tags"]) == (None, [])


def test_no_post_at_all_is_still_a_whole_file(db: sqlite3.Connection) -> None:
    nothing = Request(query=search.parse("nowhere"))
    assert json.loads(text(db, "json", nothing)) == []
    assert text(db, "jsonl", nothing) == ""
    assert table(text(db, "csv", nothing)) == []
    assert ET.fromstring(text(db, "atom", nothing)).findall("a:entry", ATOM) == []


def test_a_search_is_exported_whole_and_in_its_order(db: sqlite3.Connection) -> None:
    oldest = Request(sort="oldest", size=1, page=2)
    assert [row["slug"] for row in table(text(db, "csv", oldest, columns=("slug",)))] == ["day", "full", "bare"]
    gone = Request(filters=Filters(gone=("yes",)))
    assert [row["slug"] for row in table(text(db, "csv", gone, columns=("slug",)))] == ["day"]
    assert export.count(db, gone) == 1
    assert export.count(db) == 3


def test_atom_is_a_feed_with_safe_text_and_full_instants(db: sqlite3.Connection) -> None:
    written = text(
        db, "atom", base_url="https://archive.example/", self_url="https://archive.example/search.atom?q=a&b=c"
    )
    feed = ET.fromstring(written)
    assert feed.findtext("a:updated", namespaces=ATOM) == "2021-04-02T09:00:00Z"
    full, day, bare = feed.findall("a:entry", ATOM)
    assert full.findtext("a:id", namespaces=ATOM) == "https://www.upr2020.org/post/full"
    assert full.findtext("a:title", namespaces=ATOM) == "=1+1; ‘Ünïcode’ <b>&amp;"
    assert full.findtext("a:content", namespaces=ATOM) == "<p>All & always</p>"
    assert full.find("a:link[@rel='alternate']", ATOM).get("href") == "https://archive.example/post/upr2020/full"
    assert [each.get("term") for each in full.findall("a:category", ATOM)] == ["UPR", "Human Rights"]
    assert day.findtext("a:updated", namespaces=ATOM) == "2021-04-02T09:00:00Z"
    assert day.findtext("a:author/a:name", namespaces=ATOM) == "x.example"
    assert bare.findtext("a:updated", namespaces=ATOM) == "2021-04-02T09:00:00Z"


#: Titles that pages have had and programs stumble over → as CSV has them, as a feed has them.
ODD = {
    "a\x01b": ("a\x01b", "ab"),
    "a\x85b": ("a\x85b", "a\nb"),
    "a\x9fb": ("a\x9fb", "ab"),
    "a\u2028b\u2029c": ("a\u2028b\u2029c", "a\u2028b\u2029c"),
    "a\ufffeb": ("a\ufffeb", "ab"),
    "a\x00b": ("ab", "ab"),
    "a\x0b\x0c\x1c\x1eb": ("a\x0b\x0c\x1c\x1eb", "ab"),
}


@pytest.fixture
def oddly_titled(shelved: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(shelved)) as db, db:
        for number, title in enumerate(ODD):
            post(db, str(number), title=title)
        yield db


def test_no_title_breaks_a_line_a_table_or_a_feed(oddly_titled: sqlite3.Connection) -> None:
    rows = table(text(oddly_titled, "csv"))
    assert [row["title"] for row in rows] == [cell for cell, _ in ODD.values()]
    lines = text(oddly_titled, "jsonl").splitlines()
    assert [json.loads(line)["title"] for line in lines] == list(ODD)
    entries = ET.fromstring(text(oddly_titled, "atom")).findall("a:entry", ATOM)
    assert [entry.findtext("a:title", namespaces=ATOM) for entry in entries] == [told for _, told in ODD.values()]


def test_half_a_letter_of_utf_16_is_no_part_of_a_feed() -> None:
    assert export.xml("a\ud800b\udfffc") == "abc"


def test_a_feed_can_be_limited_to_its_newest(db: sqlite3.Connection) -> None:
    assert len(ET.fromstring(text(db, "atom", limit=1)).findall("a:entry", ATOM)) == 1


def test_citations_have_an_entry_for_each_post(db: sqlite3.Connection) -> None:
    entries = text(db, "bibtex")
    assert len(re.findall(r"^@misc\{", entries, re.MULTILINE)) == 3
    assert "Captured 2021-04-02" in entries
    assert len(re.findall(r"^@online\{", text(db, "biblatex"), re.MULTILINE)) == 3
    assert [item["type"] for item in json.loads(text(db, "csl"))] == ["post-weblog"] * 3
    records = text(db, "ris")
    assert records.count("TY  - BLOG\r\n") == records.count("ER  - \r\n") == 3
    assert "KW  - Human Rights\r\n" in records


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (["site=upr2020"], Filters(site=("upr2020",))),
        (["site = a", "site=b"], Filters(site=("a", "b"))),
        (["gone=true", "pdf=No"], Filters(gone=("yes",), pdf=("no",))),
        (["year=2016", "year=undated"], Filters(year=("2016", "undated"))),
        (["after=2016-12", "before=2017-01-02"], Filters(after="2016-12", before="2017-01-02")),
        ([], Filters()),
    ],
)
def test_where_is_read(pairs: list[str], expected: Filters) -> None:
    assert export.where(pairs) == expected


@pytest.mark.parametrize(
    "pair",
    [
        "site",
        "site=",
        "=x",
        "color=red",
        "gone=maybe",
        "year=20",
        "year=２０２０",
        "after=yesterday",
        "before=2016-1",
        "",
    ],
)
def test_where_that_makes_no_sense_is_refused(pair: str) -> None:
    with pytest.raises(UsageError, match="--where"):
        export.where([pair])


def test_where_for_a_site_that_there_is_not_names_those_that_there_are(db: sqlite3.Connection) -> None:
    with pytest.raises(UsageError, match=r"no site 'upr202' \(did you mean 'upr2020'\?\)"):
        export.check(db, Filters(site=("upr202",)))
    export.check(db, Filters(site=("upr2020",), tag=("UPR",), category=("News",), author=("Dana King",)))


def test_a_file_is_whole_and_described_beside(db: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("old")
    done = export.to_file(db, tmp_path / "posts.csv", "csv")
    export.to_file(db, tmp_path / "gone.ris", "ris", request=Request(filters=Filters(gone=("yes",))))
    assert names(tmp_path) == ["datapackage.json", "gone.ris", "posts.csv"]
    content = (tmp_path / "posts.csv").read_bytes()
    assert (done.rows, done.bytes, done.sha256) == (3, len(content), hashlib.sha256(content).hexdigest())
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    ris, table_ = package["resources"]
    assert (ris["path"], table_["path"], table_["rows"]) == ("gone.ris", "posts.csv", 3)
    assert "rows" not in ris
    assert [each["name"] for each in table_["schema"]["fields"]] == list(EXPORT_COLUMNS)
    assert all(each["description"] for each in table_["schema"]["fields"])
    assert package["created"] == "2021-04-02T09:00:00Z"


@pytest.mark.parametrize(
    ("source", "address"),
    [("wayback", "https://web.archive.org/web/20210402090000/https://www.upr2020.org/post/full"), ("live", "")],
)
def test_a_row_names_the_web_archive_that_its_page_came_from(archive: Path, source: str, address: str) -> None:
    with closing(sqlite3.connect(":memory:")) as copy:
        with closing(sqlite3.connect(archive)) as db:
            db.backup(copy)
        copy.execute("UPDATE captures SET source = ?", (source,))
        rows = {row["title"]: row["archived_url"] for row in table(text(copy, "csv"))}
    assert rows == {"=1+1; ‘Ünïcode’ <b>&amp;": address, "Older": "", "": ""}


@pytest.mark.parametrize("column", [*EXPORT_COLUMNS, *MORE_COLUMNS])
def test_every_column_can_be_exported_and_is_explained(db: sqlite3.Connection, column: str) -> None:
    assert len(json.loads(text(db, "json", columns=(column,)))) == 3
    assert all(each.meaning for each in export.columns(Options(columns=(column,))))


def test_a_broken_datapackage_does_no_harm(db: sqlite3.Connection, tmp_path: Path) -> None:
    for old in ("{", "[]", '{"name": "ushrn-posts", "resources": [1, {}]}'):
        (tmp_path / "datapackage.json").write_text(old)
        export.to_file(db, tmp_path / "posts.json", "json")
        package = json.loads((tmp_path / "datapackage.json").read_text())
        assert "posts.json" in [each.get("path") for each in package["resources"]]


def test_a_file_that_cannot_be_written_leaves_the_old_one(db: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("old")
    with pytest.raises(UsageError):
        export.to_file(db, tmp_path / "posts.csv", "csv", options=Options(columns=("nonsense",)))
    with pytest.raises(UsageError, match="create it first"):
        export.to_file(db, tmp_path / "nowhere" / "posts.csv", "csv")
    with pytest.raises(UsageError, match="found a folder"):
        export.to_file(db, tmp_path, "csv")
    assert names(tmp_path) == ["posts.csv"]
    assert (tmp_path / "posts.csv").read_text() == "old"


def test_a_name_that_the_folder_does_not_take_is_one_clear_error(db: sqlite3.Connection, tmp_path: Path) -> None:
    with pytest.raises(ArchiveReadOnly, match="choose another --output"):
        export.to_file(db, tmp_path / ("x" * 300), "csv")


def test_a_copy_is_a_whole_archive_without_a_journal(archive: Path, tmp_path: Path) -> None:
    writer = sqlite3.connect(archive)
    writer.execute("BEGIN IMMEDIATE")  # a crawl is at work
    writer.execute("UPDATE posts SET views = 0")
    export.copy(archive, tmp_path / "copy.db")
    writer.rollback()
    writer.close()
    assert names(tmp_path) == ["copy.db"]
    with sqlite3.connect(tmp_path / "copy.db") as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert db.execute("SELECT max(views) FROM posts").fetchone() == (177,)
        assert db.execute("SELECT count(*) FROM bodies").fetchone() == (1,)
        assert search.find(db, "always").total == 1
    db.close()
    assert schema.open_archive(tmp_path / "copy.db", create=False, readonly=True) is not None


def test_a_copy_without_captures_keeps_their_rows_and_says_so(archive: Path, tmp_path: Path) -> None:
    export.copy(archive, tmp_path / "small.db", captures=False)
    with sqlite3.connect(tmp_path / "small.db") as db:
        assert db.execute("SELECT count(*) FROM bodies").fetchone() == (0,)
        assert db.execute("SELECT body_sha256 FROM captures").fetchone() == ("ab" * 32,)
        (said,) = db.execute("SELECT value FROM meta WHERE key = 'captures-left-out'").fetchone()
        assert (said,) == db.execute("SELECT ifnull(max(finished_at), 'before any run') FROM crawls").fetchone()
    db.close()
    export.copy(archive, tmp_path / "again.db", captures=False)
    assert (tmp_path / "small.db").read_bytes() == (tmp_path / "again.db").read_bytes()


@pytest.mark.parametrize("table", ["posts", "counts"])
def test_no_column_is_written_twice(db: sqlite3.Connection, table: str) -> None:
    name = "url" if table == "posts" else "post_url"
    twice = Options(table=table, columns=(name, name))
    with pytest.raises(UsageError, match=f"columns: '{name}' is named twice"):
        export.write(db, None, "csv", twice)


def test_an_archive_is_never_copied_onto_itself(archive: Path) -> None:
    with pytest.raises(UsageError, match="this is the archive itself"):
        export.copy(archive, archive)


def test_an_export_shows_one_state_while_a_crawl_writes(archive: Path) -> None:
    reader = sqlite3.connect(f"file:{archive}?mode=ro", uri=True)
    chunks = export.write(reader, None, "jsonl", Options(columns=("slug",)))
    with search.snapshot(reader):
        before = export.count(reader)
        writer = sqlite3.connect(archive)
        with writer:
            number = post(writer, "late")
        assert len(b"".join(chunks).splitlines()) == before
    with writer:
        writer.execute("DELETE FROM posts WHERE id = ?", (number,))
    writer.close()
    reader.close()


@pytest.mark.parametrize("name", ["csv", "atom", "ris", "csl"])
def test_a_stream_shows_one_state_though_it_asks_many_questions(shelved: Path, name: str) -> None:
    with closing(sqlite3.connect(shelved)) as writer, closing(sqlite3.connect(shelved)) as reader:
        writer.execute("PRAGMA journal_mode = WAL")
        post(writer, "old", published_at="2021-03-16")
        writer.commit()
        before = text(reader, name)
        numbers = itertools.count()

        def commit_a_post(statement: str) -> None:
            """As a crawl does, before each question but the first, with which the state is settled."""
            if not statement.startswith("SELECT") or not (number := next(numbers)):
                return
            slug = f"new-{number}"
            put(writer, "sites", id=slug, name="New", base_url="https://new.example/", platform="wix")
            post(writer, slug, site=slug)
            writer.commit()

        reader.set_trace_callback(commit_a_post)
        assert text(reader, name) == before
        reader.set_trace_callback(None)
        assert text(reader, name) != before


@pytest.mark.parametrize(
    ("at", "precision"),
    [("2021-03-16T14:05:00Z", "instant"), ("2016-12-10", "day"), ("2016-12", "month"), ("2016", "year"), (None, None)],
)
def test_each_date_says_how_precise_it_is(shelved: Path, at: str | None, precision: str | None) -> None:
    with closing(sqlite3.connect(shelved)) as db:
        post(db, "a", published_at=at, updated_at=at)
        (row,) = json.loads(text(db, "json", columns=("published_precision", "updated_precision")))
    assert row == {"published_precision": precision, "updated_precision": precision}


# Every table


@pytest.mark.parametrize("named", ["posts", "posts_browse"])
@pytest.mark.parametrize(
    ("told", "expected"),
    [("2021-03-16T14:05:12.345Z", "2021-03-16T14:05:12Z"), ("2021-03-16T14:05:12Z", "2021-03-16T14:05:12Z"),
     ("2016-12", "2016-12"), (None, "")],
)  # fmt: skip
def test_instants_leave_in_one_spelling_whatever_their_source_told(
    shelved: Path, named: str, told: str | None, expected: str
) -> None:
    with closing(sqlite3.connect(shelved)) as db:
        post(db, "a", published_at=told)
        (row,) = table(text(db, "csv", table=named, columns=("published_at",)))
    assert row["published_at"] == expected


@pytest.mark.parametrize("named", ["posts", "posts_browse"])
@pytest.mark.parametrize(
    ("seen", "expected"),
    [("2021-04-01", "2021-04-01T00:00:00Z"), ("2021-04", "2021-04-01T00:00:00Z"), ("2021", "2021-01-01T00:00:00Z"),
     ("2021-04-02T09:05Z", "2021-04-02T09:05:00Z"), ("2021-04-02T09:00:00.123456789Z", "2021-04-02T09:00:00Z"),
     ("2021-04-02T09:00:00Z", "2021-04-02T09:00:00Z"), (None, "")],
)  # fmt: skip
def test_a_capture_leaves_as_an_instant_however_exactly_it_is_dated_as_its_column_says(
    shelved: Path, named: str, seen: str | None, expected: str
) -> None:
    with closing(sqlite3.connect(shelved)) as db:
        post(db, "a", published_at="2016-12", first_seen_at="2021-04-01", last_seen_at="2021-04-01", gone_at=seen)
        (row,) = table(text(db, "csv", table=named, columns=("gone_at", "published_at")))
    assert row == {"gone_at": expected, "published_at": "2016-12"}


@pytest.mark.parametrize("table_name", schema.TABLES)
def test_every_table_leaves_whole_without_the_numbers_of_its_rows(db: sqlite3.Connection, table_name: str) -> None:
    header, *lines = csv.reader(io.StringIO(text(db, "csv", table=table_name), newline=""))
    (number,) = db.execute(f"SELECT count(*) FROM {table_name}").fetchone()
    assert len(lines) == len(text(db, "jsonl", table=table_name).splitlines()) == number
    assert not {"post_id", "capture_id", "crawl_id", "tag_id"} & set(header)
    assert "id" not in header or table_name == "sites"


def test_what_a_row_refers_to_is_named_by_address_or_digest(db: sqlite3.Connection) -> None:
    rows = table(text(db, "csv", table="post_tags"))
    full = "https://www.upr2020.org/post/full"
    assert [(row["post_url"], row["tag"]) for row in rows] == [(full, "Human Rights"), (full, "UPR")]


def test_equal_archives_give_equal_bytes_whatever_the_numbers_of_their_rows(tmp_path: Path) -> None:
    written = []
    for order in (("a", "b", "c"), ("c", "a", "b")):
        path = tmp_path / f"{order[0]}.db"
        schema.open_archive(path, create=True).close()
        with sqlite3.connect(path) as filled:
            put(filled, "sites", id="upr2020", name="Blog", base_url="https://x.example/", platform="wix")
            for slug in order:
                post(filled, slug, published_at="2021-03-16", title="The same")
                put(filled, "links", post_id=filled.execute("SELECT max(id) FROM posts").fetchone()[0], position=1,
                    url="https://y.example/", text="y")  # fmt: skip
        export.to_zip(filled, tmp_path / f"{order[0]}.zip", "csv")
        zipped = (tmp_path / f"{order[0]}.zip").read_bytes()
        written.append((zipped, *(text(filled, name) for name in export.FORMATS)))
        filled.close()
    assert written[0] == written[1]


def test_all_tables_in_one_zip_know_their_files_by_digest_and_one_another_by_keys(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    export.to_zip(db, tmp_path / "all.zip", "jsonl")
    with zipfile.ZipFile(tmp_path / "all.zip") as zipped:
        package = json.loads(zipped.read("datapackage.json"))
        for each in package["resources"]:
            content = zipped.read(each["path"])
            assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            assert each.get("rows", 0) == len(content.splitlines())
        assert {each["path"] for each in package["resources"]} | {"datapackage.json"} == set(zipped.namelist())
    counts = next(each for each in package["resources"] if each["title"] == "post_tags")
    assert counts["schema"]["foreignKeys"][0] == {
        "fields": "post_url",
        "reference": {"resource": "posts-jsonl", "fields": "url"},
    }
    posts = next(each for each in package["resources"] if each["title"] == "posts")
    kinds = {each["name"]: each["type"] for each in posts["schema"]["fields"]}
    assert (kinds["tags"], kinds["published_day"], kinds["views"]) == ("array", "date", "integer")
    assert (kinds["captured_at"], kinds["gone_at"], kinds["published_at"]) == ("datetime", "datetime", "string")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("csv", {"table": "count"}, "did you mean 'counts'"),
        ("csv", {"table": "counts", "columns": ("url",)}, "no column of counts; there are"),
        ("csv", {"table": "counts", "columns": ("veiws",)}, r"no column of counts \(did you mean 'views'\?\)"),
        ("ris", {"table": "counts"}, "expected csv, json or jsonl"),
    ],
)
def test_a_table_that_there_is_not_is_a_clear_error(
    db: sqlite3.Connection, name: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        export.write(db, None, name, Options(**options))


@pytest.mark.parametrize(
    ("pair", "words"), [("sit=a", r"\(did you mean 'site'\?\)"), ("site=", "found 'site='$"), ("x=a", "found 'x=a'$")]
)
def test_a_filter_that_there_is_not_is_told_with_the_nearest_one(pair: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        export.where([pair])


# Spreadsheets


@pytest.mark.parametrize("value", ["=1", "＝1", "+1", "＋1", "-1", "－1", "@a", "＠a", "  =1", "\t=1", "\n=1", "\r1",
                                   "\u200b=1", "\ufeff＝1", "\u202e+1", "\x01=1", "\xad \u2066@a"])  # fmt: skip
def test_no_cell_is_a_formula_in_any_width(value: str) -> None:
    assert excel.disarmed(value) == f"'{value}"
    assert excel.disarmed(f"a{value}") == f"a{value}"


@given(st.text(st.sampled_from("a é😀\n")), st.integers(0, 3))
def test_no_cell_is_longer_than_excel_takes(text: str, more: int) -> None:
    long = text * (excel.LONGEST // max(1, len(text)) + more)
    assert excel.fits(excel.cut(long, "posts-whole.csv"))
    assert excel.fits(long) == (len(long.encode("utf-16-le")) // 2 <= excel.LONGEST)


def test_what_is_cut_for_excel_stands_whole_in_a_second_file(shelved: Path, tmp_path: Path) -> None:
    long = "=word " * 10_000
    with sqlite3.connect(shelved) as db:
        post(db, "long", body_text=long, title="Long")
        post(db, "short", body_text="Short", title="Short")
    export.to_file(db, tmp_path / "posts.csv", "csv", options=Options(excel=True))
    cut = table((tmp_path / "posts.csv").read_text("utf-8-sig"))[0]["body_text"]
    assert len(cut) == excel.LONGEST
    assert cut.startswith("'=word")
    assert cut.endswith("all of it is in posts-whole.csv]")
    (row,) = table((tmp_path / "posts-whole.csv").read_text("utf-8"))
    assert row == {"row": "https://www.upr2020.org/post/long", "column": "body_text", "text": long}
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    assert [each["path"] for each in package["resources"]] == ["posts-whole.csv", "posts.csv"]
    db.close()


def test_nothing_is_cut_where_everything_fits(db: sqlite3.Connection, tmp_path: Path) -> None:
    export.to_file(db, tmp_path / "posts.csv", "csv", options=Options(excel=True))
    assert names(tmp_path) == ["datapackage.json", "posts.csv"]


@pytest.mark.slow
def test_the_page_on_the_data_names_the_tables_that_differ_by_the_order_of_collecting(tmp_path: Path) -> None:
    kept = [*archives.captures(), *archives.oddities()]
    orders = (kept, kept[::-1], sorted(kept, key=lambda capture: capture.url))
    written = []
    for number, order in enumerate(orders):
        path = archives.fill(tmp_path / f"{number}.db", order, confirm=False)
        with closing(schema.open_archive(path, create=False, readonly=True).conn) as db:
            written.append({name: text(db, "csv", table=name) for name in schema.TABLES})
    differing = {name for one in written[1:] for name in one if one[name] != written[0][name]}
    page = (Path(__file__).parents[1] / "docs" / "data.md").read_text("utf-8")
    named = set(re.findall(r"`(\w+)`", page.partition("<!-- order -->")[2].partition("<!-- /order -->")[0]))
    assert {"captures", "events", "known_urls"} <= differing <= named
    assert not named & {"posts", "revisions", "counts", "links", "files", "images", "tags"}
