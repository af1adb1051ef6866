"""Text as citations need it: on one line, without what no format can hold."""

import re
import unicodedata
from collections.abc import Sequence
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


def lines(texts: Sequence[str | None]) -> Sequence[str]:
    """Each of *texts* as `line` has it. Nearly all are plain, and together that is seen in a third of the time."""
    found = [text or "" for text in texts]
    # A blank at an end of one of them stands beside the one that joins it to the next.
    together = f" {' '.join(filter(None, found))} "
    if _is_plain(together) and "  " not in together:
        return found
    return [line(text) for text in found]


def _is_plain(text: str) -> bool:
    """Whether nothing in *text* is a control character; of ASCII that is seen in a fifth of the time."""
    if not text.isascii():
        return text.isprintable()
    return not holds_any(text, _ASCII_CONTROLS)


def holds_any(text: str, signs: bytes) -> bool:
    """Whether one of the ASCII characters *signs* stands in *text*.

    Bytes are looked through in a tenth of the time that a set of characters or an expression takes.
    """
    raw = text.encode("utf-8", "replace")
    return len(raw.translate(None, signs)) < len(raw)


#: For values that stand in many records of an export: names of sites, tags, languages.
line_kept = lru_cache(maxsize=4096)(line)


@lru_cache(maxsize=16384)
def ascii_letters(text: str) -> str:
    """The letters and digits of *text* that ASCII has, accents taken off, in lower case."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())
