"""Pictures from elsewhere: another archive of ours over its replay, and web archives of others."""

import gzip
import io
import json
import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from scraper.crawl import Want, run_crawl
from scraper.demo import drawings
from scraper.demo.blog import Blog, Question
from scraper.demo.posts import ILLUSTRATED
from scraper.demo.server import served_blog
from scraper.export.warc import export_wacz, export_warc
from scraper.imports import run_import
from scraper.recover import run_recover
from scraper.warc import record as warc
from scraper.warc.writer import RENDITION

warcio_heads = pytest.importorskip("warcio.statusandheaders")
warcio = pytest.importorskip("warcio.warcwriter")

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
PICTURES = "SELECT url, body_sha256, captured_at FROM captures WHERE kind = 'image' ORDER BY 1, 3"
IMAGES = "SELECT posts.url, images.url, sha256 FROM images JOIN posts ON posts.id = post_id ORDER BY 1, position"


def rows(path: Path, sql: str) -> list[Any]:
    with sqlite3.connect(path) as db:
        found = db.execute(sql).fetchall()
    db.close()
    return found


def utc_of(moment: datetime) -> datetime:
    return moment


@pytest.fixture
def first(tmp_path: Path) -> tuple[Path, str]:
    """An archive of a blog with pictures, edited once, and the blog's address."""
    path = tmp_path / "first.db"
    blog = Blog(today=TODAY, posts=ILLUSTRATED, pictures=True, padding=500)
    with served_blog(blog) as server:
        for day in (-60, 0):
            blog.day = day
            run_crawl(
                path, [server.base], contact="t@example.org", delay=0, now=lambda: TODAY + timedelta(days=blog.day)
            )
        return path, server.base


@pytest.mark.slow
def test_a_second_archive_recovers_every_post_and_picture_from_our_own_replay(
    first: tuple[Path, str], tmp_path: Path, open_served: Any
) -> None:
    path, base = first
    second, replay = tmp_path / "second.db", open_served(path)
    report = run_recover(second, [base], endpoints=[replay], delay=0, now=lambda: TODAY)
    assert report.exit_status == 0, report.messages
    posts = "SELECT url, title, content_sha256, body_text FROM posts ORDER BY url"
    assert rows(second, posts) == rows(path, posts)
    assert rows(second, PICTURES) == rows(path, PICTURES) != []
    assert rows(second, IMAGES) == rows(path, IMAGES)
    pages = "SELECT DISTINCT url, body_sha256 FROM captures WHERE kind = 'post' ORDER BY 1, 2"
    assert rows(second, pages) == rows(path, pages)
    again = run_recover(second, [base], endpoints=[replay], delay=0, now=lambda: TODAY)
    assert rows(second, PICTURES) == rows(path, PICTURES) and again.captures == 0


def test_recover_takes_what_pages_show_or_no_picture_as_it_is_told(
    first: tuple[Path, str], tmp_path: Path, open_served: Any
) -> None:
    path, base = first
    served = open_served(path)
    none, shown = tmp_path / "none.db", tmp_path / "shown.db"
    run_recover(none, [base], endpoints=[served], delay=0, now=lambda: TODAY, pictures=Want.NONE)
    assert rows(none, PICTURES) == [] != rows(none, "SELECT 1 FROM posts")
    asked: list[str] = []
    run_recover(
        shown, [base], endpoints=[served], delay=0, now=lambda: TODAY, pictures=Want.SHOWN,
        on_request=lambda log: asked.append(log.url),
    )  # fmt: skip
    assert {row[1] for row in rows(shown, PICTURES)} == {row[1] for row in rows(path, PICTURES)}
    searches = [unquote(url) for url in asked if "/cdx" in url and "bbbb~mv2.png" in unquote(url)]
    assert "/v1/fill/" in searches[0]


def test_style_sheets_of_pages_come_along(first: tuple[Path, str], tmp_path: Path, open_served: Any) -> None:
    path, base = first
    styles = "SELECT url, body_sha256 FROM captures WHERE kind = 'style'"
    second = tmp_path / "second.db"
    run_recover(second, [base], endpoints=[open_served(path)], delay=0, now=lambda: TODAY)
    assert rows(second, styles) == rows(path, styles) != []


def test_an_archive_of_ours_brings_its_pictures_along_as_a_warc(first: tuple[Path, str], tmp_path: Path) -> None:
    path, _ = first
    export_warc(path, tmp_path / "all.warc.gz")
    second = tmp_path / "second.db"
    run_import(second, [tmp_path / "all.warc.gz"], all_hosts=True, now=lambda: TODAY)
    assert [row[:2] for row in rows(second, PICTURES)] == [row[:2] for row in rows(path, PICTURES)]
    assert rows(second, IMAGES) == rows(path, IMAGES)


@pytest.mark.parametrize("own", [False, True])
def test_an_archive_of_ours_brings_its_pictures_along_as_a_wacz_and_no_rendition(
    first: tuple[Path, str], tmp_path: Path, own: bool
) -> None:
    path, _ = first
    export_wacz(path, tmp_path / "all.wacz")
    second = tmp_path / "second.db"
    report = run_import(second, [tmp_path / "all.wacz"], all_hosts=True, own=own, now=lambda: TODAY)
    assert report.exit_status == 0, report.messages
    assert [row[:2] for row in rows(second, PICTURES)] == [row[:2] for row in rows(path, PICTURES)]
    assert rows(second, "SELECT count(*) FROM captures WHERE url LIKE '%/v1/fill/%'") == [(0,)]


def test_a_wacz_leads_from_each_address_that_a_page_shows_to_the_picture_that_is_kept(
    first: tuple[Path, str], tmp_path: Path
) -> None:
    path, _ = first
    export_wacz(path, tmp_path / "all.wacz")
    with zipfile.ZipFile(tmp_path / "all.wacz") as package:
        index = gzip.decompress(package.read("indexes/index.cdx.gz")).decode()
        led = list(warc.read(io.BytesIO(package.read("archive/renditions.warc.gz"))))
        listed = json.loads(package.read("datapackage.json"))["resources"]
    kept = {url: sha256 for url, sha256, _ in rows(path, PICTURES)}
    assert {one.get("WARC-Refers-To-Target-URI") for one in led} <= kept.keys() and len(led) == 5
    for one in led:
        assert one.type == "revisit" and "/v1/fill/" in one.url and one.get("WARC-Profile") == RENDITION
        assert one.get("WARC-Payload-Digest") == f"sha256:{kept[one.get('WARC-Refers-To-Target-URI')]}"
        assert f'"url": "{one.url}"' in index
    assert "archive/renditions.warc.gz" in [each["path"] for each in listed]


def record(writer: Any, url: str, body: bytes, media_type: str) -> None:
    length = str(len(body))
    head = warcio_heads.StatusAndHeaders(
        "200 OK", [("Content-Type", media_type), ("Content-Length", length)], protocol="HTTP/1.1"
    )
    said = {"WARC-Date": "2026-05-01T10:00:00Z"}
    payload = io.BytesIO(body)
    writer.write_record(
        writer.create_warc_record(url, "response", payload=payload, http_headers=head, warc_headers_dict=said)
    )


def test_of_somebodys_warc_the_original_of_each_picture_that_a_post_shows_is_kept(tmp_path: Path) -> None:
    blog = Blog(today=TODAY, base="https://www.upr2020.org", posts=ILLUSTRATED, padding=500)
    page = blog.answer(Question(method="GET", target="/post/the-hearing-in-pictures")).body
    media, name = "https://static.wixstatic.com/media/", "ab12cd_5555666677778888999900001111{}~mv2.png"
    original, smaller = (drawings.picture(name.format("bbbb") + form)[0] for form in ("", "/v1/fill/x"))
    with (tmp_path / "theirs.warc.gz").open("wb") as out:
        writer = warcio.WARCWriter(out, gzip=True)
        record(writer, media + name.format("bbbb") + "/v1/fill/w_9/x.png", smaller, "image/png")
        record(writer, media + name.format("bbbb"), original, "application/octet-stream")
        record(writer, media + name.format("cccc") + "/v1/fill/w_9/x.png", smaller, "image/png")
        record(writer, media + name.format("0123"), original, "image/png")
        record(writer, media + name.format("dddd"), b"<html>not there</html>", "image/png")
        record(writer, "https://static.parastorage.com/a.css", b"p{color:red}", "text/css")
        record(writer, "https://static.parastorage.com/a.js", b"alert(1)", "text/javascript")
        record(writer, "https://www.upr2020.org/post/the-hearing-in-pictures", page, "text/html")
    path = tmp_path / "archive.db"
    run_import(path, [tmp_path / "theirs.warc.gz"], now=lambda: TODAY)
    assert [url for url, *_ in rows(path, PICTURES)] == [
        media + name.format("bbbb"),
        media + name.format("cccc") + "/v1/fill/w_9/x.png",
    ]
    assert rows(path, "SELECT url FROM captures WHERE kind = 'style'") == [("https://static.parastorage.com/a.css",)]
    assert rows(path, "SELECT count(*) FROM captures") == [(4,)]
    assert [sha256 is not None for *_, sha256 in rows(path, IMAGES)] == [True, True, False]
