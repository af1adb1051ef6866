"""Runs of words of a withdrawn text are found in whatever dress, and taken out; all else stays."""

import json
import random
import unicodedata
from urllib.parse import quote

import pytest

from scraper.store import masking

TEXT = "Nine people of Marrow County told the judge on Monday that they’d seen the señora leave the house alone."
RUNS = masking.runs(TEXT)


def wrapped(word: str) -> str:
    return f'<span style="x">{word}</span>'


DRESSES = {
    "plain": TEXT,
    "other case and punctuation": TEXT.upper().replace(" ", " - "),
    "tags between words": " ".join(map(wrapped, TEXT.split())),
    "tags within words": TEXT.replace("Marrow", "<b>M</b>arrow").replace("judge", "jud<i>ge</i>"),
    "paragraphs": TEXT.replace(" told", "</p><p>told"),
    "entities": TEXT.replace("’", "&rsquo;").replace("ñ", "&ntilde;").replace("o", "&#111;"),
    "an attribute": f'<meta property="og:description" content="{TEXT}">',
    "JSON": json.dumps({"excerpt": TEXT}),
    "JSON in JSON": json.dumps(json.dumps({"excerpt": f"A line.\n{TEXT}"})),
    "a feed": f"<description><![CDATA[<p>{TEXT}</p>]]></description>",
    "an address that shares it": "https://share.example/?text=" + quote(TEXT),
    "soft hyphens and zero width": TEXT.replace("Monday", "Mon\u00adday").replace("judge", "ju\u200bdge"),
    "accents written apart": unicodedata.normalize("NFD", TEXT),
    "a long excerpt cut off": TEXT[:80] + "…",
}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_runs_are_found_and_taken_out(dress: str, encoding: str) -> None:
    page = f"<html><p>Before it all.</p>{DRESSES[dress]}<p>After it all.</p></html>"
    data = page.replace("’", "'").replace("…", ".").encode(encoding, "xmlcharrefreplace")
    assert masking.holds(data, RUNS)
    clean = masking.masked(data, RUNS)
    assert clean is not None
    assert not masking.holds(clean, RUNS)
    text = clean.decode(encoding)
    assert masking.MARK in text
    assert "Before it all." in text
    assert "After it all." in text


def test_masked_json_is_still_json() -> None:
    clean = masking.masked(json.dumps({"a": 1, "excerpt": TEXT, "b": [2]}).encode(), RUNS)
    assert clean is not None
    kept = json.loads(clean)
    assert (kept["a"], kept["b"]) == (1, [2])


def test_a_page_without_the_runs_stays_the_same_object() -> None:
    changed = TEXT.replace("County", "Township").replace("they", "we").replace("leave", "go to")
    page = f"<p>{changed}</p><p>On Monday that they’d seen the house.</p>".encode()
    assert masking.masked(page, RUNS) is page
    assert masking.masked(page, frozenset()) is page


def test_seven_words_are_no_run() -> None:
    assert masking.runs("one two three four five six seven") == frozenset()
    assert len(masking.runs("one two three four five six seven eight")) == 1


def test_digests_of_runs_come_back_as_they_were_kept() -> None:
    assert masking.unpacked(masking.packed(RUNS)) == RUNS
    assert masking.unpacked("") == frozenset()


@pytest.mark.parametrize("seed", range(20))
def test_no_run_survives_in_pages_made_at_random(seed: int) -> None:
    rng = random.Random(seed)
    words = TEXT.split()
    joints = [" ", "</p>\n<p>", " <b>", "</b> ", "&nbsp;", "\\n", "\u00a0", ", ", "</i>", '" alt="', "<br/>"]
    page = "".join(word + rng.choice(joints) for _ in range(5) for word in words).encode()
    clean = masking.masked(page, RUNS)
    assert clean is None or not masking.holds(clean, RUNS)


def test_words_in_the_charset_that_only_the_server_names() -> None:
    text = "Девять человек из уезда сказали судье что видели её одну"
    data = f"<p>До.</p><p>{text}</p>".encode("cp1251")
    clean = masking.masked(data, masking.runs(text), "text/html; charset=windows-1251")
    assert clean is not None
    assert clean.decode("cp1251").replace(" ", "") == f"<p>До.</p><p>{masking.MARK}</p>"


def test_an_address_that_spells_the_words_stays() -> None:
    slug = "nine-people-of-marrow-county-told-the-judge-on-monday"
    page = f'<loc>https://blog.example/post/{slug}</loc><a href="/post/{slug}">more</a>'.encode()
    assert masking.masked(page, RUNS) is page
    assert masking.runs(slug) == frozenset()
    both = masking.masked(page + TEXT.encode(), RUNS)
    assert both is not None
    assert both.count(slug.encode()) == 2
    assert not masking.holds(both, RUNS)
