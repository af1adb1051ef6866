"""Whole result sets on their way out: streamed from one state of the archive, never cut without a word.

A download has a connection of its own, so a slow reader takes none of the threads that answer pages; bytes are made
only as fast as they are taken. If anything fails on the way, the connection is broken off, which every client notices.
"""

import asyncio
import re
import sqlite3
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import ExitStack, aclosing, closing
from dataclasses import replace
from functools import partial
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from scraper import search
from scraper.errors import UsageError
from scraper.export import FORMATS, Options, count, write
from scraper.search import TooBroad, check_cost
from scraper.serve import compat, texts
from scraper.serve.answer import (
    LATER,
    Ask,
    Asked,
    Receive,
    asked_of,
    caching,
    etag_of,
    hung_up,
    patience,
    problem_page,
    refused,
    respond,
    takes_gzip,
    turned_away,
)
from scraper.serve.archive import Room, room_of
from scraper.serve.frame import frame_of
from scraper.serve.lanes import SEARCHES, Begun, LaneFull
from scraper.serve.page_address import public_base
from scraper.serve.searching import SearchState, whole
from scraper.serve.security_headers import SAFE
from scraper.serve.workers import WorkerLost
from scraper.store import holdings

#: What the address ends with → the name of the format.
ENDINGS = {each.suffix.lstrip("."): name for name, each in FORMATS.items()}
#: Posts on a page of a feed: on the first, the newest.
IN_FEED = 50
#: Downloads at the same time; one more is asked to come back.
AT_ONCE = 8
#: Seconds that one piece may take to make, and to be taken.
MAKING, TAKING = 30.0, 120.0

_running: set[object] = set()

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def view(request: Request, datasette: Datasette, send: Send, receive: Receive) -> Response | None:
    """``/search.csv?…`` and its siblings."""
    room = room_of(datasette)
    if room is None or not await compat.may_view(datasette, request.actor, room.database):
        return respond(problem_page(None, texts.FORBIDDEN, 403), request)
    etag = etag_of(room, request)
    if early := refused(room, request, etag):
        return early
    if len(_running) >= AT_ONCE:
        return respond(problem_page(room, texts.BUSY, 503, {"Retry-After": "30"}), request)
    token = object()
    _running.add(token)
    try:
        return await answer(room, request, etag, send, receive)
    finally:
        _running.discard(token)


async def answer(room: Room, request: Request, etag: str, send: Send, receive: Receive) -> Response | None:
    """Stream the download that *request* asks for; a page that says why, where there is none.

    *etag* is of the state of the archive before, or empty: a commit meanwhile must not give old rows a new sign.
    """
    try:
        begun, head = await SEARCHES.begin(partial(download, asked_of(room, request)))
    except LaneFull:
        return respond(turned_away(room), request)
    except UsageError as error:
        return respond(problem_page(room, str(error), 400), request)
    except TooBroad:
        return respond(problem_page(room, texts.TOO_LONG, 400), request)
    except (sqlite3.Error, OSError, MemoryError, WorkerLost):
        return respond(problem_page(room, texts.BUSY, 503, LATER), request)
    try:
        await _stream(begun, {**head, **caching(room, request, etag), **SAFE}, request, send, receive)
    finally:
        SEARCHES.end(begun)
    return None


def download(asked: Asked) -> Generator[Mapping[str, str] | bytes]:
    """The headers of the download that was *asked* for, then its bytes. One state of the archive; flat memory.

    Raises UsageError for columns that there are not, TooBroad; sqlite3.Error, also amid the pieces, where they would
    not be of one state.
    """
    room = asked.args[0]
    with ExitStack() as stack:
        way = room.way_in()
        db = stack.enter_context(closing(room.connect(way)))
        ask = asked(db=db)
        name = ENDINGS[ask.part["format"]]
        state, options = SearchState(ask), options_of(ask, name)
        db.row_factory = None
        stack.enter_context(search.snapshot(db))
        with patience(db, MAKING):
            check_cost(db, state.request.query)
            total = count(db, state.request)
            # It is shut before its connection is.
            chunks = stack.enter_context(closing(write(db, asked_for(state, name), name, options)))
            piece = next(chunks, b"")
        yield {"X-Total-Count": str(total), "content-type": FORMATS[name].media_type, **disposition(db, ask, name)}
        while piece:
            way.check()
            yield piece
            with patience(db, MAKING):
                piece = next(chunks, b"")


def asked_for(state: SearchState, name: str) -> search.Request:
    """What *state* asks for; a feed is always newest first, by when this archive learned of a post."""
    if name == "atom":
        return replace(state.request, sort=search.LEARNED)
    return state.request


def options_of(ask: Ask, name: str) -> Options:
    """``columns=url,title``, ``bodies=0``, ``excel=1``, as the address says."""
    named = [part.strip() for value in ask.all("columns") for part in value.split(",") if part.strip()]
    if name == "atom":
        return feed_options(ask)
    return Options(
        columns=tuple(dict.fromkeys(named)) or None,
        bodies=ask.one("bodies", "1") not in ("0", "no"),
        excel=ask.one("excel") in ("1", "yes"),
        base_url=public_base(ask),
    )


def feed_options(ask: Ask) -> Options:
    """``page=2``, ``bodies=0``, as the address of a feed says; its pages follow each other by RFC 5005, section 3."""
    page = whole(ask.one("page"), 1, 1_000_000)
    args = [pair for pair in ask.args if pair[0] != "page"]
    first, own, following = (
        ask.lasting + ask.link(ask.path, *args, *([("page", str(number))] if number > 1 else []))
        for number in (1, page, page + 1)
    )
    return Options(
        bodies=ask.one("bodies", "1") not in ("0", "no"),
        limit=IN_FEED,
        skip=(page - 1) * IN_FEED,
        base_url=ask.lasting + ask.room.base,
        self_url=own,
        first_url=first,
        next_url=following,
        title=texts.feed_title(frame_of(ask.room).name, ask.one("q")),
    )


def disposition(db: sqlite3.Connection, ask: Ask, name: str) -> dict[str, str]:
    """A file name with the words searched and the day of the archive; a feed is for programs and has none."""
    if name == "atom":
        return {}
    words = re.sub(r"[^a-z0-9]+", "-", ask.one("q").lower())[:40].strip("-") or "posts"
    day = holdings.last_seen_day(db)
    return {"Content-Disposition": f'attachment; filename="ushrn-{words}-{day or "empty"}{FORMATS[name].suffix}"'}


async def _stream(begun: Begun, said: Mapping[str, str], request: Request, send: Send, receive: Receive) -> None:
    headers, packer = dict(said), None
    if takes_gzip(request):
        headers["Content-Encoding"] = "gzip"
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    raw = [(key.lower().encode(), value.encode("latin-1", "replace")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    gone = asyncio.ensure_future(hung_up(receive))
    try:
        async with aclosing(_pieces(begun)) as pieces:
            async for piece in pieces:
                if gone.done() or request.method == "HEAD":
                    break
                packed = await asyncio.to_thread(packer.compress, piece) if packer else piece
                if packed:
                    await asyncio.wait_for(send(_part(packed, more=True)), TAKING)
        await send(_part(packer.flush() if packer else b"", more=False))
    finally:
        gone.cancel()


def _part(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def _pieces(begun: Begun) -> AsyncGenerator[bytes, None]:
    piece = await SEARCHES.take(begun)
    while piece:
        # The next one is made while this one travels.
        coming = asyncio.ensure_future(SEARCHES.take(begun))
        try:
            yield piece
        finally:
            piece = await coming
