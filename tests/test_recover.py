"""`ushrn recover` against a stand-in for the services' own forms: what is asked, what is kept, what is told."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scraper import sites, urls, verify
from scraper.accept import run_accept
from scraper.errors import UsageError
from scraper.export.warc import export_warc
from scraper.fetch import Limits
from scraper.rebuild import run_rebuild
from scraper.recover import run_recover
from scraper.recover.options import chosen
from scraper.recover.recovery import patterns
from scraper.runs import Interrupts, Report, open_run
from scraper.schema import open_archive
from scraper.terminal import status

POST = "https://www.upr2020.org/post/a-hearing"
NEWS = "https://ushrnetwork.org/news/{}/100/a-letter"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def wix(title: str = "A hearing", text: str = "We were heard.", views: int = 5, extra: str = "", slug: str = "") -> str:
    """A Wix post of 2021, as far as its fields are read."""
    url = POST if not slug else f"https://www.upr2020.org/post/{slug}"
    return f"""<!DOCTYPE html><html lang="en"><head><meta name="generator" content="Wix.com Website Builder">
<title>{title}</title><link rel="canonical" href="{url}"><meta property="og:title" content="{title}">
<meta property="article:published_time" content="2021-03-01T08:00:00.000Z"></head><body>
<div data-hook="post-page-root"><div data-hook="post-page"><article data-hook="post"><header>
<h1 data-hook="post-title">{title}</h1></header><section data-hook="post-description"><div data-id="content-viewer">
<p>{text}</p>{extra}</div></section><footer data-hook="post-footer"><div data-hook="post-main-actions-desktop">
<div data-hook="post-stats"><span>{views} views</span><span>0 comments</span></div></div></footer></article></div></div>
</body></html>"""


def news(title: str, text: str = "Dear friends, this is the letter that we sent to the committee last week.") -> str:
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Apr 2, 2020</p><p>{text}</p></body></html>"
    )


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


@pytest.fixture
def recover(old_web: Any, db: Path, clock: Any) -> Callable[..., Report]:
    """`recover` of upr2020 from the stand-in's Wayback Machine."""

    def run(*targets: str, **more: Any) -> Report:
        endpoints = more.pop("endpoints", [old_web.url])
        old_web.log.clear()
        return run_recover(
            db, targets or ("upr2020",), endpoints=endpoints, delay=0, now=more.pop("now", lambda: NOW),
            sleep=clock.sleep, monotonic=clock.monotonic, **more,
        )  # fmt: skip

    return run


def rows(db: Path, sql: str, *values: object) -> list[Any]:
    opened = open_archive(db, create=False, readonly=True)
    try:
        return [tuple(row) for row in opened.conn.execute(sql, values)]
    finally:
        opened.conn.close()


def states(db: Path) -> dict[str, tuple[str, str | None]]:
    return {url: (state, why) for url, state, why in rows(db, "SELECT url, state, evidence FROM known_urls")}


# What is kept --------------------------------------------------------------------------------------------------------


def test_a_post_comes_back_with_its_versions_counts_and_times(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", wix(views=5))
    old_web.hold("http://upr2020.org/post/a-hearing?fbclid=1", "20210405120000", wix(views=9))
    old_web.hold(POST, "20210505120000", wix(text="We were heard twice.", views=12))
    report = recover()
    assert (report.exit_status, report.captures, report.new) == (0, 3, 1), report.messages
    assert rows(db, "SELECT url, title, views, first_seen_at, last_seen_at, revision_count FROM posts") == [
        (POST, "A hearing", 12, "2021-03-05T12:00:00Z", "2021-05-05T12:00:00Z", 2)
    ]
    assert rows(db, "SELECT counted_at, views FROM counts ORDER BY 1") == [
        ("2021-03-05T12:00:00Z", 5), ("2021-04-05T12:00:00Z", 9), ("2021-05-05T12:00:00Z", 12)
    ]  # fmt: skip
    assert states(db)[POST] == ("archived", None)


def test_a_capture_is_the_site_s_own_answer_as_far_as_the_archive_tells(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(
        POST, "20210305120000", wix(), headers=(("Server", "Pepyaka"), ("Date", "Fri, 05 Mar 2021 12:00:00 GMT"))
    )
    recover()
    columns = "url, url_basis, source, captured_at, captured_at_basis, status, head, wire_sha256, media_type, kind, ip"
    (kept,) = rows(db, f"SELECT {columns} FROM captures WHERE kind = 'post'")
    assert kept[:6] == (POST, "given", "wayback", "2021-03-05T12:00:00Z", "given", 200)
    assert kept[6] == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nserver: Pepyaka\r\n"
        b"date: Fri, 05 Mar 2021 12:00:00 GMT\r\n\r\n"
    )
    assert kept[7:] == (None, "text/html", "post", None)


def test_listings_are_kept_as_evidence_and_are_nobody_s_pages(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", wix())
    recover()
    assert rows(db, "SELECT kind, source, status FROM captures WHERE url LIKE ?", old_web.url + "%") == [
        ("sitemap", "live", 200)
    ]
    assert rows(db, "SELECT id FROM sites ORDER BY 1") == [("upr2020",)]
    assert rows(db, "SELECT count(*) FROM problems") == [(0,)]


def test_what_was_recovered_verifies_rebuilds_and_goes_out_as_warc(
    old_web: Any, recover: Any, db: Path, tmp_path: Path
) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.hold(POST, "20210405120000", wix(views=8), headers=(("Content-Encoding", "gzip"),))
    recover()
    before = rows(db, "SELECT * FROM posts"), states(db)
    found = verify.run(db, now=lambda: NOW)
    assert not found.found, found.found
    assert export_warc(db, tmp_path / "out.warc.gz") == 3
    from scraper.reading.capture import read_capture
    from scraper.reading.fingerprint import fingerprint
    from scraper.reading.page_reader import READER
    from scraper.store import Archive

    with Archive.open(db, create=False, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        assert archive.rebuild(diff=True).changed == 0
    assert (rows(db, "SELECT * FROM posts"), states(db)) == before


def test_a_post_missing_from_two_captures_far_apart_is_gone(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", wix())
    for day in ("20210601000000", "20210602000000", "20220101000000"):
        old_web.hold(POST, day, f"<html>404 of {day}</html>", status=404)
    recover()
    assert rows(db, "SELECT gone_at, gone_reason FROM posts") == [("2021-06-01T00:00:00Z", "404")]
    assert not any("20210602000000" in path for path in old_web.paths)


GUARD = "<script src='https://ct.captcha-delivery.com/c.js'></script>"


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_archived_404_with_a_mark_is_a_wall_unless_pages_of_posts_bore_it(
    old_web: Any, recover: Any, db: Path, everywhere: bool
) -> None:
    old_web.hold(POST, "20210305120000", wix(extra=GUARD if everywhere else ""))
    for day in ("20210601000000", "20220101000000"):
        old_web.hold(POST, day, f"<html>404 of {day}{GUARD}</html>", status=404)
    recover()
    assert rows(db, "SELECT count(gone_at) FROM posts") == [(int(everywhere),)]
    assert run_rebuild(db, now=lambda: NOW).exit_status == 0
    assert rows(db, "SELECT count(gone_at) FROM posts") == [(int(everywhere),)]


def test_one_recovered_text_in_place_of_many_makes_no_revision_and_no_post(
    old_web: Any, recover: Any, db: Path
) -> None:
    wall = "Dear reader, become a member of our circle and read on, today and on every day of the year."
    for number, slug in enumerate(("a", "b", "c", "d")):
        url = f"https://www.upr2020.org/post/{slug}"
        own = f"Letter number {slug}{slug} was written by hand, carried over hills and read aloud in court."
        if slug != "d":
            old_web.hold(url, f"2021030512000{number}", wix(f"Post {slug}", own, slug=slug))
        for month in ("06", "09"):
            old_web.hold(url, f"2021{month}0512000{number}", wix(f"Post {slug}", wall, int(month), slug=slug))
    report = recover()
    assert report.exit_status == 5
    assert "ushrn accept" in "".join(report.messages)
    told = "SELECT slug, revision_count FROM posts ORDER BY slug"
    assert rows(db, told) == [("a", 1), ("b", 1), ("c", 1)]
    assert rows(db, "SELECT count(*) FROM decisions WHERE kind = 'held'") == [(8,)]
    run_rebuild(db, now=lambda: NOW)
    assert rows(db, told) == [("a", 1), ("b", 1), ("c", 1)]
    run_accept(db, now=lambda: NOW, by="a person")
    assert rows(db, told) == [("a", 2), ("b", 2), ("c", 2), ("d", 1)]
    assert recover().exit_status == 0, "what was accepted is not held back again"


def test_what_an_archive_dates_in_the_future_is_left_out_and_said(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.hold(POST, "20620305120000", wix("A hearing to come"))
    for day in ("20210601000000", "20220101000000", "20400101000000"):
        old_web.hold(POST, day, f"<html>404 of {day}</html>", status=404)
    recover()
    assert rows(db, "SELECT title, last_seen_at, gone_at FROM posts") == [
        ("A hearing", "2021-03-05T12:00:00Z", "2021-06-01T00:00:00Z")
    ]
    assert rows(db, "SELECT message, level FROM problems") == [("2 captures dated in the future, left out", "note")]
    assert not any("/2062" in path or "/2040" in path for path in old_web.paths)


def test_captures_of_the_same_bytes_are_fetched_once_at_the_first(old_web: Any, recover: Any) -> None:
    for day in ("20210301000000", "20210302000000", "20210303000000"):
        old_web.hold(POST, day, wix())
    recover()
    assert old_web.fetched == [f"/web/20210301000000id_/{POST}"]


def test_every_post_is_fetched_once_before_any_is_fetched_twice(old_web: Any, recover: Any) -> None:
    other = "https://www.upr2020.org/post/other"
    old_web.hold(POST, "20210301000000", wix(views=1))
    old_web.hold(POST, "20210401000000", wix(views=2))
    old_web.hold(other, "20210201000000", wix("Other", slug="other"))
    recover()
    assert [path[5:19] for path in old_web.fetched] == ["20210201000000", "20210401000000", "20210301000000"]


def test_since_and_until_bound_the_time(old_web: Any, recover: Any) -> None:
    for day in ("20200101000000", "20200615000000", "20210101000000"):
        old_web.hold(POST, day, wix(text=day))
    recover(since="2020-06", until="2020")
    assert [path[5:19] for path in old_web.fetched] == ["20200615000000"]
    assert "from=20200601000000" in old_web.listings[0] and "to=20201231235959" in old_web.listings[0]


def test_documents_that_posts_link_to_come_from_the_same_archive(old_web: Any, recover: Any, db: Path) -> None:
    own, media = "https://www.upr2020.org/_files/ugd/abc_1.pdf", "https://docs.wixstatic.com/ugd/abc_2.pdf"
    lost = "https://docs.wixstatic.com/ugd/abc_3.pdf"
    links = "".join(f'<p><a href="{url}">report</a></p>' for url in (own, media, lost))
    old_web.hold(POST, "20210305120000", wix(extra=links))
    for url in (own, media):
        old_web.hold(url, "20210306000000", b"%PDF-1.4\n" + url.encode(), media_type="application/pdf")
    assert recover().exit_status == 0
    assert rows(db, "SELECT url, kind, source, captured_at FROM captures WHERE kind = 'file' ORDER BY 1") == [
        (media, "file", "wayback", "2021-03-06T00:00:00Z"), (own, "file", "wayback", "2021-03-06T00:00:00Z")
    ]  # fmt: skip
    assert rows(db, "SELECT url, level FROM problems WHERE kind = 'no-file'") == [(lost, "note")]
    recover()
    assert len(old_web.paths) == 1  # what no archive has is not asked for again the next day


def test_a_document_of_a_sister_site_is_had_too(old_web: Any, recover: Any, db: Path) -> None:
    url = "https://ushrnetwork.org/sites/default/files/report.pdf"
    both = f'<p><a href="{url}">report</a> <a href="{url.replace("https", "http")}">again</a></p>'
    old_web.hold(POST, "20210305120000", wix(extra=both))
    old_web.hold("http://www.ushrnetwork.org/sites/default/files/report.pdf", "20160306000000", b"%PDF-1.4\n")
    recover()
    assert rows(db, "SELECT url, captured_at FROM captures WHERE kind = 'file'") == [
        ("http://www.ushrnetwork.org/sites/default/files/report.pdf", "2016-03-06T00:00:00Z")
    ]
    recover()
    assert len(old_web.paths) == 1


@pytest.mark.parametrize("file_first", [True, False])
def test_a_file_in_another_spelling_is_the_one_that_the_post_offers(db: Path, file_first: bool) -> None:
    from scraper.records import Capture, File, Reading
    from scraper.store import Archive

    url = "https://ushrnetwork.org/report.pdf"
    page = Capture(url=NEWS.format(5), kind="post", captured_at="2021-03-05T12:00:00Z", status=200, body=b"page")
    file = Capture(url="http://www.ushrnetwork.org/report.pdf", kind="file", captured_at="2016-03-05T12:00:00Z",
                   status=200, body=b"%PDF-1.4", media_type="application/pdf")  # fmt: skip
    readings = {
        page.url: Reading(kind="post", url=page.url, title="A letter", body_text="Text.", files=(File(url=url),)),
        file.url: Reading(kind="other", url=file.url, body_text="What the report says."),
    }
    with Archive.open(db, read=lambda capture: readings[capture.url]) as archive:
        for one in (file, page) if file_first else (page, file):
            archive.keep(one, readings[one.url], None)
    assert rows(db, "SELECT url, text FROM files") == [(url, "What the report says.")]


def test_an_address_has_four_spellings_at_most() -> None:
    assert urls.spellings("https://www.a.example/b?c=1") == (
        "http://a.example/b?c=1", "http://www.a.example/b?c=1", "https://a.example/b?c=1", "https://www.a.example/b?c=1"
    )  # fmt: skip
    assert urls.spellings("http://127.0.0.1:8/x") == ("http://127.0.0.1:8/x",)
    assert urls.spellings("mailto:x") == ("mailto:x",)


def test_the_services_are_asked_by_nobody_without_a_contact(db: Path) -> None:
    with pytest.raises(UsageError, match="--contact"):
        run_recover(db, ["upr2020"])
    assert not db.exists()


def test_an_error_page_in_a_document_s_place_is_no_file(old_web: Any, recover: Any, db: Path) -> None:
    url = "https://www.upr2020.org/_files/ugd/abc_1.pdf"
    old_web.hold(POST, "20210305120000", wix(extra=f'<p><a href="{url}">report</a></p>'))
    old_web.hold(url, "20210306000000", "<!doctype html><html>Sorry</html>", media_type="application/pdf")
    recover()
    assert rows(db, "SELECT kind FROM captures WHERE url = ?", url) == [("other",)]


# How it asks ---------------------------------------------------------------------------------------------------------


def test_a_second_run_with_nothing_new_makes_one_request_per_pattern(old_web: Any, recover: Any) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.hold(NEWS.format(12), "20210305120000", news("A letter"))
    recover("upr2020", "ushrn-news", "ushrn-drupal")
    report = recover("upr2020", "ushrn-news", "ushrn-drupal")
    assert len(old_web.paths) == report.requests == 2
    assert all("matchType=prefix" in path for path in old_web.paths)
    assert (report.exit_status, report.captures) == (0, 0)


def test_a_long_listing_is_followed_by_its_key(old_web: Any, recover: Any, db: Path) -> None:
    old_web.page_rows = 2
    for number in range(5):
        old_web.hold(f"{POST}-{number}", "20210305120000", wix(text=str(number), slug=f"a-hearing-{number}"))
    recover()
    assert len(old_web.listings) == 3
    assert rows(db, "SELECT count(*) FROM posts") == [(5,)]


def test_a_run_that_was_stopped_goes_on_without_asking_twice(old_web: Any, recover: Any, db: Path, clock: Any) -> None:
    for number in range(6):
        old_web.hold(f"{POST}-{number}", "20210305120000", wix(text=str(number), slug=f"a-hearing-{number}"))
    stop = Interrupts(clock.sleep)
    old_web.before = lambda path: stop.ask() if path.endswith("-2") else None
    assert recover(interrupts=stop).exit_status == 9
    first = list(old_web.paths)
    old_web.before = lambda _: None
    assert recover().exit_status == 0
    assert not set(first) & set(old_web.paths)
    assert len(first) + len(old_web.paths) == 7
    assert rows(db, "SELECT count(*) FROM posts") == [(6,)]


def test_a_run_that_was_killed_goes_on_without_asking_twice(old_web: Any, recover: Any, db: Path) -> None:
    class Killed(BaseException): ...

    for number in range(6):
        old_web.hold(f"{POST}-{number}", "20210305120000", wix(text=str(number), slug=f"a-hearing-{number}"))
    seen = []

    def killer(step: Any) -> None:
        seen.append(step)
        if step.stage == "captures" and step.done == 4:
            raise Killed

    with pytest.raises(Killed):
        recover(progress=killer)
    first = list(old_web.paths)
    assert recover().exit_status == 0
    assert len(first) == 5 and len(old_web.paths) == 2 and not set(first) & set(old_web.paths)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("where", ["/cdx/search/cdx", f"/web/20210305120000id_/{POST}"])
def test_retry_after_is_waited_for(old_web: Any, recover: Any, clock: Any, status: int, where: str) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.faults[where] = [(status, {"Retry-After": "40"}, b"slow down")]
    report = recover()
    assert (report.exit_status, report.captures) == (0, 1)
    assert max(clock.slept) >= 40


def test_a_longer_pause_than_a_run_waits_ends_it_and_the_next_goes_on(old_web: Any, recover: Any) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.hold(POST, "20210405120000", wix(views=8))
    old_web.faults[f"/web/20210305120000id_/{POST}"] = [(429, {"Retry-After": "7200"}, b"")]
    report = recover()
    assert (report.exit_status, report.captures) == (8, 1)
    assert recover().exit_status == 8
    assert old_web.paths == []
    assert recover(now=lambda: NOW + timedelta(hours=3)).captures == 1
    assert old_web.paths == [f"/web/20210305120000id_/{POST}"]


def test_an_archive_that_asks_to_slow_down_is_left_alone(old_web: Any, recover: Any) -> None:
    link = '<p><a href="https://docs.wixstatic.com/ugd/abc_2.pdf">report</a></p>'
    old_web.hold(POST, "20210305120000", wix())
    old_web.hold(POST, "20210405120000", wix(views=8, extra=link))
    old_web.faults[f"/web/20210305120000id_/{POST}"] = [(429, {"Retry-After": "7200"}, b"")]
    recover()
    assert old_web.paths[-1] == f"/web/20210305120000id_/{POST}"


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("https://www.upr2020.org/", "upr2020.org/"),
        ("https://ushrnetwork.org/", "ushrnetwork.org/"),
        ("https://blog.example.org/post/x", "blog.example.org/"),
        ("https://somebody.wixsite.com/our-blog/post/x", "somebody.wixsite.com/our-blog/"),
    ],
)
def test_one_pattern_covers_both_schemes_with_www_and_without(url: str, pattern: str) -> None:
    assert patterns(sites.site_for(url)) == (pattern,)


def test_any_blog_can_be_recovered_by_its_address(old_web: Any, recover: Any, db: Path) -> None:
    url = "https://blog.example.org/post/a-hearing"
    old_web.hold(url, "20210305120000", wix().replace(POST, url))
    recover("blog.example.org")
    assert rows(db, "SELECT site, url FROM posts") == [("blog.example.org", url)]


def test_the_services_robots_txt_is_not_asked(old_web: Any, recover: Any) -> None:
    recover()
    assert not any("robots" in path for path in old_web.paths)


def test_the_services_own_limit_holds_whatever_the_user_says() -> None:
    own, other = chosen([], [], None, None, delay=0), chosen(["http://127.0.0.1:1/"], [], None, None, delay=0)
    assert [one.source for one in own] == ["wayback", "commoncrawl"] and [one.source for one in other] == ["wayback"]
    assert [(one.service.search_pace, one.service.capture_pace) for one in own] == [(2.5, 0.125), (1.0, 1.0)]
    assert (other[0].service.search_pace, other[0].service.capture_pace) == (0.0, 0.0)
    (slow,) = chosen([], ["wayback"], None, None, delay=10)
    assert (slow.service.search_pace, slow.service.capture_pace) == (10.0, 10.0)


@pytest.mark.parametrize("given", [{"since": "yesterday"}, {"until": "2020-13"}, {"endpoints": ["ftp://x/"]},
                                   {"sources": ["nowhere"]}, {"endpoints": ["http://a/", "http://b/"]}])  # fmt: skip
def test_wrong_words_are_told_before_anything_is_opened(db: Path, given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        run_recover(db, **given)
    assert not db.exists()


# What goes wrong -----------------------------------------------------------------------------------------------------


def test_a_redirect_to_a_nearby_capture_is_not_that_capture(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", b"", moved_to="20210405120000", digest="A" * 32)
    old_web.hold(POST, "20210405120000", wix())
    report = recover()
    assert (report.exit_status, report.captures) == (0, 1)
    assert old_web.fetched.count(f"/web/20210405120000id_/{POST}") == 1
    assert rows(db, "SELECT kind, level FROM problems") == [("other-capture", "note")]
    recover()
    assert len(old_web.paths) == 1


def test_bytes_with_another_digest_are_not_taken(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", wix(), digest="B" * 32)
    assert recover().exit_status == 1
    assert rows(db, "SELECT kind, level FROM problems") == [("digest-mismatch", "error")]
    assert rows(db, "SELECT count(*) FROM posts") == [(0,)]
    assert states(db)[POST] == ("in-web-archive", "the Wayback Machine lists 1 capture, 2021-03-05")


def test_a_rewritten_page_is_not_taken(old_web: Any, recover: Any, db: Path) -> None:
    page = wix().replace("<head>", "<head><script src='/_static/js/bundle-playback.js'></script>")
    old_web.hold(POST, "20210305120000", page)
    recover()
    assert rows(db, "SELECT kind FROM problems") == [("rewritten",)]
    assert rows(db, "SELECT count(*) FROM posts") == [(0,)]


def test_garbage_in_a_listing_is_told_and_the_rest_is_used(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.garbage = ["<html>", ["x"], [None] * 7, {"a": 1}, ["k", "2021", POST, "text/html", "200", "", ""], 7]
    assert recover().captures == 1
    assert rows(db, "SELECT kind, level FROM problems") == [("garbage", "note")]


def test_a_listing_whose_key_leads_in_a_circle_is_not_whole(old_web: Any, recover: Any, db: Path) -> None:
    for number in range(4):
        old_web.hold(f"{POST}-{number}", "20210305120000", wix(text=str(number), slug=f"a-hearing-{number}"))
    old_web.page_rows = 2
    first = [*json.loads(old_web.answer("/cdx/search/cdx?url=upr2020.org/", {})[2])[:3], [], ["0"]]
    old_web.faults["/cdx/search/cdx"] = [(200, {}, json.dumps(first).encode())] * 2
    report = recover()
    assert (report.exit_status, report.captures) == (1, 2)
    assert rows(db, "SELECT kind FROM problems WHERE level = 'error'") == [("listing-repeats",)]


def test_a_listing_that_is_none_is_an_error(old_web: Any, recover: Any, db: Path) -> None:
    old_web.faults["/cdx/search/cdx"] = [(200, {}, b"<html>Service is down</html>")]
    old_web.faults["/cdx/search/cdx"] *= 2
    report = recover()
    assert report.exit_status == 3
    assert rows(db, "SELECT kind FROM problems") == [("listing-failed",)]
    assert recover().exit_status == 0, "it is not remembered"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((200, {}, b""), id="nothing at all"),
        pytest.param((404, {}, b"<html>proxy: not found</html>"), id="a proxy's 404"),
        pytest.param((200, {}, b'{"message": "try later"}'), id="another message"),
        pytest.param((504, {}, b"<html>Gateway Time-out</html>"), id="504"),
        pytest.param((200, {}, b'[["urlkey", "timestamp"'), id="cut"),
    ],
)
def test_what_is_no_whole_listing_proves_nothing_and_is_asked_again(
    old_web: Any, recover: Any, db: Path, answer: Any
) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.faults["/cdx/search/cdx"] = [answer] * 8
    first = recover(endpoints=[old_web.url, f"commoncrawl={old_web.url}"])
    assert first.exit_status == 1
    assert "lost" not in {state for state, _ in states(db).values()}
    old_web.faults.clear()
    assert recover().captures == 1


def test_a_listing_that_breaks_off_gives_what_came_and_is_asked_again_in_smaller_pages(
    old_web: Any, recover: Any, db: Path
) -> None:
    for number in range(3):
        old_web.hold(f"{POST}-{number}", "20210305120000", wix(slug=f"a-hearing-{number}"))
    whole = old_web.answer("/cdx/search/cdx?url=upr2020.org/&output=json", {})[2]
    old_web.faults["/cdx/search/cdx"] = [(200, {}, whole[:-60])]
    report = recover()
    assert (report.exit_status, report.captures) == (0, 3)
    assert [path.partition("limit=")[2].partition("&")[0] for path in old_web.listings[-2:]] == ["50000", "1000"]


def test_a_page_that_changed_and_changed_back_has_three_versions(old_web: Any, recover: Any, db: Path) -> None:
    for at, text in (("20200101", "First."), ("20200601", "Second."), ("20210101", "First."), ("20220101", "First.")):
        old_web.hold(POST, f"{at}000000", wix(text=text))
    assert recover().captures == 3
    assert rows(db, "SELECT count(*) FROM events WHERE kind = 'changed'") == [(2,)]
    assert recover().captures == 0


def test_a_redirect_to_a_capture_seconds_away_is_that_capture(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", b"", moved_to="20210305120007")
    old_web.hold(POST, "20210305120007", wix(), listed=False)
    report = recover()
    assert (report.exit_status, report.captures) == (0, 1)
    assert rows(db, "SELECT captured_at FROM captures WHERE source = 'wayback'") == [("2021-03-05T12:00:07Z",)]
    old_web.log.clear()
    assert recover().captures == 0
    assert old_web.fetched == []


@pytest.mark.parametrize("status", [429, 503])
def test_an_archived_refusal_is_the_sites_and_stops_no_run(old_web: Any, recover: Any, db: Path, status: int) -> None:
    old_web.hold(POST, "20210305120000", b"<html>slow down</html>", status=status, listed_status="200")
    old_web.hold(f"{POST}-2", "20210305120000", wix(slug="a-hearing-2"))
    report = recover()
    assert (report.exit_status, report.captures) == (0, 2)
    assert len([path for path in old_web.fetched if POST in path and "-2" not in path]) == 1
    assert rows(db, "SELECT status FROM captures WHERE source = 'wayback' ORDER BY url") == [(status,), (200,)]


@pytest.mark.parametrize(
    "answer", [(200, {}, b"<html>We are down</html>"), (200, {}, b""), (502, {}, b"<html>Bad</html>")]
)
def test_the_services_own_pages_are_never_the_post_and_never_remembered(
    old_web: Any, recover: Any, db: Path, answer: Any
) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.faults[f"/web/20210305120000id_/{POST}"] = [answer] * 3
    report = recover()
    assert (report.exit_status, report.captures) == (1, 0)
    assert rows(db, "SELECT count(*) FROM posts") == [(0,)]
    old_web.faults.clear()
    assert recover().captures == 1


def test_a_listing_cannot_send_us_to_other_hosts_or_sites(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.garbage = [
        ["k", "20210305120000", url, "text/html", "200", "C" * 32, "9"]
        for url in ("https://evil.example/post/x", "http://127.0.0.1:1/post/x", "https://www.upr2020.org.evil.example/post/x",
                    "https://ushrnetwork.org/news/9/100/x", "https://user@evil.example\\@www.upr2020.org/post/x",
                    "https://www.upr2020.org/wp-admin/", "javascript:alert(1)")
    ]  # fmt: skip
    recover()
    assert old_web.fetched == [f"/web/20210305120000id_/{POST}"]
    assert list(states(db)) == [POST]


def test_no_archive_in_reach_is_status_3_and_names_where_we_asked(db: Path, clock: Any) -> None:
    report = run_recover(
        db, ["upr2020"], endpoints=["http://127.0.0.1:9/"], delay=0, now=lambda: NOW, sleep=clock.sleep,
        monotonic=clock.monotonic, limits=Limits(tries=1),
    )  # fmt: skip
    assert report.exit_status == 3
    assert any("127.0.0.1:9" in message for message in report.messages)


# Common Crawl --------------------------------------------------------------------------------------------------------


@pytest.fixture
def crawled(old_web: Any, recover: Any) -> Callable[..., Report]:
    return lambda *targets, **more: recover(*targets, endpoints=[f"{old_web.url}/collinfo.json"], **more)


def test_records_of_common_crawl_are_fetched_by_range(old_web: Any, crawled: Any, db: Path) -> None:
    name = old_web.crawled("CC-MAIN-2021-10", POST, "20210305120000", wix())
    old_web.crawled("CC-MAIN-2021-04", POST, "20210302120000", wix(text="Before.", views=2))
    report = crawled()
    assert (report.exit_status, report.captures, report.new) == (0, 2, 1), rows(db, "SELECT * FROM problems")
    assert rows(db, "SELECT url, captured_at, captured_at_basis, status, wire_sha256 FROM captures"
                    " WHERE source = 'commoncrawl' AND kind = 'post' ORDER BY 2") [1][:4] == (
        POST, "2021-03-05T12:00:00Z", "given", 200)  # fmt: skip
    asked = next(headers for path, headers in old_web.log if path == f"/{name}")
    assert asked["range"].startswith("bytes=")
    assert rows(db, "SELECT revision_count FROM posts") == [(2,)]


def test_an_index_that_was_asked_is_never_asked_again(old_web: Any, crawled: Any) -> None:
    old_web.crawled("CC-MAIN-2021-10", POST, "20210305120000", wix())
    old_web.crawled("CC-MAIN-2019-10", "https://elsewhere.example/", "20190305120000", "x")
    crawled()
    crawled()
    assert old_web.paths == ["/collinfo.json"]
    old_web.crawled("CC-MAIN-2022-05", POST, "20220205120000", wix(views=30))
    assert crawled().captures == 1
    assert len(old_web.listings) == 2


def test_a_cut_member_and_a_wrong_record_are_told_and_only_the_cut_one_is_asked_for_again(
    old_web: Any, crawled: Any, db: Path
) -> None:
    old_web.crawled("CC-MAIN-2021-10", POST, "20210305120000", wix(), spoil=True)
    old_web.crawled("CC-MAIN-2021-10", f"{POST}-2", "20210305120001", wix(slug="a-hearing-2"), digest="D" * 32)
    old_web.crawled("CC-MAIN-2021-10", f"{POST}-3", "20210305120002", wix(), filename="../../etc/passwd")
    old_web.crawled("CC-MAIN-2021-10", f"{POST}-4", "20210305120003", wix(), timestamp_="20210305120009")
    assert crawled().exit_status == 1
    found = dict(rows(db, "SELECT kind, level FROM problems"))
    assert found == {"broken": "error", "digest-mismatch": "error", "no-record": "error", "other-capture": "note"}
    old_web.log.clear()
    assert crawled().captures == 0
    assert len(old_web.fetched) == 1


def test_indexes_on_other_hosts_are_left_alone(old_web: Any, crawled: Any, other_faults: Any) -> None:
    told = f'[{{"id": "CC-MAIN-2021-10", "cdx-api": "{other_faults.url}/x-index"}}]'
    old_web.faults["/collinfo.json"] = [(200, {}, told.encode())]
    crawled()
    assert other_faults.log == []


def test_the_text_of_a_page_is_the_last_resort(old_web: Any, crawled: Any, db: Path) -> None:
    import gzip

    name = old_web.crawled("CC-MAIN-2021-10", POST, "20210305120000", wix(), spoil=True)
    text = "top of page\nA hearing\nWe were heard there.\n5 views0 comments\nRecent Posts\nbottom of page\n"
    members = []
    for url, words in (("https://other.example/", "other"), (POST, text)):
        block = words.encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2021-03-05T12:00:00Z\r\n"
            f"Content-Type: text/plain\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        members.append(gzip.compress(head.encode() + block + b"\r\n\r\n"))
    old_web.files[name.replace("/warc/", "/wet/").replace(".warc.gz", ".warc.wet.gz")] = b"".join(members)
    assert crawled(wet=True).captures == 1
    assert rows(db, "SELECT media_type, captured_at FROM captures WHERE kind = 'post'") == [
        ("text/plain", "2021-03-05T12:00:00Z")
    ]
    assert rows(db, "SELECT title FROM posts") == [("A hearing",)]


# Coverage ------------------------------------------------------------------------------------------------------------


def test_every_number_up_to_the_highest_is_a_known_address(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(NEWS.format(275), "20210401000000", news("The last letter"))
    old_web.hold(NEWS.format(9_000_000), "20210401000000", b"", status=404)
    old_web.hold(NEWS.format(280), "20210401000000", b"", status=301)
    recover("ushrn-news", endpoints=[old_web.url, f"commoncrawl={old_web.url}"])
    found = states(db)
    numbers = [int(url.split("/")[4]) for url in found]
    assert sorted(numbers) == [*range(1, 281), 9_000_000]
    assert found["https://ushrnetwork.org/news/275/100/"][0] == "archived"
    assert found["https://ushrnetwork.org/news/280/100/"] == (
        "wanted",
        "the Wayback Machine lists only errors and redirects",
    )
    state, why = found["https://ushrnetwork.org/news/7/100/"]
    assert (state, why) == ("wanted", "not in the Wayback Machine and Common Crawl on 2026-03-01")
    set_gone(db, "ushrn-news")
    recover("ushrn-news", endpoints=[old_web.url, f"commoncrawl={old_web.url}"])
    assert states(db)["https://ushrnetwork.org/news/7/100/"] == (
        "lost",
        "the site is offline, and neither the Wayback Machine nor Common Crawl listed it on 2026-03-01",
    )


def test_what_is_said_of_addresses_survives_a_rebuild(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(NEWS.format(275), "20210401000000", news("The last letter"))
    old_web.hold(NEWS.format(276), "20210401000000", b"<html>404</html>", status=404)
    old_web.hold(NEWS.format(277), "20210401000000", news("Spoiled"), digest="E" * 32)
    recover("ushrn-news", endpoints=[old_web.url, f"commoncrawl={old_web.url}"])
    set_gone(db, "ushrn-news")
    recover("ushrn-news", endpoints=[old_web.url, f"commoncrawl={old_web.url}"])
    before = states(db)
    assert {state for state, _ in before.values()} == {"archived", "in-web-archive", "lost", "wanted"}
    run_rebuild(db, now=lambda: NOW)
    assert states(db) == before
    assert verify.run(db, now=lambda: NOW).exit_status == 0


def set_gone(db: Path, site: str) -> None:
    """As a crawl does when the site has not answered for long."""
    known = sites.by_id(site)
    assert known is not None
    with open_run(db, now=lambda: NOW) as run:
        run.begin("crawl")
        run.archive.site(replace(known, state="gone"))
        run.finish(0)


def test_nothing_is_called_lost_that_was_not_looked_for_everywhere(old_web: Any, recover: Any, db: Path) -> None:
    recover("ushrn-news")
    assert set(states(db).values()) == {("wanted", "not in the Wayback Machine on 2026-03-01")}
    recover("ushrn-news", since="2019", now=lambda: datetime(2026, 4, 1, tzinfo=UTC))
    assert set(states(db).values()) == {("wanted", "not in the Wayback Machine on 2026-03-01")}


def test_a_post_of_which_only_its_absence_was_captured_is_wanted(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210601000000", "<html>404</html>", status=404)
    recover()
    assert states(db)[POST] == ("wanted", "404 on 2021-06-01")
    old_web.hold(POST, "20210301000000", wix())
    recover()
    assert states(db)[POST] == ("archived", None)


def test_links_between_posts_are_heard(old_web: Any, recover: Any, db: Path) -> None:
    link = '<p><a href="http://ushrnetwork.org/news/266/100/adoption?emci=1">adoption</a></p>'
    old_web.hold(POST, "20210305120000", wix(extra=link + '<p><a href="https://other.example/post/x">x</a></p>'))
    recover()
    assert rows(db, "SELECT url, site, found_by FROM known_urls WHERE found_by = 'link'") == [
        ("https://ushrnetwork.org/news/266/100/", "ushrn-news", "link")
    ]


def test_coverage_tells_of_every_address(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", wix())
    old_web.hold(f"{POST}-2", "20210305120000", b"", status=301)
    recover()
    lines = list(status.coverage(db))
    assert lines[0].startswith("site,url,state,evidence,found_by")
    assert [line.split(",")[1:3] for line in lines[1:]] == [[POST, "archived"], [f"{POST}-2", "wanted"]]


def test_the_archive_is_sealed_with_what_was_done(old_web: Any, recover: Any, db: Path) -> None:
    old_web.hold(POST, "20210305120000", wix())
    report = recover()
    ((command, requests, new, exit_status, chain),) = rows(
        db, "SELECT command, requests, new, exit_status, chain_sha256 FROM crawls"
    )
    assert (command, requests, new, exit_status, chain) == ("recover", 2, 1, 0, report.chain_sha256)
    assert report.line.startswith("1 capture from the Wayback Machine: 1 new") and sqlite3.connect(db).close() is None
