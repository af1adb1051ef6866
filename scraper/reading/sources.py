"""Bytes of robots.txt, sitemaps, feeds and pages in; addresses worth fetching out. No network, clock or database.

All of it is hostile input: a sitemap with a DOCTYPE is refused whole (so no entity is ever expanded), one that is
cut off keeps what it had named but is not `complete`, and only a complete one may ever speak of what is *not* there.
"""

import io
import re
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from xml.parsers import expat

import feedparser  # type: ignore[import-untyped]

from scraper import sites, urls
from scraper.records import Listed, Problem, Site, Target

#: The protocol allows 50 MB and 50 000 addresses in one sitemap (sitemaps.org); nothing beyond is read.
SITEMAP_BYTES = 50 * 1024 * 1024
SITEMAP_ENTRIES = 50_000
CHUNK = 1 << 16
DEEPEST = 32
#: A feed of Wix with twenty whole bodies was 400 KB at most.
FEED_BYTES = 10 * 1024 * 1024
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
class Entry:
    """One address of a sitemap."""

    url: str
    #: As precise as said; None: not said.
    lastmod: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What one sitemap says."""

    url: str
    #: ``index``, ``urlset`` or ``other``.
    kind: str
    entries: tuple[Entry, ...] = ()
    #: Whether it was read to its end: only then may an address be said to be missing from it.
    complete: bool = False
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed says."""

    url: str
    items: tuple[Listed, ...] = ()
    #: The page that the feed belongs to: on Wix the list of posts.
    page: str | None = None
    problem: Problem | None = None


class _RefusedError(Exception):
    """The document holds something that no sitemap needs."""


class _Reader:
    """Collects addresses while expat reads.

    Only ``loc`` and ``lastmod`` right under an entry count: pictures have a ``loc`` in a namespace of their own.
    """

    def __init__(self) -> None:
        self.kind = "other"
        self.entries: list[Entry] = []
        self.path: list[str] = []
        self.text: list[str] = []
        #: Characters of text that are still taken.
        self.room = urls.LONGEST
        self.found: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - expat's signature
        if not self.path:
            self.kind = {"urlset": "urlset", "sitemapindex": "index"}.get(local(name), "other")
        if len(self.path) > DEEPEST:
            raise _RefusedError
        self.path.append(name)
        self.text, self.room = [], urls.LONGEST

    def characters(self, data: str) -> None:
        if len(self.path) == 3 and self.room > 0:
            self.text.append(data)
            self.room -= len(data)

    def end(self, name: str) -> None:
        depth = len(self.path)
        self.path.pop()
        if depth == 3 and name.rpartition(" ")[0] == self.path[-1].rpartition(" ")[0]:
            self.found[local(name)] = "".join(self.text).strip()
        elif depth == 2:
            if self.kind != "other" and self.found.get("loc"):
                self.entries.append(Entry(url=self.found["loc"], lastmod=self.found.get("lastmod") or None))
            self.found = {}

    def refuse(self, *_: object) -> None:
        raise _RefusedError


def local(name: str) -> str:
    """The name without its namespace."""
    return name.rpartition(" ")[2]


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """What the sitemap at *url* says. Never raises: what is wrong is its `problem`, and what could be read is there."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    wrong = _feed(parser, reader, body)
    entries = tuple(
        replace(entry, url=found) for entry in reader.entries if (found := urls.normalise(entry.url, base=url))
    )
    if wrong is None and reader.kind == "other":
        wrong = ("not-a-sitemap", f"expected <urlset> or <sitemapindex>, found another document ({body[:40]!r})")
    if wrong is None:
        return Sitemap(url=url, kind=reader.kind, entries=entries, complete=True)
    refused = wrong[0] == "sitemap-refused"
    problem = Problem(stage="discover", kind=wrong[0], url=url, message=wrong[1])
    return Sitemap(url=url, kind=reader.kind, entries=() if refused else entries, problem=problem)


def _feed(parser: expat.XMLParserType, reader: _Reader, body: bytes) -> tuple[str, str] | None:
    """Hands *body* to expat piece by piece; what went wrong as (kind, sentence), or None."""
    read = 0
    try:
        for piece in _pieces(body):
            read += len(piece)
            if read > SITEMAP_BYTES or len(reader.entries) > SITEMAP_ENTRIES:
                return "sitemap-too-large", f"stopped after {len(reader.entries)} addresses; the limit is 50 MB, 50 000"
            parser.Parse(piece)
        parser.Parse(b"", True)  # noqa: FBT003 - expat's signature
    except _RefusedError:
        return (
            "sitemap-refused",
            "expected a plain sitemap, found a DOCTYPE, entities or endless nesting; nothing of it was used",
        )
    except expat.ExpatError as error:
        return "sitemap-cut", f"expected a whole sitemap, it breaks off after {len(reader.entries)} addresses: {error}"
    except zlib.error as error:
        return "sitemap-cut", f"expected a gzip file, it cannot be unpacked: {error}"
    return None


def _pieces(body: bytes) -> Iterator[bytes]:
    """The document in pieces, unpacked where it is a gzip file (``sitemap.xml.gz``), never all of it at once."""
    if body[:2] != b"\x1f\x8b":
        text = memoryview(body.lstrip(b" \t\r\n"))
        yield from (bytes(text[start : start + CHUNK]) for start in range(0, len(text), CHUNK))
        return
    unpack = zlib.decompressobj(wbits=31)
    data = body
    while data and not unpack.eof:
        yield unpack.decompress(data, CHUNK)
        data = unpack.unconsumed_tail
    yield unpack.flush()
    if not unpack.eof:
        raise zlib.error("the file is cut off")


def read_feed(body: bytes, url: str) -> Feed:
    """What the feed at *url* says. Never raises; a page in its place is a `problem`."""
    if re.match(rb"\s*(?:<!doctype\s+html|<html)", body[:200], re.IGNORECASE):
        return _no_feed(url, "a web page")
    if len(body) > FEED_BYTES:
        return _no_feed(url, f"{len(body)} bytes, more than any feed has")
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
    problem = None
    if parsed.bozo and not items:
        problem = Problem(
            stage="discover", kind="feed-broken", url=url, message=f"no item could be read: {parsed.bozo_exception}"
        )
    return Feed(url=url, items=tuple(items), page=page or None, problem=problem)


def _no_feed(url: str, found: str) -> Feed:
    message = f"expected a feed, found {found}; the other sources were used"
    return Feed(url=url, problem=Problem(stage="discover", kind="not-a-feed", url=url, message=message))


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
    all_posts = sitemap.url.endswith("/" + WIX_POSTS_SITEMAP) and site.platform in ("wix", "unknown")
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
