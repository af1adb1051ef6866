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
    for post in cited(db, request, options.limit):
        yield cite.Work(
            url=post.url,
            site_name=post.site_name,
            title=post.title,
            author=post.author,
            published=post.published,
            updated=post.updated,
            in_utc=bool(post.in_utc),
            captured_at=post.seen_at,
            gone_at=post.gone_at,
            language=post.language,
            abstract=post.excerpt,
            keywords=post.tags,
            sha256=post.body_sha256,
            archive=said.name or None,
            archive_url=revision_url(base, post.site, post.slug, post.record_sha256, post.seen_at) if base else None,
        )


def revision_url(base: str, site: str, slug: str, record_sha256: str | None, seen_at: str | None) -> str:
    """The permanent address of the revision whose first capture has the digest *record_sha256*.

    Where no capture is known, the address of the post.
    """
    page = post_url(base, site, slug)
    return f"{page}/revision/{revision_name(record_sha256, seen_at)}" if record_sha256 and seen_at else page


def revision_name(record_sha256: str, seen_at: str) -> str:
    """How a revision is called in addresses: the beginning of its first capture's digest, and that capture's day."""
    return f"{record_sha256[:NAME]}@{seen_at[:10]}"
