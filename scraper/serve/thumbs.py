"""Small pictures beside titles: the first picture of each post whose bytes are kept."""

from collections.abc import Iterable

from scraper.serve.answer import Ask
from scraper.store import holdings


def thumbs(ask: Ask, posts: Iterable[tuple[str, str | None]]) -> dict[tuple[str, str], str]:
    """(site, slug) → address of a picture of ours, for those of *posts* that have one; without a slug: withdrawn."""
    wanted = sorted({(site, slug) for site, slug in posts if slug is not None})
    found = holdings.first_pictures(ask.db, wanted)
    return {post: ask.link(f"/picture/{sha256}") for post, sha256 in found.items()}
