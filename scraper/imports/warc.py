"""Web archives (WARC, WACZ, WET) into an archive: streamed, revisits resolved, digests checked."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, BinaryIO, cast

from scraper import digests, sites
from scraper.errors import Unreadable
from scraper.imports.saved import ARCHIVE_SUFFIXES, shown
from scraper.imports.session import ImportSession
from scraper.reading.capture import read_capture
from scraper.records import Capture
from scraper.warc import reader as incoming
from scraper.warc import record as warc
from scraper.warc import wacz
from scraper.warc.reader import Described, Found, Own, Wrong
from scraper.warc.writer import COLUMNS


class WarcImporter:
    """Takes web archives, file by file; what refers to records of later files is resolved in `finish`."""

    def __init__(self, session: ImportSession, *, all_hosts: bool) -> None:
        self._session = session
        self._all_hosts = all_hosts
        self._db = session.archive.db
        self._sites = {row[0] for row in self._db.execute("SELECT id FROM sites")}
        #: Payload digests other than sha256, as records write them → body digest.
        self._bodies: dict[str, str] = {}
        self._waiting: list[tuple[str, Found]] = []
        self._passed_over = 0

    def take(self, path: Path) -> bool:
        """Import *path* if it is a web archive; False: it is not. Raises Unreadable."""
        try:
            with path.open("rb") as file:
                kind = _kind(path, file)
                if kind == "wacz":
                    self._take_wacz(path, file)
                elif kind == "warc":
                    self._take_warc(shown(path), file)
                return kind is not None
        except OSError as error:
            raise Unreadable(shown(path), f"cannot be read: {error.strerror or error}") from None

    def _take_wacz(self, path: Path, file: BinaryIO) -> None:
        name = shown(path)
        for complaint in wacz.complaints(file):
            self._session.tell(name, "digest-mismatch", complaint)
        for inside, member in wacz.warcs(file, name):
            self._take_warc(f"{name}, {inside}", member)

    def _take_warc(self, name: str, file: IO[bytes]) -> None:
        before = self._session.captures, self._passed_over, len(self._session.failed)
        described = Described(software="", text="")
        for item in incoming.captures_of(warc.read(cast("BinaryIO", file)), self._wanted):
            self._session.run.interrupts.check()
            if isinstance(item, Described):
                described = item
            elif isinstance(item, Wrong):
                self._session.tell(
                    item.url or name, item.kind, f"{item.message} (of {name})" if item.url else item.message
                )
            elif not self._keep(name, item):
                self._waiting.append((name, item))
        self._report(name, described, *before)

    def _report(self, name: str, described: Described, captures: int, passed_over: int, failed: int) -> None:
        """Say once where the captures of a foreign file came from, and what was left in it."""
        taken, passed = self._session.captures - captures, self._passed_over - passed_over
        if not described.ours and taken:
            origin = described.software or "an unknown program"
            self._session.tell(name, "foreign", f"{taken} captures, written by {origin}", level="note")
        if passed:
            self._session.tell(
                name,
                "other-hosts",
                f"{passed} records of other hosts passed over; --all-hosts takes them",
                level="note",
            )
        if len(self._session.failed) == failed:
            self._session.archive.resolve(name, "import")

    def finish(self) -> None:
        """Resolve what referred to later records or files; tell what still refers to nothing."""
        waiting, self._waiting = self._waiting, []
        for name, found in waiting:
            if not self._keep(name, found):
                self._session.tell(
                    found.capture.url,
                    "unresolved",
                    f"the record at byte {found.offset} of {name} refers to one that is not there: not imported",
                )

    def _wanted(self, url: str) -> bool:
        site = sites.site_for(url).id
        wanted = self._all_hosts or sites.by_id(site) is not None or site in self._sites
        self._passed_over += not wanted
        return wanted

    def _keep(self, name: str, found: Found) -> bool:
        """Store one capture; False: what it refers to is not there yet."""
        capture = self._resolved(found)
        if capture is None:
            return False
        if found.own is not None and (complaint := self._complaint(capture, found.own)):
            self._session.tell(capture.url, "record-mismatch", f"{complaint} (of {name}, byte {found.offset})")
            return True
        outcome = self._session.take(capture, read_capture(capture), of_ours=found.own is not None)
        if outcome.verdict != "duplicate":
            self._session.archive.resolve(capture.url, "import")
        if found.payload_digest and capture.body is not None and not found.payload_digest.startswith("sha256:"):
            self._bodies[found.payload_digest] = digests.sha256(capture.body)
        return True

    def _resolved(self, found: Found) -> Capture | None:
        """The capture with the body and the captures that it refers to; None: they are not there."""
        capture = found.capture
        if found.own is not None:
            references = (found.own.not_modified_of, found.own.like_capture)
            ids = [self._id_of(digest) for digest in references]
            if any(number is None and digest for number, digest in zip(ids, references, strict=True)):
                return None
            capture = replace(capture, not_modified_of=ids[0], like_capture_id=ids[1])
        if found.revisit is None:
            return capture
        if found.revisit.not_modified:
            number = self._referred(found.revisit, "id")
            return incoming.with_body(replace(capture, not_modified_of=cast("int | None", number)))
        body = self._body(found.revisit)
        if body is None:
            return None
        whole = replace(capture, body=body)
        return whole if found.own is not None else incoming.with_body(whole)

    def _id_of(self, record_sha256: str | None) -> int | None:
        row = self._db.execute("SELECT id FROM captures WHERE record_sha256 = ?", (record_sha256,)).fetchone()
        return row[0] if row else None

    def _referred(self, revisit: incoming.Revisit, column: str) -> object:
        """That column of the capture that *revisit* names by address and time; None: it is not there."""
        row = self._db.execute(
            f"SELECT {column} FROM captures WHERE url = ? AND captured_at = ? AND body_sha256 IS NOT NULL",
            (revisit.url, revisit.at),
        ).fetchone()
        return row[0] if row else None

    def _body(self, revisit: incoming.Revisit) -> bytes | None:
        """The body that *revisit* stands for, found by its digest, else by the address and time it names."""
        said = revisit.payload_digest or ""
        digest = self._bodies.get(said)
        if digest is None and said.startswith("sha256:"):
            hexadecimal = said.removeprefix("sha256:").lower()
            row = self._db.execute(
                "SELECT sha256 FROM bodies WHERE sha256 = :digest UNION ALL SELECT body_sha256 FROM captures"
                " WHERE wire_sha256 = :digest AND body_sha256 IS NOT NULL AND url = :url LIMIT 1",
                {"digest": hexadecimal, "url": revisit.url},
            ).fetchone()
            digest = row[0] if row else None
        digest = digest or cast("str | None", self._referred(revisit, "body_sha256"))
        return self._session.archive.body(digest) if digest else None

    def _complaint(self, capture: Capture, own: Own) -> str | None:
        """What is wrong with a capture restored from our own file; None: its record digest holds."""
        row: dict[str, object] = {name: getattr(capture, name) for name in COLUMNS}
        row["body_sha256"] = None if capture.body is None else digests.sha256(capture.body)
        references = {"not_modified_of": own.not_modified_of, "like_capture_id": own.like_capture}
        found = digests.record_sha256(row, references)
        return None if found == own.record_sha256 else f"expected the record digest {own.record_sha256}, found {found}"


def _kind(path: Path, file: BinaryIO) -> str | None:
    """``warc``, ``wacz`` or None, by name and first bytes. Raises Unreadable for the format before WARC."""
    start = file.read(65536)
    file.seek(0)
    name = path.name.lower()
    if name.endswith((".arc", ".arc.gz")):
        raise Unreadable(shown(path), "expected a WARC, found an ARC file; `warcio recompress` makes a WARC of it")
    if name.endswith(".wacz"):
        return "wacz"
    if name.endswith(ARCHIVE_SUFFIXES) or start.startswith(b"WARC/"):
        return "warc"
    if start.startswith(b"\x1f\x8b") and next(_inflated(start), b"").startswith(b"WARC/"):
        return "warc"
    return "wacz" if start.startswith(b"PK") and b"datapackage" in start + _end(file) else None


def _inflated(start: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompressobj(31).decompress(start, 16)
    except zlib.error:
        return


def _end(file: BinaryIO) -> bytes:
    """The last bytes, where a zip file has its list of contents."""
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 65536))
    end = file.read()
    file.seek(0)
    return end
