"""show: the history of a post on one screen, and the bytes of its captures."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scraper.errors import NotAnArchive, UsageError
from scraper.terminal import show

SITE = "https://www.blog.example"
COURT = f"{SITE}/post/a-day-in-court"


def test_the_life_of_a_post_is_on_one_screen(full: Path) -> None:
    text = show.render(full, COURT)
    lines = text.splitlines()
    assert lines[0] == "A Day in Court"
    assert lines[1] == COURT
    assert len(lines) < 50
    for part in (
        "published    2021-03-01T08:00:00.000Z (from the page's meta tag)",
        "views        30, comments 1",
        "Captures (4)",
        "new ADDED",
        "changed CHANGED",
        "status 304",
        "Counts (3)  ▁▂█",
        "views 12 (+5)",
        "Revisions (2)",
        "[-Monday-]{+Tuesday+}",
        "{+Bring a friend.+}",
        "updated: [-–-] {+2021-05-01T00:00:00.000Z+}",
    ):
        assert part in text, text


def test_a_capture_that_was_cut_is_told(full: Path) -> None:
    assert "cut: " not in show.render(full, COURT)
    with closing(sqlite3.connect(full)) as db, db:
        db.execute("UPDATE captures SET truncated = 'disconnect' WHERE url = ? AND status = 200", (COURT,))
    assert "new ADDED; cut: disconnect" in show.render(full, COURT)


def test_the_day_at_the_site_is_told_where_it_is_another(full: Path) -> None:
    with closing(sqlite3.connect(full)) as db, db:
        db.execute(
            "UPDATE posts SET published_day = '2021-02-28', published_day_basis = 'shown' WHERE url = ?", (COURT,)
        )
    assert "2021-03-01T08:00:00.000Z (from the page's meta tag, 2021-02-28 at its site)" in show.render(full, COURT)


def test_a_post_that_is_gone_says_since_when_and_why(full: Path) -> None:
    text = show.render(full, f"{SITE}/post/gone")
    assert "gone         since 2021-04-02T00:00:03Z: 404" in text
    assert "missing GONE: 404" in text


def test_any_address_of_the_post_will_do(full: Path) -> None:
    assert show.render(full, "http://blog.example/post/a-day-in-court/?utm_source=x") == show.render(full, COURT)


def test_changes_are_coloured_on_a_terminal(full: Path) -> None:
    text = show.render(full, COURT, colour=True)
    assert "\x1b[32mTuesday\x1b[0m" in text
    assert "[-" not in text


def test_no_page_can_steer_the_terminal(tmp_path: Path, archives: Any) -> None:
    page = archives.page("Evil \x1b[2J title", "Text \x1b]0;x\x07 here\u202e.", slug="evil")
    path = archives.fill(tmp_path / "a.db", [archives.live("/post/evil", "2021-03-02T00:00:00Z", page)])
    assert not {sign for sign in show.render(path, f"{SITE}/post/evil") if ord(sign) < 32 and sign != "\n"}


def test_long_lists_are_cut_unless_all_is_wanted(tmp_path: Path, archives: Any) -> None:
    kept = [
        archives.live("/post/x", f"2021-03-{day:02}T00:00:00Z", archives.page("X", "Words.", slug="x", views=day * day))
        for day in range(1, 29)
    ]
    path = archives.fill(tmp_path / "a.db", kept)
    text = show.render(path, f"{SITE}/post/x")
    assert "… 16 more, shown with --all …" in text
    assert len(text.splitlines()) < 50
    assert "more" not in show.render(path, f"{SITE}/post/x", everything=True)


def test_raw_gives_the_bytes_of_the_page_that_is_shown(full: Path, archives: Any) -> None:
    assert show.raw(full, COURT) == archives.captures()[10].body


def test_raw_of_a_post_gives_captures_of_that_post_only(full: Path) -> None:
    with pytest.raises(UsageError, match="not of"):
        show.raw(full, COURT, capture="7")


def test_raw_gives_the_bytes_of_any_capture(full: Path, archives: Any) -> None:
    assert show.raw(full, capture="7") == archives.OFFICE_DOCUMENT
    with pytest.raises(UsageError, match="no body"):
        show.raw(full, capture="14")
    with pytest.raises(UsageError, match="no capture has"):
        show.raw(full, capture="99")
    with pytest.raises(UsageError, match="no capture has"):
        show.raw(full, capture="0" * 20)
    with pytest.raises(UsageError, match="expected the id"):
        show.raw(full, capture="x' OR 1")


def test_a_post_that_is_not_there_is_said_so(full: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no post at this address"):
        show.render(full, f"{SITE}/post/never")
    with pytest.raises(UsageError, match="no post at this address"):
        show.raw(full, f"{SITE}/post/never")
    with pytest.raises(NotAnArchive):
        show.render(tmp_path / "none.db", COURT)
