"""The HTML of a post's body as our page shows it, in pieces: cleaned by nh3 (`scraper.sanitise`), then fitted in.

What only the page can know is added here: headings fit below the page's title without a gap, links to posts that we
have lead to our pages, kept pictures are shown and others named, wide tables scroll in a named group, and items,
definitions and blocks stand where HTML lets them. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from types import MappingProxyType
from urllib.parse import urlsplit

from scraper import sanitise
from scraper.serve import texts
from scraper.serve.formatting import day, host, size

VOID = frozenset({"br", "hr", "img"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol"})
#: Elements that hold others only, no text of their own.
BETWEEN = LISTS | {"table", "thead", "tbody", "tfoot", "tr", "dl"}
#: Elements whose text is a place that can be linked to.
BLOCKS = HEADINGS | LISTS | {"p", "pre", "blockquote", "figure", "figcaption", "dl", "dt", "dd", "div", "li", "td",
                             "th", "caption"}  # fmt: skip
AWAY = 'rel="nofollow noopener noreferrer external"'
#: Open elements inside one another at most; deeper ones keep their text only.
DEPTH = 40
INLINE = frozenset({"abbr", "b", "cite", "code", "del", "em", "i", "ins", "mark", "q", "s", "small", "strong", "sub",
                    "sup", "u"})  # fmt: skip
#: Elements that are kept as they are.
PLAIN = INLINE | LISTS | {"p", "pre", "blockquote", "figure", "figcaption", "dl", "div", "tr", "thead", "tbody",
                          "tfoot", "caption", "li", "dt", "dd", "td"}  # fmt: skip
#: Item → what holds it; and what holds items → the item that is put around anything else in it.
HOLDERS: Mapping[str, frozenset[str]] = {"li": LISTS, "dt": frozenset({"dl"}), "dd": frozenset({"dl"})}
ITEMS = {"ul": "li", "ol": "li", "dl": "dd"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
#: Attributes that stay where they are numbers.
_NUMBERS = {
    "start": re.compile(r"\d{1,5}", re.ASCII),
    "colspan": re.compile(r"[1-9]\d{0,2}", re.ASCII),
    "rowspan": re.compile(r"[1-9]\d{0,2}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A paragraph's place: *name*, as our addresses have it (``p-<name>``), and its number, as older ones had it.

    None: an item of a list, which has none.
    """

    name: str
    number: int | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """What can stand behind the ``#`` of an address."""
        return (f"p-{self.name}",) if self.number is None else (f"p-{self.name}", f"p{self.number}")


@dataclass(slots=True)
class Piece:
    """A tag (`raw`) or some text; `block` is the place in the list of the open tag of the text's block.

    `end` of an open tag: the place of its end tag. `older`: the list whose first item is anchored here. `near`:
    paragraphs without a place of their own, which a link finds at this text.
    """

    value: str
    raw: bool
    block: int = -1
    end: int = -1
    anchor: Anchor | None = None
    older: Anchor | None = None
    near: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptImage:
    """A kept picture as it stands in a text: our addresses of it and of its bytes; pixels and bytes of the original.

    `original` is where it was on its site.
    """

    source: str
    page: str
    original: str
    width: int | None
    height: int | None
    length: int
    captured_at: str


def pieces(html: str, ours: Mapping[str, str], pictures: Mapping[str, KeptImage] = MappingProxyType({})) -> list[Piece]:
    """*html*, whatever it is, as safe and balanced pieces.

    *ours*: address of a link → our own page for it; *pictures*: address of a picture → the picture, where it is kept.
    """
    fitter = _Fitter(ours, pictures)
    fitter.feed(sanitise.clean(html))
    fitter.close()
    fitter.end(0)
    return fitter.pieces


@dataclass(slots=True)
class _Open:
    """An open element: as it was given (empty: put in by us), as it is written (empty: left out), where, its end."""

    given: str
    written: str
    place: int
    end: str


class _Fitter(HTMLParser):
    """Takes balanced HTML of harmless elements, as nh3 writes it."""

    def __init__(self, ours: Mapping[str, str], pictures: Mapping[str, KeptImage]) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self.open: list[_Open] = []
        self.ours, self.pictures = ours, pictures
        self.level, self.tables = 1, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`HTMLParser` calls this at each start tag."""
        said = {name: value or "" for name, value in attrs}
        self._fit(tag)
        match tag:
            case "br" | "hr":
                self._raw(f"<{tag}>")
            case "img":
                self._picture(said)
            case "a":
                self._link(said)
            case "table":
                self._table()
            case "th":
                self._push(tag, "td", said)
            case _ if tag in HEADINGS:
                self.level = min(max(2, int(tag[1])), self.level + 1)
                self._push(tag, f"h{self.level}", said)
            case _:
                self._push(tag, tag if tag in PLAIN else "", said)

    def handle_endtag(self, tag: str) -> None:
        """And at each end tag."""
        if tag in VOID:
            return
        at = next((at for at in range(len(self.open) - 1, -1, -1) if self.open[at].given == tag), None)
        if at is not None:
            self.end(at)

    def handle_data(self, data: str) -> None:
        """And for text."""
        if data.strip():
            self._fit("")
            block = next((each.place for each in reversed(self.open) if each.written in BLOCKS), -1)
            self.pieces.append(Piece(data, raw=False, block=block))
        elif self._inside() not in BETWEEN:
            self.pieces.append(Piece(data, raw=False))

    def end(self, at: int) -> None:
        """Close what is open from place *at* on; headings and links without anything in them are left out."""
        while len(self.open) > at:
            last = self.open.pop()
            held = self.pieces[last.place + 1 :]
            empty = all(each.raw or not each.value.strip() for each in held)
            seen = any("<span" in each.value or "<img" in each.value for each in held)
            if empty and not seen and (last.written in HEADINGS or last.written == "a"):
                del self.pieces[last.place :]
            elif last.end:
                self.pieces[last.place].end = len(self.pieces)
                self._raw(last.end)

    def _fit(self, tag: str) -> None:
        """Items stand in what holds items, and nothing else does: what stands wrong gets its due around it."""
        while self.open and not self.open[-1].given and self._ends(self.open[-1].written, tag):
            self.end(len(self.open) - 1)
        inside = self._inside()
        if inside in ITEMS and inside not in HOLDERS.get(tag, ()):
            self._push("", ITEMS[inside], {})
            inside = ITEMS[inside]
        if tag in HOLDERS and inside not in HOLDERS[tag]:
            self._push("", "ul" if tag == "li" else "dl", {})

    @staticmethod
    def _ends(written: str, tag: str) -> bool:
        """Whether *tag* ends an element that was put in: an item ends at the next one, its holder at anything else."""
        if written in ITEMS:
            return written not in HOLDERS.get(tag, ())
        return tag in HOLDERS

    def _inside(self) -> str:
        return next((each.written for each in reversed(self.open) if each.written), "")

    def _push(self, given: str, written: str, said: Mapping[str, str], more: str = "", around: str = "") -> None:
        if written and sum(bool(each.written) for each in self.open) >= DEPTH and given:
            written = around = ""
        self.open.append(_Open(given, written, len(self.pieces), ""))
        if not written:
            return
        self.open[-1].end = f"</{written}>{'</div>' if around else ''}"
        self._raw(f"{around}<{written}{more}{''.join(kept(said))}>")

    def _link(self, said: Mapping[str, str]) -> None:
        address = web_address(said.get("href", ""))
        if not address:
            self._push("a", "", {})
        elif address in self.ours:
            self._push("a", "a", {}, f' class="ours" href="{escape(self.ours[address])}"')
        else:
            self._push("a", "a", {}, f' href="{escape(address)}" {AWAY}')

    def _table(self) -> None:
        self.tables += 1
        label = escape(texts.table_label(self.tables))
        self._push("table", "table", {}, around=f'<div class="scroll" role="group" aria-label="{label}" tabindex="0">')

    def _picture(self, said: Mapping[str, str]) -> None:
        address, alt = web_address(said.get("src", "")), " ".join(said.get("alt", "").split())
        if (image := self.pictures.get(said.get("src", ""))) is not None:
            self._raw(shown_image(image, alt, linked=not self._in_link()))
            return
        self._raw(named_image("" if self._in_link() else address, alt))

    def _in_link(self) -> bool:
        return any(each.written == "a" for each in self.open)

    def _raw(self, value: str) -> None:
        self.pieces.append(Piece(value, raw=True))


def kept(said: Mapping[str, str]) -> list[str]:
    """The attributes that stay, as HTML: language, direction, the number of a list, the span of a cell."""
    found = []
    if _LANGUAGE.fullmatch(said.get("lang", "")):
        found.append(f' lang="{said["lang"]}"')
    if said.get("dir", "").lower() in {"ltr", "rtl", "auto"}:
        found.append(f' dir="{said["dir"].lower()}"')
    for name, form in _NUMBERS.items():
        if form.fullmatch(said.get(name, "")):
            found.append(f' {name}="{said[name]}"')
    return found


_IMG = re.compile(r"<img\b[^>]*>")
_SAID = re.compile(r'\s(src|alt)="([^"]+)"')


def pictures_of(html: str | None) -> dict[str, str]:
    """The pictures in a post's body, as its HTML names them, each once, in order: address → description, or nothing."""
    tags = _IMG.findall(sanitise.clean(html)) if html else []
    said = ({name: unescape(value) for name, value in _SAID.findall(tag)} for tag in tags)
    found: dict[str, str] = {}
    for each in said:
        if "src" in each:
            found.setdefault(each["src"], each.get("alt", ""))
    return found


def shown_image(image: KeptImage, alt: str, *, linked: bool) -> str:
    """The picture itself, with its size, and below it, if *linked*, where its bytes are, and where it was."""
    pixels = f' width="{image.width}" height="{image.height}"' if image.width and image.height else ""
    words = escape(texts.original_picture(size(image.length), day(image.captured_at)))
    link = f'<a href="{escape(image.page)}" rel="nofollow">{escape(texts.ORIGINAL_PICTURE)}</a>'
    if address := web_address(image.original):
        words += f' · <a href="{escape(address)}" {AWAY}>{escape(texts.original_at(host(address)))}</a>'
    shown = f'<img src="{escape(image.source)}" alt="{escape(alt[:1000])}"{pixels} loading="lazy">'
    if linked:
        return f'{shown}<span class="original away">{link}{words}</span>'
    return shown


def named_image(address: str, alt: str) -> str:
    """In the place of a picture that is not kept: its words, and a link to *address* where that is one of the web."""
    words = f"{escape(texts.PICTURE)} {escape(alt[:300] or texts.PICTURE_WITHOUT_WORDS)}"
    link = ""
    if address and not address.startswith("mailto:"):
        link = f' <a href="{escape(address)}" {AWAY}>{escape(texts.original_at(host(address)))}</a>'
    return f'<span class="picture"><span class="kind">{words}</span>{link}</span>'


def web_address(address: str) -> str:
    """*address* if it is one of the web or of mail; else empty."""
    plain = address.strip()
    try:
        parts = urlsplit(plain)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https") and parts.netloc:
        return plain
    if parts.scheme == "mailto" and parts.path:
        return plain
    return ""
