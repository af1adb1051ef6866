"""Bodies as text that can be read and searched, and as HTML that says the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.layouts.body import Body, read_body
from scraper.page import Page
from scraper.sanitise import clean


def read(html: str, *, breaks: bool = False) -> Body:
    return read_body(Page(f"<body>{html}</body>").one("body"), breaks=breaks)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<p>a<br><br><br><br>b</p>", "a\n\nb"),
        ("<p> a \u00a0 b\u200b </p>", "a b"),
        ("<p></p><p><br></p><p>a</p>", "a"),
        ("a<div>b<span>c</span></div>d", "a\n\nbc\n\nd"),
        ("<h2>a</h2><ul><li>b</li><li><p>c</p></li></ul><p>d</p>", "a\n\n• b\n• c\n\nd"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n  • b\n2. c"),
        ("<ul><li>a</li></ul><ol><li>b</li></ol>", "• a\n\n1. b"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "• a\n  b"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>c<br>d</td><td></td></tr></table>", "a | b\nc d | "),
        ("<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td><td>c</td></tr></table>", "a b | c"),
        ("<table><tr><td><ul><li>a</li><li>b</li></ul></td></tr></table><p>c</p>", "a b\n\nc"),
        ("<pre>a\n  b</pre><p>c</p>", "a\n  b\n\nc"),
        ("<blockquote>a</blockquote>b", "a\n\nb"),
        ("<p>a<script>x</script><style>y</style><svg><text>z</text></svg><button>q</button></p>", "a"),
        ("<button><p>title</p></button><details><summary>a</summary>b</details>", "title\n\na\n\nb"),
        ("<p>a\nb</p>", "a b"),
    ],
)
def test_text_has_a_blank_line_between_blocks_and_one_line_for_each_item_and_row(html: str, text: str) -> None:
    assert read(html).text == text


FILM = "<video></video>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"<p>a</p>{FILM}<p>b</p>", "a\n\n[video]\n\nb"),
        (f"{FILM}<p>a</p>", "‣ |\n\na"),
        (f"<p>a</p>{FILM}{FILM}", "a\n\n‣ |\n\n‣ |"),
        (f"<table><tr><td>{FILM}</td><td>a</td></tr></table>", "[video] | a"),
        (FILM, ""),
    ],
)
def test_a_film_leaves_a_mark_between_words_and_a_sign_without_words_at_the_ends(html: str, text: str) -> None:
    assert read(html).text == text
    assert read(html).html.count("[video]") == html.count(FILM)


def test_a_newline_is_a_break_where_the_editor_shows_it_and_indentation_never_is() -> None:
    assert read("<p>a\nb\n    c</p>", breaks=True).text == "a\nb c"
    assert read("<p>a\nb</p>", breaks=True).html == "<p>a<br>b</p>"


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("a <b>b</b> <i>c</i>", "<p>a <strong>b</strong> <em>c</em></p>"),
        ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
        ("<p><b></b> </p><ul><li><br></li></ul>", ""),
        ("<b><div>a</div></b>", "<p><strong>a</strong></p>"),
        ("<p>a <a href='/x&y'>b</a></p>", '<p>a <a href="/x&amp;y">b</a></p>'),
        ("<a>a</a>", "<p>a</p>"),
        ("<p>1 &lt; 2</p>", "<p>1 &lt; 2</p>"),
        ("<table><tr><td colspan=2>a</td><td rowspan=0></td></tr></table>",
         '<table><tbody><tr><td colspan="2">a</td><td></td></tr></tbody></table>'),
        ("<p>a</p><hr><p>b</p>", "<p>a</p><hr><p>b</p>"),
        ("<pre>a\n  b</pre>", "<pre>a\n  b</pre>"),
    ],
)  # fmt: skip
def test_html_keeps_the_marks_that_mean_something(html: str, kept: str) -> None:
    assert read(html).html == kept


def test_links_carry_their_text_on_one_line() -> None:
    links = read('<p><a href="/x">a<br>b <b>c</b></a><a href="">d</a><a href="/y"><img></a></p>').links
    assert [(link.url, link.text) for link in links] == [("/x", "a b c"), ("/y", "")]


_NAMES = "p div ul ol li table tr td b i a h2 blockquote pre br hr span button figure figcaption"
TAGS = _NAMES.split()
SOUP = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS] + ['<a href="/x">']),
        st.text(alphabet="ab \n&;", max_size=4),
    ),
    max_size=30,
)


@given(SOUP, st.booleans())
def test_html_and_text_of_any_soup_say_the_same_words(pieces: list[str], breaks: bool) -> None:
    body = read("".join(pieces), breaks=breaks)
    shown = Page(f"<body>{body.html}</body>").one("body").text()
    marks = re.sub(r"(?m)^ *(?:•|\d+\.) | \| |\s", "", body.text)
    assert re.sub(r"\s", "", shown) == re.sub(r"\|", "", marks)


@given(SOUP)
def test_html_of_any_soup_is_well_formed(pieces: list[str]) -> None:
    body = read("".join(pieces))
    opened: list[str] = []
    for close, tag in re.findall(r"<(/?)([a-z0-9]+)[^>]*>", body.html):
        if close:
            assert opened.pop() == tag
        elif tag not in ("br", "hr", "img"):
            opened.append(tag)
    assert opened == []
    assert "<script" not in clean(body.html)
