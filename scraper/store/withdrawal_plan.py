"""What a withdrawal would take out, and where else its words stand. Only reads."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from scraper import decide, urls
from scraper.records import Reading
from scraper.store import addresses, masking
from scraper.store.evidence import Evidence
from scraper.store.posts import PostRows
from scraper.store.withdrawal_rules import rules
from scraper.vocabulary import CaptureKind
from scraper.wix_media import picture_name


class Extent(StrEnum):
    """How much of what is known by an address is withdrawn."""

    POST = "post"
    PICTURES = "pictures"
    #: One version of the post, with all captures that show it.
    REVISION = "revision"
    #: One capture, of whatever address.
    CAPTURE = "capture"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPlan:
    """What a withdrawal would take out."""

    #: Address of the post; of a capture that belongs to none, its own.
    url: str
    extent: Extent
    #: What is never kept again: addresses at which the post was captured, names of its pictures and files. Of a
    #: revision or a capture: the addresses whose pages may not repeat it.
    addresses: tuple[str, ...]
    #: Ids of the captures whose bodies go.
    captures: tuple[int, ...]
    #: Digests of the bodies that go.
    bodies: tuple[str, ...]
    runs: frozenset[bytes]
    #: Captures elsewhere that repeat eight or more of its words in a row: address and time.
    elsewhere: tuple[tuple[str, str], ...] = ()
    #: Digests of the bodies of these.
    repeating: tuple[str, ...] = ()
    #: Ids of captures whose heads repeat them.
    heads: tuple[int, ...] = ()


def plan(
    db: sqlite3.Connection,
    evidence: Evidence,
    posts: PostRows,
    url: str,
    extent: Extent = Extent.POST,
    digest: str = "",
) -> WithdrawalPlan | None:
    """What withdrawing would take out of what is known by *url*; None: nothing like it is here.

    *digest* begins the `record_sha256` of the capture, or of the first capture of the revision, that is meant.
    """
    found = _Finding(db, evidence, posts, urls.canonical(url) or url)
    match extent:
        case Extent.POST:
            return found.whole()
        case Extent.PICTURES:
            return found.pictures()
        case Extent.REVISION:
            return found.revision(digest)
        case Extent.CAPTURE:
            return found.capture(digest)


class _Finding:
    """Finds what there is of one address."""

    def __init__(self, db: sqlite3.Connection, evidence: Evidence, posts: PostRows, address: str) -> None:
        self._db = db
        self._evidence = evidence
        self._posts = posts
        self._address = address
        self._post = addresses.owner(db, address)

    def whole(self) -> WithdrawalPlan | None:
        """The post with its pictures and files."""
        members = self._members()
        if not members:
            return None
        post = self._post or self._address
        media = self._own_pictures(members) | self._own_files()
        own = {post, *addresses.known_by(self._db, post), *self._addresses(members), *media}
        captures = {*members, *self._captures_of(media)}
        runs = self._said(members) | _told(self._db, "=", post)
        return self._plan(post, Extent.POST, own, captures, runs - _told(self._db, "<>", post))

    def pictures(self) -> WithdrawalPlan | None:
        """The pictures of the post that no other post shows."""
        if self._post is None:
            return None
        names = self._own_pictures(addresses.members(self._db, self._post))
        return self._plan(self._post, Extent.PICTURES, names, self._captures_of(names), frozenset())

    def revision(self, digest: str) -> WithdrawalPlan | None:
        """All captures of the post that show the version which begins with the capture of that digest."""
        if self._post is None:
            return None
        _, steps = decide.fold(self._posts.observations(self._post))
        shown = [(seen.capture_id, after.content_sha256) for seen, after, _ in steps if seen.reading is not None]
        first = self._numbered(digest) & {number for number, _ in shown}
        contents = {content for number, content in shown if number in first}
        return self._part(Extent.REVISION, {number for number, content in shown if content in contents})

    def capture(self, digest: str) -> WithdrawalPlan | None:
        """One capture of the address, with those that only confirm it."""
        own = set(addresses.members(self._db, self._post)) if self._post else set()
        meant = {number for number in self._numbered(digest) if number in own or self._is_at_address(number)}
        asked = "SELECT id FROM captures WHERE not_modified_of = ?"
        return self._part(Extent.CAPTURE, meant | {one for at in meant for (one,) in self._db.execute(asked, (at,))})

    def _part(self, extent: Extent, captures: set[int]) -> WithdrawalPlan | None:
        """A plan for single captures: what neither other posts nor the rest of this one say."""
        if not captures:
            return None
        members = set(addresses.members(self._db, self._post)) if self._post else set()
        post = self._post or self._address
        runs = self._said(captures) - self._said(members - captures) - _told(self._db, "<>", post)
        return self._plan(post, extent, {post, *self._addresses(captures)}, captures, runs)

    def _plan(
        self, post: str, extent: Extent, named: set[str], captures: set[int], runs: frozenset[bytes]
    ) -> WithdrawalPlan:
        bodies = self._own_bodies(captures)
        elsewhere = list(self._elsewhere(runs, captures, bodies))
        return WithdrawalPlan(
            url=post,
            extent=extent,
            addresses=tuple(sorted(named)),
            captures=tuple(sorted(captures)),
            bodies=tuple(sorted(bodies)),
            runs=runs,
            elsewhere=tuple(sorted({(where, at) for where, at, _ in elsewhere})),
            repeating=tuple(sorted({sha256 for _, _, sha256 in elsewhere})),
            heads=tuple(self._heads(runs)),
        )

    # What belongs to it ------------------------------------------------------------------------------------------

    def _members(self) -> set[int]:
        """Ids of the captures of the post; of a hidden one, which has no row, those that hiding it named."""
        if self._post is not None:
            return set(addresses.members(self._db, self._post))
        if self._address not in rules(self._db).hidden:
            return set()
        asked = "SELECT withdrawn FROM withdrawals WHERE url = ?"
        told = [json.loads(what) for (what,) in self._db.execute(asked, (self._address,))]
        hidden = {record for one in told for record in one.get("records", ())}
        found = {number for record in hidden for number in self._numbered(record)}
        return found | {number for (number,) in self._db.execute(_AT, (self._address,))}

    def _numbered(self, digest: str) -> set[int]:
        asked = "SELECT id FROM captures WHERE record_sha256 >= ? AND record_sha256 < ? || 'g'"
        if not digest:
            return set()
        return {number for (number,) in self._db.execute(asked, (digest, digest))}

    def _is_at_address(self, number: int) -> bool:
        (url,) = self._db.execute("SELECT url FROM captures WHERE id = ?", (number,)).fetchone()
        return (urls.canonical(url) or url) == self._address

    def _addresses(self, captures: Iterable[int]) -> set[str]:
        asked = "SELECT address FROM addresses WHERE capture_id = ?"
        return {row[0] for number in captures for row in self._db.execute(asked, (number,))}

    def _own_pictures(self, members: Iterable[int]) -> set[str]:
        """Names of the pictures that the post shows, or showed, and no other post does."""
        own = {picture_name(url) for number in members for url in _pictures(self._posts.reading(number))}
        other = self._db.execute(_OTHER_PICTURES, (self._post, self._post)).fetchall()
        return own - {picture_name(url) for (url,) in other}

    def _own_files(self) -> set[str]:
        """Addresses of the files that the post offers and no other does."""
        return {url for (url,) in self._db.execute(_OWN_FILES, (self._post,))}

    def _captures_of(self, media: set[str]) -> set[int]:
        rows = self._db.execute("SELECT id, url, kind FROM captures WHERE kind IN ('file', 'image')")
        return {
            number for number, url, kind in rows if (picture_name(url) if kind == CaptureKind.IMAGE else url) in media
        }

    def _own_bodies(self, captures: set[int]) -> set[str]:
        """Bodies of *captures* that no other capture has."""
        found = set()
        for number in captures:
            (sha256,) = self._db.execute("SELECT body_sha256 FROM captures WHERE id = ?", (number,)).fetchone()
            users = {user for (user,) in self._db.execute("SELECT id FROM captures WHERE body_sha256 = ?", (sha256,))}
            if sha256 is not None and users <= captures:
                found.add(sha256)
        return found

    # Its words ---------------------------------------------------------------------------------------------------

    def _said(self, captures: Iterable[int]) -> frozenset[bytes]:
        """Runs of the words that are read from *captures*."""
        return frozenset().union(*(masking.runs(text) for at in captures for text in _texts(self._posts.reading(at))))

    def _elsewhere(
        self, runs: frozenset[bytes], captures: set[int], bodies: set[str]
    ) -> Iterator[tuple[str, str, str]]:
        """Address, time and body digest of captures elsewhere that repeat the runs."""
        if not runs:
            return
        for number, sha256, media_type, kind in self._db.execute(_BODIES).fetchall():
            body = None if sha256 in bodies else self._evidence.readable(sha256)
            if body is None:
                continue
            in_file = kind == CaptureKind.FILE and self._in_file(number, sha256) & runs
            if in_file or masking.holds(body, runs, media_type):
                rows = self._db.execute("SELECT id, url, captured_at FROM captures WHERE body_sha256 = ?", (sha256,))
                yield from ((url, at, sha256) for one, url, at in rows.fetchall() if one not in captures)

    def _in_file(self, number: int, sha256: str) -> frozenset[bytes]:
        """Runs of the words of a file: as the tables have them, else as they are read."""
        known = self._db.execute("SELECT text FROM files WHERE sha256 = ? AND text IS NOT NULL", (sha256,)).fetchone()
        if known:
            return masking.runs(known[0])
        return self._said((number,))

    def _heads(self, runs: frozenset[bytes]) -> Iterator[int]:
        if runs:
            for number, *heads in self._db.execute("SELECT id, request_head, head FROM captures"):
                if any(head and masking.holds(head, runs) for head in heads):
                    yield number


_AT = "SELECT capture_id FROM addresses WHERE address = ?"
_BODIES = "SELECT min(id), body_sha256, media_type, kind FROM captures WHERE body_sha256 IS NOT NULL GROUP BY 2"
_OTHER_PICTURES = """
SELECT images.url FROM images JOIN posts ON posts.id = post_id WHERE posts.url IS NOT ?
UNION SELECT cover_image FROM posts WHERE cover_image IS NOT NULL AND url IS NOT ?
"""
_OWN_FILES = """
SELECT files.url FROM files JOIN posts ON posts.id = post_id WHERE posts.url = ? AND files.url IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM files AS o WHERE o.url = files.url AND o.post_id <> files.post_id)
"""
#: All words of posts; ``{0}`` compares the post's address.
_TEXTS = (
    "SELECT revisions.title, revisions.body_text FROM revisions JOIN posts ON posts.id = post_id WHERE posts.url {0} ?",
    "SELECT title, body_text FROM posts WHERE url {0} ?",
    "SELECT title, excerpt FROM posts WHERE url {0} ?",
    "SELECT alt, caption FROM images JOIN posts ON posts.id = post_id WHERE posts.url {0} ?",
    "SELECT name, text FROM files JOIN posts ON posts.id = post_id WHERE posts.url {0} ?",
    "SELECT text, NULL FROM links JOIN posts ON posts.id = post_id WHERE posts.url {0} ?",
)


def _told(db: sqlite3.Connection, which: str, post: str) -> frozenset[bytes]:
    """Runs of the words that the tables hold of a post (``=``), or of all others (``<>``)."""
    found: set[bytes] = set()
    for asked in _TEXTS:
        for row in db.execute(asked.format(which), (post,)):
            found |= masking.runs(" ".join(filter(None, row)))
    return frozenset(found)


def _texts(reading: Reading | None) -> Iterator[str]:
    """All words that are read from a page."""
    if reading is not None:
        yield " ".join(filter(None, (reading.title, reading.body_text)))
        yield " ".join(filter(None, (reading.title, reading.excerpt)))
        yield from (" ".join(filter(None, (image.alt, image.caption))) for image in reading.images)
        yield from (link.text for link in reading.links)
        yield from (file.name or "" for file in reading.files)


def _pictures(reading: Reading | None) -> Iterator[str]:
    if reading is not None:
        yield from (image.url for image in reading.images)
        yield from filter(None, (reading.cover_image,))
