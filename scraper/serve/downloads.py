"""Whole result sets on their way out: streamed from one state of the archive, never cut without a word.

A download has a connection of its own, so a slow reader takes none of the threads that answer pages; bytes are made
only as fast as they are taken. If anything fails on the way, the connection is broken off, which every client notices.
"""

import asyncio
import re
import sqlite3
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import ExitStack, aclosing, closing
from dataclasses import dataclass, replace
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from scraper import search
from scraper.errors import UsageError
from scraper.export import FORMATS, Options, count, write
from scraper.search import TooBroad, check_cost
from scraper.serve import compat, texts
from scraper.serve.answer import (
    Ask,
    ask_of,
    caching,
    etag_of,
    patience,
    problem_page,
    refused,
    respond,
    takes_gzip,
    turned_away,
)
from scraper.serve.archive import Room, room_of
from scraper.serve.citing import public_base
from scraper.serve.frame import frame_of
from scraper.serve.lanes import SEARCHES, LaneFull
from scraper.serve.searching import SearchState
from scraper.serve.security_headers import SAFE
from scraper.store import holdings

#: What the address ends with → the name of the format.
ENDINGS = {each.suffix.lstrip("."): name for name, each in FORMATS.items()}
#: Posts in a feed: the newest.
IN_FEED = 50
#: Downloads at the same time; one more is asked to come back.
AT_ONCE = 8
#: Seconds that one piece may take to make, and to be taken.
MAKING, TAKING = 30.0, 120.0

_running: set[object] = set()

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A download whose first bytes are made."""

    db: sqlite3.Connection
    headers: dict[str, str]
    first: bytes
    rest: Iterator[bytes]
    #: Ends the transaction and shuts the connection.
    close: Callable[[], None]


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
        return await _answered(room, request, etag, send, receive)
    finally:
        _running.discard(token)


async def _answered(room: Room, request: Request, etag: str, send: Send, receive: Receive) -> Response | None:
    try:
        async with SEARCHES.place():
            opened = await SEARCHES.work(lambda: opening(room, request, etag))
    except LaneFull:
        return respond(turned_away(room), request)
    except UsageError as error:
        return respond(problem_page(room, str(error), 400), request)
    except TooBroad:
        return respond(problem_page(room, texts.TOO_LONG, 400), request)
    except sqlite3.Error:
        return respond(problem_page(room, texts.BUSY, 503, {"Retry-After": "10"}), request)
    try:
        await _stream(opened, request, send, receive)
    finally:
        opened.close()
    return None


def opening(room: Room, request: Request, etag: str) -> Opened:
    """Begin the download that *request* asks for; *etag* is of the state before, or empty.

    Raises UsageError for columns that there are not.
    """
    with ExitStack() as stack:
        db = stack.enter_context(closing(room.connect()))
        ask = ask_of(room, request, db)
        name = ENDINGS[ask.part["format"]]
        state, options = SearchState(ask), options_of(ask, name)
        db.row_factory = None
        stack.enter_context(search.snapshot(db))
        with patience(db, MAKING):
            check_cost(db, state.request.query)
            total = count(db, state.request)
            chunks = stack.enter_context(closing(write(db, asked(state, name), name, options)))  # before its connection
            first = next(chunks, b"")
        headers = {"X-Total-Count": str(total), **caching(room, request, etag), **SAFE}
        headers |= {"content-type": FORMATS[name].media_type, **disposition(db, ask, name)}
        return Opened(db, headers, first, chunks, stack.pop_all().close)


def asked(state: SearchState, name: str) -> search.Request:
    """What *state* asks for; a feed is always newest first, by when this archive learned of a post."""
    if name == "atom":
        return replace(state.request, sort=search.LEARNED)
    return state.request


def options_of(ask: Ask, name: str) -> Options:
    """``columns=url,title``, ``bodies=0``, ``excel=1``, as the address says."""
    named = [part.strip() for value in ask.all("columns") for part in value.split(",") if part.strip()]
    site = ask.lasting + ask.room.base if name == "atom" else public_base(ask)
    return Options(
        columns=tuple(dict.fromkeys(named)) or None,
        bodies=ask.one("bodies", "1") not in ("0", "no"),
        excel=ask.one("excel") in ("1", "yes"),
        limit=IN_FEED if name == "atom" else None,
        base_url=site,
        self_url=ask.lasting + ask.link(ask.path, *ask.args),
        title=texts.feed_title(frame_of(ask.room).name, ask.one("q")),
    )


def disposition(db: sqlite3.Connection, ask: Ask, name: str) -> dict[str, str]:
    """A file name with the words searched and the day of the archive; a feed is for programs and has none."""
    if name == "atom":
        return {}
    words = re.sub(r"[^a-z0-9]+", "-", ask.one("q").lower())[:40].strip("-") or "posts"
    day = holdings.last_seen_day(db)
    return {"Content-Disposition": f'attachment; filename="ushrn-{words}-{day or "empty"}{FORMATS[name].suffix}"'}


async def _stream(opened: Opened, request: Request, send: Send, receive: Receive) -> None:
    headers, packer = dict(opened.headers), None
    if takes_gzip(request):
        headers["Content-Encoding"] = "gzip"
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    raw = [(key.lower().encode(), value.encode("latin-1", "replace")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    gone = asyncio.ensure_future(_gone(receive))
    try:
        async with aclosing(_pieces(opened)) as pieces:
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


async def _gone(receive: Receive) -> None:
    """Ends when the reader has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _pieces(opened: Opened) -> AsyncGenerator[bytes, None]:
    piece = opened.first
    while piece:
        # The next one is made while this one travels.
        coming = asyncio.ensure_future(SEARCHES.work(lambda: _next(opened)))
        try:
            yield piece
        finally:
            piece = await coming


def _next(opened: Opened) -> bytes:
    with patience(opened.db, MAKING):
        return next(opened.rest, b"")
