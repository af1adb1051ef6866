"""`ushrn demo`: three crawls of the pretend blog, 45 and 20 days ago and today, over real HTTP, without waiting."""

import shlex
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scraper import schema, search
from scraper.crawl import run_crawl
from scraper.dates import utc
from scraper.demo.about import describe
from scraper.demo.blog import Blog
from scraper.demo.posts import ILLUSTRATED, POSTS
from scraper.demo.server import LoopbackServer, served_blog
from scraper.errors import UsageError
from scraper.numbers import plural
from scraper.runs import Report
from scraper.store import change_list, holdings
from scraper.vocabulary import EventKind

DAYS = (-45, -20, 0)
NAME = "demo.db"
QUERY = "water"
WORDS = {"added": "new", "changed": "changed", "moved": "moved", "gone": "gone", "returned": "back"}


def run_demo(
    folder: str | Path = ".",
    *,
    force: bool = False,
    serve: Callable[[Path], int] | None = None,
    echo: Callable[[str], None] = print,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    find: Callable[[str], str | None] = shutil.which,
) -> int:
    """Makes *folder*/demo.db from three crawls, tells what changed, and returns the exit status.

    *serve*, if given, is called with the archive's path at the end, while the pretend blog still answers. *find* says
    where the shell finds a program; None: nowhere. Raises UsageError when there is a demo.db and not *force*.
    """
    path = Path(folder) / NAME
    if path.exists() and not force:
        raise UsageError(f"{path}: already exists; use --force to replace it")
    for old in (path, *(path.with_name(NAME + ending) for ending in ("-wal", "-shm", ".lock"))):
        old.unlink(missing_ok=True)
    today = now()
    blog = Blog(today=today, posts=(*POSTS, *ILLUSTRATED), pictures=True)
    with served_blog(blog) as server:
        echo(f"A pretend Wix blog answers at {server.base}; its archive is {path}.")
        statuses = [_crawl(path, blog, server, day, echo) for day in DAYS]
        describe(path, now)
        program = _program(find)
        _search(path, echo, program)
        _next(path, echo, program)
        worst = max(statuses)
        if serve is not None and worst == 0:
            return serve(path)
    return worst


def _crawl(path: Path, blog: Blog, server: LoopbackServer, day: int, echo: Callable[[str], None]) -> int:
    """One crawl on a simulated day, and what it brought."""
    blog.day = day
    begun = time.monotonic()
    moment = blog.today + timedelta(days=day)
    report = run_crawl(
        path,
        [server.base],
        contact="demo@example.org",
        delay=0,
        now=lambda: moment + timedelta(seconds=time.monotonic() - begun),
    )
    echo("")
    when = f"{plural(-day, 'day')} ago" if day else "today"
    echo(f"{moment:%Y-%m-%d}, {when}:")
    for line in _changes(path, moment, report):
        echo(f"  {line}")
    return report.exit_status


def _changes(path: Path, since: datetime, report: Report) -> list[str]:
    """What a crawl brought, from the archive's own tables."""
    with closing(schema.open_archive(path, create=False).conn) as db:
        events = change_list.of_last_run(db, utc(since))
        missing = change_list.missing_in_last_run(db)
        views = holdings.views(db)
    added = [title for kind, title in events if kind == EventKind.ADDED]
    lines = [f"new: {title}" for title in added[:3]]
    lines += [f"new: {len(added) - 3} more"] if len(added) > 3 else []
    lines += [f"{WORDS[kind]}: {title}" for kind, title in events if kind != EventKind.ADDED]
    lines += [f"missing for the first time, not yet called gone: {title}" for title in missing]
    lines += [f"views of all posts: {views}", *report.messages, report.line]
    return lines


def _search(path: Path, echo: Callable[[str], None], program: str) -> None:
    """One search, as `ushrn search` would answer."""
    echo("")
    echo(f"{program} search {QUERY} --db {_quoted(path)}")
    with closing(schema.open_archive(path, create=False).conn) as db:
        page = search.find(db, QUERY)
    for hit in page.hits:
        views = plural(hit.views, "view") if hit.views is not None else "views unknown"
        echo(f"  {(hit.published_at or 'undated')[:10]}  {hit.title} ({views})")


def _program(find: Callable[[str], str | None]) -> str:
    """How this program is called from the shell that reads the suggestions."""
    if find("ushrn"):
        return "ushrn"
    beside = Path(sys.executable).with_name("ushrn")
    if beside.exists():
        return shlex.quote(str(beside))
    return f"{shlex.quote(sys.executable)} -m scraper"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _next(path: Path, echo: Callable[[str], None], program: str) -> None:
    """What to try next."""
    db = _quoted(path)
    echo("")
    echo("Try next:")
    for command, why in (
        (f"{program} serve --db {db}", "read it in a browser, also as it looked, with its pictures"),
        (f"{program} status --db {db}", "what is in it, what is missing"),
        (f"{program} search '\"right to water\"' --db {db}", "an exact phrase"),
        (f"{program} export csv --db {db} --output posts.csv", "a table for a spreadsheet"),
        (f"{program} verify --db {db}", "check every digest"),
    ):
        echo(f"  {command}  # {why}")
