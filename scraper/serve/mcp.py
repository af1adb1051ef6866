"""Five tools for assistants, through datasette-mcp where it is installed: search, read, compare, cite, list changes."""

from collections.abc import Callable
from typing import Any

from datasette.app import Datasette

from scraper import search
from scraper.errors import UsageError
from scraper.serve import texts, tools
from scraper.serve.answer import Ask, NotHere
from scraper.serve.archive import room_of
from scraper.serve.frame import frame_of
from scraper.serve.lanes import SEARCHES, LaneFull


def register(datasette: Datasette, mcp: Any) -> None:
    """Add the tools to *mcp*, the server of datasette-mcp."""

    async def answered(job: Callable[[Ask], dict[str, Any]]) -> dict[str, Any]:
        room = room_of(datasette)
        if room is None:
            return {"error": "This server shows no archive."}
        origin = frame_of(room).settings.public_url.rstrip("/")
        try:
            return await SEARCHES.run(room, lambda db: job(Ask(room, db, "/", {}, "", origin)))
        except (NotHere, UsageError, search.TooBroad) as error:
            return {"error": str(error) or "Try a longer word before the *."}
        except LaneFull:
            return {"error": texts.MANY_SEARCHES}

    async def search_posts(query: str, page: int = 1, size: int = 10) -> dict[str, Any]:
        """Search the archived posts. Quotes are verbatim; matched says how much of the query a post has."""
        request = search.Request(query=search.parse(query), page=page, size=min(size, tools.MOST))
        return await answered(lambda ask: tools.search_posts(ask, request))

    async def read_post(url: str, at: str = "") -> dict[str, Any]:
        """Read a post, by any of its addresses, as it was on a day (2021-03-18; empty: the latest version)."""
        return await answered(lambda ask: tools.read_post(ask, tools.find_post(ask, url), at))

    async def compare_post(url: str, before: str, after: str = "") -> dict[str, Any]:
        """Compare a post on two days: the paragraphs removed and added, verbatim."""
        return await answered(lambda ask: tools.compare(ask, tools.find_post(ask, url), before, after))

    async def cite_post(url: str, at: str = "") -> dict[str, Any]:
        """Cite a post as it was on a day, in nine styles and formats, with its permanent address and digest."""
        return await answered(lambda ask: tools.cite_post(ask, tools.find_post(ask, url), at))

    async def list_changes(since: str = "", size: int = 50) -> dict[str, Any]:
        """List what this archive learned since a day: posts added, changed, removed, restored."""
        return await answered(lambda ask: tools.list_changes(ask, since, size))

    for tool in (search_posts, read_post, compare_post, cite_post, list_changes):
        mcp.tool()(tool)
