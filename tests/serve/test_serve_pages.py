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
