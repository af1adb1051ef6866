"""A checkpoint at the end of whatever writes: over all captures so far, and over everything else by one digest.

The note carries the digest of a *statement*, canonical JSON beside it: the newest run's row, the number and digest of
the rows of every table, the schema, what reads pages, the checkpoint before. So a proof stays short, and who has the
archive can see which of these no longer holds.
"""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scraper import digests
from scraper.dates import utc
from scraper.reading import fingerprint
from scraper.seal import keys, log
from scraper.seal.note import Checkpoint, Note
from scraper.store import sealing

#: Before the digest of the statement, in the note.
EXTENSION = "ushrn "
ORIGIN, VERIFIER = "origin", "verifier_key"


class Sealer:
    """Seals the archive that it is given a connection to. Transactions are the caller's."""

    def __init__(
        self, *, now: Callable[[], datetime], reads: Mapping[str, str], key_folder: Path | None = None
    ) -> None:
        """*reads*: what reads pages, by version; *key_folder*: where secret keys lie, None: the user's own."""
        self._now = now
        self._reads = dict(sorted(reads.items()))
        self._folder = key_folder
        #: Tables that were not as the newest checkpoint says, when this program began to write.
        self.altered: tuple[str, ...] = ()
        #: What a person should know of the newest checkpoint that was made.
        self.messages: list[str] = []

    def before(self, db: sqlite3.Connection) -> None:
        """Compare the tables with the newest checkpoint, before the first change; difference is sealed as such.

        Only a run that was killed leaves tables that no checkpoint is of.
        """
        self.altered = () if sealing.has_open_run(db) else tuple(differences(db))
        if self.altered:
            what = ", ".join(self.altered)
            self.messages.append(f"altered since the last checkpoint, by something other than this program: {what}")

    def seal(self, db: sqlite3.Connection, told: Mapping[str, object] = MappingProxyType({})) -> Note:
        """Make a checkpoint of the archive as it is now; *told*: what else its statement says."""
        last = sealing.newest(db)
        signer = self._signer(db)
        origin = sealing.meta(db, ORIGIN) or (signer.name if signer else _new_origin(db))
        sealing.set_meta(db, ORIGIN, origin)
        size = sum(count for _, count in sealing.sealed_runs(db))
        root = log.root(size, grown(db, _kept(db, last), size))
        statement = digests.canonical_json(self._statement(db, last) | dict(told)).decode()
        run = sealing.last_run(db)
        note = Note(Checkpoint(origin, size, root, (extension(statement),)).text)
        if signer:
            note = note.signed(signer)
        crawl_id = int(str(run["id"])) if run else None
        sealing.add(db, crawl_id=crawl_id, size=size, root=root, text=str(note), statement=statement)
        self.altered = ()
        return note

    def _statement(self, db: sqlite3.Connection, last: sealing.Row | None) -> dict[str, Any]:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        return {
            "altered": list(self.altered),
            "at": utc(self._now()),
            "previous": Note.parse(last.text).digest if last else None,
            "reads": self._reads,
            "run": sealing.last_run(db),
            "schema": {
                "digest": sealing.schema_digest(db),
                "own": sealing.schema_digest(db, own=True),
                "version": version,
            },
            "tables": {name: list(found) for name, found in sealing.table_digests(db).items()},
            "timestamps": sealing.stamps_digest(db),
            "verifier_key": sealing.meta(db, VERIFIER),
        }

    def _signer(self, db: sqlite3.Connection) -> keys.Signer | None:
        """The key that the archive names, from the user's folder; None: it names none, or it is not there."""
        named = sealing.meta(db, VERIFIER)
        if named is None:
            return None
        found = keys.held(named, self._folder or keys.folder())
        if found is None:
            self.messages.append("the checkpoint is not signed: its key is not here; `ushrn seal key` makes a new one")
        return found


def sealer(now: Callable[[], datetime], key_folder: Path | None = None) -> Sealer:
    """A sealer with today's rules for reading, and the keys in *key_folder* (None: the user's own)."""
    return Sealer(now=now, reads=fingerprint(), key_folder=key_folder)


def extension(statement: str) -> str:
    """The line of the note that binds *statement*."""
    return EXTENSION + base64.b64encode(hashlib.sha256(statement.encode()).digest()).decode()


def _new_origin(db: sqlite3.Connection) -> str:
    """A name for a log that nobody named: by its first run."""
    run = sealing.last_run(db)
    word = digests.sha256(digests.canonical_json(run))[:16]
    return f"ushrn-archive/{word}"


def _kept(db: sqlite3.Connection, last: sealing.Row | None) -> int:
    """Of how many leaves the upper hashes are kept: none where the checkpoints came from elsewhere."""
    if last is None or sealing.node(db, log.KEPT_FROM, 0) is None:
        return 0
    return last.size


def grown(db: sqlite3.Connection, kept: int, size: int) -> log.Subtree:
    """The tree of *size* leaves, of which *kept* were sealed before; its new upper hashes are kept."""
    subtree = tree(db)
    for level in range(log.KEPT_FROM, size.bit_length()):
        for position in range(kept >> level, size >> level):
            sealing.keep_node(db, level, position, subtree(level, position))
    return subtree


def tree(db: sqlite3.Connection) -> log.Subtree:
    """Subtrees of the archive's log: upper hashes as they were kept, lower ones made of the records."""
    records = sealing.Records(db)

    def subtree(level: int, position: int) -> bytes:
        if level >= log.KEPT_FROM:
            kept = sealing.node(db, level, position)
            if kept is not None:
                return kept
            if level > log.KEPT_FROM:
                return log.node_hash(subtree(level - 1, 2 * position), subtree(level - 1, 2 * position + 1))
        found = records.between(position << level, (position + 1) << level)
        return log.whole([log.leaf_hash(bytes.fromhex(record)) for record in found])

    return subtree


def differences(db: sqlite3.Connection) -> list[str]:
    """Names of the tables, or ``schema``, that are not as the newest checkpoint says.

    Empty where there is none, and for what was sealed in the shape of an older version.
    """
    last = sealing.newest(db)
    if last is None:
        return []
    sealed = json.loads(last.statement)
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if sealed["schema"]["version"] != version:
        if sealed["schema"]["version"] <= version:
            return []
        return ["schema"]
    found = {name: list(value) for name, value in sealing.table_digests(db).items()}
    differing = {
        name
        for name in sealing.of_ours(found.keys() | sealed["tables"].keys())
        if found.get(name) != sealed["tables"].get(name)
    }
    if not same_schema(db, sealed["schema"]):
        differing.add("schema")
    if not same_stamps(db, sealed):
        differing.add("timestamps")
    return sorted(differing)


def same_schema(db: sqlite3.Connection, sealed: Mapping[str, Any]) -> bool:
    """Whether what this program makes, and what hangs on it, is as it was sealed; others may have added to it."""
    if "own" in sealed:
        return bool(sealing.schema_digest(db, own=True) == sealed["own"])
    return bool(sealing.schema_digest(db) == sealed["digest"])


def same_stamps(db: sqlite3.Connection, sealed: Mapping[str, Any]) -> bool:
    """Whether the timestamps that were there when the statement *sealed* was made are there, unaltered."""
    told = sealed.get("timestamps")
    return told is None or sealing.stamps_digest(db, told[1]) == told
