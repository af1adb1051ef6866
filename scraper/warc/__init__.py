"""The containers of web archives, read and written: WARC records, HTTP messages, WACZ, CDXJ. Bytes in, bytes out."""

from scraper.warc import arc, cdx, http_message, reader, record, wacz, writer
from scraper.warc.cdx import CdxPage, CdxRecord, CdxRefusal, digits
from scraper.warc.cdxj import surt
from scraper.warc.http_message import MessageError
from scraper.warc.members import DamageError, RecordStream
from scraper.warc.reader import (
    BODY_LIMIT_BYTES,
    ArchiveTrouble,
    FoundCapture,
    Logged,
    Own,
    PassedOver,
    Warcinfo,
    with_body,
)
from scraper.warc.wacz import WaczPage
from scraper.warc.wacz_auth import SignatureKey, SignatureStanding, WaczSignature
from scraper.warc.writer import COLUMNS, About, Kept, Original

__all__ = [
    "BODY_LIMIT_BYTES",
    "COLUMNS",
    "About",
    "ArchiveTrouble",
    "CdxPage",
    "CdxRecord",
    "CdxRefusal",
    "DamageError",
    "FoundCapture",
    "Kept",
    "Logged",
    "MessageError",
    "Original",
    "Own",
    "PassedOver",
    "RecordStream",
    "SignatureKey",
    "SignatureStanding",
    "WaczPage",
    "WaczSignature",
    "Warcinfo",
    "arc",
    "cdx",
    "digits",
    "http_message",
    "reader",
    "record",
    "surt",
    "wacz",
    "with_body",
    "writer",
]
