"""Any HTML in, balanced HTML of a short list of elements out: nothing else can get through. Pure.

It leans on nothing that was done before: the stored HTML was made safe when it was read, and is written anew here.
Lists come to hold items only, rows cells only, headings fit below the page's title without a gap, and pictures become
notes that name and link the original.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from types import MappingProxyType
from urllib.parse import urlsplit

from scraper.serve import texts
from scraper.serve.formatting import day, host, size

INLINE = frozenset({"abbr", "b", "cite", "code", "del", "em", "i", "ins", "mark", "q", "s", "small", "strong", "sub",
                    "sup", "u"})  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: Block elements that are kept as they are.
PLAIN = frozenset({"p", "pre", "blockquote", "figure", "figcaption", "dl", "dt", "dd", "div"})
LISTS = frozenset({"ul", "ol"})
ROWS = frozenset({"thead", "tbody", "tfoot"})
#: Elements that end an open paragraph or heading.
BLOCKS = PLAIN | HEADINGS | LISTS | ROWS | {"li", "table", "tr", "td", "th", "hr", "caption"}
#: Elements that hold others only, no text of their own.
BETWEEN = LISTS | ROWS | {"table", "tr", "dl"}
#: Elements that vanish with all they hold.
SILENT = frozenset({"script", "style", "template", "iframe", "object", "embed", "svg", "math", "noscript", "form",
                    "button", "select", "textarea", "title", "head", "video", "audio"})  # fmt: skip
VOID = frozenset({"br", "hr", "img", "embed", "input", "link", "meta", "source", "wbr", "area", "base", "col", "track"})
#: Open elements inside one another at most; deeper ones keep their text only.
DEPTH = 40

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place to link to: by content, and by count from 0."""

    name: str
    number: int


@dataclass(slots=True)
class Piece:
    """A tag (`raw`) or some text; `block` is the place in the list of the open tag of the text's block."""

    value: str
    raw: bool
    block: int = -1
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptImage:
    """A kept picture as it stands in a text: our addresses of it and of its bytes; pixels and bytes of the original."""

    source: str
    page: str
    width: int | None
    height: int | None
    length: int
    captured_at: str


class Writer(HTMLParser):
    """Reads any HTML, writes balanced HTML of the elements above."""

    def __init__(self, ours: Mapping[str, str], pictures: Mapping[str, KeptImage] = MappingProxyType({})) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        #: (element, place of its open tag, its end tag)
        self.open: list[tuple[str, int, str]] = []
        self.ours = ours
        self.pictures = pictures
        self.silent: list[str] = []
        self.level = 1
        self.tables = 0
        self.writers: tuple[tuple[frozenset[str], Callable[[str, Mapping[str, str]], None]], ...] = (
            (frozenset({"br"}), self._break),
            (frozenset({"hr"}), self._rule),
            (frozenset({"img"}), self._picture),
            (frozenset({"a"}), self._link),
            (HEADINGS, self._heading),
            (INLINE, self._plain),
            (LISTS, self._list),
            (frozenset({"li"}), self._item),
            (frozenset({"dt", "dd"}), self._definition),
            (frozenset({"table"}), self._table),
            (ROWS | {"tr", "td", "th", "caption"}, self._in_table),
            (PLAIN, self._plain),
        )

    # What the parser calls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`HTMLParser` calls this at each start tag."""
        if tag in SILENT:
            if tag not in VOID:
                self.silent.append(tag)
        elif self.silent:
            return
        else:
            self._start(tag, {name: value or "" for name, value in attrs})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """And at each ``<tag/>``."""
        if not self.silent and tag not in SILENT:
            self._start(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        """And at each end tag; a stray one is left out."""
        if self.silent:
            if tag in self.silent:
                del self.silent[self.silent.index(tag) :]
            return
        if tag in VOID:
            return
        if tag in LISTS | {"table", "td", "th", "li", "blockquote", "figure"} or not self._beyond_cell(tag):
            self._close(tag)

    def handle_data(self, data: str) -> None:
        """And for text."""
        if not self.silent:
            self._text(data)

    def finish(self) -> None:
        """Close all that is open."""
        self.close()
        while self.open:
            self._pop()

    # How it is written

    def _start(self, tag: str, attrs: Mapping[str, str]) -> None:
        if tag in BLOCKS:
            self._end_paragraph()
        if len(self.open) >= DEPTH and tag not in {"br", "img"}:
            return
        for tags, write in self.writers:
            if tag in tags:
                write(tag, attrs)
                return

    def _break(self, _: str, __: Mapping[str, str]) -> None:
        if self._inside() not in BETWEEN:
            self._raw("<br>")

    def _rule(self, tag: str, _: Mapping[str, str]) -> None:
        self._fit(tag)
        self._raw("<hr>")

    def _heading(self, tag: str, attrs: Mapping[str, str]) -> None:
        self._fit(tag)
        self.level = min(max(2, int(tag[1])), self.level + 1)
        self._push(tag, f"h{self.level}", attrs)

    def _plain(self, tag: str, attrs: Mapping[str, str]) -> None:
        self._fit(tag)
        self._push(tag, tag, attrs)

    def _list(self, tag: str, attrs: Mapping[str, str]) -> None:
        self._fit(tag)
        start = attrs.get("start", "")
        numbered = f' start="{start}"' if tag == "ol" and re.fullmatch(r"\d{1,5}", start, re.ASCII) else ""
        self._push(tag, tag, attrs, numbered)

    def _item(self, tag: str, attrs: Mapping[str, str]) -> None:
        self._close("li", stop=LISTS)
        if self._inside() not in LISTS:
            self._push("ul", "ul", {})
        self._push(tag, tag, attrs)

    def _definition(self, tag: str, attrs: Mapping[str, str]) -> None:
        self._close("dt", stop={"dl"})
        self._close("dd", stop={"dl"})
        if self._inside() != "dl":
            self._fit("dl")
            self._push("dl", "dl", {})
        self._push(tag, tag, attrs)

    def _table(self, tag: str, _: Mapping[str, str]) -> None:
        self._fit(tag)
        self.tables += 1
        label = escape(texts.table_label(self.tables))
        before = f'<div class="scroll" role="group" aria-label="{label}" tabindex="0">'
        self._push(tag, tag, {}, before=before, after="</div>")

    def _in_table(self, tag: str, attrs: Mapping[str, str]) -> None:
        if "table" not in (name for name, _, _ in self.open):
            return
        if tag == "caption":
            if self._inside() == "table":
                self._push(tag, tag, attrs)
        elif tag in ROWS:
            self._back_to({"table"})
            self._push(tag, tag, {})
        elif tag == "tr":
            self._back_to(ROWS | {"table"})
            self._push(tag, tag, {})
        else:
            self._cell(tag, attrs)

    def _cell(self, tag: str, attrs: Mapping[str, str]) -> None:
        self._back_to({"tr", "table"} | ROWS)
        if self._inside() != "tr":
            self._push("tr", "tr", {})
        spans = "".join(
            f' {name}="{attrs[name]}"'
            for name in ("colspan", "rowspan")
            if re.fullmatch(r"[1-9]\d{0,2}", attrs.get(name, ""), re.ASCII)
        )
        self._push(tag, "td", attrs, spans)

    def _back_to(self, tags: Iterable[str]) -> None:
        """Close what is open inside the innermost of *tags*."""
        wanted = set(tags)
        while self.open and self.open[-1][0] not in wanted:
            self._pop()

    def _beyond_cell(self, tag: str) -> bool:
        """Whether *tag* was opened outside the innermost cell or item: a stray end tag then."""
        for name, _, _ in reversed(self.open):
            if name == tag:
                return False
            if name in {"td", "th", "li", "caption"}:
                return True
        return True

    def _fit(self, tag: str) -> None:
        """Lists hold items only, rows hold cells only: what stands there by mistake gets one around it."""
        inside = self._inside()
        if inside in LISTS:
            self._push("li", "li", {})
        elif inside == "dl":
            self._push("dd", "dd", {})
        elif inside in ROWS or inside in {"table", "tr"}:
            if inside != "tr":
                self._push("tr", "tr", {})
            self._push("td", "td", {})
        if tag in BLOCKS:
            while self._inside() in INLINE | {"a"}:
                self._pop()

    def _inside(self) -> str:
        return self.open[-1][0] if self.open else ""

    def _link(self, _: str, attrs: Mapping[str, str]) -> None:
        self._close("a")
        address = web_address(attrs.get("href", ""))
        if not address:
            return
        self._fit("a")
        if address in self.ours:
            self._push("a", "a", {}, f' class="ours" href="{escape(self.ours[address])}"')
        else:
            self._push("a", "a", {}, f' href="{escape(address)}" rel="nofollow noopener noreferrer external"')

    def _picture(self, _: str, attrs: Mapping[str, str]) -> None:
        self._close("a")
        self._fit("img")
        address, alt = web_address(attrs.get("src", "")), " ".join(attrs.get("alt", "").split())
        if (kept := self.pictures.get(attrs.get("src", ""))) is not None:
            self._kept(kept, alt)
            return
        words = f"{escape(texts.PICTURE)} {escape(alt[:300]) if alt else escape(texts.PICTURE_WITHOUT_WORDS)}"
        link = ""
        if address and not address.startswith("mailto:"):
            label = escape(texts.original_at(host(address)))
            link = f' <a href="{escape(address)}" rel="nofollow noopener noreferrer external">{label}</a>'
        self._raw(f'<span class="picture"><span class="kind">{words}</span>{link}</span>')

    def _kept(self, kept: KeptImage, alt: str) -> None:
        """The picture itself, with its size, and below it where its bytes are."""
        pixels = f' width="{kept.width}" height="{kept.height}"' if kept.width and kept.height else ""
        self._raw(f'<img src="{escape(kept.source)}" alt="{escape(alt[:1000])}"{pixels} loading="lazy">')
        words = escape(texts.original_picture(size(kept.length), day(kept.captured_at)))
        link = f'<a href="{escape(kept.page)}" rel="nofollow">{escape(texts.ORIGINAL_PICTURE)}</a>'
        self._raw(f'<span class="original away">{link}{words}</span>')

    def _push(
        self, name: str, tag: str, attrs: Mapping[str, str], more: str = "", before: str = "", after: str = ""
    ) -> None:
        language, direction = attrs.get("lang", ""), attrs.get("dir", "").lower()
        if _LANGUAGE.fullmatch(language):
            more += f' lang="{language}"'
        if direction in {"ltr", "rtl", "auto"}:
            more += f' dir="{direction}"'
        if before:
            self._raw(before)
        self.open.append((name, len(self.pieces), f"</{tag}>{after}"))
        self._raw(f"<{tag}{more}>")

    def _pop(self) -> None:
        name, place, end = self.open.pop()
        empty = all(piece.raw or not piece.value.strip() for piece in self.pieces[place + 1 :])
        if empty and name in HEADINGS | {"a"} and not any("<span" in each.value for each in self.pieces[place + 1 :]):
            del self.pieces[place:]
            return
        self._raw(end)

    def _close(self, tag: str, stop: Iterable[str] = ()) -> None:
        """Close the innermost *tag* and what is open in it; nothing if there is none before one of *stop*."""
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at][0] == tag:
                while len(self.open) > at:
                    self._pop()
                return
            if self.open[at][0] in stop:
                return

    def _end_paragraph(self) -> None:
        for at in range(len(self.open) - 1, -1, -1):
            name = self.open[at][0]
            if name == "p" or name in HEADINGS or name == "pre":
                while len(self.open) > at:
                    self._pop()
                return
            if name not in INLINE and name != "a":
                return

    def _raw(self, value: str) -> None:
        self.pieces.append(Piece(value, raw=True))

    def _text(self, data: str) -> None:
        if not data.strip():
            if self._inside() not in BETWEEN:
                self.pieces.append(Piece(data, raw=False))
            return
        self._fit("")
        block = next((place for name, place, _ in reversed(self.open) if name in BLOCKS), -1)
        self.pieces.append(Piece(data, raw=False, block=block))


def web_address(address: str) -> str:
    """*address* if it is one of the web or of mail; else empty."""
    plain = address.strip()
    try:
        parts = urlsplit(plain)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https") and parts.netloc:
        return plain
    return plain if parts.scheme == "mailto" and parts.path else ""
