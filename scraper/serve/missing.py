"""Addresses that were listed as posts and are not here: each with why."""

import sqlite3
from collections.abc import Container, Mapping, Sequence

from scraper import search
from scraper.serve import texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.page_address import own_page
from scraper.serve.remembered import remembered
from scraper.store import holdings
from scraper.vocabulary import AddressState

#: Addresses on a page.
ON_PAGE = 100


def page(ask: Ask) -> PageResponse:
    """``/missing?state=wanted&site=…&after=<address>``; without a known state: what is wanted."""
    sites = remembered(ask.room, ask.db, holdings.site_names)
    state = _known(ask.one("state"), texts.STATE_WORDS, AddressState.WANTED)
    site = _known(ask.one("site"), sites, "")
    found = holdings.missing(ask.db, state, site, ON_PAGE + 1, ask.one("after"))
    numbers = holdings.coverage(ask.db)
    body = own_page(
        ask,
        "missing.html",
        *_pairs(state, site, ask.one("after")),
        here="missing",
        title=texts.missing_title(state, _total(numbers, state, site), sites.get(site, "")),
        words=texts.STATE_WORDS[state],
        rows=found[:ON_PAGE],
        sites=sites,
        more=_more(ask, state, site, found),
        choices=_choices(ask, state, numbers),
        state=state,
    )
    return PageResponse(body, headers={"X-Robots-Tag": "noindex"})


def listed_at(ask: Ask, heard: search.HeardOf) -> str:
    """Where this page begins with the address that was *heard* of; empty: it lists none that became the same."""
    if heard.state not in texts.STATE_WORDS:
        return ""
    return ask.link("/missing", ("state", heard.state), ("site", heard.site), ("after", heard.address[:-1]))


def _known(asked: str, known: Container[str], usual: str) -> str:
    return asked if asked in known else usual


def _total(numbers: Mapping[tuple[str, str], int], state: str, site: str = "") -> int:
    """How many addresses have come to *state*: of *site*, or of all."""
    return sum(number for (where, what), number in numbers.items() if what == state and site in ("", where))


def _more(ask: Ask, state: str, site: str, found: Sequence[sqlite3.Row]) -> str:
    """Address of the next page; empty: *found*, one row more than a page has, ends on this one."""
    if len(found) <= ON_PAGE:
        return ""
    return ask.link("/missing", *_pairs(state, site, found[ON_PAGE - 1]["url"]))


def _pairs(state: str, site: str, after: str) -> list[tuple[str, str]]:
    """What of an address shows these; without a state it shows what is wanted."""
    chosen = (("state", state), ("site", site), ("after", after))
    return [pair for pair in chosen if pair[1] and pair != ("state", AddressState.WANTED)]


def _choices(ask: Ask, state: str, numbers: Mapping[tuple[str, str], int]) -> list[tuple[str, str, int, bool]]:
    """The states that some addresses have come to: address, words, how many, whether it is this page's."""
    counted = ((name, _total(numbers, name)) for name in texts.STATES if name in texts.STATE_WORDS)
    return [
        (ask.link("/missing", ("state", name)), texts.STATES[name], number, name == state)
        for name, number in counted
        if number
    ]
