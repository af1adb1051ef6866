"""Text that cannot steer the terminal that shows it: whatever a page holds, its title is only shown."""

import re
import unicodedata

#: C0 and C1 controls but tab and line feed (ECMA-48).
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Zero-width joiners, which Persian and the languages of India are written with.
_JOINERS = "\u200c\u200d"


def harmless(text: str) -> str:
    """*text* without control and format characters (Unicode ``Cc``, ``Cf``), lines and tabs kept."""
    kept = _CONTROL.sub("", text.replace("\r", " "))
    return "".join(sign for sign in kept if unicodedata.category(sign) != "Cf" or sign in _JOINERS)
