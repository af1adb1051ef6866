"""Small copies of pictures, made in a process of its own with little memory and time. Door to Pillow, an extra.

Run as ``python -m scraper.thumbnails``: a picture on standard input, its small copy on standard output. Whatever the
bytes do to the decoder happens there.
"""

import io
import subprocess
import sys
from importlib.util import find_spec

from scraper import pictures

#: Pixels along the longer side, and bytes, at most.
SIDE, MOST_BYTES = 360, 40_000
SECONDS, MEMORY_BYTES = 5, 768 * 1024 * 1024
#: Decoders of Pillow that are let near the bytes.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "AVIF")


def available() -> bool:
    """Whether small copies can be made here: Pillow is installed."""
    return find_spec("PIL") is not None


def small(body: bytes) -> bytes | None:
    """A copy of the picture *body* as a JPEG of at most `MOST_BYTES`; None: none could be made. Never raises."""
    if not available() or not pictures.may_be_shown(body) or pictures.type_of(body) == "image/svg+xml":
        return None
    command = [sys.executable, "-I", "-m", "scraper.thumbnails"]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=2 * SECONDS, check=False)  # noqa: S603
    except (subprocess.TimeoutExpired, OSError):
        return None
    is_made = done.returncode == 0 and len(done.stdout) <= MOST_BYTES and pictures.type_of(done.stdout) == "image/jpeg"
    if not is_made:
        return None
    return done.stdout


def _limit() -> None:
    """Let this process have no more than its share."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such limits; the time-out stays
        return
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _made(body: bytes) -> bytes:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = pictures.MOST_PIXELS
    with Image.open(io.BytesIO(body), formats=FORMATS) as opened:
        opened.draft("RGB", (SIDE, SIDE))
        turned = ImageOps.exif_transpose(opened)
        turned.thumbnail((SIDE, SIDE))
        flat = Image.new("RGB", turned.size, "white")
        clear = turned.convert("RGBA")
        flat.paste(clear, mask=clear.getchannel("A"))
    for quality in (82, 65, 45, 25):
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=quality, optimize=True)
        if len(out.getvalue()) <= MOST_BYTES:
            break
    return out.getvalue()


if __name__ == "__main__":
    _limit()
    sys.stdout.buffer.write(_made(sys.stdin.buffer.read()))
