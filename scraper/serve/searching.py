"""The search page: what was found, why, how many a year, and what else the results can be narrowed by."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property

from scraper import search
from scraper.serve import charts, formatting, missing, texts
from scraper.serve.answer import Ask, PageResponse, quoted
from scraper.serve.citing import coins
from scraper.serve.frame import frame_of
from scraper.serve.page_address import own_page, public_base
from scraper.serve.remembered import remembered
from scraper.serve.thumbs import thumbs
from scraper.store import holdings
from scraper.vocabulary import AddressState

#: Posts in an exhibit that is made for a reader, while others wait.
IN_EXHIBIT = 20
#: Hits on a page.
HITS = 10
#: Passages of a hit that are shown.
PASSAGES = 2
#: What narrows a search, as the address bar spells it.
FILTERS = tuple(each.name for each in fields(search.Filters))
#: Values of a facet shown at once; the others wait behind a summary.
SHOWN = 6
#: The further ones that are on the page; `values_page` has all.
AT_MOST = 24
#: Facets in the order shown; years are the chart.
ORDER = ("site", "gone", "category", "tag", "author", "pdf", "language")

_MARKED = re.compile(f"{search.MARK}(.*?){search.UNMARK}", re.DOTALL)


@dataclass(frozen=True)
class SearchState:
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
            size=whole(self.ask.one("size"), HITS, 100),
            matched=search.Matched(asked) if (asked := self.ask.one("match")) in search.STEPS else None,
        )

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The search without order and page, in one fixed sequence."""
        chosen = pairs_of(self.ask.one("q"), self.filters)
        return (*chosen, *([("match", self.request.matched)] if self.request.matched else []))

    @cached_property
    def exact(self) -> tuple[tuple[str, str], ...]:
        """The same, whatever it says of how much must match."""
        return tuple(pair for pair in self.pairs if pair[0] != "match")

    @cached_property
    def order(self) -> tuple[tuple[str, str], ...]:
        """Sort and size, where they are not the usual ones."""
        kept = [("sort", self.request.sort)] if self.request.sort in search.SORTS else []
        return (*kept, *([("size", str(self.request.size))] if self.request.size != HITS else []))

    def link(self, *pairs: tuple[str, str], path: str = "/search") -> str:
        """A search with these *pairs*."""
        return self.ask.link(path, *pairs)

    def toggled(self, name: str, value: str) -> str:
        """The search with that filter instead of any other of its name, or no longer with it; from its first page.

        The number beside a value is that of the posts with this one, so these alone are what its link finds.
        """
        pair = (name, value)
        if pair in self.pairs:
            return self.link(*(each for each in self.pairs if each != pair), *self.order)
        return self.link(*(each for each in self.pairs if each[0] != name), pair, *self.order)

    def within(self, after: str, before: str) -> str:
        """The same search from *after* on, and before *before*, instead of the bounds it has."""
        rest = tuple(pair for pair in self.pairs if pair[0] not in ("after", "before"))
        return self.link(*rest, ("after", after), ("before", before), *self.order)

    def at(self, page: int) -> str:
        """The same search at another page."""
        return self.link(*self._pairs_at(page))

    @property
    def here(self) -> tuple[tuple[str, str], ...]:
        """All that chooses what this page shows."""
        return self._pairs_at(self.request.page)

    def _pairs_at(self, page: int) -> tuple[tuple[str, str], ...]:
        return (*self.pairs, *self.order, *([("page", str(page))] if page > 1 else []))


def pairs_of(words: str, filters: search.Filters) -> list[tuple[str, str]]:
    """A query and its filters as an address spells them."""
    found = [("q", words)] if words else []
    for name in FILTERS:
        value = getattr(filters, name)
        found += [(name, each) for each in ((value,) if isinstance(value, str) else value or ())]
    return found


def in_figures(text: str) -> bool:
    """Whether *text* is a number in plain figures, and of a size that is meant."""
    return text.isascii() and text.isdigit() and len(text) < 9


def whole(text: str, default: int, most: int) -> int:
    """*text* as a number from 1 to *most*; *default* when it is none."""
    if in_figures(text):
        return min(max(int(text), 1), most)
    return default


@dataclass(frozen=True, slots=True)
class FacetChoice:
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
    first: tuple[FacetChoice, ...]
    more: tuple[FacetChoice, ...]
    #: How many values there are.
    count: int
    #: Address of the page that has all of them; empty: they are all here.
    all: str


@dataclass(frozen=True, slots=True)
class Months:
    """The months of the one year that is chosen, and the search that shuts them."""

    year: str
    chart: charts.Timeline
    close: str


def page(ask: Ask) -> PageResponse:
    """``/search``"""
    with search.snapshot(ask.db):
        return answer(ask, SearchState(ask))


def answer(ask: Ask, state: SearchState) -> PageResponse:
    """The page of one search, all of it from one state of the archive."""
    search.check_cost(ask.db, state.request.query)
    found = search.find(ask.db, state.request)
    if found.shown and state.request.page > found.pages:
        return PageResponse("", 302, headers={"Location": state.at(found.pages)})
    facets = {facet.name: facet for facet in found.facets}
    advice = search.advise(ask.db, state.request, found.total)
    body = own_page(
        ask,
        "search.html",
        *state.here,
        here="search",
        samples=() if ask.one("q") else remembered(ask.room, ask.db, to_try),
        q=ask.one("q"),
        found=found,
        state=state,
        sites=remembered(ask.room, ask.db, holdings.site_names),
        groups=groups(found),
        advice=advice,
        heard=[(each, missing.listed_at(ask, each)) for each in advice.heard],
        notes=notes(ask, found, advice),
        again=lambda step: again(state, step),
        only_these=state.link(*_only_these_pairs(state), *state.order),
        only_exact=state.link(*state.exact, ("match", search.Matched.ALL), *state.order),
        covered=None if found.shown else remembered(ask.room, ask.db, coverage),
        pages=pages(state, found),
        facets=_in_order(state, facets),
        chosen=chosen(state, facets["site"]),
        timeline=timeline(state, found),
        months=months(state, found),
        numbers=numbers(state, found),
        address=ask.origin + state.at(state.request.page),
        bounds=(whole_day(state.filters.after), whole_day(state.filters.before)),
        thumbs=thumbs(ask, [(hit.site, hit.slug) for hit in found.every_hit]),
        sorts=[(name, texts.SORTS[name]) for name in search.SORTS],
        downloads=downloads(state),
        exhibit=exhibit_of(ask, state, found.total),
        with_more=with_more(state, found),
        feed=state.link(*state.exact, path="/search.atom"),
        post=lambda hit, paragraph=None: post_link(ask, hit, paragraph),
        in_file=lambda hit, snippet: file_link(ask, hit, snippet),
        passages=passages_shown,
        citation=citation(ask, state, found, chosen(state, facets["site"])),
        coins=coins(ask, (hit.url for hit in found.every_hit)),
    )
    return PageResponse(body, headers={"X-Robots-Tag": "noindex"} if state.pairs else {})


def to_try(db: sqlite3.Connection) -> tuple[str, ...]:
    """Searches that find something in this archive."""
    return search.samples(db, texts.EXAMPLES)


def notes(ask: Ask, found: search.ResultPage, advice: search.Advice) -> tuple[str, ...]:
    """What a reader should know of the search: whole sentences. Where steps back are offered, these say it."""
    wrong = () if advice.steps else search.faults(ask.db, found.request.query)
    return (*found.request.query.notes, *wrong, *search.wrong_filters(ask.db, found.request.filters))


@dataclass(frozen=True, slots=True)
class GroupShown:
    """Hits under a heading that says what they have of the query."""

    heading: str
    matched: search.Matched
    #: Place of its first hit among all that is shown.
    start: int
    hits: tuple[search.Hit, ...]
    #: False: not in downloads, feeds and counts.
    counted: bool


def groups(found: search.ResultPage) -> list[GroupShown]:
    """The hits of a page under their headings; a heading without hits here stands only where its hits begin."""
    request = found.request
    start = (request.page - 1) * request.size + 1
    shown = []
    if found.hits or not found.groups:
        heading = texts.all_words(found.total) if found.groups else texts.found(found.total)
        shown.append(GroupShown(heading, search.Matched.ALL, start, found.hits, counted=True))
    before = found.total
    for group in found.groups:
        if group.hits:
            heading = texts.further(group.matched, group.total, before, group.telling)
            place = start + sum(len(each.hits) for each in shown)
            shown.append(GroupShown(heading, group.matched, place, group.hits, counted=False))
        before += group.total
    return shown


def again(state: SearchState, step: search.Step) -> str:
    """Address of another search that was offered."""
    return state.link(*pairs_of(step.text, step.filters), *state.order)


def _only_these_pairs(state: SearchState) -> Iterator[tuple[str, str]]:
    """The words and filters of a search, its words without other spellings."""
    for name, value in state.pairs:
        yield name, only_these(state.request.query) if name == "q" else value


def _in_order(state: SearchState, facets: Mapping[str, search.Facet]) -> list[FacetShown]:
    """The facets that are worth showing, as readers see them."""
    known = (facets[name] for name in ORDER if name in facets)
    return [shown(state, facet) for facet in known if worth_showing(facet)]


def only_these(query: search.Query) -> str:
    """*query* as text, with quotation marks around what has other spellings: these are left out."""
    text = query.text
    for word, _ in query.also:
        text = re.sub(rf'(?<![\w"]){re.escape(word)}(?![\w"])', lambda found: f'"{found[0]}"', text)
    return text


@dataclass(frozen=True, slots=True)
class SearchCoverage:
    """How much of what the sites listed can be found by a search."""

    posts: int
    wanted: int
    lost: int


def coverage(db: sqlite3.Connection) -> SearchCoverage:
    """Posts in the archive, and those it knows of and has not."""
    states = holdings.states(db)
    return SearchCoverage(
        holdings.count_of(db, "posts"), states.get(AddressState.WANTED, 0), states.get(AddressState.LOST, 0)
    )


def citation(ask: Ask, state: SearchState, found: search.ResultPage, filters: list[FacetChoice]) -> str:
    """The result as it can be cited: query, filters, number, state of the archive, address, digest of the list."""
    day = remembered(ask.room, ask.db, holdings.last_seen_day)
    base = public_base(ask)
    address = base + state.link(*state.pairs).removeprefix(ask.room.base).lstrip("/") if base else ""
    return texts.cited_search(
        frame_of(ask.room).name,
        found.request.query.text,
        [choice.label for choice in filters],
        found.total,
        day or "",
        address,
        found.digest,
    )


def post_link(ask: Ask, hit: search.Hit, paragraph: int | None = None) -> str:
    """The post, with the words found marked, at the place where a passage stands."""
    words = [("q", ask.one("q"))] if ask.one("q") else []
    place = "" if paragraph is None else f"#p{paragraph}"
    return ask.link(f"/post/{quoted(hit.site)}/{quoted(hit.slug)}", *words) + place


def file_link(ask: Ask, hit: search.Hit, snippet: search.Snippet) -> str:
    """The text of the file that a passage stands in, with the words marked, at its page."""
    place = f"#page={snippet.page}" if snippet.page else ""
    path = f"/post/{quoted(hit.site)}/{quoted(hit.slug)}/file/{snippet.file_number}"
    return ask.link(path, ("q", ask.one("q"))) + place


def passages_shown(hit: search.Hit) -> list[tuple[search.Snippet, bool]]:
    """At most `PASSAGES` of a hit's passages: where a file has the words, one place is the file's.

    With each: does it only repeat words that one before it has? A narrow screen leaves such out.
    """
    body = [each for each in hit.snippets if not each.file]
    files = [each for each in hit.snippets if each.file]
    shown: list[tuple[search.Snippet, bool]] = []
    seen: set[str] = set()
    for each in (*body[: PASSAGES - 1 if files else PASSAGES], *files)[:PASSAGES]:
        words = {word.casefold() for word in _MARKED.findall(each.text)}
        shown.append((each, bool(shown) and not each.file and words <= seen))
        seen |= words
    return shown


def pages(state: SearchState, found: search.ResultPage) -> Mapping[str, str]:
    """``previous`` and ``next``, where there are such."""
    here = state.request.page
    links = {"previous": state.at(here - 1)} if here > 1 else {}
    return links | ({"next": state.at(here + 1)} if here < found.pages else {})


def worth_showing(facet: search.Facet) -> bool:
    """Years are the timeline; a facet of which nothing could be chosen is left out."""
    if facet.name == "year":
        return False
    return len(facet.values) > 1 or any(value.selected for value in facet.values)


def shown(state: SearchState, facet: search.Facet) -> FacetShown:
    """*facet*, what is chosen first."""
    values = sorted(facet.values, key=lambda each: not each.selected)
    choices = [choice(state, facet.name, value) for value in values[:AT_MOST]]
    every = state.link(*state.pairs, path=f"/search/by/{facet.name}") if len(values) > AT_MOST else ""
    return FacetShown(
        facet.name, texts.FACETS[facet.name], tuple(choices[:SHOWN]), tuple(choices[SHOWN:]), len(values), every
    )


def choice(state: SearchState, facet: str, value: search.Value) -> FacetChoice:
    """A value with the search that chooses it, or lets go of it."""
    label = named(facet, value.value, value.label)
    return FacetChoice(label, value.count, state.toggled(facet, value.value), value.selected)


def values_page(ask: Ask) -> PageResponse:
    """``/search/by/<facet>``: every value that the results of a search have, by name."""
    state = SearchState(ask)
    search.check_cost(ask.db, state.request.query)
    found = search.find(ask.db, state.request)
    name = ask.part["facet"]
    (facet,) = (each for each in found.facets if each.name == name)
    choices = sorted((choice(state, name, value) for value in facet.values), key=lambda each: each.label.casefold())
    body = own_page(
        ask,
        "values.html",
        *state.pairs,
        here="search",
        title=texts.all_values(name, len(choices)),
        choices=choices,
        asked=texts.asked_for(ask.one("q"), found.total),
        back=state.link(*state.pairs, *state.order),
    )
    return PageResponse(body, headers={"X-Robots-Tag": "noindex"})


def named(facet: str, value: str, label: str) -> str:
    """How people call a value of a facet."""
    if facet == "language":
        return formatting.language_name(value)
    return texts.FLAGS.get(facet, {}).get(value, label)


def chosen(state: SearchState, sites: search.Facet) -> list[FacetChoice]:
    """The filters in force, and how much must match, each with the link that takes it away."""
    names = {value.value: value.label for value in sites.values}
    found = []
    for name, value in state.pairs:
        if name == "match":
            found.append(FacetChoice(texts.MATCHED[value], 0, state.link(*state.exact, *state.order), chosen=True))
        elif name != "q":
            label = named(name, value, names.get(value, value) if name == "site" else value)
            found.append(FacetChoice(texts.chosen(name, label), 0, state.toggled(name, value), chosen=True))
    return found


def timeline(state: SearchState, found: search.ResultPage) -> charts.Timeline:
    """Hits by year; each bar chooses its year, or lets go of it."""
    counts: Counter[str] = Counter()
    for facet in found.facets:
        if facet.name == "year":
            counts.update({value.value: value.count for value in facet.values})
    by_year = {year: (count,) for year, count in counts.items()}
    return charts.timeline(
        by_year, (texts.POSTS_SHORT,), lambda year: state.toggled("year", year), frozenset(state.filters.year)
    )


def months(state: SearchState, found: search.ResultPage) -> Months | None:
    """The months of the year that is chosen alone; None: none is, or not only one."""
    years = [year for year in state.filters.year if year != search.UNDATED]
    if len(years) != 1 or len(state.filters.year) != 1:
        return None
    year = years[0]
    counts = {month: count for month, count in found.timeline if month.startswith(year) and len(month) == 7}
    chosen = (state.filters.after or "") if state.filters.before == following(state.filters.after or "") else ""
    chart = charts.months(year, counts, lambda month: state.within(month, following(month)), chosen)
    return Months(year, chart, state.toggled("year", year))


def following(month: str) -> str:
    """``2020-12`` → ``2021-01``; empty for what is no month."""
    year, _, number = month.partition("-")
    if not (year.isdigit() and number.isdigit()):
        return ""
    if number == "12":
        return f"{int(year) + 1:04}-01"
    return f"{year}-{int(number) + 1:02}"


def whole_day(bound: str | None) -> str:
    """For a field of a day: *bound* as its first day; empty where there is none."""
    if bound and len(bound) in (4, 7, 10):
        return f"{bound}-01-01"[:10]
    return (bound or "")[:10]


def numbers(state: SearchState, found: search.ResultPage) -> list[tuple[int, str]]:
    """(page, address) of the pages near this one, the first and the last; no address: this one."""
    here, last = state.request.page, found.pages
    wanted = sorted({1, last, *range(max(1, here - 2), min(last, here + 2) + 1)})
    return [(page, "" if page == here else state.at(page)) for page in wanted]


def exhibit_of(ask: Ask, state: SearchState, total: int) -> str:
    """Where the exhibit of these posts is; empty: there are none, too many, or nothing that proves them."""
    fits = 0 < total <= IN_EXHIBIT and holdings.can_exhibit(ask.db)
    if not fits:
        return ""
    return state.link(*state.exact, path="/exhibit.zip")


def downloads(state: SearchState) -> list[tuple[str, str]]:
    """(address, name) of this result set in every format."""
    found = [(state.link(*state.pairs, *state.order, path=f"/search.{end}"), words) for end, words in texts.FORMATS]
    excel = state.link(*state.pairs, *state.order, ("excel", "1"), path="/search.csv")
    return [found[0], (excel, texts.FOR_EXCEL), *found[1:]]


def with_more(state: SearchState, found: search.ResultPage) -> str:
    """Address of the download that has the further posts too; empty: there are none."""
    if not found.groups:
        return ""
    return state.link(*state.exact, ("match", found.groups[-1].matched), *state.order, path="/search.csv")
