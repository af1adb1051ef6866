"""The day that a post bears: as shown, else by the time zone that other pages of its site teach, else in UTC."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import decide
from scraper.dates import utc
from scraper.records import Capture, Reading
from scraper.store import Archive

HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "shown", "day"),
    [
        ("2021-03-18T02:00:00Z", "2021-03-17", ("2021-03-17", "shown")),
        ("2021-03-18T02:00:00Z", None, ("2021-03-18", "utc")),
        ("2021-03-18", None, ("2021-03-18", "shown")),
        ("2021-03", None, (None, None)),
        ("2021", None, (None, None)),
        (None, None, (None, None)),
    ],
)
def test_the_day_is_that_shown_else_that_of_the_instant(
    at: str | None, shown: str | None, day: tuple[str | None, str | None]
) -> None:
    assert decide.day_of(at, shown) == day


def test_a_day_is_called_by_the_sites_offset_only_where_all_offsets_left_agree() -> None:
    west = decide.witnessed("2021-03-18T03:00:00Z", "2021-03-17")
    assert decide.day_of("2020-07-02T02:59:00Z", None, west) == ("2020-07-01", "offset")
    assert decide.day_of("2020-07-02T03:30:00Z", None, west) == ("2020-07-02", "utc"), "this may be either day"
    both = west.and_(decide.witnessed("2021-03-18T05:00:00Z", "2021-03-18"))
    assert decide.day_of("2020-07-02T02:59:00Z", None, both) == ("2020-07-01", "offset")
    assert decide.day_of("2020-07-02T05:00:00Z", None, both) == ("2020-07-02", "offset")


def test_pages_that_contradict_each_other_teach_nothing() -> None:
    west, east = (decide.witnessed(at, "2021-03-17") for at in ("2021-03-18T03:00:00Z", "2021-03-16T22:00:00Z"))
    assert decide.day_of("2020-07-02T02:59:00Z", None, west.and_(east)) == ("2020-07-02", "utc")


def test_a_day_far_from_its_instant_leaves_no_offset() -> None:
    assert decide.day_of("2020-07-02T12:00:00Z", None, decide.witnessed("2021-03-18T03:00:00Z", "2021-03-01")) == (
        "2020-07-02", "utc",
    )  # fmt: skip


moments = st.integers(0, 2_000_000).map(lambda seconds: datetime(2020, 6, 1, tzinfo=UTC) + timedelta(seconds=seconds))


@given(st.integers(-12, 14), st.lists(moments, min_size=1, max_size=5), moments)
def test_a_day_called_by_offset_is_the_day_that_the_site_would_show(
    offset: int, taught: list[datetime], asked: datetime
) -> None:
    def local(moment: datetime) -> str:
        return (moment + offset * HOURS).date().isoformat()

    known = decide.ANY_OFFSET
    for moment in taught:
        known = known.and_(decide.witnessed(utc(moment), local(moment)))
    day, basis = decide.day_of(utc(asked), None, known)
    assert basis == "utc" or day == local(asked)


def read(capture: Capture) -> Reading:
    return Reading(**json.loads(capture.body or b""))


def page(name: str, at: str | None, day: str | None = None, captured: int = 1) -> Capture:
    said = {"kind": "post", "title": name, "body_text": name, "published_at": at, "published_basis": "meta"}
    said |= {"published_day": day, "published_day_basis": "shown" if day else None}
    return Capture(
        url=f"https://a.example/post/{name}", kind="post", captured_at=f"2026-01-{captured:02}T00:00:00Z", status=200,
        media_type="text/html", body=json.dumps(said).encode(),
    )  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive.db", read=read, reader=1) as opened:
        yield opened


def days(archive: Archive, *captures: Capture) -> dict[str, tuple[str | None, str | None]]:
    for capture in captures:
        archive.keep(capture, read(capture), None)
    asked = "SELECT title, published_day, published_day_basis FROM posts"
    return {title: (day, basis) for title, day, basis in archive.db.execute(asked)}


def test_a_page_that_shows_its_day_dates_the_others_of_its_site(archive: Archive) -> None:
    before = days(archive, page("one", "2021-03-18T02:00:00Z"))
    assert before == {"one": ("2021-03-18", "utc")}
    after = days(archive, page("two", "2021-05-02T03:00:00Z", "2021-05-01"))
    assert after == {"one": ("2021-03-17", "offset"), "two": ("2021-05-01", "shown")}


def test_what_a_page_taught_is_forgotten_with_it(archive: Archive) -> None:
    days(archive, page("one", "2021-03-18T02:00:00Z"), page("two", "2021-05-02T03:00:00Z", "2021-05-01"))
    corrected = days(archive, page("two", "2021-05-02T03:00:00Z", "2021-05-02", captured=2))
    assert corrected == {"one": ("2021-03-18", "utc"), "two": ("2021-05-02", "shown")}


def test_a_page_that_shows_its_day_no_more_keeps_it(archive: Archive) -> None:
    days(archive, page("one", "2021-03-18T02:00:00Z", "2021-03-17"))
    assert days(archive, page("one", "2021-03-18T02:00:00Z", captured=2)) == {"one": ("2021-03-17", "shown")}
    assert days(archive, page("one", None, captured=3)) == {"one": ("2021-03-17", "shown")}
    assert days(archive, page("one", "2021-03-19T02:00:00Z", captured=4)) == {"one": ("2021-03-19", "utc")}
