"""Search: a query language, ranked hits with marked passages, exact facets and a timeline.

`parse` turns any text into a `Query`; `find` turns a `Request` into a `Page`; `rowids` gives a whole result set.
"""

from scraper.search.find import (
    SORTS,
    UNDATED,
    Facet,
    Filters,
    Hit,
    Page,
    Request,
    Value,
    find,
    ordered,
    prepare,
    rowids,
)
from scraper.search.query import MARK, UNMARK, Query, parse
from scraper.search.snippets import Snippet

__all__ = [
    "MARK",
    "SORTS",
    "UNDATED",
    "UNMARK",
    "Facet",
    "Filters",
    "Hit",
    "Page",
    "Query",
    "Request",
    "Snippet",
    "Value",
    "find",
    "ordered",
    "parse",
    "prepare",
    "rowids",
]
