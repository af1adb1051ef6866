"""Text dumps of all generations, and the HTML of those before Wix: each page of ours becomes its record."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.layouts import LAYOUTS
from scraper.page import TextPage
from scraper.reading.page_reader import extract
from scraper.records import Capture, Reading

PAGES = Path(__file__).parent / "pages"
OURS = ("wix_text", "news_2019", "dated_2016", "drupal_2013", "ushrn_pages", "article")
CASES = sorted(path for layout in OURS for path in (PAGES / layout).glob("*.json"))

PROSE = "The delegation met the members on Tuesday and handed over the letter that forty groups had signed."
MORE = "Afterwards the office thanked everybody who had come, and named the day of the next meeting."


def dump(text: str, url: str | None = None, **more: Any) -> Reading:
    body = text.encode("utf-8", "surrogatepass")
    settings = {"captured_at": "2021-06-01T00:00:00Z", "captured_at_basis": "given", "media_type": "text/plain"} | more
    return extract(Capture(url=url or "", kind="post", source="file", body=body, **settings))


def shown(reading: Reading, keys: set[str]) -> dict[str, Any]:
    """The fields *keys* of a reading, in the form of the .json files."""
    fields: dict[str, Any] = {key: getattr(reading, key) for key in keys - {"notes", "links", "images", "listed"}}
    fields |= {
        "tags": list(reading.tags),
        "notes": [problem.kind for problem in reading.problems],
        "links": [link.url for link in reading.links],
        "images": [image.url for image in reading.images],
        "listed": [post.url for post in reading.listed],
    }
    return {key: fields[key] for key in keys}


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_page_becomes_its_record(case: Path) -> None:
    page = next(path for path in case.parent.glob(f"{case.stem}.*") if path.suffix != ".json")
    told = json.loads(case.read_text("utf-8"))
    reading = extract(
        Capture(
            url=told["url"] or "",
            kind="post",
            source="file",
            captured_at=told["captured_at"] or "2026-01-01T00:00:00Z",
            captured_at_basis="given" if told["captured_at"] else "file-time",
            media_type="text/plain" if page.suffix == ".txt" else "text/html",
            body=page.read_bytes(),
        )
    )
    assert shown(reading, set(told["reading"])) == told["reading"]
    assert reading.layout == case.parent.name


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_line_ends_marks_and_no_break_spaces_change_nothing(case: Path) -> None:
    page = case.with_suffix(".txt")
    if not page.exists():
        return
    text, url = page.read_text("utf-8"), json.loads(case.read_text("utf-8"))["url"]
    plain = dump(text, url)
    assert dump("\ufeff" + text.replace("\n", "\r\n"), url) == plain
    assert dump(text.replace("\n\n", "\n\u00a0\n"), url) == plain
    assert dump(text.replace("of ", "of\u00a0").replace("views", "views\u200b"), url) == plain


def test_a_page_is_read_by_the_first_layout_only() -> None:
    """Each of our pages is matched by its own layout, and by `wix_text` where it is a dump."""
    for case in CASES:
        url = json.loads(case.read_text("utf-8"))["url"]
        page = case.with_suffix(".txt")
        if page.exists():
            text_page = TextPage(page.read_text("utf-8"), url=url)
            names = [layout.NAME for layout in LAYOUTS if layout.matches(text_page)]
            assert names[0] == case.parent.name
            assert set(names) <= {case.parent.name, "wix_text"}


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\x01\x02" * 500,
        bytes(range(256)) * 200,
        b"",
        b" \n \n",
        b"top of page\n\nbottom of page\n",
        b"Ab9/+xYz" * 2000,
    ],
    ids=["nul", "bytes", "empty", "blank", "chrome only", "base64"],
)
def test_what_is_no_text_of_a_page_is_no_post(body: bytes) -> None:
    reading = extract(
        Capture(url="", kind="post", source="file", captured_at="2021-01-01", media_type="text/plain", body=body)
    )
    assert reading.kind == "error"
    assert len(reading.problems) == 1
    assert "\n" not in reading.problems[0].message


def test_a_book_is_no_post() -> None:
    assert dump((PROSE + "\n\n") * 20_000).kind == "error"


def test_counts_of_other_posts_cards_are_not_the_posts() -> None:
    cards = "Recent Posts\n\nSee All\n\nOne\n\n29 views0 comments\n\nTwo\n\n3 views1 comment\n\nbottom of page"
    own = dump(f"top of page\n\nOur Letter\n\n{PROSE}\n\n11 views0 comments\n\n{cards}")
    assert (own.views, own.comments, own.body_text) == (11, 0, PROSE)
    hidden = dump(f"top of page\n\nOur Letter\n\n{PROSE}\n\n{cards}", "https://www.example.org/post/our-letter")
    assert (hidden.views, hidden.comments, hidden.body_text) == (None, None, PROSE)


def test_a_line_of_views_in_the_body_is_not_its_end() -> None:
    reading = dump(f"top of page\n\nOur Letter\n\n{PROSE}\n\n12 views\n\n{MORE}\n\nbottom of page")
    assert (reading.views, reading.body_text) == (None, f"{PROSE}\n\n12 views\n\n{MORE}")


def test_a_contact_is_no_author_and_a_by_line_is() -> None:
    assert dump(f"top of page\n\nOur Letter\n\nContact: Jane Doe\n\n{PROSE}").author is None
    assert dump(f"top of page\n\nOur Letter\n\nBy Jane Doe\n\n{PROSE}").author == "Jane Doe"
    assert dump(f"top of page\n\nOur Letter\n\nBy the numbers\n\n{PROSE}").author is None


def test_a_menu_of_unknown_words_is_no_title_where_the_address_names_it() -> None:
    menu = "top of page\nSkip to Main Content\nHOME\nOUR STORY\nVOLUNTEER\nOur Long Letter\nWhat it says\n"
    reading = dump(f"{menu}{PROSE}\n{MORE}\n5 views0 comments", "https://www.example.org/post/our-long-letter")
    assert reading.title == "Our Long Letter"
    assert reading.body_text == f"What it says\n\n{PROSE}\n\n{MORE}"


def test_the_same_day_twice_is_no_update() -> None:
    reading = dump(f"top of page\n\n  • Mar 18, 2021\n  • 2 min read\n\nA\n\nUpdated: Mar 18, 2021\n\n{PROSE}")
    assert (reading.published_at, reading.updated_at) == ("2021-03-18", None)


def test_a_letter_without_its_title_keeps_its_date_in_the_body() -> None:
    reading = dump(f"March 2, 2016\n\nDear Secretary:\n\n{PROSE}")
    assert (reading.title, reading.published_at) == (None, None)
    assert (reading.body_text or "").startswith("March 2, 2016\n\nDear Secretary:")


LINES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "", "", PROSE, MORE, "Our Letter", "top of page", "bottom of page", "Recent Posts", "See All", "404",
            "177 views0 comments", "0 views", "Updated: Mar 18, 2021", "Mar 18", "3 min read", "  • Jane Doe",
            "Writer: Jane", "Search", "Tags:", "Comments", "Publication Date:", "US Human Rights Network Blog",
            "Update Type:", "1 like. Post not marked as liked",
        ]
    ),
)  # fmt: skip
ADDRESSES = st.sampled_from(
    [
        None, "https://www.example.org/post/our-letter", "https://www.example.org/about", "https://ushrnetwork.org/news/7/100/x",
        "https://www.ushrnetwork.org/news-updates/x", "https://ushrnetwork.org/2016/12/x",
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=25), ADDRESSES)
def test_no_dump_raises_and_bodies_hold_only_lines_of_the_dump(lines: list[str], url: str | None) -> None:
    reading = dump("\n".join(lines), url)
    assert reading.kind in {"post", "list", "missing", "other", "error"}
    if reading.kind != "post":
        return
    whole = " ".join(" ".join(TextPage("\n".join(lines)).lines).split())
    for paragraph in (reading.body_text or "").split("\n"):
        assert paragraph in whole
    for field in (reading.published_at, reading.updated_at):
        assert field is None or len(field) in {7, 10}


@given(
    st.lists(st.sampled_from([PROSE, MORE, "A heading", "• one", "• two", ""]), min_size=1, max_size=12),
    st.integers(1, 10**6),
)
def test_what_stands_between_the_chrome_is_the_body(lines: list[str], views: int) -> None:
    inside = [PROSE, *lines, MORE]
    text = "\n\n".join(
        [
            "top of page",
            "Our Letter",
            *inside,
            f"{views:,} views0 comments",
            "Recent Posts",
            "See All",
            "bottom of page",
        ]
    )
    reading = dump(text, "https://www.example.org/post/x")
    assert (reading.title, reading.views, reading.comments) == ("Our Letter", views, 0)
    assert [line for line in (reading.body_text or "").split("\n") if line] == [line for line in inside if line]


@given(st.binary(max_size=400), ADDRESSES)
def test_no_bytes_raise(body: bytes, url: str | None) -> None:
    for kind in ("text/plain", "text/html"):
        capture = Capture(url=url or "", kind="post", source="file", captured_at="2021", media_type=kind, body=body)
        assert extract(capture).kind in {"post", "list", "missing", "other", "error"}


def test_authors_are_told_by_their_place_whatever_they_call_themselves() -> None:
    """Seen on captures of 2021 to 2024: "mwas-wix", "GDAC", "Name@Company" above the date."""
    for name in ("mwas-wix", "GDAC", "Jane@Company"):
        reading = dump(
            f"Home\nLog In\n{name}\nMar 27, 2020\n3 min read\nOur Letter to All\nUpdated: Mar 30, 2020\n{PROSE}"
        )
        assert (reading.author, reading.title, reading.body_text) == (name, "Our Letter to All", PROSE)


def test_list_marks_of_a_menu_say_nothing() -> None:
    menu = "top of page\n\n•\n\nHome\n\n•\n\nEvents\n\n•\n\n• All Posts\n\n• Energy\n\n• Press Releases\n\nSearch\n\n"
    reading = dump(
        f"{menu}Our Letter to All\n\n•\n\nJane Doe\n\n•\n\n• Mar 26, 2021\n\n• 2 min read\n\n{PROSE}\n\nbottom of page"
    )
    assert (reading.author, reading.title, reading.published_at) == ("Jane Doe", "Our Letter to All", "2021-03-26")
    assert reading.body_text == PROSE


def test_categories_with_marks_between_are_no_body() -> None:
    reading = dump(f"top of page\n\nOur Letter\n\n{PROSE}\n\nPress\n•\nUPR\n•\nReports\n\n12 views0 comments")
    assert (reading.categories, reading.body_text) == (("Press", "UPR", "Reports"), PROSE)


def test_a_month_below_the_title_is_a_heading() -> None:
    reading = dump(f"top of page\n\nOur Letter\n\nMar 3, 2021\n\n2 min read\n\nJune 2026\n\n{PROSE}\n\nbottom of page")
    assert (reading.published_at, reading.body_text) == ("2021-03-03", f"June 2026\n\n{PROSE}")


def test_the_sites_footer_is_no_body() -> None:
    reading = dump(f"top of page\n\nOur Letter\n\n{PROSE}\n\n© 2022 Some House\n\nABOUT\n\nPRIVACY\n\nbottom of page")
    assert reading.body_text == PROSE
