"""What is asked of a search: the query, choices beside it, an order, a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from scraper.search.tokens import language_alone
from scraper.search.tree import Query, clean

SORTS = ("relevance", "newest", "oldest", "views", "comments")
#: The order of feeds: by when this archive last learned something of a post, newest first.
LEARNED = "learned"
#: What `Filters.year` calls posts without a date.
UNDATED = "undated"
MAX_SIZE = 200


class Matched(StrEnum):
    """How much of a query a post has."""

    ALL = "all"
    MOST = "most"
    ANY = "any"
    #: All words of the query with its spelling mended.
    SPELLING = "spelling"


#: What can be asked for; the last is an answer only.
STEPS = (Matched.ALL, Matched.MOST, Matched.ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Choices beside the query. Within one, any of the values; all of them together. Empty: no choice."""

    #: Ids of sites.
    site: tuple[str, ...] = ()
    #: ``2016``, or ``undated``.
    year: tuple[str, ...] = ()
    #: Names, whole and exact.
    category: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    #: ``yes``, ``no``: has a PDF.
    pdf: tuple[str, ...] = ()
    #: ``yes``, ``no``: is gone from its site.
    gone: tuple[str, ...] = ()
    #: Languages as BCP 47 begins: ``es``.
    language: tuple[str, ...] = ()
    #: A day, month or year, or longer: from then on, and before then. None: no bound.
    after: str | None = None
    before: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Iterable[str]]) -> "Filters":
        """From the parameters of a URL; other names and empty values are ignored. Total."""
        known = {each.name for each in fields(cls)}
        chosen = {
            name: tuple(clean(value).strip() for value in given) for name, given in values.items() if name in known
        }
        chosen["language"] = tuple(map(language_alone, chosen.get("language", ())))
        lists = {name: tuple(filter(None, dict.fromkeys(given))) for name, given in chosen.items()}
        bounds = {name: next(iter(lists.pop(name, ())), None) for name in BOUNDS}
        return cls(**lists, **bounds)  # type: ignore[arg-type]


#: Fields of `Filters` that are one value each.
BOUNDS = ("after", "before")
#: What hits are counted by, and can be narrowed by: the fields of `Filters` that are lists of values.
FACETS = tuple(each.name for each in fields(Filters) if each.name not in BOUNDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything that one page of results depends on."""

    query: Query = field(default_factory=Query)
    filters: Filters = field(default_factory=Filters)
    #: One of SORTS, or LEARNED; empty or unknown: relevance where there are words, else newest.
    sort: str = ""
    #: How much of the query counts as found: all words; or most, or any of them, behind those that have all. None: all
    #: words, and where few posts have them, further ones are shown in groups of their own.
    matched: Matched | None = None
    #: From 1.
    page: int = 1
    #: Hits on a page, 1 to MAX_SIZE.
    size: int = 20

    @property
    def order(self) -> str:
        """The sort that is really meant."""
        sort = self.sort if self.sort in (*SORTS, LEARNED) else "relevance"
        if sort == "relevance" and not self.query.terms:
            return "newest"
        return sort
