"""The fetcher's parts by themselves: addresses, entities, Retry-After."""

import gzip
import hashlib
import threading
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import urls
from scraper.dates import utc
from scraper.errors import FetchFailed, RateLimited, RobotsUnavailable
from scraper.fetch import Fetcher, racing, sockets
from scraper.fetch.addresses import address, host_of, is_loopback, is_public, machines, name_of, origin_of
from scraper.fetch.body_decoder import Entity
from scraper.fetch.throttle import LONGEST_AWAY, Throttle, retry_after
from scraper.records import Pace

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


# Addresses


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("https://www.example.org/post/who-we-are", "https://www.example.org/post/who-we-are"),
        ("HTTPS://WWW.Example.ORG:443", "https://www.example.org/"),
        ("http://example.org:8080?a=1", "http://example.org:8080/?a=1"),
        # Wix writes raw letters and blanks into its sitemaps.
        ("https://example.org/post/café à la carte", "https://example.org/post/caf%C3%A9%20%C3%A0%20la%20carte"),
        ("https://example.org/post/derechos-ниже?tag=é", None),
        ("https://example.org/post/caf%c3%a9", "https://example.org/post/caf%c3%a9"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("http://user:secret@example.org/a#part", "http://example.org/a"),
        ("http://[::1]:8001/a", "http://[::1]:8001/a"),
        ("http://my_blog.wixsite.com/site", "http://my_blog.wixsite.com/site"),
        (" https://example.org/a ", "https://example.org/a"),
    ],
)
def test_an_address_is_asked_in_its_wire_form(given, asked):
    if asked is None:
        assert address(given).isascii()
    else:
        assert address(given) == asked
    assert address(address(given)) == address(given)


@pytest.mark.parametrize(
    "given",
    ["", "post/a", "/post/a", "ftp://example.org/a", "file:///etc/passwd", "javascript:alert(1)", "mailto:a@b.org",
     "http://", "http://a b/", "http://[::1/", "http://exa\nmple.org/", "https://example.org:99999/", "data:,x",
     "http://" + "a" * 64 + ".example/", "http://" + ".".join(["a" * 60] * 5) + "/", "http://xn--/",
     "http://xn--zzzzzzzz999.example/", "http://xn--n3h.example/"],
)  # fmt: skip
def test_what_is_no_web_address_is_said_so(given):
    with pytest.raises(FetchFailed, match="expected"):
        address(given)


@given(st.text(alphabet="aZ0é中 %41%2f%C3%A9/.?&=#:@!$'()*+,;[]{}|\\^`\"<>~-_", max_size=30))
def test_normalised_addresses_are_asked_as_they_are(tail):
    """What the archive calls a page and what was asked for it are the same string."""
    normal = urls.normalise("https://www.example.org/" + tail)
    assert not normal or address(normal) == normal


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_an_address_or_a_clear_refusal(text, base_tail):
    for given_text, base in ((text, None), (text, f"https://example.org/{base_tail}")):
        try:
            found = address(given_text, base)
        except FetchFailed:
            continue
        assert found.isascii()
        assert host_of(found)
        assert origin_of(found).startswith("http")
        assert "@" not in found.split("/")[2]


@pytest.mark.parametrize(
    ("ip", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("127.8.9.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b:1::a9fe:a9fe", False),
        ("::ffff:0:a9fe:a9fe", False),
        ("::a9fe:a9fe", False),
        ("fec0::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
    ],
)
def test_only_the_public_internet_is_public(ip, public):
    assert is_public(ip) is public


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f000001", "127.1", "localhost"])
def test_a_loopback_address_is_found_behind_any_spelling(spelling, faults, clock):
    assert {is_public(ip) for ip in machines(spelling, 80)} == {False}
    fetcher = Fetcher("a@b.org", sleep=clock.sleep, monotonic=clock.monotonic)
    with fetcher, pytest.raises(RobotsUnavailable, match="not on the public internet"):
        fetcher.get(f"http://{spelling}:{faults.port}/a")
    assert faults.connections == 0


@pytest.mark.parametrize(
    ("name", "is_this_machine"),
    [("localhost", True), ("blog.localhost", True), ("127.0.0.9", True), ("[::1]", True), ("::1", True),
     ("example.org", False), ("localhost.example.org", False), ("10.0.0.1", False), ("192.168.0.1", False)],
)  # fmt: skip
def test_which_names_are_this_machine(name, is_this_machine):
    assert is_loopback(name) is is_this_machine


# Entities


def pieces(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)] or [b""]


ENCODERS = {
    None: bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": lambda body: zlib.compress(body, wbits=-15),
    "GZIP": lambda body: gzip.compress(body[:7]) + gzip.compress(body[7:]),
}


@given(st.sampled_from(list(ENCODERS)), st.binary(max_size=3000), st.integers(1, 500))
def test_whatever_was_encoded_comes_out_however_it_is_cut(encoding, body, size):
    sent = ENCODERS[encoding](body)
    entity = Entity(encoding, 10_000)
    assert all(entity.feed(piece) for piece in pieces(sent, size))
    assert (entity.close(), entity.truncated) == (body, None)
    assert (entity.wire_length, entity.wire_sha256) == (len(sent), hashlib.sha256(sent).hexdigest())


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "Deflate"])
@pytest.mark.parametrize("size", [1, 7, 500, 65536])
def test_what_shrinks_to_nearly_nothing_comes_out_whole(encoding, size):
    """Decoded in steps of a megabyte: at a step's end the input may be used up and the output not."""
    for length in (2**20 - 1, 2**20, 2**20 + 1, 2**20 + 200, 2**21, 2**21 + 258):
        entity = Entity(encoding, 10**7)
        assert all(entity.feed(piece) for piece in pieces(ENCODERS[encoding](bytes(length)), size))
        assert (len(entity.close()), entity.truncated) == (length, None)


@given(st.sampled_from([None, "gzip", "deflate", "br", "gzip, gzip"]), st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_are_a_body(encoding, sent, size):
    entity = Entity(encoding, 200)
    for piece in pieces(sent, size):
        if not entity.feed(piece):
            break
    body = entity.close()
    assert len(body) <= 200
    assert entity.truncated in (None, "length", "decode")
    assert entity.wire_length <= 200
    if entity.truncated == "decode":
        assert body == sent


@given(st.binary(min_size=1, max_size=2000), st.integers(0, 2000), st.integers(1, 100))
def test_what_is_longer_than_the_limit_is_cut_there(body, limit, size):
    for encoding, encode in ENCODERS.items():
        entity = Entity(encoding, limit)
        for piece in pieces(encode(body), size):
            if not entity.feed(piece):
                break
        out = entity.close()
        assert len(out) <= limit
        assert entity.truncated is not None or out == body


# Retry-After


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", None, 120.0),
        (" 5 ", None, 5.0),
        ("0", None, None),
        ("-1", None, None),
        ("1.5", None, None),
        ("soon", None, None),
        ("", None, None),
        (None, None, None),
        ("²", None, None),
        ("9" * 400, None, LONGEST_AWAY.total_seconds()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None, LONGEST_AWAY.total_seconds()),
        ("Tue, 03 Feb 2026 04:06:06 GMT", None, 60.0),
        ("Tue, 03 Feb 2026 04:05:00 GMT", None, None),
        ("Sat, 03 Feb 2024 08:00:30 GMT", "Sat, 03 Feb 2024 08:00:00 GMT", 30.0),
        ("Saturday, 03-Feb-24 08:00:30 GMT", "Sat Feb  3 08:00:00 2024", 30.0),
        ("Sat, 03 Feb 2024 08:00:30 GMT", "yesterday", None),
        ("Wed, 99 Foo 2024 08:00:30 GMT", None, None),
        ("60, 120", None, 120.0),
        ("Tue, 03 Feb 2026 04:06:06 GMT, 30", None, 60.0),
        ("soon, 30 ,Tue, 03-Feb-26 04:05:25 GMT", None, 30.0),
    ],
)
def test_retry_after(value, date, seconds):
    assert retry_after(value, date, NOW) == seconds


@given(st.integers(1, 10**6), st.integers(-(10**8), 10**8))
def test_a_date_counts_from_the_answers_own_date_whatever_our_clock_says(seconds, skew):
    theirs = NOW + timedelta(seconds=skew)
    until = theirs + timedelta(seconds=seconds)
    assert retry_after(format_datetime(until, usegmt=True), format_datetime(theirs, usegmt=True), NOW) == seconds


@given(st.text(max_size=40), st.none() | st.text(max_size=40))
def test_any_text_can_be_a_retry_after(value, date):
    found = retry_after(value, date, NOW)
    assert found is None or found > 0


# On IPv6


def test_ipv6_loopback_works_when_it_is_named(ipv6_faults, clock):
    ipv6_faults.on("/a", ipv6_faults.page(b"six"))
    with Fetcher(named_hosts=frozenset({ipv6_faults.host}), sleep=clock.sleep) as fetcher:
        capture = fetcher.get(f"{ipv6_faults.url}/a")[-1]
    assert (capture.body, capture.ip) == (b"six", "::1")
    assert ipv6_faults.log[-1].headers["host"] == ipv6_faults.host


def test_raw_letters_and_blanks_reach_the_server_encoded(faults, clock):
    faults.on("/post/caf%C3%A9%20noir", faults.page(b"found"))
    with Fetcher(named_hosts=frozenset({faults.host}), sleep=clock.sleep) as fetcher:
        capture = fetcher.get(f"{faults.url}/post/café noir")[-1]
    assert (capture.body, capture.url) == (b"found", f"{faults.url}/post/caf%C3%A9%20noir")


def test_a_password_in_an_address_is_neither_sent_nor_kept(faults, clock):
    with Fetcher(named_hosts=frozenset({faults.host}), sleep=clock.sleep) as fetcher:
        capture = fetcher.get(f"http://user:secret@{faults.host}/a")[-1]
    assert "secret" not in capture.url
    assert b"secret" not in (capture.request_head or b"")
    assert "authorization" not in faults.log[-1].headers


def test_a_thousand_requests_leave_no_file_open(faults, clock):
    fetcher = Fetcher(named_hosts=frozenset({faults.host}), delay=0, sleep=clock.sleep, monotonic=clock.monotonic)
    half = faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<p>")

    def ask_all():
        for reply in (faults.page(), faults.page(keep=False), faults.redirect("/x"), half, faults.reset):
            faults.on("/a", reply, faults.page())
            fetcher.get(f"{faults.url}/a")

    def open_files():
        # The server's own sockets close a moment later, in its threads.
        return sum(1 for link in Path("/proc/self/fd").iterdir() if link.exists() or link.is_symlink())

    with fetcher:
        ask_all()
        before = open_files()
        for _ in range(130):
            ask_all()
        assert fetcher.requests > 1000
        assert open_files() - before < 10


# -- addresses that do not answer (RFC 8305)


class Stream(httpcore.NetworkStream):
    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


def test_a_dead_first_address_does_not_hide_the_second() -> None:
    release, late = threading.Event(), Stream()

    def connect(ip: str) -> httpcore.NetworkStream:
        if ip == "2001:db8::1":
            release.wait(10)
            return late
        return Stream()

    began = time.monotonic()
    ip, _ = racing.first_connected(["2001:db8::1", "192.0.2.1"], connect, 10)
    assert ip == "192.0.2.1"
    assert 0.2 < time.monotonic() - began < 8, "the first would have answered after ten seconds"
    release.set()
    assert late.closed.wait(5), "what connects too late is closed"


def test_an_address_that_refuses_is_passed_over_at_once_and_the_last_refusal_is_told() -> None:
    def connect(ip: str) -> httpcore.NetworkStream:
        raise httpcore.ConnectError(f"{ip} refused")

    began = time.monotonic()
    with pytest.raises(httpcore.ConnectError, match="refused"):
        racing.first_connected(["192.0.2.1", "192.0.2.2"], connect, 10)
    assert time.monotonic() - began < 8, "nobody waited the ten seconds that a connection may take"


def test_the_families_take_turns() -> None:
    assert racing.interleaved(["2001:db8::1", "2001:db8::2", "192.0.2.1"]) == [
        "2001:db8::1",
        "192.0.2.1",
        "2001:db8::2",
    ]
    assert racing.interleaved([]) == []


@pytest.mark.parametrize(
    ("host", "private", "allowed"),
    [
        ("127.0.0.1", False, True),
        ("localhost", False, True),
        ("10.0.0.7", False, True),
        ("intranet.example", False, False),
        ("intranet.example", True, True),
    ],
)
def test_a_name_that_leads_to_a_private_machine_is_asked_only_where_the_user_says_so(
    host: str, private: bool, allowed: bool
) -> None:
    backend = sockets.Backend(frozenset({host}), private=private)
    assert backend._may_be_private(host, 80) is allowed


# -- hosts that ask for less


def test_refusals_that_name_no_time_slow_the_host_down_and_answers_speed_it_up_again(clock) -> None:
    turns = Throttle(monotonic=clock.monotonic, sleep=clock.sleep)
    turns.ended("a")
    for expected in (2.0, 4.0, 8.0):
        turns.slow_down("a", 1.0)
        assert turns.needed("a", 1.0) == expected
    for _ in range(40):
        turns.ease("a")
    assert turns.needed("a", 1.0) == 1.0
    assert turns.needed("b", 1.0) == 0.0


def test_a_limit_of_five_requests_a_minute_is_met_by_waiting(faults, clock) -> None:
    times: list[float] = []

    def answer(*request):
        recent = [at for at in times if clock.monotonic() - at < 60]
        if len(recent) >= 5:
            return faults.page(b"slow", status="429 Slow")(*request)
        times.append(clock.monotonic())
        return faults.page(b"page")(*request)

    faults.on("/robots.txt", faults.page(b"", status="404 None"))
    for number in range(12):
        faults.on(f"/{number}", answer)
    clocks = {"sleep": clock.sleep, "monotonic": clock.monotonic, "now": clock.now}
    given = {"named_hosts": frozenset({faults.host}), **clocks}
    with Fetcher(delay=1.0, **given) as fetcher:
        for number in range(12):
            assert fetcher.get(f"{faults.url}/{number}")[-1].body == b"page"
        paces = fetcher.paces()
    assert paces[name_of(faults.url)].seconds > 1
    with Fetcher(delay=1.0, paces=paces, **given) as again:
        assert again.paces() == paces


def test_a_time_to_stay_away_that_an_older_version_kept_for_ever_is_forgotten(clock) -> None:
    throttle = Throttle(monotonic=clock.monotonic, sleep=clock.sleep)
    throttle.remember("a.example", Pace(0.0, "9999-12-31T00:00:00Z"), NOW)
    throttle.remember("b.example", Pace(0.0, utc(NOW + LONGEST_AWAY)), NOW)
    assert (throttle.needed("a.example", 0), throttle.needed("b.example", 0) > 0) == (0, True)


@pytest.mark.parametrize("seconds", ["86400", "9" * 20])
def test_a_host_that_asked_to_be_left_alone_is_left_alone_by_the_next_run_too(faults, clock, seconds) -> None:
    faults.on("/robots.txt", faults.page(b"", status="404 None"))
    faults.on("/a", faults.page(b"no", status="429 Slow", headers=[f"Retry-After: {seconds}"]))
    clocks = {"sleep": clock.sleep, "monotonic": clock.monotonic, "now": clock.now}
    given = {"named_hosts": frozenset({faults.host}), **clocks}
    with Fetcher(**given) as fetcher, pytest.raises(RateLimited):
        fetcher.get(f"{faults.url}/a")
    before = len(faults.log)
    with Fetcher(paces=fetcher.paces(), **given) as later, pytest.raises(RateLimited, match="an earlier run"):
        later.get(f"{faults.url}/a")
    assert len(faults.log) == before


def test_a_part_that_nobody_asked_for_is_no_page(faults, clock) -> None:
    faults.on("/robots.txt", faults.page(b"", status="404 None"))
    faults.on("/a", faults.page(b"<p>half", status="206 Partial Content", headers=["Content-Range: bytes 0-6/99"]))
    with Fetcher(named_hosts=frozenset({faults.host}), sleep=clock.sleep) as fetcher:
        capture = fetcher.get(f"{faults.url}/a", kind="post")[-1]
    assert (capture.kind, capture.truncated) == ("other", "length")
