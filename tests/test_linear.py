"""The cost of hostile input grows with its size and no faster: nothing is quadratic in what others send."""

import gzip
import io
import time
from collections.abc import Callable

import pytest

from scraper.decide.resemblance import visible
from scraper.fetch.body_decoder import Entity
from scraper.magic import ZSTD
from scraper.page_media import media_of
from scraper.reading import read_capture
from scraper.records import Capture
from scraper.warc import http_message, reader
from scraper.warc import record as warc
from tests.letters import post

#: What is linear costs as many times more as it is longer; what is quadratic, sixteen times.
TIMES = 4
#: Half way between, so that neither a busy neighbour nor the collector of garbage decides.
MOST = 8.0
#: Below this a measurement says nothing.
LEAST_SECONDS = 0.05
#: How often a growth that looks quadratic is measured: a neighbour on the processor can slow one measurement, not each.
ROUNDS = 4

IN_A_POST: dict[str, str] = {
    "paragraphs": "<p>Some words about rivers.</p>",
    "links": '<p><a href="/x">a</a></p>',
    "pictures": '<img src="https://static.wixstatic.com/media/a.jpg">',
    "lists": "<ul><li>a</li></ul>",
    "tables": "<table><tr><td>a</td></tr></table>",
    "breaks": "a<br>",
    "marks": "<b><i>x</i></b>",
    "headings": "<h2>x</h2>",
    "frames": "<iframe src='https://www.youtube.com/embed/x'></iframe>",
    "angles": "< ",
    "entities": "&lt;b&gt;&nbsp;",
    "quotes": "<blockquote>a</blockquote>",
    "words": "word ",
    "blanks": "  \n",
    "comments": "<!-- -->",
    "open comments": "<!-- ",
    "scripts": "<script>{</script>",
}
ELSEWHERE: dict[str, tuple[str, str, str, str]] = {
    "a sitemap": ("sitemap", "<urlset>", "<url><loc>https://www.a.org/post/x?a=1</loc></url>", "</urlset>"),
    "a sitemap of ampersands": ("sitemap", "<urlset><url><loc>", "&a", "</loc></url></urlset>"),
    "a sitemap of lines": ("sitemap", "", "https://www.a.org/post/x\n", ""),
    "what stands before a sitemap": ("sitemap", "", "<!DOCTYPE x ", "<urlset/>"),
    "a feed": (
        "feed",
        '<rss version="2.0"><channel>',
        "<item><title>a</title><link>https://www.a.org/post/x</link></item>",
        "</channel></rss>",
    ),
    "a feed of one post's subjects": (
        "feed",
        '<rss version="2.0"><channel><item>',
        "<category>{}</category>",
        "</item></channel></rss>",
    ),
    "a feed of attributes": ("feed", '<rss version="2.0" ', "a{}='' ", "></rss>"),
    "a sitemap of attributes": ("sitemap", "<urlset ", "a{}='' ", "></urlset>"),
    "blanks before a feed": ("feed", "", "  \n", '<rss version="2.0"></rss>'),
    "a list": (
        "list",
        '<div data-hook="feed-page-root">',
        '<div data-hook="post-list-item"><a href="/post/x"><h2>x</h2></a></div>',
        "</div>",
    ),
    "an answer of the counts endpoint": ("counts", "[", "[],", "[]]"),
}


def read(kind: str, body: bytes) -> None:
    read_capture(
        Capture(
            url="https://www.a.org/post/x", captured_at="2026-01-01T00:00:00Z", kind=kind, status=200,
            media_type="text/html" if kind in ("post", "list") else "application/xml", body=body,
        )
    )  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    """Processor time of *work*, the best of three."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        work()
        took.append(time.process_time() - begun)
    return min(took)


def growth(work: Callable[[int], Callable[[], object]]) -> float:
    """How much more input of `TIMES` the size costs, where it costs enough to be measured; 0: it never does."""
    size = 2_000
    while (once := seconds(work(size))) < LEAST_SECONDS:
        size *= 2
        if size > 500_000:
            return 0.0
    grown = seconds(work(TIMES * size)) / once
    for _ in range(ROUNDS - 1):
        if grown < MOST:
            break
        grown = min(grown, seconds(work(TIMES * size)) / seconds(work(size)))
    return grown


@pytest.mark.parametrize("tag", ["<meta ", "<meta content='", "<link ", "<title>", "<script ", "<style>", "<!--"])
def test_tags_of_a_head_that_never_end_cost_one_look(tag: str) -> None:
    body = (tag * 30_000).encode()
    assert seconds(lambda: read("post", body)) < 1


@pytest.mark.parametrize("tag", ["<script>", "<NOSCRIPT>", "<!--", "<", "<style ", "<template></"])
def test_what_a_suspect_page_shows_is_found_in_one_look_whatever_is_left_open(tag: str) -> None:
    source = tag * 100_000
    assert seconds(lambda: visible(f"seen{source}")) < 1
    assert visible(f"seen{source}").startswith("seen")


@pytest.mark.slow
@pytest.mark.parametrize("what", IN_A_POST)
def test_the_cost_of_a_page_grows_with_its_length(what: str) -> None:
    def work(size: int) -> Callable[[], object]:
        body = post(1).body.replace(b"</p></section>", f"</p>{IN_A_POST[what] * size}</section>".encode())
        return lambda: read("post", body)

    assert growth(work) < MOST


@pytest.mark.parametrize(
    "one",
    ["<link ", "<img src=", "<style>", "<style>url(", "<style></style>", "<p style='url(", "url(", "<base href='/a/'>",
     "<i style='background:url(a.png)'>", "<link rel=stylesheet href=a.css>", "<style>a{b:url(a.png)}</style>"],
)  # fmt: skip
def test_what_a_page_of_a_megabyte_names_is_found_soon_whatever_it_is(one: str) -> None:
    source = one * (1_000_000 // len(one))
    begun = time.process_time()
    media_of(source, "https://www.a.org/post/x")
    assert time.process_time() - begun < 5


@pytest.mark.slow
@pytest.mark.parametrize("what", ELSEWHERE)
def test_the_cost_of_a_source_grows_with_its_length(what: str) -> None:
    kind, before, one, after = ELSEWHERE[what]

    def work(size: int) -> Callable[[], object]:
        middle = "".join(map(one.format, range(size))) if "{}" in one else one * size
        body = f"{before}{middle}{after}".encode()
        return lambda: read(kind, body)

    assert growth(work) < MOST


@pytest.mark.slow
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "record", [b"WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: 2\r\n\r\nab\r\n\r\n", b"no record\r\n"]
)
def test_the_cost_of_a_warc_grows_with_its_records(record: bytes, packed: bool) -> None:
    def work(size: int) -> Callable[[], object]:
        data = (gzip.compress(record) if packed else record) * (size // 4)
        return lambda: list(warc.read(io.BytesIO(data)))

    assert growth(work) < MOST


@pytest.mark.slow
def test_the_cost_of_a_body_grows_with_its_gzip_members() -> None:
    member = gzip.compress(b"words ")

    def work(size: int) -> Callable[[], object]:
        def feed() -> None:
            entity = Entity("gzip", 100_000_000)
            entity.feed(member * size)
            entity.close(None)

        return feed

    assert growth(work) < MOST


@pytest.mark.slow
@pytest.mark.parametrize("line", [b"X: WARC/1.1\r\n", b"WARC/1.1\r\n", b"WARC/1.1 \r\n"])
def test_the_cost_of_a_web_archive_grows_with_its_broken_records(line: bytes) -> None:
    def work(size: int) -> Callable[[], object]:
        data = b"WARC/1.1\r\n" + line * size
        return lambda: list(warc.read(io.BytesIO(data)))

    assert growth(work) < MOST


class Trickle(io.BytesIO):
    """A file that gives a little at a time, as a pipe does."""

    def read(self, _: int | None = -1, /) -> bytes:
        return super().read(1_000)


@pytest.mark.slow
def test_the_cost_of_a_head_grows_with_the_lines_that_are_folded_into_one() -> None:
    def work(size: int) -> Callable[[], object]:
        head = b"HTTP/1.1 200 OK\r\nX: a\r\n" + b" a\r\n" * size
        return lambda: http_message.lines(head)

    assert growth(work) < MOST


@pytest.mark.slow
def test_the_cost_of_a_zstd_frame_grows_with_its_blocks_however_they_come() -> None:
    def work(size: int) -> Callable[[], object]:
        empty_block, last_block = b"\0\0\0", b"\1\0\0"
        data = ZSTD + b"\x20\0" + empty_block * size + last_block
        return lambda: list(warc.read(Trickle(data)))

    assert growth(work) < MOST


@pytest.mark.slow
def test_the_cost_of_a_capture_grows_with_the_records_that_say_that_they_are_beside_it() -> None:
    def work(size: int) -> Callable[[], object]:
        beside = (("WARC-Type", "metadata"), ("WARC-Target-URI", "https://www.a.org/"), ("WARC-Concurrent-To", "<0>"))
        records = [warc.Record((*beside, ("WARC-Record-ID", f"<{number}>")), b"") for number in range(size)]
        return lambda: list(reader.captures_of(records, lambda _: True))

    assert growth(work) < MOST
