"""One page and its parts in one file: MHTML (Chrome, Edge; RFC 2557) and Safari's webarchive. Pure."""

import plistlib
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from itertools import chain, islice
from xml.parsers.expat import ExpatError

from scraper.errors import Unreadable
from scraper.provenance import http_stamp
from scraper.vocabulary import FileKind
from scraper.wording import framed

#: Chrome and Edge write the first, Internet Explorer, Word and old Edge the second.
_MHTML = re.compile(rb"\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,40}?MIME-Version:", re.IGNORECASE)
_BINARY_PLIST = b"bplist"
_XML_PLIST = re.compile(rb"\A<\?xml[^>]*>\s*<!DOCTYPE plist\b")
#: The parts of one page; what has more is no saved page.
MOST_PARTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """The page itself out of such a file."""

    body: bytes
    #: With its charset as a parameter.
    content_type: str
    url: str | None
    #: When it was saved, UTC; None: the file does not say.
    saved_at: str | None
    #: ``mhtml`` or ``webarchive``.
    kind: FileKind


_PAGE_TYPES = ("text/html", "application/xhtml+xml")


def page_of(data: bytes, where: str) -> SavedPage | None:
    """The page in *data*; None: it is no such file. Raises Unreadable, of *where*, for a webarchive without a page."""
    if data.startswith(_BINARY_PLIST) or _XML_PLIST.match(data):
        if (page := _of_webarchive(data)) is None:
            raise Unreadable(where, "expected a webarchive with a page in it, found a damaged one or another plist")
        return page
    if not _MHTML.match(data[:16384]):
        return None
    return _of_mhtml(data)


def _of_mhtml(data: bytes) -> SavedPage | None:
    message = message_from_bytes(data)
    address = _header(message, "Snapshot-Content-Location")
    page = _page_part(message, address)
    if page is None:
        return None
    body = page.get_payload(decode=True)
    if not isinstance(body, bytes):
        return None
    return SavedPage(
        body=body,
        content_type="text/html" + framed(page.get_content_charset(), "; charset="),
        url=address or _header(page, "Content-Location"),
        saved_at=http_stamp(_header(message, "Date") or ""),
        kind=FileKind.MHTML,
    )


def _page_part(message: Message, address: str | None) -> Message | None:
    """The part that is the page: the one of that *address*, else the first; None: there is none."""
    pages = [part for part in islice(message.walk(), MOST_PARTS) if part.get_content_type() in _PAGE_TYPES]
    meant = (part for part in pages if address and _header(part, "Content-Location") == address)
    return next(chain(meant, pages), None)


def _header(message: Message, name: str) -> str | None:
    """One header, unfolded; None: it is not there."""
    said = message.get(name)
    if said is None:
        return None
    return re.sub(r"\r?\n[ \t]+", "", str(said)).strip() or None


def _of_webarchive(data: bytes) -> SavedPage | None:
    try:
        main = plistlib.loads(data)["WebMainResource"]
        body, url = main["WebResourceData"], main.get("WebResourceURL")
    except (
        plistlib.InvalidFileException,
        ExpatError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ):
        return None
    if not isinstance(body, bytes):
        return None
    charset = main.get("WebResourceTextEncodingName")
    return SavedPage(
        body=body,
        content_type=f"text/html; charset={charset}" if isinstance(charset, str) else "text/html",
        url=url if isinstance(url, str) else None,
        saved_at=None,
        kind=FileKind.WEBARCHIVE,
    )
