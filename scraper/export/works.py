"""Posts as they are cited: each the revision that the archive shows, by its permanent address."""

import sqlite3
from collections.abc import Iterator

from scraper import cite
from scraper.export.rows import Options, post_url
from scraper.search import Request, cited
from scraper.store import settings_of

#: Letters of a capture's digest that begin the address of a revision.
NAME = 12


def works(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[cite.Work]:
    """What to cite of each post that *request* finds, in its order."""
    said = settings_of(db)
    base = options.base_url or said.public_url or None
    archive = said.name or None
    for post in cited(db, request, options.limit):
        place = revision_url(base, post.site, post.slug, post.record_sha256, post.seen_at) if base else None
        yield cite.Work(  # by place: by name it takes twice as long
            post.url, post.site_name, post.title, post.author, post.published, post.updated, bool(post.in_utc),
            post.seen_at, post.gone_at, post.language, post.excerpt, post.tags, post.body_sha256, archive, place,
        )  # fmt: skip


def revision_url(base: str, site: str, slug: str, record_sha256: str | None, seen_at: str | None) -> str:
    """The permanent address of the revision whose first capture has the digest *record_sha256*.

    Where no capture is known, the address of the post.
    """
    page = post_url(base, site, slug)
    return f"{page}/revision/{revision_name(record_sha256, seen_at)}" if record_sha256 and seen_at else page


def revision_name(record_sha256: str, seen_at: str) -> str:
    """How a revision is called in addresses: the beginning of its first capture's digest, and that capture's day."""
    return f"{record_sha256[:NAME]}@{seen_at[:10]}"
