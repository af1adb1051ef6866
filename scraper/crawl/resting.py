"""Which sources of a site may rest in this run, as they would only repeat what is known.

Each source is asked every second day at least, as a new post is to be had within two days of being there, whichever of
them names it and however stale the others are. An index names the sitemaps that it named before, as long as these say
what they said. Feed and list both name the newest posts: on a day on which the sitemaps say nothing new, one of them is
enough, each in its turn.
"""

from collections.abc import Mapping
from datetime import timedelta

from scraper import urls
from scraper.crawl.lists import list_before
from scraper.crawl.session import CrawlSession
from scraper.decide import LIST_WALKED_EVERY, SOURCE_RESTS, UrlState, within
from scraper.reading import Sitemap, SitemapKind, read_capture, sitemaps
from scraper.reading import sources as discover
from scraper.records import Capture, Site
from scraper.vocabulary import CaptureKind, Stage

_HAD = frozenset({200, 304})


class Resting:
    """What may rest of one site's sources; what is asked is compared with what it said before."""

    def __init__(self, session: CrawlSession, site: Site, memory: Mapping[str, UrlState]) -> None:
        self._session = session
        self._site = site
        self._memory = memory
        #: Indexes that rest in this run.
        self.indexes: list[str] = []
        #: Something is new, or is to be looked at whole: nothing rests any more.
        self.is_over = session.full

    def index(self, url: str) -> Capture | None:
        """The index of sitemaps at *url* as it was last read; None: it is none, or is to be asked for."""
        held = None if self.is_over else self._held(url, CaptureKind.SITEMAP, SOURCE_RESTS)
        if held is None:
            return None
        parts = self._parts(sitemaps.read_sitemap(held.body or b"", url))
        if not parts or not all(map(self._known, parts)):
            return None
        self.indexes.append(url)
        return held

    def _parts(self, found: Sitemap) -> list[str]:
        """The sitemaps of posts that an index names; of what is no index, none."""
        if found.kind != SitemapKind.INDEX:
            return []
        return [one.url for one in found.entries if discover.wants(one.url) and discover.on_site(one.url, self._site)]

    def hear(self, url: str, answer: Capture | None) -> None:
        """Compares what a sitemap says with what it said; *answer*: None, it was not had."""
        known = self._known(url)
        if (known is None) != (answer is None):
            self.is_over = True
        elif known is not None and answer is not None and known.capture_id is not None:
            self.is_over |= self._session.archive.capture(known.capture_id).body != answer.body

    def of_newest(self, feed: str | None) -> CaptureKind | None:
        """Which of *feed* and list rests: the feed, unless that was not asked for lately; None: both are asked."""
        before = list_before(self._memory, self._site)
        if self.is_over or feed is None or before is None or self._disagree():
            return None
        listed = self._held(before, CaptureKind.LIST, LIST_WALKED_EVERY)
        if listed is None:
            return None
        if self._held(feed, CaptureKind.FEED, SOURCE_RESTS) is not None:
            return CaptureKind.FEED
        rests = self._held(before, CaptureKind.LIST, SOURCE_RESTS) is not None and not self._is_needed(listed)
        if not rests:
            return None
        return CaptureKind.LIST

    def _is_needed(self, page: Capture) -> bool:
        """Whether the list tells what no other source does: posts that nothing links to, counts."""
        if self._site.lists:
            return True
        counted = any(one.state == CaptureKind.COUNTS and one.last_status in _HAD for one in self._memory.values())
        return not counted and any(one.counts is not None for one in read_capture(page).listed)

    def _disagree(self) -> bool:
        """Whether sitemap, feed and list named different posts when they were last compared."""
        return (self._site.base_url, Stage.COMPARE) in self._session.open_problems

    def _known(self, url: str) -> UrlState | None:
        """What is known of a source that was had when it was last asked for; None: it was not."""
        known = self._memory.get(urls.canonical(url))
        good = known is not None and known.capture_id is not None and known.last_status in _HAD
        if good and (url, Stage.DISCOVER) not in self._session.open_problems:
            return known
        return None

    def _held(self, url: str, kind: CaptureKind, longest: timedelta) -> Capture | None:
        """The capture of a source that was had not longer ago than that; None: it was not."""
        known = self._known(url)
        if (
            known is None
            or known.capture_id is None
            or not within(known.last_tried_at, longest, self._session.run.now())
        ):
            return None
        held = self._session.archive.capture(known.capture_id)
        if held.kind != kind:
            return None
        return held
