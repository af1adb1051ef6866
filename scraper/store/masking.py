"""Finds runs of eight words of a withdrawn text wherever they stand, and takes them out. Pure.

A run is known by a short digest, so that an archive can go on to mask what later pages repeat without keeping a word.
Words are compared without case and punctuation; they are looked for in three views of a page: with its tags as spaces,
with its tags as nothing, and with tags as text (attributes, embedded data); entities, JSON's escapes and the percent
signs of addresses are read. Words that only hyphens, slashes and dots join are an address, not text: addresses stay.
"""

import hashlib
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from scraper import charset

#: Words in a row that tell a text from others.
RUN = 8
#: Bytes of a run's digest: two texts of ten thousand words share one by chance once in a million.
DIGEST_BYTES = 6
#: Stands where words were.
MARK = "[withdrawn]"
#: Views change each other: what stays after so many rounds is not masked but left out whole.
_ROUNDS = 3

#: A word, accents written as signs of their own included.
_WORD = re.compile(r"[\w\u0300-\u036f]+")
#: What joins the words of an address.
_JOINTS = frozenset("-/.")
#: Signs that are not seen, within words or between them.
_UNSEEN = dict.fromkeys(map(ord, "\0\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_REST = (
    r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});|\\+u[0-9a-fA-F]{4}|\\+[nrtbf\"/']"
    r"|(?:%[0-9a-fA-F]{2})+|[\0\u00ad\u200b\u200c\u200d\u2060\ufeff]|[\w\u0300-\u036f]+"
)
#: First signs of pieces that are to be read; all others are words.
_TOLD = frozenset("<&\\%\0\u00ad\u200b\u200c\u200d\u2060\ufeff")
_PIECE = {True: re.compile(r"<[^<>]*>" + _REST), False: re.compile(_REST.removeprefix("|"))}


@dataclass(frozen=True, slots=True)
class _View:
    """A page's text as read: *text*, where each piece of it begins, and where that stands in the page."""

    text: str
    starts: list[int]
    places: list[tuple[int, int]]


def runs(text: str | None) -> frozenset[bytes]:
    """Digests of all runs of eight words in *text*."""
    seen = (text or "").translate(_UNSEEN)
    return frozenset(digest for _, digest in _digests(seen, _spans(seen)))


def _spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _WORD.finditer(text)]


def _digests(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    """(number of its first word, digest) of each run in *text*, whose words stand at *spans*; none of an address."""
    read = [unicodedata.normalize("NFKC", text[start:stop]).casefold() for start, stop in spans]
    apart = 0  # the last word that begins anew, not joined to the one before as in an address
    for at in range(1, len(spans)):
        if text[spans[at - 1][1] : spans[at][0]] not in _JOINTS:
            apart = at
        first = at - RUN + 1
        if first >= 0 and apart > first:
            words = " ".join(read[first : at + 1])
            yield first, hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()


def packed(digests: Iterable[bytes]) -> str:
    """Digests of runs as they are kept: hex, sorted."""
    return b"".join(sorted(digests)).hex()


def unpacked(kept: str) -> frozenset[bytes]:
    """What `packed` made a text of."""
    raw = bytes.fromhex(kept)
    return frozenset(raw[at : at + DIGEST_BYTES] for at in range(0, len(raw), DIGEST_BYTES))


def holds(data: bytes, wanted: frozenset[bytes], media_type: str | None = None) -> bool:
    """Whether one of the runs stands in *data*, a page in any encoding; *media_type*: as its server named it."""
    text, _ = _decoded(data, media_type)
    return bool(wanted) and any(_found(view, wanted) for view in _views(text))


def masked(data: bytes, wanted: frozenset[bytes], media_type: str | None = None) -> bytes | None:
    """*data* without the runs; the same object where none stands in it, None where they cannot be taken out."""
    if not wanted:
        return data
    text, encoding = _decoded(data, media_type)
    before = text
    for _ in range(_ROUNDS):
        spots = {spot for view in _views(text) for spot in _found(view, wanted)}
        if not spots:
            if text is before:
                return data
            return text.encode(encoding)
        text = _without(text, spots)
    return None


def masked_text(text: str, wanted: frozenset[bytes]) -> str:
    """*text*, a note, without the runs: whole where none stands in it."""
    return MARK if runs(text) & wanted else text


def _decoded(data: bytes, media_type: str | None) -> tuple[str, str]:
    """Text and the encoding that gives the same bytes again."""
    for encoding in charset.candidates(data, media_type):
        try:
            text = data.decode(encoding)
            if text.encode(encoding) == data:
                return text, encoding
        except UnicodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _views(text: str) -> Iterator[_View]:
    for tags, joint in ((True, " "), (True, ""), (False, " ")):
        yield _view(text, _PIECE[tags], joint)


def _view(text: str, piece: re.Pattern[str], joint: str) -> _View:
    parts: list[str] = []
    starts: list[int] = []
    places: list[tuple[int, int]] = []
    length = end = 0
    for found in piece.finditer(text):
        raw = found[0]
        between = text[end : found.start()]
        gap = between if between in _JOINTS else " " if between else ""
        part = gap + (raw if raw[0] not in _TOLD else _read(raw, joint))
        parts.append(part)
        starts.append(length)
        places.append((found.start(), found.end()))
        length, end = length + len(part), found.end()
    return _View("".join(parts), starts, places)


def _read(raw: str, joint: str) -> str:
    """What a tag, an entity, an escape or an unseen sign is to a reader."""
    match raw[0]:
        case "<":
            return joint
        case "&":
            return html.unescape(raw).translate(_UNSEEN)
        case "%":
            return unquote(raw, errors="replace").translate(_UNSEEN)
        case "\\":
            escaped = raw.lstrip("\\")
            whole = escaped[0] == "u" and len(escaped) == 5
            if whole:
                return chr(int(escaped[1:], 16)).translate(_UNSEEN)
            return " "
        case _:
            return ""


def _found(view: _View, wanted: frozenset[bytes]) -> set[tuple[int, int]]:
    """Where in the page the words of runs stand."""
    spans = _spans(view.text)
    flagged: set[int] = set()
    for at, digest in _digests(view.text, spans):
        if digest in wanted:
            flagged.update(range(at, at + RUN))
    spots: set[tuple[int, int]] = set()
    for number in flagged:
        start, stop = spans[number]
        first, last = bisect_right(view.starts, start) - 1, bisect_right(view.starts, stop - 1) - 1
        spots.update(place for place in view.places[first : last + 1] if place[1] > place[0])
    return spots


def _without(text: str, spots: set[tuple[int, int]]) -> str:
    """*text* with the mark for the first of words that stand in a row, and nothing for the others."""
    parts: list[str] = []
    end, marked = 0, -1
    for start, stop in sorted(spots):
        if start < end or text[start] == "<":
            continue
        between = text[end:start]
        parts.append(between)
        parts.append("" if marked == end and not _WORD.search(re.sub(r"<[^<>]*>", "", between)) else MARK)
        end = marked = stop
    return "".join(parts) + text[end:]
