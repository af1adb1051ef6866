"""Text as citations need it: on one line, without what no format can hold."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

#: Controls, line separators, lone surrogates, and the two that XML forbids beside these.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
#: These, and blanks that are not the usual one.
_ODD = re.compile("[\x00-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff\ufffe\uffff]")
_PRINTED_ASCII = bytes(range(32, 127))


def line(text: str | None) -> str:
    """*text* on one line, without control characters; empty for None."""
    return lines((text,))[0]


def lines(texts: Sequence[str | None]) -> Sequence[str]:
    """Each of *texts* as `line` has it."""
    return _cleaned(_is_plain, [text.strip() if text else "" for text in texts])


def addresses(texts: Sequence[str | None]) -> Sequence[str]:
    """As `lines`, quicker where no text has a blank."""
    return _cleaned(_is_unspaced, [text or "" for text in texts])


def _cleaned(is_clean: Callable[[Sequence[str]], bool], texts: Sequence[str]) -> Sequence[str]:
    """*texts* on lines. Nearly all are so already, and together that is seen in a tenth of the time."""
    if is_clean(texts):
        return texts
    if len(texts) == 1:
        return [" ".join(_CONTROLS.sub(" ", texts[0]).split())]
    half = len(texts) // 2
    return [*_cleaned(is_clean, texts[:half]), *_cleaned(is_clean, texts[half:])]


def _is_plain(texts: Sequence[str]) -> bool:
    together = " ".join(filter(None, texts))
    return "  " not in together and _is_printed(together)


def _is_unspaced(texts: Sequence[str]) -> bool:
    together = "".join(texts)
    return " " not in together and _is_printed(together)


def _is_printed(text: str) -> bool:
    """Whether *text* has neither controls nor unusual blanks.

    Bytes are looked through in a tenth of the time that characters take, and without ASCII's printed ones few are left.
    """
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PRINTED_ASCII)
    return not rest or not _ODD.search(rest.decode("utf-8", "surrogatepass"))


#: For values that stand in many records of an export: names of sites, tags, languages.
line_kept = lru_cache(maxsize=4096)(line)

#: Signs at which programs take names and lists apart → such that look the same.
_LOOKALIKES = str.maketrans({",": "\u201a", ";": "\uff1b"})


@lru_cache(maxsize=4096)
def unparted(text: str) -> str:
    """*text* on one line, so that no program takes it for several where a field holds a list.

    BibTeX's programs part keywords at commas, CSL's at semicolons; Zotero parts them in the head of a page at both, and
    takes what stands before the first comma of an author there for a family name.
    """
    return line(text).translate(_LOOKALIKES)


@lru_cache(maxsize=16384)
def ascii_letters(text: str) -> str:
    """The letters and digits of *text* that ASCII has, accents taken off, in lower case."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())
