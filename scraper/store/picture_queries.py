"""Questions about kept pictures: those of a post, and all of a site. Only reads."""

import itertools
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from scraper.store import withdrawal_rules
from scraper.store.mementos import Mementos

#: Pictures on one page of a list.
A_PAGE = 60
#: Pictures shown in one post at most.
MOST_OF_A_POST = 500

_COLUMNS = """
images.url, alt, caption, width, height, images.sha256, captures.url, captures.captured_at, bodies.length,
posts.site, posts.slug, posts.title, posts.language
"""
_JOINED = """
FROM images JOIN posts ON posts.id = images.post_id JOIN captures ON captures.id = images.capture_id
JOIN bodies ON bodies.sha256 = images.sha256
"""


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture in a post, whose bytes are in the archive. Pixels and bytes are the original's."""

    url: str
    alt: str | None
    caption: str | None
    width: int | None
    height: int | None
    sha256: str
    captured_url: str
    captured_at: str
    length: int
    site: str
    slug: str
    title: str | None
    language: str | None

    @property
    def timestamp(self) -> str:
        """When it was captured: UTC, 14 digits."""
        return re.sub(r"\D", "", self.captured_at)[:14].ljust(14, "0")


def of_post(db: sqlite3.Connection, post_id: int) -> list[KeptPicture]:
    """The pictures of a post that are kept, in order."""
    asked = f"SELECT {_COLUMNS} {_JOINED} WHERE post_id = ? ORDER BY position LIMIT ?"
    rows = db.execute(asked, (post_id, MOST_OF_A_POST))
    return [KeptPicture(*row) for row in rows]


def named(db: sqlite3.Connection, addresses: Iterable[str]) -> list[KeptPicture]:
    """The pictures at *addresses* that are kept, of no post in particular; of very many the first."""
    return [found for address in itertools.islice(addresses, MOST_OF_A_POST) if (found := _kept(db, address))]


def _kept(db: sqlite3.Connection, address: str) -> KeptPicture | None:
    kept = Mementos(db).picture(address)
    if kept is None or kept.body_sha256 is None:
        return None
    row = db.execute("SELECT length FROM bodies WHERE sha256 = ?", (kept.body_sha256,)).fetchone()
    if row is None:
        return None
    found = (kept.body_sha256, kept.url, kept.captured_at, row[0], "", "", None, None)
    return KeptPicture(address, None, None, None, None, *found)


def listed(db: sqlite3.Connection, site: str, words: str, page: int) -> tuple[int, list[KeptPicture]]:
    """How many kept pictures have all *words* in alt, caption or their post's title, and those of one *page* (from 1);
    the newest posts first. *site* empty: of all.
    """
    terms = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words.split()[:10]]
    said = "ifnull(alt, '') || ' ' || ifnull(caption, '') || ' ' || ifnull(posts.title, '')"
    where = "WHERE (? = '' OR posts.site = ?)" + f" AND {said} LIKE ? ESCAPE '\\'" * len(terms)
    values = (site, site, *(f"%{term}%" for term in terms))
    (count,) = db.execute(f"SELECT count(*) {_JOINED} {where}", values).fetchone()
    rows = db.execute(
        f"SELECT {_COLUMNS} {_JOINED} {where} ORDER BY posts.published_at DESC, post_id, position LIMIT ? OFFSET ?",
        (*values, A_PAGE, (page - 1) * A_PAGE),
    )
    return int(count), [KeptPicture(*row) for row in rows]


def sites_with_pictures(db: sqlite3.Connection) -> list[tuple[str, int]]:
    """(site, kept pictures) of every site that has any, the most first."""
    rows = db.execute(f"SELECT posts.site, count(*) AS n {_JOINED} GROUP BY posts.site ORDER BY n DESC, posts.site")
    return [(str(site), int(count)) for site, count in rows]


def is_picture(db: sqlite3.Connection, sha256: str) -> bool:
    """Whether these bytes were captured as a picture, and may be handed out."""
    asked = "SELECT EXISTS (SELECT 1 FROM captures WHERE body_sha256 = ? AND kind = 'image')"
    return bool(db.execute(asked, (sha256,)).fetchone()[0]) and not withdrawal_rules.withholds(db, sha256)
