"""The two web archives behind one face: what they list for a pattern, and how to get one of the captures."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, cast

from scraper import urls
from scraper.errors import Unreadable
from scraper.records import Capture, Problem
from scraper.recover import client as asking
from scraper.recover import commoncrawl, wayback
from scraper.recover.client import STAGE, Listed
from scraper.runs import NetworkSession
from scraper.warc import cdx
from scraper.warc import record as warc
from scraper.warc.cdx import CdxRecord, Refused

SOURCES = ("wayback", "commoncrawl")
TITLES = {"wayback": "the Wayback Machine", "commoncrawl": "Common Crawl"}


class WebArchive(Protocol):
    """A web archive."""

    source: str

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts to be asked."""

    def list(self, session: NetworkSession, pattern: str) -> Listed:
        """All captures of addresses that begin with *pattern*."""

    def list_one(self, session: NetworkSession, url: str) -> Listed:
        """All captures of one address; an archive where that costs too much lists none."""

    def name(self, row: CdxRecord) -> str:
        """The address of the capture in the archive, for problems."""

    def get(self, session: NetworkSession, row: CdxRecord, kind: str) -> Capture | Refused:
        """The capture of *row*. Raises FetchFailed, RateLimited, Interrupted."""


@dataclass(slots=True)
class Wayback:
    """The Wayback Machine, or an archive served by pywb."""

    where: wayback.Endpoint = wayback.INTERNET_ARCHIVE
    since: str | None = None
    until: str | None = None
    source: str = "wayback"

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts to be asked."""
        return frozenset({urls.host(self.where.cdx), urls.host(self.where.replay)})

    def list(self, session: NetworkSession, pattern: str) -> Listed:
        """One question, more where the answer is cut."""
        return self._list(session, pattern, exact=False)

    def list_one(self, session: NetworkSession, url: str) -> Listed:
        """One question."""
        return self._list(session, url, exact=True)

    def _list(self, session: NetworkSession, pattern: str, *, exact: bool) -> Listed:
        def question(key: str | None) -> str:
            return wayback.listing_url(
                self.where, pattern, exact=exact, since=self.since, until=self.until, resume_key=key
            )

        found = asking.rows(session, question, self.hosts)
        return Listed(cdx.within(found.rows, self.since, self.until), found.whole)

    def name(self, row: CdxRecord) -> str:
        """Where it is replayed."""
        return wayback.replay_url(self.where, row)

    def get(self, session: NetworkSession, row: CdxRecord, kind: str) -> Capture | Refused:
        """The capture as it was archived."""
        return wayback.capture_of(asking.fetch(session, self.name(row), kind, self.hosts), row)


@dataclass(slots=True)
class CommonCrawl:
    """Common Crawl: an index a crawl, which never changes and so is asked once for ever."""

    where: commoncrawl.Endpoint = commoncrawl.COMMON_CRAWL
    since: str | None = None
    until: str | None = None
    #: Read the text of a page out of WET files where its record cannot be had: up to 150 MB for one page.
    wet: bool = False
    source: str = "commoncrawl"
    _indexes: tuple[commoncrawl.Index, ...] | None = field(default=None, init=False)
    _failed: bool = field(default=False, init=False)

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts to be asked."""
        return frozenset({urls.host(self.where.indexes), urls.host(self.where.files)})

    def list(self, session: NetworkSession, pattern: str) -> Listed:
        """One question for each crawl that was not asked before, behind one for the list of crawls."""
        indexes = self._all(session)
        found: list[CdxRecord] = []
        whole = not self._failed
        for index in indexes:
            session.run.interrupts.check()
            part = asking.rows(session, self._question(index, pattern), self.hosts, forever=True)
            found += part.rows
            whole = whole and part.whole
        return Listed(cdx.within(found, self.since, self.until), whole)

    @staticmethod
    def _question(index: commoncrawl.Index, pattern: str) -> Callable[[str | None], str]:
        return lambda _: commoncrawl.listing_url(index, pattern)

    def _all(self, session: NetworkSession) -> tuple[commoncrawl.Index, ...]:
        """The crawls, asked for once a run."""
        if self._indexes is None:
            answer = asking.ask(session, self.where.indexes, self.hosts)
            self._indexes, self._failed = (), answer is None
            if answer is not None:
                try:
                    self._indexes = commoncrawl.indexes(answer.body or b"", self.where, self.since, self.until)
                except Unreadable as error:
                    self._failed = True
                    problem = Problem(stage=STAGE, kind="not-a-listing", url=error.url, message=error.reason)
                    session.note(problem)
        return self._indexes

    def list_one(self, session: NetworkSession, url: str) -> Listed:  # noqa: ARG002 - the protocol's signature
        """Nothing: it would take one question for each of a hundred crawls, and the Wayback Machine takes one."""
        return Listed()

    def name(self, row: CdxRecord) -> str:
        """The file, and the place of the record in it."""
        return f"{commoncrawl.record_url(self.where, row)}#{row.offset}"

    def get(self, session: NetworkSession, row: CdxRecord, kind: str) -> Capture | Refused:
        """The record's capture; its text as a last resort."""
        if not commoncrawl.has_record(row):
            return Refused("no-record", f"expected file, offset and length in the index, found {row.filename!r}")
        url, header = commoncrawl.record_url(self.where, row), commoncrawl.range_header(row)
        found = commoncrawl.capture_of(asking.fetch(session, url, kind, self.hosts, (header,)), row)
        if isinstance(found, Refused) and self.wet and kind == "post":
            return self._text(session, row) or found
        return found

    def _text(self, session: NetworkSession, row: CdxRecord) -> Capture | None:
        url = commoncrawl.wet_url(self.where, row)
        if url is None:
            return None
        pieces = cast("BinaryIO", _Pieces(session, url, self.hosts))
        for record in warc.read(pieces):
            if isinstance(record, warc.Record) and (text := commoncrawl.text_capture(record, row)) is not None:
                return text
        return None


class _Pieces(io.RawIOBase):
    """A file elsewhere, read from front to back by range requests; at its end, or where it fails, there is no more."""

    def __init__(self, session: NetworkSession, url: str, hosts: frozenset[str]) -> None:
        super().__init__()
        self._session, self._url, self._hosts = session, url, hosts
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
        answer = asking.fetch(self._session, self._url, "file", self._hosts, (header,))
        piece = (answer.body or b"") if answer.status == 206 else b""
        self._at += len(piece)
        self._ended = len(piece) < commoncrawl.WET_PIECE_BYTES
        return piece
