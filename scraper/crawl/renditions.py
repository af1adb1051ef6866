"""Under which addresses a page shows each of its pictures. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import unescape

from scraper import urls
from scraper.store import picture_name

_IMG = re.compile(r"<(?:img|amp-img|source)\s([^>]{1,20000})>", re.IGNORECASE)
_COVER = re.compile(r"<meta\s[^>]{0,300}og:image[\"'\s][^>]{0,3000}>", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:\s|^)(?:src|data-src|data-pin-media|content)\s*=\s*(?:\"([^\"]+)\"|'([^']+)')", re.IGNORECASE
)


def renditions(source: str, url: str) -> dict[str, list[str]]:
    """Name of each picture in a page → the addresses under which the page shows it, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    tags = [tag[1] for tag in _IMG.finditer(source)] + [tag[0] for tag in _COVER.finditer(source)]
    for address in _addresses(tags, url):
        shown = found[picture_name(address)]
        if address not in shown:
            shown.append(address)
    return found


def _addresses(tags: Iterable[str], base: str) -> Iterator[str]:
    for tag in tags:
        for hit in _ADDRESS.finditer(tag):
            if address := urls.normalise(unescape(hit[1] or hit[2]).strip(), base):
                yield address
