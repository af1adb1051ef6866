"""Which of the things on a Wix page are the post's own, and which are true."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.layouts.wix import data as wix_data
from scraper.layouts.wix import layout as wix
from scraper.layouts.wix.address import address
from scraper.page import Page
from scraper.records import Reading
from scraper.wix_media import original

URL = "https://www.example.org/post/a"


def read(inside: str, *, around: str = "{}", head: str = "", url: str = URL) -> Reading:
    article = f'<article data-hook="post">{inside}</article>'
    return wix.read(Page(f"<html><head>{head}</head><body>{around.format(article)}</body></html>", url=url))


def stats(*texts: str, likes: str = "") -> str:
    spans = "".join(f"<span>{text}</span>" for text in texts)
    return (
        f'<div data-hook="post-main-actions__stats"><div data-hook="post-stats">{spans}</div>'
        f'<span data-hook="like-button-with-count__like-count">{likes}</span></div>'
    )


ROOTED = '<div data-hook="post-page-root">{}</div>'
WITNESSED = '<meta property="article:published_time" content="2024-03-16T14:05:00.000Z">' + ROOTED


@pytest.mark.parametrize(
    ("shown", "around", "counts"),
    [
        (stats("0 views", "0 comments"), "{}", (None, None, None)),
        (stats("0 views", "2 comments"), "{}", (None, None, None)),
        (stats("0 comments"), "{}", (None, None, None)),
        (stats("3 comments"), "{}", (None, 3, None)),
        (stats("12 views", "0 comments"), "{}", (12, 0, None)),
        (stats("0 views", "0 comments"), WITNESSED, (0, 0, None)),
        (stats("0 views", "0 comments"), ROOTED, (None, None, None)),
        (stats("0 views", "2 comments", likes="0"), ROOTED, (None, None, None)),
        (stats("29 views", "0 comments", likes="0"), ROOTED, (29, 0, 0)),
        (stats("999+ views", "99+ comments"), WITNESSED, (None, None, None)),
        (stats("&gt;999 Aufrufe", "3 Kommentare"), WITNESSED, (None, 3, None)),
        (stats("1,261 views", "1 comment", likes="4"), ROOTED, (1261, 1, 4)),
        (stats("0 comments"), WITNESSED, (None, 0, None)),
        (stats("0 comments"), ROOTED, (None, None, None)),
        (stats("16 views"), ROOTED, (16, None, None)),
        (stats("24 vues", "0 commentaire"), ROOTED, (24, 0, None)),
        (stats("٣ مشاهدات", "تعليق واحد (١)"), ROOTED, (3, 1, None)),
        (stats("7 zzzz", "8 qqqq"), ROOTED, (7, 8, None)),
        (stats("7 zzzz"), ROOTED, (None, None, None)),
        (stats("1.2K views"), ROOTED, (None, None, None)),
        (stats(), ROOTED, (None, None, None)),
        ("", ROOTED, (None, None, None)),
    ],
)
def test_counts_are_those_shown_unless_they_are_placeholders(
    shown: str, around: str, counts: tuple[int | None, int | None, int | None]
) -> None:
    reading = read(shown, around=around)
    assert (reading.views, reading.comments, reading.likes) == counts
    assert reading.counts_source == ("page" if any(value is not None for value in counts) else None)


@pytest.mark.parametrize(
    "card",
    [
        '<div data-hook="recent-posts"><div data-hook="post-stats"><span>99 views</span></div></div>',
        '<div data-hook="related-posts"><div data-hook="post-stats"><span>99 views</span></div></div>',
        '<ul><li><div data-hook="post-stats"><span>99 views</span></div></li></ul>',
        '<article><div data-hook="post-stats"><span>99 views</span></div></article>',
        '<div data-hook="recent-post-list-item"><span data-hook="user-name">Other</span>'
        '<h2 data-hook="post-title">Other</h2><span data-hook="time-ago">May 1, 2020</span>'
        '<div data-hook="post-description">Other</div></div>',
    ],
)
def test_cards_of_other_posts_give_nothing_inside_the_post_or_behind_it(card: str) -> None:
    for reading in (read(card, around=ROOTED), read("", around=ROOTED + card)):
        assert (reading.views, reading.title, reading.author, reading.published_at) == (None, None, None, None)
        assert reading.body_text is None


def test_what_the_body_holds_is_not_mistaken_for_the_posts_own() -> None:
    reading = read(
        '<div data-hook="post-description"><h1 data-hook="post-title">In the body</h1><a href="/blog/tags/x">x</a>'
        '<a href="/blog/categories/y">y</a><span data-hook="user-name">z</span></div>'
        '<ul><li><a data-hook="category-label-list__item" href="news.html">News</a></li></ul>',
        head='<meta property="og:title" content="In the head">',
    )
    assert (reading.title, reading.author, reading.tags, reading.categories) == ("In the head", None, (), ("News",))
    assert [link.url for link in reading.links] == [
        "https://www.example.org/blog/tags/x",
        "https://www.example.org/blog/categories/y",
    ]


META = '<meta property="article:published_time" content="2021-03-16T14:05:00.000Z">'


@pytest.mark.parametrize(
    ("inside", "head", "published", "updated"),
    [
        ("", META, ("2021-03-16T14:05:00.000Z", "meta"), (None, None)),
        (
            "",
            META + '<meta property="article:modified_time" content="2021-03-16T14:05:00.900Z">',
            ("2021-03-16T14:05:00.000Z", "meta"),
            (None, None),
        ),
        (
            "",
            '<script type="application/ld+json">{"@type":"BlogPosting","datePublished":"2021-03-16T14:05:00Z",'
            '"dateModified":"2021-03-17"}</script>',
            ("2021-03-16T14:05:00Z", "json-ld"),
            ("2021-03-17", "json-ld"),
        ),
        (
            '<span data-hook="time-ago">16 mars 2021</span><p>Mis à jour : <span data-hook="time-ago">17 mars 2021'
            "</span></p>",
            "",
            ("2021-03-16", "shown"),
            ("2021-03-17", "shown"),
        ),
        ('<p>Updated: <span data-hook="time-ago">Mar 17, 2021</span></p>', "", (None, None), ("2021-03-17", "shown")),
        ('<span data-hook="time-ago">3 days ago</span>', "", (None, None), (None, None)),
    ],
)
def test_dates_come_from_the_head_first_and_know_it(
    inside: str, head: str, published: tuple[str | None, str | None], updated: tuple[str | None, str | None]
) -> None:
    reading = read(inside, head=head)
    assert (reading.published_at, reading.published_basis) == published
    assert (reading.updated_at, reading.updated_basis) == updated


def test_a_date_without_a_year_is_left_out_with_a_note() -> None:
    reading = read('<span data-hook="time-ago">May 16</span><div data-hook="post-description"></div>')
    assert reading.published_at is None
    assert [(problem.kind, problem.level) for problem in reading.problems] == [("date-without-year", "note")]


def test_a_post_without_a_body_element_is_a_problem_and_an_empty_body_is_none() -> None:
    assert [problem.kind for problem in read("<p>x</p>").problems] == ["no-body"]
    empty = read('<div data-hook="post-description"><p><br></p></div>')
    assert (empty.body_text, empty.body_html, empty.problems) == ("", "", ())


@pytest.mark.parametrize(
    ("canonical", "url", "known"),
    [
        ("https://example.org/post/b", URL, "https://www.example.org/post/b"),
        ("a.html", URL, "https://www.example.org/post/a"),
        ("https://evil.example/post/b", URL, "https://www.example.org/post/a"),
        ("https://www.example.org/", URL, "https://www.example.org/post/a"),
        ("javascript:x", URL, "https://www.example.org/post/a"),
        ("", URL, "https://www.example.org/post/a"),
        ("../post/a.html", "https://www.example.org/amp/a", "https://www.example.org/post/a"),
    ],
)
def test_a_canonical_link_counts_only_for_a_post_of_the_same_site(canonical: str, url: str, known: str) -> None:
    assert read("", head=f'<link rel="canonical" href="{canonical}">', url=url).url == known


@pytest.mark.parametrize(
    ("href", "means"),
    [
        ("../blog.html", "https://www.example.org/blog"),
        ("b.html?x=1#top", "https://www.example.org/post/b?x=1#top"),
        ("../index.html", "https://www.example.org/"),
        ("index.html", "https://www.example.org/post/"),
        ("../../other.example/a.html", "https://other.example/a.html"),
        ("https://x.example/a.html", "https://x.example/a.html"),
        ("//x.example/a", "https://x.example/a"),
        ("#viewer-1", None),
        ("javascript:void(0)", None),
        ("mailto:a@x.example", "mailto:a@x.example"),
    ],
)
def test_links_that_a_copier_bent_lead_where_they_led(href: str, means: str | None) -> None:
    assert address(href, URL) == means


ID = "0a1b2c_aaaabbbbccccddddeeeeffff00001111~mv2.jpg"
MEDIA = f"https://static.wixstatic.com/media/{ID}"


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        (MEDIA + "/v1/fill/w_49,h_28,al_c,q_85,blur_2/x.jpg", MEDIA),
        (MEDIA.replace("~", "%7E") + "/v1/fit/w_32/file.jpg", MEDIA),
        (ID, MEDIA),
        (f"wix:image://v1/{ID}/name.jpg#originWidth=3", MEDIA),
        (f"../../static.wixstatic.com/media/{ID.replace('~', '_')}/v1/x.jpg", MEDIA),
        ("https://pictures.example/a.jpg?w=9", "https://pictures.example/a.jpg?w=9"),
        ("/a.jpg", "https://www.example.org/a.jpg"),
        ("data:image/gif;base64,R0", None),
        ("", None),
        (" #top", None),
    ],
)
def test_a_picture_is_known_by_its_original(shown: str, kept: str | None) -> None:
    assert original(shown, URL) == kept


@pytest.mark.parametrize(
    "around", ['<div data-hook="gallery-viewer">{}</div>', '<div class="x pro-gallery">{}</div>', "{}"]
)
def test_a_gallery_gives_each_picture_once_and_no_text_of_its_own(around: str) -> None:
    twins = (
        f'<img data-hook="gallery-item-image-img-preload" src="{MEDIA}/v1/fill/w_50/x.jpg">'
        f'<img data-hook="gallery-item-image-img" src="{MEDIA}/v1/fill/w_500/x.jpg" alt="a loaf">'
    )
    hover = "" if around == "{}" else "<div>shown on hover</div>"
    reading = read(f'<div data-hook="post-description"><p>a</p>{around.format(twins + hover)}<p>b</p></div>')
    assert [(image.url, image.alt) for image in reading.images] == [(MEDIA, "a loaf")]
    assert reading.body_text == "a\n\nb"


@pytest.mark.parametrize(
    ("widget", "name", "url", "size"),
    [
        ('<div data-hook="fileUploadName">plan</div><div data-hook="fileUploadExtension">.pdf</div>'
         "<div>Download PDF • 31.47MB</div></div><a href='#0'>", "plan.pdf", None, 31_470_000),
        ("<a href='https://www.example.org/_files/ugd/0a_1.pdf'><div>plan</div><div>.pdf</div><div>Download PDF • 12KB"
         "</div>", "plan.pdf", "https://www.example.org/_files/ugd/0a_1.pdf", 12_000),
        ("<div>plan.pdf</div>", "plan.pdf", None, None),
    ],
)  # fmt: skip
def test_a_file_widget_tells_name_size_and_sometimes_the_address(
    widget: str, name: str | None, url: str | None, size: int | None
) -> None:
    reading = read(
        f'<div data-hook="post-description"><div data-hook="fileUploadViewer"><div>{widget}</div></div></div>'
    )
    assert [(file.name, file.url, file.size) for file in reading.files] == [(name, url, size)]


def escape(text: str) -> str:
    """What JavaScript's ``escape()`` does."""
    units = text.encode("utf-16-be", "surrogatepass")
    codes = [units[at] * 256 + units[at + 1] for at in range(0, len(units), 2)]
    plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@*_+-./"
    return "".join(
        chr(code) if chr(code) in plain else f"%{code:02x}" if code < 256 else f"%u{code:04X}" for code in codes
    )


@given(st.dictionaries(st.text(max_size=5), st.text(st.characters(exclude_categories=["Cs"]), max_size=9), max_size=3))
def test_the_three_forms_of_embedded_data_say_the_same(data: dict[str, str]) -> None:
    text = json.dumps(data, ensure_ascii=False)
    assert wix_data.decode(data) == data
    assert wix_data.decode(text) == data
    assert wix_data.decode(base64.b64encode(escape(text).encode("ascii")).decode()) == data


@pytest.mark.parametrize("value", ["", "no data", "JTdi", None, 3, ["x"], "{broken", "e" * 9999])
def test_data_of_no_known_form_are_none(value: object) -> None:
    page = Page(f'<script id="wix-warmup-data">{{"feed-page-x":{json.dumps(value)}}}</script>')
    assert wix_data.feed_page(page) is None


@pytest.mark.parametrize(
    "path", ["/post/b", "post/b", "https://www.example.org/post/b"], ids=["absolute", "relative", "whole"]
)
def test_a_listed_post_is_known_by_its_address(path: str) -> None:
    posts = [{"id": "1", "title": "B", "url": {"base": "", "path": path}, "slug": "b"}, {"id": "2"}, "x", {"slug": "c"}]
    feed = {"feedResponse": {"postFeedPage": {"posts": {"posts": posts, "pagingMetaData": {"total": "x"}}}}}
    script = f'<script id="wix-warmup-data">{{"feed-page-x":{json.dumps(feed)}}}</script>'
    page = Page(f'<div data-hook="feed-page-root"></div>{script}', url="https://www.example.org/")
    reading = wix.read(page)
    assert (reading.kind, reading.total) == ("list", None)
    assert [entry.url for entry in reading.listed] == [
        "https://www.example.org/post/b",
        "https://www.example.org/post/c",
    ]
