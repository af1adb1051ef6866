"""A post whose address changed by a permanent redirect is one post with two addresses, in any order of captures."""

import itertools
import json
import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.reading.wix_counts_api import METADATA
from scraper.records import Capture
from scraper.store import Archive
from scraper.store.moves import MOST_BESIDE

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
        assert {archive.history(BASE + slug).post["url"] for slug in ("old", "new")} == {BASE + "new"}  # type: ignore[union-attr]


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


def names(slug: str, day: int, other: str, **values: object) -> Capture:
    """A page at *slug* that names *other* as its address."""
    page = shows(slug, day, **values)  # type: ignore[arg-type]
    link = f'<head><link rel="canonical" href="{BASE}{other}">'.encode()
    return replace(page, body=(page.body or b"").replace(b"<head>", link))


def missing(slug: str, day: int) -> Capture:
    return answer(slug, day, kind="missing", status=404)


#: What comes, in the order of time → where the one post is, since when it is missing and why, and what happened.
LIVES = {
    "it moves back": (
        [shows("a", 1), leads("a", 4, "b"), shows("b", 4), leads("b", 8, "a"), shows("a", 8), leads("b", 23, "a")],
        ("a", None, None), [("added", "01"), ("moved", "04"), ("moved", "08")],
    ),
    "it moves in a ring": (
        [shows("a", 1), leads("a", 4, "b"), shows("b", 4), leads("b", 8, "c"), leads("a", 9, "c"), shows("c", 8),
         leads("c", 12, "a"), shows("a", 12), leads("b", 12, "a"), leads("b", 27, "a"), leads("c", 27, "a")],
        ("a", None, None), [("added", "01"), ("moved", "04"), ("moved", "08"), ("moved", "12")],
    ),
    "it moves to and fro": (
        [shows("a", 1), leads("a", 4, "b"), shows("b", 4), leads("b", 8, "a"), shows("a", 8), leads("a", 12, "b"),
         shows("b", 12), leads("a", 27, "b")],
        ("b", None, None), [("added", "01"), ("moved", "04"), ("moved", "08"), ("moved", "12")],
    ),
    "its first address later leads to the last at once": (
        [shows("a", 1), leads("a", 4, "b"), shows("b", 4), leads("b", 8, "c"), shows("c", 8), leads("a", 9, "c"),
         leads("a", 24, "c"), leads("b", 24, "c")],
        ("c", None, None), [("added", "01"), ("moved", "04"), ("moved", "08")],
    ),
    "an address between was never seen": (
        [shows("a", 1), leads("a", 8, "b"), leads("b", 8, "c"), shows("c", 8), leads("a", 23, "b")],
        ("c", None, None), [("added", "01"), ("moved", "08")],
    ),
    "only what its page calls itself tells of it": (
        [shows("a", 1), names("a", 4, "b"), shows("b", 4), missing("a", 8), missing("a", 23)],
        ("b", None, None), [("added", "01"), ("moved", "04")],
    ),
    "and tells it again and again": (
        [shows("a", 1), names("a", 4, "b"), shows("b", 4), *(names("a", day, "b") for day in (6, 9, 12)),
         shows("b", 13)],
        ("b", None, None), [("added", "01"), ("moved", "04")],
    ),
    "and calls itself as before": (
        [shows("a", 1), names("a", 4, "b"), shows("b", 4), names("b", 8, "a"), shows("a", 8), missing("b", 10),
         missing("b", 25)],
        ("a", None, None), [("added", "01"), ("moved", "04"), ("moved", "08")],
    ),
    "nothing is left at the old address": (
        [shows("a", 1), leads("a", 4, "b"), shows("b", 4), missing("a", 8), missing("a", 24)],
        ("b", None, None), [("added", "01"), ("moved", "04")],
    ),
    "it had been gone before": (
        [shows("a", 1), missing("a", 4), missing("a", 19), leads("a", 24, "b"), shows("b", 24)],
        ("b", None, None), [("added", "01"), ("gone", "04"), ("moved", "24"), ("returned", "24")],
    ),
    "it is gone after it moved back": (
        [shows("a", 1), leads("a", 3, "b"), shows("b", 3), leads("b", 8, "a"), shows("a", 8), missing("a", 10),
         missing("a", 25)],
        ("a", "404", "10"), [("added", "01"), ("moved", "03"), ("moved", "08"), ("gone", "10")],
    ),
    "another name of it is gone": (
        [names("alias", 1, "a"), shows("a", 2), missing("alias", 8), missing("alias", 24)],
        ("a", None, None), [("added", "01")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIVES)
def test_a_post_stays_one_however_it_moves_and_whatever_order_its_captures_come_in(tmp_path: Path, name: str) -> None:
    found, where, happened = LIVES[name]
    dice = random.Random(7)
    for order in (found, found[::-1], dice.sample(found, len(found))):
        posts, events = told(tmp_path / "a.db", order)
        assert posts == [where]
        assert events == [(where[0], kind, day) for kind, day in happened]


#: A post that moved from *a* to *c*, and what another does after it, which was last seen before the first came to *a*
#: or while it was there, and which ends at that address.
TRAINS = {"title": "Of trains", "text": "Trains run late, and nobody says why they do so in the spring."}
AT_ANOTHERS_OLD_ADDRESS = {
    "seen before the other came": (
        [shows("b", 1, **TRAINS), shows("a", 2)],
        [leads("b", 9, "a"), shows("a", 9, **TRAINS)],
        "a",
    ),
    "seen while the other was there": (
        [shows("a", 1), shows("b", 2, **TRAINS), shows("a", 3)],
        [leads("b", 9, "a"), shows("a", 9, **TRAINS)],
        "a",
    ),
    "and went on unseen": (
        [shows("b", 1, **TRAINS), shows("a", 2)],
        [leads("b", 9, "a"), leads("a", 9, "d"), shows("d", 9, **TRAINS)],
        "d",
    ),
}


@pytest.mark.parametrize("case", AT_ANOTHERS_OLD_ADDRESS)
def test_a_post_may_move_to_where_another_was_that_moved_away(tmp_path: Path, case: str) -> None:
    before, after, where = AT_ANOTHERS_OLD_ADDRESS[case]
    found = [*before, leads("a", 5, "c"), shows("c", 5), *after]
    for order in (found, found[::-1]):
        posts, events = told(tmp_path / "a.db", order)
        assert {slug for slug, *_ in posts} == {where, "c"}
        assert [event for event in events if event[1] != "added"] == [("c", "moved", "05"), (where, "moved", "09")]


def counts(slug: str, day: int, views: int) -> Capture:
    said = json.dumps({"postPageMetadata": {"postMetadata": {"viewCount": views}}}).encode()
    found = answer(slug, day, kind="counts", status=200, media_type="application/json", body=said)
    return replace(found, url=BASE.replace("post/", METADATA) + slug)


def test_counts_are_of_the_post_that_was_at_the_address_when_they_were_told(tmp_path: Path) -> None:
    first = [shows("a", 1), counts("a", 2, 10), leads("a", 5, "c"), shows("c", 5), counts("c", 6, 11)]
    second = [
        shows("b", 3, **TRAINS),
        counts("b", 3, 70),
        leads("b", 9, "a"),
        shows("a", 9, **TRAINS),
        counts("a", 12, 71),
    ]
    found, dice = [*first, *second], random.Random(11)
    for order in (found, found[::-1], dice.sample(found, len(found))):
        told(tmp_path / "a.db", order)
        with closing(sqlite3.connect(tmp_path / "a.db")) as db:
            views = db.execute("SELECT slug, counts.views FROM counts JOIN posts ON posts.id = post_id ORDER BY 1, 2")
            assert views.fetchall() == [("a", 70), ("a", 71), ("c", 10), ("c", 11)]


def test_a_page_that_calls_itself_by_another_posts_name_moves_nothing(tmp_path: Path) -> None:
    other = {"title": "Of trains", "text": "Trains run late, and nobody says why they do so in the spring."}
    found = [shows("a", 1), names("a", 4, "b", **other), shows("b", 4, **other), missing("a", 8), missing("a", 23)]
    posts, events = told(tmp_path / "a.db", found)
    assert posts == [("a", "404", "08"), ("b", None, None)]
    assert "moved" not in {kind for _, kind, _ in events}


def test_an_address_to_which_a_whole_site_leads_is_no_posts_new_one(tmp_path: Path) -> None:
    letters = [shows(f"letter-{number}", 1, title=f"Letter {number}", text=f"We speak of {number} bridges. " * 9)
               for number in range(MOST_BESIDE + 1)]  # fmt: skip
    hub = shows("hub", 9, title="Letter 7", text="We speak of 7 bridges. " * 9)
    led = [leads(f"letter-{number}", 8, "hub") for number in range(MOST_BESIDE + 1)]
    for order in ([*letters, *led, hub], [hub, *led[::-1], *letters]):
        posts, events = told(tmp_path / "a.db", order)
        assert len(posts) == MOST_BESIDE + 2
        assert "moved" not in {kind for _, kind, _ in events}
    assert len(told(tmp_path / "a.db", [*letters, *led[1:], hub])[0]) == MOST_BESIDE + 1


def letter(number: int) -> dict[str, str]:
    """What a post says that no other says."""
    return {
        "title": f"Letter {number}", "text": f"We speak of {number} bridges and {number} boats. " * 9,
        "at": f"2025-03-03T09:00:{number:02}.000Z",
    }  # fmt: skip


@pytest.mark.parametrize("many", [3, pytest.param(MOST_BESIDE + 1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("day", [1, 12, None], ids=["seen first", "seen last", "never seen"])
def test_a_site_that_gives_many_pages_the_name_of_one_has_many_posts(
    tmp_path: Path, many: int, day: int | None
) -> None:
    named = [names(f"letter-{number}", day, "a", **letter(number)) for day in (4, 9) for number in range(many)]
    before = [shows(f"letter-{number}", 2, **letter(number)) for number in range(many // 2, many)]
    own = [] if day is None else [shows("a", day)]
    expected = {f"letter-{number}" for number in range(many)} | {"a" for _ in own}
    for order in ([*own, *before, *named], [*named[::-1], *before, *own]):
        posts, events = told(tmp_path / "a.db", order)
        assert {slug for slug, *_ in posts} == expected
        assert sorted(kind for _, kind, _ in events) == ["added"] * len(expected)


def test_a_page_that_calls_itself_by_a_name_at_which_nothing_is_remains_where_it_is(tmp_path: Path) -> None:
    found = [shows("a", 1), names("a", 4, "b"), missing("b", 5), names("a", 20, "b"), missing("b", 21)]
    for order in (found, found[::-1]):
        assert told(tmp_path / "a.db", order) == ([("a", None, None)], [("a", "added", "01")])
