"""A page can be asked for its parts without being parsed whole, with the same answers."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import SelectorMismatch, Unreadable
from scraper.layouts.wix import layout as wix
from scraper.page import Page, Scope, clean_text, parse_json, too_deep, words

PAGES = Path(__file__).parent / "pages"


class WholePage(Page):
    """The same page, every part of it looked for in a parse of the whole."""

    def part(self, hook: str) -> Scope | None:
        node = self.maybe(f'[data-hook="{hook}"]')
        found = Page(node.html or "").maybe(f'[data-hook="{hook}"]') if node is not None else None
        return Scope(found, self.url) if found is not None else None

    def has(self, hook: str) -> bool:
        return self.maybe(f'[data-hook="{hook}"]') is not None


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in PAGES.glob("wix_*/record.json")), ids=lambda p: p.name
)
def test_a_page_reads_the_same_cut_out_and_whole(folder: Path) -> None:
    source = (folder / "page.html").read_text("utf-8")
    url = json.loads((folder / "record.json").read_text("utf-8"))["url"]
    assert wix.read(Page.from_html(source, url=url)) == wix.read(WholePage.from_html(source, url=url))


INSIDE = st.lists(
    st.sampled_from(
        ["<p>a</p>", "<article>b</article>", "<!-- </article> -->", "<script>'</article>'</script>", "<style></style>",
         "<ARTICLE >c</ARTICLE>", "<articles>d</articles>", "<br>", "e", "<div title='<article'>f</div>"]
    ),
    max_size=8,
)  # fmt: skip


@given(before=INSIDE, inside=INSIDE, after=INSIDE)
def test_a_part_is_what_the_parser_says_it_is(before: list[str], inside: list[str], after: list[str]) -> None:
    source = f'<body>{"".join(before)}<article data-hook="post">{"".join(inside)}</article>{"".join(after)}</body>'
    part, node = Page(source).part("post"), Page(source).maybe('[data-hook="post"]')
    assert part is not None
    assert node is not None
    assert part.root.html == node.html


@pytest.mark.parametrize(
    "source",
    [
        "<article data-hook='post'>x</article>",
        "<article class=a data-hook=post>x</article>",
        '<section data-hook="post"><section>y</section>x</section>',
        '<!-- <article data-hook="post">no</article> --><article data-hook="post">x</article>',
        '<script>a = "<!--"</script><article data-hook="post">x</article>',
        '<article data-hook="post">x',
        '<article data-hook="post"><article>x</article>',
        '<head><title></head></title></head><body><article data-hook="post">x</article>',
        '<head><style>a{}</style></head><script></script><article data-hook="post">x</article><body>',
        '<title>no body</title><article data-hook="post">x</article><script>"</head><body>"</script>',
    ],
)
def test_a_part_is_found_however_it_is_written(source: str) -> None:
    part = Page(source).part("post")
    assert Page(source).has("post")
    assert part is not None
    assert (words(part.root) or "").endswith("x")


@pytest.mark.parametrize(
    "source",
    [
        '<!-- <article data-hook="post">no</article> -->',
        "<script>var a = '<article data-hook=\"post\">'</script>",
        '<article data-hook="poster">no</article>',
        'data-hook="post"',
        "",
    ],
)
def test_what_only_looks_like_a_part_is_none(source: str) -> None:
    assert not Page(source).has("post")
    assert Page(source).part("post") is None


def test_taking_a_part_apart_leaves_the_page_as_it_is() -> None:
    page = Page('<article data-hook="post"><p>x</p></article>')
    part = page.part("post")
    assert part is not None
    part.one("p").decompose()
    assert page.one("p").text() == "x"


def test_one_says_how_many_it_found_and_where() -> None:
    with pytest.raises(SelectorMismatch, match=r"https://x\.example/: expected one p, found 2"):
        Page("<p><p>", url="https://x.example/").one("p")


def test_the_head_is_read_in_any_order_and_without_what_scripts_write() -> None:
    page = Page(
        """<html lang=es><head><script>document.write('<meta property="og:title" content="no">')</script>
        <!-- <meta property="og:title" content="nor this"> -->
        <meta content='a > b &amp; c' property="og:title"><meta property="og:title" content="second">
        <META NAME="Description" CONTENT=" "><title> Two
        lines </title><link rel="shortcut icon" href="x"><link href=/here rel=canonical></head>
        <body><meta property="og:url" content="no"></body>"""
    )
    assert page.meta("og:title") == "a > b & c"
    assert page.meta("description") is None
    assert page.meta("og:url") is None
    assert page.link("canonical") == "/here"
    assert (page.title, page.language) == ("Two lines", "es")


def test_json_ld_is_read_from_lists_and_graphs_and_left_out_where_it_is_broken() -> None:
    blocks = ['[{"a": 1}, 2]', '{"@graph": [{"b": 2}, "x"]}', "{broken", "[" * 100_000]
    scripts = "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
    assert Page(f"<head>{scripts}</head>").json_ld == ({"a": 1}, {"b": 2})


def test_text_loses_what_nobody_sees_and_keeps_joiners() -> None:
    assert clean_text("a\u200bb\ufeff\u00a0c") == "ab c"
    assert clean_text("می\u200cخواهم") == "می\u200cخواهم"


def test_a_page_nested_too_deeply_is_refused_and_a_long_one_is_not() -> None:
    assert too_deep("<div>" * 20_000)
    assert not too_deep("<div><br></div>" * 20_000)
    assert not too_deep("<p>" * 20_000)
    with pytest.raises(Unreadable, match="nested"):
        Page("<i>" * 20_000).all("p")


def test_a_head_of_nothing_but_tags_is_read_in_no_time() -> None:
    assert Page("<meta " * 50_000).meta("og:title") is None


def test_tags_that_never_end_hide_no_others() -> None:
    lone = f'<meta x="{"a" * 30_000}>'
    assert Page(f"{lone * 200}<meta property='og:title' content='Water'>").meta("og:title") == "Water"


def test_half_characters_in_json_become_replacement_characters_and_pairs_stay() -> None:
    said = parse_json(r'{"a": "\ud83d\ude00 \ud800", "\udc00": ["\\\\ud83d\udc00"]}')
    assert said == {"a": "\U0001f600 \ufffd", "\ufffd": ["\\\\ud83d\ufffd"]}
