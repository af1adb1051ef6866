"""A post's body as plain text and as plain HTML, with its pictures, videos, files and links, in one walk.

The walk turns a tree of elements into a flat line of events: marks that open and close, text, pictures, files, videos.
Text and HTML are folds of that line. What is special to a site's editor (galleries, file widgets) is told by the
layout through one function, `widget`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from scraper.page import Node, clean_text
from scraper.records import File, Image, Link, Video


class Open(NamedTuple):
    """A mark opens; *href* for links, *span* (columns, rows) for table cells."""

    tag: str
    href: str | None = None
    span: str = ""


class Close(NamedTuple):
    """A mark closes."""

    tag: str


Event = Open | Close | str | Image | Video | File
#: What a layout says of an element: the events that stand for it, or None: nothing special, look inside.
Widget = Callable[[Node], Iterable[Event] | None]


@dataclass(frozen=True, slots=True)
class Body:
    """What a body holds. *html* is well-formed but not yet sanitised."""

    text: str
    html: str
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()
    files: tuple[File, ...] = ()
    links: tuple[Link, ...] = ()


_SAME = {"b": "strong", "i": "em", "strike": "s", "del": "s"}
_INLINE = frozenset("a strong em u s sup sub code mark small q abbr".split())
_TEXT_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 li td th figcaption caption pre dt dd".split())
_FRAMES = frozenset("ul ol blockquote table tr thead tbody tfoot figure dl".split())
#: Blocks that separate what they hold and leave no mark of their own.
_PLAIN = frozenset("div section article main aside header footer center address details summary fieldset".split())
_SKIPPED = frozenset(
    "script style template noscript svg math object embed iframe video audio canvas form input select textarea button"
    " head link meta title map".split()
)


def read_body(
    root: Node, *, widget: Widget = lambda _: None, link: Callable[[str], str | None] = lambda href: href,
    breaks: bool = False,
) -> Body:  # fmt: skip
    """The body below *root*.

    *link* makes an address absolute, or None to drop it. *breaks*: a newline in the text is a line break, as in
    editors that show text with ``white-space: pre-wrap``.
    """
    return fold(tuple(walk(root, widget, link, breaks=breaks)))


def fold(events: Sequence[Event]) -> Body:
    """Text, HTML and lists of a line of events."""
    return Body(
        text=_Text().fold(events),
        html=_Html().fold(events),
        images=tuple(event for event in events if isinstance(event, Image)),
        videos=tuple(event for event in events if isinstance(event, Video)),
        files=tuple(event for event in events if isinstance(event, File)),
        links=_links(events),
    )


def walk(root: Node, widget: Widget, link: Callable[[str], str | None], *, breaks: bool) -> Iterator[Event]:
    """The events of everything below *root*, in the order of the page."""
    pending: list[tuple[Node | None, Close | None]] = [(root.first_child, None)]
    while pending:
        node, close = pending.pop()
        if node is None:
            if close:
                yield close
            continue
        pending.append((node.next, close))
        tag = node.tag or ""
        if tag == "-text":
            yield from _text(node.text_content or "", breaks=breaks)
            continue
        if tag in _SKIPPED or tag.startswith("-") or tag == "!doctype":
            special = widget(node) if not tag.startswith("-") else ()
            yield from special or ()
            continue
        special = widget(node)
        if special is not None:
            yield from special
            continue
        mark = _mark(node, tag, link)
        if mark is None:
            pending.append((node.first_child, None))
            continue
        yield mark
        if mark.tag not in ("br", "hr"):
            pending.append((node.first_child, Close(mark.tag)))


def _mark(node: Node, tag: str, link: Callable[[str], str | None]) -> Open | None:
    """The mark that an element stands for; None: for none, as a span."""
    tag = _SAME.get(tag, tag)
    if tag == "a":
        href = node.attributes.get("href")
        target = link(href) if href else None
        return Open("a", target) if target else None
    if tag in ("td", "th"):
        wide = [f' {name}="{int(value)}"' for name in ("colspan", "rowspan") if (value := node.attributes.get(name) or "").isdecimal()]
        return Open(tag, None, "".join(wide))
    if tag in _PLAIN:
        return Open("div")
    if tag in _INLINE or tag in _TEXT_BLOCKS or tag in _FRAMES or tag in ("br", "hr"):
        return Open(tag)
    return None


_INDENTED = re.compile(r"[ \t]*\n[ \t]+")


def _text(text: str, *, breaks: bool) -> Iterator[Event]:
    """*text* as events: newlines are breaks where *breaks* says so, else white space."""
    text = clean_text(text)
    if not breaks or "\n" not in text:
        yield text
        return
    first, *others = _INDENTED.sub(" ", text).split("\n")
    yield first
    for line in others:
        yield Open("br")
        yield line


def _links(events: Iterable[Event]) -> tuple[Link, ...]:
    """The links, with their texts on one line."""
    found: list[Link] = []
    href: str | None = None
    text: list[str] = []
    for event in events:
        if isinstance(event, Open) and event.tag == "a":
            href, text = event.href, []
        elif isinstance(event, Close) and event.tag == "a" and href:
            found.append(Link(url=href, text=" ".join("".join(text).split())))
            href = None
        elif isinstance(event, Open) and event.tag == "br":
            text.append(" ")
        elif isinstance(event, str):
            text.append(event)
    return tuple(found)


class _Text:
    """Fold of events into text: blocks separated by a blank line, items and rows by a newline."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.line: list[str] = []
        self.lists: list[int | None] = []  # of each open list the number of its last item; None: bullets
        self.mark = ""
        self.in_list = False  # whether the block before belongs to the same list
        self.cells: list[list[str]] = []
        self.tables = 0
        self.rows = 0
        self.pre = 0

    def fold(self, events: Iterable[Event]) -> str:
        for event in events:
            if isinstance(event, str):
                self.line.append(event)
            elif isinstance(event, Open):
                self.open(event.tag)
            elif isinstance(event, Close):
                self.close(event.tag)
            elif isinstance(event, Image):
                self.block(event.caption)
            elif isinstance(event, File):
                self.block(event.name)
        self.flush()
        return "".join(self.parts)

    def block(self, text: str | None) -> None:
        self.flush()
        if text:
            self.line.append(text)
            self.flush()

    def open(self, tag: str) -> None:
        if tag == "br":
            self.line.append("\n")
            return
        if tag in _INLINE:
            return
        self.flush()
        if tag in ("ul", "ol"):
            if not self.lists:
                self.in_list = False
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.mark = self.next_mark()
        elif tag == "table":
            self.tables += 1
            self.rows = 0
        elif tag == "tr" and self.tables == 1:
            self.cells = []
        elif tag in ("td", "th") and self.tables == 1:
            self.cells.append([])
        elif tag == "pre":
            self.pre += 1

    def close(self, tag: str) -> None:
        if tag in _INLINE:
            return
        self.flush()
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            self.in_list = bool(self.lists)
        elif tag == "tr" and self.tables == 1:
            self.row()
        elif tag == "table":
            self.tables -= 1
        elif tag == "pre":
            self.pre -= 1

    def next_mark(self) -> str:
        if not self.lists or self.lists[-1] is None:
            return "• "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def row(self) -> None:
        texts = [" ".join(cell) for cell in self.cells]
        self.cells = []
        if any(texts):
            self.add(" | ".join(texts), "\n" if self.rows else "\n\n")
            self.rows += 1

    def flush(self) -> None:
        text = _tidy("".join(self.line)) if not self.pre else "".join(self.line).strip("\n")
        self.line.clear()
        if not text.strip():
            return
        if self.cells:
            self.cells[-1].append(" ".join(text.split()))
        elif self.lists:
            indent = "  " * (len(self.lists) - 1)
            lead = self.mark or "  "
            self.add(indent + lead + text.replace("\n", f"\n{indent}  "), "\n" if self.in_list else "\n\n")
            self.mark, self.in_list = "", True
        else:
            self.add(text, "\n\n")

    def add(self, text: str, separator: str) -> None:
        self.parts.append(separator + text if self.parts else text)


def _tidy(text: str) -> str:
    """*text* with single spaces, no space at a line's ends, and at most one empty line in a row."""
    if "\n" not in text:
        return " ".join(text.split())
    lines = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip("\n")
    return _EMPTY_LINES.sub("\n\n", lines)


_EMPTY_LINES = re.compile(r"\n{3,}")


class _Html:
    """Fold of events into HTML: paragraphs for text that stands alone, nothing for what is empty."""

    def __init__(self) -> None:
        self.stack: list[_Element] = [_Element("")]

    def fold(self, events: Iterable[Event]) -> str:
        for event in events:
            if isinstance(event, str):
                self.text(event)
            elif isinstance(event, Open):
                self.open(event)
            elif isinstance(event, Close):
                self.close(event.tag)
            else:
                self.settle()
                self.put(_figure(event))
        while len(self.stack) > 1:
            self.pop()
        return "".join(self.stack[0].parts)

    def put(self, html: str) -> None:
        self.stack[-1].parts.append(html)
        for element in self.stack:
            element.solid = True

    def text(self, text: str) -> None:
        if not text.strip() and not self.inside_text():
            return
        if text:
            self.ensure_text()
            if text.strip():
                self.put(escape(text, quote=False))
            else:
                self.stack[-1].parts.append(text)

    def inside_text(self) -> bool:
        return any(element.tag in _TEXT_BLOCKS for element in self.stack)

    def ensure_text(self) -> None:
        if not self.inside_text():
            inline = []
            while self.stack[-1].tag in _INLINE:
                inline.append(self.stack.pop())
            self.stack.append(_Element("p", implied=True))
            self.stack += [_Element(element.tag, element.start) for element in reversed(inline)]

    def settle(self) -> None:
        """Close a paragraph that was only implied."""
        while any(element.implied for element in self.stack):
            self.pop()

    def open(self, mark: Open) -> None:
        if mark.tag == "br":
            if self.inside_text():
                self.stack[-1].parts.append("<br>")
            return
        if mark.tag in _INLINE:
            start = f'<a href="{escape(mark.href)}">' if mark.href else f"<{mark.tag}>"
            self.stack.append(_Element(mark.tag, start))
            return
        self.settle()
        if mark.tag == "hr":
            self.put("<hr>")
        elif mark.tag != "div":
            self.stack.append(_Element(mark.tag, f"<{mark.tag}{mark.span}>"))

    def close(self, tag: str) -> None:
        if tag not in _INLINE:
            self.settle()
        if tag == "div" or all(element.tag != tag for element in self.stack):
            return
        while self.stack[-1].tag != tag:
            self.pop()
        self.pop()

    def pop(self) -> None:
        element = self.stack.pop()
        if element.solid or element.tag in ("td", "th"):
            self.stack[-1].parts.append(element.html())
        elif element.parts and element.tag in _INLINE:
            self.stack[-1].parts += element.parts


class _Element:
    """An element being written; *solid* once it holds more than white space and breaks."""

    __slots__ = ("implied", "parts", "solid", "start", "tag")

    def __init__(self, tag: str, start: str = "", *, implied: bool = False) -> None:
        self.tag, self.start, self.implied = tag, start or f"<{tag}>", implied
        self.parts: list[str] = []
        self.solid = False

    def html(self) -> str:
        parts = self.parts
        if self.tag in _TEXT_BLOCKS:
            while parts and (parts[-1] == "<br>" or not parts[-1].strip()):
                parts.pop()
            while parts and (parts[0] == "<br>" or not parts[0].strip()):
                parts.pop(0)
        return f"{self.start}{''.join(parts)}</{self.tag}>"


def _figure(event: Image | Video | File) -> str:
    """HTML of a picture, a video (a link to it) or a file (a link to it, or its name)."""
    if isinstance(event, Image):
        size = "".join(f' {name}="{value}"' for name, value in (("width", event.width), ("height", event.height)) if value)
        caption = f"<figcaption>{escape(event.caption, quote=False)}</figcaption>" if event.caption else ""
        return f'<figure><img src="{escape(event.url)}" alt="{escape(event.alt or "")}"{size}>{caption}</figure>'
    name = escape((event.title if isinstance(event, Video) else event.name) or event.url or "", quote=False)
    if not event.url:
        return f"<p>{name}</p>" if name else ""
    return f'<p><a href="{escape(event.url)}">{name}</a></p>'
