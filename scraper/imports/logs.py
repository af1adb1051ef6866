"""The runs that a file of ours tells of: restored into an empty archive, elsewhere kept as what the file says.

A file proves nothing by its words (anybody can write them). With ``--own`` the caller vouches for it, with ``--key``
the key that sealed it does; then its runs become those of an archive that has none yet, if the log is whole and its
captures give its chain. All else is a claim.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from scraper.errors import Unreadable
from scraper.numbers import plural
from scraper.run_log import LoggedDecision, RunLog
from scraper.saved import WARC_SUFFIXES, facts, kind_of, shown
from scraper.seal import claims
from scraper.store import ImportLog
from scraper.vocabulary import FileKind
from scraper.warc import Logged, Warcinfo, reader, wacz
from scraper.warc import record as warc


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoring:
    """The log that an archive is restored from."""

    log: RunLog
    #: Digest of the file that it is in.
    file_sha256: str
    #: `record_sha256` → the run that kept it.
    runs: Mapping[str, int]
    #: `record_sha256` → what was decided about it.
    decided: Mapping[str, tuple[LoggedDecision, ...]]

    @classmethod
    def of(cls, log: RunLog, file_sha256: str) -> "Restoring":
        """By record."""
        decided: dict[str, tuple[LoggedDecision, ...]] = {}
        for one in log.decisions:
            decided[one.record_sha256] = (*decided.get(one.record_sha256, ()), one)
        runs = {record: run.id for run in log.runs for record in run.records}
        return cls(log=log, file_sha256=file_sha256, runs=runs, decided=decided)


def restorable(path: Path) -> Restoring | None:
    """The log in the WARC or WACZ at *path*, where it is whole and holds by itself; None: there is no such log."""
    log = _log_of(path)
    whole = log is not None and log and not log.left_out and not claims.examine(log).complaints
    if whole and log is not None:
        return Restoring.of(log, facts(path)["sha256"])
    return None


def sealed_by(path: Path, key: str) -> bool:
    """Whether the log in the WARC or WACZ at *path* holds by itself and its newest checkpoint is signed by *key*."""
    log = _log_of(path)
    found = claims.examine(log) if log else None
    return found is not None and not found.complaints and found.signed_by == key


def _log_of(path: Path) -> RunLog | None:
    """The log that the first records of a file hold."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            kind = kind_of(path, file)
            if kind not in (FileKind.WARC, FileKind.WACZ):
                return None
            stream = next(wacz.members(file, shown(path), WARC_SUFFIXES)) if kind == FileKind.WACZ else file
            first = (record for record, _ in zip(warc.read(cast("BinaryIO", stream)), range(2), strict=False))
            for item in reader.captures_of(first, lambda _: False):
                match item:
                    case Logged():
                        return item.log
                    case Warcinfo() if item.ours:
                        continue
                    case _:
                        return None
    except (OSError, Unreadable):  # said when it is imported
        return None
    return None


@dataclass(slots=True)
class ClaimedLog:
    """What a file tells of its runs, and how many of its captures bear it out."""

    log: RunLog | None = None
    records: frozenset[str] = field(default_factory=frozenset)
    captures: int = 0
    covered: int = 0

    def hear(self, log: RunLog) -> None:
        """Take in a log; of several in one file the first."""
        if self.log is None:
            self.log, self.records = log, frozenset(log.records)

    def count(self, claimed: str | None) -> None:
        """Count a capture, known by the digest that its own record gives."""
        self.captures += 1
        self.covered += claimed in self.records


def claims_of(told: ClaimedLog, import_file_id: int, *, restored: bool) -> ImportLog | None:
    """What is kept of a file's word about its runs; None: it says nothing of them."""
    if not told.log:
        return None
    found = claims.examine(told.log)
    said = {
        "runs": [dict(run.row) for run in told.log.runs],
        "checkpoints": [{"text": one.text, "statement": one.statement} for one in told.log.checkpoints],
    }
    return ImportLog(
        import_file_id=import_file_id,
        origin=found.origin,
        size=found.size,
        root=found.root,
        signed_by=found.signed_by,
        covered=told.covered,
        captures=told.captures,
        complaint="; ".join(_few(found.complaints)) or None,
        restored=restored,
        log=json.dumps(said, sort_keys=True),
    )


def _few(complaints: tuple[str, ...]) -> Iterable[str]:
    yield from complaints[:3]
    if len(complaints) > 3:
        yield f"and {len(complaints) - 3} more"


def in_words(claims: ImportLog) -> str:
    """What a file says of its runs, and what of that holds."""
    runs = plural(len(json.loads(claims.log)["runs"]), "run")
    if claims.complaint:
        return f"it says that it has {runs}, which does not hold: {claims.complaint}"
    if claims.root is None:
        return f"it says that it has {runs}, without a checkpoint: kept as a claim of the file"
    by = f"signed by {claims.signed_by}" if claims.signed_by else "not signed"
    return (
        f"it says that it has {runs} of {claims.origin}. Their checkpoint over {plural(claims.size, 'capture')} holds,"
        f" {by}; {claims.covered} of {plural(claims.captures, 'capture')} in the file are among them: kept as a claim"
    )
