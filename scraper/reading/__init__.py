"""What any capture says. Pure.

`capture.read_capture` asks, by the capture's kind, the page reader, the sources, the PDF or the counts reader.
"""

from scraper.reading import feeds, sitemaps, sources, wix_counts_api
from scraper.reading.apart import PageRead, ReaderApart, outcome, read_page
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER, extract
from scraper.reading.sitemaps import Sitemap, SitemapKind

__all__ = [
    "READER",
    "PageRead",
    "ReaderApart",
    "Sitemap",
    "SitemapKind",
    "extract",
    "feeds",
    "fingerprint",
    "outcome",
    "read_capture",
    "read_page",
    "sitemaps",
    "sources",
    "wix_counts_api",
]
