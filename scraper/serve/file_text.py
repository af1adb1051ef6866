"""The whole text of a file that a post offers, page by page, with the words of a search marked."""

from dataclasses import dataclass

from scraper import search
from scraper.serve import texts
from scraper.serve.answer import Ask, NotHere, PageResponse
from scraper.serve.body_html import web_address
from scraper.serve.markup import marked_paragraphs
from scraper.serve.permalinks import path_of, the_post
from scraper.serve.render import render
from scraper.store import post_queries


@dataclass(frozen=True, slots=True)
class FilePage:
    """A page of the file; *number* from 1, *original*: that page of the file on its site; empty: not known."""

    number: int
    #: Safe HTML.
    paragraphs: list[str]
    original: str


def page(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/file/<number>``, with ``?q=``; its page 4 is at ``#page=4``, as in readers of PDF."""
    post = the_post(ask)
    file = post_queries.file(ask.db, post["id"], int(ask.part["number"]))
    if file is None or not file["text"]:
        raise NotHere(texts.NO_SUCH_FILE)
    words = search.found_in_file(ask.db, ask.one("q"), file["id"], file["text"])
    address = web_address(file["url"]) if file["url"] else ""
    pages = [
        FilePage(number, marked_paragraphs(text, words), f"{address}#page={number}" if address else "")
        for number, text in enumerate(file["text"].split(search.PAGE_BREAK), 1)
    ]
    body = render(
        "file_text.html",
        ask.room,
        here="",
        post=post,
        file=file,
        pages=pages,
        q=ask.one("q"),
        found=[each.number for each in pages if any("<mark>" in paragraph for paragraph in each.paragraphs)],
        back=ask.link(path_of(post), *([("q", ask.one("q"))] if ask.one("q") else [])),
    )
    return PageResponse(body, headers={"X-Robots-Tag": "noindex"})
