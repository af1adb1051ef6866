"""A post whose address changed by a permanent redirect is one post with two addresses, in any order of captures."""

import itertools
from collections.abc import Iterable
from pathlib import Path

import pytest

from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.records import Capture
from scraper.store import Archive

BASE = "https://www.blog.example/post/"
TEXT = "We met by the river on Monday to speak of bridges and of boats and of the price of bread in winter."


def shows(slug: str, day: int, *, title: str = "By the river", text: str = TEXT, at: str = "2025-03-03T09:00:00.000Z",
          **values: object) -> Capture:  # fmt: skip
    body = (
        f'<html><head><title>{title}</title><meta property="og:title" content="{title}">'
        f'<meta property="article:published_time" content="{at}"></head><body><article data-hook="post">'
        f'<h1 data-hook="post-title">{title}</h1><section data-hook="post-description"><p>{text}</p></section>'
        "</article></body></html>"
    )
    return answer(slug, day, kind="post", status=200, media_type="text/html", body=body.encode(), **values)


def answer(slug: str, day: int, **values: object) -> Capture:
    return Capture(url=BASE + slug, captured_at=f"2026-01-{day:02}T10:00:00Z", **values)  # type: ignore[arg-type]


def leads(slug: str, day: int, to: str, status: int = 301) -> Capture:
    return answer(slug, day, kind="redirect", status=status, redirected_to=BASE + to)


def told(path: Path, captures: Iterable[Capture]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """(slug, gone_reason, missing since) of every post, and (slug, event, day), after all of it; a rebuild agrees."""
    path.unlink(missing_ok=True)
    with Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        for capture in captures:
            archive.keep(capture, read_capture(capture), None)
        posts = archive.db.execute("SELECT slug, gone_reason, substr(missing_since, 9, 2) FROM posts ORDER BY slug")
        events = archive.db.execute(
            "SELECT slug, kind, substr(at, 9, 2) FROM events JOIN posts ON posts.id = post_id ORDER BY at, slug, kind"
        )
        found = posts.fetchall(), events.fetchall()
        changes: list[object] = []
        archive.rebuild(diff=True, changed=changes.append)
        assert changes == []
    return found


MOVED = [shows("old", 1), leads("old", 8, "new"), shows("new", 8), leads("old", 16, "new"), shows("new", 24)]


def test_a_moved_post_is_one_post_whatever_order_its_captures_come_in(tmp_path: Path) -> None:
    for number, order in enumerate(itertools.permutations(MOVED)):
        if number % 7 == 0:
            posts, events = told(tmp_path / "a.db", order)
            assert posts == [("new", None, None)]
            assert events == [("new", "added", "01"), ("new", "moved", "08")]


def test_a_moved_post_is_found_by_both_addresses(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        for capture in MOVED:
            archive.keep(capture, read_capture(capture), None)
        assert {archive.life(BASE + slug).post["url"] for slug in ("old", "new")} == {BASE + "new"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Quite another", "text": "Nothing of that was said here, and nobody was there to hear it."},
        {"at": "2025-04-04T09:00:00.000Z", "text": "Nothing of that was said here, and nobody was there to hear it."},
    ],
    ids=["another post", "the same title alone"],
)
def test_a_redirect_to_another_post_is_an_absence_with_its_reason(tmp_path: Path, change: dict[str, str]) -> None:
    found = [shows("old", 1), leads("old", 8, "new"), shows("new", 8, **change), leads("old", 23, "new")]  # type: ignore[arg-type]
    for order in (found, found[::-1]):
        posts, events = told(tmp_path / "a.db", order)
        assert posts == [("new", None, None), ("old", f"leads to {BASE}new", "08")]
        assert ("old", "gone", "08") in events


@pytest.mark.parametrize("missing", range(3))
def test_without_any_of_its_witnesses_nothing_is_called_moved(tmp_path: Path, missing: int) -> None:
    found = [shows("old", 1), leads("old", 8, "new"), shows("new", 8)]
    _, events = told(tmp_path / "a.db", [one for number, one in enumerate(found) if number != missing])
    assert "moved" not in {kind for _, kind, _ in events}


@pytest.mark.parametrize(
    "found",
    [
        [shows("new", 1), shows("old", 2), leads("old", 8, "new")],
        [shows("old", 1), leads("old", 8, "new", 302), shows("new", 8)],
        [shows("old", 1), leads("old", 8, "new"), shows("new", 8, captured_at_basis="file-time")],
    ],
    ids=["the target was there before", "a passing redirect", "the target's time is a file's"],
)
def test_weaker_witnesses_join_nothing(tmp_path: Path, found: list[Capture]) -> None:
    posts, events = told(tmp_path / "a.db", found)
    assert len(posts) == 2
    assert "moved" not in {kind for _, kind, _ in events}


def test_only_one_old_address_moves_to_a_new_one(tmp_path: Path) -> None:
    found = [shows("one", 1), shows("two", 2), leads("one", 8, "new"), leads("two", 9, "new"), shows("new", 8)]
    for order in (found, found[::-1]):
        posts, events = told(tmp_path / "a.db", order)
        assert [slug for slug, *_ in posts] == ["new", "two"]
        assert [(slug, kind) for slug, kind, _ in events if kind == "moved"] == [("new", "moved")]


def test_another_post_at_the_old_address_later_is_a_new_post(tmp_path: Path) -> None:
    later = shows("old", 20, title="Of trains", text="Trains run late, and nobody says why they do so in the spring.")
    for order in ([*MOVED[:3], later], [later, *MOVED[2::-1]]):
        posts, events = told(tmp_path / "a.db", order)
        assert [slug for slug, *_ in posts] == ["new", "old"]
        assert [one for one in events if one[1] in ("added", "moved")] == [
            ("new", "added", "01"), ("new", "moved", "08"), ("old", "added", "20"),
        ]  # fmt: skip


def test_a_post_that_moves_twice_is_still_one(tmp_path: Path) -> None:
    found = [*MOVED[:3], leads("new", 20, "newest"), shows("newest", 20)]
    for order in (found, found[::-1], [found[3], found[0], found[4], found[2], found[1]]):
        posts, events = told(tmp_path / "a.db", order)
        assert [slug for slug, *_ in posts] == ["newest"]
        assert [kind for _, kind, _ in events] == ["added", "moved", "moved"]
