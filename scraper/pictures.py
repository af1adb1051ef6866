"""Pictures by their own bytes: of which type, how large, and whether a browser may be shown them. Pure.

What a server calls a picture says nothing here: only what the first bytes are decides.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from scraper import magic

#: Pixels along one side, and in all, beyond which no program of ours opens a picture.
MOST_PIXELS_ALONG, MOST_PIXELS = 30_000, 100_000_000

_SVG_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,500}\?>\s*|<!--(?:(?!-->).){0,5000}-->\s*"
    rb"|<!DOCTYPE\s+svg[^>\[]{0,500}>\s*)*<(?:svg:)?svg[\s>]",
    re.DOTALL | re.IGNORECASE,
)
#: What makes a drawing more than one: scripts, handlers, frames, HTML, entities, and addresses of anything outside.
_SVG_ACTIVE = re.compile(
    rb"<\s*(?:[\w.-]+:)?(?:script|foreignObject|iframe|embed|object|handler|listener|set|animate\w*|use|image|feImage)\b"
    rb"|1999/xhtml|1998/Math|<!ENTITY|<!\[CDATA|<\?xml-stylesheet|@import|[\s\"'/]on[a-z]+\s*="
    rb"|javascript:|href\s*=\s*[\"']?\s*(?!#)[^\s#\"']"
    rb"|url\(\s*[\"']?\s*(?!#)[^\s#\"']|&#|\\",
    re.IGNORECASE,
)
#: Types that every browser shows, and that hold nothing but pixels.
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp", "image/x-icon"})
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif",
           "image/bmp": "bmp", "image/x-icon": "ico", "image/svg+xml": "svg", "image/tiff": "tif",
           "image/heic": "heic", "image/heif": "heif"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels."""

    width: int
    height: int


def type_of(body: bytes) -> str | None:
    """Media type of the picture that *body* is; None: it is no picture of a kind known here."""
    found = magic.media_type(body)
    if found is None:
        if not _SVG_START.match(body[:20_000]):
            return None
        return "image/svg+xml"
    if not found.startswith("image/"):
        return None
    return found


def may_be_shown(body: bytes) -> bool:
    """Whether a browser may be given *body* as a picture: pixels, or a drawing that is nothing but one."""
    found = type_of(body)
    if found == "image/svg+xml":
        return _SVG_ACTIVE.search(body) is None and b"\0" not in body
    size = size_of(body)
    bomb = size is not None and (
        max(size.width, size.height) > MOST_PIXELS_ALONG or size.width * size.height > MOST_PIXELS
    )
    return found in SHOWN and not bomb


def size_of(body: bytes) -> Size | None:
    """Width and height as the picture's own head says; None: it does not, or not where it should. Never raises."""
    read = _SIZES.get(type_of(body) or "", _unsaid)
    try:
        size = read(body)
    except (struct.error, IndexError):
        return None
    if size and min(size.width, size.height) > 0:
        return size
    return None


def _unsaid(_: bytes) -> None:
    """Of pictures that have no size of their own, or none that is read here."""


def _png(body: bytes) -> Size:
    return Size(*struct.unpack(">II", body[16:24]))


def _gif(body: bytes) -> Size:
    return Size(*struct.unpack("<HH", body[6:10]))


def _bmp(body: bytes) -> Size:
    width, height = struct.unpack("<ii", body[18:26])
    return Size(abs(width), abs(height))


def _webp(body: bytes) -> Size | None:
    match body[12:16]:
        case b"VP8X":
            return Size(1 + int.from_bytes(body[24:27], "little"), 1 + int.from_bytes(body[27:30], "little"))
        case b"VP8L":
            bits = int.from_bytes(body[21:25], "little")
            return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        case b"VP8 ":
            width, height = struct.unpack("<HH", body[26:30])
            return Size(width & 0x3FFF, height & 0x3FFF)
    return None


def _jpeg(body: bytes) -> Size | None:
    """The first frame's head; segments are jumped over, as many as a picture can have."""
    at = 2
    for _ in range(5000):
        if body[at] != 0xFF:
            return None
        kind = body[at + 1]
        if kind in _FRAMES:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return Size(width, height)
        match kind:
            case 0xFF:
                at += 1
            case 0xD9 | 0xDA:
                return None
            case 0x01 | 0xD0 | 0xD1 | 0xD2 | 0xD3 | 0xD4 | 0xD5 | 0xD6 | 0xD7 | 0xD8:
                at += 2
            case _:
                at += 2 + int.from_bytes(body[at + 2 : at + 4], "big")
    return None


#: Marks of a frame's head in a JPEG: all of their row but tables, an extension and conditions (T.81, table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


_SIZES: dict[str, Callable[[bytes], Size | None]] = {
    "image/png": _png, "image/gif": _gif, "image/bmp": _bmp, "image/webp": _webp, "image/jpeg": _jpeg,
}  # fmt: skip
