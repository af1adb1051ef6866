"""What was withdrawn so far, and what therefore no later capture may bring back. Only reads, but for one note."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from scraper import urls
from scraper.records import Capture, Reading, Whole
from scraper.store import addresses, masking
from scraper.vocabulary import CaptureKind, Codec, WithdrawalKind
from scraper.wix_media import picture_name

#: Kinds that name single captures, which are read no more.
SINGLE = frozenset({WithdrawalKind.REVISION, WithdrawalKind.CAPTURE})


@dataclass(frozen=True, slots=True)
class WithdrawalRules:
    """What no later capture may bring back."""

    #: Addresses of posts, and names of pictures, of which nothing is kept.
    addresses: frozenset[str] = frozenset()
    #: Addresses of posts that are kept and not shown.
    hidden: frozenset[str] = frozenset()
    #: Digests of runs of words that are masked wherever they stand.
    runs: frozenset[bytes] = frozenset()
    #: The same of single versions: by the addresses whose pages may not say them again.
    at_address: Mapping[str, frozenset[bytes]] = field(default_factory=lambda: MappingProxyType({}))
    #: `record_sha256` of single captures that are not read.
    records: frozenset[str] = frozenset()
    #: The same of the captures that a hidden post had when it was hidden.
    hidden_records: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.addresses or self.hidden or self.runs or self.at_address or self.records)

    def erases(self, capture: Capture, reading: Reading | None) -> bool:
        """Whether a capture is of what was withdrawn: by its own address, or by the one that its page names."""
        return bool(self.addresses) and not self.addresses.isdisjoint(_addresses(capture, reading))

    def covers(self, capture: Capture, reading: Reading | None) -> bool:
        """Whether a capture is of a withdrawn or hidden post: nothing is read from it."""
        if not (self.addresses or self.hidden):
            return False
        found = _addresses(capture, reading)
        return not (self.addresses.isdisjoint(found) and self.hidden.isdisjoint(found))

    def repeats(self, capture: Capture) -> bool:
        """Whether a page says again what only a withdrawn version of it said."""
        runs = self.at_address.get(addresses.of_capture(capture))
        return bool(runs) and masking.holds(capture.payload, runs or frozenset(), capture.media_type)


def _addresses(capture: Capture, reading: Reading | None) -> set[str | None]:
    found = {addresses.of_capture(capture), addresses.post_of(capture, reading)}
    if capture.kind == CaptureKind.IMAGE:
        return found | {picture_name(capture.url)}
    return found


def rules(db: sqlite3.Connection) -> WithdrawalRules:
    """What was withdrawn so far."""
    named: set[str] = set()
    hidden: set[str] = set()
    runs: set[bytes] = set()
    records: set[str] = set()
    kept_back: set[str] = set()
    at_address: dict[str, frozenset[bytes]] = defaultdict(frozenset)
    for url, record, what in db.execute("SELECT url, record_sha256, withdrawn FROM withdrawals"):
        told = json.loads(what)
        runs |= masking.unpacked(told.get("runs", ""))
        for address in told.get("addresses", ()):
            at_address[address] |= masking.unpacked(told["own"])
        if told.get("kind") == WithdrawalKind.HIDDEN:
            hidden.add(url)
            kept_back.update(told.get("records", ()))
        elif url is not None:
            named.add(url)
        elif told.get("kind") in SINGLE or told.get("unread"):
            records.add(record)
    return WithdrawalRules(
        addresses=frozenset(named),
        hidden=frozenset(hidden - named),
        runs=frozenset(runs),
        at_address=at_address,
        records=frozenset(records),
        hidden_records=frozenset(kept_back),
    )


def note_incoming(
    db: sqlite3.Connection, record: str, sha256: str, at: str, crawl_id: int | None, *, unread: bool
) -> None:
    """Say of a capture that came after a withdrawal that its body was not kept as it came; *unread*: nor read."""
    told = json.dumps({"kind": WithdrawalKind.INCOMING, "bodies": [sha256], "unread": unread})
    db.execute(
        "INSERT INTO withdrawals (record_sha256, at, reason, by, withdrawn, crawl_id) VALUES (?, ?, ?, ?, ?, ?)",
        (record, at, "it brought back what was withdrawn", "ushrn", told, crawl_id),
    )


def note_less(db: sqlite3.Connection, whole: Whole, left: str, at: str, crawl_id: int | None) -> None:
    """Say of a capture that came without a part of it what its digests were; *left*: that of its row as it is now."""
    asked = f"SELECT sha256 FROM bodies WHERE sha256 = ? AND codec = '{Codec.WITHDRAWN}'"
    masked = [sha256 for (sha256,) in db.execute(asked, (whole.body_sha256,))]
    told = {"kind": WithdrawalKind.INCOMING, "masked": masked, "stripped": {whole.record_sha256: left}}
    said = json.dumps(told, sort_keys=True)
    db.execute(
        "INSERT INTO withdrawals (record_sha256, at, reason, by, withdrawn, crawl_id) VALUES (?, ?, ?, ?, ?, ?)",
        (whole.record_sha256, at, "a part of it was left out of what it came from", "ushrn", said, crawl_id),
    )


def withheld_bodies(db: sqlite3.Connection) -> frozenset[str]:
    """Digests of the bodies that withdrawals say are not kept as they came."""
    found: set[str] = set()
    for (what,) in db.execute("SELECT withdrawn FROM withdrawals"):
        told = json.loads(what)
        found |= {*told.get("bodies", ()), *told.get("masked", ())}
    return frozenset(found)


def stripped_records(db: sqlite3.Connection) -> dict[str, str]:
    """Of captures whose heads were taken out: `record_sha256`, which cannot be made again, and that of what is left."""
    rows = db.execute("SELECT withdrawn FROM withdrawals").fetchall()
    return {record: left for (what,) in rows for record, left in json.loads(what).get("stripped", {}).items()}


def withholds(db: sqlite3.Connection, sha256: str) -> bool:
    """Whether the body of that digest is not to be handed out: withdrawn itself, or of a withdrawn or hidden post."""
    codec = db.execute("SELECT codec FROM bodies WHERE sha256 = ?", (sha256,)).fetchone()
    if codec is not None and codec[0] == Codec.WITHDRAWN:
        return True
    pages = db.execute("SELECT url, kind, record_sha256 FROM captures WHERE body_sha256 = ?", (sha256,)).fetchall()
    return any(is_withdrawn(db, url, kind, record) for url, kind, record in pages)


def is_withdrawn(db: sqlite3.Connection, url: str, kind: str, record_sha256: str) -> bool:
    """Whether a capture of *url* was taken out of everything that can be read, or is of a post that was."""
    named = (urls.canonical(url) or url, picture_name(url) if kind == CaptureKind.IMAGE else url)
    (found,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM withdrawals WHERE url IN (?, ?) OR (record_sha256 = ?"
        f" AND json_extract(withdrawn, '$.kind') <> '{WithdrawalKind.INCOMING}'))",
        (*named, record_sha256),
    ).fetchone()
    return bool(found)


def for_everybody(db: sqlite3.Connection) -> bool:
    """Whether the file as a whole may be handed out: a public copy, or one in which nobody decided anything."""
    (found,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'public-copy')"
        " OR NOT EXISTS (SELECT 1 FROM withdrawals UNION ALL SELECT 1 FROM decisions)"
    ).fetchone()
    return bool(found)
