"""The list of posts over the network: where it is, what its pages name, and when all of them are read."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from scraper import urls
from scraper.crawl.list_page import ListPage, look_at
from scraper.crawl.session import CrawlSession
from scraper.decide import DAY, LIST_WALKED_EVERY, UrlState, within
from scraper.reading import sources as discover
from scraper.records import Capture, Reading, Site, Target
from scraper.store import lookups
from scraper.vocabulary import AddressState, CaptureKind, Level, Stage

#: Pages of one list that are read in one run, and pages that are tried in search of the list.
MOST_LIST_PAGES = 100
MOST_LIST_CANDIDATES = 4
#: Pages of a list that are not its first.
PART_OF_LIST = re.compile(r"/page/\d+$|/(?:categories|tags|hashtags)/")


@dataclass(slots=True, kw_only=True)
class Found:
    """What the sources of one site say."""

    targets: list[Target] = field(default_factory=list)
    #: Canonical addresses in the sitemaps, and whether all of these were read to their end.
    in_sitemap: set[str] = field(default_factory=set)
    sitemap_complete: bool = False
    in_feed: set[str] = field(default_factory=set)
    in_list: set[str] = field(default_factory=set)
    #: How many posts the list says there are; None: it does not say.
    total: int | None = None
    #: The list's first page, and whether all its pages were read in this run.
    list_url: str | None = None
    list_complete: bool = False
    #: The list was read and named no post, though it does not say that there are none.
    list_is_bare: bool = False

    @property
    def named(self) -> frozenset[str]:
        """Canonical addresses of the posts that a source which was fetched today names."""
        return frozenset(self.in_sitemap | self.in_feed | self.in_list)

    def heard(self) -> tuple[Target, ...]:
        """One target for each post."""
        return discover.merge(self.targets)


class Lists:
    """Reads the list of posts of one site, and what it names, into *found*."""

    def __init__(
        self,
        session: CrawlSession,
        site: Site,
        memory: dict[str, UrlState],
        found: Found,
        *,
        start: str | None,
        step: Callable[[str], None],
    ) -> None:
        """*start*: where the user says that the list is; None: nowhere. *step* hears each address first."""
        self.session = session
        self.site = site
        self.memory = memory
        self.found = found
        self.start = start
        self.step = step
        #: The feed that a page named; the last one counts.
        self.feed_link: str | None = None
        #: Posts that the front page links to, once it was read and was no list.
        self._front: frozenset[str] = frozenset()
        #: Posts that a list or a link named in this run.
        self._heard: set[str] = set()
        #: The page that was asked last whether it is a list.
        self._looked: ListPage | None = None
        #: Where the page that was read last leads.
        self._links: tuple[str, ...] = ()

    def find(self, page_of_feed: str | None) -> None:
        """The list of posts: as given, where the feed says, where it was before, or behind a link of the front page."""
        before = list_before(self.memory, self.site)
        known = [url for url in dict.fromkeys((self.start, page_of_feed, before)) if url]
        if any(self.read(url) for url in known) or self._others_suffice(before):
            return
        if before != self.site.base_url and self.read(self.site.base_url):
            return
        self._search([url for url in discover.list_candidates(self._links, self.site) if url not in known])

    def _others_suffice(self, before: str | None) -> bool:
        """Whether the list is not searched for: it moved from where it was *before* or fails, the other sources go on,
        and the comparison says so.
        """
        return bool(self.found.in_sitemap and (before or self.found.in_feed or self._searched_lately()))

    def read(self, url: str) -> bool:
        """Whether the page at *url* lists posts; if so they are targets, and its further pages are read when due."""
        page = self._page(url)
        if page is None:
            return False
        if page.is_list(self._front):
            self._accept(page)
            return True
        if self._was_list(url) and page.reading.total != 0 and not page.capture.truncated:
            self.found.list_is_bare = True
            self.found.list_url = url
        if page.is_front:
            self._front = frozenset(page.posts)
        return False

    def _page(self, url: str) -> ListPage | None:
        """The page at *url*, kept as a list where it is one; None: it was not had."""
        self.step(url)
        answer = self.session.source(url, CaptureKind.LIST, self.site, self.memory, is_one=self._is_list)
        if answer is None:
            return None
        return self._look(url, *answer)

    def _is_list(self, capture: Capture, reading: Reading) -> bool:
        self._looked = look_at(capture.url, capture, reading, self.site)
        return self._looked.is_list(self._front)

    def _look(self, url: str, capture: Capture, reading: Reading) -> ListPage:
        """What a page shows; posts that it links to are targets."""
        page = self._looked if self._looked and self._looked.capture is capture else None
        page = replace(page, url=url) if page else look_at(url, capture, reading, self.site)
        self._links, self.feed_link = page.links, page.feed or self.feed_link
        self._hear([Target(url=link, site=self.site.id, found_by=("link",)) for link in page.posts])
        return page

    def _hear(self, targets: Iterable[Target]) -> set[str]:
        """Takes posts that a list or a link names; their canonical addresses."""
        named = {urls.canonical(target.url) for target in targets}
        self.found.targets += targets
        self._heard |= named
        return named

    def _search(self, candidates: list[str]) -> None:
        """Reads a few pages that may be the list, and takes the best: one that looks like a list, else the one with
        the most links to posts. Only that one is kept as a list, and so remembered.
        """
        pages: list[ListPage] = []
        for url in candidates[:MOST_LIST_CANDIDATES]:
            self.step(url)
            answer = self.session.source(url, CaptureKind.LIST, self.site, self.memory, hold=True)
            if answer is not None:
                pages.append(self._look(url, *answer))
                if pages[-1].is_listed:
                    break
        lists = [page for page in pages if page.is_list(self._front)]
        best = max(lists, key=lambda page: (page.is_listed, len(page.posts)), default=None)
        for page in pages:
            capture = page.capture if page is best else replace(page.capture, kind=CaptureKind.OTHER)
            self.session.keep(capture, page.reading)
        if best is not None:
            self._accept(best)

    def _searched_lately(self) -> bool:
        """Whether the front page was asked for a list some days ago, in vain."""
        last = lookups.last_captured(self.session.archive.db, self.site.base_url)
        return within(last, LIST_WALKED_EVERY, self.session.run.now())

    def _was_list(self, url: str) -> bool:
        known = self.memory.get(urls.canonical(url))
        return known is not None and known.state == CaptureKind.LIST

    def _accept(self, page: ListPage) -> None:
        """Takes *page* for the first page of the list."""
        self.found.list_url, self.found.total = page.url, page.reading.total
        self.session.resolve(page.url, Stage.DRIFT)
        self._take(page)
        following = page.next_url or _guessed_next(page)
        if following is None or self.session.full or self._walk_is_due(following):
            self._walk(page, following)

    def _take(self, page: ListPage) -> None:
        """The posts of a list page as targets: those that its layout lists, else those that it links to."""
        linked = [Target(url=link, site=self.site.id, found_by=("list",)) for link in page.posts]
        self.found.in_list |= self._hear(
            discover.targets_of_listed(page.reading.listed, self.site, "list") if page.is_listed else linked
        )

    def _walk(self, first: ListPage, following: str | None) -> None:
        """Reads the list from its second page, *following*, on: all of it, but for the limit of one run."""
        seen, where = {first.url}, first.reading.url or first.url
        while following is not None and following not in seen and discover.on_site(following, self.site):
            if len(seen) == MOST_LIST_PAGES:
                message = (
                    f"the list continues at {following}; {MOST_LIST_PAGES} of its pages were read, the limit of one "
                    f"run. If posts follow there: ushrn crawl {following}"
                )
                self.session.cap("list-pages", where, message, Level.ERROR)
                return
            seen.add(following)
            page = self._further(following)
            if page is None:
                return
            following = page.next_url
        self.found.list_complete = following is None
        self.session.cap("list-pages", where, None)

    def _further(self, url: str) -> ListPage | None:
        """A further page of the list, its posts taken; None: there is none. One that names nothing new is the end,
        whatever it links to.
        """
        before = len(self._heard)
        page = self._page(url)
        if page is None or not page.is_list(self._front):
            return None
        self._take(page)
        return page if len(self._heard) > before else replace(page, next_url=None)

    def _walk_is_due(self, following: str) -> bool:
        """Whether all pages are read: once a week, the first time, and when the sources disagree."""
        tried = self._tried_at(following)
        if tried is None or not within(tried, LIST_WALKED_EVERY, self.session.run.now()):
            return True
        named = self.found.in_list | self.found.in_feed
        if any(self._tried_at(url) is None for url in named - self.found.in_sitemap):
            return True
        return not within(tried, DAY, self.session.run.now()) and self._lists_more(named)

    def _lists_more(self, named: set[str]) -> bool:
        """Whether the list says that there are more posts than those *named* by it or the feed, or known otherwise."""
        archived = {url for url, one in self.memory.items() if one.state == AddressState.ARCHIVED}
        return (self.found.total or 0) > len(archived | self.found.in_sitemap | named)

    def _tried_at(self, url: str) -> str | None:
        """When we last asked for an address; None: never."""
        known = self.memory.get(urls.canonical(url))
        return None if known is None else known.last_tried_at


def list_before(memory: Mapping[str, UrlState], site: Site) -> str | None:
    """The first page of the list of *site* as it was last read; None: none is known."""
    lists = [
        one
        for one in memory.values()
        if one.state == CaptureKind.LIST and one.last_good_at and not PART_OF_LIST.search(one.url)
    ]
    here = [one for one in lists if discover.on_site(one.url, site)]
    if not here:
        return None
    return max(here, key=lambda one: one.last_good_at or "").url


def _guessed_next(first: ListPage) -> str | None:
    """Where Wix has the second page of a list that says it has more posts, but links to none."""
    if (first.reading.total or 0) <= len(first.reading.listed):
        return None
    return first.url.rstrip("/") + "/page/2"
