"""The counts request and its answer, in the shapes that saved pages show."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.crawl.session import CrawlSession
from scraper.crawl.view_counts import Counting
from scraper.dates import utc
from scraper.decide import UrlState
from scraper.reading import wix_counts_api
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.records import Capture, Counts, Listed, Site
from scraper.runs import Interrupts, Run
from scraper.store import Archive
from scraper.vocabulary import AddressState

if TYPE_CHECKING:
    from scraper.fetch import Fetcher

SITE = Site(id="x", name="x", base_url="https://www.lantern.example/", hosts=("www.lantern.example",))
WHEN = "2026-02-01T00:00:00Z"
ANSWER = {
    "postPageMetadata": {
        "id": "water",
        "postMetadata": {"averageRating": 0, "likeCount": 5, "totalComments": 2, "totalRatings": 0, "viewCount": 1261},
    },
    "relatedPostsMetadata": [{"id": "uuid", "postMetadata": {"viewCount": 9999, "likeCount": 1, "totalComments": 1}}],
}


class Bare:
    """In the fetcher's place: a host that leads to its bare name, where the counts are; what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.at = WHEN

    def get(self, url: str, **_: Any) -> tuple[Capture, ...]:
        self.asked.append(url)
        there = url.replace("www.", "")
        token = {"apps": {wix_counts_api.APPS[0]: {"instance": "a-token"}}}
        way = Capture(url=url, kind="redirect", captured_at=self.at, status=301, redirected_to=there)
        return way, replace(answered(there, token), captured_at=self.at)

    def post(self, url: str, **_: Any) -> tuple[Capture, ...]:
        self.asked.append(url)
        return (replace(answered(url, ANSWER), captured_at=self.at, request_head=b"POST / HTTP/1.1\r\n\r\n"),)


def test_counts_follow_the_host_to_its_bare_name_once_a_day_whenever_the_timer_fires(tmp_path: Path) -> None:
    site, bare = replace(SITE, hosts=("www.lantern.example", "lantern.example")), Bare()
    post = "https://www.lantern.example/post/water"
    memory = {post: UrlState(url=post, state=AddressState.ARCHIVED)}
    asked = []
    for hours in (0, 2, 22, 44):
        moment = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=hours)
        bare.at = utc(moment)
        with Archive.open(tmp_path / "a.db", read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
            run = Run(archive=archive, interrupts=Interrupts(), now=lambda at=moment: at)
            run.begin("crawl")
            Counting(CrawlSession(run=run, fetcher=cast("Fetcher", bare)), site).run(memory)
        asked.append(bare.asked.copy())
        bare.asked.clear()
    whole = [site.base_url + wix_counts_api.TOKENS, f"https://lantern.example/{wix_counts_api.METADATA}water"]
    assert asked == [whole, [], whole, whole]


def answered(url: str, data: object) -> Capture:
    return Capture(url=url, kind="counts", captured_at=WHEN, status=200, body=json.dumps(data).encode())


def test_the_request_never_adds_a_view() -> None:
    asked = wix_counts_api.ask("https://www.lantern.example/post/water", SITE, "token")
    assert asked is not None
    assert json.loads(asked.body) == {"postId": "water", "languageCode": "en", "skipViewCountIncrement": True}
    assert dict(asked.headers)["Authorization"] == "token"
    assert asked.url == "https://www.lantern.example/_api/blog-frontend-adapter-public/v2/post-page-metadata/water"


@pytest.mark.parametrize(
    ("post", "slug"),
    [
        ("https://www.lantern.example/post/water", "water"),
        ("https://www.lantern.example/post/a%C3%B1o", "a%C3%B1o"),
        ("https://www.lantern.example/post/2019/09/09/name", "2019%2F09%2F09%2Fname"),
        ("https://www.lantern.example/post/water?lang=ar", "water?lang=ar"),
    ],
)
def test_an_answer_is_read_back_for_the_post_that_was_asked_about(post: str, slug: str) -> None:
    asked = wix_counts_api.ask(post, SITE, "token")
    assert asked is not None
    assert asked.url.endswith("/" + slug)
    assert wix_counts_api.is_answer(asked.url)
    reading = wix_counts_api.read(answered(asked.url, ANSWER))
    assert reading.listed == (
        Listed(url=post, counts=Counts(url=post, views=1261, comments=2, likes=5, source="endpoint")),
    )


def test_a_translation_is_asked_about_in_its_language() -> None:
    asked = wix_counts_api.ask("https://www.lantern.example/post/water?lang=ar", SITE, "token")
    assert asked is not None
    assert json.loads(asked.body)["languageCode"] == "ar"


@pytest.mark.parametrize(
    "data",
    [{}, [], {"message": "no permission"}, {"postPageMetadata": {"postMetadata": {}}}, None,
     *({"postPageMetadata": {"postMetadata": {"viewCount": views}}} for views in (-5, True, 10**30, 5.5, "12"))],
)  # fmt: skip
def test_an_answer_without_counts_is_an_error_not_a_zero(data: object) -> None:
    reading = wix_counts_api.read(answered(SITE.base_url + wix_counts_api.METADATA + "water", data))
    assert (reading.kind, reading.listed) == ("error", ())


def test_a_count_that_is_none_is_told_and_the_others_are_taken() -> None:
    data = {"postPageMetadata": {"postMetadata": {"viewCount": 5, "totalComments": -1, "likeCount": None}}}
    reading = wix_counts_api.read(answered(SITE.base_url + wix_counts_api.METADATA + "water", data))
    assert [(one.kind, one.field) for one in reading.problems] == [("unreadable-count", "totalComments")]
    assert reading.listed[0].counts is not None
    assert (reading.listed[0].counts.views, reading.listed[0].counts.comments) == (5, None)


def test_the_token_is_that_of_the_blogs_widget() -> None:
    apps = {
        wix_counts_api.APPS[1]: {"instance": "second"},
        wix_counts_api.APPS[0]: {"instance": "first", "intId": 1},
        "other": {},
    }
    assert wix_counts_api.read_token(json.dumps({"apps": apps}).encode()) == "first"
    assert wix_counts_api.read_token(b'{"apps":{}}') is None
    assert (
        wix_counts_api.read_token(json.dumps({"apps": {wix_counts_api.APPS[0]: {"instance": "a\r\nHost: b"}}}).encode())
        is None
    )


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise(body: bytes) -> None:
    assert wix_counts_api.read_token(body) is None or body
    assert (
        wix_counts_api.read(Capture(url="https://x.example/", kind="counts", captured_at=WHEN, body=body)).kind
        == "error"
    )
