"""What files of an export are and mean, for programs: a Frictionless Data Package (version 1)."""

import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scraper import schema
from scraper.export.deposit import is_address, spdx
from scraper.export.formats import FORMATS
from scraper.export.rows import Options
from scraper.export.tables import Column, ValueKind, columns
from scraper.store import capture_queries, holdings, presented, sealing

#: How a package of ours is known.
NAME = "ushrn-posts"
DESCRIPTION = "Exported by ushrn. Times are UTC, as precise as their source; empty: the source does not say."

#: What the values of columns are, as Table Schema has it. Its default form of a ``datetime`` is that of our instants.
_TYPES = {
    ValueKind.TEXT: "string",
    ValueKind.INTEGER: "integer",
    ValueKind.LIST: "array",
    ValueKind.DAY: "date",
    ValueKind.INSTANT: "datetime",
}
#: What no name of a licence has (the profile of data packages).
_NOT_OF_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
#: A resource, or a package, as its specification has it.
Descriptor = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file that a package holds."""

    path: str
    rows: int
    bytes: int
    sha256: str


def package(db: sqlite3.Connection, resources: Iterable[Descriptor], *, whole: bool = False) -> bytes:
    """``datapackage.json`` of *resources*; *whole*: they are all tables with all rows, so references can be followed.

    Its date is that of the newest capture, so equal archives give equal bytes.
    """
    listed = sorted(resources, key=lambda each: str(each.get("path")))
    said = presented(db)
    _, created = capture_queries.span(db)
    found: Descriptor = {
        "name": NAME,
        "title": said.name,
        "description": DESCRIPTION,
        "created": created,
        "version": sealing.meta(db, "version"),
        "licenses": [licence(said.licence)] if said.licence else None,
        "sources": [{"title": name, "path": url} for _, name, url, *_ in holdings.sites(db) if url],
        "resources": related(listed) if whole else listed,
    }
    kept = {name: value for name, value in found.items() if value}
    return json.dumps(kept, ensure_ascii=False, indent=2).encode() + b"\n"


def licence(told: str) -> Descriptor:
    """The operator's licence: an address, a name such as ``CC-BY-4.0``, or words with a name made of them."""
    if is_address(told):
        return {"path": told}
    if known := spdx(told):
        return {"name": known}
    return {"name": _NOT_OF_NAMES.sub("-", told).strip("-") or "other", "title": told}


def resource(held: PackagedFile, name: str, options: Options) -> Descriptor:
    """A file in format *name*."""
    made = FORMATS[name]
    about: Descriptor = {
        "name": resource_name(held.path),
        "path": held.path,
        "format": name,
        "mediatype": made.media_type.partition(";")[0],
        "encoding": "utf-8",
        "bytes": held.bytes,
        "hash": f"sha256:{held.sha256}",
    }
    if not made.tabular:
        return about
    if name != "csv" and not held.rows:  # frictionless looks for the columns in the first row
        return about | {"title": options.table, "type": "file"}
    if name == "json":  # it reads JSON whole and counts no bytes
        del about["bytes"]
    about |= {"profile": "tabular-data-resource", "title": options.table, "rows": held.rows}
    about["description"] = schema.TABLES[options.table].meaning
    return about | shape(name, options)


def resource_name(path: str) -> str:
    """How a file at *path* is known in its package: letters, digits and hyphens of ASCII."""
    return "".join(ch if ch.isascii() and ch.isalnum() else "-" for ch in path.lower()).strip("-") or "file"


def shape(name: str, options: Options) -> Descriptor:
    """How a table in format *name* is laid out, and what its columns are: ``dialect`` and ``schema`` of a resource."""
    csv = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"'}
    fields = [field(column, lists=name != "csv") for column in columns(options)]
    return {
        "dialect": csv if name == "csv" else {"keyed": True},
        "schema": {"fields": fields, "missingValues": [""]},
    }


def field(column: Column, *, lists: bool) -> Descriptor:
    """*column* as a field of a Table Schema; with *lists*, values that are lists are arrays."""
    kind = ValueKind.TEXT if column.kind is ValueKind.LIST and not lists else column.kind
    found: Descriptor = {"name": column.name, "type": _TYPES[kind], "description": column.meaning}
    if column.unit:
        found["ushrn:unit"] = column.unit
    if column.refers_to:
        found["ushrn:refersTo"] = ".".join(column.refers_to)
    return found


def related(resources: list[Descriptor]) -> list[Descriptor]:
    """*resources*, each with foreign keys to those tables that the package holds whole."""
    tables = {each.get("title"): each for each in resources if each.get("profile") == "tabular-data-resource"}
    found = []
    for each in resources:
        keys = [key for field in each.get("schema", {}).get("fields", []) if (key := _key(field, tables, each))]
        told = {**each["schema"], "foreignKeys": keys} if keys else each.get("schema")
        found.append({**each, "schema": told} if told else each)
    return found


def _key(field: Descriptor, tables: dict[object, Descriptor], own: Descriptor) -> Descriptor | None:
    """The foreign key of *field* to another resource in the same format, if that is there with the column."""
    table, _, column = str(field.get("ushrn:refersTo", "")).partition(".")
    other = tables.get(table)
    if other is None or other.get("format") != own.get("format"):
        return None
    if column not in {each["name"] for each in other["schema"]["fields"]}:
        return None
    place = "" if other["name"] == own["name"] else other["name"]
    return {"fields": field["name"], "reference": {"resource": place, "fields": column}}
