"""The shape of archive.db: tables, indexes, search, triggers, views, and the columns of exports, as one text.

Evidence (`captures`, `bodies`, `crawls`) is append-only; all other tables are derived from it and may be rewritten.
`open_archive` is the one way in: it makes or migrates the file, or says in one line why it cannot be used.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from os import W_OK, access
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from scraper.errors import ArchiveBusy, ArchiveError, ArchiveReadOnly, Damaged, DiskFull, NewerArchive, NotAnArchive

EVIDENCE = """
CREATE TABLE bodies (
  sha256           TEXT PRIMARY KEY NOT NULL,  -- of the decoded bytes, hex
  length           INTEGER NOT NULL,           -- of the decoded bytes
  codec            TEXT NOT NULL,              -- 'zstd', 'zstd-ref' or 'raw'
  reference_sha256 TEXT REFERENCES bodies(sha256),  -- the body that 'zstd-ref' is compressed against
  data             BLOB NOT NULL
);
CREATE INDEX bodies_reference ON bodies(reference_sha256) WHERE reference_sha256 IS NOT NULL;

CREATE TABLE crawls (
  id           INTEGER PRIMARY KEY,
  command      TEXT NOT NULL,      -- crawl, recover, import, …
  version      TEXT NOT NULL,      -- of this program
  started_at   TEXT NOT NULL,
  finished_at  TEXT,               -- NULL: was killed
  requests     INTEGER NOT NULL DEFAULT 0,
  new          INTEGER NOT NULL DEFAULT 0,
  changed      INTEGER NOT NULL DEFAULT 0,
  same         INTEGER NOT NULL DEFAULT 0,
  gone         INTEGER NOT NULL DEFAULT 0,
  problems     INTEGER NOT NULL DEFAULT 0,
  exit_status  INTEGER,
  chain_sha256 TEXT                -- of the previous run's chain and this run's record digests
);

CREATE TABLE captures (
  id                INTEGER PRIMARY KEY,
  url               TEXT NOT NULL,
  url_basis         TEXT NOT NULL,
  kind              TEXT NOT NULL,
  source            TEXT NOT NULL,
  captured_at       TEXT NOT NULL,
  captured_at_basis TEXT NOT NULL,
  status            INTEGER,
  request_head      BLOB,
  head              BLOB,
  content_encoding  TEXT,
  media_type        TEXT,
  body_sha256       TEXT REFERENCES bodies(sha256),
  wire_sha256       TEXT,
  wire_length       INTEGER,
  redirected_to     TEXT,
  not_modified_of   INTEGER REFERENCES captures(id),
  like_capture_id   INTEGER REFERENCES captures(id),
  ip                TEXT,
  truncated         TEXT,
  crawl_id          INTEGER REFERENCES crawls(id),
  record_sha256     TEXT NOT NULL UNIQUE
);
CREATE INDEX captures_url ON captures(url, captured_at);
CREATE INDEX captures_body ON captures(body_sha256);
CREATE INDEX captures_crawl ON captures(crawl_id);
"""

DERIVED = """
CREATE TABLE sites (
  id       TEXT PRIMARY KEY NOT NULL,
  name     TEXT NOT NULL,
  base_url TEXT NOT NULL,
  platform TEXT NOT NULL,
  state    TEXT NOT NULL DEFAULT 'unknown'
);

-- Small columns first, bodies last: sorting and facets never touch the overflow pages.
CREATE TABLE posts (
  id              INTEGER PRIMARY KEY,
  site            TEXT NOT NULL REFERENCES sites(id),
  url             TEXT NOT NULL UNIQUE,
  slug            TEXT NOT NULL,
  title           TEXT,
  author          TEXT,
  published_at    TEXT,
  published_basis TEXT,
  updated_at      TEXT,
  updated_basis   TEXT,
  views           INTEGER,
  comments        INTEGER,
  likes           INTEGER,
  counted_at      TEXT,
  language        TEXT,
  word_count      INTEGER,
  cover_image     TEXT,
  layout          TEXT,
  first_seen_at   TEXT NOT NULL,
  last_seen_at    TEXT NOT NULL,
  missing_since   TEXT,   -- start of an unbroken run of captures without the post; after 14 days it is gone
  gone_at         TEXT,
  gone_reason     TEXT,
  revision_count  INTEGER NOT NULL DEFAULT 1,
  capture_id      INTEGER REFERENCES captures(id),
  content_sha256  TEXT,
  reader          INTEGER,
  excerpt         TEXT,
  body_text       TEXT,
  body_html       TEXT,
  UNIQUE (site, slug)
);
CREATE INDEX posts_published ON posts(published_at);
CREATE INDEX posts_updated ON posts(updated_at);
CREATE INDEX posts_views ON posts(views);

-- The address that a capture answers for, and the post its page was read as: by this the captures of a post are found.
CREATE TABLE addresses (
  capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
  address    TEXT NOT NULL,  -- canonical form of the capture's url
  post_url   TEXT            -- NULL: the page was not read as a post
);
CREATE INDEX addresses_address ON addresses(address);
CREATE INDEX addresses_post ON addresses(post_url) WHERE post_url IS NOT NULL;

-- Which post a capture belongs to, and what became of it.
CREATE TABLE post_captures (
  capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
  post_id    INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  verdict    TEXT NOT NULL,  -- new, changed, same, older, worse, missing, gone, returned, redirect
  reason     TEXT            -- why it is worse or missing
);
CREATE INDEX post_captures_post ON post_captures(post_id);

CREATE TABLE revisions (
  id             INTEGER PRIMARY KEY,
  post_id        INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  capture_id     INTEGER NOT NULL REFERENCES captures(id),
  seen_at        TEXT NOT NULL,
  title          TEXT,
  author         TEXT,
  published_at   TEXT,
  updated_at     TEXT,
  content_sha256 TEXT NOT NULL,
  reader         INTEGER NOT NULL,
  targets        TEXT NOT NULL,  -- JSON: links, images and files as content_sha256 saw them
  body_text      TEXT,
  body_html      TEXT,
  UNIQUE (post_id, capture_id)
);

CREATE TABLE counts (
  post_id    INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  capture_id INTEGER NOT NULL REFERENCES captures(id),
  counted_at TEXT NOT NULL,
  views      INTEGER,
  comments   INTEGER,
  likes      INTEGER,
  source     TEXT NOT NULL,
  PRIMARY KEY (post_id, capture_id)
);
CREATE INDEX counts_time ON counts(post_id, counted_at);

-- Counts that a list page or the counts endpoint gave for an address: they become `counts` once that post is known.
CREATE TABLE listed_counts (
  capture_id INTEGER NOT NULL REFERENCES captures(id),
  url        TEXT NOT NULL,
  views      INTEGER,
  comments   INTEGER,
  likes      INTEGER,
  source     TEXT NOT NULL,
  PRIMARY KEY (url, capture_id)
) WITHOUT ROWID;

CREATE TABLE events (
  id         INTEGER PRIMARY KEY,
  post_id    INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  at         TEXT NOT NULL,
  kind       TEXT NOT NULL,   -- added, changed, gone, returned
  capture_id INTEGER REFERENCES captures(id)
);
CREATE INDEX events_post ON events(post_id, at);
CREATE INDEX events_at ON events(at);

CREATE TABLE problems (
  id            INTEGER PRIMARY KEY,
  url           TEXT NOT NULL,
  stage         TEXT NOT NULL,
  kind          TEXT NOT NULL,
  field         TEXT NOT NULL DEFAULT '',
  level         TEXT NOT NULL,
  message       TEXT NOT NULL,
  first_seen_at TEXT NOT NULL,
  last_seen_at  TEXT NOT NULL,
  times         INTEGER NOT NULL DEFAULT 1,
  resolved_at   TEXT,
  UNIQUE (url, stage, kind, field)
);

CREATE TABLE known_urls (
  url            TEXT PRIMARY KEY NOT NULL,
  site           TEXT NOT NULL REFERENCES sites(id),
  found_by       TEXT NOT NULL,   -- feed; link; list; sitemap …
  first_heard_at TEXT NOT NULL,
  last_heard_at  TEXT NOT NULL,
  lastmod        TEXT,            -- as the sitemap says
  state          TEXT NOT NULL,   -- archived, wanted, elsewhere, lost, not-a-post
  evidence       TEXT             -- why we say so
);
CREATE INDEX known_urls_site ON known_urls(site, state);

CREATE TABLE categories (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE post_categories (
  post_id     INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  category_id INTEGER NOT NULL REFERENCES categories(id),
  position    INTEGER NOT NULL,
  PRIMARY KEY (post_id, category_id)
);
CREATE INDEX post_categories_category ON post_categories(category_id);
CREATE TABLE post_tags (
  post_id  INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  tag_id   INTEGER NOT NULL REFERENCES tags(id),
  position INTEGER NOT NULL,
  PRIMARY KEY (post_id, tag_id)
);
CREATE INDEX post_tags_tag ON post_tags(tag_id);

CREATE TABLE links (
  post_id  INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  url      TEXT NOT NULL,
  text     TEXT NOT NULL,
  PRIMARY KEY (post_id, position)
);
CREATE INDEX links_url ON links(url);
CREATE TABLE images (
  post_id  INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  url      TEXT NOT NULL,
  alt      TEXT,
  caption  TEXT,
  width    INTEGER,
  height   INTEGER,
  PRIMARY KEY (post_id, position)
);
CREATE TABLE videos (
  post_id  INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  url      TEXT NOT NULL,
  title    TEXT,
  PRIMARY KEY (post_id, position)
);
CREATE TABLE files (
  id         INTEGER PRIMARY KEY,
  post_id    INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  url        TEXT,            -- NULL: the page offers the file without an address
  name       TEXT,
  media_type TEXT,
  size       INTEGER,
  sha256     TEXT,            -- of the file where it was fetched
  text       TEXT,            -- of a PDF
  UNIQUE (post_id, position)
);

CREATE INDEX files_url ON files(url);

CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
"""

VIEWS = """
-- Every post address that was ever heard of, and what became of it.
CREATE VIEW coverage AS
SELECT known_urls.site, known_urls.url, known_urls.state, known_urls.evidence, known_urls.found_by,
       known_urls.first_heard_at, known_urls.last_heard_at, known_urls.lastmod,
       posts.title, posts.published_at, posts.first_seen_at, posts.last_seen_at, posts.gone_at
FROM known_urls LEFT JOIN posts ON posts.url = known_urls.url;

-- Posts without their bodies: what lists and tables show.
CREATE VIEW posts_browse AS
SELECT posts.id, posts.published_at, posts.title, posts.author, posts.site, posts.url, posts.slug,
       posts.published_basis, posts.updated_at, posts.updated_basis, posts.views, posts.comments, posts.likes,
       posts.counted_at, posts.language, posts.word_count,
       (SELECT json_group_array(name) FROM (SELECT categories.name FROM post_categories
          JOIN categories ON categories.id = category_id WHERE post_id = posts.id ORDER BY position)) AS categories,
       (SELECT json_group_array(name) FROM (SELECT tags.name FROM post_tags
          JOIN tags ON tags.id = tag_id WHERE post_id = posts.id ORDER BY position)) AS tags,
       posts.first_seen_at, posts.last_seen_at, posts.gone_at, posts.gone_reason, posts.revision_count, posts.excerpt
FROM posts;
"""

#: Search tables: name → (content table, columns, tokenizer). Kept in step by triggers of our own, guarded so that a
#: change of counts never re-indexes a body (datasette.md P3-P5).
FTS = {
    "posts_fts": ("posts", ("title", "excerpt", "body_text", "author"), "porter unicode61 remove_diacritics 2"),
    "posts_exact": ("posts", ("title", "excerpt", "body_text", "author"), "unicode61 remove_diacritics 2"),
    "files_fts": ("files", ("name", "text"), "porter unicode61 remove_diacritics 2"),
    "files_exact": ("files", ("name", "text"), "unicode61 remove_diacritics 2"),
}

#: Default columns of CSV, JSON and /search.csv, in order.
EXPORT_COLUMNS = (
    "url", "site", "title", "author", "published_at", "published_basis", "updated_at", "updated_basis",
    "views", "comments", "likes", "counted_at", "language", "word_count", "categories", "tags",
    "first_seen_at", "last_seen_at", "gone_at", "revision_count", "capture_sha256", "excerpt", "body_text",
)  # fmt: skip

#: Milliseconds to wait for a lock that another connection holds before `ArchiveBusy`.
BUSY_TIMEOUT_MS = 5000

migrations = Migrations("ushrn")


@migrations(name="0001 evidence, posts, search")
def _first(db: Database) -> None:
    for script in (EVIDENCE, DERIVED, VIEWS, search_sql()):
        db.executescript(script)


#: `PRAGMA user_version` of an archive that this version writes: how many migrations it has had.
VERSION = 1

#: Tables by which a database is recognised as an archive of ours.
_OURS = {"bodies", "captures", "posts", "crawls"}


def search_sql() -> str:
    """The search tables and the triggers that keep them in step, as one script."""
    return "\n".join(_fts(name, *what) for name, what in FTS.items())


def trigger_names() -> frozenset[str]:
    """Names of the triggers that must exist for search to stay in step."""
    return frozenset(f"{name}_{when}" for name in FTS for when in ("ai", "ad", "au"))


def _fts(name: str, table: str, columns: tuple[str, ...], tokenizer: str) -> str:
    """One external-content index; updates that leave its columns alone do not touch it (IS NOT, for NULLs)."""
    names = ", ".join(columns)
    new = ", ".join(f"new.{column}" for column in columns)
    old = ", ".join(f"old.{column}" for column in columns)
    changed = " OR ".join(f"new.{column} IS NOT old.{column}" for column in ("id", *columns))
    put = f"INSERT INTO {name}(rowid, {names}) VALUES (new.id, {new});"
    take = f"INSERT INTO {name}({name}, rowid, {names}) VALUES ('delete', old.id, {old});"
    return f"""
CREATE VIRTUAL TABLE {name} USING fts5({names}, content='{table}', content_rowid='id', tokenize='{tokenizer}');
CREATE TRIGGER {name}_ai AFTER INSERT ON {table} BEGIN {put} END;
CREATE TRIGGER {name}_ad AFTER DELETE ON {table} BEGIN {take} END;
CREATE TRIGGER {name}_au AFTER UPDATE OF id, {names} ON {table} WHEN {changed} BEGIN {take} {put} END;
"""


def open_archive(path: str | Path, *, create: bool, readonly: bool = False) -> Database:
    """The archive at *path*, ready to use: WAL, every commit synced to disk, foreign keys on, migrated.

    *create* makes a missing or empty file an archive. *readonly* never writes, not even beside the file when it
    lies in a folder that cannot be written. The connection is in autocommit mode: transactions are begun by hand.
    Raises NotAnArchive, NewerArchive, ArchiveReadOnly, ArchiveBusy, DiskFull or Damaged; the file is then as it was.
    """
    path = Path(path)
    fresh = _is_fresh(path, create=create and not readonly)
    with explained(path):
        if not fresh:
            with closing(_connect_readonly(path)) as connection:
                fresh = _check(connection, path, create=create and not readonly)
        if readonly:
            return Database(_connect_readonly(path), recursive_triggers=False)
        return _open_writable(path, fresh=fresh)


def _is_fresh(path: Path, *, create: bool) -> bool:
    """Whether *path* is still to become an archive. Looks at no more than its first bytes."""
    if path.is_dir():
        raise NotAnArchive(f"{path}: expected an archive, found a folder; name a file with --db")
    if not path.exists():
        if not create:
            raise NotAnArchive(f"{path}: no archive there; `ushrn crawl` or `ushrn import` makes one")
        if not path.absolute().parent.is_dir():
            raise NotAnArchive(f"{path}: its folder does not exist; make it first, or name another with --db")
        return True
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except PermissionError as error:
        raise ArchiveReadOnly(f"{path}: cannot be read ({error.strerror}); see its owner and rights") from error
    if not start and create:
        return True
    if start != b"SQLite format 3\0":
        raise NotAnArchive(f"{path}: expected a SQLite file, found something else; name the archive with --db")
    return False


def _connect_readonly(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Where SQLite may not even make its -shm file, the file is taken as still."""
    where = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(where, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        log = path.with_name(path.name + "-wal")
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or (log.exists() and log.stat().st_size):
            raise
        connection = sqlite3.connect(where + "&immutable=1", uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    return connection


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


def _known_migrations() -> set[str]:
    return {migration.name for migration in migrations.pending(Database(memory=True))}


def _open_writable(path: Path, *, fresh: bool) -> Database:
    folder = path.absolute().parent
    if not access(folder, W_OK) or (path.exists() and not access(path, W_OK)):
        raise ArchiveReadOnly(f"{path}: cannot be written; see the rights of the file and of its folder")
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -32768")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        db = Database(connection, recursive_triggers=False)
        if fresh or migrations.pending(db):
            migrations.apply(db)
            connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.close()
        raise
    return db


@contextmanager
def explained(path: str | Path) -> Iterator[None]:
    """Turn what SQLite raises inside the block into one of our errors, with *path* and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


def explain(error: sqlite3.Error, path: str | Path) -> ArchiveError:
    """Our error for SQLite's; programming mistakes (SQL, constraints) are raised as they are."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return ArchiveBusy(f"{path}: another program is writing to it; try again when it has ended")
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(f"{path}: no room left on its disk; make room and run again, nothing kept so far is lost")
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}:
        return ArchiveReadOnly(f"{path}: cannot be opened for this ({error}); see the rights of the file and folder")
    if code == sqlite3.SQLITE_NOTADB:
        return NotAnArchive(f"{path}: expected a SQLite file, found something else; name the archive with --db")
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR}:
        return Damaged(f"{path}: SQLite says {error}; run `ushrn verify`, and restore a copy if it confirms")
    raise error
