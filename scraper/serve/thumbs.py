"""Small pictures beside titles: the first picture of each post whose bytes are kept."""

import sqlite3
from collections.abc import Iterable

from scraper.serve.answer import Ask
from scraper.store import holdings


def thumbs(ask: Ask, rows: Iterable[sqlite3.Row]) -> dict[tuple[str, str], str]:
    """(site, slug) → address of a picture of ours, for the posts of *rows* that have one."""
    wanted = {(row["site"], row["slug"]) for row in rows}
    return {
        key: ask.link(f"/picture/{sha256}") for key, sha256 in holdings.first_pictures(ask.db, sorted(wanted)).items()
    }
