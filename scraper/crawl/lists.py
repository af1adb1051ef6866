"""The list of posts over the network: where it is, what its pages name, and when all of them are read."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from scraper import discover, urls
from scraper.charset import decode
from scraper.crawl.session import Session
from scraper.decide import Memory, instant
from scraper.page import Page
from scraper.records import Capture, Reading, Site, Target

#: Pages of one list that are read in one run, and pages that are tried in search of the list.
MOST_LIST_PAGES = 100
MOST_LIST_CANDIDATES = 4
#: Pages of a list that are not its first.
PART_OF_LIST = re.compile(r"/page/\d+$|/(?:categories|tags|hashtags)/")
DAY = timedelta(days=1)
#: All pages of the list are read again after this time, whatever the sources say.
WALK_EVERY = timedelta(days=7)


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

    def heard(self) -> tuple[Target, ...]:
        """One target for each post."""
        return discover.merge(self.targets)


class Lists:
    """Reads the list pages of one site into *found*."""

    def __init__(
        self,
        session: Session,
        site: Site,
        memory: dict[str, Memory],
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
        #: Links of the page read last, and the feed that it names.
        self.links: tuple[str, ...] = ()
        self.feed_link: str | None = None

    def find(self, page_of_feed: str | None) -> None:
        """The list of posts: as given, where the feed says, where it was before, or behind a link of the front page."""
        before = self._list_before()
        for url in dict.fromkeys(filter(None, (self.start, page_of_feed, before))):
            if self.read(url):
                return
        if self.found.in_sitemap and (before or self.found.in_feed):
            return  # the list moved or fails; the other sources go on, and the comparison says so
        if before != self.site.base_url and self.read(self.site.base_url):
            return
        for url in discover.list_candidates(self.links, self.site)[:MOST_LIST_CANDIDATES]:
            if url not in (self.start, page_of_feed, before) and self.read(url):
                return

    def _list_before(self) -> str | None:
        """The first page of the list as it was last read; None: none is known."""
        lists = [
            one
            for one in self.memory.values()
            if one.state == "list" and one.last_good_at and not PART_OF_LIST.search(one.url)
        ]
        here = [one for one in lists if discover.on_site(one.url, self.site)]
        return max(here, key=lambda one: one.last_good_at or "").url if here else None

    def read(self, url: str) -> bool:
        """Whether the page at *url* lists posts; if so they are targets, and its further pages are read when due."""
        answer = self._list_page(url)
        if answer is None:
            return False
        capture, reading = answer
        self._follow_links(capture)
        if reading.kind != "list" or not reading.listed:
            known = self.memory.get(urls.canonical(url))
            if known is not None and known.state == "list" and reading.total != 0 and not capture.truncated:
                self.found.list_is_bare = True
                self.found.list_url = url
            return False
        self.found.list_url, self.found.total = url, reading.total
        self.session.resolve(url, "drift")
        self._take(reading)
        self._walk(reading)
        return True

    def _list_page(self, url: str) -> tuple[Capture, Reading] | None:
        self.step(url)
        return self.session.source(url, "list", self.site, self.memory)

    def _take(self, reading: Reading) -> int:
        """The posts of a list page as targets; returns how many were new to this run."""
        targets = discover.targets_of_listed(reading.listed, self.site, "list")
        named = {urls.canonical(target.url) for target in targets}
        fresh = len(named - self.found.in_list)
        self.found.targets += targets
        self.found.in_list |= named
        return fresh

    def _follow_links(self, capture: Capture) -> None:
        """Links of a page: to posts they are targets, the others may lead to the list."""
        page = Page.from_html(decode(capture.body or b"", capture.media_type), url=capture.url)
        links = []
        for node in page.all("a[href]"):
            link = urls.normalise(node.attributes.get("href") or "", base=capture.url)
            if link and discover.on_site(link, self.site):
                links.append(link)
        self.links = tuple(dict.fromkeys(links))
        feed = page.maybe('link[rel~="alternate"][type="application/rss+xml"]')
        named = urls.normalise((feed.attributes.get("href") or "") if feed else "", base=capture.url)
        if named and discover.on_site(named, self.site):
            self.feed_link = named
        self.found.targets += [
            Target(url=link, site=self.site.id, found_by=("link",))
            for link in self.links
            if urls.is_post(link) and discover.belongs(link, self.site)
        ]

    def _walk(self, first: Reading) -> None:
        """Further pages of the list: when the sources disagree, once a week, with --full, and the first time."""
        following = first.next_url or self._guessed_next(first)
        if following is None:
            self.found.list_complete = True
            return
        if not (self.session.full or self._walk_is_due(following)):
            return
        seen = {self.found.list_url}
        for _ in range(MOST_LIST_PAGES - 1):
            if following is None or following in seen or not discover.on_site(following, self.site):
                break
            seen.add(following)
            answer = self._list_page(following)
            if answer is None or answer[1].kind != "list":
                return
            fresh = self._take(answer[1])
            self._follow_links(answer[0])
            following = answer[1].next_url if fresh else None
        self.found.list_complete = following is None

    def _guessed_next(self, first: Reading) -> str | None:
        """Where Wix has the second page of a list that says it has more posts, but links to none."""
        if self.found.list_url is None or (first.total or 0) <= len(first.listed):
            return None
        return self.found.list_url.rstrip("/") + "/page/2"

    def _walk_is_due(self, following: str) -> bool:
        known = self.memory.get(urls.canonical(following))
        if known is None or known.last_tried_at is None:
            return True
        age = self.session.now() - instant(known.last_tried_at)
        if age >= WALK_EVERY or age < timedelta(0):
            return True
        named = self.found.in_list | self.found.in_feed
        if any(not self._is_known(url) for url in named - self.found.in_sitemap):
            return True
        posts = {url for url, one in self.memory.items() if one.state == "archived"} | self.found.in_sitemap | named
        return age >= DAY and (self.found.total or 0) > len(posts)

    def _is_known(self, url: str) -> bool:
        known = self.memory.get(url)
        return known is not None and known.last_tried_at is not None
