"""Slugs: unique in their site, the same whatever order posts came in.

Of several posts that want one slug, the one seen first (then the smaller address) has it plain. The others have
their number in the CMS, their date or language in front, and where that is taken, eight digits of the address's
SHA-256.
"""

import re
import sqlite3
from dataclasses import dataclass

from scraper import digests, urls
from scraper.store import single


@dataclass(frozen=True, slots=True)
class _Post:
    id: int
    url: str
    first_seen_at: str
    published_at: str | None
    slug: str


_COLUMNS = "id, url, first_seen_at, published_at, slug"


def plain(url: str) -> str:
    """The slug that a post would like to have."""
    return urls.slug(url) or urls.host(url)


def provisional(url: str) -> str:
    """A slug for a row that has none yet; no real one holds a slash."""
    return f"/{url}"


# In a temporary table: memory is not to grow with the posts.
_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS wished_slugs (site TEXT, slug TEXT, url TEXT, PRIMARY KEY (site, slug, url))
  WITHOUT ROWID
"""
_WISH = "INSERT OR IGNORE INTO wished_slugs (site, slug, url) VALUES (?, ?, ?)"
_UNWISH = "DELETE FROM wished_slugs WHERE site = ? AND slug = ? AND url = ?"


class Wishes:
    """Which posts of a site would like to have which slug: where it is one, nothing is to be settled."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._sites: set[str] = set()

    def prepare(self) -> None:
        """Make the table, empty, if it is not there."""
        self._db.execute(_TABLE)

    def forget(self) -> None:
        """Drop what was read: after a rollback it may not be in the file."""
        self._sites.clear()

    def add(self, site: str, url: str) -> None:
        """A post has come."""
        if site in self._sites:
            self._db.execute(_WISH, (site, plain(url), url))

    def remove(self, site: str, url: str) -> None:
        """A post has gone."""
        if site in self._sites:
            self._db.execute(_UNWISH, (site, plain(url), url))

    def several(self, site: str, base: str) -> bool:
        """Whether more than one post would like to have the slug *base*."""
        self._read(site)
        asked = "SELECT 1 FROM wished_slugs WHERE site = ? AND slug = ? LIMIT 1 OFFSET 1"
        return single.is_there(self._db, asked, (site, base))

    def wanting(self, site: str, base: str) -> list[_Post]:
        """The posts that would like to have the slug *base*."""
        self._read(site)
        asked = (
            f"SELECT {_COLUMNS} FROM posts WHERE url IN"
            " (SELECT url FROM wished_slugs WHERE site = :site AND slug = :base) AND site = :site"
        )
        return [_Post(*row) for row in self._db.execute(asked, {"site": site, "base": base})]

    def _read(self, site: str) -> None:
        """Look once through all posts of a site."""
        if site not in self._sites:
            self.prepare()
            self._db.execute("DELETE FROM wished_slugs WHERE site = ?", (site,))
            rows = self._db.execute("SELECT url FROM posts WHERE site = ?", (site,))
            self._db.executemany(_WISH, ((site, plain(url), url) for (url,) in rows))
            self._sites.add(site)


def of_new(db: sqlite3.Connection, site: str, url: str) -> str:
    """The slug of a post that has no row yet: the plain one, unless somebody has that; then one until `settle`."""
    base = plain(url)
    if single.is_there(db, "SELECT 1 FROM posts WHERE site = ? AND slug = ?", (site, base)):
        return provisional(url)
    return base


def settle(db: sqlite3.Connection, wishes: Wishes, site: str, base: str) -> None:
    """Give all posts of *site* that want the slug *base* theirs."""
    _settle(db, wishes, site, base, wishes.wanting(site, base))


def settle_new(db: sqlite3.Connection, wishes: Wishes, site: str, url: str) -> None:
    """Give a post theirs whose slug is provisional, where all others of *site* have theirs.

    Of the posts that want the same, at most three can change: the new one, the one that has it plain, and of these two
    the later one's rival for the second choice. So the hundredth post of a slug costs what the second one does.
    """
    base = plain(url)
    new, first = _having(db, site, provisional(url)), _having(db, site, base)
    if new is None or first is None or plain(first.url) != base:
        settle(db, wishes, site, base)
        return
    later = max(new, first, key=_right)
    rival = _having(db, site, _second_choice(later, base))
    concerned = {post.id: post for post in (new, first, rival) if post is not None and plain(post.url) == base}
    _settle(db, wishes, site, base, list(concerned.values()))


def _settle(db: sqlite3.Connection, wishes: Wishes, site: str, base: str, group: list[_Post]) -> None:
    """Give *group*, which want the slug *base*, theirs; who has it without wanting it plain is settled then."""
    has = _having(db, site, base)
    displaced = [has] if has is not None and plain(has.url) != base else []
    chosen = _chosen(db, site, base, sorted(group, key=_right))
    moving = [post for post in group if post.slug != chosen[post.id]]
    for post in (*moving, *displaced):
        db.execute("UPDATE posts SET slug = ? WHERE id = ?", (provisional(post.url), post.id))
    for post in moving:
        db.execute("UPDATE posts SET slug = ? WHERE id = ?", (chosen[post.id], post.id))
    for post in displaced:
        settle(db, wishes, site, plain(post.url))


def _right(post: _Post) -> tuple[str, str]:
    """Whose is smaller chooses first."""
    return post.first_seen_at, post.url


def _chosen(db: sqlite3.Connection, site: str, base: str, group: list[_Post]) -> dict[int, str]:
    """The slug of each post of *group*, in the order of their right to *base*."""
    chosen: dict[int, str] = {}
    taken = set[str]()
    for post in group:
        with_digits = f"{_digits(post)}-{base}"
        free = (slug for slug in (base, _second_choice(post, base), with_digits) if slug not in taken)
        slug = next((one for one in free if not _is_plain_of_another(db, site, one, base)), with_digits)
        chosen[post.id] = slug
        taken.add(slug)
    return chosen


def _having(db: sqlite3.Connection, site: str, slug: str) -> _Post | None:
    """The post of *site* that has that slug; None: nobody has."""
    row = db.execute(f"SELECT {_COLUMNS} FROM posts WHERE site = ? AND slug = ?", (site, slug)).fetchone()
    return _Post(*row) if row else None


def _is_plain_of_another(db: sqlite3.Connection, site: str, slug: str, base: str) -> bool:
    """Whether a post that does not want *base* wants *slug* as its plain one; then somebody has it."""
    if slug == base:
        return False
    url = single.text(db, "SELECT url FROM posts WHERE site = ? AND slug = ?", (site, slug))
    return url is not None and plain(url) == slug


def _second_choice(post: _Post, base: str) -> str:
    return f"{_lead(post)}-{base}"


def _lead(post: _Post) -> str:
    number = urls.post_number(post.url)
    if number is not None:
        return str(number)
    if day := urls.dated(post.url):
        return day
    if language := re.search(r"[?&]lang=([\w-]+)", post.url):
        return language[1]
    return (post.published_at or "")[:10] or _digits(post)


def _digits(post: _Post) -> str:
    return digests.sha256(post.url.encode())[:8]
