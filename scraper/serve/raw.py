"""The bytes of one capture as they were served: a download, never a page."""

import re

from scraper import search
from scraper.errors import IntegrityError
from scraper.serve import texts
from scraper.serve.answer import Ask, NotHere, PageResponse, problem_page
from scraper.store import capture_queries, holdings, withdrawal_rules
from scraper.vocabulary import AddressState

ENDINGS = {"text/html": "html", "application/pdf": "pdf", "text/plain": "txt", "application/json": "json",
           "application/xml": "xml", "text/xml": "xml", "image/jpeg": "jpg", "image/png": "png",
           "application/xhtml+xml": "html", "application/rss+xml": "xml", "image/gif": "gif"}  # fmt: skip
_DIGEST = re.compile(r"[0-9a-f]{64}")


def page(ask: Ask) -> PageResponse:
    """``/raw/<sha256>``. Of no type that a browser would show, whatever it holds.

    Bytes that do not have that digest are not handed out: 503.
    """
    sha256 = ask.part["sha256"]
    if not _DIGEST.fullmatch(sha256) or not holdings.has_body(ask.db, sha256):
        raise NotHere(texts.NO_SUCH_BYTES if holdings.has_bodies(ask.db) else texts.RAW_ELSEWHERE)
    if withdrawal_rules.withholds(ask.db, sha256):
        return problem_page(ask.room, search.BECAME[AddressState.WITHDRAWN], 410)
    try:
        body = holdings.body(ask.db, sha256)
    except IntegrityError:
        return problem_page(ask.room, texts.BROKEN, 503)
    ending = ENDINGS.get(capture_queries.media_type(ask.db, sha256) or "", "bin")
    headers = {
        "Content-Disposition": f'attachment; filename="{sha256[:16]}.{ending}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Robots-Tag": "noindex",
    }
    return PageResponse(body, media_type="application/octet-stream", headers=headers)
