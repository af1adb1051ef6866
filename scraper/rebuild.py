"""`ushrn rebuild`: every stored capture read again with today's rules. No network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from scraper.errors import Interrupted
from scraper.numbers import plural
from scraper.runs import Report, open_run
from scraper.store import Archive, FieldChange
from scraper.unwritable import workroom


def run_rebuild(
    archive_path: Path,
    *,
    diff: bool = False,
    jobs: int = 1,
    search: bool = False,
    now: Callable[[], datetime],
    changed: Callable[[FieldChange], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Report:
    """Makes all derived tables of the archive anew, telling *changed* of each difference; *diff*: only tells, from a
    copy, so that it works on a read-only disk and while another run writes.

    *jobs*: processes that read. *search*: make the full-text indexes anew, too. *progress* is told how many captures of
    how many are read. Raises ArchiveUnusable, IntegrityError, Interrupted.
    """
    with _place(archive_path, diff=diff) as place, open_run(place, now=now, create=False, up_to_date=False) as run:

        def step(at: int, total: int) -> None:
            if run.interrupts.asked:
                raise Interrupted(f"stopped by {run.interrupts.signal_name}; nothing was changed: run it again")
            progress(at, total)

        done = run.archive.rebuild(diff=diff, changed=changed, progress=step, jobs=jobs, search=search)
    verb = "would change" if diff else "changed"
    line = f"{plural(done.captures, 'capture')} read, {plural(done.posts, 'post')}, {done.changed:,} of them {verb}"
    return Report(exit_status=0, line=line, captures=done.captures, changed=done.changed)


@contextmanager
def _place(path: Path, *, diff: bool) -> Iterator[Path]:
    """Where to rebuild: the archive itself, or for a *diff* a copy that goes afterwards."""
    if not diff:
        yield path
        return
    with workroom("ushrn-rebuild-") as folder:
        copy = folder / path.name
        with Archive.open(path, create=False, readonly=True) as archive:
            archive.copy_to(copy)
        yield copy
