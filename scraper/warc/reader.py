"""The records of any crawler's WARC as captures; those of our own, restored whole. Pure; streams."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime

from scraper import digests, magic
from scraper.dates import utc
from scraper.provenance import kind_of, sniff
from scraper.records import Capture, Whole
from scraper.run_log import RunLog
from scraper.urls import normalise
from scraper.vocabulary import CaptureKind, Source, TimeBasis, Truncation, UrlBasis
from scraper.warc import http_message
from scraper.warc import record as warc
from scraper.warc.http_message import MessageError
from scraper.warc.record import Broken, Record, RecordType
from scraper.warc.segments import joined
from scraper.warc.writer import COLUMNS, FACTS, HEADS, RENDITION, facts_in, log_in

#: Bodies beyond it are no pages.
BODY_LIMIT_BYTES = 64 * 1024 * 1024
#: A year, month, day, minute, second or fraction, as the standard writes them.
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)?)?)?")
#: As in addresses of the Wayback Machine; and with an offset or without a zone, as some recorders do.
_DIGITS = re.compile(r"\d{14}")
_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[+-]\d\d:?\d\d)?")
#: Records that hold what a capture is made of.
MAIN = (RecordType.RESPONSE, RecordType.REVISIT, RecordType.RESOURCE, RecordType.CONVERSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """What a revisit says of the body that it does not hold; None: it does not say."""

    payload_digest: str | None
    url: str | None
    at: str | None
    not_modified: bool
    #: Name of the record that it refers to.
    record_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What one of our own metadata records says besides the capture's columns."""

    record_sha256: str
    body_sha256: str | None
    not_modified_of: str | None
    like_capture: str | None
    #: What is left out of the capture, by column; and of its body the length before.
    left_out: tuple[str, ...] = ()
    body_length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCapture:
    """A capture read out of a web archive; `capture.body` is still missing where `revisit` is given."""

    capture: Capture
    #: Where its main record begins.
    offset: int
    #: As its file names it; None: it does not.
    record_id: str | None = None
    #: Payload digest as its record writes it; a later revisit may name it so.
    payload_digest: str | None = None
    revisit: Revisit | None = None
    own: Own | None = None
    #: `record_sha256` that a metadata record of ours gives for the capture, where it fits the bytes; None: it is
    #: somebody's capture, or they do not fit.
    claimed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveTrouble:
    """Something in a web archive that cannot be used: *kind* is a short word, *url* is empty for no record."""

    kind: str
    message: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warcinfo:
    """What a file's `warcinfo` says of itself."""

    software: str
    text: str

    @property
    def ours(self) -> bool:
        """Whether it says that this program wrote it: which anybody can write."""
        return self.software.startswith("ushrn")

    @property
    def source(self) -> Source:
        """What its captures' `source` shall be."""
        if re.search(r"common\s?crawl", self.text, re.IGNORECASE):
            return Source.COMMON_CRAWL
        return Source.WARC


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What a file of ours says of the runs that made its captures: which anybody can write."""

    log: RunLog


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """Records that are no captures of pages, by the scheme of their address: ``dns``, ``metadata``, ``urn``, …"""

    schemes: dict[str, int]


def captures_of(
    records: Iterable[Record | Broken],
    wanted: Callable[[str], bool],
    *,
    own: bool = False,
    known: Callable[[str], bool] = lambda _: False,
) -> Iterator[FoundCapture | ArchiveTrouble | Warcinfo | Logged | PassedOver]:
    """The captures in a stream of records. *wanted* tells, by address, which are.

    The records of one capture (response, request, our metadata) are taken together where they follow each other.
    *own*: whoever asks vouches that what says that it is a file of ours is one; all of it is restored as it was. Else
    only those captures are, that are *known* to the archive by their record digest.
    """
    stream = _CaptureStream(wanted, own=own, known=known)
    for record in joined(records):
        yield from stream.take(record)
    yield from stream.finished()
    if stream.others:
        yield PassedOver(schemes=dict(stream.others))


@dataclass(slots=True)
class _Group:
    """The records of one capture that came so far: of each sort that tells something of it, the first."""

    first: Record
    main: Record | None = None
    request: Record | None = None
    #: Our metadata.
    facts: Record | None = None
    ids: set[str | None] = field(default_factory=set)
    types: set[str] = field(default_factory=set)

    def add(self, record: Record) -> None:
        """Take in a record that belongs to them."""
        self.ids.add(record.get("WARC-Record-ID"))
        self.types.add(record.type)
        if record.type in MAIN:
            self.main = self.main or record
        elif record.type == RecordType.REQUEST:
            self.request = self.request or record
        elif record.type == RecordType.METADATA and record.get("Content-Type") == FACTS:
            self.facts = self.facts or record

    def owns(self, record: Record) -> bool:
        """Whether *record* tells of the same capture."""
        if record.url != self.first.url:
            return False
        if record.type in MAIN:
            return self.main is None
        beside = record.get("WARC-Concurrent-To") or record.get("WARC-Refers-To")
        return beside in self.ids if beside else record.type not in self.types


class _CaptureStream:
    """Records that come one after the other, those of one capture gathered until another follows."""

    def __init__(self, wanted: Callable[[str], bool], *, own: bool, known: Callable[[str], bool]) -> None:
        self._wanted, self._own, self._known = wanted, own, known
        self._described = Warcinfo(software="", text="")
        self._group: _Group | None = None
        #: Scheme → records of it that are no pages.
        self.others: Counter[str] = Counter()

    def take(self, record: Record | Broken) -> Iterator[FoundCapture | ArchiveTrouble | Warcinfo | Logged]:
        """What is known once *record* has come."""
        if isinstance(record, Broken):
            yield from self.finished()
            yield ArchiveTrouble(kind="broken", message=record.message)
        elif record.type == RecordType.WARCINFO:
            yield from self.finished()
            self._described = _described(record)
            yield self._described
        elif record.get("WARC-Profile") != RENDITION:  # that is ours, for viewers: nothing that was captured
            yield from self._gather(record)

    def _gather(self, record: Record) -> Iterator[FoundCapture | ArchiveTrouble | Logged]:
        ours = self._described.ours
        if ours and record.type == RecordType.METADATA and not record.url:
            yield from _logged(record)
        elif scheme := _other_scheme(record.url):
            self.others[scheme] += 1
        elif record.url and ((self._own and ours) or self._wanted(record.url)):
            if self._group is None or not self._group.owns(record):
                yield from self.finished()
                self._group = _Group(record)
            self._group.add(record)

    def finished(self) -> Iterator[FoundCapture | ArchiveTrouble]:
        """The capture that was gathered, what does not hold of it, or why there is none; nothing if none was."""
        group, self._group = self._group, None
        if group is None:
            return
        try:
            yield from self._read(group)
        except (ValueError, TypeError, KeyError) as error:
            first = group.first
            yield ArchiveTrouble(
                kind="unusable", message=f"{first.type} at byte {first.offset}: {error}", url=first.url
            )

    def _read(self, group: _Group) -> Iterator[FoundCapture | ArchiveTrouble]:
        """Raises ValueError, TypeError or KeyError for records that say what cannot be."""
        main, facts = group.main, group.facts
        wrong = list(filter(None, map(_block_complaint, filter(None, (main, facts)))))
        if facts is not None and self._is_to_be_restored(facts):
            yield wrong[0] if wrong else _restored(facts, main)
        elif main is not None:
            # Somebody's file: what its digests do not hold is still what there is.
            yield from wrong or _payload_complaint(main)
            claimed = _claimed(facts, main) if facts is not None and self._described.ours else None
            yield replace(_found(main, group.request, self._described), claimed=claimed)

    def _is_to_be_restored(self, facts: Record) -> bool:
        """Whether a capture of ours comes back as it was: somebody vouches for the file, or the archive knows it."""
        return self._described.ours and (self._own or self._known(str(facts_in(facts.block).get("record_sha256"))))


def _logged(record: Record) -> Iterator[Logged | ArchiveTrouble]:
    try:
        log = log_in(record)
    except (ValueError, TypeError, RecursionError) as error:
        yield ArchiveTrouble(kind="unusable-log", message=f"the log of its runs cannot be read: {error}")
        return
    if log is not None:
        yield Logged(log=log)


def _other_scheme(url: str) -> str | None:
    """The scheme of an address that is no page's (``dns:``, ``urn:pageinfo:``, ``screenshot:``); None: http or none."""
    scheme, colon, _ = url.partition(":")
    if colon and scheme.lower() not in ("http", "https"):
        return scheme.lower()
    return None


def _described(record: Record) -> Warcinfo:
    text = record.block[:65536].decode("utf-8", "replace")
    software = re.search(r"^software:[ \t]*(.*?)\r?$", text, re.IGNORECASE | re.MULTILINE)
    return Warcinfo(software=software[1].strip() if software else "", text=text)


def _block_complaint(record: Record) -> ArchiveTrouble | None:
    said = record.get("WARC-Block-Digest")
    if said and warc.holds(said, record.block) is False:
        return _mismatch(record, "block", said, record.block)
    return None


def _mismatch(record: Record, part: str, said: str, data: bytes) -> ArchiveTrouble:
    found = f"the {part} should have the digest {said}, found {warc.digest(data)}"
    return ArchiveTrouble(
        kind="digest-mismatch", message=f"{record.type} at byte {record.offset}: {found}", url=record.url
    )


def _payload_complaint(main: Record) -> list[ArchiveTrouble]:
    """What does not hold of the payload digest of *main*: none or one."""
    said = main.get("WARC-Payload-Digest")
    if not said or main.type in (RecordType.REVISIT, RecordType.CONVERSION) or _truncated(main):
        return []
    if main.type == RecordType.RESOURCE:
        if warc.holds(said, main.block) is not False:
            return []
        return [_mismatch(main, "payload", said, main.block)]
    head, entity = http_message.split(main.block)
    sent = http_message.transfer_decoded(head, entity)
    # wget and plain warcio take the digest over the chunks as they came, which the standard does not mean.
    wrong = warc.holds(said, sent) is False and warc.holds(said, entity) is False
    if not wrong:
        return []
    return [_mismatch(main, "payload", said, sent)]


def _found(main: Record, request: Record | None, described: Warcinfo) -> FoundCapture:
    """The capture that *main* holds. Raises ValueError for an address or date that is none."""
    url, at = normalise(main.url), _time(main.get("WARC-Date") or "")
    if not url:
        raise ValueError(f"expected an http address, found {main.url[:200]!r}")
    base = Capture(
        url=url,
        url_basis=UrlBasis.WARC,
        source=Source.WAYBACK if "web.archive.org/" in (main.get("WARC-Source-URI") or "") else described.source,
        captured_at=at,
        captured_at_basis=TimeBasis.GIVEN,
        request_head=http_message.split(request.block)[0] if request else None,
        ip=main.get("WARC-IP-Address"),
        truncated=_truncated(main),
    )
    if main.type in (RecordType.RESOURCE, RecordType.CONVERSION):
        return _plain(main, base)
    return _answer(main, base)


def _time(text: str) -> str:
    """A WARC-Date in our form: UTC, as precise as it is (WARC 1.1, 5.4: years to nanoseconds). Raises ValueError."""
    text = text.strip()
    if _DATE.fullmatch(text):
        datetime.fromisoformat(warc.date(text))  # a thirteenth month looks like a date and is none
        return text
    if _DIGITS.fullmatch(text):
        return utc(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    if _OFFSET.fullmatch(text):
        return utc(datetime.fromisoformat(text))
    raise ValueError(f"expected a WARC-Date like 2021-03-16T14:05:00Z, found {text[:60]!r}")


#: Reasons that WARC has a word for (WARC 1.1, 5.13); the fourth, "unspecified", says nothing.
_CUT_SHORT = {one.value: one for one in (Truncation.LENGTH, Truncation.TIME, Truncation.DISCONNECT)}


def _truncated(main: Record) -> Truncation | None:
    said = (main.get("WARC-Truncated") or "").strip().lower()
    if not said or main.type == RecordType.REVISIT:
        return None
    return _CUT_SHORT.get(said, Truncation.LENGTH)


def _plain(main: Record, base: Capture) -> FoundCapture:
    """A record that holds a body without protocol."""
    said = main.get("WARC-Payload-Digest")
    media_type = (main.get("Content-Type") or "").partition(";")[0].strip().lower() or sniff(main.block, "")
    kind = kind_of(base.url, media_type, main.block)
    capture = replace(base, kind=kind, media_type=media_type, body=main.block)
    return FoundCapture(capture=capture, offset=main.offset, record_id=main.get("WARC-Record-ID"), payload_digest=said)


def _answer(main: Record, base: Capture) -> FoundCapture:
    """A record that holds an HTTP answer, or only its head."""
    head, entity = http_message.split(main.block)
    record_id = main.get("WARC-Record-ID")
    status = http_message.status(head)
    if status is None and main.type == RecordType.RESPONSE:
        raise ValueError(f"expected an HTTP answer, found {main.block[:40]!r}")
    said = main.get("WARC-Payload-Digest")
    sent = http_message.transfer_decoded(head, entity)
    capture = replace(
        base,
        status=status,
        head=head,
        media_type=http_message.media_type(head),
        content_encoding=http_message.value(head, "content-encoding") or http_message.moved(head, "content-encoding"),
        redirected_to=_redirect(base.url, head, status),
    )
    if main.type == RecordType.REVISIT:
        revisit = Revisit(
            payload_digest=said,
            url=normalise((main.get("WARC-Refers-To-Target-URI") or main.url).strip("<>")) or None,
            at=main.get("WARC-Refers-To-Date"),
            not_modified="server-not-modified" in (main.get("WARC-Profile") or ""),
            record_id=main.get("WARC-Refers-To"),
        )
        return FoundCapture(
            capture=capture, offset=main.offset, record_id=record_id, payload_digest=said, revisit=revisit
        )
    whole = with_body(_decoded(capture, head, sent))
    return FoundCapture(capture=whole, offset=main.offset, record_id=record_id, payload_digest=said)


def _redirect(url: str, head: bytes, status: int | None) -> str | None:
    location = http_message.value(head, "location")
    if location and status and 300 <= status < 400:
        return normalise(location, url) or None
    return None


def _decoded(capture: Capture, head: bytes, sent: bytes) -> Capture:
    """*capture* with its body; where that cannot be decoded, the entity is the body."""
    encoding = http_message.value(head, "content-encoding")
    moved = http_message.moved(head, "content-encoding") is not None
    try:
        body, trouble = http_message.content_decoded(sent, encoding, BODY_LIMIT_BYTES), None
    except MessageError:
        # Some crawlers write decoded bodies under the original header; such a body is plainly no gzip.
        plain = (
            not sent.startswith(magic.GZIP)
            and encoding in ("gzip", "x-gzip", "br", "zstd")
            and sent.lstrip()[:1] in (b"<", b"{")
        )
        body, trouble, moved = sent, None if plain else Truncation.DECODE, moved or plain
    return replace(
        capture,
        body=body,
        truncated=capture.truncated or trouble,
        wire_sha256=None if moved else hashlib.sha256(sent).hexdigest(),
        wire_length=None if moved else len(sent),
    )


def with_body(capture: Capture) -> Capture:
    """*capture* with the kind that its answer and body give it, by the same rule as live ones."""
    if capture.redirected_to:
        return replace(capture, kind=CaptureKind.REDIRECT)
    if capture.status in (404, 410):
        return replace(capture, kind=CaptureKind.MISSING)
    whole = capture.ok or capture.status == 304
    if not whole or capture.truncated:
        return replace(capture, kind=CaptureKind.OTHER)
    return replace(capture, kind=kind_of(capture.url, capture.media_type, capture.payload))


def whole_of(own: Own | None) -> Whole | None:
    """What a capture was of which something is left out; None: it is whole, or somebody's."""
    if own is None or not own.left_out:
        return None
    return Whole(record_sha256=own.record_sha256, body_sha256=own.body_sha256, length=own.body_length)


def record_of(capture: Capture, own: Own, body_sha256: str | None) -> str:
    """The `record_sha256` of a capture as one of our metadata records tells it, with the body of that digest."""
    row: dict[str, object] = {name: getattr(capture, name) for name in COLUMNS}
    references = {"not_modified_of": own.not_modified_of, "like_capture_id": own.like_capture}
    return digests.record_sha256(row | {"body_sha256": body_sha256}, references)


def _claimed(facts: Record, main: Record) -> str | None:
    """The `record_sha256` that one of our metadata records gives, where it is that of the capture beside it.

    Of a capture of which something was left out it cannot be made.
    """
    found = _restored(facts, main)
    if isinstance(found, ArchiveTrouble) or found.own is None or found.own.left_out:
        return None
    given = record_of(found.capture, found.own, found.own.body_sha256)
    if given != found.own.record_sha256:
        return None
    return given


def _certificate(said: Mapping[str, object]) -> str | None:
    """SHA-256 of the certificate that was accepted for a capture, as one of our metadata records tells it."""
    told = said.get("certificate")
    if isinstance(told, str) and re.fullmatch("[0-9a-f]{64}", told):
        return told
    return None


@dataclass(frozen=True, slots=True)
class _Held:
    """What the record beside our metadata record holds: the bytes of a body, where they are, or other bytes."""

    body: bytes | None = None
    revisit: Revisit | None = None
    wrong: ArchiveTrouble | None = None


def _held(main: Record | None, digest: str | None) -> _Held:
    """What *main* holds of the body with that *digest*; None: there is no record, or no body."""
    if main is None or not digest:
        return _Held()
    if main.type == RecordType.REVISIT:
        return _Held(revisit=Revisit(payload_digest=digest, url=None, at=None, not_modified=False))
    body = main.block
    if main.type == RecordType.RESPONSE:
        body = http_message.split(main.block)[1]
    if not warc.holds(digest, body):
        return _Held(wrong=_mismatch(main, "body", digest, body))
    return _Held(body=body)


def _restored(facts: Record, main: Record | None) -> FoundCapture | ArchiveTrouble:
    """The capture that one of our metadata records tells, with the body that its main record holds."""
    said = facts_in(facts.block)
    columns = {name: said[name] for name in COLUMNS}
    columns |= {name: said[name].encode("latin-1") for name in HEADS if said[name] is not None}
    own = Own(**{column.name: said[column.name] for column in fields(Own) if column.name in said})
    digest = f"sha256:{own.body_sha256}" if own.body_sha256 else None
    if "body" in own.left_out and main is not None:  # its record holds what was left of it
        digest = main.get("WARC-Payload-Digest")
    held = _held(main, digest)
    if held.wrong is not None:
        return held.wrong
    return FoundCapture(
        capture=Capture(**columns, body=held.body, certificate=_certificate(said)),
        claimed=own.record_sha256,
        offset=facts.offset,
        record_id=facts.get("WARC-Record-ID"),
        payload_digest=digest,
        revisit=held.revisit,
        own=own,
    )
