"""A saved page as something that can be asked: one, maybe, all, meta, JSON-LD. Door to selectolax.

`Page` is made of HTML. It keeps the source and looks only where it is asked to: of a Wix page of a megabyte some
fifty kilobytes are the post, and a parse of the whole costs more than everything else together.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple, Self

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import SelectorMismatch, Unreadable
from scraper.remember import last_answers

#: An element of a page, for those who are not the door.
Node = LexborNode


class Scope:
    """A part of a page that can be asked with CSS selectors."""

    def __init__(self, root: Node, url: str | None) -> None:
        self.root = root
        self.url = url

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
            raise SelectorMismatch(self.url or "page", f"expected one {css}, found {len(found)}")
        return found[0]


#: What the Wayback Machine puts behind its scripts at the top of a page, and what before each address in it.
_REPLAYED, _REPLAYED_WITHIN = "End Wayback Rewrite JS Include", 20_000
_REPLAY = re.compile(
    r"(?<=[\"'=(,\s])(?:(?:https?:)?//web\.archive\.org)?/web/\d{4,14}(?:[a-z]{2}_)?/(?=(?:https?:)?//|mailto:|tel:)"
)


class Page:
    """An HTML page with its address, media type and time of capture; each None where it is not known, the last also
    where only a file's time tells it.
    """

    def __init__(
        self, source: str, *, url: str | None = None, media_type: str | None = None, captured_at: str | None = None
    ) -> None:
        self.source = source
        self.url = url
        self.media_type = media_type
        self.captured_at = captured_at
        #: The parts of the source that are no script, style sheet or comment, as far as was asked.
        self._shown: list[tuple[int, int]] = []

    @classmethod
    def from_html(
        cls, text: str, *, url: str | None = None, media_type: str | None = None, captured_at: str | None = None
    ) -> Self:
        """A page of decoded HTML; one that the Wayback Machine showed, with the addresses that it was served with."""
        if text.find(_REPLAYED, 0, _REPLAYED_WITHIN) >= 0:
            text = _REPLAY.sub("", text)
        return cls(text, url=url, media_type=media_type, captured_at=captured_at)

    # -- the whole page, parsed at the first question

    @cached_property
    def whole(self) -> Scope:
        """The whole page; Unreadable when it is nested too deeply to be parsed."""
        return _parse(self.source, self.url)

    def all(self, css: str) -> list[Node]:
        """Every element that *css* names, in the order of the page."""
        return self.whole.all(css)

    def maybe(self, css: str) -> Node | None:
        """The first element that *css* names; None: there is none."""
        return self.whole.maybe(css)

    def one(self, css: str) -> Node:
        """The only element that *css* names; else SelectorMismatch."""
        return self.whole.one(css)

    # -- parts of it, without parsing the rest

    def has(self, hook: str) -> bool:
        """Whether an element with ``data-hook="hook"`` is in the page."""
        return next(self._places(hook), None) is not None or self._hidden(hook) is not None

    def part(self, hook: str) -> Scope | None:
        """The first element with ``data-hook="hook"``, cut out of the source and parsed alone; None: there is none.

        It is the caller's own: changing it leaves the page as it is. Where the source does not tell its end (tags that
        do not balance), it is looked for in the whole page.
        """
        return next(self.parts(hook), None)

    def parts(self, hook: str) -> Iterator[Scope]:
        """Each element with ``data-hook="hook"`` that lies in no other of them, as `part` gives the first."""
        end = 0
        for place in self._places(hook):
            if place < end:
                continue
            piece = _cut(self.source, place)
            if piece is None:
                break
            end = place + len(piece)
            yield from self._own_copy(piece, hook)
        if not end:
            yield from self._parts_of_whole(hook)

    def copy(self) -> Scope:
        """The whole page once more, for a caller who takes it apart; Unreadable as `whole`."""
        return _parse(self.source, self.url)

    def _parts_of_whole(self, hook: str) -> Iterator[Scope]:
        """The first of these elements as the parser of the whole page sees it."""
        node = self._hidden(hook)
        if node is not None and node.html:
            yield from self._own_copy(node.html, hook)

    def _own_copy(self, html: str, hook: str) -> Iterator[Scope]:
        found = _parse(html, self.url).maybe(f'[data-hook="{hook}"]')
        if found is not None:
            yield Scope(found, self.url)

    @cached_property
    def _hooks(self) -> dict[str, list[int]]:
        """Where ``data-hook`` stands behind the head with each of its values, in scripts and comments, too."""
        return _hooks_of(self.source, self._head.end)

    def _places(self, hook: str) -> Iterator[int]:
        """Where the elements with this data-hook begin, but for those in a seeming script or comment."""
        visible = filter(self._is_markup, self._hooks.get(hook, ()))
        for at in islice(visible, _MAX_PLACES):
            start = self.source.rfind("<", max(0, at - 5000), at)
            if start >= 0 and _NAME.match(self.source, start) and ">" not in self.source[start:at]:
                yield start

    def _is_markup(self, at: int) -> bool:
        """Whether the place *at* lies behind the head, and in no script, style sheet or comment."""
        while (not self._shown or self._shown[-1][1] <= at) and (part := next(self._unwalked, None)):
            self._shown.append(part)
        before = bisect_right(self._shown, at, key=_START_OF)
        return before > 0 and at < self._shown[before - 1][1]

    @cached_property
    def _unwalked(self) -> Iterator[tuple[int, int]]:
        """What `_shown` does not hold yet; in Wix pages most scripts stand behind all that is asked for."""
        return _markup(self.source, self._head.end)

    def _hidden(self, hook: str) -> Node | None:
        """The element with this data-hook in what seems a script or comment: the parser knows whether it is one."""
        if hook not in self._hooks:
            return None
        return self.maybe(f'[data-hook="{hook}"]')

    # -- the head

    @cached_property
    def _head(self) -> "_Head":
        return _read_head(self.source)

    def meta(self, name: str) -> str | None:
        """Content of the first ``<meta>`` with this property, name or http-equiv; None where missing or blank."""
        return self._head.metas.get(name.lower())

    def link(self, rel: str) -> str | None:
        """Address, as written, of the first ``<link>`` of this kind; None: there is none."""
        return self._head.links.get(rel.lower())

    @property
    def title(self) -> str | None:
        """Text of ``<title>``."""
        return self._head.title

    @property
    def language(self) -> str | None:
        """``<html lang>``: the language of the interface, which is not always that of the text."""
        return self._head.html.get("lang") or None

    @property
    def is_amp(self) -> bool:
        """Whether ``<html>`` calls the page an AMP page."""
        return bool(self._head.html.keys() & {"amp", "⚡"})

    @cached_property
    def json_ld(self) -> tuple[dict[str, Any], ...]:
        """The objects of the head's JSON-LD blocks, graphs and lists taken apart, with what a page says it is about;
        blocks that cannot be read are left out.
        """
        blocks = (parse_json(_WRAPPED.sub("", text)) for text in self._head.json_ld)
        return tuple(item for block in blocks for item in _objects(block))


_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


class TextPage:
    """A text dump of a page: its lines, with address, media type and time of capture (None where not known)."""

    def __init__(
        self,
        source: str,
        *,
        url: str | None = None,
        media_type: str | None = "text/plain",
        captured_at: str | None = None,
    ) -> None:
        self.source = source
        self.url = url
        self.media_type = media_type
        #: When the page was captured, where that is known better than by a file's time.
        self.captured_at = captured_at

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines, without what nobody sees, inner white space as one space, none around; blank ones are empty."""
        parts = _LINE_END.split(self.source)
        return tuple(" ".join(_CONTROL.sub("", clean_text(part)).split()) for part in parts)


def has_half(json_text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether half of a character's pair may be in this JSON, which can spell what no text can hold."""
    return any(json_text.find(sign, start, end) >= 0 for sign in ("\\ud", "\\uD"))


def parse_json(text: str) -> Any:
    """*text* as JSON; None for what is none, or too deep to be read. Half of a character's pair is U+FFFD."""
    try:
        data = json.loads(text)
        return whole(data) if has_half(text) else data
    except (ValueError, RecursionError):
        return None


def whole(data: object) -> Any:
    """*data* without halves of characters, which have no UTF-8 and could not be kept."""
    units = json.dumps(data, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return json.loads(units.decode("utf-16-le", "replace"))


#: What templates put around JSON so that old readers of XHTML jump over it, and a statement's end.
_WRAPPED = re.compile(
    r"\A\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?)|(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?|;)\s*\Z"
)
#: Where a JSON-LD object holds others of the page's own.
_WITHIN = ("@graph", "mainEntity")


def _objects(data: object) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD block: itself, those of its lists and graphs, and what a page is about."""
    pending = [data]
    while pending:
        item = pending.pop()
        match item:
            case list():
                pending.extend(reversed(item))
            case dict():
                if "@graph" not in item:
                    yield item
                pending.extend(item[name] for name in reversed(_WITHIN) if name in item)


def behind(text: str, word: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """The index behind each place of *word* between *start* and *end*; in a long text many times faster than a
    pattern.
    """
    at = text.find(word, start, end)
    while at >= 0:
        yield at + len(word)
        at = text.find(word, at + 1, end)


def enclosing(node: Node) -> Iterator[Node]:
    """What *node* stands in, the nearest first."""
    around = node.parent
    while around is not None:
        yield around
        around = around.parent


def following(node: Node | None) -> Iterator[Node]:
    """What stands behind *node* in the same element, the nearest first; nothing for None."""
    after = node.next if node is not None else None
    while after is not None:
        yield after
        after = after.next


def leaves(node: Node) -> list[Node]:
    """The elements inside *node* that hold text themselves."""
    return [child for child in node.css("*") if any(map(_is_text, child.iter(include_text=True)))]


def _is_text(node: Node) -> bool:
    return node.tag == "-text" and bool((node.text_content or "").strip())


def texts(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The words of *nodes*, each once; those without words are left out."""
    return tuple(dict.fromkeys(filter(None, map(words, nodes))))


def attribute(node: Node, name: str) -> str:
    """The value of an attribute; empty: it has none."""
    return node.attributes.get(name) or ""


def words(node: Node | None) -> str | None:
    """Text of *node* on one line; None where there is none."""
    if node is None:
        return None
    return " ".join(clean_text(node.text()).split()) or None


_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")


def clean_text(text: str) -> str:
    """*text* without signs that nobody sees (zero-width spaces, soft hyphens) and with plain spaces.

    Zero-width joiners stay: Persian, Hindi and emoji are written with them.
    """
    if text.isascii():
        return text
    return _INVISIBLE.sub("", text).replace("\u00a0", " ")


# -- parsing, and what may be parsed

#: Deeper nesting than this is no page but an attack: the cost of parsing grows with the square of the depth.
MAX_DEPTH = 1000
#: With fewer tags no depth is dangerous: 0.1 s at most.
_HARMLESS = 10_000
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^>]{0,2000})")
#: A tag this long may have thousands of attributes, whose parsing costs the square of their number.
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")
_MAX_ATTRIBUTES = 2000
#: A run of signs as long as such a tag holds at least one whole stride.
_STRIDE = 10_000
#: Elements that hold no others, or whose end tag may be left out.
_UNCLOSED = """
area base br col embed hr img input link meta param source track wbr p li td tr th dt dd option tbody thead tfoot
colgroup html head body
"""
_FLAT = frozenset(_UNCLOSED.split())


def _parse(html: str, url: str | None) -> Scope:
    """*html* parsed; Unreadable when it is nested too deeply to be."""
    if too_deep(html):
        raise Unreadable(
            url or "page",
            f"expected a page, found elements nested over {MAX_DEPTH} deep, or thousands of attributes on one",
        )
    root = LexborHTMLParser(html).root
    if root is None:  # pragma: no cover - the parser makes <html> of anything
        raise Unreadable(url or "page", "expected HTML, found nothing that can be parsed")
    return Scope(root, url)


def too_deep(html: str) -> bool:
    """Whether elements nest deeper than `MAX_DEPTH`, or one has thousands of attributes, told from the tags alone.

    ``<path/>`` closes itself in a drawing but not outside of one, so many of these count as depth, too.
    """
    if html.count("<") < _HARMLESS:
        return _is_crowded(html)
    depth = selfclosed = 0
    for found in _OPEN_OR_CLOSE.finditer(html):
        close, name, rest = found.groups()
        if name.lower() in _FLAT:
            continue
        if rest.endswith("/"):
            selfclosed += 1
        else:
            depth = max(0, depth - 1) if close else depth + 1
        if depth > MAX_DEPTH or selfclosed > _HARMLESS:
            return True
    return _is_crowded(html)


def _is_crowded(html: str) -> bool:
    """Whether a start tag has more attributes than any real one."""
    if all(html.find(">", start, start + _STRIDE) >= 0 for start in range(0, len(html) - _STRIDE + 1, _STRIDE)):
        return False  # no tag can be long
    return any(sum(1 for _ in _ATTRIBUTE.finditer(tag[0])) > _MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(html))


# -- cutting an element out of the source

#: So many places are looked at before the parser is asked; in real pages the first or second is the one.
_MAX_PLACES = 20
_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]*)(?=[\s/>])")


_HOOK = "data-hook="
_QUOTED = re.compile("\"([^\"]{0,100})\"|'([^']{0,100})'|([^\\s>\"']{1,100})")
#: So many of them are looked at; real pages have some hundreds.
_MAX_HOOKS = 50_000


#: What is no markup: comments, scripts, style sheets; three quarters of a Wix page.
_HIDES = re.compile(r"<(?:!--|(script|style)(?=[\s/>]))")
_START_OF = itemgetter(0)


def _markup(source: str, at: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the parts of *source* from *at* on that lie in no comment, script or style sheet; what is left
    open hides the rest.
    """
    while found := _HIDES.search(source, at):
        yield at, found.start()
        at = source.find(f"</{found[1]}" if found[1] else "-->", found.end())
        if at < 0:
            return
    yield at, len(source)


def _hooks_of(source: str, start: int) -> dict[str, list[int]]:
    """Where each value of ``data-hook`` stands from *start* on; Wix writes it with double quotes, minifiers with others
    or none.
    """
    places: dict[str, list[int]] = {}
    for at in islice(behind(source, _HOOK, start), _MAX_HOOKS):
        if value := _QUOTED.match(source, at):
            places.setdefault(value[1] or value[2] or value[3] or "", []).append(at)
    return places


def _cut(source: str, start: int) -> str | None:
    """The source of the element that begins at *start*, with its end tag; None: it cannot be told where it ends."""
    name = _NAME.match(source, start)
    if name is None:
        return None
    token = re.compile(rf"<(?:(/?){name[1]}(?=[\s/>])|(!--)|(script|style)(?=[\s/>]))", re.IGNORECASE)
    depth, at = 0, start
    while found := token.search(source, at):
        at = found.end()
        if found[2] or found[3]:
            end = source.find("-->", at) if found[2] else source.find(f"</{found[3]}", at)
            if end < 0:
                return None
            at = end
            continue
        depth += -1 if found[1] else 1
        if depth == 0:
            return source[start : source.find(">", at) + 1]
    return None


# -- the head, which is read without parsing

#: Tags of a head that are looked at; real heads have some fifty, with as many scripts and styles.
_MAX_HEAD_TAGS = 2000
_MAX_TAG = 20_000
#: Nothing that one part of it took could be another's, so none is given back: tags without an end cost one look each.
_TAG = re.compile(r"<[^>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^>\"']*+)*+>")
_HEAD_TAG = re.compile(
    r"<(?:(meta|link|html|title|script|style)(?=[\s/>])|/head(?=[\s>])|body(?=[\s>])|(!--))", re.IGNORECASE
)
_ANY_TAG = re.compile(r"<(?:(meta|link|html|title|script|style)(?=[\s/>])|(!--))", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([^\s=\"'<>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")
#: What holds code, unless it is said to be data.
_HIDDEN = frozenset({"script", "style"})
_WITH_TEXT = _HIDDEN | {"title"}
#: Kinds of links that are asked for; the many others are not even looked at.
_LINKS = ("canonical", "next", "prev", "alternate", "amphtml")


class _Tag(NamedTuple):
    """A tag of a head; ``body`` is its end, whatever tells it."""

    name: str
    #: Where it stands.
    at: int
    #: Itself, and the text up to its end tag.
    start: str = ""
    text: str = ""


@dataclass(slots=True)
class _Head:
    """What stands before ``<body>``: metas by name, links by kind, JSON-LD texts, title, attributes of ``<html>``."""

    metas: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    json_ld: list[str] = field(default_factory=list)
    title: str | None = None
    html: dict[str, str] = field(default_factory=dict)
    #: Where ``<body>`` or the head's end tag stands; 0: there is neither. In Wix pages up to 80 % lie before it.
    end: int = 0


@last_answers
def _read_head(source: str) -> _Head:
    """What the head says; where it names no title for others, what a browser that saved the page moved out of it.

    The last one is remembered: who asks a saved page for its address and who reads it read its head once.
    """
    head = _Head()
    _gather(head, _head_tags(source, _HEAD_TAG))
    if "og:title" not in head.metas:
        _gather(head, _head_tags(source, _ANY_TAG))
    return head


def _gather(head: _Head, tags: Iterable[_Tag]) -> None:
    """Put what *tags* say into *head*, where it is not said yet."""
    for tag in tags:
        match tag.name:
            case "meta":
                _gather_meta(head, _attributes(tag.start))
            case "link" if any(kind in tag.start.lower() for kind in _LINKS):
                _gather_link(head, _attributes(tag.start))
            case "html" if not head.html:
                head.html = _attributes(tag.start)
            case "title" if head.title is None:
                head.title = " ".join(clean_text(unescape(tag.text)).split()) or None
            case "script" if tag.text not in head.json_ld:
                head.json_ld.append(tag.text)
            case "body":
                head.end = tag.at


def _gather_link(head: _Head, attributes: dict[str, str]) -> None:
    for kind in attributes.get("rel", "").lower().split():
        head.links.setdefault(kind, attributes.get("href", ""))


def _gather_meta(head: _Head, attributes: dict[str, str]) -> None:
    key = attributes.get("property") or attributes.get("name") or attributes.get("http-equiv") or ""
    if value := attributes.get("content", "").strip():
        head.metas.setdefault(key.lower(), value)


class _Ends:
    """What closes something in a source. What is not there behind one place is not looked for behind a later one: tags
    that are never closed cost one look, not one each.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._absent: set[str] = set()

    def find(self, mark: str, at: int) -> int:
        """Where *mark* stands from *at* on, which never goes back; -1: nowhere."""
        place = -1 if mark in self._absent else self._source.find(mark, at)
        if place < 0:
            self._absent.add(mark)
        return place


def _head_tags(source: str, kinds: re.Pattern[str]) -> Iterator[_Tag]:
    """The tags of these *kinds*, up to <body> where it is one of them; scripts and styles are jumped over."""
    at, ends = 0, _Ends(source)
    for _ in range(_MAX_HEAD_TAGS):
        found = kinds.search(source, at)
        if found is None:
            return
        start, at = found.span()
        if found.lastindex is None:
            yield _Tag("body", start)
            return
        if found[2]:
            at = max(ends.find("-->", at), at)
            continue
        name = found[1].lower()
        end = ends.find(f"</{found[1]}", at) if name in _WITH_TEXT else at
        if end < 0:
            continue
        if _is_jumped_over(name, source[start : min(start + 500, end)]):
            at = end
            continue
        tag = _TAG.match(source, start, start + _MAX_TAG)
        if tag is not None:
            yield _Tag(name, start, tag[0], source[tag.end() : end])
            at = max(tag.end(), end)


def _is_jumped_over(name: str, start: str) -> bool:
    """Whether what begins with *start* is a style, or a script other than JSON-LD."""
    return name in _HIDDEN and "ld+json" not in start


def _attributes(tag: str) -> dict[str, str]:
    """Attributes of a start tag, names in lower case, values unescaped; of several of one name the first."""
    found = list(_ATTRIBUTE.finditer(tag))[1:]
    return {hit[1].lower(): unescape(hit[2] or hit[3] or hit[4] or "") for hit in reversed(found)}
