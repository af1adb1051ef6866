"""What went over the wire is what is kept, byte for byte."""

import gzip
import hashlib
import zlib

import pytest

from scraper.fetch import Fetcher


@pytest.fixture
def fetcher(faults, clock):
    faults.on("/robots.txt", faults.page(b"", status="404 None"))
    with Fetcher(
        "a@b.org",
        delay=0,
        now=clock.now,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        named_hosts=frozenset({faults.host}),
    ) as made:
        yield made


def answer(faults, fetcher, data, *, keep=False):
    faults.on("/a", faults.raw(data, keep=keep))
    return fetcher.get(f"{faults.url}/a", kind="post")[-1]


CASES = {
    "odd case, order, repeats and blanks": b"HTTP/1.1 200 Fine  by me\r\nset-COOKIE: a=1\r\nServer:  x  \r\n"
    b"Set-Cookie: b=2\r\nCONTENT-length: 5\r\nX-Empty:\r\n\r\n",
    "folded headers": b"HTTP/1.1 200 OK\r\nX-Folded: one\r\n  two\r\n\tthree\r\nContent-Length: 5\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 5\n\n",
    "no reason phrase": b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n",
    "raw Latin-1": b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.0, ended by closing": b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n",
}


@pytest.mark.parametrize("head", CASES.values(), ids=CASES.keys())
def test_the_head_is_kept_as_it_came(faults, fetcher, head):
    capture = answer(faults, fetcher, head + b"hello")
    assert (capture.head, capture.body, capture.truncated, capture.kind) == (head, b"hello", None, "post")
    assert capture.wire_sha256 == hashlib.sha256(b"hello").hexdigest()
    assert (capture.wire_length, capture.ip, capture.status) == (5, "127.0.0.1", 200)


def test_the_request_head_is_what_the_server_saw(faults, fetcher):
    capture = answer(faults, fetcher, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert capture.request_head == faults.log[-1].head
    assert faults.log[-1].headers["accept-encoding"] == "gzip, deflate"
    assert capture.body == b""


def test_interim_heads_are_dropped(faults, fetcher):
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    assert answer(faults, fetcher, hints + head + b"hello").head == head


def test_chunks_extensions_and_trailer_are_no_part_of_the_entity(faults, fetcher):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
    body = b"3;name=value\r\nhel\r\n2\r\nlo\r\n0\r\nX-Sum: 1\r\n\r\n"
    capture = answer(faults, fetcher, head + body, keep=True)
    assert (capture.head, capture.body, capture.wire_length) == (head, b"hello", 5)
    fetcher.get(f"{faults.url}/a")
    assert faults.connections == 1


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body, wbits=-15)),
        ("gzip", lambda body: gzip.compress(body[:100]) + gzip.compress(body[100:])),
        ("gzip", lambda body: gzip.compress(body) + b"\0\0\0 garbage"),
        ("identity", bytes),
    ],
    ids=["gzip", "x-gzip", "zlib", "raw deflate", "two members", "garbage behind", "identity"],
)
def test_the_body_is_decoded_and_the_entity_witnessed(faults, fetcher, encoding, encode):
    body = b"All human beings are born free and equal in dignity and rights. " * 50
    entity = encode(body)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(entity)}\r\n\r\n".encode()
    capture = answer(faults, fetcher, head + entity)
    assert (capture.body, capture.truncated) == (body, None)
    assert (capture.wire_length, capture.wire_sha256) == (len(entity), hashlib.sha256(entity).hexdigest())
    assert capture.content_encoding == encoding.lower()


def test_bytes_behind_the_message_are_left_and_never_taken_for_the_next_answer(faults, fetcher):
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    faults.on("/a", faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" + forged, keep=True))
    faults.on("/b", faults.page(b"right"))
    assert fetcher.get(f"{faults.url}/a")[-1].body == b"hello"
    assert fetcher.get(f"{faults.url}/b")[-1].body == b"right"


def test_nor_are_those_that_come_later(faults, fetcher):
    faults.on("/a", faults.raw(b"HTTP/1.1 204 No\r\n\r\n", keep=True))
    faults.on("/b", faults.page(b"right"))
    assert fetcher.get(f"{faults.url}/a")[-1].body is None
    late = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    for sock in faults._open:
        if sock.fileno() >= 0:
            sock.sendall(late)
    assert fetcher.get(f"{faults.url}/b")[-1].body == b"right"


def test_a_kept_connection_that_died_costs_no_failure(faults, fetcher, clock):
    faults.on("/a", faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", keep=True))
    faults.on("/b", faults.drop, faults.page(b"right"))
    fetcher.get(f"{faults.url}/a")
    assert [c.body for c in fetcher.get(f"{faults.url}/b")] == [b"right"]
    assert clock.seconds == 0


def test_media_type_and_body_of_odd_answers(faults, fetcher):
    capture = answer(
        faults, fetcher, b"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML ;charset=x\r\nContent-Length: 0\r\n\r\n"
    )
    assert capture.media_type == "text/html"
    capture = answer(faults, fetcher, b"HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnone")
    assert (capture.kind, capture.body, capture.media_type) == ("missing", b"none", None)
    capture = answer(faults, fetcher, b"HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nstop")
    assert (capture.kind, capture.body) == ("other", b"stop")


def test_a_redirect_keeps_its_body_if_it_has_one(faults, fetcher):
    faults.on("/a", faults.page(b"moved", status="301 Moved", headers=["Location: /b"]))
    hop, last = fetcher.get(f"{faults.url}/a")[1:]
    assert (hop.kind, hop.body, hop.redirected_to) == ("redirect", b"moved", f"{faults.url}/b")
    assert (last.url, last.kind) == (f"{faults.url}/b", "missing")


def test_no_cookie_is_ever_sent_back(faults, fetcher):
    faults.on("*", faults.page(headers=["Set-Cookie: a=1; Path=/"]))
    fetcher.get(f"{faults.url}/a")
    fetcher.get(f"{faults.url}/b")
    assert all("cookie" not in seen.headers for seen in faults.log)


def test_the_log_has_one_line_a_request(faults, clock):
    lines = []
    faults.on("/robots.txt", faults.page(status="404 None", headers=["Connection: close"], keep=False))
    faults.on("/a", faults.drop, faults.redirect("/b"))
    faults.on("/b", faults.page(b"hello", zipped=True))
    timed = {"now": clock.now, "monotonic": clock.monotonic, "sleep": clock.sleep}
    with Fetcher(named_hosts=frozenset({faults.host}), on_request=lines.append, **timed) as fetcher:
        fetcher.get(f"{faults.url}/a", kind="post")
        assert fetcher.requests == len(lines) == len(faults.log)
    seen = [(line.url.removeprefix(faults.url), line.kind, line.attempt, line.status, line.waited) for line in lines]
    assert seen == [
        ("/robots.txt", "robots", 1, 404, 0.0),
        ("/a", "post", 1, None, 1.0),
        ("/a", "post", 2, 302, 1.0),
        ("/b", "post", 1, 200, 1.0),
    ]
    assert lines[-1].wire_length == len(gzip.compress(b"hello"))
    assert "cut" in lines[1].problem
