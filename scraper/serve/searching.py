"""The search page: what was found, why, how many a year, and what else the results can be narrowed by."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

from scraper import search
from scraper.serve import charts, texts
from scraper.serve.answer import Answer, Ask, quoted
from scraper.serve.citing import coins
from scraper.serve.render import render

#: What narrows a search, as the address bar spells it.
FILTERS = tuple(each.name for each in fields(search.Filters))
#: Values of a facet shown at once; the others wait behind a summary.
SHOWN = 6
#: The further ones that are shown at all.
AT_MOST = 200


@dataclass(frozen=True)
class State:
    """One search, as an address says it: words, filters, order, page."""

    ask: Ask

    @cached_property
    def filters(self) -> search.Filters:
        """What narrows the search."""
        given: dict[str, list[str]] = {}
        for name, value in self.ask.args:
            given.setdefault(name, []).append(value)
        return search.Filters.of(given)

    @cached_property
    def request(self) -> search.Request:
        """The search, for `search.find`."""
        return search.Request(
            query=search.parse(self.ask.one("q")),
            filters=self.filters,
            sort=self.ask.one("sort"),
            page=whole(self.ask.one("page"), 1, 1_000_000),
            size=whole(self.ask.one("size"), 20, 100),
        )

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The search without order and page, in one fixed sequence."""
        chosen = [("q", self.ask.one("q"))] if self.ask.one("q") else []
        for name in FILTERS:
            value = getattr(self.filters, name)
            chosen += [(name, each) for each in ((value,) if isinstance(value, str) else value or ())]
        return tuple(chosen)

    @cached_property
    def order(self) -> tuple[tuple[str, str], ...]:
        """Sort and size, where they are not the usual ones."""
        kept = [("sort", self.request.sort)] if self.request.sort in search.SORTS else []
        return (*kept, *([("size", str(self.request.size))] if self.request.size != 20 else []))

    def link(self, *pairs: tuple[str, str], path: str = "/search") -> str:
        """A search with these *pairs*."""
        return self.ask.link(path, *pairs)

    def toggled(self, name: str, value: str) -> str:
        """The search with that filter chosen, or no longer chosen; from its first page."""
        pair = (name, value)
        rest = tuple(each for each in self.pairs if each != pair)
        return self.link(*(rest if pair in self.pairs else (*self.pairs, pair)), *self.order)

    def at(self, page: int) -> str:
        """The same search at another page."""
        return self.link(*self.pairs, *self.order, *([("page", str(page))] if page > 1 else []))


def whole(text: str, default: int, most: int) -> int:
    """*text* as a number from 1 to *most*; *default* when it is none."""
    return min(max(int(text), 1), most) if text.isascii() and text.isdigit() and len(text) < 9 else default


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen, or is."""

    label: str
    count: int
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetShown:
    """A facet: what is seen at once, and what waits behind a summary."""

    name: str
    title: str
    first: tuple[Choice, ...]
    more: tuple[Choice, ...]


def page(ask: Ask) -> Answer:
    """``/search``"""
    state = State(ask)
    found = search.find(ask.db, state.request)
    if found.total and state.request.page > found.pages:
        return Answer("", 302, headers={"Location": state.at(found.pages)})
    facets = {facet.name: facet for facet in found.facets}
    body = render(
        "search.html",
        ask.room,
        here="search",
        q=ask.one("q"),
        found=found,
        state=state,
        sites={value.value: value.label for value in facets["site"].values},
        pages=pages(state, found),
        facets=[shown(state, facet) for facet in found.facets if worth_showing(facet)],
        chosen=chosen(state, facets["site"]),
        timeline=timeline(state, found),
        undated=next((v for v in facets["year"].values if v.value == search.UNDATED), None),
        sorts=[(name, texts.SORTS[name]) for name in search.SORTS],
        downloads=downloads(state),
        feed=state.link(*state.pairs, path="/search.atom"),
        post=lambda hit, paragraph=None: post_link(ask, hit, paragraph),
        coins=coins(ask, (hit.url for hit in found.hits)),
    )
    return Answer(body, headers={"X-Robots-Tag": "noindex"} if state.pairs else {})


def post_link(ask: Ask, hit: search.Hit, paragraph: int | None = None) -> str:
    """The post, with the words found marked, at the place where a passage stands."""
    words = [("q", ask.one("q"))] if ask.one("q") else []
    place = "" if paragraph is None else f"#p{paragraph}"
    return ask.link(f"/post/{quoted(hit.site)}/{quoted(hit.slug)}", *words) + place


def pages(state: State, found: search.Page) -> Mapping[str, str]:
    """``previous`` and ``next``, where there are such."""
    here = state.request.page
    links = {"previous": state.at(here - 1)} if here > 1 else {}
    return links | ({"next": state.at(here + 1)} if here < found.pages else {})


def worth_showing(facet: search.Facet) -> bool:
    """Years are the timeline; a facet of which nothing could be chosen is left out."""
    if facet.name == "year":
        return False
    return len(facet.values) > 1 or any(value.selected for value in facet.values)


def shown(state: State, facet: search.Facet) -> FacetShown:
    """*facet*, what is chosen first."""
    labels = texts.FLAGS.get(facet.name, {})
    values = [
        Choice(
            labels.get(value.value, value.label), value.count, state.toggled(facet.name, value.value), value.selected
        )
        for value in sorted(facet.values, key=lambda each: not each.selected)
    ]
    return FacetShown(facet.name, texts.FACETS[facet.name], tuple(values[:SHOWN]), tuple(values[SHOWN:AT_MOST]))


def chosen(state: State, sites: search.Facet) -> list[Choice]:
    """The filters in force, each with the link that takes it away."""
    names = {value.value: value.label for value in sites.values}
    found = []
    for name, value in state.pairs:
        if name != "q":
            label = names.get(value, value) if name == "site" else texts.FLAGS.get(name, {}).get(value, value)
            found.append(Choice(texts.chosen(name, label), 0, state.toggled(name, value), chosen=True))
    return found


def timeline(state: State, found: search.Page) -> charts.Timeline:
    """Hits by year; each bar chooses its year, or lets go of it."""
    counts: Counter[str] = Counter()
    for facet in found.facets:
        if facet.name == "year":
            counts.update({value.value: value.count for value in facet.values})
    by_year = {year: (count,) for year, count in counts.items()}
    return charts.timeline(
        by_year, (texts.POSTS_SHORT,), lambda year: state.toggled("year", year), frozenset(state.filters.year)
    )


def downloads(state: State) -> list[tuple[str, str]]:
    """(address, name) of this result set in every format."""
    found = [(state.link(*state.pairs, *state.order, path=f"/search.{end}"), words) for end, words in texts.FORMATS]
    excel = state.link(*state.pairs, *state.order, ("excel", "1"), path="/search.csv")
    return [found[0], (excel, texts.FOR_EXCEL), *found[1:]]
