"""What shows that nothing was altered: the newest checkpoint, a feed of them, exhibits; and withdrawn posts."""

import io
import json

from scraper.errors import ArchiveError
from scraper.export import NEVER, instant, post_wacz, post_warc, xml
from scraper.seal import exhibit
from scraper.search import check_cost, post_values
from scraper.serve import texts
from scraper.serve.answer import Ask, NotHere, PageResponse
from scraper.serve.frame import frame_of
from scraper.serve.permalinks import the_post, withdrawn_page
from scraper.serve.searching import IN_EXHIBIT, SearchState
from scraper.store import Archive, capture_queries, holdings, notices, sealing

#: Checkpoints in the feed.
NEWEST = 50
#: Bytes of the captures of a post that are packed for a reader, while others wait.
LARGEST = 32 * 1024 * 1024
#: Form of a post's captures → what writes it, media type.
FILES = {"warc.gz": (post_warc, "application/gzip"), "wacz": (post_wacz, "application/wacz")}


def checkpoint(ask: Ask) -> PageResponse:
    """``/checkpoint``: the newest signed note, as it stands in the archive."""
    row = sealing.newest(ask.db)
    if row is None:
        raise NotHere(texts.NO_CHECKPOINT)
    return PageResponse(row.text, media_type="text/plain; charset=utf-8")


def feed(ask: Ask) -> PageResponse:
    """``/checkpoints.atom``: the newest checkpoints, whole, for whoever keeps them elsewhere."""
    rows = sealing.rows(ask.db)[-NEWEST:][::-1]
    own, name = ask.lasting + ask.link("/checkpoints.atom"), frame_of(ask.room).name
    newest = json.loads(rows[0].statement)["at"] if rows else NEVER
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n',
        f"<id>{xml(own)}</id>\n<title>{xml(texts.checkpoints_feed(name))}</title>\n",
        f"<updated>{instant(newest)}</updated>\n<author><name>{xml(name)}</name></author>\n",
        f'<link rel="self" type="application/atom+xml" href="{xml(own)}"/>\n',
        *(_entry(ask, row) for row in rows),
        "</feed>\n",
    ]
    return PageResponse("".join(parts), media_type="application/atom+xml; charset=utf-8")


def _entry(ask: Ask, row: sealing.Row) -> str:
    at = json.loads(row.statement)["at"]
    page = ask.lasting + ask.link("/checkpoint")
    return (
        f"<entry>\n<id>{xml(page)}#{row.root}-{row.id}</id>\n"
        f"<title>{xml(texts.checkpoint_over(row.id, row.size))}</title>\n"
        f'<link href="{xml(page)}"/>\n<updated>{instant(at)}</updated>\n'
        f'<content type="text">{xml(row.text)}</content>\n</entry>\n'
    )


def post_exhibit(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/exhibit.zip?revision=<hex>``"""
    post = the_post(ask)
    return _exhibit(ask, [post["url"]], post["slug"], ask.one("revision") or None)


def post_captures_file(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/captures.warc.gz``, ``.wacz``: what readers see of a post, with its pictures and files."""
    post, form = the_post(ask), ask.part["form"]
    if not holdings.has_bodies(ask.db):
        raise NotHere(texts.RAW_ELSEWHERE)
    if capture_queries.bytes_of_post(ask.db, post["id"]) > LARGEST:
        raise NotHere(texts.captures_too_large(LARGEST))
    write, media_type = FILES[form]
    out = io.BytesIO()
    write(ask.room.path, post["id"], out)
    name = f"{_safe(post['slug'])}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex"}
    return PageResponse(out.getvalue(), media_type=media_type, headers=headers)


def results_exhibit(ask: Ask) -> PageResponse:
    """``/exhibit.zip?q=…``: the posts of a search, filtered as its page is."""
    request = SearchState(ask).request
    check_cost(ask.db, request.query)
    found = [str(row[0]) for row in post_values(ask.db, request, ("url",), IN_EXHIBIT + 1)]
    if not 0 < len(found) <= IN_EXHIBIT:
        raise NotHere(texts.exhibit_of_at_most(IN_EXHIBIT))
    return _exhibit(ask, found, ask.one("q") or "posts", None)


def _exhibit(ask: Ask, addresses: list[str], named: str, revision: str | None) -> PageResponse:
    try:
        with Archive.open(ask.room.path, create=False, readonly=True) as archive:
            data = exhibit.build(archive, addresses, revision)
    except ArchiveError as error:
        raise NotHere(str(error)) from error
    headers = {"Content-Disposition": f'attachment; filename="exhibit-{_safe(named)}.zip"', "X-Robots-Tag": "noindex"}
    return PageResponse(data, media_type="application/zip", headers=headers)


def _safe(named: str) -> str:
    """*named* as a part of a file's name."""
    return "".join(sign for sign in named if sign.isascii() and (sign.isalnum() or sign in "-_"))[:80] or "post"


def withdrawn(ask: Ask) -> PageResponse:
    """``/withdrawn``: all posts that were withdrawn, by day and reason, never by address or person."""
    return PageResponse(withdrawn_page(ask, notices.listed(ask.db), 200))
