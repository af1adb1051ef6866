"""How this archive came about and where its limits are, told from the data themselves."""

import sqlite3
from typing import Any

from scraper.search import synonyms
from scraper.serve import texts
from scraper.serve.answer import Answer, Ask
from scraper.serve.post import has_bodies
from scraper.serve.render import render
from scraper.store import holdings


def page(ask: Ask) -> Answer:
    """``/about``"""
    db = ask.db
    return Answer(
        render(
            "about.html",
            ask.room,
            here="about",
            sites=db.execute(
                "SELECT sites.id, name, base_url, platform, state, count(posts.id) AS posts,"
                " min(posts.published_at) AS first, max(posts.published_at) AS last"
                " FROM sites LEFT JOIN posts ON posts.site = sites.id GROUP BY sites.id ORDER BY sites.id"
            ).fetchall(),
            sources=grouped(db, "SELECT source, count(*) FROM captures GROUP BY 1 ORDER BY 2 DESC"),
            capture_bases=grouped(db, "SELECT captured_at_basis, count(*) FROM captures GROUP BY 1 ORDER BY 2 DESC"),
            bases=grouped(
                db, "SELECT coalesce(published_basis, ''), count(*) FROM posts GROUP BY 1 ORDER BY 2 DESC, 1"
            ),
            missing=missing(db),
            problems=db.execute(
                "SELECT stage, kind, level, count(*) AS number, max(last_seen_at) AS last FROM problems"
                " WHERE resolved_at IS NULL GROUP BY 1, 2, 3 ORDER BY level, number DESC LIMIT 40"
            ).fetchall(),
            crawls=db.execute("SELECT * FROM crawls ORDER BY id DESC LIMIT 10").fetchall(),
            raw=has_bodies(db),
            synonyms=list(dict.fromkeys(synonyms.groups().values())),
        )
    )


def grouped(db: sqlite3.Connection, sql: str) -> list[tuple[str, int]]:
    """(name, number) of each row of *sql*."""
    return [(str(name), int(number)) for name, number in db.execute(sql)]


def missing(db: sqlite3.Connection) -> list[tuple[str, int, str]]:
    """What the sources did not say, in how many posts; with a search for them where there is one."""
    row: Any = db.execute(
        "SELECT count(*) - count(published_at), count(*) - count(author), count(*) - count(views),"
        " count(*) - count(language) FROM posts"
    ).fetchone()
    truncated = 0
    if holdings.count_of(db, "captures"):
        (truncated,) = db.execute("SELECT count(*) FROM captures WHERE truncated IS NOT NULL").fetchone()
    links = ("search?year=undated", "", "", "")
    found = [(words, number, link) for words, number, link in zip(texts.MISSING, row, links, strict=True)]
    return [*found, (texts.TRUNCATED, truncated, "")]
