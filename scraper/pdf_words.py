"""What a PDF spells, as words that can be found.

A PDF places glyphs. What comes out of it has ligatures for letters ("oﬃce"), hyphens where a line ended, spaces between
the letters of a heading, and soft hyphens that nobody sees; a search finds none of these words.
"""

import re
import unicodedata

#: Between the pages of a text: no page holds one.
PAGE_BREAK = "\f"

_UNSEEN = re.compile("[\0\u00ad\u200b\u2060\ufeff\f]")
_HYPHENS = re.compile("[\u2010\u2011]")
_SPACED = re.compile(r"(?<!\S)(?:[^\W\d_] ){3,}[^\W\d_](?!\S)")
_BROKEN = re.compile(r"([^\W\d_]+)-[ \t\r]*\n[ \t]*([^\W\d_]+)")


def searchable(page: str) -> str:
    """The text of a page in compatibility form (Unicode NFKC), its words whole, its lines as they are.

    A word that a line's end broke is joined, unless the page also writes it with its hyphen ("long-term").
    """
    text = _HYPHENS.sub("-", unicodedata.normalize("NFKC", _UNSEEN.sub("", page)))
    text = _SPACED.sub(lambda found: found[0].replace(" ", ""), text)
    known = text.casefold()

    def joined(found: re.Match[str]) -> str:
        before, behind = found[1], found[2]
        if f"{before}-{behind}".casefold() in known or not _is_one_word(before, behind):
            return f"{before}-{behind}\n"
        return f"{before}{behind}\n"

    text = _BROKEN.sub(joined, text)
    return "\n".join(line.strip() for line in text.splitlines()).strip()


def _is_one_word(before: str, behind: str) -> bool:
    """Whether the parts look like those of a broken word: the second in small letters, or both in capitals alone."""
    in_capitals = len(before) > 1 and len(behind) > 1 and before.isupper() and behind.isupper()
    return in_capitals or behind[0].islower()
