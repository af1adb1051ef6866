"""Text in lines that are no wider than a screen or mail allows."""

import textwrap
import unicodedata

#: Stands for the second column of a wide letter; no text of an archive has it.
_FILL = "\0"


def lines_of(text: str, width: int, first: str = "", indent: str = "") -> list[str]:
    """*text* in lines of *width* columns, *first* before it, *indent* before the others; a wide letter takes two."""
    wide = "".join(letter + _FILL * (unicodedata.east_asian_width(letter) in "WF") for letter in text)
    room = width - (_FILL in wide)  # a letter may be parted from the second column that it takes
    lines = textwrap.wrap(wide, room, initial_indent=first, subsequent_indent=indent)
    return [line.replace(_FILL, "") for line in lines]
