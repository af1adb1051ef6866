"""The one way into archive.db: it is made, migrated and opened here, or it is said in one line why it cannot be."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from os import W_OK, access
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from scraper.errors import (
    ArchiveBusy,
    ArchiveError,
    ArchiveReadOnly,
    DiskFull,
    IntegrityError,
    NewerArchive,
    NotAnArchive,
)
from scraper.schema import renewal
from scraper.schema.fields import FACTS, TAG_PLACES, YEARS
from scraper.schema.way_in import beside, way_in

#: Milliseconds to wait for a lock that another connection holds before `ArchiveBusy`.
BUSY_TIMEOUT_MS = 5000

migrations = Migrations("ushrn")


@migrations(name="0001 evidence, posts, search")
def _first(db: Database) -> None:
    renewal.create(db.conn)


@migrations(name="0002 decisions, seals, days")
def _second(db: Database) -> None:
    renewal.renew(db.conn)


@migrations(name="0003 search in every script")
def _third(db: Database) -> None:
    renewal.renew(db.conn)
    renewal.renew_search(db.conn)


@migrations(name="0004 views for the common questions")
def _fourth(db: Database) -> None:
    renewal.renew(db.conn)


@migrations(name="0005 the facts of posts beside their texts")
def _fifth(db: Database) -> None:
    db.conn.execute(f"CREATE INDEX IF NOT EXISTS {FACTS}")


@migrations(name="0006 logs of imported files")
def _sixth(db: Database) -> None:
    renewal.renew(db.conn)


@migrations(name="0007 accepted certificates")
def _seventh(db: Database) -> None:
    renewal.renew(db.conn)


@migrations(name="0008 runs of words that posts share")
def _eighth(db: Database) -> None:
    renewal.renew(db.conn)
    renewal.fill_shared_runs(db.conn)


@migrations(name="0009 short ids of posts")
def _ninth(db: Database) -> None:
    renewal.renew(db.conn)
    renewal.fill_short_ids(db.conn)


@migrations(name="0010 what sites call themselves")
def _tenth(db: Database) -> None:
    renewal.renew(db.conn)


@migrations(name="0011 posts that wait for their indexes")
def _eleventh(db: Database) -> None:
    renewal.renew(db.conn)


@migrations(name="0012 what pages call themselves")
def _twelfth(db: Database) -> None:
    renewal.renew(db.conn)
    renewal.fill_shows(db.conn)


@migrations(name="0013 beginnings of words")
def _thirteenth(db: Database) -> None:
    renewal.renew_search(db.conn)


@migrations(name="0014 triggers that ask the views")
def _fourteenth(db: Database) -> None:
    renewal.renew_triggers(db.conn)


@migrations(name="0015 views that look at letters last")
def _fifteenth(db: Database) -> None:
    renewal.renew_contents(db.conn)


@migrations(name="0016 when sites answered, years of posts")
def _sixteenth(db: Database) -> None:
    renewal.renew(db.conn)
    db.conn.execute(f"CREATE INDEX IF NOT EXISTS {YEARS}")


@migrations(name="0017 letters of more scripts")
def _seventeenth(db: Database) -> None:
    renewal.renew_search(db.conn)


@migrations(name="0018 tags in their order")
def _eighteenth(db: Database) -> None:
    db.conn.execute(f"CREATE INDEX IF NOT EXISTS {TAG_PLACES}")


@migrations(name="0019 views that spare texts with signs of typographers")
def _nineteenth(db: Database) -> None:
    renewal.renew_contents(db.conn)


@migrations(name="0020 units in the dictionary, tables of search too")
def _twentieth(db: Database) -> None:
    renewal.renew_dictionary(db.conn)


@migrations(name="0021 views that replace one letter at a time")
def _twenty_first(db: Database) -> None:
    renewal.renew_contents(db.conn)


@migrations(name="0022 revisions shown, by their permanent names")
def _twenty_second(db: Database) -> None:
    renewal.add_table(db.conn, "citations")


#: `PRAGMA user_version` of an archive that this version writes: how many migrations it has had.
VERSION = 22

#: I/O errors that mean that a file cannot grow: the archive's, or the one that SQLite makes beside it.
_NO_ROOM = {"SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE"}

#: What makes SQLite open the file and its log, and no more: the schema is not read for it.
_ANYTHING = "PRAGMA user_version"

#: Tables by which a database is recognised as an archive of ours.
_OURS = {"bodies", "captures", "posts", "crawls"}


def open_archive(
    path: str | Path,
    *,
    create: bool,
    readonly: bool = False,
    busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    before_renewal: Callable[[sqlite3.Connection], None] = lambda _: None,
) -> Database:
    """The archive at *path*, ready to use: WAL, every commit synced to disk, foreign keys on, migrated.

    *create* makes a missing or empty file an archive. *readonly* never writes, not even beside the file when it
    lies in a folder that cannot be written; an archive of an older version is then shown in today's shape. A lock
    that another connection holds is waited for *busy_timeout_ms*. *before_renewal* is shown an archive of an older
    version before it is migrated.
    The connection is in autocommit mode: transactions are begun by hand.
    Raises NotAnArchive, NewerArchive, ArchiveReadOnly, ArchiveBusy, DiskFull or IntegrityError; the file is untouched.
    """
    path = Path(path)
    found = _connect_checked(path, create=create and not readonly)
    with explained(path):
        if found is not None and readonly:
            return _presented(found)
        if found is not None:
            with closing(found):
                _before_renewal(found, before_renewal)
        return _open_writable(path, busy_timeout_ms, fresh=found is None)


def peek(path: Path) -> Database | None:
    """The archive at *path*, to be read; None: it is still to be made (no file, an empty one, or one whose making was
    killed). Raises what `open_archive` raises.
    """
    found = _connect_checked(path, create=True)
    with explained(path):
        if not found:
            return None
        return _presented(found)


def _connect_checked(path: Path, *, create: bool) -> sqlite3.Connection | None:
    """A connection that cannot write, to an archive of ours; None: it is still to be made, without *create* an error.

    Each connection that asks anything of the tables reads the whole schema, which takes milliseconds: the one that
    looks whether this is an archive is the one that is used.
    """
    if _is_fresh(path, create=create):
        return None
    with explained(path), ExitStack() as unused:
        connection = unused.enter_context(closing(_connect_readonly(path)))
        if _check(connection, path, create=create):
            return None
        unused.pop_all()
        return connection


def _is_fresh(path: Path, *, create: bool) -> bool:
    """Whether *path* is still to become an archive. Looks at no more than its first bytes."""
    try:
        return _looks_fresh(path, create=create)
    except OSError as error:
        raise ArchiveReadOnly(
            f"{path}: cannot be read ({error.strerror}); check its name, owner and permissions"
        ) from error


def _looks_fresh(path: Path, *, create: bool) -> bool:
    if path.is_dir():
        raise NotAnArchive(f"{path}: expected an archive, found a folder; name a file with --db")
    if not path.exists():
        if not create:
            raise NotAnArchive(f"{path}: no archive there; `ushrn crawl` or `ushrn import` makes one")
        if not path.absolute().parent.is_dir():
            raise NotAnArchive(f"{path}: its folder does not exist; make it first, or name another with --db")
        return True
    if not path.is_file():
        raise NotAnArchive(f"{path}: expected a file, found something else; name the archive with --db")
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        if not create:
            raise NotAnArchive(f"{path}: an empty file; `ushrn crawl` or `ushrn import` makes an archive of it")
        return True
    if start != b"SQLite format 3\0":
        raise NotAnArchive(f"{path}: expected a SQLite file, found something else; name the archive with --db")
    return False


#: What the -shm file of a log takes at least (https://sqlite.org/walformat.html, 2.1).
_INDEX_BYTES = 32768


def _connect_readonly(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Where SQLite may not even make its -shm file, or has no room for it, the file is
    taken as still.
    """
    where = way_in(path).address
    connection = sqlite3.connect(where, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    try:
        connection.execute(_ANYTHING).fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        log, _ = beside(path)
        # "unable to open" on a read-only mount, "attempt to write" in a folder without the right (SQLite 3.40).
        still = error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
        is_full = _has_no_room(error)
        if not (still or is_full) or (log.exists() and log.stat().st_size):
            raise
        if is_full:
            _drop_begun(path)
        connection = sqlite3.connect(where + "&immutable=1", uri=True, isolation_level=None, check_same_thread=False)
    return connection


def _drop_begun(path: Path) -> None:
    """Take away the files beside *path* that a full disk let SQLite only begin: nobody can use them, and nothing of the
    archive is in them.
    """
    log, index = beside(path)
    if index.exists() and index.stat().st_size < _INDEX_BYTES and not (log.exists() and log.stat().st_size):
        with suppress(OSError):
            index.unlink()
            log.unlink()


def open_as_it_is(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, to a file that need not be an archive of this version."""
    return _connect_readonly(path)


def _presented(connection: sqlite3.Connection) -> Database:
    """An archive to be read, in today's shape."""
    show_as_today(connection)
    connection.execute("PRAGMA query_only = ON")
    return Database(connection, recursive_triggers=False)


def _before_renewal(connection: sqlite3.Connection, show: Callable[[sqlite3.Connection], None]) -> None:
    """Let *show* see an archive of an older version, in today's shape."""
    if _is_older(connection):
        renewal.present(connection)
        show(connection)


def show_as_today(connection: sqlite3.Connection) -> None:
    """Let a connection that reads see an archive of an older version in today's shape; nothing is written."""
    if _is_older(connection):
        renewal.present(connection)


def _is_older(connection: sqlite3.Connection) -> bool:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(version < VERSION)


def _check(connection: sqlite3.Connection, path: Path, *, create: bool) -> bool:
    """Whether the database is still empty; raises NotAnArchive or NewerArchive for one that we may not touch."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if create and not tables - {"_sqlite_migrations"}:
        return True
    if not tables >= _OURS:
        raise NotAnArchive(f"{path}: a SQLite file, but not an archive of ours; name the archive with --db")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    applied: set[str] = set()
    if "_sqlite_migrations" in tables:
        asked = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
        applied = {name for (name,) in connection.execute(asked, (migrations.name,))}
    unknown = sorted(applied - _known_migrations())
    if version > VERSION or unknown:
        what = f"its version is {version}, ours {VERSION}" + (f"; unknown: {', '.join(unknown)}" if unknown else "")
        raise NewerArchive(f"{path}: written by a newer ushrn ({what}); upgrade with `pip install --upgrade ushrn`")
    return False


@cache
def own_objects() -> frozenset[str]:
    """Names of all tables, indexes, triggers and views that this version makes, those behind its indexes included."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.deserialize(empty_archive())
        return frozenset(name for (name,) in fresh.execute("SELECT name FROM sqlite_master"))


@cache
def empty_archive() -> bytes:
    """The file of an archive of this version that holds nothing. Making it takes far longer than writing it."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        _bring_up_to_date(Database(fresh))
        return fresh.serialize()


def _bring_up_to_date(db: Database) -> None:
    """Give an archive of an older version today's shape, step by step; an empty database has it at once."""
    if not db.table_names():
        _make(db)
    migrations.apply(db)
    db.conn.execute(f"PRAGMA user_version = {VERSION}")


def _make(db: Database) -> None:
    """Make all that an archive has, as the first step does, and note the others, which it need not go through."""
    _, *others = migrations.pending(db)
    migrations.apply(db, stop_before=others[0].name)
    noted = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, datetime('now'))"
    db.conn.executemany(noted, [(migrations.name, other.name) for other in others])


def missing_migrations(connection: sqlite3.Connection) -> list[str]:
    """Names of the steps to today's shape that the archive does not say it had."""
    asked = "SELECT name FROM main._sqlite_migrations WHERE migration_set = ?"
    return sorted(_known_migrations() - {name for (name,) in connection.execute(asked, (migrations.name,))})


@cache
def _known_migrations() -> frozenset[str]:
    return frozenset(migration.name for migration in migrations.pending(Database(memory=True)))


#: Pages of the log, 16 MB, after which they are moved into the file. With SQLite's own 1,000, what every commit changes
#: is written and synced there four times as often.
_LOG_PAGES = 4000


def _open_writable(path: Path, busy_timeout_ms: int, *, fresh: bool) -> Database:
    folder = path.absolute().parent
    if not access(folder, W_OK) or (path.exists() and not access(path, W_OK)):
        raise ArchiveReadOnly(f"{path}: cannot be written; check the permissions of the file and its folder")
    # Absolute: `file:x.db` would be taken for an address and `:memory:` for no file at all.
    connection = sqlite3.connect(path.absolute(), isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -32768")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        db = Database(connection, recursive_triggers=False)
        if fresh or migrations.pending(db):
            with db.atomic():  # all steps or none: a kill leaves no archive half made or half migrated
                _bring_up_to_date(db)
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error) and _has_no_room(error):
            _drop_begun(path)
        raise
    return db


def tidy(path: Path) -> None:
    """Take away the empty files that reading an archive with a log leaves beside it; nothing of it is written.

    They stay where another process has it open, where there is something in the log, or where we may not write.
    """
    log, index = beside(path)
    if not (log.exists() or index.exists()) or (log.exists() and log.stat().st_size) or not access(path, W_OK):
        return
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0)
        try:
            connection.execute(_ANYTHING).fetchone()
        finally:
            connection.close()


@contextmanager
def explained(path: str | Path) -> Iterator[None]:
    """Turn what SQLite raises inside the block into one of our errors, with *path* and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


def _has_no_room(error: sqlite3.Error) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL or name in _NO_ROOM


def explain(error: sqlite3.Error, path: str | Path) -> ArchiveError:
    """Our error for SQLite's; programming mistakes (SQL, constraints) are raised as they are."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return ArchiveBusy(f"{path}: another program is writing to it; try again when it has finished")
    # A quota or a limit on the size of files (EFBIG) comes as an I/O error, ENOSPC as SQLITE_FULL.
    if _has_no_room(error):
        return DiskFull(f"{path}: no room left on its disk; make room and run again, nothing kept so far is lost")
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}:
        return ArchiveReadOnly(f"{path}: cannot be opened ({error}); check the permissions of the file and its folder")
    if code == sqlite3.SQLITE_NOTADB:
        return NotAnArchive(f"{path}: expected a SQLite file, found something else; name the archive with --db")
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR}:
        return IntegrityError(f"{path}: SQLite says {error}; run `ushrn verify`, and restore a copy if it confirms")
    raise error
