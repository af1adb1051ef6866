"""Whose capture it is: the table `addresses`, by which all captures of a post are found, whatever came first.

A page read as a post belongs to the post that it names. Any other capture of an address (missing, redirect, a login
page) belongs to the post known by that address, else to the one that was once read there under another name.
"""

import sqlite3
from collections.abc import Callable

from scraper import decide, urls
from scraper.records import Capture, Reading
from scraper.store import single

#: Captures of these kinds never are a post's page.
NOT_PAGES = frozenset({"robots", "sitemap", "feed", "counts", "file", "image", "style"})


_SAYS_MOVED = """
SELECT 1 FROM addresses AS here WHERE capture_id = ? AND post_url IS NOT NULL AND (shows IS NULL
  OR (shows <> address AND EXISTS (SELECT 1 FROM addresses AS before
    WHERE before.address = here.address AND before.shows = here.address AND before.post_url = here.post_url)
  AND EXISTS (SELECT 1 FROM addresses AS there
    WHERE there.address = here.shows AND there.shows = here.shows AND there.post_url = here.post_url)))
"""
_RESIDENT_AT = """
SELECT post_url FROM addresses JOIN captures ON captures.id = capture_id
WHERE address = :address AND post_url IS NOT NULL
ORDER BY captured_at > :at, CASE WHEN captured_at > :at THEN captured_at END, captured_at DESC, record_sha256 LIMIT 1
"""
_IS_ALIAS = """
SELECT 1 FROM addresses AS own WHERE NOT EXISTS (SELECT 1 FROM addresses WHERE address = ? AND shows = ?)
  AND own.address = ? AND own.shows = own.address LIMIT 1
"""


def of_capture(capture: Capture) -> str:
    """The address that a capture answers for."""
    return urls.canonical(capture.url) or capture.url


def post_of(capture: Capture, reading: Reading | None) -> str | None:
    """The post that a capture shows; None: it shows none."""
    if reading is None or decide.observe(capture, 0, ("", "", "", "", ""), reading).reading is None:
        return None
    address, said = of_capture(capture), urls.canonical(reading.url or "")
    # What a page calls itself is hostile input: it may name another post of its own site, nothing else.
    if said and urls.is_post(said) and urls.same_site(said, capture.url):
        return said
    return address


def write(db: sqlite3.Connection, capture_id: int, address: str, shows: str | None) -> None:
    """Note that a capture answers for *address* and shows the post *shows*, to which it belongs until that moves."""
    db.execute(
        "INSERT INTO addresses (capture_id, address, post_url, shows) VALUES (?, ?, ?, ?)",
        (capture_id, address, shows, shows),
    )


def belongs_to(db: sqlite3.Connection, capture_id: int) -> str | None:
    """The post that a capture shows, or to which it is the way (see `moves`); None: it is one of its address."""
    return single.text(db, "SELECT post_url FROM addresses WHERE capture_id = ?", (capture_id,))


def says_moved(db: sqlite3.Connection, capture_id: int) -> bool:
    """Whether a capture says that its post is no longer at its address: a permanent redirect to where the post is now
    (see `moves`), or a page that calls itself otherwise than it did before.
    """
    return single.is_there(db, _SAYS_MOVED, (capture_id,))


def is_alias(db: sqlite3.Connection, address: str) -> bool:
    """Whether *address* never was that of the post which is known by it, and the post was seen at its own."""
    return single.is_there(db, _IS_ALIAS, (address, address, owner(db, address)))


def owner(db: sqlite3.Connection, address: str) -> str | None:
    """The post that captures of *address* which show none belong to; None: no post was ever read there."""
    (own,) = db.execute("SELECT EXISTS (SELECT 1 FROM addresses WHERE post_url = ?)", (address,)).fetchone()
    if own:
        return address
    return single.text(db, "SELECT min(post_url) FROM addresses WHERE address = ?", (address,))


def residents(db: sqlite3.Connection, address: str) -> list[str]:
    """The posts that were seen at *address*: several where one moved away and another came."""
    found = db.execute("SELECT DISTINCT post_url FROM addresses WHERE address = ? AND post_url IS NOT NULL", (address,))
    return [url for (url,) in found]


def owner_at(db: sqlite3.Connection, address: str, at: str) -> str | None:
    """The post that *address* was of at an instant: where several were seen there, the last one until then, else the
    first; None: no post was ever read there.
    """
    if len(residents(db, address)) < 2:
        return owner(db, address)
    return single.text(db, _RESIDENT_AT, {"address": address, "at": at})


def owned_by(db: sqlite3.Connection, address: str, url: str) -> Callable[[str], bool]:
    """Whether *address* was of the post *url* at an instant: as `owner_at`, for many instants."""
    if len(residents(db, address)) < 2:
        owned = owner(db, address) == url
        return lambda _: owned
    return lambda at: owner_at(db, address, at) == url


def ever_known_by(db: sqlite3.Connection, url: str) -> list[str]:
    """The addresses at which the post *url* was seen: its own first, then others, sorted."""
    rows = db.execute("SELECT DISTINCT address FROM addresses WHERE post_url = ? ORDER BY address", (url,)).fetchall()
    return [url, *(address for (address,) in rows if address != url)]


def known_by(db: sqlite3.Connection, url: str) -> list[str]:
    """The addresses whose bare captures belong to the post *url*: its own first, then others, sorted."""
    own, *others = ever_known_by(db, url)
    return [own, *(address for address in others if owner(db, address) == url)]


def members(db: sqlite3.Connection, url: str) -> list[int]:
    """Ids of all captures of the post *url*, in no order."""
    found = db.execute("SELECT capture_id FROM addresses WHERE post_url = ?", (url,)).fetchall()
    for address in known_by(db, url):
        found += bare(db, address)
    return [number for (number,) in found]


def bare(db: sqlite3.Connection, address: str) -> list[tuple[int]]:
    """Ids of the captures of *address* that show no post."""
    return db.execute("SELECT capture_id FROM addresses WHERE address = ? AND post_url IS NULL", (address,)).fetchall()
