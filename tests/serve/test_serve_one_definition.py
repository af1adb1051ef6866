"""What a search finds is the same posts wherever it is asked: pages, /api, downloads, feed, bars, terminal, exports."""

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper import search
from scraper.cli import main

WORDS = (
    "water",
    "Flint",
    "flint’s",
    "hosing",
    "desalination",
    "حقوق",
    "housing-rights",
    "the",
    "U.S.",
    "review",
    "zzzz",
)
CONDITIONS = (
    "tag:housing", "category:report", 'author:"Ada Writer"', "author:network", "title:water", "body:people",
    "year:2016", "after:2014-05", "before:2018", "is:gone", "is:changed", "is:undated", "has:pdf", "has:video",
    "language:ar", "site:ushrn-news", "year:nonsense", "upr2020.org/post/flint-0", "flint-0",
)  # fmt: skip
FILTERS = (
    ("tag", "housing"), ("category", "Report"), ("site", "ushrn-news"), ("author", "Ada Writer"), ("gone", "yes"),
    ("pdf", "yes"), ("language", "ar"), ("year", "2016"), ("year", "undated"), ("after", "2014"), ("before", "2018-06"),
)  # fmt: skip

pytestmark = pytest.mark.slow

words = st.sampled_from(WORDS)
part = st.one_of(
    words,
    st.sampled_from(CONDITIONS),
    st.builds("-{}".format, words),
    st.builds('"{} {}"'.format, words, words),
    st.builds("{} OR {}".format, words, words),
    st.builds("({} {})".format, words, words),
    st.builds("NEAR({} {}, 4)".format, words, words),
    st.builds("{:.3}*".format, words),
)
queries = st.lists(part, max_size=4).map(" ".join)
filters = st.dictionaries(st.sampled_from([name for name, _ in FILTERS]), st.none(), max_size=2).map(
    lambda chosen: {name: next(value for one, value in FILTERS if one == name) for name in chosen}
)
matches = st.sampled_from(["", "", "all", "most", "any"])

Asked = Mapping[str, str]


def of_archive(library: Path, asked: Asked) -> set[str]:
    """The posts that `search` itself finds."""
    chosen = search.Filters.of({name: [value] for name, value in asked.items() if name not in ("q", "match")})
    matched = search.Matched(asked["match"]) if asked["match"] else None
    request = search.Request(query=search.parse(asked["q"]), filters=chosen, matched=matched)
    with closing(sqlite3.connect(library)) as db:
        rows = dict(db.execute("SELECT id, url FROM posts").fetchall())
        return {rows[number] for number in search.rowids(db, request)}


def of_api(reader: Any, asked: Asked) -> set[str]:
    """The hits of all pages that are counted as found, and their number."""
    found: list[str] = []
    pages, page = 1, 1
    while page <= pages:
        answer = reader.get(f"/api/search?{urlencode(asked)}&size=7&page={page}").json()
        pages, page = answer["pages"], page + 1
        counted = {"all", asked["match"]} | ({"most"} if asked["match"] == "any" else set())
        found += [hit["url"] for hit in answer["hits"] if hit["matched"] in counted]
    assert answer["total"] == len(found) == len(set(found))
    return set(found)


def of_csv(reader: Any, asked: Asked) -> set[str]:
    answer = reader.get(f"/search.csv?{urlencode(asked)}&columns=url")
    rows = [row["url"] for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))]
    assert int(answer.headers["x-total-count"]) == len(rows)
    return set(rows)


def of_feed(reader: Any, asked: Asked) -> set[str]:
    """There are fewer posts than a feed has room for."""
    text = reader.get(f"/search.atom?{urlencode(asked)}").text
    return set(re.findall(r'<link rel="via"[^>]* href="([^"]+)"', text))


def of_terminal(library: Path, asked: Asked) -> set[str]:
    lines = said(library, asked, "search", "--json", "--limit", "200", words=["--", asked["q"]])
    counted = {"all", asked["match"]} | ({"most"} if asked["match"] == "any" else set())
    return {hit["url"] for hit in map(json.loads, lines) if hit["matched"] in counted}


def of_export(library: Path, asked: Asked) -> set[str]:
    lines = said(library, asked, "export", "jsonl", "--columns", "url", words=["--query", asked["q"]])
    return {json.loads(line)["url"] for line in lines}


def said(library: Path, asked: Asked, *command: str, words: list[str]) -> list[str]:
    """The lines that a command prints for *asked*."""
    where = [f"--where={name}={value}" for name, value in asked.items() if name not in ("q", "match")]
    match = ["--match", asked["match"]] if asked["match"] else []
    done = CliRunner().invoke(main, [*command, "--db", str(library), *where, *match, *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def doors(library: Path, reader: Any) -> dict[str, Callable[[Asked], set[str]]]:
    """Each way to ask for a search."""
    return {
        "csv": partial(of_csv, reader),
        "feed": partial(of_feed, reader),
        "terminal": partial(of_terminal, library),
        "export": partial(of_export, library),
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries, chosen=filters, match=matches)
def test_a_search_finds_the_same_wherever_it_is_asked(
    library: Path, reader: Any, doors: Any, bars_of: Any, query: str, chosen: dict[str, str], match: str
) -> None:
    asked = {"q": query, "match": match, **chosen}
    wanted = of_archive(library, asked)
    assert {name: door(asked) for name, door in doors.items()} == dict.fromkeys(doors, wanted)
    if search.parse(query).text:
        assert of_api(reader, asked) == wanted
    if wanted and not {"year", "after", "before"} & chosen.keys():  # else bars show what the choice leaves out, too
        page = reader.get(f"/search?{urlencode(asked)}").text
        assert sum(number for _, _, number in bars_of(page)) == len(wanted)
