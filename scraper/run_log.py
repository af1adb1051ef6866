"""The log of an archive's runs as it travels with captures: runs, what each kept, checkpoints, timestamps, decisions.

Written down it proves nothing: who reads it makes the chain and the roots anew from the digests (`seal.claims`).
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: Columns of `crawls`, in their order.
RUN_COLUMNS = (
    "id", "command", "version", "started_at", "finished_at", "requests", "new", "changed", "same", "gone", "problems",
    "exit_status", "chain_sha256",
)  # fmt: skip
#: Those that are text; the others are numbers.
_TEXTS = frozenset({"command", "version", "started_at", "finished_at", "chain_sha256"})
#: Those that a run has always.
_NEEDED = frozenset({"id", "command", "version", "started_at", "chain_sha256"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun:
    """A run that has ended."""

    #: Its row of `crawls`, by column; `id` is its place in the log.
    row: Mapping[str, Any]
    #: `record_sha256` of the captures that it kept, sorted.
    records: tuple[str, ...]
    #: What read its pages: version of the rules, and the packages as JSON; None: not noted.
    reader: int | None = None
    fingerprint: str | None = None

    @property
    def id(self) -> int:
        """Its number."""
        return int(self.row["id"])

    @property
    def chain_sha256(self) -> str:
        """What seals it."""
        return str(self.row["chain_sha256"])


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedStamp:
    """A timestamp on a checkpoint."""

    authority: str
    token: bytes
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCheckpoint:
    """A checkpoint."""

    crawl_id: int | None
    #: Captures that it is over, and the root of their tree, hex.
    size: int
    root: str
    #: The signed note.
    text: str
    statement: str
    stamps: tuple[LoggedStamp, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDecision:
    """What was judged of a capture."""

    record_sha256: str
    kind: str
    at: str
    #: The command; never the person who used it.
    by: str
    reason: str | None
    crawl_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLog:
    """All of it, in its order."""

    runs: tuple[LoggedRun, ...] = ()
    checkpoints: tuple[LoggedCheckpoint, ...] = ()
    decisions: tuple[LoggedDecision, ...] = ()
    #: Captures of the log that are not beside it: withdrawn, or not chosen.
    left_out: int = 0

    def __bool__(self) -> bool:
        return bool(self.runs)

    @property
    def records(self) -> tuple[str, ...]:
        """The leaves of the log."""
        return tuple(record for run in self.runs for record in run.records)


def lines(log: RunLog) -> Iterator[tuple[str, str]]:
    """The log as named values, each JSON in ASCII on one line."""
    yield "log", _json({"runs": len(log.runs), "captures": len(log.records), "left_out": log.left_out})
    for run in log.runs:
        said = {name: run.row[name] for name in RUN_COLUMNS}
        said |= {"reader": run.reader, "fingerprint": run.fingerprint, "records": list(run.records)}
        yield "run", _json(said)
    for one in log.checkpoints:
        stamps = [
            {"authority": stamp.authority, "at": stamp.at, "token": base64.b64encode(stamp.token).decode()}
            for stamp in one.stamps
        ]
        said = {name: getattr(one, name) for name in ("crawl_id", "size", "root", "text", "statement")}
        yield "checkpoint", _json(said | {"timestamps": stamps})
    for decision in log.decisions:
        yield "decision", _json({name: getattr(decision, name) for name in LoggedDecision.__slots__})


def of_lines(named: Iterable[tuple[str, str]]) -> RunLog:
    """The log that `lines` wrote. Raises ValueError or TypeError for what it did not write."""
    runs, checkpoints, decisions, left_out = [], [], [], 0
    for name, text in named:
        said = json.loads(text)
        if not isinstance(said, dict):
            raise TypeError(f"expected an object for {name}, found {text[:40]!r}")
        match name:
            case "log":
                left_out = _number(said, "left_out")
            case "run":
                runs.append(_run(said))
            case "checkpoint":
                checkpoints.append(_checkpoint(said))
            case "decision":
                decisions.append(_decision(said))
            case _:  # of a later version
                pass
    return RunLog(
        runs=tuple(runs), checkpoints=tuple(checkpoints), decisions=tuple(decisions), left_out=left_out
    )  # fmt: skip


def _run(said: dict[str, Any]) -> LoggedRun:
    row = {name: _cell(said, name) for name in RUN_COLUMNS}
    records = said.get("records")
    if not isinstance(records, list) or not all(_is_digest(each) for each in records):
        raise ValueError(f"expected digests of the captures of run {row['id']}, found something else")
    reader, fingerprint = said.get("reader"), said.get("fingerprint")
    if not isinstance(reader, int | None) or not isinstance(fingerprint, str | None):
        raise TypeError(f"expected what read the pages of run {row['id']}, found {reader!r}, {fingerprint!r}")
    return LoggedRun(row=row, records=tuple(sorted(records)), reader=reader, fingerprint=fingerprint)


def _cell(said: dict[str, Any], name: str) -> str | int | None:
    value = said.get(name)
    kind = str if name in _TEXTS else int
    if (value is None and name not in _NEEDED) or (isinstance(value, kind) and not isinstance(value, bool)):
        if value is not None or name in _TEXTS or name == "exit_status":
            return value
        return 0
    raise ValueError(f"expected {name} of a run, found {value!r}")


def _checkpoint(said: dict[str, Any]) -> LoggedCheckpoint:
    stamps = [
        LoggedStamp(
            authority=_text(one, "authority"), at=_text(one, "at"),
            token=base64.b64decode(_text(one, "token"), validate=True),
        )
        for one in said.get("timestamps") or ()
    ]  # fmt: skip
    crawl_id = said.get("crawl_id")
    return LoggedCheckpoint(
        crawl_id=None if crawl_id is None else _number(said, "crawl_id"),
        size=_number(said, "size"),
        root=_text(said, "root"),
        text=_text(said, "text"),
        statement=_text(said, "statement"),
        stamps=tuple(stamps),
    )


def _decision(said: dict[str, Any]) -> LoggedDecision:
    return LoggedDecision(
        record_sha256=_text(said, "record_sha256"),
        kind=_text(said, "kind"),
        at=_text(said, "at"),
        by=_text(said, "by"),
        reason=None if said.get("reason") is None else _text(said, "reason"),
        crawl_id=None if said.get("crawl_id") is None else _number(said, "crawl_id"),
    )


def _text(said: Mapping[str, Any], name: str) -> str:
    if not isinstance(value := said.get(name), str):
        raise TypeError(f"expected a text for {name}, found {value!r}")
    return value


def _number(said: Mapping[str, Any], name: str) -> int:
    if not isinstance(value := said.get(name), int) or isinstance(value, bool):
        raise TypeError(f"expected a number for {name}, found {value!r}")
    return value


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and not value.strip("0123456789abcdef")


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)
