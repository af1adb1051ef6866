"""How an archive fares, for whoever keeps it: what is in it, when pages were last fetched, what is wrong. Only reads.

A crawl was good for a site when pages of it were fetched: a post was shown, or a source (sitemap, feed, list) was
fetched whole and no page stood behind a wall. Its exit status says nothing of that: one page that fails hides no
other.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scraper import decide, sites
from scraper.dates import utc
from scraper.errors import Interrupted
from scraper.store import single
from scraper.store.aside import STANDS

#: What has not been met for so long, though runs went well since, is told no more.
FORGOTTEN_AFTER = timedelta(days=30)
MOST_PROBLEMS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHealth:
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
    #: When the last crawl began in which pages of the site were fetched, UTC; None: there was none.
    last_had_at: str | None
    #: When the site was last asked for anything, UTC; None: never.
    last_asked_at: str | None
    #: Posts that the site's own sources still named in that crawl, and that were never fetched; since when the first of
    #: them was named, and one of them.
    named_not_had: int
    named_not_had_since: str | None
    named_not_had_example: str | None


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
class Trouble:
    """All open problems of one kind on one site: its id, or the address where it is of none."""

    site: str
    kind: str
    addresses: int
    first_seen_at: str
    last_seen_at: str
    #: Of the one met last.
    url: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run. Times are UTC."""

    id: int
    command: str
    started_at: str
    #: None: it goes on, or was killed.
    finished_at: str | None
    exit_status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The archive at one moment."""

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
    #: The few that were met last, errors first.
    problems: tuple[OpenProblem, ...]
    troubles: tuple[Trouble, ...]
    sites: tuple[SiteHealth, ...]
    #: When the last crawl ended in which pages were fetched, UTC; None: there was none.
    last_good_crawl_at: str | None
    last_crawl: RunRow | None
    #: Runs that are not sealed: one that goes on, or such as were killed.
    unsealed: tuple[RunRow, ...]
    #: When `verify --record` last found no damage, UTC; None: never.
    last_verify_at: str | None
    #: The seal of the last finished run.
    chain_sha256: str | None


def health(db: sqlite3.Connection, now: datetime, kinds: Collection[str]) -> Health:
    """The state of the archive; *kinds*: of the problems that are to be told by site, as `Health.troubles`."""
    forgotten, this_month = utc(now - FORGOTTEN_AFTER), now.strftime("%Y-%m")
    levels = dict(db.execute(f"SELECT level, count(*) FROM problems WHERE {_OPEN} GROUP BY level", (forgotten,)))
    runs = {run.id: run for run in _runs(db)}
    crawls = [run for run in runs.values() if run.command == "crawl"]
    had = _last_had(db, runs)
    last_had = max((runs[number] for number in had.values()), key=lambda run: run.id, default=None)
    return Health(
        pictures=single.count(db, f"SELECT count(*) {_PICTURES}"),
        pictures_size=single.count(db, f"SELECT sum(length(data)) {_PICTURES}"),
        posts=single.count(db, "SELECT count(*) FROM posts"),
        new_this_month=single.count(db, "SELECT count(*) FROM posts WHERE first_seen_at >= ?", (this_month,)),
        gone=single.count(db, "SELECT count(*) FROM posts WHERE gone_at IS NOT NULL"),
        revisions=single.count(db, "SELECT count(*) FROM revisions"),
        captures=single.count(db, "SELECT count(*) FROM captures"),
        errors=levels.get("error", 0),
        notes=levels.get("note", 0),
        problems=_problems(db, forgotten),
        troubles=_troubles(db, forgotten, kinds),
        sites=tuple(_sites(db, {site: runs[number].started_at for site, number in had.items()})),
        last_good_crawl_at=(last_had.finished_at or last_had.started_at) if last_had else None,
        last_crawl=crawls[-1] if crawls else None,
        unsealed=tuple(runs[number] for (number,) in db.execute(_UNSEALED).fetchall()),
        last_verify_at=single.text(db, "SELECT max(finished_at) FROM crawls WHERE command = 'verify'"),
        chain_sha256=single.text(
            db, "SELECT chain_sha256 FROM crawls WHERE chain_sha256 IS NOT NULL ORDER BY id DESC LIMIT 1"
        ),
    )


_PICTURES = "FROM bodies WHERE sha256 IN (SELECT body_sha256 FROM captures WHERE kind = 'image')"
_UNSEALED = "SELECT id FROM crawls WHERE chain_sha256 IS NULL ORDER BY id"


def _runs(db: sqlite3.Connection) -> Iterator[RunRow]:
    names = tuple(RunRow.__dataclass_fields__)
    for row in db.execute(f"SELECT {', '.join(names)} FROM crawls ORDER BY id"):
        yield RunRow(**dict(zip(names, row, strict=True)))


# What is wrong ------------------------------------------------------------------------------------------------------

# What a page says of itself (extract, decide) stands until the page says otherwise. What happened to a run is over
# when other runs went well and did not meet it, and what happened to an import when it is long ago.
_OPEN = """
resolved_at IS NULL AND (stage IN ('extract', 'decide') OR last_seen_at >= ? OR (stage <> 'import' AND NOT EXISTS (
  SELECT 1 FROM crawls WHERE command IN ('crawl', 'recover') AND exit_status IN (0, 1)
  AND started_at > problems.last_seen_at)))
"""


def _problems(db: sqlite3.Connection, forgotten: str) -> tuple[OpenProblem, ...]:
    names = tuple(OpenProblem.__dataclass_fields__)
    rows = db.execute(
        f"SELECT {', '.join(names)} FROM problems WHERE {_OPEN}"
        " ORDER BY level = 'note', last_seen_at DESC, url, stage, kind, field LIMIT ?",
        (forgotten, MOST_PROBLEMS),
    )
    return tuple(OpenProblem(**dict(zip(names, row, strict=True))) for row in rows)


def _troubles(db: sqlite3.Connection, forgotten: str, kinds: Collection[str]) -> tuple[Trouble, ...]:
    known = {site for (site,) in db.execute("SELECT id FROM sites")}
    found: dict[tuple[str, str], list[tuple[str, str, str, str]]] = defaultdict(list)
    marks = ", ".join("?" * len(kinds))
    for kind, *row in db.execute(
        f"SELECT kind, last_seen_at, first_seen_at, url, message FROM problems WHERE {_OPEN} AND kind IN ({marks})",
        (forgotten, *kinds),
    ):
        site = sites.site_for(row[2]).id if "://" in row[2] else row[2]
        found[(site if site in known else row[2], kind)].append(tuple(row))
    return tuple(_trouble(site, kind, rows) for (site, kind), rows in sorted(found.items()))


def _trouble(site: str, kind: str, rows: list[tuple[str, str, str, str]]) -> Trouble:
    last_seen_at, _, url, message = max(rows)
    return Trouble(
        site=site,
        kind=kind,
        addresses=len({row[2] for row in rows}),
        first_seen_at=min(row[1] for row in rows),
        last_seen_at=last_seen_at,
        url=url,
        message=message,
    )


# When pages were fetched ----------------------------------------------------------------------------------------------

_GOOD = ", ".join(f"'{verdict}'" for verdict in sorted({*decide.GOOD, "older"}))
_CRAWL = "crawl_id IN (SELECT id FROM crawls WHERE command = 'crawl')"
_POSTS_HAD = f"""
SELECT posts.site, max(crawl_id) FROM captures JOIN post_captures ON post_captures.capture_id = captures.id
  JOIN posts ON posts.id = post_id
WHERE captures.source = 'live' AND verdict IN ({_GOOD}) AND {_CRAWL} GROUP BY posts.site
"""
# An answer that was not what was asked for has left an open problem at its address.
_SOURCES_HAD = f"""
SELECT DISTINCT url, crawl_id FROM captures
WHERE kind IN ('sitemap', 'feed', 'list') AND source = 'live' AND status IN (200, 304) AND {_CRAWL} AND {STANDS}
  AND NOT EXISTS (SELECT 1 FROM problems WHERE problems.url = captures.url AND stage = 'discover' AND level = 'error'
    AND resolved_at IS NULL AND first_seen_at <= captured_at)
"""
_BLOCKED = f"""
SELECT DISTINCT url, crawl_id FROM captures
WHERE record_sha256 IN (SELECT record_sha256 FROM decisions WHERE kind = 'blocked') AND {_CRAWL}
"""


def _last_had(db: sqlite3.Connection, runs: Mapping[int, RunRow]) -> dict[str, int]:
    """Site → the last crawl in which pages of it were fetched."""
    found = dict(db.execute(_POSTS_HAD).fetchall())
    walled = {(_site_of(url), run) for url, run in db.execute(_BLOCKED)}
    for url, run in db.execute(_SOURCES_HAD):
        site = _site_of(url)
        ended = runs[run].exit_status not in (None, Interrupted.exit_status)
        if ended and (site, run) not in walled:
            found[site] = max(found.get(site, 0), run)
    return found


def _site_of(url: str) -> str:
    return sites.site_for(url).id


_ASKED = f"""
SELECT url, max(captured_at) FROM captures WHERE kind IN ('robots', 'sitemap', 'feed', 'list') AND source = 'live'
AND {STANDS} GROUP BY url
UNION ALL SELECT url, max(last_seen_at) FROM problems WHERE stage IN ('reach', 'refused') GROUP BY url
"""
_SITE = """
SELECT count(*), count(gone_at), min(published_at), max(published_at) FROM posts WHERE site = ?
"""
_NOT_HAD = """
SELECT count(*), min(first_heard_at), min(url) FROM known_urls
WHERE site = ? AND state = 'wanted' AND last_heard_at >= ?
  AND ('; ' || found_by || ';' LIKE '%; sitemap;%' OR '; ' || found_by || ';' LIKE '%; feed;%'
    OR '; ' || found_by || ';' LIKE '%; list;%')
"""


def _sites(db: sqlite3.Connection, had: Mapping[str, str]) -> Iterable[SiteHealth]:
    asked: dict[str, str] = {}
    for url, at in db.execute(_ASKED):
        site = _site_of(url)
        asked[site] = max(asked.get(site, ""), at)
    for site, state, base_url in db.execute("SELECT id, state, base_url FROM sites ORDER BY id").fetchall():
        posts, gone, first, last = db.execute(_SITE, (site,)).fetchone()
        number, since, example = db.execute(_NOT_HAD, (site, had.get(site, ""))).fetchone()
        yield SiteHealth(
            id=site,
            state=state,
            base_url=base_url,
            posts=posts,
            gone=gone,
            coverage=dict(
                db.execute(
                    "SELECT state, count(*) FROM known_urls WHERE site = ? GROUP BY state ORDER BY state", (site,)
                )
            ),
            first_published_at=first,
            last_published_at=last,
            last_had_at=had.get(site),
            last_asked_at=asked.get(site),
            named_not_had=number,
            named_not_had_since=since,
            named_not_had_example=example,
        )


def coverage(db: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    """The view `coverage`: the names of its columns, then its rows."""
    rows = db.execute("SELECT * FROM coverage ORDER BY site, url")
    yield tuple(column[0] for column in rows.description)
    yield from rows
