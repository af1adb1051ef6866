"""Pages bent out of shape: no false fact without a problem."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scraper.reading.page_reader import extract
from scraper.records import Capture, Reading

PAGES = Path(__file__).parent / "pages"
SIX = ("wix_g1", "wix_g2_copy", "wix_g3", "wix_g4", "wix_g4_hidden", "wix_g5")
URL = "https://www.example.org/post/a"


def read(page: str, media_type: str = "text/html") -> Reading:
    body = page.encode("utf-8", "replace")
    return extract(Capture(url=URL, kind="post", captured_at="2026-12-01T00:00:00Z", media_type=media_type, body=body))


def hooks_renamed(page: str) -> str:
    return re.sub(r'data-hook="post-([a-z-]+)"', r'data-hook="entry-\1"', page)


def classes_churned(page: str) -> str:
    return re.sub(r'class="[^"]*"', 'class="aB3_x"', page)


def without_head(page: str) -> str:
    return re.sub(r"<head>.*?</head>", "<head></head>", page, flags=re.DOTALL)


def without_metas(page: str) -> str:
    return re.sub(r"<meta property=[^>]*>", "", page)


def other_language(page: str) -> str:
    return page.replace(" views", " xyzzy").replace(" comments", " plugh").replace("Updated:", "Frobnicated:")


def numbers_rounded(page: str) -> str:
    return re.sub(r">(\d+) ", r">\1K+ ", page)


def articles_doubled(page: str) -> str:
    inside = '<h1 data-hook="post-title">Elsewhere</h1><p data-hook="post-description">No.</p>'
    other = f'<article data-hook="post">{inside}</article>'
    return page.replace("<article", f"{other}<article", 1)


def dates_broken(page: str) -> str:
    return re.sub(r"20(\d\d-\d\d-\d\dT)", r"9\1", page)


BENT: tuple[Callable[[str], str], ...] = (
    hooks_renamed, classes_churned, without_head, without_metas, other_language, numbers_rounded, articles_doubled,
    dates_broken,
)  # fmt: skip
FACTS = ("title", "author", "published_at", "updated_at", "views", "comments", "likes")


@pytest.mark.parametrize("bend", BENT, ids=lambda bend: bend.__name__)
@pytest.mark.parametrize("name", SIX)
def test_a_page_bent_out_of_shape_tells_no_other_fact_in_silence(name: str, bend: Callable[[str], str]) -> None:
    page = (PAGES / name / "page.html").read_text("utf-8")
    whole, bent = read(page), read(bend(page))
    told = {problem.field for problem in bent.problems}
    for fact in FACTS:
        value, was = getattr(bent, fact), getattr(whole, fact)
        another_source = fact.endswith("_at") and bent.published_basis != whole.published_basis
        by_the_head = bend in (without_head, without_metas, hooks_renamed) and fact in ("title", "author")
        assert value in (None, was) or another_source or by_the_head or fact in told, (fact, value, was)
