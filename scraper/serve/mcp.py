"""Five tools for assistants, through datasette-mcp where it is installed: search, read, compare, cite, list changes."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from datasette.app import Datasette

from scraper import search
from scraper.errors import UsageError
from scraper.serve import texts, tools
from scraper.serve.answer import Ask, NotHere, owned_origin
from scraper.serve.archive import Room, room_of
from scraper.serve.lanes import SEARCHES, LaneFull
from scraper.serve.workers import ArchiveAway, WorkerLost

Job: TypeAlias = Callable[[Ask], tools.Json]

#: What the Model Context Protocol says of a tool that only reads, and what is here.
READS = {"readOnlyHint": True, "openWorldHint": False}


def _said(db: sqlite3.Connection, *, room: Room, origin: str, job: Job) -> tools.Json:
    return job(Ask(room, db, "/", {}, "", origin))


def _of_post(ask: Ask, *, url: str, tool: Callable[[Ask, sqlite3.Row], tools.Json]) -> tools.Json:
    """What *tool* says of the post that has the address *url*."""
    return tool(ask, tools.find_post(ask, url))


async def _answered(datasette: Datasette, job: Job) -> tools.Json:
    """What *job* gives, which can be pickled, or what went wrong."""
    room = room_of(datasette)
    if room is None:
        return {"error": "This server shows no archive."}
    whole = partial(_said, room=room, origin=owned_origin(room), job=job)
    try:
        return await SEARCHES.run(room, whole)
    except (NotHere, UsageError) as error:
        return {"error": str(error)}
    except search.TooBroad:
        return {"error": texts.TOO_LONG}
    except LaneFull:
        return {"error": texts.MANY_SEARCHES}
    except (ArchiveAway, WorkerLost):
        return {"error": texts.BUSY}


def register(datasette: Datasette, mcp: Any) -> None:
    """Add the tools to *mcp*, the server of datasette-mcp.

    What is wrong is an answer, ``error``: of an exception that is not its own the server tells assistants no word.
    """

    async def search_posts(query: str, page: int = 1, size: int = 10) -> tools.Json:
        """Search the archived posts. Quotes are verbatim; matched says how much of the query a post has."""
        page, size = max(page, 1), min(max(size, 1), tools.MOST)
        request = search.Request(query=search.parse(query), page=page, size=size)
        return await _answered(datasette, partial(tools.search_posts, request=request))

    async def read_post(url: str, at: str = "") -> tools.Json:
        """Read a post, by any of its addresses, as it was on a day (2021-03-18; empty: the latest version)."""
        return await _answered(datasette, partial(_of_post, url=url, tool=partial(tools.read_post, at=at)))

    async def compare_post(url: str, before: str, after: str = "") -> tools.Json:
        """Compare a post on two days: the paragraphs removed and added, verbatim."""
        return await _answered(
            datasette, partial(_of_post, url=url, tool=partial(tools.compare, before=before, after=after))
        )

    async def cite_post(url: str, at: str = "") -> tools.Json:
        """Cite a post as it was on a day, in nine styles and formats, with its permanent address and digest."""
        return await _answered(datasette, partial(_of_post, url=url, tool=partial(tools.cite_post, at=at)))

    async def list_changes(since: str = "", size: int = 50) -> tools.Json:
        """List what this archive learned since a day: posts added, changed, removed, restored."""
        return await _answered(datasette, partial(tools.list_changes, since=since, size=size))

    for tool in (search_posts, read_post, compare_post, cite_post, list_changes):
        mcp.tool(annotations=READS)(tool)
