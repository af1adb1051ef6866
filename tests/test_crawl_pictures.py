"""The pictures of posts: each kept once, as the original, and asked for again as long as it was never had."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scraper import decide, verify, wix_media
from scraper.crawl import run_crawl
from scraper.crawl.pictures import PicturePolicy, Want
from scraper.demo import drawings, look
from scraper.demo.blog import Answer, Blog, Question
from scraper.demo.posts import ILLUSTRATED
from scraper.demo.server import served
from scraper.export import copy
from scraper.page_media import media_of
from scraper.rebuild import run_rebuild
from scraper.store import Memento, Mementos
from scraper.style_sheets import pictures_in_style
from scraper.terminal import status

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
HEARING = "ab12cd_5555666677778888999900001111"
#: What the pretend blog shows: the pictures of its posts, and the one that only its style sheet names.
NAMES = [f"{HEARING}{end}" for end in ("aaaa~mv2.png", "bbbb~mv2.png", "cccc~mv2.png", "dddd~mv2.png",
                                       "eeee~mv2.png", "ffff~mv2.svg")]  # fmt: skip
DRAWN = [*NAMES, look.BANNER]


class Stage:
    """A pretend blog with pictures, some of whose addresses may answer otherwise."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.blog = Blog(today=TODAY, posts=ILLUSTRATED, pictures=True, padding=500)
        self.instead: dict[str, Answer] = {}
        self.asked: list[str] = []

    def answer(self, question: Question) -> Answer:
        self.asked.append(question.path)
        found = next((reply for part, reply in self.instead.items() if part in question.path), None)
        return found or self.blog.answer(question)

    def crawl(self, day: int = 0, **options: Any) -> Any:
        self.blog.day = day
        self.asked.clear()
        return run_crawl(
            self.path,
            [self.blog.base],
            contact="test@example.org",
            delay=0,
            now=lambda: TODAY + timedelta(days=day),
            sleep=lambda _: None,
            **options,
        )

    def pictures(self) -> list[str]:
        """What was asked for in the last crawl."""
        return [path.removeprefix("/media/") for path in self.asked if path.startswith("/media/")]

    def rows(self, sql: str) -> list[Any]:
        with sqlite3.connect(self.path) as db:
            found = db.execute(sql).fetchall()
        db.close()
        return found


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    found = Stage(tmp_path / "archive.db")
    with served(found.answer) as server:
        found.blog.base = server.base
        yield found


KEPT = "SELECT count(*), count(DISTINCT sha256), sum(capture_id IS NOT NULL) FROM images"


def test_each_picture_of_a_body_and_each_cover_is_kept_once_as_the_original_byte_for_byte(stage: Stage) -> None:
    assert stage.crawl().exit_status == 0
    assert sorted(stage.pictures()) == DRAWN
    assert stage.rows(KEPT) == [(5, 5, 5)]
    with sqlite3.connect(stage.path) as db:
        store = Mementos(db)
        for name in NAMES:
            kept = store.picture(wix_media.MEDIA + name)
            assert isinstance(kept, Memento) and store.body(kept) == drawings.picture(name)[0]
    assert stage.rows("SELECT count(*) FROM captures WHERE kind = 'image' AND head IS NOT NULL AND crawl_id = 1") == [
        (7,)
    ]


def test_what_is_kept_costs_no_request_and_neither_does_a_rebuild(stage: Stage) -> None:
    stage.crawl()
    before = stage.rows("SELECT post_id, position, url, sha256, capture_id FROM images ORDER BY 1, 2")
    assert stage.crawl(100).exit_status == 0
    assert stage.pictures() == []
    run_rebuild(stage.path, now=lambda: TODAY)
    assert stage.rows("SELECT post_id, position, url, sha256, capture_id FROM images ORDER BY 1, 2") == before


def test_the_rendition_shown_is_kept_where_the_original_is_refused(stage: Stage) -> None:
    original = stage.answer

    def refusing(question: Question) -> Answer:
        if question.path.startswith("/media/") and "/v1/" not in question.path:
            stage.asked.append(question.path)
            return Answer(status=404, media_type="text/plain", body=b"no originals here")
        return original(question)

    with served(refusing) as server:
        stage.blog.base = server.base
        assert stage.crawl().exit_status == 0
    shown = [path for path in stage.pictures() if "/v1/" in path]
    assert len(shown) == 5
    assert stage.rows(KEPT) == [(5, 5, 5)]


def test_as_shown_asks_for_no_original_and_none_asks_for_nothing(stage: Stage) -> None:
    stage.crawl(pictures=PicturePolicy(want=Want.NONE))
    assert stage.pictures() == []
    stage.crawl(1, pictures=PicturePolicy(want=Want.SHOWN))
    assert [path for path in stage.pictures() if "/v1/" not in path] == [f"{HEARING}aaaa~mv2.png", look.BANNER]


def test_an_older_archive_catches_up_a_few_pictures_a_run(stage: Stage) -> None:
    stage.crawl(pictures=PicturePolicy(want=Want.NONE))
    had = []
    for day in (1, 2, 3):
        stage.crawl(day, pictures=PicturePolicy(most_of_earlier=2))
        had.append(len(stage.pictures()))
    assert had == [3, 2, 2] and stage.rows(KEPT) == [(5, 5, 5)]


def test_a_budget_and_a_number_a_post_end_the_fetching(stage: Stage) -> None:
    stage.crawl(pictures=PicturePolicy(budget_bytes=0))
    assert stage.pictures() == []
    stage.crawl(1, pictures=PicturePolicy(most_of_a_post=1))
    assert len(stage.pictures()) == 2 + len([look.BANNER])


@pytest.mark.parametrize("budget", [1, 2_000, 4_000, 7_000, 1_000_000])
def test_pictures_never_weigh_more_than_the_budget_and_what_is_left_out_is_said(stage: Stage, budget: int) -> None:
    report = stage.crawl(pictures=PicturePolicy(budget_bytes=budget))
    weigh = (
        "SELECT ifnull(sum({}), 0) FROM bodies WHERE sha256 IN (SELECT body_sha256 FROM captures WHERE kind = 'image')"
    )
    assert stage.rows(weigh.format("length"))[0][0] <= budget
    kept = stage.rows("SELECT count(*) FROM captures WHERE kind = 'image'")[0][0]
    whole = len(stage.pictures()) == kept
    assert whole or len(stage.pictures()) == kept + 1  # the one that showed that there is no room
    assert report.exit_status == 0 and any("budget for pictures" in said for said in report.messages) is not whole
    assert len(stage.rows("SELECT * FROM problems WHERE kind = 'no-room'")) == (not whole)
    before = set(stage.rows("SELECT body_sha256 FROM captures WHERE kind = 'image'"))
    stage.crawl(2)
    assert len(stage.pictures()) == len(DRAWN) - kept
    assert before <= set(stage.rows("SELECT body_sha256 FROM captures WHERE kind = 'image'"))
    assert stage.rows("SELECT count(*) FROM problems WHERE resolved_at IS NULL AND stage = 'picture'") == [(0,)]


def test_a_larger_budget_counts_in_the_next_run_and_the_same_one_asks_for_nothing(stage: Stage) -> None:
    stage.crawl(pictures=PicturePolicy(budget_bytes=2_000))
    assert len(stage.rows("SELECT 1 FROM problems WHERE kind = 'no-room'")) == 1
    kept = stage.rows("SELECT count(*) FROM captures WHERE kind = 'image'")[0][0]
    for minutes, budget, had in ((10, 2_000, kept), (20, 1_000_000, len(DRAWN))):
        run_crawl(
            stage.path, [stage.blog.base], contact="test@example.org", delay=0, sleep=lambda _: None,
            now=lambda minutes=minutes: TODAY + timedelta(minutes=minutes), pictures=PicturePolicy(budget_bytes=budget),
        )  # fmt: skip
        assert stage.rows("SELECT count(*) FROM captures WHERE kind = 'image'") == [(had,)]
    assert stage.rows("SELECT count(*) FROM problems WHERE resolved_at IS NULL AND kind = 'no-room'") == [(0,)]


def test_pictures_that_only_a_kept_style_sheet_names_are_kept_once_and_rewritten(stage: Stage) -> None:
    stage.crawl()
    banner = f"{stage.blog.base}/media/{look.BANNER}"
    assert stage.rows("SELECT count(*) FROM captures WHERE url = ?1".replace("?1", f"'{banner}'")) == [(1,)]
    stage.crawl(1)
    assert stage.pictures() == []
    assert list(
        pictures_in_style(
            "a{background:url('/b.png?x=1')}b{background:URL( c.gif )}@font-face{src:url(f.woff2)}"
            'p{background:url(data:image/png;base64,AA==)}q{mask:url("//m.example/b.SVG#x");cursor:url(/b.png?x=1)}',
            "https://a.example/s/x.css",
        )
    ) == ["https://a.example/b.png?x=1", "https://a.example/s/c.gif", "https://m.example/b.SVG"]


def test_pictures_that_the_styles_in_a_page_draw_are_kept_once_and_found_for_replay(stage: Stage) -> None:
    own, plain = "ab12cd_9~mv2.png", stage.blog.answer

    def styled(question: Question) -> Answer:
        stage.asked.append(question.path)
        found = plain(question)
        style = f"<style>body{{background:url(/media/{own})}}</style></head>".encode()
        return replace(found, body=found.body.replace(b"</head>", style))

    with served(styled) as server:
        stage.blog.base = server.base
        assert stage.crawl().exit_status == 0
        assert own in stage.pictures()
        stage.crawl(1)
        assert stage.pictures() == []
        with sqlite3.connect(stage.path) as db:
            assert Mementos(db).picture(f"{server.base}/media/{own}") is not None


def test_pictures_of_style_sheets_come_from_the_hosts_of_the_site_alone(stage: Stage) -> None:
    sheet = b"a{background:url(http://far.example/a.png)}b{background:url(/media/ab12cd_1~mv2.png)}"
    stage.instead["/style.css"] = Answer(media_type="text/css", body=sheet)
    assert stage.crawl().exit_status == 0
    assert "ab12cd_1~mv2.png" in stage.pictures()
    assert stage.rows("SELECT count(*) FROM captures WHERE url LIKE '%far.example%'") == [(0,)]


def test_what_is_no_picture_is_a_problem_and_is_asked_for_again_the_next_day(stage: Stage) -> None:
    stage.instead["bbbb"] = Answer(media_type="image/png", body=b"<html><script>alert(1)</script></html>")
    assert stage.crawl().exit_status == 0
    ((url, stage_name, message),) = stage.rows("SELECT url, stage, message FROM problems WHERE stage = 'picture'")
    assert (url, stage_name) == (f"{wix_media.MEDIA}{HEARING}bbbb~mv2.png", "picture")
    assert "expected a picture" in message
    assert stage.rows(KEPT) == [(5, 4, 4)]
    assert stage.rows("SELECT count(*) FROM captures WHERE kind = 'image' AND body_sha256 IS NULL") == [(0,)]
    stage.instead.clear()
    stage.crawl(1)
    assert stage.pictures() == [f"{HEARING}bbbb~mv2.png"]
    assert stage.rows(KEPT) == [(5, 5, 5)]
    assert stage.rows("SELECT count(*) FROM problems WHERE stage = 'picture' AND resolved_at IS NULL") == [(0,)]


def test_robots_of_the_media_host_is_obeyed(stage: Stage) -> None:
    stage.instead["/robots.txt"] = Answer(media_type="text/plain", body=b"User-agent: *\nDisallow: /media/")
    assert stage.crawl().exit_status == 0
    assert stage.pictures() == []
    assert {row[0] for row in stage.rows("SELECT kind FROM problems WHERE stage = 'picture'")} == {"forbidden"}


def test_a_host_that_fails_is_left_and_does_not_end_the_run(stage: Stage) -> None:
    stage.instead["/media/"] = Answer(status=503, media_type="text/plain", body=b"busy")
    report = stage.crawl()
    assert report.exit_status == 1 and report.new == 2
    assert len(set(stage.pictures())) <= 3


def test_a_host_that_gives_nothing_is_one_error_however_many_pictures_it_has_and_is_not_told_nightly(
    stage: Stage,
) -> None:
    stage.instead["/media/"] = Answer(status=503, media_type="text/plain", body=b"busy")
    assert [stage.crawl(day).exit_status for day in range(3)] == [1, 0, 0]
    failed = "SELECT kind, url FROM problems WHERE stage = 'picture' AND level = 'error' AND resolved_at IS NULL"
    assert stage.rows(failed) == [("host-silent", f"{stage.blog.base}/")]
    stage.instead.clear()
    for day in range(3, 12):
        stage.crawl(day)
    assert stage.rows(failed) == []


def test_an_edited_post_costs_its_new_pictures_only(stage: Stage) -> None:
    stage.crawl(-50)
    edited = replace(
        ILLUSTRATED[0],
        edited=-10,
        edited_body=(*ILLUSTRATED[0].body, "!ab12cd_5555666677778888999900002222aaaa~mv2.png 9x9 New"),
    )
    stage.blog.posts = (edited, ILLUSTRATED[1])
    stage.crawl(0)
    assert stage.pictures() == ["ab12cd_5555666677778888999900002222aaaa~mv2.png"]


def test_the_renditions_of_a_picture_have_one_name() -> None:
    page = (
        '<img src="/media/ab12cd_5555666677778888999900001111bbbb~mv2.png/v1/fill/w_9,h_9/x.png">'
        '<img data-src="https://static.wixstatic.com/media/ab12cd_5555666677778888999900001111bbbb~mv2.png">'
        '<meta property="og:image" content="https://a.example/c.jpg?x=1&amp;y=2">'
    )
    found = media_of(page, "https://a.example/post/x")
    assert found.shown_as(f"http://static.wixstatic.com/media/{HEARING}bbbb~mv2.png") == (
        f"https://a.example/media/{HEARING}bbbb~mv2.png/v1/fill/w_9,h_9/x.png",
        f"https://static.wixstatic.com/media/{HEARING}bbbb~mv2.png",
    )
    assert found.shown_as("http://a.example/c.jpg?x=1&y=2") == ("https://a.example/c.jpg?x=1&y=2",)


def test_style_sheets_are_found_by_their_links() -> None:
    page = "<link href=/a.css rel=stylesheet><link rel='preload' href=/b.css><LINK REL=\"StyleSheet\" href='c.css?d=1'>"
    assert media_of(page, "https://a.example/x/").sheets == (
        "https://a.example/a.css",
        "https://a.example/x/c.css?d=1",
    )
    assert media_of("<base href='/y/'>" + page, "https://a.example/x/").sheets[1] == "https://a.example/y/c.css?d=1"


def test_pictures_are_found_in_the_styles_of_a_page_itself() -> None:
    page = (
        "<style>a{background:url(one.png)} @font-face{font-family:x;src:url(letters.svg)}</style>"
        "<p style='background:no-repeat url(&quot;/two.jpg&quot;)'>url(/no.png)<b style=color:red>url(no.png)</b>"
        "<script>var x='url(/no.gif)'</script><div style=\"background:url(three.webp?a=1&amp;b=2)\">"
        '<i style="mask:URL(four.svg#m)">'
    )
    assert media_of(page, "https://a.example/x/").drawn == (
        "https://a.example/x/one.png",
        "https://a.example/two.jpg",
        "https://a.example/x/three.webp?a=1&b=2",
        "https://a.example/x/four.svg",
    )


def test_what_failed_is_asked_for_daily_for_two_weeks_then_ever_more_seldom() -> None:
    asked, first = [], datetime(2026, 1, 1, 3, 0, tzinfo=UTC)
    last = first
    for day in range(1, 120):
        now = first + timedelta(days=day)
        if decide.is_due_again(first.isoformat(), last.isoformat(), now):
            asked.append(day)
            last = now
    assert asked[:13] == list(range(1, 14))
    assert asked[14:] == [16, 20, 28, 44, 74, 104]


def test_status_says_what_the_pictures_weigh_and_a_copy_may_leave_them_out(stage: Stage, tmp_path: Path) -> None:
    stage.crawl()
    found = status.status(stage.path, TODAY)
    weigh = sum(len(drawings.picture(name)[0]) for name in stage.pictures())
    assert found.health.pictures == len(DRAWN) and 0 < found.health.pictures_size <= weigh
    assert "pictures: 7, " in status.screen(found)
    small = tmp_path / "small.db"
    copy(stage.path, small, pictures=False)
    assert status.status(small, TODAY).health.pictures == 0
    with sqlite3.connect(small) as db:
        assert db.execute(KEPT).fetchone() == (5, 5, 5)
        assert db.execute("SELECT count(*) FROM bodies").fetchone()[0] > 5
    db.close()
    checked = verify.run(small, now=lambda: TODAY)
    assert checked.exit_status == 1
    assert {one.kind for one in checked.found if one.level == "not proven"} == {"pictures-left-out"}
    with sqlite3.connect(small) as db:
        db.execute("DELETE FROM bodies WHERE sha256 = (SELECT body_sha256 FROM captures WHERE kind = 'post' LIMIT 1)")
    db.close()
    assert verify.run(small, now=lambda: TODAY).exit_status == 7
