"""Charts as numbers, and words for people."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.dates import years_between
from scraper.serve import charts, formatting

NUMBERS = st.lists(st.integers(0, 10**6), min_size=6, max_size=6)


@given(st.dictionaries(st.integers(1, 9999).map("{:04}".format), NUMBERS, max_size=30))
def test_a_timeline_has_every_year_and_no_bar_leaves_its_frame(counts: dict[str, list[int]]) -> None:
    chart = charts.timeline(counts, tuple("abcdef"), lambda year: f"/?{year}")
    assert [bar.name for bar in chart.bars if bar.name in counts] == sorted(counts)
    for bar in chart.bars:
        assert bar.counts == tuple(counts.get(bar.name, [0] * 6))
        assert bool(bar.parts) == any(bar.counts)
        assert all(part.y >= 0 and part.y + part.height <= chart.floor + 0.2 for part in bar.parts)


@pytest.mark.parametrize(
    ("known", "years"),
    [
        (("2018", "2016", "2016"), ("2016", "2017", "2018")),
        (("0987", "2020", "2021", "2250"), ("0987", "2020", "2021", "2250")),
        (("1970", "2020"), tuple(map(str, range(1970, 2021)))),
        (("1970", "2021"), ("1970", "2021")),
        (("undated", "", "20", "20200", "２０２０"), ()),
    ],
)
def test_years_between_others_are_listed_and_long_stretches_without_any_are_left_out(
    known: tuple[str, ...], years: tuple[str, ...]
) -> None:
    assert years_between(known) == years


def test_dates_that_are_none_make_no_bar() -> None:
    assert charts.timeline({"": (1,), "soon": (2,)}, ("Posts",), str).bars == ()


def test_the_undated_have_a_bar_of_their_own_apart_from_the_years() -> None:
    chart = charts.timeline({"undated": (3,), "2020": (1,), "2021": (0,)}, ("Posts",), lambda year: f"/?{year}")
    assert [(bar.name, bar.total, bar.link, bar.undated) for bar in chart.bars] == [
        ("2020", 1, "/?2020", False),
        ("2021", 0, "/?2021", False),
        ("Undated", 3, "/?undated", True),
    ]
    assert chart.bars[2].x > chart.axis_end
    assert chart.bars[2].x + chart.bars[2].width <= 100.1


def test_the_months_of_a_year_are_twelve_and_named() -> None:
    chart = charts.months("2020", {"2020-03": 4, "2019-03": 9}, lambda month: f"/?{month}", "2020-03")
    assert [bar.total for bar in chart.bars] == [0, 0, 4, *(9 * [0])]
    assert [(bar.name, bar.total, bar.label) for bar in chart.bars if bar.chosen] == [("Mar", 4, "posts")]


def test_the_table_below_a_chart_of_months_says_what_is_counted() -> None:
    assert charts.months("2020", {}, str).series == ("Posts",)
    assert charts.months("2020", {}, str, series="Changes").series == ("Changes",)


def test_two_observations_make_a_line_one_does_not() -> None:
    assert charts.lines([("2026-02-01", 3)], "Views") is None
    assert charts.lines([("2026-02-01", 3), ("once", 5)], "Views") is None
    line = charts.lines([("2026-02-01T10:00:00Z", 100), ("2026-03-01", 150)], "Views")
    assert line is not None
    assert line.summary == "Views: 100 on 1 February 2026, 150 on 1 March 2026"
    assert [mark.words for mark in line.marks] == ["1 Feb 2026", "1 Mar 2026"]


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=20))
def test_no_point_leaves_its_frame(values: list[int]) -> None:
    line = charts.lines([(f"2026-02-{day + 1:02}", value) for day, value in enumerate(values)], "Views")
    assert line is not None
    assert all(line.left <= dot.x <= 100 and 0 <= dot.y <= line.height for dot in line.dots)


@given(st.integers(0, 10**12))
def test_the_top_of_a_chart_is_round_and_high_enough(value: int) -> None:
    top = charts.nice(value)
    assert top >= value
    assert top % 2 == 0
    assert top <= max(2, value * 5)


@pytest.mark.parametrize(
    ("stamp", "day", "moment"),
    [
        ("2021-03-16T14:05:00Z", "16 March 2021", "16 March 2021, 14:05 UTC"),
        ("2021-03-18", "18 March 2021", "18 March 2021"),
        ("2016-12", "December 2016", "December 2016"),
        ("2016", "2016", "2016"),
        (None, "", ""),
        ("2016-13", "2016", "2016"),
        ("soon", "soon", "soon"),
    ],
)
def test_dates_are_written_as_precisely_as_they_are_known(stamp: Any, day: str, moment: str) -> None:
    assert (formatting.day(stamp), formatting.moment(stamp)) == (day, moment)


def test_sizes_numbers_and_hosts_are_written_for_people() -> None:
    assert [formatting.size(count) for count in (0, 999, 1500, 31_470_000, 2_000_000_000)] == [
        "0 bytes", "999 bytes", "1.5 KB", "31 MB", "2.0 GB",
    ]  # fmt: skip
    assert (formatting.number(None), formatting.number(1261)) == ("–", "1,261")
    assert formatting.host("https://www.ohchr.org/en") == "ohchr.org"
    assert formatting.host("https://[broken") == ""
    assert formatting.short("one two three", 8) == "one two…"
    assert formatting.direction("ar-EG") == "rtl"
    assert formatting.direction(None) == "ltr"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("da", "Danish"),
        ("haw", "Hawaiian"),
        ("zh-Latn", "Chinese"),
        ("EN-us", "English"),
        ("pt_BR", "Portuguese"),
        ("tlh", "tlh"),
    ],
)
def test_a_language_has_its_english_name(code: str, name: str) -> None:
    assert formatting.language_name(code) == name


def test_where_years_are_many_some_have_no_mark_on_a_narrow_screen() -> None:
    def marks(first: int) -> list[str]:
        return [bar.mark for bar in charts.timeline({str(first): (1,), "2026": (2,)}, ("a",), str).bars]

    assert all(marks(2013))
    assert marks(2012)[-3:] == ["’24", "", "’26"]
    assert sum(map(bool, marks(1996))) == 11
