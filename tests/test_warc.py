"""WARC: what we write holds by the standard, what anybody wrote can be read, and nothing broken stops the rest."""

# ruff: noqa: E501 - tables of cases are read along their lines

import base64
import gzip
import hashlib
import io
import re
import time
import zlib
from collections.abc import Callable, Iterator

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.records import Capture
from scraper.warc import arc, http_message
from scraper.warc import reader as incoming
from scraper.warc import record as warc
from scraper.warc import writer as outgoing
from scraper.warc.members import PUT_BACK_BYTES, RecordStream
from scraper.warc.reader import ArchiveTrouble, FoundCapture, PassedOver, Warcinfo
from scraper.warc.writer import About, Kept, Original

URL = "https://www.blog.example/post/a-day-in-court"
ABOUT = About(
    software="ushrn/0.1.0", newest_at="2021-03-18", digest="ab" * 32, title="Harbour papers",
    user_agent="ushrn (+mailto:me@blog.example)",
)  # fmt: skip
BODY = ("<!DOCTYPE html><html><body><p>" + "We were in court. " * 40 + "</p></body></html>").encode()
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nX-Odd:  two  blanks\r\nset-cookie: a=1\r\n"
    b"Set-Cookie: b=2\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
)
REQUEST = b"GET /post/a-day-in-court HTTP/1.1\r\nHost: www.blog.example\r\nUser-Agent: ushrn\r\n\r\n"


def live(**changes: object) -> Capture:
    wire = gzip.compress(BODY, mtime=0)
    known = {
        "url": URL, "kind": "post", "captured_at": "2021-03-16T14:05:00Z", "status": 200, "request_head": REQUEST,
        "head": HEAD, "content_encoding": "gzip", "media_type": "text/html", "body": BODY, "ip": "127.0.0.1",
        "wire_sha256": hashlib.sha256(wire).hexdigest(), "wire_length": len(wire),
    }  # fmt: skip
    return Capture(**{**known, **changes})


def kept(capture: Capture, number: int = 1, **more: object) -> Kept:
    return Kept(capture=capture, record_sha256=hashlib.sha256(str(number).encode()).hexdigest(), **more)


def written(*captures: Kept) -> bytes:
    out = io.BytesIO()
    list(outgoing.write(out, captures, ABOUT))
    return out.getvalue()


Item = FoundCapture | ArchiveTrouble | Warcinfo | PassedOver


def read(data: bytes, wanted: Callable[[str], bool] = lambda url: True, *, own: bool = False) -> list[Item]:
    return list(incoming.captures_of(warc.read(io.BytesIO(data)), wanted, own=own))


def found_in(data: bytes, *, own: bool = False) -> list[FoundCapture]:
    return [item for item in read(data, own=own) if isinstance(item, FoundCapture)]


def wrong_in(data: bytes) -> list[ArchiveTrouble]:
    return [item for item in read(data) if isinstance(item, ArchiveTrouble)]


def members(data: bytes) -> Iterator[bytes]:
    while data:
        inflate = zlib.decompressobj(31)
        yield inflate.decompress(data)
        assert inflate.eof
        data = inflate.unused_data


SAVED = Capture(
    url=URL, url_basis="comment", kind="post", source="file", captured_at="2021-03-18", captured_at_basis="page",
    media_type="text/html", body=b"<html>saved</html>",
)  # fmt: skip
MISSING = live(status=404, kind="missing", head=b"HTTP/1.1 404 Not Found\r\n\r\n", body=b"", content_encoding=None)
CUT = live(truncated="disconnect", body=BODY[:100], captured_at="2021-03-16T14:06:00Z")
UNDECODED = live(
    truncated="decode", body=b"\x1f\x8bbroken", wire_sha256=hashlib.sha256(b"\x1f\x8bbroken").hexdigest(), wire_length=8
)
REDIRECT = live(
    status=301, kind="redirect", body=None, head=b"HTTP/1.1 301 \xe9\r\nLocation: /post/b\r\nContent-Length: 0\r\n\r\n",
    redirected_to="https://www.blog.example/post/b", content_encoding=None, wire_sha256=None, wire_length=None,
)  # fmt: skip
PDF = live(
    url="https://www.blog.example/report.pdf", kind="file", media_type="application/pdf", body=b"%PDF-1.7\r\n\r\n\x00"
)
AGAIN = live(captured_at="2021-03-17T00:00:00Z")
NOT_MODIFIED = live(
    status=304, body=None, head=b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n', captured_at="2021-03-18T00:00:00Z",
    content_encoding=None, wire_sha256=None, wire_length=None,
)  # fmt: skip
ORIGINAL = Original(
    url=URL, captured_at="2021-03-16T14:05:00Z", body_sha256=hashlib.sha256(BODY).hexdigest(),
    record_sha256=hashlib.sha256(b"1").hexdigest(),
)  # fmt: skip
ALL = [
    kept(live(), 1), kept(SAVED, 2), kept(MISSING, 3), kept(CUT, 4), kept(UNDECODED, 5), kept(REDIRECT, 6), kept(PDF, 7),
    kept(AGAIN, 8, like_sha256="cd" * 32), kept(NOT_MODIFIED, 9, not_modified=ORIGINAL),
]  # fmt: skip


def test_every_capture_comes_back_whole_from_what_was_written() -> None:
    found = found_in(written(*ALL), own=True)
    assert wrong_in(written(*ALL)) == []
    for before, after in zip(ALL, found, strict=True):
        expected = before.capture
        if after.revisit is not None:
            assert after.revisit.payload_digest == f"sha256:{hashlib.sha256(BODY).hexdigest()}"
            assert after.capture.body is None
        else:
            assert after.capture.body == expected.body
        for column in outgoing.COLUMNS:
            assert getattr(after.capture, column) == getattr(expected, column), column
        assert after.own is not None
        assert after.own.record_sha256 == before.record_sha256
        assert after.own.like_capture == before.like_sha256
        assert after.own.not_modified_of == (before.not_modified.record_sha256 if before.not_modified else None)


def test_the_same_captures_give_the_same_bytes() -> None:
    assert written(*ALL) == written(*ALL)


def test_each_record_is_one_gzip_member_with_unique_id_and_right_digests() -> None:
    ids = set()
    types = []
    for plain in members(written(*ALL)):
        (record,) = list(warc.read(io.BytesIO(plain)))
        assert isinstance(record, warc.Record)
        assert plain.startswith(b"WARC/1.1\r\n")
        assert plain.endswith(b"\r\n\r\n")
        assert record.get("WARC-Block-Digest") == warc.digest(record.block)
        names = [name for name, _ in record.fields if name != "WARC-Concurrent-To"]
        assert len(names) == len(set(names))
        ids.add(record.get("WARC-Record-ID"))
        types.append(record.type)
        if record.type in ("warcinfo", "metadata"):
            assert record.get("WARC-Payload-Digest") is None
        if record.type == "response":
            head, entity = http_message.split(record.block)
            assert record.get("WARC-Payload-Digest") == warc.digest(entity)
            assert http_message.values(head, "content-length") == [str(len(entity))]
            assert http_message.values(head, "transfer-encoding") == []
    assert len(ids) == len(types)
    assert types[0] == "warcinfo"
    assert types.count("revisit") == 2
    assert types.count("resource") == 1
    assert types.count("metadata") == len(ALL)


def test_warcio_reads_it_and_finds_all_digests_right() -> None:
    payloads = []
    for record in ArchiveIterator(io.BytesIO(written(*ALL)), check_digests="raise"):
        body = record.content_stream().read()
        assert record.digest_checker.passed is not False
        if record.rec_type == "response":
            payloads.append(body)
    assert payloads[0] == BODY


def test_a_revisit_names_the_original_response_and_never_another_revisit() -> None:
    third = kept(live(captured_at="2021-03-19T00:00:00Z"), 10)
    revisits = [
        record
        for record in warc.read(io.BytesIO(written(kept(live(), 1), kept(AGAIN, 8), third)))
        if isinstance(record, warc.Record) and record.type == "revisit"
    ]
    assert len(revisits) == 2
    for revisit in revisits:
        assert revisit.get("WARC-Profile") == outgoing.IDENTICAL
        assert revisit.get("WARC-Refers-To") == warc.record_id(kept(live(), 1).record_sha256, "response")
        assert revisit.get("WARC-Refers-To-Target-URI") == URL
        assert revisit.get("WARC-Refers-To-Date") == "2021-03-16T14:05:00Z"
        assert revisit.get("WARC-Truncated") == "length"
        assert http_message.split(revisit.block)[1] == b""


def test_an_answer_not_modified_keeps_its_own_head_and_its_conditional_request() -> None:
    records = outgoing.records_of(kept(NOT_MODIFIED, 9, not_modified=ORIGINAL), {})
    assert [record.type for record in records] == ["revisit", "request", "metadata"]
    assert records[0].block == NOT_MODIFIED.head
    assert records[0].get("WARC-Profile") == outgoing.NOT_MODIFIED
    assert records[0].get("WARC-Payload-Digest") == f"sha256:{ORIGINAL.body_sha256}"
    assert records[1].get("WARC-Concurrent-To") == records[0].get("WARC-Record-ID")


def test_a_day_is_a_whole_instant_in_the_file_and_a_day_again_when_read() -> None:
    records = outgoing.records_of(kept(SAVED, 2), {})
    assert records[0].get("WARC-Date") == "2021-03-18T00:00:00Z"
    assert found_in(written(kept(SAVED, 2)), own=True)[0].capture.captured_at == "2021-03-18"


def test_a_capture_of_the_wayback_machine_names_where_it_came_from() -> None:
    capture = live(source="wayback", request_head=None, ip=None)
    assert outgoing.records_of(kept(capture), {})[0].get("WARC-Source-URI") == (
        f"https://web.archive.org/web/20210316140500id_/{URL}"
    )


@pytest.mark.parametrize(
    ("head", "length", "decoded", "expected"),
    [
        (HEAD, 5, True, b"x-orig-transfer-encoding: chunked\r\nx-orig-content-encoding: gzip\r\nContent-Length: 5\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", 5, False, b"OK\r\ncontent-length: 5\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 5, True, b"OK\r\nx-orig-content-length: 9\r\nContent-Length: 5\r\n\r\n"),
        (b"HTTP/1.0 200 OK\r\n\r\n", 0, False, b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
        (b"HTTP/1.1 200 OK\nA: b\n c\nContent-Encoding: br\n\n", 1, False, b"A: b\r\n c\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\n"),
    ],
)  # fmt: skip
def test_headers_that_no_longer_fit_are_set_aside(head: bytes, length: int, decoded: bool, expected: bytes) -> None:
    assert http_message.self_contained(head, length, decoded=decoded).endswith(expected)


# -- what others write


def foreign(
    body: bytes = BODY, headers: list[tuple[str, str]] | None = None, url: str = URL, date: str = "2019-05-01T00:00:00Z"
) -> bytes:
    """A file as warcio writes it."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "Wget/1.21", "isPartOf": "A crawl"}))
    head = StatusAndHeaders("200 OK", headers or [("Content-Type", "text/html")], protocol="HTTP/1.1")
    record = writer.create_warc_record(
        url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict={"WARC-Date": date}
    )
    writer.write_record(record)
    return out.getvalue()


def chunked(body: bytes) -> bytes:
    return (
        b"".join(b"%x\r\n%s\r\n" % (len(body[at : at + 100]), body[at : at + 100]) for at in range(0, len(body), 100))
        + b"0\r\n\r\n"
    )


def test_a_foreign_response_becomes_a_capture_at_its_own_time() -> None:
    described, found = read(foreign())
    assert isinstance(described, Warcinfo)
    assert (described.ours, described.source) == (False, "warc")
    assert isinstance(found, FoundCapture)
    capture = found.capture
    assert (capture.url, capture.url_basis, capture.source) == (URL, "warc", "warc")
    assert (capture.captured_at, capture.captured_at_basis) == ("2019-05-01T00:00:00Z", "given")
    assert (capture.status, capture.kind, capture.media_type, capture.body) == (200, "post", "text/html", BODY)
    assert capture.wire_length == len(BODY)


@pytest.mark.parametrize(
    ("body", "headers", "expected", "encoding", "wire"),
    [
        (chunked(BODY), [("Transfer-Encoding", "chunked")], BODY, None, BODY),
        (gzip.compress(BODY, mtime=0), [("Content-Encoding", "gzip")], BODY, "gzip", None),
        (chunked(gzip.compress(BODY, mtime=0)), [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")], BODY, "gzip", None),
        (zlib.compress(BODY), [("Content-Encoding", "deflate")], BODY, "deflate", None),
        (zlib.compress(BODY)[2:-4], [("Content-Encoding", "deflate")], BODY, "deflate", None),
        (BODY, [("Transfer-Encoding", "chunked")], BODY, None, BODY),
        (BODY, [("Content-Encoding", "br")], BODY, "br", b""),
        (BODY, [("x-orig-content-encoding", "br")], BODY, "br", b""),
        (b"\x8b\x00no brotli here", [("Content-Encoding", "br")], b"\x8b\x00no brotli here", "br", None),
    ],
)  # fmt: skip
def test_foreign_bodies_are_dechunked_and_decoded(
    body: bytes, headers: list[tuple[str, str]], expected: bytes, encoding: str | None, wire: bytes | None
) -> None:
    (found,) = found_in(foreign(body, [("Content-Type", "text/html"), *headers]))
    assert (found.capture.body, found.capture.content_encoding) == (expected, encoding)
    if wire == b"":
        assert found.capture.wire_sha256 is None
    elif wire is not None:
        assert found.capture.wire_sha256 == hashlib.sha256(wire).hexdigest()
    assert (found.capture.truncated == "decode") == (expected.startswith(b"\x8b"))


def test_pages_of_unwanted_hosts_are_passed_over() -> None:
    assert [type(item) for item in read(foreign(), lambda url: False)] == [Warcinfo]


def record(kind: str, block: bytes, *fields: tuple[str, str], url: str | None = URL) -> warc.Record:
    known = [("WARC-Type", kind), ("WARC-Record-ID", f"<urn:uuid:{hashlib.md5(block + kind.encode()).hexdigest()}>")]
    known += [("WARC-Target-URI", url)] if url else []
    if not any(name == "WARC-Date" for name, _ in fields):
        known.append(("WARC-Date", "2019-05-01T00:00:00Z"))
    return warc.Record((*known, *fields), block)


def file_of(*records: warc.Record) -> bytes:
    return b"".join(warc.member(one) for one in records)


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + BODY


def test_a_request_is_joined_to_its_response_whichever_comes_first() -> None:
    response, request = record("response", ANSWER), record("request", REQUEST)
    for order in ((response, request), (request, response)):
        (found,) = found_in(file_of(*order))
        assert found.capture.request_head == REQUEST


def test_two_answers_of_one_address_are_two_captures() -> None:
    first = record("response", ANSWER)
    second = record("response", ANSWER, ("WARC-Date", "2019-06-01T00:00:00Z"))
    request = record("request", REQUEST, ("WARC-Concurrent-To", second.get("WARC-Record-ID") or ""))
    assert [found.capture.request_head for found in found_in(file_of(first, second, request))] == [None, REQUEST]


def test_addresses_between_angle_brackets_and_14_digit_dates_are_understood() -> None:
    (found,) = found_in(file_of(record("response", ANSWER, ("WARC-Date", "20190501120000"), url=f"<{URL}>")))
    assert (found.capture.url, found.capture.captured_at) == (URL, "2019-05-01T12:00:00Z")


def test_common_crawl_text_is_read_as_a_dump() -> None:
    info = record("warcinfo", b"Software-Info: x\r\nisPartOf: CC-MAIN-2021-10\r\npublisher: Common Crawl\r\n", url=None)
    text = record("conversion", b"A Title\n\nSome words.", ("Content-Type", "text/plain"))
    (found,) = found_in(file_of(info, text))
    assert (found.capture.source, found.capture.media_type, found.capture.kind) == ("commoncrawl", "text/plain", "post")


def test_a_revisit_says_what_it_refers_to() -> None:
    revisit = record(
        "revisit", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", ("WARC-Profile", outgoing.IDENTICAL),
        ("WARC-Payload-Digest", "sha1:ABC"), ("WARC-Refers-To-Target-URI", URL), ("WARC-Refers-To-Date", "2018-01-01T00:00:00Z"),
    )  # fmt: skip
    (found,) = found_in(file_of(revisit))
    assert found.revisit == incoming.Revisit(
        payload_digest="sha1:ABC", url=URL, at="2018-01-01T00:00:00Z", not_modified=False
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [(b"301 Moved", "redirect"), (b"404 Not Found", "missing"), (b"503 Busy", "other"), (b"200 OK", "post")],
)
def test_the_kind_follows_the_answer(status: bytes, kind: str) -> None:
    answer = b"HTTP/1.1 " + status + b"\r\nLocation: /post/b\r\nContent-Type: text/html\r\n\r\nx"
    assert [found.capture.kind for found in found_in(file_of(record("response", answer)))] == [kind]


@pytest.mark.parametrize("field", ["WARC-Block-Digest", "WARC-Payload-Digest"])
@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_record_whose_digest_does_not_hold_is_taken_and_marked(field: str, algorithm: str) -> None:
    data = ANSWER if field == "WARC-Block-Digest" else BODY
    right = base64.b32encode(hashlib.new(algorithm, data).digest()).decode().rstrip("=")
    wrong = base64.b32encode(hashlib.new(algorithm, data + b"x").digest()).decode()
    good = record("response", ANSWER, (field, f"{algorithm}:{right}"), ("WARC-Date", "2019-05-02T00:00:00Z"))
    bad = record("response", ANSWER, (field, f"{algorithm}:{wrong}"))
    items = read(file_of(bad, good))
    assert [type(item) for item in items] == [ArchiveTrouble, FoundCapture, FoundCapture], "it is taken, and marked"
    assert isinstance(items[0], ArchiveTrouble)
    assert (items[0].kind, items[0].url) == ("digest-mismatch", URL)


def test_an_unknown_digest_is_no_complaint() -> None:
    assert wrong_in(file_of(record("response", ANSWER, ("WARC-Payload-Digest", "blake9:xx")))) == []


def test_a_record_that_cannot_be_used_is_told_and_the_rest_goes_on() -> None:
    bad_date = record("response", ANSWER, ("WARC-Date", "yesterday"))
    bad_url = record("response", ANSWER, url="http://")
    no_http = record("response", b"SSH-2.0-OpenSSH\r\n", ("WARC-Date", "2019-05-03T00:00:00Z"))
    good = record("response", ANSWER, ("WARC-Date", "2019-05-02T00:00:00Z"))
    items = read(file_of(bad_date, bad_url, no_http, good))
    assert [type(item) for item in items] == [ArchiveTrouble, ArchiveTrouble, ArchiveTrouble, FoundCapture]


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_cut_anywhere_gives_all_whole_records_and_says_where_it_broke(packed: bool) -> None:
    one_by_one = [record("response", ANSWER, ("WARC-Date", f"2019-05-0{day}T00:00:00Z")) for day in (1, 2, 3)]
    pieces = [warc.member(one) if packed else warc.serialised(one) for one in one_by_one]
    data = b"".join(pieces)
    ends = [sum(map(len, pieces[:number])) for number in (0, 1, 2, 3)]
    for cut in range(1, len(data), 37):
        items = read(data[:cut])
        whole = sum(1 for end in ends[1:] if end <= cut)
        found = [item for item in items if isinstance(item, FoundCapture)]
        # The last line break of a record may be missing: its block is whole.
        assert len(found) in (whole, whole + 1)
        if cut not in ends and len(found) == whole:
            (wrong,) = [item for item in items if isinstance(item, ArchiveTrouble)]
            assert wrong.kind == "broken"
            assert f"byte {ends[whole]}" in wrong.message


@pytest.mark.parametrize("packed", [True, False])
def test_damage_in_the_middle_costs_one_record_only(packed: bool) -> None:
    records = [record("response", ANSWER, ("WARC-Date", f"2019-05-0{day}T00:00:00Z")) for day in (1, 2, 3)]
    pieces = [warc.member(one) if packed else warc.serialised(one) for one in records]
    middle = bytearray(pieces[1])
    middle[40 if packed else 3] ^= 0xFF
    found = [item.capture.captured_at for item in found_in(pieces[0] + bytes(middle) + pieces[2])]
    assert found == ["2019-05-01T00:00:00Z", "2019-05-03T00:00:00Z"]
    assert wrong_in(pieces[0] + bytes(middle) + pieces[2])


def test_one_gzip_member_around_the_whole_file_is_read_too() -> None:
    data = gzip.compress(b"".join(warc.serialised(record("response", ANSWER)) for _ in range(3)))
    assert len(found_in(data)) == 3


def test_a_record_too_large_to_hold_is_passed_over_and_the_rest_goes_on() -> None:
    squeeze = zlib.compressobj(1, zlib.DEFLATED, 31)
    length = warc.RECORD_LIMIT_BYTES + 1
    large = squeeze.compress(b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: %d\r\n\r\n" % length)
    for _ in range(length >> 20):
        large += squeeze.compress(bytes(1 << 20))
    large += squeeze.compress(b"x\r\n\r\n") + squeeze.flush()
    items = read(large + file_of(record("response", ANSWER)))
    assert [type(item) for item in items] == [ArchiveTrouble, FoundCapture]
    assert "passed over" in wrong_in(large)[0].message


@pytest.mark.parametrize(
    "header",
    [
        b"WARC/1.1\r\n" + b"A: b\r\n" * 100_000,
        b"WARC/1.1\r\nA: " + b"b" * 1_000_000,
        b"x" * 1_000_000,
        b"\r\n" * 400_000,
    ],
)
def test_a_header_without_end_is_told(header: bytes) -> None:
    good = warc.serialised(record("response", ANSWER))
    items = read(header + b"\r\n" + good)
    assert isinstance(items[-1], FoundCapture)
    assert read(gzip.compress(header))[-1:] in ([], wrong_in(gzip.compress(header))[-1:])


def test_the_head_of_a_request_with_a_body_is_marked_as_cut() -> None:
    head = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    (_, request, _) = outgoing.records_of(kept(live(request_head=head)), {})
    assert request.get("WARC-Truncated") == "length"
    assert found_in(written(kept(live(request_head=head))))[0].capture.request_head == head


def test_padding_and_garbage_behind_the_last_record_lose_nothing() -> None:
    data = file_of(record("response", ANSWER))
    assert len(read(data + b"\0" * 512)) == 1
    assert [type(item) for item in read(data + b"garbage")] == [FoundCapture, ArchiveTrouble]


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_break_the_reader(noise: bytes, place: int, value: int) -> None:
    read(noise)
    read(b"WARC/1.1\r\n" + noise)
    data = bytearray(file_of(record("response", ANSWER), record("request", REQUEST)))
    data[place % len(data)] = value
    read(bytes(data))
    plain = bytearray(warc.serialised(record("response", ANSWER)))
    plain[place % len(plain)] = value
    read(bytes(plain) + noise)


@given(st.binary(max_size=500), st.sampled_from([None, "gzip", "br"]), st.sampled_from([None, "length", "decode"]))
def test_any_body_comes_back(body: bytes, encoding: str | None, truncated: str | None) -> None:
    digest = hashlib.sha256(body).hexdigest() if truncated == "decode" else "00" * 32
    capture = live(body=body, content_encoding=encoding, truncated=truncated, wire_sha256=digest)
    (found,) = found_in(written(kept(capture)), own=True)
    assert found.capture == capture


# -- what recorders write


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("2019", "2019"),
        ("2019-05", "2019-05"),
        ("2019-05-01", "2019-05-01"),
        ("2019-05-01T12:00Z", "2019-05-01T12:00Z"),
        ("2019-05-01T12:00:00.25Z", "2019-05-01T12:00:00.25Z"),
        ("2019-05-01T12:00:00+02:00", "2019-05-01T10:00:00Z"),
        ("2019-05-01T12:00:00", "2019-05-01T12:00:00Z"),
        ("20190501120000", "2019-05-01T12:00:00Z"),
    ],
)
def test_a_date_is_as_precise_as_it_was_written_and_in_utc(date: str, at: str) -> None:
    (found,) = found_in(file_of(record("response", ANSWER, ("WARC-Date", date))))
    assert found.capture.captured_at == at
    assert warc.date(at).startswith(at[:4])
    assert len(warc.date(at)) >= len("2019-05-01T12:00:00Z")


@pytest.mark.parametrize("date", ["2019-13-01", "2019-02-30T00:00:00Z", "yesterday", "", "20191301000000"])
def test_a_date_that_cannot_be_is_told(date: str) -> None:
    assert wrong_in(file_of(record("response", ANSWER, ("WARC-Date", date))))


def test_values_folded_onto_the_next_line_are_read() -> None:
    plain = warc.serialised(record("response", ANSWER))
    folded = re.sub(rb"(WARC-Target-URI|WARC-Type|Content-Length): ", rb"\1:\r\n\t ", plain)
    (found,) = found_in(folded)
    assert found.capture.url == URL


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_digest_in_base64_is_understood(encode: Callable[[bytes], bytes]) -> None:
    said = encode(hashlib.sha1(ANSWER).digest()).decode()
    assert wrong_in(file_of(record("response", ANSWER, ("WARC-Block-Digest", f"sha1:{said}")))) == []


def test_a_record_in_segments_is_put_together_whatever_stands_between() -> None:
    number, origin = "WARC-Segment-Number", "WARC-Segment-Origin-ID"
    first = record("response", ANSWER[:60], (number, "1"))
    last = record("continuation", ANSWER[60:], (origin, first.get("WARC-Record-ID") or ""), (number, "2"),
                  ("WARC-Segment-Total-Length", str(len(ANSWER))))  # fmt: skip
    other = record("response", ANSWER, ("WARC-Date", "2019-06-01T00:00:00Z"))
    whole = [found.capture for found in found_in(file_of(first, other, last))]
    assert [capture.body for capture in whole] == [BODY, BODY]
    assert [type(item) for item in read(file_of(first, other))] == [FoundCapture, ArchiveTrouble], (
        "a segment is missing"
    )


def test_records_that_are_no_pages_are_counted_and_never_an_error() -> None:
    others = [record("resource", b"x", url=url) for url in ("dns:a.example", "urn:pageinfo:x", "urn:y", "screenshot:z")]
    assert read(file_of(*others)) == [PassedOver(schemes={"dns": 1, "urn": 2, "screenshot": 1})]


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, br"])
def test_bodies_in_every_coding_of_recorders_are_read(coding: str) -> None:
    packed = {"br": brotli.compress(BODY), "zstd": zstandard.compress(BODY)}
    entity = packed.get(coding) or brotli.compress(gzip.compress(BODY))
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\n\r\n".encode()
    (found,) = found_in(file_of(record("response", head + entity)))
    assert (found.capture.body, found.capture.truncated) == (BODY, None)


@pytest.mark.parametrize("dictionary", ["none", "plain", "packed"])
def test_files_of_zstd_frames_are_read_and_damage_costs_one_record(dictionary: str) -> None:
    records = [record("response", ANSWER, ("WARC-Date", f"2019-05-{day:02}T00:00:00Z")) for day in range(1, 29)]
    plain = [warc.serialised(one) for one in records]
    known = None if dictionary == "none" else zstandard.ZstdCompressionDict(b"".join(plain[:3]))
    frames = [zstandard.ZstdCompressor(dict_data=known).compress(one) for one in plain]
    front = b""
    if known is not None:
        content = known.as_bytes() if dictionary == "plain" else zstandard.compress(known.as_bytes())
        front = b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content
    data = front + b"".join(frames)
    assert len(found_in(data)) == len(records)
    at = len(front) + sum(map(len, frames[:9])) + 9
    damaged = data[:at] + bytes(8) + data[at + 8 :]
    assert len(found_in(damaged)) == len(records) - 1
    assert wrong_in(damaged)
    assert [item.kind for item in wrong_in(data[:-9])] == ["broken"]


def test_an_arc_file_is_read_as_the_answers_in_it() -> None:
    lines = [
        b"filedesc://x.arc 0.0.0.0 20080101000000 text/plain 20\n1 0 Recorder\nURL IP-\n",
        b"%s 192.0.2.7 20080301101500 text/html %d\n%s\n" % (URL.encode(), len(ANSWER), ANSWER),
    ]
    for data in (b"".join(lines), b"".join(map(gzip.compress, lines))):
        found = list(incoming.captures_of(arc.read(io.BytesIO(data)), lambda _: True))
        (capture,) = [item.capture for item in found if isinstance(item, FoundCapture)]
        assert (capture.url, capture.captured_at, capture.ip, capture.body) == (
            URL, "2008-03-01T10:15:00Z", "192.0.2.7", BODY,
        )  # fmt: skip
    cut = list(incoming.captures_of(arc.read(io.BytesIO(data[:-30])), lambda _: True))
    assert any(isinstance(item, ArchiveTrouble) for item in cut)


def test_a_file_that_says_it_is_ours_is_somebodys_file() -> None:
    for found in found_in(written(*ALL)):
        assert found.own is None
        assert (found.capture.source, found.capture.captured_at_basis, found.capture.url_basis) == (
            "warc",
            "given",
            "warc",
        )


def test_thousands_of_beginnings_of_records_are_looked_through_once() -> None:
    start = time.process_time()
    found = list(warc.read(io.BytesIO(b"WARC/1.1\r\n" * 5000)))
    assert time.process_time() - start < 2.0
    assert all(isinstance(record, warc.Broken) for record in found)


def overlong(number: int, by: int) -> bytes:
    """A record of a block of 30 bytes whose Content-Length is *by* too large."""
    fields = f"WARC/1.0\r\nContent-Type: text/plain\r\nWARC-Record-ID: {number}\r\nContent-Length: {30 + by}\r\n\r\n"
    return fields.encode() + b"%030d\r\n\r\n" % number


@pytest.mark.parametrize("by", [5, 11, 30, 38, 60, 500])
def test_a_content_length_that_reaches_into_later_records_costs_none_of_them(by: int) -> None:
    parts = [overlong(0, by), *(overlong(number, 0) for number in range(1, 9))]
    found = list(warc.read(io.BytesIO(b"".join(parts))))
    records = [one for one in found if isinstance(one, warc.Record)]
    assert [one.block for one in records] == [b"%030d" % number for number in range(9)]
    (broken,) = [one for one in found if isinstance(one, warc.Broken)]
    assert broken.message == (
        f"expected a Content-Length of 32 or less, found {30 + by}, which reaches into the next record; "
        "the block is read up to that, at byte 0"
    )
    assert [one.offset for one in records] == [sum(map(len, parts[:number])) for number in range(9)]


def test_a_whole_record_inside_a_block_of_the_right_length_is_part_of_it() -> None:
    inner = overlong(7, 0)
    outer = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: %d\r\n\r\nx\r\n\r\n%s\r\n\r\n" % (
        len(inner) + 5,
        inner,
    )
    (first, second) = warc.read(io.BytesIO(outer + overlong(8, 0)))
    assert isinstance(first, warc.Record) and first.block == b"x\r\n\r\n" + inner
    assert isinstance(second, warc.Record) and second.block == b"%030d" % 8


def test_bytes_that_wrong_lengths_have_read_twice_stay_in_proportion_to_the_file() -> None:
    source = RecordStream(io.BytesIO(b"x" * 1000))
    source.block(1000, keep=True)
    returned = 0
    while source.put_back(b"x" * 1_000_000):
        source.block(1_000_000, keep=True)
        returned += 1_000_000
    assert returned <= PUT_BACK_BYTES + 1000
