"""The evidence: bodies, captures, and the chain of runs."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scraper import digests
from scraper.errors import IntegrityError
from scraper.numbers import plural
from scraper.store import bodies, sealing, withdrawal_rules, workers
from scraper.verify.findings import Findings
from scraper.vocabulary import CaptureKind, Codec

Progress = Callable[[str, int], None]

# A reference before its dependants, so that it is decoded once for many of them.
_ORDER = """
SELECT rowid FROM bodies WHERE codec <> 'withdrawn'
ORDER BY ifnull(reference_sha256, sha256), reference_sha256 IS NOT NULL
"""
_BODY = "SELECT sha256, length, codec, reference_sha256, data FROM bodies WHERE rowid = ?"
_WHOLE = "SELECT sha256, length, codec, NULL, data FROM bodies WHERE sha256 = ? AND reference_sha256 IS NULL"
#: Bodies that are handed to another process at a time.
_CHUNK = 64
_ORPHANS = """
SELECT sha256 FROM bodies WHERE sha256 NOT IN (SELECT body_sha256 FROM captures WHERE body_sha256 IS NOT NULL)
  AND sha256 NOT IN (SELECT reference_sha256 FROM bodies WHERE codec = 'withdrawn' AND reference_sha256 IS NOT NULL)
"""
_WITHDRAWN = "SELECT sha256, length(data) FROM bodies WHERE codec = 'withdrawn'"


#: What follows from a run that did not end: nobody knows what it had written.
_UNCOMPARED = (
    "what was written beside its captures until the next run began was held against no checkpoint, whoever wrote it"
)


def check_bodies(db: sqlite3.Connection, path: Path, findings: Findings, progress: Progress, jobs: int = 1) -> set[str]:
    """Decode every body and recompute its digest; the digests of those that are not what they were."""
    damaged: set[str] = set()
    size = count = 0
    with workers.in_order(decode_chunk, path, _chunks(db), jobs) as answers:
        for checked in answers:
            for sha256, length, complaint in checked:
                if complaint:
                    damaged.add(sha256)
                    findings.damage("body", sha256, complaint)
                count, size = count + 1, size + length
                progress("bodies", count)
    _check_withdrawn(db, findings)
    for (sha256,) in db.execute(_ORPHANS):
        findings.damage("orphan-body", sha256, "expected a capture that has this body, found none")
    findings.checked |= {"bodies": count, "bytes": size}
    return damaged


def _chunks(db: sqlite3.Connection) -> Iterator[list[int]]:
    """Rows of `bodies` in the order in which they are decoded, some at a time."""
    chunk: list[int] = []
    for (number,) in db.execute(_ORDER):
        chunk.append(number)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def decode_chunk(db: sqlite3.Connection, numbers: list[int]) -> list[tuple[str, int, str]]:
    """Of each body of these rows: its digest, its length, and what does not hold; empty: it is what it was."""
    found = []
    reference: tuple[str, bytes | None] = ("", None)
    for number in numbers:
        sha256, length, codec, needed, data = db.execute(_BODY, (number,)).fetchone()
        if needed is not None and reference[0] != needed:
            reference = (needed, _reference(db, needed))
        body, complaint = _tried(sha256, length, codec, needed, data, reference)
        found.append((str(sha256), len(body or b""), complaint))
        if needed is None:
            reference = (sha256, body)
    return found


def _reference(db: sqlite3.Connection, sha256: str) -> bytes | None:
    """The body that others need, which stands in another chunk; None: it is not there, or damaged, or not whole."""
    row = db.execute(_WHOLE, (sha256,)).fetchone()
    if row is None:
        return None
    found, length, codec, needed, data = row
    return _tried(found, length, codec, needed, data, ("", None))[0]


def _tried(
    sha256: str, length: int, codec: str, needed: str | None, data: bytes, reference: tuple[str, bytes | None]
) -> tuple[bytes | None, str]:
    """The body of one row, or what does not hold of it."""
    try:
        return _decoded(sha256, length, codec, needed, data, reference), ""
    except IntegrityError as error:
        return None, str(error)


def _check_withdrawn(db: sqlite3.Connection, findings: Findings) -> None:
    """A body may be gone only where a withdrawal says so."""
    allowed = withdrawal_rules.withheld_bodies(db)
    rows = db.execute(_WITHDRAWN).fetchall()
    for sha256, length in rows:
        if sha256 not in allowed or length:
            findings.damage("body", sha256, "it is gone, and no withdrawal says that it should be")
    if rows:
        findings.note(
            "withdrawn",
            plural(len(rows), "body", "bodies"),
            "withdrawn: only their digests are here, as withdrawals say",
        )


def _decoded(
    sha256: str, length: int, codec: str, needed: str | None, data: bytes, reference: tuple[str, bytes | None]
) -> bytes:
    """The body of one row. Raises IntegrityError, naming the reference where that is to blame."""
    if needed is not None and reference[1] is None:
        raise IntegrityError(f"it needs the body {needed} to be decoded, which is missing, damaged or not stored whole")
    if not isinstance(data, bytes) or not isinstance(length, int):
        raise IntegrityError("expected bytes and their number, found something else")
    if (codec == Codec.ZSTD_REF) != (needed is not None):
        raise IntegrityError(f"the codec {codec!r} and the reference {needed} do not go together")
    body = bodies.decode(codec, data, reference[1] if needed else None, length)
    found = digests.sha256(body)
    if found != sha256:
        raise IntegrityError(f"its bytes have the digest {found}")
    return body


@dataclass(frozen=True, slots=True)
class _Stored:
    """A row of `captures`, and what other rows say that it refers to."""

    row: dict[str, object]
    #: `record_sha256` of the captures that it names, by the column that names them; None: there is none.
    references: dict[str, str | None]
    has_body: bool
    length: int | None


_NAMED = "(SELECT record_sha256 FROM captures AS named WHERE named.id = captures.{})"
_CAPTURES = f"""
SELECT captures.*, bodies.sha256 IS NOT NULL, bodies.length, {", ".join(map(_NAMED.format, digests.REFERENCES))}
FROM captures LEFT JOIN bodies ON bodies.sha256 = captures.body_sha256 ORDER BY captures.id
"""


def _captures(db: sqlite3.Connection) -> Iterator[_Stored]:
    cursor = db.execute(_CAPTURES)
    names = [column[0] for column in cursor.description[: -2 - len(digests.REFERENCES)]]
    for values in cursor:
        has_body, length, *references = values[len(names) :]
        row = dict(zip(names, values, strict=False))
        yield _Stored(row, dict(zip(digests.REFERENCES, references, strict=True)), bool(has_body), length)


def check_captures(
    db: sqlite3.Connection, findings: Findings, progress: Progress, *, has_bodies: bool, has_pictures: bool = True
) -> None:
    """Recompute the digest of every row of `captures`, and what its columns say of its body."""
    stripped = withdrawal_rules.stripped_records(db)
    left_out = _left_out(has_bodies=has_bodies, has_pictures=has_pictures)
    encoded = count = 0
    for count, one in enumerate(_captures(db), 1):
        row, where = one.row, f"capture {one.row['id']} ({one.row['url']})"
        _check_record(one, stripped, findings, where)
        is_kept = row["body_sha256"] is None or one.has_body
        if not is_kept and row["kind"] not in left_out:
            findings.damage("body-missing", where, f"its body {row['body_sha256']} is not in the archive")
        encoded += _check_wire(row, one.length, findings, where)
        progress("captures", count)
    findings.checked["captures"] = count
    if encoded:
        findings.note(
            "wire-digest",
            plural(encoded, "capture"),
            "they came compressed: their wire digests cannot be recomputed from the bodies kept",
        )


def _left_out(*, has_bodies: bool, has_pictures: bool) -> frozenset[CaptureKind]:
    """Kinds of captures whose bodies may be missing in a copy."""
    if not has_bodies:
        return frozenset(CaptureKind)
    if has_pictures:
        return frozenset()
    return frozenset({CaptureKind.IMAGE})


def _check_record(one: _Stored, stripped: dict[str, str], findings: Findings, where: str) -> None:
    """The digest of a row, made again, against the one in it."""
    said, found = str(one.row["record_sha256"]), digests.record_sha256(one.row, one.references)
    if found == said:
        return
    if found == stripped.get(said):
        findings.note("withdrawn", where, "a part of its heads was left out: its record cannot be made again")
    else:
        findings.damage("record-digest", where, f"expected {said}, found {found}: its row was changed")


def _check_wire(row: dict[str, object], length: int | None, findings: Findings, where: str) -> int:
    """Where nothing was encoded, the entity as sent is the body, of that *length*. 1 where that cannot be said."""
    if row["wire_sha256"] is None or row["body_sha256"] is None:
        return 0
    if row["wire_sha256"] != row["body_sha256"]:
        if row["content_encoding"] in (None, "", "identity"):
            findings.damage(
                "wire-digest", where, "nothing was encoded, but the digest of the entity is not that of the body"
            )
        if row["content_encoding"]:
            return 1
        return 0
    if length is not None and row["wire_length"] != length:
        findings.damage("wire-length", where, f"expected {plural(length, 'byte')} as sent, found {row['wire_length']}")
    return 0


def check_chain(db: sqlite3.Connection, findings: Findings) -> None:
    """Recompute the chain over all runs: a capture taken away, added or swapped breaks that of its run."""
    previous = None
    runs = db.execute("SELECT id, command, finished_at, chain_sha256 FROM crawls ORDER BY id").fetchall()
    for crawl_id, command, finished, sealed in runs:
        where = f"run {crawl_id} ({command})"
        if sealed is None:
            findings.unproven("unsealed", where, "it is running, or was killed: the next run will seal it")
            continue
        if finished is None:
            findings.note("killed", where, f"it was killed: {_UNCOMPARED}")
        found = digests.chain_of_sorted(previous, sealing.records(db, crawl_id))
        if found != sealed:
            findings.damage(
                "chain",
                where,
                f"expected the chain {sealed}, found {found}: captures or runs were removed, added or swapped",
            )
        previous = sealed
    findings.checked["runs"] = len(runs)
    findings.chain_sha256 = previous
    (homeless,) = db.execute("SELECT count(*) FROM captures WHERE crawl_id IS NULL").fetchone()
    if homeless:
        findings.unproven("no-run", plural(homeless, "capture"), "they belong to no run, so no chain covers them")


def check_known_chain(db: sqlite3.Connection, findings: Findings, chain: str) -> None:
    """Whether a run of this archive has the chain that was kept elsewhere."""
    if chain not in {value for (value,) in db.execute("SELECT chain_sha256 FROM crawls")}:
        message = "no run of this archive has it: captures or runs up to it were removed, added or swapped"
        findings.damage("known-chain", f"the chain {chain}", message)
