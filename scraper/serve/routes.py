"""Which address shows which page."""

from collections.abc import Callable
from functools import cache
from typing import Any

from scraper.serve import downloads, overview, post, searching, static
from scraper.serve.answer import view


@cache
def routes() -> list[tuple[str, Callable[..., Any]]]:
    """(pattern, view) of every page of ours."""
    return [
        (r"^/$", view(overview.page)),
        (r"^/search$", view(searching.page)),
        (rf"^/search\.(?P<format>{'|'.join(downloads.ENDINGS)})$", downloads.view),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)$", view(post.page)),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/cite\.(?P<format>ris|bib)$", view(post.citation)),
        (r"^/go$", view(post.go)),
        (r"^/-/ushrn/(?P<name>[a-z.]+)$", static.view),
    ]
