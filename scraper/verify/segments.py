"""Where an FTS5 index looks for its words, held against where they are.

An index keeps its words in segments of pages; the table `…_idx` says at which page to look for a word. FTS5's own
`integrity-check` reads the pages from first to last and never looks a word up, so a row of that table that is missing,
moved or invented hides hits from it (the forms: https://www.sqlite.org/fts5.html, "FTS5 Data Structures", and the
comment at the head of SQLite's fts5_index.c).
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

#: The row of `…_data` that names the segments.
STRUCTURE = 10
_COOKIE = 4
#: So begins, after its cookie, what only an index without contents has: this program makes none.
_WITHOUT_CONTENTS = b"\xff\x00\x00\x01"
#: In the number of a page's row, the segment's number stands above this many bits.
ABOVE = 37

_PAGES = "SELECT id & 0x7fffffff, block FROM {name}_data WHERE id BETWEEN ? AND ? ORDER BY id"
_LOOKED_UP = "SELECT term, pgno >> 1 FROM {name}_idx WHERE segid = ? AND term > ? AND term <= ?"
_BEYOND = "SELECT EXISTS (SELECT 1 FROM {name}_idx WHERE segid = ? AND term > ?)"
_STRAY = """
SELECT EXISTS (SELECT 1 FROM {name}_idx WHERE typeof(term) <> 'blob' OR segid NOT IN (SELECT value FROM json_each(?)))
"""


@dataclass(frozen=True, slots=True)
class IndexSegment:
    """Its number, and the numbers of its first and last page; both 0 when all its pages are merged away."""

    number: int
    first: int
    last: int


def leads_astray(db: sqlite3.Connection, name: str) -> bool:
    """Whether the index *name*, whose pages FTS5 found sound, would look for a word where it is not.

    Memory: a page at a time. Time: that of reading the words once, whatever the length of the texts.
    """
    try:
        segments = of_index(db, name)
        numbers = json.dumps([segment.number for segment in segments])
        (stray,) = db.execute(_STRAY.format(name=name), (numbers,)).fetchone()
        return bool(stray) or any(_misses(db, name, segment) for segment in segments if segment.first)
    except (IndexError, ValueError):
        return True


def _misses(db: sqlite3.Connection, name: str, segment: IndexSegment) -> bool:
    before: bytes | int = 0  # SQLite sorts any word after a number
    base = segment.number << ABOVE
    for number, page in db.execute(_PAGES.format(name=name), (base + segment.first, base + segment.last)):
        words = list(words_of(page))
        if not words:
            continue
        found = db.execute(_LOOKED_UP.format(name=name), (segment.number, before, words[-1])).fetchall()
        if not _leads_to(found, number, words[0], at_first=number == segment.first):
            return True
        before = words[-1]
    (beyond,) = db.execute(_BEYOND.format(name=name), (segment.number, before)).fetchone()
    return bool(beyond)


def _leads_to(found: list[tuple[bytes, int]], number: int, word: bytes, *, at_first: bool) -> bool:
    """Whether *found*, all between the page before and the end of this one, lead to page *number*, which begins with
    *word*. To its first page a segment comes without being told, and by what is left of pages merged away.
    """
    if at_first:
        return all(page <= number for _, page in found)
    return [page for term, page in found if term <= word] == [number] and len(found) == 1


def of_index(db: sqlite3.Connection, name: str) -> list[IndexSegment]:
    """The segments of the index *name*. Raises what `segments_of` does."""
    (structure,) = db.execute(f"SELECT block FROM {name}_data WHERE id = ?", (STRUCTURE,)).fetchone()
    return list(segments_of(structure))


def segments_of(structure: bytes) -> Iterator[IndexSegment]:
    """The segments that the structure record names. Raises ValueError for a form that this program never makes, and
    IndexError for one that is cut short.
    """
    if structure[_COOKIE:].startswith(_WITHOUT_CONTENTS):
        raise ValueError("an index without contents")
    levels, at = _varint(structure, _COOKIE)
    for _ in range(2):  # how many segments there are, and how many pages were ever written
        _, at = _varint(structure, at)
    for _ in range(levels):
        _, at = _varint(structure, at)  # how many of them are being merged
        count, at = _varint(structure, at)
        for _ in range(count):
            number, at = _varint(structure, at)
            first, at = _varint(structure, at)
            last, at = _varint(structure, at)
            yield IndexSegment(number, first, last)


def words_of(page: bytes) -> Iterator[bytes]:
    """The words that begin on a page, each with the digit of its index before it.

    Raises IndexError for a page cut short.
    """
    at = int.from_bytes(page[2:4])
    place, word = 0, None
    while at < len(page):
        step, at = _varint(page, at)
        place += step
        kept, begins = (0, place) if word is None else _varint(page, place)
        length, begins = _varint(page, begins)
        word = (word or b"")[:kept] + page[begins : begins + length]
        yield word


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """SQLite's number of variable length at *at*, and where it ends (https://www.sqlite.org/fileformat2.html)."""
    value = 0
    for place in range(at, at + 8):
        value = value << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return value, place + 1
    return value << 8 | data[at + 8], at + 9
