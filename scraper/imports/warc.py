"""Web archives (WARC, WACZ, WET) into an archive: streamed, revisits resolved, digests checked."""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from scraper import sites, urls
from scraper.dates import can_be_captured
from scraper.errors import Unreadable
from scraper.imports.logs import ClaimedLog, claims_of, in_words
from scraper.imports.pictures import HOSTS, HeldPictures
from scraper.imports.session import ImportSession
from scraper.numbers import plural
from scraper.reading import read_capture
from scraper.records import Capture
from scraper.saved import WARC_SUFFIXES, facts, kind_of, shown
from scraper.store import ImportFile, PlaceInFile, capture_queries, lookups
from scraper.vocabulary import CaptureKind, FileKind, Level, Stage, Verdict
from scraper.warc import (
    ArchiveTrouble,
    FoundCapture,
    Logged,
    Own,
    PassedOver,
    SignatureStanding,
    WaczSignature,
    Warcinfo,
    arc,
    wacz,
)
from scraper.warc import reader as incoming
from scraper.warc import record as warc


@dataclass(slots=True, kw_only=True)
class _Source:
    """The file that is being imported; its row is made with its first capture, when it has said what wrote it."""

    file: ImportFile
    row: int | None = None
    told: ClaimedLog = field(default_factory=ClaimedLog)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What is believed of a file that says that this program wrote it."""

    #: It is restored as it was.
    own: bool = False
    #: Only what the log in it names, which a key vouches for; what else it has is left.
    sealed_only: bool = False


class WarcImporter:
    """Takes web archives, file by file; what refers to records of later files is resolved in `finish`."""

    def __init__(self, session: ImportSession, *, all_hosts: bool, trust: Trust) -> None:
        self._session = session
        self._all_hosts = all_hosts
        self._own = trust.own
        self._sealed_only = trust.sealed_only
        self._db = session.archive.db
        self._sites = lookups.site_ids(self._db)
        #: Payload digests other than sha256, as records write them → body digest.
        self._bodies: dict[str, str] = {}
        self._waiting: list[tuple[str, _Source, FoundCapture]] = []
        self._passed_over = 0
        self._pictures = HeldPictures(self._db)

    def take(self, path: Path) -> bool:
        """Import *path* if it is a web archive; False: it is not. Raises Unreadable."""
        name = shown(path)
        try:
            with path.open("rb") as file:
                kind = kind_of(path, file)
                if kind is None:
                    return False
                source = _Source(file=ImportFile(name=path.name, kind=kind, own=self._own, **facts(path)))
                if kind == FileKind.WACZ:
                    source.file = replace(source.file, signature=self._signature(name, file))
                    self._take_wacz(name, file, source)
                else:
                    self._take_records(name, file, source)
                self._keep_claims(name, source)
                return True
        except OSError as error:
            raise Unreadable(name, f"cannot be read: {error.strerror or error}") from None

    def _signature(self, name: str, file: BinaryIO) -> str:
        """What the signature of a WACZ is worth: it is over the list of files, so these must be those listed."""
        found = wacz.signature(file)
        if found.standing is SignatureStanding.VALID and any(wacz.complaints(file)):
            found = WaczSignature(SignatureStanding.INVALID, f"it does not contain what was signed: {found.said}")
        if found.standing is SignatureStanding.INVALID:
            self._session.report(name, "invalid-signature", f"its signature does not hold: {found.said}")
        return str(found)

    def _take_wacz(self, name: str, file: BinaryIO, source: _Source, depth: int = 1) -> None:
        for complaint in wacz.complaints(file):
            self._session.report(name, "digest-mismatch", complaint)
        listed = wacz.listed(file)
        for member in wacz.members(file, name, (*WARC_SUFFIXES, ".wacz")):
            inside = f"{name}, {member.name}"
            if listed is not None and member.name not in listed:
                self._session.report(inside, "unlisted", "is not listed in the package; read anyway", level=Level.NOTE)
            if member.name.lower().endswith(".wacz"):
                self._take_inner(inside, member, source, depth)
            elif member.trouble is None:
                self._take_records(inside, member, source)
            if member.trouble is not None:
                self._session.report(inside, "damaged-member", member.trouble)

    def _take_inner(self, name: str, member: wacz.Member, source: _Source, depth: int) -> None:
        """A WACZ inside a WACZ."""
        if depth >= wacz.DEEPEST:
            self._session.report(name, "nested", f"packages more than {wacz.DEEPEST} deep are not read")
            return
        with wacz.unpacked(member) as package:
            if member.trouble is None:
                try:
                    self._take_wacz(name, package, source, depth + 1)
                except Unreadable as error:
                    self._session.report(name, "unreadable", error.reason)

    def _take_records(self, name: str, file: BinaryIO | wacz.Member, source: _Source) -> None:
        before = self._session.captures, self._passed_over, len(self._session.reported)
        described = Warcinfo(software="", text="")
        records = (arc.read if source.file.kind == FileKind.ARC else warc.read)(cast("BinaryIO", file))
        for item in incoming.captures_of(records, self._wanted, own=self._own, known=self._is_known):
            self._session.run.interrupts.check()
            match item:
                case Warcinfo():
                    described = item
                    if source.file.software is None and item.software:
                        source.file = replace(source.file, software=item.software)
                case Logged():
                    source.told.hear(item.log)
                case PassedOver():
                    told = ", ".join(f"{number} of {scheme}:" for scheme, number in sorted(item.schemes.items()))
                    self._session.report(name, "no-pages", f"records that are not pages: {told}", level=Level.NOTE)
                case ArchiveTrouble():
                    where = f"{item.message} (of {name})" if item.url else item.message
                    self._session.report(item.url or name, item.kind, where)
                case FoundCapture():
                    source.told.count(item.claimed)
                    self._take(name, source, item)
        self._report(name, described, *before)

    def _take(self, name: str, source: _Source, found: FoundCapture) -> None:
        """Store a capture, or hold it until what it needs is there."""
        held = self._pictures.holds(found, partial(self._keep, name, source))
        if not held and not self._keep(name, source, found):
            self._waiting.append((name, source, found))

    def _row(self, source: _Source) -> int:
        """The row of that file in the archive."""
        if source.row is None:
            source.row = self._session.archive.import_file(source.file, self._session.run.crawl_id or None)
        return source.row

    def _keep_claims(self, name: str, source: _Source) -> None:
        """Keep what the file says of its runs, and say what of it holds."""
        restored = self._session.restoring is not None
        claims = claims_of(source.told, self._row(source), restored=restored)
        if claims is None:
            return
        self._session.archive.import_log(claims)
        if not restored:
            self._session.report(name, "log", in_words(claims), level=Level.NOTE)

    def _report(self, name: str, described: Warcinfo, captures: int, passed_over: int, reported: int) -> None:
        """Say once where the captures of a foreign file came from, and what was left in it."""
        taken, passed = self._session.captures - captures, self._passed_over - passed_over
        if taken and not (self._own and described.ours):
            origin = described.software or "an unknown program"
            hint = "; if it is an export of yours, --own restores it as it was" if described.ours else ""
            self._session.report(
                name, "foreign", f"{plural(taken, 'capture')}, written by {origin}{hint}", level=Level.NOTE
            )
        if passed:
            said = f"{plural(passed, 'record')} of other hosts passed over; --all-hosts takes them"
            self._session.report(name, "other-hosts", said, level=Level.NOTE)
        if len(self._session.reported) == reported:
            self._session.archive.resolve(name, Stage.IMPORT)

    def finish(self) -> None:
        """Resolve what referred to later records or files; tell what still refers to nothing."""
        waiting, self._waiting = self._waiting, []
        for name, source, found in waiting:
            if not self._keep(name, source, found):
                self._session.report(
                    found.capture.url,
                    "unresolved",
                    f"the record at byte {found.offset} of {name} refers to one that is not there: not imported",
                )
        self._pictures.settle()

    def _wanted(self, url: str) -> bool:
        site = sites.site_for(url).id
        wanted = self._all_hosts or sites.by_id(site) is not None or site in self._sites or urls.host(url) in HOSTS
        self._passed_over += not wanted
        return wanted

    def _keep(self, name: str, source: _Source, found: FoundCapture) -> bool:
        """Store one capture; False: what it refers to is not there yet."""
        capture = self._resolved(found)
        if capture is None:
            return False
        if not self._is_believed(name, source, found, capture):
            return True
        place = PlaceInFile(
            import_file_id=self._row(source),
            record_offset=found.offset,
            record_id=found.record_id,
            payload_digest=found.payload_digest,
        )
        record = found.own.record_sha256 if found.own is not None else None
        whole = incoming.whole_of(found.own)
        outcome = self._session.take(capture, read_capture(capture), record=record, whole=whole, place=place)
        if outcome.verdict != Verdict.DUPLICATE and capture.url not in self._session.reported:
            self._session.archive.resolve(capture.url, Stage.IMPORT)
        digest = capture.body_sha256
        if found.payload_digest and digest is not None and not found.payload_digest.startswith("sha256:"):
            self._bodies[found.payload_digest] = digest
        return True

    def _is_believed(self, name: str, source: _Source, found: FoundCapture, capture: Capture) -> bool:
        """Whether a capture may be stored as what its file says of it; what speaks against it is told."""
        own = found.own
        if own is None and not can_be_captured(capture.captured_at, self._session.run.now()):
            said = f"the record at byte {found.offset} of {name} is dated {capture.captured_at}: not imported"
            self._session.report(capture.url, "impossible-time", said)
            return False
        if own is not None and not own.left_out and (complaint := self._complaint(capture, own)):
            self._session.report(capture.url, "record-mismatch", f"{complaint} (of {name}, byte {found.offset})")
            return False
        if self._sealed_only and not _is_sealed(own, source, capture):
            message = f"the log in {name} does not name it, so no key vouches for it: not imported"
            self._session.report(capture.url, "not-sealed", message)
            return False
        return True

    def _resolved(self, found: FoundCapture) -> Capture | None:
        """The capture with the body and the captures that it refers to; None: they are not there."""
        capture = found.capture
        if found.own is not None:
            references = (found.own.not_modified_of, found.own.like_capture)
            ids = [capture_queries.id_of_record(self._db, digest) for digest in references]
            if any(number is None and digest for number, digest in zip(ids, references, strict=True)):
                return None
            capture = replace(capture, not_modified_of=ids[0], like_capture_id=ids[1])
        if found.revisit is None:
            return capture
        if found.revisit.not_modified:
            number, _ = capture_queries.with_body_at(self._db, found.revisit.url, found.revisit.at)
            return incoming.with_body(replace(capture, not_modified_of=number))
        body = self._body(found.revisit)
        if body is None:
            return None
        whole = replace(capture, body=body)
        if found.own is not None:
            return whole
        return incoming.with_body(whole)

    def _is_known(self, record_sha256: str) -> bool:
        return capture_queries.id_of_record(self._db, record_sha256) is not None

    def _body(self, revisit: incoming.Revisit) -> bytes | None:
        """The body that *revisit* stands for: by its digest, the record, or the address and time that it names.

        What was imported in an earlier run is known by the digests and names that its records gave.
        """
        said, archive = revisit.payload_digest or "", self._session.archive
        digest = (
            self._bodies.get(said)
            or (self._body_of_sha256(said, revisit.url) if said.startswith("sha256:") else None)
            or (archive.body_of_payload(said) if said else None)
            or (archive.body_of_record(revisit.record_id) if revisit.record_id else None)
            or capture_queries.with_body_at(self._db, revisit.url, revisit.at)[1]
            or self._body_of_address(said, revisit.url)
        )
        if not digest:
            return None
        return archive.body(digest)

    def _body_of_sha256(self, said: str, url: str | None) -> str | None:
        return capture_queries.body_by_digest(self._db, said.removeprefix("sha256:").lower(), url)

    def _body_of_address(self, said: str, url: str | None) -> str | None:
        """A body of that address whose digest is *said*: where we had the page otherwise than from a file."""
        bodies = capture_queries.bodies_of(self._db, url)
        return next((sha256 for sha256 in bodies if warc.holds(said, self._session.archive.body(sha256))), None)

    def _complaint(self, capture: Capture, own: Own) -> str | None:
        """What is wrong with a capture restored from our own file; None: its record digest holds."""
        found = incoming.record_of(capture, own, capture.body_sha256)
        if found == own.record_sha256:
            return None
        return f"expected the record digest {own.record_sha256}, found {found}"


def _is_sealed(own: Own | None, source: _Source, capture: Capture) -> bool:
    """Whether the log in the file names the capture, and nothing but a visitor's token was left out of it."""
    if own is None or own.record_sha256 not in source.told.records:
        return False
    return not own.left_out or capture.kind == CaptureKind.COUNTS
