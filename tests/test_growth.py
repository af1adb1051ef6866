"""What a post costs does not depend on how many there are: SQLite's instructions are counted, not seconds."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scraper.records import Capture, Image, Reading
from scraper.store import Archive
from tests.archives import live

pytestmark = pytest.mark.slow
FEW, MANY = 50, 800
#: Trees grow a level deeper, no more.
MOST = 1.5
#: Instructions between two calls of SQLite's progress handler.
GRAIN = 10


def number_of(capture: Capture) -> int:
    return int(capture.url.rpartition("-")[2])


def read(capture: Capture) -> Reading:
    """A post with tags of its own."""
    number = number_of(capture)
    return Reading(
        kind="post", url=capture.url, title=f"Letter {number}", published_at=f"20{number % 20 + 10}-01-03T09:00:00Z",
        body_text=f"Words of letter {number} about rivers.", tags=(f"tag {number}", f"theme {number % 7}"),
    )  # fmt: skip


def steps(db: sqlite3.Connection, work: Callable[[], object]) -> int:
    """Instructions that *work* takes, in steps of `GRAIN`."""
    count = 0

    def counted() -> int:
        nonlocal count
        count += 1
        return 0

    db.set_progress_handler(counted, GRAIN)
    work()
    db.set_progress_handler(None, 0)
    return count


def kept(archive: Archive, numbers: range, day: int, words: str = "as it was") -> None:
    """The pages of these posts as they came on *day*."""
    run = archive.begin("crawl", f"2026-03-{day:02}T00:00:00Z")
    for number in numbers:
        at = f"2026-03-{day:02}T00:00:01Z"
        capture = live(f"/post/letter-{number}", at, f"{words} {number}")
        archive.keep(capture, read(capture), run)
    archive.finish(run, finished_at=f"2026-03-{day:02}T01:00:00Z", requests=0, exit_status=0)


def costs(path: Path, posts: int) -> dict[str, float]:
    """Steps a post, of an archive of so many."""
    with Archive.open(path, read=read, reader=1) as archive:
        kept(archive, range(posts), 1)
        others = range(posts, posts + 20)
        found = {"kept": steps(archive.db, lambda: kept(archive, others, 2)) / 20}
        found["seen again"] = steps(archive.db, lambda: kept(archive, others, 3, "as it is now")) / 20
        found["rebuilt"] = steps(archive.db, archive.rebuild) / (posts + 20)
    return found


def pictures_kept(path: Path, pictures: int) -> float:
    """Steps for a picture that comes when so many are kept, each shown by a post."""
    shown = [
        f"https://static.wixstatic.com/media/{number:06x}_{number:032x}~mv2.jpg" for number in range(pictures + 10)
    ]

    def read(capture: Capture) -> Reading:
        image = Image(url=shown[number_of(capture)])
        return Reading(kind="post", url=capture.url, title=capture.url, body_text="A picture.", images=(image,))

    def keep(archive: Archive, numbers: range) -> None:
        for number in numbers:
            body = f"picture {number}".encode()
            archive.keep(replace(live("", "2026-03-02T00:00:01Z", body, kind="image"), url=shown[number]), None, None)

    with Archive.open(path, read=read, reader=1) as archive:
        for number in range(pictures + 10):
            capture = live(f"/post/letter-{number}", "2026-03-01T00:00:01Z", f"page {number}")
            archive.keep(capture, read(capture), None)
        keep(archive, range(pictures))
        return steps(archive.db, lambda: keep(archive, range(pictures, pictures + 10))) / 10


def of_one_slug_kept(path: Path, posts: int, page_text: str) -> float:
    """Steps for a post that comes when so many want the slug that it wants; a number may stand in *page_text*."""

    def read(capture: Capture) -> Reading:
        return Reading(kind="post", url=capture.url, title=capture.url, body_text="The news of the week.")

    def keep(archive: Archive, numbers: range) -> None:
        for number in numbers:
            page = live(
                f"/{2000 + number // 300}/{number % 12 + 1}/{number % 25 + 1}/news",
                "2026-03-01T00:00:01Z",
                page_text.format(number),
            )
            archive.keep(page, read(page), None)

    with Archive.open(path, read=read, reader=1) as archive:
        keep(archive, range(posts))
        return steps(archive.db, lambda: keep(archive, range(posts, posts + 10))) / 10


@pytest.mark.parametrize("page_text", ["news {}", "the same at all addresses"])
def test_a_post_costs_the_same_however_many_want_its_slug_or_show_its_page(tmp_path: Path, page_text: str) -> None:
    few, many = (of_one_slug_kept(tmp_path / f"{posts}.db", posts, page_text) for posts in (50, 800))
    assert many < MOST * few


def test_a_picture_costs_the_same_among_many_as_among_few(tmp_path: Path) -> None:
    assert pictures_kept(tmp_path / "many.db", 400) < MOST * pictures_kept(tmp_path / "few.db", 50)


def test_a_post_costs_the_same_among_many_as_among_few(tmp_path: Path) -> None:
    few, many = costs(tmp_path / "few.db", FEW), costs(tmp_path / "many.db", MANY)
    assert {name: round(many[name] / few[name], 2) for name in few if many[name] > MOST * few[name]} == {}
