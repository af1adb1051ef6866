"""Where the words of a search stand in a text, told without the index.

The index tells it too, with `highlight`; but it folds, cuts and stems the whole text for that, which for ten posts and
their files takes longer than finding them. In a text whose letters are Latin ones, the words that begin right are
found here as strings are found, and only those are compared, stem by stem. All other texts are left to the index.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from scraper.search.folding import fold, unfolded
from scraper.search.stems import stemmed
from scraper.search.tree import Term

Range = tuple[int, int]

#: A stem and its words may differ in so many of the stem's last letters: ``usabl`` and ``usability``. No ending that
#: Porter's rules exchange changes more of what they leave.
CHANGED = 1

#: Latin letters with signs on them → the bare letter; without İ and ǡ, of which the index thinks otherwise.
BARE = {
    number: base
    for number in (*range(0xC0, 0x130), *range(0x131, 0x1E0), *range(0x1E2, 0x250), *range(0x1E00, 0x1F00))
    if (base := unicodedata.normalize("NFD", chr(number))[0]).isascii()
}
#: Anything but ASCII, and signs that are neither letters nor digits nor stand on letters: of Latin-1 and general ones.
_OTHER = re.compile("[^\x00-\xa9«¬®¯°±´¶·¸»¿×÷\u2000-\u206f€™]")
_WORD = re.compile("[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class _Sought:
    """The words of one term."""

    #: The letters with which the first word begins in any form.
    begin: str
    #: As the index has them: whole, or their stems.
    words: tuple[str, ...]
    exact: bool
    #: The last word is a beginning.
    prefix: bool

    def end(self, text: str, at: int) -> int:
        """Where the words end that stand at *at*; 0: others stand there."""
        end = at
        for number, word in enumerate(self.words, 1):
            there = _WORD.search(text, end)
            if not (there and self._fits(there[0], word, last=number == len(self.words))):
                return 0
            end = there.end()
        return end

    def _fits(self, there: str, word: str, *, last: bool) -> bool:
        if last and self.prefix:
            return there.startswith(word)
        return (there if self.exact else stemmed(there)) == word


def spots(text: str, terms: Iterable[Term], most: int) -> list[Range] | None:
    """Where *terms* stand in *text*, at most *most* places of each, not in order; None: the index must be asked."""
    wanted = tuple(terms)
    plain = plainly(text)
    if plain is None or any(term.near is not None for term in wanted):
        return None
    found = (islice(_places(plain, each), most) for each in map(_sought, wanted) if each)
    return unfolded(text, chain.from_iterable(found))


def plainly(text: str) -> str | None:
    """*text* folded, in small letters without accents, place by place as `fold` has it; None: it has other letters."""
    plain = fold(text)
    if not plain.isascii():
        plain = plain.translate(BARE)
        if _OTHER.search(plain):
            return None
    return plain.lower()


def _places(text: str, sought: _Sought) -> Iterator[Range]:
    """Each place, those of a phrase that begin within another one, too: ``rights rights`` stands twice in three."""
    at = text.find(sought.begin)
    while at >= 0:
        begins = at == 0 or not text[at - 1].isalnum()
        end = sought.end(text, at) if begins else 0
        if end:
            yield at, end
        at = text.find(sought.begin, at + 1)


@lru_cache(maxsize=1000)
def _sought(term: Term) -> _Sought | None:
    """*term*, ready to be looked for; None: no plain text has it."""
    plain = plainly(term.text)
    words = _WORD.findall(plain) if plain else []
    if not words:
        return None
    if term.exact:
        return _Sought(words[0], tuple(words), exact=True, prefix=term.prefix)
    stems = tuple(map(stemmed, words))
    begin = stems[0][: max(1, len(stems[0]) - CHANGED)]
    return _Sought(begin, stems, exact=False, prefix=term.prefix)
