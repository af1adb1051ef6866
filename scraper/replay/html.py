"""An archived page as it looked, without anything that runs or asks another host. Pure.

The page is parsed as browsers parse it, and written anew from the tree: only elements and attributes named here come
out, so that what nobody thought of stays away. Pictures and styles come from the archive, each link leads to the
archive; scripts, handlers, frames, forms, ``base``, refreshing metas and preloads do not come out at all.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from scraper import wix_media
from scraper.page import Node, Page, attribute
from scraper.replay import css
from scraper.replay.boxes import placeholder


class Addresses(Protocol):
    """Where the archive has what a page names. All addresses are absolute."""

    def picture(self, url: str) -> str | None:
        """Our address of the picture, any rendition of it; None: it was not kept."""

    def style(self, url: str) -> str | None:
        """Our address of the style sheet; None: it was not kept."""

    def link(self, url: str) -> tuple[str, bool]:
        """Our address for where a link leads, and whether the archive has that page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """What we add to a page: the bar above it, and words."""

    #: HTML that goes into the head, and to the start of the body; ours, and safe.
    head: str = ""
    bar: str = ""
    #: Said of a link whose page the archive does not have; ``{url}`` is where it leads.
    elsewhere: str = "{url}"
    #: Said where a picture, a film or a frame was not kept.
    not_kept: str = ""


_HTML = """
a abbr acronym address area article aside b bdi bdo big blockquote body br button caption center cite code col colgroup
data dd del details dfn dialog dir div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 head header
hgroup hr html i img ins kbd label legend li main map mark menu meter nav ol p picture pre progress q rp rt ruby s samp
search section small span strike strong sub summary sup table tbody td tfoot th thead time title tr tt u ul var wbr
"""
_DRAWING = """
svg g path circle ellipse rect line polyline polygon text tspan defs lineargradient radialgradient stop clippath mask
pattern symbol use title desc marker switch filter feblend fecolormatrix fecomponenttransfer fecomposite
fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur femerge femergenode femorphology feoffset
fetile feturbulence
"""
_HTML_NAMES = frozenset(_HTML.split())
_DRAWING_NAMES = frozenset(_DRAWING.split())
#: Other names for elements that hold text.
_OTHER_NAMES = {"form": "div", "xmp": "pre", "listing": "pre", "plaintext": "pre", "amp-img": "img"}
_VOID = frozenset({"area", "br", "col", "hr", "img", "wbr"})
#: Elements that come out as a picture of their own, or as nothing, and never with what is in them.
_FRAMES = frozenset({"iframe", "frame", "embed", "object", "video", "amp-video", "amp-iframe", "amp-youtube"})
_CUSTOM = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_DROPPED = frozenset({"amp-script", "amp-analytics", "amp-ad", "amp-list", "amp-form"})

_ATTRIBUTES = """
abbr align alt aria-atomic axis bgcolor border cellpadding cellspacing char charoff class clear color colspan compact
coords datetime dir disabled face headers height hidden high hspace id lang low max min name noshade nowrap open optimum
reversed role rowspan rules scope shape size span start style summary title type usemap valign value vspace width
"""
_KEPT_ATTRIBUTES = frozenset(_ATTRIBUTES.split())
#: What only a script takes away again: Wix blurs a picture until it has put the large one in its place.
_UNTIL_LOADED = frozenset({"data-animate-blur"})
_FAMILY = re.compile(r"(?:aria|data)-[a-z0-9_.-]+")
_DRAWING_ATTRIBUTE = re.compile(r"(?!on)[a-z][a-zA-Z0-9-]*")
#: Longer values of ``data-`` attributes are matter of scripts; none of these chooses a style.
_LONGEST_DATA_VALUE = 200
_LONGEST_VALUE = 50_000
#: How a picture stands in a frame that a script would have filled.
_FILLING = "width:100%;height:100%;object-fit:cover"
_WEB = re.compile(r"https?://", re.IGNORECASE)
_GO = re.compile(r"(?:mailto|tel|sms|geo):", re.IGNORECASE)
_SCHEME = re.compile(r"[\x00-\x20]*[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_STYLE_FUNCTION = re.compile(r"[(\\@]|behaviou?r|-moz-binding", re.IGNORECASE)


def replayed(page: Page, addresses: Addresses, around: PageFrame) -> str:
    """*page* (with its address) as one text. Raises Unreadable for what no parser should see."""
    writer = _ReplayWriter(page, addresses, around)
    writer.walk(page.whole.root)
    return "".join(writer.out)


class _ReplayWriter:
    """Writes a tree."""

    def __init__(self, page: Page, addresses: Addresses, around: PageFrame) -> None:
        self._addresses = addresses
        self._around = around
        self._own = (page.url or "").partition("#")[0]
        self._base = _base(page)
        strict = "<!doctype" in page.source[:2000].lower()
        self.out: list[str] = ["<!doctype html>\n"] if strict else []
        #: Elements that are written whole, whatever is in them.
        self._whole = {"img": self._picture, "style": self._style, "link": self._link}
        self._whole |= dict.fromkeys(_FRAMES, self._frame)

    def walk(self, root: Node) -> None:
        """Write *root* and all in it, without recursion: pages nest deeper than Python does."""
        node: Node | None = root
        ends: list[tuple[Node, str, bool]] = []
        drawing = False
        while node is not None:
            end, inside, inner = self._open(node, drawing=drawing)
            child = node.child if inside else None
            if child is not None:
                ends.append((node, end, drawing))
                node, drawing = child, inner
                continue
            self.out.append(end)
            while node.next is None or node is root:
                if not ends:
                    return
                node, end, drawing = ends.pop()
                self.out.append(end)
            node = node.next

    def _open(self, node: Node, *, drawing: bool) -> tuple[str, bool, bool]:
        """Write the start of *node*: its end, whether to look inside, and whether inside is a drawing."""
        if node.is_text_node:
            self.out.append(escape(node.text_content or "", quote=False))
        if not node.is_element_node:
            return "", False, drawing
        name = (node.tag or "").lower()
        if drawing or name == "svg":
            return self._drawing(node, name)
        name = _OTHER_NAMES.get(name, name)
        if name in self._whole:
            self._whole[name](node)
        elif _is_written(name):
            return self._element(node, name)
        return "", False, False

    def _element(self, node: Node, name: str) -> tuple[str, bool, bool]:
        attributes = dict(_kept(node, self._css)) | self._ours(node, name)
        self.out.append(_tag(name, attributes) + self._beginning(node, name))
        if name in _VOID:
            return ("", False, False)
        return (f"</{name}>", True, False)

    def _ours(self, node: Node, name: str) -> dict[str, str]:
        """The attributes of an element that lead somewhere, as we write them."""
        found: dict[str, str] = {}
        match name:
            case "a" | "area":
                found = self._leading(node.attributes.get("href"))
            case "button":
                found = {"type": "button"}
        background = self._found_picture(node.attributes.get("background"))
        return found | ({"background": background} if background else {})

    def _beginning(self, node: Node, name: str) -> str:
        """What stands behind the start of an element, before what is in it."""
        match name:
            case "head":
                return self._around.head
            case "body":
                return self._around.bar
            case "pre":  # its first line feed does not count, so it is doubled
                first = node.child
                if first is not None and (first.text_content or "").startswith("\n"):
                    return "\n"
                return ""
            case _:
                return ""

    def _drawing(self, node: Node, name: str) -> tuple[str, bool, bool]:
        """Shapes only; a link in a drawing leaves what it holds."""
        if name == "a":
            return "", True, True
        if name not in _DRAWING_NAMES:
            return "", False, True
        self.out.append(_tag(name, dict(self._shape(node))))
        return f"</{name}>", True, True

    def _shape(self, node: Node) -> Iterator[tuple[str, str]]:
        """The attributes of a shape; the only addresses among them are of its own drawing."""
        for key, value in _values(node):
            if key in ("href", "xlink:href"):
                yield from [("href", value.strip())] if value.strip().startswith("#") else []
            elif _DRAWING_ATTRIBUTE.fullmatch(key) and not _WEB.match(value) and len(value) <= _LONGEST_VALUE:
                yield key, self._quiet(value, always=key == "style")

    def _quiet(self, value: str, *, always: bool) -> str:
        """A value that may be a style, and then asks for nothing outside of the archive."""
        if always or _STYLE_FUNCTION.search(value):
            return self._css(value)
        return value

    def _style(self, node: Node) -> None:
        if "amp-boilerplate" in node.attributes:
            return  # it hides the page until a script shows it
        attributes = {key: node.attributes[key] or "" for key in ("media", "id") if node.attributes.get(key)}
        self.out.append(_tag("style", attributes) + self._css(node.text()) + "</style>")

    def _link(self, node: Node) -> None:
        """Style sheets that were kept; nothing else."""
        kinds = attribute(node, "rel").lower().split()
        if "stylesheet" not in kinds or "alternate" in kinds:
            return
        url = self._absolute(node.attributes.get("href"))
        ours = self._addresses.style(url) if url else None
        if ours:
            media = {"media": node.attributes["media"] or ""} if node.attributes.get("media") else {}
            self.out.append(_tag("link", {"rel": "stylesheet", "href": ours} | media))

    def _picture(self, node: Node) -> None:
        said = node.attributes
        attributes = {key: value for key, value in _kept(node, self._css) if key != "usemap" or value.startswith("#")}
        addresses = list(_sources(said))
        if not addresses and (framed := _in_frame(node)):
            addresses, attributes = [framed], {"style": _FILLING} | attributes
        found = next(filter(None, map(self._found_picture, addresses)), None)
        attributes |= {"src": found} if found else self._missing(said, next(iter(addresses), ""))
        self.out.append(_tag("img", {"alt": ""} | attributes))

    def _frame(self, node: Node) -> None:
        """A film shows its poster, where that was kept; all else that came from somewhere a box of its size."""
        said = node.attributes
        source = said.get("src") or said.get("data") or _film(said.get("data-videoid"))
        if not (source or said.get("poster")):
            return
        poster = self._found_picture(said.get("poster"))
        attributes = {key: value for key, value in _kept(node, self._css) if key not in ("name", "value", "type")}
        attributes |= {"src": poster, "alt": ""} if poster else self._missing(said, source)
        self.out.append(_tag("img", attributes))

    def _missing(self, said: Mapping[str, str | None], source: str) -> dict[str, str]:
        """A box in the place of what was not kept."""
        words = (said.get("alt") or said.get("title") or "").strip()
        url = self._absolute(source) or ""
        why = " ".join(filter(None, (self._around.not_kept, url if len(url) <= 500 else "")))
        drawn = (self._around.not_kept, words or urlsplit(url).netloc)
        return {"src": placeholder(said.get("width"), said.get("height"), drawn), "alt": words, "title": why}

    def _found_picture(self, address: str | None) -> str | None:
        if not address:
            return None
        if css.is_data_picture(address.strip()):
            return address.strip()
        url = self._absolute(address)
        if not url:
            return None
        return self._addresses.picture(url)

    def _css(self, text: str) -> str:
        return css.rewritten(text, self._found_picture)

    def _leading(self, href: str | None) -> dict[str, str]:
        """Where a link leads: into this page, to the archive, or to a mail program."""
        if href is None:
            return {}
        href = href.strip()
        if href.startswith("#") or _GO.match(href):
            return {"href": href}
        url = self._absolute(href)
        if url is None:
            return {}
        address, mark, place = url.partition("#")
        if address == self._own and mark:
            return {"href": mark + place}
        ours, held = self._addresses.link(address)
        title = {} if held else {"title": self._around.elsewhere.format(url=address)}
        return {"href": ours + mark + place} | title

    def _absolute(self, address: str | None) -> str | None:
        """*address* as a web address; None: it is none."""
        if not address or (_SCHEME.match(address) and not _WEB.match(address.strip())):
            return None
        try:
            url = urljoin(self._base, address.strip())
        except ValueError:  # half an IPv6 address
            return None
        if not _WEB.match(url):
            return None
        return url


def _base(page: Page) -> str:
    """What relative addresses of the page are taken from."""
    own = page.url or ""
    node = page.maybe("base[href]")
    if not node:
        return own
    try:
        return urljoin(own, attribute(node, "href").strip())
    except ValueError:  # half an IPv6 address
        return own


def _is_written(name: str) -> bool:
    """Whether an element comes out under that name, with what is in it."""
    return name in _HTML_NAMES or (_CUSTOM.fullmatch(name) is not None and name not in _DROPPED)


def _values(node: Node) -> Iterator[tuple[str, str]]:
    """The attributes of an element; one without a value has an empty one."""
    for key, value in node.attributes.items():
        yield key, value or ""


def _kept(node: Node, style: css.Resolve) -> Iterator[tuple[str, str]]:
    """The attributes that change how an element looks, or what it is called."""
    for key, value in _values(node):
        if key == "style":
            yield key, (style(value) or "") if _STYLE_FUNCTION.search(value) else value
        elif _is_kept(key, value):
            yield key, value


def _is_kept(key: str, value: str) -> bool:
    """Whether an attribute is of those that lead nowhere and start nothing."""
    if key in _KEPT_ATTRIBUTES:
        return len(value) <= _LONGEST_VALUE
    is_short = len(value) <= _LONGEST_DATA_VALUE and "://" not in value
    return is_short and key not in _UNTIL_LOADED and _FAMILY.fullmatch(key) is not None


def _in_frame(node: Node) -> str | None:
    """The original of a picture that a script would have put into its frame; None: there is no such frame."""
    frame = node.parent
    image = wix_media.picture(frame) if frame is not None and frame.tag == "wow-image" else None
    if not image:
        return None
    return image.url


def _sources(said: Mapping[str, str | None]) -> Iterator[str]:
    """Every address under which a picture shows itself, the surest first."""
    for key in ("src", "data-src", "data-pin-media", "data-lazy-src", "data-original"):
        if said.get(key):
            yield said[key] or ""
    for candidate in (said.get("srcset") or "").split(", "):
        if address := candidate.split():
            yield address[0]


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


def _film(video_id: str | None) -> str:
    """The address of a film that an AMP page names by its id on YouTube alone; empty: it names none."""
    if not video_id:
        return ""
    return f"https://www.youtube.com/watch?v={video_id}"
