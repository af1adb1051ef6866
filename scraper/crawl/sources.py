"""Discovery over the network: robots.txt, sitemaps, feed, list pages → targets, and how far the sources agree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from scraper import discover, urls
from scraper.charset import decode
from scraper.crawl import older
from scraper.crawl.session import Session, Step
from scraper.decide import Memory, instant
from scraper.discover import Sitemap
from scraper.errors import Forbidden
from scraper.page import Page
from scraper.records import Capture, Problem, Reading, Site, Target

#: Sitemaps of one site read in one run, list pages of one list, and pages tried in search of the list.
MOST_SITEMAPS = 20
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


class Discovery:
    """Reads the sources of one site, in the order that costs least."""

    def __init__(self, session: Session, site: Site, memory: dict[str, Memory], start: str | None = None) -> None:
        self.session = session
        self.site = site
        self.memory = memory
        #: The address that the user gave, where it is not just the site's.
        self.start = start
        self.found = Found()

    def run(self) -> Found:
        """Everything that the sources name."""
        answered = self.session.answered
        named = self._robots()
        self._sitemaps(named)
        page = self._feed()
        self._list(page)
        for url in older.lists(self.site):
            if url != self.found.list_url:
                self._try_list(url)
        if self.session.refused and self.session.answered == answered:
            raise Forbidden(f"{self.session.refused[-1]}. Nothing of the site was fetched; write to its owner")
        self._compare()
        return self.found

    def _step(self, url: str) -> None:
        self.session.interrupts.check()
        self.session.progress(
            Step(site=self.site.id, stage="discover", done=len(self.found.targets), total=None, url=url)
        )

    def _robots(self) -> tuple[str, ...]:
        self._step(self.site.base_url)
        rules = self.session.fetcher.robots(self.site.base_url)
        self.session.keep_all(rules.captures)
        return discover.named_sitemaps(rules.sitemaps, self.site)

    def _sitemaps(self, named: tuple[str, ...]) -> None:
        """The index, the posts' sitemap also where the index omits it, and others only where these name no post."""
        wix = self.site.base_url + discover.WIX_POSTS_SITEMAP
        queue = list(named) or [self.site.base_url + "sitemap.xml"]
        spare: list[str] = []
        seen: set[str] = set()
        read: list[Sitemap | None] = []
        for _ in range(MOST_SITEMAPS):
            queue = [url for url in dict.fromkeys(queue) if url not in seen]
            if not queue and wix not in seen:
                queue = [wix]
            if not queue and not self.found.in_sitemap:
                queue, spare = [url for url in spare if url not in seen], []
            if not queue:
                break
            url = queue.pop(0)
            seen.add(url)
            sitemap = self._sitemap(url)
            if sitemap is None and url == wix and wix not in named:
                continue  # asked for on suspicion only: that it is not there says nothing
            read.append(sitemap)
            if sitemap is not None and sitemap.kind == "index":
                inside = [entry.url for entry in sitemap.entries if discover.on_site(entry.url, self.site)]
                queue += [one for one in inside if discover.wants(one)]
                spare += [one for one in inside if not discover.wants(one)]
        whole = all(sitemap is not None and sitemap.complete for sitemap in read)
        self.found.sitemap_complete = whole and bool(self.found.in_sitemap) and not queue

    def _sitemap(self, url: str) -> Sitemap | None:
        self._step(url)
        answer = self.session.source(url, "sitemap", self.site, self.memory)
        if answer is None:
            return None
        sitemap = discover.read_sitemap(answer[0].body or b"", url)
        if answer[0].truncated:
            sitemap = replace(sitemap, complete=False)
        targets = discover.targets_of_sitemap(sitemap, self.site)
        self._note_strangers(sitemap)
        self.found.targets += targets
        self.found.in_sitemap |= {urls.canonical(target.url) for target in targets}
        return sitemap

    def _note_strangers(self, sitemap: Sitemap) -> None:
        """Addresses on other hosts are never asked; that they are there should be known."""
        away = [entry.url for entry in sitemap.entries if not discover.on_site(entry.url, self.site)]
        if away:
            message = f"{len(away)} addresses are not on the site's own hosts and were left out ({sample(away)})"
            problem = Problem(stage="compare", kind="other-hosts", level="note", url=sitemap.url, message=message)
            self.session.note(problem)
        else:
            self.session.resolve(sitemap.url, "compare")

    def _feed(self, url: str | None = None) -> str | None:
        """The feed; returns the page that it belongs to."""
        known = sorted(one for one, seen in self.memory.items() if seen.state == "feed" and seen.last_good_at)
        here = [one for one in known if discover.on_site(one, self.site)]
        url = url or (here[0] if here else self.site.base_url + discover.WIX_FEED)
        self._feed_asked = url
        self._step(url)
        answer = self.session.source(url, "feed", self.site, self.memory)
        if answer is None:
            return None
        feed = discover.read_feed(answer[0].body or b"", url)
        targets = discover.targets_of_listed(feed.items, self.site, "feed")
        self.found.targets += targets
        self.found.in_feed = {urls.canonical(target.url) for target in targets}
        return feed.page if feed.page and discover.on_site(feed.page, self.site) else None

    def _list(self, page_of_feed: str | None) -> None:
        """The list of posts: as given, where the feed says, where it was before, or behind a link of the front page."""
        before = self._list_before()
        for url in dict.fromkeys(filter(None, (self.start, page_of_feed, before))):
            if self._try_list(url):
                return
        if self.found.in_sitemap and (before or self.found.in_feed):
            return  # the list moved or fails; the other sources go on, and the comparison says so
        if before != self.site.base_url and self._try_list(self.site.base_url):
            return
        for url in discover.list_candidates(self.links, self.site)[:MOST_LIST_CANDIDATES]:
            if url not in (self.start, page_of_feed, before) and self._try_list(url):
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

    links: tuple[str, ...] = ()
    _feed_asked = ""

    def _try_list(self, url: str) -> bool:
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
        self._step(url)
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
        if named and named != self._feed_asked and not self.found.in_feed and discover.on_site(named, self.site):
            self._feed(named)
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

    def _compare(self) -> None:
        """Says where the sources disagree: a note, for each of them may leave posts out on purpose."""
        found = self.found
        parts = []
        missing = sorted((found.in_feed | found.in_list) - found.in_sitemap) if found.in_sitemap else []
        if missing:
            parts.append(f"{len(missing)} posts of feed and list are not in the sitemap ({sample(missing)})")
        if found.in_sitemap and found.total is not None and found.total != len(found.in_sitemap):
            parts.append(f"the list says {found.total} posts, the sitemap names {len(found.in_sitemap)}")
        if found.list_complete and found.in_sitemap:
            unlisted = sorted(found.in_sitemap - found.in_list)
            if unlisted:
                parts.append(f"{len(unlisted)} posts of the sitemap are not in the list ({sample(unlisted)})")
        url = self.site.base_url
        if parts:
            message = "; ".join(parts) + ": all of them were fetched"
            self.session.note(Problem(stage="compare", kind="sources-disagree", level="note", url=url, message=message))
        else:
            self.session.resolve(url, "compare")


def sample(addresses: Iterable[str]) -> str:
    """The first few addresses, for a message."""
    shown = list(addresses)
    return ", ".join(shown[:3]) + (", …" if len(shown) > 3 else "")
