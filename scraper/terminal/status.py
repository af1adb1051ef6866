"""`ushrn status`: what is in the archive, how fresh it is, what is missing or broken; one screen, or JSON."""

import csv
import io
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scraper import lock, schema
from scraper.dates import utc
from scraper.decide import instant
from scraper.errors import UsageError
from scraper.numbers import plural, size
from scraper.store import Health, OpenProblem, SiteHealth
from scraper.store import health as read_model
from scraper.terminal import checks
from scraper.wording import day_of, framed

#: Of the JSON form: raised where a field changes its meaning or goes; new ones may come without.
SCHEMA_VERSION = 1
#: A crawl of which nothing need be said: 1 means that some pages had errors.
QUIET_EXITS = (0, 1)
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*(h|d|w)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The archive at one moment."""

    path: str
    #: Bytes of the file.
    size: int
    health: Health
    around: checks.Surroundings
    #: What is not as it should be.
    causes: tuple[checks.Cause, ...]
    #: Whether the last crawl that had pages is older than allowed; None: no limit was given.
    stale: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """For monitoring: plain values only; docs/running.md says what each is."""
        found = asdict(self.health)
        last = found.pop("last_crawl") or {}
        return {
            "schema_version": SCHEMA_VERSION,
            "at": utc(self.around.now),
            "path": self.path,
            "size": self.size,
            "disk_free": self.around.disk_free,
            "running": self.around.is_running,
            "stale": self.stale,
            "causes": [asdict(cause) for cause in self.causes],
            "last_crawl_at": last.get("started_at"),
            "last_crawl_finished_at": last.get("finished_at"),
            "last_crawl_exit": last.get("exit_status"),
            **found,
        }


def status(path: str | Path, now: datetime, max_age: timedelta | None = None) -> Status:
    """The state of the archive at *path*. Reads only. Raises ArchiveUnusable for what is no archive of ours."""
    path = Path(path)
    db = schema.open_archive(path, create=False, readonly=True)
    try:
        health = read_model.health(db.conn, now, checks.TROUBLES.keys())
    finally:
        db.conn.close()
    around = checks.Surroundings(
        now=now,
        disk_free=shutil.disk_usage(path.absolute().parent).free,
        is_running=lock.is_held(path),
        max_age=max_age or checks.MAX_AGE,
    )
    return Status(
        path=str(path),
        size=path.stat().st_size,
        health=health,
        around=around,
        causes=checks.causes(health, around),
        stale=None if max_age is None else checks.is_stale(health, around),
    )


def coverage(path: str | Path) -> Iterator[str]:
    """The view `coverage` as CSV, line by line, the heading first. Raises ArchiveUnusable for what is no archive."""
    db = schema.open_archive(path, create=False, readonly=True)
    try:
        for row in read_model.coverage(db.conn):
            yield _csv_line(row)
    finally:
        db.conn.close()


def _csv_line(values: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def screen(found: Status) -> str:
    """The status for people: one screen, no line over 100 characters where the addresses allow it."""
    health = found.health
    lines = [
        f"{found.path}: {plural(health.posts, 'post')}, {health.new_this_month} new this month, {health.gone} gone, "
        f"{plural(health.revisions, 'revision')}, {plural(health.captures, 'capture')}, {size(found.size)}"
    ]
    if health.pictures:
        lines.append(f"pictures: {health.pictures}, {size(health.pictures_size)} of it")
    lines.append(_crawl_line(found))
    if health.last_verify_at:
        lines.append(f"last verified: {_when(health.last_verify_at, found.around.now)}")
    lines += [_site_line(site, found.around.now) for site in health.sites]
    told = list(map(_problem_line, health.problems))
    lines.append(f"problems: {plural(health.errors, 'error')}, {plural(health.notes, 'note')}{':' * bool(told)}")
    lines += told
    more = health.errors + health.notes - len(health.problems)
    if more > 0:
        lines.append(f"  and {more} more in the table problems")
    if health.chain_sha256:
        lines.append(f"chain after the last run: {health.chain_sha256}")
    return "\n".join(lines)


def check_lines(found: Status) -> str:
    """What is not as it should be, one line a cause; one line where all is well."""
    if found.causes:
        return "\n".join(map(str, found.causes))
    return f"all is well: {_crawl_line(found)}"


def _crawl_line(found: Status) -> str:
    health = found.health
    at = health.last_good_crawl_at
    line = f"last good crawl: {_when(at, found.around.now) if at else 'none yet'}"
    last = health.last_crawl
    if last is not None and last.exit_status not in QUIET_EXITS:
        ended = "did not end" if last.exit_status is None else f"ended with exit status {last.exit_status}"
        line += f"; the one begun {last.started_at} {ended}"
    return line + ("; STALE" if found.stale else "")


def _when(at: str, now: datetime) -> str:
    return f"{at} ({_ago(now - instant(at))})"


def _site_line(site: SiteHealth, now: datetime) -> str:
    span = framed(day_of(site.first_published_at), ", ", f" to {day_of(site.last_published_at)}")
    known = ", ".join(f"{count} {state}" for state, count in site.coverage.items())
    had = f"; last answered {_when(site.last_had_at, now)}" if site.last_had_at else ""
    posts = f"{plural(site.posts, 'post')}{span}, {site.gone} gone"
    return f"  {site.id} ({site.state}): {posts}; addresses: {known or 'none'}{had}"


def _problem_line(problem: OpenProblem) -> str:
    what = f"{problem.stage}/{problem.kind}{framed(problem.field, ' ')}"
    words = problem.message.replace("\n", " ")
    return (
        f"  {problem.level} {what}, {problem.times}x since {problem.first_seen_at[:10]}: {problem.url}: {words[:160]}"
    )


def _ago(age: timedelta) -> str:
    if age < timedelta(hours=1):
        return "less than an hour ago"
    if age < timedelta(hours=48):
        return f"{plural(round(age.total_seconds() / 3600), 'hour')} ago"
    return f"{plural(age.days, 'day')} ago"


def parse_age(text: str) -> timedelta:
    """``36h``, ``8d``, ``2w``; a bare number is days. Raises UsageError."""
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"--max-age: expected a number with h, d or w (36h, 8d), found {text!r}")
    unit = {"h": "hours", "d": "days", "w": "weeks"}[(match[2] or "d").lower()]
    try:
        return timedelta(**{unit: float(match[1])})
    except OverflowError:
        raise UsageError(f"--max-age: expected an age of less than a million years, found {text!r}") from None


def write_whole(path: Path, text: str) -> None:
    """Put *text* into the file at *path* at once: whoever reads it meets the old or the new, never a part.

    Readable for all, as monitoring runs as somebody else. Raises OSError, which names *path*.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            part.unlink()
