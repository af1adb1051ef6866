"""The pictures of the pretend blog: drawn here, the same for the same name, and one drawing that means harm."""

import hashlib
import struct
import zlib
from functools import lru_cache

#: A drawing with a script and a handler in it, as anyone could upload one.
HOSTILE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200" onload="document.title=\'ran\'">'
    '<script>document.title="ran"</script><rect width="300" height="200" fill="#27566b"/>'
    '<text x="20" y="110" fill="#fff">A harbour map</text></svg>'
)
#: Pixels along a side at most: the addresses name larger originals, which nobody needs to download here.
_LARGEST = 480
_RENDERED_AT = 160


def picture(name: str) -> tuple[bytes, str]:
    """Bytes and media type of the picture of that name (a media id, with a rendition's path behind it or not)."""
    original, _, rendition = name.partition("/v1/")
    if original.endswith(".svg"):
        return HOSTILE.encode(), "image/svg+xml"
    side = _RENDERED_AT if rendition else _LARGEST
    return _png(original, side, side * 2 // 3), "image/png"


@lru_cache(maxsize=32)
def _png(name: str, width: int, height: int) -> bytes:
    """Sky, land and a sun, in colours that come from *name*."""
    dice = hashlib.sha256(name.encode()).digest()
    sky, land, sun = dice[0:3], dice[3:6], bytes((255, 220, 90 + dice[6] % 120))
    horizon, centre = height // 2 + dice[7] % (height // 4), (dice[8] * width // 256, height // 4)
    lines = []
    for y in range(height):
        line = bytearray()
        for x in range(width):
            near = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < (height // 8) ** 2
            line += sun if near else (sky if y < horizon + (x * dice[9] // 1024) % 40 else land)
        lines.append(b"\0" + bytes(line))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
