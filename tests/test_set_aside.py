"""An import that was wrong is undone: as if it had never come, and yet it stays as evidence."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper import verify
from scraper.cli import main
from scraper.errors import UsageError
from scraper.imports import run_import, run_set_aside
from scraper.rebuild import run_rebuild
from scraper.store import Mementos

NOW = datetime(2022, 3, 1, 12, tzinfo=UTC)
SITE = "https://www.blog.example"
TABLES = ("posts", "revisions", "events", "counts", "links", "images", "files", "known_urls", "post_captures")


def page(slug: str, title: str, words: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:title" content="{title}">'
        f'<link rel="canonical" href="{SITE}/post/{slug}"></head><body><article data-hook="post">'
        f'<h1 data-hook="post-title">{title}</h1><section data-hook="post-description"><p>{words}</p></section>'
        "</article></body></html>"
    )


def bring_into(folder: Path, slug: str, title: str, words: str, at: str) -> None:
    """Import one saved page, dated as told."""
    path = folder / f"{slug}-{at}.html"
    path.write_text(page(slug, title, words), "utf-8")
    run_import(folder / "a.db", [path], captured_at=at, now=lambda: NOW)


@pytest.fixture
def bring(tmp_path: Path) -> Callable[[str, str, str, str], None]:
    """Imports one saved page into the test's own archive."""
    return partial(bring_into, tmp_path)


@pytest.fixture(scope="module")
def _archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set-aside")
    bring_into(folder, "a", "Alpha", "The first words of a harbour and its lamps.", "2021-02-01T10:00:00Z")
    bring_into(folder, "b", "Beta", "The second words of an orchard and its bees.", "2021-02-01T11:00:00Z")
    return folder


@pytest.fixture
def archive(_archive: Path, tmp_path: Path) -> Path:
    """Two posts as they were in 2021, in runs 1 and 2, beside the files that they came from."""
    shutil.copytree(_archive, tmp_path, dirs_exist_ok=True)
    return tmp_path / "a.db"


def derived(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the archive says of posts; ids aside, which rows have by the order in which they came."""
    with closing(sqlite3.connect(path)) as db:
        found = {}
        for table in TABLES:
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            chosen = [name for name in names if name not in ("id", "post_id", "last_heard_at", "found_by")]
            found[table] = sorted(db.execute(f"SELECT {', '.join(chosen)} FROM {table}").fetchall(), key=repr)
        return found


def titles(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [title for (title,) in db.execute("SELECT title FROM posts ORDER BY title")]


def undo(path: Path, word: str = "last") -> None:
    run_set_aside(path, word, reason="wrong date", by="me", now=lambda: NOW)


def test_a_post_is_again_what_it_was_before_the_wrong_import(
    archive: Path, bring: Callable[[str, str, str, str], None]
) -> None:
    before = derived(archive)
    bring("a", "Alpha in other words", "Words that came later, dated too early.", "2021-12-01T10:00:00Z")
    assert titles(archive) == ["Alpha in other words", "Beta"]
    undo(archive)
    assert derived(archive) == before
    assert verify.run(archive, now=lambda: NOW).of("damage") == ()


def test_a_post_that_only_the_wrong_import_showed_is_gone_from_all_that_is_read(
    archive: Path, bring: Callable[[str, str, str, str], None]
) -> None:
    bring("c", "Gamma", "Third words of a bridge in the rain.", "2021-12-01T10:00:00Z")
    undo(archive, "3")
    assert titles(archive) == ["Alpha", "Beta"]
    done = CliRunner().invoke(main, ["search", "bridge", "--json", "--db", str(archive)])
    assert done.stdout == ""
    with closing(sqlite3.connect(archive)) as db:
        assert Mementos(db).all(f"{SITE}/post/c") == [] and not Mementos(db).has(f"{SITE}/post/c")
        assert db.execute("SELECT state FROM known_urls WHERE url LIKE '%/c'").fetchall() == [], "nobody else named it"


def test_an_address_that_the_site_itself_named_is_wanted_again(
    archive: Path, bring: Callable[[str, str, str, str], None], tmp_path: Path
) -> None:
    bring("c", "Gamma", "Third words of a bridge in the rain.", "2021-12-01T10:00:00Z")
    listed = tmp_path / "sitemap.xml"
    listed.write_text(f"<urlset><url><loc>{SITE}/post/c</loc></url></urlset>")
    run_import(archive, [listed], url=f"{SITE}/sitemap.xml", captured_at="2021-12-02T10:00:00Z", now=lambda: NOW)
    undo(archive, "3")
    with closing(sqlite3.connect(archive)) as db:
        assert db.execute("SELECT state FROM known_urls WHERE url LIKE '%/c'").fetchall() == [("wanted",)]


def test_an_import_of_what_was_set_aside_says_so(archive: Path, tmp_path: Path) -> None:
    undo(archive)
    again = run_import(archive, [tmp_path / "b-2021-02-01T11:00:00Z.html"], captured_at="2021-02-01T11:00:00Z",
                       now=lambda: NOW)  # fmt: skip
    assert "1 already there (1 set aside" in again.line


def test_nothing_is_deleted_and_verify_names_the_decision(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as db:
        kept = db.execute("SELECT record_sha256, body_sha256 FROM captures ORDER BY id").fetchall()
    undo(archive)
    with closing(sqlite3.connect(archive)) as db:
        assert db.execute("SELECT record_sha256, body_sha256 FROM captures ORDER BY id").fetchall() == kept
        assert db.execute("SELECT command FROM crawls ORDER BY id").fetchall()[-1] == ("set-aside",)
        assert db.execute('SELECT kind, "by", reason FROM decisions').fetchall() == [("set-aside", "me", "wrong date")]
    found = verify.run(archive, now=lambda: NOW)
    assert found.exit_status == 0
    assert "1 capture set-aside: decided by me" in " ".join(map(str, found.found))


def test_a_rebuild_does_not_bring_it_back_nor_does_the_same_import(
    archive: Path, bring: Callable[[str, str, str, str], None]
) -> None:
    undo(archive)
    run_rebuild(archive, now=lambda: NOW)
    bring("b", "Beta", "The second words of an orchard and its bees.", "2021-02-01T11:00:00Z")
    assert titles(archive) == ["Alpha"]
    bring("b", "Beta", "The second words of an orchard and its bees.", "2021-03-01T11:00:00Z")
    assert titles(archive) == ["Alpha", "Beta"]
    assert verify.run(archive, now=lambda: NOW).of("damage") == ()


@pytest.mark.parametrize("word", ["99", "0", "-1", "first", "1.5", ""])
def test_what_is_no_import_is_a_usage_error_and_nothing_is_written(archive: Path, word: str) -> None:
    before = archive.read_bytes()
    with pytest.raises(UsageError, match="set-aside"):
        undo(archive, word)
    assert archive.read_bytes() == before


def test_it_cannot_be_undone_twice_and_last_is_the_newest_that_counts(archive: Path) -> None:
    undo(archive)
    with pytest.raises(UsageError, match="no captures that still count"):
        undo(archive, "2")
    undo(archive)
    assert titles(archive) == []
    with pytest.raises(UsageError):
        undo(archive)


def test_the_line_of_an_import_says_its_number_and_the_command_undoes_it(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "c.html").write_text(page("c", "Gamma", "Third words."), "utf-8")
    done = CliRunner().invoke(main, ["import", str(tmp_path / "c.html"), "--db", str(archive)])
    assert "run 3" in done.stdout
    undone = CliRunner().invoke(main, ["import", "--set-aside", "3", "--db", str(archive)])
    assert (undone.exit_code, titles(archive)) == (0, ["Alpha", "Beta"])
    assert undone.stdout.startswith("1 capture of import 3 set aside: 1 post no longer shown")


@pytest.mark.parametrize("words", [[], ["page.html", "--set-aside", "1"]])
def test_paths_or_an_import_to_undo_are_asked_for_not_both(words: list[str], archive: Path) -> None:
    done = CliRunner().invoke(main, ["import", *words, "--db", str(archive)])
    assert done.exit_code == 2 and "--set-aside RUN" in done.stderr
