"""That an archive was verified, as a run of its own: sealed like the others, so that `status` can tell its age."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from scraper.runs import open_run
from scraper.verify.findings import Findings


def record(path: Path, findings: Findings, now: Callable[[], datetime]) -> str | None:
    """Writes that the archive was found so; the new chain. None: there is damage, and nothing is written to it.

    Raises ArchiveUnusable where it cannot be written, ArchiveBusy where another run holds it.
    """
    if findings.has_damage:
        return None
    with open_run(path, now=now, create=False, up_to_date=False) as run:
        run.begin("verify")
        return run.finish(findings.exit_status).chain_sha256
