"""The list of posts over the network: where it is, what its pages name, and when all of them are read."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from scraper import urls
from scraper.charset import decode
from scraper.crawl.session import Session
from scraper.decide import DAY, LIST_WALKED_EVERY, UrlState, instant, within
from scraper.page import Page, too_deep
from scraper.reading import sitemaps
from scraper.reading import sources as discover
from scraper.records import Capture, Problem, Reading, Site, Target
from scraper.store import lookups
from scraper.vocabulary import AddressState, CaptureKind, ReadingKind, Stage

#: Pages of one list that are read in one run, and pages that are tried in search of the list.
MOST_LIST_PAGES = 100
MOST_LIST_CANDIDATES = 4
#: A page that links to so many posts is a list, whatever it looks like.
ENOUGH_LINKS = 3
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
        """Canonical addresses of the posts that a source which was had today names."""
        return frozenset(self.in_sitemap | self.in_feed | self.in_list)

    def heard(self) -> tuple[Target, ...]:
        """One target for each post."""
        return discover.merge(self.targets)


class Lists:
    """Reads the list pages of one site into *found*."""

    def __init__(
        self,
        session: Session,
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
        #: Of the page read last: its links within the site, those that lead to posts, and its next part.
        self.links: tuple[str, ...] = ()
        self.posts: tuple[str, ...] = ()
        #: Posts that the front page links to, once it was read.
        self.front: frozenset[str] = frozenset()
        self.next_link: str | None = None
        #: The feed that a page named.
        self.feed_link: str | None = None

    def find(self, page_of_feed: str | None) -> None:
        """The list of posts: as given, where the feed says, where it was before, or behind a link of the front page."""
        before = self._list_before()
        for url in dict.fromkeys(filter(None, (self.start, page_of_feed, before))):
            if self.read(url):
                return
        if self.found.in_sitemap and (before or self.found.in_feed or self._searched_lately()):
            return  # the list moved or fails; the other sources go on, and the comparison says so
        if before != self.site.base_url and self.read(self.site.base_url):
            return
        known = (self.start, page_of_feed, before)
        self._search([url for url in discover.list_candidates(self.links, self.site) if url not in known])

    def _search(self, candidates: list[str]) -> None:
        """Reads a few pages that may be the list, and takes the best: one that looks like a list, else the one with
        the most links to posts. Only that one is kept as a list, and so remembered.
        """
        pages: list[tuple[int, str, Capture, Reading]] = []
        for url in candidates[:MOST_LIST_CANDIDATES]:
            self.step(url)
            answer = self.session.source(url, CaptureKind.LIST, self.site, self.memory, hold=True)
            if answer is None:
                continue
            is_list = self._is_list(*answer)
            self._hear_links()
            pages.append((len(self.posts) if is_list else 0, url, *answer))
            if answer[1].kind == ReadingKind.LIST and answer[1].listed:
                pages[-1] = (sitemaps.SITEMAP_ENTRIES, url, *answer)
                break
        best = max(pages, key=lambda page: page[0], default=None)
        for page in pages:
            capture = page[2] if page is best and page[0] else replace(page[2], kind=CaptureKind.OTHER)
            self.session.keep(capture, page[3])
        if best is not None and best[0]:
            self._look_round(best[2])
            self._accept(best[1], best[3])

    def _searched_lately(self) -> bool:
        """Whether the front page was asked for a list some days ago, in vain."""
        last = lookups.last_captured(self.session.archive.db, self.site.base_url)
        return within(last, LIST_WALKED_EVERY, self.session.run.now())

    def _list_before(self) -> str | None:
        """The first page of the list as it was last read; None: none is known."""
        lists = [
            one
            for one in self.memory.values()
            if one.state == CaptureKind.LIST and one.last_good_at and not PART_OF_LIST.search(one.url)
        ]
        here = [one for one in lists if discover.on_site(one.url, self.site)]
        return max(here, key=lambda one: one.last_good_at or "").url if here else None

    def read(self, url: str) -> bool:
        """Whether the page at *url* lists posts; if so they are targets, and its further pages are read when due."""
        answer = self._page(url)
        if answer is None:
            return False
        capture, reading = answer
        if not self._is_list(capture, reading):
            known = self.memory.get(urls.canonical(url))
            if known is not None and known.state == CaptureKind.LIST and reading.total != 0 and not capture.truncated:
                self.found.list_is_bare = True
                self.found.list_url = url
            return False
        self._accept(url, reading)
        return True

    def _accept(self, url: str, reading: Reading) -> None:
        """Takes the page just looked at for the list."""
        self.found.list_url, self.found.total = url, reading.total
        self.session.resolve(url, Stage.DRIFT)
        self._take(reading)
        self._walk(reading)

    def _page(self, url: str) -> tuple[Capture, Reading] | None:
        self.step(url)
        answer = self.session.source(url, CaptureKind.LIST, self.site, self.memory, is_one=self._is_list)
        if answer is not None:
            self._look_round(answer[0])
            self._hear_links()
        return answer

    def _hear_links(self) -> None:
        """Posts that the page just looked at links to are targets."""
        self.found.targets += [Target(url=link, site=self.site.id, found_by=("link",)) for link in self.posts]

    def _is_list(self, capture: Capture, reading: Reading) -> bool:
        """Whether a page lists posts: by its layout, or because it links to some and to a next part, or to some that
        the front page does not name (a strip of recent posts stands on many pages).
        """
        if reading.kind == ReadingKind.LIST and reading.listed:
            return True
        self._look_round(capture)
        if self.posts and self.next_link:
            return True
        if discover.is_front(capture.url, self.site):
            self.front = frozenset(self.posts)
            return False
        return len(self.posts) >= ENOUGH_LINKS and not self.front.issuperset(self.posts)

    def _take(self, reading: Reading) -> None:
        """The posts of a list page as targets."""
        targets = discover.targets_of_listed(reading.listed, self.site, "list")
        self.found.targets += targets
        self.found.in_list |= {urls.canonical(target.url) for target in targets}

    def _heard(self) -> set[str]:
        """Posts that a list or a link named in this run."""
        return {urls.canonical(target.url) for target in self.found.targets if {"list", "link"} & {*target.found_by}}

    def _look_round(self, capture: Capture) -> None:
        """Notes where a page leads: to posts, to other pages, to its feed and its next part."""
        text = decode(capture.body or b"", capture.media_type)
        page = Page.from_html("" if too_deep(text) else text, url=capture.url)
        links = [urls.normalise(node.attributes.get("href") or "", base=capture.url) for node in page.all("a[href]")]
        self.links = tuple(dict.fromkeys(link for link in links if link and discover.on_site(link, self.site)))
        self.posts = tuple(link for link in self.links if urls.is_post(link) and discover.belongs(link, self.site))
        self.next_link = self._head_link(page, 'link[rel~="next"], a[rel~="next"]')
        self.feed_link = self._head_link(page, 'link[rel~="alternate"][type="application/rss+xml"]') or self.feed_link

    def _head_link(self, page: Page, css: str) -> str | None:
        node = page.maybe(css)
        found = urls.normalise((node.attributes.get("href") or "") if node else "", base=page.url)
        return found if found and node and discover.on_site(found, self.site) else None

    def _walk(self, first: Reading) -> None:
        """Further pages of the list: when the sources disagree, once a week, with --full, and the first time."""
        following = first.next_url or self.next_link or self._guessed_next(first)
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
            before = len(self._heard())
            answer = self._page(following)
            if answer is None or not self._is_list(*answer):
                return
            self._take(answer[1])
            fresh = len(self._heard()) > before
            following = (answer[1].next_url or self.next_link) if fresh else None
        else:
            if following is not None and following not in seen:
                message = f"the list goes on at {following}; {MOST_LIST_PAGES} of its pages were read, as in every run"
                self.session.note(Problem(stage=Stage.CAP, kind="list-pages", url=first.url or "", message=message))
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
        age = self.session.run.now() - instant(known.last_tried_at)
        if age >= LIST_WALKED_EVERY or age < timedelta(0):
            return True
        named = self.found.in_list | self.found.in_feed
        if any(not self._is_known(url) for url in named - self.found.in_sitemap):
            return True
        posts = (
            {url for url, one in self.memory.items() if one.state == AddressState.ARCHIVED}
            | self.found.in_sitemap
            | named
        )
        return age >= DAY and (self.found.total or 0) > len(posts)

    def _is_known(self, url: str) -> bool:
        known = self.memory.get(url)
        return known is not None and known.last_tried_at is not None
