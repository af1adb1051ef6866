"""The columns `published_day` and `updated_day` of posts whose pages show no day: from what other pages of their site
teach, whatever came first.
"""

import sqlite3

from scraper import decide
from scraper.decide import Offsets
from scraper.vocabulary import DayBasis

#: A date of a post: its columns are ``{name}_at``, ``{name}_day`` and ``{name}_day_basis``.
_DATES = ("published", "updated")


class Days:
    """Keeps the days of posts in step with the offsets that the dated pages of their sites allow."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._offsets: dict[str, Offsets] = {}

    def forget(self) -> None:
        """Drop what is held in memory: after a rollback it may not be in the file."""
        self._offsets.clear()

    def taught(self, post_id: int) -> Offsets:
        """The offsets that the row of a post allows its site."""
        found = decide.ANY_OFFSET
        for name in _DATES:
            asked = f"SELECT {name}_at, {name}_day FROM posts WHERE id = ? AND {name}_day_basis = ?"
            for at, day in self._db.execute(asked, (post_id, DayBasis.SHOWN)):
                found = found.and_(decide.witnessed(at, day))
        return found

    def settle(self, site: str, post_id: int, before: Offsets) -> None:
        """Give a post that was just written its days, and others of *site* theirs if it teaches something new.

        *before* is what its row had taught until then.
        """
        after = self.taught(post_id)
        if after != before and before != decide.ANY_OFFSET:
            self._offsets.pop(site, None)
        known = self._offsets.get(site)
        self._offsets[site] = self._learned(site) if known is None else known.and_(after)
        if self._offsets[site] != known:
            self._write(site, "site = ?", (site,))
        else:
            self._write(site, "id = ?", (post_id,))

    def withdraw(self, site: str) -> None:
        """Bring the days of *site* up to date after a post of it went."""
        self._offsets[site] = self._learned(site)
        self._write(site, "site = ?", (site,))

    def _learned(self, site: str) -> Offsets:
        """The offsets that all dated pages of *site* allow."""
        found = decide.ANY_OFFSET
        for name in _DATES:
            asked = f"SELECT {name}_at, {name}_day FROM posts WHERE site = ? AND {name}_day_basis = ?"
            for at, day in self._db.execute(asked, (site, DayBasis.SHOWN)):
                found = found.and_(decide.witnessed(at, day))
        return found

    def _write(self, site: str, where: str, values: tuple[object, ...]) -> None:
        """Write the days of the posts of *site* that *where* selects and whose pages show none."""
        for name in _DATES:
            rows = self._db.execute(
                f"SELECT id, {name}_at, {name}_day, {name}_day_basis FROM posts"
                f" WHERE {where} AND {name}_day_basis IS NOT ?",
                (*values, DayBasis.SHOWN),
            ).fetchall()
            for number, at, *now in rows:
                found = decide.day_of(at, None, self._offsets[site])
                if found != tuple(now):
                    self._db.execute(
                        f"UPDATE posts SET {name}_day = ?, {name}_day_basis = ? WHERE id = ?", (*found, number)
                    )
