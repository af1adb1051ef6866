"""Whatever bytes a capture holds, extract answers with a reading that says what they are."""

import dataclasses
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.reading.page_reader import extract
from scraper.records import Capture, Reading

PAGES = Path(__file__).parent / "pages"
ARTICLE = b'<html><article data-hook="post"><h1 data-hook="post-title">T</h1><div data-hook="post-description">'


def read(body: bytes, *, url: str = "https://www.example.org/post/a", status: int | None = None) -> Reading:
    return extract(
        Capture(url=url, captured_at="2026-01-01T00:00:00Z", media_type="text/html", status=status, body=body)
    )


def as_json(reading: Reading) -> object:
    """The reading without what it does not say."""
    said = {key: value for key, value in dataclasses.asdict(reading).items() if value not in (None, (), [])}
    return json.loads(json.dumps(said))


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in PAGES.glob("wix_*/record.json")), ids=lambda p: p.name
)
def test_a_saved_page_becomes_its_record(folder: Path) -> None:
    record = json.loads((folder / "record.json").read_text("utf-8"))
    assert as_json(read((folder / "page.html").read_bytes(), url=record["url"])) == record["reading"]


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"", "error", "empty file"),
        (b" \r\n\0\0", "error", "blanks"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "error", "a PDF"),
        (b"PK\x03\x04" + b"\0" * 100, "error", "zip archive"),
        (random.Random(1).randbytes(5_000_000), "error", "binary data"),
        (bytes(random.Random(1).choices(range(32, 59), k=500_000)), "other", "without any tag"),
        (b'{"a": 1}', "other", "JSON"),
        (b"[" * 1_000_000, "other", "JSON"),
        (b"<?xml version='1.0'?><rss></rss>", "other", "feed"),
        (b"<html><body><h1>A shop</h1><p>Shoes</p></body></html>", "other", "no known layout"),
        (b"<div>" * 300_000, "other", "no known layout"),
        (ARTICLE + b"<div>" * 300_000, "error", "nested"),
        (ARTICLE + b"<div/>" * 300_000, "error", "nested"),
        (ARTICLE + b"<p " + b" ".join(b"a%d=1" % number for number in range(100_000)) + b">", "error", "attributes"),
        (b"<!--" + b'<a data-hook="post">' * 200_000, "error", "nested"),
        (b"wix-warmup-data " * 300_000, "other", "without article"),
        (b'<meta name="generator" content="Wix.com Website Builder"><h1>Home</h1>', "other", "without article"),
    ],
)
def test_what_is_no_post_is_told_so_in_one_line(body: bytes, kind: str, says: str) -> None:
    reading = read(body)
    assert reading.kind == kind
    assert says in reading.problems[0].message
    assert "\n" not in reading.problems[0].message
    assert (reading.problems[0].level == "error") is (kind == "error")
    assert reading.body_text is None


@pytest.mark.parametrize(("status", "kind"), [(404, "missing"), (410, "missing"), (503, "error"), (301, "other")])
def test_an_answer_that_is_no_page_is_not_read(status: int, kind: str) -> None:
    assert read(ARTICLE, status=status).kind == kind


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_page_in_wide_letters_is_read_with_a_mark_and_without(coding: str) -> None:
    page = (
        '<html><article data-hook="post"><h1 data-hook="post-title">Würde</h1><p data-hook="post-description">Ja.</p>'
    )
    reading = read(page.encode(coding))
    assert (reading.kind, reading.title, reading.body_text) == ("post", "Würde", "Ja.")


def test_a_page_of_another_maker_that_shows_a_picture_from_wix_is_no_wix_page() -> None:
    reading = read(b'<html><body><img src="https://static.wixstatic.com/media/x.jpg"></body></html>')
    assert (reading.kind, reading.layout) == ("other", None)


@pytest.mark.parametrize(
    "warmup",
    [
        b'{"OldPostPageWarmupData-x":' + b"[" * 100_000,
        b'{"OldPostPageWarmupData-x":{"data":{"postPage":{"post":{"metrics":{"views":' + b"9" * 5000 + b"}}}}}}",
        b'{"OldPostPageWarmupData-x":{"data":{"postPage":{"post":{"metrics":{"views":-3,"comments":true}}}}}}',
        b'{"OldPostPageWarmupData-x":{"data":{"postPage":{"post":[],"tags":7,"categories":{"label":1}}}}}',
        b'{"OldPostPageWarmupData-x":"JTdi!!!"}',
    ],
)
def test_data_that_make_no_sense_leave_the_post_as_it_is_shown(warmup: bytes) -> None:
    reading = read(ARTICLE + b'<p>x</p></div></article><script id="wix-warmup-data">' + warmup + b"</script>")
    assert (reading.kind, reading.title, reading.body_text, reading.views) == ("post", "T", "x", None)


@given(st.binary(max_size=400))
def test_no_bytes_make_extract_raise(body: bytes) -> None:
    assert read(body).kind in {"post", "list", "missing", "other", "error"}


PIECES = st.lists(
    st.sampled_from(
        [
            '<article data-hook="post">', "</article>", '<div data-hook="post-description">', "</div>", "<p>", "</p>",
            "text", "\0", "<!--", "-->", "<script>", "</script>", "<table>", "<td colspan=3>", "</table>", "<ul><li>",
            "</ul>", '<h1 data-hook="post-title">', "</h1>", '<a href="/x">', "</a>", "<b>", "</b>", "<br>", "<pre>\n",
            '<wow-image id="0a1b2c_aaaabbbbccccddddeeeeffff00001111~mv2.jpg">', '<img src="data:,x">', "<button><p>",
            '<div data-hook="gallery-viewer">', '<div data-hook="fileUploadViewer">', '<span data-hook="time-ago">',
            '<div data-hook="post-stats"><span>3 views', '<figure data-hook="figure-IMAGE">', '<iframe src="//[">',
            '<script type="application/ld+json">{"@graph":[1,{"@type":["BlogPosting"]}]}</script>', "&#xD800;", "<svg>",
            '<script id="wix-warmup-data">{"OldPostPageWarmupData-a":"{', '<link rel="canonical" href="http://[x">',
        ]
    ),
    max_size=40,
)  # fmt: skip


@given(PIECES)
def test_no_soup_of_real_pieces_makes_extract_raise(pieces: list[str]) -> None:
    reading = read("".join(pieces).encode("utf-8", "surrogatepass"))
    assert reading.kind in {"post", "list", "missing", "other", "error"}
    assert "<script" not in (reading.body_html or "")


def test_a_capture_without_a_body_is_an_error_of_its_own() -> None:
    assert extract(Capture(url="https://www.example.org/post/a", captured_at="2026-01-01T00:00:00Z")).kind == "error"
