"""The imported files, and which captures came out of which: evidence. Transactions are the caller's."""

import sqlite3
from dataclasses import asdict, dataclass

from scraper.store import single
from scraper.vocabulary import FileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFile:
    """A file that is imported."""

    name: str
    #: Of the whole file, hex.
    sha256: str
    #: Bytes.
    length: int
    kind: FileKind
    #: What wrote it, by its own word; None: it does not say.
    software: str | None = None
    #: Whether whoever imported it vouched that this program wrote it.
    own: bool = False
    #: ``none``, or ``valid`` or ``invalid`` and by whom.
    signature: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceInFile:
    """Where in an imported file a capture stands."""

    import_file_id: int
    #: Bytes; None: the file is the capture.
    record_offset: int | None = None
    record_id: str | None = None
    #: Digest of its payload as the file says it, which later revisits may name; None: it says none.
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLog:
    """What a file says of the runs of its archive, and what of that holds."""

    import_file_id: int
    #: As `seal.claims` gives it.
    origin: str | None
    size: int
    root: str | None
    signed_by: str | None
    #: Captures of the file that the log has, and all that were looked at.
    covered: int
    captures: int
    #: What does not hold; None: all does.
    complaint: str | None
    restored: bool
    #: JSON.
    log: str


def add_log(db: sqlite3.Connection, claims: ImportLog) -> None:
    """Keep the claims of a file; the first import of it is the one that counts."""
    row = asdict(claims)
    places = ", ".join(f":{name}" for name in row)
    db.execute(f"INSERT OR IGNORE INTO import_logs ({', '.join(row)}) VALUES ({places})", row)


def add(db: sqlite3.Connection, file: ImportFile, crawl_id: int | None) -> int:
    """The row of *file*, made unless its bytes were imported before."""
    known = db.execute("SELECT id FROM import_files WHERE sha256 = ?", (file.sha256,)).fetchone()
    if known:
        return int(known[0])
    cursor = db.execute(
        "INSERT INTO import_files (name, sha256, length, kind, software, own, signature, crawl_id)"
        " VALUES (:name, :sha256, :length, :kind, :software, :own, :signature, :crawl_id)",
        asdict(file) | {"crawl_id": crawl_id},
    )
    return cursor.lastrowid or 0


def place(db: sqlite3.Connection, capture_id: int, where: PlaceInFile) -> None:
    """Note that the capture stands in that file; once for each of both."""
    db.execute(
        "INSERT OR IGNORE INTO capture_files (capture_id, import_file_id, record_offset, record_id, payload_digest)"
        " VALUES (:capture_id, :import_file_id, :record_offset, :record_id, :payload_digest)",
        asdict(where) | {"capture_id": capture_id},
    )


def body_of_payload(db: sqlite3.Connection, payload_digest: str) -> str | None:
    """Digest of the body that some imported record gave that payload digest; None: none did."""
    return single.text(
        db,
        "SELECT body_sha256 FROM capture_files JOIN captures ON captures.id = capture_id"
        " WHERE payload_digest = ? AND body_sha256 IS NOT NULL LIMIT 1",
        (payload_digest,),
    )


def body_of_record(db: sqlite3.Connection, record_id: str) -> str | None:
    """Digest of the body of the imported record of that name; None: none was imported."""
    return single.text(
        db,
        "SELECT body_sha256 FROM capture_files JOIN captures ON captures.id = capture_id"
        " WHERE record_id = ? AND body_sha256 IS NOT NULL LIMIT 1",
        (record_id,),
    )
