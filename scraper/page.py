"""A saved page as something that can be asked: one, maybe, all, meta, JSON-LD. Door to selectolax.

`Page` is made of HTML. It keeps the source and looks only where it is asked to: of a Wix page of a megabyte some
fifty kilobytes are the post, and a parse of the whole costs more than everything else together.
"""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Self

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import SelectorMismatch

#: An element of a page, for those who are not the door.
Node = LexborNode

#: Deeper nesting than this is no page but an attack: the cost of parsing grows with the square of the depth.
MAX_DEPTH = 1000
#: Tags of a head that are looked at; real heads have below a hundred.
_MAX_HEAD_TAGS = 2000
_MAX_TAG = 20_000

_TAG = re.compile(r"<[^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*>")
_HEAD = re.compile(r"<(?:(meta|link|base|html|title|script|style|body)(?=[\s/>])|/head(?=[\s>])|(!--))", re.IGNORECASE)
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^>]{0,2000})")
#: Elements that never hold others, or whose end tag may be left out.
_FLAT = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li td tr th dt dd option tbody thead tfoot"
    " colgroup path circle rect line polygon polyline ellipse use stop html head body".split()
)


class Scope:
    """A part of a page that can be asked with CSS selectors."""

    def __init__(self, root: Node, url: str | None) -> None:
        self.root = root
        self._url = url

    def all(self, css: str) -> list[Node]:
        """Every element that *css* names, in the order of the page."""
        return self.root.css(css)

    def maybe(self, css: str) -> Node | None:
        """The first element that *css* names; None: there is none."""
        return self.root.css_first(css)

    def one(self, css: str) -> Node:
        """The only element that *css* names; else SelectorMismatch."""
        found = self.root.css(css)
        if len(found) != 1:
            raise SelectorMismatch(self._url or "page", f"expected one {css}, found {len(found)}")
        return found[0]


class Page:
    """An HTML page with its address, media type and time of capture (each None where it is not known)."""

    def __init__(
        self, source: str, *, url: str | None = None, media_type: str | None = None, captured_at: str | None = None
    ) -> None:
        self.source = source
        self.url = url
        self.media_type = media_type
        self.captured_at = captured_at

    @classmethod
    def from_html(
        cls, text: str, *, url: str | None = None, media_type: str | None = None, captured_at: str | None = None
    ) -> Self:
        """A page of decoded HTML; NUL characters, which no HTML may hold, are taken out."""
        return cls(text.replace("\0", ""), url=url, media_type=media_type, captured_at=captured_at)

    # -- the whole page

    @cached_property
    def whole(self) -> Scope:
        """The whole page, parsed at the first question. A page nested too deeply is an empty one."""
        return _parse(self.source, self.url)

    def all(self, css: str) -> list[Node]:
        """Every element that *css* names."""
        return self.whole.all(css)

    def maybe(self, css: str) -> Node | None:
        """The first element that *css* names; None: there is none."""
        return self.whole.maybe(css)

    def one(self, css: str) -> Node:
        """The only element that *css* names; else SelectorMismatch."""
        return self.whole.one(css)

    def part(self, hook: str) -> Scope | None:
        """The first element with ``data-hook="hook"``, cut out of the source and parsed alone; None: there is none.

        What the cut cannot find or end (unbalanced tags) is looked for in the whole page.
        """
        piece = _cut(self.source, hook)
        if piece is None:
            node = self.maybe(f'[data-hook="{hook}"]')
            if node is None:
                return None
            piece = node.html or ""
        scope = _parse(piece, self.url)
        node = scope.maybe(f'[data-hook="{hook}"]')
        return Scope(node, self.url) if node is not None else None

    def has(self, hook: str) -> bool:
        """Whether an element with ``data-hook="hook"`` is in the page."""
        return any(not _inside_script(self.source, start) for start, _ in _starts(self.source, hook))

    # -- the head

    @cached_property
    def _head(self) -> tuple[dict[str, str], list[dict[str, str]], list[str], str | None, dict[str, str]]:
        return _read_head(self.source)

    def meta(self, name: str) -> str | None:
        """Content of the first ``<meta>`` with this property, name or http-equiv; None where missing or blank."""
        return self._head[0].get(name.lower())

    def link(self, rel: str, type: str | None = None) -> str | None:  # noqa: A002 - the attribute's name
        """Address, as written, of the first ``<link>`` of this kind; None: there is none."""
        for attributes in self._head[1]:
            if rel in attributes.get("rel", "").lower().split() and type in (None, attributes.get("type")):
                return attributes.get("href") or None
        return None

    @property
    def title(self) -> str | None:
        """Text of ``<title>``."""
        return self._head[3]

    @property
    def language(self) -> str | None:
        """``<html lang>``: the language of the interface, which is not always that of the text."""
        return self._head[4].get("lang") or None

    @property
    def html_attributes(self) -> dict[str, str]:
        """Attributes of ``<html>``."""
        return self._head[4]

    @cached_property
    def json_ld(self) -> list[dict[str, Any]]:
        """The objects of all JSON-LD blocks of the head, graphs taken apart; blocks that cannot be read are left out."""
        found: list[dict[str, Any]] = []
        for text in self._head[2]:
            data = parse_json(text)
            for item in data if isinstance(data, list) else [data]:
                if isinstance(item, dict):
                    graph = item.get("@graph")
                    found += [entry for entry in graph if isinstance(entry, dict)] if isinstance(graph, list) else [item]
        return found


def parse_json(text: str) -> Any:
    """*text* as JSON; None for what is none, or too deep to be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def words(node: Node | None) -> str | None:
    """Text of *node* on one line; None where there is none."""
    if node is None:
        return None
    return " ".join(clean_text(node.text()).split()) or None


_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


def clean_text(text: str) -> str:
    """*text* without characters that nobody sees (zero-width spaces, soft hyphens) and with plain spaces.

    Zero-width joiners stay: Persian, Hindi and emoji are written with them.
    """
    return _INVISIBLE.sub("", text).replace("\u00a0", " ")


def _parse(html: str, url: str | None) -> Scope:
    parser = LexborHTMLParser("" if too_deep(html) else html)
    root = parser.root
    if root is None:  # pragma: no cover - lexbor makes <html> of anything
        raise SelectorMismatch(url or "page", "expected HTML, found nothing that can be parsed")
    return Scope(root, url)


def too_deep(html: str) -> bool:
    """Whether elements nest deeper than `MAX_DEPTH`, estimated from the tags without parsing."""
    depth = 0
    for close, name, rest in _OPEN_OR_CLOSE.findall(html):
        if name.lower() in _FLAT:
            continue
        if close:
            depth = max(0, depth - 1)
        elif not rest.endswith("/"):
            depth += 1
            if depth > MAX_DEPTH:
                return True
    return False


def _cut(source: str, hook: str) -> str | None:
    """The source of the first element with this data-hook, from its start tag to its end tag; None: not found, or
    it cannot be told where it ends.
    """
    for start, name in _starts(source, hook):
        if _inside_script(source, start):
            continue
        depth = 0
        for found in re.compile(rf"<(/?){name}(?=[\s/>])|<!--|<(script|style)(?=[\s>])", re.IGNORECASE).finditer(source, start):
            if found[2] or found[0] == "<!--":
                return None if depth == 0 else _cut_slowly(source, start, name)
            depth += -1 if found[1] else 1
            if depth == 0:
                return source[start : source.find(">", found.end()) + 1]
        return None
    return None


def _cut_slowly(source: str, start: int, name: str) -> str | None:
    """As `_cut`, past scripts, styles and comments, whose text may look like tags."""
    token = re.compile(rf"<(/?){name}(?=[\s/>])|(<!--)|<(script|style)(?=[\s>])", re.IGNORECASE)
    depth, at = 0, start
    while found := token.search(source, at):
        at = found.end()
        if found[2] or found[3]:
            end = re.compile("-->" if found[2] else rf"</{found[3]}", re.IGNORECASE).search(source, at)
            if end is None:
                return None
            at = end.end()
            continue
        depth += -1 if found[1] else 1
        if depth == 0:
            return source[start : source.find(">", at) + 1]
    return None


def _starts(source: str, hook: str) -> Iterator[tuple[int, str]]:
    """Where elements with this data-hook begin, and their tag names."""
    pattern = re.compile(rf"data-hook\s*=\s*(?:\"{re.escape(hook)}\"|'{re.escape(hook)}'|{re.escape(hook)}(?=[\s>]))")
    for found in pattern.finditer(source):
        start = source.rfind("<", 0, found.start())
        name = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]*)\s").match(source, start)
        if start >= 0 and name and ">" not in source[start : found.start()]:
            yield start, name[1]


def _inside_script(source: str, at: int) -> bool:
    """Whether *at* lies in a comment, script or style, where nothing is an element."""
    pairs = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<template", "</template"))
    return any(source.rfind(begin, 0, at) > source.rfind(end, 0, at) for begin, end in pairs)


def _read_head(source: str) -> tuple[dict[str, str], list[dict[str, str]], list[str], str | None, dict[str, str]]:
    """Metas by name, links, JSON-LD texts, title and attributes of <html>: what stands before <body>."""
    metas: dict[str, str] = {}
    links: list[dict[str, str]] = []
    json_ld: list[str] = []
    title: str | None = None
    html: dict[str, str] = {}
    tags = []
    for name, tag, content in _head_tags(source):
        if name in ("meta", "link", "html", "script"):
            tags.append((name, tag, content))
        elif name == "title" and title is None:
            title = " ".join(clean_text(_unescaped(content)).split()) or None
    for name, tag, content in tags:
        attributes = _attributes(tag)
        if name == "meta":
            key = attributes.get("property") or attributes.get("name") or attributes.get("http-equiv") or ""
            value = attributes.get("content", "").strip()
            if key and value:
                metas.setdefault(key.lower(), value)
        elif name == "link":
            links.append(attributes)
        elif name == "html":
            html = html or attributes
        elif attributes.get("type", "").lower() == "application/ld+json":
            json_ld.append(content)
    return metas, links, json_ld, title, html


def _head_tags(source: str) -> Iterator[tuple[str, str, str]]:
    """(name, start tag, text up to the end tag) of the tags before <body>, scripts and styles jumped over."""
    at = 0
    for _ in range(_MAX_HEAD_TAGS):
        found = _HEAD.search(source, at)
        if found is None:
            return
        if found[2]:
            end = source.find("-->", found.end())
            at = end if end > 0 else found.end()
            continue
        name = (found[1] or "body").lower()
        if name == "body":
            return
        whole = _TAG.match(source, found.start(), found.start() + _MAX_TAG)
        if whole is None:
            at = found.end()
            continue
        at, content = whole.end(), ""
        if name in ("script", "style", "title"):
            end = source.find(f"</{name}", at)
            if end >= 0:
                content, at = source[at:end], end
        yield name, whole[0], content


_ATTRIBUTE = re.compile(r"([^\s=\"'<>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")


def _attributes(tag: str) -> dict[str, str]:
    """Attributes of a start tag, names in lower case, values unescaped."""
    inside = tag[1:-1].rstrip("/")
    found = list(_ATTRIBUTE.finditer(inside))[1:]
    return {hit[1].lower(): _unescaped(hit[2] or hit[3] or hit[4] or "") for hit in reversed(found)}


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text) if "&" in text else text
