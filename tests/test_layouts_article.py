"""A head that says article is a post in whatever frame; the same head on a list, an error page or a wall is none."""

import time

import pytest

from scraper.reading.page_reader import extract
from scraper.records import Capture, Reading

TITLE = "A Walk to the Well"
PROSE = "".join(
    f"<p>On day {day} the delegation read the names of forty villages at the old well.</p>" for day in range(4)
)
CALLED = f'<meta property="og:title" content="{TITLE}"><meta property="og:type" content="article">'
TYPED = f'{CALLED}<script type="application/ld+json">{{"@type": "Article", "headline": "{TITLE}"}}</script>'
DATED = f'{TYPED}<meta property="article:published_time" content="2017-05-09T15:04:05Z">'
WIX = '<script src="https://static.parastorage.com/a.js"></script>'
SHOWN = f"<main><h1>{TITLE}</h1><div>{PROSE}</div></main>"
URL = "https://wellhouse.example/stories/walk"


def read(head: str, body: str, url: str = URL) -> Reading:
    html = f"<html><head>{head}</head><body>{body}</body></html>"
    return extract(Capture(url=url, captured_at="2026-01-01", media_type="text/html", body=html.encode()))


@pytest.mark.parametrize(
    "url",
    [
        URL, "https://www.wellhouse.example/post/walk", "https://ushrnetwork.org/our-work/walk", "",
        "https://name.wixsite.com/site/single-post/2017/05/09/walk", "https://wellhouse.example/node/12",
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["", WIX])
@pytest.mark.parametrize("head", [TYPED, DATED])
def test_an_article_is_a_post_at_any_address_and_in_any_frame(head: str, frame: str, url: str) -> None:
    reading = read(head + frame, SHOWN, url)
    assert (reading.kind, reading.title) == ("post", TITLE)
    assert (reading.body_text or "").count("forty villages") == 4


def test_a_type_for_previews_alone_makes_no_post() -> None:
    """Else a post whose look changed would be read by another rule, and seem edited."""
    assert read(CALLED, SHOWN).kind == "other"


LINKED = f'<h2><a href="/a">One walk of many</a></h2>{PROSE}<h2><a href="/b">Another walk</a></h2>{PROSE}'
NO_POSTS = {
    "front page": (SHOWN, "https://wellhouse.example/"),
    "front page of a free host": (SHOWN, "https://name.wixsite.com/site"),
    "category": (SHOWN, "https://wellhouse.example/blog/categories/walks"),
    "tag": (SHOWN, "https://wellhouse.example/tag/walks"),
    "second part of a list": (SHOWN, "https://wellhouse.example/blog/page/2"),
    "search": (SHOWN, "https://wellhouse.example/?s=walk"),
    "list": (f"<h1>{TITLE}</h1><div>{LINKED}</div>", URL),
    "list of boxes": (f'<h1>{TITLE}</h1><a href="/a"><h3>One</h3>{PROSE}</a><a href="/b"><h3>Two</h3>{PROSE}</a>', URL),
    "error page": (f"<h1>Page not found</h1><p>{TITLE}</p>{PROSE}", URL),
    "login": (f'{SHOWN}<form><input type="password"></form>', URL),
    "consent": (f"<h1>Before you continue</h1>{PROSE}<button>Accept</button>", URL),
    "challenge": ("<h1>Just a moment...</h1><p>May 9, 2017</p><p>We look whether you are a person, or none.</p>", URL),
    "empty": (f"<h1>{TITLE}</h1>", URL),
    "name and age alone": (f"<h1>{TITLE}</h1><div><p>Ann Roe</p><p>4 days ago</p></div>", URL),
}  # fmt: skip


@pytest.mark.parametrize("page", NO_POSTS)
@pytest.mark.parametrize("frame", ["", WIX])
@pytest.mark.parametrize("head", [TYPED, DATED])
def test_other_pages_with_the_head_of_an_article_are_no_posts(head: str, frame: str, page: str) -> None:
    body, url = NO_POSTS[page]
    assert read(head + frame, body, url).kind != "post"


def test_a_page_that_calls_itself_a_wall_is_none_though_its_head_is_an_articles() -> None:
    said = CALLED.replace(TITLE, "Before you continue")
    assert read(said, f"<div id='SINGLE_POST_1'><h1>Before you continue</h1>{PROSE}</div>").kind != "post"
    assert read(DATED.replace(TITLE, "Sign Up for the March"), f"<h1>Sign Up for the March</h1>{PROSE}").kind == "post"


def test_a_structure_is_believed_with_some_prose_only() -> None:
    short = f"<h1>{TITLE}</h1><p>We walked to the old well, and it was good to walk so far.</p>"
    assert read(CALLED, f"<div id='SINGLE_POST_1'>{short}</div>").kind != "post"
    assert read(CALLED, f"<div id='SINGLE_POST_1'>{SHOWN}</div>").kind == "post"
    assert read(DATED, short).kind == "post"


def test_a_hidden_title_is_the_heads_where_the_day_bears_it_out() -> None:
    reading = read(DATED, f"<main><p>May 9, 2017</p><div>{PROSE}</div></main>")
    assert (reading.kind, reading.title, reading.published_day) == ("post", TITLE, "2017-05-09")


@pytest.mark.parametrize(
    ("date", "url", "at", "basis"),
    [
        ("2017-06-01", "https://x.example/single-post/2017/05/09/walk", "2017-06-01", "meta"),
        ("", "https://x.example/single-post/2017/05/09/walk", "2017-05-09", "url"),
        ("", "https://x.example/blog/2017/05/09/walk", "2017-05-09", "url"),
        ("", "https://x.example/2016/12/walk", "2016-12", "url"),
        ("", "https://x.example/single-post/walk", None, None),
    ],
)
def test_the_day_of_the_address_counts_where_nothing_else_tells_one(
    date: str, url: str, at: str | None, basis: str | None
) -> None:
    said = f'<meta property="article:published_time" content="{date}">' if date else ""
    reading = read(f"{TYPED}{said}{WIX}", SHOWN, url)
    assert (reading.published_at, reading.published_basis) == (at, basis)


def test_days_of_other_posts_and_of_the_text_are_none_of_the_posts() -> None:
    body = f"<main><h1>{TITLE}</h1><div>{PROSE}<p>May 1, 2011</p></div></main><aside><p>May 2, 2011</p></aside>"
    reading = read(TYPED, body)
    assert reading.published_at is None
    assert (reading.body_text or "").endswith("May 1, 2011")


@pytest.mark.parametrize("kind", ["page", "webform"])
def test_a_node_of_a_page_is_no_post(kind: str) -> None:
    body = f"<div class='node node--type-{kind}'>{SHOWN}</div>"
    html = f"<html><title>{TITLE}</title><body class='node-type-{kind}'>{body}</body></html>"
    assert extract(Capture(url=URL, captured_at="2026", media_type="text/html", body=html.encode())).kind == "other"


def test_a_numbered_post_is_not_called_by_the_name_of_its_blog() -> None:
    top = "<h1>US Human Rights Network Blog</h1>"
    address = "https://ushrnetwork.org/news/7/100/x"
    assert read("", f"{top}<h2>{TITLE}</h2><p>Apr 2, 2020</p>{PROSE}", address).title == TITLE
    untitled = read("", f"{top}<p>Apr 2, 2020</p>{PROSE}", address)
    assert (untitled.kind, untitled.title, untitled.published_at) == ("post", None, "2020-04-02")
    two = f"<h2>{TITLE}</h2><p>Apr 2, 2020</p>{PROSE}<h2>Another</h2><p>Apr 1, 2020</p>{PROSE}"
    assert read("", top + two, "").kind != "post"


def test_thousands_of_days_above_a_text_are_looked_through_once() -> None:
    start = time.process_time()
    assert read(DATED, f"<h1>{TITLE}</h1>{'<p>May 9, 2017</p>' * 4000}{PROSE}").kind == "post"
    assert time.process_time() - start < 2.0
