"""Every stored capture read again, every post folded anew: the derived tables as if all had come in today."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from scraper import schema
from scraper.records import Reading
from scraper.schema import Use
from scraper.store import addresses, aside, count_rows, known_urls, post_parts, problems, single, withdrawal_rules
from scraper.store.evidence import Evidence
from scraper.store.moves import Moves
from scraper.store.posts import PostRows, Read
from scraper.store.worklist import Worklist
from scraper.vocabulary import CaptureKind

#: Columns of `posts` whose change is told.
TOLD = schema.names("posts", Use.TOLD)

#: Captures that are handed to another process at a time: enough that a reference is decoded once for many.
_CHUNK = 32
#: Captures of these kinds hold nothing that is read into tables.
_UNREAD = frozenset({"robots", "sitemap", "file", "image", "style"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What is said differently about a post."""

    url: str
    #: A column of `posts`, ``events`` or a table of its parts; ``post`` when the whole post comes (before: None) or
    #: goes (after: None), else its title.
    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How much was read, and how many posts there are now, or say something else than before."""

    captures: int
    posts: int
    changed: int


#: Gives the readings of captures, by their ids in chunks, in the same order.
Ahead = Callable[[Iterable[list[int]]], AbstractContextManager[Iterator[list[Reading | None]]]]


def read_chunk(read: Read, db: sqlite3.Connection, numbers: list[int]) -> list[Reading | None]:
    """What *read* gives for the captures of these ids, but for those without a body of their own."""
    evidence = Evidence(db)
    captures = (evidence.capture(number)[0] for number in numbers)
    return [None if capture.body is None else read(capture) for capture in captures]


def rebuild(
    db: sqlite3.Connection,
    evidence: Evidence,
    posts: PostRows,
    changed: Callable[[FieldChange], None],
    progress: Callable[[int, int], None],
    ahead: Ahead | None = None,
) -> Rebuilt:
    """Make all derived tables anew, telling *changed* of each difference. The transaction is the caller's.

    *ahead* reads the captures, in processes of its own; None: they are read here, one after the other.
    """
    return _Rebuilding(db, evidence, posts, changed, progress).run(ahead)


class _Rebuilding:
    """One rebuild: address by address, so that the readings of one post are at hand when it is folded."""

    def __init__(
        self,
        db: sqlite3.Connection,
        evidence: Evidence,
        posts: PostRows,
        changed: Callable[[FieldChange], None],
        progress: Callable[[int, int], None],
    ) -> None:
        self._db = db
        self._evidence = evidence
        self._posts = posts
        self._changed = changed
        self._progress = progress
        self._withdrawn = withdrawal_rules.WithdrawalRules()
        self._work = Worklist(db)

    def run(self, ahead: Ahead | None) -> Rebuilt:
        """Wipe, read, fold."""
        db, work = self._db, self._work
        work.begin()
        moves = Moves(db, self._posts)
        work.put_off_scattered()
        work.put_off(moves.concerned())
        for table in ("addresses", "listed_counts", "post_captures"):
            db.execute(f"DELETE FROM {table}")
        db.execute("DELETE FROM problems WHERE stage IN ('extract', 'decide')")
        self._withdrawn = withdrawal_rules.rules(db)
        work.add_captures(self._to_read())
        if ahead is None:
            self._read_all(None)
        else:
            with ahead(work.chunks(_CHUNK)) as answers:
                self._read_all(reading for answer in answers for reading in answer)
        work.put_off_rest()
        work.put_off(moves.settle_all())
        for url in work.posts():
            self._fold(url)
        self._finish()
        posts = single.count(db, "SELECT count(*) FROM posts")
        rebuilt = Rebuilt(work.count_captures(), posts, work.count_differing())
        work.end()
        return rebuilt

    def _read_all(self, readings: Iterator[Reading | None] | None) -> None:
        """Read all captures, and fold what was read at one address only; *readings*: made elsewhere, in this order."""
        total, done = self._work.count_captures(), 0
        for address, numbers in self._work.captures():
            shown = set()
            for number in numbers:
                shown |= self._read(address, number, readings)
                done += 1
                self._progress(done, total)
            for url in sorted(shown):
                if not self._work.is_put_off(url):
                    self._fold(url)

    def _to_read(self) -> Iterator[tuple[int, str, bool]]:
        """All captures that are read, oldest first: id, address, and whether it is a list, as those go first."""
        left_out = self._withdrawn.records | aside.records(self._db)
        for capture, kept in self._evidence.captures(_IN_ORDER, with_bodies=False):
            gone = kept.record_sha256 in left_out or self._withdrawn.covers(capture, None)
            if capture.kind not in _UNREAD and not gone:
                lists = capture.kind == CaptureKind.LIST or capture.kind in addresses.NOT_PAGES
                yield kept.id, addresses.of_capture(capture), lists

    def _read(self, address: str, number: int, readings: Iterator[Reading | None] | None) -> set[str]:
        """Read one capture again; the post that it shows, if it shows one."""
        (found,) = self._evidence.captures("WHERE id = ?", (number,), with_bodies=readings is None)
        capture, kept = found
        made = next(readings) if readings is not None else None
        confirms = capture.not_modified_of is not None
        reading = self._posts.reading_of(capture) if readings is None or confirms else made
        self._posts.remember(number, reading)
        if self._withdrawn.covers(capture, reading):
            return set()
        if reading is not None and capture.not_modified_of is None:
            count_rows.note_listed(self._db, number, reading)
        if capture.kind in addresses.NOT_PAGES:
            problems.after_reading(self._db, capture, capture.url, reading, good=reading is not None)
            return set()
        shown = addresses.post_of(capture, reading)
        addresses.write(self._db, kept.id, address, shown)
        problems.after_reading(self._db, capture, shown or capture.url, reading, good=shown is not None)
        return set() if shown is None else {shown}

    def _fold(self, url: str) -> None:
        """Fold one post and tell what is different."""
        before = _told(self._db, url)
        self._posts.refold(url)
        after = _told(self._db, url)
        for change in _compared(url, before, after):
            self._work.note_differing(url)
            self._changed(change)

    def _finish(self) -> None:
        """What depends on all posts: texts of files, states of addresses, problems of the newest pages."""
        for (url,) in self._db.execute("SELECT DISTINCT url FROM files WHERE url IS NOT NULL").fetchall():
            self._posts.attach(url)
        post_parts.drop_unused(self._db)
        known_urls.forget_unseen(self._db)
        for address, number in self._work.newest():
            self._learn(address, number)

    def _learn(self, address: str, number: int) -> None:
        """Note what the newest capture of an address says of it, and what went wrong there."""
        capture, kept = next(self._evidence.captures("WHERE id = ?", (number,), with_bodies=False))
        if capture.kind in addresses.NOT_PAGES:
            return
        had = known_urls.mark_archived(self._db, address, self._posts.site_of(address), capture.captured_at)
        if not had:
            reading = self._posts.reading(number)
            seen = self._posts.observe(capture, kept, reading)
            known_urls.update_from_capture(self._db, capture, address, reading, seen, fresh=False)
        worse = self._db.execute(_WORSE, (number,)).fetchone()
        if worse is not None:
            problems.worse(self._db, capture, *worse)


#: As `decide.order` has it.
_IN_ORDER = "ORDER BY captured_at, source, ifnull(body_sha256, ''), url, record_sha256"


_WORSE = """
SELECT posts.url, reason FROM post_captures JOIN posts ON posts.id = post_id
WHERE post_captures.capture_id = ? AND verdict = 'worse'
"""

_PARTS = "SELECT {} FROM {} WHERE post_id = ? ORDER BY position"
_LISTS = {
    "categories": _PARTS.format("name", "post_categories JOIN categories ON id = category_id"),
    "tags": _PARTS.format("name", "post_tags JOIN tags ON id = tag_id"),
    "links": _PARTS.format("url", "links"),
    "images": _PARTS.format("url", "images"),
    "videos": _PARTS.format("url", "videos"),
    "files": _PARTS.format("ifnull(url, name)", "files"),
    "revision": "SELECT revision FROM citations WHERE post_id = ?",
    "events": "SELECT kind || ' ' || at FROM events WHERE post_id = ? ORDER BY at, kind",
}


def _told(db: sqlite3.Connection, url: str) -> dict[str, object] | None:
    """What is said of a post, by field; None: it is not there."""
    row = db.execute(f"SELECT id, {', '.join(TOLD)} FROM posts WHERE url = ?", (url,)).fetchone()
    if row is None:
        return None
    told: dict[str, object] = dict(zip(TOLD, row[1:], strict=True))
    for name, asked in _LISTS.items():
        told[name] = tuple(value for (value,) in db.execute(asked, (row[0],)))
    return told


def _compared(url: str, before: dict[str, object] | None, after: dict[str, object] | None) -> Iterator[FieldChange]:
    if before is None or after is None:
        if before is not after:
            yield FieldChange(url, "post", before and before["title"], after and after["title"])
        return
    for name, value in after.items():
        if value != before[name]:
            yield FieldChange(url, name, before[name], value)
