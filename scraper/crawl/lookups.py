"""Questions that a crawl asks the archive. Reading only; `store` is the only one that writes."""

import sqlite3


def site_state(db: sqlite3.Connection, site: str) -> str:
    """``live``, ``gone`` or ``unknown``."""
    row = db.execute("SELECT state FROM sites WHERE id = ?", (site,)).fetchone()
    return row[0] if row else "unknown"


def last_noted(db: sqlite3.Connection, url: str, stage: str) -> str | None:
    """When an open problem of *url* was last seen; None: there is none."""
    row = db.execute(
        "SELECT max(last_seen_at) FROM problems WHERE url = ? AND stage = ? AND resolved_at IS NULL", (url, stage)
    ).fetchone()
    return row[0] if row else None


def heard_in_sitemap(db: sqlite3.Connection, site: str) -> list[tuple[str, str]]:
    """(address, when last heard of) of every post that a sitemap ever named."""
    return db.execute(
        "SELECT url, last_heard_at FROM known_urls WHERE site = ? AND '; ' || found_by || ';' LIKE '%; sitemap;%'",
        (site,),
    ).fetchall()


def unfetched_files(db: sqlite3.Connection, site: str) -> list[str]:
    """Addresses of files and links in the site's posts of which no file was ever had, newest posts first."""
    rows = db.execute(
        "SELECT url, max(published_at) AS newest FROM ("
        "  SELECT files.url, published_at FROM files JOIN posts ON posts.id = post_id"
        "    WHERE site = :site AND files.url IS NOT NULL AND files.sha256 IS NULL AND gone_at IS NULL"
        "  UNION ALL SELECT links.url, published_at FROM links JOIN posts ON posts.id = post_id"
        "    WHERE site = :site AND gone_at IS NULL)"
        " WHERE url NOT IN (SELECT url FROM captures WHERE kind = 'file')"
        "   AND url NOT IN (SELECT url FROM captures WHERE redirected_to IN"
        "     (SELECT url FROM captures WHERE kind = 'file'))"
        " GROUP BY url ORDER BY newest DESC, url",
        {"site": site},
    )
    return [row[0] for row in rows]


def last_captured(db: sqlite3.Connection, url: str) -> str | None:
    """When we last had an answer from *url*."""
    row = db.execute("SELECT max(captured_at) FROM captures WHERE url = ? AND source = 'live'", (url,)).fetchone()
    return row[0] if row else None


def counts_asked_at(db: sqlite3.Connection, base_url: str) -> str | None:
    """When a site was last asked for the counts of a post."""
    row = db.execute(
        "SELECT max(captured_at) FROM captures"
        " WHERE kind = 'counts' AND CAST(substr(request_head, 1, 5) AS TEXT) = 'POST '"
        " AND url BETWEEN ? AND ?",
        (base_url, base_url + chr(0x10FFFF)),
    ).fetchone()
    return row[0] if row else None


def last_live_capture_at(db: sqlite3.Connection) -> str | None:
    """When the newest capture of our own was made."""
    row = db.execute("SELECT max(captured_at) FROM captures WHERE source = 'live'").fetchone()
    return row[0] if row else None


def count_posts(db: sqlite3.Connection) -> int:
    """How many posts the archive has."""
    return int(db.execute("SELECT count(*) FROM posts").fetchone()[0])
