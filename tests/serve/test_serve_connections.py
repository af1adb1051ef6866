"""Whoever opens connections and says nothing takes none from others."""

import asyncio
import resource
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvicorn
from datasette.utils.asgi import Request
from uvicorn.server import ServerState

from scraper.serve import guard
from scraper.serve.answer import Ask, PageResponse, view
from scraper.serve.archive import room_of
from scraper.serve.connections import Listener, hold_many

Message = dict[str, Any]


class Impatient(Listener):
    """It waits for next to nothing."""

    head = 0.02


async def greeting(scope: Message, _: Any, send: Callable[[Message], Awaitable[None]]) -> None:
    """Answers each request."""
    await asyncio.sleep(5 * Impatient.head)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


def told(*pieces: bytes) -> bytes:
    """All that a server says to whoever sends *pieces* and waits, until it ends the connection."""
    config = uvicorn.Config(greeting, lifespan="off", log_level="error", timeout_keep_alive=0)
    config.load()

    async def asked() -> bytes:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Impatient(config, ServerState(), {}), "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            found = await asyncio.wait_for(reader.read(), 30)
            writer.close()
            return found

    return asyncio.run(asked())


@pytest.mark.parametrize(
    "pieces",
    [(), (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: ",), (b"G",), (b"GET / HTTP/1.1\r\n", b"Host: a\r\n")],
    ids=["nothing", "half a head", "a letter", "lines"],
)
def test_a_connection_without_a_whole_request_is_ended(pieces: tuple[bytes, ...]) -> None:
    assert told(*pieces) == b""


def test_what_was_asked_in_time_is_answered_however_long_that_takes() -> None:
    assert told(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").endswith(b"\r\n\r\nhi")


def test_the_next_request_of_a_connection_must_come_whole_too() -> None:
    assert told(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nX").count(b"HTTP/1.1 200") == 1


@pytest.fixture
def few_files() -> Iterator[int]:
    """The number of files that may be open, lowered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowered = min(soft, 256)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowered, hard))
    yield lowered
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_server_holds_as_many_connections_as_the_system_allows(few_files: int) -> None:
    hold_many()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft > few_files
    assert soft in (hard, 65_536)


@pytest.mark.parametrize("fault", [OSError(24, "Too many open files"), MemoryError()])
def test_a_page_for_which_there_is_no_room_is_to_be_asked_for_again(reader: Any, fault: Exception) -> None:
    def page(_: Ask) -> PageResponse:
        raise fault

    response = reader.loop.run_until_complete(view(page)(Request.fake("/"), reader.datasette))
    assert (response.status, response.headers["Retry-After"]) == (503, "10")


@pytest.mark.parametrize("fault", [OSError(24, "Too many open files"), MemoryError(), sqlite3.OperationalError("disk")])
@pytest.mark.parametrize("path", ["/about", "/api/posts", "/nowhere"])
def test_what_the_machine_has_no_room_for_is_said_on_a_page_of_ours(reader: Any, fault: Exception, path: str) -> None:
    async def failing(*_: Any) -> None:
        raise fault

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    guarded = guard.guarded(failing, lambda: guard.Guarded(room_of(reader.datasette)))
    reader.loop.run_until_complete(guarded({"type": "http", "method": "GET", "path": path}, send, send))
    assert sent[0]["status"] == 503
    assert dict(sent[0]["headers"])[b"retry-after"] == b"10"
    assert b"could not be read just now" in sent[1]["body"]
    assert str(fault).encode() not in sent[1]["body"] or not str(fault)
