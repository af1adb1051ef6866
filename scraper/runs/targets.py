"""What the user means by the words after `crawl` and `recover`."""

from dataclasses import dataclass

from scraper import sites, urls
from scraper.errors import UsageError
from scraper.records import Site
from scraper.store import Archive

_SITE = "SELECT base_url FROM sites WHERE id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlTarget:
    """One thing to crawl or recover."""

    site: Site
    #: Only this post; None: the whole site.
    post: str | None = None
    #: Where to begin looking for the list; None: the site's own address.
    start: str | None = None
    #: The user gave an address: a private host is meant as it stands.
    named: bool = False


def target_of(word: str, archive: Archive) -> CrawlTarget:
    """What *word* means. Raises UsageError for what is neither a site's id nor an address."""
    known = sites.by_id(word) or _known_site(archive, word)
    if known is not None:
        return CrawlTarget(site=known, named=sites.by_id(word) is None)
    url = "" if "@" in word else urls.normalise(word if "://" in word else _with_scheme(word))
    if not url:
        ids = ", ".join(site.id for site in sites.SITES)
        raise UsageError(f"{word}: expected the id of a site ({ids}) or a web address")
    site = sites.site_for(url)
    if urls.is_post(url):
        return CrawlTarget(site=site, post=url, named=True)
    start = None if url.rstrip("/") == site.base_url.rstrip("/") else url
    return CrawlTarget(site=site, start=start, named=True)


def _known_site(archive: Archive, word: str) -> Site | None:
    """A site that the archive knows by that id; None: it does not."""
    row = archive.db.execute(_SITE, (word,)).fetchone()
    return sites.site_for(row[0]) if row else None


def _with_scheme(word: str) -> str:
    """An address without its beginning, as people write it: a host of this machine speaks http, all others https."""
    where = word.partition("/")[0]
    if "." not in where and not where.startswith("localhost"):
        return ""
    return f"{'http' if urls.is_local(where) else 'https'}://{word}"
