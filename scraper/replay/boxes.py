"""Grey boxes in the place of pictures that are not shown. Pure."""

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

_PIXELS = re.compile(r"[1-9]\d{0,3}", re.ASCII)


def placeholder(width: str | None, height: str | None, lines: Sequence[str] = ()) -> str:
    """A grey box of that size (pixels; anything else: a small one), as a picture in an address of its own.

    *lines* are written in it, where there is room.
    """
    wide, high = (int(size) if size and _PIXELS.fullmatch(size) else 0 for size in (width, height))
    drawing = grey_box(wide or high * 3 // 2 or 240, high or wide * 2 // 3 or 160, lines)
    return "data:image/svg+xml," + quote(drawing, safe="=: /'")


#: Pixels that a line of a box takes down the box, and a letter along it; smaller boxes stay empty.
_LINE, _LETTER = 20, 7
_SMALLEST = 120


def grey_box(width: int, height: int, lines: Sequence[str] = ()) -> str:
    """An SVG drawing for a picture that is not shown, with *lines* in its middle; sizes in pixels."""
    said = [line for line in lines if line] if width >= _SMALLEST and height >= _LINE * (len(lines) + 1) else []
    top, most = height // 2 - _LINE * (len(said) - 1) // 2, (width - 2 * _LETTER) // _LETTER
    written = "".join(
        f'<text x="50%" y="{top + number * _LINE}">{escape(_cut(line, most))}</text>'
        for number, line in enumerate(said)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        '<rect x=".5" y=".5" width="100%" height="100%" fill="#eee" stroke="#999" stroke-dasharray="4"/>'
        f'<g font-family="sans-serif" font-size="13" fill="#555" text-anchor="middle">{written}</g></svg>'
    )


def _cut(line: str, most: int) -> str:
    """*line* in at most so many letters, without what XML cannot hold."""
    plain = "".join(letter for letter in line if letter.isprintable())
    if len(plain) <= most:
        return plain
    return plain[: most - 1] + "…"
