"""Shapes that posts take elsewhere: what editors, browsers and archives make of the same page."""

import pytest

from scraper.layouts import wix
from scraper.page import Page
from scraper.records import Reading

URL = "https://www.example.org/post/a"
HEAD = (
    '<meta property="og:title" content="Ponds"/><meta property="og:type" content="article"/>'
    '<meta property="article:published_time" content="2023-05-06T07:08:09.000Z"/>'
)
MEDIA = "https://static.wixstatic.com/media/"
PICTURE = "0a1b2c_aaaabbbbccccddddeeeeffff00001111~mv2.png"
SHOWN = f'<img src="{MEDIA}{PICTURE}/v1/fill/w_49,h_28,blur_2/x.png" alt="">'
WOW = f'<wow-image id="{PICTURE}">{SHOWN}</wow-image>'


def read(article: str, *, head: str = HEAD, url: str = URL) -> Reading:
    return wix.read(Page.from_html(f"<html><head>{head}</head><body>{article}</body></html>", url=url))


def post(body: str) -> str:
    return (
        '<div data-hook="post-page-root"><article data-hook="post"><h1 data-hook="post-title">Ponds</h1>'
        f'<section data-hook="post-description"><div data-id="content-viewer">{body}</div></section></article></div>'
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("<pre>one\n  two</pre>", "one\n  two"),
        ("<pre><span>one<br>  two</span></pre>", "one\n  two"),
        ("<pre><span>one</span><br/><span>two</span><br/><br/>four</pre>", "one\ntwo\n\nfour"),
        ("<pre><div>one</div><div>  two</div></pre>", "one\n  two"),
    ],
)
def test_the_lines_of_a_program_stay_lines(code: str, text: str) -> None:
    reading = read(post(code))
    assert reading.body_text == text
    assert reading.body_html == f"<pre>{text}</pre>"


@pytest.mark.parametrize(
    "page",
    [
        # What has no place in a head closes it, so that a browser writes what follows into the body.
        "<html><head><title>Ponds</title></head><body><div></div>{head}{article}</body></html>",
        "<html><body><script>1</script>{head}{article}</body></html>",
        "{head}{article}",
    ],
)
def test_what_a_browser_moved_out_of_the_head_is_still_read(page: str) -> None:
    head = f'{HEAD}<link rel="canonical" href="https://example.org/post/ponds"/>'
    reading = wix.read(Page.from_html(page.format(head=head, article=post("<p>Frogs.</p>")), url=URL))
    assert reading.published_at == "2023-05-06T07:08:09.000Z"
    assert reading.published_basis == "meta"
    assert reading.url == "https://www.example.org/post/ponds"
