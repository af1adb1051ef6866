"""The sealed log: every checkpoint against the captures, its signature, the one before it, and today's tables."""

import json
import sqlite3
from pathlib import Path

from scraper.errors import UsageError
from scraper.numbers import plural
from scraper.seal import FIRST, Checkpoint, Note, Proof, Verifier, extension, log, same_schema, same_stamps, timestamps
from scraper.store import sealing
from scraper.verify.findings import Findings

REWRITTEN = "captures sealed then were removed, added, swapped or changed since"


def known_checkpoint(path: Path) -> Note:
    """The checkpoint in a file: a signed note, or a proof that ends with one. Raises UsageError."""
    try:
        text = path.read_text("utf-8")
        note = Proof.parse(text).note if text.startswith(FIRST) else Note.parse(text)
        Checkpoint.parse(note.text)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be used as a checkpoint: {error}") from error
    return note


def check_log(db: sqlite3.Connection, findings: Findings, known: Note | None) -> None:
    """Every checkpoint in the archive, and the one that is *known* from elsewhere, against today's captures."""
    rows = sealing.rows(db)
    outside = Checkpoint.parse(known.text) if known else None
    tree, ends = _grow(db, {row.size for row in rows} | ({outside.size} if outside else set()))
    _check_checkpoints(rows, tree, ends, findings)
    if sealing.nodes(db) != [(level, at, tree.nodes.get((level, at))) for level, at, _ in sealing.nodes(db)]:
        findings.damage("log-nodes", "log_nodes", "hashes kept of the log are not those of its captures")
    if outside is not None and known is not None:
        _check_known(known, outside, tree, rows, findings)
    findings.checked["checkpoints"] = len(rows)
    for where, complaint in timestamps.check(db, {row.id: row.text for row in rows}):
        findings.damage("timestamp", where, complaint)


def _check_checkpoints(rows: list[sealing.Row], tree: log.Growing, ends: dict[int, int], findings: Findings) -> None:
    """Each checkpoint by itself, and against the one before it."""
    previous: Note | None = None
    size = 0
    for row in rows:
        note = _check_row(row, tree, ends, findings)
        if note is None:
            continue
        where = f"checkpoint {row.id}"
        _check_statement(row, note, previous, where, findings)
        if row.size < size:
            message = f"the log had {plural(size, 'capture')} before, {row.size:,} here: it only grows"
            findings.damage("checkpoint", where, message)
        previous, size = note, row.size


def _grow(db: sqlite3.Connection, sizes: set[int]) -> tuple[log.Growing, dict[int, int]]:
    """The tree over all sealed captures with its root at each of *sizes*, and the size after each run."""
    tree, ends = log.Growing(), dict[int, int]()
    tree.roots[0] = log.EMPTY
    for crawl_id, _ in sealing.sealed_runs(db):
        for record in sealing.records(db, crawl_id):
            tree.add(record)
            if tree.size in sizes:
                tree.roots[tree.size] = tree.root()
        ends[crawl_id] = tree.size
    return tree, ends


def _check_row(row: sealing.Row, tree: log.Growing, ends: dict[int, int], findings: Findings) -> Note | None:
    """The note in a row, where it is one; what does not hold of it is told."""
    where = f"checkpoint {row.id}"
    try:
        note = Note.parse(row.text)
        checkpoint = Checkpoint.parse(note.text)
        json.loads(row.statement)["tables"]
    except (ValueError, KeyError, TypeError) as error:
        findings.damage("checkpoint", where, f"it cannot be read: {error}")
        return None
    if (checkpoint.size, checkpoint.root.hex()) != (row.size, row.root):
        findings.damage("checkpoint", where, "its note says another size or root than its row")
    if checkpoint.extensions != (extension(row.statement),):
        findings.damage("checkpoint", where, "its note is not about the statement beside it")
    if tree.roots.get(checkpoint.size) != checkpoint.root:
        findings.damage(
            "checkpoint", where, f"the root over its {plural(checkpoint.size, 'capture')} is another: {REWRITTEN}"
        )
    if ends.get(row.crawl_id or 0, 0) != row.size:
        findings.damage("checkpoint", where, f"it was made after run {row.crawl_id}, when the log was of another size")
    return note


def _check_signatures(note: Note, named: str | None, where: str, findings: Findings) -> None:
    """Say whose signatures stand on a checkpoint that nothing in the archive can check."""
    others = sorted({one.name for one in note.signatures} - {(named or "").partition("+")[0]})
    if others:
        message = f"signed by {', '.join(others)}, too: whether truly so, only who has their keys can tell"
        findings.note("signature", where, message)


def _check_statement(row: sealing.Row, note: Note, previous: Note | None, where: str, findings: Findings) -> None:
    """What a checkpoint says of the one before it, of its key, and of what had been altered."""
    statement = json.loads(row.statement)
    if statement.get("previous") != (previous.digest if previous else None):
        findings.damage("checkpoint", where, "the one before it is not the one that it names: removed or replaced")
    if statement.get("altered"):
        what = ", ".join(statement["altered"])
        findings.damage("altered", where, f"changed by something other than this program before this was made: {what}")
    named = statement.get("verifier_key")
    _check_signatures(note, named, where, findings)
    if named is None:
        return
    try:
        signed = note.is_signed_by(Verifier.parse(named))
    except ValueError as error:
        findings.damage("signature", where, f"its key cannot be read: {error}")
        return
    if not signed and note.signatures:
        findings.damage("signature", where, f"its signature is not that of {named}")
    elif not signed:
        findings.unproven("unsigned", where, f"the key {named} was not at hand when it was made")


def _check_known(
    known: Note, outside: Checkpoint, tree: log.Growing, rows: list[sealing.Row], findings: Findings
) -> None:
    """Whether the archive continues the log that a checkpoint kept elsewhere was made of."""
    where = f"the checkpoint kept elsewhere, over {plural(outside.size, 'capture')}"
    if tree.roots.get(outside.size) != outside.root:
        findings.damage("known-checkpoint", where, f"this archive does not continue it: {REWRITTEN}")
        return
    same = [row for row in rows if row.text.startswith(known.text + "\n")]
    if not same:
        findings.damage("known-checkpoint", where, "it is not among the archive's own: checkpoints were replaced since")
    elif same[-1].id < rows[-1].id:
        findings.note("known-checkpoint", where, "it holds; for tables, later checkpoints are the proof")


def check_tables(db: sqlite3.Connection, findings: Findings, *, same_shape: bool) -> None:
    """Today's tables against the digests of the newest checkpoint."""
    if sealing.meta(db, sealing.WITHOUT) and _has_bodies(db):
        findings.damage("meta", sealing.WITHOUT, "it says that the stored pages are left out, and they are here")
    last = sealing.newest(db)
    if last is None:
        if sealing.last_run(db) is not None:
            findings.unproven("not-sealed", "log", "no checkpoint was made yet: the next command that writes makes one")
        return
    if not sealing.is_sealed(db):
        message = "written to since: by a run that goes on or was killed, or by something else; the next run seals it"
        findings.unproven("not-sealed", f"checkpoint {last.id}", message)
    elif same_shape:
        sealed = json.loads(last.statement)
        _check_rows(db, sealed["tables"], findings)
        _check_schema(db, sealed["schema"], findings)
        _check_statement_of_now(db, sealed, findings)


def _has_bodies(db: sqlite3.Connection) -> bool:
    (found,) = db.execute("SELECT EXISTS (SELECT 1 FROM bodies)").fetchone()
    return bool(found)


def _check_rows(db: sqlite3.Connection, sealed: dict[str, list[object]], findings: Findings) -> None:
    """The rows of every table of ours; of `bodies` not in a copy that leaves some out."""
    found = {name: list(value) for name, value in sealing.table_digests(db).items()}
    bare = sealing.meta(db, sealing.WITHOUT) and not _has_bodies(db)
    left_out = {"bodies"} if bare or sealing.meta(db, sealing.WITHOUT_PICTURES) else set()
    for name in sealing.of_ours((found.keys() | sealed.keys()) - left_out):
        _compare(name, sealed.get(name), found.get(name), findings)


def _check_schema(db: sqlite3.Connection, sealed: dict[str, object], findings: Findings) -> None:
    if not same_schema(db, sealed):
        findings.damage("sealed-schema", "schema", "tables, indexes, triggers or views are not as they were sealed")
    elif sealing.schema_digest(db) != sealed["digest"]:
        message = "tables, indexes or views of somebody else were added or changed since the newest checkpoint"
        findings.unproven("foreign-schema", "schema", message)


def _check_statement_of_now(db: sqlite3.Connection, sealed: dict[str, object], findings: Findings) -> None:
    """Timestamps and the newest run, as the statement of the newest checkpoint has them."""
    if not same_stamps(db, sealed):
        message = "timestamps that were there when the newest checkpoint was made were removed or changed"
        findings.damage("timestamp", "timestamps", message)
    if sealing.last_run(db) != sealed["run"]:
        findings.damage("sealed-run", "crawls", "the newest run is not as it was sealed")


def sealed_version(db: sqlite3.Connection) -> int:
    """The version of the tables' shape that the newest checkpoint sealed; 0: there is none, or it cannot be read."""
    last = sealing.newest(db)
    try:
        if not last:
            return 0
        return int(json.loads(last.statement)["schema"]["version"])
    except (ValueError, KeyError, TypeError):
        return 0


def _compare(name: str, before: list[object] | None, today: list[object] | None, findings: Findings) -> None:
    where = f"table {name}"
    match before, today:
        case None, _:
            findings.damage("sealed-table", where, "it was not there when the newest checkpoint was made")
        case _, None:
            findings.damage("sealed-table", where, "it was there when the newest checkpoint was made")
        case [rows, digest], [rows_now, digest_now] if digest != digest_now:
            changed = f"rows: {rows} then, {rows_now} now, not all of them the same"
            findings.damage("sealed-table", where, f"not as the newest checkpoint seals it: {changed}")
        case _:
            pass
