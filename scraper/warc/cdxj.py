"""CDXJ: the index of a WARC by address and time, as cdxj-indexer and pywb write and read it. Pure."""

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from scraper.warc import http_message
from scraper.warc.record import Record, RecordType

#: Lines a gzip block of the compressed index.
BLOCK_LINES = 300

_SESSION = re.compile(
    rb"(^|&)(?:jsessionid=[0-9a-z]{32}|phpsessid=[0-9a-z]{32}|sid=[0-9a-z]{32}|aspsessionid[a-z]{8}=[a-z]{24}"
    rb"|cfid=[^&]+&cftoken=[^&]+)(?:&|$)",
    re.IGNORECASE,
)
_PATH_SESSION = re.compile(rb";jsessionid=[0-9a-z]{32}(?=/|$)", re.IGNORECASE)


def surt(url: str) -> str:
    """The key of an http address by which all web archives sort: ``org,upr2020)/post/x``.

    Host reversed without ``www``, path and query in lower case, query sorted, percent-encoding made one.
    """
    scheme, _, rest = url.partition("://")
    where, path, query = re.fullmatch(r"([^/?#]*)([^?#]*)(\?[^#]*)?.*", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    host, _, port = where.rpartition("@")[2].partition(":")
    name = re.sub(r"^www\d*\.", "", host.lower().strip("."))
    reverse = ",".join(reversed(name.split(".")))
    shown_port = f":{port}" if port and port != {"http": "80", "https": "443"}.get(scheme.lower()) else ""
    return f"{reverse}{shown_port}){_path(path)}{_query((query or '')[1:])}"


def _path(path: str) -> str:
    segments: list[bytes] = []
    for segment in _unescaped(path.encode()).split(b"/"):
        if segment == b"..":
            segments = segments[:-1]
        elif segment not in (b"", b"."):
            segments.append(segment)
    return "/" + _PATH_SESSION.sub(b"", _escaped(b"/".join(segments)).lower()).decode().rstrip("/")


def _query(query: str) -> str:
    kept = _SESSION.sub(rb"\1", _escaped(_unescaped(query.encode()))).lower().decode()
    if not kept:
        return ""
    return "?" + "&".join(sorted(kept.split("&"), key=lambda pair: pair.split("=", 1)))


def _unescaped(text: bytes) -> bytes:
    while (plain := unquote_to_bytes(text)) != text:
        text = plain
    return text


def _escaped(text: bytes) -> bytes:
    return re.sub(rb"[\x00-\x20\x7f-\xff#%]", lambda found: b"%%%02X" % ord(found[0]), text)


def line(record: Record, *, offset: int, length: int, filename: str) -> str:
    """The index line of one `response`, `revisit` or `resource` record in that file."""
    head = http_message.split(record.block)[0] if record.type != RecordType.RESOURCE else b""
    mime = "warc/revisit" if record.type == RecordType.REVISIT else http_message.value(head, "content-type") or ""
    if record.type == RecordType.RESOURCE:
        mime = record.get("Content-Type") or ""
    said = {
        "url": record.url,
        "mime": re.split(r"[;\s]", mime, maxsplit=1)[0],
        "status": str(http_message.status(head) or ""),
        "digest": record.get("WARC-Payload-Digest") or "",
        "length": str(length),
        "offset": str(offset),
        "filename": filename,
    }
    stamp = re.sub(r"\D", "", record.get("WARC-Date") or "")[:14]
    return f"{surt(record.url)} {stamp} {json.dumps({name: text for name, text in said.items() if text})}\n"


def compressed(lines: list[str], filename: str) -> tuple[bytes, bytes]:
    """The sorted index in gzip blocks, and the index of the blocks, as (index.cdx.gz, index.idx)."""
    packed, offset = [], 0
    blocks = ["!meta 0 " + json.dumps({"format": "cdxj-gzip-1.0", "filename": filename}) + "\n"]
    for first, block in _blocks(lines):
        key = " ".join(first.split(" ", 2)[:2])
        facts = {"offset": offset, "length": len(block), "digest": _digest(block), "filename": filename}
        blocks.append(f"{key} {json.dumps(facts)}\n")
        packed.append(block)
        offset += len(block)
    return b"".join(packed), "".join(blocks).encode()


def _blocks(lines: list[str]) -> Iterator[tuple[str, bytes]]:
    for at in range(0, len(lines), BLOCK_LINES):
        squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
        block = squeeze.compress("".join(lines[at : at + BLOCK_LINES]).encode()) + squeeze.flush()
        yield lines[at], block


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
