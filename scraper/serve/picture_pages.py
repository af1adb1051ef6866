"""Kept pictures: in the text of their post, small beside titles, and all of them on one page."""

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable

from scraper import pictures, thumbnails, wix_media
from scraper.replay import grey_box
from scraper.serve import texts
from scraper.serve.answer import Ask, NotHere, PageResponse, quoted
from scraper.serve.body_html import KeptImage
from scraper.serve.page_address import own_page
from scraper.serve.picture_looks import body_of, look
from scraper.store import A_PAGE, KeptPicture, picture_queries

_DIGEST = re.compile(r"[0-9a-f]{64}")
_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
#: Small copies made lately, so many of at most 40 KB; and how many are made at once.
_KEEP = 400
_small: OrderedDict[str, bytes] = OrderedDict()
_makers = threading.Semaphore(2)


def in_text(ask: Ask, kept: Iterable[KeptPicture]) -> dict[str, KeptImage]:
    """Address of each picture that a browser may be shown → how it stands in the text of its post."""
    found = {}
    for one in kept:
        seen = look(ask.db, one.sha256)
        if one.url not in found and seen.shown:
            found[one.url] = KeptImage(
                source=ask.link(f"/web/{one.timestamp}im_/{one.captured_url}"),
                page=ask.link(f"/web/{one.timestamp}id_/{one.captured_url}"),
                original=original_address(one),
                width=seen.width or one.width,
                height=seen.height or one.height,
                length=one.length,
                captured_at=one.captured_at,
            )
    return found


def original_address(one: KeptPicture) -> str:
    """Where the original is on its site: where it was captured, or, of a smaller copy, where its original should be."""
    captured = one.captured_url
    if wix_media.without_rendition(captured) == captured:
        return captured
    return one.url


def small(ask: Ask) -> PageResponse:
    """``/picture/<sha256>``: a small copy of a picture; where none can be made, the picture itself.

    In the place of what could do more than be seen stands a grey box.
    """
    sha256 = ask.part["sha256"]
    is_one = _DIGEST.fullmatch(sha256) and picture_queries.is_picture(ask.db, sha256)
    body = body_of(ask.db, sha256) if is_one else None
    if body is None:
        raise NotHere(texts.NO_SUCH_BYTES)
    if not pictures.may_be_shown(body):
        return PageResponse(
            grey_box(thumbnails.SIDE, thumbnails.SIDE * 3 // 4), media_type="image/svg+xml", headers=_POLICY
        )
    made = _made(sha256, body)
    kind = "image/jpeg" if made else pictures.type_of(body) or "application/octet-stream"
    return PageResponse(made or body, media_type=kind, headers=_POLICY)


def _made(sha256: str, body: bytes) -> bytes:
    """The small copy; empty: none can be made."""
    if sha256 not in _small:
        with _makers:
            _small[sha256] = thumbnails.small(body) or b""
        while len(_small) > _KEEP:
            _small.popitem(last=False)
    return _small.get(sha256, b"")


def gallery(ask: Ask) -> PageResponse:
    """``/pictures?site=&q=&page=``: all kept pictures, found by their words."""
    site, words = ask.one("site"), ask.one("q")
    number = ask.one("page", "1")
    page = int(number) if re.fullmatch(r"[1-9]\d{0,4}", number, re.ASCII) else 1
    count, found = picture_queries.listed(ask.db, site, words, page)
    last = max(1, -(-count // A_PAGE))
    kept = (("site", site), ("q", words))
    chosen = [pair for pair in kept if pair[1]]

    def at(number: int) -> str:
        return ask.link("/pictures", *chosen, ("page", str(number)))

    return PageResponse(
        own_page(
            ask,
            "pictures.html",
            *chosen,
            *([("page", str(page))] if page > 1 else []),
            here="pictures",
            shown=[(one, ask.link(f"/picture/{one.sha256}"), _home(ask, one)) for one in found],
            count=count,
            site=site,
            q=words,
            sites=[(name, n, ask.link("/pictures", ("site", name))) for name, n in sites(ask)],
            newer=at(page - 1) if page > 1 else "",
            older=at(page + 1) if page < last else "",
        )
    )


def sites(ask: Ask) -> list[tuple[str, int]]:
    """(site, kept pictures) of every site that has any."""
    return picture_queries.sites_with_pictures(ask.db)


def _home(ask: Ask, one: KeptPicture) -> str:
    return ask.link(f"/post/{quoted(one.site)}/{quoted(one.slug)}")
