"""Citations of a revision: for people, for reference managers, and what the heads of pages say to programs."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from scraper import cite, language
from scraper.serve import texts
from scraper.serve.answer import Ask, NotHere, PageResponse
from scraper.serve.frame import frame_of
from scraper.serve.page_address import absolute, public_base
from scraper.serve.permalinks import Revision, current_revision, path_of, path_of_revision, the_post
from scraper.store import post_queries


def work_of(ask: Ask, post: sqlite3.Row, revision: Revision | None) -> cite.Work:
    """What a citation of *revision* says; None: no revision of *post* is known.

    The address of our copy is part of it only where others can reach it. A revision's day is that which the site showed
    for the same instant; where that is not known, the day in UTC. Excerpt, tags and language are kept of the version
    that the post's page shows: others have no abstract and no keywords, and the language of their own text.
    """
    shown = revision.row if revision else dict(post)
    published, published_in_utc = _day(post, shown, "published")
    updated, updated_in_utc = _day(post, shown, "updated")
    latest = current_revision(ask, post)
    is_shown = revision is None or latest is None or revision.name == latest.name
    return cite.Work(
        url=post["url"],
        site_name=post["blog_name"] or post_queries.site_name(ask.db, post["site"]),
        title=shown["title"],
        author=shown["author"],
        published=published,
        updated=updated,
        in_utc=published_in_utc if published else updated_in_utc,
        captured_at=revision.seen_at if revision else post["first_seen_at"],
        gone_at=post["gone_at"],
        language=post["language"] if is_shown else _told(shown),
        abstract=post["excerpt"] if is_shown else None,
        keywords=tuple(post_queries.tags(ask.db, post["id"])) if is_shown else (),
        sha256=revision.body_sha256 if revision else None,
        archive=frame_of(ask.room).name,
        archive_url=lasting_address(ask, post, revision) if public_base(ask) else None,
        kept=bool(revision and revision.record_sha256),
    )


def lasting_address(ask: Ask, post: sqlite3.Row, revision: Revision | None) -> str | None:
    """The whole address of *revision* for programs that read its page: the public one, or as they reached us.

    None: it has no address that stays, as its capture is not in this archive.
    """
    if revision is None or not revision.record_sha256:
        return None
    return absolute(ask, path_of_revision(post, revision))


def _told(shown: Mapping[str, Any]) -> str | None:
    """The language of an earlier version by its own text; None: it cannot be told."""
    return language.detect(f"{shown['title'] or ''}\n{shown['body_text'] or ''}")


def _day(post: sqlite3.Row, shown: Mapping[str, Any], name: str) -> tuple[str | None, bool]:
    """The day, month or year of *name*, as the site showed it; and whether it is only known in UTC."""
    at = shown[f"{name}_at"]
    if post[f"{name}_day"] and post[f"{name}_at"] == at:
        return post[f"{name}_day"], post[f"{name}_day_basis"] == "utc"
    return (at[:10], "T" in at) if at else (None, False)


_TAGS = {
    cite.Kind.ITALIC: ("<i>", "</i>"),
    cite.Kind.SMALL_CAPITALS: ('<span class="small-capitals">', "</span>"),
}


def citations(item: cite.Item, text: str | None) -> list[tuple[str, Markup]]:
    """(name of the style, citation) in each style; *text* is the post's own."""
    return [(style.name, markup(style(item, text))) for style in cite.STYLES]


def markup(runs: tuple[cite.StyledRun, ...]) -> Markup:
    """A citation whose italics survive copying, and whose addresses may be broken where a reader expects it."""
    out = []
    for run in runs:
        before, after = _TAGS.get(run.kind, ("", ""))
        written = escape(run.text, quote=False)
        if run.kind is cite.Kind.ADDRESS:
            written = written.replace("/", "/<wbr>").replace("-", "-<wbr>").replace("@", "<wbr>@")
        out.append(f"{before}{written}{after}")
    return Markup("".join(out))  # noqa: S704 - escaped run by run


def coins(ask: Ask, addresses: Iterable[str]) -> dict[str, str]:
    """Address of a post → its ContextObject (COinS, Z39.88-2004), by which Zotero offers all posts of a list.

    As Zotero itself writes items that are no books, articles or theses: Dublin Core, its own type in ``rft.type``.
    Where others cannot reach the archive, the address is that of the original.
    """
    wanted = list(dict.fromkeys(addresses))[:400]
    found = post_queries.cited(ask.db, wanted)
    names, base = ("title", "author", "name", "day", "language"), public_base(ask)
    places = {row["url"]: base + path_of(row).lstrip("/") if base else row["url"] for row in found}
    return {row["url"]: _context_object(places[row["url"]], *(row[name] or "" for name in names)) for row in found}


@lru_cache(maxsize=4096)
def _context_object(address: str, title: str, author: str, site: str, day: str, language: str) -> str:
    people = cite.names(author, site)
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc"),
        ("rft.type", "blogPost"),
        ("rft.title", title or texts.UNTITLED),
        ("rft.source", site),
        *(("rft.au" if name.given else "rft.aucorp", name.indexed) for name in people),
        ("rft.date", day),
        ("rft.language", language),
        ("rft.identifier", address),
    ]
    return urlencode([(name, value) for name, value in pairs if value])


CITED: dict[str, tuple[Callable[[cite.Work], str], str]] = {
    "bib": (cite.bibtex, "application/x-bibtex; charset=utf-8"),
    "biblatex": (cite.biblatex, "application/x-bibtex; charset=utf-8"),
    "ris": (cite.ris, "application/x-research-info-systems; charset=utf-8"),
    "json": (lambda work: f"[\n{cite.csl(cite.record(work))}\n]\n", "application/vnd.citationstyles.csl+json"),
}
#: As files are called, where that is not the format's name.
_ENDINGS = {"biblatex": "bib"}


def citation(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/cite.ris``, ``.bib``, ``.biblatex`` and ``.json``, of the revision shown, as a download."""
    post = the_post(ask)
    return cited(ask, post, current_revision(ask, post))


def cited(ask: Ask, post: sqlite3.Row, revision: Revision | None) -> PageResponse:
    """*revision* in the format that the path names."""
    wanted = ask.part["format"]
    if wanted not in CITED:
        raise NotHere(texts.no_such_format(wanted, CITED))
    write, media_type = CITED[wanted]
    work = work_of(ask, post, revision)
    name = f"{cite.key(work)}.{_ENDINGS.get(wanted, wanted)}"
    return PageResponse(
        write(work),
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
