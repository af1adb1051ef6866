"""Each number on a page is a link to exactly what it counts, wherever a reader goes from there."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

pytestmark = pytest.mark.slow

#: Pages whose links are followed, at most.
PAGES = 60
START = ("/", "/browse", "/changes", "/missing?state=wanted", "/search?q=water", "/search?year=2016",
         "/search?gone=yes", "/search?q=water+desalination+nonsense", "/search/by/tag",
         "/post/upr2020/hub")  # fmt: skip
#: Where a page says how many of what it lists there are, and which of the numbers there it is.
TOLD = {
    "/search/by/": ("h1", 0),
    "/missing": ("h1", 0),
    "/changes": (".pager > span:last-child", -1),
    "/pictures": (".lead", 0),
    "/archive/": (".rows", 0),
}


def numbers_in(text: str) -> list[int]:
    """The numbers that stand alone in *text*: none of a date, an address or a name."""
    found = re.findall(r"(?<![\w.,:/-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w/:-])", text)
    return [int(each.replace(",", "")) for each in found]


def number_of(link: LexborNode) -> int | None:
    """The number that *link* shows of what it leads to; None: it shows none."""
    beside, bar = link.css_first(".n"), link.css("text")
    if beside:
        return numbers_in(beside.text())[0]
    if bar:
        return sum(numbers_in(each.text())[0] for each in bar[2:-1])
    shown = link.text(deep=False).strip()
    is_cell = link.parent is not None and link.parent.tag in {"dd", "td"}
    if (is_cell and re.fullmatch(r"[\d,]+", shown)) or re.fullmatch(r"All [\d,]+ .*|.*: [\d,]+", shown):
        return next(iter(numbers_in(shown)), None)
    return None


def numbered(page: str) -> Iterator[tuple[str, int]]:
    """(where it leads, number) of each link that counts; a link that takes a filter away counts nothing."""
    tree = LexborHTMLParser(page)
    for chosen in tree.css(".chosen-filters"):
        chosen.decompose()
    for link in tree.css("main a[href^='/']"):
        if "aria-current" not in link.attributes and (number := number_of(link)) is not None:
            yield unescape(link.attributes["href"] or ""), number


def counted(reader: Any, path: str) -> int | None:
    """How many there are behind *path*, as that page itself counts them; None: it does not say."""
    for start, (where, which) in TOLD.items():
        if path.startswith(start):
            node = LexborHTMLParser(reader.get(path).text).css_first(where)
            return numbers_in(node.text())[which] if node else 0
    if path.startswith("/search"):
        return int(reader.get(path.replace("/search", "/search.csv", 1)).headers["x-total-count"])
    return None


def test_each_number_leads_to_exactly_what_it_counts(open_room: Callable[..., Any], exhibition: Path) -> None:
    reader = open_room(exhibition)
    todo, seen, known = list(START), set(START), {}
    checked = 0
    for page in todo:
        for path, number in numbered(reader.get(page).text):
            if path not in known:
                known[path] = counted(reader, path)
            if known[path] is not None:
                checked += 1
                assert known[path] == number, f"{page} says {number} of {path}"
            if path not in seen and path.startswith(("/search?", "/changes", "/missing")) and len(todo) < PAGES:
                seen.add(path)
                todo.append(path)
    assert len(todo) == PAGES
    assert checked > 1000
