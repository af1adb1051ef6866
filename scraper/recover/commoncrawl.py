"""Common Crawl: its indexes, and single records out of its WARC files by range requests. Pure.

Why not the package ``cdx_toolkit``: it cannot be pointed at another place, sends through `requests` with sleeps of its
own, and dates records by their Date header. The shapes are its (0.9.39) and those of pywb, which serves the indexes:
``collinfo.json`` names one index a crawl; each answers one JSON object a line, 404 where it has nothing; a record is
the gzip member at *offset* of *filename* below ``data.commoncrawl.org``.

They ask for slow requests, one at a time, and publish no number; the pause of `wayback` is kept here too. robots.txt is
not asked, for the same reason as there.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin, urlsplit

from scraper.errors import Unreadable
from scraper.records import Capture
from scraper.recover import endpoints
from scraper.urls import canonical
from scraper.vocabulary import Source
from scraper.warc import CdxRecord, CdxRefusal, FoundCapture
from scraper.warc import reader as incoming
from scraper.warc import record as warc

#: Crawls before it are ARC files under another form of index.
FIRST_YEAR = "2013"
#: No record of a page is longer: they cut bodies at 1 MB, since 2025 at 5 MB.
RECORD_BYTES = 20_000_000
#: Seconds between requests: its 503 "SlowDown" reaches everybody who asks at that time.
PAUSE_SECONDS = 1.0
#: How much of a WET file is asked for at once.
WET_PIECE_BYTES = 8_000_000
_FILENAME = re.compile(r"(?!/)(?!.*\.\.)[A-Za-z0-9._/=+-]+\.warc\.gz")
_ID = re.compile(r"CC-MAIN-(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonCrawlHosts:
    """Where Common Crawl answers."""

    #: Address of ``collinfo.json``.
    indexes: str
    #: Below it are the files that the indexes name; ends with a slash.
    files: str


COMMON_CRAWL = CommonCrawlHosts(
    indexes="https://index.commoncrawl.org/collinfo.json", files="https://data.commoncrawl.org/"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One crawl's index."""

    #: ``CC-MAIN-2021-10``.
    id: str
    #: Address of its CDX server, without a query.
    api: str


def endpoint(url: str | None) -> CommonCrawlHosts:
    """A stand-in: *url* is a host or the address of a ``collinfo.json``, with the files beside it.

    None: Common Crawl itself. Raises UsageError.
    """
    if url is None:
        return COMMON_CRAWL
    endpoints.parts_of(url, "https://index.commoncrawl.org/")
    base = url if url.endswith(".json") else url.rstrip("/") + "/collinfo.json"
    return CommonCrawlHosts(indexes=base, files=urljoin(base, "."))


def indexes(
    body: bytes, where: CommonCrawlHosts, since: str | None = None, until: str | None = None
) -> tuple[Index, ...]:
    """The crawls of that time (by their year), newest first. Indexes on other hosts are left out. Raises Unreadable."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(where.indexes, f"expected the list of crawls, found no JSON ({error})") from None
    crawls = list(_crawls(told))
    if not crawls and told != []:
        raise Unreadable(where.indexes, f"expected the list of crawls, found {body[:80]!r}")
    first, last = max(since or "", FIRST_YEAR)[:4], (until or "9999")[:4]
    found = [Index(id=name, api=urljoin(where.indexes, api)) for year, name, api in crawls if first <= year <= last]
    host = urlsplit(where.indexes).netloc
    return tuple(sorted((one for one in found if urlsplit(one.api).netloc == host), key=lambda one: one.id)[::-1])


def _crawls(told: object) -> Iterator[tuple[str, str, str]]:
    """(year, name, address) of each crawl that the list has; what is no such entry is left out."""
    for item in told if isinstance(told, list) else ():
        match item:
            case {"id": str(name), "cdx-api": str(api)} if year := _ID.fullmatch(name):
                yield year[1], name, api


def listing_url(index: Index, pattern: str) -> str:
    """What to ask for all captures whose address begins with *pattern*."""
    return f"{index.api}?url={quote(pattern, safe='')}&matchType=prefix&output=json"


def has_record(row: CdxRecord) -> bool:
    """Whether *row* says where its record is, in a way that can be asked for."""
    known = row.filename is not None and row.offset is not None and row.length is not None
    return known and _FILENAME.fullmatch(row.filename or "") is not None and 0 < (row.length or 0) <= RECORD_BYTES


def record_url(where: CommonCrawlHosts, row: CdxRecord) -> str:
    """Address of the file that the record of *row* is in."""
    return where.files + (row.filename or "")


def range_header(row: CdxRecord) -> tuple[str, str]:
    """The header that asks for the one gzip member."""
    first = row.offset or 0
    return ("Range", f"bytes={first}-{first + (row.length or 1) - 1}")


def capture_of(answer: Capture, row: CdxRecord) -> Capture | CdxRefusal:
    """The capture that *row* names, out of the *answer* to a range request. Refused where it is another or broken."""
    data = answer.payload
    if answer.status != 206 and not (answer.status == 200 and len(data) == row.length):
        kind = "not-there" if answer.status in (403, 404, 410, 416) else "no-range"
        return CdxRefusal(kind, f"expected {row.length} B with status 206, found status {answer.status}")
    for item in incoming.captures_of(warc.read(io.BytesIO(data)), lambda _: True):
        if isinstance(item, incoming.ArchiveTrouble):
            return CdxRefusal(item.kind, item.message)
        if isinstance(item, FoundCapture):
            return _checked(item, row)
    return CdxRefusal("broken", "expected a WARC record, found none")


def _checked(found: FoundCapture, row: CdxRecord) -> Capture | CdxRefusal:
    capture, said = found.capture, (found.payload_digest or "").removeprefix("sha1:").upper()
    if found.revisit is not None:
        return CdxRefusal("no-body", "expected a page, found a revisit, whose body is elsewhere")
    if canonical(capture.url) != canonical(row.url):
        return CdxRefusal("other-capture", f"expected a record of {row.url}, found one of {capture.url[:200]}")
    if re.sub(r"\D", "", capture.captured_at)[:14] != row.timestamp:
        return CdxRefusal(
            "other-capture", f"expected the capture of {row.timestamp}, found that of {capture.captured_at}"
        )
    if row.digest and len(said) == len(row.digest) and said != row.digest:
        return CdxRefusal("digest-mismatch", f"expected the digest {row.digest}, found a record with {said}")
    return replace(capture, source=Source.COMMON_CRAWL)


# WET: the text of the same pages, in files without an index ---------------------------------------------------------


def wet_url(where: CommonCrawlHosts, row: CdxRecord) -> str | None:
    """The file with the text of the pages of the same WARC file; None: its name does not tell."""
    name, times = re.subn(r"/warc/([^/]+)\.warc\.gz$", r"/wet/\1.warc.wet.gz", row.filename or "")
    if not times:
        return None
    return where.files + name


def text_capture(record: warc.Record, row: CdxRecord) -> Capture | None:
    """The text of the page of *row*, if that is what *record* holds; None: it is another page's."""
    if record.type != warc.RecordType.CONVERSION or canonical(record.url) != canonical(row.url):
        return None
    found = next((one for one in incoming.captures_of([record], lambda _: True) if isinstance(one, FoundCapture)), None)
    if not found:
        return None
    return replace(found.capture, source=Source.COMMON_CRAWL, captured_at=row.captured_at)
