"""Searches to try find something in the archive that offers them, whoever wrote it."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scraper import search
from tests.serve.conftest import Shelf

WISHED = ('"universal periodic review"', "police -prison", "organi* after:2020")


def offered(page: str) -> list[str]:
    """The queries of the searches to try."""
    hint = re.search(r'<p class="hint" id="hint">(.*?)</p>', page, re.DOTALL)
    assert hint is not None
    links = re.findall(r'href="([^"]*search\?[^"]+)"', hint[1])
    return [parse_qs(urlsplit(unescape(link)).query)["q"][0] for link in links]


def finding(shelf: Shelf, queries: list[str]) -> list[int]:
    return [search.count(shelf.db, search.Request(query=search.parse(query))) for query in queries]


def test_what_is_wished_for_stays_where_it_finds_something(shelf: Shelf) -> None:
    shelf.post("a", body_text="The Universal Periodic Review of police.", published_at="2021-01-01T00:00:00Z")
    shelf.post("b", body_text="They organized at last.", published_at="2021-01-01T00:00:00Z")
    assert search.samples(shelf.db, WISHED) == WISHED


def test_each_search_offered_finds_something_in_an_archive_of_other_words(
    open_room: Callable[..., Any], shelf: Shelf
) -> None:
    for number, title in enumerate(("Tidal marsh restored", "Tidal marsh flooded again", "Herons count the marsh")):
        shelf.post(f"post-{number}", title=title, published_at=f"{2011 + number}-05-01T00:00:00Z")
    shelf.db.commit()
    queries = offered(open_room(shelf.path).get("/").text)
    assert len(queries) == 3
    assert queries[0] == '"tidal marsh"'
    assert all(finding(shelf, queries))


def test_where_words_have_no_spaces_labels_are_offered(shelf: Shelf) -> None:
    post = shelf.post("rights", title="人权与水", body_text="人权", published_at=None, published_basis=None)
    shelf.label(post, "tag", "水")
    queries = list(search.samples(shelf.db, WISHED))
    assert queries == ['tag:"水"']
    assert all(finding(shelf, queries))


def test_an_archive_without_words_or_labels_offers_none_and_says_what_can_be_pasted(
    open_room: Callable[..., Any], shelf: Shelf
) -> None:
    shelf.post("x", title=None, body_text="", excerpt="")
    shelf.db.commit()
    page = open_room(shelf.path).get("/search").text
    assert offered(page) == []
    assert "You can paste any web address a post has had" in page


def test_the_search_page_offers_what_the_home_page_does(open_room: Callable[..., Any], library: Path) -> None:
    room = open_room(library)
    assert offered(room.get("/search").text) == offered(room.get("/").text)
