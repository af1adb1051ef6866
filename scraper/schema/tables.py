"""Tables, indexes, views, search and export columns as one text: the contract with researchers and their tools."""

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
CREATE INDEX captures_kind ON captures(kind, url);
CREATE INDEX captures_body ON captures(body_sha256);
CREATE INDEX captures_crawl ON captures(crawl_id);

-- What the program or a person judged at the time and no later reading of the captures can find again.
CREATE TABLE decisions (
  id            INTEGER PRIMARY KEY,
  record_sha256 TEXT NOT NULL,  -- of the capture; no reference: it may come later, or stay away
  kind          TEXT NOT NULL,  -- held, accepted, blocked, absent, wrong-time, set-aside
  at            TEXT NOT NULL,
  by            TEXT NOT NULL,  -- the command, or who used it
  reason        TEXT,
  crawl_id      INTEGER REFERENCES crawls(id)
);
CREATE INDEX decisions_record ON decisions(record_sha256);

-- The files that were imported, and which captures came from which.
CREATE TABLE import_files (
  id        INTEGER PRIMARY KEY,
  name      TEXT NOT NULL,
  sha256    TEXT NOT NULL UNIQUE,
  length    INTEGER NOT NULL,
  kind      TEXT NOT NULL,           -- warc, wacz, wet, html, mhtml, text
  software  TEXT,                    -- that wrote it, as it says itself
  own       INTEGER NOT NULL DEFAULT 0,  -- 1: taken as an export of this archive
  signature TEXT,                    -- none, or valid or invalid and by whom
  crawl_id  INTEGER REFERENCES crawls(id)
);
CREATE TABLE capture_files (
  capture_id     INTEGER NOT NULL REFERENCES captures(id),
  import_file_id INTEGER NOT NULL REFERENCES import_files(id),
  record_offset  INTEGER,
  record_id      TEXT,
  PRIMARY KEY (capture_id, import_file_id)
) WITHOUT ROWID;

-- What read the pages of each run.
CREATE TABLE fingerprints (
  crawl_id    INTEGER PRIMARY KEY REFERENCES crawls(id),
  reader      INTEGER NOT NULL,
  fingerprint TEXT NOT NULL  -- JSON: the rules and the packages that parse, with their versions
);

CREATE TABLE checkpoints (
  id       INTEGER PRIMARY KEY,
  crawl_id INTEGER REFERENCES crawls(id),
  size     INTEGER NOT NULL,  -- records in the log
  root     TEXT NOT NULL,     -- of the log, hex
  text     TEXT NOT NULL      -- the signed note
);
CREATE TABLE timestamps (
  id         INTEGER PRIMARY KEY,
  checkpoint INTEGER NOT NULL REFERENCES checkpoints(id),
  authority  TEXT NOT NULL,
  token      BLOB NOT NULL,
  at         TEXT NOT NULL
);
CREATE TABLE withdrawals (
  id            INTEGER PRIMARY KEY,
  url           TEXT,
  record_sha256 TEXT,
  at            TEXT NOT NULL,
  reason        TEXT,
  by            TEXT,
  withdrawn     TEXT NOT NULL,  -- JSON: kinds and digests of what was taken out
  crawl_id      INTEGER REFERENCES crawls(id),
  CHECK (url IS NOT NULL OR record_sha256 IS NOT NULL)
);

-- Addresses of revisions made of a digest of their content, as versions before 0.2 gave them out: they lead on.
CREATE TABLE revision_addresses (
  post_url       TEXT NOT NULL,
  content_sha256 TEXT NOT NULL,
  record_sha256  TEXT NOT NULL,
  PRIMARY KEY (post_url, content_sha256)
) WITHOUT ROWID;
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
  published_day   TEXT,   -- the calendar day as the site showed it
  published_day_basis TEXT,  -- shown, offset, utc
  updated_at      TEXT,
  updated_basis   TEXT,
  updated_day     TEXT,
  updated_day_basis TEXT,
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
CREATE INDEX posts_published_day ON posts(published_day);
CREATE INDEX posts_updated_day ON posts(updated_day);
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
  known_at   TEXT,            -- start of the run whose capture decided it; NULL: that capture belongs to no run
  kind       TEXT NOT NULL,   -- added, changed, moved, gone, returned, withdrawn
  capture_id INTEGER REFERENCES captures(id)
);
CREATE INDEX events_post ON events(post_id, at);
CREATE INDEX events_at ON events(at);
CREATE INDEX events_known_at ON events(known_at);

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
  state          TEXT NOT NULL,   -- archived, wanted, redirected, in-web-archive, lost, not-a-post, withdrawn
  evidence       TEXT,            -- why we say so
  next_try_at    TEXT             -- when it is asked for again, where it was never had
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
  post_id    INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  url        TEXT NOT NULL,
  alt        TEXT,
  caption    TEXT,
  width      INTEGER,
  height     INTEGER,
  sha256     TEXT,            -- of the picture where it was kept
  capture_id INTEGER REFERENCES captures(id),
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

CREATE INDEX images_url ON images(url);

CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);

-- The data dictionary travels in the file.
CREATE TABLE dictionary (
  "table"  TEXT NOT NULL,
  "column" TEXT NOT NULL,  -- empty: the table itself
  type     TEXT,
  meaning  TEXT NOT NULL,
  PRIMARY KEY ("table", "column")
);
"""

VIEWS = """
-- Every post address that was ever heard of, and what became of it.
CREATE VIEW coverage AS
SELECT known_urls.site, known_urls.url, known_urls.state, known_urls.evidence, known_urls.found_by,
       known_urls.first_heard_at, known_urls.last_heard_at, known_urls.lastmod,
       known_urls.next_try_at, posts.title, posts.published_at, posts.first_seen_at, posts.last_seen_at, posts.gone_at
FROM known_urls LEFT JOIN posts ON posts.url = known_urls.url;

-- Posts without their bodies: what lists and tables show.
CREATE VIEW posts_browse AS
SELECT posts.id, posts.published_at, posts.title, posts.author, posts.site, posts.url, posts.slug,
       posts.published_basis, posts.published_day, posts.published_day_basis, posts.updated_at, posts.updated_basis,
       posts.updated_day, posts.updated_day_basis, posts.views, posts.comments, posts.likes, posts.counted_at,
       posts.language, posts.word_count,
       (SELECT json_group_array(name) FROM (SELECT categories.name FROM post_categories
          JOIN categories ON categories.id = category_id WHERE post_id = posts.id ORDER BY position)) AS categories,
       (SELECT json_group_array(name) FROM (SELECT tags.name FROM post_tags
          JOIN tags ON tags.id = tag_id WHERE post_id = posts.id ORDER BY position)) AS tags,
       posts.first_seen_at, posts.last_seen_at, posts.gone_at, posts.gone_reason, posts.revision_count, posts.excerpt
FROM posts;
"""

#: Search tables: name → (content table, columns, tokenizer). Kept in step by triggers of our own, guarded so that a
#: change of counts never re-indexes a body (datasette.md P3-P5).
FTS: dict[str, tuple[str, tuple[str, ...], str]] = {
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
