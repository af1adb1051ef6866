"""What an archive holds, in numbers and short lists, as the home page and the foot of every page show it.

Each question is asked here once, so that the same thing has the same number everywhere. Only reads; tables that an
archive may have been published without count as empty.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from scraper.schema import SHOWN_DAY, SHOWN_YEAR
from scraper.store import notices, single
from scraper.store.evidence import Evidence

POST = "posts.site, posts.slug, posts.title, posts.language"


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is."""

    posts: int = 0
    captures: int = 0
    #: Posts with more than one revision.
    edited: int = 0
    #: Posts that are no longer on their site.
    removed: int = 0
    #: Different pictures whose bytes are kept.
    pictures: int = 0
    #: Addresses that were listed as posts and not captured yet.
    wanted: int = 0
    withdrawn: int = 0
    #: First and last year of the posts; empty: no post has a date.
    first_year: str = ""
    last_year: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveStanding:
    """How far the archive has come."""

    #: When the newest run ended, or began where it was cut short, UTC; None: there was none, or it is not in this copy.
    updated_at: str | None = None
    command: str | None = None
    #: Number of the newest checkpoint, and when its run began; None: nothing is sealed.
    checkpoint: int | None = None
    sealed_at: str | None = None


def tables(db: sqlite3.Connection) -> frozenset[str]:
    """The names of the tables that this copy has."""
    return frozenset(row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))


def browsable(db: sqlite3.Connection) -> frozenset[str]:
    """The names of the tables and views that this copy has."""
    rows = db.execute("SELECT name FROM main.sqlite_master WHERE type IN ('table', 'view')")
    return frozenset(row[0] for row in rows)


def sortable(db: sqlite3.Connection, table: str) -> frozenset[str]:
    """The columns by which *table*, or a view, can be put in order; empty: there is no such table."""
    rows = db.execute("SELECT name, pk FROM pragma_table_info(?)", (table,)).fetchall()
    names = frozenset(row[0] for row in rows)
    if not rows or any(row[1] for row in rows):
        return names
    return names | {"rowid"}


def count_of(db: sqlite3.Connection, table: str) -> int:
    """Rows of *table*; 0 where an archive was published without it."""
    if table not in tables(db):
        return 0
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def totals(db: sqlite3.Connection) -> Totals:
    """The archive's figures."""
    posts, edited, removed = db.execute(
        "SELECT count(*), coalesce(sum(revision_count > 1), 0), count(gone_at) FROM posts"
    ).fetchone()
    # Asked apart, each is one step in an index.
    first, last = (
        single.text(db, f"SELECT {end}({SHOWN_YEAR}) FROM posts WHERE {SHOWN_YEAR} > ''") for end in ("min", "max")
    )
    (wanted,) = db.execute("SELECT count(*) FROM known_urls WHERE state = 'wanted'").fetchone()
    here = tables(db)
    pictures = withdrawn = 0
    if "bodies" in here:
        (pictures,) = db.execute(
            "SELECT count(DISTINCT images.sha256) FROM images JOIN bodies ON bodies.sha256 = images.sha256"
        ).fetchone()
    if "withdrawals" in here:
        withdrawn = notices.count(db)
    return Totals(
        posts=posts,
        captures=count_of(db, "captures"),
        edited=edited,
        removed=removed,
        pictures=pictures,
        wanted=wanted,
        withdrawn=withdrawn,
        first_year=first or "",
        last_year=last or "",
    )


def standing(db: sqlite3.Connection) -> ArchiveStanding:
    """Newest run that brought something in or read it anew, and newest checkpoint."""
    here = tables(db)
    if "crawls" not in here:
        return ArchiveStanding()
    run = db.execute(
        "SELECT coalesce(finished_at, started_at), command FROM crawls WHERE command <> 'verify'"
        " ORDER BY id DESC LIMIT 1"
    ).fetchone()
    sealed = None
    if "checkpoints" in here:
        sealed = db.execute(
            "SELECT checkpoints.id, crawls.started_at FROM checkpoints LEFT JOIN crawls ON crawls.id = crawl_id"
            " ORDER BY checkpoints.id DESC LIMIT 1"
        ).fetchone()
    return ArchiveStanding(*(tuple(run) if run else (None, None)), *(tuple(sealed) if sealed else (None, None)))


def sites(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """id, name (what it calls itself), base_url, platform, state of each site that is known, in order of id."""
    return db.execute(
        "SELECT id, site_names.name, base_url, platform, state"
        " FROM sites JOIN site_names ON site_names.site = sites.id ORDER BY id"
    ).fetchall()


def site_names(db: sqlite3.Connection) -> dict[str, str]:
    """Id of each site that is known → what it calls itself, in order of id."""
    return {row["site"]: row["name"] for row in db.execute("SELECT site, name FROM site_names ORDER BY site")}


def years(db: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """(year, site, posts); year empty: no date is known."""
    return [
        (str(year), str(site), int(number))
        for year, site, number in db.execute(f"SELECT {SHOWN_YEAR}, site, count(*) FROM posts GROUP BY 1, 2")
    ]


def coverage(db: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """(site, what) → number: ``posts``, ``removed``, and the states of `known_urls`."""
    found = {
        (str(site), str(state)): int(number)
        for site, state, number in db.execute("SELECT site, state, count(*) FROM known_urls GROUP BY site, state")
    }
    # By year, too, as they lie in an index: sorting the posts by site would take twice as long.
    counted = f"SELECT site, count(*) AS posts, count(gone_at) AS removed FROM posts GROUP BY {SHOWN_YEAR}, site"
    for site, posts, removed in db.execute(f"SELECT site, sum(posts), sum(removed) FROM ({counted}) GROUP BY site"):
        found[(site, "posts")], found[(site, "removed")] = posts, removed
    return found


def last_tried(db: sqlite3.Connection) -> dict[str, str]:
    """Site → when it last answered for a post, be it that there is none, UTC."""
    if not {"captures", "post_captures"} <= tables(db):
        return {}
    # The newest of one site is one step in an index; grouped by site, all captures would be looked at.
    newest = "(SELECT max(answered_at) FROM post_captures WHERE post_site = sites.id)"
    found = db.execute(f"SELECT id, {newest} FROM sites").fetchall()
    return {site: at for site, at in found if at}


def views(db: sqlite3.Connection) -> int:
    """Views of all posts together, as last counted."""
    return single.count(db, "SELECT coalesce(sum(views), 0) FROM posts")


def posts_of(db: sqlite3.Connection, ids: Iterable[int]) -> list[sqlite3.Row]:
    """id, site, slug, title, language and day of the posts *ids*, in no order."""
    return db.execute(
        f"SELECT posts.id, {POST}, {SHOWN_DAY} AS day FROM posts WHERE posts.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    ).fetchall()


def most_viewed(db: sqlite3.Connection, limit: int) -> list[sqlite3.Row]:
    """Posts with a count of views, the highest first; `counted_at` says when that was."""
    return db.execute(
        f"SELECT {POST}, views, counted_at FROM posts WHERE views IS NOT NULL ORDER BY views DESC, id LIMIT ?", (limit,)
    ).fetchall()


def missing(db: sqlite3.Connection, state: str, site: str, limit: int, after: str = "") -> list[sqlite3.Row]:
    """Addresses in that *state* of `known_urls`, in order, behind the address *after*; *site* empty: of all sites."""
    return db.execute(
        "SELECT url, site, found_by, first_heard_at, last_heard_at, evidence, next_try_at FROM known_urls"
        " WHERE state = ? AND (? = '' OR site = ?) AND url > ? ORDER BY url LIMIT ?",
        (state, site, site, after, limit),
    ).fetchall()


def first_pictures(db: sqlite3.Connection, posts: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(site, slug) → digest of the post's first picture whose bytes are kept."""
    if not posts or "bodies" not in tables(db):
        return {}
    marks = ", ".join(["(?, ?)"] * len(posts))
    return {
        (str(site), str(slug)): str(sha256)
        for site, slug, sha256, _ in db.execute(
            "SELECT posts.site, posts.slug, images.sha256, min(images.position) FROM posts"
            " JOIN images ON images.post_id = posts.id JOIN bodies ON bodies.sha256 = images.sha256"
            f" WHERE (posts.site, posts.slug) IN (VALUES {marks}) GROUP BY posts.id",
            [value for pair in posts for value in pair],
        )
    }


def has_body(db: sqlite3.Connection, sha256: str) -> bool:
    """Whether the archive has bytes under that digest."""
    return single.is_there(db, "SELECT 1 FROM bodies WHERE sha256 = ?", (sha256,))


def has_bodies(db: sqlite3.Connection) -> bool:
    """Whether the captures' bytes are in this copy of the archive."""
    return single.is_there(db, "SELECT 1 FROM bodies LIMIT 1")


def can_exhibit(db: sqlite3.Connection) -> bool:
    """Whether posts can be put into exhibits: the captures' bytes are here, and a checkpoint that proves them."""
    return has_bodies(db) and single.is_there(db, "SELECT 1 FROM checkpoints LIMIT 1")


#: What a post can be filed under → the question for all that there is of it.
_VALUES = {
    "site": "SELECT id FROM sites",
    "category": "SELECT name FROM categories",
    "tag": "SELECT name FROM tags",
    "author": "SELECT DISTINCT author FROM posts WHERE author IS NOT NULL",
}


def values_of(db: sqlite3.Connection, facet: str) -> list[str]:
    """Every ``site``, ``category``, ``tag`` or ``author`` that the archive has, used or not."""
    return [str(value) for (value,) in db.execute(_VALUES[facet])]


def states(db: sqlite3.Connection) -> dict[str, int]:
    """State of `known_urls` → addresses."""
    return dict(db.execute("SELECT state, count(*) FROM known_urls GROUP BY state").fetchall())


def last_seen_day(db: sqlite3.Connection) -> str | None:
    """The day on which a post was last seen on its site, UTC; None: there is no post."""
    return single.text(db, "SELECT substr(max(last_seen_at), 1, 10) FROM posts")


def body(db: sqlite3.Connection, sha256: str) -> bytes:
    """The decoded bytes of that digest. Raises IntegrityError where they are not there, or not what they were."""
    return Evidence(db).body(sha256)


def site_spans(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """id, name, base_url, platform, state of each site, its number of posts, and the first and last day of them."""
    return db.execute(
        "SELECT sites.id, site_names.name, base_url, platform, state, count(posts.id) AS posts,"
        f" min({SHOWN_DAY}) AS first, max({SHOWN_DAY}) AS last"
        " FROM sites JOIN site_names ON site_names.site = sites.id LEFT JOIN posts ON posts.site = sites.id"
        " GROUP BY sites.id ORDER BY sites.id"
    ).fetchall()


def captures_by(db: sqlite3.Connection, column: str) -> list[tuple[str, int]]:
    """(value, captures) by ``source`` or ``captured_at_basis``, the most first; empty without captures."""
    if "captures" not in tables(db):
        return []
    name = {"source": "source", "captured_at_basis": "captured_at_basis"}[column]
    found = db.execute(f"SELECT {name}, count(*) FROM captures GROUP BY 1 ORDER BY 2 DESC")
    return [(str(value), int(number)) for value, number in found]


def date_bases(db: sqlite3.Connection) -> list[tuple[str, int]]:
    """(where the date of publication is from, posts); empty: no date of publication is known."""
    found = db.execute("SELECT coalesce(published_basis, ''), count(*) FROM posts GROUP BY 1 ORDER BY 2 DESC, 1")
    return [(str(name), int(number)) for name, number in found]


def unsaid(db: sqlite3.Connection) -> dict[str, int]:
    """In how many posts the source does not say a date, an author, views, a language; and captures cut short."""
    undated, author, views, language = db.execute(
        f"SELECT count(*) - count({SHOWN_DAY}), count(*) - count(author), count(*) - count(views),"
        " count(*) - count(language) FROM posts"
    ).fetchone()
    truncated = 0
    if "captures" in tables(db):
        (truncated,) = db.execute("SELECT count(*) FROM captures WHERE truncated IS NOT NULL").fetchone()
    return {"undated": undated, "author": author, "views": views, "language": language, "truncated": truncated}


def open_problems(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """stage, kind, level, number, last of what went wrong and has not worked since; all kinds of it."""
    return db.execute(
        "SELECT stage, kind, level, count(*) AS number, max(last_seen_at) AS last FROM problems"
        " WHERE resolved_at IS NULL GROUP BY 1, 2, 3 ORDER BY level, number DESC"
    ).fetchall()


def newest_runs(db: sqlite3.Connection, limit: int) -> list[sqlite3.Row]:
    """The newest runs, all columns; empty where this copy has none."""
    if "crawls" not in tables(db):
        return []
    return db.execute("SELECT * FROM crawls ORDER BY id DESC LIMIT ?", (limit,)).fetchall()


def newest_checkpoint(db: sqlite3.Connection) -> sqlite3.Row | None:
    """id, size, root and the time of its run; None: nothing is sealed, or not in this copy."""
    if not {"checkpoints", "crawls"} <= tables(db):
        return None
    row: sqlite3.Row | None = db.execute(
        "SELECT checkpoints.id, size, root, crawls.started_at FROM checkpoints"
        " LEFT JOIN crawls ON crawls.id = crawl_id ORDER BY checkpoints.id DESC LIMIT 1"
    ).fetchone()
    return row
