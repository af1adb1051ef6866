"""Result sets as bytes: tables, a feed, citations. Streamed; the same code for files and for the web."""

import json
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from scraper import cite
from scraper.errors import UsageError
from scraper.export import atom, excel, tables
from scraper.export.rows import JOINT, Options
from scraper.export.works import works
from scraper.search import Request, snapshot

#: Bytes that are handed on at a time, about.
CHUNK = 128 * 1024


_Writer = Callable[[sqlite3.Connection, Request | None, Options], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write posts."""

    #: With the dot.
    suffix: str
    media_type: str
    write: _Writer
    #: It has the columns of `Options.columns`; the others have their own fields.
    tabular: bool = False
    #: Its fields come from many tables, a few bytes from each post.
    is_scattered: bool = False


def write(
    db: sqlite3.Connection, request: Request | None = None, name: str = "csv", options: Options | None = None
) -> Generator[bytes, None, None]:
    """The posts that *request* finds (None: all of them) in format *name*, as chunks of UTF-8, all of one state.

    Raises UsageError for a format or column that there is not, before the first chunk.
    """
    chosen_format = FORMATS.get(name)
    if chosen_format is None:
        raise UsageError(f"expected a format of {', '.join(FORMATS)}; found {name!r}")
    options = options or Options()
    if chosen_format.tabular:
        tables.columns(options)
    elif options.table != "posts":
        raise UsageError(f"--table {options.table}: expected csv, json or jsonl, found {name}")
    return _of_one_state(db, _chunks(chosen_format.write(db, request, options)))


def _of_one_state(db: sqlite3.Connection, chunks: Iterator[bytes]) -> Generator[bytes, None, None]:
    """*chunks*, for which *db* is asked more than once."""
    with snapshot(db):
        yield from chunks


def _chunks(pieces: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    length = 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= CHUNK:
            yield _encoded("".join(waiting))
            waiting, length = [], 0
    if waiting:
        yield _encoded("".join(waiting))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _csv(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[str]:
    wanted = tables.columns(options)
    names = [column.name for column in wanted]
    lists = [at for at, column in enumerate(wanted) if column.kind is tables.ValueKind.LIST]
    yield ("\ufeff" if options.excel else "") + ",".join(names) + "\r\n"
    for row in tables.rows(db, request, options):
        values = list(row)
        for at in lists:
            values[at] = JOINT.join(json.loads(str(values[at])))
        if options.excel:
            values = _for_excel(names, values, options)
        yield csv_line(values) + "\r\n"


def csv_line(values: Iterable[object]) -> str:
    """One line of CSV (RFC 4180), without its end; a line of one empty cell is not an empty line."""
    return ",".join(map(_cell, values)) or '""'


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if "\0" in text:  # ends a text for R and all that is written in C, and no table of PostgreSQL takes it
        text = text.replace("\0", "")
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    if "," in text or "\n" in text or "\r" in text:
        return f'"{text}"'
    return text


def _for_excel(names: list[str], values: list[object], options: Options) -> list[object]:
    """*values* as spreadsheets take them; what is cut is handed to `Options.cut`."""
    found: list[object] = []
    for name, value in zip(names, values, strict=True):
        safe = excel.disarmed(value) if isinstance(value, str) else value
        if isinstance(safe, str) and not excel.fits(safe):
            if options.cut:
                options.cut(str(values[0]), name, str(value))
            safe = excel.cut(safe, options.whole)
        found.append(safe)
    return found


def _objects(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[str]:
    wanted = tables.columns(options)
    names = [column.name for column in wanted]
    lists = [column.name for column in wanted if column.kind is tables.ValueKind.LIST]
    for row in tables.rows(db, request, options):
        record = dict(zip(names, row, strict=True))
        for name in lists:
            record[name] = json.loads(str(record[name]))
        yield _on_one_line(json.dumps(record, ensure_ascii=False))


#: What JSON may hold as it is and many programs take for the end of a line, with its escape; below U+0020 all have one.
_LINE_ENDS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def _on_one_line(record: str) -> str:
    for sign, escape in _LINE_ENDS.items():
        if sign in record:
            record = record.replace(sign, escape)
    return record


def _json(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[str]:
    return _array(_objects(db, request, options))


def _array(records: Iterable[str]) -> Iterator[str]:
    yield "["
    for at, record in enumerate(records):
        yield (",\n" if at else "\n") + record
    yield "\n]\n"


def _jsonl(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[str]:
    for record in _objects(db, request, options):
        yield record + "\n"


def _entries(write: cite.CitationFile) -> _Writer:
    """A file of entries, one behind the other."""
    return lambda db, request, options: map(write.of_many, works(db, request, options))


def _csl(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[str]:
    found = chain.from_iterable(map(cite.works, works(db, request, options)))
    return _array(map(cite.csl, map(cite.record, found)))


FORMATS: dict[str, Format] = {
    "csv": Format(".csv", "text/csv; charset=utf-8", _csv, tabular=True),
    "json": Format(".json", "application/json", _json, tabular=True),
    "jsonl": Format(".jsonl", "application/x-ndjson", _jsonl, tabular=True),
    "atom": Format(".atom", "application/atom+xml; charset=utf-8", atom.feed),
    "bibtex": Format(".bib", "application/x-bibtex; charset=utf-8", _entries(cite.bibtex), is_scattered=True),
    "biblatex": Format(
        ".biblatex.bib", "application/x-bibtex; charset=utf-8", _entries(cite.biblatex), is_scattered=True
    ),
    "ris": Format(".ris", "application/x-research-info-systems; charset=utf-8", _entries(cite.ris), is_scattered=True),
    "csl": Format(".csl.json", "application/vnd.citationstyles.csl+json", _csl, is_scattered=True),
}
