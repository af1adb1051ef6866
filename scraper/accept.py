"""`ushrn accept`: take in the pages that were held back, because a person says that the posts really are so."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from scraper.dates import utc
from scraper.decide import Judgement
from scraper.numbers import plural
from scraper.reading import READER, fingerprint, read_capture
from scraper.runs import Report, open_run, site_addresses, target_of
from scraper.store import Archive, HeldCapture
from scraper.vocabulary import Stage


def list_held(archive_path: Path, targets: Sequence[str] = ()) -> list[HeldCapture]:
    """What is held back of *targets* (ids or addresses of sites; none: all), oldest first. Writes nothing."""
    with Archive.open(
        archive_path, create=False, readonly=True, read=read_capture, reader=READER, fingerprint=fingerprint()
    ) as archive:
        return _held(archive, targets)


def run_accept(archive_path: Path, targets: Sequence[str] = (), *, now: Callable[[], datetime], by: str) -> Report:
    """Takes in what is held back of *targets*, as the person or account *by* decided. Raises UsageError,
    ArchiveUnusable.
    """
    with open_run(archive_path, now=now, create=False) as run:
        held = _held(run.archive, targets)
        run.begin("accept")
        at = utc(run.now())
        for one in held:
            run.interrupts.check()
            run.archive.judge(one.capture_id, Judgement.ACCEPTED, "accepted", at=at, by=by, crawl_id=run.crawl_id)
            run.archive.resolve(one.url, Stage.DRIFT)
        done = run.finish(0)
    line = f"{plural(len(held), 'page')} accepted: {done.changed} changed, {done.gone} gone; chain {done.chain_sha256}"
    return Report(exit_status=0, line=line, captures=len(held), changed=done.changed, gone=done.gone,
                  chain_sha256=done.chain_sha256)  # fmt: skip


def _held(archive: Archive, targets: Sequence[str]) -> list[HeldCapture]:
    known = site_addresses(archive.db)
    wanted = {target_of(word, known).site.id for word in targets}
    return [one for one in archive.held() if not wanted or one.site in wanted]
