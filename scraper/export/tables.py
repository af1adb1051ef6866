"""What can be exported as a table: the posts that a search finds, and every other table and view whole.

Row numbers mean nothing outside of one archive: a reference by number leaves as the address or the digest that it
stands for, and a row's own number stays. So equal archives give equal bytes.
"""

import base64
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from scraper import credentials, schema
from scraper.errors import UsageError
from scraper.export.rows import BODIES, LISTS, Options, chosen, meant, once
from scraper.search import Request, post_values, rowids
from scraper.store import whole_tables

#: All of them, in the order of the data dictionary.
NAMES = tuple(schema.TABLES)
#: Those with rows of posts, which can be exported for some posts alone.
OF_POSTS = tuple(name for name, table in schema.TABLES.items() if "post_id" in {field.name for field in table.fields})
#: Those that an export of all tables has: each row once, so no views.
ALL = tuple(name for name, table in schema.TABLES.items() if not table.script.lstrip().startswith("CREATE VIEW"))
#: What leaves by other doors (the bodies, as WARC) or stays with the operator.
_LEFT_OUT = {("bodies", "data"), ("withdrawals", "by")}
#: Times as a source told them, some of days or months, some with parts of a second. All others leave as instants.
_AS_TOLD = frozenset({"published_at", "updated_at"})
_PART_OF_SECOND = re.compile(r"\.\d+Z\Z", re.ASCII)
_WHOLE = len("2021-03-16T14:05:00Z")
#: The days that sites showed; those of views are cut off the times of captures, of which some are months.
_DAYS = frozenset({"published_day", "updated_day"})
#: What a year, a month, a day or a minute lacks of an instant stands here, behind as many characters.
_FIRST_MOMENT = "YYYY-01-01T00:00:00Z"
_CUT = frozenset(map(len, ("2021", "2021-03", "2021-03-16", "2021-03-16T14:05")))
#: Headers of HTTP: bytes, of which each is a character (RFC 9110, section 5.5).
_HEADS = frozenset({"request_head", "head"})


class ValueKind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    INTEGER = "integer"
    #: Lists of texts, as JSON.
    LIST = "list"
    #: ``2021-03-16``
    DAY = "day"
    #: ``2021-03-16T14:05:00Z``
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class _NamedColumn:
    """What a column that refers by number becomes: its new name, and where the value stands."""

    name: str
    table: str
    column: str


_REFERENCES = {
    "post_id": _NamedColumn("post_url", "posts", "url"),
    "capture_id": _NamedColumn("capture_record_sha256", "captures", "record_sha256"),
    "not_modified_of": _NamedColumn("not_modified_of_record_sha256", "captures", "record_sha256"),
    "like_capture_id": _NamedColumn("like_capture_record_sha256", "captures", "record_sha256"),
    "crawl_id": _NamedColumn("crawl_started_at", "crawls", "started_at"),
    "category_id": _NamedColumn("category", "categories", "name"),
    "tag_id": _NamedColumn("tag", "tags", "name"),
    "import_file_id": _NamedColumn("import_file_sha256", "import_files", "sha256"),
    "checkpoint": _NamedColumn("checkpoint_root", "checkpoints", "root"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export."""

    name: str
    kind: ValueKind
    meaning: str
    #: SQL over the table, which is called ``t``; empty for `posts`, whose SQL `search` has.
    sql: str = ""
    #: Its values are bytes, and leave as ``latin-1`` characters or ``base64``; empty: they are none.
    bytes_as: str = ""
    #: Table and column of an export that has each value of this one; None: there is none.
    refers_to: tuple[str, str] | None = None
    #: What its numbers count, or how its times are written; None: it holds neither.
    unit: str | None = None

    @property
    def type(self) -> str:
        """What it is in SQLite: ``TEXT`` or ``INTEGER``."""
        return "INTEGER" if self.kind is ValueKind.INTEGER else "TEXT"


def columns(options: Options) -> tuple[Column, ...]:
    """The columns of an export. Raises UsageError for a table or a column that there is not."""
    if options.table == "posts":
        return _columns_of_posts(options)
    known = {column.name: column for column in _columns_of(options.table)}
    if options.columns is None:
        return tuple(column for name, column in known.items() if options.bodies or name not in BODIES)
    for name in once(options.columns):
        if name not in known:
            raise UsageError(
                f"columns: {name!r} is no column of {options.table}{meant(name, known)}; there are: {', '.join(known)}"
            )
    return tuple(map(known.__getitem__, options.columns))


def _columns_of_posts(options: Options) -> tuple[Column, ...]:
    fields = ((name, schema.EXPORT_FIELDS[name]) for name in chosen(options))
    return tuple(
        Column(name, ValueKind.LIST if name in LISTS else _kind(field), field.meaning, unit=schema.unit_of(field))
        for name, field in fields
    )


def rows(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[tuple[object, ...]]:
    """The values of those columns in each row, in an order that is the same in every equal archive."""
    wanted = columns(options)
    if options.table == "posts":
        found = post_values(db, request, [column.name for column in wanted], options.limit)
    else:
        found = _rows_of(db, options.table, wanted, _posts(db, request))
    spellings = [(at, spelled) for at, column in enumerate(wanted) if (spelled := _spelling(column.name))]
    if spellings:
        return (_in_one_spelling(row, spellings) for row in found)
    return found


def _spelling(column: str) -> Callable[[str], str] | None:
    """How the times in *column* leave; None: it holds none."""
    if column in _AS_TOLD:
        return _in_whole_seconds
    if _is_instant(column):
        return _from_first_moment
    return None


def _is_instant(column: str) -> bool:
    return column not in _AS_TOLD and column.rpartition("_")[2] in ("at", "since")


def _kind(field: schema.Field) -> ValueKind:
    if field.name in _DAYS:
        return ValueKind.DAY
    if _is_instant(field.name):
        return ValueKind.INSTANT
    return ValueKind.INTEGER if field.type == "INTEGER" else ValueKind.TEXT


def _in_one_spelling(row: tuple[object, ...], spellings: list[tuple[int, Callable[[str], str]]]) -> tuple[object, ...]:
    """*row*, its times at these places as these spell them."""
    values = list(row)
    for at, spelled in spellings:
        value = values[at]
        if isinstance(value, str) and len(value) != _WHOLE:
            values[at] = spelled(value)
    return tuple(values)


def _in_whole_seconds(time: str) -> str:
    """*time* as precise as it was told, without parts of a second."""
    return _PART_OF_SECOND.sub("Z", time)


def _from_first_moment(time: str) -> str:
    """*time* as an instant, in whole seconds. A capture that is dated less exactly is so by its first moment (UTC)."""
    told = time.removesuffix("Z")
    if len(told) in _CUT:
        return told + _FIRST_MOMENT[len(told) :]
    return _in_whole_seconds(time)


def _posts(db: sqlite3.Connection, request: Request | None) -> list[int] | None:
    """The posts whose rows are asked for; None: all rows."""
    if request is None or request == Request():
        return None
    return sorted(rowids(db, request))


def _columns_of(table: str) -> tuple[Column, ...]:
    """The columns that an export of *table* has. Raises UsageError for a table that there is not."""
    if table not in schema.TABLES:
        raise UsageError(f"--table: {table!r} is no table{meant(table, NAMES)}; there are: {', '.join(NAMES)}, and all")
    fields = schema.TABLES[table].fields
    return tuple(
        _column(field)
        for field in fields
        if field.name != "id" or field.type != "INTEGER"
        if (table, field.name) not in _LEFT_OUT
    )


def _column(field: schema.Field) -> Column:
    name = schema.quoted(field.name)
    if found := _REFERENCES.get(field.name):
        sql = whole_tables.referred(name, found.table, found.column)
        meaning = f"{field.meaning}, by {'its address' if found.column == 'url' else f'its {found.column}'}"
        kind = ValueKind.INSTANT if _is_instant(found.name) else ValueKind.TEXT
        return Column(found.name, kind, meaning, sql, refers_to=(found.table, found.column))
    if field.type == "BLOB":
        said = "latin-1" if field.name in _HEADS else "base64"
        return Column(field.name, ValueKind.TEXT, f"{field.meaning} ({said})", f"t.{name}", bytes_as=said)
    return Column(field.name, _kind(field), field.meaning, f"t.{name}", unit=schema.unit_of(field))


def _rows_of(
    db: sqlite3.Connection, table: str, wanted: tuple[Column, ...], posts: list[int] | None
) -> Iterator[tuple[object, ...]]:
    order = [at for at, column in enumerate(wanted, 1) if column.name not in BODIES]
    encoded = [(at, column.bytes_as) for at, column in enumerate(wanted) if column.bytes_as]
    found = whole_tables.rows(db, table, [column.sql for column in wanted], order, posts)
    if encoded:
        return (_readable(row, encoded) for row in found)
    return found


def _readable(row: tuple[object, ...], encoded: list[tuple[int, str]]) -> tuple[object, ...]:
    values = list(row)
    for at, said in encoded:
        value = values[at]
        if isinstance(value, bytes) and said == "latin-1":
            values[at] = (credentials.without_fields(value) or b"").decode("latin-1")
        elif isinstance(value, bytes):
            values[at] = base64.b64encode(value).decode()
    return tuple(values)


def count_of(db: sqlite3.Connection, table: str, request: Request | None = None) -> int:
    """How many rows an export of *table* has, of the posts that *request* finds or whole."""
    return whole_tables.count(db, table, _posts(db, request))
