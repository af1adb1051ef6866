"""What stored pages name beside their text: pictures, style sheets, what their styles draw. Only reads."""

import sqlite3

from scraper.errors import IntegrityError
from scraper.page_media import PageMedia, media_of_page
from scraper.store.evidence import Evidence

#: Pages of which it is remembered what they name.
MOST_REMEMBERED = 5000


class PagesMedia:
    """What stored pages name: each is looked at once, and those of this run before they are stored."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._evidence = Evidence(db)
        self._known: dict[int, PageMedia] = {}

    def look(self, capture_id: int, media: PageMedia) -> None:
        """Remember what a page names that has come just now."""
        if len(self._known) < MOST_REMEMBERED:
            self._known[capture_id] = media

    def of(self, capture_id: int) -> PageMedia:
        """What a stored page names; nothing where it is none, or its bytes are not there."""
        if capture_id not in self._known:
            found = self._stored(capture_id)
            if len(self._known) >= MOST_REMEMBERED:
                return found
            self._known[capture_id] = found
        return self._known[capture_id]

    def _stored(self, capture_id: int) -> PageMedia:
        try:
            return media_of_page(self._evidence.capture(capture_id)[0])
        except IntegrityError:
            return PageMedia()
