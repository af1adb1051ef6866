"""Pictures by their own bytes."""

import random
import struct

import pytest

from scraper import pictures

PNG = (
    b"\x89PNG\r\n\x1a\n"
    + struct.pack(">I", 13)
    + b"IHDR"
    + struct.pack(">II", 800, 600)
    + b"\x08\x02\0\0\0"
    + b"\0" * 20
)
GIF = b"GIF89a" + struct.pack("<HH", 3, 4) + b"\0" * 10
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 9, 16) + b"\x01\x01\x11\0\xff\xd9"
WEBP = b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")
BMP = b"BM" + b"\x46\0\0\0" + b"\0" * 12 + struct.pack("<ii", 7, -5) + b"\0" * 20
SVG = b'<?xml version="1.0"?>\n<!-- x --><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
ALL = (PNG, GIF, JPEG, WEBP, BMP, SVG)


@pytest.mark.parametrize(
    ("body", "kind", "size"),
    [
        (PNG, "image/png", (800, 600)),
        (GIF, "image/gif", (3, 4)),
        (JPEG, "image/jpeg", (16, 9)),
        (WEBP, "image/webp", (100, 50)),
        (BMP, "image/bmp", (7, 5)),
        (SVG, "image/svg+xml", None),
        (b"\0\0\0\x1cftypavif", "image/avif", None),
        (b"\0\0\0\x1cftypheic", "image/heic", None),
        (b"\0\0\0\x1cftypisom", None, None),
        (b"\0\0\1\0\1\0" + b"\0" * 20, "image/x-icon", None),
        (b"\0\0\1\0\0\0" + b"\0" * 20, None, None),
        (b"<html><svg>", None, None),
        (b"GIF8<script>", None, None),
        (b"%PDF-1.4", None, None),
        (b"", None, None),
    ],
)
def test_what_a_picture_is_its_first_bytes_say(body: bytes, kind: str | None, size: tuple[int, int] | None) -> None:
    found = pictures.size_of(body)
    assert (pictures.type_of(body), found and (found.width, found.height)) == (kind, size)


@pytest.mark.parametrize("body", [PNG, GIF, JPEG, WEBP, BMP, SVG])
def test_pixels_and_plain_drawings_may_be_shown(body: bytes) -> None:
    assert pictures.may_be_shown(body)


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>1</script>",
        b"<x:script/>",
        b'<g onload="1"/>',
        b"<foreignObject/>",
        b'<image href="http://e/x"/>',
        b'<a href="javascript:1">x</a>',
        b'<a xlink:href="http://e">x</a>',
        b"<set/>",
        b"<animate/>",
        b"<style>@import 'x'</style>",
        b'<rect fill="url(http://e/x)"/>',
        b"<g\nonclick='1'/>",
        b"<a href='jav&#x61;script:1'/>",
        b"<style>a{b:\\75rl(x)}</style>",
        b"<![CDATA[<script>]]>",
        b'<use href="http://e#x"/>',
        b"<g a='b'onload='1'/>",
        b"<g xmlns='http://www.w3.org/1999/xhtml'><img src='http://e/x'/></g>",
        b"<m:math xmlns:m='http://www.w3.org/1998/Math/MathML'/>",
    ],
)
def test_a_drawing_that_does_more_than_draw_may_not_be_shown(inside: bytes) -> None:
    assert not pictures.may_be_shown(b"<svg>" + inside + b"</svg>")
    assert not pictures.may_be_shown(b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>')


def test_a_picture_too_large_to_open_may_not_be_shown() -> None:
    assert not pictures.may_be_shown(PNG[:16] + struct.pack(">II", 50_000, 50_000) + PNG[24:])
    assert not pictures.may_be_shown(b"II*\0" + b"\0" * 20) and not pictures.may_be_shown(b"<html>")


def test_ten_thousand_mutated_pictures_are_looked_at_without_a_failure() -> None:
    dice = random.Random(12)
    for _ in range(10_000):
        body = bytearray(dice.choice(ALL) + bytes(dice.randrange(256) for _ in range(dice.randrange(8))))
        for _ in range(dice.randrange(1, 6)):
            body[dice.randrange(len(body))] = dice.randrange(256)
        cut = bytes(body[: dice.randrange(1, len(body) + 1)])
        pictures.type_of(cut), pictures.size_of(cut), pictures.may_be_shown(cut)
