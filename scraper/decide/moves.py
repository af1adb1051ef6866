"""Posts that moved to another address of their site: which captures of several addresses are of one post. Pure.

The captures of an address fall into *stays*: those that show a post there, up to the answers that lead away for good (a
permanent redirect, or a page that names another address as its own). A stay goes on at the address that it leads to
where the post there was first seen after it, and is the same; one stay goes on in one other. So a post may move twice,
move back, and leave behind addresses that lead on to one another.

A page is believed that names another address as its own, unless another post was seen there, or pages of other posts
name it, too (a site that gives all of its pages the name of one has many posts all the same), or nothing was seen
there, and the post was seen where the page is.
"""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scraper.decide.observation import Order
from scraper.decide.resemblance import words_of_post
from scraper.records import Reading

#: Share of words that two readings have in common to be one post.
SAME_WORDS = 0.9
#: So many addresses may lead on to one another before the post is shown.
CHAIN = 10
#: An instant is longer than a day.
_DAY = len("2021-03-18")


def is_same_post(old: Reading, new: Reading) -> bool:
    """Whether *new* shows the post that *old* shows: by its instant and title, or by nine tenths of its words."""
    at = old.published_at
    if at is not None and len(at) > _DAY and at == new.published_at and old.title and old.title == new.title:
        return True
    first, second = Counter(words_of_post(old)), Counter(words_of_post(new))
    shared = sum((first & second).values())
    return shared > 0 and shared >= SAME_WORDS * max(first.total(), second.total())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A capture that shows a post, or leads to the address of another for good."""

    capture_id: int
    address: str
    order: Order
    #: False when only a file's time dates it.
    known_time: bool
    #: The post that it shows, by the address that the page names as its own; None: it shows none.
    shows: str | None = None
    #: Where a permanent redirect leads; None: it is none.
    redirects_to: str | None = None

    @property
    def leads_to(self) -> str | None:
        """The other address that it names as the post's; None: it shows the post where it is."""
        return self.redirects_to or (None if self.shows == self.address else self.shows)


@dataclass(frozen=True, slots=True)
class _Stay:
    """A post at one address: the captures that show it there, and those that then led away. Either may be missing."""

    address: str
    shown: tuple[Sighting, ...]
    leads: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class _Onward:
    """Where a stay goes on, and the capture that led there."""

    lead: Sighting
    to: _Stay


#: Whether two captures, by their ids, show the same post.
Same = Callable[[int, int], bool]


def posts_of(sightings: Iterable[Sighting], same: Same) -> dict[int, str | None]:
    """The address of the post that each capture is of, once moves are known; None: it leads away from a post that did
    not go on there. *sightings*: all of some addresses and of those that they lead to.
    """
    stays = _stays(believed(sightings, same))
    onward = _onward(stays, same)
    found: dict[int, str | None] = {}
    for stay in (one for some in stays.values() for one in some):
        home = _end(stay, onward).address
        found |= dict.fromkeys((one.capture_id for one in stay.shown), home)
        since = onward[stay].lead.order if stay in onward else None
        for lead in stay.leads:
            joined = since is not None and lead.order >= since
            found[lead.capture_id] = home if joined and lead.shows is None else _named(lead, stays, onward)
    return found


def believed(sightings: Iterable[Sighting], same: Same) -> list[Sighting]:
    """*sightings* in their order, where each page that names another post's address as its own shows a post of its own
    address.
    """
    ordered = sorted(sightings, key=lambda one: one.order)
    seen = _seen_at(ordered, same)
    return [one if _is_borne_out(one, seen, same) else replace(one, shows=one.address) for one in ordered]


def _seen_at(ordered: Iterable[Sighting], same: Same) -> dict[str | None, list[Sighting]]:
    """What shows the post of each address, in order: the captures of that address, else those of the first one whose
    pages name it; where several name it that show other posts, none.
    """
    named: dict[str | None, list[Sighting]] = defaultdict(list)
    for one in ordered:
        if one.shows is not None:
            named[one.shows].append(one)
    for address, some in named.items():
        own = [one for one in some if one.address == address]
        first = [one for one in some if one.address == some[0].address]
        named[address] = own or (first if _agree(some, same) else [])
    return named


def _agree(pages: Sequence[Sighting], same: Same) -> bool:
    """Whether the first page of each address shows the post that the first of all shows."""
    firsts = {page.address: page.capture_id for page in reversed(pages)}
    return all(same(pages[0].capture_id, one) for address, one in firsts.items() if address != pages[0].address)


def _is_borne_out(one: Sighting, seen: Mapping[str | None, list[Sighting]], same: Same) -> bool:
    """Whether *one* shows the post that was *seen* at the address that it names, just before or after it."""
    if one.shows in (None, one.address):
        return True
    there, here = seen[one.shows], seen.get(one.address, [])
    if not there:
        return False
    if there[0].address != one.shows and here and here[0].address == one.address:
        return False
    if there[0].address == one.address:
        return True
    at = bisect(there, one.order, key=lambda other: other.order)
    return any(same(one.capture_id, other.capture_id) for other in there[max(at - 1, 0) : at + 1])


def _stays(sightings: Iterable[Sighting]) -> dict[str, list[_Stay]]:
    """The stays at each address, in their order."""
    found: dict[str, list[_Stay]] = {}
    shown: dict[str, list[Sighting]] = {}
    leads: dict[str, list[Sighting]] = {}
    for one in sorted(sightings, key=lambda one: one.order):
        here = one.address
        if one.leads_to is None and leads.get(here):
            found.setdefault(here, []).append(_Stay(here, tuple(shown.pop(here, ())), tuple(leads.pop(here))))
        (leads if one.leads_to is not None else shown).setdefault(here, []).append(one)
    for here in {**shown, **leads}:
        found.setdefault(here, []).append(_Stay(here, tuple(shown.get(here, ())), tuple(leads.get(here, ()))))
    return found


def _onward(stays: Mapping[str, list[_Stay]], same: Same) -> dict[_Stay, _Onward]:
    """The stays that go on at another address, the first that led to it in each case."""
    found: dict[_Stay, _Onward] = {}
    taken: set[_Stay] = set()
    departures = ((lead, stay) for some in stays.values() for stay in some if stay.shown for lead in stay.leads)
    for lead, stay in sorted(departures, key=lambda one: one[0].order):
        to = None if stay in found else _goes_on(lead, stay.shown[-1], stays, taken, same)
        if to is not None:
            found[stay] = _Onward(lead, to)
            taken.add(to)
    return found


def _goes_on(
    lead: Sighting, last: Sighting, stays: Mapping[str, list[_Stay]], taken: Collection[_Stay], same: Same
) -> _Stay | None:
    """The nearest stay, but those *taken*, that *lead* leads to and that shows the post which was *last* seen where it
    was; None: there is none.
    """
    for stay in _destinations(lead, last, stays):
        if stay not in taken and same(last.capture_id, stay.shown[0].capture_id):
            return stay
    return None


def _destinations(lead: Sighting, last: Sighting, stays: Mapping[str, list[_Stay]]) -> Iterator[_Stay]:
    """The stays that *lead* leads to, which began after the post was *last* seen where it was, the nearest first.

    Other posts may have stayed there before, or since; an address may itself have led on since then.
    """
    waiting, passed = [lead.leads_to], set[str | None]()
    while waiting and len(passed) < CHAIN:
        here = waiting.pop(0)
        if here in passed:
            continue
        passed.add(here)
        there = stays.get(here or "", [])
        yield from (stay for stay in there if stay.shown and _began_after(stay.shown[0], last))
        waiting += dict.fromkeys(one.leads_to for one in _leads(there) if one.order > last.order)


def _began_after(first: Sighting, last: Sighting) -> bool:
    return first.known_time and first.order[0] > last.order[0]


def _leads(stays: Iterable[_Stay]) -> Iterator[Sighting]:
    return (lead for stay in stays for lead in stay.leads)


def _end(stay: _Stay, onward: Mapping[_Stay, _Onward]) -> _Stay:
    """Where a post that began with *stay* is now. It ends: each stay begins after the one before it."""
    while stay in onward:
        stay = onward[stay].to
    return stay


def _named(lead: Sighting, stays: Mapping[str, list[_Stay]], onward: Mapping[_Stay, _Onward]) -> str | None:
    """The post of a page that names another address as its own, wherever that post is now; None: it is no page."""
    if lead.shows is None:
        return None
    there = [stay for stay in stays.get(lead.shows, ()) if stay.shown]
    then = [stay for stay in there if stay.shown[0].order <= lead.order] or there[:1]
    return _end(then[-1], onward).address if then else lead.shows
