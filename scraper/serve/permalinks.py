"""Finding a post or a revision: by its place here, and from any address under which it was ever seen or cited."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scraper import search
from scraper.export import revision_name
from scraper.serve import missing, texts
from scraper.serve.answer import Ask, Instead, NotHere, PageResponse, quoted
from scraper.serve.page_address import own_page
from scraper.serve.render import render
from scraper.store import notices, post_queries, revision_queries, sealing


def the_post(ask: Ask) -> sqlite3.Row:
    """The post that the path names. Raises NotHere."""
    row = post_queries.at_place(ask.db, ask.part["site"], ask.part["slug"])
    if row is None:
        withdrawn = notices.at_place(ask.db, ask.part["site"], ask.part["slug"])
        if withdrawn is not None:
            raise Instead(PageResponse(withdrawn_page(ask, [withdrawn], 410), 410))
        raise NotHere(texts.no_such_post(ask.part["slug"]))
    return row


def withdrawn_page(ask: Ask, posts: list[notices.Notice], status: int) -> str:
    """What is said of posts that were withdrawn: of one in its place (410), or of all."""
    title = texts.withdrawn_title(posts[0].kind) if status == 410 else texts.ALL_WITHDRAWN
    rows = sealing.rows(ask.db)
    sealed = {post.at: next((row.id for row in rows if (row.crawl_id or 0) >= post.crawl_id), None) for post in posts}
    means = texts.withdrawn_means(post.kind for post in posts)
    return own_page(ask, "withdrawn.html", title=title, posts=posts, sealed=sealed, status=status, means=means)


def path_of(post: sqlite3.Row) -> str:
    """Path of a post's page, without our base."""
    return f"/post/{quoted(post['site'])}/{quoted(post['slug'])}"


@dataclass(frozen=True, slots=True)
class Revision:
    """A reading whose content differs from the one before. Its address is made of its first capture."""

    name: str
    content_sha256: str
    seen_at: str
    title: str | None
    capture_id: int
    #: Digests of that capture and of its body; None: the capture is not in this copy.
    record_sha256: str | None
    body_sha256: str | None
    #: All columns of the row, but for lists of revisions those of the texts.
    row: Mapping[str, Any]


def path_of_revision(post: sqlite3.Row, revision: Revision | None) -> str:
    """Path of the page of *revision*, without our base; None: of the post's."""
    if revision is None:
        return path_of(post)
    return f"{path_of(post)}/revision/{revision.name}"


def revisions_of(ask: Ask, post: int) -> list[Revision]:
    """Oldest first, each content once for each time that it came."""
    found: list[Revision] = []
    for row in revision_queries.of_post(ask.db, post):
        if not found or found[-1].content_sha256 != row["content_sha256"]:
            found.append(_revision(row))
    return found


def _revision(row: sqlite3.Row) -> Revision:
    digest = row["record_sha256"] or row["content_sha256"]
    return Revision(
        name=revision_name(digest, row["seen_at"]),
        content_sha256=row["content_sha256"],
        seen_at=row["seen_at"],
        title=row["title"],
        capture_id=row["capture_id"],
        record_sha256=row["record_sha256"],
        body_sha256=row["body_sha256"],
        row=dict(row),
    )


def current_revision(ask: Ask, post: sqlite3.Row) -> Revision | None:
    """The revision that the post's page shows: the last one with its content; None: none is known."""
    known = revisions_of(ask, post["id"])
    same = [each for each in known if each.content_sha256 == post["content_sha256"]]
    return next(reversed(same or known), None)


_NAME = re.compile(r"(?P<digest>[0-9a-f]{6,64})(?:@(?P<day>\d{4}-\d\d-\d\d))?", re.ASCII)


def named(ask: Ask, post: sqlite3.Row, name: str) -> Revision:
    """The post's revision that *name* leads to, with its texts. Raises NotHere; Instead, where it was withdrawn.

    *name* is as our addresses have it, or begins the digest of any capture of the post (its revision is the one that
    the capture showed), or of a revision's content, as versions before 0.2 wrote it. Where a digest is that of several,
    as for a text that came back, the day behind it tells which is meant.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise NotHere(texts.no_such_revision(name))
    revision = _by_digest(ask, post, found["digest"], found["day"] or "")
    if revision is None:
        withdrawn = notices.of_record(ask.db, post["url"], found["digest"])
        if withdrawn is not None:
            raise Instead(PageResponse(withdrawn_page(ask, [withdrawn], 410), 410))
        raise NotHere(texts.no_such_revision(name))
    return _revision(revision_queries.whole(ask.db, post["id"], revision.capture_id))


def _by_digest(ask: Ask, post: sqlite3.Row, digest: str, day: str) -> Revision | None:
    """The revision whose first capture has that digest, else the one that a capture with it showed, else by content.

    Of several the one of *day*, where there is such a one.
    """
    known = revisions_of(ask, post["id"])
    first = [each for each in known if (each.record_sha256 or "").startswith(digest)]
    if first:
        return min(first, key=lambda each: not each.seen_at.startswith(day))
    times = revision_queries.capture_times(ask.db, post["id"], post["url"], digest)
    at = min(times, key=lambda time: not time.startswith(day), default="")
    by_time = [each for each in known if each.seen_at <= at]
    by_content = [each for each in known if each.content_sha256.startswith(digest)]
    by_day = [each for each in by_content if each.seen_at.startswith(day)]
    return next(reversed(by_time or by_day or by_content), None)


def labels(ask: Ask, facet: str, post: int) -> list[tuple[str, str]]:
    """Categories or tags (``category``, ``tag``), each with the search for its other posts."""
    named = {"category": post_queries.categories, "tag": post_queries.tags}[facet](ask.db, post)
    return [(name, ask.link("/search", (facet, name))) for name in named]


def short(ask: Ask) -> PageResponse:
    """``/p/<short id>``: to the page of the post, which has the same id in every archive. Raises NotHere."""
    row = post_queries.by_short_id(ask.db, ask.part["short_id"])
    if row is None:
        raise NotHere(texts.no_such_post(ask.part["short_id"]))
    return PageResponse("", 302, headers={"Location": ask.link(path_of(row))})


def go(ask: Ask) -> PageResponse:
    """``/go?url=``: to our page of a post, from any address under which it was ever seen."""
    asked = ask.one("url")[:4000]
    if not asked:
        return PageResponse(own_page(ask, "go.html", url="", words="", here="go"))
    if found := search.post_at(ask.db, asked):
        return PageResponse("", 302, headers={"Location": ask.link(f"/post/{quoted(found.site)}/{quoted(found.slug)}")})
    heard = search.heard_of(ask.db, asked)
    words = heard.became if heard else texts.NO_POST_AT
    why = missing.listed_at(ask, heard) if heard else ""
    return PageResponse(render("go.html", ask.room, url=asked, words=words, why=why, here="go"), 404)
