"""A body's events as plain text: blocks separated by a blank line, list items and table rows by a newline.

Items begin with ``• `` or their number, nested ones are indented; the cells of a row are joined by `` | ``. Pictures
leave their caption, files their name, what has no words a mark; films and pictures at the very start or end leave a
sign without words, so that the first and the last words are the text's own. A text without any word is empty.
"""

import re
from collections.abc import Iterable

from scraper.layouts.events import FILM, INLINE, SIGHTS, Captioned, Close, Event, Open, Placeholder
from scraper.records import File, Image, Video


def as_text(events: Iterable[Event]) -> str:
    """The text of *events*."""
    writer = _TextWriter()
    for event in events:
        match event:
            case str():
                writer.line.append(event)
            case Open():
                writer.open(event)
            case Close(tag=tag):
                writer.close(tag)
            case Image(caption=caption) | Captioned(image=Image(caption=caption)):
                writer.block(caption)
            case File():
                writer.block(event.name or event.url)
            case Video():
                writer.sight(FILM)
            case Placeholder():
                writer.placeholder(event)
    writer.flush()
    return writer.text()


class _TextWriter:
    def __init__(self) -> None:
        self.parts: list[str] = []
        #: Marks of what is only to be seen, since the last words.
        self.sights: list[Placeholder] = []
        #: Those before the first words.
        self.first: list[Placeholder] = []
        self.line: list[str] = []
        #: Of each open list the number of its last item; None: bullets.
        self.lists: list[int | None] = []
        self.mark = ""
        #: Whether the block before belongs to the same list.
        self.in_list = False
        #: Texts of the blocks in each cell of the open row; tables inside of cells are read as text.
        self.cells: list[list[str]] = []
        self.tables = 0
        self.rows = 0
        self.pre = 0

    def block(self, text: str | None) -> None:
        self.flush()
        if text:
            self.line.append(text)
            self.flush()

    def placeholder(self, mark: Placeholder) -> None:
        if mark in SIGHTS:
            self.sight(mark)
        else:
            self.block(mark.text)

    def sight(self, mark: Placeholder) -> None:
        if self.cells:
            self.block(mark.text)
            return
        self.flush()
        self.sights.append(mark)

    def text(self) -> str:
        """All that was written, with the signs of what is only to be seen at its two ends."""
        if not self.parts:
            return ""
        first, last = ([SIGHTS[mark] for mark in marks] for marks in (self.first, self.sights))
        return "\n\n".join([*first, "".join(self.parts), *last])

    def open(self, mark: Open) -> None:
        if mark.tag == "br":
            self.line.append("\n")
            return
        if mark.tag in INLINE:
            return
        self.flush()
        match mark.tag:
            case "ul":
                self.open_list(None)
            case "ol":
                self.open_list(_before_first(mark))
            case "li":
                self.mark = self.next_mark()
            case "table":
                self.tables += 1
                self.rows = 0
            case "td" | "th" if self.tables == 1:
                self.cells.append([])
            case "pre":
                self.pre += 1

    def open_list(self, number: int | None) -> None:
        self.in_list = self.in_list and bool(self.lists)
        self.lists.append(number)

    def close(self, tag: str) -> None:
        if tag in INLINE:
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
        number = self.lists[-1] if self.lists else None
        if number is None:
            return "• "
        self.lists[-1] = number + 1
        return f"{number + 1}. "

    def row(self) -> None:
        texts = [" ".join(cell) for cell in self.cells]
        self.cells = []
        if any(texts):
            self.add(" | ".join(texts), "\n" if self.rows else "\n\n")
            self.rows += 1

    def flush(self) -> None:
        """Finish the block that is being written."""
        if not self.line:
            return
        text = "".join(self.line)
        text = text.strip("\n") if self.pre else tidy(text)
        self.line.clear()
        if not text.strip():
            return
        if self.cells:
            self.cells[-1].append(" ".join(text.split()))
        elif self.lists:
            indent = "  " * (len(self.lists) - 1)
            self.add(
                indent + (self.mark or "  ") + text.replace("\n", f"\n{indent}  "), "\n" if self.in_list else "\n\n"
            )
            self.mark, self.in_list = "", True
        else:
            self.add(text, "\n\n")

    def add(self, text: str, separator: str) -> None:
        if self.sights and not self.parts:
            self.first, self.sights = self.sights, []
        elif self.sights:
            self.parts += [f"\n\n{mark.text}" for mark in self.sights]
            self.sights, separator = [], "\n\n"
        self.parts.append(separator + text if self.parts else text)


def _before_first(items: Open) -> int:
    """One less than the number of a list's first item."""
    start = re.search(r'start="(\d{1,9})"', items.span)
    if not start:
        return 0
    return int(start[1]) - 1


_EMPTY_LINES = re.compile(r"\n{3,}")


def tidy(text: str) -> str:
    """*text* with single spaces, no space at a line's ends, and at most one empty line in a row."""
    if "\n" not in text:
        return " ".join(text.split())
    lines = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip("\n")
    return _EMPTY_LINES.sub("\n\n", lines)
