"""What a log of runs that came with a file shows by itself: chain, roots and signatures are made anew. Pure.

Whoever wrote the file wrote the log. That it holds says that nothing in it was altered since a checkpoint was signed,
and by whom; the times in it, and that there was such a run, are the word of whoever holds that key.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from scraper import digests
from scraper.numbers import plural
from scraper.run_log import LoggedCheckpoint, LoggedRun, RunLog
from scraper.seal import timestamps
from scraper.seal.keys import Verifier
from scraper.seal.log import EMPTY, Growing
from scraper.seal.note import Checkpoint, Note
from scraper.seal.sealer import extension


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A log as it was found."""

    #: Captures in it.
    size: int
    #: Of the newest checkpoint; None: there is none that can be read.
    origin: str | None = None
    root: str | None = None
    #: Verifier key whose signature on the newest checkpoint holds; None: it is not signed, or not by the key it names.
    signed_by: str | None = None
    #: What does not hold; empty: all does.
    complaints: tuple[str, ...] = ()

    @property
    def covered(self) -> int:
        """How many captures, from the first on, a checkpoint that holds is over."""
        if self.root is not None and not self.complaints:
            return self.size
        return 0


def examine(log: RunLog) -> Claim:
    """What *log* shows by itself."""
    complaints = [*_chain(log.runs), *_checkpoints(log)]
    nothing_sealed = Claim(size=len(log.records), complaints=tuple(complaints))
    if not log.checkpoints:
        return nothing_sealed
    newest = log.checkpoints[-1]
    try:
        note = Note.parse(newest.text)
        checkpoint = Checkpoint.parse(note.text)
    except ValueError:  # said among the complaints
        return nothing_sealed
    return Claim(
        size=checkpoint.size,
        origin=checkpoint.origin,
        root=checkpoint.root.hex(),
        signed_by=_signed_by(note, newest.statement),
        complaints=tuple(complaints),
    )


def _chain(runs: tuple[LoggedRun, ...]) -> Iterator[str]:
    previous, number = None, 0
    for run in runs:
        if digests.chain_sha256(previous, run.records) != run.chain_sha256:
            yield f"run {run.id}: its captures do not give its chain {run.chain_sha256}"
        if run.id <= number:
            yield f"run {run.id}: it does not come after run {number}"
        previous, number = run.chain_sha256, run.id


def _checkpoints(log: RunLog) -> Iterator[str]:
    roots, ends = _grown(log)
    rows = {run.id: dict(run.row) for run in log.runs}
    previous: str | None = None
    for number, one in enumerate(log.checkpoints, 1):
        try:
            note = Note.parse(one.text)
            for complaint in _checkpoint(one, note, roots, ends, rows, previous):
                yield f"checkpoint {number}: {complaint}"
            previous = note.digest
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield f"checkpoint {number}: it cannot be read: {error}"


def _grown(log: RunLog) -> tuple[dict[int, bytes], dict[int | None, int]]:
    """The root at the size of each checkpoint, and the size after each run."""
    wanted = {one.size for one in log.checkpoints}
    tree, ends = Growing(roots={0: EMPTY}), dict[int | None, int]({None: 0})
    for run in log.runs:
        for record in run.records:
            tree.add(record)
            if tree.size in wanted:
                tree.roots[tree.size] = tree.root()
        ends[run.id] = tree.size
    return tree.roots, ends


def _checkpoint(
    one: LoggedCheckpoint,
    note: Note,
    roots: dict[int, bytes],
    ends: dict[int | None, int],
    rows: dict[int, dict[str, object]],
    previous: str | None,
) -> Iterator[str]:
    """What does not hold of a checkpoint. Raises ValueError and the like for what is none."""
    checkpoint, statement = Checkpoint.parse(note.text), json.loads(one.statement)
    if (checkpoint.size, checkpoint.root.hex()) != (one.size, one.root):
        yield "its note gives another size or root"
    if roots.get(one.size) != checkpoint.root:
        yield f"its root is not that of {plural(one.size, 'capture')} of the log"
    if ends.get(one.crawl_id) != one.size:
        yield f"run {one.crawl_id} does not end with {plural(one.size, 'capture')}"
    if checkpoint.extensions != (extension(one.statement),):
        yield "its note is not about its statement"
    if statement["previous"] != previous:
        yield "the one before it is not the one that it names"
    if statement["run"] != rows.get(one.crawl_id or 0):
        yield "its run is not as it was when it was sealed"
    yield from _signed_and_stamped(one, note, statement.get("verifier_key"))


def _signed_and_stamped(one: LoggedCheckpoint, note: Note, named: str | None) -> Iterator[str]:
    """What does not hold of the timestamps on a checkpoint, and of the signature of the key that it names."""
    for stamp in one.stamps:
        if timestamps.accepted(note, stamp.token).at != stamp.at:
            yield f"a timestamp on it is not of {stamp.at}"
    if named is not None and note.signatures and _signed_by(note, one.statement) is None:
        yield f"its signature is not that of {named}"


def _signed_by(note: Note, statement: str) -> str | None:
    """The key that the statement names, where its signature holds."""
    try:
        named = json.loads(statement).get("verifier_key")
        holds = named is not None and note.is_signed_by(Verifier.parse(named))
    except (ValueError, AttributeError):
        return None
    if not holds:
        return None
    return str(named)
