"""Which pictures a style sheet names. Pure."""

import re
from collections.abc import Iterator

from scraper import urls

# It begins with what is not a letter, so that half a megabyte is looked through quickly.
_STYLE_URL = re.compile(
    r"\((?<=url\()\s*(?:\"([^\"\n]{1,2000})\"|'([^'\n]{1,2000})'|([^()\"'\s]{1,2000}))\s*\)", re.IGNORECASE
)
#: What a style sheet names may be a font as well; only the ending says which, before it is fetched.
_PICTURE = re.compile(r"\s*(?!data:)[^?#]*\.(?:png|jpe?g|gif|webp|avif|svg|bmp|ico)\s*(?:[?#]|\Z)", re.IGNORECASE)
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}?", re.IGNORECASE)


def pictures_in_style(css: str, url: str) -> Iterator[str]:
    """The pictures that a style sheet names, each once; drawings of letters, of which fonts were made, are none."""
    written = (hit[1] or hit[2] or hit[3] for hit in _STYLE_URL.finditer(_FONT_FACE.sub("", css)))
    found = (urls.normalise(address.strip(), url) for address in dict.fromkeys(filter(_PICTURE.match, written)))
    yield from dict.fromkeys(filter(None, found))
