"""A style sheet as an archived page may use it: pictures from the archive, nothing else from anywhere. Pure.

What can make a browser ask for something, in CSS: ``url()`` in any property, ``@import``, ``@font-face``, the strings
of ``image-set()`` and its like (CSS Images 4, 2.5; CSS Values 4, 4.5). What could run a script in browsers of old:
``expression()``. Any of these names may be written with escapes (CSS Syntax 3, 4.3.7). They are changed wherever they
stand, in strings and comments too: whoever tells these apart as a browser does may be told otherwise by the sheet.
"""

import re
from collections.abc import Callable, Iterator

#: From an address as the style sheet writes it to ours; None: the archive has no such picture.
Resolve = Callable[[str], str | None]

#: Stands where a picture is not in the archive: an address that is valid, and asks for nothing.
NOTHING = "data:,"
#: Characters of a picture written into the page itself; longer ones are left out.
LONGEST_DATA = 2_000_000

_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(\r\n|[ \t\r\n\f])?|([^0-9a-fA-F\r\n\f]))")
_URL = "url("
#: What stands behind `_URL`.
_INSIDE = re.compile(
    r"""\s*(?:"((?:[^"\\]|\\.)*)(?:"|\Z)|'((?:[^'\\]|\\.)*)(?:'|\Z)|((?:[^)"'\\]|\\.)*))\s*\)?""", re.DOTALL
)
_AT = re.compile(r"@(?=(?i:import|namespace|charset|font-face)\b)")
_ACTIVE_NAMES = ("expression(", "image-set(", "image(", "cross-fade(", "src(")
_ACTIVE = re.compile("|".join(map(re.escape, _ACTIVE_NAMES)), re.IGNORECASE)
_CAPITALS = re.compile(r"[A-Z]+")
_DATA_PICTURE = re.compile(r"data:image/[a-z0-9.+-]+[;,]", re.IGNORECASE)


def rewritten(css: str, resolve: Resolve) -> str:
    """*css* with the addresses that *resolve* gives; safe inside ``<style>``, too."""
    plain = _ESCAPE.sub(_letter, css) if "\\" in css else css
    quiet = _AT.sub("@not-archived-", plain)
    small = _small(quiet)
    if any(name in small for name in _ACTIVE_NAMES):
        quiet = _ACTIVE.sub(lambda found: f"not-archived-{found[0]}", quiet)
        small = _small(quiet)
    return "".join(_mapped(quiet, small, resolve)).replace("</", "<\\/").replace("<!--", "")


def _small(text: str) -> str:
    """*text* in small letters, each at its place. Half a megabyte of CSS is searched faster so than by a pattern."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return _CAPITALS.sub(lambda found: found[0].lower(), text)


def _mapped(css: str, small: str, resolve: Resolve) -> Iterator[str]:
    """The parts of *css*, each ``url()`` with the address that *resolve* gives; *small*: the same in small letters."""
    at = 0
    while (start := small.find(_URL, at)) >= 0:
        yield css[at:start]
        found = _INSIDE.match(css, start + len(_URL))
        written = (found[1] or found[2] or found[3] or "") if found else ""
        yield f'url("{_address(written, resolve)}")'
        at = found.end() if found else start + len(_URL)
    yield css[at:]


def _letter(found: re.Match[str]) -> str:
    r"""A letter written as an escape, as itself, so that ``u\72l(`` is seen for what it is; other escapes stay."""
    code, space, sign = found.groups()
    if sign is not None:
        if sign.isascii() and sign.isalpha():
            return sign
        return found[0]
    value = int(code, 16)
    if value < 0x80 and (chr(value).isalpha() or chr(value) in "(:@-"):
        return chr(value)
    # What comes behind may become a letter: without a space it would be read as part of this escape.
    if space or len(code) == 6:
        return found[0]
    return found[0] + " "


def _address(written: str, resolve: Resolve) -> str:
    """What may stand between the quotes of ``url("")``."""
    written = _ESCAPE.sub(_sign, written).strip()
    kept = written.startswith("#") or is_data_picture(written)
    address = written if kept else resolve(written) or NOTHING
    return re.sub(r'["\\\n\r\f<>]', lambda sign: f"%{ord(sign[0]):02X}", address)


def _sign(hit: re.Match[str]) -> str:
    if hit[3] is not None:
        return hit[3]
    value = int(hit[1], 16)
    if 0 < value < 0xD800 or 0xDFFF < value < 0x110000:
        return chr(value)
    return "\ufffd"


def is_data_picture(address: str) -> bool:
    """Whether *address* is itself a picture of a size that a page may carry."""
    return len(address) <= LONGEST_DATA and _DATA_PICTURE.match(address) is not None
