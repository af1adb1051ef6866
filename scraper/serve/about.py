"""What this archive can prove and what it cannot, how to search it, and its limits, told from the data themselves."""

import sqlite3
from collections.abc import Iterable

from scraper.search import synonyms
from scraper.serve import texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.page_address import own_page
from scraper.store import holdings


def page(ask: Ask) -> PageResponse:
    """``/about``"""
    db = ask.db
    return PageResponse(
        own_page(
            ask,
            "about.html",
            here="about",
            sites=holdings.site_spans(db),
            sources=by_value(ask, "captures", "source", holdings.captures_by(db, "source")),
            capture_bases=by_value(ask, "captures", "captured_at_basis", holdings.captures_by(db, "captured_at_basis")),
            bases=by_value(ask, "posts", "published_basis", holdings.date_bases(db)),
            missing=missing(ask),
            problems=[(row, problems_like(ask, row)) for row in holdings.open_problems(db)],
            crawls=holdings.newest_runs(db, 10),
            checkpoint=holdings.newest_checkpoint(db),
            raw=holdings.has_bodies(db),
            synonyms=list(dict.fromkeys(synonyms.groups().values())),
        )
    )


def rows_of(ask: Ask, table: str, *conditions: tuple[str, str]) -> str:
    """Where the rows of *table* that meet *conditions* are listed, and counted."""
    return ask.link(f"/{ask.room.bench}/{table}", *conditions)


def by_value(ask: Ask, table: str, column: str, counts: Iterable[tuple[str, int]]) -> list[tuple[str, int, str]]:
    """(value, how many rows have it, where they are); the empty value stands for none."""
    return [
        (value, number, rows_of(ask, table, (column, value) if value else (f"{column}__isblank", "1")))
        for value, number in counts
    ]


def problems_like(ask: Ask, row: sqlite3.Row) -> str:
    """Where the open problems are that *row* counts."""
    alike = [(name, row[name]) for name in ("stage", "kind", "level")]
    return rows_of(ask, "problems", *alike, ("resolved_at__isnull", "1"))


def missing(ask: Ask) -> list[tuple[str, int, str]]:
    """What the sources did not say, in how many posts, and where those are."""
    links = {"undated": ask.link("/search", ("year", "undated")),
             "truncated": rows_of(ask, "captures", ("truncated__notnull", "1"))}  # fmt: skip
    return [
        (
            texts.count_word(number, texts.MISSING[name]),
            number,
            links.get(name) or rows_of(ask, "posts", (f"{name}__isnull", "1")),
        )
        for name, number in holdings.unsaid(ask.db).items()
        if number
    ]
