"""What the page of an article shows: heading, day, name and main text, by the place of each.

The heading is the element whose words are those that the head calls the post by. The day is a line that is a date and
nothing else, beside the main text or above its first prose; so are the lines that name the author. They are taken out
of the main text, which keeps the rest.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from scraper import dates
from scraper.layouts.dumps.lines import by_line, shown_date
from scraper.layouts.head import squashed
from scraper.layouts.plain import copy_of, holder, weight
from scraper.layouts.wix.cards import ancestors
from scraper.layouts.wix.post import without_cards
from scraper.page import Node, Page, Scope, texts, words
from scraper.vocabulary import DateBasis

_HEADINGS = "h1, h2, h3, h4, h5, h6"
_LINES = f"{_HEADINGS}, time, p, span, div, li, td, dd, small, strong, em, a"
_BLOCKS = "p, div, li, h1, h2, h3, h4, h5, h6, section, article, table, ul, ol"
#: Where editors put the body and nothing else, the first that is there once: schema.org, Drupal 7 and 8, Wix to 2019.
_BODIES = (
    '[itemprop="articleBody"]', ".field-name-body", ".field--name-body", '[id*="singlePostMediaText"]',
)  # fmt: skip
#: Cards of other posts and comments; `plain` knows names of one word, these are written in one.
_FOREIGN = (
    '[id*="relatedPosts" i], [class*="related-posts" i], [class*="relatedposts" i], [id*="recentPosts" i],'
    ' [id*="featuredPosts" i], [id="comments"], [class*="comment-list" i], [class*="fb-comments" i], [id*="disqus" i]'
)
_FOREIGN_HEADINGS = frozenset(
    {"related posts", "recent posts", "featured posts", "you may also like", "more posts", "other posts", "see also"}
)
#: Drupal's line about a node, and its stamp in RDFa.
_BYLINES = ".submitted, .node__submitted, .node__meta"
_SUBMITTED = re.compile(
    r"(?:(?:Submitted|Posted|Published|Written|Created)\s+)?by:?\s+(?P<name>.{2,60}?)\s*(?:,|\bon\b|\|)\s*(?P<day>.{6,40})"
    r"|(?:Submitted|Posted|Published|Created)(?:\s+on)?:?\s+(?P<alone>.{6,40})",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\s*(?:[-–,@]|\bat\b)\s*\d{1,2}[:.]\d{2}.*$")
_WEEKDAY = re.compile(r"^[^\W\d]+,\s+")
_NUMBERS = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}")
_STAMPS = (
    'time[datetime], [property~="dc:date"][content], [property~="schema:dateCreated"][content],'
    ' [itemprop="datePublished"]'
)  # fmt: skip
_AUTHORS = '[rel="author"], [itemprop="author"]'
_TAGS = 'a[rel~="tag"], .field-name-field-tags a, .field--name-field-tags a'
#: A line of so many letters is prose: what stands behind it is text.
_PROSE = 40


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """What a page shows of its article; None, or empty: it does not."""

    body: Node
    #: The body was found by the main-text rule, not by an editor's mark.
    guessed: bool
    title: str | None = None
    #: A date as shown, and as a machine-readable stamp beside it.
    day: str | None = None
    stamp: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    #: The words of the highest headings.
    headings: tuple[str, ...] = ()
    #: Headings in the main text that are links: so many other pages are named there.
    listed: int = 0
    #: Letters of the main text, links aside.
    letters: int = 0
    asks_password: bool = False


@dataclass(slots=True)
class _Top:
    """The lines about an article, as they are found."""

    days: list[str] = field(default_factory=list)
    author: str | None = None
    #: Lines of the body that are no part of it, and all that is inside of them.
    taken: list[Node] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)

    def note(self, day: str | None, name: str | None) -> None:
        if day is not None:
            self.days.append(day)
        self.author = self.author or name

    def take(self, line: Node) -> None:
        if line.mem_id not in self.gone:
            self.taken.append(line)
            self.gone |= _within(line)


def look(page: Page, names: Sequence[str], told: Iterable[tuple[DateBasis, object]]) -> ShownArticle | None:
    """What *page* shows; *names*: what the head calls the post, *told*: the dates it tells. None: no main text."""
    whole = copy_of(page)
    if whole is None:
        return None
    asks = whole.maybe('input[type="password"]') is not None
    _drop_others(whole)
    headings = tuple(filter(None, map(words, whole.all("h1"))))
    stamp, line = _stamp(whole), _byline(whole)
    tags = texts(whole.all(_TAGS))
    title = _heading(whole, names)
    name, named = words(title), next(filter(None, map(words, whole.all(_AUTHORS))), None)
    marked = _marked(whole)
    body = marked or holder(whole)
    if body is None:
        return None
    top = _top(whole, body, title)
    _take_out(body, (title, *top.taken))
    if not words(body):
        return None
    moment = _moment((*(value for _, value in told), stamp))
    return ShownArticle(
        body=body,
        guessed=marked is None,
        title=name,
        day=_day([day for day in (line[1], *top.days) if day], moment),
        stamp=stamp,
        author=line[0] or named or top.author,
        tags=tags,
        headings=headings,
        listed=sum(map(_is_link, body.css(_HEADINGS))),
        letters=_letters(body),
        asks_password=asks,
    )


def _take_out(body: Node, lines: Iterable[Node | None]) -> None:
    """Drop those of *lines* that are in *body*."""
    inside = _within(body)
    for node in [line for line in lines if line is not None and line.mem_id in inside]:
        node.decompose()


def _moment(stamps: Iterable[object]) -> str | None:
    """The first of *stamps* that is a date; None: none is."""
    return next(filter(None, (dates.iso_utc(stamp) for stamp in stamps if isinstance(stamp, str))), None)


def _drop_others(whole: Scope) -> None:
    """Take comments and the cards of other posts out of the page, those behind a heading that says so, too."""
    for node in reversed(without_cards(whole).all(_FOREIGN)):
        node.decompose()
    for node in reversed(whole.all(f"{_HEADINGS}, p")):
        if (words(node) or "").casefold().rstrip(":") in _FOREIGN_HEADINGS:
            _drop_with_next(node)


def _drop_with_next(node: Node) -> None:
    """Drop a heading, in whatever boxes it stands alone, and the element behind it where that holds links to posts."""
    said = words(node)
    while node.parent is not None and node.parent.tag in ("div", "section") and words(node.parent) == said:
        node = node.parent
    following = node.next
    while following is not None and following.tag == "-text":
        following = following.next
    if following is not None and following.css_first("a[href]") is not None and following.css_first("h1") is None:
        following.decompose()
    node.decompose()


def _heading(whole: Scope, names: Sequence[str]) -> Node | None:
    """The element that shows one of *names*: a heading, else any line; None: none does."""
    wanted = {squashed(name) for name in names}
    holders = ancestors(whole.all(_BLOCKS))
    for css in ("h1", _HEADINGS, "p, span, div"):
        for node in whole.all(css):
            if node.mem_id not in holders and squashed(words(node) or "") in wanted:
                return node
    return None


def _marked(whole: Scope) -> Node | None:
    """The body by an editor's mark; None: there is none, or several, as in a list."""
    for css in _BODIES:
        found = whole.all(css)
        inner = {node.mem_id for outer in found for node in outer.css("*") if node.mem_id != outer.mem_id}
        outermost = [node for node in found if node.mem_id not in inner]
        if len(outermost) == 1 and words(outermost[0]):
            return outermost[0]
    return None


def _within(node: Node) -> frozenset[int]:
    return frozenset(inner.mem_id for inner in (node, *node.css("*")))


def _lines(whole: Scope) -> Iterator[tuple[Node, str]]:
    """Elements without blocks in them, and their words."""
    holders = ancestors(whole.all(_BLOCKS))
    for node in whole.all(_LINES):
        if node.mem_id not in holders and (said := words(node)):
            yield node, said


def _top(whole: Scope, body: Node, title: Node | None) -> _Top:
    """The lines of days and names beside *body*, and those above its first prose, which are taken out of it."""
    inside, top, prose = _within(body), _Top(), False
    heading = title.mem_id if title is not None else None
    for node, said in _lines(whole):
        within = node.mem_id in inside
        if (within and prose) or node.mem_id == heading:
            continue
        day, name = _said_of(said)
        if day is None and name is None:
            prose = prose or (within and weight(node) >= _PROSE)
            continue
        top.note(day, name)
        if within and node.mem_id != body.mem_id:
            top.take(node)
    return top


def _said_of(line: str) -> tuple[str | None, str | None]:
    """(day, author) that a line tells; None for what it does not."""
    if (spelled := shown_date(line)) is not None and spelled.iso is not None:
        return line, None
    if (name := by_line(line)) and _as_day(name) is None and _SUBMITTED.fullmatch(line) is None:
        return None, name
    found = _SUBMITTED.fullmatch(line)
    day = _as_day(found["day"] or found["alone"]) if found else None
    if found is not None and day is not None:
        return (day, found["name"])
    return (None, None)


def _as_day(said: str) -> str | None:
    """*said* without clock and day of the week, where that may be a date; None: it is none. Of "05/09/2017" only
    another date tells which the month is.
    """
    bare = _CLOCK.sub("", said).strip()
    for one in (said, bare, _WEEKDAY.sub("", bare)):
        if _NUMBERS.fullmatch(one) or ((spelled := shown_date(one)) is not None and spelled.iso is not None):
            return one
    return None


def _byline(whole: Scope) -> tuple[str | None, str | None]:
    """(author, day) of Drupal's line about its node."""
    for node in whole.all(_BYLINES):
        day, name = _said_of(words(node) or "")
        if day or name:
            return name, day
    return None, None


def _stamp(whole: Scope) -> str | None:
    """The one machine-readable date; None: there is none, or several that differ."""
    stamps = (node.attributes.get("datetime") or node.attributes.get("content") for node in whole.all(_STAMPS))
    found = {stamp for stamp in stamps if stamp and dates.iso_utc(stamp)}
    if len(found) != 1:
        return None
    return found.pop()


def _day(days: Sequence[str], moment: str | None) -> str | None:
    """The one of *days* that is the day of *moment*; where that is not known, the only one. None: it cannot be told."""
    if moment is not None:
        return next((day for day in days if dates.local_day(day, moment)), None)
    spelled = {found.iso for day in days if (found := shown_date(day)) is not None}
    if len(spelled) != 1:
        return None
    return next((day for day in days if shown_date(day) is not None), None)


def _is_link(heading: Node) -> bool:
    """Whether a heading is a link as a whole: it names another page."""
    around = heading.parent
    if around is not None and around.tag == "a":
        return True
    link = heading.css_first("a[href]")
    return link is not None and words(link) == words(heading)


def _letters(body: Node) -> int:
    """Letters of *body*, those of its links aside."""
    linked = sum(len("".join(link.text().split())) for link in body.css("a"))
    return len("".join(body.text().split())) - linked
