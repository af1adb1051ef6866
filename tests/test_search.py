"""What a researcher types, and what comes back."""

# ruff: noqa: E501 - tables read better wide

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import schema, search
from scraper.search import MARK, UNMARK, Filters, Request
from scraper.search.query import CHARACTERS, TERMS
from scraper.terminal.hits import Help, opening_lines

SITES = [
    ("upr2020", "UPR 2020", "https://www.upr2020.org/", "wix", "live"),
    ("ushrn-news", "Network news", "https://ushrnetwork.org/", "news-2019", "gone"),
]
#: slug → what differs from an ordinary post.
POSTS: dict[str, dict[str, object]] = {
    "review": {
        "title": "The Universal Periodic Review", "body_text": "The review began.\n\nAll rights are universal, said CERD.",
        "published_at": "2020-11-09T10:00:00Z", "views": 177, "comments": 2, "author": "Dana King",
        "tags": ["UPR", "Human Rights"], "categories": ["News"],
    },
    "campus": {
        "title": "On campus", "body_text": "A university held a talk about organizing for water and housing.",
        "published_at": "2016-12", "views": None, "tags": ["Students"], "author": "Ann Kings",
    },
    "covid": {
        "title": "COVID-19 and prisons", "body_text": "The U.S. must act. The United Nations said so in A/HRC/RES/43/1 #BlackLivesMatter.",
        "published_at": "2021-03-18", "views": 9, "site": "ushrn-news", "gone_at": "2022-01-01T00:00:00Z",
    },
    "undated": {"title": "Ohne Datum", "body_text": "People of African descent. Café, naïve.", "revision_count": 2, "site": "ushrn-news"},
    "updated": {"title": "Only updated", "body_text": "Adoption of the outcome.", "updated_at": "2021-03-20", "comments": 5, "links": ["https://outcome.example/adopted"]},
    "with-file": {
        "title": "A report", "body_text": "Download and use it.", "published_at": "2013-05-01", "site": "ushrn-news",
        "files": [("report.pdf", "application/pdf", "Chapter one.\n\nThe sanitation crisis and the universal right to it.")],
    },
}  # fmt: skip


def label(db: sqlite3.Connection, post: int, plural: str, singular: str, names: list[str]) -> None:
    for position, name in enumerate(names):
        db.execute(f"INSERT OR IGNORE INTO {plural}(name) VALUES (?)", (name,))
        (number,) = db.execute(f"SELECT id FROM {plural} WHERE name = ?", (name,)).fetchone()
        db.execute(
            f"INSERT INTO post_{plural}(post_id, {singular}_id, position) VALUES (?, ?, ?)", (post, number, position)
        )


def add(db: sqlite3.Connection, slug: str, values: dict[str, object]) -> None:
    row = {
        "site": "upr2020", "url": f"https://www.upr2020.org/post/{slug}", "slug": slug,
        "first_seen_at": "2022-01-01T00:00:00Z", "last_seen_at": "2022-01-01T00:00:00Z",
    } | {key: value for key, value in values.items() if key not in ("tags", "categories", "files", "links")}  # fmt: skip
    db.execute(f"INSERT INTO posts({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    (post,) = db.execute("SELECT id FROM posts WHERE slug = ?", (slug,)).fetchone()
    label(db, post, "tags", "tag", values.get("tags", []))
    label(db, post, "categories", "category", values.get("categories", []))
    for position, url in enumerate(values.get("links", [])):
        db.execute("INSERT INTO links(post_id, position, url, text) VALUES (?, ?, ?, 'here')", (post, position, url))
    for position, (name, kind, text) in enumerate(values.get("files", [])):
        db.execute(
            "INSERT INTO files(post_id, position, url, name, media_type, text) VALUES (?, ?, ?, ?, ?, ?)",
            (post, position, f"https://files.example/{name}", name, kind, text),
        )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "archive.db"
    schema.open_archive(path, create=True).close()
    db = sqlite3.connect(path)
    db.executemany("INSERT OR REPLACE INTO sites(id, name, base_url, platform, state) VALUES (?, ?, ?, ?, ?)", SITES)
    for slug, values in POSTS.items():
        add(db, slug, values)
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path


@pytest.fixture(scope="module")
def db(archive: Path) -> Iterator[sqlite3.Connection]:
    """Read-only, as the web site opens it."""
    connection = sqlite3.connect(f"file:{archive}?mode=ro", uri=True)
    yield connection
    connection.close()


def slugs(db: sqlite3.Connection, text: str, **choices: object) -> list[str]:
    request = Request(query=search.parse(text), **choices)
    return [hit.slug for hit in search.find(db, request).hits]


FOUND = [
    ("universal", {"review", "campus", "with-file"}),
    ('"universal"', {"review", "with-file"}),
    ("“universal periodic review”", {"review"}),
    ('"universal" periodic', {"review"}),
    ("university", {"review", "campus", "with-file"}),
    ('"university"', {"campus"}),
    ('"universal periodic" OR "university held"', {"review", "campus"}),
    ("water AND housing", {"campus"}),
    ("water housing", {"campus"}),
    ("water OR prisons", {"campus", "covid"}),
    ("talk water OR prisons", {"campus"}),
    ("talk AND water OR prisons", {"campus", "covid"}),
    ("universal NOT water", {"review", "with-file"}),
    ("universal -water", {"review", "with-file"}),
    ('universal -"university held"', {"review", "with-file"}),
    ("-universal -adoption -report", {"covid", "undated"}),
    ("(water OR prisons) -housing", {"covid"}),
    ("univ*", {"review", "campus", "with-file"}),
    ("universi*", {"campus"}),
    ("NEAR(university housing, 8)", {"campus"}),
    ("NEAR(university housing, 2)", set()),
    ("title:universal", {"review"}),
    ("title:(universal OR campus)", {"review", "campus"}),
    ('title:"on campus"', {"campus"}),
    ("title:water", set()),
    ("author:king", {"review"}),
    ('author:"Ann Kings"', {"campus"}),
    ("tag:upr", {"review"}),
    ('tag:"human rights"', {"review"}),
    ("tag:rights", {"review"}),
    ("tag:stud*", {"campus"}),
    ("tag:nothing", set()),
    ("-tag:upr universal", {"campus", "with-file"}),
    ("category:news", {"review"}),
    ("site:upr2020", {"review", "campus", "updated"}),
    ("site:www.ushrnetwork.org", {"covid", "undated", "with-file"}),
    ("site:https://ushrnetwork.org/ report", {"with-file"}),
    ("after:2020", {"review", "covid", "updated"}),
    ("after:2021-03-18", {"covid", "updated"}),
    ("before:2021-03-18", {"review", "campus", "with-file"}),
    ("after:2016-12 before:2017", {"campus"}),
    ("year:2021", {"covid", "updated"}),
    ("is:gone", {"covid"}),
    ("is:undated", {"undated"}),
    ("is:changed", {"undated"}),
    ("has:pdf", {"with-file"}),
    ("is:gone OR has:pdf", {"covid", "with-file"}),
    ("sanitation", {"with-file"}),
    ('"universal right"', {"with-file"}),
    ("ICERD", {"review"}),
    ("UPR", {"review"}),
    ("universal periodic review", {"review"}),
    ("US", {"covid"}),
    ("United States", {"covid"}),
    ("U.S.", {"covid"}),
    ("us", {"with-file"}),
    ("US prisons", {"covid"}),
    ("431", {"covid"}),
    ("43/1", {"covid"}),
    ("covid19", {"covid"}),
    ("COVID-19", {"covid"}),
    ("#BlackLivesMatter", {"covid"}),
    ("Black Lives Matter", {"covid"}),
    ("PAD", {"undated"}),
    ("UN", {"covid"}),
    ("cafe", {"undated"}),
    ("NAÏVE", {"undated"}),
    ("organized", {"campus"}),
    ("https://www.upr2020.org/post/covid", {"covid"}),
    ("http://upr2020.org/post/review?utm_source=x", {"review"}),
    ("https://outcome.example/adopted", {"updated"}),
]


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[text for text, _ in FOUND])
def test_a_query_finds(db: sqlite3.Connection, text: str, expected: set[str]) -> None:
    assert set(slugs(db, text)) == expected


NASTY = [
    '"', '""', "  ", "-", "--", "*", "(", ")", ")(", "((((((((((((a", "a" * 5000, "a " * 3000, "NOT", "OR", "AND OR", "a OR", "OR a",
    "NOT NOT a", "-(a)", "()", "title:", "title:()", 'title:"', "after:banana", "year:99999", "is:what", "NEAR(", "NEAR()", "NEAR(a, x)",
    "NEAR(a b, 99999999999999999999)", "\x00", "a\x00b", "\ud800", "rights\udfff", "'; DROP TABLE posts; --", "a:b", "{a b}:c", "^a", "a + b",
    "U.S.", "O'Brien", "\ue000x\ue001", "👩‍👩‍👧", "٣", "人权", "ﬁ", "%", "_", "\\", "site:[", "site://[x", "tag:*", "tag:\"", "-tag:x", "a|b", "http://", "https://[", "https://x:99999/", "http://%00", "-https://a.b/c",
    "NEAR(a b, ٣)", "NEAR(a b, ²)", "title:-a", "-title:a OR -b", "\u0301", "a\u0301*", "ª*",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_is_typed_is_an_error(db: sqlite3.Connection, text: str) -> None:
    search.find(db, text)


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ['"', '“', '”', '(', ')', '-', '*', ':', 'OR', 'AND', 'NOT', 'NEAR(', ',', '5)', 'title:', 'tag:', 'after:2016', 'has:pdf', 'site:', 'rights', 'universal', 'U.S.', '43/1', '#UsUpr', '\x00', '^', '{', '}', '+', '']
    ),
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).flatmap(lambda parts: st.sampled_from([" ".join(parts), "".join(parts)])))
def test_every_text_is_a_query(db: sqlite3.Connection, text: str) -> None:
    """Any text is answered, and the page's numbers agree with one another."""
    page = search.find(db, text)
    assert len(page.hits) == min(page.total, 20)
    assert len(page.request.query.terms) <= TERMS + 48
    assert sum(value.count for facet in page.facets if facet.name == "year" for value in facet.values) == page.total


def test_an_empty_query_shows_all_posts_newest_first_and_the_undated_last(db: sqlite3.Connection) -> None:
    assert slugs(db, "") == ["updated", "covid", "review", "campus", "with-file", "undated"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("oldest", "with-file"), ("newest", "updated"), ("views", "review"), ("comments", "updated"), ("?", "updated")],
)
def test_hits_are_sorted_as_asked(db: sqlite3.Connection, sort: str, first: str) -> None:
    found = slugs(db, "", sort=sort)
    assert found[0] == first
    assert len(found) == len(POSTS)


def test_undated_posts_are_last_when_the_oldest_come_first(db: sqlite3.Connection) -> None:
    assert slugs(db, "", sort="oldest")[-1] == "undated"


def test_a_word_in_the_title_ranks_before_the_same_word_in_a_body_or_a_file(db: sqlite3.Connection) -> None:
    assert slugs(db, "universal OR university")[0] == "review"
    assert slugs(db, "universal OR university")[-1] == "with-file"


def test_pages_are_cut_and_their_number_is_known(db: sqlite3.Connection) -> None:
    second = search.find(db, Request(page=2, size=4))
    assert (second.total, second.pages, [hit.slug for hit in second.hits]) == (6, 2, ["with-file", "undated"])
    assert search.find(db, Request(page=10**30, size=10**30)).hits == ()
    assert len(search.find(db, Request(page=-3)).hits) == 6


def facet(page: search.ResultPage, name: str) -> dict[str, int]:
    return {value.value: value.count for each in page.facets if each.name == name for value in each.values}


def test_facets_count_all_hits(db: sqlite3.Connection) -> None:
    page = search.find(db, "")
    assert facet(page, "site") == {"upr2020": 3, "ushrn-news": 3}
    assert facet(page, "year") == {
        "2013": 1, "2014": 0, "2015": 0, "2016": 1, "2017": 0, "2018": 0, "2019": 0, "2020": 1, "2021": 2, "undated": 1,
    }  # fmt: skip
    assert facet(page, "tag") == {"UPR": 1, "Human Rights": 1, "Students": 1}
    assert facet(page, "category") == {"News": 1}
    assert facet(page, "author") == {"Dana King": 1, "Ann Kings": 1}
    assert facet(page, "pdf") == {"no": 5, "yes": 1}
    assert facet(page, "gone") == {"no": 5, "yes": 1}
    assert page.timeline == (("2013-05", 1), ("2016-12", 1), ("2020-11", 1), ("2021-03", 2))


def test_a_choice_in_one_facet_narrows_the_others_but_not_itself(db: sqlite3.Connection) -> None:
    page = search.find(db, Request(filters=Filters(site=("ushrn-news",), year=("2021", "undated"))))
    assert [hit.slug for hit in page.hits] == ["covid", "undated"]
    assert page.total == 2
    assert facet(page, "site") == {"ushrn-news": 2, "upr2020": 1}
    assert facet(page, "year")["2013"] == 1
    assert facet(page, "gone") == {"no": 1, "yes": 1}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(tag=("UPR", "Students")), {"review", "campus"}),
        (Filters(category=("News",)), {"review"}),
        (Filters(author=("Dana King",)), {"review"}),
        (Filters(pdf=("yes",)), {"with-file"}),
        (Filters(gone=("yes",)), {"covid"}),
        (Filters(gone=("yes", "no")), set(POSTS)),
        (Filters(after="2021-03", before="2021-03-19"), {"covid"}),
        (Filters(site=("nowhere",)), set()),
    ],
)
def test_filters_narrow(db: sqlite3.Connection, filters: Filters, expected: set[str]) -> None:
    page = search.find(db, Request(filters=filters))
    assert {hit.slug for hit in page.hits} == expected
    assert page.total == len(expected)


def test_a_value_that_is_chosen_stays_in_its_facet_at_zero(db: sqlite3.Connection) -> None:
    page = search.find(db, Request(query=search.parse("water"), filters=Filters(site=("ushrn-news",))))
    assert facet(page, "site") == {"upr2020": 1, "ushrn-news": 0}


def test_filters_from_the_parameters_of_a_url(db: sqlite3.Connection) -> None:
    given = {
        "site": ["upr2020", "", "upr2020"],
        "after": ["2016", "2017"],
        "q": ["x"],
        "tag": ["\ud800"],
        "__class__": ["x"],
    }
    assert Filters.of(given) == Filters(site=("upr2020",), after="2016")


def test_matches_are_marked_in_title_and_passages(db: sqlite3.Connection) -> None:
    hit = search.find(db, '"universal"').hits[0]
    assert hit.title == f"The {MARK}Universal{UNMARK} Periodic Review"
    assert hit.snippets[0].text == f"All rights are {MARK}universal{UNMARK}, said CERD."
    assert hit.snippets[0].paragraph == 1
    assert hit.snippets[0].quote.startswith("universal, said")


def test_a_match_in_a_file_says_so(db: sqlite3.Connection) -> None:
    (snippet,) = search.find(db, "sanitation").hits[0].snippets
    assert (snippet.file, snippet.file_url, snippet.paragraph) == ("report.pdf", "https://files.example/report.pdf", 1)
    assert f"{MARK}sanitation{UNMARK}" in snippet.text


def test_a_long_file_is_searched_for_passages_too(tmp_path: Path) -> None:
    schema.open_archive(tmp_path / "a.db", create=True).close()
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.executemany(
            "INSERT OR REPLACE INTO sites(id, name, base_url, platform, state) VALUES (?, ?, ?, ?, ?)", SITES
        )
        text = "filler words\n\n" * 40_000 + "It ends in Universal rights."
        add(db, "long", {"files": [("long.pdf", "application/pdf", text)]})
        (stemmed,) = search.find(db, "universals").hits[0].snippets
        (exact,) = search.find(db, '"universal rights"').hits[0].snippets
    db.close()
    assert f"{MARK}Universal{UNMARK} rights." in stemmed.text
    assert f"{MARK}Universal rights{UNMARK}." in exact.text
    assert exact.paragraph == 40_000


def test_without_a_match_in_the_body_its_beginning_is_shown(db: sqlite3.Connection) -> None:
    assert search.find(db, "title:campus").hits[0].snippets[0].text.startswith("A university held")


def test_marks_cannot_come_from_a_page(tmp_path: Path) -> None:
    schema.open_archive(tmp_path / "a.db", create=True).close()
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.executemany(
            "INSERT OR REPLACE INTO sites(id, name, base_url, platform, state) VALUES (?, ?, ?, ?, ?)", SITES
        )
        add(db, "hostile", {"title": f"{MARK}water", "body_text": f"{MARK}<b>{UNMARK} water {MARK}"})
        hit = search.find(db, "water").hits[0]
    db.close()
    assert hit.title == "water"
    assert hit.snippets[0].text == "<b> water"


def test_a_date_that_is_none_does_no_harm(tmp_path: Path) -> None:
    """Whoever writes the tables by hand may write anything."""
    schema.open_archive(tmp_path / "a.db", create=True).close()
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.executemany(
            "INSERT OR REPLACE INTO sites(id, name, base_url, platform, state) VALUES (?, ?, ?, ?, ?)", SITES
        )
        for number, date in enumerate(("soon", "2016", "", "99999", "２０２０")):
            add(db, f"p{number}", {"published_at": date, "body_text": "water"})
        db.row_factory = sqlite3.Row
        page = search.find(db, "water")
    db.close()
    assert page.total == 5
    assert facet(page, "year")["2016"] == 1


def test_long_queries_are_cut_with_a_note(db: sqlite3.Connection) -> None:
    assert f"{TERMS} words" in " ".join(search.parse("a " * 150).notes)
    assert f"{CHARACTERS} characters" in search.parse("word" * 150).notes[0]


def test_only_so_many_beginnings_are_looked_up(db: sqlite3.Connection) -> None:
    query = search.parse("un* wa* ho* ri* ce* se*")
    assert sum(term.prefix for term in query.terms) == 4
    assert "stars" in query.notes[0]


def test_other_spellings_are_told(db: sqlite3.Connection) -> None:
    ((written, others),) = search.parse("ICERD").also
    assert written == "ICERD"
    assert "CERD" in others


def test_what_is_no_condition_is_searched_as_words_and_noted(db: sqlite3.Connection) -> None:
    query = search.parse("after:banana")
    assert "after:banana" in query.notes[0]
    assert [term.text for term in query.terms] == ["after banana"]


def test_a_lower_case_us_is_a_word(db: sqlite3.Connection) -> None:
    assert [term.text for term in search.parse("us").terms] == ["us"]
    assert search.parse("us").also == ()


def test_rowids_give_the_whole_result_in_order(db: sqlite3.Connection) -> None:
    ids = list(search.rowids(db, Request(size=1, page=3)))
    names = dict(db.execute("SELECT id, slug FROM posts"))
    assert [names[number] for number in ids] == ["updated", "covid", "review", "campus", "with-file", "undated"]


@pytest.mark.parametrize("text", ["rights", '"human rights"', "universal -water", "tag:upr OR prisons", ""])
def test_total_and_rowids_agree(db: sqlite3.Connection, text: str) -> None:
    request = Request(query=search.parse(text))
    assert len(list(search.rowids(db, request))) == search.find(db, request).total


RIGHTS = {
    "all": "The county heard about water shutoffs and a moratorium.",
    "most": "Water shutoffs came back in spring.",
    "one": "A moratorium on evictions ended.",
    "none": "Nothing of the kind.",
}


@pytest.fixture(scope="module")
def _relaxing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("relaxing") / "relax.db"
    with closing(schema.open_archive(path, create=True).conn) as db:
        for site in SITES:
            db.execute("INSERT INTO sites VALUES (?, ?, ?, ?, ?)", site)
        for slug, text in RIGHTS.items():
            add(db, slug, {"title": slug, "body_text": text})
        for number in range(8):
            add(db, f"other-{number}", {"title": "Other", "body_text": f"Post {number} about something else."})
    return path


@pytest.fixture
def relaxing(_relaxing: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Posts with all, most, one and none of three words, among others that make them rare."""
    with closing(sqlite3.connect(shutil.copy(_relaxing, tmp_path / "relax.db"), isolation_level=None)) as db:
        yield db


def grouped(page: search.ResultPage) -> dict[str, list[str]]:
    return {"all": [hit.slug for hit in page.hits]} | {
        group.matched.value: [hit.slug for hit in group.hits] for group in page.groups
    }


def test_posts_with_most_words_and_then_any_follow_those_with_all_and_are_counted_apart(
    relaxing: sqlite3.Connection,
) -> None:
    page = search.find(relaxing, "water shutoffs moratorium")
    assert grouped(page) == {"all": ["all"], "most": ["most"], "any": ["one"]}
    assert (page.total, page.shown) == (1, 3)
    assert [hit.lacks for group in page.groups for hit in group.hits] == [("moratorium",), ("water", "shutoffs")]


@pytest.mark.parametrize(
    "asked",
    [
        '"water shutoffs moratorium"', "water AND shutoffs AND absent", "title:water title:absent", "wat* absen*",
        "water is:gone", "NEAR(water moratorium, 1)", "absent OR missing", "tag:absent site:absent",
    ],
)  # fmt: skip
def test_quotes_operators_fields_and_filters_are_never_relaxed(relaxing: sqlite3.Connection, asked: str) -> None:
    page = search.find(relaxing, asked)
    assert (page.total, page.groups) == (0, ())


def test_what_is_not_relaxed_still_holds_for_the_rest(relaxing: sqlite3.Connection) -> None:
    assert grouped(search.find(relaxing, '"water shutoffs" moratorium absent')) == {"all": [], "any": ["all"]}
    assert grouped(search.find(relaxing, "water moratorium absent -spring -evictions")) == {"all": [], "most": ["all"]}


def test_a_question_finds_the_posts_with_its_telling_words(relaxing: sqlite3.Connection) -> None:
    found = grouped(search.find(relaxing, "When was there a moratorium on evictions?"))
    assert found["most"] == ["one"]


@pytest.mark.parametrize(("matched", "slugs"), [
    (search.Matched.ALL, ["all"]), (search.Matched.MOST, ["all", "most"]), (search.Matched.ANY, ["all", "most", "one"]),
])  # fmt: skip
def test_how_much_must_match_can_be_asked_for_and_is_then_what_is_counted(
    relaxing: sqlite3.Connection, matched: search.Matched, slugs: list[str]
) -> None:
    asked = Request(query=search.parse("water shutoffs moratorium"), matched=matched)
    page = search.find(relaxing, asked)
    assert ([hit.slug for hit in page.hits], page.total, page.groups) == (slugs, len(slugs), ())
    assert len(list(search.rowids(relaxing, asked))) == len(slugs)


def test_of_a_word_that_no_post_has_its_kin_count_where_not_all_words_must_be_there(tmp_path: Path) -> None:
    db = schema.open_archive(tmp_path / "kin.db", create=True).conn
    db.execute("INSERT INTO sites VALUES (?, ?, ?, ?, ?)", SITES[0])
    add(db, "kin", {"body_text": "Religious minorities were heard."})
    add(db, "other", {"body_text": "Nothing of the kind was said."})
    page = search.find(db, "freedom of religion")
    assert grouped(page) == {"all": [], "any": ["kin"]}
    assert page.groups[0].hits[0].lacks == ("freedom",)
    assert search.find(db, '"religion"').groups == ()
    add(db, "same", {"body_text": "Religion, that is."})
    assert grouped(search.find(db, "freedom of religion")) == {"all": [], "any": ["same"]}
    db.close()


def test_exports_take_exact_hits_unless_asked_otherwise(relaxing: sqlite3.Connection) -> None:
    assert len(list(search.rowids(relaxing, Request(query=search.parse("water shutoffs moratorium"))))) == 1


def test_pages_go_on_through_the_groups(relaxing: sqlite3.Connection) -> None:
    pages = [
        grouped(search.find(relaxing, Request(query=search.parse("water shutoffs moratorium"), size=1, page=number)))
        for number in (1, 2, 3)
    ]
    assert [[slug for slugs in page.values() for slug in slugs] for page in pages] == [["all"], ["most"], ["one"]]


def test_words_of_the_best_posts_bring_their_like_forward(tmp_path: Path) -> None:
    db = schema.open_archive(tmp_path / "like.db", create=True).conn
    db.execute("INSERT INTO sites VALUES (?, ?, ?, ?, ?)", SITES[0])
    for number in range(3):
        add(db, f"jail-{number}", {"body_text": f"Custody deaths: jail custody inquest, jail inquest {number}."})
    add(db, "near", {"body_text": "Deaths. The jail inquest went on for days and days without an end in sight."})
    add(db, "far", {"body_text": "Deaths. The river valley went on for days and days without an end in sight."})
    for number in range(30):
        add(db, f"other-{number}", {"body_text": f"Post {number} about something else entirely."})
    page = search.find(db, "custody deaths")
    assert [hit.slug for group in page.groups for hit in group.hits] == ["near", "far"]
    db.close()


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("moratorum", "moratorium"), ("watre", "water"), ("shutofs county", "shutoffs county"),
        ("Evictoins", "evictions"), ("somethingelse", "something else"), ("countyy heardd", "county heard"),
        ("title:watre", "title:water"), ("title:(watre rights)", "title:(water rights)"), ("body:watre news", "body:water news"),
    ],
)  # fmt: skip
def test_mistyped_words_are_mended_by_the_words_of_the_archive(
    relaxing: sqlite3.Connection, asked: str, offered: str
) -> None:
    request = Request(query=search.parse(asked))
    advice = search.advise(relaxing, request, 0)
    assert advice.spellings[0].text == offered
    assert advice.spellings[0].total == search.count(relaxing, Request(query=search.parse(offered)))


@pytest.mark.parametrize(
    "asked",
    ["water", "waters", "WATER", '"watre"', "author:watre", "-title:watre", "-watre", "watre*", "12345", "the", "xy"],
)
def test_nothing_is_mended_where_the_word_or_a_form_of_it_exists_or_no_word_was_meant(
    relaxing: sqlite3.Connection, asked: str
) -> None:
    assert search.advise(relaxing, Request(query=search.parse(asked)), 0).spellings == ()


def test_nearly_every_word_with_one_wrong_letter_is_mended(relaxing: sqlite3.Connection) -> None:
    words = [word for (word,) in relaxing.execute("SELECT term FROM posts_exact_words WHERE length(term) > 4")]
    wrong = {word[:2] + word[3:]: word for word in words} | {word[:3] + "q" + word[3:]: word for word in words}
    right = 0
    for typed, word in wrong.items():
        advice = search.advise(relaxing, Request(query=search.parse(typed)), 0)
        right += word in [step.text for step in advice.spellings]
    assert right >= 0.95 * len(wrong)


@pytest.mark.parametrize(
    ("asked", "name"),
    [("human rights", ("tag", "Human Rights")), ("news", ("category", "News")), ("dana king", ("author", "Dana King")),
     ("the upr 2020", ("site", "upr2020")), ("student", ("tag", "Students"))],
)  # fmt: skip
def test_names_that_a_query_names_are_found(db: sqlite3.Connection, asked: str, name: tuple[str, str]) -> None:
    advice = search.advise(db, Request(query=search.parse(asked)), 1)
    assert name in [(found.facet, found.value) for found in advice.names]


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("November 2020", "after:2020-11 before:2020-12"), ("2020-11-09", "after:2020-11-09 before:2020-11-10"),
        ("2020", "year:2020"), ("2020年", "year:2020"), ("9 November 2020", "after:2020-11-09 before:2020-11-10"),
        ("09.11.2020", "after:2020-11-09 before:2020-11-10"), ("Nov 9, 2020", "after:2020-11-09 before:2020-11-10"),
        ("9 de noviembre de 2020", "after:2020-11-09 before:2020-11-10"), ("11/2020", "after:2020-11 before:2020-12"),
        ("12/2016", "after:2016-12 before:2017-01"), ("2020-2021", "after:2020 before:2022"),
        ("09/11/2020", "after:2020-11-09 before:2020-11-10"), ("review in November 2020", "review after:2020-11 before:2020-12"),
        ("universal 2020 periodic", "universal year:2020 periodic"), ("talk since 2016", "talk after:2016"),
        ("review until 2021", "review before:2021"), ("review OR 2020", "review OR year:2020"),
    ],
)  # fmt: skip
def test_a_date_among_the_words_is_offered_as_a_condition_with_the_posts_that_it_finds(
    db: sqlite3.Connection, asked: str, offered: str
) -> None:
    request = Request(query=search.parse(asked))
    dated = search.advise(db, request, 0).dated
    assert [(step.text, step.total) for step in dated] == [(offered, search.count(db, offered_as(offered)))]
    assert dated[0].total


def offered_as(text: str) -> Request:
    return Request(query=search.parse(text))


@pytest.mark.parametrize(
    "asked",
    [
        "2019",
        "March 2019",
        "30.02.2020",
        "campus 2020",
        "-2020",
        "NOT 2020",
        "year:2020",
        "20201",
        "march",
        '"2020"',
        "99/99/2020",
    ],
)
def test_no_condition_is_offered_where_no_post_is_dated_so_or_no_date_was_meant(
    db: sqlite3.Connection, asked: str
) -> None:
    assert search.advise(db, Request(query=search.parse(asked)), 0).dated == ()


@pytest.mark.parametrize(
    ("asked", "slugs"), [("year:2020-11", ["review"]), ("year:2016-12", ["campus"]), ("year:2020-11-09", ["review"])]
)
def test_year_takes_a_month_and_a_day_as_the_help_says(db: sqlite3.Connection, asked: str, slugs: list[str]) -> None:
    assert [hit.slug for hit in search.find(db, asked).hits] == slugs


@pytest.mark.parametrize(
    "asked",
    [
        "upr2020.org",
        "www.upr2020.org",
        "https://www.upr2020.org/",
        "WWW.UPR2020.ORG",
        "water upr2020.org",
        "//upr2020.org",
    ],
)
def test_the_host_of_a_site_offers_the_site_as_a_filter(db: sqlite3.Connection, asked: str) -> None:
    names = search.advise(db, Request(query=search.parse(asked)), 0).names
    assert ("site", "upr2020", 3) in [(name.facet, name.value, name.count) for name in names]


@pytest.mark.parametrize(
    "asked", ["https://www.upr2020.org/post/review", "other.upr2020.org", "-upr2020.org", "2020.org"]
)
def test_no_site_is_offered_for_one_of_its_pages_or_another_host(db: sqlite3.Connection, asked: str) -> None:
    assert search.advise(db, Request(query=search.parse(asked)), 0).names == ()


@pytest.mark.parametrize(
    "asked",
    ["https://outcome.example/adopted", "outcome.example/adopted", "www.outcome.example/adopted", "http://outcome.example/adopted/",
     "//outcome.example/adopted", "HTTPS://Outcome.example/adopted"],
)  # fmt: skip
def test_an_address_without_scheme_finds_the_posts_that_link_to_it_as_with_one(
    db: sqlite3.Connection, asked: str
) -> None:
    assert [hit.slug for hit in search.find(db, asked).hits] == ["updated"]


def test_a_search_tells_in_the_terminal_that_an_address_is_wanted(tmp_path: Path) -> None:
    db = schema.open_archive(tmp_path / "wanted.db", create=True).conn
    address = "https://www.upr2020.org/post/missing-letter"
    db.execute("INSERT INTO sites VALUES (?, ?, ?, ?, ?)", SITES[0])
    db.execute(
        "INSERT INTO known_urls(url, site, found_by, state, first_heard_at, last_heard_at) VALUES (?, 'upr2020', 'sitemap', 'wanted', ?, ?)",
        (address, "2022-01-01T00:00:00Z", "2022-01-01T00:00:00Z"),
    )
    found = search.find(db, "upr2020.org/post/missing-letter")
    said = opening_lines(found, Help(search.advise(db, found.request, found.total)))
    assert f"{address}: This address was listed as a post, but it has not been captured yet." in said
    db.close()


@pytest.mark.parametrize(
    ("asked", "tag"),
    [("english", "en"), ("español", "es"), ("ESPANOL", "es"), ("Deutsch", "de"), ("русский", "ru"), ("中文", "zh"), ("es", "es"), ("pt-BR", "pt-br"), ("klingon", "klingon")],
)  # fmt: skip
def test_a_language_is_found_by_its_name_in_english_or_its_own(asked: str, tag: str) -> None:
    assert search.parse(f"language:{asked}").root == search.parse(f"language:{tag}").root
    assert Filters.of({"language": [asked]}).language == (tag.partition("-")[0],)


@pytest.mark.parametrize(
    ("asked", "said"),
    [("w*", "needs at least two letters"), ("water h*", "needs at least two letters"), ("*", "needs at least two letters"),
     ("wat*r", "at the end of a word only"), ("*ater", "at the end of a word only"), ("title:w*", "needs at least two letters")],
)  # fmt: skip
def test_a_star_that_does_nothing_is_said_and_no_words_are_made_of_its_pieces(
    db: sqlite3.Connection, asked: str, said: str
) -> None:
    query = search.parse(asked)
    assert said in " ".join(query.notes)
    assert search.advise(db, Request(query=query), 0).spellings == ()


@pytest.mark.parametrize("asked", ["wa*", "water", '"water rights"*', "tag:w*"])
def test_nothing_is_said_of_a_star_that_works_or_of_none(asked: str) -> None:
    assert "star" not in " ".join(search.parse(asked).notes)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("after:2021-13 water", "“2021-13” is not a date."), ("is:lost", "“is:lost” is unknown."),
        ("author:Kingg", "No author of that name. Closest: "), ("tag:studens", "No tag of that name. Closest: Students."),
        ("site:elsewhere", "No site of that name."), ('category:"Old Newz"', "No category of that name."),
    ],
)  # fmt: skip
def test_wrong_values_of_filters_are_said(db: sqlite3.Connection, asked: str, said: str) -> None:
    assert [fault for fault in search.faults(db, search.parse(asked)) if fault.startswith(said)]


@pytest.mark.parametrize("asked", ["after:2021 tag:students", 'author:"Dana King" site:upr2020', "is:gone has:pdf"])
def test_right_values_of_filters_are_not_said(db: sqlite3.Connection, asked: str) -> None:
    assert search.faults(db, search.parse(asked)) == ()


def test_each_step_back_says_what_it_finds(db: sqlite3.Connection) -> None:
    request = Request(query=search.parse('"periodic universal" author:Kingg'), filters=Filters(site=("ushrn-news",)))
    steps = search.advise(db, request, 0).steps
    assert [step.text for step in steps][-1] == ""
    for step in steps:
        asked = Request(query=search.parse(step.text), filters=step.filters)
        assert step.total == search.count(db, asked), step


SCRIPTS = {
    "chinese": "第三次普遍定期审议：人权理事会通过了结果文件。",
    "japanese": "国連人権理事会は報告書を採択しました。",
    "korean": "유엔 인권이사회는 결과를 채택했다.",
    "thai": "คณะมนตรีสิทธิมนุษยชนแห่งสหประชาชาติ",
    "hawaii-curly": "Water in Hawai’i is a right.",
    "hawaii-okina": "Water in Hawaiʻi is a right.",
    "hawaii-plain": "Water in Hawaii is a right.",
    "land": "This is land that was taken.",
    "hyphen": "Non-citizens have rights.",
    "joined": "Noncitizens have rights.",
    "covid": "COVID in prisons.",
    "covid-19": "COVID-19 in prisons.",
    "lodz": "Łódź Straße œuvre ёлка أحمد",
    "traditional": "聯合國人權理事會審議了報告。",
    "greek": "Τα ανθρώπινα δικαιώματα και ο λόγος",
    "greek-capitals": "ΑΝΘΡΩΠΙΝΑ ΔΙΚΑΙΩΜΑΤΑ",
    "arabic": "المياه النظيفة للجميع",
    "arabic-bare": "مياه نظيفة",
    "hebrew": "הזכויות של כולם",
    "persian": "کتاب‌ها و آزادی",
    "urdu": "ہمارے حقوق",
    "korean-topic": "인권은 모두의 것이다",
    "vietnamese": "Quyền có nước sạch",
    "turkish": "İnsan hakları ışığında",
    "wide": "第２次 ＵＰＲ のフォローアップ",
    "ligatures": "The eﬃcient ofﬁce co\u00adop\u200de\u2060rates",
    "dash": "Anti–racism and self−help",
    "hebrew-points": "שָׁלוֹם עֲלֵיכֶם",
    "arabic-signs": "حُقُوقُ الإِنْسَانِ في هٰذا عام ٢٠٢١",
    "persian-figures": "سال ۱۴۰۰",
    "hindi": "मानव अधिकार और ज़मीन, जमीन २०१९",
    "half-kana": "ﾆﾎﾝのｶﾞｲﾄﾞﾗｲﾝ",
    "kana": "データのガイドライン",
    "thai-am": "น้ำดื่ม",
    "thai-split-am": "นํ้าท่วม",
    "german": "Müller über Straßenkinder",
    "german-pairs": "Mueller in Goettingen",
    "danish": "Søren fra Århus",
    "danish-pairs": "Soeren fra Aarhus",
    "no-umlaut": "Aerial views of a manoeuvre; the blue duel",
    "greek-two": "προϊόντα του Μαΐου",
    "hausa": "ƙasa, Azərbaycan",
    "ukrainian": "об’єднання, ґанок",
    "figures": "Some 12,500 homes, rights² of H₂O, 1 750 people and 3’000 more",
    "figures-joined": "Some 12500 homes and 1750 people",
    "roman": "Chapter Ⅳ",
    "roman-letters": "Chapter IV",
    "georgian": "ადამიანის უფლებები",
    "georgian-capitals": "ᲣᲤᲚᲔᲑᲔᲑᲘ",
    "catalan": "col·lectiu",
}


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    db = schema.open_archive(tmp_path_factory.mktemp("scripts") / "a.db", create=True).conn
    db.execute("INSERT INTO sites VALUES (?, ?, ?, ?, ?)", SITES[0])
    for slug, text in SCRIPTS.items():
        add(db, slug, {"title": slug, "body_text": text})
    yield db
    db.close()


@pytest.fixture
def changing(scripts: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The same archive; what a test changes in it is undone."""
    scripts.execute("BEGIN")
    yield scripts
    scripts.execute("ROLLBACK")


CHINESE, KOREAN = {"chinese", "traditional"}, {"korean", "korean-topic"}
GREEK, ARABIC = {"greek", "greek-capitals"}, {"arabic", "arabic-bare"}
HAWAII = {"hawaii-curly", "hawaii-okina", "hawaii-plain"}


@pytest.mark.parametrize(
    ("asked", "slugs"),
    [
        ("人权", CHINESE), ("人權", CHINESE), ("普遍定期审议", {"chinese"}), ("普遍定期審議", {"chinese"}), ("採択", {"japanese"}),
        ("理事会", {*CHINESE, "japanese"}), ("理事會", {*CHINESE, "japanese"}),
        ("인권이사회", {"korean"}), ("인권", KOREAN), ("인권이", KOREAN), ("인권을", KOREAN), ("สิทธิมนุษยชน", {"thai"}),
        ("人权 -普遍", {"traditional"}), ("title:人权", set()), ("人权 OR 인권", CHINESE | KOREAN), ('"人权理事会"', CHINESE),
        ("ανθρωπινα", GREEK), ("ανθρώπινα", GREEK), ("ΔΙΚΑΙΩΜΑΤΑ", GREEK), ("λογος", {"greek"}), ("ΛΟΓΟΣ", {"greek"}),
        ("مياه", ARABIC), ("المياه", ARABIC), ("والمياه", ARABIC), ('"مياه"', {"arabic-bare"}), ("זכויות", {"hebrew"}),
        ("كتابها", {"persian"}), ("کتاب ها", {"persian"}), ("ازادي", {"persian"}), ("همارے", {"urdu"}), ("همارى", {"urdu"}),
        ("nuoc sach", {"vietnamese"}), ("NƯỚC", {"vietnamese"}), ("insan haklari", {"turkish"}), ("ISIGINDA", {"turkish"}),
        ("UPR", {"wide"}), ("ＵＰＲ", {"wide"}), ("第2次", {"wide"}), ("efficient office", {"ligatures"}),
        ("cooperates", {"ligatures"}), ("antiracism", {"dash"}), ("anti-racism", {"dash"}), ("ｎｏｎｃｉｔｉｚｅｎ", {"hyphen", "joined"}),
        ("hawaii", HAWAII), ("Hawai’i", HAWAII), ("Hawaiʻi", HAWAII), ("HAWAI'I", HAWAII), ("island", set()),
        ("non-citizens", {"hyphen", "joined"}), ("noncitizens", {"hyphen", "joined"}), ("noncitizen", {"hyphen", "joined"}),
        ("covid", {"covid", "covid-19"}), ("covid-19", {"covid", "covid-19"}), ("COVID19", {"covid", "covid-19"}),
        ("lodz", {"lodz"}), ("strasse", {"lodz"}), ("oeuvre", {"lodz"}), ("елка", {"lodz"}), ("احمد", {"lodz"}),
        ("Łódź", {"lodz"}), ("STRASSE", {"lodz"}), ("selfhelp", {"dash"}),
        ("שלום", {"hebrew-points"}), ("שָׁלוֹם", {"hebrew-points"}), ("עליכם", {"hebrew-points"}), ("זְכוּיּוֹת", {"hebrew"}),
  ("حقوق الانسان", {"arabic-signs"}), ("هذا", {"arabic-signs"}), ("مِيَاه", ARABIC),
        ("عام 2021", {"arabic-signs"}), ('"عام 2021"', {"arabic-signs"}), ("٢٠٢١", {"arabic-signs"}),
        ("1400", {"persian-figures"}), ("2019", {"hindi"}), ("जमीन", {"hindi"}), ("ज़मीन", {"hindi"}),
        ("ニホン", {"half-kana"}), ("ガイド", {"half-kana", "kana"}), ("ｶﾞｲﾄﾞ", {"half-kana", "kana"}), ("ﾃﾞｰﾀ", {"kana"}),
        ("น้ำ", {"thai-am", "thai-split-am"}), ("นํ้า", {"thai-am", "thai-split-am"}),
        ("Mueller", {"german", "german-pairs"}), ("müller", {"german", "german-pairs"}), ("ueber", {"german"}),
        ("Göttingen", {"german-pairs"}), ("aarhus", {"danish", "danish-pairs"}), ("århus", {"danish", "danish-pairs"}),
        ("soeren", {"danish", "danish-pairs"}), ("aerial", {"no-umlaut"}), ("duel", {"no-umlaut"}),
        ("προιοντα", {"greek-two"}), ("ΜΑΪΟΥ", {"greek-two"}), ("kasa", {"hausa"}), ("azerbaycan", {"hausa"}),
        ("ганок", {"ukrainian"}), ("об'єднання", {"ukrainian"}), ("обєднання", {"ukrainian"}),
        ("12500", {"figures", "figures-joined"}), ("12,500", {"figures", "figures-joined"}),
        ("12.500", {"figures", "figures-joined"}), ("1750", {"figures", "figures-joined"}), ("3000", {"figures"}),
        ("2500", set()), ("rights²", {"figures"}), ("h2o", {"figures"}), ("IV", {"roman", "roman-letters"}),
        ("Ⅳ", {"roman", "roman-letters"}), ("უფლებები", {"georgian", "georgian-capitals"}),
        ("ᲣᲤᲚᲔᲑᲔᲑᲘ", {"georgian", "georgian-capitals"}), ("collectiu", {"catalan"}), ("col.lectiu", {"catalan"}),
    ],
)  # fmt: skip
def test_words_are_found_in_every_script_and_spelling(scripts: sqlite3.Connection, asked: str, slugs: set[str]) -> None:
    page = search.find(scripts, Request(query=search.parse(asked), matched=search.Matched.ALL))
    assert {hit.slug for hit in page.hits} == slugs
    assert len(list(search.rowids(scripts, page.request))) == page.total == len(slugs)


@pytest.mark.parametrize(
    ("asked", "marked"),
    [
        ("人权", "人权"),
        ("普遍定期", "普遍定期"),
        ("strasse", "Straße"),
        ("hawaii", "Hawai’i"),
        ("人权", "人權"),
        ("ανθρωπινα", "ανθρώπινα"),
        ("مياه", "المياه"),
        ("UPR", "ＵＰＲ"),
        ("שלום", "שָׁלוֹם"),
        ("حقوق", "حُقُوقُ"),
        ("mueller", "Müller"),
        ("12500", "12,500"),
        ("2021", "٢٠٢١"),
        ("H2O", "H₂O"),
        ("ガイド", "ｶﾞｲﾄﾞ"),
    ],
)
def test_what_was_found_is_marked_as_the_text_has_it(scripts: sqlite3.Connection, asked: str, marked: str) -> None:
    snippets = [snippet.text for hit in search.find(scripts, asked).hits for snippet in hit.snippets]
    assert any(f"{MARK}{marked}{UNMARK}" in text for text in snippets), snippets


@pytest.mark.parametrize(
    "text",
    [
        "https://www.upr2020.org/post/review", "http://upr2020.org/post/review/", "upr2020.org/post/review",
        "www.upr2020.org/post/review?utm_source=news#top", "https://www.upr2020.org/amp/review",
        "https://www.upr2020.org/post/review?amp=1", "https://www.upr2020.org/post/review/amp",
        "https://web.archive.org/web/20210318120000/https://www.upr2020.org/post/review",
        "web.archive.org/web/2021*/upr2020.org/post/review",
        "https://web.archive.org/web/20210318id_/http:/upr2020.org/post/review", "https://archive.ph/2021.03.18-1200/https://www.upr2020.org/post/review",
        "archive.today/newest/https://www.upr2020.org/post/review", "http://archive.is/20210318/upr2020.org/post/review",
        "https://webcache.googleusercontent.com/search?q=cache:abc123:https://www.upr2020.org/post/review",
        "https://www.google.com/url?q=https%3A%2F%2Fwww.upr2020.org%2Fpost%2Freview&sa=D",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.upr2020.org%2Fpost%2Freview%3Ffbclid%3Dx&h=1",
        "https://www-upr2020-org.cdn.ampproject.org/c/s/www.upr2020.org/amp/review",
        "https://archive.example/post/upr2020/review", "/post/upr2020/review", "archive.example/web/20210318/https://www.upr2020.org/post/review",
        "review", "REVIEW", "<https://www.upr2020.org/post/review>.", "“https://www.upr2020.org/post/review”,",
        "https://upr2020.org/blog/review", "/post/review", "/post/review/?utm_source=news", "https%3A%2F%2Fupr2020.org%2Fpost%2Freview",
        "https://webcache.googleusercontent.com/search?q=cache:www.upr2020.org/post/review",
        "https://webcache.googleusercontent.com/search?q=cache:https://www.upr2020.org/post/review+&cd=1",
        "https://www-upr2020-org.translate.goog/post/review?_x_tr_sl=en", "https://upr2020-org.translate.goog/post/review",
        # with signs, markup and words around it
        "[The review](https://www.upr2020.org/post/review)", '<a class="x" href="https://upr2020.org/post/review">here</a>',
        "[url=https://upr2020.org/post/review]here[/url]", "**upr2020.org/post/review**", "`upr2020.org/post/review`",
        "「https://www.upr2020.org/post/review」", "https://www.upr2020.org/post/review。", "https://www.upr2020.org/post/review!",
        "https://www.upr2020.org/post/review…", "https://www.upr2020.org/post/review&gt;", "https://www.upr2020.org/post/review%20",
        "URL: https://www.upr2020.org/post/review", "Seen at https://www.upr2020.org/post/review (on 3 May).", "post/review",
        "view-source:https://www.upr2020.org/post/review", "https://www.upr2020.org/post/review\u200b",
        # spoiled on its way
        "hxxps://www[.]upr2020[.]org/post/review", "https//www.upr2020.org/post/review", "https:\\\\upr2020.org\\post\\review",
        "https%253A%252F%252Fupr2020.org%252Fpost%252Freview", "https://www.upr2020.org/po\nst/review", "//upr2020.org/post/review",
        "ｈｔｔｐｓ：／／upr2020.org/post/review", "https://www.upr2020.org/post/review/print", "upr2020.org/post/review/index.html",
        "https://www.upr2020.org/post/review;jsessionid=A1", "https://www.upr2020.org/post/review#:~:text=began",
        # in the addresses of redirectors, proxies and guards
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.upr2020.org%2Fpost%2Freview&h=AT0",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fupr2020.org%2Fpost%2Freview&data=05",
        "https://urldefense.com/v3/__https://www.upr2020.org/post/review__;!!AbC",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.upr2020.org_post_review&d=DwMF",
        "https://r.search.yahoo.com/_ylt=A/RU=https%3A%2F%2Fwww.upr2020.org%2Fpost%2Freview/RK=2/RS=x",
        "https://www.bing.com/ck/a?!&&p=abc&u=a1aHR0cHM6Ly93d3cudXByMjAyMC5vcmcvcG9zdC9yZXZpZXc&ntb=1",
        "https://www-upr2020-org.ezproxy.example.edu/post/review", "mailto:?body=Read%20https%3A%2F%2Fupr2020.org%2Fpost%2Freview",
        "http://webcache.googleusercontent.com/search?q=cache:AbCdEf:www.upr2020.org/post/review+rights&hl=en",
        "https://archive.ph/2021.03.18-120000/https://www.upr2020.org/post/review", "https://archive.today/newest/upr2020.org/post/review",
    ],
)  # fmt: skip
def test_any_address_that_leads_to_a_post_finds_it(db: sqlite3.Connection, text: str) -> None:
    found = search.post_at(db, text)
    assert found and (found.site, found.slug) == ("upr2020", "review")


@pytest.mark.parametrize(
    "text", ["https://other.example/post/review", "https://www.upr2020.org/post/none", "the review", "", "https://", "a/b", "http://[::1"]
)  # fmt: skip
def test_an_address_of_another_site_and_words_are_no_address_of_a_post(db: sqlite3.Connection, text: str) -> None:
    assert search.post_at(db, text) is None


@given(st.text(max_size=80))
def test_every_text_may_be_given_for_an_address(db: sqlite3.Connection, text: str) -> None:
    search.post_at(db, "https://web.archive.org/web/2/" + text)
    search.post_at(db, text)


@pytest.mark.parametrize(
    "asked",
    [
        "upr2020.org/post/review",
        "/post/upr2020/review",
        "https%3A%2F%2Fupr2020.org%2Fpost%2Freview",
        "https://web.archive.org/web/2021/https://www.upr2020.org/post/review",
        "[The review](https://www.upr2020.org/post/review)",
        "Source: https://www.upr2020.org/post/review",
        "https://www.upr2020.org/post/review!",
        "//upr2020.org/post/review",
    ],
)
def test_a_search_for_an_address_finds_its_post(db: sqlite3.Connection, asked: str) -> None:
    assert [hit.slug for hit in search.find(db, asked).hits] == ["review"]


@pytest.mark.parametrize(
    "asked",
    [
        "https://www.upr2020.org/post/a-\nlong-way-home",
        "www.upr2020.org/ post/a-long-way-home",
        "> https://www.upr2020.org/post/a-long-\r\n> way-home",
        "https://www.upr2020.org/post/a-long-=\nway-home",
        "mailto:?subject=Read&body=https%3A%2F%2Fwww.upr2020.org%2Fpost%2Fa-long-way-home",
        "mailto:ann@example.org?body=See%20https://www.upr2020.org/post/a-long-way-home%20please",
    ],
)
def test_an_address_that_a_mail_broke_or_holds_finds_its_post(scripts: sqlite3.Connection, asked: str) -> None:
    add(scripts, "a-long-way-home", {"title": "Return", "body_text": "They came back."})
    assert [hit.slug for hit in search.find(scripts, asked).hits] == ["a-long-way-home"]
    found = search.post_at(scripts, asked)
    assert found and found.slug == "a-long-way-home"
    scripts.execute("DELETE FROM posts WHERE slug = 'a-long-way-home'")


@pytest.mark.parametrize("asked", ["mailto:ann@example.org", "mailto:ann@example.org?subject=review", "and/or / way"])
def test_a_mail_without_an_address_of_the_web_is_words(scripts: sqlite3.Connection, asked: str) -> None:
    assert "url" not in repr(search.parse(asked).root)


def test_bare_addresses_amid_words_lead_to_their_post(db: sqlite3.Connection) -> None:
    for asked in ("statement upr2020.org/post/review", "see upr2020.org/post/review, 3 May"):
        assert (found := search.post_at(db, asked)) and found.slug == "review"


def test_the_parameters_of_an_address_may_come_in_any_order(scripts: sqlite3.Connection) -> None:
    url = "https://www.upr2020.org/index.php?id=17&lang=en&view=story"
    add(scripts, "story", {"title": "Story", "body_text": "They came back.", "url": url})
    for asked in (
        "https://www.upr2020.org/index.php?view=story&id=17&lang=en",
        "upr2020.org/index.php?lang=en&amp;view=story&amp;id=17#top",
        "https://www.upr2020.org/index.php?utm_source=x&lang=en&id=17&view=story",
        "https://web.archive.org/web/2015/http://www.upr2020.org/index.php?view=story&id=17&lang=en",
    ):
        assert (found := search.post_at(scripts, asked)) and found.slug == "story", asked
    for asked in ("index.php?view=story&id=71&lang=en", "index.php?view=story&id=17", "index.php"):
        assert search.post_at(scripts, f"https://www.upr2020.org/{asked}") is None
    scripts.execute("DELETE FROM posts WHERE slug = 'story'")


@pytest.mark.parametrize("kept", ["pt-BR", "pt_BR", "PT-br"])
def test_a_language_is_found_by_its_tag_however_that_is_spelled(scripts: sqlite3.Connection, kept: str) -> None:
    add(scripts, "nota", {"title": "Nota", "body_text": "Uma nota.", "language": kept})
    for asked in ("lang:pt_BR", "language:pt-br", "lang:PT"):
        assert [hit.slug for hit in search.find(scripts, asked).hits] == ["nota"], asked
    for asked in ("pt_BR", "pt-BR", "pt", "PT"):
        request = search.Request(filters=search.Filters.of({"language": [asked]}))
        assert [hit.slug for hit in search.find(scripts, request).hits] == ["nota"], asked
    scripts.execute("DELETE FROM posts WHERE slug = 'nota'")


def test_a_language_that_no_post_is_in_is_said_with_those_that_there_are(scripts: sqlite3.Connection) -> None:
    (said,) = search.faults(scripts, search.parse("lang:xx_YY"))
    assert said.startswith("No post is in “xx_YY”. Known are: ")


def test_an_address_in_a_citation_that_finds_nothing_is_a_way_back(db: sqlite3.Connection) -> None:
    cited = 'Network (2020), "A statement of ours", https://www.upr2020.org/post/review (accessed 3 May 2021).'
    request = search.Request(query=search.parse(cited))
    assert search.find(db, cited).total == 0
    ways = [(step.text, step.total) for step in search.advise(db, request, 0).steps]
    assert ("https://www.upr2020.org/post/review", 1) in ways


def test_the_last_part_of_an_address_finds_its_post_whatever_words_that_has(changing: sqlite3.Connection) -> None:
    add(changing, "a-long-way-home", {"title": "Return", "body_text": "They came back."})
    for asked in ("a-long-way-home", "post/a-long-way-home", "a-long-way-home -prison"):
        assert [hit.slug for hit in search.find(changing, asked).hits] == ["a-long-way-home"]
    assert search.find(changing, '"a-long-way-home"').total == 0


@pytest.mark.parametrize("asked", ["hawai`i", "HAWAI´I", "noncitizens", "Hawai‘i"])
def test_no_word_is_mended_that_the_archive_writes_with_another_sign(changing: sqlite3.Connection, asked: str) -> None:
    changing.execute("UPDATE posts SET body_text = body_text || ' Non-citizens too.' WHERE slug = 'hawaii-okina'")
    request = search.Request(query=search.parse(asked))
    assert search.find(changing, request).total
    advice = search.advise(changing, request, 0)
    assert (advice.unknown, advice.spellings) == ((), ())


def test_a_word_without_end_is_looked_for_but_not_mended(db: sqlite3.Connection) -> None:
    request = search.Request(query=search.parse("x" * 10_000))
    looked_up: list[str] = []
    db.set_trace_callback(looked_up.append)
    assert search.advise(db, request, 0).spellings == ()
    db.set_trace_callback(None)
    assert sum(map(len, looked_up)) < 100_000


def test_a_query_that_is_too_long_is_cut_between_words() -> None:
    query = search.parse("water " * 100)
    assert query.text.endswith("water")
    assert len(query.text) <= 400


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """More posts with one word than are ranked at once; every third is of another site."""
    db = schema.open_archive(tmp_path_factory.mktemp("many") / "a.db", create=True).conn
    db.executemany(
        "INSERT INTO sites VALUES (?, ?, ?, ?, ?)", [(site, site, "https://a.example/", "wix", "live") for site in "ab"]
    )
    db.execute(
        "WITH n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1100)"
        " INSERT INTO posts(id, site, url, slug, body_text, first_seen_at, last_seen_at)"
        " SELECT n, iif(n % 3, 'a', 'b'), 'https://a.example/post/' || n, n,"
        " 'rights ' || substr('rights rights rights rights', 1, 7 * (n % 5)) || printf('%.*c', 4 * (n % 97), 'x y '), '2026', '2026' FROM n"
    )
    yield db
    db.close()


@pytest.mark.parametrize("filters", [Filters(), Filters(site=("b",))])
def test_pages_of_a_long_result_are_those_of_the_whole_ranking(many: sqlite3.Connection, filters: Filters) -> None:
    request = Request(query=search.parse("rights"), filters=filters, size=200)
    shown = [hit.id for page in range(1, 7) for hit in search.find(many, replace(request, page=page)).hits]
    assert shown == list(search.rowids(many, request))
    assert len(set(shown)) == search.count(many, request) == (366 if filters.site else 1100)


@pytest.mark.parametrize(
    ("text", "found"),
    [("way-home", ["way-home"]), ("Way-Home/", ["way-home"]), ("news/way-home", ["way-home"]), ("covid-20", ["told"])],
)
def test_an_address_ends_in_two_words_only_where_no_text_has_them(tmp_path: Path, text: str, found: list[str]) -> None:
    schema.open_archive(tmp_path / "archive.db", create=True).close()
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        db.executemany("INSERT INTO sites(id, name, base_url, platform, state) VALUES (?, ?, ?, ?, ?)", SITES)
        add(db, "way-home", {"title": "Homeward"})
        add(db, "covid-20", {"title": "Another"})
        add(db, "told", {"title": "Of COVID-20"})
        assert slugs(db, text) == found
