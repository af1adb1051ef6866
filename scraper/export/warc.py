"""`ushrn export warc|wacz`: the evidence in forms that others can check, whole or not at all.

Each file is written beside its place, synced, and moved there when it is complete: after a power cut there is either
the old file or the new one.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from scraper import __version__, credentials, digests
from scraper.export.files import replacing
from scraper.records import Capture, Whole
from scraper.seal import VERIFIER, keys
from scraper.search import Request, rowids
from scraper.store import Archive, KeptRow, capture_queries, presented, run_log, sealing, withdrawal_rules
from scraper.warc import About, Kept, Original, SignatureKey, WaczPage, http_message, wacz
from scraper.warc import writer as outgoing


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which captures leave."""

    archive: Archive
    #: Ids of the posts whose captures leave; None: all captures do.
    posts: tuple[int, ...] | None
    #: Ids of these captures; None: all.
    captures: frozenset[int] | None
    withdrawn: withdrawal_rules.WithdrawalRules

    @classmethod
    def of(cls, archive: Archive, request: Request | None) -> "_Choice":
        """Those of the posts that *request* finds; None: all of them."""
        withdrawn = withdrawal_rules.rules(archive.db)
        if request is None:
            return cls(archive, None, None, withdrawn)
        posts = tuple(sorted(rowids(archive.db, request)))
        return cls(archive, posts, capture_queries.of_posts(archive.db, posts), withdrawn)

    @classmethod
    def of_post(cls, archive: Archive, post: int) -> "_Choice":
        """Those of one post that its readers see: none that was set aside."""
        found = capture_queries.shown_of_post(archive.db, post)
        return cls(archive, (post,), found, withdrawal_rules.rules(archive.db))

    def leaving(self, *, with_bodies: bool = True) -> Iterator[tuple[Capture, KeptRow]]:
        """Them in order, without what was withdrawn."""
        for capture, row in self.archive.captures_in_order(self.captures, with_bodies=with_bodies):
            if row.record_sha256 not in self.withdrawn.records and not self.withdrawn.covers(capture, None):
                yield capture, row


def export_warc(
    archive_path: Path,
    output: Path,
    *,
    request: Request | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Write captures as one WARC 1.1 file, one gzip member a record; how many captures.

    *request*: only those of the posts that it finds, with their pictures, files and counts; None: all. The same
    captures give the same bytes. *progress* is told how many are done. Raises ArchiveUnusable, IntegrityError,
    UsageError.
    """
    with _snapshot(archive_path) as archive, _placed(output, archive_path) as out:
        choice = _Choice.of(archive, request)
        return sum(1 for _ in outgoing.write(out, _kept(choice, progress), _about(choice)))


def export_wacz(
    archive_path: Path,
    output: Path,
    *,
    request: Request | None = None,
    progress: Callable[[int], None] = lambda _: None,
    key_folder: Path | None = None,
) -> int:
    """Write captures as one WACZ 1.1.1 file, with an index, and the posts as its pages; how many captures.

    *request*: as for `export_warc`. It is signed where the secret key that the archive names is in *key_folder* (None:
    the user's own).
    """
    with _snapshot(archive_path) as archive, _placed(output, archive_path) as out:
        choice = _Choice.of(archive, request)
        return _write_wacz(out, choice, _key(archive, key_folder or keys.folder()), progress)


def _write_wacz(
    out: BinaryIO, choice: _Choice, key: SignatureKey | None, progress: Callable[[int], None] = lambda _: None
) -> int:
    shown = capture_queries.pages_of_revisions(choice.archive.db, choice.posts)
    pages = (WaczPage(url=url, captured_at=at, title=title, text=text) for url, at, title, text in shown)
    return wacz.write(out, _kept(choice, progress), pages, _about(choice), key)


def post_warc(archive_path: Path, post: int, out: BinaryIO) -> None:
    """Write the captures of the post of that id to *out* as WARC, but for those set aside."""
    with _snapshot(archive_path) as archive:
        choice = _Choice.of_post(archive, post)
        for _ in outgoing.write(out, _kept(choice, lambda _: None), _about(choice)):
            pass


def post_wacz(archive_path: Path, post: int, out: BinaryIO) -> None:
    """The same as WACZ, which nobody signs."""
    with _snapshot(archive_path) as archive:
        _write_wacz(out, _Choice.of_post(archive, post), None)


def _key(archive: Archive, folder: Path) -> SignatureKey | None:
    """What signs a WACZ of the archive; None: it names no key, or that is not in *folder*."""
    named = sealing.meta(archive.db, VERIFIER)
    signer = keys.held(named, folder) if named is not None else None
    if signer is None:
        return None
    return SignatureKey.of_seed(signer.seed)


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


def _kept(choice: _Choice, progress: Callable[[int], None]) -> Iterator[Kept]:
    archive = choice.archive
    stripped = withdrawal_rules.stripped_records(archive.db)
    certificates = capture_queries.certificates(archive.db)
    for done, (capture, row) in enumerate(choice.leaving(), 1):
        confirmed = _original(archive.db, capture.not_modified_of)
        like = _original(archive.db, capture.like_capture_id)
        leaving = credentials.without(capture)
        left_out = _left_out_of(leaving, row, stripped)
        yield Kept(
            capture=replace(leaving, certificate=certificates.get(row.id)),
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
    if row.body_sha256 != leaving.body_sha256:
        found.append("body")
    return tuple(found)


def _whole(archive: Archive, row: KeptRow) -> Whole:
    length = capture_queries.length(archive.db, row.body_sha256)
    return Whole(record_sha256=row.record_sha256, body_sha256=row.body_sha256, length=length)


def _original(db: sqlite3.Connection, capture_id: int | None) -> Original | None:
    found = capture_queries.original(db, capture_id)
    if found is None:
        return None
    url, at, body, record, answered = found
    return Original(url=url, captured_at=at, body_sha256=body, record_sha256=record, response=answered)


def _about(choice: _Choice) -> About:
    """What the whole is: the time of its newest capture, a digest over all of them, and the runs that made them."""
    rows = [(capture.captured_at, row.record_sha256) for capture, row in choice.leaving(with_bodies=False)]
    records = {record for _, record in rows}
    sent = capture_queries.newest_request_head(choice.archive.db)
    return About(
        software=f"ushrn/{__version__}",
        newest_at=max((at for at, _ in rows), default="1970-01-01T00:00:00Z"),
        digest=digests.chain_sha256(None, records),
        title=presented(choice.archive.db).name,
        user_agent=http_message.value(sent, "user-agent") if sent else None,
        log=run_log.of(choice.archive.db, records),
    )
