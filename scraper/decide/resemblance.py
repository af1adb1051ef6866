"""Whether two pages say the same: how a soft 404 is told from a page. Pure."""

import re

from scraper.charset import decode
from scraper.records import Capture

#: Share of words that two pages have in common to be one and the same. Error pages repeat the address asked for.
ALIKE = 0.9
_UNSEEN = re.compile(r"<(script|style|template|noscript)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
#: Of a page of a megabyte the visible words are some kilobytes; more are not compared.
_MOST = 5_000_000


def words(text: str) -> frozenset[str]:
    """The words of *text*, in lower case."""
    return frozenset(re.findall(r"\w+", text.lower()))


def plain_words(text: str) -> frozenset[str]:
    """The words of *text* without those that hold a digit."""
    return frozenset(word for word in words(text) if word.isalpha())


def shown(capture: Capture) -> frozenset[str]:
    """The words that a visitor of a captured page sees, but for numbers: walls give each visitor another one."""
    return plain_words(_UNSEEN.sub(" ", decode((capture.body or b"")[:_MOST], capture.media_type)))


def alike(one: Capture, other: Capture) -> bool:
    """Whether both pages show nearly the same words, those of their addresses aside.

    Two pages without a word are alike only byte by byte; two that are empty are.
    """
    addresses = words(f"{one.url} {other.url}")
    first, second = shown(one) - addresses, shown(other) - addresses
    if not first or not second:
        return (one.body or b"") == (other.body or b"")
    return len(first & second) / len(first | second) >= ALIKE
