"""What robots.txt, sitemaps, feeds and pages name in; addresses worth fetching out. No network, clock or database."""

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from scraper import sites, urls
from scraper.reading.sitemaps import Sitemap
from scraper.records import Listed, Site, Target
from scraper.vocabulary import Platform

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
