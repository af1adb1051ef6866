"""Pictures and style sheets in a web archive of others: held until its pages have said which of them posts show.

Records come in any order, and an archive has many renditions of one picture: of each picture that a post names, the
original is kept, else the largest.
"""

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from scraper import pictures, sites, urls
from scraper.charset import decode
from scraper.records import Capture
from scraper.store import Mementos, PagesMedia, PictureRows, lookups, picture_name
from scraper.style_sheets import pictures_in_style
from scraper.vocabulary import CaptureKind
from scraper.warc import FoundCapture

#: Bytes of held pictures at most; what comes beyond is passed over, and so is what is larger alone.
MOST_HELD, LARGEST = 256_000_000, 10_000_000
#: Hosts that have nothing but matter of pages.
HOSTS = frozenset((*sites.WIX_MEDIA, *sites.WIX_STYLES))

#: Keeps what was found: the hook into whoever imports.
Keep = Callable[[FoundCapture], object]


def _is_whole(capture: Capture) -> bool:
    """Whether a capture is an answer 200, or a saved file, with all of its bytes."""
    return capture.status in (None, 200) and capture.truncated is None


class _Rank(NamedTuple):
    """How good a picture is among those of one name: the original first, then by its length in bytes."""

    is_original: bool
    length: int


@dataclass(frozen=True, slots=True)
class _HeldPicture:
    rank: _Rank
    found: FoundCapture
    keep: Keep


class HeldPictures:
    """What may turn out to be a post's picture."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        #: Name of a picture, or address of one on a site's own host → the best of it so far.
        self._held: dict[str, _HeldPicture] = {}
        self._bytes = 0

    def holds(self, found: FoundCapture, keep: Keep) -> bool:
        """Whether *found* waits here; False: it is no picture of others, or nothing that needs to wait."""
        capture = found.capture
        if found.own is not None:
            return False
        if capture.body is None or not _is_whole(capture) or found.revisit is not None:
            return urls.host(capture.url) in HOSTS and not _is_document(capture)
        if pictures.type_of(capture.body) is None:
            return self._style(found, keep)
        is_original = urls.spellings(capture.url)[0] == picture_name(capture.url)
        self._wait(_HeldPicture(_Rank(is_original, len(capture.body)), found, keep))
        return True

    def _wait(self, picture: _HeldPicture) -> None:
        """Hold *picture* until it is known who shows it: the best of each, if there is room."""
        url, length = picture.found.capture.url, picture.rank.length
        # A site's own is held by its address: what no post shows is kept as well.
        key = picture_name(url) if urls.host(url) in HOSTS else url
        before = self._held.get(key)
        if before is not None and picture.rank <= before.rank:
            return
        freed = before.rank.length if before is not None else 0
        if length <= min(LARGEST, MOST_HELD - self._bytes + freed):
            self._bytes += length - freed
            self._held[key] = picture

    def _style(self, found: FoundCapture, keep: Keep) -> bool:
        """A style sheet is kept at once; other matter on the hosts of pictures and styles is passed over."""
        if found.capture.media_type == "text/css":
            keep(replace(found, capture=replace(found.capture, kind=CaptureKind.STYLE)))
            return True
        return urls.host(found.capture.url) in HOSTS and not _is_document(found.capture)

    def _drawn(self) -> Iterator[str]:
        """What the style sheets in the archive, and the styles in the pages of its posts, name."""
        if not self._held:
            return
        found, pages = Mementos(self._db), PagesMedia(self._db)
        for style in filter(None, map(found.style, lookups.kept_styles(self._db))):
            yield from pictures_in_style(decode(found.body(style), style.media_type), style.url)
        for number in lookups.pages_of_posts(self._db):
            yield from pages.of(number).drawn

    def settle(self) -> None:
        """Keep pictures that posts or style sheets name and the archive does not have, and all of the sites' own."""
        chosen = self._chosen()
        for key, held in self._held.items():
            if key in chosen:
                held.keep(replace(held.found, capture=replace(held.found.capture, kind=CaptureKind.IMAGE)))
            elif urls.host(held.found.capture.url) not in HOSTS:
                held.keep(held.found)
        self._held.clear()
        self._bytes = 0

    def _chosen(self) -> set[str]:
        """Keys of the pictures that something names and the archive does not have, the best of each name."""
        named = {picture_name(url) for url in itertools.chain(lookups.named_pictures(self._db), self._drawn())}
        kept = PictureRows(self._db)
        best: dict[str, str] = {}
        for key, held in self._held.items():
            url = held.found.capture.url
            name = picture_name(url)
            if name in named and kept.of(url) is None:
                best[name] = max(best.get(name, key), key, key=lambda one: self._held[one].rank)
        return set(best.values())


def _is_document(capture: Capture) -> bool:
    """Whether it is an uploaded file, as posts link to."""
    return "/ugd/" in capture.url
