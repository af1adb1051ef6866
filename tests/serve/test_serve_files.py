"""The text of files: what is found in one is marked where it stands, and leads to its page."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest

from scraper.serve.file_text import by_page
from tests.serve.conftest import Shelf

#: Twelve pages; what is looked for stands on the tenth, over the end of a line and over the ends of pages.
PAGES = [f"Page {number} says little." for number in range(1, 13)]
PAGES[9] = "The committee asked for a moratorium on water\nshutoffs in the county.\n\nIt ends with the aquifer"
PAGES[10] = "belongs to everyone. More."


@pytest.fixture
def room(open_room: Callable[..., Any], shelf: Shelf) -> Any:
    post = shelf.post("report")
    shelf.insert("files", post_id=post, position=1, url="https://docs.example/ugd/report.pdf", name="Report.pdf",
                 media_type="application/pdf", text="\f".join(PAGES))  # fmt: skip
    scan = b"%PDF-1.4 a picture of words"
    shelf.capture("https://docs.example/ugd/scan.pdf", "2026-02-01T10:00:00Z", scan, kind="attachment")
    shelf.insert("files", post_id=post, position=2, sha256=hashlib.sha256(scan).hexdigest(), url="https://docs.example/ugd/scan.pdf",
                 name="Scan.pdf", media_type="application/pdf", text="")  # fmt: skip
    shelf.db.commit()
    return open_room(shelf.path)


def test_what_stands_on_the_tenth_page_leads_there(room: Any) -> None:
    hit = room.get("/search?q=moratorium").text
    assert "In the file Report.pdf, page 10:" in hit
    link = re.search(r'href="(/post/upr2020/report/file/1\?q=moratorium)#page=10"', hit)
    assert link is not None
    page = room.get(link[1]).text
    assert 'Found on 1 of 12 pages: <a href="#page=10">10</a>' in page
    assert "<mark>moratorium</mark>" in page
    assert 'href="https://docs.example/ugd/report.pdf#page=10"' in page


def test_a_phrase_is_marked_over_the_end_of_a_line(room: Any) -> None:
    page = room.get('/post/upr2020/report/file/1?q="water shutoffs"').text
    assert "<mark>water<br>shutoffs</mark> in the county" in page
    assert 'Found on 1 of 12 pages: <a href="#page=10">10</a>' in page


def test_a_phrase_is_marked_over_the_end_of_a_page(room: Any) -> None:
    assert "page 10:" in room.get('/search?q="the aquifer belongs"').text
    page = room.get('/post/upr2020/report/file/1?q="the aquifer belongs"').text
    assert "It ends with <mark>the aquifer</mark>" in page
    assert "<mark>belongs</mark> to everyone" in page
    assert "Found on 2 of 12 pages" in page


def test_only_the_pages_that_a_phrase_goes_over_have_its_parts() -> None:
    assert by_page(["a b", "c d", "a b"], ("b\fc", "d")) == [["d", "b"], ["d", "c"], ["d"]]
    assert by_page(["a", "b", "c"], ("a\fb\fc",)) == [["a"], ["b"], ["c"]]
    assert by_page(["a"], ("a\fb",)) == [[]]


def test_a_file_whose_text_could_not_be_read_is_said_to_be_found_by_its_name_alone(room: Any) -> None:
    page = room.get("/post/upr2020/report").text
    assert page.count("No text could be read from this file: a search finds it by its name alone.") == 1
    assert "scan.pdf" in page.lower().split("no text could be read")[0]
    assert 'class="hit' in room.get("/search?q=scan").text
