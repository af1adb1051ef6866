"""What filters, facets and orders need of every post, read once for a state of the archive and kept in memory.

A post's text lies beside its facts on the disk, so that looking up the facts of thousands of hits reads thousands of
pages. The ledger holds the facts alone: for a value of a facet, the set of its posts as bits (`bits`).
"""

import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple

from scraper.search.bits import flags_of, mask_of
from scraper.search.folding import key
from scraper.search.match import DATE, PDFS
from scraper.search.request import UNDATED
from scraper.search.synonyms import EMPTY, words
from scraper.search.tokens import language_alone

#: Facets whose values have names.
NAMED = ("category", "tag", "author", "site")
#: Ids are close together up to so many times the number of posts.
CLOSE = 4
#: A value with fewer of the posts than one in so many is held as a list, which is smaller then than bits.
SPARSE = 128


@dataclass(frozen=True, slots=True)
class Posting:
    """The posts that have one value of a facet."""

    count: int
    #: As bits; None: so few that they are in `places`.
    mask: int | None
    places: tuple[int, ...] = ()

    def among(self, mask: int, flags: bytes) -> int:
        """How many of them are in a set, given as bits and as one byte for each place."""
        if self.mask is not None:
            return (self.mask & mask).bit_count()
        return sum(map(flags.__getitem__, self.places))

    def bits(self, length: int) -> int:
        """The posts as bits."""
        if self.mask is None:
            return mask_of(self.places, length)
        return self.mask


@dataclass(frozen=True, slots=True)
class Named:
    """A category, tag, author or site."""

    facet: str
    value: str
    label: str
    #: Posts in all.
    count: int
    #: Its words as names are compared; those that say nothing alone are left out.
    stems: frozenset[str]


def stem(word: str) -> str:
    """*word* without the s of its plural, as names are compared."""
    bare = key(word)
    if len(bare) > 3 and bare.endswith("s"):
        return bare[:-1]
    return bare


@dataclass(frozen=True)
class Ledger:
    """All posts, each at its place: the newest first, those without a date last; then by address."""

    #: Place → id of the post.
    ids: tuple[int, ...]
    #: Id of a post → its place.
    place_of: Callable[[int], int] = field(compare=False)
    #: Place → the day by which the post is filtered and sorted, as precisely as it is known; None: undated.
    dates: tuple[str | None, ...]
    #: Place → how often the post was viewed, and commented on; None: not known.
    views: tuple[int | None, ...]
    comments: tuple[int | None, ...]
    #: Place → the post's line in the digest of a list: address, space, content_sha256, LF.
    lines: tuple[str, ...]
    #: Facet, and ``month`` → value → its posts.
    values: Mapping[str, Mapping[str, Posting]]
    #: Id of a site → what it calls itself, as every page and citation names it.
    sites: Mapping[str, str]
    #: Id of a site → what people may call it: the same, or our name for it where it says none.
    called: Mapping[str, str]
    #: Part of what it was read from (of `_READ`) → the digest of all that stood there.
    signs: Mapping[str, bytes]

    @property
    def everything(self) -> int:
        """All posts as bits."""
        return (1 << len(self.ids)) - 1

    @cached_property
    def names(self) -> tuple[Named, ...]:
        """Everything that has a name in words."""
        found = []
        for facet in NAMED:
            for value, posting in self.values[facet].items():
                label = self.label(facet, value)
                stems = frozenset(stem(word) for word in words(label) if word not in EMPTY)
                if stems:
                    found.append(Named(facet, value, label, posting.count, stems))
        return tuple(found)

    def label(self, facet: str, value: str) -> str:
        """*value* of a facet as people may call it."""
        if facet == "site":
            return self.called.get(value, value)
        return value

    @cached_property
    def names_with(self) -> Mapping[str, tuple[int, ...]]:
        """Word of a name, as names are compared → which of `names` have it."""
        found: dict[str, tuple[int, ...]] = {}
        for at, name in enumerate(self.names):
            for word in name.stems:
                found[word] = (*found.get(word, ()), at)
        return found

    @cached_property
    def dated(self) -> int:
        """How many posts have a date; they are the first."""
        return sum(date is not None for date in self.dates)

    @cached_property
    def sorted_by_address(self) -> tuple[int, ...]:
        """All places in the order of addresses."""
        return tuple(sorted(range(len(self.ids)), key=self.lines.__getitem__))

    @cached_property
    def by_address(self) -> tuple[int, ...]:
        """Place → rank in the order of addresses."""
        return _ranks(self.sorted_by_address)

    @cached_property
    def by_age(self) -> tuple[int, ...]:
        """Place → rank with the oldest first, the undated last; by address where the date is the same."""
        dates, addresses = self.dates, self.by_address
        every = range(len(self.ids))
        return _ranks(sorted(every, key=lambda at: (dates[at] is None, dates[at] or "", addresses[at])))

    @cached_property
    def _oldest_first(self) -> list[str]:
        return [date for date in reversed(self.dates[: self.dated]) if date is not None]

    def between(self, after: str | None, before: str | None) -> int:
        """Posts from *after* on and before *before*, as bits; None: no bound."""
        if not after and not before:
            return self.everything
        dates = self._oldest_first
        begin = bisect_left(dates, after) if after else 0
        end = bisect_left(dates, before) if before else len(dates)
        first, last = self.dated - end, self.dated - begin
        return (1 << max(first, last)) - (1 << first)

    def having(self, facet: str, chosen: tuple[str, ...]) -> int:
        """Posts that have one of the values *chosen*, as bits."""
        found = 0
        for value in chosen:
            if posting := self.values[facet].get(value):
                found |= posting.bits(len(self.ids))
        return found

    def counts(self, facet: str, mask: int) -> dict[str, int]:
        """Value → how many of the posts *mask* have it; values that none has are left out."""
        if mask == self.everything:
            return {value: posting.count for value, posting in self.values[facet].items()}
        flags = flags_of(mask, len(self.ids))
        found = ((value, posting.among(mask, flags)) for value, posting in self.values[facet].items())
        return {value: count for value, count in found if count}


class Facts(NamedTuple):
    """What is looked up of a post."""

    id: int
    #: As `Ledger.dates`.
    date: str | None
    #: As `Ledger.lines`.
    line: str
    site: str
    author: str | None
    is_gone: int
    language: str | None
    views: int | None
    comments: int | None
    has_pdf: int


#: `Facts`, but for the last: that is asked for as a whole.
_COLUMNS = (
    "p.id", DATE, "p.url || ' ' || coalesce(p.content_sha256, '') || char(10)", "p.site", "p.author",
    "p.gone_at IS NOT NULL", "p.language", "p.views", "p.comments",
)  # fmt: skip
_FACTS = f"""
SELECT {", ".join(_COLUMNS)}, p.id IN ({PDFS})
FROM posts p ORDER BY {DATE} IS NULL, {DATE} DESC, p.url
"""
_FLAG = ("no", "yes")

#: Facet, or what the timeline shows → the value that a post has; None: it has none.
OF_POST: Mapping[str, Callable[[Facts], str | None]] = {
    "site": lambda post: post.site,
    "year": lambda post: post.date[:4] if post.date else UNDATED,
    "month": lambda post: (post.date or "")[:7],
    "author": lambda post: post.author or None,
    "pdf": lambda post: _FLAG[post.has_pdf],
    "gone": lambda post: _FLAG[post.is_gone],
    "language": lambda post: language_alone(post.language or "") or None,
}
#: Facet of which a post may have several values → the question for all of them: id of a post, value.
OF_LABELS: Mapping[str, str] = {
    "category": "SELECT post_id, name FROM post_categories JOIN categories ON categories.id = category_id",
    "tag": "SELECT post_id, name FROM post_tags JOIN tags ON tags.id = tag_id",
}


#: Everything that a ledger is read from: part → columns, and where they stand.
_READ: Mapping[str, tuple[tuple[str, ...], str]] = {
    "posts": (_COLUMNS, "posts p"),
    "pdf": (("post_id",), f"({PDFS})"),
    **{
        name: (("post_id", "name"), f"(WITH held(post_id, name) AS ({asked}) SELECT * FROM held)")
        for name, asked in OF_LABELS.items()
    },
    "site": (("site", "site_names.name", "sites.name"), "site_names JOIN sites ON id = site"),
}

#: The host of a site, by which one that says no name goes, is no word that anybody asks about.
_CALLED = "SELECT site, iif(basis = 'host', sites.name, site_names.name) FROM site_names JOIN sites ON id = site"


def read(db: sqlite3.Connection, before: Ledger | None = None) -> Ledger:
    """The ledger as *db* has it now. Of *before*, one that was read earlier, is kept what has not changed since.

    What has changed is told by content, not by numbers of revisions: a withdrawal, a rebuild or a copy put in the
    archive's place leaves nothing that is not so any more. All reads must see one state.
    """
    signs = {part: _sign(db, *asked) for part, asked in _READ.items()}
    if before and before.signs == signs:
        return before
    posts = [Facts(*row) for row in db.execute(_FACTS)]
    facts = partial(_facts, posts)
    ids = facts("id")
    place_of = _lookup(ids)
    of_posts = {name: _postings(_held(enumerate(map(of, posts))), len(posts)) for name, of in OF_POST.items()}
    same = _same_labels(before, ids, signs)
    read_anew = {
        name: _labels(db, asked, place_of, len(posts)) for name, asked in OF_LABELS.items() if name not in same
    }
    return Ledger(
        ids=ids,
        place_of=place_of,
        dates=facts("date"),
        views=facts("views"),
        comments=facts("comments"),
        lines=facts("line"),
        values={**of_posts, **same, **read_anew},
        sites=dict(db.execute("SELECT site, name FROM site_names").fetchall()),
        called=dict(db.execute(_CALLED).fetchall()),
        signs=signs,
    )


def _facts(posts: Iterable[Facts], name: str) -> tuple[Any, ...]:
    """What each post has of that *name*, in the order of places."""
    return tuple(map(attrgetter(name), posts))


def _same_labels(
    before: Ledger | None, ids: tuple[int, ...], signs: Mapping[str, bytes]
) -> Mapping[str, Mapping[str, Posting]]:
    """Of *before*, the labels that are still those of the posts *ids*, by facet."""
    if before is None or before.ids != ids:
        return {}
    return {name: before.values[name] for name in OF_LABELS if before.signs[name] == signs[name]}


def _labels(db: sqlite3.Connection, asked: str, place_of: Callable[[int], int], length: int) -> Mapping[str, Posting]:
    """Label → the posts that have it, of one question of `OF_LABELS`."""
    return _postings(_held((place_of(number), label) for number, label in db.execute(asked)), length)


def _lookup(ids: Sequence[int]) -> Callable[[int], int]:
    """Id → where it stands in *ids*. Where they are close together, a list is looked up five times as fast."""
    if max(ids, default=0) > CLOSE * len(ids):
        return {number: at for at, number in enumerate(ids)}.__getitem__
    places = [len(ids)] * (max(ids, default=0) + 1)
    for at, number in enumerate(ids):
        places[number] = at
    return places.__getitem__


def _sign(db: sqlite3.Connection, columns: tuple[str, ...], where: str) -> bytes:
    """The digest of all rows. SQLite writes them as one JSON, so that none of their values is made one of Python's."""
    fields = ", ".join(f"CAST({column} AS TEXT)" for column in columns)
    asked = f"SELECT CAST(json_group_array(json_array({fields})) AS BLOB) FROM {where}"
    return blake2b(db.execute(asked).fetchone()[0]).digest()


def _held(pairs: Iterable[tuple[int, str | None]]) -> Mapping[str, list[int]]:
    """Value → the places that have it, of pairs of the two; None is no value."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, value in pairs:
        if value is not None:
            found[value].append(at)
    return found


def _ranks(order: Sequence[int]) -> tuple[int, ...]:
    """Place → where it stands in *order*."""
    ranks = [0] * len(order)
    for rank, place in enumerate(order):
        ranks[place] = rank
    return tuple(ranks)


def _postings(held: Mapping[str, list[int]], length: int) -> dict[str, Posting]:
    return {value: _posting(places, length) for value, places in held.items()}


def _posting(places: list[int], length: int) -> Posting:
    if len(places) * SPARSE < length:
        return Posting(len(places), None, tuple(places))
    return Posting(len(places), mask_of(places, length))
