"""Words are found in a plain text where the index finds them."""

import sqlite3
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scraper import schema
from scraper.search.folding import fold
from scraper.search.highlights import ranges
from scraper.search.match import expression
from scraper.search.passages import MATCHES, merged
from scraper.search.spots import BARE, CHANGED, spots
from scraper.search.stems import stemmed
from scraper.search.tree import MARK, UNMARK, Any, Term

STEMS = (
    "universal", "universities", "university", "rights", "right", "righted", "Hawaiʻi", "Hawai’i", "non-citizens",
    "organisation", "organise", "hopping", "hoping", "happy", "happily", "usability", "usable", "sensibilities",
    "Straße", "Łódź", "résumé", "naïve", "U.S.", "43/1", "COVID-19", "a", "US", "electricity", "relational", "conflate",
)  # fmt: skip
SIGNS = (" ", "  ", ", ", "\n\n", "–", " “", "” ", "_", ".", "\f")
texts = st.lists(st.sampled_from((*STEMS, *SIGNS)), max_size=30).map(" ".join)
words = st.sampled_from(STEMS)
terms = st.one_of(
    words.map(Term),
    words.map(lambda word: Term(word, exact=True)),
    words.map(lambda word: Term(word[:3], exact=True, prefix=True)),
    st.lists(words, min_size=2, max_size=3).map(lambda each: Term(" ".join(each), exact=True)),
)


def by_the_index(text: str, term: Term) -> list[tuple[int, int]]:
    """Places in the folded text, as SQLite marks them."""
    table = "posts_exact" if term.exact else "posts_fts"
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE t USING fts5(body_text, tokenize='{schema.FTS[table][2]}')")
    db.execute("INSERT INTO t VALUES (?)", (fold(text),))
    row = db.execute("SELECT highlight(t, 0, ?, ?) FROM t WHERE t MATCH ?", (MARK, UNMARK, expression(Any((term,)))))
    found = row.fetchone()
    db.close()
    return ranges(found[0]) if found else []


def letters(places: Sequence[tuple[int, int]], length: int) -> set[int]:
    return {at for begin, end in merged(places) for at in range(begin, end) if at < length}


@settings(max_examples=150)
@given(texts, terms)
@example("rights rights rights", Term("rights rights", exact=True))
def test_a_word_is_found_where_the_index_finds_it(text: str, term: Term) -> None:
    folded = fold(text)
    found = spots(folded, [term], MATCHES)
    assert found is not None
    assert letters(found, len(folded)) == letters(by_the_index(text, term), len(folded))


@pytest.mark.parametrize("text", ["права человека", "حقوق الإنسان", "人权", "x½ + 1", "e\u0301tat", f"marked {MARK}"])
def test_texts_with_other_letters_are_left_to_the_index(text: str) -> None:
    assert spots(text, [Term("rights")], MATCHES) is None


def test_words_near_each_other_are_left_to_the_index() -> None:
    assert spots("water and rights", [Term("water rights", near=3)], MATCHES) is None


def test_places_are_those_of_the_text_as_it_stands() -> None:
    text = "Straßen in Hawaiʻi, Œuvre"
    found = spots(text, [Term("strassen"), Term("hawaii"), Term("oeuvre")], MATCHES)
    assert [text[begin:end] for begin, end in found or []] == ["Straßen", "Hawaiʻi", "Œuvre"]


def test_accents_are_taken_off_as_the_index_takes_them_off() -> None:
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE t USING fts5(x, tokenize='{schema.FTS['posts_exact'][2]}')")
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
    letters_ = sorted(number for number in BARE if chr(number) not in schema.FOLDED)
    db.executemany("INSERT INTO t(rowid, x) VALUES (?, ?)", [(number, chr(number)) for number in letters_])
    stored = dict(db.execute("SELECT doc, term FROM v").fetchall())
    assert {number: BARE[number].lower() for number in letters_} == stored
    db.close()


ENDINGS = (
    "", "s", "es", "ed", "ing", "ies", "y", "ly", "ational", "tional", "enci", "ency", "anci", "izer", "ably", "ally",
    "ously", "ization", "ation", "ator", "alism", "iveness", "fulness", "ousness", "ality", "ivity", "bility",
    "icate", "ative", "alize", "icity", "ical", "ness", "ance", "ible", "ement", "ent", "ion", "ism", "iti", "ous", "e",
)  # fmt: skip


@pytest.mark.parametrize("begin", ["us", "organ", "hop", "fil", "tr", "oper", "agre", "b", "happ"])
def test_a_word_begins_as_its_stem_does_but_for_the_last_letter(begin: str) -> None:
    for word in (begin + ending for ending in ENDINGS):
        stem = stemmed(word)
        assert word.startswith(stem[: len(stem) - CHANGED]), (word, stem)


def test_the_stem_of_a_word_is_that_of_the_index() -> None:
    assert [stemmed(word) for word in ("rights", "happily", "usability")] == ["right", "happili", "usabl"]
