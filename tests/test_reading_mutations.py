"""Pages bent out of shape: no false fact without a problem.

A fact of a bent page must be that of the page's record, written by eye, or what the same page says of it elsewhere
(`ELSEWHERE`: a name or title that the head words otherwise; a day in place of an instant), or none; anything else must
be a problem of its field. A body loses no word in silence and gains none.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scraper.reading.page_reader import extract
from scraper.records import Capture, Reading

PAGES = Path(__file__).parent / "pages"
SIX = ("wix_g1", "wix_g2_copy", "wix_g3", "wix_g4", "wix_g4_hidden", "wix_g5")
ELSEWHERE = {
    ("wix_g1", "author"): "lantern-walks",
    ("wix_g4", "title"): "Bread for the whole street (meta)",
    ("wix_g4", "author"): "Jo Baker",
    ("wix_g4_hidden", "published_at"): "2023-08-17T07:11:48.355Z",
    ("wix_g4_hidden", "updated_at"): "2023-08-31T07:13:39.707Z",
    ("wix_g5", "title"): "Muros de colores: la guía",
    ("wix_g5", "author"): "Ana P.",
}


def read(page: str, url: str) -> Reading:
    body = page.encode("utf-8", "replace")
    return extract(Capture(url=url, kind="post", captured_at="2026-12-01T00:00:00Z", media_type="text/html", body=body))


def hooks_renamed(page: str) -> str:
    return re.sub(r'data-hook="post-([a-z-]+)"', r'data-hook="entry-\1"', page)


def all_hooks_renamed(page: str) -> str:
    return re.sub(r'data-hook="([^"]*)"', r'data-hook="x-\1"', page)


def body_renamed(page: str) -> str:
    return page.replace("post-description", "post-text").replace("content-viewer", "text-viewer")


def classes_churned(page: str) -> str:
    return re.sub(r'class="[^"]*"', 'class="aB3_x"', page)


def without_head(page: str) -> str:
    return re.sub(r"<head>.*?</head>", "<head></head>", page, flags=re.DOTALL)


def without_metas(page: str) -> str:
    return re.sub(r"<meta property=[^>]*>", "", page)


def without_json_ld(page: str) -> str:
    return re.sub(r"<script type=\"application/ld\+json\">.*?</script>", "", page, flags=re.DOTALL)


def other_language(page: str) -> str:
    return page.replace(" views", " xyzzy").replace(" comments", " plugh").replace("Updated:", "Frobnicated:")


def numbers_rounded(page: str) -> str:
    return re.sub(r">(\d+) (\w{4,}<)", r">9\1K \2", page)


def numbers_bounded(page: str) -> str:
    return re.sub(r">([\d,]*\d) (\w{4,}<)", r">9\1+ \2", page)


def numbers_rounded_elsewhere(page: str) -> str:
    return other_language(numbers_rounded(page))


def numbers_bounded_elsewhere(page: str) -> str:
    return other_language(numbers_bounded(page))


def counts_swapped(page: str) -> str:
    return re.sub(r"(<span[^>]*>[\d,]+ views?</span>)\s*(<span[^>]*>\d+ comments?</span>)", r"\2\1", page)


def numbers_zeroed(page: str) -> str:
    return without_metas(re.sub(r">[\d,]+ (view|comment)", r">0 \1", page))


def articles_doubled(page: str) -> str:
    inside = '<h1 data-hook="post-title">Elsewhere</h1><p data-hook="post-description">No.</p>'
    other = f'<article data-hook="post">{inside}</article>'
    return page.replace("<article", f"{other}<article", 1)


def card_inside(page: str) -> str:
    """A card of another post without a hook of its own, first in the article."""
    facts = '<span data-hook="user-name">No One</span><span data-hook="time-ago">Jan 1, 2020</span>'
    counts = '<div data-hook="post-stats"><span>4321 views</span><span>77 comments</span></div>'
    card = f'<div><a href="https://www.example.org/post/other">Elsewhere</a>{facts}{counts}</div>'
    return re.sub(r'(<article[^>]*data-hook="post"[^>]*>)', rf"\1{card}", page, count=1)


def card_without_metas(page: str) -> str:
    return without_json_ld(without_metas(card_inside(page)))


def hooked_card_inside(page: str) -> str:
    """A card with Wix's hook and all that a post has, first in the article."""
    facts = '<h1 data-hook="post-title">Elsewhere</h1><span data-hook="user-name">No One</span>'
    card = f'<div data-hook="recent-post-a">{facts}<p data-hook="post-description">No.</p></div>'
    return re.sub(r'(<article[^>]*data-hook="post"[^>]*>)', rf"\1{card}", page, count=1)


def item_inside(page: str) -> str:
    """Another post's item without a link, its counts first in the article."""
    item = '<li><div data-hook="post-stats"><span>4321 views</span><span>77 comments</span></div></li>'
    return re.sub(r'(<article[^>]*data-hook="post"[^>]*>)', rf"\1<ul>{item}</ul>", page, count=1)


def facts_in_body(page: str) -> str:
    """In the body a name, a date, counts, a category and a tag that are not the post's."""
    facts = '<span data-hook="user-name">No One</span><span data-hook="time-ago">Jan 1, 2020</span>'
    counts = '<div data-hook="post-stats"><span>4321 views</span><span>77 comments</span></div>'
    labels = '<ul><li><a href="https://www.example.org/blog/categories/no">No</a></li></ul>'
    bare = without_json_ld(without_metas(re.sub(r'data-hook="(?:user-name|time-ago|post-stats)"', "", page)))
    inside = f"{facts}{counts}{labels}"
    return re.sub(r'(<(?:div|section)[^>]*data-hook="post-description"[^>]*>)', rf"\1{inside}", bare, count=1)


def publication_hidden(page: str) -> str:
    """The only date shown is that of the update."""
    bare = without_json_ld(without_metas(re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)))
    return re.sub(r'data-hook="time-ago"', "", bare, count=1)


def site_heading_first(page: str) -> str:
    """The site's name is a heading above the post's, and no hook tells which is the title."""
    bare = hooks_renamed(without_head(page))
    return re.sub(r"(<article[^>]*>)", r"\1<h1>The Site</h1>", bare, count=1)


def menu_inside(page: str) -> str:
    menu = '<nav><ul><li><a href="https://www.example.org/blog/categories/no">No</a></li></ul></nav>'
    return re.sub(r'(<article[^>]*data-hook="post"[^>]*>)', rf"\1{menu}", page, count=1)


def site_in_title(page: str) -> str:
    named = re.sub(r'(property="og:title" content="[^"]*)"', r'\1 | The Site"', page)
    return named.replace("<head>", '<head><meta property="og:site_name" content="The Site">')


def title_only_in_head(page: str) -> str:
    """No heading, no data: the name that is left has the site's behind it."""
    bare = re.sub(r'<h1[^>]*data-hook="post-title".*?</h1>', "", without_json_ld(page), flags=re.DOTALL)
    return site_in_title(re.sub(r"<script.*?</script>", "", bare, flags=re.DOTALL))


def dates_broken(page: str) -> str:
    return re.sub(r"20(\d\d-\d\d-\d\dT)", r"9\1", page)


def dates_of_year_one(page: str) -> str:
    return re.sub(r"20\d\d(-\d\d-\d\dT)", r"0001\1", page)


def dates_to_come(page: str) -> str:
    return re.sub(r"20\d\d(-\d\d-\d\dT)", r"2921\1", page)


BENT: tuple[Callable[[str], str], ...] = (
    hooks_renamed, all_hooks_renamed, body_renamed, classes_churned, without_head, without_metas, without_json_ld,
    other_language, numbers_rounded, numbers_bounded,
    numbers_rounded_elsewhere, numbers_bounded_elsewhere, counts_swapped, numbers_zeroed, item_inside, facts_in_body,
    publication_hidden, site_heading_first, articles_doubled, card_inside, card_without_metas,
    hooked_card_inside, menu_inside, site_in_title, title_only_in_head, dates_broken, dates_of_year_one, dates_to_come,
)  # fmt: skip
#: What of these bodies is known by hooks alone: marks, a file's name in one piece, the titles of a gallery's pictures.
BY_HOOK_ALONE = frozenset({"▪", "‣", "|", "[video]", "recipe.pdf", "a", "title", "on", "hover"})
FACTS = ("title", "author", "published_at", "updated_at", "views", "comments", "likes", "published_day", "updated_day")


def is_told(name: str, fact: str, value: object, was: object) -> bool:
    """Whether the whole page says *value*: as *fact* itself, as the day of that instant, or elsewhere."""
    is_day = fact.endswith("_at") and isinstance(value, str) and len(value) == 10
    own = str(was).startswith(value) if is_day and isinstance(value, str) else value == was
    return value is None or own or value == ELSEWHERE.get((name, fact))


@pytest.mark.parametrize("bend", BENT, ids=lambda bend: bend.__name__)
@pytest.mark.parametrize("name", SIX)
def test_a_page_bent_out_of_shape_tells_no_other_fact_in_silence(name: str, bend: Callable[[str], str]) -> None:
    page = (PAGES / name / "page.html").read_text("utf-8")
    record = json.loads((PAGES / name / "record.json").read_text("utf-8"))
    whole, bent = record["reading"], read(bend(page), record["url"])
    told = {problem.field for problem in bent.problems}
    for fact in FACTS:
        value, was = getattr(bent, fact), whole.get(fact)
        assert is_told(name, fact, value, was) or fact in told, (fact, value, was)
    assert set(bent.categories) <= set(whole.get("categories", ()))
    assert set(bent.tags) <= set(whole.get("tags", ()))
    words, had = (set((text or "").split()) for text in (bent.body_text, whole.get("body_text")))
    if bend is all_hooks_renamed:
        assert had - words <= BY_HOOK_ALONE, had - words
    elif bend is facts_in_body:
        assert had <= words, had - words
    else:
        assert words == had or told & {"body_text", "title"}, (had - words, words - had)
