"""Text as citations need it: on one line, without what no format can hold."""

import re
import unicodedata
from functools import lru_cache

#: Controls, line separators, lone surrogates.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


_ASCII_CONTROLS = bytes((*range(32), 127))


def line(text: str | None) -> str:
    """*text* on one line, without control characters; empty for None."""
    if not text:
        return ""
    # Nearly every value is one already, and this is asked for each value of an export.
    if _is_plain(text) and "  " not in text and text[0] != " " and text[-1] != " ":
        return text
    return " ".join(_CONTROLS.sub(" ", text).split())


def _is_plain(text: str) -> bool:
    """Whether nothing in *text* is a control character; of ASCII that is seen in a fifth of the time."""
    if not text.isascii():
        return text.isprintable()
    raw = text.encode()
    return len(raw.translate(None, _ASCII_CONTROLS)) == len(raw)


#: For values that stand in many records of an export: names of sites, tags, languages.
line_kept = lru_cache(maxsize=4096)(line)


@lru_cache(maxsize=16384)
def ascii_letters(text: str) -> str:
    """The letters and digits of *text* that ASCII has, accents taken off, in lower case."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())
