"""The first page: what is in the archive, what is not, and what happened last."""

import sqlite3
from collections import Counter
from dataclasses import dataclass

from scraper.serve import charts, texts
from scraper.serve.answer import Answer, Ask
from scraper.serve.render import render

#: States of known addresses, in the order shown; `archived` ones are the posts themselves.
STATES = ("wanted", "lost", "in-web-archive", "redirected")

#: Sites that the timeline tells apart by colour; where there are more, the smallest share one.
COLOURS = 6

POST = "posts.site, posts.slug, posts.title, posts.language"


@dataclass(frozen=True, slots=True)
class Covered:
    """A site: posts that we have, and addresses that we only know of."""

    name: str
    link: str
    posts: int
    #: (addresses of that state, where the data bench lists them)
    counts: tuple[tuple[int, str], ...]
    state: str


def page(ask: Ask) -> Answer:
    """``/``"""
    sites = ask.db.execute("SELECT id, name, state FROM sites ORDER BY id").fetchall()
    body = render(
        "overview.html",
        ask.room,
        here="",
        figures=figures(ask.db),
        last_crawl=last_crawl(ask.db),
        timeline=timeline(ask, sites),
        states=[(state, texts.STATES[state]) for state in STATES],
        coverage=coverage(ask, sites),
        viewed=ask.db.execute(
            f"SELECT {POST}, views FROM posts WHERE views IS NOT NULL ORDER BY views DESC, id LIMIT 8"
        ).fetchall(),
        changed=latest(ask.db, "changed"),
        gone=latest(ask.db, "gone"),
        downloads=[(ask.link(f"/search.{end}"), words) for end, words in texts.FORMATS],
    )
    return Answer(body)


def figures(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """(number, what it counts), for the top of the page."""
    posts, first, last, gone, changed = db.execute(
        "SELECT count(*), min(published_at), max(published_at), count(gone_at), sum(revision_count > 1) FROM posts"
    ).fetchone()
    span = f"{first[:4]}–{last[:4]}" if first else "–"
    found = [(f"{posts:,}", texts.POSTS), (span, texts.PUBLISHED_BETWEEN)]
    captures = count_of(db, "captures")
    if captures:
        found.append((f"{captures:,}", texts.CAPTURES))
    return [*found, (f"{changed or 0:,}", texts.CHANGED_POSTS), (f"{gone:,}", texts.GONE_POSTS)]


def count_of(db: sqlite3.Connection, table: str) -> int:
    """Rows of *table*; 0 where an archive was published without it."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone():
        return 0
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def last_crawl(db: sqlite3.Connection) -> sqlite3.Row | None:
    """The newest run of any writing command; None: there was none, or it is not in this copy."""
    if not count_of(db, "crawls"):
        return None
    row: sqlite3.Row | None = db.execute(
        "SELECT command, started_at, finished_at FROM crawls ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return row


def timeline(ask: Ask, sites: list[sqlite3.Row]) -> charts.Timeline:
    """Posts by year and site; each bar leads to that year."""
    found = ask.db.execute(
        "SELECT substr(published_at, 1, 4), site, count(*) FROM posts WHERE published_at IS NOT NULL GROUP BY 1, 2"
    ).fetchall()
    posts: Counter[str] = Counter()
    for _, site, number in found:
        posts[site] += number
    names = {site["id"]: site["name"] for site in sites}
    shown = [site for site, _ in posts.most_common(COLOURS if len(posts) <= COLOURS else COLOURS - 1)]
    series = [names.get(site, site) for site in shown] + ([texts.OTHER_SITES] if len(posts) > len(shown) else [])
    counts: dict[str, list[int]] = {}
    for year, site, number in found:
        place = shown.index(site) if site in shown else len(shown)
        counts.setdefault(year, [0] * len(series))[place] += number
    return charts.timeline(counts, series, lambda year: ask.link("/search", ("year", year)))


def coverage(ask: Ask, sites: list[sqlite3.Row]) -> list[Covered]:
    """A row for each site."""
    posts = dict(ask.db.execute("SELECT site, count(*) FROM posts GROUP BY site").fetchall())
    known = {
        (site, state): number
        for site, state, number in ask.db.execute("SELECT site, state, count(*) FROM known_urls GROUP BY site, state")
    }
    return [
        Covered(
            site["name"],
            ask.link("/search", ("site", site["id"])),
            posts.get(site["id"], 0),
            tuple((known.get((site["id"], state), 0), listed(ask, site["id"], state)) for state in STATES),
            site["state"],
        )
        for site in sites
    ]


def listed(ask: Ask, site: str, state: str) -> str:
    """Where the data bench lists the addresses of a site that are in that *state*."""
    return ask.link(f"/{ask.room.bench}/coverage", ("site", site), ("state", state))


def latest(db: sqlite3.Connection, kind: str, limit: int = 6) -> list[sqlite3.Row]:
    """The newest events of that *kind*, with their posts."""
    return db.execute(
        f"SELECT {POST}, events.kind, events.at FROM events JOIN posts ON posts.id = events.post_id"
        " WHERE events.kind = ? ORDER BY events.at DESC, events.id DESC LIMIT ?",
        (kind, limit),
    ).fetchall()
