"""`ushrn import --set-aside`: an import that was wrong no longer counts. Nothing is deleted."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from scraper.decide import Judgement
from scraper.errors import UsageError
from scraper.numbers import plural
from scraper.runs import Report, open_run
from scraper.store import Archive, aside

#: Stands for the newest import.
LAST = "last"


def run_set_aside(archive_path: Path, word: str, *, reason: str | None, by: str, now: Callable[[], datetime]) -> Report:
    """Sets aside all captures of the import of the run that *word* names (its number, or `LAST`), as the person or
    account *by* decided; posts are folded as if they had not come.

    Raises UsageError for what is no import, or has no capture left that counts; ArchiveUnusable.
    """
    with open_run(archive_path, now=now, create=False) as run:
        number, records = _meant(run.archive, word)
        run.begin("set-aside")
        decided = aside.Decided(
            kind=Judgement.SET_ASIDE, reason=reason or f"import {number} undone", at=run.at(), by=by,
            crawl_id=run.crawl_id,
        )  # fmt: skip
        before = run.archive.count_posts()
        run.archive.set_aside(records, decided)
        done = run.finish(0)
        posts = before - run.archive.count_posts()
    line = (
        f"{plural(len(records), 'capture')} of import {number} set aside: {plural(posts, 'post')} no longer shown, the "
        f"others as they were without it; nothing was deleted. Chain {done.chain_sha256}"
    )
    return Report(exit_status=0, line=line, captures=len(records), chain_sha256=done.chain_sha256)


def _meant(archive: Archive, word: str) -> tuple[int, list[str]]:
    """The number of the run, and its captures."""
    number = aside.last_import(archive.db) if word == LAST else int(word) if word.isdecimal() else None
    if number is None or aside.command_of(archive.db, number) != "import":
        raise UsageError(
            f"--set-aside: expected {LAST!r}, or the number of an import that is here (its last line says it, and "
            f"the table crawls), found {word!r}"
        )
    records = aside.of_run(archive.db, number)
    if not records:
        raise UsageError(f"--set-aside: import {number} has no captures that still count")
    return number, records
