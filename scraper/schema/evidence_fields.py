"""The tables that hold evidence: their rows are only added.

`bodies`, `crawls` and `captures` are, word for word, as 0.1.0 made them, and stay so: digests, chains and the checkers
that others wrote rest on their columns. What is new about a capture or a run stands in a table beside them.
"""

from scraper.schema.table import Field, Table

BODIES = """
CREATE TABLE bodies (
  sha256           TEXT PRIMARY KEY NOT NULL,  -- of the decoded bytes, hex
  length           INTEGER NOT NULL,           -- of the decoded bytes
  codec            TEXT NOT NULL,              -- 'zstd', 'zstd-ref' or 'raw'
  reference_sha256 TEXT REFERENCES bodies(sha256),  -- the body that 'zstd-ref' is compressed against
  data             BLOB NOT NULL
);
CREATE INDEX bodies_reference ON bodies(reference_sha256) WHERE reference_sha256 IS NOT NULL;
"""

CRAWLS = """
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
"""

CAPTURES = """
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
"""

EVIDENCE = (
    Table(
        "bodies",
        "Bodies of captures, each once, compressed against a similar one. Evidence: rows are only added.",
        (
            Field("sha256", "TEXT", "Digest of the decoded body"),
            Field("length", "INTEGER", "Length of the decoded body, bytes", unit="bytes"),
            Field("codec", "TEXT", "raw, zstd, or zstd-ref (zstd with the reference as raw-content dictionary)"),
            Field("reference_sha256", "TEXT", "The body that zstd-ref needs; that one is stored whole"),
            Field("data", "BLOB", "The stored form"),
        ),
        sql=BODIES,
    ),
    Table(
        "crawls",
        "Runs of crawl, recover and import. Evidence: rows are only added and sealed.",
        (
            Field("id", "INTEGER", "Row number"),
            Field("command", "TEXT", "crawl, recover, import …"),
            Field("version", "TEXT", "Version of the program"),
            Field("started_at", "TEXT", "When it began, UTC"),
            Field("finished_at", "TEXT", "When it ended, UTC; empty: it was killed"),
            Field("requests", "INTEGER", "Requests sent", unit="requests"),
            Field("new", "INTEGER", "Posts seen for the first time", unit="posts"),
            Field("changed", "INTEGER", "Posts whose content had changed", unit="posts"),
            Field("same", "INTEGER", "Posts that had not changed", unit="posts"),
            Field("gone", "INTEGER", "Posts found gone", unit="posts"),
            Field("problems", "INTEGER", "Pages with errors", unit="pages"),
            Field("exit_status", "INTEGER", "Exit status of the command; empty: it was killed"),
            Field("chain_sha256", "TEXT", "Digest of the previous run's chain and of this run's record digests"),
        ),
        sql=CRAWLS,
    ),
    Table(
        "captures",
        "Every answer of a server and every imported page, as it came. Evidence: rows are only added.",
        (
            Field("id", "INTEGER", "Row number"),
            Field("url", "TEXT", "Address asked for, or known for an imported page"),
            Field("url_basis", "TEXT", "How it is known: request, given, manifest, comment, canonical, og:url or warc"),
            Field(
                "kind",
                "TEXT",
                "post, list, feed, sitemap, robots, counts, file, image, style, redirect, missing or other",
            ),
            Field("source", "TEXT", "live, wayback, commoncrawl, warc or file"),
            Field("captured_at", "TEXT", "Instant the capture began, UTC"),
            Field("captured_at_basis", "TEXT", "How that is known: clock, given, page or file-time"),
            Field("status", "INTEGER", "HTTP status; empty for a saved page"),
            Field("request_head", "BLOB", "Request line and headers as sent"),
            Field("head", "BLOB", "Status line and headers as received"),
            Field("content_encoding", "TEXT", "Encoding the body was sent in"),
            Field("media_type", "TEXT", "Content type without parameters"),
            Field("body_sha256", "TEXT", "Digest of the decoded body; empty: there was none"),
            Field("wire_sha256", "TEXT", "Digest of the body as it was sent"),
            Field("wire_length", "INTEGER", "Length of the body as it was sent, bytes", unit="bytes"),
            Field("redirected_to", "TEXT", "Where a redirect leads"),
            Field("not_modified_of", "INTEGER", "Capture that a 304 answer confirms"),
            Field("like_capture_id", "INTEGER", "Soft-404 probe (a nonexistent address) that this page resembles"),
            Field("ip", "TEXT", "Address of the server"),
            Field("truncated", "TEXT", "Why the body is not whole or not decoded: length, time, disconnect or decode"),
            Field("crawl_id", "INTEGER", "Run that made it"),
            Field("record_sha256", "TEXT", "Digest of this row's other columns except ids"),
        ),
        sql=CAPTURES,
    ),
    Table(
        "decisions",
        "What was judged of captures at the time and cannot be read from them again. Evidence: rows are only added.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number"),
            Field("record_sha256", "TEXT NOT NULL", "Digest of the capture it is about"),
            Field("kind", "TEXT NOT NULL", "held, accepted, blocked, absent, wrong-time or set-aside"),
            Field("at", "TEXT NOT NULL", "When it was decided, UTC"),
            Field("by", "TEXT NOT NULL", "The command, or the person who used it"),
            Field("reason", "TEXT", "Why"),
            Field("crawl_id", "INTEGER REFERENCES crawls(id)", "Run in which it was decided"),
        ),
        indexes=("decisions_record ON decisions(record_sha256)",),
    ),
    Table(
        "import_files",
        "Files that were imported. Evidence: rows are only added.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number"),
            Field("name", "TEXT NOT NULL", "Name of the file"),
            Field("sha256", "TEXT NOT NULL UNIQUE", "Digest of the file"),
            Field("length", "INTEGER NOT NULL", "Length of the file, bytes", unit="bytes"),
            Field("kind", "TEXT NOT NULL", "warc, wacz, wet, html, mhtml or text"),
            Field("software", "TEXT", "Program that wrote it, as it says itself"),
            Field("own", "INTEGER NOT NULL DEFAULT 0", "1 where it was taken in as an export of this archive"),
            Field("signature", "TEXT", "none, or valid or invalid, and by whom"),
            Field("crawl_id", "INTEGER REFERENCES crawls(id)", "Run that imported it"),
        ),
    ),
    Table(
        "capture_files",
        "Which captures came from which imported file. Evidence: rows are only added.",
        (
            Field("capture_id", "INTEGER NOT NULL REFERENCES captures(id)", "The capture"),
            Field("import_file_id", "INTEGER NOT NULL REFERENCES import_files(id)", "The file"),
            Field(
                "record_offset",
                "INTEGER",
                "Where its record begins in the file, bytes; empty: the file is the record",
                unit="bytes",
            ),
            Field("record_id", "TEXT", "Name of the record in the file"),
            Field("payload_digest", "TEXT", "Digest of its payload, as the file says it"),
        ),
        constraints=("PRIMARY KEY (capture_id, import_file_id)",),
        without_rowid=True,
        indexes=(
            "capture_files_payload ON capture_files(payload_digest) WHERE payload_digest IS NOT NULL",
            "capture_files_record ON capture_files(record_id) WHERE record_id IS NOT NULL",
        ),
    ),
    Table(
        "import_logs",
        "Runs and checkpoints that imported files say they hold: somebody's word. Evidence: rows are only added.",
        (
            Field("import_file_id", "INTEGER PRIMARY KEY REFERENCES import_files(id)", "The file"),
            Field("origin", "TEXT", "Name of the log, by its newest checkpoint"),
            Field("size", "INTEGER NOT NULL", "Number of captures in the log", unit="captures"),
            Field("root", "TEXT", "Root of the log's Merkle tree by its newest checkpoint, hex"),
            Field("signed_by", "TEXT", "Verifier key whose signature on that checkpoint holds; empty: none does"),
            Field(
                "covered",
                "INTEGER NOT NULL",
                "How many captures of the file are in the log, by their own digests",
                unit="captures",
            ),
            Field("captures", "INTEGER NOT NULL", "How many captures of the file were looked at", unit="captures"),
            Field("complaint", "TEXT", "What does not hold of the log; empty: all does"),
            Field("restored", "INTEGER NOT NULL", "1 where its runs became those of this archive"),
            Field("log", "TEXT NOT NULL", "JSON: its runs and checkpoints, as the file says them"),
        ),
    ),
    Table(
        "certificates",
        "Captures whose server's certificate was not trusted, but accepted. Evidence: rows are only added.",
        (
            Field("capture_id", "INTEGER PRIMARY KEY REFERENCES captures(id)", "The capture"),
            Field(
                "sha256", "TEXT NOT NULL", "Digest of the certificate (DER), as `crawl --accept-certificate` named it"
            ),
        ),
    ),
    Table(
        "fingerprints",
        "What read the pages of each run. Evidence: rows are only added.",
        (
            Field("crawl_id", "INTEGER PRIMARY KEY REFERENCES crawls(id)", "The run"),
            Field("reader", "INTEGER NOT NULL", "Version of the rules for reading"),
            Field("fingerprint", "TEXT NOT NULL", "JSON: versions of the packages that parse"),
        ),
    ),
    Table(
        "checkpoints",
        "Sealed states of the log of captures. Evidence: rows are only added.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number"),
            Field("crawl_id", "INTEGER REFERENCES crawls(id)", "Run that ended with it"),
            Field("size", "INTEGER NOT NULL", "Number of captures in the log", unit="captures"),
            Field("root", "TEXT NOT NULL", "Root of the log's Merkle tree, hex"),
            Field("text", "TEXT NOT NULL", "The signed note"),
            Field("statement", "TEXT NOT NULL", "JSON: what else it seals; the note has its digest"),
        ),
    ),
    Table(
        "log_nodes",
        "Hashes of the log's tree, kept so that it need not be made again. Evidence: rows are only added.",
        (
            Field("level", "INTEGER NOT NULL", "Height in the tree; 8: over 256 captures"),
            Field("position", "INTEGER NOT NULL", "Which of that height, from 0"),
            Field("hash", "BLOB NOT NULL", "The hash (RFC 6962)"),
        ),
        constraints=("PRIMARY KEY (level, position)",),
        without_rowid=True,
    ),
    Table(
        "timestamps",
        "Timestamps on checkpoints. Evidence: rows are only added.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number"),
            Field("checkpoint", "INTEGER NOT NULL REFERENCES checkpoints(id)", "The checkpoint"),
            Field("authority", "TEXT NOT NULL", "Address of the authority"),
            Field("token", "BLOB NOT NULL", "The authority's answer"),
            Field("at", "TEXT NOT NULL", "The time it gives, UTC"),
        ),
    ),
    Table(
        "withdrawals",
        "What was taken out of the archive. Evidence: rows are only added.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number"),
            Field("url", "TEXT", "Address of the post withdrawn"),
            Field("record_sha256", "TEXT", "Digest of the capture withdrawn"),
            Field("at", "TEXT NOT NULL", "When, UTC"),
            Field("reason", "TEXT", "Why"),
            Field("by", "TEXT", "Who decided it; not shown publicly"),
            Field("withdrawn", "TEXT NOT NULL", "JSON: kinds and digests of what was taken out"),
            Field("crawl_id", "INTEGER REFERENCES crawls(id)", "Run that withdrew it"),
        ),
        constraints=("CHECK (url IS NOT NULL OR record_sha256 IS NOT NULL)",),
    ),
    Table(
        "revision_addresses",
        "Addresses of revisions that versions before 0.2 gave out, and where they lead. Survives a rebuild.",
        (
            Field("post_url", "TEXT NOT NULL", "Address of the post"),
            Field("content_sha256", "TEXT NOT NULL", "Digest of the revision's content, as its old address has it"),
            Field("record_sha256", "TEXT NOT NULL", "Digest of the first capture of that revision"),
        ),
        constraints=("PRIMARY KEY (post_url, content_sha256)",),
        without_rowid=True,
    ),
)
