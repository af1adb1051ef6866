"""The first page: what this is, what is in the archive, what is not, and what happened last."""

import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from scraper.serve import charts, texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.changes import edit_of
from scraper.serve.frame import Frame, frame_of
from scraper.serve.page_address import own_page
from scraper.serve.remembered import remembered
from scraper.serve.searching import to_try
from scraper.serve.thumbs import thumbs
from scraper.store import change_list, holdings
from scraper.vocabulary import EventKind, SiteState

#: States of known addresses with a column of their own, in the order shown.
STATES = ("wanted", "lost")
#: Sites that the timeline tells apart by colour; where there are more, the smallest share one.
COLOURS = 3
#: Entries of each list.
LISTED = 4
#: Changes that are looked through for them.
LOOKED_AT = 60

_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, what it counts, and the page that shows exactly that; no link where there is nothing to show."""

    value: int
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class SiteCoverage:
    """A site, or all of them: (number, link to what it counts) for each column."""

    name: str
    link: str
    counts: tuple[tuple[int, str], ...]
    tried: str


def added(db: sqlite3.Connection) -> Sequence[sqlite3.Row]:
    """The posts that came last."""
    return latest(db, EventKind.ADDED)


def page(ask: Ask) -> PageResponse:
    """``/``"""
    frame = frame_of(ask.room)
    sites = holdings.sites(ask.db)
    lists = {
        "added": remembered(ask.room, ask.db, added),
        "changed": latest(ask.db, EventKind.CHANGED),
        "gone": latest(ask.db, EventKind.GONE),
        "viewed": holdings.most_viewed(ask.db, LISTED),
    }
    template = "overview.html" if frame.totals.posts else "empty.html"
    body = own_page(
        ask,
        template,
        here="",
        title=texts.overview_title(frame.publisher, [site["name"] for site in sites], *span(frame)),
        lead=texts.overview_lead(
            frame.totals.posts, len(sites), sum(site["state"] == SiteState.GONE for site in sites)
        ),
        introduction=[bold(part) for part in frame.settings.introduction],
        figures=figures(ask, frame),
        timeline=timeline(ask, sites),
        coverage=coverage(ask, sites),
        states=[texts.STATES[state] for state in STATES],
        lists=lists,
        samples=remembered(ask.room, ask.db, to_try),
        changed=[(row, edit_of(ask, row)) for row in lists["changed"]],
        thumbs=thumbs(ask, ((row["site"], row["slug"]) for rows in lists.values() for row in rows)),
        downloads=[(ask.link(f"/search.{end}"), words) for end, words in texts.FORMATS],
    )
    return PageResponse(body)


def span(frame: Frame) -> tuple[str, str]:
    """First and last year of the posts."""
    return frame.totals.first_year, frame.totals.last_year


def bold(paragraph: str) -> Markup:
    """*paragraph* escaped, its ``**words**`` bold."""
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(paragraph))))  # noqa: S704 - escaped before


def figures(ask: Ask, frame: Frame) -> list[Figure]:
    """What the archive holds; a copy without captures does not count them."""
    totals, bench = frame.totals, ask.link(f"/{ask.room.bench}/captures")
    found = (
        Figure(totals.posts, texts.count_word(totals.posts, texts.POST_WORDS), ask.link("/search")),
        Figure(totals.captures, texts.count_word(totals.captures, texts.CAPTURE_WORDS), bench),
        Figure(totals.edited, texts.EDITED_SINCE, ask.link("/search", ("q", "is:changed"))),
        Figure(totals.removed, texts.REMOVED_FROM_SITE, ask.link("/search", ("gone", "yes"))),
        Figure(totals.pictures, texts.count_word(totals.pictures, texts.PICTURE_WORDS), ask.link("/pictures")),
        Figure(totals.wanted, texts.LISTED_ONLY, ask.link("/missing", ("state", "wanted"))),
    )  # fmt: skip
    never = {texts.CAPTURE_WORDS, texts.PICTURE_WORDS}
    shown = [each for each in found if each.value or not any(each.words in words for words in never)]
    return [each if each.value else Figure(0, each.words, "") for each in shown]


def timeline(ask: Ask, sites: Sequence[sqlite3.Row]) -> charts.Timeline:
    """Posts by year and site, and those without a date; each bar leads to exactly its posts."""
    found = remembered(ask.room, ask.db, holdings.years)
    posts: Counter[str] = Counter()
    for _, site, number in found:
        posts[site] += number
    names = {site["id"]: site["name"] for site in sites}
    shown = [site for site, _ in posts.most_common(COLOURS)]
    series = [names.get(site, site) for site in shown] + ([texts.OTHER_SITES] if len(posts) > len(shown) else [])
    counts: dict[str, list[int]] = {}
    for year, site, number in found:
        place = shown.index(site) if site in shown else len(shown)
        counts.setdefault(year or charts.UNDATED, [0] * len(series))[place] += number
    return charts.timeline(counts, series, lambda year: ask.link("/search", ("year", year)))


def coverage(ask: Ask, sites: Sequence[sqlite3.Row]) -> list[SiteCoverage]:
    """A row for each site, and one for all where there are several."""
    # Each is remembered by itself: where one takes too long for a page, the next page has the others already.
    known = remembered(ask.room, ask.db, holdings.coverage)
    tried = remembered(ask.room, ask.db, holdings.last_tried)
    rows = []
    for site in sites:
        own = ("site", site["id"])
        numbers = (
            (known.get((site["id"], "posts"), 0), ask.link("/search", own)),
            (known.get((site["id"], "removed"), 0), ask.link("/search", own, ("gone", "yes"))),
            *(
                (known.get((site["id"], state), 0), ask.link("/missing", ("state", state), own))
                for state in STATES
            ),
        )  # fmt: skip
        state = texts.site_state(site["state"], tried.get(site["id"]))
        rows.append(SiteCoverage(site["name"], ask.link("/search", own), numbers, state))
    if len(rows) > 1:
        links = (ask.link("/search"), ask.link("/search", ("gone", "yes")),
                 *(ask.link("/missing", ("state", state)) for state in STATES))  # fmt: skip
        sums = [sum(row.counts[column][0] for row in rows) for column in range(len(links))]
        rows.append(SiteCoverage(texts.ALL_SITES, "", tuple(zip(sums, links, strict=True)), ""))
    return rows


def latest(db: sqlite3.Connection, kind: EventKind) -> list[sqlite3.Row]:
    """The posts of the newest changes of that *kind*, each once; what was restored since is not among the removed."""
    found = change_list.changes(db, change_list.ChangeFilter(kind=kind), LOOKED_AT)
    posts: dict[int, sqlite3.Row] = {}
    for row in found:
        if kind != EventKind.GONE or row["gone_at"]:
            posts.setdefault(row["post_id"], row)
    return list(posts.values())[:LISTED]
