"""The containers of web archives, read and written: WARC records, HTTP messages, WACZ, CDXJ. Bytes in, bytes out."""

from scraper.warc import arc, cdx, http_message, reader, record, wacz, writer
from scraper.warc.cdx import CdxPage, CdxRecord, Refused, digits
from scraper.warc.cdxj import surt
from scraper.warc.http_message import MessageError
from scraper.warc.members import DamageError, RecordStream
from scraper.warc.reader import BODY_LIMIT_BYTES, Described, Found, Logged, Own, PassedOver, Wrong, with_body
from scraper.warc.wacz import Shown
from scraper.warc.wacz_auth import Signature, SignatureKey, Standing
from scraper.warc.writer import COLUMNS, About, Kept, Original

__all__ = [
    "BODY_LIMIT_BYTES",
    "COLUMNS",
    "About",
    "CdxPage",
    "CdxRecord",
    "DamageError",
    "Described",
    "Found",
    "Kept",
    "Logged",
    "MessageError",
    "Original",
    "Own",
    "PassedOver",
    "RecordStream",
    "Refused",
    "Shown",
    "Signature",
    "SignatureKey",
    "Standing",
    "Wrong",
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
