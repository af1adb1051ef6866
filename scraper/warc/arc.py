"""ARC, the Internet Archive's format before WARC ("Arc File Format", 1996), read as the same records. Pure."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from scraper.numbers import plural
from scraper.warc.members import DamageError, RecordStream
from scraper.warc.record import RECORD_LIMIT_BYTES, Broken, Record, RecordType

#: ``URL IP-address archive-date content-type length``; version 2 puts status, digest and places before the length.
_LINE = re.compile(rb"(\S+) (\S+) (\d{8,14}) (\S+)(?: \S+)* (\d{1,12})\r?\n")


def is_arc(start: bytes) -> bool:
    """Whether plain bytes begin like an ARC file."""
    return start.startswith(b"filedesc://")


def read(raw: BinaryIO) -> Iterator[Record | Broken]:
    """The answers in an ARC file, gzipped or not, as response records. What is damaged is `Broken`, and the last."""
    source = RecordStream(raw)
    try:
        while line := _next_line(source):
            yield _record(line, source)
    except DamageError as damage:
        yield Broken(f"{damage}, at byte {damage.offset}", damage.offset)


def _next_line(source: RecordStream) -> bytes:
    """The first line of the next record; empty at the end."""
    line = source.line()
    while line in (b"\n", b"\r\n"):
        line = source.line()
    return line


def _record(line: bytes, source: RecordStream) -> Record | Broken:
    start = source.member if source.compressed else source.offset - len(line)
    found = _LINE.fullmatch(line)
    if found is None:
        raise DamageError(f"expected the first line of an ARC record, found {line[:60]!r}", start)
    url, ip, date, media_type, length = (part.decode("latin-1") for part in found.groups())
    keep = int(length) <= RECORD_LIMIT_BYTES
    block = source.block(int(length), keep=keep)
    if not keep:
        return Broken(f"a record of {plural(int(length), 'byte')} is passed over, at byte {start}", start)
    if url.startswith("filedesc:"):
        return Record((("WARC-Type", RecordType.WARCINFO),), b"software: an ARC writer\r\n", start)
    is_http = url.startswith(("http:", "https:"))
    fields = [
        ("WARC-Type", RecordType.RESPONSE if is_http else RecordType.METADATA),
        ("WARC-Target-URI", url),
        ("WARC-Date", date.ljust(14, "0")),
        ("Content-Type", "application/http;msgtype=response" if is_http else media_type),
    ]
    if ip not in ("0.0.0.0", "-"):  # noqa: S104 - how an ARC says that it does not know
        fields.append(("WARC-IP-Address", ip))
    return Record(tuple(fields), block, start)
