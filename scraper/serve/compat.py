"""The few places where Datasette 0.65 and 1.0 differ, so that no other module needs to know.

Tried on 0.65.5 and 1.0a41. Metadata: 0.65 asks the hook `get_metadata`, 1.0 keeps titles in its internal database
and table settings in its configuration. Permissions: 0.65 has `permission_allowed`, 1.0 has `allowed`.
"""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from datasette import handle_exception
from datasette.app import Datasette
from datasette.database import Database

from scraper.schema import way_in

#: Keys that say how a table is shown; 1.0 wants them in its configuration, 0.65 in its metadata.
SETTINGS = ("hidden", "sort", "sort_desc", "size", "sortable_columns", "label_column", "facets", "fts_table", "fts_pk")
#: Where a database lists its connections: 0.65, 1.0.
LISTED = ("_all_file_connections", "_all_connections")


def say_errors_without_rich() -> None:
    """Have Datasette say errors by itself where the library `rich` is installed, too.

    By it, it would print each with the values of all local variables; and an address that leads nowhere, of which it
    tells outside of an `except` block, would be a fault of the server (500 for 404).
    """
    handle_exception.rich = None


async def may_view(datasette: Datasette, actor: Any, database: str) -> bool:
    """Whether *actor* (None: nobody signed in) may read *database*."""
    if hasattr(datasette, "allowed"):
        from datasette.resources import DatabaseResource

        resource = DatabaseResource(database=database)
        return bool(await datasette.allowed(action="view-database", resource=resource, actor=actor))
    allowed = await datasette.permission_allowed(actor, "view-database", resource=database, default=True)
    return bool(allowed)


def wants_metadata_pushed(datasette: Datasette) -> bool:
    """True on 1.0, where a plugin writes its metadata at the start instead of being asked for them."""
    return hasattr(datasette, "set_resource_metadata")


async def push_metadata(datasette: Datasette, metadata: dict[str, Any]) -> None:
    """Write *metadata* (in the shape of a metadata.json) where 1.0 keeps them; what the user set himself wins."""
    local = datasette._metadata_local or {}  # noqa: SLF001 - what the user set; 1.0 has no public name for it
    for key, value in metadata.items():
        if key != "databases" and key not in local:
            await datasette.set_instance_metadata(key, value)
    for name, database in metadata["databases"].items():
        if not local.get("databases", {}).get(name, {}).get("description"):
            await datasette.set_database_metadata(name, "description", database["description"])
        tables = local.get("databases", {}).get(name, {}).get("tables", {})
        for table, entry in database["tables"].items():
            await _push_table(datasette, name, table, entry, tables.get(table, {}))


async def _push_table(
    datasette: Datasette, database: str, table: str, entry: dict[str, Any], local: dict[str, Any]
) -> None:
    config = datasette.config if datasette.config is not None else {}
    datasette.config = config
    settings = config.setdefault("databases", {}).setdefault(database, {}).setdefault("tables", {})
    settings = settings.setdefault(table, {})
    for key, value in entry.items():
        if key in SETTINGS:
            settings.setdefault(key, value)
        elif key == "columns":
            known = local.get("columns", {})
            for column, words in value.items():
                if column not in known:
                    await datasette.set_column_metadata(database, table, column, "description", words)
        elif key not in local:
            await datasette.set_resource_metadata(database, table, key, value)


class ArchiveFile(Database):  # type: ignore[misc]  # it has no types
    """A database of Datasette's whose connections leave nothing in the way of those who write its file."""

    def connect(self, write: bool = False) -> sqlite3.Connection:  # noqa: FBT001, FBT002 - as Datasette has it
        """A new connection; 1.0 wants one to write, too, for some of what it only reads."""
        way = way_in(Path(self.path))
        if not self.is_mutable or (write and way.still is None):
            connection: sqlite3.Connection = super().connect(write)
            return connection
        connection = sqlite3.connect(way.address, uri=True, check_same_thread=False)
        for listed in LISTED:
            getattr(self, listed, []).append(connection)
        return connection


def reopen(datasette: Datasette, database: str) -> None:
    """Let *datasette* open the file of *database* anew for whoever asks next.

    Each of its threads keeps the connections that it made; new threads have none, and the old ones end, and shut
    theirs, when they have done what they are at. Without threads (``num_sql_threads 0``) it has one connection.
    """
    opened = datasette.databases[database]
    if datasette.executor is None:
        opened._read_connection = None  # noqa: SLF001 - there is no public name for it
        return
    before, datasette.executor = datasette.executor, ThreadPoolExecutor(datasette.setting("num_sql_threads"))
    for listed in LISTED:  # they would be kept open by it
        getattr(opened, listed, []).clear()
    before.shutdown(wait=False)
