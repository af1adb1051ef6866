"""What surrounds every answer of a server that shows an archive and nothing else.

Only what readers need is open: Datasette's pages under ``/-/`` are closed, nothing can be written, no cookie is ever
set, an address that leads nowhere gets a page of ours, and Datasette's own pages ask no other host. Whoever runs
Datasette by hand opens its internal pages with ``{"plugins": {"ushrn": {"internal_pages": true}}}``.
"""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from scraper.serve import texts
from scraper.serve.answer import Answer, problem_page
from scraper.serve.archive import Room
from scraper.serve.security_headers import SAFE, protected, readable
from scraper.store import nearest

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[..., Awaitable[None]]

#: What stays open under ``/-/``: our style sheet, Datasette's own, and datasette-mcp's tools where it is installed.
NEEDED = ("ushrn/", "static/", "static-plugins/", "mcp")
#: The table that says who decided a withdrawal; what of it is public stands on the page of withdrawn posts.
PRIVATE = "withdrawals"
READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Guarded:
    """Which archive is guarded, and how."""

    room: Room
    #: Datasette's internal pages are open, it may set its cookies, and be written to.
    open: bool = False


def guarded(app: App, guard: Callable[[], Guarded | None]) -> App:
    """*app* as readers may see it; untouched where *guard* says that there is nothing to guard."""

    async def wrapped(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        about = guard() if scope["type"] == "http" else None
        if about is None:
            await app(scope, receive, send)
            return
        scope = {**scope, "headers": readable(scope.get("headers", []))}
        if words := closed(scope, about):
            await answer(problem_page(about.room, words[0], words[1]), scope, send)
            return
        await app(scope, receive, Sender(scope, send, about).send)

    return wrapped


def closed(scope: Message, about: Guarded) -> tuple[str, int] | None:
    """Why *scope* is not even asked: words and status; None: it is."""
    inside = str(scope.get("path", "")).removeprefix(about.room.base.rstrip("/"))
    table = unquote(inside).strip("/").split("/")[1:2]
    if table and re.split(r"[.~]", table[0])[0].lower() == PRIVATE:  # `~2e` is Datasette's own spelling of a dot
        return texts.WITHDRAWALS_CLOSED, 404
    if about.open or inside == "/-/mcp":
        return None
    if scope.get("method") not in READING:
        return texts.ONLY_GET, 405
    if inside.startswith("/-/") and not inside[3:].startswith(NEEDED):
        return texts.CLOSED_HERE, 404
    return None


class Sender:
    """Passes an answer on; what should not reach a reader is left out, or replaced."""

    def __init__(self, scope: Message, send: Send, about: Guarded) -> None:
        self._scope, self._send, self._about = scope, send, about
        self._replaced = False

    async def send(self, message: Message) -> None:
        """One message of ASGI."""
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            headers = [(bytes(name).lower(), value) for name, value in message.get("headers", [])]
            if foreign(message["status"], headers):
                self._replaced = True
                page = await asyncio.to_thread(not_found, self._about.room, str(self._scope.get("path", "")))
                await answer(page, self._scope, self._send)
                return
            kept = headers if self._about.open else [each for each in headers if each[0] != b"set-cookie"]
            message = {**message, "headers": protected(kept)}
        await self._send(message)


def foreign(status: int, headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether this is Datasette's page for an address that leads nowhere."""
    said = dict(headers)
    return (
        status == 404
        and said.get(b"content-type", b"").startswith(b"text/html")
        and b"content-security-policy" not in said
    )


def not_found(room: Room, path: str) -> Answer:
    """Our page for an address that leads nowhere: a search box, and the nearest addresses."""
    try:
        with closing(room.connect()) as db:
            near = nearest(db, unquote(path))
    except sqlite3.Error:
        near = []
    return problem_page(room, texts.NO_SUCH_PAGE, 404, near=near)


async def answer(page: Answer, scope: Message, send: Send) -> None:
    """*page*, sent as ASGI wants it."""
    body = page.body.encode("utf-8", "replace") if isinstance(page.body, str) else page.body
    said = {**SAFE, **page.headers, "Content-Type": page.media_type, "Content-Length": str(len(body))}
    headers = [(name.lower().encode(), value.encode()) for name, value in said.items()]
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope.get("method") == "HEAD" else body})
