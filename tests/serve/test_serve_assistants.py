"""The five tools as an assistant meets them: over the Model Context Protocol, by the protocol's own client."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datasette_mcp", reason="the extra `assistants` is not installed")
mcp = pytest.importorskip("mcp")
streams = pytest.importorskip("mcp.client.streamable_http")

OURS = {"search_posts", "read_post", "compare_post", "cite_post", "list_changes"}
QUERIES = ("flint", "human rights", "water housing university", "universal periodic review", "police OR prison", "the")

Call = Callable[..., Awaitable[dict[str, Any]]]


def asked(address: str, work: Callable[[Any, Call], Awaitable[Any]]) -> Any:
    """What *work* makes of a session with the server at *address* and of a call of one of its tools."""

    async def within() -> Any:
        async with (
            streams.streamable_http_client(f"{address}/-/mcp") as (read, write, *_),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()

            async def call(name: str, **values: Any) -> dict[str, Any]:
                answer = await session.call_tool(name, values)
                assert not answer.is_error, answer
                return dict(answer.structured_content)

            return await work(session, call)

    return asyncio.run(within())


def test_an_assistant_is_offered_our_tools_as_ones_that_only_read(library: Path, serve: Callable[[Path], str]) -> None:
    async def work(session: Any, _: Call) -> Any:
        return (await session.list_tools()).tools

    tools = {tool.name: tool for tool in asked(serve(library), work)}
    assert tools.keys() >= OURS
    assert all(tools[name].annotations.read_only_hint and tools[name].description for name in OURS)


def test_200_quotes_of_200_stand_in_the_stored_text(library: Path, serve: Callable[[Path], str]) -> None:
    async def work(_: Any, call: Call) -> Any:
        found = [await call("search_posts", query=query, page=page) for query in QUERIES for page in (1, 2, 3, 4)]
        hits = [hit for page in found for hit in page["hits"]]
        urls = sorted({hit["url"] for hit in hits})
        return [*hits, *[await call(name, url=url) for name in ("read_post", "cite_post") for url in urls]]

    answers = asked(serve(library), work)
    db = sqlite3.connect(library)
    texts = dict(db.execute("SELECT url, body_text FROM posts").fetchall())
    db.close()
    quotes = [(answer["url"], quote) for answer in answers for quote in answer["quotes"]]
    assert len(quotes) >= 200
    assert [quote for url, quote in quotes if quote not in texts[url]] == []
    assert all({"permalink", "captured_at", "content_sha256"} <= answer.keys() for answer in answers)


def test_sql_is_closed_and_what_is_wrong_is_said(library: Path, serve: Callable[[Path], str]) -> None:
    async def work(session: Any, call: Call) -> Any:
        sql = await session.call_tool("execute_sql", {"database": "archive", "sql": "SELECT 1"})
        wrong = await call("read_post", url="elsewhere.example/none"), await call("list_changes", since="tomorrow")
        return sql.is_error, [answer["error"] for answer in wrong]

    closed, errors = asked(serve(library), work)
    assert closed
    assert "elsewhere" in errors[0] and "tomorrow" in errors[1]
