"""Cards of other posts inside of a post's article: boxes with a link to another post and not with the post's heading.

Most have hooks of their own and are taken out before (see `post.without_cards`); an owner's theme may draw others. What
they say of another post, its author, date and counts, is never this one's.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import takewhile

from scraper import urls
from scraper.layouts.wix import address as wix_address
from scraper.page import Node, Page, Scope, attribute, enclosing


class Cards:
    """The cards in an article; asked only where the article has something that could stand in one."""

    def __init__(self, page: Page, article: Scope) -> None:
        self.page, self.article = page, article

    def own(self, css: str) -> Iterator[Node]:
        """The elements that *css* selects in the article, but for those in cards."""
        return (node for node in self.article.all(css) if not self.hold(node))

    def hold(self, node: Node) -> bool:
        """Whether *node* stands in a card: with a link to another post, and not with the article's heading."""
        for around in self.round(node):
            if around.mem_id in self._with_heading:
                return False
            if around.mem_id in self._with_another:
                return True
        return False

    def round(self, node: Node) -> Iterator[Node]:
        """What *node* stands in, up to the article."""
        root = self.article.root.mem_id
        return takewhile(lambda around: around.mem_id != root, enclosing(node))

    @cached_property
    def _with_heading(self) -> frozenset[int]:
        """The elements round the article's headings."""
        return ancestors(self.article.all("h1"))

    @cached_property
    def _with_another(self) -> frozenset[int]:
        """The elements round links to other posts."""
        return ancestors(link for link in self.article.all("a[href]") if self._is_another(link))

    def _is_another(self, link: Node) -> bool:
        target = wix_address.address(attribute(link, "href"), self.page.url) or ""
        return urls.is_post(target) and urls.canonical(target) != self._own

    @cached_property
    def _own(self) -> str | None:
        return wix_address.own(self.page)


def outside_cards(found: Sequence[Node], article: Scope, base_url: str | None) -> list[Node]:
    """Those of *found*, which all look like the body, round which nothing is a card: a box with one of them alone and
    with a link to a post beside it, or an article or item of a list without the heading; all, where all are in cards.
    """
    if len(found) < 2:
        return list(found)
    beside, shared, headed = _round_links_beside(found, article, base_url), _shared(found), ancestors(article.all("h1"))

    def is_card(node: Node) -> bool:
        alone = takewhile(lambda it: it.mem_id not in shared, enclosing(node))
        return any(it.mem_id not in headed and (it.mem_id in beside or it.tag in _ITEMS) for it in alone)

    return [node for node in found if not is_card(node)] or list(found)


def _round_links_beside(found: Sequence[Node], article: Scope, base_url: str | None) -> frozenset[int]:
    """The elements round links to posts that stand in none of *found*."""
    within = {link.mem_id for node in found for link in node.css("a[href]")}
    links = (link for link in article.all("a[href]") if link.mem_id not in within)
    addresses = ((link, wix_address.address(attribute(link, "href"), base_url)) for link in links)
    return ancestors(link for link, address in addresses if address and urls.is_post(address))


#: What holds one post of several.
_ITEMS = frozenset({"article", "li"})


def _shared(nodes: Iterable[Node]) -> frozenset[int]:
    """The elements that hold more than one of *nodes*."""
    seen: set[int] = set()
    shared: set[int] = set()
    for node in nodes:
        round_it = {around.mem_id for around in enclosing(node)}
        shared |= seen & round_it
        seen |= round_it
    return frozenset(shared)


def ancestors(nodes: Iterable[Node]) -> frozenset[int]:
    """The elements that hold one of *nodes*."""
    found: set[int] = set()
    for node in nodes:
        found.update(around.mem_id for around in takewhile(lambda it: it.mem_id not in found, enclosing(node)))
    return frozenset(found)
