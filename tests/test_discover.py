"""Sitemaps, feeds and robots.txt as sites really write them, and as an enemy would."""

import gzip
import json
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import sites
from scraper.reading import feeds, sitemaps
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
    found = sitemaps.read_sitemap(urlset("https://www.lantern.example/post/one"), MAP)
    assert found == sitemaps.Sitemap(
        url=MAP,
        kind="urlset",
        complete=True,
        entries=(sitemaps.SitemapEntry(url="https://www.lantern.example/post/one", lastmod="2023-07-15"),),
    )


def test_a_picture_of_an_entry_is_not_an_address() -> None:
    body = urlset("https://www.lantern.example/post/one").replace(
        b"</loc>",
        b'</loc><i:image xmlns:i="http://www.google.com/schemas/sitemap-image/1.1"><i:loc>https://x/y.jpg</i:loc></i:image>',
    )
    assert [entry.url for entry in sitemaps.read_sitemap(body, MAP).entries] == ["https://www.lantern.example/post/one"]


def test_raw_letters_and_capital_hosts_come_out_in_one_spelling() -> None:
    found = sitemaps.read_sitemap(urlset("https://WWW.Lantern.Example/post/año"), MAP)
    assert found.entries[0].url == "https://www.lantern.example/post/a%C3%B1o"


@pytest.mark.parametrize("cut", [1, 40, 120, 200, 300])
def test_a_sitemap_cut_in_the_middle_is_not_complete_but_keeps_what_it_named(cut: int) -> None:
    whole = urlset(*(f"https://www.lantern.example/post/{n}" for n in range(5)))
    found = sitemaps.read_sitemap(whole[:-cut], MAP)
    assert not found.complete
    assert found.problem is not None
    assert found.problem.kind == "sitemap-cut"
    assert len(found.entries) <= 5
    assert {entry.url for entry in found.entries} <= {f"https://www.lantern.example/post/{n}" for n in range(5)}


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_a_sitemap_that_declares_entities_is_refused_whole(prologue: str) -> None:
    body = urlset("https://www.lantern.example/post/&b;").replace(HEAD, HEAD + prologue.encode())
    found = sitemaps.read_sitemap(body, MAP)
    assert (found.entries, found.complete) == ((), False)
    assert found.problem is not None
    assert found.problem.kind == "sitemap-refused"


@pytest.mark.slow
def test_a_sitemap_of_fifty_megabytes_is_read_to_the_limit_in_bounded_memory() -> None:
    entry = b"<url><loc>https://www.lantern.example/post/x</loc></url>" + b" " * 2000
    body = HEAD + f'<urlset xmlns="{SCHEMA}">'.encode() + entry * 26_000
    tracemalloc.start()
    found = sitemaps.read_sitemap(body, MAP)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not found.complete
    assert found.problem is not None
    assert found.problem.kind == "sitemap-too-large"
    assert peak < 2.2 * len(body)


def test_a_sitemap_that_unpacks_to_a_flood_stops_at_the_limit() -> None:
    bomb = gzip.compress(HEAD + f'<urlset xmlns="{SCHEMA}">'.encode() + b" " * (60 * 1024 * 1024))
    found = sitemaps.read_sitemap(bomb, MAP)
    assert found.problem is not None
    assert found.problem.kind == "sitemap-too-large"


def test_addresses_beyond_the_fifty_thousand_that_a_sitemap_may_name_are_read_too() -> None:
    at = "https://www.lantern.example/p"
    found = sitemaps.read_sitemap(f"{at}\n".encode() * 50_000 + f"{at}ost/last".encode(), MAP)
    assert (found.complete, found.problem, found.entries[-1].url) == (True, None, f"{at}ost/last")


@pytest.mark.slow
def test_no_more_addresses_are_read_than_the_limit_allows() -> None:
    lines = b"http://a\n" * (sitemaps.SITEMAP_ENTRIES + 1)
    found = sitemaps.read_sitemap(lines, MAP)
    assert found.problem is not None and not found.complete
    assert found.problem.message == "stopped after 500,000 addresses; at most 50 MB and 500,000 addresses are read"
    assert len(found.entries) == sitemaps.SITEMAP_ENTRIES


def test_endless_nesting_is_refused() -> None:
    found = sitemaps.read_sitemap(HEAD + b"<urlset>" + b"<url>" * 100_000, MAP)
    assert found.problem is not None
    assert found.problem.kind == "sitemap-refused"


def test_a_packed_sitemap_is_read_and_a_torn_one_is_not_complete() -> None:
    packed = gzip.compress(urlset("https://www.lantern.example/post/one"))
    assert sitemaps.read_sitemap(packed, MAP).complete
    assert not sitemaps.read_sitemap(packed[:-9], MAP).complete


ONE = "https://www.lantern.example/post/one"
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'
ENTRY = f"<url><loc>{ONE}</loc></url>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"{DECLARED}<urlset><urlset>{ENTRY}</urlset></urlset>", id="a urlset in a urlset"),
        pytest.param(f'{DECLARED}<s:urlset xmlns:s="{SCHEMA}"><s:url><s:loc>{ONE}</s:loc></s:url></s:urlset>', id="p"),
        pytest.param(f'{DECLARED}<urlset xmlns="{SCHEMA}"><url xmlns=""><loc>{ONE}</loc></url></urlset>', id="mixed"),
        pytest.param(f"\ufeff\n  {DECLARED}<urlset>{ENTRY}</urlset>", id="a byte order mark, then a line"),
        pytest.param(f"\n\ufeff{DECLARED}<urlset>{ENTRY}</urlset>", id="a line, then a byte order mark"),
        pytest.param(f"<br><b>Warning</b>: x in y on line 3\n{DECLARED}<urlset>{ENTRY}</urlset>", id="PHP"),
        pytest.param(f"{DECLARED}<!DOCTYPE urlset SYSTEM 'y.dtd'><urlset>{ENTRY}</urlset>", id="doctype"),
        pytest.param(f"{DECLARED}<urlset>{ENTRY}</urlset><script>x</script>", id="something behind its end"),
        pytest.param(f"<?xml version='1.1'?><urlset>{ENTRY}</urlset>", id="XML 1.1"),
        pytest.param(f"<urlset><url><i:i><i:loc>/p.jpg</i:loc></i:i><loc>{ONE}</loc></url></urlset>", id="unbound"),
        pytest.param(f"<URLSET><Url><Loc>{ONE}</Loc><LASTMOD/></Url></URLSET>", id="capitals"),
        pytest.param(f"<urlset><url><loc>{ONE}&nbsp;</loc></url></urlset>", id="a reference of HTML"),
        pytest.param(f"<urlset><url><loc>{ONE}&#1;\x0b</loc><t>&#xD800;</t></url></urlset>", id="what XML has not"),
        pytest.param(f"<!DOCTYPE urlset [<!ELEMENT loc ANY>]><urlset>{ENTRY}</urlset>", id="doctype of elements"),
        pytest.param(f"{ONE}\r\n\r\n", id="a text sitemap"),
        pytest.param(f"# all posts\n{ONE}\n#{ONE}-2\n", id="a text sitemap with remarks"),
        pytest.param(gzip.compress(f"{ONE}\n".encode()), id="a packed text sitemap"),
        pytest.param(gzip.compress(gzip.compress(f"<urlset>{ENTRY}</urlset>".encode())), id="packed twice"),
        *(
            pytest.param(f'<?xml version="1.0" encoding="{name}"?><urlset>{ENTRY}</urlset>', id=f"said to be {name}")
            for name in ("euc-kr", "bogus", "utf-16", "shift_jis", "utf-7", "rot13")
        ),
        pytest.param(f"{DECLARED}<urlset><!-- caf".encode() + b"\xe9 -->" + f"{ENTRY}</urlset>".encode(), id="stray"),
    ],
)
def test_sitemaps_of_the_wild_are_read_whole(body: str | bytes) -> None:
    found = sitemaps.read_sitemap(body if isinstance(body, bytes) else body.encode(), MAP)
    assert [entry.url for entry in found.entries] == [ONE]
    assert (found.kind, found.complete, found.problem) == ("urlset", True, None)


def test_a_sitemap_behind_a_sitemap_is_said() -> None:
    found = sitemaps.read_sitemap(f"<urlset>{ENTRY}</urlset>\n{DECLARED}<urlset>{ENTRY}</urlset>".encode(), MAP)
    assert (len(found.entries), found.complete) == (1, False)
    assert found.problem is not None
    assert "another behind its end" in found.problem.message


def test_an_ampersand_that_nobody_escaped_costs_no_address() -> None:
    body = f"<urlset><url><loc>{ONE}?a=1&b=2&amp;c=3</loc></url>" + ENTRY * 9000 + "</urlset>"
    found = sitemaps.read_sitemap(body.encode(), MAP)
    assert found.complete
    assert found.entries[0].url == f"{ONE}?a=1&b=2&c=3"
    assert len(found.entries) == 9001


def test_a_feed_that_breaks_off_keeps_its_items_and_says_so() -> None:
    items = "".join(f"<item><title>{n}</title><link>{ONE}-{n}</link></item>" for n in range(3))
    whole = f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()
    assert feeds.read_feed(whole, MAP).problem is None
    cut = feeds.read_feed(whole[:-40], MAP)
    assert len(cut.items) >= 2
    assert cut.problem is not None
    assert cut.problem.kind == "feed-cut"


def test_a_web_page_in_place_of_a_sitemap_is_a_problem() -> None:
    found = sitemaps.read_sitemap(b"<html><body><p>Not found</p></body></html>", MAP)
    assert (found.kind, found.complete) == ("other", False)
    assert found.problem is not None
    assert found.problem.kind == "not-a-sitemap"


@given(st.binary(max_size=400))
def test_no_bytes_make_a_sitemap_or_feed_raise(body: bytes) -> None:
    assert sitemaps.read_sitemap(body, MAP).complete in (True, False)
    assert feeds.read_feed(body, MAP).url == MAP


@given(st.lists(st.sampled_from("abcdefghij"), unique=True), st.integers(min_value=1))
def test_whatever_the_cut_no_address_is_made_up(slugs: list[str], cut: int) -> None:
    whole = urlset(*(f"https://www.lantern.example/post/{slug}" for slug in slugs))
    found = sitemaps.read_sitemap(whole[: -(cut % len(whole)) or None], MAP)
    assert {entry.url for entry in found.entries} <= {f"https://www.lantern.example/post/{slug}" for slug in slugs}


FEED = (
    '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
    "<title><![CDATA[Lantern]]></title><link>https://www.lantern.example/news-1</link>"
    "<item><title><![CDATA[One & only]]></title><link>https://www.lantern.example/post/a%C3%B1o</link>"
    '<guid isPermaLink="false">64b3</guid><pubDate>Sun, 16 Jul 2023 11:14:21 +0200</pubDate></item></channel></rss>'
)

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Lantern",
    "home_page_url": "/news-1",
    "items": [
        {"url": "/post/a\u00f1o", "title": "One & only", "date_published": "2023-07-16T11:14:21+02:00"},
        {"id": "no address"},
        "no item",
    ],
}


def test_a_feed_names_its_posts_in_utc_and_its_list_page() -> None:
    found = feeds.read_feed(FEED.encode(), "https://www.lantern.example/blog-feed.xml")
    assert found.items == (
        Listed(
            url="https://www.lantern.example/post/a%C3%B1o", title="One & only", published_at="2023-07-16T09:14:21Z"
        ),
    )
    assert found.page == "https://www.lantern.example/news-1"
    assert found.problem is None


@pytest.mark.parametrize(
    "wild",
    [
        lambda text: text.replace("utf-8", "utf-16").replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda text: gzip.compress(text.encode()),
        lambda text: gzip.compress(gzip.compress(text.encode())),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.partition("?>")[2].encode("utf-16"),
        lambda text: text.encode() + b" " * 9000,
        lambda text: text.replace("</channel>", "<item><title>No address</title></item></channel>").encode(),
        lambda _: json.dumps(JSON_FEED).encode(),
    ],
    ids=[
        "UTF-16",
        "packed",
        "packed twice",
        "a byte order mark",
        "UTF-16 that says nothing",
        "blanks at its end",
        "an item without an address",
        "JSON Feed",
    ],
)
def test_a_feed_of_the_wild_is_read_whole(wild: Callable[[str], bytes]) -> None:
    url = "https://www.lantern.example/blog-feed.xml"
    found = feeds.read_feed(wild(FEED), url)
    assert found == feeds.read_feed(FEED.encode(), url)
    assert found.items and found.problem is None


@pytest.mark.parametrize(
    ("says", "named"),
    [
        ("<guid>https://lantern.example/post/a</guid>", ["https://lantern.example/post/a"]),
        ("<guid>/post/a</guid>", ["https://lantern.example/post/a"]),
        ("<guid>abc-123</guid>", []),
        ("<guid>5fd0-11</guid><link>post/a</link>", ["https://lantern.example/post/a"]),
        ("<guid>a.html</guid><link>a.html</link>", ["https://lantern.example/a.html"]),
        ("<guid>5fd0-11</guid><link>a.html</link>", ["https://lantern.example/a.html"]),
        ('<guid isPermaLink="false">https://lantern.example/?p=3</guid>', []),
    ],
)
def test_an_id_is_an_address_only_where_it_can_be_one(says: str, named: list[str]) -> None:
    feed = f'<rss version="2.0"><channel><item><title>A</title>{says}</item></channel></rss>'
    assert [one.url for one in feeds.read_feed(feed.encode(), "https://lantern.example/feed.xml").items] == named


def test_an_empty_feed_is_no_problem() -> None:
    body = FEED.partition("<item>")[0].encode() + b"</channel></rss>"
    assert feeds.read_feed(body, MAP).problem is None


@pytest.mark.parametrize(
    "body",
    [b"<!DOCTYPE html><html><title>x</title>", b"  <html lang=en>", b"", b"\x00\x01", b"{}", b'{"version": 1}',
     b"{" * 99_999, b'<rss version="2.0"><channel ' + b" ".join(b"a%d=''" % n for n in range(600)) + b"/></rss>"],
)  # fmt: skip
def test_a_feed_that_is_something_else_is_a_problem(body: bytes) -> None:
    problem = feeds.read_feed(body, MAP).problem
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
    named = sitemaps.read_sitemap(urlset("https://evil.example/post/x", "https://www.lantern.example/post/y"), MAP)
    assert [one.url for one in discover.targets_of_sitemap(named, SITE)] == ["https://www.lantern.example/post/y"]


def test_of_two_sites_at_one_host_each_gets_its_own_posts() -> None:
    both = urlset("https://www.ushrnetwork.org/news-updates/old-one", "https://ushrnetwork.org/news/272/100/new-one")
    named = sitemaps.read_sitemap(both, "https://ushrnetwork.org/sitemap.xml")
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
