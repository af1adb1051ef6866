"""Posts that moved to another address of their site: found from captures alone, whatever order they come in.

Which captures are of one post then, `decide.posts_of` says. They are known by its newest address: `post_url` in
`addresses` says so, of the redirects and of the pages at the old addresses.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scraper import decide, urls
from scraper.records import Capture
from scraper.store import addresses
from scraper.store.posts import PostRows
from scraper.vocabulary import TimeBasis

#: Redirects that a server calls permanent (RFC 9110, 15.4.2 and 15.4.9).
PERMANENT = frozenset({301, 308})

#: An address beside more others than this is no post's new one: it is where a site sends everybody.
MOST_BESIDE = 50

_REDIRECTS = """
SELECT DISTINCT url, redirected_to FROM captures WHERE redirected_to IS NOT NULL AND status IN (301, 308)
"""
_NAMES = "SELECT DISTINCT address, shows FROM addresses WHERE shows <> address"
_ROWS = """
SELECT captures.id, captured_at, source, body_sha256, url, record_sha256, captured_at_basis, redirected_to, status,
  shows, post_url
FROM addresses JOIN captures ON captures.id = addresses.capture_id WHERE address = ?
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A capture, the post that it is of so far, and whether it tells of moves."""

    sighting: decide.Sighting
    post_url: str | None
    counts: bool


class Moves:
    """Joins and parts the addresses of posts. Transactions are the caller's."""

    def __init__(self, db: sqlite3.Connection, posts: PostRows) -> None:
        self._db = db
        self._posts = posts
        #: Address → the addresses that it leads to, or that lead to it. Some 700 bytes for two (tracemalloc, 1,000 to
        #: 100,000 of them), 14 MB for 20,000 posts that all moved: it grows with these, not with the captures.
        self._beside: dict[str, set[str]] | None = None

    def forget(self) -> None:
        """Drop what is held in memory."""
        self._beside = None

    def settle(self, capture: Capture, shown: str | None) -> set[str]:
        """What a new capture changes: the posts that gained or lost captures."""
        beside, address = self._known(), addresses.of_capture(capture)
        to = _target(capture.url, capture.redirected_to, capture.status) or shown or address
        if to != address and to not in beside[address]:
            _join(beside, address, to)
            full = [one for one in (address, to) if len(beside[one]) == MOST_BESIDE + 1]
            return self._settle_each({address}.union(*(beside[one] for one in full)))
        if not beside[address]:
            return set()
        if len(beside[address]) > MOST_BESIDE:  # each of them is compared with what is seen here
            return self._settle_each({address, *beside[address]})
        return self._settle_each({address})

    def settle_all(self) -> set[str]:
        """The same for all captures, as in a rebuild, in which they may say something else than before."""
        self.forget()
        return self._settle_each(set(self._known()))

    def _settle_each(self, waiting: set[str]) -> set[str]:
        """Settle *waiting* addresses, each together with those that it leads to or that lead to it."""
        changed, settled = set[str](), set[str]()
        for address in sorted(waiting):
            if address not in settled:
                some = self._together(address)
                settled |= some
                changed |= self._settle(some)
        return changed

    def concerned(self) -> set[str]:
        """All addresses that lead to another for good, or that one leads to."""
        return set(self._known())

    def _known(self) -> dict[str, set[str]]:
        if self._beside is None:
            self._beside = defaultdict(set)
            for url, to in self._db.execute(_REDIRECTS).fetchall():
                target = _target(url, to, 301)
                if target is not None:
                    _join(self._beside, urls.canonical(url) or url, target)
            for address, named in self._db.execute(_NAMES).fetchall():
                _join(self._beside, address, named)
        return self._beside

    def _together(self, address: str) -> set[str]:
        """*address*, and all that lead to it or that it leads to, directly or not."""
        found, waiting = {address}, [address]
        while waiting:
            here = waiting.pop()
            more = {one for one in self._known()[here] if self._may_move(here, one)} - found
            found |= more
            waiting += more
        return found

    def _may_move(self, one: str, other: str) -> bool:
        """Whether a post may have moved between two addresses: neither stands beside too many."""
        beside = self._known()
        return max(len(beside[one]), len(beside[other])) <= MOST_BESIDE

    def _settle(self, some: Iterable[str]) -> set[str]:
        """Write whose captures those of *some* addresses are; the posts whose captures changed."""
        rows = [row for address in sorted(some) for row in self._rows(address)]
        wanted = {row.sighting.capture_id: row.sighting.shows for row in rows}
        wanted |= decide.posts_of((row.sighting for row in rows if row.counts), self._same)
        wanted |= {
            row.sighting.capture_id: self._named(row.sighting)
            for row in rows
            if not row.counts and row.sighting.shows is not None
        }
        changed: set[str] = set()
        for row in rows:
            number, post_url = row.sighting.capture_id, wanted[row.sighting.capture_id]
            if row.post_url != post_url:
                self._db.execute("UPDATE addresses SET post_url = ? WHERE capture_id = ?", (post_url, number))
                changed |= {row.sighting.address, *filter(None, (row.post_url, post_url))}
        return changed

    def _rows(self, address: str) -> Iterator[_Row]:
        """The captures of an address that show a post, or lead to another."""
        for number, *place, basis, to, status, shows, post_url in self._db.execute(_ROWS, (address,)).fetchall():
            sighting = decide.Sighting(
                capture_id=number, address=address, order=decide.order(*place), shows=shows,
                known_time=basis != TimeBasis.FILE_TIME, redirects_to=_target(place[3], to, status),
            )  # fmt: skip
            if sighting.shows is not None or sighting.redirects_to is not None:
                leads_to = sighting.leads_to
                yield _Row(sighting, post_url, leads_to is None or self._may_move(address, leads_to))

    def _named(self, page: decide.Sighting) -> str | None:
        """The post that a page is of which names an address that stands beside too many: that one where it was seen
        there, else one of the page's own address.
        """
        own = [row.sighting for row in self._rows(page.shows or page.address) if row.sighting.shows == page.shows]
        if not own:
            return page.address
        return next(one.shows for one in decide.believed([*own, page], self._same) if one.capture_id == page.capture_id)

    def _same(self, before: int, after: int) -> bool:
        old, new = self._posts.reading(before), self._posts.reading(after)
        return old is not None and new is not None and decide.is_same_post(old, new)


def _join(beside: dict[str, set[str]], one: str, other: str) -> None:
    beside[one].add(other)
    beside[other].add(one)


def _target(url: str, to: str | None, status: int | None) -> str | None:
    """The address of another post of the same site to which a permanent redirect leads; None: to none."""
    if to is None or status not in PERMANENT or not urls.is_post(to) or not urls.same_site(to, url):
        return None
    found = urls.canonical(to)
    if not found or found == urls.canonical(url):
        return None
    return found
