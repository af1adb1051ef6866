"""Bytes as they came over the wire or from a file → text. Never raises: what cannot be read becomes U+FFFD."""

import codecs
import re
from collections.abc import Iterator

from scraper.remember import last_answers

#: Byte order marks, the longer ones first: UTF-32 begins like UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
#: `charset` and the XML declaration's `encoding`, as a parameter of Content-Type or inside the page.
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.ASCII | re.IGNORECASE)
_DECLARED = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
#: How far into a page a declaration is looked for; browsers stop after 1024 bytes, copiers write comments before it.
_PRESCAN = 8192
#: Heads with whole style sheets before the declaration were seen; only bytes that are no UTF-8 are looked at that far.
_FARTHEST = 1 << 20
#: Bytes from which UTF-16 without a mark is told.
_SAMPLE = 1024
#: What browsers read under these names (WHATWG Encoding, "Names and labels").
_AS_BROWSERS_DO = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
#: Python's codecs for texts that no page is written in: some fail at bytes, some make halves of characters.
_NO_CHARSETS = {"utf-7", "unicode-escape", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape", "punycode"}


@last_answers
def decode(body: bytes, content_type: str | None = None) -> str:
    """*body* as text, without a byte order mark and without NUL characters, which no text holds.

    In this order: the byte order mark; UTF-8, when the bytes are valid UTF-8 (no other text of some length is, whatever
    a server or a copier says of it); the charset of *content_type*; the one the page declares; Windows-1252. The
    last text is remembered: who asks a saved page for its address and who reads it decode it once.
    """
    text = _decoded(body, content_type)
    return text.replace("\0", "") if b"\0" in body else text


def _decoded(body: bytes, content_type: str | None) -> str:
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if wide := _wide(body):
        return body.decode(wide, "replace")
    known = _named(content_type) or _declared(body)
    if known is None or not known.startswith(("utf-16", "utf-32", "iso2022", "hz")):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return body.decode(known or _declared_late(body) or _guess(body), "replace")


def candidates(body: bytes, content_type: str | None = None) -> Iterator[str]:
    """Codecs that may turn *body* into text and back, the likeliest first; the last one reads any bytes."""
    yield from (name for mark, name in _MARKS if body.startswith(mark))
    yield from filter(None, (_wide(body), "utf-8", _named(content_type), _declared(body), _declared_late(body)))
    yield "latin-1"


def is_wide(body: bytes) -> bool:
    """Whether *body* is UTF-16 or UTF-32, whose zeros are parts of signs: by its mark, or by where they stand."""
    return body.startswith(_WIDE_MARKS) or _wide(body) is not None


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark, told by the zeros beside the signs of its markup and Latin text; None: it is not."""
    start = body[:_SAMPLE]
    if b"\0" not in start or len(start) < 8:
        return None
    zeros = (start[0::2].count(0), start[1::2].count(0))
    half = len(start) // 2
    for name, beside, letters in (("utf-16-le", zeros[1], zeros[0]), ("utf-16-be", zeros[0], zeros[1])):
        if beside * 10 >= half * 4 and letters * 20 <= half:
            return name
    return None


def _named(content_type: str | None) -> str | None:
    found = _PARAMETER.search(content_type or "")
    if not found:
        return None
    return _known(found[1])


def _declared(body: bytes) -> str | None:
    """The charset named inside the page; one that could not have been read to find it (UTF-16) is none."""
    start = body[:_PRESCAN]
    found = _XML.search(start) or _DECLARED.search(start)
    name = _known(found[1].decode("ascii", "replace")) if found else None
    if name is None or name.startswith(("utf-16", "utf-32")):
        return None
    return name


def _declared_late(body: bytes) -> str | None:
    """The charset named behind what browsers look at."""
    found = _DECLARED.search(body, _PRESCAN, _FARTHEST)
    if not found:
        return None
    return _known(found[1].decode("ascii", "replace"))


def _known(label: str) -> str | None:
    """The codec for *label*; None when Python has no such text codec, or one that no browser knows."""
    try:
        name = codecs.lookup(label).name
        b"\xff".decode(name, "replace")  # of no bytes at all even `base64` makes a text
    except (LookupError, ValueError):
        return None
    if name in _NO_CHARSETS:
        return None
    return _AS_BROWSERS_DO.get(name, name)


def _guess(body: bytes) -> str:
    """For bytes that are not valid UTF-8 and say nothing of themselves: mostly UTF-8 with damage, or Windows-1252."""
    damaged = body.decode("utf-8", "replace").count("\ufffd")
    letters = sum(1 for byte in body[:100_000] if byte >= 0x80)
    return "utf-8" if damaged * 4 < letters else "cp1252"
