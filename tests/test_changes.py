"""`ushrn changes` and `ushrn settings`: a digest for those who want it, and what an archive is called."""

import json
import re
import shutil
import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper.cli import main
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.records import Capture, Reading
from scraper.store import Archive
from scraper.terminal.changes import as_html, as_text


def ushrn(*words: str, said: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(words), input=said)
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def _archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("changes") / "archive.db"
    with Archive.open(path, reader=READER, fingerprint=fingerprint()) as opened:
        for command, at, slug, captured in (
            ("crawl", "2026-11-01T09:00:00Z", "young", "2026-11-01T09:00:05Z"),
            ("recover", "2026-11-20T09:00:00Z", "old", "2017-06-11T00:00:00Z"),
        ):
            run = opened.begin(command, at)
            url = f"https://www.upr2020.org/post/{slug}"
            said = Reading(kind="post", url=url, title=f"A <{slug}> post", body_text="Words.", layout="wix")
            capture = Capture(url=url, kind="post", captured_at=captured, status=200, media_type="text/html",
                              body=slug.encode())  # fmt: skip
            opened.keep(capture, said, run)
            opened.finish(run, finished_at=at, requests=1, exit_status=0)
    return path


@pytest.fixture
def archive(_archive: Path, tmp_path: Path) -> str:
    """Two posts: one crawled on 1 November 2026, one of 2017 brought in on the 20th."""
    return str(shutil.copy(_archive, tmp_path / "archive.db"))


def test_a_digest_tells_what_became_known_since_a_day_with_both_times(archive: str) -> None:
    status, text = ushrn("changes", "--since", "2026-11-02", "--db", archive)
    assert status == 0
    assert text.splitlines()[0].startswith("1 change since 2 November 2026: ")
    assert "20 November 2026\n  New        A <old> post\n" in text
    assert "captured 11 June 2017 · https://www.upr2020.org/post/old" in text
    both = ushrn("changes", "--since", "2026-11-01", "--db", archive)[1]
    assert both.index("A <old> post") < both.index("A <young> post")
    assert ushrn("changes", "--since", "2026-12-01", "--db", archive)[1].startswith("0 changes since")


def test_a_site_that_there_is_not_is_refused_and_those_that_there_are_are_named(archive: str) -> None:
    status, said = ushrn("changes", "--since", "2026-11-01", "--site", "nowhere", "--db", archive)
    assert (status, "no site 'nowhere'; there are: " in said) == (2, True)


def test_a_digest_as_html_is_a_whole_page_whose_titles_are_text(archive: str) -> None:
    ushrn("settings", "public_url", "https://posts.example.org/", "--db", archive)
    ushrn("settings", "name", "Posts & papers", "--db", archive)
    status, page = ushrn("changes", "--since", "2026-11-01", "--format", "html", "--db", archive)
    assert status == 0

    class Links(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []
            self.text = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag in {
                "html",
                "head",
                "meta",
                "title",
                "body",
                "h1",
                "h2",
                "ul",
                "li",
                "strong",
                "a",
                "br",
                "small",
                "p",
            }
            self.found += [value or "" for name, value in attrs if name == "href"]

        def handle_data(self, data: str) -> None:
            self.text += data

    reader = Links()
    reader.feed(page)
    assert reader.found == [
        "https://posts.example.org/post/upr2020/old",
        "https://posts.example.org/post/upr2020/young",
    ]
    assert "A <old> post" in reader.text
    assert "2 changes since 1 November 2026: Posts & papers" in reader.text


def test_a_day_is_the_same_however_it_is_written(archive: str) -> None:
    assert ushrn("changes", "--since", "20261102", "--db", archive) == ushrn(
        "changes", "--since", "2026-11-02", "--db", archive
    )


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_digest_of_nothing_says_so(archive: str, form: str) -> None:
    status, said = ushrn("changes", "--since", "2026-12-01", "--format", form, "--db", archive)
    assert status == 0
    assert "0 changes since 1 December 2026: " in said and "Nothing new." in said


LONG = "Right & <wrong>: a statement of many words " * 40


def change(**said: str | None) -> sqlite3.Row:
    """A row as the store gives it, of a post with a long title."""
    row = {"kind": "added", "at": "2017-06-11T00:00:00Z", "known_at": "2026-11-20T09:00:00Z", "title": LONG,
           "site": "a", "slug": "b", "url": "https://a.example/" + "a-long-address-" * 20, "language": "en",
           "excerpt": None, **said}  # fmt: skip
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    asked = ", ".join(f"? AS {name}" for name in row)
    return db.execute(f"SELECT {asked}", tuple(row.values())).fetchone()


def test_no_line_of_a_digest_but_an_address_is_longer_than_mail_is_wide() -> None:
    rows = [change(), change(title="W&" * 3000), change(kind="withdrawn", slug=None, title=None, excerpt=LONG)]
    text = as_text(rows, "2026-11-01", LONG, "")
    assert [line for line in text.splitlines() if len(line) > 76 and "https://" not in line] == []
    page = as_html([*rows, change(title="人" * 900)], "2026-11-01", LONG, "")
    assert max(len(line.encode()) for line in page.splitlines()) < 998  # RFC 5322, section 2.1.1
    assert "<wrong>" not in page
    assert "W&amp;" * 3000 in page.replace("<wbr\n>", "")


def test_a_chinese_title_is_as_wide_as_its_letters_are() -> None:
    text = as_text([change(title="人权" * 60)], "2026-11-01", "Posts", "")
    assert "人权" * 60 in re.sub(r"\s", "", text)
    assert [line for line in text.splitlines() if line.count("人") + line.count("权") > (76 - 13) // 2] == []


def test_a_title_in_a_digest_keeps_its_language_and_direction() -> None:
    page = as_html([change(title="حقوق", language="ar")], "2026-11-01", "Posts", "")
    assert ' lang="ar" dir="auto">حقوق</a>' in page


def test_a_withdrawal_without_a_reason_says_that_there_is_none() -> None:
    gone = change(kind="withdrawn", slug=None, title=None)
    for said in (as_text([gone], "2026-11-01", "Posts", ""), as_html([gone], "2026-11-01", "Posts", "")):
        assert "A withdrawn post" in said and "no reason given" in said and "None" not in said


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "", "20261"])
def test_a_day_that_is_none_is_wrong_usage(archive: str, day: str) -> None:
    status, text = ushrn("changes", "--since", day, "--db", archive)
    assert (status, text.count("\n")) == (2, 1)


def test_settings_are_set_shown_and_taken_away(archive: str, tmp_path: Path) -> None:
    file = tmp_path / "about.json"
    file.write_text(json.dumps({"name": "Harbour", "introduction": "**The Harbour** was.\n\nIt is."}), "utf-8")
    assert ushrn("settings", "--from", str(file), "--db", archive)[0] == 0
    assert ushrn("settings", "name", "--db", archive) == (0, "Harbour\n")
    assert ushrn("settings", "publisher", "-", "--db", archive, said="the Harbour\n")[0] == 0
    shown = ushrn("settings", "--db", archive)[1]
    assert "publisher: the Harbour" in shown
    assert "public_url: (not set)" in shown
    assert ushrn("settings", "name", "", "--db", archive)[0] == 0
    assert "name: (not set)" in ushrn("settings", "--db", archive)[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [("colour", "blue"), ("public_url", "javascript:alert(1)"), ("public_url", "x"), ("public_url", "https://"),
     ("public_url", "https://me:secret@archive.example"), ("public_url", "https://archive.example/?a=b"),
     ("public_url", "https://archive.example/#top"), ("public_url", "https://archive.example/a b"),
     ("name", "x" * 201), ("introduction_sources", "https://a.example javascript:alert(1)")],
)  # fmt: skip
def test_settings_that_are_none_are_wrong_usage(archive: str, name: str, value: str) -> None:
    status, text = ushrn("settings", name, value, "--db", archive)
    assert (status, text.count("\n")) == (2, 1)
    assert "secret" not in text


def test_a_name_is_one_line_without_what_steers_a_terminal(archive: str) -> None:
    assert ushrn("settings", "name", "Harbour\n\x1b[31m \u202epapers\t", "--db", archive)[0] == 0
    assert ushrn("settings", "name", "--db", archive) == (0, "Harbour [31m papers\n")
    assert ushrn("settings", "public_url", "https://archive.example/posts/", "--db", archive)[0] == 0


def test_a_setting_is_no_damage(archive: str) -> None:
    before = ushrn("verify", "--db", archive)[0]
    assert ushrn("settings", "name", "Harbour", "--db", archive)[0] == 0
    assert ushrn("verify", "--db", archive)[0] == before
