"""A body's events as HTML: well-formed, paragraphs for text that stands alone, nothing for what is empty."""

from collections.abc import Iterable
from html import escape

from scraper.layouts.events import INLINE, TEXT_BLOCKS, Captioned, Close, Event, Open, Placeholder
from scraper.records import File, Image, Link, Video


def as_html(events: Iterable[Event]) -> str:
    """The HTML of *events*; not yet sanitised."""
    writer = _HtmlWriter()
    for event in events:
        if isinstance(event, str):
            writer.text(event)
        elif isinstance(event, Open):
            writer.open(event)
        elif isinstance(event, Close):
            writer.close(event.tag)
        elif isinstance(event, Captioned):
            writer.picture(event.image, _in_line(event.caption), event.href)
        elif isinstance(event, Image):
            writer.picture(event, escape(event.caption or "", quote=False))
        elif not isinstance(event, Link):
            writer.block(_inline(event))
    while len(writer.stack) > 1:
        writer.pop()
    return "".join(writer.stack[0].parts)


class _Element:
    """An element being written; *solid* once it holds more than white space and breaks."""

    __slots__ = ("parts", "solid", "start", "tag")

    def __init__(self, tag: str, start: str = "") -> None:
        self.tag, self.start = tag, start or f"<{tag}>"
        self.parts: list[str] = []
        self.solid = False

    def html(self) -> str:
        parts = self.parts
        if self.tag in TEXT_BLOCKS:
            while parts and _is_blank(parts[-1]):
                parts.pop()
            first = next((place for place, part in enumerate(parts) if not _is_blank(part)), 0)
            parts = parts[first:]
        inside = "".join(parts)
        return f"{self.start}{inside if self.tag in INLINE or self.tag == 'pre' else inside.strip()}</{self.tag}>"


class _HtmlWriter:
    def __init__(self) -> None:
        self.stack = [_Element("")]
        #: Open blocks that hold text.
        self.blocks = 0
        #: The paragraph that was opened for text which stood alone.
        self.implied: _Element | None = None

    def put(self, html: str) -> None:
        self.stack[-1].parts.append(html)
        for element in reversed(self.stack):
            if element.solid:
                break
            element.solid = True

    def text(self, text: str) -> None:
        blank = not text.strip()
        if blank and not self.blocks:
            return
        if not self.blocks:
            self.imply()
        if blank:
            self.stack[-1].parts.append(text)
        else:
            self.put(escape(text, quote=False))

    def picture(self, image: Image, caption: str, href: str | None = None) -> None:
        """A figure with its caption, or, inside of a block that holds text, only the picture and the caption."""
        self.settle()
        html = f'<a href="{escape(href)}">{_inline(image)}</a>' if href else _inline(image)
        if self.blocks:
            self.put(f"{html}<br>{caption}<br>" if caption else html)
        else:
            below = f"<figcaption>{caption}</figcaption>" if caption else ""
            self.put(f"<figure>{html}{below}</figure>")

    def block(self, html: str) -> None:
        """A paragraph of its own, or, inside of a block that holds text, only what it holds."""
        self.settle()
        if html:
            self.put(html if self.blocks else f"<p>{html}</p>")

    def imply(self) -> None:
        """Open a paragraph, inside of which the marks that are open go on; what they held stands before it."""
        inline = []
        while self.stack[-1].tag in INLINE:
            inline.append(self.stack[-1])
            self.pop()
        self.implied = _Element("p")
        self.push(self.implied)
        self.stack += [_Element(element.tag, element.start) for element in reversed(inline)]

    def settle(self) -> None:
        """Close the implied paragraph, before a block."""
        while self.implied is not None:
            self.pop()

    def open(self, mark: Open) -> None:
        if mark.tag == "br":
            if self.blocks:
                self.stack[-1].parts.append("<br>")
        elif mark.tag in INLINE:
            self.push(_Element(mark.tag, f'<a href="{escape(mark.href)}">' if mark.href else ""))
        else:
            self.settle()
            if mark.tag == "hr":
                self.put("<hr>")
            elif mark.tag != "div":
                self.push(_Element(mark.tag, f"<{mark.tag}{mark.span}>"))

    def close(self, tag: str) -> None:
        if tag not in INLINE:
            self.settle()
        if tag == "div" or all(element.tag != tag for element in self.stack):
            return
        while self.pop() != tag:
            pass

    def push(self, element: _Element) -> None:
        self.stack.append(element)
        self.blocks += element.tag in TEXT_BLOCKS

    def pop(self) -> str:
        """Close the innermost element and say which it was; an empty one leaves nothing."""
        element = self.stack.pop()
        self.blocks -= element.tag in TEXT_BLOCKS
        if element is self.implied:
            self.implied = None
        if element.solid or element.tag in ("td", "th"):
            self.stack[-1].parts.append(element.html())
        elif element.tag in INLINE:
            self.stack[-1].parts += element.parts
        return element.tag


def _is_blank(part: str) -> bool:
    return part == "<br>" or not part.strip()


def _in_line(events: Iterable[Event]) -> str:
    """Text with its inline marks, as a caption holds it."""
    parts: list[str] = []
    for event in events:
        if isinstance(event, str):
            parts.append(escape(event, quote=False))
        elif isinstance(event, Open) and event.tag in INLINE:
            parts.append(f'<a href="{escape(event.href)}">' if event.href else f"<{event.tag}>")
        elif isinstance(event, Close) and event.tag in INLINE:
            parts.append(f"</{event.tag}>")
    return "".join(parts).strip()


def _inline(event: Image | Video | File | Placeholder) -> str:
    """A picture; a video or a file as a link to it, or its name where it has no address; a mark."""
    if isinstance(event, Image):
        numbers = (("width", event.width), ("height", event.height))
        size = "".join(f' {name}="{value}"' for name, value in numbers if value)
        return f'<img src="{escape(event.url)}" alt="{escape(event.alt or "")}"{size}>'
    if isinstance(event, Placeholder):
        return escape(event.text, quote=False)
    name = escape((event.title if isinstance(event, Video) else event.name) or event.url or "", quote=False)
    if event.url:
        return f'<a href="{escape(event.url)}">{name}</a>'
    return name
