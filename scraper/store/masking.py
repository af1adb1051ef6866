"""Finds runs of eight words of a withdrawn text wherever they stand, and takes them out. Pure.

A run is known by a short digest, so that an archive can go on to mask what later pages repeat without keeping a word.
Words are compared without case and punctuation; they are looked for in three views of a page: with its tags as spaces,
with its tags as nothing, and with tags as text (attributes, embedded data); entities and JSON's escapes are read.
"""

import hashlib
import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Words in a row that tell a text from others.
RUN = 8
#: Bytes of a run's digest: two texts of ten thousand words share one by chance once in a million.
DIGEST_BYTES = 6
#: Stands where words were.
MARK = "[withdrawn]"
#: Views change each other: what stays after so many rounds is not masked but left out whole.
_ROUNDS = 3

_WORD = re.compile(r"\w+")
_REST = r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});|\\+u[0-9a-fA-F]{4}|\\+[nrtbf\"/']|\w+"
_PIECE = {True: re.compile(r"<[^<>]*>" + _REST), False: re.compile(_REST.removeprefix("|"))}


@dataclass(frozen=True, slots=True)
class _View:
    """A page's text as read: *text*, where each piece of it begins, and where that stands in the page."""

    text: str
    starts: list[int]
    places: list[tuple[int, int]]


def words(text: str) -> list[str]:
    """The words of *text*, in order, as they are compared."""
    return [word.casefold() for word in _WORD.findall(text)]


def runs(text: str | None) -> frozenset[bytes]:
    """Digests of all runs of eight words in *text*."""
    return frozenset(_digests(words(text or "")))


def _digests(found: list[str]) -> Iterator[bytes]:
    for at in range(len(found) - RUN + 1):
        yield hashlib.blake2b(" ".join(found[at : at + RUN]).encode(), digest_size=DIGEST_BYTES).digest()


def packed(digests: Iterable[bytes]) -> str:
    """Digests of runs as they are kept: hex, sorted."""
    return b"".join(sorted(digests)).hex()


def unpacked(kept: str) -> frozenset[bytes]:
    """What `packed` made a text of."""
    raw = bytes.fromhex(kept)
    return frozenset(raw[at : at + DIGEST_BYTES] for at in range(0, len(raw), DIGEST_BYTES))


def holds(data: bytes, wanted: frozenset[bytes]) -> bool:
    """Whether one of the runs stands in *data*, a page in any encoding."""
    text, _ = _decoded(data)
    return bool(wanted) and any(_found(view, wanted) for view in _views(text))


def masked(data: bytes, wanted: frozenset[bytes]) -> bytes | None:
    """*data* without the runs; the same object where none stands in it, None where they cannot be taken out."""
    if not wanted:
        return data
    text, encoding = _decoded(data)
    before = text
    for _ in range(_ROUNDS):
        spots = {spot for view in _views(text) for spot in _found(view, wanted)}
        if not spots:
            return data if text is before else text.encode(encoding, "surrogateescape")
        text = _without(text, spots)
    return None


def _decoded(data: bytes) -> tuple[str, str]:
    """Text and the encoding that gives the same bytes again."""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
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
        gap = " " if found.start() > end else ""
        part = gap + (raw if raw[0] not in "<&\\" else _read(raw, joint))
        parts.append(part)
        starts.append(length)
        places.append((found.start(), found.end()))
        length, end = length + len(part), found.end()
    return _View("".join(parts), starts, places)


def _read(raw: str, joint: str) -> str:
    """What a tag, an entity or an escape is to a reader."""
    if raw[0] == "<":
        return joint
    if raw[0] == "&":
        return html.unescape(raw)
    escaped = raw.lstrip("\\")
    return chr(int(escaped[1:], 16)) if escaped[0] == "u" and len(escaped) == 5 else " "


def _found(view: _View, wanted: frozenset[bytes]) -> set[tuple[int, int]]:
    """Where in the page the words of runs stand."""
    spans = [match.span() for match in _WORD.finditer(view.text)]
    read = [view.text[start:stop].casefold() for start, stop in spans]
    flagged: set[int] = set()
    for at, digest in enumerate(_digests(read)):
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
