"""What surrounds every answer of a server that shows an archive and nothing else.

Only what readers need is open: Datasette's pages under ``/-/`` are closed, nothing can be written, no cookie is ever
set, an address that leads nowhere gets a page of ours, and Datasette's own pages ask no other host. Whoever runs
Datasette by hand opens its internal pages with ``{"plugins": {"ushrn": {"internal_pages": true}}}``.
"""

import asyncio
import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from datasette.utils import tilde_decode

from scraper import schema
from scraper.serve import api, texts
from scraper.serve import metadata as desk
from scraper.serve.answer import LATER, PageResponse, problem_page, turned_away
from scraper.serve.archive import FileAtHand, Room
from scraper.serve.lanes import Gate, LaneFull
from scraper.serve.security_headers import SAFE, protected, readable
from scraper.store import holdings, nearest, withdrawal_rules

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[..., Awaitable[None]]

#: What stays open under ``/-/``: our style sheet, Datasette's own, and datasette-mcp's tools where it is installed.
NEEDED = ("ushrn/", "static/", "static-plugins/", "mcp")
#: A column of captures that may hold what let the request act for somebody: a token, a cookie.
HIDDEN_COLUMN = "request_head"
#: Files of tables, which are made as they are taken.
MADE_AS_TAKEN = (".csv", ".db")
#: What is raised where the archive cannot be read, or no more files be opened, or nothing be kept in memory.
AWAY = (OSError, sqlite3.Error, MemoryError)
#: Readers of tables who wait while Datasette makes one; it does so among the answers to all others.
WAITING = 8
#: What Datasette takes for a number unasked, and answers 500 where it is none.
NUMBERS = ("_timelimit", "_ttl", "_facet_size")
READING = ("GET", "HEAD", "OPTIONS")
#: The status of another one (RFC 9110, 15.5.6).
NOT_ALLOWED = 405
#: No such page, and a fault of the program.
NOT_FOUND, FAULT = 404, 500
FOREIGN = (NOT_FOUND, FAULT)
#: Statuses from there on say that something went wrong.
FAULTS = 400

log = logging.getLogger("ushrn.serve")


@dataclass(frozen=True, slots=True)
class Guarded:
    """Which archive is guarded, and how."""

    room: Room
    #: Datasette's internal pages are open, it may set its cookies, and be written to.
    open: bool = False
    #: Lets Datasette open its files anew.
    reopen: Callable[[], None] = lambda: None


def guarded(app: App, guard: Callable[[], Guarded | None]) -> App:
    """*app* as readers may see it; untouched where *guard* says that there is nothing to guard."""
    tables = Tables()

    async def wrapped(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        about = guard() if scope["type"] == "http" else None
        if about is None:
            await app(scope, receive, send)
            return
        scope = {**scope, "headers": readable(scope.get("headers", []))}
        if early := await first_answer(scope, about):
            await answer(early, scope, send)
            return
        scope, sender = without_heads(scope, about.room), Sender(scope, send, about)
        try:
            await tables.ask(app, scope, receive, sender)
        except LaneFull:
            await answer(turned_away(about.room), scope, send)
        except AWAY as error:
            log.warning("%s: %s", scope.get("path"), error)
            if sender.begun:
                raise
            await answer(busy(scope, about.room), scope, send)

    return wrapped


async def first_answer(scope: Message, about: Guarded) -> PageResponse | None:
    """What is said before anything is asked; None: nothing. What looks at the archive for it does so on a thread."""
    if bench_path(about.room, inside_of(scope, about.room)):
        return await asyncio.to_thread(at_the_door, scope, about)
    return at_the_door(scope, about)


def at_the_door(scope: Message, about: Guarded) -> PageResponse | None:
    """What is said to *scope* in place of what it asks for; None: nothing."""
    if sha256 := body_asked_for(scope, about.room):
        return leads_to(f"{about.room.base}raw/{sha256}")
    if words := closed(scope, about):
        return problem(scope, about.room, *words)
    if scope.get("method") == "OPTIONS" and for_programs(scope, about.room):
        return api.PREFLIGHT
    if location := capture_asked_for(scope, about.room):
        return leads_to(location)
    return None


def leads_to(location: str) -> PageResponse:
    """A redirect."""
    return PageResponse("", 302, headers={"Location": location})


class Tables:
    """Datasette's own pages of tables: made one at a time, of the file that stands at the archive's place now."""

    def __init__(self) -> None:
        self._gate = Gate(WAITING)
        #: The file that Datasette reads; None: it was not asked yet.
        self._of: FileAtHand | None = None

    async def ask(self, app: App, scope: Message, receive: Callable[[], Awaitable[Message]], sender: "Sender") -> None:
        """Let *app* answer *scope* through *sender*.

        Raises LaneFull; OSError, sqlite3.Error where a table is asked for and the archive cannot be read.
        """
        about = sender.about
        inside = inside_of(scope, about.room)
        if not bench_path(about.room, inside):
            await app(scope, receive, sender.send)
            return
        way = await self._look(about)
        if inside.endswith(MADE_AS_TAKEN):
            await app(scope, receive, sender.checking(way))
            return
        async with self._gate.turn():
            made = await made_by(app, scope, receive)
            if not way.holds():
                way = await self._look(about)
                made = await made_by(app, scope, receive)
                way.check()
        if made and made[0].get("status", 0) >= FAULTS:
            await self._look(about)  # it may have been locked since
        for message in made:  # to readers who may take it as slowly as they like
            await sender.send(message)

    async def _look(self, about: Guarded) -> schema.WayIn:
        """See that the archive can be read, and that Datasette reads the file that is there now, and how."""
        found = await asyncio.to_thread(about.room.at_hand)
        if self._of not in (None, found):
            about.reopen()
        self._of = found
        return found.way


async def made_by(app: App, scope: Message, receive: Callable[[], Awaitable[Message]]) -> list[Message]:
    """All that *app* answers."""
    made: list[Message] = []

    async def keep(message: Message) -> None:
        made.append(message)

    await app(scope, receive, keep)
    return made


def closed(scope: Message, about: Guarded) -> tuple[str, int] | None:
    """Why *scope* is not even asked: words and status; None: it is."""
    inside = inside_of(scope, about.room)
    parts, query = bench_path(about.room, inside), parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if words := closed_on_the_bench(parts, query, about.room):
        return words, 404
    if words := wrong_on_the_bench(parts, query, about.room):
        return words, 400
    if about.open or inside == "/-/mcp":
        return None
    if scope.get("method") not in READING:
        return texts.ONLY_GET, NOT_ALLOWED
    if inside.startswith("/-/") and not inside[3:].startswith(NEEDED):
        return texts.CLOSED_HERE, 404
    return None


def for_programs(scope: Message, room: Room) -> bool:
    """Whether a program asks, which reads JSON alone."""
    return f"{inside_of(scope, room)}/".startswith("/api/")


def problem(
    scope: Message, room: Room, words: str, status: int, headers: Mapping[str, str] | None = None
) -> PageResponse:
    """What went wrong, in *words*: a page; for programs JSON."""
    said = {**(headers or {}), **({"Allow": "GET, HEAD"} if status == NOT_ALLOWED else {})}
    if for_programs(scope, room):
        return api.problem(words, status, said)
    return problem_page(room, words, status, said)


def inside_of(scope: Message, room: Room) -> str:
    """The path of a request without the prefix under which a proxy shows us."""
    return str(scope.get("path", "")).removeprefix(room.base.rstrip("/"))


def body_asked_for(scope: Message, room: Room) -> str:
    """The digest of the body whose row is asked for, as tables of captures link it; empty: none is.

    `/raw/` hands its bytes out, or says why not; the table itself is closed.
    """
    parts = bench_path(room, inside_of(scope, room))
    asked = scope.get("method") in READING and parts[1:2] == ("bodies",) and parts[2:]
    if asked and re.fullmatch("[0-9a-f]{64}", parts[2]):
        return parts[2]
    return ""


def asks_for_heads(query: Mapping[str, list[str]]) -> bool:
    """Whether the heads of requests are to be shown, or to choose the rows."""
    return any(HIDDEN_COLUMN in each for name in query if name != "_nocol" for each in (name, *query[name]))


def capture_asked_for(scope: Message, room: Room) -> str:
    """Where a row of captures is without the head of its request; empty: none is asked for as JSON."""
    inside = inside_of(scope, room)
    parts = bench_path(room, inside)
    if parts[1:2] != ("captures",) or len(parts) < 3 or not inside.endswith(".json") or not parts[2].isdecimal():
        return ""
    asked = scope.get("query_string", b"").decode("latin-1")
    return f"{room.base}{room.bench}/captures.json?id={parts[2]}" + (f"&{asked}" if asked else "")


def without_heads(scope: Message, room: Room) -> Message:
    """*scope*, asked without the heads of requests where it asks for captures: they may name who asked the site."""
    if bench_path(room, inside_of(scope, room))[1:] != ("captures",):
        return scope
    query = bytes(scope.get("query_string", b""))
    return {**scope, "query_string": query + (b"&" if query else b"") + b"_nocol=" + HIDDEN_COLUMN.encode()}


def bench_path(room: Room, inside: str) -> tuple[str, ...]:
    """The parts of an address of Datasette's pages of *room*, as it reads them (`~69` is an i); empty: it is none.

    The names of table and row are without the format behind them and in small letters, as SQLite compares names.
    """
    first, *rest = (tilde_decode(unquote(part)) for part in inside.strip("/").split("/"))
    if first not in (tilde_decode(room.bench), f"{tilde_decode(room.bench)}.db"):
        return ()
    return (first, *(part.partition(".")[0].lower() for part in rest[:2]))


def closed_on_the_bench(parts: tuple[str, ...], query: Mapping[str, list[str]], room: Room) -> str:
    """Why a page of Datasette's is not shown; empty: it is. A question asked *through* a table tells what is in it."""
    if "_through" in query and parts[1:]:
        return texts.CLOSED_HERE
    if parts[1:2] == ("captures",) and asks_for_heads(query):
        return texts.HEADS_CLOSED
    if parts[1:]:
        return desk.CLOSED.get(parts[1], "")
    is_file = bool(parts) and parts[0] != tilde_decode(room.bench)
    if is_file and not for_everybody(room):
        return texts.FILE_CLOSED
    return ""


def wrong_on_the_bench(parts: tuple[str, ...], query: Mapping[str, list[str]], room: Room) -> str:
    """What Datasette would answer 500 to, in words; empty: nothing."""
    if any(not value.isdecimal() for name in NUMBERS for value in query.get(name, ())):
        return texts.NO_NUMBER
    if parts[1:] and not in_order(parts[1], query, room):
        return texts.NO_SUCH_ORDER
    return ""


def in_order(table: str, query: Mapping[str, list[str]], room: Room) -> bool:
    """Whether *table* has the one column that it is to be sorted by; Datasette answers 500 where it has not."""
    asked = [name for key in ("_sort", "_sort_desc") for name in query.get(key, [])[:1]]
    if not asked:
        return True
    try:
        with room.look() as db:
            known = holdings.sortable(db, table)
    except sqlite3.Error:
        return True  # what is wrong with the archive is not the reader's fault
    return not known or (len(asked) == 1 and asked[0] in known)


def for_everybody(room: Room) -> bool:
    """Whether the file of the archive may be downloaded; one that cannot be read may not."""
    try:
        with room.look() as db:
            return withdrawal_rules.for_everybody(db)
    except sqlite3.Error:
        return False


class Sender:
    """Passes an answer on; what should not reach a reader is left out, or replaced."""

    def __init__(self, scope: Message, send: Send, about: Guarded) -> None:
        self._scope, self._send = scope, send
        #: What it guards.
        self.about = about
        #: The reader has got the beginning of an answer.
        self.begun = False
        self._replaced = False

    def checking(self, way: schema.WayIn) -> Send:
        """`send`, which raises sqlite3.OperationalError where what was read by *way* may be of two states."""

        async def send(message: Message) -> None:
            way.check()
            await self.send(message)

        return send

    async def send(self, message: Message) -> None:
        """One message of ASGI."""
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            self.begun = True
            headers = [(bytes(name).lower(), value) for name, value in message.get("headers", [])]
            status = message["status"]
            if foreign(status, headers) and not for_programs(self._scope, self.about.room):
                self._replaced = True
                page = await asyncio.to_thread(in_place_of, status, self.about.room, self._scope)
                await answer(page, self._scope, self._send)
                return
            if status >= FAULTS and for_programs(self._scope, self.about.room) and is_page(headers):
                self._replaced = True
                await answer(self._in_json(status, headers), self._scope, self._send)
                return
            kept = headers if self.about.open else [each for each in headers if each[0] != b"set-cookie"]
            message = {**message, "headers": protected(kept)}
        await self._send(message)

    def _in_json(self, status: int, headers: list[tuple[bytes, bytes]]) -> PageResponse:
        """What a page says, as programs read it, with when to come again."""
        kept = {name.decode(): value.decode() for name, value in headers if name == b"retry-after"}
        return problem(self._scope, self.about.room, texts.PROBLEMS.get(status, ""), status, kept)


def is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the answer is HTML."""
    return dict(headers).get(b"content-type", b"").startswith(b"text/html")


def foreign(status: int, headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether this is Datasette's page for an address that leads nowhere, or for a fault, whose words it repeats."""
    return status in FOREIGN and is_page(headers) and b"content-security-policy" not in dict(headers)


def in_place_of(status: int, room: Room, scope: Message) -> PageResponse:
    """Our page for what Datasette would say to *scope*: it fails at every address while the archive cannot be read."""
    try:
        room.at_hand()
    except AWAY:
        return busy(scope, room)
    if status == NOT_FOUND:
        return not_found(room, str(scope.get("path", "")))
    return problem_page(room, texts.FAULT, status)


def busy(scope: Message, room: Room) -> PageResponse:
    """What is said while the archive cannot be read."""
    return problem(scope, room, texts.BUSY, 503, LATER)


def not_found(room: Room, path: str) -> PageResponse:
    """Our page for an address that leads nowhere: a search box, and the nearest addresses."""
    try:
        with room.look() as db:
            near = nearest(db, unquote(path))
    except sqlite3.Error:
        near = []
    return problem_page(room, texts.NO_SUCH_PAGE, 404, near=near)


async def answer(page: PageResponse, scope: Message, send: Send) -> None:
    """*page*, sent as ASGI wants it."""
    body = page.body.encode("utf-8", "replace") if isinstance(page.body, str) else page.body
    said = {**SAFE, **page.headers, "Content-Type": page.media_type, "Content-Length": str(len(body))}
    headers = [(name.lower().encode(), value.encode()) for name, value in said.items()]
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope.get("method") == "HEAD" else body})
