"""Some posts as evidence: their captures and what these need, with the log by which they are checked."""

import io
import json
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from scraper import export
from scraper.cli import main
from scraper.export import warc as evidence
from scraper.imports import run_import
from scraper.search import Request, parse
from scraper.warc import record as warc
from scraper.warc.record import Record
from tests.archives import query

NOW = datetime(2022, 1, 1, tzinfo=UTC)
SITE = "https://www.blog.example"
COURT = Request(query=parse("court"))
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, archives: Any) -> Path:
    """Three posts; the one about a court has a file and counts of an endpoint."""
    counts = "/_api/blog-frontend-adapter-public/v2/post-page-metadata/a-day-in-court"
    said = json.dumps({"postPageMetadata": {"postMetadata": {"viewCount": 99, "totalComments": 1, "likeCount": 0}}})
    more = [
        archives.live(counts, "2021-05-03T00:00:00Z", said, kind="counts", media_type="application/json"),
        archives.live("/post/other", "2021-05-03T00:00:01Z", archives.page("Other", "Nothing of it.", slug="other")),
    ]
    return Path(archives.fill(tmp_path_factory.mktemp("part") / "a.db", [*archives.captures(), *more]))


def records(data: bytes) -> list[Record]:
    return [one for one in warc.read(io.BytesIO(data)) if isinstance(one, Record)]


def addresses(path: Path) -> set[str]:
    return {one.url.removeprefix(SITE) for one in records(path.read_bytes()) if one.url}


def test_the_captures_of_the_posts_found_leave_and_those_that_they_refer_to(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    number = evidence.export_warc(archive, path, request=COURT)
    counted = "/_api/blog-frontend-adapter-public/v2/post-page-metadata/a-day-in-court"
    assert addresses(path) == {"/post/a-day-in-court", counted}
    found = records(path.read_bytes())
    kinds = Counter(one.type for one in found if one.url.endswith("/post/a-day-in-court"))
    assert kinds == {"response": 3, "revisit": 1, "request": 4, "metadata": 4}
    assert number == sum(one.type == "metadata" for one in found if one.url)


def test_a_part_is_held_against_the_log_of_the_whole(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    number = evidence.export_warc(archive, path, request=COURT)
    run_import(tmp_path / "b.db", [path], own=True, now=lambda: NOW)
    ((size, covered, captures, complaint, restored),) = query(
        tmp_path / "b.db", "SELECT size, covered, captures, complaint, restored FROM import_logs"
    )
    assert (size, covered, captures, complaint, restored) == (16, number, number, None, 0)
    assert query(tmp_path / "b.db", "SELECT slug, views FROM posts") == [("a-day-in-court", 99)]


def test_a_package_has_the_pages_of_the_posts_found_alone(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.wacz"
    evidence.export_wacz(archive, path, request=COURT)
    with zipfile.ZipFile(path) as package:
        _, *pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]
    assert {page["title"] for page in pages} == {"A Day in Court"}


def test_the_same_part_gives_the_same_bytes_and_another_part_another_name_of_the_file(
    archive: Path, tmp_path: Path
) -> None:
    for name, request in (("a", COURT), ("b", COURT), ("c", Request(query=parse("other")))):
        evidence.export_warc(archive, tmp_path / name, request=request)
    data = {name: (tmp_path / name).read_bytes() for name in "abc"}
    assert data["a"] == data["b"]
    assert records(data["a"])[0].get("WARC-Record-ID") != records(data["c"])[0].get("WARC-Record-ID")


def test_a_search_that_finds_nothing_gives_a_file_without_captures(archive: Path, tmp_path: Path) -> None:
    assert evidence.export_warc(archive, tmp_path / "x", request=Request(query=parse("nobody"))) == 0
    assert [one.type for one in records((tmp_path / "x").read_bytes())] == ["warcinfo", "metadata"]


@pytest.fixture(scope="module")
def bag(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bags") / "part"
    export.to_bag(archive, path, request=COURT)
    return path / "data"


def test_a_bag_of_some_posts_holds_their_rows_and_captures_and_not_the_file_of_all(bag: Path) -> None:
    assert not (bag / "archive.db").exists()
    assert "/post/other" not in addresses(bag / "captures.warc.gz")
    assert (bag / "checkpoints").is_dir()
    assert [line.split(",")[0] for line in (bag / "tables/posts.csv").read_text().splitlines() if SITE in line] == [
        f"{SITE}/post/a-day-in-court"
    ]
    for table in (bag / "tables").glob("*.csv"):
        assert "/post/other" not in table.read_text("utf-8")
    named = {
        each["path"]: each["rows"] for each in json.loads((bag / "tables/datapackage.json").read_text())["resources"]
    }
    assert named["revisions.csv"] == 2
    assert "known_urls.csv" not in named


def test_its_readme_says_that_it_is_a_part(bag: Path) -> None:
    text = (bag / "README.md").read_text("utf-8")
    assert "1 post of" in text
    assert "a part of a larger archive" in text
    assert "archive.db" not in text


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, words)])


@pytest.mark.parametrize("form", ["warc", "wacz", "bag"])
@pytest.mark.parametrize("asked", [("--query", "court"), ("--where", "after=2021", "--query", "court")])
def test_the_command_takes_where_and_query(archive: Path, tmp_path: Path, form: str, asked: tuple[str, ...]) -> None:
    done = run(form, "--db", archive, "--output", tmp_path / "x.zip", *asked)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "x.zip").stat().st_size


@pytest.mark.parametrize("form", ["csv", "warc"])
def test_what_of_a_query_is_taken_otherwise_than_it_stands_is_told(archive: Path, tmp_path: Path, form: str) -> None:
    done = run(form, "--db", archive, "--output", tmp_path / "x", "--query", "after:banana")
    assert "--query: “after:banana” is not a known filter" in done.stderr
    done = run(form, "--db", archive, "--output", tmp_path / "x", "--query", "words")
    assert "--query" not in done.output + done.stderr


@pytest.mark.parametrize("form", ["warc", "wacz", "bag"])
def test_a_site_that_there_is_not_is_refused(archive: Path, tmp_path: Path, form: str) -> None:
    done = run(form, "--db", archive, "--output", tmp_path / "x", "--where", "site=nowhere")
    assert done.exit_code == 2
    assert not (tmp_path / "x").exists()
