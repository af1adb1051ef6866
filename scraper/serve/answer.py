"""From a request to an answer: who may see it, has it changed, how long may it take, what may a browser do with it.

Every page is a plain function of an `Ask`; it runs on a thread of a lane, with its connection, and returns an
`PageResponse`. Nothing here knows what is on the pages.
"""

import asyncio
import gzip
import hashlib
import logging
import re
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from ipaddress import ip_address
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from scraper.search import TooBroad
from scraper.serve import compat, texts
from scraper.serve.archive import Room, room_of
from scraper.serve.frame import frame_of
from scraper.serve.lanes import READERS, RETRY_AFTER, Lane, LaneFull
from scraper.serve.render import render
from scraper.serve.security_headers import SAFE
from scraper.serve.workers import ArchiveAway, WorkerLost
from scraper.store import nearest

HTML = "text/html; charset=utf-8"

#: Seconds of processor time that the SQL of one page may take before it is stopped, and how many times as long it may
#: take where others are at work as well. Counted by the clock alone, what every page of a large archive rests on would
#: never be read on a busy machine.
PATIENCE, CROWDED = 4.0, 5
#: Characters of a query string that are read; the rest is ignored.
LONGEST_QUERY_STRING = 8000

#: A weight that refuses (RFC 9110, 12.4.2).
_NEVER = re.compile(r"q\s*=\s*0(?:\.0{0,3})?", re.ASCII)

#: What is so only now (RFC 9111, 5.2.2.5).
NOT_KEPT = {"Cache-Control": "no-store"}
#: When those should come again for whom the archive could not be read.
LATER = {"Retry-After": "10"}
#: What nobody reads, as nginx calls it.
LEFT = 499

T = TypeVar("T")
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]

log = logging.getLogger("ushrn.serve")


@dataclass(frozen=True)
class Ask:
    """What a reader wants."""

    room: Room
    db: sqlite3.Connection
    path: str
    #: Parts of the path, decoded.
    part: Mapping[str, str]
    query_string: str
    #: ``https://example.org``, where the public reads this archive; else, as this reader calls us.
    origin: str
    #: The path as it came, still percent-encoded.
    raw_path: str = ""
    #: What the request says in this header; None: nothing. Only where the answer names it in ``Vary``.
    accept_datetime: str | None = None
    #: The same for lists and feeds, which others keep: never a name that only this reader calls us by; empty: `origin`.
    own_origin: str = ""

    @property
    def lasting(self) -> str:
        """Where addresses begin that stand in lists and feeds."""
        return self.own_origin or self.origin

    @cached_property
    def args(self) -> list[tuple[str, str]]:
        """The query's pairs in order; never more than 100 of them."""
        pairs = parse_qsl(self.query_string, keep_blank_values=True, errors="replace")
        return pairs[:100]

    def one(self, name: str, default: str = "") -> str:
        """The first value of *name*, without the spaces around it."""
        return next((value.strip() for key, value in self.args if key == name), default)

    def all(self, name: str) -> list[str]:
        """All values of *name* that are not empty, in order, each once."""
        return list(dict.fromkeys(value.strip() for key, value in self.args if key == name and value.strip()))

    def link(self, path: str, *pairs: tuple[str, str]) -> str:
        """An address of ours: *path* starts with a slash; parts of it that come from data are quoted already."""
        query = "&".join(map(_encoded, pairs))
        return self.room.base + path.lstrip("/") + (f"?{query}" if query else "")


@lru_cache(maxsize=4096)
def _encoded(pair: tuple[str, str]) -> str:
    """One pair of a query; a page has the same ones in a hundred links."""
    return urlencode((pair,))


@dataclass(frozen=True)
class PageResponse:
    """What the reader gets. *headers* come on top of the safe ones."""

    body: str | bytes
    status: int = 200
    media_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)


class NotHere(Exception):
    """There is no such page; the words say what was looked for."""


class ReaderLeft(Exception):
    """Nobody waits for the answer any more."""


class Instead(Exception):
    """Another answer than the page asked for."""

    def __init__(self, answer: PageResponse) -> None:
        super().__init__(answer)
        self.answer = answer


Page: TypeAlias = Callable[[Ask], PageResponse]
#: What a reader wants, when there is a database to answer from: an `Ask`, made with ``db=``.
Asked: TypeAlias = partial[Ask]
View: TypeAlias = Callable[[Request, Datasette], Awaitable[Response]]


def view(page: Page, lane: Lane = READERS) -> View:
    """*page* as Datasette wants it, answered on the threads of *lane*."""

    async def answer(request: Request, datasette: Datasette) -> Response:
        room = room_of(datasette)
        if room is None or not await compat.may_view(datasette, request.actor, room.database):
            return respond(problem_page(None, texts.FORBIDDEN, 403), request)
        # The state before the page is made: a commit meanwhile must not give an old page the sign of the new state.
        etag = etag_of(room, request)
        if early := refused(room, request, etag):
            return early
        started = time.perf_counter()
        found = _kept.get(etag) if etag else None
        if found is None:
            job = partial(answered, page=page, asked=asked_of(room, request))
            try:
                found = await unless_left(request, lane.run(room, job))
            except LaneFull:
                return respond(turned_away(room), request)
            except ReaderLeft:
                return Response("", status=LEFT)
            except (ArchiveAway, WorkerLost, OSError, MemoryError) as error:
                log.warning("%s: %s", request.path, error)
                return respond(problem_page(room, texts.BUSY, 503, LATER), request)
            keep(etag, found)
        spent = {"Server-Timing": f"total;dur={(time.perf_counter() - started) * 1000:.1f}"}
        if found.status == 200:
            spent |= caching(room, request, etag)
        if big(found):
            return await asyncio.to_thread(respond, found, request, spent)
        return respond(found, request, spent)

    return answer


async def unless_left(request: Request, making: Coroutine[Any, Any, T]) -> T:
    """What *making* gives. Raises ReaderLeft where the reader hangs up before: what was not begun then, never is."""
    if request.receive is None:
        return await making
    made, left = asyncio.ensure_future(making), asyncio.ensure_future(hung_up(request.receive))
    try:
        await asyncio.wait((made, left), return_when=asyncio.FIRST_COMPLETED)
        if not made.done():
            raise ReaderLeft
        return made.result()
    finally:
        made.cancel()
        left.cancel()


async def hung_up(receive: Receive) -> None:
    """Ends when the reader has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


def answered(db: sqlite3.Connection, *, page: Page, asked: Asked) -> PageResponse:
    """What *page* says to what was *asked* of *db*."""
    return run(page, asked(db=db))


@lru_cache(maxsize=8)
def turned_away(room: Room) -> PageResponse:
    """What those are told for whom a lane has no place. Made once: to many at the same time it must cost nothing."""
    return problem_page(room, texts.MANY_SEARCHES, 503, {"Retry-After": str(RETRY_AFTER)})


#: Pages made lately, by their ETag: a state of the archive and an address give the same page.
_kept: OrderedDict[str, PageResponse] = OrderedDict()
#: So many of them, none longer than that.
KEEP, LONGEST_KEPT = 256, 100_000


def keep(etag: str, answer: PageResponse) -> None:
    """Remember *answer*, if it is one to remember."""
    if etag and answer.status == 200 and len(answer.body) <= LONGEST_KEPT:
        _kept[etag] = answer
        while len(_kept) > KEEP:
            _kept.popitem(last=False)


def refused(room: Room, request: Request, etag: str = "") -> Response | None:
    """What can be answered without looking: only GET here; and 304 where the reader has the page that *etag* is of."""
    if request.method not in ("GET", "HEAD"):
        return respond(problem_page(room, texts.ONLY_GET, 405, {"Allow": "GET, HEAD"}), request)
    if etag and etag in request.headers.get("if-none-match", ""):
        return Response("", status=304, headers={**caching(room, request, etag), **SAFE}, content_type=HTML)
    return None


def caching(room: Room, request: Request, etag: str) -> dict[str, str]:
    """A copy may be kept, but it is asked each time whether it is still good; *etag* empty: that cannot be asked.

    Only the reader's own browser keeps a page that repeats a name by which nobody but this reader may call us.
    """
    shared = "public" if is_settled(room, request) else "private"
    said = {"Cache-Control": f"{shared}, no-cache", "Vary": "Accept-Encoding"}
    return said | ({"ETag": etag} if etag else {})


def big(answer: PageResponse) -> bool:
    """Whether compressing it would keep other readers waiting."""
    return len(answer.body) > 100_000


def etag_of(room: Room, request: Request) -> str:
    """Of the state of the archive and the address asked for; empty while the archive is being written.

    The digest is whole: pages are kept by it, and of a part of it anyone can find two addresses that agree.
    """
    state = room.state()
    if not state:
        return ""
    path = request.scope.get("raw_path") or request.path.encode("utf-8", "replace")
    rest = (request.query_string, origin(room, request), request.headers.get("host", ""))
    wanted = b"\0".join((path, *(part.encode("utf-8", "replace") for part in rest)))
    return f'W/"{state}-{hashlib.sha256(wanted).hexdigest()}"'


def asked_of(room: Room, request: Request) -> Asked:
    """What *request* asks; it can be pickled."""
    part = {key: unquote(value or "") for key, value in request.url_vars.items()}
    raw_path = request.scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", "replace") or quote(request.path)
    return partial(
        Ask,
        room,
        path=unquote(request.path),
        part=part,
        query_string=request.query_string[:LONGEST_QUERY_STRING],
        origin=origin(room, request),
        raw_path=raw_path,
        accept_datetime=request.headers.get("accept-datetime"),
        own_origin=own_origin(room, request),
    )


#: A name or an IP address, and a port (RFC 9110, section 7.2).
_HOST = re.compile(r"(?P<name>[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?", re.ASCII)


def origin(room: Room, request: Request) -> str:
    """Where the public reads *room*: as its owner says, else as this reader's browser knows us; no slash behind.

    Where the request's ``Host`` is none, our own address.
    """
    if own := owned_origin(room):
        return own
    if called(request):
        return f"{request.scheme}://{request.host}"
    return address_of(request)


def owned_origin(room: Room) -> str:
    """Where the public reads *room* as its owner says; empty: nothing is said."""
    own = urlsplit(frame_of(room).settings.public_url)
    return f"{own.scheme}://{own.netloc}" if own.netloc else ""


def own_origin(room: Room, request: Request) -> str:
    """The same, but a name that neither the owner gave us nor this machine has by itself gives way to our address."""
    if frame_of(room).settings.public_url or is_by_itself(called(request), request):
        return origin(room, request)
    return address_of(request) or origin(room, request)


def address_of(request: Request) -> str:
    """Where the server that got *request* listens; empty: it does not say."""
    host, port = request.scope.get("server") or ("", None)
    if not host:
        return ""
    return f"{request.scheme}://{f'[{host}]' if ':' in host else host}" + (f":{port}" if port else "")


def called(request: Request) -> str:
    """By which name or address the reader calls us; empty: by none that can be one."""
    found = _HOST.fullmatch(request.host or "")
    if not found:
        return ""
    return found["name"].strip("[]")


def is_settled(room: Room, request: Request) -> bool:
    """Whether every reader is told the same name of ours: what its owner says, else the server's own."""
    return bool(frame_of(room).settings.public_url) or called(request) in own_names(request)


def own_names(request: Request) -> tuple[str, ...]:
    """What the server that got *request* is called by itself."""
    return ("localhost", (request.scope.get("server") or ("localhost",))[0])


def is_by_itself(name: str, request: Request) -> bool:
    """Whether *name* is an IP address, or the server's own: nobody else can be called so."""
    try:
        return bool(ip_address(name))
    except ValueError:
        return name in own_names(request)


def run(page: Page, ask: Ask) -> PageResponse:
    """Ask *page*; what may go wrong in a reader's hands becomes a page that says so."""
    try:
        with patience(ask.db, PATIENCE):
            return page(ask)
    except Instead as other:
        return other.answer
    except NotHere as error:
        return problem_page(ask.room, str(error), 404, near=nearest(ask.db, ask.path))
    except TooBroad:
        return problem_page(ask.room, texts.TOO_LONG, 400)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return problem_page(ask.room, texts.TOO_LONG, 503, LATER)
        log.warning("%s: %s", ask.path, error)
        return problem_page(ask.room, texts.BUSY, 503, LATER)
    except sqlite3.DatabaseError as error:
        log.warning("%s: %s", ask.path, error)
        return problem_page(ask.room, texts.BROKEN, 503)


@contextmanager
def patience(db: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """SQL that works longer than *seconds* inside, or takes much longer, ends with OperationalError "interrupted"."""
    end, late = time.thread_time() + seconds, time.perf_counter() + CROWDED * seconds
    db.set_progress_handler(lambda: int(time.thread_time() >= end or time.perf_counter() >= late), 20_000)
    try:
        yield
    finally:
        db.set_progress_handler(None, 0)


def problem_page(
    room: Room | None,
    words: str,
    status: int,
    headers: Mapping[str, str] | None = None,
    near: Sequence[sqlite3.Row] = (),
) -> PageResponse:
    """A page that says what went wrong, in *words*, now: no cache keeps it.

    *near*: posts whose address is like the one asked for.
    """
    body = render("problem.html", room, title=texts.problem_title(status, words), words=words, status=status, near=near)
    return PageResponse(body, status, headers={**NOT_KEPT, **(headers or {})})


def read_ahead(room: Room) -> None:
    """Make a page that says what went wrong, so that another one can be made where no file can be opened any more."""
    problem_page(room, texts.BUSY, 503)


def respond(answer: PageResponse, request: Request, headers: Mapping[str, str] | None = None) -> Response:
    """*answer* with its headers, compressed if the browser takes that."""
    body = answer.body.encode("utf-8", "replace") if isinstance(answer.body, str) else answer.body
    said = {**SAFE, **(headers or {}), **answer.headers}
    if takes_gzip(request) and len(body) > 1000 and compressible(answer.media_type):
        body = gzip.compress(body, 5, mtime=0)
        said["Content-Encoding"] = "gzip"
    said["Content-Length"] = str(len(body))
    return Response(body, status=answer.status, headers=said, content_type=answer.media_type)


def takes_gzip(request: Request) -> bool:
    """Whether the reader asks for gzip; a weight of 0 refuses it (RFC 9110, 12.4.2 and 12.5.3)."""
    for each in request.headers.get("accept-encoding", "").lower().split(","):
        coding, *parameters = (part.strip() for part in each.split(";"))
        if coding in ("gzip", "x-gzip"):
            return not any(_NEVER.fullmatch(part) for part in parameters)
    return False


def compressible(media_type: str) -> bool:
    """Whether gzip is worth its time."""
    return media_type.startswith("text/") or any(word in media_type for word in ("json", "xml"))


def quoted(value: Any) -> str:
    """*value* as one segment of a path."""
    return quote(str(value), safe="")
