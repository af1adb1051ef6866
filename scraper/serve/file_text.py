"""The whole text of a file that a post offers, page by page, with the words of a search marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scraper import search
from scraper.serve import texts
from scraper.serve.answer import Ask, NotHere, PageResponse
from scraper.serve.body_html import web_address
from scraper.serve.markup import marked_paragraphs
from scraper.serve.page_address import own_page
from scraper.serve.permalinks import path_of, the_post
from scraper.store import post_queries


@dataclass(frozen=True, slots=True)
class FilePage:
    """A page of the file; *number* from 1, *original*: that page of the file on its site; empty: not known."""

    number: int
    #: Safe HTML.
    paragraphs: list[str]
    original: str


def by_page(pages: Sequence[str], words: Iterable[str]) -> list[list[str]]:
    """What of *words* may stand on each of *pages*; of those that go over the end of one, each page has its part."""
    whole = [word for word in words if search.PAGE_BREAK not in word]
    found = [list(whole) for _ in pages]
    for parts in (word.split(search.PAGE_BREAK) for word in words if search.PAGE_BREAK in word):
        for first in range(len(pages) - len(parts) + 1):
            over = pages[first : first + len(parts)]
            if over[0].endswith(parts[0]) and over[-1].startswith(parts[-1]) and over[1:-1] == parts[1:-1]:
                for number, part in enumerate(parts, first):
                    found[number].append(part)
    return found


def page(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/file/<number>``, with ``?q=``; its page 4 is at ``#page=4``, as in readers of PDF."""
    post = the_post(ask)
    file = post_queries.file(ask.db, post["id"], int(ask.part["number"]))
    if file is None or not file["text"]:
        raise NotHere(texts.NO_SUCH_FILE)
    words = search.found_in_file(ask.db, ask.one("q"), file["id"], file["text"])
    address = web_address(file["url"]) if file["url"] else ""
    texts_of_pages = file["text"].split(search.PAGE_BREAK)
    pages = [
        FilePage(number, marked_paragraphs(text, marked), f"{address}#page={number}" if address else "")
        for number, (text, marked) in enumerate(zip(texts_of_pages, by_page(texts_of_pages, words), strict=True), 1)
    ]
    body = own_page(
        ask,
        "file_text.html",
        here="",
        post=post,
        file=file,
        pages=pages,
        q=ask.one("q"),
        found=[each.number for each in pages if any("<mark>" in paragraph for paragraph in each.paragraphs)],
        back=ask.link(path_of(post), *([("q", ask.one("q"))] if ask.one("q") else [])),
    )
    return PageResponse(body, headers={"X-Robots-Tag": "noindex"})
