"""Wix's media: from what a page shows (a blurred thumbnail, a scaled copy) to the original."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import unquote, urljoin

from scraper import urls
from scraper.page import Node, parse_json
from scraper.records import Image

#: ``<6 hex>_<32 hex>~mv2.ext`` (also ``~mv2_d_W_H_s_N``), ``<32 hex>.jpg``, ``nsplsh_…``, ``11062b_…``.
_ID = r"[0-9A-Za-z]+_[0-9A-Za-z%_-]+(?:(?:~|%7E)mv2[\w-]*)?\.[A-Za-z0-9]{2,5}|[0-9a-f]{32}\.[A-Za-z0-9]{2,5}"
_MEDIA_ID = re.compile(rf"(?:{_ID})\Z")
_IN_URL = re.compile(
    r"(?:static\.wixstatic\.com/media/|wix:image://v1/|images-wixmp-[0-9a-z]+\.wixmp\.com/media/)([^/?#\"]+)"
)
#: Site copiers write "_mv2" for "~mv2" into file names.
_COPIED = re.compile(r"(?<=[0-9a-f]{32})_mv2(?=[._])")
#: Browsers save a picture into a folder beside the page, under the last part of its address: its media id.
_BESIDE = re.compile(r"(?![a-zA-Z]+:|//)(?:.*/)?([0-9a-f]{6}_[0-9a-f]{32}(?:~|%7E|_)mv2(?:_d_\w+)?\.[a-z]{3,4})")
#: A rendition is the original's address with what was done to it behind; ids are the same on every mirror.
_RENDITION = re.compile(r"(https?://[^?#]+/media/[^/?#]+\.[A-Za-z0-9]{2,5})/v\d/(?:fill|fit|crop)/[^?#]*")
_MIRRORED = re.compile(
    r"https?://[^?#]+/media/([0-9a-f]{6}_[0-9a-f]{32}(?:~|%7E)mv2[\w-]*\.[A-Za-z0-9]{2,5})(?:/v\d/[^?#]*)?"
)
_SHOWN = re.compile(
    r"https?://[^\s\"'<>\\]{1,200}?/media/[^\s\"'<>\\/]{1,200}/v\d/(?:fill|fit|crop)/[^\s\"'<>\\]{1,500}"
)
#: Elements that are pictures.
FRAMES = ("wow-image", "img", "amp-img")
MEDIA = "https://static.wixstatic.com/media/"


def original(address: str, base_url: str | None = None) -> str | None:
    """Address of the original of a picture, given any address of it, or its media id; None: no web address."""
    address = address.strip()
    if _MEDIA_ID.match(address):
        return MEDIA + unquote(address)
    if found := _IN_URL.search(address):
        return MEDIA + _COPIED.sub("~mv2", unquote(found[1]))
    if mirrored := _MIRRORED.fullmatch(address):
        return MEDIA + unquote(mirrored[1])
    # An empty address, or a mark in the page, would be the page itself.
    if not address or address.startswith(("#", "data:", "blob:", "about:")):
        return None
    if (beside := _BESIDE.fullmatch(address)) is not None:
        return MEDIA + _COPIED.sub("~mv2", unquote(beside[1]))
    try:
        absolute = urljoin(base_url or "", address)
    except ValueError:  # half an IPv6 address
        return None
    if not absolute.startswith(("http://", "https://")):
        return None
    return without_rendition(absolute)


def without_rendition(address: str) -> str:
    """The original's address on the same host, given a rendition's; any other address as it is."""
    found = _RENDITION.fullmatch(address)
    return found[1] if found else address


# A run asks for the name of each picture when its post is kept, and some three times when it is fetched.
@lru_cache(maxsize=4096)
def picture_name(url: str) -> str:
    """The one name of the picture that *url* shows, in one spelling, whatever rendition of it."""
    return urls.spellings(original(url) or url)[0]


def renditions(source: str) -> Iterator[str]:
    """Every address of a rendition in a page, wherever it stands, each once."""
    yield from dict.fromkeys(unescape(found[0]) for found in _SHOWN.finditer(source))


def picture(node: Node, base_url: str | None = None) -> Image | None:
    """The picture that *node* is (wow-image, img, amp-img), or the first inside of it; None: there is none."""
    frame = node if node.tag in FRAMES else node.css_first(", ".join(FRAMES))
    if frame is None:
        return None
    shown = frame.css_first("img") if frame.tag == "wow-image" else frame
    attributes: dict[str, str | None] = {} if shown is None else shown.attributes
    data = _image_data(frame)
    named = (_media_id(frame.attributes.get("id")), *map(attributes.get, ("data-pin-media", "src", "data-src")))
    url = _first_original((data.get("uri"), *named), base_url)
    if url is None:
        return None
    size = data or _own_size(attributes)
    return Image(
        url=url,
        alt=(attributes.get("alt") or data.get("alt") or "").strip() or None,
        width=_pixels(size.get("width")),
        height=_pixels(size.get("height")),
    )


def _first_original(sources: Iterable[object], base_url: str | None) -> str | None:
    """The original of the first of *sources* that is an address of a picture; None: none is."""
    originals = (original(source, base_url) for source in sources if isinstance(source, str))
    return next(filter(None, originals), None)


def _own_size(attributes: Mapping[str, object]) -> Mapping[str, object]:
    """*attributes* where their size is that of the original; empty: it is that of a scaled copy."""
    if "/v1/" in str(attributes.get("src")):
        return {}
    return attributes


def _media_id(value: str | None) -> str | None:
    """*value* when it is a media id; component ids (``img_comp-…``) are none."""
    if value and _MEDIA_ID.match(value):
        return value
    return None


def _image_data(node: Node) -> dict[str, Any]:
    """``imageData`` of a wow-image: uri, width and height of the original; empty: it has none."""
    match parse_json(node.attributes.get("data-image-info") or "null"):
        case {"imageData": dict(data)}:
            return data
    return {}


def _pixels(value: object) -> int | None:
    """A size in whole pixels; None for percentages, auto and nonsense."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,5}", value, re.ASCII):
        value = int(value)
    if type(value) is int and 0 < value < 100_000:
        return value
    return None
