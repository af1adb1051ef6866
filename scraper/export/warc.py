"""`ushrn export warc|wacz`: the evidence in forms that others can check, whole or not at all.

Each file is written beside its place, synced, and moved there when it is complete: after a power cut there is either
the old file or the new one.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scraper import __version__, credentials, digests
from scraper.export.files import replacing
from scraper.records import Capture, Whole
from scraper.seal import VERIFIER, keys
from scraper.store import Archive, KeptRow, capture_queries, holdings, run_log, sealing, withdrawal_rules
from scraper.warc import About, Kept, Original, Shown, SignatureKey, http_message, wacz
from scraper.warc import writer as outgoing

#: The same captures come out in the same order, whatever their ids.
_IN_ORDER = "ORDER BY captured_at, record_sha256"


def export_warc(archive_path: Path, output: Path, *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Write all captures as one WARC 1.1 file, one gzip member a record; how many captures.

    The same captures give the same bytes. *progress* is told how many are done.
    Raises ArchiveUnusable, IntegrityError, UsageError.
    """
    with _snapshot(archive_path) as archive, _placed(output, archive_path) as out:
        return sum(1 for _ in outgoing.write(out, _kept(archive, progress), _about(archive)))


def export_wacz(
    archive_path: Path,
    output: Path,
    *,
    progress: Callable[[int], None] = lambda _: None,
    key_folder: Path | None = None,
) -> int:
    """Write all captures as one WACZ 1.1.1 file, with an index, and the posts as its pages; how many captures.

    It is signed where the secret key that the archive names is in *key_folder* (None: the user's own).
    """
    with _snapshot(archive_path) as archive, _placed(output, archive_path) as out:
        shown = capture_queries.pages_of_revisions(archive.db)
        pages = (Shown(url=url, captured_at=at, title=title, text=text) for url, at, title, text in shown)
        wacz.write(out, _kept(archive, progress), pages, _about(archive), _key(archive, key_folder or keys.folder()))
        return holdings.count_of(archive.db, "captures")


def _key(archive: Archive, folder: Path) -> SignatureKey | None:
    """What signs a WACZ of the archive; None: it names no key, or that is not in *folder*."""
    named = sealing.meta(archive.db, VERIFIER)
    signer = keys.held(named, folder) if named is not None else None
    return None if signer is None else SignatureKey.of_seed(signer.seed)


@contextmanager
def _snapshot(path: Path) -> Iterator[Archive]:
    """The archive as it is now, read-only, whatever is written to it meanwhile."""
    with Archive.open(path, create=False, readonly=True) as archive:
        archive.db.execute("BEGIN")
        try:
            yield archive
        finally:
            archive.db.execute("ROLLBACK")


@contextmanager
def _placed(output: Path, archive_path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes its name when all is written and synced. Raises UsageError, DiskFull."""
    with replacing(output, archive_path) as partial, partial.open("w+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _kept(archive: Archive, progress: Callable[[int], None]) -> Iterator[Kept]:
    withdrawn, stripped = withdrawal_rules.rules(archive.db), withdrawal_rules.stripped_records(archive.db)
    for done, (capture, row) in enumerate(archive.captures(_IN_ORDER), 1):
        if _stays(withdrawn, capture, row.record_sha256):
            continue
        confirmed = _original(archive.db, capture.not_modified_of)
        like = _original(archive.db, capture.like_capture_id)
        leaving = credentials.without(capture)
        left_out = _left_out_of(leaving, row, stripped)
        yield Kept(
            capture=leaving,
            record_sha256=row.record_sha256,
            whole=_whole(archive, row) if left_out else None,
            left_out=left_out,
            not_modified=confirmed,
            like_sha256=like.record_sha256 if like else None,
        )
        progress(done)


def _left_out_of(leaving: Capture, row: KeptRow, stripped: Mapping[str, str]) -> tuple[str, ...]:
    """Columns of a capture that are not, or are no more, as its record was made of them."""
    found = []
    if row.record_sha256 in stripped:
        found += [name for name in ("head", "request_head") if getattr(leaving, name) is None]
    if leaving.request_head is not None and credentials.LEFT_OUT in leaving.request_head:
        found.append("request_head")
    if row.body_sha256 != (None if leaving.body is None else digests.sha256(leaving.body)):
        found.append("body")
    return tuple(found)


def _whole(archive: Archive, row: KeptRow) -> Whole:
    length = capture_queries.length(archive.db, row.body_sha256)
    return Whole(record_sha256=row.record_sha256, body_sha256=row.body_sha256, length=length)


def _stays(withdrawn: withdrawal_rules.Rules, capture: Capture, record_sha256: str) -> bool:
    """Whether a capture is withdrawn, so that it does not leave."""
    return record_sha256 in withdrawn.records or withdrawn.covers(capture, None)


def _left_out(archive: Archive) -> int:
    """How many captures do not leave."""
    withdrawn = withdrawal_rules.rules(archive.db)
    if not withdrawn:
        return 0
    rows = archive.captures(with_bodies=False)
    return sum(_stays(withdrawn, capture, row.record_sha256) for capture, row in rows)


def _original(db: sqlite3.Connection, capture_id: int | None) -> Original | None:
    found = capture_queries.original(db, capture_id)
    if found is None:
        return None
    url, at, body, record, answered = found
    return Original(url=url, captured_at=at, body_sha256=body, record_sha256=record, response=answered)


def _about(archive: Archive) -> About:
    """What the whole is: the time of its newest capture, and a digest over all of them."""
    _, newest = capture_queries.span(archive.db)
    sent = capture_queries.newest_request_head(archive.db)
    return About(
        software=f"ushrn/{__version__}",
        newest_at=newest or "1970-01-01T00:00:00Z",
        digest=digests.chain_sha256(None, capture_queries.records(archive.db)),
        user_agent=http_message.value(sent, "user-agent") if sent else None,
        log=run_log.of(archive.db, _left_out(archive)),
    )
