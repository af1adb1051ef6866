"""The language of a text, told offline. Door to cld3-py, whose import is ``gcld3``.

Chosen among the detectors that come from pip with their model inside: 0.7 MB, wheels for every platform, 2 ms to
import, 0.1 ms for a post. It guesses about short texts and about numbers with confidence, so these are not asked about.
"""

import re
from functools import lru_cache
from typing import Any

#: Letters below which nothing can be told: a title of a few words fits several languages.
FEWEST_LETTERS = 40
#: Of scripts in which a letter is a syllable or a word.
FEWEST_SIGNS = 12
#: What the detector reads of a text, in bytes, taken from several places of it.
_READ = 2000

#: Signs of a text that are looked at.
_LOOKED_AT = 10_000

_NOISE = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|[\d_]+")
_OLD_CODES = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv"}


@lru_cache(maxsize=1)
def _detector() -> Any:
    import gcld3  # a C extension: loaded when the first text is asked about

    return gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=_READ)


def detect(text: str) -> str | None:
    """The language of *text* as a BCP 47 tag (``en``, ``pt``, ``zh``); None: too short, or not told with certainty."""
    told = (word for word in text[:_LOOKED_AT].split() if "@" not in word)
    words = " ".join(_NOISE.sub(" ", " ".join(told)).split())
    letters = sum(map(str.isalpha, words[:1000]))
    if letters < (FEWEST_SIGNS if any("\u3040" <= sign <= "\ud7a3" for sign in words[:200]) else FEWEST_LETTERS):
        return None
    found = _detector().FindLanguage(words.encode("utf-8", "replace").decode("utf-8"))
    if not found.is_reliable:
        return None
    tag = str(found.language)
    return _OLD_CODES.get(tag, tag)
