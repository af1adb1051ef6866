"""Ways into the archive without a word to search for: years, sites, categories, tags, authors, languages, letters."""

from dataclasses import dataclass

from scraper.serve import formatting, texts
from scraper.serve.answer import Answer, Ask
from scraper.serve.overview import timeline
from scraper.serve.render import render
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


def page(ask: Ask) -> Answer:
    """``/browse``"""
    sites = holdings.sites(ask.db)
    names = {"site": {row["id"]: row["name"] for row in sites}}
    kinds = [ways(ask, kind, names.get(kind, {})) for kind in ("site", "category", "tag", "author", "language")]
    body = render(
        "browse.html",
        ask.room,
        here="browse",
        kinds=[kind for kind in kinds if kind.first],
        timeline=timeline(ask, sites),
        all=[(ask.link("/search", *pairs), words) for pairs, words in texts.BROWSE_ALL],
    )
    return Answer(body)


def ways(ask: Ask, facet: str, names: dict[str, str]) -> Ways:
    """Those of *facet*: ``site``, ``category``, ``tag``, ``author`` or ``language``."""
    found = []
    for value, count in holdings.named(ask.db, facet):
        if facet == "language":
            found.append(Way(formatting.language_name(value), count, ask.link("/search", ("q", f"language:{value}"))))
        else:
            found.append(Way(names.get(value, value), count, ask.link("/search", (facet, value))))
    return Ways(facet, texts.BROWSE_BY[facet], tuple(found[:SHOWN]), tuple(found[SHOWN:]))
