"""Eight promises that a polite crawler keeps without being told to, each shown from the server's own log.

The clock is the server's too: it moves only when the fetcher sleeps, so each gap is exact.
"""

import re

import pytest

from scraper import __version__
from scraper.errors import Forbidden, RobotsUnavailable, UsageError
from scraper.fetch import Fetcher, Validators

CONTACT = "archive@example.org"
ROBOTS = b"User-agent: *\nDisallow: /private\n"


@pytest.fixture
def fetcher(faults, clock):
    """As it is by default: a contact and nothing else; the server's host is named, as a user would."""
    named = frozenset({faults.host})
    with Fetcher(CONTACT, now=clock.now, monotonic=clock.monotonic, sleep=clock.sleep, named_hosts=named) as made:
        yield made


def test_1_what_robots_txt_disallows_is_never_asked(faults, fetcher):
    faults.on("/robots.txt", faults.page(ROBOTS))
    faults.on("*", faults.page())
    with pytest.raises(Forbidden):
        fetcher.get(f"{faults.url}/private/diary")
    fetcher.get(f"{faults.url}/public")
    assert faults.paths == ["/robots.txt", "/public"]


def test_2_when_robots_txt_answers_503_nothing_is_fetched(faults, fetcher):
    faults.on("/robots.txt", faults.page(b"later", status="503 Service Unavailable"))
    faults.on("*", faults.page())
    for path in ("/a", "/b"):
        with pytest.raises(RobotsUnavailable):
            fetcher.get(faults.url + path)
    assert faults.paths == ["/robots.txt"] * 3


def test_3_when_robots_txt_is_dropped_nothing_is_fetched(faults, fetcher):
    faults.on("/robots.txt", faults.drop)
    faults.on("*", faults.page())
    for path in ("/a", "/b"):
        with pytest.raises(RobotsUnavailable):
            fetcher.get(faults.url + path)
    assert faults.paths == ["/robots.txt"] * 3


@pytest.mark.parametrize(
    ("line", "gap"), [("Crawl-delay: 2", 2.0), ("Crawl-delay: 2.5", 2.5), ("Crawl-delay: 0.5", 1.0)]
)
def test_4_crawl_delay_is_a_lower_bound_between_requests(faults, fetcher, line, gap):
    faults.on("/robots.txt", faults.page(ROBOTS + line.encode()))
    faults.on("*", faults.page())
    faults.on("/old", faults.redirect("/new"))
    faults.on("/shaky", faults.page(status="500 Oops"), faults.page())
    for path in ("/a", "/old", "/shaky"):
        fetcher.get(faults.url + path)
    assert faults.paths == ["/robots.txt", "/a", "/old", "/new", "/shaky", "/shaky"]
    assert faults.gaps == [gap] * 5


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    "wait",
    [
        ["Retry-After: 4"],
        # The server's own clock is two years behind; what counts is the distance.
        ["Date: Sat, 03 Feb 2024 08:00:00 GMT", "Retry-After: Sat, 03 Feb 2024 08:00:04 GMT"],
    ],
    ids=["seconds", "date"],
)
def test_5_and_6_retry_after_is_kept_and_the_page_is_had_in_the_same_run(faults, fetcher, status, wait):
    faults.on("/busy", faults.page(b"not now", status=status, headers=wait), faults.page(b"now"))
    captures = fetcher.get(f"{faults.url}/busy", kind="post")
    assert faults.paths == ["/robots.txt", "/busy", "/busy"]
    assert faults.gaps == [1.0, 4.0]
    assert [(c.kind, c.status, c.body) for c in captures[1:]] == [
        ("other", int(status[:3]), b"not now"),
        ("post", 200, b"now"),
    ]


def test_7_what_we_hold_is_asked_for_conditionally(faults, fetcher):
    etag, changed = 'W/"33a6"', "Tue, 03 Feb 2026 04:05:06 GMT"
    faults.on("/feed", faults.page(headers=[f"ETag: {etag}"]), faults.page(b"", status="304 Not Modified"))
    fetcher.get(f"{faults.url}/feed")
    held = Validators(etag=etag, last_modified=changed, capture_id=7)
    capture = fetcher.get(f"{faults.url}/feed", kind="feed", validators=held)[-1]
    assert faults.log[-1].headers["if-none-match"] == etag
    assert faults.log[-1].headers["if-modified-since"] == changed
    assert (capture.status, capture.body, capture.wire_sha256, capture.not_modified_of) == (304, None, None, 7)
    assert capture.kind == "feed"


def test_8_every_request_says_who_asks_and_how_to_reach_them(faults, fetcher):
    faults.on("*", faults.page())
    fetcher.get(f"{faults.url}/a")
    fetcher.post(f"{faults.url}/_api/counts", body=b"{}")
    assert len(faults.log) == 3
    for seen in faults.log:
        assert seen.headers["user-agent"] == f"ushrn-archive/{__version__} (+{CONTACT})"
        assert seen.headers["from"] == CONTACT
        assert "cookie" not in seen.headers


def test_8_a_web_address_is_a_contact_too_but_no_from_header(faults, clock):
    with Fetcher("https://archive.example/about", delay=0, named_hosts=frozenset({faults.host})) as fetcher:
        fetcher.get(f"{faults.url}/a")
    assert faults.log[0].headers["user-agent"].endswith(" (+https://archive.example/about)")
    assert "from" not in faults.log[0].headers


@pytest.mark.parametrize("contact", [None, " ", "me"])
def test_8_another_machine_is_never_asked_without_a_contact(contact):
    with Fetcher(contact) as fetcher, pytest.raises(UsageError, match="--contact"):
        fetcher.get("https://www.example.org/post/a")
    assert fetcher.requests == 0


@pytest.mark.parametrize("contact", ["a@b.org\r\nX: y", "ä@b.org", "a (b) c"])
def test_8_a_contact_that_cannot_stand_in_a_header_is_refused(contact):
    with pytest.raises(UsageError, match="--contact"):
        Fetcher(contact)


def test_one_request_at_a_time_on_one_kept_connection(faults, fetcher):
    faults.on("*", faults.page())
    for number in range(5):
        fetcher.get(f"{faults.url}/{number}")
    assert faults.connections == 1


def test_only_get_is_sent_but_for_the_one_post(faults, fetcher):
    faults.on("*", faults.page(b'{"ok": 1}'))
    headers = (("Content-Type", "application/json"), ("Authorization", "anonymous-token"))
    capture = fetcher.post(f"{faults.url}/_api/counts", body=b'{"a": 1}', headers=headers)[-1]
    assert [seen.method for seen in faults.log] == ["GET", "POST"]
    assert faults.log[-1].body == b'{"a": 1}'
    assert faults.log[-1].headers["authorization"] == "anonymous-token"
    assert (capture.kind, capture.body) == ("counts", b'{"ok": 1}')
    assert capture.request_head is not None
    assert capture.request_head.startswith(b"POST /_api/counts HTTP/1.1\r\n")
    assert b'{"a": 1}' not in capture.request_head


def test_the_delay_is_kept_by_real_clocks_too(faults):
    import time

    faults.monotonic = time.monotonic
    faults.on("/a", faults.redirect("/b"))
    with Fetcher(CONTACT, delay=0.15, named_hosts=frozenset({faults.host})) as fetcher:
        fetcher.get(f"{faults.url}/a")
    assert faults.paths == ["/robots.txt", "/a", "/b"]
    assert min(faults.gaps) >= 0.15


def test_the_clock_is_read_once_a_capture_and_times_are_whole_seconds_utc(faults, fetcher):
    faults.on("*", faults.page())
    captures = fetcher.get(f"{faults.url}/a")
    assert [c.captured_at for c in captures] == ["2026-02-03T04:05:06Z", "2026-02-03T04:05:07Z"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", c.captured_at) for c in captures)
