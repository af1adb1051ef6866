"""How else a word may be written in its script: what readers leave out, or type in another shape.

Arabic and Hebrew with and without the article, Korean with and without a particle, Chinese in simplified and
traditional characters, kana of half width, letters of full width, figures of other scripts. What the index folds
(`folding`) needs no form here.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scraper.search import han


@dataclass(frozen=True, slots=True)
class Style:
    """Characters that stand for plain ones, and are other letters to the index."""

    #: The first and the last sign that a word of the index can begin with, if it has any.
    span: tuple[str, str]
    #: Plain character → the same in this style.
    table: Mapping[int, int]

    def of(self, text: str) -> str:
        """*text* in this style."""
        return text.translate(self.table)


def _figures(zero: str) -> Style:
    """The figures that begin with *zero*."""
    return Style((zero, chr(ord(zero) + 9)), {ord("0") + figure: ord(zero) + figure for figure in range(10)})


#: Full width, the figures of Arabic, Persian, Hindi and Bengali, the capitals of Georgian.
STYLES = (
    Style(("０", "ｚ"), {code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
    *map(_figures, "٠۰०০"),
    Style(("Ა", "Ჿ"), {code: code + 0x1C90 - 0x10D0 for code in range(0x10D0, 0x10FB)}),
)
_WIDE = STYLES[0]
_PLAIN = {there: plain for style in STYLES for plain, there in style.table.items()} | {0x3000: 0x20}

#: Roman figures that are one character each: as letters → as that, in small ones.
_ROMAN = {unicodedata.normalize("NFKC", figure): figure for figure in map(chr, range(0x2170, 0x2180))}

#: Kana of half width, and the signs that follow them.
_COMPOSED = re.compile("[ｦ-ﾟⅠ-ⅿ]+")
_HALVED = {ord(unicodedata.normalize("NFKC", half)): half for half in map(chr, range(0xFF66, 0xFFA0))}
#: The vowel am of Thai and of Lao, in two characters around the sign of a tone, and in one behind it.
_AM = {"ำ": "ํา", "ຳ": "ໍາ"}
_SPLIT_AM = {whole: re.compile(f"{parts[0]}([่-๋່-໋]?){parts[1]}|([่-๋່-໋]){parts}") for whole, parts in _AM.items()}
_WHOLE_AM = re.compile("([่-๋່-໋]?)([ำຳ])")

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


def plain(text: str) -> str:
    """*text* as most people write it: letters and figures of ASCII, kana of full width, the vowel am in one."""
    if text.isascii():
        return text
    text = _COMPOSED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text.translate(_PLAIN))
    for whole, split in _SPLIT_AM.items():
        text = split.sub(rf"\1\2{whole}", text)
    return text


def roman(word: str) -> tuple[str, ...]:
    """The one character that *word*, in small letters, may be written as; empty: it is no Roman figure up to twelve."""
    return tuple(filter(None, (_ROMAN.get(word),)))


def halved(text: str) -> str:
    """*text* with its katakana in half width."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_HALVED))


def _with_split_am(text: str) -> Iterator[str]:
    """*text* with the vowel am in two characters, the sign of a tone between them or before."""
    yield _WHOLE_AM.sub(lambda found: _AM[found[2]][0] + found[1] + _AM[found[2]][1], text)
    yield _WHOLE_AM.sub(lambda found: found[1] + _AM[found[2]], text)


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
    forms = dict.fromkeys((*han.forms(text), _WIDE.of(text), halved(text), *_with_split_am(text)))
    return tuple(form for form in forms if form != text)


def without_particle(text: str) -> str:
    """A Korean word without the particle behind it; empty: it has none."""
    found = _KOREAN.fullmatch(text)
    if not found:
        return ""
    return found[1]
