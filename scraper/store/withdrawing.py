"""Taking a post out of everything that can be read, while the proof stays that it was there.

What stays of its captures: address, time, digests, heads. Its bodies become rows without data; what repeats its words
elsewhere is replaced by copies without them; all that is derived is made anew. `withdrawals` says so, and what it says
holds for all that comes later, too (`withdrawal_rules`): no capture of a withdrawn address is read, no body of it kept.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scraper import credentials, digests
from scraper.records import Whole
from scraper.store import masking
from scraper.store.evidence import FIELDS, Evidence
from scraper.store.withdrawal_plan import Extent, WithdrawalPlan
from scraper.store.withdrawal_rules import note_less, rules
from scraper.vocabulary import WithdrawalKind

#: What a withdrawal of each extent is called in `withdrawals`.
KINDS = {
    Extent.POST: WithdrawalKind.POST,
    Extent.PICTURES: WithdrawalKind.PICTURE,
    Extent.REVISION: WithdrawalKind.REVISION,
    Extent.CAPTURE: WithdrawalKind.CAPTURE,
}
#: Notes that runs and people made, which may quote a page.
NOTES = (("problems", "message"), ("decisions", "reason"), ("import_files", "name"), ("known_urls", "evidence"))
_INSERT = """
INSERT INTO withdrawals (url, record_sha256, at, reason, by, withdrawn, crawl_id) VALUES (?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who withdrew something, when and why, and how far it goes."""

    #: UTC.
    at: str
    #: Shown publicly.
    reason: str
    #: Kept in the archive, never shown publicly.
    by: str
    crawl_id: int | None
    #: Mask its words in all other places, and in all that comes later.
    everywhere: bool = False
    #: Only let nothing of it be shown.
    hide: bool = False


def apply(db: sqlite3.Connection, evidence: Evidence, chosen: WithdrawalPlan, decided: Decision) -> None:
    """Take out what *chosen* names; the derived tables are the caller's to make anew. One transaction, the caller's."""
    told: dict[str, Any] = {"records": records_of(db, chosen.captures)}
    if not decided.hide:
        told |= _erase(db, evidence, chosen, everywhere=decided.everywhere)
    _say(db, chosen, decided, told)


def _erase(db: sqlite3.Connection, evidence: Evidence, chosen: WithdrawalPlan, *, everywhere: bool) -> dict[str, Any]:
    """Take out bodies, heads and notes; what `withdrawals` is to say of it."""
    told: dict[str, Any] = {"bodies": list(chosen.bodies)}
    for sha256 in chosen.bodies:
        evidence.strip(sha256)
    _mask_notes(db, chosen.runs)
    own = set(chosen.captures)
    told["stripped"] = dict(_without_heads(db, (at for at in chosen.heads if everywhere or at in own)))
    if everywhere:
        told |= {"runs": masking.packed(chosen.runs), "masked": list(chosen.repeating)}
        for sha256 in chosen.repeating:
            _mask(db, evidence, sha256, chosen.runs)
    if chosen.extent in (Extent.REVISION, Extent.CAPTURE):
        told |= {"addresses": list(chosen.addresses), "own": masking.packed(chosen.runs)}
    return told


def _say(db: sqlite3.Connection, chosen: WithdrawalPlan, decided: Decision, told: dict[str, Any]) -> None:
    """Write the rows of `withdrawals`: one for each address, or capture; the first says all."""
    kind = WithdrawalKind.HIDDEN if decided.hide else KINDS[chosen.extent]
    more = told | {"first": True}
    for url, record in _withdrawn(chosen, told["records"]):
        said = {"kind": kind, **more}
        if chosen.url not in (url, record):
            said["of"] = chosen.url
        row = (decided.at, decided.reason, decided.by, json.dumps(said, sort_keys=True), decided.crawl_id)
        db.execute(_INSERT, (url, record, *row))
        more = {}
    if chosen.extent is Extent.POST:
        why = f"on {decided.at[:10]}: {decided.reason}"
        states = [(why, url) for url in {chosen.url, *chosen.addresses}]
        db.executemany("UPDATE known_urls SET state = 'withdrawn', evidence = ? WHERE url = ?", states)


def _withdrawn(chosen: WithdrawalPlan, records: list[str]) -> list[tuple[str | None, str | None]]:
    """(address, None) or (None, record) of each row of `withdrawals`."""
    match chosen.extent:
        case Extent.POST:
            return [(url, None) for url in dict.fromkeys((chosen.url, *chosen.addresses))]
        case Extent.PICTURES:
            return [(url, None) for url in chosen.addresses]
        case _:
            return [(None, record) for record in records]


def records_of(db: sqlite3.Connection, captures: Iterable[int]) -> list[str]:
    """`record_sha256` of captures, sorted."""
    asked = "SELECT record_sha256 FROM captures WHERE id = ?"
    return sorted(db.execute(asked, (number,)).fetchone()[0] for number in captures)


def _without_heads(db: sqlite3.Connection, captures: Iterable[int]) -> Iterable[tuple[str, str]]:
    """Take out the heads of captures; of each its record's digest, and the digest of what is left of its row."""
    columns = ", ".join(("record_sha256", "body_sha256", *FIELDS))
    for number in captures:
        db.execute("UPDATE captures SET request_head = NULL, head = NULL WHERE id = ?", (number,))
        cursor = db.execute(f"SELECT {columns} FROM captures WHERE id = ?", (number,))
        row = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))
        named = {
            name: records_of(db, (row[name],))[0] if row[name] is not None else None for name in digests.REFERENCES
        }
        yield row["record_sha256"], digests.record_sha256(row, named)


def _mask_notes(db: sqlite3.Connection, runs: frozenset[bytes]) -> None:
    for table, column in NOTES:
        rows = db.execute(f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()
        clean = [(masking.masked_text(text, runs), number) for number, text in rows]
        db.executemany(f"UPDATE {table} SET {column} = ?1 WHERE rowid = ?2 AND {column} <> ?1", clean)


def _mask(db: sqlite3.Connection, evidence: Evidence, sha256: str, runs: frozenset[bytes]) -> None:
    """Put a copy without the runs in the place of a body, or of the copy that stands in its place already."""
    body = evidence.readable(sha256) or b""
    number = db.execute("SELECT min(id) FROM captures WHERE body_sha256 = ?", (sha256,)).fetchone()[0]
    capture, _ = evidence.capture(number)
    (length,) = db.execute("SELECT length FROM bodies WHERE sha256 = ?", (sha256,)).fetchone()
    evidence.strip(sha256)
    clean = masking.masked(body, runs, capture.media_type)
    # The words of a file, which stand there in no form that can be masked, were found by reading it.
    evidence.withhold(capture, sha256, length, clean if clean is not None and clean != body else b"")


def make_public(db: sqlite3.Connection, evidence: Evidence) -> None:
    """Take out what is not for everybody: pages of hidden posts, problems, who decided, what runs were told."""
    hidden = _hidden_bodies(db, evidence)
    for sha256 in hidden:
        evidence.strip(sha256)
    db.execute(
        "UPDATE withdrawals SET withdrawn = json_set(withdrawn, '$.bodies', json(?))"
        f" WHERE json_extract(withdrawn, '$.kind') = '{WithdrawalKind.HIDDEN}' AND json_extract(withdrawn, '$.first')",
        (json.dumps(hidden),),
    )
    _without_credentials(db, evidence)
    for statement in (
        "DELETE FROM problems",
        "UPDATE withdrawals SET by = NULL",
        "UPDATE decisions SET by = ''",
        "DELETE FROM meta WHERE key = 'timestamp_authorities'",
        "INSERT OR REPLACE INTO meta (key, value) VALUES ('public-copy', 'problems, notes and hidden posts left out')",
    ):
        db.execute(statement)


#: Captures that may hold some.
_WITH_CREDENTIALS = """
SELECT id, captured_at, crawl_id FROM captures
WHERE instr(lower(CAST(request_head AS TEXT)), 'authorization:') OR url LIKE '%/access-tokens%' ORDER BY id
"""


def _without_credentials(db: sqlite3.Connection, evidence: Evidence) -> None:
    """Leave what lets a request act for a visitor out of all captures, and note what their digests were."""
    for number, at, crawl_id in db.execute(_WITH_CREDENTIALS).fetchall():
        capture, kept = evidence.capture(number)
        less = credentials.without(capture)
        if less is capture:
            continue
        whole = Whole(record_sha256=kept.record_sha256, body_sha256=kept.body_sha256, length=len(capture.payload))
        if less.body != capture.body and kept.body_sha256 is not None:
            evidence.strip(kept.body_sha256)
            evidence.withhold(less, kept.body_sha256, whole.length, less.payload)
        db.execute("UPDATE captures SET request_head = ? WHERE id = ?", (less.request_head, number))
        note_less(db, whole, evidence.left_of(number), at, crawl_id)


def _hidden_bodies(db: sqlite3.Connection, evidence: Evidence) -> list[str]:
    """Digests of the bodies that only captures of hidden posts have."""
    known = rules(db)
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    for capture, kept in evidence.captures(with_bodies=False):
        if kept.body_sha256 is not None:
            is_hidden = known.covers(capture, None) or kept.record_sha256 in known.hidden_records
            seen[is_hidden].add(kept.body_sha256)
    return sorted(seen[True] - seen[False])
