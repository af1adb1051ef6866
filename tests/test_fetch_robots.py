"""robots.txt as RFC 9309 has it, and where we are stricter."""

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import FetchFailed, Forbidden, RateLimited, RobotsUnavailable
from scraper.fetch import Fetcher, Limits
from scraper.fetch.robots import TOKEN, decode, read


@pytest.fixture
def fetcher(faults, other_faults, clock):
    named = frozenset({faults.host, other_faults.host})
    with Fetcher(
        "a@b.org", delay=0, now=clock.now, monotonic=clock.monotonic, sleep=clock.sleep, named_hosts=named
    ) as made:
        yield made


def allows(text: str, path: str = "/post/a") -> bool:
    return read(text).can_fetch(f"https://www.example.org{path}", TOKEN)


def test_the_file_gives_rules_sitemaps_delay_and_itself_as_a_capture(faults, fetcher):
    text = b"\xef\xbb\xbfUser-agent: *\nDisallow: /no\nCrawl-delay: 0.5\n"
    text += b"Sitemap: https://x.example/s.xml\nSitemap: /t.xml\n"
    faults.on("/robots.txt", faults.page(text, headers=["Content-Type: text/plain"]))
    robots = fetcher.robots(f"{faults.url}/anything?x=1")
    assert robots.url == f"{faults.url}/robots.txt"
    assert robots.sitemaps == ("https://x.example/s.xml", "/t.xml")
    assert robots.crawl_delay == 0.5
    assert not robots.allows(f"{faults.url}/no/where")
    assert robots.allows(f"{faults.url}/yes")
    assert [(c.kind, c.status, c.body) for c in robots.captures] == [("robots", 200, text)]


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 No", "404 Not Found", "410 Gone", "451 Law"])
def test_without_a_robots_txt_all_is_allowed(faults, fetcher, status):
    faults.on("/robots.txt", faults.page(b"nothing here", status=status))
    robots = fetcher.robots(faults.url)
    assert robots.allows(f"{faults.url}/anything")
    assert robots.captures[-1].kind == "robots"


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Late", "599 What"])
def test_a_server_error_forbids_everything_and_is_kept(faults, fetcher, status):
    faults.on("/robots.txt", faults.page(status=status))
    with pytest.raises(RobotsUnavailable, match=f"{faults.url}/robots.txt: .*status {status[:3]}") as caught:
        fetcher.get(f"{faults.url}/a")
    assert [c.status for c in caught.value.captures] == [int(status[:3])] * 3
    assert {c.kind for c in caught.value.captures} == {"robots"}


def test_an_error_that_passes_is_only_waited_for(faults, fetcher):
    faults.on("/robots.txt", faults.page(status="503 Busy"), faults.drop, faults.page(b"User-agent: *\nDisallow: /no"))
    assert not fetcher.robots(faults.url).allows(f"{faults.url}/no")
    assert len(faults.log) == 3


@pytest.mark.parametrize("wait", ["5", "600", "86400"])
def test_a_503_with_retry_after_is_retried_only_while_there_is_time(faults, fetcher, clock, wait):
    faults.on("/robots.txt", faults.page(status="503 Busy", headers=[f"Retry-After: {wait}"]))
    with pytest.raises(RobotsUnavailable):
        fetcher.robots(faults.url)
    assert len(faults.log) == (3 if wait == "5" else 1)
    assert clock.seconds <= 20


def test_a_long_own_delay_leaves_no_time_for_a_second_try(faults, clock):
    faults.on("/robots.txt", faults.page(status="503 Busy"))
    timed = {"now": clock.now, "monotonic": clock.monotonic, "sleep": clock.sleep}
    with Fetcher(delay=30, named_hosts=frozenset({faults.host}), **timed) as slow, pytest.raises(RobotsUnavailable):
        slow.robots(faults.url)
    assert len(faults.log) == 1


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_a_server_that_never_ends_its_robots_txt_is_left_in_time(faults, fault):
    reply = faults.hang if fault == "hang" else faults.drip()
    faults.on("/robots.txt", reply)
    limits = Limits(robots_try_seconds=0.2, robots_seconds=0.5, backoff=0.05)
    began = time.monotonic()
    fetcher = Fetcher(named_hosts=frozenset({faults.host}), delay=0, limits=limits)
    with fetcher, pytest.raises(RobotsUnavailable, match="time limit"):
        fetcher.get(f"{faults.url}/a")
    assert time.monotonic() - began < 15, "the server would have gone on for thirty seconds and more"
    assert 2 <= len(faults.log) <= 3


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nUser-agent: *\nDisallow: /\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nhello",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        b"220 mail.example ESMTP\r\n\r\n",
    ],
    ids=["half", "bad gzip", "unasked 304", "not HTTP"],
)
def test_a_robots_txt_that_cannot_be_read_forbids_everything(faults, fetcher, broken):
    faults.on("/robots.txt", faults.raw(broken))
    with pytest.raises(RobotsUnavailable, match=r"robots\.txt could not be read"):
        fetcher.get(f"{faults.url}/a")
    assert set(faults.paths) == {"/robots.txt"}


def test_an_unavailable_one_is_not_asked_again_for_each_page_but_later(faults, fetcher, clock):
    faults.on("/robots.txt", *[faults.drop] * 3, faults.page(b""))
    for _ in range(4):
        with pytest.raises(RobotsUnavailable):
            fetcher.get(f"{faults.url}/a")
    assert len(faults.log) == 3
    clock.seconds += 601
    fetcher.get(f"{faults.url}/a")
    assert len(faults.log) == 5


def test_429_means_wait_although_the_standard_would_allow_all(faults, fetcher):
    busy = faults.page(status="429 Slow", headers=["Retry-After: 120"])
    faults.on("/robots.txt", busy, busy, faults.page(b"User-agent: *\nDisallow: /no"))
    assert not fetcher.robots(faults.url).allows(f"{faults.url}/no")
    assert faults.gaps == [120.0, 120.0]


@pytest.mark.parametrize(("header", "requests"), [("Retry-After: 601", 1), ("X: y", 3)])
def test_429_without_end_ends_the_run(faults, fetcher, header, requests):
    faults.on("/robots.txt", faults.page(status="429 Slow", headers=[header]))
    with pytest.raises(RateLimited) as caught:
        fetcher.get(f"{faults.url}/a")
    assert len(faults.log) == len(caught.value.captures) == requests


def test_redirects_of_robots_txt_lead_to_other_hosts_too(faults, other_faults, fetcher):
    """RFC 9309, 2.3.1.2: five at least, also across hosts, and the rules are the first host's."""
    faults.on("/robots.txt", faults.redirect("/1"))
    for number in range(1, 5):
        faults.on(f"/{number}", faults.redirect(f"/{number + 1}"))
    faults.on("/5", faults.redirect(f"{other_faults.url}/robots.txt"))
    other_faults.on("/robots.txt", other_faults.page(b"User-agent: *\nDisallow: /no"))
    robots = fetcher.robots(faults.url)
    assert not robots.allows(f"{faults.url}/no")
    assert [c.kind for c in robots.captures] == ["redirect"] * 6 + ["robots"]
    fetcher.robots(other_faults.url)
    assert len(other_faults.log) == 2, "the other host's own rules are asked for when they are wanted"


def test_redirects_without_end_mean_that_there_is_no_robots_txt(faults, fetcher):
    faults.on("/robots.txt", faults.redirect("/robots.txt"))
    assert fetcher.robots(faults.url).allows(f"{faults.url}/a")


def test_a_redirect_of_robots_txt_into_the_private_network_is_not_followed(faults, other_faults, clock):
    faults.on("/robots.txt", faults.redirect(f"{other_faults.url}/robots.txt"))
    fetcher = Fetcher(sleep=clock.sleep, named_hosts=frozenset({faults.host}))
    with fetcher, pytest.raises(RobotsUnavailable, match="not on the public internet"):
        fetcher.get(f"{faults.url}/a")
    assert other_faults.connections == 0


def test_each_scheme_host_and_port_has_its_own(faults, other_faults, fetcher):
    faults.on("/robots.txt", faults.page(b"User-agent: *\nDisallow: /"))
    with pytest.raises(Forbidden, match=r"robots\.txt forbids it to ushrn-archive"):
        fetcher.get(f"{faults.url}/a")
    assert fetcher.get(f"{other_faults.url}/a")[-1].status == 404
    assert other_faults.paths == ["/robots.txt", "/a"]


def test_the_next_robots_txt_of_a_slow_host_waits_as_long_as_its_pages(faults, other_faults, fetcher):
    """The way from http to https is two origins and one machine."""
    faults.on("/robots.txt", faults.page(b"User-agent: *\nCrawl-delay: 7"))
    fetcher.get(f"{faults.url}/a")
    fetcher.get(f"{other_faults.url}/a")
    assert [seen.at for seen in faults.log + other_faults.log] == [0.0, 7.0, 14.0, 14.0]


def test_it_is_believed_for_a_day(faults, fetcher, clock):
    faults.on("/robots.txt", faults.page(b""), faults.page(b"User-agent: *\nDisallow: /"))
    fetcher.get(f"{faults.url}/a")
    clock.seconds += 86_399
    fetcher.get(f"{faults.url}/a")
    clock.seconds += 2
    with pytest.raises(Forbidden):
        fetcher.get(f"{faults.url}/a")


def test_the_rules_that_get_asked_for_are_among_its_captures_once(faults, fetcher):
    assert [c.kind for c in fetcher.get(f"{faults.url}/a")] == ["robots", "missing"]
    assert [c.kind for c in fetcher.get(f"{faults.url}/a")] == ["missing"]


def test_a_redirect_into_a_forbidden_place_ends_at_the_redirect(faults, fetcher):
    faults.on("/robots.txt", faults.page(b"User-agent: *\nDisallow: /private"))
    faults.on("/a", faults.redirect("/private/a"))
    last = fetcher.get(f"{faults.url}/a")[-1]
    assert (last.kind, last.redirected_to) == ("redirect", f"{faults.url}/private/a")
    assert "/private/a" not in faults.paths


def test_robots_txt_itself_may_always_be_asked_for(faults, fetcher):
    faults.on("/robots.txt", faults.page(b"User-agent: *\nDisallow: /"))
    assert fetcher.get(f"{faults.url}/robots.txt")[-1].status == 200


def test_half_a_megabyte_is_read(faults, fetcher):
    filler = b"# nothing\n" * 51_200
    faults.on("/robots.txt", faults.page(b"User-agent: *\n" + filler + b"Disallow: /far\n"))
    assert not fetcher.robots(faults.url).allows(f"{faults.url}/far/away")


def test_of_one_that_is_longer_than_we_read_the_torn_line_is_left_out(faults, fetcher):
    rule = b"Disallow: /no/where\n"
    faults.on("/robots.txt", faults.page(b"User-agent: *\n" + rule * 60_000))
    robots = fetcher.robots(faults.url)
    assert robots.captures[-1].truncated == "length"
    assert not robots.allows(f"{faults.url}/no/where")
    assert robots.allows(f"{faults.url}/n")


def test_one_that_is_a_page_has_no_rules_and_harms_nothing(faults, fetcher):
    page = b"<!doctype html><html><head><title>Welcome</title></head><body><p>Disallow nothing</p></body></html>"
    faults.on("/robots.txt", faults.page(page, headers=["Content-Type: text/html"]))
    robots = fetcher.robots(faults.url)
    assert robots.allows(f"{faults.url}/a")
    assert (robots.sitemaps, robots.captures[-1].kind) == ((), "robots")


def test_one_that_is_compressed_is_read(faults, fetcher):
    body = gzip.compress(b"User-agent: *\nDisallow: /no")
    faults.on("/robots.txt", faults.page(body, headers=["Content-Encoding: gzip"]))
    assert not fetcher.robots(faults.url).allows(f"{faults.url}/no")


def test_a_delay_beyond_reason_ends_the_run(faults, fetcher):
    faults.on("/robots.txt", faults.page(b"User-agent: *\nCrawl-delay: 86400"))
    with pytest.raises(RateLimited, match="86400 s between requests"):
        fetcher.get(f"{faults.url}/a")
    assert faults.paths == ["/robots.txt"]


def test_wix_lightbox_rule_forbids_lightboxes_only():
    rule = "User-agent: *\nAllow: /\nDisallow: *?lightbox=\n"
    assert allows(rule, "/post/a")
    assert not allows(rule, "/post/a?lightbox=dataItem-k1")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: ushrn-archive\nDisallow: /", False),
        ("User-agent: USHRN-Archive/2.0\nDisallow: /", False),
        ("useragent: ushrn-archive # us\nDisallow: /", False),
        ("User-agent: ushrn\nDisallow: /", True),
        ("User-agent: u\nDisallow: /\nUser-agent: archive\nDisallow: /", True),
        ("User-agent: ushrn-archive-two\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: ushrn-archive\nAllow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: ushrn\nAllow: /", False),
        (
            "User-agent: ushrn-archive\nAllow: /x\n\nUser-agent: b\nDisallow: /\n\n"
            "User-agent: ushrn-archive\nDisallow: /post",
            False,
        ),
        ("User-agent: b\nUser-agent: ushrn-archive\nDisallow: /post", False),
        ("User-agent: *\nDisallow: /post\nAllow: /post/a", True),
        ("User-agent: *\nDisallow: /post/a\nAllow: /post/a", True),
        ("User-agent: *\nDisallow: /*/a$", False),
        ("User-agent: *\nDisallow: /*/a$\n", False),
        ("User-agent: *\nDisallow:", True),
        ("Disallow: /", True),
        ("", True),
    ],
)
def test_groups_are_chosen_by_our_whole_name_and_merged(text, allowed):
    assert allows(text) is allowed


@pytest.mark.parametrize("spelling", ["/caf%C3%A9", "/caf%c3%a9", "/café"])
def test_percent_encoding_makes_no_difference(spelling):
    assert not allows(f"User-agent: *\nDisallow: {spelling}", "/caf%C3%A9")


@given(st.binary(max_size=400))
def test_any_bytes_can_be_a_robots_txt(body):
    rules = read(decode(body, whole=True))
    assert rules.can_fetch("https://www.example.org/post/a", TOKEN) in (True, False)


@given(st.text(alphabet="User-agent: *Disallow/\n#\x00\x85ä", max_size=200))
def test_any_text_can_be_a_robots_txt(text):
    assert allows(text) in (True, False)


def test_a_host_outside_the_list_is_not_even_asked_for_its_rules(faults, fetcher):
    with pytest.raises(FetchFailed, match="expected one of the hosts"):
        fetcher.get(f"{faults.url}/a", hosts=frozenset({"www.example.org"}))
    assert faults.connections == 0
