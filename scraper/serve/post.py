"""The page of one post: its text, its life, where it comes from, and how to cite it."""

import itertools
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scraper import cite, search, urls
from scraper.seal import exhibit
from scraper.serve import charts, texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.body_html import KeptImage, shown_image, web_address
from scraper.serve.citing import citations, lasting_address, work_of
from scraper.serve.history import history
from scraper.serve.markup import BodyMarkup, shown
from scraper.serve.near_posts import beside
from scraper.serve.page_head import page_head, signposts
from scraper.serve.permalinks import (
    Revision,
    current_revision,
    labels,
    path_of,
    path_of_revision,
    revisions_of,
    the_post,
)
from scraper.serve.picture_pages import in_text
from scraper.serve.render import render
from scraper.store import capture_queries, holdings, notices, picture_queries, post_queries
from scraper.vocabulary import TimeBasis

#: Rows of a list on the page at most; a page of their own has all.
MOST = 50
#: Captures listed on the page.
NEWEST = 20
#: Characters of a file's text shown; a page of its own has all.
FILE_TEXT = 2_000


def page(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>``, with ``?q=`` to mark the words of a search."""
    with search.snapshot(ask.db):
        return answer(ask, the_post(ask))


def answer(ask: Ask, post: sqlite3.Row) -> PageResponse:
    """The page of *post*, all of it from one state of the archive."""
    links = post_queries.links(ask.db, post["id"], MOST)
    linked_from = post_queries.linked_from(ask.db, post["id"], post["url"], MOST)
    ours = held(ask, (link["url"] for link in links))
    pictured = in_text(ask, picture_queries.of_post(ask.db, post["id"]))
    body = BodyMarkup(
        post["body_html"], post["body_text"], search.found_words(ask.db, ask.one("q"), post["id"]), ours, pictured
    )
    counts = post_queries.counts(ask.db, post["id"])
    revisions, current = revisions_of(ask, post["id"]), current_revision(ask, post)
    work, stays = work_of(ask, post, current), lasting_address(ask, post, current)
    path = path_of(post)
    captured = capture_queries.row(ask.db, post["capture_id"])
    captures = capture_queries.newest_of_post(ask.db, post["id"], NEWEST)
    events = post_queries.events(ask.db, post["id"])
    return PageResponse(
        render(
            "post.html",
            ask.room,
            post=post,
            site=post_queries.site(ask.db, post["site"]),
            body=shown(body),
            home=ask.link(path_of(post)),
            bases=texts.BASES,
            categories=labels(ask, "category", post["id"]),
            tags=labels(ask, "tag", post["id"]),
            files=files_of(ask, post["id"]),
            videos=post_queries.videos(ask.db, post["id"]),
            images=[row for row in post_queries.images(ask.db, post["id"]) if row["url"] not in pictured],
            cover=cover_of(ask, post, pictured),
            counts=counts,
            counted=post_queries.counts_number(ask.db, post["id"]),
            views=charts.lines(observed(counts), texts.VIEWS),
            copy=copy_of(ask, post, captured, current, captures[0]),
            dates=texts.dates_of(
                post["published_day"] or post["published_at"], post["updated_day"] or post["updated_at"]
            ),
            permalink=work.archive_url,
            history=history(
                events, compared(ask, post, revisions), post["last_seen_at"], captures[0],
                current.seen_at if current else "",
            ),
            happened=post_queries.events_number(ask.db, post["id"]),
            events=len(events),
            taken_out=notices.parts_of(ask.db, post["url"]),
            revisions=revisions,
            most=MOST,
            current=current,
            captures=captures,
            captured=captured,
            raw=holdings.has_bodies(ask.db),
            can_exhibit=holdings.can_exhibit(ask.db),
            sealed=exhibit.details(ask.db, captured["record_sha256"]) if captured else {},
            links=[(link, ours.get(link["url"])) for link in links],
            links_number=post_queries.links_number(ask.db, post["id"]),
            linked_from=linked_from,
            linking=linking_number(ask, post, linked_from),
            near=beside(ask, post["id"]),
            work=work,
            cited=citations(cite.record(work), post["body_text"]),
            head=page_head(ask, work, path, stays, post["body_text"]),
            q=ask.one("q"),
        ),
        headers={"Link": signposts(ask, path, stays)},
    )  # fmt: skip


def cover_of(ask: Ask, post: sqlite3.Row, pictured: Mapping[str, KeptImage]) -> str:
    """The cover as HTML; empty where it is not kept, or stands in the text as well."""
    address = post["cover_image"]
    if not address or address in pictured:
        return ""
    kept = in_text(ask, picture_queries.named(ask.db, [address])).get(address)
    if not kept:
        return ""
    return shown_image(kept, texts.cover_of(post["title"] or texts.UNTITLED), linked=True)


def observed(counts: Iterable[sqlite3.Row]) -> list[tuple[str, int]]:
    """(time, views) of what was seen at a known time: a file's own time is that of no observation."""
    return [
        (row["counted_at"], row["views"])
        for row in counts
        if row["views"] is not None and row["basis"] != TimeBasis.FILE_TIME
    ]


def linking_number(ask: Ask, post: sqlite3.Row, shown: Sequence[sqlite3.Row]) -> int:
    """How many posts link to *post*; they are counted only where not all of them are *shown*."""
    if len(shown) < MOST:
        return len(shown)
    return post_queries.linked_from_number(ask.db, post["id"], post["url"])


def held(ask: Ask, addresses: Iterable[str]) -> dict[str, str]:
    """Which of *addresses* are posts that we have → our page."""
    known = {address: urls.canonical(address) for address in addresses}
    wanted = sorted(set(known.values()))[:400]
    found = {row["url"]: ask.link(path_of(row)) for row in post_queries.places(ask.db, wanted)}
    return {address: found[canonical] for address, canonical in known.items() if canonical in found}


@dataclass(frozen=True, slots=True)
class Copy:
    """What the bar above a post says. *state*: ``latest``, ``earlier``, ``removed`` or ``text-only``."""

    state: str
    #: When the version shown was captured, or when the post was last seen on its site.
    seen: str
    #: When it was first not found; None: it is still there.
    since: str | None
    #: (address, words, relation of what is there to this page)
    links: tuple[tuple[str, str, str], ...]
    #: The comparison with the latest version, where this is an earlier one.
    compare: str = ""


def copy_of(ask: Ask, post: sqlite3.Row, captured: sqlite3.Row | None, current: Revision | None, captures: int) -> Copy:
    """The bar of the latest version; *captures*: how many show the post."""
    text_only = captured is not None and captured["media_type"] == "text/plain"
    state = "removed" if post["gone_at"] else "text-only" if text_only else "latest"
    seen = current.seen_at if current and not post["gone_at"] else post["last_seen_at"]
    links = ((as_it_looked(ask, captured), texts.AS_IT_LOOKED, ""),
             (f"{ask.link(path_of(post))}/captures", texts.captures(captures), ""),
             (permalink(ask, post, current), texts.PERMALINK_SHORT, "bookmark"),
             (web_address(post["url"]), texts.ORIGINAL, "nofollow noopener noreferrer external"))  # fmt: skip
    return Copy(state, seen, post["gone_at"], tuple(link for link in links if link[0]))


def as_it_looked(ask: Ask, captured: sqlite3.Row | None) -> str:
    """The capture shown again as a page; empty where only its words were kept."""
    if captured is None or captured["media_type"] == "text/plain" or len(captured["captured_at"]) < len("2021-03-16T"):
        return ""
    stamp = "".join(sign for sign in captured["captured_at"] if sign.isdigit())[:14]
    return ask.link(f"/web/{stamp}/{captured['url']}")


def permalink(ask: Ask, post: sqlite3.Row, current: Revision | None) -> str:
    """The address of the version shown, which stays; of the post, where no version is known."""
    return ask.link(path_of_revision(post, current))


def compared(ask: Ask, post: sqlite3.Row, revisions: Sequence[Revision]) -> dict[str, str]:
    """Time of an edit → the page that compares it with the version before."""
    return {
        new.seen_at: ask.link(path_of(post) + "/diff", ("from", old.name), ("to", new.name))
        for old, new in itertools.pairwise(revisions)
    }


def files_of(ask: Ask, post: int) -> list[dict[str, Any]]:
    """Files that the post offers; *kept*: the file itself is in the archive."""
    found = post_queries.files(ask.db, post, FILE_TEXT)
    return [{**dict(row), "cut": (row["letters"] or 0) > FILE_TEXT} for row in found]
