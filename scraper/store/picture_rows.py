"""Which kept picture each address in a post names: derived from the captures alone, in whatever order they came.

A picture has one name for all its renditions: its original's address. So what was fetched as a smaller copy, or from a
mirror, where the original was refused, is found as well.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from scraper import urls, wix_media
from scraper.store import single
from scraper.store.aside import STANDS
from scraper.store.post_parts import places
from scraper.wix_media import picture_name

_KEPT = f"""
SELECT captures.id, captures.url, body_sha256, coalesce(length, wire_length, 0), captured_at, record_sha256
FROM captures LEFT JOIN bodies ON bodies.sha256 = body_sha256
WHERE kind = 'image' AND body_sha256 IS NOT NULL AND truncated IS NULL AND ifnull(codec, '') <> 'withdrawn'
  AND (status IS NULL OR status BETWEEN 200 AND 299) AND {STANDS}
"""
# In a temporary table: there are more pictures than posts, and memory is not to grow with them.
_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS kept_pictures (name TEXT PRIMARY KEY, capture_id INTEGER, sha256 TEXT,
  is_original INTEGER, length INTEGER, captured_at TEXT, record_sha256 TEXT) WITHOUT ROWID
"""
# Of several captures of one picture: the original, the longest, the newest.
_KEEP = """
INSERT INTO kept_pictures VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
  capture_id = excluded.capture_id, sha256 = excluded.sha256, is_original = excluded.is_original,
  length = excluded.length, captured_at = excluded.captured_at, record_sha256 = excluded.record_sha256
WHERE (excluded.is_original, excluded.length, excluded.captured_at, excluded.record_sha256)
  > (is_original, kept_pictures.length, kept_pictures.captured_at, kept_pictures.record_sha256)
"""


@dataclass(frozen=True, slots=True)
class PictureCapture:
    """The capture of a picture."""

    capture_id: int
    sha256: str


class PictureRows:
    """Writes ``images.sha256`` and ``images.capture_id``. Transactions are the caller's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._is_read = False

    def prepare(self) -> None:
        """Make the table, empty, if it is not there."""
        self._db.execute(_TABLE)

    def forget(self) -> None:
        """Drop what was read: after a rollback it may not be in the file."""
        self._is_read = False

    def of(self, url: str) -> PictureCapture | None:
        """The picture kept for that address; None: none was."""
        self._read()
        asked = "SELECT capture_id, sha256 FROM kept_pictures WHERE name = ?"
        row = self._db.execute(asked, (picture_name(url),)).fetchone()
        return None if row is None else PictureCapture(*row)

    def is_kept_at(self, url: str) -> bool:
        """Whether a picture was fetched from this very address, however spelled."""
        same = urls.spellings(url)
        return single.is_there(self._db, f"{_KEPT} AND captures.url IN ({places(same)})", same)

    def _read(self) -> None:
        """Look once through all captures of pictures."""
        if not self._is_read:
            self.prepare()
            self._db.execute("DELETE FROM kept_pictures")
            self._add(self._db.execute(_KEPT))
            self._is_read = True

    def _add(self, rows: Iterable[tuple[int, str, str, int, str, str]]) -> None:
        for number, url, sha256, length, at, record in rows:
            name = picture_name(url)
            is_original = urls.spellings(url)[0] == name
            self._db.execute(_KEEP, (name, number, sha256, is_original, int(length), str(at), str(record)))

    def attach_to(self, post_id: int) -> None:
        """Say of each picture of a post which one was kept."""
        rows = self._db.execute("SELECT position, url, sha256, capture_id FROM images WHERE post_id = ?", (post_id,))
        for position, url, sha256, number in rows.fetchall():
            kept = self.of(url)
            now = (kept.sha256, kept.capture_id) if kept else (None, None)
            if now != (sha256, number):
                self._db.execute(
                    "UPDATE images SET sha256 = ?, capture_id = ? WHERE post_id = ? AND position = ?",
                    (*now, post_id, position),
                )

    def attach(self, url: str) -> None:
        """Say of every post that shows the picture at *url* which one was kept: a capture of it has come."""
        if self._is_read:
            self._add(self._db.execute(f"{_KEPT} AND captures.url = ?", (url,)))
        same = urls.spellings(wix_media.original(url) or url)
        asked = f"SELECT DISTINCT post_id FROM images WHERE url IN ({places(same)})"
        posts = self._db.execute(asked, same).fetchall()
        for (post_id,) in posts:
            self.attach_to(post_id)
