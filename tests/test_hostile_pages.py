"""Whatever stands in a page where something else is expected, it is read, and what is read can be kept."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.layouts.wix import layout as wix
from scraper.numbers import count, counts_line
from scraper.page import Page
from scraper.reading.page_reader import extract
from scraper.records import Capture
from scraper.store import Archive

PAGES = sorted(path for path in (Path(__file__).parent / "pages").rglob("page.*") if path.stat().st_size < 200_000)
URL = "https://www.upr2020.org/post/a"
#: What is replaced: values of attributes, of JSON, numbers, and texts.
PLACES = (
    r'(?:href|src|srcset|content|data-[a-z-]+)="([^"]*)"',
    r'":\s*("[^"]*"|\d+|true|null|\{\}|\[\])',
    r"(\d+)",
    r">([^<]{1,40})<",
)
NASTY = (
    "http://[::1/x", "//[", "http://a:b/", "http://\u2100.example/", "data:,x", "javascript:alert(1)", "", "\x00",
    "9" * 5000, "1e999", "-1", "null", "true", "[]", "{}", "[[1]]", '{"a": 1}', r'"\ud800"', r'["\udfff"]', "&#xD800;",
    "0001-01-01", "2021-02-30T99:99:99Z", "Mar 99, 99999", "\u202e", "\u0663" * 40, "9" * 25, "<", '"', "</script>",
)  # fmt: skip


def captured(text: str, media_type: str = "text/html") -> Capture:
    return Capture(
        url=URL, kind="post", source="live", captured_at="2021-04-01T00:00:00Z", captured_at_basis="clock", status=200,
        media_type=media_type, body=text.encode("utf-8", "surrogatepass"),
    )  # fmt: skip


def unkeepable(value: object) -> bool:
    """Whether SQLite could not take *value*, or a part of it."""
    if is_dataclass(value):
        return any(unkeepable(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        return any(map(unkeepable, value))
    if isinstance(value, str):
        return any("\ud800" <= sign <= "\udfff" for sign in value)
    return isinstance(value, float | list | dict) or (isinstance(value, int) and abs(value) >= 2**63)


@given(data=st.data())
def test_a_page_with_nonsense_anywhere_is_read_and_what_is_read_can_be_kept(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(PAGES))
    text = path.read_text("utf-8", "replace")
    for _ in range(data.draw(st.integers(1, 4))):
        found = list(re.finditer(data.draw(st.sampled_from(PLACES)), text))
        if found:
            place = data.draw(st.sampled_from(found))
            text = text[: place.start(1)] + data.draw(st.sampled_from(NASTY)) + text[place.end(1) :]
    reading = extract(captured(text, "text/plain" if path.suffix == ".txt" else "text/html"))
    assert not unkeepable(reading), reading


POST = """<html><head><script type="application/ld+json">{ld}</script></head><body><article data-hook="post">
<h1 data-hook="post-title">A day</h1><div data-hook="post-description"><p>Words <img src="{src}"></p></div></article>
<script type="application/json" id="wix-warmup-data">{warmup}</script></body></html>"""


@pytest.mark.parametrize(
    ("ld", "src", "warmup"),
    [
        ('{"@type": [["BlogPosting"]], "headline": "x"}', "x.png", ""),
        ("{}", "http://[::1/x.png", ""),
        (r'{"@type": "BlogPosting", "author": {"name": "\ud83d"}, "headline": "\udfff"}', "x.png", ""),
        ("{}", "x.png", r'{"OldPostPageWarmupData-1": {"data": {"postPage": {"post": {"title": "\ud800"}}}}}'),
        ("{}", "x.png", r'{"OldPostPageWarmupData-1": "{\"data\": {\"postPage\": {\"tags\": [\"\ud800\"]}}}"}'),
    ],
)
def test_a_post_with_nonsense_in_its_data_is_kept(ld: str, src: str, warmup: str, tmp_path: Path) -> None:
    capture = captured(POST.replace("{ld}", ld).replace("{src}", src).replace("{warmup}", warmup))
    assert wix.matches(Page.from_html(capture.body.decode() if capture.body else ""))
    with Archive.open(tmp_path / "a.db") as archive:
        assert archive.keep(capture, extract(capture), None).verdict == "new"


@pytest.mark.parametrize("digits", ["9" * 13, "9" * 5000, "9,999,999,999,999"])
def test_a_number_that_counts_nothing_is_no_count(digits: str) -> None:
    assert count(digits + " views") is None
    assert counts_line(digits + " views") is None
