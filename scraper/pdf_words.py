"""What a PDF spells, as words that can be found.

A PDF places glyphs. What comes out of it has ligatures for letters ("oﬃce"), hyphens where a line ended, spaces between
the letters of a heading, and soft hyphens that nobody sees; a search finds none of these words.
"""

import re
import unicodedata
from collections.abc import Iterable

#: Between the pages of a text: no page holds one.
PAGE_BREAK = "\f"

_UNSEEN = re.compile("[\0\u00ad\u200b\u2060\ufeff\f]")
_HYPHENS = re.compile("[\u2010\u2011]")
_SPACED = re.compile(r"(?<!\S)(?:[^\W\d_] ){3,}[^\W\d_](?!\S)")
_SET_APART = re.compile(r"(?:^|(?<=  ))(?:[^\W\d_] )+[^\W\d_](?=  |$)")
_NO_LETTER = re.compile(r"[\W\d_]")
_LETTERS = re.compile(r"[^\W\d_]+")
_BROKEN = re.compile(r"([^\W\d_]+)-[ \t\r]*\n[ \t]*([^\W\d_]+)")


def searchable(page: str) -> str:
    """The text of a page in compatibility form (Unicode NFKC), its words whole, its lines as they are.

    A word that a line's end broke is joined, unless the page also writes it with its hyphen ("long-term").
    """
    text = _HYPHENS.sub("-", unicodedata.normalize("NFKC", _UNSEEN.sub("", page)))
    text = "\n".join(map(_closed, text.split("\n")))
    known = text.casefold()

    def joined(found: re.Match[str]) -> str:
        before, behind = found[1], found[2]
        if _is_broken(before, behind, known):
            return f"{before}{behind}\n"
        return f"{before}-{behind}\n"

    text = _BROKEN.sub(joined, text)
    return "\n".join(line.strip() for line in text.splitlines()).strip()


def _closed(line: str) -> str:
    """*line*, the letters of a heading side by side; those of its short words where two spaces set them apart."""
    if not _SPACED.search(line):
        return line
    for spaced in (_SET_APART, _SPACED):
        line = spaced.sub(lambda found: found[0].replace(" ", ""), line)
    return line


def whole_over_pages(pages: Iterable[str]) -> list[str]:
    """*pages*, as `searchable` gives them, with each word whole that the end of a page broke, on the page it begins on.

    Lines without a letter lie between its parts: the number of a page.
    """
    found: list[str] = []
    for page in pages:
        if found:
            found[-1], page = _joined_over(found[-1], page)
        found.append(page)
    return found


def _joined_over(page: str, following: str) -> tuple[str, str]:
    """A page and the one behind it, a word whole that the end of the first broke."""
    above, below = page.split("\n"), following.split("\n")
    last = next((at for at in reversed(range(len(above))) if _LETTERS.search(above[at])), None)
    first = next((at for at, line in enumerate(below) if _LETTERS.search(line)), None)
    if last is None or first is None or not above[last].endswith("-"):
        return page, following
    before, rest = _NO_LETTER.split(above[last][:-1])[-1], _LETTERS.match(below[first])
    if not (before and rest and _is_broken(before, rest[0], f"{page}\n{following}".casefold())):
        return page, following
    word, _, line = below[first].partition(" ")
    above[last], below[first] = above[last][:-1] + word, line
    return "\n".join(above), "\n".join(below).strip()


def _is_broken(before: str, behind: str, known: str) -> bool:
    """Whether a line's end broke one word into these; *known*: what stands there, in small letters."""
    return _is_one_word(before, behind) and f"{before}-{behind}".casefold() not in known


def _is_one_word(before: str, behind: str) -> bool:
    """Whether the parts look like those of a broken word: the second in small letters, or both in capitals alone."""
    in_capitals = len(before) > 1 and len(behind) > 1 and before.isupper() and behind.isupper()
    return in_capitals or behind[0].islower()
