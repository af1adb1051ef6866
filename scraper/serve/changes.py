"""What became known of posts, newest first by when this archive learned it: as a page and as a feed."""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from scraper import diff
from scraper.export import NEVER, instant, page_links, xml
from scraper.serve import charts, formatting, texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.citing import coins
from scraper.serve.frame import frame_of
from scraper.serve.page_address import own_page
from scraper.serve.permalinks import path_of, revisions_of
from scraper.serve.remembered import remembered
from scraper.serve.searching import FacetChoice
from scraper.serve.thumbs import thumbs
from scraper.store import change_list, holdings
from scraper.vocabulary import EventKind

#: Changes on a page, and in the feed.
NEWEST = 50
#: ``2026-02-15T10:00:00Z,17``: the change before which a page goes on.
_BEFORE = re.compile(r"([0-9TZ:.+-]{4,40}),(\d{1,18})", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
#: Characters of unchanged text shown beside an edit.
AROUND = 90


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit changed: in words, where it is compared, and its first changed passage."""

    words: str
    link: str
    passage: tuple[diff.Segment, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as the page shows it."""

    row: sqlite3.Row
    meta: str
    edit: Edit | None


def page(ask: Ask) -> PageResponse:
    """``/changes?kind=gone&site=…&month=2026-02&before=…``"""
    wanted = wanted_of(ask)
    found = change_list.changes(ask.db, wanted, NEWEST + 1)
    older = ""
    if len(found) > NEWEST:
        found = found[:NEWEST]
        older = older_than(ask, "/changes", wanted, found[-1])
    sites = remembered(ask.room, ask.db, holdings.site_names)
    of_days = dict(change_list.tally(ask.db, "day", replace(wanted, before=None)))
    days = [
        (formatting.day(day), of_days[day], [shown(ask, row, sites) for row in rows])
        for day, rows in groupby(found, key=lambda row: row["known_at"][:10])
    ]
    total = sum(of_days.values())
    passed = change_list.passed(ask.db, wanted)
    body = own_page(ask, "changes.html", *pairs(wanted), *beginning(wanted),
        here="changes",
        days=days,
        older=older,
        newest=ask.link("/changes", *pairs(wanted)) if wanted.before else "",
        range=texts.changes_of(passed + 1, passed + len(found), total) if found else "",
        facets=[
            (texts.KINDS, choices(ask, "kind", wanted, texts.EVENTS)),
            (texts.SITE, choices(ask, "site", wanted, sites)),
        ],
        chart=by_month(ask, wanted),
        feed=ask.link("/changes.atom", *pairs(wanted)),
        selected=bool(pairs(wanted)),
        coins=coins(ask, (row["url"] for row in found)),
        thumbs=thumbs(ask, ((row["site"], row["slug"]) for row in found)),
    )  # fmt: skip
    return PageResponse(body)


def wanted_of(ask: Ask) -> change_list.ChangeFilter:
    """Which changes the address asks for; what it asks wrongly is left out."""
    before = _BEFORE.fullmatch(ask.one("before"))
    return change_list.ChangeFilter(
        kind=ask.one("kind") if ask.one("kind") in texts.EVENTS else "",
        site=ask.one("site")[:200],
        month=ask.one("month") if _MONTH.fullmatch(ask.one("month")) else "",
        before=(before[1], int(before[2])) if before else None,
    )


def pairs(wanted: change_list.ChangeFilter) -> list[tuple[str, str]]:
    """As an address spells it, without the place where the page begins."""
    return [(name, value) for name in ("kind", "site", "month") if (value := str(getattr(wanted, name)))]


def beginning(wanted: change_list.ChangeFilter) -> list[tuple[str, str]]:
    """The place where the page begins, as an address spells it; nothing: at the newest change."""
    if wanted.before is None:
        return []
    known_at, number = wanted.before
    return [("before", f"{known_at},{number}")]


def older_than(ask: Ask, path: str, wanted: change_list.ChangeFilter, row: sqlite3.Row) -> str:
    """Address of the page at *path* that goes on behind the change *row*."""
    return ask.link(path, *pairs(wanted), *beginning(replace(wanted, before=(row["known_at"], row["id"]))))


def chosen_as(wanted: change_list.ChangeFilter, name: str, value: str) -> change_list.ChangeFilter:
    """*wanted* with another ``kind`` or ``site``."""
    if name == "kind":
        return replace(wanted, kind=value)
    return replace(wanted, site=value)


def choices(ask: Ask, name: str, wanted: change_list.ChangeFilter, labels: dict[str, str]) -> list[FacetChoice]:
    """What can be chosen of ``kind`` or ``site``, each with the number of changes behind it; the first is all."""
    free = chosen_as(replace(wanted, before=None), name, "")
    chosen = getattr(wanted, name)
    counts = dict(change_list.tally(ask.db, name, free))
    every = FacetChoice(texts.ALL_EVENTS, sum(counts.values()), ask.link("/changes", *pairs(free)), not chosen)
    return [every] + [
        FacetChoice(label, counts[value], ask.link("/changes", *pairs(chosen_as(free, name, value))), value == chosen)
        for value, label in labels.items()
        if counts.get(value)
    ]


def by_month(ask: Ask, wanted: change_list.ChangeFilter) -> tuple[str, charts.Timeline] | None:
    """(year, its months) of the year that is chosen, or of the newest change; None: there is none."""
    counts = dict(change_list.tally(ask.db, "month", replace(wanted, month="", before=None)))
    if not counts:
        return None
    year = (wanted.month or max(counts))[:4]
    chart = charts.months(
        year,
        counts,
        lambda month: ask.link("/changes", *pairs(replace(wanted, month="" if month == wanted.month else month))),
        wanted.month,
        texts.change_label,
        texts.CHANGES_TITLE,
    )
    return year, chart


def shown(ask: Ask, row: sqlite3.Row, sites: dict[str, str]) -> ChangeRow:
    """*row* with what the page says of it."""
    site = formatting.isolated(sites.get(row["site"], row["site"]))
    missing = (
        change_list.missing_since(ask.db, row["post_id"], row["at"]) if row["kind"] == EventKind.RETURNED else None
    )
    meta = texts.change_meta(row["kind"], row["at"], site, row["source"], row["last_seen_at"], missing)
    if row["kind"] == EventKind.WITHDRAWN:
        meta = texts.withdrawal_meta(row["at"], site, row["excerpt"])
    return ChangeRow(row, meta, edit_of(ask, row) if row["kind"] == EventKind.CHANGED else None)


def edit_of(ask: Ask, row: sqlite3.Row) -> Edit | None:
    """What the edit changed; None: the versions before and after are not known."""
    around = change_list.texts_around(ask.db, row["post_id"], row["capture_id"])
    if around is None:
        return None
    changes = diff.diff(*around)
    summary = diff.summary(changes)
    known = revisions_of(ask, row["post_id"])
    place = next((at for at, each in enumerate(known) if each.capture_id == row["capture_id"]), 0)
    link = ""
    if place:
        names = (("from", known[place - 1].name), ("to", known[place].name))
        link = ask.link(path_of(row) + "/diff", *names)
    return Edit(texts.diff_summary(summary.added, summary.removed), link, passage(changes))


def passage(changes: Sequence[diff.Paragraph]) -> tuple[diff.Segment, ...]:
    """The first changed paragraph, its unchanged text cut to what stands beside the change."""
    first = next((each for each in changes if each.kind != diff.SAME), None)
    if first is None:
        return ()
    segments = list(first.segments)
    cut = []
    for place, segment in enumerate(segments[:6]):
        text = segment.text
        if segment.kind == diff.SAME and len(text) > AROUND:
            text = ("… " + text[-AROUND:].partition(" ")[2]) if place == 0 else formatting.short(text, AROUND)
        elif len(text) > 3 * AROUND:
            text = formatting.short(text, 3 * AROUND)
        cut.append(replace(segment, text=text))
    return tuple(cut)


def feed(ask: Ask) -> PageResponse:
    """``/changes.atom``: the newest changes; an entry's id is the post's address, the kind and the time.

    Older ones are on further pages (RFC 5005, section 3), each of which begins before a change, so that it stays.
    ``updated`` is when this archive learned of it, ``published`` when it was captured.
    """
    wanted = wanted_of(ask)
    found = change_list.changes(ask.db, wanted, NEWEST + 1)
    following = ask.lasting + older_than(ask, "/changes.atom", wanted, found[NEWEST - 1]) if found[NEWEST:] else None
    found = found[:NEWEST]
    sites = remembered(ask.room, ask.db, holdings.site_names)
    first = ask.lasting + ask.link("/changes.atom", *pairs(wanted))
    own = ask.lasting + ask.link("/changes.atom", *pairs(wanted), *beginning(wanted))
    page = ask.lasting + ask.link("/changes", *pairs(wanted))
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n',
        f"<id>{xml(first)}</id>\n<title>{xml(texts.changes_feed(frame_of(ask.room).name))}</title>\n",
        f"<updated>{instant(found[0]['known_at'] if found else NEVER)}</updated>\n<generator>ushrn</generator>\n",
        page_links(own, first, following),
        f'<link rel="alternate" type="text/html" href="{xml(page)}"/>\n',
        *(_entry(ask, row, sites) for row in found),
        "</feed>\n",
    ]
    return PageResponse("".join(parts), media_type="application/atom+xml; charset=utf-8")


def _entry(ask: Ask, row: sqlite3.Row, sites: dict[str, str]) -> str:
    words = texts.EVENTS.get(row["kind"], row["kind"])
    title = f"{row['title'] or (texts.UNTITLED if row['slug'] else texts.WITHDRAWN_POST)} ({words})"
    page = ask.lasting + ask.link(path_of(row) if row["slug"] else "/withdrawn")
    both = texts.both_times(row["kind"], formatting.moment(row["at"]), formatting.moment(row["known_at"]))
    entry = f"{row['kind']}-{row['at']}" + ("" if row["slug"] else f"-{-row['id']}")
    summary = " ".join(filter(None, (both, row["excerpt"])))
    return (
        f"<entry>\n<id>{xml(row['url'])}#{xml(entry)}</id>\n<title>{xml(title)}</title>\n"
        f'<link rel="alternate" type="text/html" href="{xml(page)}"/>\n<updated>{instant(row["known_at"])}</updated>\n'
        f'<published>{instant(row["at"])}</published>\n<category term="{xml(row["kind"])}"/>\n'
        f"<author><name>{xml(sites.get(row['site'], row['site']))}</name></author>\n"
        f"<summary>{xml(summary)}</summary>\n</entry>\n"
    )
