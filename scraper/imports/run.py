"""Import files and folders into an archive, and say how it went."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from scraper import saved
from scraper.dates import FIRST_YEAR, can_be_captured, latest_capture
from scraper.errors import Interrupted, Unreadable, UsageError
from scraper.imports.logs import Restoring, restorable, sealed_by
from scraper.imports.session import ImportSession
from scraper.imports.warc import Trust, WarcImporter
from scraper.numbers import plural
from scraper.reading import read_capture
from scraper.records import Capture
from scraper.runs import Report, exit_status, judge_arrivals, open_run
from scraper.store import ImportFile, PlaceInFile, run_log
from scraper.vocabulary import CaptureKind, FileKind, Level, ReadingKind, Stage

#: The first web page was written in December 1990.


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the caller says of the files, already checked."""

    url: str | None = None
    captured_at: str | None = None
    manifest_file: Path | None = None
    manifest: saved.Manifest = field(default_factory=lambda: saved.NO_MANIFEST)


def run_import(
    archive_path: Path,
    paths: Sequence[Path],
    *,
    url: str | None = None,
    captured_at: str | None = None,
    manifest: Path | None = None,
    all_hosts: bool = False,
    own: bool = False,
    key: str | None = None,
    now: Callable[[], datetime],
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Bring *paths* (files and folders) into the archive, made if it is not there.

    *url* names the page of the only file; *captured_at* dates all files; *manifest* tells both for each. Of web
    archives the pages of known sites are taken, or with *all_hosts* all. *own*: the caller vouches that what says
    that it was written by this program was; it is then restored whole, with its own times and sources.
    One whole export of an archive, *own*, into an archive that has nothing yet restores its runs. *key*: so is what a
    checkpoint of that verifier key covers, and nothing else; every file must carry one.
    *progress* is told each file's name. Importing the same again changes nothing. Raises UsageError, ArchiveUnusable,
    and Unreadable where none of *paths* is there and no archive either.
    """
    given = _checked(paths, url, captured_at, manifest, now())
    if not archive_path.exists() and not any(path.exists() for path in paths):
        raise Unreadable(", ".join(map(saved.shown, paths)), "there is no such file, so no archive was made")
    if key is not None:
        _check_seals(paths, key)
    trust = Trust(own=own or key is not None, sealed_only=key is not None)
    with open_run(archive_path, now=now) as run:
        alone = trust.own and len(paths) == 1 and paths[0].is_file() and run_log.has_none(run.archive.db)
        session = ImportSession(run=run, restoring=restorable(paths[0]) if alone else None)
        session.begin()
        try:
            _import_all(session, paths, given, progress, all_hosts=all_hosts, trust=trust)
        except Interrupted as stopped:
            return _finished(session, Interrupted.exit_status, str(stopped))
        return _finished(session, exit_status(session.statuses, failed=bool(session.failed)))


def _checked(
    paths: Sequence[Path], url: str | None, captured_at: str | None, manifest: Path | None, now: datetime
) -> Given:
    """The caller's words, understood. Raises UsageError before anything is opened."""
    if url is not None and (len(paths) != 1 or paths[0].is_dir()):
        raise UsageError("--url names one page: give one file with it, or a --manifest for several")
    given = Given(
        url=saved.given_url(url),
        captured_at=saved.given_time(captured_at),
        manifest_file=manifest,
        manifest=saved.read_manifest(manifest) if manifest is not None else saved.NO_MANIFEST,
    )
    said = [given.captured_at, *(one.captured_at for one in given.manifest.values())]
    for at in filter(None, said):
        _check_possible(at, now)
    return given


def _check_seals(paths: Sequence[Path], key: str) -> None:
    """Raises UsageError where a file does not carry a checkpoint that holds and that *key* signed."""
    for path in paths:
        if not sealed_by(path, key):
            name = saved.shown(path)
            raise UsageError(f"--key: expected in {name} a checkpoint that holds and is signed by {key}, found none")


def _check_possible(captured_at: str, now: datetime) -> None:
    """Raises UsageError for a time before the web or after tomorrow: it would stand before all later captures."""
    if not can_be_captured(captured_at, now):
        span = f"between {FIRST_YEAR} and {latest_capture(now)}"
        raise UsageError(f"expected a time of capture {span}, found {captured_at}")


def _import_all(
    session: ImportSession,
    paths: Sequence[Path],
    given: Given,
    progress: Callable[[str], None],
    *,
    all_hosts: bool,
    trust: Trust,
) -> None:
    archives = WarcImporter(session, all_hosts=all_hosts, trust=trust)
    for item in saved.walk(paths, manifest=given.manifest_file):
        session.run.interrupts.check()
        if isinstance(item, saved.Skipped):
            session.report(saved.shown(item.path), "skipped", item.message, level=item.level)
            continue
        progress(saved.shown(item))
        try:
            if not archives.take(item):
                _import_page(session, item, given)
        except Unreadable as error:
            session.report(error.url, "unreadable", error.reason)
    archives.finish()
    if session.restoring is None:
        judge_arrivals(session, "import")
    if session.by_file_time:
        captures = plural(session.by_file_time, "capture")
        said = "dated by the time of the file, which proves least; --captured-at or a --manifest dates them better"
        session.messages.append(f"{captures} {said}")
    session.hear_links()


def _import_page(session: ImportSession, path: Path, given: Given) -> None:
    """One saved page or dump. Raises Unreadable."""
    capture = saved.load(path, url=given.url, captured_at=given.captured_at, manifest=given.manifest)
    name = saved.shown(path)
    if not capture.url:
        is_page = capture.kind not in (CaptureKind.ROBOTS, CaptureKind.SITEMAP, CaptureKind.FEED)
        hint = "name it with --url or a --manifest"
        session.report(
            name,
            "no-address",
            f"the file does not give its address; {hint}",
            level=Level.ERROR if is_page else Level.NOTE,
        )
        return
    reading = read_capture(capture)
    if reading.kind == ReadingKind.ERROR:
        raise Unreadable(name, "; ".join(problem.message for problem in reading.problems))
    file = ImportFile(name=path.name, kind=saved.container_of(path) or _kind(capture), **saved.facts(path))
    row = session.archive.import_file(file, session.run.crawl_id)
    session.take(capture, reading, place=PlaceInFile(import_file_id=row))
    session.archive.resolve(name, Stage.IMPORT)


def _kind(capture: Capture) -> FileKind:
    """What kind of file a saved page is, for the row of its file."""
    match (capture.media_type or "").partition("/"):
        case "text", _, "html":
            return FileKind.HTML
        case "text", _, "plain":
            return FileKind.TEXT
        case _, _, "pdf":
            return FileKind.PDF
        case _, _, form if form.endswith("xml"):
            return FileKind.XML
        case _:
            return FileKind.OTHER


def _restored(session: ImportSession, restoring: Restoring, exit_status: int, last_word: str) -> Report:
    """Seal the runs that were restored, and report."""
    runs = restoring.log.runs
    differing = session.archive.finish_again(restoring.log, restoring.file_sha256)
    session.archive.checkpoint()
    if differing and not last_word:
        message = "captures are missing or damaged in the file; its runs are recorded as if they had been killed"
        session.messages.append(f"run {differing[0]}: {message}, and no checkpoint of theirs came back")
    what = "with errors" if differing else "restored"
    parts = [plural(session.captures, "capture"), f"{plural(len(runs), 'run')} {what}"]
    parts += [f"{len(session.failed)} with errors", f"chain {runs[-1].chain_sha256}"]
    return Report(
        exit_status=exit_status or (1 if differing else 0),
        line="import: " + ", ".join(parts) + (f"; {last_word}" if last_word else ""),
        messages=tuple(session.messages),
        problems=len(session.failed),
        captures=session.captures,
        known=session.known,
        chain_sha256=runs[-1].chain_sha256,
    )


def _finished(session: ImportSession, exit_status: int, last_word: str = "") -> Report:
    """End the run in the archive, and report."""
    if session.restoring is not None:
        return _restored(session, session.restoring, exit_status, last_word)
    summary = session.run.finish(exit_status)
    parts = [
        plural(session.captures, "capture"),
        f"{summary.new} new",
        f"{summary.changed} changed",
        f"{summary.same} same",
    ]
    there = f"{session.known} already there"
    if session.aside:
        there += f" ({session.aside} set aside: they do not count, even if imported again)"
    parts += [there, f"{len(session.failed)} with errors", f"run {summary.crawl_id}"]
    parts.append(f"chain {summary.chain_sha256}")
    return Report(
        exit_status=exit_status,
        line="import: " + ", ".join(parts) + (f"; {last_word}" if last_word else ""),
        messages=tuple(session.messages),
        causes=session.untold(),
        new=summary.new,
        changed=summary.changed,
        same=summary.same,
        problems=len(session.failed),
        captures=session.captures,
        known=session.known,
        chain_sha256=summary.chain_sha256,
    )
