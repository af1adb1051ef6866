"""What programs ask of an archive: search, a post as it was, what changed, how to cite it, what is new.

Each answer can be checked by itself: it quotes the stored text word for word, and names the permanent address, the day
and the digest of the capture that it comes from. `api` serves these answers as JSON, `mcp` to assistants.
"""

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from scraper import cite, diff, search
from scraper.errors import UsageError
from scraper.serve import texts
from scraper.serve.answer import Ask, NotHere
from scraper.serve.citing import work_of
from scraper.serve.page_address import absolute
from scraper.serve.permalinks import Revision, current_revision, path_of_revision, revisions_of
from scraper.store import change_list, post_queries, revision_queries

Json = dict[str, Any]

#: Characters of a quotation where nothing was searched for.
OPENING = 300
#: Quotations of one answer about what changed.
QUOTED = 40
#: Posts or changes on a page, at most.
MOST = 100
_WHEN = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?)?)?")


def search_posts(ask: Ask, request: search.Request) -> Json:
    """The hits of one page, best first, those with less of the query marked so; `total` counts exact hits alone."""
    search.check_cost(ask.db, request.query)
    found = search.find(ask.db, request)
    advice = search.advise(ask.db, request, found.total)
    return {
        "query": request.query.text,
        "total": found.total,
        "shown": found.shown,
        "page": request.page,
        "pages": found.pages,
        "did_you_mean": [step.text for step in advice.spellings],
        "dated": [{"query": step.text, "total": step.total} for step in advice.dated],
        "heard_of": [{"url": each.address, "state": each.state, "said": each.became} for each in advice.heard],
        "filters": [{"name": name.facet, "value": name.value, "total": name.count} for name in advice.names],
        "notes": [
            *request.query.notes,
            *search.faults(ask.db, request.query),
            *search.wrong_filters(ask.db, request.filters),
        ],
        "hits": [_hit(ask, hit) for hit in found.every_hit],
    }


def _hit(ask: Ask, hit: search.Hit) -> Json:
    post = _row(ask, hit.id)
    said = _post(ask, post, current_revision(ask, post))
    passages = [quote for each in hit.snippets if not each.file if (quote := _verbatim(post["body_text"], each.text))]
    return said | {"matched": hit.matched, "lacks": list(hit.lacks), "quotes": passages or said["quotes"]}


def _row(ask: Ask, number: int) -> sqlite3.Row:
    return post_queries.by_id(ask.db, number)


def _verbatim(text: str | None, passage: str) -> str:
    """The stretch of *text* that a passage was cut from, as it stands there; empty: it does not."""
    bare = passage.replace(search.MARK, "").replace(search.UNMARK, "").strip("…").split()
    found = re.search(r"\s+".join(map(re.escape, bare)), text or "") if bare else None
    if not found:
        return ""
    return found[0]


def _post(ask: Ask, post: sqlite3.Row, revision: Revision | None) -> Json:
    """Where a post, or one revision of it, is from and how to find it again."""
    shown = revision.row if revision else dict(post)
    path = path_of_revision(post, revision)
    text = post["body_text"] if revision is None or "body_text" not in shown else shown["body_text"]
    return {
        "url": post["url"],
        "permalink": absolute(ask, path),
        "site": post["site"],
        "title": shown["title"],
        "author": shown["author"],
        "published_day": post["published_day"],
        "published_at": shown["published_at"],
        "views": post["views"],
        "gone_at": post["gone_at"],
        "captured_at": revision.seen_at if revision else None,
        "record_sha256": revision.record_sha256 if revision else None,
        "content_sha256": revision.content_sha256 if revision else post["content_sha256"],
        "quotes": [opening] if (opening := _opening(text)) else [],
    }


def _opening(text: str | None) -> str:
    """The first paragraph, or its beginning."""
    return (text or "").strip().partition("\n")[0][:OPENING].strip()


def find_post(ask: Ask, address: str) -> sqlite3.Row:
    """The post that any of its addresses leads to. Raises NotHere."""
    place = search.post_at(ask.db, address)
    if place is None:
        heard = search.heard_of(ask.db, address)
        raise NotHere(heard.became if heard else texts.no_such_post(address))
    return _row(ask, place.id)


def checked(when: str) -> str:
    """*when*, a year, month, day or time in UTC as a program wrote it. Raises UsageError for what is none of these."""
    try:
        date.fromisoformat(when[:10] + "-01-01"[len(when[:10]) - 4 :])
    except ValueError:
        raise UsageError(texts.no_such_time(when)) from None
    if not _WHEN.fullmatch(when):
        raise UsageError(texts.no_such_time(when))
    return when


def revision_at(ask: Ask, post: sqlite3.Row, at: str) -> Revision | None:
    """The revision that was there at *at* (a day, month, year or time in UTC; empty: the latest).

    Raises NotHere: there was none yet; UsageError: *at* is no such time.
    """
    if not at:
        return current_revision(ask, post)
    at = checked(at)
    known = [each for each in revisions_of(ask, post["id"]) if each.seen_at[: len(at)] <= at]
    if not known:
        raise NotHere(texts.not_yet_captured(at))
    return known[-1]


def read_post(ask: Ask, post: sqlite3.Row, at: str = "") -> Json:
    """The whole text of a post as it was at *at*."""
    revision = _with_texts(ask, post, revision_at(ask, post, at))
    body = revision.row["body_text"] if revision else post["body_text"]
    return _post(ask, post, revision) | {"body_text": body or ""}


def _with_texts(ask: Ask, post: sqlite3.Row, revision: Revision | None) -> Revision | None:
    if revision is None:
        return None
    return replace(revision, row=dict(revision_queries.whole(ask.db, post["id"], revision.capture_id)))


def list_revisions(ask: Ask, post: sqlite3.Row) -> Json:
    """All revisions of a post, oldest first."""
    return {"url": post["url"], "revisions": [_post(ask, post, each) for each in revisions_of(ask, post["id"])]}


def compare(ask: Ask, post: sqlite3.Row, before: str, after: str = "") -> Json:
    """What differs between a post at *before* and at *after*: paragraphs removed and added, word for word."""
    old, new = (_with_texts(ask, post, revision_at(ask, post, at)) for at in (before, after))
    one, other = ((each.row["body_text"] if each else post["body_text"]) or "" for each in (old, new))
    changes = diff.diff(one, other)
    summary = diff.summary(changes)
    olds, news = diff.paragraphs(one), diff.paragraphs(other)
    changed = [each for each in changes if each.kind != diff.SAME]
    return {
        "url": post["url"],
        "before": _post(ask, post, old) | {"quotes": _paragraphs(olds, (each.old for each in changed))},
        "after": _post(ask, post, new) | {"quotes": _paragraphs(news, (each.new for each in changed))},
        "words_added": summary.added,
        "words_removed": summary.removed,
    }


def _paragraphs(known: list[str], places: Iterable[int | None]) -> list[str]:
    return [known[place] for place in places if place is not None][:QUOTED]


def cite_post(ask: Ask, post: sqlite3.Row, at: str = "") -> Json:
    """A post as it was at *at*, in every style and file format."""
    revision = _with_texts(ask, post, revision_at(ask, post, at))
    work = work_of(ask, post, revision)
    item = cite.record(work)
    text = revision.row["body_text"] if revision else post["body_text"]
    return _post(ask, post, revision) | {
        "citations": {style.name: cite.plain(style(item, text)) for style in cite.STYLES},
        "bibtex": cite.bibtex(work),
        "biblatex": cite.biblatex(work),
        "ris": cite.ris(work),
        "csl": item,
    }


def list_changes(ask: Ask, since: str = "", size: int = 50) -> Json:
    """What this archive learned since a day, newest first; *since* empty: ever. Raises UsageError: it is no day."""
    rows = change_list.changes(
        ask.db, change_list.ChangeFilter(since=since and checked(since)), min(max(size, 1), MOST)
    )
    return {"since": since, "changes": [_change(ask, row) for row in rows]}


def _change(ask: Ask, row: sqlite3.Row) -> Json:
    when = {"kind": row["kind"], "at": row["at"], "known_at": row["known_at"]}
    if row["post_id"] is None:  # withdrawn: only that is told
        return when | {"site": row["site"], "reason": row["excerpt"], "permalink": absolute(ask, "/withdrawn")}
    post = _row(ask, row["post_id"])
    known = revisions_of(ask, post["id"])
    then = [each for each in known if each.seen_at <= row["at"]]
    revision = _with_texts(ask, post, (then or known)[-1]) if known else None
    return _post(ask, post, revision) | when
