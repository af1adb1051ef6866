"""The network's older site, whose posts are numbered: who counts finds posts that nothing names any more."""

from collections.abc import Iterable

from scraper import sites
from scraper.crawl.posts import Posts
from scraper.crawl.session import CrawlSession
from scraper.decide import OLD_EVERY, Due, UrlState, instant
from scraper.records import Site, Target
from scraper.store import lookups

#: So many numbers in a row without a post, behind the highest known, end the search.
MISSES = 50


def numbers(session: CrawlSession, site: Site, heard: Iterable[Target]) -> tuple[Target, ...]:
    """Every number up to the highest known, by the archive or by *heard*; of sites without numbers none."""
    if site.numbering is None:
        return ()
    named = [target.url for target in heard]
    return sites.up_to(site.id, site.numbering, [*named, *lookups.numbers_heard(session.archive.db, site.id)])


def look_beyond(session: CrawlSession, site: Site, posts: Posts, memory: dict[str, UrlState]) -> None:
    """Ask for the numbers behind the highest known one, until `MISSES` in a row are no posts."""
    if site.numbering is None:
        return
    while True:
        first = len(numbers(session, site, ())) + 1
        beyond = [sites.by_number(site.id, site.numbering, number) for number in range(first, first + MISSES)]
        wanted = [target for target in beyond if _is_due(session, target.url, posts, memory)]
        if not wanted or posts.is_left:
            return
        session.archive.discover(wanted, session.at())
        posts.run([Due(target.url, "new") for target in wanted])
        if posts.good.isdisjoint(target.url for target in wanted):
            return


def _is_due(session: CrawlSession, url: str, posts: Posts, memory: dict[str, UrlState]) -> bool:
    known = memory.get(url)
    tried = None if known is None else known.last_tried_at
    return url not in posts.looked and (tried is None or session.run.now() - instant(tried) >= OLD_EVERY)
