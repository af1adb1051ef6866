"""What any capture says, by whoever can read its kind. Pure; the store is handed it."""

from collections.abc import Callable
from dataclasses import replace

from scraper import magic, pdf, urls
from scraper.reading import feeds, sitemaps, wix_counts_api
from scraper.reading.page_reader import extract
from scraper.reading.sitemaps import SitemapKind
from scraper.records import Capture, Listed, Problem, Reading
from scraper.vocabulary import PROGRAM_FAULT, CaptureKind, ReadingKind, Stage
from scraper.warc import cdx


def read_capture(capture: Capture) -> Reading:
    """What *capture* says. Never raises: a fault of ours is a problem of that page. robots.txt, redirects and failures
    say nothing: kind ``other``.
    """
    try:
        return _read(capture)
    except Exception as error:  # noqa: BLE001 - no page, whatever its bytes, ends a run
        message = f"a fault of the program ({type(error).__name__}: {error}); please report it"[:500]
        problem = Problem(stage=Stage.EXTRACT, kind=PROGRAM_FAULT, message=message, url=capture.url)
        return Reading(kind=ReadingKind.ERROR, url=capture.url, problems=(problem,))


def _says_nothing(capture: Capture) -> bool:
    """Whether a capture has nothing to read: no page of its own, or matter of pages."""
    if capture.kind in (CaptureKind.IMAGE, CaptureKind.STYLE):
        return True
    return capture.status == 304 or capture.redirected_to is not None or cdx.is_listing(capture)


def _read(capture: Capture) -> Reading:
    if _says_nothing(capture):
        return Reading(kind=ReadingKind.OTHER, url=capture.url)
    if not capture.ok:
        return Reading(kind=ReadingKind.MISSING if capture.status in (404, 410) else ReadingKind.OTHER, url=capture.url)
    if wix_counts_api.is_answer(capture.url):
        return wix_counts_api.read(capture)
    if (read := _READERS.get(capture.kind)) is not None:
        return read(capture)
    if capture.kind in (CaptureKind.ROBOTS, CaptureKind.COUNTS):
        return Reading(kind=ReadingKind.OTHER, url=capture.url)
    reading = extract(capture)
    # Whatever an address that never was shows, nothing is wrong with it.
    if urls.PROBE in capture.url:
        return replace(reading, problems=())
    return reading


def _of_sitemap(capture: Capture) -> Reading:
    """What a sitemap names. A feed may stand in its place (sitemaps.org, "Syndication feed")."""
    found = sitemaps.read_sitemap(capture.payload, capture.url)
    if found.kind == SitemapKind.OTHER and (fed := _of_feed(capture)).listed:
        return fed
    problems = (found.problem,) if found.problem else ()
    if found.kind != SitemapKind.URLSET:
        return Reading(kind=ReadingKind.OTHER, url=capture.url, layout="sitemap", problems=problems)
    listed = tuple(Listed(url=entry.url, lastmod=entry.lastmod) for entry in found.entries)
    return Reading(kind=ReadingKind.LIST, url=capture.url, layout="sitemap", listed=listed, problems=problems)


def _of_feed(capture: Capture) -> Reading:
    found = feeds.read_feed(capture.payload, capture.url)
    problems = (found.problem,) if found.problem else ()
    return Reading(kind=ReadingKind.LIST, url=capture.url, layout="feed", listed=found.items, problems=problems)


def _of_file(capture: Capture) -> Reading:
    """A file's text is its `body_text`; None where it has none that can be read."""
    body = capture.payload
    if not magic.is_pdf(body):
        return Reading(kind=ReadingKind.OTHER, url=capture.url, layout="file")
    found = pdf.text_of(body, capture.url)
    problems = (found.problem,) if found.problem else ()
    return Reading(kind=ReadingKind.OTHER, url=capture.url, layout="pdf", body_text=found.text, problems=problems)


#: What reads a capture that is not a page.
_READERS: dict[CaptureKind, Callable[[Capture], Reading]] = {
    CaptureKind.SITEMAP: _of_sitemap,
    CaptureKind.FEED: _of_feed,
    CaptureKind.FILE: _of_file,
}
