"""What spreadsheets need of a cell: that it is no formula, and that it fits. Pure."""

import re

#: Excel takes so many UTF-16 units in a cell and spills what is more over the next rows.
LONGEST = 32_767
#: What makes a spreadsheet take a cell for a formula: a sign, also its full-width twin, behind any blanks and what it
#: may drop as not to be seen: controls, signs without width, marks of direction.
_UNSEEN = "\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff"
_FORMULA = re.compile(rf"[\s{_UNSEEN}]*[=+\-@＝＋－＠]|[\t\r\n]")


def disarmed(text: str) -> str:
    """*text* as a cell that is text, whatever it begins with: the apostrophe says so to spreadsheets."""
    return f"'{text}" if _FORMULA.match(text) else text


def fits(text: str) -> bool:
    """Whether a cell takes all of *text*."""
    return len(text) * 2 <= LONGEST or len(text.encode("utf-16-le", "replace")) // 2 <= LONGEST


def cut(text: str, whole: str | None) -> str:
    """As much of *text* as a cell takes, and where the whole is: in the file *whole*, or in the CSV for programs."""
    mark = f" … [cut for Excel; all of it is in {whole or 'the CSV that is not for Excel'}]"
    room = (LONGEST - len(mark.encode("utf-16-le")) // 2) * 2
    return text.encode("utf-16-le", "replace")[:room].decode("utf-16-le", "ignore") + mark
