"""What is asked of CDX servers and replays, what their answers are, and that nothing hostile in them raises."""

import base64
import gzip
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import urls
from scraper.errors import UsageError
from scraper.records import Capture
from scraper.recover import selection, wayback
from scraper.warc import cdx
from scraper.warc.cdx import CdxRecord, CdxRefusal

POST = "https://www.upr2020.org/post/x"
ROW = CdxRecord(url=POST, timestamp="20210305120000", status=200, media_type="text/html")
HEADER = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
LINE = ["org,upr2020)/post/x", "20210305120000", POST, "text/html", "200", "A" * 32, "99"]
WHOLE = replace(ROW, digest="A" * 32, length=99)


# Listings ------------------------------------------------------------------------------------------------------------

FORMS = {
    "the Internet Archive's JSON": json.dumps([HEADER, LINE]),
    "JSON without a line of names": json.dumps([LINE]),
    "other fields in another order": json.dumps(
        [["original", "timestamp", "digest", "length", "statuscode", "mimetype"],
         [POST, "20210305120000", "A" * 32, "99", "200", "text/html"]]),
    "JSON lines": json.dumps({"url": POST, "timestamp": "20210305120000", "mime": "text/html", "status": "200",
                              "digest": "sha1:" + "A" * 32, "length": "99"}),
    "CDXJ": "org,upr2020)/post/x 20210305120000 "
            + json.dumps({"url": POST, "mime": "text/html", "status": "200", "digest": "A" * 32, "length": "99"}),
    "plain CDX": " ".join(LINE),
    "plain CDX with its heading": " CDX N b a m s k r M S V g\n" + " ".join(
        [*LINE[:6], "-", "-", "99", "5", "x.warc.gz"]),
}  # fmt: skip


@pytest.mark.parametrize("status", ["0", "-", "", "000"])
def test_a_row_that_knows_no_status_may_be_of_a_page(status: str) -> None:
    (row,) = cdx.parse(json.dumps([HEADER, [*LINE[:4], status, *LINE[5:]]]).encode()).rows
    assert row.status is None
    assert selection.is_page(row)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_listing_is_read(form: str) -> None:
    found = cdx.parse(FORMS[form].encode())
    (row,) = found.rows
    assert (found.garbage, found.resume_key) == (0, None)
    assert replace(row, offset=None, filename=None) == WHOLE


def test_the_key_behind_an_empty_line_says_that_there_is_more() -> None:
    assert cdx.parse(json.dumps([HEADER, LINE, [], ["org%2Cx+2"]]).encode()).resume_key == "org%2Cx+2"
    assert cdx.parse((" ".join(LINE) + "\n\norg%2Cx+2\n").encode()).resume_key == "org%2Cx+2"
    assert cdx.parse(json.dumps([HEADER, LINE, ["a"]]).encode()).resume_key is None


@pytest.mark.parametrize("body", [b"", b"[]", b"\n", b"[[]]"])
def test_an_empty_listing_has_nothing_wrong(body: bytes) -> None:
    found = cdx.parse(body)
    assert (found.rows, found.garbage) == ((), 0)


@pytest.mark.parametrize(
    "change",
    [{1: "2021"}, {1: "20211305120000"}, {1: "٢٠٢١٠٣٠٥١٢٠٠٠٠"}, {1: "00010305120000"}, {2: "ftp://x/"}, {2: "//x/"},
     {2: "http://x/ y"}, {2: 7}, {2: None}, {2: "http://x/" + "a" * 9000}],
)  # fmt: skip
def test_a_line_without_address_or_time_is_garbage(change: dict[int, Any]) -> None:
    line = [change.get(index, value) for index, value in enumerate(LINE)]
    found = cdx.parse(json.dumps([HEADER, line]).encode())
    assert (found.rows, found.garbage) == ((), 1)
    assert found.sample


def test_a_revisit_has_no_type_and_no_status_of_its_own() -> None:
    line = [*LINE[:3], "warc/revisit", "-", *LINE[5:]]
    (row,) = cdx.parse(json.dumps([HEADER, line]).encode()).rows
    assert (row.revisit, row.status, row.media_type) == (True, None, None)
    assert selection.is_page(row)


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_make_the_parser_raise(body: bytes) -> None:
    cdx.parse(body)


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(st.lists(json_values), st.integers(0, 20))
def test_garbage_of_any_kind_costs_no_good_line(garbage: list[Any], place: int) -> None:
    lines = [line for line in garbage if not (isinstance(line, list) and "timestamp" in line)]
    lines.insert(min(place, len(lines)), LINE)
    found = cdx.parse(json.dumps([HEADER, *lines]).encode())
    assert any(row.url == POST for row in found.rows)
    lines_too = "\n".join([*(json.dumps(line) for line in lines), FORMS["CDXJ"]]).encode()
    assert any(row.url == POST for row in cdx.parse(lines_too).rows)


@given(st.text(), st.sampled_from(["2020", "2020-05", "2020-05-17"]))
def test_bounds_hold_for_every_row(junk: str, day: str) -> None:
    rows = [replace(ROW, timestamp=stamp) for stamp in ("20200101000000", "20200517235959", "20210101000000")]
    kept = cdx.within(rows, day, day)
    assert all(row.captured_at.startswith(day) for row in kept)
    assert len(kept) == sum(row.captured_at.startswith(day) for row in rows)


# What is asked -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "cdx", "replay", "paged"),
    [
        ("https://web.archive.org", "https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/", True),
        (
            "https://web.archive.org/web/",
            "https://web.archive.org/cdx/search/cdx",
            "https://web.archive.org/web/",
            True,
        ),
        ("http://a:1/cdx/search/cdx", "http://a:1/cdx/search/cdx", "http://a:1/web/", True),
        ("http://a:1/x/cdx/search/cdx", "http://a:1/x/cdx/search/cdx", "http://a:1/x/web/", True),
        ("http://a:1/old/", "http://a:1/old/cdx", "http://a:1/old/", False),
        ("http://a:1/old/cdx", "http://a:1/old/cdx", "http://a:1/old/", False),
        ("http://a:1/old-cdx", "http://a:1/old-cdx", "http://a:1/old/", False),
        ("http://a:1/old/index", "http://a:1/old/index", "http://a:1/old/", False),
    ],
)
def test_places_are_understood_however_they_are_spelled(given: str, cdx: str, replay: str, paged: bool) -> None:
    assert wayback.endpoint(given) == wayback.ArchiveHosts(cdx=cdx, replay=replay, paged=paged)


@pytest.mark.parametrize("given", ["web.archive.org", "ftp://a/", "http://", "http://a/?x=1", ""])
def test_what_is_no_place_is_refused(given: str) -> None:
    with pytest.raises(UsageError):
        wayback.endpoint(given)


def test_a_listing_is_one_address() -> None:
    asked = wayback.listing_url(wayback.INTERNET_ARCHIVE, "upr2020.org/", since="2020", resume_key="a b")
    assert asked == (
        "https://web.archive.org/cdx/search/cdx?url=upr2020.org%2F&matchType=prefix&output=json&limit=50000"
        "&showResumeKey=true&from=20200101000000&resumeKey=a%20b"
    )
    assert urls.normalise(asked) == asked
    assert cdx.is_listing(Capture(url=asked, captured_at="2021-01-01"))
    assert not cdx.is_listing(Capture(url=POST, captured_at="2021-01-01"))


def test_a_capture_is_asked_for_as_it_was_archived() -> None:
    assert wayback.replay_url(wayback.INTERNET_ARCHIVE, ROW) == f"https://web.archive.org/web/20210305120000id_/{POST}"


# What comes ----------------------------------------------------------------------------------------------------------

IA = (
    b"HTTP/1.1 200 OK\r\nserver: nginx\r\ndate: Sun, 01 Mar 2026 00:00:00 GMT\r\ncontent-type: text/html\r\n"
    b"x-archive-orig-server: Pepyaka\r\nx-archive-orig-x-wix-request-id: 1\r\nx-archive-src: a.warc.gz\r\n"
    b"memento-datetime: Fri, 05 Mar 2021 12:00:00 GMT\r\nx-ts: 200\r\ncache-control: max-age=1800\r\n"
    b'link: <http://x/>; rel="original", <http://y/>; rel="timemap"\r\n\r\n'
)


def answer(head: bytes = IA, body: bytes | None = b"<html>page</html>", **more: Any) -> Capture:
    status = int(head.split()[1])
    return Capture(url="http://a/", captured_at="2026-03-01T00:00:00Z", status=status, head=head, body=body, **more)


def taken(*words: Any, row: CdxRecord = ROW, **more: Any) -> Capture:
    found = wayback.capture_of(answer(*words, **more), row)
    assert isinstance(found, Capture), found
    return found


def refused(*words: Any, row: CdxRecord = ROW, **more: Any) -> str:
    found = wayback.capture_of(answer(*words, **more), row)
    assert isinstance(found, CdxRefusal)
    return found.kind


def test_the_original_s_head_is_restored_and_the_archive_s_left_out() -> None:
    assert taken().head == (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nserver: Pepyaka\r\nx-wix-request-id: 1\r\n\r\n"
    )


def test_pywb_s_head_is_the_original_s_but_for_what_pywb_added() -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Archive-Orig-Server: Pepyaka\r\nSet-Cookie: a=b\r\n"
        b'Link: <https://x.example/>; rel="preconnect"\r\nMemento-Datetime: Fri, 05 Mar 2021 12:00:00 GMT\r\n'
        b'Link: <http://x/>; rel="original", <http://y/>; rel="memento"\r\nContent-Location: http://y/\r\n'
        b"Date: Sun, 01 Mar 2026 00:00:00 GMT\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    assert taken(head).head == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: Pepyaka\r\nSet-Cookie: a=b\r\n"
        b'Link: <https://x.example/>; rel="preconnect"\r\n\r\n'
    )


@pytest.mark.parametrize("packed", [True, False])
def test_a_body_is_decoded_whether_the_archive_has_done_so_or_not(packed: bool) -> None:
    head = IA.replace(b"x-archive-orig-server: Pepyaka", b"x-archive-orig-content-encoding: gzip")
    body = gzip.compress(b"<html>page</html>") if packed else b"<html>page</html>"
    found = taken(head, body)
    assert (found.body, found.content_encoding, found.wire_sha256) == (b"<html>page</html>", "gzip", None)
    if packed:
        assert refused(head, body[:-9]) == "broken"


def test_a_missing_page_was_missing_then() -> None:
    found = taken(IA.replace(b"200 OK", b"404 Not Found"), row=replace(ROW, status=404))
    assert (found.status, found.kind, found.head[:22]) == (404, "missing", b"HTTP/1.1 404 Not Found")  # type: ignore[index]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (IA.replace(b"05 Mar", b"06 Mar"), "other-capture"),
        (b"HTTP/1.1 404 Not Found\r\nserver: nginx\r\n\r\n", "not-there"),
        (b"HTTP/1.1 503 Busy\r\nserver: nginx\r\n\r\n", "weather"),
    ],
)
def test_what_is_not_the_capture_asked_for_is_refused(head: bytes, kind: str) -> None:
    assert refused(head) == kind


def test_a_redirect_by_the_archive_is_refused_and_one_of_the_site_is_not() -> None:
    moved = b"HTTP/1.1 302 Found\r\nlocation: http://a/web/20210405120000id_/" + POST.encode() + b"\r\n\r\n"
    assert refused(moved, None, redirected_to=f"http://a/web/20210405120000id_/{POST}") == "other-capture"
    own = moved.replace(b"\r\n\r\n", b"\r\nmemento-datetime: Fri, 05 Mar 2021 12:00:00 GMT\r\n\r\n")
    found = taken(own, None, redirected_to="http://a/web/x", row=replace(ROW, status=302))
    assert (found.kind, found.redirected_to) == ("redirect", POST)
    assert b"location: " + POST.encode() in (found.head or b"")


@pytest.mark.parametrize("to", ["https://archive.org/account/login", "http://a/offline.html", "http://a/web/"])
def test_a_redirect_to_a_page_of_the_archive_s_own_is_its_weather(to: str) -> None:
    assert refused(b"HTTP/1.1 302 Found\r\n\r\n", None, redirected_to=to) == "weather"


@pytest.mark.parametrize(("second", "taken_as"), [("59", "2021-03-05T12:00:59Z"), ("00", "2021-03-05T12:00:00Z")])
def test_a_capture_seconds_beside_the_one_listed_is_that_capture(second: str, taken_as: str) -> None:
    found = taken(IA.replace(b"12:00:00 GMT", f"12:00:{second} GMT".encode()), row=replace(ROW, digest=None))
    assert found.captured_at == taken_as


@pytest.mark.parametrize(
    "mark",
    [b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->", b'<script src="/static/wombat.js">', b'wbinfo.top_url = "x"',
     b'<script src="https://web-static.archive.org/_static/js/bundle-playback.js?v=1">'],
)  # fmt: skip
def test_rewritten_pages_never_enter(mark: bytes) -> None:
    assert refused(IA, b"<html>" + mark + b"</html>") == "rewritten"


def test_bytes_are_held_against_the_listed_digest() -> None:
    right = base64.b32encode(hashlib.sha1(b"<html>page</html>").digest()).decode()
    assert taken(row=replace(ROW, digest=right)).url == POST
    assert refused(row=replace(ROW, digest="A" * 32)) == "digest-mismatch"
    # Of a page that was sent encoded the digest is over bytes that the archive no longer gives.
    encoded = IA.replace(b"x-archive-orig-server", b"x-archive-orig-content-encoding: gzip\r\nx-archive-orig-server")
    assert taken(encoded, row=replace(ROW, digest="A" * 32)).url == POST


@pytest.mark.parametrize("status", [200, None])
def test_a_row_that_does_not_say_its_status_may_be_a_page(status: int | None) -> None:
    row = replace(ROW, status=status, media_type=None, digest=None)
    assert selection.worth([row]) == [row]


def test_a_part_of_a_body_is_refused() -> None:
    assert refused(truncated="length") == "broken"


@given(st.binary(), st.binary(), st.sampled_from([200, 204, 301, 404, 999]))
def test_no_answer_makes_it_raise(head: bytes, body: bytes, status: int) -> None:
    wayback.capture_of(
        Capture(url="http://a/", captured_at="2026-03-01T00:00:00Z", status=status, head=head, body=body), ROW
    )


# Which are worth having ----------------------------------------------------------------------------------------------

rows = st.builds(
    CdxRecord,
    url=st.sampled_from([POST, "http://upr2020.org/post/x", "https://www.upr2020.org/post/y"]),
    timestamp=st.integers(0, 40).map(lambda n: f"202103{n % 28 + 1:02}12{n % 60:02}00"),
    status=st.sampled_from([200, 301, 404, 410, 503, None]),
    media_type=st.sampled_from(["text/html", None]),
    digest=st.sampled_from(["A" * 32, "B" * 32, None]),
)


@given(st.lists(rows, max_size=12))
def test_every_version_is_chosen_once_whatever_the_order(listed: list[CdxRecord]) -> None:
    chosen = selection.worth(listed)
    assert set(selection.worth(listed[::-1])) == set(chosen) and len(chosen) == len(set(chosen))
    versions = {(urls.canonical(row.url), row.digest) for row in listed if selection.is_page(row)}
    assert {(urls.canonical(row.url), row.digest) for row in chosen if selection.is_page(row)} == versions
    assert {row.status for row in chosen} <= {200, 404, 410, None}
    firsts = [urls.canonical(row.url) for row in chosen]
    assert len(set(firsts[: len(set(firsts))])) == len(set(firsts))
