"""What the user means by the words after `crawl` and `recover`."""

import re
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scraper import credentials, sites, urls
from scraper.errors import UsageError
from scraper.fetch import contact as contacts
from scraper.records import Site
from scraper.store import Archive, holdings

_LETTERS = re.compile(r"(?:mailto|xmpp|sip|tel):", re.IGNORECASE)


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


def sites_of(words: Sequence[str], path: Path) -> list[Site]:
    """The sites that *words* mean for the archive at *path*; none: all known ones. Raises as `targets_of`."""
    known = known_sites(path) if words else {}
    return [target_of(word, known).site for word in words] or list(sites.SITES)


def targets_of(words: Sequence[str], known: Mapping[str, str], contact: str | None) -> list[CrawlTarget]:
    """What *words* mean; none: all known sites. *known*: id → address of the archive's sites.

    Raises UsageError for a word that is neither a site's id nor an address, and where another machine would be asked
    without a *contact*.
    """
    found = [target_of(word, known) for word in words] or [CrawlTarget(site=site) for site in sites.SITES]
    said = contacts.checked(contact)
    for target in found:
        contacts.required(target.post or target.start or target.site.base_url, said)
    return found


def known_sites(path: Path) -> dict[str, str]:
    """Id → address of every site that the archive at *path* knows, which need not exist yet. Makes nothing.

    Raises ArchiveUnusable where there is something at *path* that cannot be read.
    """
    with Archive.peek(path) as archive:
        if not archive:
            return {}
        return site_addresses(archive.db)


def site_addresses(db: sqlite3.Connection) -> dict[str, str]:
    """Id → address of every site that an archive knows."""
    return {row[0]: row[2] for row in holdings.sites(db)}


def target_of(word: str, known: Mapping[str, str]) -> CrawlTarget:
    """What *word* means. *known*: id → address of the archive's sites. Raises UsageError for what is neither an id nor
    an address.
    """
    site = sites.by_id(word) or (sites.site_for(known[word]) if word in known else None)
    if site is not None:
        return CrawlTarget(site=site, named=sites.by_id(word) is None)
    if _is_contact(word):
        raise UsageError(
            f"{credentials.as_said(word)}: expected a site, or a web address without a user's name; give a contact as"
            " --contact"
        )
    url = urls.normalise(word if "://" in word else _with_scheme(word))
    if not url:
        ids = ", ".join(site.id for site in sites.SITES)
        raise UsageError(f"{credentials.as_said(word)}: expected the id of a site ({ids}) or a web address")
    site = sites.site_for(url)
    if urls.is_post(url):
        return CrawlTarget(site=site, post=url, named=True)
    start = None if url.rstrip("/") == site.base_url.rstrip("/") else url
    return CrawlTarget(site=site, start=start, named=True)


def _is_contact(word: str) -> bool:
    """Whether *word* is how a person is reached: an @ before the path (in an address, too, where it would be a user's
    name), or a scheme of letters and calls.
    """
    plain = unicodedata.normalize("NFKC", word).strip().replace("%40", "@")
    where = re.split(r"[/?#\\]", plain.partition("://")[2] or plain, maxsplit=1)[0]
    return "@" in where or _LETTERS.match(plain) is not None


def _with_scheme(word: str) -> str:
    """An address without its beginning, as people write it: a host of this machine speaks http, all others https."""
    where = word.partition("/")[0]
    if "." not in where and not where.startswith("localhost"):
        return ""
    return f"{'http' if urls.is_local(where) else 'https'}://{word}"
