"""Records by which a viewer finds a picture under every address that the pages show it by.

Pages show renditions, the archive keeps the original, and viewers look for the address as the page writes it. So a WACZ
has a second WARC, apart from the captures: for each rendition a `revisit` record that leads to the original's. Nothing
in it was captured; its profile says so, and our own import passes it over.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scraper import wix_media
from scraper.charset import decode
from scraper.records import Capture
from scraper.vocabulary import CaptureKind
from scraper.warc import http_message
from scraper.warc import record as warc
from scraper.warc.record import Record, RecordType
from scraper.warc.writer import RENDITION, Kept


class PictureIndex:
    """Sees captures as they are written, and remembers where pictures are."""

    def __init__(self) -> None:
        self._shown: dict[str, set[str]] = defaultdict(set)
        self._captured: set[str] = set()
        #: Name of a picture → how good its record is, and the record without the picture's bytes.
        self._kept: dict[str, tuple[tuple[bool, int], Record]] = {}

    def seen(self, kept: Iterable[Kept]) -> Iterator[Kept]:
        """*kept* as it is, looked at on the way."""
        for one in kept:
            self._look(one.capture)
            yield one

    def _look(self, capture: Capture) -> None:
        if capture.kind == CaptureKind.IMAGE:
            self._captured.add(capture.url)
        elif capture.kind == CaptureKind.POST and capture.body and capture.media_type != "text/plain":
            for url in wix_media.renditions(decode(capture.body, capture.media_type)):
                self._shown[wix_media.picture_name(url)].add(url)

    def written(self, record: Record, length: int) -> None:
        """The *record* is in the file, so long: of a picture the original counts, else the largest."""
        if record.type not in (RecordType.RESPONSE, RecordType.REVISIT) or record.url not in self._captured:
            return
        name = wix_media.picture_name(record.url)
        rank = (wix_media.without_rendition(record.url) == record.url, length)
        if name not in self._kept or rank > self._kept[name][0]:
            head, _ = http_message.split(record.block)
            self._kept[name] = (rank, replace(record, block=head))

    def records(self) -> Iterator[Record]:
        """One for each address under which nothing was captured."""
        for name, (_, record) in sorted(self._kept.items()):
            for url in sorted(self._shown[name] - self._captured):
                yield _leading(url, record)


def _leading(url: str, to: Record) -> Record:
    """The record that leads from *url* to the picture's."""
    named = hashlib.sha256(f"{url} {to.get('WARC-Record-ID')}".encode()).hexdigest()
    fields = {
        "WARC-Type": RecordType.REVISIT,
        "WARC-Record-ID": warc.record_id(named, "rendition"),
        "WARC-Target-URI": url,
        "WARC-Date": to.get("WARC-Date"),
        "WARC-Payload-Digest": to.get("WARC-Payload-Digest"),
        "WARC-Truncated": "length",
        "WARC-Profile": RENDITION,
        "WARC-Refers-To": to.get("WARC-Record-ID"),
        "WARC-Refers-To-Target-URI": to.get("WARC-Refers-To-Target-URI") or to.url,
        "WARC-Refers-To-Date": to.get("WARC-Refers-To-Date") or to.get("WARC-Date"),
        "WARC-Block-Digest": warc.digest(to.block),
        "Content-Type": "application/http;msgtype=response",
    }
    return Record(tuple((key, value) for key, value in fields.items() if value), to.block)
