"""Whether two pages, or two texts, say the same: how a soft 404 is told from a page. Pure."""

import re

from scraper.charset import decode
from scraper.records import Capture, Reading

#: Share of words that two pages have in common to be one and the same. Error pages repeat the address asked for.
ALIKE = 0.9
#: Words of two short pages together: walls have few, and posts seldom so few.
SHORT = 150
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_ELEMENT = re.compile(r"<([a-z][a-z0-9-]{0,30})", re.IGNORECASE)
#: What opens something that no visitor sees: a comment, an element, any other tag …
_OPENS = re.compile(r"<(?:(!--)|(script|style|template|noscript)\b)?", re.IGNORECASE)
#: … and what ends it.
_ENDS = {"!--": re.compile("-->")} | {
    name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style", "template", "noscript")
}
_TAG_ENDS = re.compile(">")
#: Of a page of a megabyte the visible words are some kilobytes; more are not compared.
_MOST = 5_000_000


def words(text: str) -> frozenset[str]:
    """The words of *text*, in lower case."""
    return frozenset(re.findall(r"\w+", text.lower()))


def words_in_order(text: str | None) -> list[str]:
    """The words of *text* in their order, whatever the case, spacing and punctuation; None: no text, no words."""
    return re.findall(r"\w+", (text or "").casefold())


def words_of_post(reading: Reading) -> list[str]:
    """The words of title and text, in their order."""
    return words_in_order(f"{reading.title or ''} {reading.body_text or ''}")


def plain_words(text: str) -> frozenset[str]:
    """The words of *text* without those that hold a digit."""
    return frozenset(word for word in words(text) if word.isalpha())


def visible(source: str) -> str:
    """The text of a page's *source* without tags, comments, scripts and styles. What is opened and never closed hides
    only its tag. Looks for each end once, so that its time grows as the page does.
    """
    pieces, at, unclosed = [], 0, set()
    while (opening := _OPENS.search(source, at)) is not None:
        pieces.append(source[at : opening.start()])
        name = (opening[1] or opening[2] or "").lower()
        end = None if name in unclosed else _ENDS.get(name, _TAG_ENDS).search(source, opening.end())
        if end is None and name:
            unclosed.add(name)
            end = _TAG_ENDS.search(source, opening.end())
        if end is None:
            at = opening.start()
            break
        at = end.end()
    return " ".join((*pieces, source[at:]))


def shown(capture: Capture) -> frozenset[str]:
    """The words that a visitor of a captured page sees, but for numbers: walls give each visitor another one."""
    return plain_words(visible(decode(capture.payload[:_MOST], capture.media_type)))


def written(capture: Capture) -> frozenset[str]:
    """The words of a page's source, markup and scripts among them, but for those that hold a digit."""
    return plain_words(decode(capture.payload[:_MOST], capture.media_type))


def alike(one: Capture, other: Capture) -> bool:
    """Whether both pages show nearly the same words, those of their addresses aside, or have one frame for other words.

    Pages that show no word at all are compared by their source; two that are empty are alike.
    """
    addresses = words(f"{one.url} {other.url}")
    first, second = shown(one) - addresses, shown(other) - addresses
    if first and second:
        return _share(first, second) >= ALIKE or (len(first | second) <= SHORT and _same_frame(one, other))
    if first or second:
        return False
    sources = written(one) - addresses, written(other) - addresses
    return one.payload == other.payload or _share(*sources) >= ALIKE


def _share(first: frozenset[str], second: frozenset[str]) -> float:
    """The share of words that both have; 0.0 where neither has any."""
    if first | second:
        return len(first & second) / len(first | second)
    return 0.0


def _same_frame(one: Capture, other: Capture) -> bool:
    """Whether two pages have the same title and the same elements in the same order: a wall whose words change."""
    first, second = (decode(each.payload[:_MOST], each.media_type) for each in (one, other))
    titles = _title(first), _title(second)
    return bool(titles[0]) and titles[0] == titles[1] and _ELEMENT.findall(first) == _ELEMENT.findall(second)


def _title(page: str) -> list[str]:
    """The words of a page's title, none where it has none."""
    found = _TITLE.search(page)
    if not found:
        return []
    return found[1].split()
