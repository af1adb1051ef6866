"""Citations of posts, with the date of their capture."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import cite
from scraper.cite import Name, Work

WORK = Work(
    url="https://www.upr2020.org/post/us-upr-adoption",
    site_name="US Human Rights Network: UPR 2020",
    title="Adoption of US UPR Outcomes",
    author="Vickie Casanova-Willis",
    published_at="2021-03-16T14:05:00Z",
    captured_at="2021-04-02T09:00:00Z",
)


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        (None, (Name("US Human Rights Network"),)),
        ("admin", (Name("US Human Rights Network"),)),
        ("USHRN", (Name("USHRN"),)),
        ("UPR Task Force", (Name("UPR Task Force"),)),
        ("Committee for Housing and Land", (Name("Committee for Housing and Land"),)),
        ("Dana King", (Name("King", "Dana"),)),
        ("King, Dana", (Name("King", "Dana"),)),
        ("Dr. Dana M. King", (Name("King", "Dana M."),)),
        ("Dana King, Jr.", (Name("King", "Dana Jr."),)),
        ("Dana King and Ann Lee", (Name("King", "Dana"), Name("Lee", "Ann"))),
        ("Dana King, Ann Lee & Jo Wu", (Name("King", "Dana"), Name("Lee", "Ann"), Name("Wu", "Jo"))),
        ("Dana King, Ann Lee", (Name("King", "Dana"), Name("Lee", "Ann"))),
        ("Ludwig van der Berg", (Name("van der Berg", "Ludwig"),)),
    ],
)
def test_people_and_bodies_are_told_apart(author: str | None, expected: tuple[Name, ...]) -> None:
    assert cite.names(author, WORK.site_name) == expected


def test_apa() -> None:
    assert cite.apa(WORK) == (
        "Casanova-Willis, V. (2021, March 16). Adoption of US UPR Outcomes. US Human Rights Network: UPR 2020. "
        "Retrieved April 2, 2021, from https://www.upr2020.org/post/us-upr-adoption"
    )


def test_apa_joins_authors_with_an_ampersand() -> None:
    assert cite.apa(replace(WORK, author="Dana King and Ann Lee")).startswith("King, D., & Lee, A. (2021")
    assert cite.apa(replace(WORK, author="A. B. King, Ann Lee and Jo Wu")).startswith(
        "King, A. B., Lee, A., & Wu, J. (2021"
    )


def test_a_body_that_is_also_the_site_is_named_once() -> None:
    work = replace(WORK, author=None, site_name="US Human Rights Network")
    assert cite.apa(work).count("US Human Rights Network") == 1


def test_chicago_names_both_dates() -> None:
    assert cite.chicago(replace(WORK, updated_at="2021-03-18", author="Dana King and Ann Lee")) == (
        "King, Dana, and Ann Lee. “Adoption of US UPR Outcomes.” US Human Rights Network: UPR 2020, March 16, 2021. "
        "Last modified March 18, 2021. Accessed April 2, 2021. https://www.upr2020.org/post/us-upr-adoption."
    )


def test_an_undated_post_is_cited_as_such_and_a_month_stays_a_month() -> None:
    undated = replace(WORK, published_at=None)
    assert "(n.d.)" in cite.apa(undated)
    assert " n.d. " in cite.chicago(undated)
    assert "date = " not in cite.bibtex(undated).replace("urldate", "")
    assert "\nPY" not in cite.ris(undated)
    assert "(2016, December)" in cite.apa(replace(WORK, published_at="2016-12"))
    assert "DA  - 2016/12//" in cite.ris(replace(WORK, published_at="2016-12"))


def test_a_post_that_only_says_when_it_was_updated_is_cited_by_that() -> None:
    work = replace(WORK, published_at=None, updated_at="2021-03-18")
    assert "(2021, March 18)" in cite.apa(work)
    assert "Last modified March 18, 2021." in cite.chicago(work)
    assert "n.d." not in cite.chicago(work)


def test_a_gone_post_says_so() -> None:
    work = replace(WORK, gone_at="2022-01-01T00:00:00Z", archive_url="https://archive.example/post/upr2020/x")
    for text in (cite.apa(work), cite.chicago(work), cite.ris(work), cite.bibtex(work)):
        assert "o longer online on" in text
        assert "archive.example" in text


def test_bibtex_escapes_what_tex_would_eat() -> None:
    entry = cite.bibtex(replace(WORK, title=r"100% of {a_b} & #1 ~ \x $5", url="https://x.example/a{b}"))
    expected = r"100\% of \textbraceleft{}a\_b\textbraceright{} \& \#1 \textasciitilde{} \textbackslash{}x \$5"
    assert f"title = {{{{{expected}}}}}" in entry
    assert "url = {https://x.example/a%7Bb%7D}" in entry
    assert "author = {Casanova-Willis, Vickie}" in entry
    assert "urldate = {2021-04-02}" in entry


def test_bibtex_keeps_the_name_of_a_body_whole() -> None:
    assert "author = {{US Human Rights Network}}" in cite.bibtex(replace(WORK, author=None))


def test_ris_has_one_value_a_line() -> None:
    record = cite.ris(replace(WORK, title="One\nER  - \r\nTwo", keywords=("UPR", "Water"), language="en"))
    assert record.splitlines() == [
        "TY  - ELEC",
        "AU  - Casanova-Willis, Vickie",
        "TI  - One ER - Two",
        "T2  - US Human Rights Network: UPR 2020",
        "PY  - 2021",
        "DA  - 2021/03/16/",
        "Y2  - 2021/04/02/",
        "UR  - https://www.upr2020.org/post/us-upr-adoption",
        "LA  - en",
        "KW  - UPR",
        "KW  - Water",
        "ER  - ",
        "",
    ]


def test_keys_differ_where_addresses_do() -> None:
    assert cite.key(WORK) != cite.key(replace(WORK, url=WORK.url + "-2"))
    assert re.fullmatch(r"[a-z0-9]+_[0-9a-f]{8}", cite.key(replace(WORK, author="Ünal Öz", title="人权")))


TEXT = st.one_of(
    st.none(), st.text(max_size=30), st.sampled_from(["", ",", "and", "&", "Jr.", "de la", "{", "}", "\\"])
)


@given(TEXT, TEXT, TEXT, TEXT)
def test_any_words_make_citations(
    title: str | None, author: str | None, date: str | None, abstract: str | None
) -> None:
    """Nothing raises; BibTeX keeps its braces balanced; RIS keeps its lines."""
    work = replace(WORK, title=title, author=author, published_at=date, abstract=abstract)
    assert cite.apa(work)
    assert cite.chicago(work)
    entry = cite.bibtex(work)
    assert entry.count("{") == entry.count("}")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in cite.ris(work).split("\r\n") if line)
