"""The command line as its users meet it: what it prints, what it refuses, how it ends."""

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from scraper.cli import main
from scraper.harmless import harmless
from scraper.lock import writing
from scraper.search import MARK, UNMARK, Hit, Snippet
from scraper.terminal.hits import ScreenStyle, hit_lines
from scraper.warc import record

DUMP = """top of page

A Day at the Council

Updated: Mar 18, 2021

We went to the council, and the council listened. It took the whole of a long and rainy day.

On the way home we wrote this, so that those who could not come may know.

41 views0 comments

Recent Posts

See All

bottom of page
"""
URL = "https://blog.example.org/post/a-day-at-the-council"


def ushrn(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def dumped(folder: Path) -> Path:
    path = folder / "council.txt"
    path.write_text(DUMP, "utf-8")
    return path


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return dumped(tmp_path)


@pytest.fixture(scope="module")
def _archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    path = folder / "a.db"
    done = ushrn("import", dumped(folder), "--url", URL, "--captured-at", "2021-04-01", "--db", path)
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def archive(_archive: Path, dump: Path) -> Path:
    """The archive that the dump was imported into, beside it."""
    return shutil.copy(_archive, dump.with_name("a.db"))


def test_extract_prints_one_object_a_path_in_order_repeats_and_unreadable_ones_included(dump: Path) -> None:
    empty = dump.with_name("empty.html")
    empty.touch()
    done = ushrn("extract", dump, dump.with_name("nowhere.html"), dump, empty, dump.parent)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["kind"] for line in lines] == ["post", "error", "post", "error", "error"]
    assert [Path(line["path"]).name for line in lines][:4] == [
        "council.txt",
        "nowhere.html",
        "council.txt",
        "empty.html",
    ]
    assert all(line["problems"] for line in lines if line["kind"] == "error")
    assert done.exit_code == 1


def test_extract_gives_the_fields_of_a_post(dump: Path) -> None:
    (line,) = ushrn("extract", dump, "--url", URL).stdout.splitlines()
    found = json.loads(line)
    assert (found["title"], found["updated_at"], found["updated_basis"]) == (
        "A Day at the Council",
        "2021-03-18",
        "text",
    )
    assert (found["published_at"], found["views"], found["comments"]) == (None, 41, 0)
    assert found["body_text"].startswith("We went") and found["body_text"].endswith("may know.")


def test_extract_refuses_one_address_for_several_pages(dump: Path) -> None:
    done = ushrn("extract", dump, dump, "--url", URL)
    assert (done.exit_code, done.stdout) == (2, "")


def test_extract_writes_nothing(dump: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    ushrn("extract", dump)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("words", [("crawl", "not a site"), ("import",), ("search", "--sort", "beauty"), ("dance",)])
def test_wrong_words_end_with_2_and_no_traceback(words: tuple[str, ...], tmp_path: Path) -> None:
    options = ("--db", tmp_path / "a.db") if words[0] in ("crawl", "search") else ()
    done = ushrn(*words, *options)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


@pytest.mark.parametrize("verb", ["search", "status", "rebuild", "verify", "serve"])
def test_no_archive_is_said_in_one_line_with_6(verb: str, tmp_path: Path) -> None:
    done = ushrn(verb, "--db", tmp_path / "none.db")
    assert done.exit_code == 6
    assert len(done.stderr.splitlines()) == 1
    assert "none.db" in done.stderr


def test_a_file_that_is_no_archive_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_bytes(b"these are notes, not a database" * 100)
    done = ushrn("search", "x", "--db", path)
    assert done.exit_code == 6
    assert path.read_bytes() == b"these are notes, not a database" * 100


def test_search_tells_title_date_views_and_the_passage(archive: Path) -> None:
    done = ushrn("search", "rainy", "day", "--db", archive)
    assert done.exit_code == 0
    for part in ("A *Day* at the Council", "updated 2021-03-18", "41 views", URL, "*rainy*", "1 to 1 of 1"):
        assert part in done.stdout


def test_search_without_words_shows_all_posts(archive: Path) -> None:
    assert "1 to 1 of 1" in ushrn("search", "--db", archive).stdout


def test_search_prints_one_json_object_per_hit(archive: Path) -> None:
    done = ushrn("search", "rainy", "day", "--json", "--db", archive)
    (line,) = done.stdout.splitlines()
    hit = json.loads(line)
    assert list(hit) == ["url", "site", "title", "published_day", "views", "matched", "snippets"]
    assert (hit["matched"], MARK in line) == ("all", False)


def test_a_mistyped_search_shows_what_was_meant(archive: Path) -> None:
    assert "Did you mean rainy day" in ushrn("search", "rainny", "day", "--db", archive).stdout
    done = ushrn("search", "rainny", "day", "--json", "--db", archive)
    assert [json.loads(line)["matched"] for line in done.stdout.splitlines()] == ["spelling"]


@pytest.mark.parametrize(("options", "stream"), [((), "stdout"), (("--json",), "stderr")])
def test_a_search_offers_dates_and_hosts_as_conditions(archive: Path, options: tuple[str, ...], stream: str) -> None:
    done = ushrn("search", "rainy march 2021", *options, "--db", archive)
    assert "after:2021-03 before:2021-04 for march 2021  (1)" in getattr(done, stream)


def test_nothing_found_says_what_each_step_back_gives(archive: Path) -> None:
    done = ushrn("search", "rainy after:2021-13", "--db", archive)
    assert "without after:2021-13: 1 post. “2021-13” is not a date." in done.stdout


def test_a_closed_output_is_no_fault(archive: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import os, sys; os.close(1); sys.stdout = None; from scraper.cli import main; main()",
         "search", "rainy", "--db", str(archive)], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("environment", "is_terminal", "bold"),
    [({}, True, True), ({"NO_COLOR": "1"}, True, False), ({"TERM": "dumb"}, True, False), ({}, False, False),
     ({"NO_COLOR": ""}, True, True)],
)  # fmt: skip
def test_bold_is_for_terminals_that_want_it(environment: dict[str, str], is_terminal: bool, bold: bool) -> None:
    assert (ScreenStyle.of(environment, is_terminal=is_terminal).marks[0] == "\x1b[1m") is bold


@pytest.mark.parametrize(
    ("columns", "width"),
    [("60", 60), ("", 96), ("wide", 96), ("0", 96), ("-5", 96), ("9", 24), ("5000", 120), ("²", 96)],
)
@pytest.mark.parametrize("is_terminal", [True, False])
def test_lines_are_as_wide_as_the_environment_says(columns: str, width: int, is_terminal: bool) -> None:
    style = ScreenStyle.of({"COLUMNS": columns}, is_terminal=is_terminal)
    assert style.width == width or (is_terminal and width == 96), "a terminal's own width where none is said"


@pytest.mark.parametrize("width", [24, 60])
def test_no_line_of_a_passage_is_wider_than_the_screen(width: int) -> None:
    words = f"the {MARK}right{UNMARK} to water of {'人权' * 40} and {'x' * 200}"
    unknown: dict[str, Any] = dict.fromkeys(each.name for each in fields(Hit))
    said = {"url": "https://a.example/p", "site": "a", "lacks": (), "snippets": (Snippet(words, paragraph=0),)}
    hit = Hit(**(unknown | said))
    lines = hit_lines(1, hit, ScreenStyle(width=width)).splitlines()[3:]
    columns = [sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in line) for line in lines]
    assert max(columns) <= width
    assert "*right*" in " ".join(lines)


def test_search_for_what_is_not_there_says_so(archive: Path) -> None:
    done = ushrn("search", "elephant", "--db", archive)
    assert done.exit_code == 0
    told, heading, back, *_ = done.stdout.splitlines()
    assert told == "“elephant” is in no post of this archive."
    assert (heading, back.partition(":")[0]) == ("What finds something:", "  all posts")
    assert done.stdout.endswith("no hits\n")


@pytest.mark.parametrize(("match", "posts"), [("all", 0), ("most", 1), ("any", 1)])
def test_how_much_of_a_query_must_match_can_be_said_of_an_export(archive: Path, match: str, posts: int) -> None:
    asked = ("--query", "council rainy listened elephant", "--match", match)
    done = ushrn("export", "csv", "--db", archive, "--columns", "url", *asked)
    assert list(csv.reader(io.StringIO(done.stdout))) == [["url"], *[[URL]] * posts]


def test_csv_goes_to_standard_output_without_a_file(archive: Path) -> None:
    done = ushrn("export", "csv", "--db", archive, "--columns", "url,views")
    assert list(csv.reader(io.StringIO(done.stdout))) == [["url", "views"], [URL, "41"]]


def test_an_export_to_a_file_says_what_it_wrote(archive: Path, tmp_path: Path) -> None:
    done = ushrn("export", "csv", "--db", archive, "--output", tmp_path / "posts.csv")
    assert "posts.csv: 1 post," in done.stdout
    assert (tmp_path / "datapackage.json").exists()


@pytest.mark.parametrize(
    "words", [("warc",), ("sqlite",), ("atom", "--excel"), ("sqlite", "--columns", "url", "--output", "x")]
)
def test_export_refuses_what_makes_no_sense(words: tuple[str, ...], archive: Path) -> None:
    assert ushrn("export", *words, "--db", archive).exit_code == 2


def test_the_same_again_changes_nothing(archive: Path, dump: Path) -> None:
    done = ushrn("import", dump, "--url", URL, "--captured-at", "2021-04-01", "--db", archive)
    assert "1 already there" in done.stdout


def test_rebuild_finds_nothing_to_change_in_a_fresh_archive(archive: Path) -> None:
    done = ushrn("rebuild", "--diff", "--db", archive)
    assert "0 of them would change" in done.stdout


def test_status_as_json_is_for_machines(archive: Path) -> None:
    assert json.loads(ushrn("status", "--json", "--db", archive).stdout)["posts"] == 1


def test_status_of_an_archive_never_crawled_is_stale(archive: Path) -> None:
    assert ushrn("status", "--max-age", "8d", "--db", archive).exit_code == 10


def test_a_crawl_of_strangers_needs_a_contact(tmp_path: Path) -> None:
    done = ushrn("crawl", "https://blog.example.org/", "--db", tmp_path / "a.db")
    assert done.exit_code == 2
    assert "--contact" in done.stderr


def test_json_logs_are_objects_a_line(archive: Path, dump: Path) -> None:
    done = ushrn("import", dump, "--db", archive, "--log-format", "json", "--url", URL)
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert events[-1]["event"] == "summary"
    assert events[-1]["exit_status"] == 0


def test_the_output_is_utf_8_whatever_the_terminal(dump: Path) -> None:
    dump.write_text(DUMP.replace("Council", "Counçil ✊"), "utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "scraper", "extract", dump], capture_output=True, env=environment, check=True
    )
    assert "Counçil ✊" in json.loads(done.stdout.decode("utf-8"))["title"]


def test_a_reader_that_goes_away_is_no_error(dump: Path) -> None:
    command = [sys.executable, "-m", "scraper", "extract", *[str(dump)] * 200]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout and running.stderr
        running.stdout.readline()
        running.stdout.close()
        complaint = running.stderr.read()
    assert b"Traceback" not in complaint


@given(st.text())
def test_no_text_of_a_page_steers_the_terminal(text: str) -> None:
    shown = harmless(text)
    assert not any(sign < " " and sign not in "\t\n" for sign in shown)
    assert "\x1b" not in shown and "\x9b" not in shown and "\u202e" not in shown


def test_extract_reads_standard_input_and_the_first_post_of_a_web_archive(tmp_path: Path) -> None:
    page = (Path(__file__).parent / "pages").rglob("page.html")
    body = next(iter(sorted(page))).read_bytes()
    run = [sys.executable, "-m", "scraper", "extract"]
    piped = subprocess.run([*run, "-"], input=body, capture_output=True, check=False)
    said = json.loads(piped.stdout)
    assert (said["path"], piped.returncode) == ("-", 0)
    fields = (("WARC-Type", "response"), ("WARC-Target-URI", "https://www.blog.example/post/a"), ("WARC-Date", "2022"))
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    (tmp_path / "x.warc.gz").write_bytes(record.member(record.Record(fields, answer)))
    packed = subprocess.run([*run, tmp_path / "x.warc.gz"], capture_output=True, check=False)
    assert json.loads(packed.stdout)["title"] == said["title"]


@pytest.mark.parametrize(
    "words",
    [
        ("status",), ("search", "water"), ("verify",), ("show", "https://x.example/post/none"), ("rebuild", "--diff"),
        ("export", "csv", "--output", "x.csv"), ("changes", "--since", "2020-01-01"), ("rebuild",), ("seal", "show"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_at_rest_the_archive_is_one_file_after_any_verb(
    full: Path, tmp_path: Path, words: tuple[str, ...], mode: str
) -> None:
    with closing(sqlite3.connect(full)) as db:  # as 0.1.0 left it, and as it is left today
        db.execute(f"PRAGMA journal_mode = {mode}")
    given = [str(tmp_path / word) if word == "x.csv" else word for word in words]
    CliRunner().invoke(main, [*given, "--db", str(full)])
    assert [path.name for path in full.parent.iterdir() if path.name.startswith(full.name)] == [full.name]


def test_a_server_that_has_the_archive_open_stops_no_verb(full: Path) -> None:
    with closing(sqlite3.connect(f"{full.as_uri()}?mode=ro", uri=True)) as reader:
        for words in (["rebuild"], ["status"], ["verify"]):
            assert reader.execute("SELECT count(*) FROM posts").fetchone() is not None
            assert CliRunner().invoke(main, [*words, "--db", str(full)]).exit_code == 0


READING = [
    ("status",), ("status", "--check"), ("status", "--json"), ("status", "--coverage"), ("verify",), ("settings",),
    ("rebuild", "--diff"), ("changes", "--since", "2020-01-01"), ("search", "water"), ("accept", "--list"),
    ("export", "csv", "--output", "OUT"), ("export", "warc", "--output", "OUT"), ("show", "POST"),
    ("exhibit", "POST", "--output", "OUT"),
]  # fmt: skip


@pytest.fixture
def read_only(full: Path, tmp_path: Path) -> Iterator[Path]:
    """The archive on a disk that takes no writes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    full.rename(disk / full.name)
    mounts = [["mount", "--bind", disk, disk], ["mount", "-o", "remount,ro,bind", disk]]
    if any(subprocess.run(words, capture_output=True, check=False).returncode for words in mounts):
        pytest.skip("only root may mount a disk read-only")
    yield disk / full.name
    subprocess.run(["umount", disk], check=True)


@pytest.mark.slow
def test_reading_verbs_work_on_a_read_only_disk(read_only: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(f"{read_only.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        (post,) = db.execute("SELECT url FROM posts LIMIT 1").fetchone()
    for number, words in enumerate(READING):
        given = [{"OUT": str(tmp_path / f"out-{number}"), "POST": post}.get(word, word) for word in words]
        done = ushrn(*given, "--db", read_only)
        assert done.exit_code in (0, 1, 10), (words, done.output)
    assert [one.name for one in read_only.parent.iterdir()] == [read_only.name]


def test_a_rebuild_that_only_tells_works_beside_a_run_that_writes(full: Path) -> None:
    before = full.read_bytes()
    with writing(full, "2026-01-01T00:00:00Z"):
        assert ushrn("rebuild", "--diff", "--db", full).exit_code == 0
    assert full.read_bytes() == before
