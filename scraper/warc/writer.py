"""Captures as WARC records. Pure.

A capture goes out as `response` (or `revisit` where its body went out before, or `resource` where there was no
protocol), the `request` if there was one of ours, and a `metadata` record with all its own facts, from which it can be
restored whole. Bodies go out decoded and de-chunked, with the original headers renamed: the one form that all
validators accept with a payload digest that is right by the standard.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, Protocol

from scraper import run_log
from scraper.records import Capture, Whole
from scraper.run_log import RunLog
from scraper.vocabulary import Source, Truncation
from scraper.warc import http_message
from scraper.warc import record as warc
from scraper.warc.record import Record, RecordType

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
#: Not a revisit of anything captured: see `picture_index`.
RENDITION = "urn:x-ushrn:rendition"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
#: Content-Type of the records that hold a capture's own facts; indexers leave metadata of this type out.
FACTS = "application/warc-fields"
#: Before the name of each of these facts.
PREFIX = "ushrn-"
#: Columns that travel in the metadata record as they are.
COLUMNS = tuple(
    field.name
    for field in fields(Capture)
    if field.name not in ("body", "not_modified_of", "like_capture_id", "certificate")
)
HEADS = ("request_head", "head")
NO_LOG = RunLog()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The capture that a revisit refers to."""

    url: str
    captured_at: str
    body_sha256: str | None
    record_sha256: str
    #: Whether it goes out as a `response`; only these can be referred to.
    response: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A capture as the archive keeps it."""

    capture: Capture
    record_sha256: str
    #: What a 304 confirmed.
    not_modified: Original | None = None
    #: `record_sha256` of the probe that a soft 404 resembles.
    like_sha256: str | None = None
    #: Of a capture of which something is left out: what it was; None: it is whole.
    whole: Whole | None = None
    #: Names of what is left out: ``request_head``, ``head``, ``body``.
    left_out: tuple[str, ...] = ()


class Sink(Protocol):
    """Takes bytes, all of them, and says how many."""

    def write(self, data: bytes, /) -> int:
        """Append *data*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is exported, as a whole; makes the file's name inside and its first record."""

    #: ``ushrn/0.1.0``: by this word a later import knows that the file can be restored whole.
    software: str
    #: Capture time of the newest capture.
    newest_at: str
    #: Digest over all `record_sha256`, so that another set of captures has another id.
    digest: str
    #: What the archive is called.
    title: str
    #: The User-Agent of our requests; None: there was none.
    user_agent: str | None = None
    #: The runs that made the captures.
    log: RunLog = NO_LOG

    @property
    def filename(self) -> str:
        """The same for the same captures, wherever the file is written to."""
        return f"ushrn-{re.sub(r'[^0-9]', '', warc.date(self.newest_at))[:14]}.warc.gz"


def write(out: Sink, kept: Iterable[Kept], about: About) -> Iterator[tuple[Record, int, int]]:
    """Write a WARC, gzip member by gzip member; each capture's first record comes out with its offset and length."""
    info = _warcinfo(about)
    offset = out.write(warc.member(info))
    if about.log:
        offset += out.write(warc.member(_log(about, info)))
    seen: dict[str, Original] = {}
    for one in kept:
        for number, record in enumerate(records_of(one, seen)):
            length = out.write(warc.member(record))
            if number == 0:
                yield record, offset, length
            offset += length


def records_of(kept: Kept, seen: dict[str, Original]) -> list[Record]:
    """The records of one capture, the one to index first. *seen* (body digest → first response) is added to."""
    capture = kept.capture
    records = []
    if capture.head and capture.status == 304 and kept.not_modified is not None and kept.not_modified.body_sha256:
        records.append(_not_modified(kept, kept.not_modified))
    elif capture.head:
        records.append(_response(kept, seen))
    elif capture.body is not None:
        records.append(_resource(kept))
    main = records[0].get("WARC-Record-ID") if records else None
    if capture.request_head and main:
        # Of the one request that has a body, only the head is kept: a reader must not look for the rest.
        cut = [("WARC-Truncated", "length")] if http_message.value(capture.request_head, "content-length") else []
        records.append(
            _record(
                kept,
                RecordType.REQUEST,
                "application/http;msgtype=request",
                capture.request_head,
                more=cut,
                beside=main,
            )
        )
    records.append(_record(kept, RecordType.METADATA, FACTS, _facts(kept), beside=main))
    return records


def _warcinfo(about: About) -> Record:
    """The first record of a file: who wrote it, and by which rules."""
    said = {
        "software": about.software,
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "description": "captures of an ushrn archive; bodies decoded and de-chunked, original headers as x-orig-...",
        "isPartOf": re.sub(r"\s+", " ", about.title),
        "robots": "obey",
        "http-header-user-agent": about.user_agent,
    }
    block = "".join(f"{name}: {value}\r\n" for name, value in said.items() if value).encode()
    head = (
        ("WARC-Type", RecordType.WARCINFO),
        ("WARC-Record-ID", warc.record_id(about.digest, RecordType.WARCINFO)),
        ("WARC-Date", warc.date(about.newest_at)),
        ("WARC-Filename", about.filename),
        ("WARC-Block-Digest", warc.digest(block)),
        ("Content-Type", "application/warc-fields"),
    )
    return Record(head, block)


def _log(about: About, info: Record) -> Record:
    """The record of the runs: a line for each run, checkpoint and decision (`run_log.lines`)."""
    block = "".join(f"{PREFIX}{name}: {text}\r\n" for name, text in run_log.lines(about.log)).encode("ascii")
    head = (
        ("WARC-Type", RecordType.METADATA),
        ("WARC-Record-ID", warc.record_id(hashlib.sha256(block).hexdigest(), "log")),
        ("WARC-Date", warc.date(about.newest_at)),
        ("WARC-Warcinfo-ID", info.get("WARC-Record-ID") or ""),
        ("WARC-Block-Digest", warc.digest(block)),
        ("Content-Type", FACTS),
    )
    return Record(head, block)


def log_in(record: Record) -> RunLog | None:
    """The log that a record holds; None: it is another kind of record. Raises ValueError or TypeError for a
    spoiled one.
    """
    if record.type != RecordType.METADATA or record.url or not record.block.startswith(f"{PREFIX}log: ".encode()):
        return None
    named = (line.partition(": ") for line in record.block.decode("ascii").split("\r\n") if line)
    return run_log.of_lines((name.removeprefix(PREFIX), text) for name, _, text in named)


def _record(
    kept: Kept,
    kind: str,
    content_type: str,
    block: bytes,
    *,
    more: Iterable[tuple[str, str]] = (),
    beside: str | None = None,
) -> Record:
    """A record of *kind* with the fields that all have."""
    head = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", warc.record_id(kept.record_sha256, kind)),
        ("WARC-Target-URI", kept.capture.url),
        ("WARC-Date", warc.date(kept.capture.captured_at)),
        *more,
        *([("WARC-Concurrent-To", beside)] if beside else []),
        ("WARC-Block-Digest", warc.digest(block)),
        ("Content-Type", content_type),
    ]
    return Record(tuple(head), block)


def is_decoded(capture: Capture) -> bool:
    """Whether the body has its Content-Encoding taken off (what failed to decode is kept as sent)."""
    if not capture.content_encoding or capture.truncated == Truncation.DECODE:
        return False
    return capture.wire_sha256 is None or capture.wire_sha256 != hashlib.sha256(capture.payload).hexdigest()


def _response(kept: Kept, seen: dict[str, Original]) -> Record:
    """A `response`, or a `revisit` where the same body went out before."""
    capture, body = kept.capture, kept.capture.payload
    head = http_message.self_contained(capture.head or b"", len(body), decoded=is_decoded(capture))
    payload = hashlib.sha256(body).hexdigest()
    more = [("WARC-Payload-Digest", f"sha256:{payload}"), *_address(capture)]
    first = seen.get(payload)
    if first is not None and body:
        more += [("WARC-Truncated", "length"), *_refers(first, IDENTICAL)]
        return _record(kept, RecordType.REVISIT, "application/http;msgtype=response", head, more=more)
    seen[payload] = Original(
        url=capture.url, captured_at=capture.captured_at, body_sha256=payload, record_sha256=kept.record_sha256
    )
    if capture.truncated in (Truncation.LENGTH, Truncation.TIME, Truncation.DISCONNECT):
        more.append(("WARC-Truncated", capture.truncated))
    return _record(kept, RecordType.RESPONSE, "application/http;msgtype=response", head + body, more=more)


def _not_modified(kept: Kept, original: Original) -> Record:
    """A `revisit` for an answer 304: the head as it came."""
    head = b"\r\n".join(http_message.lines(kept.capture.head or b"")) + b"\r\n\r\n"
    more = [("WARC-Payload-Digest", f"sha256:{original.body_sha256}"), *_address(kept.capture)]
    more += _refers(original, NOT_MODIFIED)
    return _record(kept, RecordType.REVISIT, "application/http;msgtype=response", head, more=more)


def _resource(kept: Kept) -> Record:
    """A saved page: bytes without protocol."""
    capture, body = kept.capture, kept.capture.payload
    more = [("WARC-Payload-Digest", warc.digest(body)), *_address(capture)]
    return _record(kept, RecordType.RESOURCE, capture.media_type or "application/octet-stream", body, more=more)


def _refers(original: Original, profile: str) -> list[tuple[str, str]]:
    kind = RecordType.RESPONSE if original.response else RecordType.RESOURCE
    return [
        ("WARC-Profile", profile),
        ("WARC-Refers-To", warc.record_id(original.record_sha256, kind)),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", warc.date(original.captured_at)),
    ]


def _address(capture: Capture) -> list[tuple[str, str]]:
    """Where it came from: the peer, or the web archive's own address of it."""
    if capture.source == Source.WAYBACK:
        stamp = re.sub(r"\D", "", warc.date(capture.captured_at))[:14]
        return [("WARC-Source-URI", f"https://web.archive.org/web/{stamp}id_/{capture.url}")]
    if not capture.ip:
        return []
    return [("WARC-IP-Address", capture.ip)]


def _facts(kept: Kept) -> bytes:
    """All that the archive knows of the capture itself, one named field a line, values as JSON.

    Heads as Latin-1 text, which gives their bytes back.
    """
    said = {name: getattr(kept.capture, name) for name in COLUMNS}
    said |= {name: said[name].decode("latin-1") if said[name] is not None else None for name in HEADS}
    said |= {
        "body_sha256": kept.capture.body_sha256,
        "like_capture": kept.like_sha256,
        "not_modified_of": kept.not_modified.record_sha256 if kept.not_modified else None,
        "record_sha256": kept.record_sha256,
    }
    if kept.capture.certificate is not None:
        said["certificate"] = kept.capture.certificate
    if kept.whole is not None:
        said |= {"body_sha256": kept.whole.body_sha256, "body_length": kept.whole.length}
        said["left_out"] = list(kept.left_out)
    return "".join(f"{PREFIX}{name}: {json.dumps(value)}\r\n" for name, value in sorted(said.items())).encode("ascii")


def facts_in(block: bytes) -> dict[str, Any]:
    """What `_facts` wrote, by column. Raises ValueError for what it did not write."""
    said: dict[str, Any] = {}
    for line in block.decode("ascii").split("\r\n"):
        name, colon, text = line.partition(": ")
        if colon and name.startswith(PREFIX):
            said[name.removeprefix(PREFIX)] = json.loads(text)
    return said
