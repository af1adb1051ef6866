"""The file itself: SQLite's own checks, references, tables and triggers as they should be, and the search tables."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from scraper import schema
from scraper.verify import segments, words
from scraper.verify.findings import Findings

#: Of SQLite's pages in memory, for each file. With 16 MB `verify` is a fortieth faster and takes 40 MB more.
CACHE_KIB = 4096
#: Complaints of SQLite that are told; more of the same help nobody.
MOST = 100
_OBJECTS = "SELECT type, name, sql FROM main.sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"


def check_file(
    db: sqlite3.Connection, folder: Path, path: Path, findings: Findings, *, has_bodies: bool, same_shape: bool
) -> None:
    """Everything about the file at *path* but what its rows say and its search tables. A copy goes to *folder*.

    *same_shape*: it was made by this version, so its tables can be compared with what that makes.
    """
    for (complaint,) in db.execute(f"PRAGMA integrity_check({MOST})"):
        if complaint != "ok":
            findings.damage("sqlite", "file", str(complaint))
    for table, rowid, parent, _ in islice(db.execute("PRAGMA foreign_key_check"), MOST):
        if has_bodies or parent != "bodies":
            findings.damage("orphan-row", f"{table}, row {rowid}", f"it refers to a row of {parent} that is not there")
    if not same_shape:
        return
    _check_marks(db, findings)
    with twin(folder / "objects.db", path) as copy:
        _check_objects(db, copy, findings)


def check_search(db: sqlite3.Connection, folder: Path, path: Path, findings: Findings, name: str) -> None:
    """Hold the index *name* of the archive at *path* against the rows it was made of; nothing where `check_file` tells
    of its table. A copy of both goes to *folder* meanwhile.
    """
    place = folder / f"{name}.db"
    with twin(place, path) as copy:
        key = ("table", name)
        if _objects(copy).get(key) == _objects(db).get(key):
            _check_search(copy, place, name, findings)
    place.unlink()


@contextmanager
def twin(place: Path, path: Path) -> Iterator[sqlite3.Connection]:
    """A fresh, empty archive at *place* without triggers, with the archive at *path* attached read-only as `src`."""
    place.write_bytes(schema.empty_archive())
    with closing(sqlite3.connect(f"file:{quote(str(place))}", uri=True, isolation_level=None)) as copy:
        for pragma in ("synchronous = OFF", "foreign_keys = OFF", f"cache_size = -{CACHE_KIB}", "temp_store = FILE"):
            copy.execute(f"PRAGMA {pragma}")
        source = schema.way_in(path).address
        try:
            copy.execute("ATTACH ? AS src", (source,))
            copy.execute("SELECT count(*) FROM src.sqlite_master").fetchone()
        except sqlite3.OperationalError:  # a folder where nothing may be made beside it: the file is taken as still
            with suppress(sqlite3.OperationalError):
                copy.execute("DETACH src")
            copy.execute("ATTACH ? AS src", (source + "&immutable=1",))
        yield copy


def _check_marks(db: sqlite3.Connection, findings: Findings) -> None:
    """What the file says of itself outside its tables."""
    if missing := schema.missing_migrations(db):
        findings.damage("migrations", "_sqlite_migrations", f"it does not say that it had {', '.join(missing)}")
    (mark,) = db.execute("PRAGMA application_id").fetchone()
    if mark:
        findings.note("application-id", "file", f"marked {mark} by another program; this one leaves it 0")


def _check_objects(db: sqlite3.Connection, copy: sqlite3.Connection, findings: Findings) -> None:
    """Tables, indexes, triggers and views, word for word."""
    expected, found = _objects(copy), _objects(db)
    for (what, name), sql in expected.items():
        if (what, name) not in found:
            findings.damage(what, name, f"the {what} is missing")
        elif found[what, name] != sql:
            findings.damage(what, name, f"the {what} is not as this version makes it")
    for what, name in sorted(found.keys() - expected.keys()):
        level = findings.damage if what == "trigger" else findings.note
        level(what, name, f"a {what} that this program did not make")


def _objects(db: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """What `main` consists of: how each object is made, by its kind and name."""
    return {(what, name): _squeezed(sql) for what, name, sql in db.execute(_OBJECTS)}


def _squeezed(sql: str | None) -> str:
    return " ".join((sql or "").split())


def _check_search(copy: sqlite3.Connection, place: Path, name: str, findings: Findings) -> None:
    """Let FTS5 hold its index, copied, against the rows it was made of."""
    table = schema.FTS[name][0]
    _check_ranking(copy, name, findings)
    copy.execute("BEGIN")
    for trigger in schema.trigger_names():
        copy.execute(f"DROP TRIGGER IF EXISTS main.{trigger}")
    for one in (table, "unindexed"):
        copy.execute(f"DELETE FROM main.{one}")
        copy.execute(f"INSERT INTO main.{one} SELECT * FROM src.{one}")
    for part in ("data", "idx", "docsize", "config"):
        copy.execute(f"DELETE FROM main.{name}_{part}")
        copy.execute(f"INSERT INTO main.{name}_{part} SELECT * FROM src.{name}_{part}")
    copy.execute("COMMIT")
    if complaint := _complaint(copy, place, name):
        findings.damage("search", name, f"{complaint}, which hides hits; `ushrn rebuild --search` makes it anew")


def has_no_room(error: sqlite3.DatabaseError) -> bool:
    """Whether a copy has no room; of the archive nothing is said by it, as that is only read."""
    return getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)


def _complaint(copy: sqlite3.Connection, place: Path, name: str) -> str:
    """What is wrong with the copy of the index *name* in the file at *place*; empty: nothing. It is made anew there."""
    try:
        with closing(sqlite3.connect(place, isolation_level=None)) as fresh:
            fresh.execute("PRAGMA synchronous = OFF")
            fresh.execute(f"INSERT INTO {name}({name}, rank) VALUES ('integrity-check', 1)")
            if segments.leads_astray(fresh, name):
                return "it looks for words where they are not"
            kept = words.pages(fresh, name)
            fresh.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")
            made = words.pages(fresh, name)
        if (kept is None or kept != made) and words.hides_words(copy, name):
            return "its words are not those of its texts, though SQLite finds it sound"
    except sqlite3.DatabaseError as error:
        if has_no_room(error):
            raise
        return f"it is not that of its texts ({error})"
    return ""


def _check_ranking(copy: sqlite3.Connection, name: str, findings: Findings) -> None:
    """How an index puts hits in order, and is kept, is set in a table of its own."""
    changed = dict(copy.execute(f"SELECT k, v FROM src.{name}_config EXCEPT SELECT k, v FROM main.{name}_config"))
    if "rank" in changed:
        findings.damage("search", name, f"hits are put in another order: rank is set to {changed['rank']!r}")
    elif others := sorted(changed.keys() - {"version"}):
        findings.note("search", name, f"{', '.join(others)} set by another program: the same hits, stored otherwise")
