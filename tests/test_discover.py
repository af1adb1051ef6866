"""Sitemaps, feeds and robots.txt as sites really write them, and as an enemy would."""

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import sites
from scraper.reading import sources as discover
from scraper.records import Listed, Site, Target

SITE = Site(
    id="lantern",
    name="Lantern",
    base_url="https://www.lantern.example/",
    hosts=("www.lantern.example", "lantern.example"),
)
MAP = "https://www.lantern.example/blog-posts-sitemap.xml"
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


def urlset(*addresses: str) -> bytes:
    inner = "".join(f"<url>\n<loc>{one}</loc>\n<lastmod>2023-07-15</lastmod></url>" for one in addresses)
    return HEAD + f'<urlset xmlns="{SCHEMA}" generatedBy="WIX">{inner}</urlset>'.encode()


def test_a_whole_sitemap_is_complete_and_keeps_each_lastmod() -> None:
    found = discover.read_sitemap(urlset("https://www.lantern.example/post/one"), MAP)
    assert found == discover.Sitemap(
        url=MAP,
        kind="urlset",
        complete=True,
        entries=(discover.Entry(url="https://www.lantern.example/post/one", lastmod="2023-07-15"),),
    )


def test_a_picture_of_an_entry_is_not_an_address() -> None:
    body = urlset("https://www.lantern.example/post/one").replace(
        b"</loc>",
        b'</loc><i:image xmlns:i="http://www.google.com/schemas/sitemap-image/1.1"><i:loc>https://x/y.jpg</i:loc></i:image>',
    )
    assert [entry.url for entry in discover.read_sitemap(body, MAP).entries] == ["https://www.lantern.example/post/one"]


def test_raw_letters_and_capital_hosts_come_out_in_one_spelling() -> None:
    found = discover.read_sitemap(urlset("https://WWW.Lantern.Example/post/año"), MAP)
    assert found.entries[0].url == "https://www.lantern.example/post/a%C3%B1o"


@pytest.mark.parametrize("cut", [1, 40, 120, 200, 300])
def test_a_sitemap_cut_in_the_middle_is_not_complete_but_keeps_what_it_named(cut: int) -> None:
    whole = urlset(*(f"https://www.lantern.example/post/{n}" for n in range(5)))
    found = discover.read_sitemap(whole[:-cut], MAP)
    assert not found.complete
    assert found.problem is not None
    assert found.problem.kind == "sitemap-cut"
    assert len(found.entries) <= 5
    assert {entry.url for entry in found.entries} <= {f"https://www.lantern.example/post/{n}" for n in range(5)}


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE urlset SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_a_sitemap_with_a_doctype_is_refused_whole(prologue: str) -> None:
    body = urlset("https://www.lantern.example/post/&b;").replace(HEAD, HEAD + prologue.encode())
    found = discover.read_sitemap(body, MAP)
    assert (found.entries, found.complete) == ((), False)
    assert found.problem is not None
    assert found.problem.kind == "sitemap-refused"


def test_a_sitemap_of_fifty_megabytes_is_read_to_the_limit_in_little_memory() -> None:
    entry = b"<url><loc>https://www.lantern.example/post/x</loc></url>" + b" " * 2000
    body = HEAD + f'<urlset xmlns="{SCHEMA}">'.encode() + entry * 26_000
    tracemalloc.start()
    found = discover.read_sitemap(body, MAP)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not found.complete
    assert found.problem is not None
    assert found.problem.kind == "sitemap-too-large"
    assert peak < len(body)


def test_a_sitemap_that_unpacks_to_a_flood_stops_at_the_limit() -> None:
    bomb = gzip.compress(HEAD + f'<urlset xmlns="{SCHEMA}">'.encode() + b" " * (60 * 1024 * 1024))
    found = discover.read_sitemap(bomb, MAP)
    assert found.problem is not None
    assert found.problem.kind == "sitemap-too-large"


def test_endless_nesting_is_refused() -> None:
    found = discover.read_sitemap(HEAD + b"<urlset>" + b"<url>" * 100_000, MAP)
    assert found.problem is not None
    assert found.problem.kind == "sitemap-refused"


def test_a_packed_sitemap_is_read_and_a_torn_one_is_not_complete() -> None:
    packed = gzip.compress(urlset("https://www.lantern.example/post/one"))
    assert discover.read_sitemap(packed, MAP).complete
    assert not discover.read_sitemap(packed[:-9], MAP).complete


def test_a_web_page_in_place_of_a_sitemap_is_a_problem() -> None:
    found = discover.read_sitemap(b"<html><body><p>Not found</p></body></html>", MAP)
    assert (found.kind, found.complete) == ("other", False)
    assert found.problem is not None
    assert found.problem.kind == "not-a-sitemap"


@given(st.binary(max_size=400))
def test_no_bytes_make_a_sitemap_or_feed_raise(body: bytes) -> None:
    assert discover.read_sitemap(body, MAP).complete in (True, False)
    assert discover.read_feed(body, MAP).url == MAP


@given(st.lists(st.sampled_from("abcdefghij"), unique=True), st.integers(min_value=1))
def test_whatever_the_cut_no_address_is_made_up(slugs: list[str], cut: int) -> None:
    whole = urlset(*(f"https://www.lantern.example/post/{slug}" for slug in slugs))
    found = discover.read_sitemap(whole[: -(cut % len(whole)) or None], MAP)
    assert {entry.url for entry in found.entries} <= {f"https://www.lantern.example/post/{slug}" for slug in slugs}


FEED = (
    '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
    "<title><![CDATA[Lantern]]></title><link>https://www.lantern.example/news-1</link>"
    "<item><title><![CDATA[One & only]]></title><link>https://www.lantern.example/post/a%C3%B1o</link>"
    '<guid isPermaLink="false">64b3</guid><pubDate>Sun, 16 Jul 2023 11:14:21 +0200</pubDate></item></channel></rss>'
)


def test_a_feed_names_its_posts_in_utc_and_its_list_page() -> None:
    found = discover.read_feed(FEED.encode(), "https://www.lantern.example/blog-feed.xml")
    assert found.items == (
        Listed(
            url="https://www.lantern.example/post/a%C3%B1o", title="One & only", published_at="2023-07-16T09:14:21Z"
        ),
    )
    assert found.page == "https://www.lantern.example/news-1"
    assert found.problem is None


def test_an_empty_feed_is_no_problem() -> None:
    body = FEED.partition("<item>")[0].encode() + b"</channel></rss>"
    assert discover.read_feed(body, MAP).problem is None


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><html><title>x</title>", b"  <html lang=en>", b"", b"\x00\x01", b"{}"]
)
def test_a_feed_that_is_something_else_is_a_problem(body: bytes) -> None:
    problem = discover.read_feed(body, MAP).problem
    assert problem is not None
    assert problem.kind == "not-a-feed"


def test_robots_names_only_sitemaps_of_the_site_itself() -> None:
    named = (
        "https://WWW.lantern.example/a.xml",
        "/b.xml",
        "https://elsewhere.example/c.xml",
        "https://www.lantern.example/a.xml",
        "",
    )
    assert discover.named_sitemaps(named, SITE) == (
        "https://www.lantern.example/a.xml",
        "https://www.lantern.example/b.xml",
    )


def test_one_post_found_in_four_ways_is_one_target_that_remembers_them() -> None:
    spellings = (
        ("https://www.lantern.example/post/año", "sitemap", "2023-07-15"),
        ("https://www.lantern.example/post/a%C3%B1o", "feed", None),
        ("http://lantern.example/post/an\u0303o", "list", "2023-07-16T08:00:00Z"),
        ("https://www.lantern.example/post/a%c3%b1o?utm_source=x", "link", None),
    )
    merged = discover.merge(
        Target(url=url, site="lantern", found_by=(how,), lastmod=lastmod) for url, how, lastmod in spellings
    )
    assert [(one.found_by, one.lastmod) for one in merged] == [
        (("feed", "link", "list", "sitemap"), "2023-07-16T08:00:00Z")
    ]


def test_a_sitemap_cannot_send_us_to_another_host() -> None:
    named = discover.read_sitemap(urlset("https://evil.example/post/x", "https://www.lantern.example/post/y"), MAP)
    assert [one.url for one in discover.targets_of_sitemap(named, SITE)] == ["https://www.lantern.example/post/y"]


def test_of_two_sites_at_one_host_each_gets_its_own_posts() -> None:
    both = urlset("https://www.ushrnetwork.org/news-updates/old-one", "https://ushrnetwork.org/news/272/100/new-one")
    named = discover.read_sitemap(both, "https://ushrnetwork.org/sitemap.xml")
    found = {site.id: [one.url for one in discover.targets_of_sitemap(named, site)] for site in sites.SITES}
    assert found["ushrn-drupal"] == ["https://www.ushrnetwork.org/news-updates/old-one"]
    assert found["ushrn-news"] == ["https://ushrnetwork.org/news/272/100/new-one"]
    assert found["upr2020"] == []


def test_the_list_of_posts_is_looked_for_under_its_usual_names_first() -> None:
    links = (
        "/",
        "/about",
        "/post/one",
        "mailto:a@b.example",
        "/files/x.pdf",
        "https://else.example/blog",
        "/news-1",
        "/blog",
    )
    assert discover.list_candidates(links, SITE) == (
        "https://www.lantern.example/blog",
        "https://www.lantern.example/news-1",
        "https://www.lantern.example/about",
    )
