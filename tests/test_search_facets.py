"""All numbers beside a result, against the same counted by hand."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import schema, search
from scraper.search import Filters, Request

WORDS = ("water", "rights", "housing", "universal", "university")
SITES = ("upr2020", "ushrn-news", "other.example")
DATES = (None, "2013", "2016-12", "2016-12-10", "2020-01-05T10:00:00Z", "2021-03-18")
AUTHORS = (None, "Dana King", "Ann Lee")
LABELS = ("UPR", "Water", "News")
LANGUAGES = (None, "en", "en-US", "es")


@dataclass(frozen=True)
class Row:
    """A post as the oracle sees it."""

    id: int
    words: frozenset[str]
    site: str
    date: str | None
    author: str | None
    tags: frozenset[str]
    categories: frozenset[str]
    pdf: bool
    gone: bool
    views: int | None
    language: str | None

    @property
    def facets(self) -> dict[str, frozenset[str]]:
        return {
            "site": frozenset({self.site}),
            "year": frozenset({self.date[:4] if self.date else "undated"}),
            "category": self.categories,
            "tag": self.tags,
            "author": frozenset({self.author} if self.author else ()),
            "pdf": frozenset({"yes" if self.pdf else "no"}),
            "gone": frozenset({"yes" if self.gone else "no"}),
            "language": frozenset({self.language[:2]} if self.language else ()),
        }


def some(dice: random.Random, values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(dice.sample(values, dice.randint(0, len(values))))


def made(count: int = 80) -> list[Row]:
    dice = random.Random(18)
    return [
        Row(
            number, some(dice, WORDS), dice.choice(SITES), dice.choice(DATES), dice.choice(AUTHORS), some(dice, LABELS),
            some(dice, LABELS), dice.random() < 0.3, dice.random() < 0.2, dice.choice((None, 0, 5, 177)),
            dice.choice(LANGUAGES),
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def store(db: sqlite3.Connection, rows: list[Row]) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO sites(id, name, base_url, platform) VALUES (?, ?, 'x', 'wix')",
        [(site, site) for site in SITES],
    )
    for table in ("tags", "categories"):
        db.executemany(f"INSERT INTO {table}(name) VALUES (?)", [(name,) for name in LABELS])
    for row in rows:
        # Every other date is one of an update only.
        dated = "published_at" if row.id % 2 else "updated_at"
        db.execute(
            f"INSERT INTO posts(id, site, url, slug, title, {dated}, author, gone_at, views, body_text, language,"
            " first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, 'Post', ?, ?, ?, ?, ?, ?, 'x', 'x')",
            (
                row.id, row.site, f"https://x.example/{row.id}", str(row.id), row.date, row.author,
                "2022-01-01" if row.gone else None, row.views, " and ".join(sorted(row.words)), row.language,
            ),
        )  # fmt: skip
        for kind, plural, names in (("tag", "tags", row.tags), ("category", "categories", row.categories)):
            db.executemany(
                f"INSERT INTO post_{plural} SELECT ?, id, 0 FROM {plural} WHERE name = ?", [(row.id, n) for n in names]
            )
            assert kind
        if row.pdf:
            db.execute("INSERT INTO files(post_id, position, name) VALUES (?, 0, 'a.PDF')", (row.id,))


ROWS = made()


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    opened = schema.open_archive(tmp_path_factory.mktemp("facets") / "a.db", create=True)
    opened.conn.execute("BEGIN")
    store(opened.conn, ROWS)
    opened.conn.execute("COMMIT")
    yield opened.conn
    opened.close()


#: (query, what it means)
MEANING = [
    ("", lambda row: True),
    ("water", lambda row: "water" in row.words),
    ('"university"', lambda row: "university" in row.words),
    ("university", lambda row: bool(row.words & {"universal", "university"})),
    ('"universal" OR housing', lambda row: bool(row.words & {"universal", "housing"})),
    ("rights -water", lambda row: "rights" in row.words and "water" not in row.words),
    ("-(rights OR water)", lambda row: not row.words & {"rights", "water"}),
    ('(rights "university") OR tag:upr', lambda row: row.words >= {"rights", "university"} or "UPR" in row.tags),
    ("NOT tag:upr housing", lambda row: "UPR" not in row.tags and "housing" in row.words),
    ("is:gone OR (has:pdf water)", lambda row: row.gone or (row.pdf and "water" in row.words)),
    ("after:2016-12 before:2021", lambda row: row.date is not None and "2016-12" <= row.date < "2021"),
    ("-after:2016-12", lambda row: row.date is not None and row.date < "2016-12"),
    ("site:upr2020 OR author:king", lambda row: row.site == "upr2020" or row.author == "Dana King"),
]


def choices(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.one_of(st.just(()), st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple))


FILTERS = st.builds(
    Filters,
    site=choices((*SITES, "nowhere")),
    year=choices(("2013", "2016", "2021", "1999", "undated")),
    category=choices(LABELS),
    tag=choices((*LABELS, "nothing")),
    author=choices(("Dana King", "Ann Lee")),
    pdf=choices(("yes", "no")),
    gone=choices(("yes", "no")),
    language=choices(("en", "es", "fr")),
    after=st.sampled_from([None, "2016", "2016-12-10"]),
    before=st.sampled_from([None, "2021"]),
)


def meets(row: Row, filters: Filters, without: str = "") -> bool:
    """By hand: what the filters ask, leaving one facet's choice aside."""
    for name, values in row.facets.items():
        wanted = getattr(filters, name)
        if wanted and name != without and not values & set(wanted):
            return False
    if filters.after and not (row.date and row.date >= filters.after):
        return False
    return not filters.before or bool(row.date and row.date < filters.before)


@given(st.sampled_from(MEANING), FILTERS, st.sampled_from(search.SORTS))
def test_hits_and_facets_are_what_counting_by_hand_gives(db, meaning, filters: Filters, sort: str) -> None:
    text, means = meaning
    request = Request(query=search.parse(text), filters=filters, sort=sort, size=200)
    page = search.find(db, request)
    expected = {row.id for row in ROWS if means(row) and meets(row, filters)}
    assert {hit.id for hit in page.hits} == expected
    assert page.total == len(expected)
    assert sorted(search.rowids(db, request)) == sorted(expected)
    for facet in page.facets:
        counts = Counter(
            value for row in ROWS if means(row) and meets(row, filters, facet.name) for value in row.facets[facet.name]
        )
        assert {value.value: value.count for value in facet.values if value.count} == dict(counts), facet.name
        assert {value.value for value in facet.values if value.selected} == set(getattr(filters, facet.name))
    months = Counter(row.date[:7] for row in ROWS if row.date and means(row) and meets(row, filters, "year"))
    assert dict(page.timeline) == dict(months)


@pytest.mark.parametrize("sort", search.SORTS)
@pytest.mark.parametrize("text", ["", "water", "rights OR housing"])
def test_pages_joined_are_the_whole_result_without_repeats(db: sqlite3.Connection, text: str, sort: str) -> None:
    query = search.parse(text)
    whole = list(search.rowids(db, Request(query=query, sort=sort)))
    pages = search.find(db, Request(query=query, sort=sort, size=7)).pages
    joined = [
        hit.id
        for n in range(1, pages + 1)
        for hit in search.find(db, Request(query=query, sort=sort, size=7, page=n)).hits
    ]
    assert joined == whole
    assert len(set(joined)) == len(joined)


def test_every_facet_is_the_row_of_a_field_and_has_its_sql(db: sqlite3.Connection) -> None:
    fields = [*schema.EXPORT_FIELDS.values(), *(field for table in schema.TABLES.values() for field in table.fields)]
    named = {field.facet for field in fields if field.facet}
    assert named == {facet.name for facet in search.find(db, Request()).facets}
    assert named <= set(Filters.__dataclass_fields__)
