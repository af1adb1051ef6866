"""What `ushrn status` says of an archive."""

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.crawl import run_crawl
from scraper.demo.blog import Answer, Blog, Question
from scraper.demo.server import served
from scraper.errors import ArchiveUnusable, UsageError
from scraper.store import Archive
from scraper.terminal import status

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@contextmanager
def crawled(path: Path) -> Iterator[Blog]:
    """An archive of the pretend blog, one post of which fails."""
    blog = Blog(today=TODAY, padding=500)

    def answer(question: Question) -> Answer:
        return Answer(status=500) if question.path == "/post/water-is-a-right" else blog.answer(question)

    with served(answer) as server:
        blog.base = server.base
        run_crawl(path, [server.base], delay=0, counts=False, now=lambda: TODAY, sleep=lambda _: None)
        yield blog


@pytest.fixture(scope="module")
def _archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crawled") / "archive.db"
    with crawled(path):
        return path


@pytest.fixture
def archive(_archive: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(_archive, tmp_path / "archive.db"))


def test_one_screen_tells_posts_problems_coverage_freshness_and_size(archive: Path) -> None:
    now = TODAY + timedelta(days=3)
    found = status.status(archive, now)
    health = found.health
    assert (health.posts, health.new_this_month, health.gone, health.errors) == (8, 8, 0, 1)
    assert health.last_good_crawl_at == "2026-05-20T12:00:00Z"
    assert health.sites[0].coverage == {"archived": 8, "wanted": 1}
    assert found.size == archive.stat().st_size
    text = status.screen(found)
    assert len(text.splitlines()) <= 24
    assert "last good crawl: 2026-05-20T12:00:00Z (3 days ago)" in text
    assert "fetch/status-500" in text
    assert str(health.chain_sha256) in text


@pytest.mark.parametrize(("age", "stale"), [("2d", True), ("4d", False), ("71h", True), ("1w", False), ("4", False)])
def test_a_last_good_crawl_older_than_allowed_is_stale(archive: Path, age: str, stale: bool) -> None:
    assert status.status(archive, TODAY + timedelta(days=3), status.parse_age(age)).stale is stale


def test_an_archive_that_was_never_crawled_is_stale(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db"):
        pass
    found = status.status(tmp_path / "a.db", TODAY, timedelta(days=1000))
    assert found.stale
    assert "none yet" in status.screen(found)


def test_a_crawl_that_was_killed_or_failed_does_not_count_as_good(archive: Path) -> None:
    with Archive.open(archive) as opened:
        opened.begin("crawl", "2026-05-21T00:00:00Z")
    found = status.status(archive, TODAY + timedelta(days=3), timedelta(days=4))
    assert found.health.last_good_crawl_at == "2026-05-20T12:00:00Z"
    assert "did not end" in status.screen(found)


def test_the_same_as_json_for_monitoring(archive: Path) -> None:
    found = status.status(archive, TODAY)
    assert json.loads(json.dumps(found.as_json()))["sites"][0]["coverage"]["archived"] == 8


def test_coverage_is_every_address_and_what_became_of_it(archive: Path) -> None:
    rows = list(csv.DictReader(status.coverage(archive)))
    assert [row["state"] for row in rows].count("archived") == 8
    assert [row["url"].rpartition("/")[2] for row in rows if row["state"] == "wanted"] == ["water-is-a-right"]


def test_status_changes_nothing_and_says_what_is_no_archive(archive: Path, tmp_path: Path) -> None:
    before = archive.read_bytes()
    status.status(archive, TODAY)
    assert archive.read_bytes() == before
    (tmp_path / "letter.db").write_text("dear friend")
    with pytest.raises(ArchiveUnusable):
        status.status(tmp_path / "letter.db", TODAY)
    with pytest.raises(ArchiveUnusable):
        status.status(tmp_path / "missing.db", TODAY)


@pytest.mark.parametrize("text", ["", "soon", "-3d", "3y", "d"])
def test_an_age_that_is_none_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="max-age"):
        status.parse_age(text)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=20), "less than an hour ago"),
        (timedelta(minutes=70), "1 hour ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_the_age_of_the_last_crawl_is_told_in_words(archive: Path, age: timedelta, words: str) -> None:
    last = datetime(2026, 5, 20, 12, tzinfo=UTC)
    assert f"last good crawl: 2026-05-20T12:00:00Z ({words})" in status.screen(status.status(archive, last + age))
