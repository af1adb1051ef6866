"""All checks of an archive, one after the other."""

import errno
import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from scraper import schema
from scraper.errors import ArchiveBusy, ArchiveError, ArchiveUnusable, Interrupted, NewerArchive
from scraper.seal import Note, same_schema
from scraper.store import sealing, workers
from scraper.unwritable import workroom
from scraper.verify import derived, seals, shape, stored, types, values
from scraper.verify.findings import Findings


def run(
    path: Path,
    *,
    now: Callable[[], datetime],
    progress: Callable[[str, int], None] = lambda _what, _n: None,
    known: Note | None = None,
    chain: str | None = None,
    jobs: int = 1,
) -> Findings:
    """Check the archive at *path*, read-only; *progress* is told what is looked at and how many are done.

    *jobs*: processes that decode bodies and read pages; what is found, and in which order, is the same.
    *known*, *chain*: a checkpoint, and the chain of a run, that were kept elsewhere and should be in the archive.

    Raises ArchiveUnusable where it cannot be opened, ArchiveBusy where it was written to while damage was found.
    """
    try:
        return _checked(path, now, progress, known, chain, jobs)
    except NewerArchive as newer:
        return _altered_version(path, newer)


def _checked(
    path: Path,
    now: Callable[[], datetime],
    progress: Callable[[str, int], None],
    known: Note | None,
    chain: str | None,
    jobs: int,
) -> Findings:
    """What is found; once more where the archive was written to meanwhile."""
    for _ in range(2):
        with closing(schema.open_archive(path, create=False, readonly=True).conn) as db, schema.explained(path):
            before = _version(db, path)
            findings = _all(path, db, now, progress, known, jobs)
            if chain is not None:
                stored.check_known_chain(db, findings, chain)
            after = _version(db, path)
        if before == after or not findings.exit_status:
            return findings
    raise ArchiveBusy(f"{path}: it was written to while it was checked; run verify again when no crawl runs")


def _version(db: sqlite3.Connection, path: Path) -> tuple[int, str]:
    """What another's commit changes: for a connection, and for one that takes the file as still."""
    (version,) = db.execute("PRAGMA data_version").fetchone()
    return version, schema.file_state(path).sign


def _all(
    path: Path,
    db: sqlite3.Connection,
    now: Callable[[], datetime],
    progress: Callable[[str, int], None],
    known: Note | None,
    jobs: int,
) -> Findings:
    findings = Findings()
    has_bodies = not _left_out(db)
    if not has_bodies:
        findings.unproven(
            "bodies-left-out", "bodies", "a copy without bodies: they, and what was read from them, cannot be checked"
        )
    without_pictures = sealing.meta(db, sealing.WITHOUT_PICTURES) is not None
    if without_pictures and has_bodies:
        findings.unproven("pictures-left-out", "bodies", "a copy without pictures: their bytes cannot be checked")
    same_shape = _same_shape(db, findings)
    with workroom("ushrn-verify-") as place:
        asked = _Asked(path, place, now(), known, has_bodies, not without_pictures, same_shape)
        for part in _parts(asked, db, progress, jobs):
            findings.take(part)
    return findings


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be checked, and how far that goes."""

    path: Path
    #: A folder for copies.
    place: Path
    now: datetime
    known: Note | None
    has_bodies: bool
    has_pictures: bool
    same_shape: bool


Progress = Callable[[str, int], None]
Check = Callable[[_Asked, sqlite3.Connection, Findings, Progress], object]
_FILE: tuple[Check, ...] = (
    lambda asked, db, found, _: shape.check_file(
        db, asked.place, asked.path, found, has_bodies=asked.has_bodies and asked.has_pictures,
        same_shape=asked.same_shape,
    ),
)  # fmt: skip


def _search(name: str) -> tuple[Check, ...]:
    return (
        lambda asked, db, found, _: (
            shape.check_search(db, asked.place, asked.path, found, name) if asked.same_shape else None
        ),
    )


_ROWS: tuple[Check, ...] = (
    lambda asked, db, found, told: stored.check_captures(
        db, found, told, has_bodies=asked.has_bodies, has_pictures=asked.has_pictures
    ),
    lambda _asked, db, found, _told: stored.check_chain(db, found),
    lambda asked, db, found, _told: seals.check_log(db, found, asked.known),
    lambda asked, db, found, _told: seals.check_tables(db, found, same_shape=asked.same_shape),
    lambda _asked, db, found, _told: types.check(db, found),
    lambda _asked, db, found, _told: derived.check_decisions(db, found),
    lambda asked, db, found, _told: derived.check_runs(db, found.damage) if asked.same_shape else None,
    lambda asked, db, found, _told: derived.check_waiting(db, found) if asked.same_shape else None,
    lambda asked, db, found, _told: values.check(db, found, asked.now),
    lambda _asked, db, found, told: derived.check_contents(db, found, told),
)
#: Parts that need nothing of the other checks, nor of each other. Those of the rows are told behind the bodies.
_APART = (_FILE, *map(_search, sorted(schema.FTS)), _ROWS)
_FIRST = range(len(_APART) - 1)
_LAST = range(len(_APART) - 1, len(_APART))


def check_parts(
    asked: _Asked, db: sqlite3.Connection, numbers: Iterable[int], progress: Progress | None = None
) -> dict[int, Findings]:
    """What those of the parts find that need nothing of the others, by their numbers."""
    db.execute(f"PRAGMA cache_size = -{shape.CACHE_KIB}")
    made = {number: Findings() for number in numbers}
    for number, found in made.items():
        for check in _APART[number]:
            _guarded(partial(check, asked, db, found, progress or (lambda _what, _n: None)), found)
    return made


def _parts(asked: _Asked, db: sqlite3.Connection, progress: Progress, jobs: int) -> list[Findings]:
    """What all checks find, in the order in which it is told. With several jobs the parts apart go on meanwhile, each
    job with every so many of them: all are handed out at once, as their answers are taken at the end.
    """
    damaged: set[str] = set()
    bodies, again = Findings(), Findings()
    first, last, apart = _FIRST, _LAST, []
    if jobs > 1:
        first = last = range(0)
        apart = [range(len(_APART))[number::jobs] for number in range(jobs)]
    with workers.in_order(partial(check_parts, asked), asked.path, apart, jobs) as answers:
        found = check_parts(asked, db, first, progress)
        if asked.has_bodies:
            _guarded(lambda: damaged.update(stored.check_bodies(db, asked.path, bodies, progress, jobs)), bodies)
        found |= check_parts(asked, db, last, progress)
        if asked.has_bodies and asked.same_shape:
            _guarded(
                lambda: derived.check_derivation(db, asked.place, asked.path, again, damaged, progress, jobs), again
            )
        for answer in answers:
            found |= answer
    return [*(found[number] for number in _FIRST), bodies, *(found[number] for number in _LAST), again]


def _same_shape(db: sqlite3.Connection, findings: Findings) -> bool:
    """Whether the tables are those of this version. An older archive is no damage; one of no version is."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version == schema.VERSION:
        return True
    if version < max(1, seals.sealed_version(db)):
        message = f"expected user_version {schema.VERSION}, found {version}, which no version left here"
        findings.damage("version", "file", message)
        return True
    findings.unproven(
        "older-shape",
        "file",
        "made by an older version: tables, search and readings not compared; `ushrn rebuild` first",
    )
    return False


def _altered_version(path: Path, newer: NewerArchive) -> Findings:
    """What is to be said of an archive that claims a newer version, and has the very tables that this one sealed;
    of any other, *newer* is raised.
    """
    with closing(schema.open_as_it_is(path)) as db, schema.explained(path):
        last = sealing.newest(db)
        if last is None or not same_schema(db, json.loads(last.statement)["schema"]):
            raise newer
    findings = Findings()
    message = "it says that a newer version wrote it, but its tables are those that this version sealed"
    findings.damage("version", "file", message)
    return findings


def _left_out(db: sqlite3.Connection) -> bool:
    try:
        asked = "SELECT EXISTS (SELECT 1 FROM meta WHERE key = ?) AND NOT EXISTS (SELECT 1 FROM bodies)"
        return bool(db.execute(asked, (sealing.WITHOUT,)).fetchone()[0])
    except sqlite3.DatabaseError:
        return False


def _guarded(check: Callable[[], object], findings: Findings) -> None:
    """Run a check; one that cannot go on because of damage must not hide what the others find."""
    try:
        check()
    except (ArchiveUnusable, Interrupted):  # of a copy, as the archive itself is open; of a process
        raise
    except sqlite3.DatabaseError as error:
        if shape.has_no_room(error):
            raise OSError(errno.ENOSPC, str(error)) from error
        findings.damage("sqlite", "file", f"SQLite cannot read on: {error}")
    except (ArchiveError, ValueError, TypeError, KeyError, AttributeError) as error:
        findings.damage("unreadable", "file", f"a row cannot be understood: {type(error).__name__}: {error}")
