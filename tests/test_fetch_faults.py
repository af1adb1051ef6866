"""Servers that break, lie, drip, loop and bomb: no traceback, no page invented, nothing that came is lost."""

import contextlib
import gzip
import os
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib

import pytest

from scraper.errors import FetchFailed, Interrupted, RateLimited, RobotsUnavailable
from scraper.fetch import AheadFetcher, Fetcher, Limits, Standing, Validators
from scraper.records import Capture
from scraper.runs import Interrupts


def made(faults, clock, **more):
    faults.on("/robots.txt", faults.page(b"", status="404 None"))
    given = {"delay": 0, "now": clock.now, "monotonic": clock.monotonic, "sleep": clock.sleep, **more}
    return Fetcher("a@b.org", named_hosts=given.pop("named_hosts", frozenset({faults.host})), **given)


@pytest.fixture
def fetcher(faults, clock):
    with made(faults, clock) as fetcher:
        yield fetcher


def failure(fetcher, url, **more):
    with pytest.raises(FetchFailed) as caught:
        fetcher.get(url, kind="post", **more)
    message = str(caught.value)
    assert message.startswith(f"{url}: ")
    assert "\n" not in message
    return caught.value


# Connections


def test_connection_reset_is_tried_three_times_with_growing_pauses(faults, fetcher):
    faults.on("/a", faults.reset)
    assert "cut" in str(failure(fetcher, f"{faults.url}/a"))
    # The first try went over a kept connection, so it was repeated at once.
    assert faults.paths == ["/robots.txt"] + ["/a"] * 4
    assert faults.gaps == [0.0, 0.0, 1.0, 2.0]


def test_a_reset_that_passes_is_no_failure(faults, fetcher):
    faults.on("/a", faults.reset, faults.reset, faults.page(b"hello"))
    assert fetcher.get(f"{faults.url}/a")[-1].body == b"hello"


def test_nobody_listens(faults, fetcher):
    fetcher.get(f"{faults.url}/a")
    faults.close()
    assert "check the address and that the server runs" in str(failure(fetcher, f"{faults.url}/b"))


def test_a_name_that_nobody_knows(clock):
    fetcher = Fetcher("a@b.org", sleep=clock.sleep, monotonic=clock.monotonic)
    with fetcher, pytest.raises(RobotsUnavailable, match=r"http://nobody\.invalid/robots\.txt: .*name is unknown"):
        fetcher.get("http://nobody.invalid/a")


def test_tls_where_there_is_none(faults, clock):
    faults.greeting = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    with made(faults, clock) as fetcher, pytest.raises(RobotsUnavailable, match="no trusted connection"):
        fetcher.get(f"https://{faults.host}/a")
    assert faults.connections == 1, "another try would not mend it"


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes its certificate with openssl")
@pytest.mark.slow
def test_a_certificate_that_nobody_vouches_for(tmp_path, clock):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    subprocess.run([*command.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def shake():
            with contextlib.suppress(OSError), context.wrap_socket(listener.accept()[0], server_side=True):
                pass

        threading.Thread(target=shake, daemon=True).start()
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        fetcher = Fetcher(named_hosts=frozenset({host}), sleep=clock.sleep)
        with fetcher, pytest.raises(RobotsUnavailable, match=r"CERTIFICATE_VERIFY_FAILED.*check the certificate"):
            fetcher.get(f"https://{host}/a")


def test_slow_drip_is_left_when_its_time_is_over_and_kept_as_it_was(faults, clock):
    faults.on("/a", faults.drip())
    limits = Limits(page_seconds=0.3, tries=2)
    began = time.monotonic()
    with made(faults, clock, limits=limits) as fetcher:
        error = failure(fetcher, f"{faults.url}/a")
    assert time.monotonic() - began < 30, "the server would have gone on for half an hour"
    assert [(c.kind, c.status, c.truncated) for c in error.captures[1:]] == [("other", 200, "time")] * 2
    assert error.captures[-1].body.startswith(b"..")


def test_a_head_that_drips_is_left_too(faults, clock):
    faults.on("/a", faults.drip(b"HTTP/1.1 200 OK\r\nX: "))
    with made(faults, clock, limits=Limits(page_seconds=0.2, tries=1)) as fetcher:
        assert "time limit" in str(failure(fetcher, f"{faults.url}/a"))


def test_silence_is_left(faults, clock):
    faults.on("/a", faults.hang)
    with made(faults, clock, limits=Limits(read_seconds=0.2, tries=1)) as fetcher:
        assert "time limit" in str(failure(fetcher, f"{faults.url}/a"))


# Bodies


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n<p>half",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<p>half\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<p>half\r\nZZ\r\n",
    ],
    ids=["wrong Content-Length", "half a body", "broken chunks"],
)
def test_half_a_body_is_kept_but_is_no_post_and_is_asked_for_again(faults, fetcher, answer):
    faults.on("/a", faults.raw(answer), faults.page(b"<p>half and half"))
    _, half, whole = fetcher.get(f"{faults.url}/a", kind="post")
    assert (half.kind, half.truncated, half.body) == ("other", "disconnect", b"<p>half")
    assert (whole.kind, whole.truncated, whole.body) == ("post", None, b"<p>half and half")


def test_half_a_gzipped_body_keeps_what_could_be_read(faults, fetcher):
    entity = gzip.compress(bytes(range(256)) * 40)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(entity)}\r\n\r\n".encode()
    faults.on("/a", faults.raw(head + entity[:-20]), faults.page())
    half = fetcher.get(f"{faults.url}/a")[1]
    assert half.truncated == "disconnect"
    assert (bytes(range(256)) * 40).startswith(half.body)


def test_a_content_length_that_is_too_small_ends_the_body_there(faults, fetcher):
    faults.on("/a", faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhello", keep=True))
    assert fetcher.get(f"{faults.url}/a")[-1].body == b"hell"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_bad_gzip_is_kept_as_it_came(faults, fetcher, encoding):
    faults.on("/a", faults.page(b"<p>not compressed", headers=[f"Content-Encoding: {encoding}"]))
    capture = fetcher.get(f"{faults.url}/a", kind="post")[-1]
    assert (capture.body, capture.truncated, capture.kind) == (b"<p>not compressed", "decode", "other")


def test_gzip_without_its_end_is_kept_as_it_came(faults, fetcher):
    entity = gzip.compress(b"hello" * 100)[:-9]
    faults.on("/a", faults.page(entity, headers=["Content-Encoding: gzip"]))
    capture = fetcher.get(f"{faults.url}/a")[-1]
    assert (capture.body, capture.truncated) == (entity, "decode")


def bomb(megabytes):
    """Gzip of zeros: about a thousand times as many come out."""
    squeeze = zlib.compressobj(9, wbits=31)
    block, out = bytes(1_000_000), []
    length = 0
    while length < megabytes * 1_000_000:
        out.append(squeeze.compress(block))
        length += len(out[-1])
    return b"".join([*out, squeeze.flush()])


def test_a_gzip_bomb_does_not_grow_memory(faults, clock):
    faults.on("/a", faults.page(bomb(0.3), headers=["Content-Encoding: gzip"]))
    with made(faults, clock, limits=Limits(page_bytes=2_000_000)) as fetcher:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        capture = fetcher.get(f"{faults.url}/a", kind="post")[-1]
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (len(capture.body), capture.truncated, capture.kind) == (2_000_000, "length", "other")
    assert capture.wire_length < 200_000
    assert grown < 20_000, "kilobytes; the bomb holds 300 megabytes"


def test_a_page_without_end_is_cut_at_the_limit(faults, clock):
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000
    faults.on("/a", faults.raw(endless))
    with made(faults, clock, limits=Limits(page_bytes=1_000_000)) as fetcher:
        capture = fetcher.get(f"{faults.url}/a", kind="post")[-1]
        assert fetcher.get(f"{faults.url}/a", kind="sitemap")[-1].truncated is None
    assert (len(capture.body), capture.wire_length, capture.truncated) == (1_000_000, 1_000_000, "length")


def test_a_head_without_end_is_refused(faults, fetcher):
    faults.on("/a", faults.raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000))
    assert "not HTTP" in str(failure(fetcher, f"{faults.url}/a"))


@pytest.mark.parametrize("answer", [b"220 mail.example ready", b"HTTP/1.1 200 OK\r\n" + b"\x1b[31m" * 9999])
def test_what_is_not_http_is_said_so_in_few_words(faults, fetcher, answer):
    faults.on("/a", faults.raw(answer + b"\r\n\r\n"))
    message = str(failure(fetcher, f"{faults.url}/a"))
    assert "not HTTP" in message
    assert len(message) < 400
    assert message.isprintable()


@pytest.mark.parametrize(
    ("body", "charset"),
    [(b"caf\xe9 \xff\xfe", "utf-8"), (b"a\0b\0\0c", "utf-16"), (b"\0" * 1000, "no-such-charset")],
    ids=["wrong charset", "NUL bytes", "nothing but NUL"],
)
def test_bytes_are_kept_whatever_they_are_called(faults, fetcher, body, charset):
    faults.on("/a", faults.page(body, headers=[f"Content-Type: text/html; charset={charset}"]))
    capture = fetcher.get(f"{faults.url}/a", kind="post")[-1]
    assert (capture.body, capture.media_type, capture.kind) == (body, "text/html", "post")


# Statuses


def test_304_unasked_is_a_failure_and_never_an_empty_page(faults, fetcher):
    faults.on("/a", faults.page(b"", status="304 Not Modified"))
    error = failure(fetcher, f"{faults.url}/a")
    assert "304" in str(error)
    assert {c.kind for c in error.captures[1:]} == {"other"}


def test_304_for_another_copy_than_ours_is_asked_again_without_conditions(faults, fetcher):
    """RFC 9111, 4.3.4: one whose strong ETag differs from ours updates nothing."""
    faults.on("/a", faults.page(b"", status="304 Not Modified", headers=['ETag: "2"']), faults.page(b"new"))
    captures = fetcher.get(f"{faults.url}/a", kind="post", validators=Validators(etag='"1"', capture_id=5))
    assert [(c.status, c.not_modified_of) for c in captures[1:]] == [(304, None), (200, None)]
    assert "if-none-match" not in faults.log[-1].headers


def test_validators_are_not_sent_on_to_where_a_redirect_leads(faults, fetcher):
    faults.on("/a", faults.redirect("/b"))
    faults.on("/b", faults.page())
    fetcher.get(f"{faults.url}/a", validators=Validators(etag='"1"'))
    assert "if-none-match" in faults.log[-2].headers
    assert "if-none-match" not in faults.log[-1].headers


def test_a_500_is_tried_three_times_and_then_is_the_answer(faults, fetcher):
    faults.on("/a", faults.page(b"oops", status="500 Oops"))
    captures = fetcher.get(f"{faults.url}/a", kind="post")
    assert [(c.status, c.kind) for c in captures[1:]] == [(500, "other")] * 3
    assert faults.gaps == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("status", ["404 None", "410 Gone", "403 No", "400 Bad", "501 What"])
def test_other_errors_are_not_tried_again(faults, fetcher, status):
    faults.on("/a", faults.page(status=status))
    assert fetcher.get(f"{faults.url}/a")[-1].status == int(status[:3])
    assert faults.paths == ["/robots.txt", "/a"]


def test_a_500_storm_ends_the_run_after_ten_addresses(faults, fetcher):
    faults.on("*", faults.page(status="500 Oops"))
    for number in range(9):
        fetcher.get(f"{faults.url}/{number}")
    with pytest.raises(Interrupted, match="10 addresses in a row failed") as caught:
        fetcher.get(f"{faults.url}/9")
    assert [c.status for c in caught.value.captures] == [500] * 3


def test_failures_of_all_kinds_count_and_one_answer_ends_the_row(faults, fetcher):
    faults.on("/dead", faults.drop)
    faults.on("/walled", faults.page(status="403 No"))
    for _ in range(3):
        for _ in range(3):
            fetcher.get(f"{faults.url}/walled")
            failure(fetcher, f"{faults.url}/dead")
        fetcher.get(f"{faults.url}/missing")
    for _ in range(9):
        fetcher.get(f"{faults.url}/walled")
    with pytest.raises(Interrupted):
        fetcher.get(f"{faults.url}/dead")


# Retry-After


@pytest.mark.parametrize("status", ["429 Slow", "503 Busy"])
def test_every_request_to_that_host_waits(faults, fetcher, status):
    """Also the next page's, when the tries for this one are used up, and those for files."""
    faults.on("/a", faults.page(status=status, headers=["Retry-After: 100"]))
    faults.on("/b", faults.page())
    if status == "429 Slow":
        with pytest.raises(RateLimited, match="still status 429"):
            fetcher.get(f"{faults.url}/a")
    else:
        assert fetcher.get(f"{faults.url}/a")[-1].status == 503
    fetcher.get(f"{faults.url}/b", kind="file")
    assert faults.gaps == [0.0, 100.0, 100.0, 100.0, 100.0]


def test_of_several_times_the_longest_is_waited_for(faults, fetcher):
    faults.on("/a", faults.page(status="503 Busy", headers=["Retry-After: 5", "Retry-After: 90"]), faults.page())
    assert fetcher.get(f"{faults.url}/a")[-1].status == 200
    assert faults.gaps == [0.0, 90.0]


@pytest.mark.parametrize(
    "header",
    ["Retry-After: 601", "Retry-After: 99999999999999999999", "Retry-After: Tue, 03 Feb 2026 05:05:06 GMT"],
)
@pytest.mark.parametrize("status", ["429 Slow", "503 Busy", "302 Found"])
def test_beyond_the_limit_the_run_ends_at_once(faults, fetcher, status, header):
    faults.on("/a", faults.page(status=status, headers=[header, "Location: /b"]))
    with pytest.raises(RateLimited, match=r"run again later to resume") as caught:
        fetcher.get(f"{faults.url}/a")
    assert caught.value.captures[-1].status == int(status[:3])
    assert faults.paths == ["/robots.txt", "/a"]


@pytest.mark.parametrize(
    "header",
    ["Retry-After: 0", "Retry-After: -5", "Retry-After: soon", "Retry-After: Tue, 03 Feb 2026 04:05:06 GMT", "X: y"],
)
def test_zero_negative_past_or_nothing_means_our_own_pause(faults, fetcher, header):
    faults.on("/a", *[faults.page(status="429 Slow", headers=[header])] * 2, faults.page())
    assert fetcher.get(f"{faults.url}/a")[-1].status == 200
    assert faults.gaps == [0.0, 2.0, 4.0]


def test_a_redirect_can_ask_to_wait_too(faults, fetcher):
    faults.on("/a", faults.redirect("/b", "Retry-After: 7"))
    fetcher.get(f"{faults.url}/a")
    assert faults.gaps == [0.0, 7.0]


# Redirects and hosts


def test_a_redirect_to_another_host_is_kept_and_not_followed(faults, other_faults, clock):
    faults.on("/a", faults.redirect(f"{other_faults.url}/b"))
    with made(faults, clock, named_hosts=frozenset({faults.host, other_faults.host})) as fetcher:
        last = fetcher.get(f"{faults.url}/a", kind="post")[-1]
        assert (last.kind, last.status, last.redirected_to) == ("redirect", 302, f"{other_faults.url}/b")
        assert other_faults.connections == 0
        both = frozenset({faults.host, other_faults.host})
        assert fetcher.get(f"{faults.url}/a", kind="post", hosts=both)[-1].url == f"{other_faults.url}/b"
    assert other_faults.paths == ["/robots.txt", "/b"]


@pytest.mark.parametrize("to", ["/a", "/b", "#top"])
def test_a_redirect_loop_is_named(faults, fetcher, to):
    faults.on("/a", faults.redirect(to))
    faults.on("/b", faults.redirect("/a"))
    with pytest.raises(FetchFailed, match="in a circle") as caught:
        fetcher.get(f"{faults.url}/a")
    assert {c.kind for c in caught.value.captures[1:]} == {"redirect"}


def test_a_redirect_loop_that_counts_its_tries_is_named_after_three(faults, fetcher):
    for number in range(9):
        faults.on(f"/a?try={number}" if number else "/a", faults.redirect(f"/a?try={number + 1}"))
    with pytest.raises(FetchFailed, match="in a circle") as caught:
        fetcher.get(f"{faults.url}/a")
    assert [c.kind for c in caught.value.captures[1:]] == ["redirect"] * 3


def test_redirects_have_a_limit(faults, fetcher):
    for number in range(20):
        faults.on(f"/{number}", faults.redirect(f"/{number + 1}"))
    with pytest.raises(FetchFailed, match="more than 10 redirects") as caught:
        fetcher.get(f"{faults.url}/0")
    assert len(caught.value.captures) == 12


@pytest.mark.parametrize("to", ["mailto:a@b.org", "http://[", "http://a:99999999/", "javascript:1", "  "])
def test_a_redirect_to_nowhere_is_the_answer(faults, fetcher, to):
    faults.on("/a", faults.redirect(to))
    last = fetcher.get(f"{faults.url}/a", kind="post")[-1]
    assert (last.kind, last.redirected_to) == ("other", None)


def test_a_public_name_for_a_private_machine_gains_nothing(faults, clock):
    """`localhost` was not named by the user: only 127.0.0.1 was."""
    faults.on("/a", faults.redirect(f"http://localhost:{faults.port}/secret"))
    hosts = frozenset({faults.host, f"localhost:{faults.port}"})
    with made(faults, clock) as fetcher, pytest.raises(Exception, match="not on the public internet") as caught:
        fetcher.get(f"{faults.url}/a", hosts=hosts)
    assert caught.value.captures[-1].kind == "redirect"
    assert faults.paths == ["/robots.txt", "/a"]


def test_the_environment_is_not_asked_for_a_proxy(faults):
    faults.on("/robots.txt", faults.page(b""))
    faults.on("/a", faults.page())
    code = (
        "from scraper.fetch import Fetcher\n"
        f"with Fetcher(named_hosts=frozenset({{{faults.host!r}}}), delay=0) as fetcher:\n"
        f"    print(fetcher.get({faults.url + '/a'!r})[-1].status)"
    )
    nowhere = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | nowhere, capture_output=True, check=True)
    assert done.stdout == b"200\n"


def test_a_sleep_that_raises_stops_the_run_between_two_requests(faults, clock):
    def sleep(seconds):
        raise Interrupted("a signal")

    faults.on("/a", faults.page(b""))
    with made(faults, clock, sleep=sleep, delay=1) as fetcher, pytest.raises(Interrupted) as caught:
        fetcher.get(f"{faults.url}/a")
    assert [c.kind for c in caught.value.captures] == ["robots"]


def asked_ahead(faults, *paths, check=lambda: None):
    for path in paths:
        faults.on(path, faults.page(path.encode()))
    return AheadFetcher("a@b.org", check=check, delay=0, named_hosts=frozenset({faults.host}), sleep=lambda _: None)


def test_what_is_asked_for_ahead_is_asked_once_and_begun_with_at_once(faults):
    came = threading.Event()

    def arrived(capture: Capture) -> str:
        came.set()
        return f"begun {capture.body!r}"

    with asked_ahead(faults, "/one", "/two") as fetcher:
        fetcher.get(faults.url + "/one", kind="post")
        fetcher.ahead(faults.url + "/two", kind="post", arrived=arrived)
        assert came.wait(10), "nobody has asked for it yet"
        (answer,) = fetcher.get(faults.url + "/two", kind="post")
        assert (answer.body, fetcher.begun(answer)) == (b"/two", "begun b'/two'")
        (again,) = fetcher.get(faults.url + "/two", kind="post")
        assert fetcher.begun(again) is None
    assert faults.paths == ["/robots.txt", "/one", "/two", "/two"]


def test_another_question_waits_until_what_was_asked_for_ahead_is_there(faults):
    with asked_ahead(faults, "/one", "/two") as fetcher:
        fetcher.ahead(faults.url + "/two", kind="post", arrived=lambda _: None)
        assert fetcher.get(faults.url + "/one", kind="post")[-1].body == b"/one"
        assert fetcher.get(faults.url + "/two", kind="post")[-1].body == b"/two"
    assert faults.paths == ["/robots.txt", "/two", "/one"]


def test_a_fault_in_fetching_ahead_is_raised_where_it_is_asked_for(faults):
    with asked_ahead(faults, "/one") as fetcher:
        faults.on("/none", faults.reset)
        fetcher.ahead(faults.url + "/none", kind="post", arrived=lambda _: None)
        with pytest.raises(FetchFailed):
            fetcher.get(faults.url + "/none", kind="post")


def test_two_that_are_asked_for_ahead_come_in_their_order_and_are_taken_in_any(faults):
    with asked_ahead(faults, "/one", "/two") as fetcher:
        for path in ("/one", "/two"):
            fetcher.ahead(faults.url + path, kind="post", arrived=lambda capture: capture.body)
        for path in ("/two", "/one"):
            answer = fetcher.get(faults.url + path, kind="post")[-1]
            assert fetcher.begun(answer) == path.encode()
    assert faults.paths == ["/robots.txt", "/one", "/two"]


def test_behind_a_question_that_failed_none_is_asked_before_it_is_wanted(faults):
    with asked_ahead(faults, "/two") as fetcher:
        faults.on("/none", faults.reset)
        for path in ("/none", "/two"):
            fetcher.ahead(faults.url + path, kind="post", arrived=lambda _: None)
        with pytest.raises(FetchFailed):
            fetcher.get(faults.url + "/none", kind="post")
        assert "/two" not in faults.paths
        assert fetcher.get(faults.url + "/two", kind="post")[-1].body == b"/two"


class Door:
    """Answers that wait until the door is opened."""

    def __init__(self, faults):
        self.opened = threading.Event()
        self.reached = threading.Event()
        faults.on("/slow", self.answer)
        self._then = faults.page(b"/slow")

    def answer(self, request):
        self.reached.set()
        assert self.opened.wait(10)
        return self._then(request)


def test_what_was_called_off_before_its_turn_is_asked_when_it_is_wanted_and_not_before(faults):
    with asked_ahead(faults, "/one", "/two", "/three") as fetcher:
        door = Door(faults)
        for path in ("/slow", "/one", "/two"):
            fetcher.ahead(faults.url + path, kind="post", arrived=lambda _: None)
        assert door.reached.wait(10)
        standing = [fetcher.standing(faults.url + path, kind="post") for path in ("/slow", "/one")]
        assert standing == [Standing.BEGUN, Standing.NOT_BEGUN]
        fetcher.call_off()
        door.opened.set()
        assert fetcher.get(faults.url + "/three", kind="post")[-1].body == b"/three"
        assert fetcher.get(faults.url + "/slow", kind="post")[-1].body == b"/slow", "what had begun is not asked again"
        assert fetcher.get(faults.url + "/one", kind="post")[-1].body == b"/one"
    assert faults.paths == ["/robots.txt", "/slow", "/three", "/one"]


def test_a_question_is_asked_ahead_once(faults):
    with asked_ahead(faults, "/one") as fetcher:
        for _ in range(2):
            fetcher.ahead(faults.url + "/one", kind="post", arrived=lambda _: None)
        fetcher.get(faults.url + "/one", kind="post")
        fetcher.get(faults.url + "/none", kind="post")
    assert faults.paths == ["/robots.txt", "/one", "/none"]


def test_behind_a_refusal_none_is_asked_before_it_is_wanted(faults):
    with asked_ahead(faults, "/two", "/three") as fetcher:
        faults.on("/one", faults.page(b"no", status="403 Forbidden"))
        for path in ("/one", "/two", "/three"):
            fetcher.ahead(faults.url + path, kind="post", arrived=lambda _: None)
        assert fetcher.get(faults.url + "/one", kind="post")[-1].status == 403
        assert fetcher.get(faults.url + "/three", kind="post")[-1].body == b"/three"
    assert faults.paths == ["/robots.txt", "/one", "/three"]


def test_behind_a_question_that_failed_it_goes_on_ahead_again(faults):
    with asked_ahead(faults, "/one", "/two", "/three") as fetcher:
        faults.on("/none", faults.reset)
        for path in ("/none", "/one", "/two"):
            fetcher.ahead(faults.url + path, kind="post", arrived=lambda _: None)
        with pytest.raises(FetchFailed):
            fetcher.get(faults.url + "/none", kind="post")
        came = threading.Event()
        fetcher.ahead(faults.url + "/three", kind="post", arrived=lambda _: came.set())
        assert came.wait(10)
    assert "/one" not in faults.paths


def test_once_a_run_was_asked_to_stop_nothing_more_is_asked_ahead(faults):
    stop = Interrupts()
    with asked_ahead(faults, "/one", check=stop.check) as fetcher:
        door = Door(faults)
        for path in ("/slow", "/one"):
            fetcher.ahead(faults.url + path, kind="post", arrived=lambda _: None)
        assert door.reached.wait(10)
        stop.ask()
        door.opened.set()
        assert fetcher.get(faults.url + "/slow", kind="post")[-1].body == b"/slow", "what had begun is kept"
        assert fetcher.standing(faults.url + "/one", kind="post") is Standing.NOT_BEGUN
    assert faults.paths == ["/robots.txt", "/slow"]


def test_answers_that_are_there_before_they_are_wanted_are_counted_until_one_is_waited_for(faults):
    with asked_ahead(faults, "/one", "/two", "/late") as fetcher:
        for path in ("/one", "/two"):
            came = threading.Event()
            fetcher.ahead(faults.url + path, kind="post", arrived=lambda _, came=came: came.set())
            assert came.wait(10)
            fetcher.get(faults.url + "/late", kind="post")  # asked for behind it: then the one before is done
            fetcher.get(faults.url + path, kind="post")
        assert fetcher.early == 2
        fetcher.ahead(faults.url + "/one", kind="post", arrived=lambda _: time.sleep(0.1))
        fetcher.get(faults.url + "/one", kind="post")
        assert fetcher.early == 0
