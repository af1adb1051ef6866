"""A post's body as plain text and as HTML, with its pictures, videos, files and links, in one walk.

The walk turns a tree of elements into a flat line of events; text and HTML are made of that line. What is special to a
site's editor (galleries, file widgets) is told by the layout through one function, `Widget`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from scraper.layouts import frames
from scraper.layouts.as_html import as_html
from scraper.layouts.as_text import as_text
from scraper.layouts.events import EMPTY, FRAMES, INLINE, TEXT_BLOCKS, Captioned, Close, Event, Open
from scraper.page import Node, attribute, clean_text
from scraper.records import File, Image, Link, Video

#: What a layout says of an element: the events that stand for it, or None: nothing special, look inside.
Widget = Callable[[Node], Iterable[Event] | None]
#: Makes the address of a link absolute; None: it names nothing.
Address = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Body:
    """What a body holds. *html* is well-formed but not yet sanitised."""

    text: str
    html: str
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()
    files: tuple[File, ...] = ()
    links: tuple[Link, ...] = ()


_SAME = {"b": "strong", "i": "em", "strike": "s", "del": "s", "ins": "u"}
#: Marks for which more than the element's name is asked.
_ASKED = frozenset({"a", "td", "th", "ol"})
_MARKS = (INLINE | TEXT_BLOCKS | FRAMES | EMPTY) - _ASKED - _SAME.keys()
_GROUPS = (
    "div section article main aside header footer center address details summary form fieldset legend label option"
)
_SILENT = """
script style template noscript svg canvas annotation input select textarea button head link meta title map
"""
_STYLES = (
    (re.compile(r"font-weight:\s*(?:bold|[6-9]00)"), "strong"),
    (re.compile(r"font-style:\s*italic"), "em"),
    (re.compile(r"text-decoration(?:-line)?:\s*underline"), "u"),
    (re.compile(r"text-decoration(?:-line)?:\s*line-through"), "s"),
)
#: Blocks that separate what they hold and leave no mark of their own.
_PLAIN = frozenset(_GROUPS.split())
#: The mark of each element that has always the same one.
_OPENS = (
    dict.fromkeys(_PLAIN, Open("div"))
    | {tag: Open(tag) for tag in _MARKS}
    | {tag: Open(meant) for tag, meant in _SAME.items()}
)
_CLOSES = {mark.tag: Close(mark.tag) for mark in (*_OPENS.values(), *map(Open, _ASKED))}
#: Elements that say nothing, unless a layout knows better.
_MUTE = frozenset(_SILENT.split())
_CONTENT_OF_BUTTON = 'p, h1, h2, h3, h4, h5, h6, img, wow-image, [id^="viewer-"]'


def _nothing_special(_: Node) -> None:
    return None


def _as_written(href: str) -> str | None:
    return href


def read_body(
    root: Node, *, widget: Widget = _nothing_special, link: Address = _as_written, breaks: bool = False
) -> Body:
    """The body below *root*. *breaks*: a newline in the text is a line break, as in editors that show text with
    ``white-space: pre-wrap``.
    """
    return fold(tuple(walk(root, widget=widget, link=link, breaks=breaks)))


def fold(events: Sequence[Event]) -> Body:
    """Text, HTML and lists of a line of events."""
    return Body(
        text=as_text(events),
        html=as_html(events),
        images=tuple(_images(events)),
        videos=tuple(event for event in events if isinstance(event, Video)),
        files=tuple(event for event in events if isinstance(event, File)),
        links=tuple(_links(events)),
    )


def _images(events: Iterable[Event]) -> Iterator[Image]:
    for event in events:
        if isinstance(event, Captioned):
            yield event.image
        elif isinstance(event, Image):
            yield event


def walk(
    root: Node, *, widget: Widget = _nothing_special, link: Address = _as_written, breaks: bool = False
) -> Iterator[Event]:
    """The events of everything below *root*, in the order of the page."""
    pending: list[tuple[Node | None, Close | None]] = [(root.first_child, None)]
    while pending:
        node, close = pending.pop()
        if node is None:
            if close is not None:
                yield close
            continue
        pending.append((node.next, close))
        tag = node.tag or ""
        if (whole := _whole(node, tag, widget, link, breaks=breaks)) is not None:
            yield from whole
            continue
        mark = _mark(node, tag, link)
        if mark is not None:
            yield mark
        if mark is None or mark.tag not in EMPTY:
            pending.append((node.first_child, _CLOSES[mark.tag] if mark else None))


def _whole(node: Node, tag: str, widget: Widget, link: Address, *, breaks: bool) -> Iterable[Event] | None:
    """The events of what is taken whole, or passed over; None: it stands for what is inside it."""
    if tag == "-text":
        return _text(node.text_content or "", breaks=breaks)
    if tag.startswith(("-", "!")):
        return ()
    if (special := widget(node)) is not None:
        return special
    if tag == "pre":
        return (Open("pre"), _verbatim(node), Close("pre"))
    if (shown := frames.shown(node, tag, link)) is not None:
        return shown
    is_mute = tag in _MUTE and not (tag == "button" and node.css_first(_CONTENT_OF_BUTTON) is not None)
    return () if is_mute else None


def _mark(node: Node, tag: str, link: Address) -> Open | None:
    """The mark that an element stands for; None: for none, as most spans."""
    if (known := _OPENS.get(tag)) is not None:
        return known
    match tag:
        case "span":
            return _styled(attribute(node, "style"))
        case "a":
            href = attribute(node, "href")
            target = link(href) if href else None
            if not target:
                return None
            return Open("a", target)
        case "td" | "th":
            return Open(tag, span="".join(_spans(node)))
        case "ol":
            return Open(tag, span=_start(node))
    return None


def _styled(style: str) -> Open | None:
    """The mark that *style* stands for, as of 2023 (``font-weight:700``); None: for none, as a colour."""
    if ":" in style:
        for sign, tag in _STYLES:
            if sign.search(style):
                return Open(tag)
    return None


def _start(items: Node) -> str:
    """The number of the first item as an attribute, of a list that goes on after something else; empty for 1."""
    value = attribute(items, "start")
    if re.fullmatch(r"[1-9]\d{0,3}", value, re.ASCII) and value != "1":
        return f' start="{value}"'
    return ""


def _spans(cell: Node) -> Iterator[str]:
    for name in ("colspan", "rowspan"):
        value = attribute(cell, name)
        if re.fullmatch(r"[1-9]\d{0,2}", value, re.ASCII) and value != "1":
            yield f' {name}="{value}"'


def _verbatim(node: Node) -> str:
    """The text of a program with its lines: some editors write newlines, others breaks or a block for each line."""
    parts: list[str] = []
    for inner in node.traverse(include_text=True):
        if inner.tag == "-text":
            parts.append(inner.text_content or "")
        elif inner.tag == "br" or (inner.tag in ("div", "p") and any(parts)):
            parts.append("\n")
    return "".join(parts)


_INDENTED = re.compile(r"[ \t]*\n[ \t]+")


def _text(text: str, *, breaks: bool) -> Iterable[Event]:
    """*text* as events; a newline with indentation behind it is the page's own, not the text's."""
    text = clean_text(text)
    if breaks and "\n" in text:
        return _lines(text)
    return (text.replace("\n", " "),)


def _lines(text: str) -> Iterator[Event]:
    first, *others = _INDENTED.sub(" ", text).split("\n")
    yield first
    for line in others:
        yield Open("br")
        yield line


def _links(events: Iterable[Event]) -> Iterator[Link]:
    """The links, with their texts on one line."""
    href: str | None = None
    text: list[str] = []
    for event in events:
        match event:
            case str():
                text.append(event)
            case Link():
                yield event
            case Captioned():
                if event.href:
                    yield Link(url=event.href, text="")
                yield from _links(event.caption)
            case Open(tag="a"):
                href, text = event.href, []
            case Open() if event.tag not in INLINE:
                text.append(" ")
            case Close(tag="a") if href:
                yield Link(url=href, text=" ".join("".join(text).split()))
                href = None
