"""Common Crawl's list of indexes, records and text files, as they come over the wire."""

import gzip
import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import Unreadable, UsageError
from scraper.records import Capture
from scraper.recover import commoncrawl
from scraper.warc.cdx import CdxRecord, CdxRefusal
from scraper.warc.record import Record

POST = "https://www.upr2020.org/post/x"
NAME = "crawl-data/CC-MAIN-2021-10/segments/1614/warc/CC-MAIN-2021-00001.warc.gz"
ROW = CdxRecord(url=POST, timestamp="20210305120000", status=200, filename=NAME, offset=100, length=10)
CC = commoncrawl.COMMON_CRAWL


def told(*ids: str, host: str = "https://index.commoncrawl.org") -> bytes:
    return json.dumps([{"id": name, "cdx-api": f"{host}/{name}-index"} for name in ids]).encode()


def record(block: bytes, **fields: str) -> bytes:
    named = {
        "WARC-Type": "response", "WARC-Target-URI": POST, "WARC-Date": "2021-03-05T12:00:00Z",
        "Content-Type": "application/http", "Content-Length": str(len(block)),
    } | {name.replace("_", "-"): value for name, value in fields.items()}  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return gzip.compress(f"WARC/1.0\r\n{head}\r\n".encode() + block + b"\r\n\r\n")


PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>page</html>"


def given_(body: bytes, status: int = 206) -> Capture | CdxRefusal:
    answer = Capture(url="http://a/", captured_at="2026-03-01T00:00:00Z", status=status, body=body)
    return commoncrawl.capture_of(answer, ROW)


def test_indexes_come_newest_first_and_by_year() -> None:
    body = told("CC-MAIN-2019-04", "CC-MAIN-2021-10", "CC-MAIN-2012", "CC-MAIN-2009-2010", "CC-NEWS")
    assert [one.id for one in commoncrawl.indexes(body, CC)] == ["CC-MAIN-2021-10", "CC-MAIN-2019-04"]
    assert [one.id for one in commoncrawl.indexes(body, CC, "2020-05", None)] == ["CC-MAIN-2021-10"]
    assert [one.id for one in commoncrawl.indexes(body, CC, None, "2020")] == ["CC-MAIN-2019-04"]


def test_indexes_elsewhere_are_left_out() -> None:
    assert commoncrawl.indexes(told("CC-MAIN-2021-10", host="https://evil.example"), CC) == ()


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"{}x", b'{"message": "no"}', b"[1, 2]", b'[{"id": 7}]', b"null", b"{}", b"0", b'""', b"false"],
)
def test_what_is_no_list_of_crawls_is_told(body: bytes) -> None:
    with pytest.raises(Unreadable):
        commoncrawl.indexes(body, CC)


@given(st.binary() | st.recursive(st.none() | st.text() | st.integers(), lambda one: st.lists(one)).map(
    lambda value: json.dumps(value).encode()))  # fmt: skip
def test_no_list_of_crawls_raises_anything_else(body: bytes) -> None:
    with suppress(Unreadable):
        commoncrawl.indexes(body, CC)


def test_a_record_is_asked_for_by_its_bytes() -> None:
    assert commoncrawl.record_url(CC, ROW) == f"https://data.commoncrawl.org/{NAME}"
    assert commoncrawl.range_header(ROW) == ("Range", "bytes=100-109")
    assert commoncrawl.has_record(ROW)


@pytest.mark.parametrize(
    "row",
    [replace(ROW, filename=name) for name in ("/etc/x.warc.gz", "../x.warc.gz", "a/../b.warc.gz", "x.gz", None,
                                              "https://evil.example/x.warc.gz", "a b.warc.gz", "x.warc.gz?y")]
    + [replace(ROW, length=0), replace(ROW, length=10**9), replace(ROW, offset=None)],
)  # fmt: skip
def test_places_outside_are_not_asked_for(row: CdxRecord) -> None:
    assert not commoncrawl.has_record(row)


def test_a_record_becomes_a_capture_of_its_own_time() -> None:
    found = given_(record(PAGE))
    assert isinstance(found, Capture)
    assert (found.url, found.source, found.captured_at, found.captured_at_basis) == (
        POST, "commoncrawl", "2021-03-05T12:00:00Z", "given")  # fmt: skip
    assert (found.status, found.body, found.kind) == (200, b"<html>page</html>", "post")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (record(PAGE)[:-12], 206, "broken"),
        (b"<html>", 206, "broken"),
        (b"", 206, "broken"),
        (record(PAGE, WARC_Target_URI="https://www.upr2020.org/post/other"), 206, "other-capture"),
        (record(PAGE, WARC_Date="2021-03-05T12:00:01Z"), 206, "other-capture"),
        (record(PAGE, WARC_Payload_Digest="sha1:" + "A" * 32), 206, "digest-mismatch"),
        (record(PAGE, WARC_Type="revisit"), 206, "no-body"),
        (record(PAGE), 200, "no-range"),
        (b"", 404, "not-there"),
        (b"", 403, "not-there"),
    ],
)
def test_what_is_not_the_record_is_refused(body: bytes, status: int, kind: str) -> None:
    found = given_(body, status)
    assert isinstance(found, CdxRefusal)
    assert found.kind == kind


def test_the_index_s_digest_must_be_the_record_s() -> None:
    import base64
    import hashlib

    right = base64.b32encode(hashlib.sha1(b"<html>page</html>").digest()).decode()
    answer = Capture(
        url="http://a/", captured_at="2026-03-01", status=206, body=record(PAGE, WARC_Payload_Digest=f"sha1:{right}")
    )
    assert isinstance(commoncrawl.capture_of(answer, replace(ROW, digest=right)), Capture)
    wrong = commoncrawl.capture_of(answer, replace(ROW, digest="B" * 32))
    assert isinstance(wrong, CdxRefusal) and wrong.kind == "digest-mismatch"


@given(st.binary(), st.integers(0, 200))
def test_no_bytes_make_it_raise(noise: bytes, at: int) -> None:
    good = record(PAGE)
    given_(noise)
    given_(good[:at] + noise + good[at:])


def test_the_text_of_the_same_page_is_in_a_file_beside() -> None:
    assert commoncrawl.wet_url(CC, ROW) == "https://data.commoncrawl.org/" + NAME.replace("/warc/", "/wet/").replace(
        ".warc.gz", ".warc.wet.gz"
    )
    assert commoncrawl.wet_url(CC, replace(ROW, filename="x.warc.gz")) is None
    fields = (("WARC-Type", "conversion"), ("WARC-Target-URI", POST), ("WARC-Date", "2021-03-06T00:00:00Z"),
              ("Content-Type", "text/plain"))  # fmt: skip
    found = commoncrawl.text_capture(Record(fields, b"top of page"), ROW)
    assert found is not None and (found.captured_at, found.media_type) == ("2021-03-05T12:00:00Z", "text/plain")
    assert commoncrawl.text_capture(Record((("WARC-Type", "conversion"),), b"x"), ROW) is None


@pytest.mark.parametrize("given_url", ["http://a:1/", "http://a:1", "http://a:1/collinfo.json"])
def test_a_stand_in_has_its_files_beside_its_list(given_url: str) -> None:
    found = commoncrawl.endpoint(given_url)
    assert found == commoncrawl.CommonCrawlHosts(indexes="http://a:1/collinfo.json", files="http://a:1/")


def test_what_is_no_place_is_refused() -> None:
    with pytest.raises(UsageError):
        commoncrawl.endpoint("collinfo.json")
