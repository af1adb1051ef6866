"""Where a page's refresh leads."""

import time

import pytest

from scraper.decide import Meaning, observe
from scraper.decide.refreshes import refreshed_to
from scraper.decide.resemblance import alike
from scraper.records import Capture, Reading

URL = "https://www.blog.example/post/one"


def page(head: str, url: str = URL, status: int = 200) -> Capture:
    body = f"<html><head>{head}</head><body>{head}</body></html>".encode()
    return Capture(url=url, captured_at="2026-01-01T00:00:00Z", status=status, media_type="text/html", body=body)


@pytest.mark.parametrize(
    ("tag", "to"),
    [
        ('<meta http-equiv="refresh" content="0; url=/post/two">', "/post/two"),
        ("<META HTTP-EQUIV=Refresh CONTENT='5;URL=/post/two'>", "/post/two"),
        ("<meta content='0,url=\"/post/two\"' http-equiv='REFRESH'/>", "/post/two"),
        ('<meta http-equiv="refresh" content="0;/post/two">', "/post/two"),
        ('<meta http-equiv="refresh" content="0;url=/a?b=1&amp;c=2">', "/a?b=1&c=2"),
        ('<meta http-equiv="refresh" content="390">', None),
        ('<meta http-equiv="refresh" content="390;url=/post/two">', None),
        ('<meta http-equiv="refresh" content="0;url=/post/one">', None),
        ('<noscript><meta http-equiv="refresh" content="0;url=/plain"></noscript>', None),
        ('<noscript></noscript><meta http-equiv="refresh" content="0;url=/post/two">', "/post/two"),
        ('<meta name="refresh" content="0;url=/post/two">', None),
        ('<meta http-equiv="refresh" content="soon">', None),
        ("<meta http-equiv=refresh>", None),
    ],
)
def test_a_refresh_leads_where_a_browser_would_go_soon(tag: str, to: str | None) -> None:
    assert refreshed_to(page(tag)) == (to and f"https://www.blog.example{to}")


def test_a_page_that_sends_its_visitor_to_another_post_is_an_absence_with_its_reason() -> None:
    found = observe(page('<meta http-equiv="refresh" content="0;url=/post/two">'), 1, ("", "", "", "", ""), None)
    assert (found.meaning, found.reason) == (Meaning.ABSENT, "leads to https://www.blog.example/post/two")


@pytest.mark.parametrize("to", ["/about", "https://other.example/post/two"])
def test_a_page_that_sends_its_visitor_elsewhere_says_nothing(to: str) -> None:
    capture = page(f'<meta http-equiv="refresh" content="0;url={to}">')
    assert observe(capture, 1, ("", "", "", "", ""), Reading(kind="other")).meaning is Meaning.NOTHING


def test_pages_of_one_title_and_frame_are_alike_whatever_their_few_words_and_long_ones_are_not() -> None:
    frame = "<title>Checking</title><h1>Wait</h1><p>{}</p>"
    few = [page(frame.format(" ".join(f"{word}{end}" for end in "abcdef"))) for word in ("river", "orchard")]
    long = [page(frame.format(" ".join(f"{word}{end}{more}" for end in "abcdefghij" for more in "klmnopqrst")))
            for word in ("river", "orchard")]  # fmt: skip
    other = page(frame.replace("Checking", "Of rivers").format("river riverbank"))
    assert alike(*few)
    assert not alike(*long)
    assert not alike(few[0], other)


def test_pages_of_nothing_but_scripts_are_compared_by_their_source() -> None:
    one, two = (page(f"<script>let token = 'x{number}9'; start('challenge')</script>") for number in (1, 2))
    assert alike(one, two)
    assert not alike(one, page("<script>render(document, posts, menus, footers)</script>"))


def test_a_page_of_a_million_metas_is_looked_through_at_once() -> None:
    began = time.process_time()
    refreshed_to(page("<meta refresh <noscript " * 100_000))
    assert time.process_time() - began < 1
