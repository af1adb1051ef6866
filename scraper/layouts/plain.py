"""The main text of a page whose look is not known, by one rule.

**The main text is the smallest element that holds most of the page's prose.** Prose are the words of paragraphs, items,
cells and headings that stand in no menu, footer, column, form, card or comment, as tags, roles and names of classes
tell them, and of whose letters fewer than half are links. Most is three quarters. What stands in that element is read
as it stands there, without menus.

The HTML of the network's older sites could not be found when this was written; dumps of their text could. So their
layouts know where title and dates stand, and leave the body to this rule where their own marks are missing; a note
says so.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial

from scraper.layouts.body import Body, read_body
from scraper.page import Node, Page, Scope, attribute, enclosing, too_deep
from scraper.records import Image, Problem
from scraper.sanitise import safe_url
from scraper.vocabulary import Level, Stage

#: What a guess may take at most, in characters of HTML; larger pages are no posts.
_LARGEST = 5_000_000
_MOST = 0.75
_MUTE = "script, style, noscript, template, svg, nav, [hidden]"
_BESIDE_THE_TEXT = (
    'footer, aside, form, dialog, [role="navigation"], [role="banner"], [role="contentinfo"], [role="search"],'
    ' [role="complementary"], [role="dialog"], [role="menu"], [role="menubar"]'
)
#: What stands beside a text is called so in its class, id or hook: the first or last word of a name, or all of it.
_BESIDE = """
nav|navbar|navigation|menu|menus|footer|sidebar|breadcrumbs?|comments?|respond|related|recent|share|sharing|social
|cookies?|consent|banner|pager|pagination|tags?|newsletter|subscribe|widgets?|popup|modal|skip|login
"""
_NAMES = re.compile(
    rf"(?:^|\s)(?:(?:{_BESIDE})(?:[_-]\S*)?|\S*[_-](?:{_BESIDE}))(?:$|\s)".replace("\n", ""), re.IGNORECASE
)
#: What is named so and yet holds more of the page's words is no part of its frame: themes name all that they paint.
_LARGEST_SHARE = 0.3
_PARAGRAPHS = "p, li, h1, h2, h3, h4, h5, h6, td, th, dd, dt, pre, blockquote, figcaption"
_BLOCKS_INSIDE = "p, li, td, div, ul, ol, table, section, article"
_HOLDERS = frozenset({"div", "section", "article", "main", "td", "center", "body", "html"})
#: So many letters make prose of what is no paragraph.
_PROSE = 40


def main_content(page: Page) -> Body | None:
    """What looks like the main content of *page*; None: nothing does."""
    whole = copy_of(page)
    root = holder(whole) if whole is not None else None
    body = read_plain(root, page.url) if root is not None else None
    if body is not None and body.text.strip():
        return body
    return None


def copy_of(page: Page) -> Scope | None:
    """The whole page once more, to be taken apart; None: it is too large or too deep for a guess."""
    if len(page.source) > _LARGEST or too_deep(page.source):
        return None
    return page.copy()


def _drop_what_is_beside(whole: Scope) -> None:
    """Take menus, headers, footers, columns and cards out of the page."""
    for node in reversed(whole.all(_MUTE)):  # inner ones before those around them, here and below
        node.decompose()
    most = len(whole.root.text()) * _LARGEST_SHARE
    for node in reversed(whole.all(_BESIDE_THE_TEXT)):
        if len(node.text()) <= most:
            node.decompose()
    for node in reversed(whole.all("div, section, article, ul, ol, header, p, span, a")):
        if _is_named_beside(node) and len(node.text()) <= most:
            node.decompose()


def _is_named_beside(node: Node) -> bool:
    attributes = node.attributes
    names = " ".join(attributes.get(name) or "" for name in ("class", "id", "data-hook"))
    return bool(names.strip()) and _NAMES.search(names) is not None


def holder(whole: Scope) -> Node | None:
    """The smallest element that holds most of the prose of *whole*, which loses what stands beside it; None: there is
    none.
    """
    _drop_what_is_beside(whole)
    weights: dict[int, int] = {}
    holders: dict[int, Node] = {}
    total = 0
    for paragraph in _paragraphs(whole):
        letters = weight(paragraph)
        total += letters
        around: Node | None = paragraph
        while letters and around is not None:
            if around.tag in _HOLDERS:
                weights[around.mem_id] = weights.get(around.mem_id, 0) + letters
                holders[around.mem_id] = around
            around = around.parent
    enough = [key for key, letters in weights.items() if letters >= total * _MOST]
    if not enough:
        return None
    return holders[min(enough, key=lambda key: (weights[key], -_depth(holders[key])))]


def _depth(node: Node) -> int:
    return len(list(enclosing(node)))


def _paragraphs(whole: Scope) -> Iterator[Node]:
    """Elements that hold text and no other blocks."""
    for node in whole.all(_PARAGRAPHS):
        if node.css_first(_BLOCKS_INSIDE) is None or node.tag == "p":
            yield node
    for node in whole.all("div, td, section"):
        if any(
            child.tag == "-text" and len((child.text_content or "").strip()) >= _PROSE
            for child in node.iter(include_text=True)
        ):
            yield node


def weight(paragraph: Node) -> int:
    """The letters of *paragraph* that are prose: none where half of them or more are links."""
    letters = len("".join(paragraph.text().split()))
    linked = sum(len("".join(link.text().split())) for link in paragraph.css("a"))
    if linked * 2 >= letters:
        return 0
    return letters


def read_plain(root: Node, base_url: str | None) -> Body:
    """The body below *root*, of a page with plain pictures and links."""
    return read_body(root, widget=partial(_picture, base_url), link=lambda href: safe_url(href, base_url))


def _picture(base_url: str | None, node: Node) -> Iterable[Image] | None:
    """The picture that an element is; None: it is none."""
    if node.tag != "img":
        return None
    url = safe_url(attribute(node, "src"), base_url)
    sizes = (attribute(node, name) for name in ("width", "height"))
    width, height = (int(size) if size.isdecimal() and len(size) < 6 else None for size in sizes)
    if not url:
        return ()
    return (Image(url=url, alt=node.attributes.get("alt") or None, width=width, height=height),)


def guessed() -> Problem:
    """The note on a reading whose body was guessed."""
    return Problem(
        stage=Stage.EXTRACT,
        kind="main-content-guessed",
        field="body_text",
        level=Level.NOTE,
        message="the look of this page is not known; the body is the smallest element with most of its prose",
    )
