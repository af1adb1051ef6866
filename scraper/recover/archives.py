"""The two web archives behind one face: what they list for a pattern, and how to get one of the captures."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import BinaryIO, Protocol, cast

from scraper import urls
from scraper.errors import Unreadable
from scraper.records import Capture, Problem
from scraper.recover import client as asking
from scraper.recover import commoncrawl, wayback
from scraper.recover.client import Listing, Service
from scraper.runs import NetworkSession
from scraper.vocabulary import CaptureKind, Source
from scraper.warc import CdxRecord, CdxRefusal, cdx
from scraper.warc import record as warc

SOURCES = (Source.WAYBACK, Source.COMMON_CRAWL)
TITLES = {Source.WAYBACK: "the Wayback Machine", Source.COMMON_CRAWL: "Common Crawl"}


#: Hosts of the services themselves, whose limits hold whatever the user says.
OWN_HOSTS = frozenset(
    urls.host(url)
    for url in (
        wayback.INTERNET_ARCHIVE.cdx,
        wayback.INTERNET_ARCHIVE.replay,
        commoncrawl.COMMON_CRAWL.indexes,
        commoncrawl.COMMON_CRAWL.files,
    )
)


def pace(hosts: frozenset[str], delay: float | None, published: float) -> float:
    """Seconds between requests: at least what the services allow, elsewhere what the user says."""
    if delay is None or hosts & OWN_HOSTS:
        return max(delay or 0.0, published)
    return delay


class WebArchive(Protocol):
    """A web archive."""

    source: Source
    #: How far beside the time that it lists a capture may stand.
    near: timedelta

    @property
    def service(self) -> Service:
        """Hosts to be asked, and how fast."""

    def list(self, session: NetworkSession, pattern: str) -> Listing:
        """All captures of addresses that begin with *pattern*."""

    def list_one(self, session: NetworkSession, url: str) -> Listing:
        """All captures of one address; an archive where that costs too much lists none."""

    def name(self, row: CdxRecord) -> str:
        """The address of the capture in the archive, for problems."""

    def get(self, session: NetworkSession, row: CdxRecord, kind: CaptureKind) -> Capture | CdxRefusal:
        """The capture of *row*. Raises FetchFailed, RateLimited, Interrupted."""


@dataclass(slots=True)
class Wayback:
    """The Wayback Machine, or an archive served by pywb."""

    where: wayback.ArchiveHosts = wayback.INTERNET_ARCHIVE
    since: str | None = None
    until: str | None = None
    #: Seconds between requests, as the user wants them.
    delay: float | None = None
    source: Source = Source.WAYBACK
    near: timedelta = wayback.NEAR

    @property
    def service(self) -> Service:
        """Hosts to be asked, and how fast."""
        hosts = frozenset({urls.host(self.where.cdx), urls.host(self.where.replay)})
        return Service(
            hosts=hosts,
            search_pace=pace(hosts, self.delay, wayback.SEARCH_SECONDS),
            capture_pace=pace(hosts, self.delay, wayback.CAPTURE_SECONDS),
        )

    def list(self, session: NetworkSession, pattern: str) -> Listing:
        """One question, more where the answer is cut."""
        return self._list(session, pattern, exact=False)

    def list_one(self, session: NetworkSession, url: str) -> Listing:
        """One question."""
        return self._list(session, url, exact=True)

    def _list(self, session: NetworkSession, pattern: str, *, exact: bool) -> Listing:
        def question(key: str | None, rows: int) -> str:
            return wayback.listing_url(
                self.where, pattern, exact=exact, since=self.since, until=self.until, resume_key=key, rows=rows
            )

        sizes = wayback.PAGE_ROWS if self.where.paged else wayback.PAGE_ROWS[:1]
        found = asking.rows(session, question, self.service, sizes=sizes)
        return Listing(cdx.within(found.rows, self.since, self.until), found.whole)

    def name(self, row: CdxRecord) -> str:
        """Where it is replayed."""
        return wayback.replay_url(self.where, row)

    def get(self, session: NetworkSession, row: CdxRecord, kind: CaptureKind) -> Capture | CdxRefusal:
        """The capture as it was archived; where the service leads to one seconds away, that one."""
        answer = self._fetch(session, row, kind)
        if (near := wayback.nearby(self.where, answer, row)) is not None:
            answer, row = self._fetch(session, near, kind), near
        return wayback.capture_of(answer, row)

    def _fetch(self, session: NetworkSession, row: CdxRecord, kind: CaptureKind) -> Capture:
        return asking.fetch(session, self.name(row), kind, self.service, final=wayback.is_memento)


@dataclass(slots=True)
class CommonCrawl:
    """Common Crawl: an index a crawl, which never changes and so is asked once for ever."""

    where: commoncrawl.CommonCrawlHosts = commoncrawl.COMMON_CRAWL
    since: str | None = None
    until: str | None = None
    #: Read the text of a page out of WET files where its record cannot be fetched: up to 150 MB for one page.
    wet: bool = False
    #: Seconds between requests, as the user wants them.
    delay: float | None = None
    source: Source = Source.COMMON_CRAWL
    near: timedelta = timedelta(0)
    _indexes: tuple[commoncrawl.Index, ...] | None = field(default=None, init=False)
    _failed: bool = field(default=False, init=False)

    @property
    def service(self) -> Service:
        """Hosts to be asked, and how fast."""
        hosts = frozenset({urls.host(self.where.indexes), urls.host(self.where.files)})
        slow = pace(hosts, self.delay, commoncrawl.PAUSE_SECONDS)
        return Service(hosts=hosts, search_pace=slow, capture_pace=slow)

    def list(self, session: NetworkSession, pattern: str) -> Listing:
        """One question for each crawl that was not asked before, behind one for the list of crawls."""
        indexes = self._all(session)
        found: list[CdxRecord] = []
        whole = not self._failed
        for index in indexes:
            session.run.interrupts.check()
            part = asking.rows(session, self._question(index, pattern), self.service, forever=True)
            found += part.rows
            whole = whole and part.whole
        return Listing(cdx.within(found, self.since, self.until), whole)

    @staticmethod
    def _question(index: commoncrawl.Index, pattern: str) -> Callable[[str | None, int], str]:
        return lambda *_: commoncrawl.listing_url(index, pattern)

    def _all(self, session: NetworkSession) -> tuple[commoncrawl.Index, ...]:
        """The crawls, asked for once a run."""
        if self._indexes is None:
            answer = asking.ask(session, self.where.indexes, self.service, self._complaint)
            self._failed = isinstance(answer, Problem)
            if isinstance(answer, Problem):
                session.note(answer)
                self._indexes = ()
            else:
                self._indexes = self._read(answer)
        return self._indexes

    def _read(self, answer: Capture) -> tuple[commoncrawl.Index, ...]:
        """Raises Unreadable."""
        return commoncrawl.indexes(answer.payload, self.where, self.since, self.until)

    def _complaint(self, answer: Capture) -> str | None:
        """What is wrong with a list of crawls; None: nothing."""
        if answer.status != 200:
            return "which is no list of crawls"
        try:
            self._read(answer)
        except Unreadable as error:
            return error.reason
        return None

    def list_one(self, session: NetworkSession, url: str) -> Listing:  # noqa: ARG002 - the protocol's signature
        """Nothing: it would take one question for each of a hundred crawls, and the Wayback Machine takes one."""
        return Listing()

    def name(self, row: CdxRecord) -> str:
        """The file, and the place of the record in it."""
        return f"{commoncrawl.record_url(self.where, row)}#{row.offset}"

    def get(self, session: NetworkSession, row: CdxRecord, kind: CaptureKind) -> Capture | CdxRefusal:
        """The record's capture; its text as a last resort."""
        if not commoncrawl.has_record(row):
            return CdxRefusal("no-record", f"expected file, offset and length in the index, found {row.filename!r}")
        url, header = commoncrawl.record_url(self.where, row), commoncrawl.range_header(row)
        found = commoncrawl.capture_of(asking.fetch(session, url, kind, self.service, (header,)), row)
        if isinstance(found, CdxRefusal) and self.wet and kind == CaptureKind.POST:
            return self._text(session, row) or found
        return found

    def _text(self, session: NetworkSession, row: CdxRecord) -> Capture | None:
        url = commoncrawl.wet_url(self.where, row)
        if url is None:
            return None
        pieces = cast("BinaryIO", _Pieces(session, url, self.service))
        for record in warc.read(pieces):
            if isinstance(record, warc.Record) and (text := commoncrawl.text_capture(record, row)) is not None:
                return text
        return None


class _Pieces(io.RawIOBase):
    """A file elsewhere, read from front to back by range requests; at its end, or where it fails, there is no more."""

    def __init__(self, session: NetworkSession, url: str, service: Service) -> None:
        super().__init__()
        self._session, self._url, self._service = session, url, service
        self._at = 0
        self._ended = False

    def seekable(self) -> bool:
        """Never: what was read is not asked for again."""
        return False

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - pieces have a size of their own
        """The next piece."""
        if self._ended:
            return b""
        last = self._at + commoncrawl.WET_PIECE_BYTES - 1
        self._session.run.interrupts.check()
        header = ("Range", f"bytes={self._at}-{last}")
        answer = asking.fetch(self._session, self._url, CaptureKind.FILE, self._service, (header,))
        piece = answer.payload if answer.status == 206 else b""
        self._at += len(piece)
        self._ended = len(piece) < commoncrawl.WET_PIECE_BYTES
        return piece
