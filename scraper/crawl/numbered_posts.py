"""The network's older sites: posts that are numbered, lists that nothing links to, and links from post to post."""

import sqlite3
from collections.abc import Iterable

from scraper import sites, urls
from scraper.crawl.posts import Posts
from scraper.crawl.session import Session
from scraper.decide import OLD_EVERY, Due, UrlState, instant
from scraper.records import Site, Target
from scraper.store import Archive
from scraper.vocabulary import Platform

#: So many numbers in a row without a post, behind the highest known, end the search.
MISSES = 50
#: A number so far beyond all others is a slip or a trap.
FARTHEST = 500
#: Where the older systems have their lists of posts.
LISTS = {"news-2019": ("news",), "drupal": ("news-updates", "resources-media")}

_KNOWN = "SELECT url FROM known_urls WHERE site = ? AND (state = 'archived' OR found_by <> 'number')"
_LINKS = "SELECT DISTINCT url FROM links WHERE url NOT IN (SELECT url FROM known_urls) ORDER BY url"


def lists(site: Site) -> tuple[str, ...]:
    """Addresses of the site's lists of posts, where its system is known to have some."""
    return tuple(f"{site.base_url}{path}" for path in LISTS.get(site.platform, ()))


def address(number: int) -> str:
    """The address by which the post of that number is known."""
    return f"{sites.USHRN_NEWS.base_url}news/{number}/100/"


def highest(numbers: Iterable[int]) -> int:
    """The highest number that can be believed: at least the highest ever seen, no leap of more than `FARTHEST`."""
    found = sites.HIGHEST_NEWS_NUMBER
    for number in sorted(numbers):
        if number <= found + FARTHEST:
            found = max(found, number)
    return found


def highest_known(db: sqlite3.Connection) -> int:
    """The highest number of a post that was heard of in any way but by counting, or that is archived."""
    return highest(_heard_numbers(db))


def _heard_numbers(db: sqlite3.Connection) -> list[int]:
    heard = db.execute(_KNOWN, (sites.USHRN_NEWS.id,))
    return [number for (url,) in heard if (number := urls.post_number(url)) is not None]


def known_numbers(db: sqlite3.Connection, heard: Iterable[Target] = ()) -> tuple[Target, ...]:
    """Every number up to the highest known, by the archive or by *heard*: which of them were posts is to be found
    out.
    """
    said = [number for target in heard if (number := urls.post_number(target.url)) is not None]
    return tuple(_target(number) for number in range(1, highest([*said, *_heard_numbers(db)]) + 1))


def numbers(session: Session, site: Site, heard: Iterable[Target]) -> tuple[Target, ...]:
    """The same, for a site whose posts are numbered; of others none."""
    return known_numbers(session.archive.db, heard) if site.platform == Platform.NEWS_2019 else ()


def _target(number: int) -> Target:
    return Target(url=address(number), site=sites.USHRN_NEWS.id, found_by=("number",))


def look_beyond(session: Session, site: Site, posts: Posts, memory: dict[str, UrlState]) -> None:
    """Ask for the numbers behind the highest known one, until `MISSES` in a row are no posts."""
    if site.platform != Platform.NEWS_2019:
        return
    while True:
        first = highest_known(session.archive.db) + 1
        numbers = range(first, first + MISSES)
        wanted = [number for number in numbers if _is_due(session, address(number), posts, memory)]
        if not wanted:
            return
        session.archive.discover([_target(number) for number in wanted], session.at())
        posts.run([Due(address(number), "new") for number in wanted])


def _is_due(session: Session, url: str, posts: Posts, memory: dict[str, UrlState]) -> bool:
    known = memory.get(url)
    tried = None if known is None else known.last_tried_at
    return url not in posts.looked and (tried is None or session.run.now() - instant(tried) >= OLD_EVERY)


def hear_links(archive: Archive, at: str) -> None:
    """Note the posts that archived posts link to, on any of the network's sites."""
    known = {url for (url,) in archive.db.execute("SELECT url FROM known_urls")}
    targets = []
    for (link,) in archive.db.execute(_LINKS).fetchall():
        url, site = urls.canonical(link), sites.site_for(link)
        if url not in known and urls.is_post(url) and sites.by_id(site.id) is not None:
            targets.append(Target(url=url, site=site.id, found_by=("link",)))
    archive.discover(targets, at)
