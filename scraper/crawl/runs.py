"""How every run begins and ends, be it a crawl, a recovery or an import: its orders, its exit status, its report."""

from collections.abc import Iterable
from dataclasses import dataclass

from scraper import sites, urls
from scraper.crawl import lookups
from scraper.errors import Unreachable, UsageError
from scraper.records import Site
from scraper.store import Archive

#: When several things went wrong, the exit status is the first of these that happened.
GRAVEST = (7, 5, 8, 9, 4, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How a run went."""

    exit_status: int
    #: The run in one line, without a line break.
    line: str
    #: What a person should read before that line; each may have several lines.
    messages: tuple[str, ...] = ()
    #: Captures brought in by an import or a recovery, and those of an import that were there already.
    captures: int = 0
    known: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    #: Pages that had errors.
    problems: int = 0
    requests: int = 0
    chain_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One thing to crawl or recover."""

    site: Site
    #: Only this post; None: the whole site.
    post: str | None = None
    #: Where to begin looking for the list; None: the site's own address.
    start: str | None = None
    #: The user gave an address: a private host is meant as it stands.
    named: bool = False


def order_of(target: str, archive: Archive) -> Order:
    """What the user means by *target*. Raises UsageError for what is neither a site's id nor an address."""
    known = sites.by_id(target) or lookups.known_site(archive.db, target)
    if known is not None:
        return Order(site=known, named=sites.by_id(target) is None)
    url = urls.normalise(target if "://" in target else _with_scheme(target))
    if not url:
        ids = ", ".join(site.id for site in sites.SITES)
        raise UsageError(f"{target}: expected the id of a site ({ids}) or a web address")
    site = sites.site_for(url)
    if urls.is_post(url):
        return Order(site=site, post=url, named=True)
    start = None if url.rstrip("/") == site.base_url.rstrip("/") else url
    return Order(site=site, start=start, named=True)


def _with_scheme(target: str) -> str:
    """An address without its beginning, as people write it: a host of this machine speaks http, all others https."""
    where = target.partition("/")[0]
    if "." not in where and not where.startswith("localhost"):
        return ""
    return f"{'http' if urls.is_local(where) else 'https'}://{target}"


def brought_up_to_date(archive: Archive) -> list[str]:
    """Read again what older rules had read; what to say of it."""
    if not archive.stale_reader():
        return []
    archive.rebuild()
    return ["the rules for reading pages are newer than the archive: all stored captures were read again first"]


def exit_status(statuses: Iterable[int], *, failed: bool) -> int:
    """The gravest of the *statuses* of sites or sources; 3 only when none was reached. *failed*: pages had errors."""
    happened = set(statuses)
    if happened == {Unreachable.exit_status}:
        return Unreachable.exit_status
    if failed or Unreachable.exit_status in happened:
        happened.add(1)
    return next((status for status in GRAVEST if status in happened), 0)


def lasted(seconds: float) -> str:
    """``7m12s``, ``0.4s``."""
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m{rest:02}s" if hours else f"{minutes}m{rest:02}s"
