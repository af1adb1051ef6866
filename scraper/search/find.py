"""A request → the page of hits, the counts beside it, and whole result sets for export.

All of it is read from one state of the archive: the indexes find the posts, the ledger counts and sorts them, and
passages are cut for the hits shown.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scraper.search.bits import flags_of
from scraper.search.facets import Facet, facets, timeline
from scraper.search.match import Where, one_of
from scraper.search.passages import Snippet
from scraper.search.query import parse
from scraper.search.relax import lacking
from scraper.search.request import MAX_SIZE, Matched, Request
from scraper.search.select import Selection, arranged, ids_in_order, select, spelled
from scraper.search.snippets import show
from scraper.search.split import split, telling
from scraper.search.state import snapshot, state_of

#: Of SQLite's page cache, for connections that were made ready by `prepare`.
CACHE_KIB = 65_536
#: Bytes of the archive, from its beginning, that whoever reads a little of each post sees in memory.
MAPPED = 256 << 20
#: With so many hits nobody needs posts that have less of the query.
ENOUGH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A post found."""

    id: int
    url: str
    site: str
    slug: str
    #: With marks around the words found; None: the post has no title.
    title: str | None
    author: str | None
    #: The day as the site showed it; None: only a month or year is known, or nothing.
    published_day: str | None
    published_at: str | None
    updated_day: str | None
    updated_at: str | None
    views: int | None
    comments: int | None
    language: str | None
    #: None: it is there still, as far as we know.
    gone_at: str | None
    #: How many versions of it are known.
    revision_count: int
    snippets: tuple[Snippet, ...]
    matched: Matched = Matched.ALL
    #: Words of the query that it has not, as they were typed.
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Posts that have not all words of a query."""

    #: MOST or ANY.
    matched: Matched
    #: How many there are, those of the groups before left out.
    total: int
    #: Those of this page.
    hits: tuple[Hit, ...]
    #: For ANY: only posts with one of these words are in it, as the others are in too many; empty: with any word.
    telling: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """One page of results and what is counted about all of them."""

    request: Request
    #: Posts that have all words of the query; with `Request.matched`, those that have as many as it wants.
    total: int
    hits: tuple[Hit, ...]
    #: What was found beyond, where there are few hits and nobody said how much must match; never counted in `total`.
    groups: tuple[Group, ...] = ()
    #: site, year, category, tag, author, pdf, gone, language; years in order with zeros between, the others by count.
    facets: tuple[Facet, ...]
    #: (month as ``2016-12``, hits) in order, without the choice of years; a date of a year only is ``2016``.
    timeline: tuple[tuple[str, int], ...]
    #: SHA-256 of the list of the posts counted in `total`, by which a citation is checked; empty: they are too many.
    digest: str

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.shown // _size(self.request)))

    @property
    def every_hit(self) -> tuple[Hit, ...]:
        """The hits of this page in order, with those of the groups."""
        return (*self.hits, *(hit for group in self.groups for hit in group.hits))

    @property
    def shown(self) -> int:
        """How many posts all pages show together."""
        return self.total + sum(group.total for group in self.groups)


def _size(request: Request) -> int:
    return min(max(1, request.size), MAX_SIZE)


def prepare(db: sqlite3.Connection) -> None:
    """Give a connection that will serve many searches the memory that makes them a fifth faster."""
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def prepare_to_read_all(db: sqlite3.Connection) -> None:
    """Let a connection that will read a little of each post see the archive in memory, a fifth faster than by a system
    call for each page.

    Not for servers: the process ends where somebody cuts the file short under it (https://sqlite.org/mmap.html).
    """
    db.execute(f"PRAGMA mmap_size = {MAPPED}")


def find(db: sqlite3.Connection, request: Request | str) -> ResultPage:
    """The page that *request* asks for; a text is a query by itself. *db* may be read-only."""
    with snapshot(db):
        asked = spelled(db, Request(query=parse(request)) if isinstance(request, str) else request)
        selection = select(db, asked)
        total, size = selection.found.bit_count(), _size(asked)
        places = arranged(db, selection, asked.order, selection.found, _start(asked) + size)[_start(asked) :]
        return ResultPage(
            request=asked,
            total=total,
            hits=_hits(db, asked, [selection.ledger.ids[place] for place in places], Matched.ALL),
            groups=_groups(db, asked, total, len(places)),
            facets=facets(selection),
            timeline=timeline(selection),
            digest=_digest(db, selection) if total <= DIGESTED else "",
        )


def find_mended(db: sqlite3.Connection, request: Request, text: str) -> tuple[Hit, ...]:
    """The hits of *request* with its query mended to *text*, said to be so."""
    found = find(db, replace(request, query=parse(text), matched=Matched.ALL))
    return tuple(replace(hit, matched=Matched.SPELLING) for hit in found.hits)


def _groups(db: sqlite3.Connection, asked: Request, total: int, here: int) -> tuple[Group, ...]:
    """Posts with most of the words, then with any, until a page would be full; *here*: hits on this page already."""
    if asked.matched is not None or total >= ENOUGH or not split(asked.query).has(Matched.ANY):
        return ()
    selection = select(db, replace(asked, matched=Matched.ANY))
    masks = _further(selection, total)
    start = max(0, _start(asked) - total)
    wanted = sum(masks.values())  # no post is in two of them
    places = arranged(db, selection, asked.order, wanted, start + _size(asked) - here)[start:]
    return tuple(
        Group(
            matched=step,
            total=mask.bit_count(),
            hits=_hits(db, asked, [selection.ledger.ids[place] for place in places if mask >> place & 1], step),
            telling=selection.words.telling if step is Matched.ANY else (),
        )
        for step, mask in masks.items()
    )


def _further(selection: Selection, total: int) -> dict[Matched, int]:
    """The steps behind the *total* posts with all words that are shown, each with its posts as bits."""
    _, most, some = (mask & selection.found for mask in selection.words.steps)
    enough = total + most.bit_count() >= ENOUGH
    masks = {Matched.MOST: most, Matched.ANY: 0 if enough else some}
    return {step: mask for step, mask in masks.items() if mask}


def _start(request: Request) -> int:
    """How many hits stand on the pages before."""
    return min(max(0, request.page - 1) * _size(request), 2**53)


def ordered(db: sqlite3.Connection, request: Request) -> Where:
    """A SELECT of the ids that *request* finds, in its order, whatever its page, for use in a larger statement."""
    return Where("SELECT value AS id FROM json_each(?) ORDER BY key", (json.dumps(ids_in_order(db, request)),))


def rowids(db: sqlite3.Connection, request: Request) -> Iterator[int]:
    """Ids of all posts that *request* finds, in its order, whatever its page."""
    yield from ids_in_order(db, request)


#: Results of which the list is digested; longer lists would keep readers waiting.
DIGESTED = 5_000


def _digest(db: sqlite3.Connection, selection: Selection) -> str:
    """SHA-256 of the list of what was found, whatever its order: equal only where the same posts have the same texts.

    Lines of address, space, content_sha256, LF, sorted by address.
    """
    ledger = selection.ledger

    def make() -> str:
        is_found = flags_of(selection.found, len(ledger.ids)).__getitem__
        listed = "".join(map(ledger.lines.__getitem__, filter(is_found, ledger.sorted_by_address)))
        return hashlib.sha256(listed.encode("utf-8", "surrogatepass")).hexdigest()

    return state_of(db).memory.once(("digest", selection.found), make)


def _hits(db: sqlite3.Connection, request: Request, ids: list[int], matched: Matched) -> tuple[Hit, ...]:
    if not ids:
        return ()
    shown = show(db, telling(request.query), ids)
    lacks = {} if matched is Matched.ALL else lacking(db, split(request.query), ids)
    names = (
        "id", "url", "site", "slug", "author", "published_day", "published_at", "updated_day", "updated_at", "views",
        "comments", "language", "gone_at", "revision_count",
    )  # fmt: skip
    chosen = one_of("id", ids)
    rows = {
        row[0]: dict(zip(names, row, strict=True))
        for row in db.execute(f"SELECT {', '.join(names)} FROM posts WHERE {chosen.sql}", ids)
    }
    return tuple(
        Hit(
            **rows[number],
            title=shown[number].title,
            snippets=shown[number].snippets,
            matched=matched,
            lacks=lacks.get(number, ()),
        )
        for number in ids
        if number in rows and number in shown  # a crawl may have taken one away since
    )
