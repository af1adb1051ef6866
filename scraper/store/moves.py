"""Posts that moved to another address of their site: found from captures alone, whatever order they come in.

Where a permanent redirect leads from the address of one post to that of another, and the other was first seen after
the first was last had and shows the same post, both are one post, known by the new address. The captures of the old
one, and the redirect, then belong to it: their `post_url` in `addresses` says so. One old address for each new one.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scraper import decide, urls
from scraper.records import Capture
from scraper.store import addresses
from scraper.store.posts import PostRows
from scraper.vocabulary import TimeBasis

#: Redirects that a server calls permanent (RFC 9110, 15.4.2 and 15.4.9).
PERMANENT = frozenset({301, 308})

#: A chain of moves has an end, whatever the redirects say.
CHAIN = 10

_LEADS = """
SELECT DISTINCT url, redirected_to FROM captures WHERE redirected_to IS NOT NULL AND status IN (301, 308)
"""
_ROWS = """
SELECT captures.id, captured_at, captured_at_basis, source, body_sha256, url, record_sha256, redirected_to, status,
  post_url
FROM addresses JOIN captures ON captures.id = addresses.capture_id WHERE address = ?
"""
_HOME = """
SELECT post_url FROM addresses JOIN captures ON captures.id = addresses.capture_id
WHERE address = ? AND post_url IS NOT NULL AND redirected_to IS NOT NULL LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A capture of one address."""

    id: int
    at: str
    known: bool
    order: decide.Order
    to: str | None
    post_url: str | None


class Moves:
    """Joins and parts the addresses of posts. Transactions are the caller's."""

    def __init__(self, db: sqlite3.Connection, posts: PostRows) -> None:
        self._db = db
        self._posts = posts
        #: Address → the addresses from which a permanent redirect leads there.
        self._leads: dict[str, set[str]] | None = None

    def forget(self) -> None:
        """Drop what is held in memory."""
        self._leads = None

    def settle(self, capture: Capture, shown: str | None) -> set[str]:
        """What a new capture changes: the posts that gained or lost captures."""
        leads = self._known_leads()
        address = addresses.of_capture(capture)
        to = _target(capture.url, capture.redirected_to, capture.status)
        if to is not None:
            leads[to].add(address)
        concerned = {to, address, shown} | {target for target, olds in leads.items() if address in olds}
        return self._settle_targets({one for one in concerned if one in leads})

    def settle_all(self) -> set[str]:
        """The same for all captures, as in a rebuild."""
        return self._settle_targets(set(self._known_leads()))

    def concerned(self) -> set[str]:
        """All addresses that a permanent redirect leads from or to."""
        leads = self._known_leads()
        return set(leads).union(*leads.values())

    def _known_leads(self) -> dict[str, set[str]]:
        if self._leads is None:
            self._leads = defaultdict(set)
            for url, to in self._db.execute(_LEADS).fetchall():
                target = _target(url, to, 301)
                if target is not None:
                    self._leads[target].add(urls.canonical(url) or url)
        return self._leads

    def _settle_targets(self, targets: set[str]) -> set[str]:
        changed: set[str] = set()
        for _ in range(CHAIN):
            touched = {url for target in sorted(targets) for url in self._settle_target(target)}
            if not touched:
                break
            changed |= touched
            targets |= touched & set(self._known_leads())
        return changed

    def _settle_target(self, target: str) -> set[str]:
        """Join the one old address that moved to *target*, and part all others from it."""
        home, shown = self._home(target), self._shown(self._rows(target))
        is_taken = False
        changed: set[str] = set()
        for since, old in sorted(self._led_from(target)):
            rows = self._rows(old)
            before = self._shown(row for row in rows if row.order < since)
            owner, redirects_owner = old, None
            if not is_taken and self._joins(before, shown):
                is_taken, owner, redirects_owner = True, home, home
            wanted = dict.fromkeys((row.id for row in before if row.post_url in (old, target, home)), owner)
            redirects = dict.fromkeys((row.id for row in rows if row.to == target), redirects_owner)
            former = self._reassign(rows, {**wanted, **redirects})
            if former:
                changed |= {old, target, home, *filter(None, former)}
        return changed

    def _led_from(self, target: str) -> list[tuple[decide.Order, str]]:
        """(place of its first redirect, old address) of every address that ever led to *target*."""
        found = []
        for old in self._known_leads()[target]:
            orders = [row.order for row in self._rows(old) if row.to == target]
            if orders:
                found.append((min(orders), old))
        return found

    def _reassign(self, rows: list[_Row], wanted: Mapping[int, str | None]) -> set[str | None]:
        """Write whose captures *rows* are, by *wanted*; whose those were that changed."""
        changed = [row for row in rows if row.id in wanted and row.post_url != wanted[row.id]]
        self._db.executemany(
            "UPDATE addresses SET post_url = ? WHERE capture_id = ?", [(wanted[row.id], row.id) for row in changed]
        )
        return {row.post_url for row in changed}

    def _joins(self, before: list[_Row], shown: list[_Row]) -> bool:
        """Whether the target was first seen after the old address was last had, and shows the same post."""
        if not before or not shown or not shown[0].known or shown[0].at <= before[-1].at:
            return False
        old, new = self._posts.reading(before[-1].id), self._posts.reading(shown[0].id)
        return old is not None and new is not None and decide.is_same_post(old, new)

    def _rows(self, address: str) -> list[_Row]:
        found = []
        for number, at, basis, source, body, url, record, to, status, post_url in self._db.execute(_ROWS, (address,)):
            order = decide.order(at, source, body, url, record)
            found.append(_Row(number, at, basis != TimeBasis.FILE_TIME, order, _target(url, to, status), post_url))
        return found

    @staticmethod
    def _shown(rows: Iterable[_Row]) -> list[_Row]:
        """Those that show a post, oldest first."""
        return sorted((row for row in rows if row.post_url and row.to is None), key=lambda row: row.order)

    def _home(self, url: str) -> str:
        """Where the post at *url* is now, if it moved on."""
        for _ in range(CHAIN):
            row = self._db.execute(_HOME, (url,)).fetchone()
            if row is None or row[0] == url:
                return url
            url = str(row[0])
        return url


def _target(url: str, to: str | None, status: int | None) -> str | None:
    """The address of another post of the same site to which a permanent redirect leads; None: to none."""
    if to is None or status not in PERMANENT or not urls.is_post(to) or not urls.same_site(to, url):
        return None
    found = urls.canonical(to)
    return None if not found or found == urls.canonical(url) else found
