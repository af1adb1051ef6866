"""What a checkpoint seals, as rows: the log's records in their order, and a digest over each table. SQL only.

The log's order: by run, within a run as its chain sorts. Captures of no run are in no log.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scraper import schema
from scraper.store import single
from scraper.store.sorting import in_order

#: Row of `meta` that is there while nothing was written since the newest checkpoint; its value is that one's id.
SEALED = "sealed-as"
#: Row of `meta` in a copy without the bodies of captures; its value is when the copy was made.
WITHOUT = "captures-left-out"
#: The same in a copy without the bytes of pictures.
WITHOUT_PICTURES = "pictures-left-out"
#: Rows of `meta` that no checkpoint covers: what `verify` says of them, it says whatever was sealed.
_OF_COPIES = f"'{SEALED}', '{WITHOUT}', '{WITHOUT_PICTURES}'"
#: Tables that no checkpoint covers: they hold it, or what was made of it later; or they are, as those of search, made
#: of other tables, and checked so.
OUTSIDE = frozenset({"checkpoints", "timestamps", "log_nodes", "_sqlite_migrations", "shared_runs"})
#: What an id stands for, where a table refers to one.
NATURAL = {
    "captures": "record_sha256",
    "posts": "url",
    "categories": "name",
    "tags": "name",
    "import_files": "sha256",
}
#: What `bodies` keeps: how it is kept may change, but for the copies that stand in the place of withdrawn ones.
_BODIES = """
SELECT sha256, length FROM main.bodies
UNION ALL SELECT sha256, reference_sha256 FROM main.bodies WHERE codec = 'withdrawn' AND reference_sha256 IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `checkpoints`."""

    id: int
    crawl_id: int | None
    size: int
    root: str
    text: str
    statement: str


def rows(db: sqlite3.Connection) -> list[Row]:
    """All checkpoints, oldest first."""
    return [Row(*row) for row in db.execute(f"{_ROWS} ORDER BY id")]


def newest(db: sqlite3.Connection) -> Row | None:
    """The newest checkpoint; None: there is none."""
    row = db.execute(f"{_ROWS} ORDER BY id DESC LIMIT 1").fetchone()
    if row is None:
        return None
    return Row(*row)


_ROWS = "SELECT id, crawl_id, size, root, text, statement FROM checkpoints"


def add(
    db: sqlite3.Connection,
    *,
    crawl_id: int | None,
    size: int,
    root: bytes,
    text: str,
    statement: str,
) -> int:
    """Write a checkpoint, and that the archive is as it says; its id."""
    done = db.execute(
        "INSERT INTO checkpoints (crawl_id, size, root, text, statement) VALUES (?, ?, ?, ?, ?)",
        (crawl_id, size, root.hex(), text, statement),
    )
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (SEALED, str(done.lastrowid)))
    return done.lastrowid or 0


def is_sealed(db: sqlite3.Connection) -> bool:
    """Whether nothing was written since the newest checkpoint, as far as the program knows."""
    asked = "SELECT (SELECT value FROM meta WHERE key = ?) = CAST((SELECT max(id) FROM checkpoints) AS TEXT)"
    return bool(db.execute(asked, (SEALED,)).fetchone()[0])


def has_open_run(db: sqlite3.Connection) -> bool:
    """Whether a run goes on or was killed: then the archive may be written to since the newest checkpoint."""
    (found,) = db.execute("SELECT EXISTS (SELECT 1 FROM crawls WHERE chain_sha256 IS NULL)").fetchone()
    return bool(found)


def unseal(db: sqlite3.Connection) -> None:
    """Note that the archive is written to: its tables are no longer those of the newest checkpoint."""
    db.execute("DELETE FROM meta WHERE key = ?", (SEALED,))


# The log ------------------------------------------------------------------------------------------------------------


def sealed_runs(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """(id, number of captures) of every run that has ended, in the order of the log."""
    return db.execute(_RUNS).fetchall()


_RUNS = """
SELECT crawls.id, count(captures.id) FROM crawls LEFT JOIN captures ON crawl_id = crawls.id
WHERE chain_sha256 IS NOT NULL GROUP BY crawls.id ORDER BY crawls.id
"""


def records(db: sqlite3.Connection, crawl_id: int) -> Iterator[str]:
    """`record_sha256` of the captures of a run, sorted."""
    yield from (record for (record,) in db.execute(_RECORDS, (crawl_id,)))


class Records:
    """The log's records, read run by run; what was read last is held."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._runs = sealed_runs(db)
        self._held: tuple[int, list[str]] = (-1, [])

    def between(self, start: int, stop: int) -> list[str]:
        """`record_sha256` of the captures from *start* to before *stop*; fewer where the log ends before."""
        found: list[str] = []
        at = 0
        for crawl_id, count in self._runs:
            if at >= stop:
                break
            if start < at + count:
                found += self._of_run(crawl_id)[max(start - at, 0) : stop - at]
            at += count
        return found

    def _of_run(self, crawl_id: int) -> list[str]:
        if self._held[0] != crawl_id:
            self._held = (crawl_id, list(records(self._db, crawl_id)))
        return self._held[1]


_RECORDS = "SELECT record_sha256 FROM captures WHERE crawl_id = ? ORDER BY record_sha256"


def index(db: sqlite3.Connection, record_sha256: str) -> int | None:
    """The place of a capture in the log; None: it is in none."""
    row = db.execute("SELECT crawl_id FROM captures WHERE record_sha256 = ?", (record_sha256,)).fetchone()
    runs = sealed_runs(db)
    if row is None or row[0] not in dict(runs):
        return None
    before = sum(count for crawl_id, count in runs if crawl_id < row[0])
    asked = "SELECT count(*) FROM captures WHERE crawl_id = ? AND record_sha256 < ?"
    return before + int(db.execute(asked, (row[0], record_sha256)).fetchone()[0])


def node(db: sqlite3.Connection, level: int, position: int) -> bytes | None:
    """A hash of the tree that was kept; None: it was not."""
    return single.octets(db, "SELECT hash FROM log_nodes WHERE level = ? AND position = ?", (level, position))


def keep_node(db: sqlite3.Connection, level: int, position: int, value: bytes) -> None:
    """Keep a hash of the tree."""
    db.execute("INSERT OR REPLACE INTO log_nodes (level, position, hash) VALUES (?, ?, ?)", (level, position, value))


def nodes(db: sqlite3.Connection) -> list[tuple[int, int, bytes]]:
    """All hashes of the tree that were kept: level, position, hash."""
    return db.execute("SELECT level, position, hash FROM log_nodes ORDER BY level, position").fetchall()


def last_run(db: sqlite3.Connection) -> dict[str, object] | None:
    """The row of the newest run that has ended; None: there is none."""
    cursor = db.execute("SELECT * FROM crawls WHERE chain_sha256 IS NOT NULL ORDER BY id DESC LIMIT 1")
    row = cursor.fetchone()
    if row is None:
        return None
    return dict(zip((column[0] for column in cursor.description), row, strict=True))


def meta(db: sqlite3.Connection, key: str) -> str | None:
    """A value of `meta`; None: there is none."""
    return single.text(db, "SELECT value FROM meta WHERE key = ?", (key,))


def set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    """Write a value of `meta`."""
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def stamps(db: sqlite3.Connection, checkpoint: int | None = None) -> list[tuple[int, int, bytes, str]]:
    """Timestamps (of one checkpoint, None: all): id, checkpoint, token, the time it gives."""
    asked = "SELECT id, checkpoint, token, at FROM timestamps WHERE ? IS NULL OR checkpoint = ? ORDER BY at, id"
    return db.execute(asked, (checkpoint, checkpoint)).fetchall()


def add_stamp(db: sqlite3.Connection, *, checkpoint: int, authority: str, token: bytes, at: str) -> None:
    """Keep a timestamp on a checkpoint."""
    row = (checkpoint, authority, token, at)
    db.execute("INSERT INTO timestamps (checkpoint, authority, token, at) VALUES (?, ?, ?, ?)", row)


def stamps_digest(db: sqlite3.Connection, newest: int | None = None) -> list[object]:
    """[number, id of the newest, digest] of all timestamps, or of those up to the one of id *newest*."""
    asked = "SELECT id, checkpoint, authority, token, at FROM timestamps WHERE ?1 IS NULL OR id <= ?1 ORDER BY id"
    found = db.execute(asked, (newest,)).fetchall()
    text = "\n".join(_ENCODER.encode(row) for row in found)
    return [len(found), found[-1][0] if found else 0, hashlib.sha256(text.encode()).hexdigest()]


def set_text(db: sqlite3.Connection, checkpoint: int, text: str) -> None:
    """Keep more signatures with a checkpoint."""
    db.execute("UPDATE checkpoints SET text = ? WHERE id = ?", (text, checkpoint))


# The tables ---------------------------------------------------------------------------------------------------------


def schema_digest(db: sqlite3.Connection, *, own: bool = False) -> str:
    """SHA-256 over all tables, indexes, triggers and views as SQLite keeps their statements.

    *own*: only over what this program makes, and what hangs on it: what people add for themselves is left out.
    """
    asked = "SELECT type, name, tbl_name, sql FROM main.sqlite_master WHERE name NOT GLOB 'sqlite_*'"
    lines = sorted(json.dumps(row) for row in db.execute(asked) if not own or _is_own(*row[:3]))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _is_own(what: str, name: str, table: str) -> bool:
    """Whether something is of this program, or changes what is written to a table of it: a trigger, whoever made it."""
    made = schema.own_objects()
    return name in made or (what == "trigger" and table in made)


def of_ours(names: Iterable[str]) -> list[str]:
    """Those of *names* that this program gives to tables which a checkpoint covers, sorted."""
    return sorted(schema.own_objects().intersection(names) - OUTSIDE)


def table_digests(db: sqlite3.Connection) -> dict[str, tuple[int, str]]:
    """For each table of this program the number of its rows and a digest over them; tables of others are theirs.

    A row is a JSON array of its columns in their order, BLOBs as ``{"hex": …}``, ids replaced by what they stand for
    (`NATURAL`). The digest is the SHA-256 of the rows' own SHA-256 digests, sorted: order and ids say nothing.
    """
    return {name: _digest_of(db, query) for name, query in sorted(_queries(db).items())}


def _digest_of(db: sqlite3.Connection, query: str) -> tuple[int, str]:
    """How many rows *query* gives, and their digest. Text that is no UTF-8 takes a slower way, and has one, too."""
    try:
        return _digest(db.execute(query))
    except sqlite3.OperationalError:
        with _any_text(db):
            return _digest(db.execute(query))


@contextmanager
def _any_text(db: sqlite3.Connection) -> Iterator[None]:
    """Let text that is no UTF-8 be read: whoever put it there must not stop the check."""
    before = db.text_factory
    db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        db.text_factory = before


def _digest(cursor: sqlite3.Cursor) -> tuple[int, str]:
    encode, sha256, whole = _ENCODER.encode, hashlib.sha256, hashlib.sha256()
    count = 0
    with in_order(sha256(encode(row).encode("ascii")).digest() for row in cursor) as found:
        for count, digest in enumerate(found, 1):  # noqa: B007 - the number of the last
            whole.update(digest)
    return count, whole.hexdigest()


_ENCODER = json.JSONEncoder(separators=(",", ":"), default=lambda value: {"hex": value.hex()})


def _queries(db: sqlite3.Connection) -> dict[str, str]:
    """SQL that gives the rows of each table without ids; the search tables are made of other tables, and checked so."""
    asked = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
    names = [name for (name,) in db.execute(asked) if name in schema.own_objects()]
    search = {name for (name,) in db.execute(f"{asked} AND sql LIKE 'CREATE VIRTUAL%'")}
    shadows = {f"{name}_{part}" for name in search for part in ("data", "idx", "docsize", "config", "content")}
    return {name: _query(db, name) for name in names if name not in OUTSIDE | search | shadows}


def _query(db: sqlite3.Connection, table: str) -> str:
    names = [name for name, is_number in db.execute(_COLUMNS, (table,)) if not is_number]
    refers = {row[3]: row[2] for row in db.execute(f"PRAGMA main.foreign_key_list({_quoted(table)})")}
    chosen = [_natural(name, refers) for name in names]
    where = ""
    match table:
        case "bodies":
            return _BODIES
        case "captures":  # its record's digest covers the values, and this the types
            types = " || ',' || ".join(f"typeof(t.{_quoted(name)})" for name in names)
            chosen = ["record_sha256", "crawl_id", types]
        case "crawls":  # its number is its place in the log
            chosen = ["id", *chosen]
        case "meta":
            where = f" WHERE key NOT IN ({_OF_COPIES})"
    return f"SELECT {', '.join(chosen)} FROM main.{_quoted(table)} AS t{where}"


#: The columns of a table, and whether each is the number by which SQLite knows its rows.
_COLUMNS = "SELECT name, pk > 0 AND name = 'id' AND type = 'INTEGER' FROM pragma_table_info(?, 'main')"


def _natural(name: str, refers: dict[str, str]) -> str:
    """A column, or what the id in it stands for."""
    table = refers.get(name)
    if table not in NATURAL:
        return f"t.{_quoted(name)}"
    return f"(SELECT n.{NATURAL[table]} FROM main.{table} AS n WHERE n.id = t.{_quoted(name)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
