"""An archived page as it looked, and nothing of it that runs or asks anybody."""

import re
import string
import time
from html import unescape
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import replay
from scraper.page import Page

WELL = "ab12cd_00001111222233334444555566667777~mv2.png"
KEPT = {
    url: f"/web/20210309140700im_/{url}"
    for url in ("https://media.example/a.jpg", f"https://static.wixstatic.com/media/{WELL}")
}
STYLES = {"https://www.example.org/s.css": "/web/20210309140700cs_/https://www.example.org/s.css"}
AROUND = replay.PageFrame(
    head="<!--head-->", bar="<div id=bar>bar</div>", elsewhere="Leads to {url}", not_kept="Not kept:"
)


class Shelf:
    """An archive of one picture, one style sheet and one page."""

    def picture(self, url: str) -> str | None:
        return KEPT.get(url)

    def style(self, url: str) -> str | None:
        return STYLES.get(url)

    def link(self, url: str) -> tuple[str, bool]:
        return f"/web/20210309140700/{url}", url == "https://www.example.org/post/other"


def shown(html: str, url: str = "https://www.example.org/post/one") -> str:
    return replay.replayed(Page.from_html(html, url=url), Shelf(), AROUND)


def css(text: str) -> str:
    return replay.rewritten_css(text, KEPT.get)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<SCRIPT src=//evil.example/x.js></SCRIPT>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
        "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
        "<svg><foreignObject><iframe src=//evil.example></iframe></foreignObject></svg>",
        "<svg><use href='//evil.example/x.svg#a'></use><image href='//evil.example/x.png'/></svg>",
        "<svg><style>@import '//evil.example/x.css';</style></svg>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<p onclick=alert(1) onmouseover='alert(1)'>x</p>",
        "<iframe src=//evil.example srcdoc='<script>alert(1)</script>'></iframe>",
        "<object data=//evil.example/x.swf></object><embed src=//evil.example/x.swf><applet code=x></applet>",
        "<form action=//evil.example><input name=q><button formaction=//evil.example>x</button></form>",
        "<base href=//evil.example/>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<link rel=preload href=//evil.example/x.js as=script><link rel=stylesheet href=//evil.example/x.css>",
        "<link rel=dns-prefetch href=//evil.example><link rel=icon href=//evil.example/i.ico>",
        "<img src=//evil.example/x.png srcset='//evil.example/y.png 2x' longdesc=//evil.example lowsrc=//evil.example>",
        "<picture><source srcset=//evil.example/x.webp><img src=//evil.example/x.jpg></picture>",
        "<video src=//evil.example/v.mp4 poster=//evil.example/p.jpg><source src=//evil.example/v.webm></video>",
        "<audio src=//evil.example/a.mp3></audio><track src=//evil.example/t.vtt>",
        "<body background=//evil.example/b.png><table background=//evil.example/b.png><tr><td>x</table>",
        "<a href='javascript:alert(1)' ping=//evil.example target=_top>x</a>",
        "<a href=' \x01javascript:alert(1)'>x</a><a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<div style='background:url(//evil.example/x.png)'>x</div>",
        "<div style='background:\\75 rl(//evil.example/x.png)'>x</div>",
        "<style>@import url(//evil.example/x.css); p{background:url('//evil.example/x.png')}</style>",
        "<style>@font-face{font-family:x;src:url(//evil.example/x.woff)}</style>",
        "<style>p{width:expression(alert(1))}</style>",
        "<style>a{content:'</\\73 tyle><script>alert(1)</script>'}</style>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<textarea></textarea><img src=//evil.example/x></textarea>",
        "<template><script>alert(1)</script></template><portal src=//evil.example></portal>",
        "<frameset><frame src=//evil.example></frameset>",
        "<xmp><script>alert(1)</script></xmp>",
        "<plaintext><script>alert(1)</script>",
        "<div data-x='https://evil.example/'>x</div>",
        "<!--[if IE]><script>alert(1)</script><![endif]-->",
        "<x-widget src=//evil.example onload=alert(1)></x-widget>",
    ],
)
def test_nothing_of_a_page_runs_or_asks_another_host(hostile: str) -> None:
    html = shown(f"<!doctype html><p>words</p>{hostile}")
    again = Page.from_html(html)
    assert again.all("script, iframe, frame, object, embed, form, base, template, noscript, source, portal") == []
    assert again.all("meta, input, textarea, audio, video, math, image, animate, foreignObject") == []
    for node in again.all("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "background", "poster", "srcset", "action", "ping", "data"):
                assert re.match(r"#|/web/\d{14}|data:image/svg\+xml,", value or ""), (name, value)
            if name == "style":
                assert "evil" not in (value or "")
    for style in again.all("style"):
        assert "evil" not in re.sub(r"@not-archived-[\w-]+", "", style.text()) or "@not-archived-" in style.text()
        assert not re.search(r"url\(\"?(?:https?:)?//", style.text())
    assert "words" in html


def test_a_picture_comes_from_the_archive_by_any_of_its_addresses() -> None:
    for written in ("src", "data-src", "data-pin-media"):
        html = shown(f'<img {written}="https://media.example/a.jpg" alt="A well" width="300">')
        assert f'src="{KEPT["https://media.example/a.jpg"]}"' in html
        assert 'alt="A well"' in html and 'width="300"' in html


@pytest.mark.parametrize("mark", ['data-animate-blur=""', "DATA-ANIMATE-BLUR", 'data-animate-blur="1"'])
def test_a_kept_picture_is_not_blurred_as_if_a_script_were_still_to_load_it(mark: str) -> None:
    found = shown(f'<wow-image class="x" {mark}><img src="https://media.example/a.jpg"></wow-image>')
    assert "blur" not in found and '<wow-image class="x"><img alt="" src="/web/' in found


def test_a_picture_that_a_script_would_have_put_into_its_frame_stands_in_it() -> None:
    frame = """<wow-image data-image-info='{{"imageData":{{"uri":"{}"}}}}'><img alt="A well"></wow-image>"""
    filling = 'style="width:100%;height:100%;object-fit:cover"'
    kept, missing = shown(frame.format(WELL)), shown(frame.format(WELL.replace("7777", "8888")))
    assert filling in kept and f'src="/web/20210309140700im_/https://static.wixstatic.com/media/{WELL}"' in kept
    assert filling in missing and 'src="data:image/svg+xml' in missing
    assert "object-fit" not in shown('<p><img alt="A well"></p>') + shown(
        "<wow-image data-image-info='[1'><img></wow-image>"
    )


def test_a_picture_that_was_not_kept_is_a_box_with_its_words_and_its_address_in_its_title() -> None:
    html = shown('<img src="https://media.example/b.jpg" alt="A well" width="300" height="200">')
    assert 'src="data:image/svg+xml,' in html and "width='300'" not in html
    assert 'alt="A well"' in html and 'title="Not kept: https://media.example/b.jpg"' in html


@pytest.mark.parametrize("before", ["", "İ ẞ K ", "\\0", "@media x{"])
@pytest.mark.parametrize("written", ["url(", "URL(", "uRl(", "u\\72l(", "\\000075 rl(", "\\55\\52\\4c("])
def test_an_address_in_a_style_is_found_however_it_is_written(before: str, written: str) -> None:
    for quote in ("", '"', "'"):
        found = css(f"{before}p{{background:{written}{quote}https://media.example/a.jpg{quote})}}")
        assert f'url("{KEPT["https://media.example/a.jpg"]}")' in found
        assert "evil" not in css(f"{before}p{{background:{written}{quote}//evil.example/x{quote})}}")


@pytest.mark.parametrize("name", ["image-set", "-webkit-image-set", "IMAGE", "src", "cross-fade", "e\\78pression"])
def test_functions_that_ask_by_a_string_are_none_any_more(name: str) -> None:
    assert "not-archived-" in css(f"İ p{{background:{name}('//evil.example/x.png' 1x)}}")


@pytest.mark.parametrize("unit", ["url(", "url('", 'url("', "\\", "url(\\", "url(  ", "@import", "image("])
def test_a_style_sheet_costs_time_in_proportion_to_its_length(unit: str) -> None:
    start = time.process_time()
    css(unit * 100_000)
    assert time.process_time() - start < 3


def test_the_box_says_what_is_missing_where_it_has_room() -> None:
    def drawn(html: str) -> str:
        found = re.search(r'src="data:image/svg\+xml,([^"]*)"', shown(html))
        assert found
        return unquote(unescape(found[1]))

    large = drawn('<iframe width="560" height="315" src="https://player.example/1"></iframe>')
    assert ">Not kept:</text>" in large and ">player.example</text>" in large
    hostile = drawn('<img width="400" height="300" src="b.jpg" alt="<script>&quot;\x01\ud800 &amp; a well">')
    assert "<script" not in hostile and "a well</text>" in hostile
    assert ElementTree.fromstring(hostile).tag.endswith("svg")
    long = drawn(f'<img width="400" height="300" src="b.jpg" alt="{"well " * 50}">')
    assert "…</text>" in long and len(long) < 700
    assert "<text" not in drawn('<img width="100" height="20" src="b.jpg" alt="A well">')
    assert "www.youtube.com" in drawn('<amp-youtube data-videoid="AAAA" width="480" height="270"></amp-youtube>')


def test_a_frame_without_an_address_leaves_no_box() -> None:
    assert "<img" not in shown("<iframe></iframe>")
    assert "<img" in shown("<iframe src='https://player.example/1'></iframe>")


def test_links_lead_into_the_archive_and_say_where_they_would_lead() -> None:
    html = shown(
        '<a href="/post/other">a</a><a href="https://else.example/x?a=1&amp;b=2#c">b</a><a href="#d">d</a>'
        '<a href="https://www.example.org/post/one#e">e</a><a href="mailto:a@b.example">m</a>'
    )
    found = [dict(node.attributes) for node in Page.from_html(html).all("a")]
    assert found == [
        {"href": "/web/20210309140700/https://www.example.org/post/other"},
        {
            "href": "/web/20210309140700/https://else.example/x?a=1&b=2#c",
            "title": "Leads to https://else.example/x?a=1&b=2",
        },
        {"href": "#d"},
        {"href": "#e"},
        {"href": "mailto:a@b.example"},
    ]


def test_relative_addresses_follow_the_base_of_the_page() -> None:
    html = shown('<base href="https://media.example/"><img src="a.jpg">')
    assert KEPT["https://media.example/a.jpg"] in html


def test_styles_stay_and_so_do_the_shapes_of_drawings() -> None:
    html = shown(
        '<link rel="stylesheet" href="/s.css" media="screen"><style media="print">p > a { color: red }</style>'
        '<svg viewBox="0 0 9 9" fill="red"><linearGradient id="g"></linearGradient>'
        '<path d="M0 0" style="fill:url(#g)"/></svg>'
    )
    assert f'<link rel="stylesheet" href="{STYLES["https://www.example.org/s.css"]}" media="screen">' in html
    assert '<style media="print">p > a { color: red }</style>' in html
    drawing = Page.from_html(html).one("svg")
    assert (
        drawing.attributes["viewBox"] == "0 0 9 9" and drawing.css_first("path").attributes["style"] == 'fill:url("#g")'
    )


def test_the_bar_stands_first_in_the_body_and_a_page_without_one_has_it_too() -> None:
    for page in ("<p>x</p>", "<html><body class=b><p>x</p>", "text"):
        assert re.search(r"<body[^>]*><div id=bar>bar</div>", shown(page))


def test_a_page_keeps_its_words_in_their_order() -> None:
    html = shown(
        "<pre>\n\none &lt; two</pre><ol start=3 reversed><li value=9>x</ol><form><b>in a form</b></form><xmp>raw</xmp>"
    )
    assert Page.from_html(html).one("body").text() == "bar\none < twoxin a formraw"


def test_css_pictures_come_from_the_archive_and_all_other_addresses_are_gone() -> None:
    kept = KEPT["https://media.example/a.jpg"]
    for written in (
        "url(https://media.example/a.jpg)",
        'URL( "https://media.example/a.jpg" )',
        "u\\72l('https://media.example/a.jpg')",
    ):
        assert css(f"p {{ background: {written} no-repeat }}") == f'p {{ background: url("{kept}") no-repeat }}'
    assert css("p { background: url(http://evil.example) }") == 'p { background: url("data:,") }'
    assert css("a { fill: url(#g); b: url(data:image/gif;base64,R0lG) }") == (
        'a { fill: url("#g"); b: url("data:image/gif;base64,R0lG") }'
    )


@pytest.mark.parametrize(
    "written",
    [
        "url(http://evil.example", 'url("http://evil.example', "url('http://evil.example\\'", "/* \" */ url(http://evil.example)",
        "'url(' x: url(http://evil.example)", "\\55\\52\\4c(http://evil.example)", "\\000075rl(http://evil.example)",
        "u\\\\72l(x) url(http://evil.example)", "url(\n'http://evil.example'\n)", "url(data:text/html,http://evil.example)",
        "url(h\\74tp://evil.example)", f"url(data:image/png;{'x' * 2_000_001}http://evil.example)",
    ],
)  # fmt: skip
def test_no_way_of_writing_an_address_in_css_leaves_it_there(written: str) -> None:
    assert "evil" not in css(f"p {{ background: {written} }}")


@pytest.mark.parametrize(
    "written",
    ["@import 'http://evil.example'", "@IMPORT url(x)",
     "@\\69mport 'x'", "@font-face { src: local(x) }", "@namespace 'x'",
     "p { width: expression(alert(1)) }", "p { background: image-set('http://evil.example' 1x) }",
     "p { background: -webkit-image-set('x' 1x) }", "p { src: src('x') }", "p { background: image('x') }"],
)  # fmt: skip
def test_what_asks_without_url_has_another_name(written: str) -> None:
    found = css(written)
    assert "not-archived-" in found
    assert not re.search(
        r"@(?:import|font-face|namespace)|(?<!not-archived-)(?:expression|image-set|\bsrc|\bimage)\(", found
    )


def test_css_never_ends_the_element_that_it_stands_in() -> None:
    assert "</style" not in css("a { content: '<\\/style><\\2fstyle>' } </\\73tyle>")


@given(st.text(alphabet=string.printable + "é\u2028\0", max_size=200))
def test_no_css_whatever_makes_an_address_of_another_host(text: str) -> None:
    found = css(text + "url(http://evil.example/x)")
    assert not re.search(r"url\(\s*[\"']?\s*(?:https?:)?//", found, re.IGNORECASE)
    assert "</" not in found
