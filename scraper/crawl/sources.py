"""Discovery over the network: robots.txt, sitemaps, feed, list pages → targets, and how far the sources agree."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scraper import urls
from scraper.crawl.lists import Found, Lists
from scraper.crawl.resting import Resting
from scraper.crawl.session import CrawlSession
from scraper.crawl.sitemap_queue import SitemapQueue
from scraper.decide import UrlState
from scraper.errors import Forbidden
from scraper.numbers import plural
from scraper.reading import Sitemap, SitemapKind, feeds, sitemaps
from scraper.reading import sources as discover
from scraper.records import Listed, Problem, Site
from scraper.runs import ProgressStep
from scraper.vocabulary import CaptureKind, Level, Stage

#: Sitemaps of one site that are read in one run.
MOST_SITEMAPS = 1000


class Discovery:
    """Reads the sources of one site, in the order that costs least."""

    def __init__(
        self, session: CrawlSession, site: Site, memory: dict[str, UrlState], start: str | None = None
    ) -> None:
        self.session = session
        self.site = site
        self.memory = memory
        #: The address that the user gave, where it is not just the site's.
        self.start = start
        self.found = Found()
        self._feed_asked = ""
        #: Whether a sitemap was whole, and had nothing in it.
        self._has_empty_sitemap = False
        self._resting = Resting(session, site, memory)

    def run(self) -> Found:
        """Everything that the sources name."""
        answered = self.session.answered
        named = self._robots()
        base = self.site.base_url
        with self.session.contained(base, Stage.DISCOVER):
            self._sitemaps(named)
        self.session.expect_pages(len(self.found.in_sitemap - self.memory.keys()))
        with self.session.contained(base, Stage.DISCOVER):
            self._newest()
        if self.session.refused and self.session.answered == answered:
            raise Forbidden(f"{self.session.refused[-1]}. Nothing of the site was fetched; write to its owner")
        self._compare()
        return self.found

    def _newest(self) -> None:
        """Feed and list, which name the newest posts; one of them alone, where the sitemaps say nothing new."""
        steady = self.found.sitemap_complete and self.start is None
        before = self._feed_before()
        rests = self._resting.of_newest(before) if steady else None
        page = None
        if rests == CaptureKind.FEED:
            self._feed_asked = before or ""
        else:
            with self.session.contained(self.site.base_url, Stage.DISCOVER):
                page = self._feed()
        if rests != CaptureKind.LIST:
            self._lists(page)
        if rests == CaptureKind.FEED and not self.found.in_list:
            self._feed()  # it was to be enough, and was not had

    def _lists(self, page: str | None) -> None:
        """The list of posts, and the feed that a page of it names."""
        lists = Lists(self.session, self.site, self.memory, self.found, start=self.start, step=self._step)
        lists.find(page)
        for url in self.site.lists:
            if url != self.found.list_url:
                lists.read(url)
        if lists.feed_link not in (None, self._feed_asked) and not self.found.in_feed:
            self._feed(lists.feed_link)

    def _step(self, url: str) -> None:
        self.session.run.interrupts.check()
        self.session.progress(
            ProgressStep(site=self.site.id, stage="discover", done=len(self.found.targets), total=None, url=url)
        )

    def _robots(self) -> tuple[str, ...]:
        self._step(self.site.base_url)
        rules = self.session.fetcher.robots(self.site.base_url)
        self.session.keep_all(rules.captures)
        return discover.named_sitemaps(rules.sitemaps, self.site)

    def _sitemaps(self, named: tuple[str, ...]) -> None:
        """The index, the posts' sitemap also where the index omits it, and others only where these name no post."""
        wix = self.site.base_url + discover.WIX_POSTS_SITEMAP
        queue = SitemapQueue(wix, list(named) or [self.site.base_url + "sitemap.xml"])
        read = self._read_sitemaps(queue, named)
        if self._resting.is_over and self._resting.indexes:
            queue.again(self._resting.indexes)
            read += self._read_sitemaps(queue, named)
        self._note_more(queue)
        whole = all(sitemap is not None and sitemap.complete for sitemap in read)
        self.found.sitemap_complete = whole and bool(self.found.in_sitemap) and not queue.waiting

    def _read_sitemaps(self, queue: SitemapQueue, named: tuple[str, ...]) -> list[Sitemap | None]:
        """All that wait, with what they name; None for each that was not had."""
        read: list[Sitemap | None] = []
        while (url := queue.take(has_posts=bool(self.found.in_sitemap))) is not None:
            sitemap: Sitemap | None = None
            with self.session.contained(url, Stage.DISCOVER):
                sitemap = self._sitemap(url)
            if sitemap is None and url == queue.suspected and url not in named:
                continue  # asked for on suspicion only: that it is not there says nothing
            read.append(sitemap)
            queue.add(self._parts(sitemap))
            if len(queue.seen) == MOST_SITEMAPS:
                break
        return read

    def _parts(self, sitemap: Sitemap | None) -> list[str]:
        """The sitemaps of the site that an index names; of what is no index, none."""
        if sitemap is None or sitemap.kind != SitemapKind.INDEX:
            return []
        return [entry.url for entry in sitemap.entries if discover.on_site(entry.url, self.site)]

    def _note_more(self, queue: SitemapQueue) -> None:
        """Says that sitemaps are left, where some are."""
        left = plural(len(queue.waiting), "more sitemap")
        message = f"{left} named; {MOST_SITEMAPS} were read, the limit of one run"
        self.session.cap("sitemaps", self.site.base_url, message if queue.waiting else None, Level.ERROR)

    def _sitemap(self, url: str) -> Sitemap | None:
        held = self._resting.index(url)
        if held is not None:
            return sitemaps.read_sitemap(held.body or b"", url)
        self._step(url)
        answer = self.session.source(url, CaptureKind.SITEMAP, self.site, self.memory)
        if answer is None:
            self._resting.hear(url, None)
            return None
        sitemap = sitemaps.read_sitemap(answer[0].payload, url)
        if sitemap.kind == SitemapKind.OTHER:
            self._hear_feed(answer[1].listed)
        if answer[0].truncated:
            sitemap = replace(sitemap, complete=False)
        if sitemap.kind != SitemapKind.INDEX:  # that tells the days of its sitemaps, also of those without posts
            self._resting.hear(url, answer[0])
        self._has_empty_sitemap |= sitemap.complete and not sitemap.entries
        targets = discover.targets_of_sitemap(sitemap, self.site)
        self._note_strangers(sitemap)
        self.found.targets += targets
        self.found.in_sitemap |= {urls.canonical(target.url) for target in targets}
        return sitemap

    def _note_strangers(self, sitemap: Sitemap) -> None:
        """Addresses on other hosts are never asked; that they are there should be known."""
        away = [entry.url for entry in sitemap.entries if not discover.on_site(entry.url, self.site)]
        if away:
            count = plural(len(away), "address", "addresses")
            message = f"{count} on other hosts than the site's own, left out ({sample(away)})"
            problem = Problem(
                stage=Stage.COMPARE, kind="other-hosts", level=Level.NOTE, url=sitemap.url, message=message
            )
            self.session.note(problem)
        else:
            self.session.resolve(sitemap.url, Stage.COMPARE)

    def _feed(self, url: str | None = None) -> str | None:
        """The feed; returns the page that it belongs to."""
        url = url or self._feed_before() or self.site.base_url + discover.WIX_FEED
        self._feed_asked = url
        self._step(url)
        answer = self.session.source(url, CaptureKind.FEED, self.site, self.memory)
        if answer is None:
            return None
        feed = feeds.read_feed(answer[0].payload, url)
        self._hear_feed(feed.items)
        if feed.page and discover.on_site(feed.page, self.site):
            return feed.page
        return None

    def _hear_feed(self, items: Iterable[Listed]) -> None:
        """Takes the posts that a feed names."""
        targets = discover.targets_of_listed(items, self.site, "feed")
        self.found.targets += targets
        self.found.in_feed |= {urls.canonical(target.url) for target in targets}

    def _feed_before(self) -> str | None:
        """The feed as it was read before; None: none is known."""
        feeds = (url for url, seen in self.memory.items() if seen.state == CaptureKind.FEED and seen.last_good_at)
        return min((url for url in feeds if discover.on_site(url, self.site)), default=None)

    def _compare(self) -> None:
        """Says where the sources disagree: a note, for each of them may leave posts out on purpose."""
        found, url = self.found, self.site.base_url
        is_empty = self._has_empty_sitemap and not found.in_sitemap and bool(found.targets)
        parts = [*differences(found), *(["the sitemap is empty, and other sources name posts"] if is_empty else [])]
        if not parts:
            self.session.resolve(url, Stage.COMPARE)
            return
        message = "; ".join(parts) + ": all of them were fetched"
        problem = Problem(stage=Stage.COMPARE, kind="sources-disagree", level=Level.NOTE, url=url, message=message)
        if is_empty:
            self.session.tell(problem, self.site.id)
        else:
            self.session.note(problem)


def differences(found: Found) -> Iterator[str]:
    """Where the feed and the list disagree with a sitemap that names posts, in words."""
    if not found.in_sitemap:
        return
    missing = sorted((found.in_feed | found.in_list) - found.in_sitemap)
    if missing:
        yield f"{plural(len(missing), 'post')} of feed and list not in the sitemap ({sample(missing)})"
    if found.total is not None and found.total != len(found.in_sitemap):
        yield f"the list says {plural(found.total, 'post')}, the sitemap names {len(found.in_sitemap)}"
    unlisted = sorted(found.in_sitemap - found.in_list) if found.list_complete else []
    if unlisted:
        yield f"{plural(len(unlisted), 'post')} of the sitemap not in the list ({sample(unlisted)})"


def sample(addresses: Iterable[str]) -> str:
    """The first few addresses, for a message."""
    shown = list(addresses)
    return ", ".join(shown[:3]) + (", …" if len(shown) > 3 else "")
