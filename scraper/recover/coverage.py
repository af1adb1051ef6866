"""What became of every post address ever named, as far as web archives know: the states in `known_urls`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scraper import sites, urls
from scraper.numbers import plural
from scraper.records import Site, Target
from scraper.recover import selection
from scraper.recover.archives import TITLES
from scraper.runs import NetworkSession
from scraper.store import lookups, recovery_queries
from scraper.vocabulary import AddressState, SiteState, Source
from scraper.warc import CdxRecord


@dataclass(slots=True)
class Heard:
    """What the archives list: source → address → its captures; and whether they were asked for all they have."""

    rows: dict[Source, dict[str, list[CdxRecord]]] = field(default_factory=dict)
    #: Sources that listed everything they have, of all times.
    whole: set[Source] = field(default_factory=set)

    def lists(self, address: str) -> bool:
        """Whether any of them has a capture of it."""
        return any(address in rows for rows in self.rows.values())

    def add(self, source: Source, rows: Iterable[CdxRecord]) -> None:
        """More captures of posts."""
        known = self.rows.setdefault(source, {})
        for address, group in selection.by_address(rows).items():
            known.setdefault(address, []).extend(group)


def hear(session: NetworkSession, source: Source, rows: Iterable[CdxRecord]) -> None:
    """Note every post address that an archive lists: it is in a web archive, until it is here. Each is noted once."""
    known = recovery_queries.heard_from(session.archive.db, source)
    targets = []
    for address, group in selection.by_address(rows).items():
        if address not in known:
            state, evidence = standing({source: group}) or (None, None)
            site = sites.site_for(address).id
            targets.append(Target(url=address, site=site, found_by=(source,), state=state, evidence=evidence))
    session.archive.discover(targets, session.at())


def settle(session: NetworkSession, site: Site, heard: Heard) -> None:
    """Say of every address of *site* that is not here where else it is, or that it is lost."""
    db = session.archive.db
    if site.numbering is not None:
        known = lookups.known_addresses(db)
        numbered = sites.up_to(site.id, site.numbering, lookups.numbers_heard(db, site.id))
        session.archive.discover([one for one in numbered if one.url not in known], session.at())
    gone = lookups.site_state(db, site.id) == SiteState.GONE
    targets = []
    for url, state, evidence in recovery_queries.unhad(db, site.id):
        now = _judged(url, state, heard, session.at()[:10], gone=gone)
        if now is None or now == (state, evidence):
            continue
        # What a capture of it showed says more than that there are some.
        is_vaguer = now[0] == state == AddressState.WANTED and evidence is not None and heard.lists(url)
        if not is_vaguer:
            targets.append(Target(url=url, site=site.id, state=now[0], evidence=now[1]))
    session.archive.discover(targets, session.at())


def _judged(url: str, state: str, heard: Heard, day: str, *, gone: bool) -> tuple[AddressState, str] | None:
    """(state, evidence) of an address that is not here; None: nothing new is known of it."""
    found = standing({source: rows[url] for source, rows in heard.rows.items() if url in rows})
    is_wanted = state == AddressState.WANTED
    if found is not None:
        if is_wanted or found[0] == AddressState.IN_WEB_ARCHIVE:
            return found
        return None
    if not is_wanted or not heard.whole:
        return None
    asked = [TITLES[source] for source in sorted(heard.whole, reverse=True)]
    if heard.whole >= TITLES.keys() and gone:
        return AddressState.LOST, f"the site is offline, and neither {' nor '.join(asked)} listed it on {day}"
    return AddressState.WANTED, f"not in {' and '.join(asked)} on {day}"


def standing(listed: Mapping[Source, list[CdxRecord]]) -> tuple[AddressState, str] | None:
    """(state, evidence) by what the archives list of one address; None: they list nothing of it.

    ``in-web-archive`` where one has its page. Where they have nothing but errors and redirects it stays wanted.
    """
    parts, state = [], AddressState.WANTED
    for source, rows in sorted(listed.items(), reverse=True):
        pages = sorted(row.captured_at[:10] for row in rows if selection.is_page(row))
        if pages:
            state = AddressState.IN_WEB_ARCHIVE
            span = pages[0] if pages[0] == pages[-1] else f"{pages[0]} to {pages[-1]}"
            parts.append(f"{TITLES[source]} lists {plural(len(pages), 'capture')}, {span}")
        elif rows:
            parts.append(f"{TITLES[source]} lists only errors and redirects")
    if not parts:
        return None
    return (state, "; ".join(parts))


def of_site(rows: Iterable[CdxRecord], site: Site) -> list[CdxRecord]:
    """The rows of the site's posts; of other hosts, which a listing may name as well, none."""
    found = []
    for row in rows:
        url = urls.normalise(row.url)
        if urls.host(url) in site.hosts and urls.is_post(url) and sites.site_for(url).id == site.id:
            found.append(row)
    return found
