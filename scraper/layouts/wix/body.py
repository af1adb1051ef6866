"""Bodies written with Wix's editor (Draft.js to 2023, Ricos since): which element is a picture, a gallery, a file."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import takewhile

from scraper.layouts import frames
from scraper.layouts.as_text import as_text
from scraper.layouts.body import Body, read_body, walk
from scraper.layouts.events import DRAWING, FORM, NO_GALLERY, NO_PICTURE, Captioned, Close, Event, Open, Placeholder
from scraper.layouts.frames import NOT_IN_THE_PAGE
from scraper.layouts.wix import blocks
from scraper.layouts.wix.address import address
from scraper.page import Node, attribute, enclosing, leaves, words
from scraper.records import File, Image, Link
from scraper.wix_media import FRAMES, picture

#: What holds the words of a gallery's item.
_TITLED = '[data-hook^="item-hover"], [data-hook="gallery-item-title"], [data-hook="gallery-item-description"]'
#: Elements that are never a widget; most of a body is made of them.
_TEXT = frozenset({"span", "p", "strong", "em", "u", "li", "ul", "ol", "br", "h2", "h3", "tr", "td", "tbody"})
_GALLERY = frozenset({"gallery-viewer", "galleryViewer"})
_PICTURE = frozenset({"imageViewer", "figure-IMAGE", "image-viewer"})
#: A GIF is a picture where an ``img`` shows it, else a film without sound.
_GIF = frozenset({"figure-GIF", "giphyViewer", "gif-viewer"})
_FILE = frozenset({"fileUploadViewer", "file-upload-viewer", "file-viewer", "figure-FILE"})
_EXTENSION = re.compile(r"\.\w{1,8}")
_FILE_NAME = ("fileUploadName", "fileUploadExtension")
_SIZE = re.compile(r"([\d.,]+)\s*(bytes|[KMGT]?B)\b", re.IGNORECASE)
#: Bytes: what is said to be larger is said in jest, and no column could hold it.
_LARGEST_FILE = 10**15
_UNITS = {"BYTES": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
#: The hook of a block of the editor, whatever its name.
_BLOCK = re.compile(r"^figure-|[-a-z]viewer$|Viewer$")
#: What the viewer adds to a picture, and the start of what the editor calls a button.
_EXPAND, _BUTTON = "image-expand-button", ("button-viewer", "buttonViewer")
_DOCUMENT = re.compile(
    r"/(?:_files/)?ugd/|\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|rtf|csv|zip|epub)(?=$|[?#])", re.IGNORECASE
)


def read(description: Node, base_url: str | None) -> Body:
    """The body inside ``post-description``."""
    widget, link = partial(_widget, base_url=base_url), partial(address, base_url=base_url)
    return read_body(description, widget=widget, link=link, breaks=True)


def _widget(node: Node, base_url: str | None) -> Iterable[Event] | None:
    """What stands for an element of the editor; None: nothing special."""
    tag = node.tag
    if tag in _TEXT:
        return None
    if tag in FRAMES:
        found = None if _is_preload(node) else picture(node, base_url)
        if not found:
            return ()
        return (found,)
    told = node.attributes
    hook, identity = told.get("data-hook") or "", told.get("id") or ""
    if "pro-gallery" in (told.get("class") or "").split():
        return tuple(_gallery(node, base_url))
    said = _hooked(node, hook, base_url) if hook else None
    if said is None:
        said = blocks.read(node, hook, told.get("role"), base_url)
    return _unknown(node, hook, identity, base_url) if said is None else said


def _unknown(node: Node, hook: str, identity: str, base_url: str | None) -> Iterable[Event] | None:
    """What stands for an element of no known block: a drawing, the title that opens what is folded, the address that a
    script shall show, a mark where a block or a form leaves nothing else; None: look inside.
    """
    if not hook and _is_drawing(node, identity):
        return (DRAWING,)
    if node.tag == "button":
        return _opener(node)
    if (found := frames.shown_by_scripts(node, partial(address, base_url=base_url))) is not None:
        return found
    mark = _mark_of(hook, node.tag or "")
    if mark is None or node.css_first(_SAYS) is not None or any(map(_is_said, walk(node))):
        return None
    return (mark,)


def _mark_of(hook: str, tag: str) -> Placeholder | None:
    """The mark of a block or a form that leaves nothing else; None: it is none."""
    if tag == "form":
        return FORM
    if tag == "a" or not _BLOCK.search(hook):
        return None
    return NO_GALLERY if hook == "figure-GALLERY" else NOT_IN_THE_PAGE


def _is_said(event: Event) -> bool:
    return isinstance(event, str) and bool(event.strip())


def _opener(button: Node) -> Iterable[Event] | None:
    """The title that opens what is folded, where it is nothing but words; None: the viewer's own button."""
    if "aria-expanded" not in button.attributes or any(
        child.tag != "-text" for child in button.iter(include_text=True)
    ):
        return None
    return _paragraph(words(button) or "")


def _hooked(node: Node, hook: str, base_url: str | None) -> Iterable[Event] | None:
    """Galleries, pictures, files and buttons, by their *hook*; None: it is none of them, or a GIF without a picture."""
    if hook in _GIF and node.css_first("img") is None:
        return None
    if (read_widget := _READERS.get(hook)) is not None:
        return tuple(read_widget(node, base_url))
    if hook == _EXPAND or "paywall" in hook:
        return ()
    if hook.startswith(_BUTTON) and node.tag != "a" and node.css_first("a[href]") is None:
        return _paragraph(words(node) or "")
    return None


def _paragraph(text: str) -> tuple[Event, ...]:
    return Open("p"), text, Close("p")


def _is_drawing(node: Node, identity: str) -> bool:
    """Whether a block of the editor, told by its *identity*, holds a drawing and nothing else."""
    if not identity.startswith("viewer-") or node.css_first("svg") is None or words(node):
        return False
    return node.css_first("[data-hook], img, wow-image, input, iframe, video, audio, form, button") is None


def _picture(node: Node, base_url: str | None) -> Iterator[Event]:
    """A picture with its caption: any text in its frame, which older editors put into a span without a mark."""
    found = picture(node, base_url)
    caption = _caption(node)
    if not found:
        yield from _paragraph(caption) if caption else (NO_PICTURE,)
        return
    links = [(a, url) for a in node.css("a[href]") if (url := address(attribute(a, "href"), base_url))]
    around = next((url for a, url in links if a.css_first("wow-image, img") is not None), None)
    image = replace(found, caption=caption)
    if (below := _linked_caption(node, caption)) is not None:
        yield Captioned(image, tuple(walk(below, link=lambda href: address(href, base_url))), around)
        return
    yield from (Open("a", around), image, Close("a")) if around else (image,)
    yield from _named_links(links)


def _named_links(links: Iterable[tuple[Node, str]]) -> Iterator[Link]:
    return (Link(url=url, text=text) for a, url in links if (text := words(a)))


def _linked_caption(node: Node, caption: str | None) -> Node | None:
    """The caption below a picture, where it holds links and is all of *caption*."""
    below = node.css_first("figcaption")
    if below is None or below.css_first("a[href]") is None or words(below) != caption:
        return None
    return below


def _caption(node: Node) -> str | None:
    return " ".join(as_text(walk(node, widget=_unspoken)).split()) or None


def _unspoken(node: Node) -> Iterable[Event] | None:
    """Nothing for what the viewer puts into a picture's frame; None: look inside."""
    return () if attribute(node, "data-hook") == _EXPAND else None


def _gallery(node: Node, base_url: str | None) -> Iterator[Event]:
    """The pictures of a gallery that the server rendered, each once, with the title that stands over it; the rest of a
    long one is not in the page. A picture not loaded yet is there as its blurred twin alone.
    """
    found = _loaded(node, base_url)
    titled: set[str | None] = set()
    used: set[int] = set()
    for img, image in found:
        item, caption = _item(img), None
        if item is not None and item.mem_id not in used:
            used.add(item.mem_id)
            caption = _caption(item)
        titled.add(caption)
        yield replace(image, caption=caption)
        yield from _item_link(item, caption or image.alt, base_url)
    rest = [text for text in map(words, node.css(_TITLED)) if text not in titled and text is not None]
    for text in rest:
        yield from _paragraph(text)
    if not found and not rest:
        yield NO_GALLERY


def _loaded(node: Node, base_url: str | None) -> list[tuple[Node, Image]]:
    """The pictures of a gallery, without the blurred twins of those that are loaded."""
    shown = (img for img in node.css("wow-image, img") if not _is_in_frame(img))
    found = [(img, image) for img in shown if (image := picture(img, base_url))]
    loaded = {image.url for img, image in found if not _is_preload(img)}
    return [(img, image) for img, image in found if not _is_preload(img) or image.url not in loaded]


def _is_in_frame(img: Node) -> bool:
    """Whether a picture is the inside of one that is looked at as a whole."""
    return img.parent is not None and img.parent.tag == "wow-image"


def _item(img: Node) -> Node | None:
    """What holds a picture of a gallery and its title."""
    inside = takewhile(lambda around: attribute(around, "data-hook") not in _GALLERY, enclosing(img))
    return next((around for around in inside if attribute(around, "data-hook") == "item-container"), None)


def _item_link(item: Node | None, text: str | None, base_url: str | None) -> Iterator[Link]:
    wrapper = None if item is None else item.parent
    if wrapper is not None and wrapper.tag == "a" and (url := address(attribute(wrapper, "href"), base_url)):
        yield Link(url=url, text=text or "")


def _is_preload(img: Node) -> bool:
    """Whether a picture is the blurred twin of the one behind it."""
    return any(attribute(img, name).endswith("-preload") for name in ("data-hook", "class"))


def _file(node: Node, base_url: str | None) -> Iterator[Event]:
    """A file widget: the file with its name, then the line below it ("Download PDF • 31.47MB")."""
    name, below = _name_and_line(node)
    href = next((href for a in (node, *node.css("a")) if (href := a.attributes.get("href"))), None)
    size = _SIZE.search(below)
    url = address(href, base_url) if href else None
    if name or url:
        yield File(url=url, name=name, size=_bytes(size[1], size[2]) if size else None)
    if below:
        yield from (Open("p"), below, Close("p"))


def _name_and_line(node: Node) -> tuple[str | None, str]:
    """The name that a file widget shows, and the line below it."""
    lines = [(attribute(leaf, "data-hook") in _FILE_NAME, words(leaf) or "") for leaf in leaves(node)]
    named = [text for is_name, text in lines if is_name]
    others = [text for is_name, text in lines if text and not is_name]
    if not any(named) and others:  # older editors have no hooks here: name, extension, the line below
        named = others[:2] if _EXTENSION.fullmatch("".join(others[1:2])) else others[:1]
        others = others[len(named) :]
    return "".join(named) or None, " ".join(others)


#: Hook of a widget → what reads it.
_READERS: dict[str, Callable[[Node, str | None], Iterator[Event]]] = {
    **dict.fromkeys(_GALLERY, _gallery),
    **dict.fromkeys(_PICTURE | _GIF, _picture),
    **dict.fromkeys(_FILE, _file),
}
#: What leaves something, though it has no words.
_SAYS = ", ".join(
    ("img", "wow-image", "hr", '[role="separator"]', *sorted(frames.FRAMES),
     *(f'[data-hook="{hook}"]' for hook in (*_READERS, *blocks.HOOKS)))
)  # fmt: skip


def _bytes(number: str, unit: str) -> int | None:
    try:
        size = float(number.replace(",", ".")) * _UNITS[unit.upper()]
    except ValueError:
        return None
    if size >= _LARGEST_FILE:
        return None
    return round(size)


def linked_files(body: Body) -> tuple[File, ...]:
    """Documents that the body links to in its text."""
    return tuple(File(url=link.url, name=link.text or None) for link in body.links if _DOCUMENT.search(link.url))
