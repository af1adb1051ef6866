"""Ways into the archive without a word to search for: years, sites, categories, tags, authors, languages, letters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scraper import search
from scraper.serve import texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.frame import frame_of
from scraper.serve.overview import timeline
from scraper.serve.page_address import own_page
from scraper.serve.remembered import remembered
from scraper.serve.searching import named
from scraper.store import holdings

#: Names of one kind shown at once; all others wait behind a summary that says how many they are.
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Way:
    """A name, how many posts it has, and the search for exactly those."""

    name: str
    count: int
    link: str


@dataclass(frozen=True, slots=True)
class Ways:
    """All names of one kind, the frequent ones first."""

    id: str
    title: str
    first: tuple[Way, ...]
    more: tuple[Way, ...]


def page(ask: Ask) -> PageResponse:
    """``/browse``"""
    sites = remembered(ask.room, ask.db, holdings.sites)
    facets = {facet.name: facet for facet in search.find(ask.db, search.Request(size=1)).facets}
    kinds = [ways(ask, facets[kind]) for kind in ("site", "category", "tag", "author", "language")]
    body = own_page(
        ask,
        "browse.html",
        here="browse",
        kinds=[kind for kind in kinds if kind.first],
        timeline=timeline(ask, sites),
        all=[*((ask.link("/search", *pairs), words) for pairs, words in texts.BROWSE_ALL), *some(ask, facets)],
    )
    return PageResponse(body)


def some(ask: Ask, facets: Mapping[str, search.Facet]) -> Iterator[tuple[str, str]]:
    """(address, words with their number) of the posts that share something; of what none has, nothing."""
    counts = {(name, each.value): each.count for name, facet in facets.items() for each in facet.values}
    counts["q", "is:changed"] = frame_of(ask.room).totals.edited
    for pair, words in texts.BROWSE_SOME.items():
        if count := counts.get(pair, 0):
            yield ask.link("/search", pair), texts.counted_way(words, count)


def ways(ask: Ask, facet: search.Facet) -> Ways:
    """All values of *facet*."""
    found = [
        Way(named(facet.name, each.value, each.label), each.count, ask.link("/search", (facet.name, each.value)))
        for each in facet.values
    ]
    return Ways(facet.name, texts.BROWSE_BY[facet.name], tuple(found[:SHOWN]), tuple(found[SHOWN:]))
