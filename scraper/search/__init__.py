"""Search: a query language, ranked hits with marked passages, exact facets and a timeline.

`parse` turns any text into a `Query`; `find` turns a `Request` into a `ResultPage`; `rowids` gives a whole result set.
"""

from scraper.search import synonyms
from scraper.search.addresses import Place, is_address, post_at
from scraper.search.advice import Advice, Name, Step, advise, faults, wrong_filters
from scraper.search.facets import Facet, Value
from scraper.search.find import Group, Hit, ResultPage, find, find_mended, ordered, prepare, prepare_to_read_all, rowids
from scraper.search.folding import is_unspaced
from scraper.search.found_rows import CitedPosts, cited, post_values
from scraper.search.found_words import found_in_file, found_words
from scraper.search.heard import BECAME, HeardOf, heard_of
from scraper.search.passages import PAGE_BREAK, Snippet
from scraper.search.query import parse
from scraper.search.related import Repeated, related, repeated
from scraper.search.request import FACETS, LEARNED, SORTS, STEPS, UNDATED, Filters, Matched, Request
from scraper.search.samples import samples
from scraper.search.select import count
from scraper.search.state import read_ahead, snapshot
from scraper.search.tokens import language_alone
from scraper.search.tree import MARK, UNMARK, Query
from scraper.search.vocabulary import TooBroad, check_cost

__all__ = [
    "BECAME",
    "FACETS",
    "LEARNED",
    "MARK",
    "PAGE_BREAK",
    "SORTS",
    "STEPS",
    "UNDATED",
    "UNMARK",
    "Advice",
    "CitedPosts",
    "Facet",
    "Filters",
    "Group",
    "HeardOf",
    "Hit",
    "Matched",
    "Name",
    "Place",
    "Query",
    "Repeated",
    "Request",
    "ResultPage",
    "Snippet",
    "Step",
    "TooBroad",
    "Value",
    "advise",
    "check_cost",
    "cited",
    "count",
    "faults",
    "find",
    "find_mended",
    "found_in_file",
    "found_words",
    "heard_of",
    "is_address",
    "is_unspaced",
    "language_alone",
    "ordered",
    "parse",
    "post_at",
    "post_values",
    "prepare",
    "prepare_to_read_all",
    "read_ahead",
    "related",
    "repeated",
    "rowids",
    "samples",
    "snapshot",
    "synonyms",
    "wrong_filters",
]
