"""Whether two pages say the same: how a soft 404 is told from a page. Pure."""

import re

from scraper.charset import decode
from scraper.records import Capture

#: Share of words that two pages have in common to be one and the same. Error pages repeat the address asked for.
ALIKE = 0.9
_UNSEEN = re.compile(r"<(script|style|template|noscript)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
#: Of a page of a megabyte the visible words are some kilobytes; more are not compared.
_MOST = 5_000_000


def words(capture: Capture) -> frozenset[str]:
    """The words that a visitor sees, without those of the address itself."""
    text = decode((capture.body or b"")[:_MOST], capture.media_type)
    shown = re.findall(r"\w+", _UNSEEN.sub(" ", text).lower())
    return frozenset(shown) - frozenset(re.findall(r"\w+", capture.url.lower()))


def alike(one: Capture, other: Capture) -> bool:
    """Whether both pages show nearly the same words. Two pages without a word are alike only byte by byte."""
    first, second = words(one), words(other)
    if not first or not second:
        return bool(one.body) and one.body == other.body
    return len(first & second) / len(first | second) >= ALIKE
