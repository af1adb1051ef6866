"""Questions that a run asks the archive: what was named, fetched, tried, and when."""

import sqlite3
from urllib.parse import urlsplit

from scraper import urls
from scraper.decide import NAMING
from scraper.store import addresses, single
from scraper.store.aside import STANDS
from scraper.vocabulary import SiteState


def site_state(db: sqlite3.Connection, site: str) -> str:
    """``live``, ``gone`` or ``unknown``."""
    return single.text(db, "SELECT state FROM sites WHERE id = ?", (site,)) or SiteState.UNKNOWN


def site_ids(db: sqlite3.Connection) -> set[str]:
    """The sites that the archive knows."""
    return {site for (site,) in db.execute("SELECT id FROM sites")}


def addresses_of(db: sqlite3.Connection, post: str) -> list[str]:
    """The addresses by which the post *post* is known, its own first."""
    return addresses.known_by(db, post)


def spelling(db: sqlite3.Connection, post: str, capture_id: int | None) -> str:
    """How *post* is asked for where no source names it today: as when it was last had, by the capture *capture_id*, or
    as a post that links to it spells it; else as it is.
    """
    had = single.text(db, "SELECT url FROM captures WHERE id = ?", (capture_id,))
    if had is not None and urls.canonical(had) == post:
        return had
    path = urlsplit(post).path
    if "%" not in path:
        return post
    links = db.execute("SELECT DISTINCT url FROM links WHERE instr(url, ?)", (path.partition("%")[0],))
    return next((urls.normalise(link) for (link,) in links if urls.canonical(link) == post), post)


def named_pictures(db: sqlite3.Connection) -> set[str]:
    """Addresses of the pictures and covers of all posts."""
    asked = "SELECT url FROM images UNION SELECT cover_image FROM posts WHERE cover_image IS NOT NULL"
    return {url for (url,) in db.execute(asked)}


def gone_sites(db: sqlite3.Connection) -> frozenset[str]:
    """Ids of the sites that count as gone."""
    return frozenset(site for (site,) in db.execute("SELECT id FROM sites WHERE state = 'gone'"))


def last_noted(db: sqlite3.Connection, url: str, stage: str) -> str | None:
    """When an open problem of *url* was last seen; None: there is none."""
    return single.text(
        db, "SELECT max(last_seen_at) FROM problems WHERE url = ? AND stage = ? AND resolved_at IS NULL", (url, stage)
    )


def walled(db: sqlite3.Connection) -> set[str]:
    """Posts that were met behind a wall when they were last asked for."""
    asked = "SELECT url FROM problems WHERE stage = 'fetch' AND kind = 'blocked' AND resolved_at IS NULL"
    return {url for (url,) in db.execute(asked)}


def heard_in_sitemap(db: sqlite3.Connection, site: str) -> list[tuple[str, str]]:
    """(address, when last named) of every post that a sitemap ever named."""
    return db.execute(
        "SELECT url, last_heard_at FROM known_urls WHERE site = ? AND '; ' || found_by || ';' LIKE '%; sitemap;%'",
        (site,),
    ).fetchall()


_ADDED = """
SELECT post_id FROM events JOIN posts ON posts.id = post_id WHERE known_at = :began AND kind = 'added' AND site = :site
"""
#: Joined by title, so that SQLite makes itself an index of titles and looks at each text at most once.
_SHOWN_AGAIN = f"""
SELECT count(DISTINCT new.id) FROM posts AS new JOIN posts AS had ON had.title = new.title AND had.site = new.site
WHERE new.id IN ({_ADDED}) AND had.id NOT IN ({_ADDED}) AND had.published_at IS new.published_at
  AND had.word_count = new.word_count AND had.body_text = new.body_text
"""


def shown_again(db: sqlite3.Connection, site: str, began: str) -> tuple[int, int]:
    """How many posts of *site* the run that *began* then added, and how many of these have the title, date and text of
    one that was there before it.
    """
    asked = {"site": site, "began": began}
    added = single.count(db, f"SELECT count(*) FROM ({_ADDED})", asked)
    return added, single.count(db, _SHOWN_AGAIN, asked) if added else 0


def was_named(db: sqlite3.Connection, site: str) -> bool:
    """Whether a sitemap, feed or list of the site ever named a post."""
    ways = db.execute("SELECT DISTINCT found_by FROM known_urls WHERE site = ?", (site,))
    return any(NAMING.intersection(found_by.split("; ")) for (found_by,) in ways)


def unfetched_files(db: sqlite3.Connection, site: str) -> list[str]:
    """Addresses of files and links in the site's posts of which no file was ever had, newest posts first."""
    rows = db.execute(
        "SELECT url, max(published_at) AS newest FROM ("
        "  SELECT files.url, published_at FROM files JOIN posts ON posts.id = post_id"
        "    WHERE site = :site AND files.url IS NOT NULL AND files.sha256 IS NULL AND gone_at IS NULL"
        "  UNION ALL SELECT links.url, published_at FROM links JOIN posts ON posts.id = post_id"
        "    WHERE site = :site AND gone_at IS NULL)"
        f" WHERE url NOT IN (SELECT url FROM captures WHERE kind = 'file' AND {STANDS})"
        "   AND url NOT IN (SELECT url FROM captures WHERE redirected_to IN"
        "     (SELECT url FROM captures WHERE kind = 'file'))"
        " GROUP BY url ORDER BY newest DESC, url",
        {"site": site},
    )
    return [row[0] for row in rows]


def last_captured(db: sqlite3.Connection, url: str) -> str | None:
    """When we last had an answer from *url*."""
    asked = f"SELECT max(captured_at) FROM captures WHERE url = ? AND source = 'live' AND {STANDS}"
    return single.text(db, asked, (url,))


def endpoint_counted_at(db: sqlite3.Connection, site: str) -> str | None:
    """When the counts endpoint of *site* last told counts of a post; None: never."""
    return single.text(
        db,
        "SELECT max(counts.counted_at) FROM counts JOIN posts ON posts.id = post_id"
        " WHERE site = ? AND source = 'endpoint'",
        (site,),
    )


def counts_asked_at(db: sqlite3.Connection, base_url: str) -> str | None:
    """When a site was last asked for the counts of a post."""
    return single.text(
        db,
        "SELECT max(captured_at) FROM captures"
        " WHERE kind = 'counts' AND CAST(substr(request_head, 1, 5) AS TEXT) = 'POST '"
        f" AND url BETWEEN ? AND ? AND {STANDS}",
        (base_url, base_url + chr(0x10FFFF)),
    )


def last_live_capture_at(db: sqlite3.Connection) -> str | None:
    """When the newest capture of our own was made."""
    return single.text(db, f"SELECT max(captured_at) FROM captures WHERE source = 'live' AND {STANDS}")


def count_posts(db: sqlite3.Connection) -> int:
    """How many posts the archive has."""
    return single.count(db, "SELECT count(*) FROM posts")


def pictures_named(
    db: sqlite3.Connection, site: str, only: str | None
) -> list[tuple[int, str, int | None, int | None]]:
    """(post, address, capture of its page, run that made it) of every picture in the site's posts, covers included;
    those of the newest runs first. *only*: of the post at that address.
    """
    return db.execute(
        "SELECT post_id, address, page, run FROM ("
        "  SELECT posts.id AS post_id, images.url AS address, posts.capture_id AS page, position"
        "    FROM images JOIN posts ON posts.id = post_id"
        "    WHERE site = :site AND posts.url = ifnull(:only, posts.url)"
        "  UNION ALL SELECT id, cover_image, capture_id, 0 FROM posts"
        "    WHERE site = :site AND cover_image IS NOT NULL AND url = ifnull(:only, url)) AS named"
        " LEFT JOIN (SELECT id, crawl_id AS run FROM captures) AS pages ON pages.id = named.page"
        " ORDER BY run DESC, post_id DESC, position",
        {"site": site, "only": only},
    ).fetchall()


def failed(db: sqlite3.Connection, url: str, stage: str) -> tuple[str, str] | None:
    """When an address began to fail, and when it failed last; None: nothing is wrong with it."""
    first, last = db.execute(
        "SELECT min(first_seen_at), max(last_seen_at) FROM problems"
        " WHERE url = ? AND stage = ? AND resolved_at IS NULL",
        (url, stage),
    ).fetchone()
    if first is None:
        return None
    return (first, last)


def open_message(db: sqlite3.Connection, url: str, stage: str, kind: str) -> str | None:
    """What an open problem of that kind says of an address; None: there is none."""
    row = db.execute(
        "SELECT message FROM problems WHERE url = ? AND stage = ? AND kind = ? AND resolved_at IS NULL",
        (url, stage, kind),
    ).fetchone()
    if row is None:
        return None
    return str(row[0])


def kept_styles(db: sqlite3.Connection) -> set[str]:
    """Style sheets that are kept, in one spelling."""
    return {urls.spellings(url)[0] for (url,) in db.execute("SELECT DISTINCT url FROM captures WHERE kind = 'style'")}


def pages_for_styles(db: sqlite3.Connection, site: str, run: int, most: int, only: str | None) -> list[int]:
    """Captures of the posts that this run fetched, and of *most* others, other ones in each run."""
    rows = db.execute(
        "SELECT capture_id, crawl_id = :run, (posts.id * 7919 + :run * 104729) % 1009 AS turn FROM posts"
        " JOIN captures ON captures.id = capture_id WHERE site = :site AND posts.url = ifnull(:only, posts.url)"
        " ORDER BY 2 DESC, turn",
        {"site": site, "run": run, "only": only},
    ).fetchall()
    fresh = [number for number, is_fresh, _ in rows if is_fresh]
    return fresh + [number for number, is_fresh, _ in rows if not is_fresh][:most]


def pages_of_posts(db: sqlite3.Connection) -> list[int]:
    """The capture that each post is shown from."""
    return [number for (number,) in db.execute("SELECT capture_id FROM posts WHERE capture_id IS NOT NULL")]


def newest_page(db: sqlite3.Connection, site: str) -> int | None:
    """The newest capture that shows a post of that site; None: there is none."""
    asked = "SELECT capture_id FROM posts WHERE site = ? AND capture_id IS NOT NULL ORDER BY last_seen_at DESC LIMIT 1"
    row = db.execute(asked, (site,)).fetchone()
    return None if row is None else row[0]


def bytes_of_pictures(db: sqlite3.Connection) -> int:
    """What the pictures in the archive weigh: each by its own size, or as it is stored, if that is more."""
    return single.count(
        db,
        "SELECT sum(max(length, length(data))) FROM bodies WHERE sha256 IN"
        " (SELECT body_sha256 FROM captures WHERE kind = 'image')",
    )


def numbers_heard(db: sqlite3.Connection, site: str) -> list[str]:
    """Addresses of posts that were named in any way but by counting, or that are archived."""
    asked = "SELECT url FROM known_urls WHERE site = ? AND (state = 'archived' OR found_by <> 'number')"
    return [url for (url,) in db.execute(asked, (site,))]


def known_addresses(db: sqlite3.Connection) -> set[str]:
    """Every address that was ever named as a post's."""
    return {url for (url,) in db.execute("SELECT url FROM known_urls")}


def unheard_links(db: sqlite3.Connection) -> list[str]:
    """Addresses that posts link to and that were never named as a post's."""
    asked = "SELECT DISTINCT url FROM links WHERE url NOT IN (SELECT url FROM known_urls) ORDER BY url"
    return [url for (url,) in db.execute(asked)]
