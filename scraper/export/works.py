"""Posts as they are cited: each the revision that the archive shows, by its permanent address."""

import sqlite3
from collections.abc import Iterator, Sequence

from scraper import cite
from scraper.export.rows import Options, post_urls
from scraper.schema import DAY_LETTERS, DIGEST_LETTERS
from scraper.search import CitedPosts, Request, cited
from scraper.store import presented


def works(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[cite.Columns]:
    """What to cite of the posts that *request* finds, in its order, some hundreds at a time."""
    said = presented(db)
    base, archive = options.base_url or said.public_url or None, said.name
    for posts in cited(db, request, options.limit):
        yield {
            "url": posts.url,
            "site_name": posts.site_name,
            "title": posts.title,
            "author": posts.author,
            "published": posts.published,
            "updated": posts.updated,
            "in_utc": tuple(map(bool, posts.in_utc)),
            "captured_at": [name and name[-DAY_LETTERS:] for name in posts.revision],
            "gone_at": posts.gone_on,
            "language": posts.language,
            "abstract": posts.excerpt,
            "keywords": posts.tags,
            "sha256": posts.page_sha256,
            "archive": (archive,) * len(posts.url),
            "archive_url": _places(base, posts),
            "kept": tuple(map(bool, posts.revision)),
        }


def _places(base: str | None, posts: CitedPosts) -> Sequence[str | None]:
    """The permanent address of each; None where the archive is served nowhere."""
    if base is None:
        return (None,) * len(posts.url)
    pages = post_urls(base, posts.site, posts.slug)
    return [f"{page}/revision/{name}" if name else None for page, name in zip(pages, posts.revision, strict=True)]


def revision_name(record_sha256: str, seen_at: str) -> str:
    """How a revision is called in addresses: the beginning of its first capture's digest, and that capture's day."""
    return f"{record_sha256[:DIGEST_LETTERS]}@{seen_at[:DAY_LETTERS]}"
