"""Letters that search takes for others: what SQLite's tokenizer keeps apart from what people type.

The texts are folded so before they are indexed, in SQL; `search` folds its words by the same table. No letter is folded
into one that is itself folded, so that the order of the table does not matter.
"""

from collections.abc import Iterable
from itertools import chain


def _each(letters: str, plain: str) -> dict[str, str]:
    """All *letters* as *plain*."""
    return dict.fromkeys(letters, plain)


def _by_place(letters: str, plain: Iterable[str]) -> dict[str, str]:
    """Each of *letters* as the letter of *plain* that stands at its place."""
    return dict(zip(letters, plain, strict=True))


def _range(*ends: str) -> str:
    """All characters from the first to the last of each of *ends*, which are single letters or two with a hyphen."""
    return "".join(map(chr, chain.from_iterable(range(ord(end[0]), ord(end[-1]) + 1) for end in ends)))


#: Letters of Latin scripts, and signs inside words that nobody types.
COMMON = {
    **_each("łŁ", "l"), **_each("đĐðÐɗƊ", "d"), **_each("øØ", "o"), **_each("ħĦ", "h"), **_each("ŧŦ", "t"), "ı": "i",
    **_each("æÆ", "ae"), **_each("œŒ", "oe"), **_each("ßẞ", "ss"), **_each("þÞ", "th"), **_each("ĳĲ", "ij"),
    **_each("ŋŊ", "n"), **_each("əƏ", "e"), **_each("ɓƁ", "b"), **_each("ƙƘ", "k"), **_each("ƴƳ", "y"),
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
    # ʻokina and its kin; soft hyphen, zero-width space, joiners.
    **_each("ʻʼʽʾʿˈꞌ\u00ad\u200b\u200d\u2060", ""),
    # Raised figures number notes, and are no part of the word before them.
    **_by_place("¹²³", (" 1", " 2", " 3")),
}  # fmt: skip

#: Letters of scripts that few texts have a letter of.
RARE = {
    **_by_place("άέήίόύώϊϋΐΰ", "αεηιουωιυιυ"), **_by_place("ΆΈΉΊΌΎΏΪΫ", "ΑΕΗΙΟΥΩΙΥ"),
    "ё": "е", "Ё": "Е", "ґ": "г", "Ґ": "Г",
    # The vowel points of Hebrew.
    **_each(_range("\u05b0-\u05bd", "\u05bf", "\u05c1-\u05c2", "\u05c4-\u05c5", "\u05c7"), ""),
    # Arabic, with the letters of Persian and Urdu, the stretched line and the vowel signs.
    **_each("أإآٱ", "ا"), "ؤ": "و", **_each("ئىیے", "ي"), "ک": "ك", **_each("ةہھۀە", "ه"),
    **_each(_range("\u0640", "\u064b-\u0655", "\u0670"), ""),
    # The dot that makes other consonants of those of Devanagari, Bengali and Gurmukhi, by itself and with its letter.
    **_each("\u093c\u09bc\u0a3c", ""), **_by_place("\u0929\u0931\u0934", "नरळ"),
    **_by_place(_range("\u0958-\u095f"), "कखगजडढफय"), **_by_place("\u09dc\u09dd\u09df", "ডঢয"),
    **_by_place("\u0a33\u0a36\u0a59\u0a5a\u0a5b\u0a5e", "ਲਸਖਗਜਫ"),
    # Figures above and below the line.
    **_by_place("⁰⁴⁵⁶⁷⁸⁹", [f" {figure}" for figure in "0456789"]), **_by_place("₀₁₂₃₄₅₆₇₈₉", "0123456789"),
}  # fmt: skip

FOLDED = COMMON | RARE

#: Where the letters of `RARE` lie, as a range for GLOB: a text without any of it is spared the looking for each.
_RARE = "\u0370-\u0a7f\u2070-\u208f"

#: All that a text may have that is spared the looking for any letter, as ranges for GLOB, which tries each of them at
#: each character: ASCII but control characters, and the dashes, quotation marks, bullets and dots of typographers.
_PLAIN = "\t-~\u2013-\u2026"

#: How many characters each letter has in a list of them: its own, and up to three in its place.
_STEP = 4


def is_ascii(value: str) -> str:
    """Whether *value*, an expression of SQL, has no letter beyond ASCII: it has as many bytes as characters."""
    return f"length({value}) IS length(CAST({value} AS BLOB))"


def folded(value: str) -> str:
    """*value*, a column, folded, as an expression of SQL; most texts are ASCII but for the signs of typographers, and
    none of these letters is.
    """
    rare = f"CASE WHEN {value} GLOB '*[{_RARE}]*' THEN ({_replaced(value, RARE)}) ELSE {value} END"
    plain = f"WHEN {is_ascii(value)} THEN {value} WHEN {value} NOT GLOB '*[^{_PLAIN}]*' THEN {value}"
    return f"CASE {plain} ELSE ({_replaced(rare, COMMON)}) END"


def _replaced(value: str, letters: dict[str, str]) -> str:
    """*value* with its *letters* replaced, as a query of one column.

    One letter after the other, from a list: with a call of `replace` for each, SQLite took 25 ms to compile the first
    statement of a run that writes a post (SQLite 3.40; 2 ms so), and the texts are folded no faster.
    """
    listed = "".join(letter + plain.ljust(_STEP - 1) for letter, plain in letters.items())
    one = f"substr('{listed}', n, 1), rtrim(substr('{listed}', n + 1, {_STEP - 1}))"
    first = f"SELECT 1, {value} UNION ALL SELECT n + {_STEP}, replace(x, {one}) FROM s WHERE n < {len(listed)}"
    return f"WITH RECURSIVE s(n, x) AS ({first}) SELECT x FROM s WHERE n > {len(listed)}"
