"""How a run went: its exit status and its report."""

from collections.abc import Iterable
from dataclasses import dataclass

from scraper.errors import LayoutChanged, ProgramFault, Unreachable
from scraper.records import Problem

#: When several things went wrong, the exit status is the first of these that happened.
GRAVEST = (7, 12, 5, 11, 8, 9, 4, 1)

#: A fault of the program: contained and reported, everything else went on.
FAULT = ProgramFault.exit_status
#: Posts are not as they were, many at once.
ALARM = LayoutChanged.exit_status


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How a run went."""

    exit_status: int
    #: The run in one line, without a line break.
    line: str
    #: What a person should read before that line; each may have several lines.
    messages: tuple[str, ...] = ()
    #: What went wrong and is to be told: new problems, graver ones, and those that are due again after a week.
    causes: tuple[Problem, ...] = ()
    #: Captures brought in by an import or a recovery, and those of an import that were there already.
    captures: int = 0
    known: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    #: Pages that had errors.
    problems: int = 0
    requests: int = 0
    chain_sha256: str | None = None


def exit_status(statuses: Iterable[int], *, failed: bool) -> int:
    """The gravest of the *statuses* of sites or sources; 3 only when none was reached. *failed*: something went wrong
    that is to be told. One site of several that is out of reach is told when that begins, and then weekly.
    """
    happened = set(statuses)
    if happened == {Unreachable.exit_status}:
        return Unreachable.exit_status
    if failed:
        happened.add(1)
    return next((status for status in GRAVEST if status in happened), 0)


def format_duration(seconds: float) -> str:
    """``7m12s``, ``0.4s``."""
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02}m{rest:02}s"
    return f"{minutes}m{rest:02}s"
