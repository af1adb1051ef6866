"""Views, comments and likes of a post's page, and which of the numbers shown are true.

Pages without ``post-page-root`` (captures up to 2023-03) said "0 views" of every post: a placeholder, beside which
"0 comments" means nothing either. With the mark (from 2023-08) the HTML tells the truth, and so does the embedded data;
but where the server failed to make the head, it failed to count as well, and shows a zero of the same kind. So a zero
that is only shown needs a second witness in the page. A bound ("999+") is no number.
"""

from dataclasses import dataclass

from scraper.layouts.wix.cards import Cards
from scraper.layouts.wix.data import PostData, dig, whole_number
from scraper.numbers import ShownCounts, count, counts_line, is_bound, is_rounded
from scraper.page import Node, Page, leaves, words
from scraper.records import Problem
from scraper.vocabulary import CountsSource, Level, Stage

_INEXACT = (("bound-count", is_bound, "a bound"), ("rounded-count", is_rounded, "one cut short"))
#: What holds another post inside of an article.
_INNER = frozenset({"article", "li"})


@dataclass(frozen=True, slots=True)
class CountsWithSource:
    """The counts and where they came from (None: there are none)."""

    views: int | None = None
    comments: int | None = None
    likes: int | None = None
    source: CountsSource | None = None
    problems: tuple[Problem, ...] = ()


def read(page: Page, cards: Cards, data: PostData) -> CountsWithSource:
    """The post's counts: those shown, outside of *cards*, where they are true, else those embedded."""
    stats, likes = _stats_of(cards), words(_own(cards, "like-button-with-count__like-count")) or ""
    seen = (_stats(stats) if stats is not None else ShownCounts())._replace(likes=count(likes))
    rooted = page.has("post-page-root")
    proven = rooted and page.meta("article:published_time") is not None
    shown = _true(seen, proven=proven)
    found = shown.filled(_embedded(data))
    problems = _inexact(stats, likes, page.url)
    if rooted and not proven and 0 in seen and found.views is None:
        message = "expected a second source for the zero shown, found neither head nor data"
        problems += (_note("unwitnessed-zero", "views", message, page.url),)
    if found == ShownCounts():
        return CountsWithSource(problems=problems)
    source = CountsSource.EMBEDDED if shown == ShownCounts() else CountsSource.PAGE
    return CountsWithSource(*found, source, problems)


def _inexact(stats: Node | None, likes: str, url: str | None) -> tuple[Problem, ...]:
    """The note where a bound ("999+") or a number cut short ("1.2K") stands in place of a number."""
    shown = (words(stats) or "", likes)
    for kind, is_one, name in _INEXACT:
        if found := next(filter(is_one, shown), None):
            return (_note(kind, "views", f"expected numbers, found {name}: {found!r}", url),)
    return ()


def _note(kind: str, field: str, message: str, url: str | None) -> Problem:
    return Problem(stage=Stage.EXTRACT, kind=kind, field=field, level=Level.NOTE, message=message, url=url)


def _stats_of(cards: Cards) -> Node | None:
    """The element with the article's views and comments, not with those of another article or of a card."""
    return _own(cards, 'post-main-actions__stats"] [data-hook="post-stats') or _own(cards, "post-stats")


def _own(cards: Cards, hook: str) -> Node | None:
    """The first element with this hook that is in no card, item of a list, or article inside of the post's."""
    found = cards.own(f'[data-hook="{hook}"]')
    return next((node for node in found if not any(it.tag in _INNER for it in cards.round(node))), None)


def _stats(stats: Node) -> ShownCounts:
    """Views and comments of ``post-stats``: one element each, told apart by their labels, else by their order."""
    texts = [text for text in map(words, leaves(stats)) if text]
    found = ShownCounts()
    for place, text in enumerate(texts):
        line = counts_line(text)
        if line is not None:
            found = _one_of(line).filled(found)
        elif len(texts) == 2:  # in a language whose labels we do not know
            found = found._replace(**{ShownCounts._fields[place]: count(text)})
    if found == ShownCounts():  # number and label in elements of their own
        found = counts_line(" ".join(texts)) or found
    return found._replace(likes=None)


def _one_of(line: ShownCounts) -> ShownCounts:
    """The one count that an element shows: views, else comments."""
    if line.views is None:
        return ShownCounts(comments=line.comments)
    return ShownCounts(views=line.views)


def _true(shown: ShownCounts, *, proven: bool) -> ShownCounts:
    """*shown* without placeholders. A view count above zero proves itself; beside a placeholder nothing counts."""
    if proven or (shown.views or 0) > 0:
        return shown
    if shown.views == 0:
        return ShownCounts(likes=shown.likes or None)
    return shown._replace(comments=shown.comments or None, likes=shown.likes or None)


def _embedded(data: PostData) -> ShownCounts:
    """The counts in the page's data: ``metrics``, else ``postCountInfo``, else the metadata answer."""
    metrics, info = (
        ShownCounts(*(whole_number(dig(data.post, where, name)) for name in ShownCounts._fields))
        for where in ("metrics", "postCountInfo")
    )
    metadata = map(data.metadata.get, ("viewCount", "totalComments", "likeCount"))
    return metrics.filled(info).filled(ShownCounts(*map(whole_number, metadata)))
