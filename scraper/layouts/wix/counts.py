"""Views, comments and likes of a post's page, and which of the numbers shown are true.

Pages without ``post-page-root`` (captures up to 2023-03) said "0 views" of every post: a placeholder, beside which
"0 comments" means nothing either. With the mark (from 2023-08) the HTML tells the truth, and so does the embedded data.
"""

from dataclasses import dataclass

from scraper.layouts.wix.data import PostData, dig, whole_number
from scraper.numbers import Shown, count, counts_line
from scraper.page import Node, Page, Scope, words


@dataclass(frozen=True, slots=True)
class Told:
    """The counts and where they came from (``page``, ``embedded``; None: there are none)."""

    views: int | None = None
    comments: int | None = None
    likes: int | None = None
    source: str | None = None


def read(page: Page, article: Scope, data: PostData) -> Told:
    """The post's counts: those shown where they are true, else those embedded."""
    shown, embedded = _true(_shown(article), rooted=page.has("post-page-root")), _embedded(data)
    views, comments, likes = (a if a is not None else b for a, b in zip(shown, embedded, strict=True))
    if (views, comments, likes) == (None, None, None):
        return Told()
    return Told(views, comments, likes, "embedded" if shown == Shown() else "page")


def _shown(article: Scope) -> Shown:
    """The numbers that the article shows, true or not; those in another article or in a list's card are not its own."""
    stats = _own(article, 'post-main-actions__stats"] [data-hook="post-stats') or _own(article, "post-stats")
    likes = count(words(_own(article, "like-button-with-count__like-count")) or "")
    return _stats(stats)._replace(likes=likes) if stats is not None else Shown(likes=likes)


def _own(article: Scope, hook: str) -> Node | None:
    """The first element with this hook that is in no card."""
    for node in article.all(f'[data-hook="{hook}"]'):
        around = node.parent
        while around is not None and around != article.root and around.tag not in ("article", "li"):
            around = around.parent
        if around is None or around == article.root:
            return node
    return None


def _stats(stats: Node) -> Shown:
    """Views and comments of ``post-stats``: one element each, told apart by their labels, else by their order."""
    texts = [text for text in map(words, _leaves(stats)) if text]
    views = comments = None
    for place, text in enumerate(texts):
        line = counts_line(text)
        if line is not None and line.views is not None:
            views = line.views
        elif line is not None and line.comments is not None:
            comments = line.comments
        elif line is None and len(texts) == 2:  # in a language whose labels we do not know
            views, comments = (count(text), comments) if place == 0 else (views, count(text))
    if (views, comments) == (None, None):  # number and label in elements of their own
        views, comments, _ = counts_line(" ".join(texts)) or Shown()
    return Shown(views=views, comments=comments)


def _leaves(stats: Node) -> list[Node]:
    """The elements of *stats* that hold text themselves."""
    return [
        node for node in stats.css("*")
        if any(child.tag == "-text" and (child.text_content or "").strip() for child in node.iter(include_text=True))
    ]  # fmt: skip


def _true(shown: Shown, *, rooted: bool) -> Shown:
    """*shown* without placeholders. A view count above zero proves itself; beside a placeholder nothing counts."""
    if rooted or (shown.views or 0) > 0:
        return shown
    if shown.views == 0:
        return shown._replace(views=None, comments=None)
    return shown._replace(comments=shown.comments or None)


def _embedded(data: PostData) -> Shown:
    """The counts in the page's data: ``metrics``, else ``postCountInfo``, else the metadata answer."""
    told = (
        [dig(data.post, "metrics", name) for name in Shown._fields],
        [dig(data.post, "postCountInfo", name) for name in Shown._fields],
        [data.metadata.get(name) for name in ("viewCount", "totalComments", "likeCount")],
    )
    return Shown(
        *(
            next((value for value in map(whole_number, row) if value is not None), None)
            for row in zip(*told, strict=True)
        )
    )
