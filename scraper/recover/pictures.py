"""Pictures and covers of posts from the web archives: one capture of each, of the original where there is one."""

from collections.abc import Sequence
from dataclasses import replace

from scraper import pictures, wix_media
from scraper.charset import decode
from scraper.crawl import picture_fault, renditions
from scraper.errors import IntegrityError
from scraper.records import Capture, Problem, Site
from scraper.recover import client as asking
from scraper.recover import selection
from scraper.recover.archives import WebArchive
from scraper.runs import NetworkSession, Step
from scraper.store import PictureRows, lookups, picture_name
from scraper.vocabulary import CaptureKind, Level
from scraper.warc import CdxRecord

#: Pictures asked for in one run: each costs a search.
MOST_PICTURES = 300


class Pictures:
    """Gets the pictures of one site's posts, also of those that are gone."""

    def __init__(self, session: NetworkSession, site: Site, archives: Sequence[WebArchive]) -> None:
        self._session = session
        self._site = site
        self._archives = archives

    def run(self) -> None:
        """Every picture that a post shows and the archive does not hold, from the first archive that gives it."""
        wanted = self._wanted()
        for number, (url, page_id) in enumerate(wanted):
            self._session.run.interrupts.check()
            self._session.progress(Step(site=self._site.id, stage="pictures", done=number, total=len(wanted), url=url))
            self._recover(url, page_id)

    def _wanted(self) -> list[tuple[str, int | None]]:
        kept = PictureRows(self._session.archive.db)
        found: dict[str, tuple[str, int | None]] = {}
        for _, url, page_id, _ in lookups.pictures_named(self._session.archive.db, self._site.id, None):
            if kept.of(url) is None and not asking.rests(self._session, url):
                found.setdefault(picture_name(url), (url, page_id))
        return list(found.values())[:MOST_PICTURES]

    def _recover(self, url: str, page_id: int | None) -> None:
        addresses = list(dict.fromkeys(self._addresses(url, page_id)))
        for archive in self._archives:
            if any(self._from(archive, address) for address in addresses):
                self._session.resolve(url, asking.STAGE)
                return
        message = "shown in a post, but no web archive asked gives it; asked again after 30 days"
        self._session.note(Problem(stage=asking.STAGE, kind="no-picture", level=Level.NOTE, url=url, message=message))

    def _addresses(self, url: str, page_id: int | None) -> list[str]:
        """The original on the host that the page names, the original, then what the page shows."""
        shown: list[str] = []
        if page_id is not None:
            try:
                page = self._session.archive.capture(page_id)
            except IntegrityError:
                return [url]
            if page.body is not None and page.media_type != "text/plain":
                shown = renditions(decode(page.body, page.media_type), page.url).get(picture_name(url), [])
        return [*(wix_media.without_rendition(address) for address in shown), url, *shown]

    def _from(self, archive: WebArchive, url: str) -> bool:
        """Whether *archive* gave the picture at that address: its newest capture that is one."""
        rows = [row for row in archive.list_one(self._session, url).rows if selection.is_page(row) and not row.revisit]
        return any(self._get(archive, row) for row in sorted(rows, key=lambda row: row.timestamp, reverse=True)[:3])

    def _get(self, archive: WebArchive, row: CdxRecord) -> bool:
        where = archive.name(row)
        if asking.rests(self._session, where):
            return False
        had = asking.take(self._session, where, lambda: archive.get(self._session, row, CaptureKind.IMAGE), judged)
        kept = PictureRows(self._session.archive.db)
        return had and kept.of(row.url) is not None


def judged(capture: Capture) -> Capture:
    """*capture* as a picture, where its bytes are one; anything else in its place is kept as what it is."""
    is_one = capture.body is not None and pictures.type_of(capture.body) is not None
    if is_one and picture_fault(capture, CaptureKind.IMAGE) is None:
        return replace(capture, kind=CaptureKind.IMAGE)
    return replace(capture, kind=CaptureKind.OTHER) if capture.kind == CaptureKind.IMAGE else capture
