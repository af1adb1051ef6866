"""Tables as Parquet, for DuckDB, Spark, Arrow and what reads with them. DuckDB writes it: the extra ``parquet``.

Of the two that could, DuckDB is the leaner: one library of 66 MB without dependencies, where pyarrow is 150 MB.
"""

import importlib.util
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scraper import schema
from scraper.errors import UsageError
from scraper.export import tables
from scraper.export.files import describe, replacing, sha256_of, to_place, workshop
from scraper.export.formats import write
from scraper.export.package import Descriptor, PackagedFile, field, package, resource_name
from scraper.export.rows import Options
from scraper.export.tables import Column, ValueKind
from scraper.schema import path_of
from scraper.search import Request, snapshot

if TYPE_CHECKING:
    import duckdb

#: The description in a folder. Arrow (so pandas), Spark and Dask take every file of a folder for a part of the table
#: but those whose names begin with ``_`` or ``.``, as Hive had it.
HIDDEN_PACKAGE = "_datapackage.json"
#: Bytes of the longest row that is read back, as JSON.
LONGEST_ROW = 64 * 1024 * 1024
#: The day that a post is filed under: published, else updated.
_YEAR = (
    "coalesce(substr(coalesce(CAST(published_day AS VARCHAR), published_at, CAST(updated_day AS VARCHAR), updated_at),"
    " 1, 4), 'undated')"
)
#: What the values of columns are in DuckDB.
_TYPES = {
    ValueKind.TEXT: "VARCHAR",
    ValueKind.INTEGER: "BIGINT",
    ValueKind.LIST: "VARCHAR[]",
    ValueKind.DAY: "DATE",
    ValueKind.INSTANT: "TIMESTAMPTZ",
}
#: How DuckDB writes the times that it has a type for.
_FORMS = {ValueKind.DAY: "%Y-%m-%d", ValueKind.INSTANT: "%Y-%m-%dT%H:%M:%SZ"}
#: The number of an error of the system in what DuckDB says of it.
_NUMBER = re.compile(r'"errno":\s*"(\d+)"')
_NEEDED = ("site", "published_day", "published_at", "updated_day", "updated_at")


def to_parquet(
    db: sqlite3.Connection, path: Path, *, request: Request | None = None, options: Options | None = None
) -> int:
    """Write a table to *path*: a file where it ends in ``.parquet``, else a new folder; how many rows were written.

    In a folder posts are partitioned by site and year (``site=upr2020/year=2021/``), as Hive and all that came after
    have it; where there are none, one file has the columns. `HIDDEN_PACKAGE` in the folder describes them wherever it
    goes, ``datapackage.json`` beside *path* with what else was exported there. Equal rows give equal bytes. Raises
    UsageError where DuckDB is not installed, or *path* is no place, and DiskFull or ArchiveReadOnly as `to_file`.
    """
    if importlib.util.find_spec("duckdb") is None:
        raise UsageError("parquet: needs DuckDB, which is not installed; install it with `pip install duckdb`")
    options = options or Options()
    with snapshot(db):
        if path.suffix == ".parquet":
            with replacing(path, path_of(db)) as partial:
                written = _copy(db, partial, request, options, partitioned=False)
            files = [path]
        else:
            written = _into_folder(db, path, request, options)
            files = _parquet_files(path)
        held = _held(files, path.parent)
        describe(db, path.parent, [_resource(each, options.table, written) for each in held])
    return sum(each.rows for each in held)


def _into_folder(db: sqlite3.Connection, path: Path, request: Request | None, options: Options) -> list[Column]:
    if path.exists():
        raise UsageError(f"{path}: already exists; name a new folder, or a file that ends in .parquet")
    with workshop(path) as made:
        target = made if options.table == "posts" else made / "data.parquet"
        written = _copy(db, target, request, options, partitioned=options.table == "posts")
        described = [_resource(each, options.table, written) for each in _held(_parquet_files(made), made)]
        to_place(made / HIDDEN_PACKAGE, chunks=[package(db, described)])
        made.rename(path)
    return written


def _copy(
    db: sqlite3.Connection, target: Path, request: Request | None, options: Options, *, partitioned: bool
) -> list[Column]:
    """Write the rows as JSON lines and let DuckDB turn them into Parquet; the columns as they are in it."""
    import duckdb

    wanted = tables.columns(options)
    if partitioned and (missing := [name for name in _NEEDED if name not in {column.name for column in wanted}]):
        raise UsageError(f"parquet: a folder by site and year needs the columns {', '.join(missing)} too")
    with tempfile.TemporaryDirectory(prefix=".ushrn-", dir=target.absolute().parent) as folder:
        lines = Path(folder) / "rows.jsonl"
        with closing(write(db, request, "jsonl", options)) as chunks:
            length, _ = to_place(lines, chunks)
        how = "FORMAT parquet, COMPRESSION zstd"
        if partitioned and length:
            how += ", PARTITION_BY (site, year), FILENAME_PATTERN 'posts_{i}', OVERWRITE_OR_IGNORE"
        elif partitioned:
            target /= "posts_0.parquet"
        with closing(duckdb.connect(config={"threads": 1})) as engine, _as_of_the_system():
            written = _lossless(engine, lines, wanted)
            year = f", {_YEAR} AS year" if partitioned else ""
            engine.execute(f"COPY (SELECT *{year} FROM {_lines(lines, written)}) TO {_text(target)} ({how})")
    return written


def _lossless(engine: "duckdb.DuckDBPyConnection", lines: Path, wanted: tuple[Column, ...]) -> list[Column]:
    """*wanted*; those as texts that hold a time which would not come back as it is, or which Python has no year for."""
    times = [column for column in wanted if column.kind in _FORMS]
    if not times:
        return list(wanted)
    lossy = ", ".join(f'bool_or("{column.name}" IS NOT NULL AND NOT {_comes_back(column)})' for column in times)
    texts = _lines(lines, [replace(column, kind=ValueKind.TEXT) for column in times])
    (found,) = engine.execute(f"SELECT {lossy} FROM {texts}").fetchall()
    kept = {column.name for column, is_lossy in zip(times, found, strict=True) if is_lossy}
    return [replace(column, kind=ValueKind.TEXT) if column.name in kept else column for column in wanted]


def _comes_back(column: Column) -> str:
    """SQL: whether a text of *column* is a time of the years 1 to 9999, spelled as DuckDB spells it; never NULL."""
    time = f'TRY_CAST("{column.name}" AS TIMESTAMP)'
    spelled = f"strftime({time}, '{_FORMS[column.kind]}')"
    return f'coalesce(year({time}) BETWEEN 1 AND 9999 AND {spelled} = "{column.name}", false)'


def _lines(path: Path, wanted: list[Column]) -> str:
    """SQL: the columns *wanted* of the JSON lines at *path*, typed."""
    types = ", ".join(f"'{column.name}': '{_TYPES[column.kind]}'" for column in wanted)
    return (
        f"read_json({_text(path)}, format = 'newline_delimited', columns = {{{types}}},"
        f" maximum_object_size = {LONGEST_ROW})"
    )


@contextmanager
def _as_of_the_system() -> Iterator[None]:
    """DuckDB's word for what the system refused, with its number in JSON, as the system's own error."""
    import duckdb

    try:
        yield
    except duckdb.IOException as error:
        if number := _NUMBER.search(str(error)):
            raise OSError(int(number[1]), os.strerror(int(number[1]))) from error
        raise


def _parquet_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"))


def _held(files: list[Path], folder: Path) -> list[PackagedFile]:
    """*files* by their paths in *folder*, with the rows that they say they have."""
    import duckdb

    with closing(duckdb.connect(config={"threads": 1})) as engine:
        return [_held_file(engine, file, folder) for file in files]


def _held_file(engine: "duckdb.DuckDBPyConnection", file: Path, folder: Path) -> PackagedFile:
    ((rows,),) = engine.execute(f"SELECT num_rows FROM parquet_file_metadata({_text(file)})").fetchall()
    return PackagedFile(file.relative_to(folder).as_posix(), rows, file.stat().st_size, sha256_of(file))


def _resource(held: PackagedFile, table: str, written: list[Column]) -> Descriptor:
    """A file, with its columns: those in the names of its folders are not in it."""
    place = f"/{held.path}"
    wanted = [field(column, lists=True) for column in written if f"/{column.name}=" not in place]
    return {
        "name": resource_name(held.path),
        "path": held.path,
        "title": table,
        "type": "file",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": held.bytes,
        "hash": f"sha256:{held.sha256}",
        "description": schema.TABLES[table].meaning,
        "schema": {"fields": wanted},
    }


def _text(path: Path) -> str:
    return "'" + str(path.absolute()).replace("'", "''") + "'"
