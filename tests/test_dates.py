"""Dates as pages spell them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.dates import Spelled, http_date, iso_utc, parse, same_moment


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Mar 18, 2021", "2021-03-18"), ("March 27, 2014", "2014-03-27"), ("Sept 9, 2019", "2019-09-09"),
        ("18th March 2021", "2021-03-18"), ("Tuesday, March 18, 2021", "2021-03-18"),
        ("Tue Oct 11, 2016", "2016-10-11"),
        ("Mar 18, 2021, 2:05 PM", "2021-03-18"), ("2. Okt. 2022", "2022-10-02"), ("9 août 2018", "2018-08-09"),
        ("1er mars 2021", "2021-03-01"), ("24 jun. 2020", "2020-06-24"), ("13 mar 2023", "2023-03-13"),
        ("6 de set. de 2021", "2021-09-06"), ("6 mei 2021", "2021-05-06"), ("6. toukokuuta 2021", "2021-05-06"),
        ("9. sep. 2021", "2021-09-09"), ("18 paź 2021", "2021-10-18"), ("18. října 2021", "2021-10-18"),
        ("18 Mayıs 2021", "2021-05-18"), ("18 марта 2021 г.", "2021-03-18"), ("18 бер. 2021 р.", "2021-03-18"),
        ("2021년 11월 30일", "2021-11-30"), ("2021年3月18日", "2021-03-18"), ("٦ مايو ٢٠٢١", "2021-05-06"),
        ("16 במאי 2021", "2021-05-16"), ("18 मार्च 2021", "2021-03-18"), ("18 มี.ค. 2564", "2021-03-18"),
        ("18 thg 3, 2021", "2021-03-18"), ("2021. márc. 18.", "2021-03-18"), ("18.03.2021", "2021-03-18"),
        ("13/4/2021", "2021-04-13"), ("4/13/2021", "2021-04-13"), ("2021-03-18", "2021-03-18"),
        ("2021/03/18", "2021-03-18"), ("March 2021", "2021-03"), ("12 1 2021", None), ("03/04/2021", None),
        ("4/27/20", None),
        ("Adopted 8.29.2019", None), ("Feb 30, 2020", None), ("2021", None), ("May", None), ("Chapter 3", None),
        ("20 min read", None), ("In May 2020", None), ("Mar 18 2021 Apr 2", None), ("", None), ("x" * 500, None),
    ],
)  # fmt: skip
def test_a_whole_text_is_a_date_or_none(text: str, iso: str | None) -> None:
    assert (parse(text) or Spelled(None)).iso == iso


@pytest.mark.parametrize("text", ["May 16", "Feb 29", "16 mai", "5. Okt.", "3月18日", "11월 30일", "٦ مايو"])
def test_a_date_without_a_year_is_never_completed(text: str) -> None:
    assert parse(text) == Spelled(None, "year")


@pytest.mark.parametrize(
    "text", ["3 hours ago", "4 minutes ago", "il y a 3 jours", "hace 3 días", "há 2 dias", "vor 3 Tagen",
    "3 dagen geleden", "3 giorni fa", "3일 전", "3日前", "yesterday", "gestern", "vor einer Woche", "for 2 dager siden",
    "před hodinou", "منذ ساعتين", "לפני 3 ימים", "il y a une heure",
    ],
)  # fmt: skip
def test_a_relative_date_says_that_it_is_one(text: str) -> None:
    assert parse(text) == Spelled(None, "relative")


@pytest.mark.parametrize(
    "text", ["For Immediate Release", "For Us, By Us", "Vor dem Gericht", "Před soudem", "Há esperança"]
)
def test_words_that_begin_as_a_relative_date_are_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2022-09-26T21:58:32.947Z", "2022-09-26T21:58:32.947Z"),
        ("2021-03-16T14:05:00+02:00", "2021-03-16T12:05:00Z"),
        ("2021-03-16T00:30:00+0200", "2021-03-15T22:30:00Z"), ("2021-03-16 14:05:00 +00:00", "2021-03-16T14:05:00Z"),
        ("20210316T140500Z", "2021-03-16T14:05:00Z"), ("2021-03-16T14:05Z", "2021-03-16T14:05Z"),
        ("2021-03-16", "2021-03-16"), ("2021-03", "2021-03"), ("2021-03-16T14:05:00", "2021-03-16"),
        ("2021-13-01", None),
        ("2021-02-30", None), ("2021-03-16T25:00:00Z", None), ("0001-01-01T00:00:00+05:00", None),
        ("Mar 16, 2021", None), ("", None),
    ],
)  # fmt: skip
def test_iso_dates_become_utc_as_precise_as_they_are(text: str, iso: str | None) -> None:
    assert iso_utc(text) == iso


def test_dates_are_compared_as_far_as_both_go_at_most_to_the_second() -> None:
    assert same_moment("2021-03-16T14:05:00.947Z", "2021-03-16T14:05:00Z")
    assert not same_moment("2021-03-16T14:05:01Z", "2021-03-16T14:05:00Z")
    assert same_moment("2021-03-16", "2021-03-16T14:05:00Z")
    assert not same_moment(None, None)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_comes_back_from_its_common_spellings(day: date) -> None:
    for spelling in (
        f"{day:%b} {day.day}, {day.year}",
        f"{day.day} {day:%B} {day.year}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert parse(spelling) == Spelled(day.isoformat())


@given(st.integers(0, 4 * 10**9), st.integers(-12 * 60, 14 * 60))
def test_every_instant_becomes_utc(seconds: int, minutes: int) -> None:
    moment = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes)))
    assert iso_utc(moment.isoformat()) == moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@given(st.one_of(st.text(max_size=80), st.from_regex(r"\d{1,4}[ ./-][a-z]{2,9}\.? \d{1,4}", fullmatch=True)))
def test_no_text_raises_and_what_is_read_is_iso(text: str) -> None:
    found = parse(text)
    if found and found.iso:
        assert iso_utc(found.iso) == found.iso
    stamp = iso_utc(text)
    assert stamp is None or iso_utc(stamp) == stamp


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Sun, 28 Jul 2024 16:58:36 GMT", "2024-07-28T16:58:36+00:00"),
        ("Sun, 28 Jul 2024 18:58:36 +0200", "2024-07-28T16:58:36+00:00"),
        ("Sun, 28 Jul 2024 16:58:36", "2024-07-28T16:58:36+00:00"),
        ("Fri, 31 Dec 9999 23:00:00 -0200", None),
        ("soon", None),
        (" ", None),
        (None, None),
    ],
)
def test_a_date_of_http_is_an_instant_in_utc(text: str | None, at: str | None) -> None:
    found = http_date(text)
    assert (None if found is None else found.isoformat()) == at


@given(st.text())
def test_no_text_makes_a_date_of_http_raise(text: str) -> None:
    http_date(text)
