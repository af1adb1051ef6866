"""Text dumps of Wix blogs, and of any page that no other layout knows: what a screen showed, without its marks.

Tell-tale: ``top of page``, ``177 views0 comments``, ``Recent Posts``, ``See All``, ``bottom of page``. Seen on dumps of
2020 to 2026: with all of these, without ``top of page`` (2020), and bare, with none and often without the title. A
dump without an address is a post unless its lines say otherwise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scraper import urls
from scraper.errors import Unreadable
from scraper.language import detect
from scraper.layouts.dumps import wix_words as words
from scraper.layouts.dumps.lines import (
    assert_prose,
    body_text,
    by_line,
    nonblank,
    note,
    shown_date,
    title_text,
    with_one_bullet,
    without_bare_marks,
    without_hashes,
)
from scraper.layouts.dumps.wix_foot import Foot, count_groups, read_foot, with_counts_apart
from scraper.layouts.dumps.wix_head import Head, read_head
from scraper.layouts.dumps.wix_marks import joined_labels
from scraper.numbers import ShownCounts
from scraper.page import TextPage
from scraper.records import Problem, Reading
from scraper.vocabulary import CountsSource, DateBasis, Level, ReadingKind, Stage

NAME = "wix_text"

#: From this month on "0 views" is a count; before, every page said so (see `wix`). A dump has no other mark of its age.
TRUE_ZEROS_SINCE = "2023-08"
#: That many separate lines of counts are many posts.
_LIST_OF_POSTS = 3

_LIST_PATH = re.compile(
    r"/(?:blog|news|posts|insights|noticias|archive|categories|category|tags?|hashtags)(?:-\d+)?(?:/.*)?$|/page/\d+$",
    re.IGNORECASE,
)


def matches(page: object) -> bool:
    """Whether *page* is a text dump."""
    return isinstance(page, TextPage)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The lines between ``top of page`` and ``bottom of page``, and what stood before them."""

    lines: tuple[str, ...]
    before: tuple[str, ...]
    top: bool
    bottom: bool


def read(page: TextPage) -> Reading:
    """What the dump says: a post, or why it is none. Raises Unreadable where it holds no text of a page."""
    assert_prose(page)
    lines, headings = without_hashes(page.lines)
    lines, labels = with_counts_apart(joined_labels(with_one_bullet(lines)))
    cut = _cut(lines)
    if page.url and not urls.is_post(page.url):
        kind = ReadingKind.LIST if _LIST_PATH.search(page.url.partition("?")[0]) else ReadingKind.OTHER
        return _no_post(page, kind, "its address is not a post's")
    foot = read_foot(cut.lines, whole=cut.bottom, labels=labels)
    chrome = cut.top or cut.bottom or foot.seen
    inside = without_bare_marks(_to_body_end(cut.lines, foot))
    head = read_head(inside, chrome=chrome, url=page.url, headings=headings)
    if reason := _not_a_post(page, cut, head):
        return _no_post(page, *reason)
    body = _body(inside, head)
    if not body and not head.title:
        raise Unreadable(page.url or "text", "expected a post, found neither a title nor a body")
    return _post(page, head, foot, body)


def _cut(lines: tuple[str, ...]) -> _Cut:
    tops = [index for index, line in enumerate(lines) if line and words.is_in(words.TOP, line)]
    start = tops[0] + 1 if tops else 0
    bottoms = [index for index in range(start, len(lines)) if lines[index] and words.is_in(words.BOTTOM, lines[index])]
    end = bottoms[-1] if bottoms else len(lines)
    return _Cut(lines[start:end], lines[: max(0, start - 1)], bool(tops), bool(bottoms))


def _to_body_end(lines: Sequence[str], foot: Foot) -> Sequence[str]:
    """The lines before the foot, the last one without what was glued to it."""
    if foot.last_line is None:
        return lines[: foot.body_end]
    return [*lines[: foot.body_end - 1], foot.last_line]


def _body(lines: Sequence[str], head: Head) -> str:
    """The body's paragraphs, without ornaments at its two ends."""
    inside = list(lines[head.body_at :])
    while inside and (not inside[-1] or _is_ornament(inside[-1])):
        inside.pop()
    while inside and (not inside[0] or words.is_in(words.ORNAMENTS, inside[0])):
        inside.pop(0)
    return body_text(inside)


def _is_ornament(line: str) -> bool:
    """Whether *line*, at the end of a body, is the interface's or the site's footer."""
    patterns = (words.RATING, words.LIKED, words.FOOTER)
    return words.is_in(words.ORNAMENTS, line) or any(pattern.fullmatch(line) for pattern in patterns)


def _not_a_post(page: TextPage, cut: _Cut, head: Head) -> tuple[ReadingKind, str] | None:
    """(kind, reason) where the lines say that the page is no post; None: they do not."""
    texts = nonblank(cut.lines)
    if any(words.MISSING.fullmatch(line) for line in texts[:8]) and sum(map(len, texts)) < 1000:
        return ReadingKind.MISSING, "its lines are those of an error page"
    if page.url:
        return None
    if count_groups(cut.lines) >= _LIST_OF_POSTS:
        return ReadingKind.LIST, "it has the counts of several posts"
    if len(texts) > 2 and texts[0] == texts[1] and _is_range(texts[2]):
        return ReadingKind.OTHER, "it is an event: its title twice, then its days"
    name = _window(cut)
    if name and name != head.title and words.is_in(words.PAGES, name):
        return ReadingKind.OTHER, f"its window is named {name!r}, as a page of a menu"
    return None


def _window(cut: _Cut) -> str:
    """The page's own name in the title of its window, which stands above the page; empty: it is not there."""
    line = next((line for line in cut.before if line), "")
    return re.split(r" [|–—-] ", line)[0]


def _is_range(line: str) -> bool:
    """Whether *line* says from which day to which."""
    days = re.split(r" (?:to|-|–|until|through) ", line)
    return len(days) == 2 and all(shown_date(day) is not None for day in days)


def _no_post(page: TextPage, kind: ReadingKind, reason: str) -> Reading:
    return Reading(
        kind=kind,
        url=urls.canonical(page.url) if page.url else None,
        layout=NAME,
        problems=(
            Problem(stage=Stage.EXTRACT, kind="no-post", level=Level.NOTE, message=f"expected a post; {reason}"),
        ),
    )


def true_counts(shown: ShownCounts, captured_at: str | None) -> ShownCounts:
    """*shown* without Wix's placeholder "0 views", beside which the comments are not known either."""
    if shown.views == 0 and (captured_at is None or captured_at < TRUE_ZEROS_SINCE):
        return shown._replace(views=None, comments=None)
    return shown


def _author_in(body: str) -> str | None:
    """The name in a by-line among the first two lines of the body."""
    return next((name for line in nonblank(body.split("\n", 4))[:2] if (name := by_line(line))), None)


def _published(page: TextPage, head: Head) -> tuple[str | None, DateBasis | None]:
    """The date of publication, and where it comes from: the head, else the address."""
    if head.published is not None and head.published.iso is not None:
        return head.published.iso, DateBasis.TEXT
    dated = urls.dated(page.url) if page.url else None
    return dated, DateBasis.URL if dated else None


def _updated(head: Head, published: str | None) -> str | None:
    """The day of the last change, where it is another than that of publication."""
    updated = head.updated.iso if head.updated else None
    if updated is not None and published is not None and updated[:10] == published[:10]:
        return None
    return updated


def _post(page: TextPage, head: Head, foot: Foot, body: str) -> Reading:
    shown = true_counts(foot.counts, page.captured_at)
    published, basis = _published(page, head)
    updated = _updated(head, published)
    problems = head.problems
    if foot.counts.views is not None and shown.views is None:
        problems += (note("placeholder-count", "views", "found '0 views', which all pages before 2023-08 showed"),)
    if foot.inexact is not None:
        problems += (note("rounded-count", "views", f"expected numbers, found {foot.inexact!r}"),)
    if foot.guessed:
        told = ", ".join(foot.tags)[:300]
        problems += (note("tags-guessed", "tags", f"took the short lines between text and counts for tags: {told}"),)
    return Reading(
        kind=ReadingKind.POST,
        url=urls.canonical(page.url) if page.url else None,
        layout=NAME,
        title=title_text(head.title) if head.title else None,
        published_at=published,
        published_basis=basis,
        updated_at=updated,
        updated_basis=DateBasis.TEXT if updated else None,
        author=head.author or _author_in(body),
        views=shown.views,
        comments=shown.comments,
        likes=shown.likes,
        counts_source=CountsSource.TEXT if any(count is not None for count in shown) else None,
        categories=foot.categories,
        tags=foot.tags,
        body_text=body,
        language=detect(body),
        problems=problems,
    )
