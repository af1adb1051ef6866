"""The append-only half of the archive: captures, their bodies, and the chain of runs."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scraper import decide, digests, urls
from scraper.errors import IntegrityError, Withdrawn
from scraper.records import Capture, Whole
from scraper.store import bodies, sealing, single
from scraper.vocabulary import CaptureKind, Codec

#: Columns of `captures` that are fields of `Capture` by the same name.
FIELDS = (
    "url", "url_basis", "kind", "source", "captured_at", "captured_at_basis", "status", "request_head", "head",
    "content_encoding", "media_type", "wire_sha256", "wire_length", "redirected_to", "not_modified_of",
    "like_capture_id", "ip", "truncated",
)  # fmt: skip
_COLUMNS = (*FIELDS, "body_sha256", "crawl_id", "record_sha256")
_SELECT = f"SELECT id, body_sha256, record_sha256, {', '.join(FIELDS)} FROM captures"
_INSERT = f"INSERT INTO captures ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"


_NEEDED = """
SELECT 1 FROM captures WHERE body_sha256 = ? UNION ALL
SELECT 1 FROM bodies WHERE reference_sha256 = ? AND codec = 'withdrawn'
"""

#: References kept at hand for one host and kind: some sites serve two or three frames side by side.
REFERENCES_AT_HAND = 3


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A capture's row."""

    id: int
    body_sha256: str | None
    record_sha256: str
    order: decide.Order
    #: False: it was there already.
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class _BodyAsKept:
    """How a capture's body is written."""

    #: None: the capture has none.
    sha256: str | None
    length: int
    #: What may be kept of it where that holds withdrawn words, b"": nothing; None: the body itself.
    readable: bytes | None


@dataclass(frozen=True, slots=True)
class BodyAhead:
    """What was worked out of a body before its capture is kept."""

    body: bytes
    sha256: str
    #: The body as it is stored against the reference of that digest, which may not be the one that serves it best.
    encoded: bodies.Encoded
    reference: str


def _body_of(capture: Capture, sha256: str | None, readable: bytes | None, whole: Whole | None) -> _BodyAsKept:
    if whole is None:
        return _BodyAsKept(sha256, len(capture.payload), readable)
    if readable is None and whole.body_sha256 != sha256:
        readable = capture.payload
    return _BodyAsKept(whole.body_sha256, whole.length, readable)


@dataclass(slots=True)
class _WholeBody:
    """A body stored whole, against which others are compressed."""

    sha256: str
    body: bytes
    #: Size stored / length.
    whole: float
    dependants: int = 0


@dataclass(slots=True)
class _Shelf:
    """The references of one host and kind, the one that served last in front."""

    references: list[_WholeBody] = field(default_factory=list)
    #: Bodies in a row that none of them served well.
    poor: int = 0


class Evidence:
    """Writes captures and bodies, and reads them back. Transactions are the caller's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._shelves: dict[tuple[str, str], _Shelf] = {}
        self._read_last: OrderedDict[str, bytes] = OrderedDict()
        #: What was worked out of the body that is expected next.
        self._ahead: BodyAhead | None = None

    def forget(self) -> None:
        """Drop what is held in memory: after a rollback it may not be in the file."""
        self._shelves.clear()
        self._read_last.clear()

    def prepare(self, url: str, kind: str, body: bytes) -> BodyAhead | None:
        """What `add` will want to know of a body of *kind* from *url*, in any thread; None: there is no reference for
        it yet.
        """
        shelf = self._shelves.get((urls.host(url), kind))
        for reference in shelf.references[:1] if shelf else ():  # a copy: the shelf may be put in order meanwhile
            return BodyAhead(body, digests.sha256(body), bodies.encode(body, reference.body), reference.sha256)
        return None

    def expect(self, ahead: BodyAhead) -> None:
        """A capture of that body may be added next."""
        self._ahead = ahead

    def _expected(self, body: bytes | None) -> BodyAhead | None:
        """What was worked out of that very *body*; None: nothing."""
        if self._ahead is not None and self._ahead.body is body:
            return self._ahead
        return None

    def _sha256_of(self, capture: Capture) -> str | None:
        ahead = self._expected(capture.body)
        if ahead is None:
            return capture.body_sha256
        return ahead.sha256

    def add(
        self, capture: Capture, crawl_id: int | None, *, readable: bytes | None = None, whole: Whole | None = None
    ) -> KeptRow:
        """The row of *capture*, made unless one with its url, time, source and body is there.

        *readable*: what may be kept of its body where that holds withdrawn words, b"": nothing; None: the body itself.
        *whole*: what it was before something was left out of it; None: nothing was.
        """
        body = _body_of(capture, self._sha256_of(capture), readable, whole)
        known = self._known(capture, body.sha256)
        if known is not None:
            return known
        row = {name: getattr(capture, name) for name in FIELDS}
        row |= {"body_sha256": body.sha256, "crawl_id": crawl_id}
        record = whole.record_sha256 if whole else digests.record_sha256(row, self._references(capture))
        place = decide.order(capture.captured_at, capture.source, body.sha256, capture.url, record)
        # A row with this digest but other columns was edited since; `verify` tells it, here it stops nothing.
        edited = single.number(self._db, "SELECT id FROM captures WHERE record_sha256 = ?", (record,))
        if edited is not None:
            return KeptRow(edited, body.sha256, record, place, is_new=False)
        self._add_body(capture, body)
        number = self._db.execute(_INSERT, row | {"record_sha256": record}).lastrowid or 0
        if capture.certificate is not None:
            self._db.execute(
                "INSERT INTO certificates (capture_id, sha256) VALUES (?, ?)", (number, capture.certificate)
            )
        return KeptRow(number, body.sha256, record, place)

    def _known(self, capture: Capture, body_sha256: str | None) -> KeptRow | None:
        """The row that *capture* has already; None: it has none."""
        found = self._db.execute(
            # By the index of addresses: a wall shows one body at all of them (https://sqlite.org/optoverview.html#uplus).
            "SELECT id, record_sha256 FROM captures WHERE url = ? AND captured_at = ? AND source = ?"
            " AND +body_sha256 IS ?",
            (capture.url, capture.captured_at, capture.source, body_sha256),
        ).fetchone()
        if found is None:
            return None
        place = decide.order(capture.captured_at, capture.source, body_sha256, capture.url, found[1])
        return KeptRow(found[0], body_sha256, found[1], place, is_new=False)

    def _add_body(self, capture: Capture, body: _BodyAsKept) -> None:
        if capture.body is None or body.sha256 is None:
            return
        if body.readable is None:
            self._put_body(capture, capture.body, body.sha256)
        else:
            self.withhold(capture, body.sha256, body.length, body.readable)

    def left_of(self, capture_id: int) -> str:
        """The digest that the row of a capture would have, if nothing had been left out of it."""
        capture, kept = next(self.captures("WHERE id = ?", (capture_id,), with_bodies=False))
        row = {name: getattr(capture, name) for name in FIELDS} | {"body_sha256": kept.body_sha256}
        return digests.record_sha256(row, self._references(capture))

    def _references(self, capture: Capture) -> Mapping[str, str | None]:
        """`record_sha256` of the captures that *capture* names."""
        if capture.not_modified_of is None and capture.like_capture_id is None:
            return {}
        named = {name: getattr(capture, name) for name in digests.REFERENCES}
        asked = "SELECT record_sha256 FROM captures WHERE id = ?"
        return {name: single.text(self._db, asked, (number,)) for name, number in named.items()}

    def _put_body(self, capture: Capture, body: bytes, sha256: str) -> None:
        if self._db.execute("SELECT 1 FROM bodies WHERE sha256 = ?", (sha256,)).fetchone():
            return
        encoded, reference = self._encode(capture, body, sha256)
        self._db.execute(
            "INSERT INTO bodies (sha256, length, codec, reference_sha256, data) VALUES (?, ?, ?, ?, ?)",
            (sha256, len(body), encoded.codec, reference, encoded.data),
        )

    def withhold(self, capture: Capture, sha256: str, length: int, readable: bytes) -> None:
        """Keep of a body no more than its digest and length, and a copy without the withdrawn words, b"": none."""
        masked = digests.sha256(readable) if readable else None
        if masked is not None:
            self._put_body(capture, readable, masked)
        self._db.execute(
            "INSERT INTO bodies (sha256, length, codec, reference_sha256, data) VALUES (?, ?, ?, ?, x'')"
            " ON CONFLICT (sha256) DO UPDATE SET codec = excluded.codec, data = x'',"
            " reference_sha256 = excluded.reference_sha256",
            (sha256, length, Codec.WITHDRAWN, masked),
        )
        self._read_last.pop(sha256, None)

    def is_withdrawn(self, body: bytes) -> bool:
        """Whether these bytes were here, and were withdrawn."""
        asked = "SELECT 1 FROM bodies WHERE sha256 = ? AND codec = 'withdrawn'"
        return single.is_there(self._db, asked, (digests.sha256(body),))

    def strip(self, sha256: str) -> None:
        """Keep of a body no more than its digest and length; a copy in its place goes, too, unless another needs it."""
        self._free(sha256)
        (copy,) = self._db.execute(
            "SELECT (SELECT reference_sha256 FROM bodies WHERE sha256 = ? AND codec = 'withdrawn')", (sha256,)
        ).fetchone()
        self._db.execute(
            "UPDATE bodies SET codec = 'withdrawn', data = x'', reference_sha256 = NULL WHERE sha256 = ?", (sha256,)
        )
        if copy is not None and not self._db.execute(_NEEDED, (copy, copy)).fetchone():
            self._free(copy)
            self._db.execute("DELETE FROM bodies WHERE sha256 = ?", (copy,))
        self.forget()

    def _free(self, sha256: str) -> None:
        """Let no other body need this one to be decoded: its first dependant is stored whole, the others against it."""
        rows = self._db.execute(
            "SELECT sha256 FROM bodies WHERE reference_sha256 = ? AND codec = 'zstd-ref' ORDER BY rowid", (sha256,)
        ).fetchall()
        found = [(one, self.body(one)) for (one,) in rows]
        for number, (one, body) in enumerate(found):
            encoded = bodies.encode(body, found[0][1] if number else None)
            reference = found[0][0] if encoded.codec == Codec.ZSTD_REF else None
            self._db.execute(
                "UPDATE bodies SET codec = ?, data = ?, reference_sha256 = ? WHERE sha256 = ?",
                (encoded.codec, encoded.data, reference, one),
            )

    def _encode(self, capture: Capture, body: bytes, sha256: str) -> tuple[bodies.Encoded, str | None]:
        """The stored form of a body that is not there yet, and the digest of its reference."""
        whole_only = capture.kind in (CaptureKind.FILE, CaptureKind.IMAGE) or len(body) < bodies.SMALLEST_WITH_REFERENCE
        if whole_only or not bodies.compressible(capture.media_type, body):
            return bodies.encode(body, None), None
        shelf = self._shelf(urls.host(capture.url), capture.kind)
        best = self._best(shelf.references, body)
        if best is not None:
            encoded, reference = best
            poor = bodies.poor_fit(encoded, len(body), reference.whole)
            shelf.poor = shelf.poor + 1 if poor else 0
            # One page unlike the others is no redesign; two in a row are, and the second becomes a reference.
            if shelf.poor < 2 and encoded.codec == Codec.ZSTD_REF:
                self._used(shelf, reference)
                return encoded, reference.sha256
        return self._new_reference(shelf, body, sha256), None

    def _best(self, references: list[_WholeBody], body: bytes) -> tuple[bodies.Encoded, _WholeBody] | None:
        """The first reference that serves *body* well, else the one that serves it best; None: there are none."""
        tried = []
        for reference in references:
            encoded = self._against(reference, body)
            tried.append((encoded, reference))
            if not bodies.poor_fit(encoded, len(body), reference.whole):
                break
        return min(tried, key=lambda one: len(one[0].data), default=None)

    def _against(self, reference: _WholeBody, body: bytes) -> bodies.Encoded:
        """*body* as it is stored against *reference*."""
        ahead = self._expected(body)
        if ahead is not None and ahead.reference == reference.sha256:
            return ahead.encoded
        return bodies.encode(body, reference.body)

    def _used(self, shelf: _Shelf, reference: _WholeBody) -> None:
        reference.dependants += 1
        shelf.references.remove(reference)
        if reference.dependants < bodies.MOST_DEPENDANTS:
            shelf.references.insert(0, reference)

    def _new_reference(self, shelf: _Shelf, body: bytes, sha256: str) -> bodies.Encoded:
        whole = bodies.encode(body, None)
        shelf.references.insert(0, _WholeBody(sha256, body, len(whole.data) / len(body)))
        del shelf.references[REFERENCES_AT_HAND:]
        shelf.poor = 0
        return whole

    def _shelf(self, host: str, kind: str) -> _Shelf:
        """The newest references of *host* and *kind* that have room for more dependants."""
        if (host, kind) not in self._shelves:
            rows = self._db.execute(
                "SELECT sha256, length(data) * 1.0 / length,"
                "  (SELECT count(*) FROM bodies AS others WHERE others.reference_sha256 = bodies.sha256) AS dependants"
                " FROM (SELECT DISTINCT body_sha256 FROM captures WHERE kind = ? AND body_sha256 IS NOT NULL"
                "       AND (url BETWEEN ? AND ? OR url BETWEEN ? AND ?))"
                " JOIN bodies ON bodies.sha256 = body_sha256"
                " WHERE reference_sha256 IS NULL AND codec <> 'withdrawn'"
                " AND length >= ? AND dependants < ? ORDER BY bodies.rowid DESC LIMIT ?",
                (
                    *(kind, f"https://{host}/", f"https://{host}0", f"http://{host}/", f"http://{host}0"),
                    *(bodies.SMALLEST_WITH_REFERENCE, bodies.MOST_DEPENDANTS, REFERENCES_AT_HAND),
                ),
            ).fetchall()
            found = [_WholeBody(sha256, self.body(sha256), whole, used) for sha256, whole, used in rows]
            self._shelves[host, kind] = _Shelf(found)
        return self._shelves[host, kind]

    def body(self, sha256: str) -> bytes:
        """The decoded bytes of that digest. Raises IntegrityError where they are not there, or not what they were."""
        row = self._db.execute(
            "SELECT codec, data, reference_sha256, length FROM bodies WHERE sha256 = ?", (sha256,)
        ).fetchone()
        if row is None:
            raise IntegrityError(f"body {sha256}: not in the archive; run `ushrn verify`")
        codec, data, reference, length = row
        if codec == Codec.WITHDRAWN:
            raise Withdrawn(f"body {sha256}: withdrawn from this archive")
        body = bodies.decode(codec, data, None if reference is None else self._reference_body(reference), length)
        if digests.sha256(body) != sha256:
            raise IntegrityError(f"body {sha256}: its bytes have another digest; run `ushrn verify`")
        return body

    def readable(self, sha256: str) -> bytes | None:
        """The body of that digest; where it is withdrawn the copy without the withdrawn words, None: there is none."""
        try:
            return self.body(sha256)
        except Withdrawn:
            asked = "SELECT reference_sha256 FROM bodies WHERE sha256 = ?"
            (masked,) = self._db.execute(asked, (sha256,)).fetchone()
            if masked is None:
                return None
            return self.body(masked)

    def _reference_body(self, sha256: str) -> bytes:
        if sha256 in self._read_last:
            self._read_last.move_to_end(sha256)
            return self._read_last[sha256]
        (chained,) = self._db.execute(
            "SELECT (SELECT reference_sha256 FROM bodies WHERE sha256 = ?)", (sha256,)
        ).fetchone()
        if chained is not None:
            raise IntegrityError(f"body {sha256}: a reference must be stored whole, this one needs {chained}")
        body = self._read_last[sha256] = self.body(sha256)
        if len(self._read_last) > REFERENCES_AT_HAND:
            self._read_last.popitem(last=False)
        return body

    def capture(self, capture_id: int) -> tuple[Capture, KeptRow]:
        """The capture of that id, with its body, and its row's digests."""
        (found,) = self.captures("WHERE id = ?", (capture_id,))
        return found

    def captures(
        self, where: str = "ORDER BY id", values: tuple[object, ...] = (), *, with_bodies: bool = True
    ) -> Iterator[tuple[Capture, KeptRow]]:
        """Captures that *where* selects, one at a time, with their bodies unless these are not wanted."""
        for capture_id, body_sha256, record, *fields in self._db.execute(f"{_SELECT} {where}", values):
            body = self.readable(body_sha256) if with_bodies and body_sha256 else None
            capture = Capture(**dict(zip(FIELDS, fields, strict=True)), body=body)
            place = decide.order(capture.captured_at, capture.source, body_sha256, capture.url, record)
            yield capture, KeptRow(capture_id, body_sha256, record, place)

    def judge(self, record_sha256: str, kind: str, at: str, by: str, reason: str, crawl_id: int | None) -> None:
        """Add a decision about a capture."""
        self._db.execute(
            "INSERT INTO decisions (record_sha256, kind, at, by, reason, crawl_id) VALUES (?, ?, ?, ?, ?, ?)",
            (record_sha256, kind, at, by, reason, crawl_id),
        )

    def judged(self, record_sha256: str) -> frozenset[str]:
        """The kinds of all decisions about a capture."""
        found = self._db.execute("SELECT kind FROM decisions WHERE record_sha256 = ?", (record_sha256,))
        return frozenset(kind for (kind,) in found)

    def chain(self, crawl_id: int) -> str:
        """Seal a run: write its `chain_sha256`, made of the previous one and of the records it kept, and return it."""
        asked = "SELECT chain_sha256 FROM crawls WHERE id < ? AND chain_sha256 IS NOT NULL ORDER BY id DESC LIMIT 1"
        previous = single.text(self._db, asked, (crawl_id,))
        value = digests.chain_of_sorted(previous, sealing.records(self._db, crawl_id))
        self._db.execute("UPDATE crawls SET chain_sha256 = ? WHERE id = ?", (value, crawl_id))
        return value
