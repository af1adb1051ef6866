"""Which kept picture each address in a post names: derived from the captures alone, in whatever order they came.

A picture has one name for all its renditions: its original's address. So what was fetched as a smaller copy, or from a
mirror, where the original was refused, is found as well.
"""

import sqlite3
from dataclasses import dataclass

from scraper import urls, wix_media
from scraper.store.aside import STANDS
from scraper.wix_media import picture_name

_KEPT = f"""
SELECT captures.id, captures.url, body_sha256, coalesce(length, wire_length, 0), captured_at, record_sha256
FROM captures LEFT JOIN bodies ON bodies.sha256 = body_sha256
WHERE kind = 'image' AND body_sha256 IS NOT NULL AND truncated IS NULL AND ifnull(codec, '') <> 'withdrawn'
  AND (status IS NULL OR status BETWEEN 200 AND 299) AND {STANDS}
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
        self._kept: dict[str, PictureCapture] | None = None

    def forget(self) -> None:
        """Drop what is held in memory: a picture came, or a transaction was undone."""
        self._kept = None

    def of(self, url: str) -> PictureCapture | None:
        """The picture kept for that address; None: none was."""
        if self._kept is None:
            self._kept = self._read()
        return self._kept.get(picture_name(url))

    def _read(self) -> dict[str, PictureCapture]:
        """Of several captures of one picture: the original, the longest, the newest."""
        best: dict[str, tuple[tuple[bool, int, str, str], PictureCapture]] = {}
        for number, url, sha256, length, at, record in self._db.execute(_KEPT):
            name = picture_name(url)
            rank = (urls.spellings(url)[0] == name, int(length), str(at), str(record))
            if name not in best or rank > best[name][0]:
                best[name] = (rank, PictureCapture(number, sha256))
        return {name: kept for name, (_, kept) in best.items()}

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
        self.forget()
        same = urls.spellings(wix_media.original(url) or url)
        marks = ", ".join("?" * len(same))
        posts = self._db.execute(f"SELECT DISTINCT post_id FROM images WHERE url IN ({marks})", same).fetchall()
        for (post_id,) in posts:
            self.attach_to(post_id)
