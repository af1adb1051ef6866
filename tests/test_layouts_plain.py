"""The main text of pages of no known look: the smallest element that holds most of the prose."""

import pytest

from scraper.layouts.plain import main_content
from scraper.page import Page

SENTENCE = "Paragraph {} says what happened at the river that day, and who was there to see it."
PROSE = [f"<p>{SENTENCE.format(number)}</p>" for number in range(4)]
BODY = "".join(PROSE)
LINK = '<li><a href="/p{0}">Another long title of another long page {0}</a></li>'
LINKS = "".join(LINK.format(number) for number in range(9))


def text(page: str) -> str | None:
    found = main_content(Page(f"<html><body>{page}</body></html>", url="https://www.example.org/a"))
    return found.text if found else None


@pytest.mark.parametrize(
    "page",
    [
        f"<div id='main'>{BODY}</div>",
        f"<div><ul>{LINKS}</ul></div><div id='x'>{BODY}</div>",
        f"<header role='banner'><p>The name of the house and its motto</p></header><main>{BODY}</main>",
        f"<nav><p>Go here, go there, go anywhere you want to go.</p></nav><article>{BODY}</article>",
        f"<table><tr><td class='sidebar'><p>Old news of the house.</p></td><td>{BODY}</td></tr></table>",
        f"<div class='node'><div>{BODY}</div></div><footer><p>All rights are reserved to the house.</p></footer>",
        f"<div>{BODY}<div class='comments'><p>I was there too, and it was just like that.</p></div></div>",
        f"<div class='content with-sidebar related'>{BODY}</div>",
        f"<div>{BODY}</div><aside><p>Give to the house, whatever you can spare.</p></aside>",
        f"<form id='aspnetForm'><div>{BODY}</div></form>",
        f"<div>{BODY}</div><form><p>Write to us and we shall answer you within the week.</p></form>",
    ],
)  # fmt: skip
def test_what_stands_beside_the_text_is_left_out(page: str) -> None:
    found = text(page) or ""
    assert [line for line in found.split("\n") if line] == [part[3:-4] for part in PROSE]


def test_a_page_of_links_has_no_main_text() -> None:
    assert text(f"<ul>{LINKS}</ul>") is None
    assert text("") is None


def test_pictures_lists_and_headings_of_the_text_stay() -> None:
    body = main_content(
        Page(
            f"<body><div><h2>A part</h2>{BODY}<ul><li>one</li></ul><img src='/i.png'></div></body>",
            url="https://x.example/",
        )
    )
    assert body is not None
    assert body.text.startswith("A part\n\nParagraph 0")
    assert body.text.endswith("• one")
    assert [image.url for image in body.images] == ["https://x.example/i.png"]


def test_lines_that_are_no_paragraphs_are_prose_too() -> None:
    lines = "<br><br>".join(part[3:-4] for part in PROSE)
    assert (text(f"<ul>{LINKS}</ul><div><div>{lines}</div></div>") or "").startswith("Paragraph 0")
