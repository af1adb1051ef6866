"""`ushrn status`: what is in the archive, how fresh it is, what is missing or broken; one screen, or JSON."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scraper import schema
from scraper.errors import UsageError

#: A crawl counts as good when it reached the sites and finished: 1 means that some pages had errors.
GOOD_EXITS = (0, 1)
MOST_PROBLEMS = 5
_PICTURES = "FROM bodies WHERE sha256 IN (SELECT body_sha256 FROM captures WHERE kind = 'image')"
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*(h|d|w)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatus:
    """One site."""

    id: str
    state: str
    base_url: str
    posts: int
    gone: int
    #: Addresses of posts by what became of them: archived, wanted, lost …
    coverage: dict[str, int]
    first_published_at: str | None
    last_published_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenProblem:
    """Something that went wrong and has not worked since."""

    url: str
    stage: str
    kind: str
    field: str
    level: str
    message: str
    first_seen_at: str
    last_seen_at: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The archive at one moment."""

    path: str
    #: Bytes of the file.
    size: int
    #: Different pictures that are kept, and what they weigh in the file, bytes.
    pictures: int
    pictures_size: int
    posts: int
    #: First seen in the running calendar month (UTC).
    new_this_month: int
    gone: int
    revisions: int
    captures: int
    #: Open ones: errors and notes.
    errors: int
    notes: int
    problems: tuple[OpenProblem, ...]
    sites: tuple[SiteStatus, ...]
    #: The last crawl that did its work, and its exit status; None: there was none.
    last_good_crawl_at: str | None
    last_crawl_at: str | None
    last_crawl_exit: int | None
    #: The seal of the last finished run.
    chain_sha256: str | None
    #: Whether the last good crawl is older than allowed; None: no limit was given.
    stale: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """For monitoring: plain values only."""
        return asdict(self)


def status(path: str | Path, now: datetime, max_age: timedelta | None = None) -> Status:
    """The state of the archive at *path*. Reads only. Raises ArchiveUnusable for what is no archive of ours."""
    db = schema.open_archive(path, create=False, readonly=True)
    try:
        return _status(db.conn, Path(path), now, max_age)
    finally:
        db.conn.close()


def _status(db: sqlite3.Connection, path: Path, now: datetime, max_age: timedelta | None) -> Status:
    good = _one(
        db,
        "SELECT max(finished_at) FROM crawls WHERE command = 'crawl' AND exit_status IN (0, 1) AND EXISTS ("
        " SELECT 1 FROM captures WHERE crawl_id = crawls.id AND kind IN ('post', 'list', 'feed', 'sitemap')"
        " AND status IN (200, 304))",
    )
    last = db.execute(
        "SELECT started_at, exit_status FROM crawls WHERE command = 'crawl' ORDER BY id DESC LIMIT 1"
    ).fetchone() or (None, None)
    month = now.strftime("%Y-%m")
    levels = dict(db.execute("SELECT level, count(*) FROM problems WHERE resolved_at IS NULL GROUP BY level"))
    return Status(
        path=str(path),
        size=path.stat().st_size,
        pictures=_one(db, f"SELECT count(*) {_PICTURES}"),
        pictures_size=_one(db, f"SELECT ifnull(sum(length(data)), 0) {_PICTURES}"),
        posts=_one(db, "SELECT count(*) FROM posts"),
        new_this_month=_one(db, "SELECT count(*) FROM posts WHERE first_seen_at >= ?", month),
        gone=_one(db, "SELECT count(*) FROM posts WHERE gone_at IS NOT NULL"),
        revisions=_one(db, "SELECT count(*) FROM revisions"),
        captures=_one(db, "SELECT count(*) FROM captures"),
        errors=levels.get("error", 0),
        notes=levels.get("note", 0),
        problems=_problems(db),
        sites=tuple(
            _site(db, *row) for row in db.execute("SELECT id, state, base_url FROM sites ORDER BY id").fetchall()
        ),
        last_good_crawl_at=good,
        last_crawl_at=last[0],
        last_crawl_exit=last[1],
        chain_sha256=_one(
            db, "SELECT chain_sha256 FROM crawls WHERE chain_sha256 IS NOT NULL ORDER BY id DESC LIMIT 1"
        ),
        stale=None if max_age is None else _is_stale(good, now, max_age),
    )


def _one(db: sqlite3.Connection, sql: str, *values: object) -> Any:
    """The one value that *sql* selects; None: no row."""
    row = db.execute(sql, values).fetchone()
    return row[0] if row else None


def _is_stale(good: str | None, now: datetime, max_age: timedelta) -> bool:
    return good is None or now - datetime.fromisoformat(good) > max_age


def _problems(db: sqlite3.Connection) -> tuple[OpenProblem, ...]:
    names = tuple(OpenProblem.__dataclass_fields__)
    rows = db.execute(
        f"SELECT {', '.join(names)} FROM problems WHERE resolved_at IS NULL"
        " ORDER BY level = 'note', last_seen_at DESC, url, stage, kind, field LIMIT ?",
        (MOST_PROBLEMS,),
    )
    return tuple(OpenProblem(**dict(zip(names, row, strict=True))) for row in rows)


def _site(db: sqlite3.Connection, site: str, state: str, base_url: str) -> SiteStatus:
    posts, gone, first, last = db.execute(
        "SELECT count(*), count(gone_at), min(published_at), max(published_at) FROM posts WHERE site = ?", (site,)
    ).fetchone()
    coverage = dict(
        db.execute("SELECT state, count(*) FROM known_urls WHERE site = ? GROUP BY state ORDER BY state", (site,))
    )
    return SiteStatus(
        id=site,
        state=state,
        base_url=base_url,
        posts=posts,
        gone=gone,
        coverage=coverage,
        first_published_at=first,
        last_published_at=last,
    )


def coverage(path: str | Path) -> Iterator[str]:
    """The view `coverage` as CSV, line by line, the heading first. Raises ArchiveUnusable for what is no archive."""
    db = schema.open_archive(path, create=False, readonly=True)
    try:
        rows = db.conn.execute("SELECT * FROM coverage ORDER BY site, url")
        yield _csv_line([column[0] for column in rows.description])
        for row in rows:
            yield _csv_line(row)
    finally:
        db.conn.close()


def _csv_line(values: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def screen(found: Status, now: datetime) -> str:
    """The status for people: one screen, no line over 100 characters where the addresses allow it."""
    lines = [
        f"{found.path}: {found.posts} posts, {found.new_this_month} new this month, {found.gone} gone, "
        f"{found.revisions} revisions, {found.captures} captures, {_size(found.size)}"
    ]
    if found.pictures:
        lines.append(f"pictures: {found.pictures}, {_size(found.pictures_size)} of it")
    lines.append(_crawl_line(found, now))
    lines += [_site_line(site) for site in found.sites]
    lines.append(f"problems: {found.errors} errors, {found.notes} notes" + (":" if found.problems else ""))
    lines += [_problem_line(problem) for problem in found.problems]
    more = found.errors + found.notes - len(found.problems)
    if more > 0:
        lines.append(f"  and {more} more in the table problems")
    if found.chain_sha256:
        lines.append(f"seal of the last run: {found.chain_sha256}")
    return "\n".join(lines)


def _crawl_line(found: Status, now: datetime) -> str:
    if found.last_good_crawl_at is None:
        line = "last good crawl: none yet"
    else:
        age = now - datetime.fromisoformat(found.last_good_crawl_at)
        line = f"last good crawl: {found.last_good_crawl_at} ({_ago(age)})"
    if found.last_crawl_at and found.last_crawl_exit not in GOOD_EXITS:
        ended = "did not end" if found.last_crawl_exit is None else f"ended with exit status {found.last_crawl_exit}"
        line += f"; the one begun {found.last_crawl_at} {ended}"
    return line + ("; STALE" if found.stale else "")


def _site_line(site: SiteStatus) -> str:
    span = (
        f", {site.first_published_at[:10]} to {(site.last_published_at or '')[:10]}" if site.first_published_at else ""
    )
    known = ", ".join(f"{count} {state}" for state, count in site.coverage.items())
    return f"  {site.id} ({site.state}): {site.posts} posts{span}, {site.gone} gone; addresses: {known or 'none'}"


def _problem_line(problem: OpenProblem) -> str:
    what = f"{problem.stage}/{problem.kind}" + (f" {problem.field}" if problem.field else "")
    words = problem.message.replace("\n", " ")
    return (
        f"  {problem.level} {what}, {problem.times}x since {problem.first_seen_at[:10]}: {problem.url}: {words[:160]}"
    )


def _size(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _ago(age: timedelta) -> str:
    if age < timedelta(hours=48):
        return f"{max(0, round(age.total_seconds() / 3600))} hours ago"
    return f"{age.days} days ago"


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
