"""The reading room: a Datasette plugin with the pages that researchers see, and `run`, which starts a server.

The plugin is idle where no database is an archive of ours. It works the same on Datasette 0.65 and 1.0, and under
plain ``datasette archive.db``.

Datasette imports this module while it is itself half imported, so everything else of ours is imported when needed.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

if TYPE_CHECKING:
    from datasette.app import Datasette

#: No string or blob that SQL makes may grow beyond this (bytes).
LARGEST_VALUE = 100_000_000


@hookimpl
def register_routes(datasette: "Datasette") -> list[tuple[str, Callable[..., Any]]]:
    """Our pages, when there is an archive to show."""
    from scraper.serve import bench
    from scraper.serve.archive import room_of
    from scraper.serve.routes import routes

    room = room_of(datasette)
    if not room:
        return []
    return [*routes(), *bench.routes(room, sql=bool(datasette.setting("default_allow_sql")))]


@hookimpl
def get_metadata(datasette: "Datasette") -> dict[str, Any]:
    """Titles, descriptions and settings of the tables, on 0.65."""
    from scraper.serve import metadata as desk
    from scraper.serve.archive import room_of

    room = room_of(datasette)
    if not room:
        return {}
    return desk.metadata(room.database)


@hookimpl
def startup(datasette: "Datasette") -> Callable[[], Any]:
    """The same on 1.0; and what must be at hand when no file can be opened any more."""
    from scraper.serve import answer, compat
    from scraper.serve import metadata as desk
    from scraper.serve.archive import room_of

    async def inner() -> None:
        compat.say_errors_without_rich()
        room = room_of(datasette)
        if room:
            answer.read_ahead(room)
        if room and compat.wants_metadata_pushed(datasette):
            await compat.push_metadata(datasette, desk.metadata(room.database))

    return inner


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: "Datasette") -> None:
    """Memory for searches; today's shape for an older archive; a limit on what a value may take, whoever writes SQL."""
    from scraper import schema, search
    from scraper.serve.archive import LOCKED, room_of

    room = room_of(datasette)
    if room and room.database == database:
        search.prepare(conn)
        schema.show_as_today(conn)
        conn.execute(f"PRAGMA busy_timeout = {int(LOCKED * 1000)}")
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)


@hookimpl(optionalhook=True)
def register_mcp_tools(datasette: "Datasette", mcp: Any) -> None:
    """Tools for assistants, where datasette-mcp is installed."""
    from scraper.serve.mcp import register

    register(datasette, mcp)


@hookimpl
def asgi_wrapper(datasette: "Datasette") -> Callable[[Any], Any]:
    """Where our archive is all that is served, only what readers need is open: see `guard`."""
    from scraper.serve import compat, guard
    from scraper.serve.archive import is_alone, room_of

    def about() -> guard.Guarded | None:
        room = room_of(datasette)
        if room is None or not is_alone(datasette):
            return None
        said = datasette.plugin_config("ushrn") or {}
        reopen = partial(compat.reopen, datasette, room.database)
        return guard.Guarded(room, open=bool(said.get("internal_pages")), reopen=reopen)

    return lambda app: guard.guarded(app, about)


def run(
    db_path: Path,
    host: str = "127.0.0.1",
    port: int = 8001,
    *,
    allow_sql: bool = False,
    immutable: bool = False,
    public_url: str = "",
    say: Callable[[str], None] | None = None,
) -> None:
    """Serve the archive at *db_path* until stopped by Ctrl-C or a signal.

    *port* 0 takes any free one. *allow_sql* lets every visitor run SQL: for local use. *immutable* promises that
    nobody writes the file meanwhile; a file that cannot be read otherwise (a write-ahead log on a read-only disk) is
    served that way by itself. *public_url*: where the public reads it, if not as the archive's settings say.
    *say* gets the one line that names the address, once connections are accepted.

    Raises NotAnArchive, NewerArchive for files that are none of ours, UsageError when the port is taken.
    """
    from scraper.serve import server

    server.start(db_path, host, port, allow_sql=allow_sql, immutable=immutable, public_url=public_url, say=say)
