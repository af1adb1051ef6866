"""Counts as pages spell them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.numbers import ShownCounts, count, counts_line, size


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("29 views", 29), ("1 view", 1), ("1,261 views", 1261), ("1.261 vues", 1261), ("1 261 vues", 1261),
        ("1\u202f261 vues", 1261), ("1’261", 1261), ("12,34,567", 1234567), ("12 345 678", 12345678), ("24 vues", 24),
        ("0 visualização", 0), ("٣ مشاهدات", 3), ("مشاهدة واحدة (١)", 1), ("مشاهدتان (٢)", 2), ("१२ बार", 12),
        ("5 lajků", 5), ("12 Mi piace", 12), ("3 Nejnovější", 3),
        ("3 likes. Post not marked as liked", 3), ("0 comentário(s)", 0), ("177", 177),
    ],
)  # fmt: skip
def test_the_one_whole_number_is_read(text: str, number: int) -> None:
    assert count(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "views",
        "1.2K views",
        "1,5K",
        "3.5",
        "5 of 6",
        "12 mil visualizaciones",
        "3万回",
        "2 mio",
        "12 Tsd. Aufrufe",
        "1 Mio. Aufrufe",
        "12 N lượt xem",
        "2 lakh views",
        "12 tūkst. peržiūrų",
        "۱۲ هزار بازدید",
    ],
)
def test_no_number_several_or_rounded_ones_are_no_count(text: str) -> None:
    assert count(text) is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("177 views0 comments", ShownCounts(177, 0)),
        ("1,204 views2 comments", ShownCounts(1204, 2)),
        ("4 views • 0 comments • Post not marked as liked", ShownCounts(4, 0)),
        ("66 views", ShownCounts(66)),
        ("0 comments", ShownCounts(None, 0)),
        ("0 commentsPost not marked as liked", ShownCounts(None, 0)),
        ("1 like. Post not marked as liked", ShownCounts(None, None, 1)),
        ("1,204 views2 comments1 like. Post not marked as liked", ShownCounts(1204, 2, 1)),
        ("12 vues0 commentaire", ShownCounts(12, 0)),
        ("1 261 vues3 commentaires", ShownCounts(1261, 3)),
        ("0 visualização0 comentário", ShownCounts(0, 0)),
        ("3 visualizaciones2 comentarios", ShownCounts(3, 2)),
        ("25 Ansichten1 Kommentar", ShownCounts(25, 1)),
        ("1 weergave0 opmerkingen", ShownCounts(1, 0)),
        ("12 wyświetleń1 komentarz", ShownCounts(12, 1)),
        ("12 просмотров0 комментариев", ShownCounts(12, 0)),
        ("٣ مشاهدات٠ تعليق", ShownCounts(3, 0)),
        ("مشاهدة واحدة (١)تعليق واحد (١)", ShownCounts(1, 1)),
        ("٣ مشاهداتتعليق واحد (١)", ShownCounts(3, 1)),
        ("閲覧数：177回0件のコメント", ShownCounts(177, 0)),
        ("조회수 3회댓글 0개", ShownCounts(3, 0)),
        ("12 shikime3 komente", ShownCounts(12, 3)),
    ],
)
def test_a_line_of_counts_is_read_in_any_language(line: str, shown: ShownCounts) -> None:
    assert counts_line(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "", "3 dogs • 4 cats", "12 views on the crisis", "5 comments received", "2 reviews",
        "In 2020 12 views", "Update 3",
        "343 recommendations", "1.2K views", "March 17, 2021", "10 to 12",
        "There were 12 views and 4 comments on the draft.",
        "12 views 3 views", "347 recommendations, 263 accepted, 67 noted",
    ],
)  # fmt: skip
def test_other_lines_are_no_counts(line: str) -> None:
    assert counts_line(line) is None


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_any_two_numbers_of_wix_footer_are_read(views: int, comments: int) -> None:
    line = f"{views:,} view{'' if views == 1 else 's'}{comments:,} comment{'' if comments == 1 else 's'}"
    assert counts_line(line) == ShownCounts(views, comments)
    assert count(f"{views:,} views") == views


@given(st.text(max_size=120))
def test_no_text_raises(text: str) -> None:
    assert count(text) is None or (count(text) or 0) >= 0
    shown = counts_line(text)
    assert shown is None or any(number is not None for number in shown)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 KB"), (9_999, "10.0 KB"), (31_470_000, "31 MB"),
     (2_000_000_000, "2.0 GB"), (4_000_000_000_000, "4000 GB")],
)  # fmt: skip
def test_sizes_are_said_in_the_unit_that_fits(count: int, said: str) -> None:
    assert size(count) == said
