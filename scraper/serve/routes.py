"""Which address shows which page."""

from collections.abc import Callable
from functools import cache
from typing import Any

from scraper.serve import overview, searching, static
from scraper.serve.answer import view


@cache
def routes() -> list[tuple[str, Callable[..., Any]]]:
    """(pattern, view) of every page of ours."""
    return [
        (r"^/$", view(overview.page)),
        (r"^/search$", view(searching.page)),
        (r"^/-/ushrn/(?P<name>[a-z.]+)$", static.view),
    ]
