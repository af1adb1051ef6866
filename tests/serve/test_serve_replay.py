"""Captures looked at, had as bytes, and listed for programs."""

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from scraper.store import picture_name

URL = "https://www.upr2020.org/post/water"
PAGE = (
    b"<!doctype html><html><head><title>Water</title><script>alert(1)</script></head><body onload=alert(1)>"
    b"<h1>Water %d</h1><img src='https://static.wixstatic.com/media/11062b_a~mv2.png/v1/fill/w_9,blur_2/x.png'"
    b" alt='A well'>"
    b"<a href='/post/other'>other</a><a href='https://else.example/'>else</a></body></html>"
)
#: The smallest picture.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fe"
    "dccc59e70000000049454e44ae426082"
)
PICTURE = "https://static.wixstatic.com/media/11062b_a~mv2.png"
HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: "a"\r\n'
HEAD += b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n"
TIMES = ("2021-03-05T14:07:00Z", "2021-03-09T14:07:00Z", "2021-03-16T14:07:00Z")


@pytest.fixture
def room(shelf: Any, open_room: Callable[..., Any]) -> Any:
    """A post captured three times, its picture, a text dump, a redirect, a page that is a picture by name only."""
    post = shelf.post("water", captured_at="2021-01-01T00:00:00Z")
    shelf.post("other")
    for number, at in enumerate(TIMES):
        capture = shelf.capture(URL, at, PAGE % number, head=HEAD)
        shelf.insert("post_captures", capture_id=capture, post_id=post, verdict="same")
    shelf.capture(PICTURE, TIMES[0], PNG, kind="image", media_type="text/html")
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    shelf.capture("https://static.wixstatic.com/media/bad.svg", TIMES[0], svg, kind="image", media_type="image/svg+xml")
    shelf.capture(
        "https://static.wixstatic.com/media/no.png",
        TIMES[0],
        b"<html><script>alert(1)</script>",
        kind="image",
        media_type="image/png",
    )
    shelf.capture(
        "https://www.upr2020.org/s.css",
        TIMES[0],
        b"p{background:url(%s)}@import 'x';" % PICTURE.encode(),
        kind="style",
        media_type="text/css",
    )
    shelf.capture(
        "https://www.upr2020.org/post/dump",
        TIMES[0],
        "Wäter <b>\n\nas text".encode(),
        media_type="text/plain",
        source="file",
        status=None,
        captured_at_basis="file-time",
    )
    shelf.capture("https://www.upr2020.org/old", TIMES[0], b"moved", 301, kind="redirect", redirected_to=URL)
    shelf.capture("https://www.upr2020.org/a.pdf", TIMES[0], b"%PDF-1.4", kind="file", media_type="application/pdf")
    shelf.capture("https://www.upr2020.org/q?a=1&b=2", TIMES[0], b"<html><p>query", kind="other")
    return open_room(shelf.path)


def test_a_capture_is_shown_as_it_looked_without_its_scripts(room: Any) -> None:
    found = room.get(f"/web/20210309140700/{URL}")
    assert found.status_code == 200
    assert "<h1>Water 1</h1>" in found.text
    assert "<script" not in found.text and "onload" not in found.text
    assert f'src="/web/20210305140700im_/{PICTURE}"' in found.text
    policy = found.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "allow-scripts" not in policy and "script-src" not in policy
    assert parsedate_to_datetime(found.headers["Memento-Datetime"]).isoformat() == "2021-03-09T14:07:00+00:00"


def test_the_bar_says_what_it_is_and_leads_on(room: Any) -> None:
    found = room.get(f"/web/20210309140700/{URL}").text
    bar = found[found.index('id="ushrn-bar"') : found.index("<h1>")]
    assert "Archived page" in bar and "9 March 2021, 14:07 UTC" in bar and "4 captures" in bar
    assert (
        f'href="/web/20210305140700/{URL}" rel="prev"' in bar and f'href="/web/20210316140700/{URL}" rel="next"' in bar
    )
    assert (
        'href="/post/upr2020/water#proof"' in bar
        and 'href="/post/upr2020/water"' in bar
        and f'href="/web/20210309140700id_/{URL}"' in bar
    )


def test_the_bar_counts_the_captures_that_its_link_leads_to(room: Any, shelf: Any) -> None:
    shelf.capture(URL, "2021-03-20T00:00:00Z", b"<p>not the post", 403, kind="blocked")
    bar = room.get(f"/web/20210309140700/{URL}").text
    link, number = re.findall(r'<a href="([^"]+)">(\d+) captures</a>', bar)[0]
    assert f"{number} captures, " in room.get(link).text
    (alone,) = re.findall(
        r'href="[^"]*/timemap/link/[^"]*">([^<]+)</a>',
        room.get("/web/20210305140700/https://www.upr2020.org/old").text,
    )
    assert alone == "1 capture"


def test_links_say_what_the_archive_does_not_have(room: Any) -> None:
    found = room.get(f"/web/20210309140700/{URL}").text
    assert '<a href="/web/20210309140700/https://www.upr2020.org/post/other">' in found
    assert 'title="Leads to https://else.example/, of which this archive has no capture"' in found
    assert room.get("/web/20210309140700/https://else.example/").status_code == 404


@pytest.mark.parametrize("stamp", ["20210308", "2021030914", "20210310000000", "20210309140701"])
def test_a_time_without_a_capture_leads_to_the_nearest(room: Any, stamp: str) -> None:
    found = room.get(f"/web/{stamp}/{URL}")
    assert (found.status_code, found.headers["Location"]) == (302, f"/web/20210309140700/{URL}")


def test_bytes_are_given_as_received_with_the_head_that_came(room: Any) -> None:
    found = room.get(f"/web/20210309140700id_/{URL}", headers={"Accept-Encoding": "identity"})
    assert found.content == PAGE % 1
    assert found.headers["Memento-Datetime"] == "Tue, 09 Mar 2021 14:07:00 GMT"
    assert found.headers["X-Archive-Orig-ETag"] == '"a"' and found.headers["X-Archive-Orig-Set-Cookie"] == "a=1, b=2"
    assert found.headers["Content-Type"] == "text/html; charset=utf-8"
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert (
        "sandbox" in found.headers["Content-Security-Policy"] and found.headers["X-Content-Type-Options"] == "nosniff"
    )


def test_a_picture_is_served_as_what_its_bytes_are(room: Any) -> None:
    found = room.get(f"/web/20210305140700im_/{PICTURE}")
    assert (found.content, found.headers["Content-Type"]) == (PNG, "image/png")
    assert (
        found.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in found.headers["Content-Security-Policy"]
    )
    assert found.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("name", ["bad.svg", "no.png"])
def test_a_picture_that_could_do_more_than_be_seen_is_a_download(room: Any, name: str) -> None:
    found = room.get(f"/web/20210305140700im_/https://static.wixstatic.com/media/{name}")
    assert found.headers["Content-Type"] == "application/octet-stream"
    assert found.headers["Content-Disposition"].startswith("attachment")


def test_a_style_sheet_takes_its_pictures_from_the_archive(room: Any) -> None:
    found = room.get("/web/20210305140700cs_/https://www.upr2020.org/s.css")
    assert found.headers["Content-Type"] == "text/css; charset=utf-8"
    assert found.text == f"p{{background:url(\"/web/20210305140700im_/{PICTURE}\")}}@not-archived-import 'x';"


def test_a_text_dump_does_not_pretend_to_have_been_served(room: Any) -> None:
    found = room.get("/web/20210305140700/https://www.upr2020.org/post/dump").text
    assert "Wäter &lt;b&gt;\n\nas text" in found and "A text copy" in found and "dated by the file only" in found


def test_a_redirect_and_a_document_lead_on(room: Any) -> None:
    found = room.get("/web/20210305140700/https://www.upr2020.org/old").text
    assert f'<a href="/web/20210305140700/{URL}">{URL}</a>' in found
    kept = room.get("/web/20210305140700id_/https://www.upr2020.org/old")
    assert (kept.status_code, kept.headers["Location"]) == (301, f"/web/20210305140700id_/{URL}")
    assert (
        room.get("/web/20210305140700/https://www.upr2020.org/a.pdf")
        .headers["Location"]
        .startswith("/web/20210305140700id_/")
    )


def test_the_timegate_leads_to_the_time_that_is_asked_for(room: Any) -> None:
    newest = room.get(f"/web/{URL}")
    assert (newest.status_code, newest.headers["Location"]) == (302, f"/web/20210316140700/{URL}")
    asked = room.get(f"/web/{URL}", headers={"Accept-Datetime": "Sat, 06 Mar 2021 00:00:00 GMT"})
    assert asked.headers["Location"] == f"/web/20210305140700/{URL}"
    assert "accept-datetime" in asked.headers["Vary"] and 'rel="original"' in asked.headers["Link"]
    assert room.get(f"/web/{URL}", headers={"Accept-Datetime": "soon"}).status_code == 400
    assert room.get("/web/https://never.example/").status_code == 404


@pytest.mark.parametrize("verdict", ["blocked", "weather", "worse", "missing", "held"])
def test_a_page_that_stood_in_the_place_of_the_post_is_never_the_newest_good_one(
    shelf: Any, open_room: Callable[..., Any], verdict: str
) -> None:
    post = shelf.post("water", captured_at="2021-01-01T00:00:00Z")
    for at, meant in ((TIMES[0], "same"), (TIMES[2], verdict)):
        shelf.insert("post_captures", capture_id=shelf.capture(URL, at, b"<p>x"), post_id=post, verdict=meant)
    listed = "https://www.upr2020.org/news"
    shelf.capture(listed, TIMES[0], b"<p>list", kind="list")
    wall = shelf.capture(listed, TIMES[2], b"<p>are you a robot?", kind="other")
    (record,) = shelf.db.execute("SELECT record_sha256 FROM captures WHERE id = ?", (wall,)).fetchone()
    shelf.insert("decisions", record_sha256=record, kind="blocked", at=TIMES[2], by="crawl")
    room = open_room(shelf.path)
    for url in (URL, listed):
        assert room.get(f"/web/{url}").headers["Location"] == f"/web/20210305140700/{url}"
        asked = room.get(f"/web/{url}", headers={"Accept-Datetime": "Tue, 16 Mar 2021 14:07:00 GMT"})
        assert asked.headers["Location"] == f"/web/20210316140700/{url}", "whoever asks for that time is shown it"


def test_timemaps_list_all_captures_of_an_address(room: Any) -> None:
    listed = room.get(f"/web/timemap/link/{URL}")
    assert listed.headers["Content-Type"] == "application/link-format" and listed.text.count("memento") == 4
    assert len(room.get(f"/web/timemap/json/{URL}").json()["mementos"]["list"]) == 4
    assert room.get("/web/timemap/json/https://never.example/").status_code == 404


def test_the_cdx_server_lists_captures_by_the_beginning_of_their_address(room: Any) -> None:
    found = room.get("/cdx?url=upr2020.org/post/&matchType=prefix&output=json").json()
    assert found[0][:3] == ["urlkey", "timestamp", "original"]
    assert {line[2] for line in found[1:]} >= {URL, "https://www.upr2020.org/post/dump"}
    assert room.get("/cdx/search/cdx?url=static.wixstatic.com/*").text.count("\n") == 3
    assert room.get("/cdx?matchType=exact").status_code == 400


def test_the_cdx_server_names_no_status_where_nothing_was_served(room: Any) -> None:
    (line,) = room.get("/cdx?url=https://www.upr2020.org/post/dump&fl=statuscode").text.splitlines()
    assert line == "-"


@pytest.mark.parametrize(
    "written",
    [
        "https://www.upr2020.org/q?a=1&b=2",
        "https:/www.upr2020.org/q?a=1&b=2",
        "http://upr2020.org/q?a=1&b=2",
        "upr2020.org/q?a=1&b=2",
        "https%3A%2F%2Fwww.upr2020.org%2Fq%3Fa%3D1%26b%3D2",
    ],
)
def test_an_address_with_a_query_is_found_however_it_is_written(room: Any, written: str) -> None:
    found = room.get(f"/web/20210305140700/{written}")
    assert found.status_code == 200 and "query" in found.text


@pytest.mark.parametrize(
    "path",
    [
        "/web/x",
        "/web/20210305140700zz_/https://a.example/",
        "/web/20210305140700/javascript:alert(1)",
        "/web/99999999999999/",
        "/web/0/https://never.example/",
        "/web/20210305140700/https://[",
        "/cdx?url=%00",
        "/web/timemap/xml/https://a.example/",
    ],
)
def test_what_is_no_address_is_not_here(room: Any, path: str) -> None:
    assert room.get(path).status_code in (200, 404)
    assert room.get(path).status_code == 404 or "cdx" in path


def test_what_was_set_aside_is_shown_nowhere(shelf: Any, room: Any, open_room: Callable[..., Any]) -> None:
    for url, at in ((URL, TIMES[2]), (PICTURE, TIMES[0]), ("https://www.upr2020.org/s.css", TIMES[0])):
        asked = "SELECT record_sha256 FROM captures WHERE url = ? AND captured_at = ?"
        (record,) = shelf.db.execute(asked, (url, at)).fetchone()
        shelf.insert("decisions", record_sha256=record, kind="set-aside", at="2026-01-01T00:00:00Z", by="import")
    again = open_room(Path(shelf.path))
    assert again.get(f"/web/{URL}").headers["Location"] == f"/web/20210309140700/{URL}"
    assert again.get(f"/web/20210316140700/{URL}").headers["Location"] == f"/web/20210309140700/{URL}"
    assert "20210316140700" not in again.get(f"/web/timemap/json/{URL}").text + again.get(f"/cdx?url={URL}").text
    assert again.get(f"/web/20210305140700im_/{PICTURE}").status_code == 404
    assert 'src="data:image/svg+xml,' in again.get(f"/web/20210309140700/{URL}").text


def test_a_withdrawn_picture_is_a_box_in_the_pages_that_showed_it(
    shelf: Any, room: Any, open_room: Callable[..., Any]
) -> None:
    assert f'src="/web/20210305140700im_/{PICTURE}"' in room.get(f"/web/20210309140700/{URL}").text
    shelf.insert("withdrawals", url=picture_name(PICTURE), at="2026-01-01T00:00:00Z", withdrawn="{}")
    again = open_room(Path(shelf.path))
    found = again.get(f"/web/20210309140700/{URL}").text
    assert PICTURE not in re.findall(r'src="([^"]*)"', found)[0] and 'src="data:image/svg+xml,' in found
    assert again.get(f"/web/20210305140700im_/{PICTURE}").status_code == 410


def test_withdrawn_captures_are_gone_for_good(shelf: Any, room: Any, open_room: Callable[..., Any]) -> None:
    shelf.insert("withdrawals", url=URL, at="2026-01-01T00:00:00Z", withdrawn="{}")
    found = open_room(Path(shelf.path)).get(f"/web/20210309140700/{URL}")
    assert found.status_code == 410 and "Water 1" not in found.text
    assert not re.search("Water 1", open_room(Path(shelf.path)).get(f"/web/20210309140700id_/{URL}").text)
    again = open_room(Path(shelf.path))
    assert "post/water" not in again.get("/cdx?url=upr2020.org/*").text, "a list does not name it"
    assert "post/dump" in again.get("/cdx?url=*.upr2020.org").text
    assert again.get(f"/cdx?url={URL}").text.count(URL) == 4, "who knows the address is told when"


def test_the_captures_say_when_a_post_was_removed_from_its_site(shelf: Any, open_room: Callable[..., Any]) -> None:
    post = shelf.post("away", captured_at="2021-03-01T10:00:00Z")
    url = "https://www.upr2020.org/post/away"
    for at, verdict in (("2021-03-03T10:00:00Z", "same"), ("2021-03-09T10:00:00Z", "missing"),
                        ("2021-03-10T10:00:00Z", "gone")):  # fmt: skip
        shelf.insert("post_captures", capture_id=shelf.capture(url, at), post_id=post, verdict=verdict)
    lead = "4 captures, 1 March 2021 to 10 March 2021. Never edited"
    reader = open_room(shelf.path)
    assert (
        f"{lead}; removed from its site between 3 March 2021 and 9 March 2021."
        in reader.get("/post/upr2020/away/captures").text
    )
    shelf.insert(
        "post_captures", capture_id=shelf.capture(url, "2021-04-01T10:00:00Z"), post_id=post, verdict="returned"
    )
    assert "removed from its site" not in open_room(shelf.path).get("/post/upr2020/away/captures").text
