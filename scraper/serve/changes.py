"""What happened in the archive, newest first: as a page and as a feed."""

import re
import sqlite3
from itertools import groupby

from scraper.export.atom import NEVER, instant, xml
from scraper.serve import formatting, texts
from scraper.serve.answer import Answer, Ask
from scraper.serve.citing import coins
from scraper.serve.frame import frame_of
from scraper.serve.permalinks import path_of
from scraper.serve.render import render

#: Events on a page, and in the feed.
ON_PAGE, IN_FEED = 100, 200
#: ``2026-02-15T10:00:00Z,17``: the event before which a page goes on.
_BEFORE = re.compile(r"([0-9TZ:.+-]{4,40}),(\d{1,18})", re.ASCII)


def page(ask: Ask) -> Answer:
    """``/changes?kind=gone&before=…``"""
    kind = ask.one("kind") if ask.one("kind") in texts.EVENTS else ""
    found = happened(ask, kind, ON_PAGE + 1)
    more = None
    if len(found) > ON_PAGE:
        found = found[:ON_PAGE]
        kept = [("kind", kind)] if kind else []
        more = ask.link("/changes", *kept, ("before", f"{found[-1]['at']},{found[-1]['id']}"))
    days = [(day, list(rows)) for day, rows in groupby(found, key=lambda row: formatting.day(row["at"]))]
    kinds = [("", texts.ALL_EVENTS), *texts.EVENTS.items()]
    choices = [
        (ask.link("/changes", *([("kind", name)] if name else [])), words, name == kind) for name, words in kinds
    ]
    named = coins(ask, (row["url"] for row in found))
    return Answer(
        render("changes.html", ask.room, here="changes", days=days, more=more, choices=choices, kind=kind, coins=named)
    )


def happened(ask: Ask, kind: str, limit: int) -> list[sqlite3.Row]:
    """Events, newest first, from where ``?before=`` says."""
    wanted: list[str] = ["1"]
    values: list[str | int] = []
    if kind:
        wanted.append("events.kind = ?")
        values.append(kind)
    if before := _BEFORE.fullmatch(ask.one("before")):
        wanted.append("(events.at, events.id) < (?, ?)")
        values += [before[1], int(before[2])]
    return ask.db.execute(
        "SELECT events.id, events.at, events.kind, posts.url, posts.site, posts.slug, posts.title, posts.language,"
        " posts.excerpt FROM events JOIN posts ON posts.id = events.post_id"
        f" WHERE {' AND '.join(wanted)} ORDER BY events.at DESC, events.id DESC LIMIT ?",
        (*values, limit),
    ).fetchall()


def feed(ask: Ask) -> Answer:
    """``/changes.atom``: an entry for each event; its id is the post's address, the kind and the time."""
    kind = ask.one("kind") if ask.one("kind") in texts.EVENTS else ""
    found = happened(ask, kind, IN_FEED)
    own = ask.origin + ask.link("/changes.atom", *([("kind", kind)] if kind else []))
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n',
        f"<id>{xml(own)}</id>\n<title>{xml(texts.changes_feed(frame_of(ask.room).name))}</title>\n",
        f"<updated>{instant(found[0]['at'] if found else NEVER)}</updated>\n<generator>ushrn</generator>\n",
        f'<link rel="self" type="application/atom+xml" href="{xml(own)}"/>\n',
        f'<link rel="alternate" type="text/html" href="{xml(ask.origin + ask.link("/changes"))}"/>\n',
        *(_entry(ask, row) for row in found),
        "</feed>\n",
    ]
    return Answer("".join(parts), media_type="application/atom+xml; charset=utf-8")


def _entry(ask: Ask, row: sqlite3.Row) -> str:
    words = texts.EVENTS.get(row["kind"], row["kind"])
    title = f"{row['title'] or texts.UNTITLED} ({words})"
    page = ask.origin + ask.link(path_of(row))
    return (
        f"<entry>\n<id>{xml(row['url'])}#{xml(row['kind'])}-{xml(row['at'])}</id>\n<title>{xml(title)}</title>\n"
        f'<link rel="alternate" type="text/html" href="{xml(page)}"/>\n<updated>{instant(row["at"])}</updated>\n'
        f"<author><name>{xml(row['site'])}</name></author>\n<summary>{xml(row['excerpt'])}</summary>\n</entry>\n"
    )
