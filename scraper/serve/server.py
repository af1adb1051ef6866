"""Start a web server over one archive."""

import asyncio
import errno
import socket
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from datasette.app import Datasette

from scraper import schema
from scraper.errors import UsageError
from scraper.processes import processors
from scraper.serve import connections
from scraper.serve import metadata as desk
from scraper.serve.archive import Room, read_at, room_of
from scraper.serve.compat import ArchiveFile
from scraper.serve.frame import frame_of
from scraper.serve.lanes import SEARCHES
from scraper.serve.workers import collect_seldom

#: What Datasette calls the archive, so that no address depends on the name of the file.
NAME = "archive"
#: Processes that search, at most: each keeps in memory what searches need.
MOST_APART = 4
#: Seconds after which a thread that computes lets another one go on. A page changes threads some six times; with
#: Python's 5 ms each change could wait that long for another page.
SWITCH = 0.0005
#: Connections that may wait to be accepted. Where no more files can be opened, asyncio of Python 3.11 logs a traceback
#: for each place, each second; uvicorn has 2,048 of them.
BACKLOG = 128
#: Seconds that readers have to take what they asked for, once the server is told to end.
ENDING = 5


def start(
    db_path: Path,
    host: str,
    port: int,
    *,
    allow_sql: bool,
    immutable: bool,
    public_url: str,
    say: Callable[[str], None] | None,
) -> None:
    """As `scraper.serve.run` says."""
    frozen = check(db_path) or immutable
    sys.setswitchinterval(SWITCH)
    connections.hold_many()
    with listen(host, port) as listener, SEARCHES.apart(min(processors(), MOST_APART)):
        room = datasette(db_path, allow_sql=allow_sql, immutable=frozen, public_url=public_url)
        address = f"http://{shown(host)}:{listener.getsockname()[1]}/"
        open_to_all = allow_sql and not is_this_machine(host)
        warning = "; with --allow-sql everyone who reaches it can run SQL" if open_to_all else ""
        (say or say_on_stderr)(f"serving {db_path} at {address} (stop with Ctrl-C{warning})")
        collect_seldom()
        SEARCHES.read_ahead(room_of(room))
        config = uvicorn.Config(
            ended(room.app()),
            http=connections.Listener,
            backlog=BACKLOG,
            log_level="warning",
            lifespan="on",
            server_header=False,
            proxy_headers=False,  # else every program on this machine is believed what X-Forwarded-Proto says
            access_log=False,
            timeout_graceful_shutdown=ENDING,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def ended(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """*app*, in which a request that the server breaks off as it ends is no fault to be reported with a traceback."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        with suppress(asyncio.CancelledError):
            await app(scope, receive, send)

    return wrapped


def datasette(db_path: Path, *, allow_sql: bool = False, immutable: bool = False, public_url: str = "") -> Datasette:
    """A Datasette with our settings over *db_path*, called `NAME` whatever the file is called.

    *public_url* stands for the one in the archive's own settings. Where either has a path, every link begins with it.
    """
    told = frame_of(Room(NAME, NAME, db_path, immutable, public_url=public_url)).settings.public_url
    settings = {**desk.SETTINGS, "default_allow_sql": allow_sql, "base_url": prefix_of(told)}
    found = Datasette([], settings=settings)
    found.remove_database("_memory")  # without a file Datasette opens this empty one
    found.add_database(ArchiveFile(found, path=str(db_path), is_mutable=not immutable), name=NAME)
    read_at(found, public_url)
    return found


def prefix_of(public_url: str) -> str:
    """The path under which a proxy shows what is read at *public_url*, as Datasette's setting ``base_url`` wants it."""
    return f"{urlsplit(public_url).path.rstrip('/')}/"


def say_on_stderr(line: str) -> None:
    """Where the line goes unless told otherwise."""
    print(line, file=sys.stderr, flush=True)


def is_this_machine(host: str) -> bool:
    """Whether *host* can be reached from this machine only."""
    return host in ("localhost", "::1") or host.startswith("127.")


def shown(host: str) -> str:
    """*host* as part of an address that a browser on this machine can open."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - shown, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def check(db_path: Path) -> bool:
    """See that *db_path* is an archive; True: it can only be read as a file that does not change.

    Raises NotAnArchive: there is no such file, or it is none of ours; NewerArchive: ours is too old for it.
    """
    opened = schema.open_archive(db_path, create=False, readonly=True)
    opened.close()
    try:
        with closing(sqlite3.connect(schema.way_in(db_path).address, uri=True)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError:
        return True
    return False


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises UsageError when that address cannot be fetched."""
    # The protocol is named because asyncio turns Nagle's algorithm off only for sockets that name it; with it on, an
    # answer in two pieces waits 40 ms for the reader's acknowledgement.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise refusal(host, port, error) from error
    return listener


def refusal(host: str, port: int, error: OSError | OverflowError) -> UsageError:
    """Why that address cannot be fetched, in words."""
    if isinstance(error, OverflowError):
        return UsageError(f"port {port}: expected 0 to 65535")
    if error.errno == errno.EADDRINUSE:
        return UsageError(f"port {port} on {host} is taken; choose another with --port")
    return UsageError(f"cannot listen on {host} port {port}: {error.strerror or error}")
