"""What a recovery from web archives asks of the archive: what is here, what is wanted, what was said before."""

import sqlite3

from scraper import urls
from scraper.store import single

_UNHAD = """
SELECT url, state, evidence FROM known_urls WHERE site = ? AND state NOT IN ('archived', 'not-a-post', 'withdrawn')
"""
_HEARD = "SELECT url FROM known_urls WHERE '; ' || found_by || ';' LIKE '%; ' || ? || ';%'"
_LISTING = """
SELECT captures.id FROM captures JOIN crawls ON crawls.id = crawl_id
WHERE url = :url AND kind = 'sitemap' AND source = 'live' AND captured_at >= :since AND (:forever OR (
  ifnull(exit_status, 9) IN (3, 8, 9) AND NOT EXISTS (SELECT 1 FROM crawls AS later
    WHERE later.id > crawl_id AND later.command = 'recover' AND later.exit_status IN (0, 1))))
ORDER BY captures.id DESC LIMIT 1
"""
_REFUSED = """
SELECT max(last_seen_at) FROM problems WHERE url = ? AND stage = 'recover' AND resolved_at IS NULL
AND kind NOT IN ('fetch-failed', 'weather', 'broken', 'not-there')
"""
_FILES = """
SELECT url, max(published_at) AS newest FROM (
  SELECT files.url, published_at FROM files JOIN posts ON posts.id = post_id
    WHERE site = :site AND files.url IS NOT NULL
  UNION ALL SELECT links.url, published_at FROM links JOIN posts ON posts.id = post_id WHERE site = :site)
GROUP BY url ORDER BY newest DESC, url
"""


def unhad(db: sqlite3.Connection, site: str) -> list[tuple[str, str, str | None]]:
    """(address, state, evidence) of every address of a site that may be a post and is not here."""
    return db.execute(_UNHAD, (site,)).fetchall()


def heard_from(db: sqlite3.Connection, source: str) -> set[str]:
    """Addresses that were found by *source*, among other ways."""
    return {url for (url,) in db.execute(_HEARD, (source,))}


def listing(db: sqlite3.Connection, url: str, since: str, *, forever: bool) -> int | None:
    """The capture of a web archive's answer to the question *url* that serves again; None: there is none.

    One had *since* then in a recovery that was cut short, if none has come to its end since; *forever*: any.
    """
    return single.number(db, _LISTING, {"url": url, "since": since, "forever": forever})


def refused_at(db: sqlite3.Connection, where: str) -> str | None:
    """When a web archive last gave something else than what it lists as *where*; None: it did not."""
    return single.text(db, _REFUSED, (where,))


def captured(db: sqlite3.Connection, source: str) -> set[tuple[str, str]]:
    """(address, time) of all captures from *source*."""
    return set(db.execute("SELECT url, captured_at FROM captures WHERE source = ?", (source,)))


def wanted_files(db: sqlite3.Connection, site: str) -> list[str]:
    """Addresses of files and links in a site's posts, gone ones included, of which no file was ever had.

    Those of the newest posts first, each once, whatever its scheme and ``www.``.
    """
    held = {urls.spellings(url)[0] for (url,) in db.execute("SELECT DISTINCT url FROM captures WHERE kind = 'file'")}
    named = [url for url, _ in db.execute(_FILES, {"site": site})]
    first = {urls.spellings(url)[0]: url for url in reversed(named)}
    return [url for key, url in reversed(first.items()) if key not in held]
