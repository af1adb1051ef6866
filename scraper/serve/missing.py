"""Addresses that were listed as posts and are not here: each with why."""

from scraper.serve import texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.render import render
from scraper.store import holdings
from scraper.vocabulary import AddressState

#: Addresses on a page.
ON_PAGE = 100


def page(ask: Ask) -> PageResponse:
    """``/missing?state=wanted&site=…&after=<address>``; without a known state: what is wanted."""
    state = ask.one("state") if ask.one("state") in texts.STATE_WORDS else AddressState.WANTED
    sites = {row["id"]: row["name"] for row in holdings.sites(ask.db)}
    site = ask.one("site") if ask.one("site") in sites else ""
    found = holdings.missing(ask.db, state, site, ON_PAGE + 1, ask.one("after"))
    kept = [("state", state), *([("site", site)] if site else [])]
    more = ask.link("/missing", *kept, ("after", found[ON_PAGE - 1]["url"])) if len(found) > ON_PAGE else ""
    numbers = holdings.coverage(ask.db)
    total = sum(number for (where, what), number in numbers.items() if what == state and site in ("", where))
    choices = [
        (ask.link("/missing", ("state", name)), words, sum(n for (_, what), n in numbers.items() if what == name),
         name == state)
        for name, words in texts.STATES.items()
        if name in texts.STATE_WORDS
    ]  # fmt: skip
    body = render(
        "missing.html",
        ask.room,
        here="missing",
        title=texts.missing_title(state, total, sites.get(site, "")),
        words=texts.STATE_WORDS[state],
        rows=found[:ON_PAGE],
        sites=sites,
        more=more,
        choices=[choice for choice in choices if choice[2]],
        state=state,
    )
    return PageResponse(body, headers={"X-Robots-Tag": "noindex"})
