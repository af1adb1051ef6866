"""The tables behind the pages: each as a page of ours, over Datasette's own JSON, which filters, sorts and pages them.

Datasette's pages of tables have no language, no landmarks and unnamed fields; what they can do is a link away as JSON
and CSV. Where visitors may run SQL, the page of the database is Datasette's, which has the form for it.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from datasette.app import Datasette
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Request, Response

from scraper import schema
from scraper.serve import metadata as desk
from scraper.serve import texts
from scraper.serve.answer import PageResponse, problem_page, refused, respond
from scraper.serve.archive import Room, room_of
from scraper.serve.guard import HIDDEN_COLUMN, not_found
from scraper.serve.render import render

#: Characters of a cell of a table, and of a field of a row.
CELL, FIELD = 140, 20_000
#: What Datasette is asked for besides what the reader asks for.
ASKED = {"_shape": "objects", "_labels": "on"}
#: What 1.0 tells of a table only where it is asked for; of rows it refuses these names.
OF_TABLES = {"_extra": "columns,count,primary_keys,human_description_en,is_view,expandable_columns"}
#: What a reader may ask of a table that says how its rows are written, not which they are.
_FORM = frozenset({*ASKED, *OF_TABLES, "_nl", "_stream", "_trace", "_json", "_json_infinity", "_size_max"})

NOTHING: Mapping[str, str] = MappingProxyType({})

Show = Callable[[Room, Request, dict[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of one row. *link*: where it leads; empty: nowhere."""

    text: str
    link: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class BenchColumn:
    """*order*: ``ascending``, ``descending``, or empty where rows are sorted by another one; *link* sorts by it."""

    name: str
    meaning: str
    order: str
    link: str


@dataclass(frozen=True, slots=True)
class BenchField:
    """A column of one row, what it means (empty: nobody said), and what stands in it."""

    name: str
    meaning: str
    cell: Cell

    @property
    def long(self) -> bool:
        """Whether it needs the whole width of the page."""
        return len(self.cell.text) > CELL


def routes(room: Room, *, sql: bool) -> list[tuple[str, Callable[..., Any]]]:
    """(pattern, view) of the tables of *room*; *sql*: visitors may run SQL."""
    bench = re.escape(room.bench)
    pages = [
        (rf"^/{bench}/(?P<table>[^/.]+)$", view(table_page, OF_TABLES)),
        (rf"^/{bench}/(?P<table>[^/.]+)/(?P<keys>[^/.]+)$", view(row_page)),
    ]
    if sql:
        return pages
    return [(rf"^/{bench}$", view(database_page)), *pages]


def view(show: Show, more: Mapping[str, str] = NOTHING) -> Callable[[Request, Datasette], Awaitable[Response]]:
    """*show*, given what Datasette's JSON of the same address says when it is asked for *more* as well."""

    async def answer(request: Request, datasette: Datasette) -> Response:
        room = room_of(datasette)
        if room is None:
            return respond(problem_page(None, texts.FORBIDDEN, 403), request)
        if early := refused(room, request):
            return early
        table = tilde_decode(request.url_vars.get("table", ""))
        if words := desk.CLOSED.get(table.lower()):
            return respond(problem_page(room, words, 404), request)
        # `guard` leads from a row of captures to the table without the heads of requests.
        found = await datasette.client.get(asked_of_datasette(request, more), follow_redirects=True)
        if found.status_code != 200:
            return respond(await asyncio.to_thread(failed, room, request, found.status_code), request)
        said = json.loads(found.text)
        if is_row(request) and not said["rows"]:
            return respond(await asyncio.to_thread(failed, room, request, 404), request)
        return respond(PageResponse(await asyncio.to_thread(show, room, request, said)), request)

    return answer


def is_row(request: Request) -> bool:
    """Whether one row is asked for, not a table."""
    return "keys" in request.url_vars


def asked_of_datasette(request: Request, more: Mapping[str, str]) -> str:
    """The address of the JSON that belongs to a page, with *more* than is asked for everywhere."""
    path = request.scope.get("route_path", request.path).rstrip("/")  # Datasette's client puts the prefix before it
    given = [(name, value) for name, value in pairs(request) if name not in _FORM]  # `guard` looks at it again
    return f"{quote(path, safe='/~,%')}.json?{urlencode([*given, *ASKED.items(), *more.items()])}"


def pairs(request: Request) -> list[tuple[str, str]]:
    """The reader's own question, without what `guard` added to it."""
    asked = [(name, value) for name in request.args for value in request.args.getlist(name)]
    return [pair for pair in asked if pair != ("_nocol", HIDDEN_COLUMN)]


def failed(room: Room, request: Request, status: int) -> PageResponse:
    """What is said where Datasette has no rows to give."""
    if status == 404:
        return not_found(room, request.path)
    return problem_page(room, texts.BAD_QUESTION, 403 if status == 403 else 400)


def database_page(room: Room, _request: Request, said: dict[str, Any]) -> str:
    """``/archive``: all tables."""
    shown = [each for each in said["tables"] if each["name"] not in desk.CLOSED]
    shown.sort(key=lambda each: str(each["name"]))
    lines = [(each["name"], link(room, each["name"]), each["count"], about(each["name"])) for each in shown]
    return render(
        "bench.html",
        room,
        tables=[line for line in lines if line[-1]],
        internal=[line for line in lines if not line[-1]],
        views=[(name, link(room, name), None, about(name)) for name in names_of(said.get("views", ()))],
    )


def names_of(listed: Sequence[Any]) -> list[str]:
    """Datasette lists views by name, or as objects that have one."""
    return [each["name"] if isinstance(each, Mapping) else str(each) for each in listed]


def about(table: str) -> str:
    """What the table holds; empty: nobody said."""
    if table not in schema.DESCRIPTIONS:
        return ""
    return schema.DESCRIPTIONS[table][0]


def meanings(table: str) -> Mapping[str, str]:
    """Column → what it means."""
    if table not in schema.DESCRIPTIONS:
        return {}
    return schema.DESCRIPTIONS[table][1]


def table_page(room: Room, request: Request, said: dict[str, Any]) -> str:
    """``/archive/<table>``: some rows of one table, by the filters that Datasette knows."""
    table = said.get("table") or tilde_decode(request.url_vars["table"])
    count = said.get("filtered_table_rows_count", said.get("count"))
    return render(
        "bench_table.html",
        room,
        table=table,
        about=about(table),
        meanings=[(name, meanings(table)[name]) for name in said["columns"] if name in meanings(table)],
        columns=[column(room, request, table, name) for name in said["columns"]],
        rows=list(rows_of(room, table, said)),
        count=count,
        described=said.get("human_description_en") or "",
        searched="fts_table" in desk.TABLES.get(table, {}),
        q=request.args.get("_search") or "",
        json=file_link(room, request, table, "json"),
        csv=file_link(room, request, table, "csv"),
        next=again(room, request, table, ("_next", said["next"])) if said.get("next") else "",
    )


def rows_of(room: Room, table: str, said: Mapping[str, Any]) -> Iterator[tuple[str, list[Cell]]]:
    """(the row's own page, empty where it has none; its cells) of each row."""
    leads_to = foreign(said)
    keys = [] if said.get("is_view") else said.get("primary_keys") or ["rowid"]
    for row in said["rows"]:
        named = key_of(row, keys)
        page = link(room, table, *named) if named else ""
        yield page, [cell(room, name, row[name], leads_to, CELL) for name in said["columns"]]


def row_page(room: Room, request: Request, said: dict[str, Any]) -> str:
    """``/archive/<table>/<keys>``: one row."""
    table = said.get("table") or tilde_decode(request.url_vars["table"])
    (row,) = said["rows"]
    keys = tuple(request.url_vars["keys"].split(","))
    fields = [BenchField(name, meanings(table).get(name, ""), cell(room, name, row[name], {}, FIELD)) for name in row]
    return render(
        "bench_row.html",
        room,
        table=table,
        keys=", ".join(map(tilde_decode, keys)),
        back=link(room, table),
        json=link(room, table, *map(tilde_decode, keys)) + ".json",
        fields=fields,
        empty=sum(not field.cell.text for field in fields),
    )


def foreign(said: Mapping[str, Any]) -> dict[str, str]:
    """Column → the table that it points to."""
    return {each["column"]: each["other_table"] for each, _ in said.get("expandable_columns") or ()}


def cell(room: Room, name: str, value: Any, leads_to: Mapping[str, str], most: int) -> Cell:
    """*value* as it is shown; ``{"value", "label"}`` is a row of another table, ``{"$base64"}`` holds bytes."""
    match value:
        case None:
            return Cell("")
        case {"value": key, "label": label}:
            other = leads_to.get(name, "")
            return Cell(cut(str(label), most), link(room, other, str(key)) if other else "")
        case {"$base64": True, "encoded": encoded}:
            return Cell(texts.bytes_of(len(encoded) * 3 // 4))
        case int() | float():
            return Cell(str(value), number=True)
        case _:
            return Cell(cut(str(value), most))


def cut(text: str, most: int) -> str:
    """*text*, or its beginning."""
    if len(text) <= most:
        return text
    return text[:most].rstrip() + "…"


def key_of(row: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    """The values by which a row is named; empty: it has no page."""
    values = [row.get(key) for key in keys]
    bare = [value["value"] if isinstance(value, Mapping) else value for value in values]
    if None in bare:
        return []
    return list(map(str, bare))


def link(room: Room, table: str, *keys: str) -> str:
    """The page of a table, or of the row that *keys* name."""
    row = f"/{','.join(map(tilde_encode, keys))}" if keys else ""
    return f"{room.base}{room.bench}/{tilde_encode(table)}{row}"


def again(room: Room, request: Request, table: str, *new: tuple[str, str]) -> str:
    """The same rows with other values for some names; a new order begins at its start."""
    replaced = {"_next", *(name for name, _ in new)}
    if any(name.startswith("_sort") for name, _ in new):
        replaced |= {"_sort", "_sort_desc"}
    kept = [pair for pair in pairs(request) if pair[0] not in replaced]
    return f"{link(room, table)}?{urlencode([*kept, *new])}"


def column(room: Room, request: Request, table: str, name: str) -> BenchColumn:
    """A column and the order by it: descending where it is ascending now."""
    orders = {request.args.get("_sort"): "ascending", request.args.get("_sort_desc"): "descending"}
    order = orders.get(name, "")
    other = "_sort_desc" if order == "ascending" else "_sort"
    return BenchColumn(name, meanings(table).get(name, ""), order, again(room, request, table, (other, name)))


def file_link(room: Room, request: Request, table: str, ending: str) -> str:
    """The same rows as a file."""
    query = urlencode([pair for pair in pairs(request) if pair[0] != "_next"])
    return f"{link(room, table)}.{ending}" + (f"?{query}" if query else "")
