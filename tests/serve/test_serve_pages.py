"""No page is forgotten: each address that the room answers is one that browsers look at, or is for programs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from scraper.serve import bench
from scraper.serve.archive import room_of
from scraper.serve.routes import routes
from tests.serve.room_pages import EARLIER, FOR_PROGRAMS, PAGES, path_of


@pytest.fixture
def room(open_room: Callable[..., Any], exhibition: Path) -> Any:
    return open_room(exhibition)


def test_each_route_has_an_address_that_is_looked_at(room: Any) -> None:
    patterns = [pattern for pattern, _ in (*routes(), *bench.routes(room_of(room.datasette), sql=False))]
    known = [unquote(path_of(address)) for address in (*PAGES.values(), *FOR_PROGRAMS)]
    assert [pattern for pattern in patterns if not any(re.search(pattern, path) for path in known)] == []


def test_what_answers_programs_is_no_page(room: Any) -> None:
    earlier = re.findall(r'/revision/([^"/]+)"', room.get("/post/upr2020/flint-0").text)[-1]
    for path in FOR_PROGRAMS:
        answer = room.get(path.replace(EARLIER, earlier))
        assert answer.status_code == 404 or not answer.headers["content-type"].startswith("text/html"), path


def test_each_page_has_one_heading_a_name_and_a_way_past_the_menu(room: Any) -> None:
    for name, path in PAGES.items():
        answer = room.get(path)
        if answer.status_code in (301, 302):
            continue
        text = answer.text
        assert len(re.findall(r"<h1\b", text)) == 1, name
        assert re.search(r'<body>\s*<a class="skip" href="#(main|results)">', text), name
        assert re.search(r"<title>[^<]+ · [^<]+</title>", text), name


CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)">')
DESCRIBED = re.compile(r'<meta name="description" content="([^"]+)">')


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/", "/"),
        ("/about?utm_source=mail", "/about"),
        ("/browse", "/browse"),
        ("/data-dictionary", "/data-dictionary"),
        ("/search?page=1&q=water+&utm_source=x", "/search?q=water"),
        ("/search?sort=newest&tag=water&q=water&tag=", "/search?q=water&amp;tag=water&amp;sort=newest"),
        ("/search?size=1&page=2", "/search?size=1&amp;page=2"),
        ("/missing?state=wanted", "/missing"),
        ("/missing?state=lost&after=&x=y", "/missing?state=lost"),
        ("/go?utm_source=x", "/go"),
        ("/changes?x=1&kind=gone", "/changes?kind=gone"),
        ("/pictures?page=1", "/pictures"),
        ("/post/upr2020/hub/links?page=1&x=y", "/post/upr2020/hub/links"),
        ("/post/upr2020/%D8%AD%D9%82%D9%88%D9%82/history", "/post/upr2020/%D8%AD%D9%82%D9%88%D9%82/history"),
    ],
)
def test_a_page_names_itself_without_what_its_link_brought_along(
    room: Any, open_room: Callable[..., Any], exhibition: Path, path: str, own: str
) -> None:
    assert CANONICAL.findall(room.get(path).text) == [f"http://localhost{own}"]
    public = open_room(exhibition, public_url="https://archive.example.org/kept")
    assert CANONICAL.findall(public.get(f"/kept{path}").text) == [f"https://archive.example.org/kept{own}"]


def test_each_page_says_what_it_is(room: Any) -> None:
    paths = (
        "/",
        "/search",
        "/browse",
        "/changes",
        "/about",
        "/data-dictionary",
        "/missing",
        "/pictures",
        "/go",
        "/withdrawn",
    )
    said = [DESCRIBED.findall(room.get(path).text) for path in (*paths, "/post/upr2020/flint-0")]
    assert [len(each) for each in said] == [1] * len(said)
    assert len({each for (each,) in said}) == len(said)


def test_a_page_that_is_not_there_names_no_address(room: Any) -> None:
    assert not CANONICAL.search(room.get("/nowhere").text)
    assert len(CANONICAL.findall(room.get("/post/upr2020/flint-0").text)) == 1
