"""What the next crawl needs to know about each address: when it was last had, tried, failed, and how to ask again."""

import re
import sqlite3
from collections import defaultdict
from dataclasses import replace

from scraper import decide, urls
from scraper.store import single
from scraper.store.aside import STANDS
from scraper.vocabulary import AddressState, TimeBasis

_ADDRESSES = """
SELECT known_urls.url, known_urls.state, known_urls.evidence, known_urls.lastmod, posts.counted_at,
  posts.published_at, posts.updated_at, posts.first_seen_at, posts.missing_since, posts.gone_at,
  posts.last_seen_at, captures.captured_at_basis, posts.id
FROM known_urls LEFT JOIN posts ON posts.url = known_urls.url LEFT JOIN captures ON captures.id = posts.capture_id
WHERE known_urls.site = ?
"""
# Newest first, by when they came: our own come in the order of time. The verdict tells good pages from such as must
# not be confirmed by a 304.
_LIVE = """
SELECT captures.id, captured_at, status, body_sha256 IS NOT NULL AND verdict IN
  ('new', 'changed', 'same', 'older', 'returned'),
  ifnull(verdict, '') NOT IN ('blocked', 'weather') AND (status < 400 OR status IN (404, 410)) AND truncated IS NULL
  AND NOT EXISTS (SELECT 1 FROM decisions
    WHERE decisions.record_sha256 = captures.record_sha256 AND decisions.kind = 'blocked')
FROM addresses JOIN captures ON captures.id = addresses.capture_id
  LEFT JOIN post_captures ON post_captures.capture_id = captures.id
WHERE address = ? AND captures.source = 'live' ORDER BY addresses.capture_id DESC
"""
_LAST_GOOD = """
SELECT max(captured_at) FROM post_captures JOIN captures ON captures.id = capture_id
WHERE post_id = ? AND captured_at_basis <> 'file-time' AND verdict IN ('new', 'changed', 'same', 'older', 'returned')
"""
_FAILED = """
SELECT url, max(last_seen_at) FROM problems
WHERE stage = 'fetch' AND level = 'error' AND resolved_at IS NULL GROUP BY url
"""
_SOURCES = f"""
SELECT DISTINCT kind, url FROM captures WHERE kind IN ('robots', 'sitemap', 'feed', 'list', 'counts') AND {STANDS}
"""
_SOURCE_TRIES = f"""
SELECT id, captured_at, status, body_sha256 IS NOT NULL AND status = 200, 1 FROM captures
WHERE url = ? AND source = 'live' AND {STANDS} ORDER BY captured_at DESC, id DESC
"""

#: Headers by which a server can be asked whether anything changed.
_VALIDATOR = re.compile(rb"^(etag|last-modified):[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)

#: (capture, time, status, whether it is a good page with a body, whether it says anything: no wall, no weather)
_Try = tuple[int, str, int | None, bool, bool]


def url_states(db: sqlite3.Connection, site: str) -> dict[str, decide.UrlState]:
    """What is known of each post address of *site*, and of all lists, sitemaps and feeds, by canonical address.

    The cost grows with the addresses, not with their captures: this is asked at the start of every run.
    """
    found = _sources(db)
    failed = dict(db.execute(_FAILED).fetchall())
    aliases = {}
    for url, state, evidence, lastmod, counted, published, updated, first, missing, gone, *last in db.execute(
        _ADDRESSES, (site,)
    ):
        known = decide.UrlState(
            url=url,
            state=state,
            lastmod=lastmod,
            last_good_at=_last_good(db, *last),
            failed_at=failed.get(url),
            counted_at=counted,
            published_at=published,
            updated_at=updated,
            first_seen_at=first,
            missing_since=missing,
            gone_at=gone,
        )
        if state == AddressState.ARCHIVED and evidence and evidence.startswith("as "):
            aliases[url] = evidence.removeprefix("as ")
        found[url] = _with_tries(db, known, _tries(db, url))
    for url, post in aliases.items():
        if post in found:
            found[url] = replace(found[url], last_good_at=found[post].last_good_at, gone_at=found[post].gone_at)
    return found


def _last_good(db: sqlite3.Connection, last_seen_at: str | None, basis: str | None, post_id: int | None) -> str | None:
    """When a post was last had at a known time: when it was last seen, unless only a file dates what is shown."""
    if basis != TimeBasis.FILE_TIME:
        return last_seen_at
    return single.text(db, _LAST_GOOD, (post_id,))


def _tries(db: sqlite3.Connection, address: str, asked: str = _LIVE) -> list[_Try]:
    """Our own captures of an address from the newest good one on, oldest first."""
    found: list[_Try] = []
    for number, at, status, good, says in db.execute(asked, (address,)):
        found.insert(0, (number, at, status, bool(good), bool(says)))
        if good:
            break
    return found


def _sources(db: sqlite3.Connection) -> dict[str, decide.UrlState]:
    """Lists, sitemaps and feeds: when they were last read, and how to ask whether they changed."""
    tries: dict[str, list[_Try]] = defaultdict(list)
    kinds = {}
    for kind, url in db.execute(_SOURCES):
        address = urls.canonical(url) or url
        tries[address] += _tries(db, url, _SOURCE_TRIES)
        kinds[address] = kind
    found = {}
    for address, rows in tries.items():
        rows.sort(key=lambda one: one[1])
        had = max((at for _, at, status, *_ in rows if status in {200, 304}), default=None)
        found[address] = _with_tries(db, decide.UrlState(url=address, state=kinds[address], last_good_at=had), rows)
    return found


def _with_tries(db: sqlite3.Connection, known: decide.UrlState, tries: list[_Try]) -> decide.UrlState:
    """*known* with our last attempt, and with the validators of the newest good page of our own."""
    if not tries:
        return known
    asked = tuple(at for _, at, _, _, says in tries if says)
    known = replace(known, last_tried_at=tries[-1][1], last_status=tries[-1][2], tries=asked)
    number = next((number for number, _, _, good, _ in reversed(tries) if good), None)
    if number is None:
        return known
    (head,) = db.execute("SELECT head FROM captures WHERE id = ?", (number,)).fetchone()
    said = {name.lower(): value.decode("latin-1") for name, value in _VALIDATOR.findall(head or b"")}
    return replace(known, etag=said.get(b"etag"), last_modified=said.get(b"last-modified"), capture_id=number)
