"""Bytes of robots.txt, sitemaps, feeds and pages in; addresses worth fetching out. No network, clock or database."""

import io
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import feedparser  # type: ignore[import-untyped]

from scraper import sites, urls
from scraper.numbers import plural
from scraper.reading.sitemaps import Sitemap, unpacked
from scraper.records import Listed, Problem, Site, Target
from scraper.vocabulary import Platform, Stage

#: A feed of Wix with twenty whole bodies was 400 KB at most.
FEED_BYTES = 10 * 1024 * 1024
_FEED_END = re.compile(rb"</\s*(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
#: Where Wix keeps its posts' sitemap, also when the index does not say so (seen 2023 to 2026).
WIX_POSTS_SITEMAP = "blog-posts-sitemap.xml"
WIX_FEED = "blog-feed.xml"
#: Names under which owners put the list of posts, best first; it is their choice (seen 2021 to 2026).
LIST_NAMES = (
    "blog", "news", "posts", "insights", "noticias", "articles", "press", "stories", "updates", "hot-topics",
)  # fmt: skip
NOT_A_LIST = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|zip|docx?|xml|ics)$|/_api/|/profile/|/members|[?]lightbox=", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed says."""

    url: str
    items: tuple[Listed, ...] = ()
    #: The page that the feed belongs to: on Wix the list of posts.
    page: str | None = None
    problem: Problem | None = None


def read_feed(body: bytes, url: str) -> Feed:
    """What the feed at *url* says. Never raises; a page in its place is a `problem`. Packed or not, in any encoding."""
    body, _ = unpacked(body)
    if re.match(rb"\s*(?:<!doctype\s+html|<html)", body[:200], re.IGNORECASE):
        return _no_feed(url, "a web page")
    if len(body) > FEED_BYTES:
        return _no_feed(url, f"{plural(len(body), 'byte')}, more than any feed has")
    parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        return _no_feed(url, "nothing that is a feed")
    items = []
    for entry in parsed.entries:
        link = urls.normalise(str(entry.get("link") or ""), base=url)
        if link:
            stamp = _stamp(entry.get("published_parsed"))
            items.append(Listed(url=link, title=entry.get("title") or None, published_at=stamp))
    page = urls.normalise(str(parsed.feed.get("link") or ""), base=url)
    return Feed(url=url, items=tuple(items), page=page or None, problem=_trouble(body, url, len(items), parsed))


def _trouble(body: bytes, url: str, items: int, parsed: feedparser.FeedParserDict) -> Problem | None:
    """What is wrong with a feed that was read so far as it goes; None: nothing that loses an item."""
    if parsed.bozo and not items:
        message = f"no item could be read: {parsed.bozo_exception}"
        return Problem(stage=Stage.DISCOVER, kind="feed-broken", url=url, message=message)
    if not _FEED_END.search(body[-8192:].replace(b"\0", b"")):  # in UTF-16 and UTF-32 every letter has some
        message = f"expected a whole feed, it breaks off after {plural(items, 'item')}"
        return Problem(stage=Stage.DISCOVER, kind="feed-cut", url=url, message=message)
    return None


def _no_feed(url: str, found: str) -> Feed:
    message = f"expected a feed, found {found}; the other sources were used"
    return Feed(url=url, problem=Problem(stage=Stage.DISCOVER, kind="not-a-feed", url=url, message=message))


def _stamp(moment: time.struct_time | None) -> str | None:
    """The parser's UTC time tuple as ISO 8601; None: the item has no date that can be read."""
    if moment is None:
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", moment)


def named_sitemaps(named: Iterable[str], site: Site) -> tuple[str, ...]:
    """The addresses of ``Sitemap:`` lines that are on the site's own hosts, in order."""
    found = (urls.normalise(name, base=site.base_url) for name in named if name.strip())
    return tuple(dict.fromkeys(url for url in found if url and on_site(url, site)))


def on_site(url: str, site: Site) -> bool:
    """Whether *url* is on one of the site's hosts, and on shared hosts under its path."""
    where = urls.host(url)
    if where not in site.hosts:
        return False
    base = urlsplit(site.base_url).path
    return (
        base == "/" or urlsplit(url).path.startswith((base, base.rstrip("/"))) or url.endswith(("/robots.txt", ".xml"))
    )


def wants(sitemap_url: str) -> bool:
    """Whether a sitemap of an index holds posts, by its name: ``blog-posts-sitemap.xml``, ``post-sitemap2.xml``."""
    name = urlsplit(sitemap_url).path.rpartition("/")[2].lower()
    return "post" in name


def targets_of_sitemap(sitemap: Sitemap, site: Site) -> tuple[Target, ...]:
    """The posts that a sitemap names: in Wix's one for posts every address, in others those that look like one."""
    all_posts = sitemap.url.endswith("/" + WIX_POSTS_SITEMAP) and site.platform in (Platform.WIX, Platform.UNKNOWN)
    return tuple(
        Target(url=entry.url, site=site.id, found_by=("sitemap",), lastmod=entry.lastmod)
        for entry in sitemap.entries
        if belongs(entry.url, site) and (urls.is_post(entry.url) or all_posts)
    )


def targets_of_listed(listed: Iterable[Listed], site: Site, found_by: str) -> tuple[Target, ...]:
    """The posts that a feed or list page names. A list's own date of change is to the second; a feed has none."""
    return tuple(
        Target(url=url, site=site.id, found_by=(found_by,), lastmod=item.lastmod)
        for item in listed
        if (url := urls.normalise(item.url)) and belongs(url, site)
    )


def belongs(url: str, site: Site) -> bool:
    """Whether *url* may be a post of the site: on its hosts, not its front page, of no other site there."""
    if not on_site(url, site) or is_front(url, site):
        return False
    return site not in sites.SITES or sites.site_for(url).id == site.id


def is_front(url: str, site: Site) -> bool:
    """Whether *url* is the site's front page."""
    return urls.normalise(url).rstrip("/") == site.base_url.rstrip("/")


def merge(targets: Iterable[Target]) -> tuple[Target, ...]:
    """One target for each post, in the order first heard, with all the ways it was found and the latest lastmod."""
    merged: dict[str, Target] = {}
    for target in targets:
        key = urls.canonical(target.url)
        known = merged.get(key)
        if known is None:
            merged[key] = target
            continue
        found_by = tuple(sorted({*known.found_by, *target.found_by}))
        lastmod = max(filter(None, (known.lastmod, target.lastmod)), default=None)
        merged[key] = replace(known, found_by=found_by, lastmod=lastmod)
    return tuple(merged.values())


def list_candidates(links: Iterable[str], site: Site) -> tuple[str, ...]:
    """Links of the front page that may lead to the list of posts: known names first, then the shortest paths."""
    ranked: dict[str, tuple[int, int, int]] = {}
    for order, link in enumerate(links):
        url = urls.normalise(link, base=site.base_url)
        if not url or not on_site(url, site) or urls.is_post(url) or is_front(url, site) or NOT_A_LIST.search(url):
            continue
        path = urlsplit(url).path.strip("/").lower()
        name = re.sub(r"-\d+$", "", path.rpartition("/")[2])
        rank = LIST_NAMES.index(name) if name in LIST_NAMES else len(LIST_NAMES)
        ranked.setdefault(url, (rank, path.count("/"), order))
    return tuple(sorted(ranked, key=lambda url: ranked[url]))
