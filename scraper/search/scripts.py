"""How else a word may be written in its script: what readers leave out, or type in another shape.

Greek with and without its accents, Arabic and Hebrew with and without the article, Korean with and without a particle,
Chinese in simplified and traditional characters, letters of full width. What the index folds (`folding`) needs no form
here.
"""

import re
import unicodedata
from collections.abc import Iterator

from scraper.search import han

#: ASCII → the same letters as wide as a Chinese one, and back.
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_NARROW = {wide: code for code, wide in _WIDE.items()} | {0x3000: 0x20}
#: The first and the last sign of full width that a word of the index can begin with.
WIDE = ("０", "ｚ")

_GREEK = re.compile("[\u0370-\u03ff]+")
_ACCENTED = str.maketrans("αεηιουω", "άέήίόύώ")
_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]+")
_HEBREW = re.compile("[\u05d0-\u05ea]+")
#: The article of Arabic and of Hebrew, as it is written together with a word and with smaller words before it.
_ARTICLES = {_ARABIC: ("ال", "وال", "بال", "فال", "كال", "لل"), _HEBREW: ("ה", "וה")}
#: Small words of Hebrew that take the place of its article: in, to, and.
_SMALL = {_ARABIC: (), _HEBREW: ("ב", "ל", "ו")}
#: What Korean puts behind a word, the longest first; no word is cut to less than two syllables.
_PARTICLES = (
    "에서",
    "에게",
    "으로",
    "까지",
    "부터",
    "보다",
    "처럼",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "와",
    "과",
    "도",
    "로",
    "만",
)
_KOREAN = re.compile(f"([가-힣]{{2,}}?)(?:{'|'.join(_PARTICLES)})")


def narrow(text: str) -> str:
    """*text* with letters of full width as those of ASCII."""
    if text.isascii():
        return text
    return text.translate(_NARROW)


def wide(text: str) -> str:
    """*text* with the letters of ASCII in full width."""
    return text.translate(_WIDE)


def accented(word: str) -> Iterator[str]:
    """A Greek *word*, in small letters, without its accent, and with one on each vowel; nothing for another word."""
    if not _GREEK.fullmatch(word):
        return
    bare = _without_accents(word)
    for at, letter in enumerate(bare):
        yield from _with_last_sigma(bare[:at] + letter.translate(_ACCENTED) + bare[at + 1 :])
    yield from _with_last_sigma(bare)


def _without_accents(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).replace("ς", "σ")


def _with_last_sigma(word: str) -> Iterator[str]:
    yield word
    if word.endswith("σ"):
        yield word[:-1] + "ς"


def with_articles(word: str) -> Iterator[str]:
    """*word* of Arabic or Hebrew with the article before it, and without; nothing for another word."""
    for script, articles in _ARTICLES.items():
        if script.fullmatch(word):
            for bare in dict.fromkeys((word, _without_article(word, articles))):
                yield from (before + bare for before in ("", *articles, *_SMALL[script]))


def _without_article(word: str, articles: tuple[str, ...]) -> str:
    """*word* without the longest of *articles* that it begins with, if as much as a word is left."""
    begun = [each for each in articles if word.startswith(each) and len(word) - len(each) > 2]
    if begun:
        return word[len(max(begun, key=len)) :]
    return word


def unspaced(text: str) -> tuple[str, ...]:
    """How else *text*, of a script without spaces, may be written, without *text* itself."""
    return tuple(form for form in dict.fromkeys((*han.forms(text), wide(text))) if form != text)


def without_particle(text: str) -> str:
    """A Korean word without the particle behind it; empty: it has none."""
    found = _KOREAN.fullmatch(text)
    if not found:
        return ""
    return found[1]
