"""The caller's words for `recover`, understood: which archives to ask, where, of which time, how slowly."""

import re
from collections.abc import Sequence

from scraper.errors import UsageError
from scraper.fetch import contact as contacts
from scraper.recover import commoncrawl, wayback
from scraper.recover.archives import SOURCES, CommonCrawl, Wayback, WebArchive
from scraper.vocabulary import Source

_DAY = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


def needs_contact(hosts: frozenset[str], contact: str | None) -> None:
    """Raises UsageError where a machine that is not this one would be asked without a contact."""
    said = contacts.checked(contact)
    for host in sorted(hosts):
        contacts.required(f"http://{host}/", said)


def chosen(
    endpoints: Sequence[str],
    sources: Sequence[str],
    since: str | None,
    until: str | None,
    *,
    delay: float | None = None,
    wet: bool = False,
) -> list[WebArchive]:
    """The archives to ask. An endpoint is ``wayback=URL``, ``commoncrawl=URL``, or a bare URL: of a ``collinfo.json``
    it is Common Crawl's, any other is the Wayback Machine's. *delay*: seconds between requests; None: as the services
    allow. Raises UsageError.
    """
    at: dict[Source, str] = {}
    for source, url in map(_named, endpoints):
        if at.setdefault(source, url) != url:
            raise UsageError(f"--endpoint: {source} can be given once, found {at[source]} and {url}")
    unknown = [name for name in sources if name not in SOURCES]
    if unknown:
        raise UsageError(f"--source: expected {' or '.join(SOURCES)}, found {unknown[0]!r}")
    wanted = sources or at or SOURCES
    return [_archive(source, at.get(source), since, until, delay, wet=wet) for source in SOURCES if source in wanted]


def _named(endpoint: str) -> tuple[Source, str]:
    """(archive, its address) of one ``--endpoint``."""
    name, equals, url = endpoint.partition("=")
    if equals and name in SOURCES:
        return Source(name), url
    if endpoint.endswith("/collinfo.json"):
        return Source.COMMON_CRAWL, endpoint
    return Source.WAYBACK, endpoint


def _archive(
    source: Source, url: str | None, since: str | None, until: str | None, delay: float | None, *, wet: bool
) -> WebArchive:
    if source is Source.WAYBACK:
        return Wayback(wayback.endpoint(url), since, until, delay)
    return CommonCrawl(commoncrawl.endpoint(url), since, until, wet, delay)


def day(text: str | None, option: str) -> str | None:
    """A year, month or day. Raises UsageError."""
    if text is not None and not _DAY.fullmatch(text):
        raise UsageError(f"{option}: expected 2019, 2019-06 or 2019-06-30, found {text!r}")
    return text
