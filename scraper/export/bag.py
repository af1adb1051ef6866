"""The whole archive as a bag to deposit (BagIt 1.0, RFC 8493): the file, captures as WARC, tables, proofs."""

import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from scraper import __version__, schema
from scraper.errors import UsageError
from scraper.export import deposit, tables
from scraper.export.copy import copy
from scraper.export.deposit import ArchiveFacts, DepositFile
from scraper.export.files import EPOCH, replacing, sha256_of, to_file, workshop
from scraper.export.rows import Options
from scraper.export.warc import export_warc
from scraper.search import Request, rowids
from scraper.store import capture_queries, holdings, presented, sealing
from scraper.vocabulary import AddressState

#: What each file at the top of the payload is: name → (media type, what it is).
_KNOWN = {
    "archive.db": ("application/vnd.sqlite3", "The archive: one SQLite file with everything in it"),
    "captures.warc.gz": ("application/warc", "Every capture as it came, WARC 1.1"),
}
_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".md": "text/markdown",
    ".txt": "text/plain",
    ".tsr": "application/timestamp-reply",
}


def to_bag(archive: Path, path: Path, *, licence: str = "", request: Request | None = None) -> int:
    """Write the bag of *archive* to *path*: a zip where it ends in ``.zip``, else a new folder; its payload in bytes.

    *request*: only the posts that it finds, without the file itself, which holds all. *licence*: as the operator
    states it; empty: as set in the archive, if it is. Raises UsageError where *path* is no place for it, DiskFull or
    ArchiveReadOnly where that does not take it, and what `schema.open_archive` raises.
    """
    zipped = path.suffix == ".zip"
    if path.exists() and not zipped:
        raise UsageError(f"{path}: already exists; name a new folder, or a file that ends in .zip")
    with workshop(path) as made:
        size = _fill(made, archive, licence, request)
        if zipped:
            with replacing(path, archive) as partial:
                _pack(made, partial, path.stem)
        else:
            made.rename(path)
    return size


def _fill(bag: Path, archive: Path, licence: str, request: Request | None) -> int:
    """Write payload and tags; the payload's bytes. The copy in the bag is described, whatever is written since."""
    payload = bag / "data"
    payload.mkdir()
    whole = payload / "archive.db"
    copy(archive, whole, public=True)  # a deposit is read by everybody
    number = export_warc(whole, payload / "captures.warc.gz", request=request)
    db = schema.open_archive(whole, create=False, readonly=True).conn
    try:
        facts = facts_of(db, licence) if request is None else _facts_of_part(db, licence, request, number)
        _tables(db, payload / "tables", request)
        _proofs(db, payload)
    finally:
        db.close()
    schema.tidy(whole)
    if request is not None:
        whole.unlink()
    parts = [_part(payload, file) for file in _files(payload)]
    for name, text in (
        ("README.md", deposit.readme(facts, parts)),
        ("CITATION.cff", deposit.citation_cff(facts)),
        (".zenodo.json", deposit.zenodo(facts)),
        ("ro-crate-metadata.json", deposit.ro_crate(facts, parts)),
    ):
        (payload / name).write_text(text, "utf-8")
    return _tag(bag, facts)


def _tables(db: sqlite3.Connection, folder: Path, request: Request | None) -> None:
    """Every table; where only some posts are asked for, those that have rows of posts."""
    folder.mkdir()
    wanted = [name for name in tables.ALL if request is None or name == "posts" or name in tables.OF_POSTS]
    for table in wanted:
        to_file(db, folder / f"{table}.csv", "csv", request=request, options=Options(table=table))


def _proofs(db: sqlite3.Connection, payload: Path) -> None:
    """Checkpoints and timestamps, each as a file of its own; no folder where there is none."""
    for row in sealing.rows(db):
        (payload / "checkpoints").mkdir(exist_ok=True)
        (payload / "checkpoints" / f"{row.id:06}.txt").write_text(row.text, "utf-8")
        for number, (_, _, token, _) in enumerate(sealing.stamps(db, row.id), 1):
            (payload / "timestamps").mkdir(exist_ok=True)
            (payload / "timestamps" / f"{row.id:06}-{number}.tsr").write_bytes(token)


def facts_of(db: sqlite3.Connection, licence: str = "") -> ArchiveFacts:
    """What a deposit says of the archive."""
    said, checkpoint = presented(db), sealing.newest(db)
    totals, states = holdings.totals(db), holdings.states(db)
    first, last = capture_queries.span(db)
    return ArchiveFacts(
        name=said.name,
        publisher=said.publisher,
        public_url=said.public_url,
        licence=licence or said.licence,
        sites=tuple((name, url) for _, name, url, *_ in holdings.sites(db)),
        posts=totals.posts,
        gone=totals.removed,
        revisions=holdings.count_of(db, "revisions"),
        captures=totals.captures,
        wanted=states.get(AddressState.WANTED, 0),
        lost=states.get(AddressState.LOST, 0),
        first_day=(first or "")[:10],
        last_day=(last or "")[:10],
        checkpoint=checkpoint.text if checkpoint else "",
    )


def _facts_of_part(db: sqlite3.Connection, licence: str, request: Request, captures: int) -> ArchiveFacts:
    """What a deposit of some posts says; *captures*: how many of them are in it."""
    posts = sorted(rowids(db, request))
    gone, first, last = capture_queries.part(db, posts)
    return replace(
        facts_of(db, licence),
        posts=len(posts),
        gone=gone,
        revisions=tables.count_of(db, "revisions", request),
        captures=captures,
        wanted=0,
        lost=0,
        first_day=(first or "")[:10],
        last_day=(last or "")[:10],
        is_part=True,
    )


def _files(folder: Path) -> Iterator[Path]:
    """All files in *folder*, by their paths."""
    return iter(sorted(file for file in folder.rglob("*") if file.is_file()))


def _part(payload: Path, file: Path) -> DepositFile:
    name = file.relative_to(payload).as_posix()
    kind, meaning = _KNOWN.get(name, (_TYPES.get(file.suffix, "application/octet-stream"), _meaning(name)))
    return DepositFile(name, kind, meaning, file.stat().st_size, sha256_of(file))


def _meaning(name: str) -> str:
    place, _, file = name.rpartition("/")
    table = file.removesuffix(".csv")
    match place:
        case "tables" if table in schema.TABLES:
            return schema.TABLES[table].meaning
        case "tables":
            return "What the tables and their columns are (Frictionless Data Package)"
        case "checkpoints":
            return "A checkpoint of the log of captures"
        case "timestamps":
            return "A timestamp on a checkpoint (RFC 3161)"
    return file


def _tag(bag: Path, facts: ArchiveFacts) -> int:
    """Write the files that make a folder a bag; the payload's bytes."""
    payload = list(_files(bag / "data"))
    size = sum(file.stat().st_size for file in payload)
    _manifest(bag, "manifest-sha256.txt", payload)
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "utf-8")
    info = {
        "Bag-Software-Agent": f"ushrn {__version__}",
        "Bagging-Date": facts.last_day,
        "External-Description": " ".join(deposit.description(facts).split()),
        "External-Identifier": facts.public_url,
        "Payload-Oxum": f"{size}.{len(payload)}",
        "Source-Organization": facts.name,
    }
    lines = "".join(f"{name}: {value}\n" for name, value in info.items() if value)
    (bag / "bag-info.txt").write_text(lines, "utf-8")
    tags = [bag / name for name in ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")]
    _manifest(bag, "tagmanifest-sha256.txt", tags)
    return size


def _manifest(bag: Path, name: str, files: list[Path]) -> None:
    lines = "".join(f"{sha256_of(file)}  {file.relative_to(bag).as_posix()}\n" for file in files)
    (bag / name).write_text(lines, "utf-8")


def _pack(bag: Path, target: Path, name: str) -> None:
    """*bag* as a zip with one folder, *name*; equal bags give equal bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in _files(bag):
            info = zipfile.ZipInfo(f"{name}/{file.relative_to(bag).as_posix()}", EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with file.open("rb") as source, packed.open(info, "w", force_zip64=True) as entry:
                shutil.copyfileobj(source, entry, 1 << 20)
