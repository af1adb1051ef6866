"""Pictures and covers of posts, and style sheets, from the web archives: one capture of each.

Of a picture the original is asked for first, or, if so wanted, the copy that the page shows.
"""

from collections.abc import Sequence
from dataclasses import replace

from scraper import urls, wix_media
from scraper.crawl import (
    PICTURES_OF_STYLES,
    Want,
    pages_looked_at,
    picture_fault,
    pictures_drawn,
    sheets_named,
)
from scraper.records import Capture, Problem, Site
from scraper.recover import client as asking
from scraper.recover import selection
from scraper.recover.archives import WebArchive
from scraper.runs import NetworkSession, ProgressStep
from scraper.store import PagesMedia, PictureRows, lookups, picture_name
from scraper.vocabulary import CaptureKind, Level
from scraper.warc import CdxRecord

#: Pictures asked for in one run: each costs a search.
MOST_PICTURES = 300
MOST_STYLES = 30
_NOT_HAD = {
    CaptureKind.IMAGE: (
        "no-picture",
        "shown in a post, but no web archive that was asked has it; asked again after 30 days",
    ),
    CaptureKind.STYLE: (
        "no-style",
        "named by a page, but no web archive that was asked has it; asked again after 30 days",
    ),
}


class PictureRecovery:
    """Gets the pictures of one site's posts, also of those that are gone, and the style sheets of their pages."""

    def __init__(
        self, session: NetworkSession, site: Site, archives: Sequence[WebArchive], want: Want = Want.ORIGINAL
    ) -> None:
        self._want = want
        self._session = session
        self._site = site
        self._archives = archives
        self._media = PagesMedia(session.archive.db)

    def run(self) -> None:
        """Every picture that a post shows and the archive does not hold, from the first archive that gives it; then
        style sheets and the pictures that these draw.
        """
        if self._want == Want.NONE:
            return
        wanted = self._wanted()
        for number, (url, page_id) in enumerate(wanted):
            self._step(number, len(wanted), url)
            self._recover(url, self._addresses(url, page_id), CaptureKind.IMAGE)
        pages = pages_looked_at(self._session, self._site.id, self._media)
        kept = lookups.kept_styles(self._session.archive.db)
        styles = [url for url in sheets_named(pages) if urls.spellings(url)[0] not in kept and self._is_due(url)][
            :MOST_STYLES
        ]
        for number, url in enumerate(styles):
            self._step(number, len(styles), url)
            self._recover(url, [url], CaptureKind.STYLE)
        drawn = [url for url in pictures_drawn(self._session, pages) if self._is_due(url)][:PICTURES_OF_STYLES]
        for number, url in enumerate(drawn):
            self._step(number, len(drawn), url)
            self._recover(url, [url], CaptureKind.IMAGE)

    def _step(self, done: int, total: int, url: str) -> None:
        self._session.run.interrupts.check()
        self._session.progress(ProgressStep(site=self._site.id, stage="pictures", done=done, total=total, url=url))

    def _is_due(self, url: str) -> bool:
        return not asking.rests(self._session, url)

    def _wanted(self) -> list[tuple[str, int | None]]:
        kept = PictureRows(self._session.archive.db)
        found: dict[str, tuple[str, int | None]] = {}
        for _, url, page_id, _ in lookups.pictures_named(self._session.archive.db, self._site.id, None):
            if kept.of(url) is None and self._is_due(url):
                found.setdefault(picture_name(url), (url, page_id))
        return list(found.values())[:MOST_PICTURES]

    def _recover(self, url: str, addresses: Sequence[str], kind: CaptureKind) -> None:
        for archive in self._archives:
            if any(self._from(archive, address, kind) for address in dict.fromkeys(addresses)):
                self._session.resolve(url, asking.STAGE)
                return
        name, message = _NOT_HAD[kind]
        self._session.note(Problem(stage=asking.STAGE, kind=name, level=Level.NOTE, url=url, message=message))

    def _addresses(self, url: str, page_id: int | None) -> list[str]:
        """The original on the host that the page names, the original, and what the page shows; what is wanted first."""
        shown = () if page_id is None else self._media.of(page_id).shown_as(picture_name(url))
        originals = [*(wix_media.without_rendition(address) for address in shown), url]
        if self._want == Want.SHOWN:
            return [*shown, *originals]
        return [*originals, *shown]

    def _from(self, archive: WebArchive, url: str, kind: CaptureKind) -> bool:
        """Whether *archive* gave what is at that address: its newest capture that is one."""
        rows = [row for row in archive.list_one(self._session, url).rows if selection.is_page(row) and not row.revisit]
        newest = sorted(rows, key=lambda row: row.timestamp, reverse=True)[:3]
        return any(self._get(archive, row, kind) for row in newest)

    def _get(self, archive: WebArchive, row: CdxRecord, kind: CaptureKind) -> bool:
        where = archive.name(row)
        if asking.rests(self._session, where):
            return False
        had = asking.take(
            self._session, where, lambda: archive.get(self._session, row, kind), lambda found: judged(found, kind)
        )
        if kind == CaptureKind.STYLE:
            return had and urls.spellings(row.url)[0] in lookups.kept_styles(self._session.archive.db)
        return had and PictureRows(self._session.archive.db).is_kept_at(row.url)


def judged(capture: Capture, kind: CaptureKind) -> Capture:
    """*capture* as what was asked for (a picture, a style sheet), if it is that; anything else in its place as what it
    is.
    """
    if picture_fault(capture, kind) is None:
        return replace(capture, kind=kind)
    if capture.kind == kind:
        return replace(capture, kind=CaptureKind.OTHER)
    return capture
