"""Taking a post out of everything that can be read, while the proof stays that it was there.

What stays of its captures: address, time, digests, heads. Its bodies become rows without data; what repeats its words
elsewhere is replaced by copies without them; all that is derived is made anew. `withdrawals` says so, and what it says
holds for all that comes later, too: no capture of a withdrawn address is read, no body of it is kept.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scraper import sites, urls
from scraper.records import Capture, Reading
from scraper.store import addresses, masking, slugs
from scraper.store.evidence import Evidence
from scraper.vocabulary import Codec


class WithdrawalKind(StrEnum):
    """What a row of `withdrawals` took out (`kind` of its JSON)."""

    POST = "post"
    #: Single captures, or a post's pictures.
    CAPTURE = "capture"
    #: Nothing: the post is only not shown.
    HIDDEN = "hidden"
    #: A later capture that brought withdrawn words back.
    INCOMING = "incoming"


@dataclass(frozen=True, slots=True)
class Rules:
    """What no later capture may bring back."""

    addresses: frozenset[str] = frozenset()
    #: Digests of runs of words that are masked wherever they stand.
    runs: frozenset[bytes] = frozenset()
    #: `record_sha256` of single captures that are withdrawn.
    records: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.addresses or self.runs or self.records)

    def covers(self, capture: Capture, reading: Reading | None) -> bool:
        """Whether a capture is of a withdrawn post: by its own address, or by the one that its page names."""
        if not self.addresses:
            return False
        return bool({addresses.of_capture(capture), addresses.post_of(capture, reading)} & self.addresses)


def rules(db: sqlite3.Connection) -> Rules:
    """What was withdrawn so far."""
    named: set[str] = set()
    runs: set[bytes] = set()
    records: set[str] = set()
    for url, record, what in db.execute("SELECT url, record_sha256, withdrawn FROM withdrawals"):
        told = json.loads(what)
        runs |= masking.unpacked(told.get("runs", ""))
        if url is not None:
            named.add(url)
        elif told.get("kind") == WithdrawalKind.CAPTURE:
            records.add(record)
    return Rules(frozenset(named), frozenset(runs), frozenset(records))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a withdrawal would take out."""

    url: str
    #: All addresses at which the post was captured; empty: single captures are withdrawn, not a post.
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
    problems: tuple[int, ...] = field(default=())


def plan(db: sqlite3.Connection, evidence: Evidence, url: str, *, pictures: bool = False) -> Plan | None:
    """What withdrawing the post known by *url* would take out; None: no such post. *pictures*: its pictures only."""
    address = urls.canonical(url) or url
    post = addresses.owner(db, address)
    if post is None:
        return None
    files = _media(db, post, ("images",) if pictures else ("images", "files"))
    members = [] if pictures else addresses.members(db, post)
    captures = tuple(sorted({*members, *_captures_of(db, files)}))
    found = _own_bodies(db, captures)
    runs = frozenset() if pictures else _own_runs(db, post)
    named = () if pictures else tuple(sorted({post, *addresses.known_by(db, post), *_addresses(db, members), *files}))
    elsewhere = list(_elsewhere(db, evidence, runs, set(captures), set(found)))
    return Plan(
        url=post,
        addresses=named or tuple(sorted(files)),
        captures=captures,
        bodies=found,
        runs=runs,
        elsewhere=tuple(sorted({(where, at) for where, at, _ in elsewhere})),
        repeating=tuple(sorted({sha256 for _, _, sha256 in elsewhere})),
        heads=tuple(_heads(db, runs)),
        problems=tuple(_problems(db, runs)),
    )


def _addresses(db: sqlite3.Connection, captures: Iterable[int]) -> set[str]:
    asked = "SELECT address FROM addresses WHERE capture_id = ?"
    return {row[0] for number in captures for row in db.execute(asked, (number,))}


def _media(db: sqlite3.Connection, post: str, tables: tuple[str, ...]) -> set[str]:
    """Addresses of the pictures and files of a post that no other post shows."""
    asked = (
        "SELECT {0}.url FROM {0} JOIN posts ON posts.id = post_id WHERE posts.url = ? AND {0}.url IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM {0} AS o WHERE o.url = {0}.url AND o.post_id <> {0}.post_id)"
    )
    return {url for table in tables for (url,) in db.execute(asked.format(table), (post,))}


def _captures_of(db: sqlite3.Connection, named: set[str]) -> set[int]:
    asked = "SELECT id FROM captures WHERE url = ? AND kind IN ('file', 'image')"
    return {number for url in named for (number,) in db.execute(asked, (url,))}


def _own_bodies(db: sqlite3.Connection, captures: tuple[int, ...]) -> tuple[str, ...]:
    """Bodies of *captures* that no other capture has."""
    own = set(captures)
    found = set()
    for number in captures:
        (sha256,) = db.execute("SELECT body_sha256 FROM captures WHERE id = ?", (number,)).fetchone()
        users = {user for (user,) in db.execute("SELECT id FROM captures WHERE body_sha256 = ?", (sha256,))}
        if sha256 is not None and users <= own:
            found.add(sha256)
    return tuple(sorted(found))


#: All words of posts; ``{0}`` compares the post's address.
_TEXTS = (
    "SELECT revisions.title, revisions.body_text FROM revisions JOIN posts ON posts.id = post_id WHERE posts.url {0} ?",
    "SELECT title, body_text FROM posts WHERE url {0} ?",
    "SELECT title, excerpt FROM posts WHERE url {0} ?",
    "SELECT alt, caption FROM images JOIN posts ON posts.id = post_id WHERE posts.url {0} ?",
    "SELECT name, text FROM files JOIN posts ON posts.id = post_id WHERE posts.url {0} ?",
    "SELECT text, NULL FROM links JOIN posts ON posts.id = post_id WHERE posts.url {0} ?",
)


def _own_runs(db: sqlite3.Connection, post: str) -> frozenset[bytes]:
    """Runs of the post's words that stand in no other post."""
    return _runs_of(db, "=", post) - _runs_of(db, "<>", post)


def _runs_of(db: sqlite3.Connection, which: str, post: str) -> frozenset[bytes]:
    found: set[bytes] = set()
    for asked in _TEXTS:
        for row in db.execute(asked.format(which), (post,)):
            found |= masking.runs(" ".join(filter(None, row)))
    return frozenset(found)


def _elsewhere(
    db: sqlite3.Connection, evidence: Evidence, runs: frozenset[bytes], captures: set[int], bodies: set[str]
) -> Iterator[tuple[str, str, str]]:
    """Address, time and body digest of captures elsewhere that repeat the runs."""
    if not runs:
        return
    asked = "SELECT DISTINCT body_sha256 FROM captures WHERE body_sha256 IS NOT NULL"
    for (sha256,) in db.execute(asked).fetchall():
        body = None if sha256 in bodies else evidence.readable(sha256)
        if body is None:
            continue
        texts = db.execute("SELECT text FROM files WHERE sha256 = ? AND text IS NOT NULL", (sha256,)).fetchall()
        if masking.holds(body, runs) or any(masking.runs(text) & runs for (text,) in texts):
            rows = db.execute("SELECT id, url, captured_at FROM captures WHERE body_sha256 = ?", (sha256,)).fetchall()
            yield from ((url, at, sha256) for number, url, at in rows if number not in captures)


def _heads(db: sqlite3.Connection, runs: frozenset[bytes]) -> Iterator[int]:
    if runs:
        for number, *heads in db.execute("SELECT id, request_head, head FROM captures"):
            if any(head and masking.holds(head, runs) for head in heads):
                yield number


def _problems(db: sqlite3.Connection, runs: frozenset[bytes]) -> Iterator[int]:
    for number, message in db.execute("SELECT id, message FROM problems"):
        if masking.runs(message) & runs:
            yield number


def apply(
    db: sqlite3.Connection, evidence: Evidence, chosen: Plan, *, at: str, reason: str, by: str, crawl_id: int | None,
    everywhere: bool, hide: bool, whole: bool = True,
) -> None:  # fmt: skip
    """Take out what *chosen* names; the derived tables are the caller's to make anew. One transaction, the caller's.

    *everywhere*: mask its words in all other places, and in all that comes later. *hide*: only let nothing of it be
    shown. *whole*: the post; else single captures, or its pictures.
    """
    kind = WithdrawalKind.POST if whole else WithdrawalKind.CAPTURE
    told: dict[str, Any] = {"kind": WithdrawalKind.HIDDEN if hide else kind}
    if not hide:
        told |= {"bodies": list(chosen.bodies), "records": _records(db, chosen.captures)}
        for sha256 in chosen.bodies:
            evidence.strip(sha256)
        db.executemany("DELETE FROM problems WHERE id = ?", ((number,) for number in chosen.problems))
    if everywhere and not hide:
        told |= {"runs": masking.packed(chosen.runs), "masked": list(chosen.repeating)}
        for sha256 in chosen.repeating:
            _mask(db, evidence, sha256, chosen.runs)
        told["stripped"] = _records(db, chosen.heads)
        for number in chosen.heads:
            db.execute("UPDATE captures SET request_head = NULL, head = NULL WHERE id = ?", (number,))
    row = (at, reason, by, json.dumps(told, sort_keys=True), crawl_id)
    insert = "INSERT INTO withdrawals ({0}, at, reason, by, withdrawn, crawl_id) VALUES (?, ?, ?, ?, ?, ?)"
    if not whole:
        for record in _records(db, chosen.captures):
            db.execute(insert.format("record_sha256"), (record, *row))
        return
    for number, address in enumerate((chosen.url, *(one for one in chosen.addresses if one != chosen.url))):
        also = row if number == 0 else (at, reason, by, json.dumps({"kind": told["kind"], "of": chosen.url}), crawl_id)
        db.execute(insert.format("url"), (address, *also))
        db.execute(
            "UPDATE known_urls SET state = 'withdrawn', evidence = ? WHERE url = ?",
            (f"on {at[:10]}: {reason}", address),
        )


def _records(db: sqlite3.Connection, captures: Iterable[int]) -> list[str]:
    asked = "SELECT record_sha256 FROM captures WHERE id = ?"
    return sorted(db.execute(asked, (number,)).fetchone()[0] for number in captures)


def _mask(db: sqlite3.Connection, evidence: Evidence, sha256: str, runs: frozenset[bytes]) -> None:
    """Put a copy without the runs in the place of a body, or of the copy that stands in its place already."""
    body = evidence.readable(sha256) or b""
    number = db.execute("SELECT min(id) FROM captures WHERE body_sha256 = ?", (sha256,)).fetchone()[0]
    capture, _ = evidence.capture(number)
    (length,) = db.execute("SELECT length FROM bodies WHERE sha256 = ?", (sha256,)).fetchone()
    evidence.strip(sha256)
    clean = masking.masked(body, runs)
    told = db.execute("SELECT 1 FROM files WHERE sha256 = ? AND text IS NOT NULL", (sha256,)).fetchone()
    evidence.withhold(capture, sha256, length, clean if clean is not None and not told and clean != body else b"")


def note_incoming(db: sqlite3.Connection, record: str, sha256: str, at: str, crawl_id: int | None) -> None:
    """Say of a capture that came after a withdrawal that its body was not kept as it came."""
    told = json.dumps({"kind": WithdrawalKind.INCOMING, "bodies": [sha256]})
    db.execute(
        "INSERT INTO withdrawals (record_sha256, at, reason, by, withdrawn, crawl_id) VALUES (?, ?, ?, ?, ?, ?)",
        (record, at, "it brought back what was withdrawn", "ushrn", told, crawl_id),
    )


def withheld_bodies(db: sqlite3.Connection) -> frozenset[str]:
    """Digests of the bodies that withdrawals say are not kept as they came."""
    found: set[str] = set()
    for (what,) in db.execute("SELECT withdrawn FROM withdrawals"):
        told = json.loads(what)
        found |= {*told.get("bodies", ()), *told.get("masked", ())}
    return frozenset(found)


def stripped_records(db: sqlite3.Connection) -> frozenset[str]:
    """`record_sha256` of the captures whose heads were taken out, so that it cannot be made again."""
    rows = db.execute("SELECT withdrawn FROM withdrawals").fetchall()
    return frozenset(record for (what,) in rows for record in json.loads(what).get("stripped", ()))


def withholds(db: sqlite3.Connection, sha256: str) -> bool:
    """Whether the body of that digest is not to be handed out: withdrawn itself, or of a withdrawn or hidden post."""
    named = rules(db).addresses
    pages = db.execute("SELECT DISTINCT url FROM captures WHERE body_sha256 = ?", (sha256,)).fetchall()
    codec = db.execute("SELECT codec FROM bodies WHERE sha256 = ?", (sha256,)).fetchone()
    return (codec is not None and codec[0] == Codec.WITHDRAWN) or any(
        (urls.canonical(url) or url) in named for (url,) in pages
    )


def make_public(db: sqlite3.Connection, evidence: Evidence) -> None:
    """Take out what is not for everybody: pages of hidden posts, problems, who decided, what runs were told."""
    hidden = (
        "SELECT DISTINCT body_sha256 FROM captures JOIN withdrawals ON withdrawals.url = captures.url"
        " WHERE json_extract(withdrawn, '$.kind') = 'hidden' AND body_sha256 IS NOT NULL"
    )
    for (sha256,) in db.execute(hidden).fetchall():
        evidence.strip(sha256)
    for statement in (
        "DELETE FROM problems",
        "UPDATE withdrawals SET by = NULL",
        "UPDATE decisions SET by = ''",
        "DELETE FROM meta WHERE key = 'timestamp_authorities'",
        "INSERT OR REPLACE INTO meta (key, value) VALUES ('public-copy', 'problems, notes and hidden posts left out')",
    ):
        db.execute(statement)


@dataclass(frozen=True, slots=True)
class Notice:
    """What everybody may know of a withdrawn post; not who decided it."""

    url: str
    at: str
    reason: str | None
    crawl_id: int
    #: Kept as evidence and shown nowhere, not erased.
    hidden: bool
    captures: int
    #: Times of the first and the last capture.
    first: str
    last: str
    #: Of the last capture that had a body.
    body_sha256: str | None

    @property
    def shown_address(self) -> str:
        """The address as far as it names no one: without its last part."""
        return self.url.rstrip("/").rpartition("/")[0] + "/…"


def listed(db: sqlite3.Connection) -> list[Notice]:
    """All withdrawn posts, newest first."""
    asked = "SELECT url, at, reason, crawl_id, withdrawn FROM withdrawals WHERE url IS NOT NULL ORDER BY id DESC"
    rows = [(*row, json.loads(what)) for *row, what in db.execute(asked)]
    return [_notice(db, url, at, reason, crawl, told) for url, at, reason, crawl, told in rows if "of" not in told]


def at_place(db: sqlite3.Connection, site: str, slug: str) -> Notice | None:
    """The withdrawn post whose page stood at that place; None: there is none."""
    found = (one for one in listed(db) if sites.site_for(one.url).id == site)
    return next((one for one in found if slugs.plain(one.url) == slug), None)


def _notice(
    db: sqlite3.Connection, url: str, at: str, reason: str | None, crawl_id: int | None, told: dict[str, Any]
) -> Notice:
    asked = "SELECT count(*), min(captured_at), max(captured_at) FROM captures WHERE url = ?"
    count, first, last = db.execute(asked, (url,)).fetchone()
    body = db.execute(
        "SELECT body_sha256 FROM captures WHERE url = ? AND body_sha256 IS NOT NULL ORDER BY captured_at DESC", (url,)
    ).fetchone()
    kept = body[0] if body else None
    return Notice(
        url, at, reason, crawl_id or 0, told["kind"] == WithdrawalKind.HIDDEN, count, first or at, last or at, kept
    )
