"""Captures by address and time, as replay and its neighbours ask for them. Only reads.

A memento is a capture that can be shown: it has bytes, or leads elsewhere. Answers to questions by POST are none, and
neither is what was set aside.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from scraper import urls, wix_media
from scraper.errors import IntegrityError
from scraper.store import single
from scraper.store.aside import STANDS
from scraper.store.evidence import Evidence
from scraper.store.withdrawal_rules import is_withdrawn

_COLUMNS = (
    "id", "url", "kind", "source", "captured_at", "captured_at_basis", "status", "media_type", "content_encoding",
    "body_sha256", "redirected_to", "truncated", "record_sha256",
)  # fmt: skip
_SELECT = f"SELECT {', '.join(f'captures.{name}' for name in _COLUMNS)} FROM captures"
_SHOWN = (
    "captures.kind <> 'counts' AND (captures.body_sha256 IS NOT NULL OR captures.redirected_to IS NOT NULL)"
    f" AND {STANDS}"
)
_WHOLE = f"captures.truncated IS NULL AND (captures.status IS NULL OR captures.status BETWEEN 200 AND 299) AND {STANDS}"
_ORDER = "captures.captured_at, captures.source, ifnull(captures.body_sha256, ''), captures.record_sha256"
#: Captures that do not show their page: as their posts were folded; of what is no post's, as was decided at the time.
_POOR = """
WITH asked AS (SELECT value AS id FROM json_each(?))
SELECT id FROM asked JOIN post_captures ON capture_id = id
WHERE verdict IN ('blocked', 'weather', 'worse', 'missing', 'gone', 'held')
UNION SELECT captures.id FROM asked JOIN captures USING (id) JOIN decisions USING (record_sha256)
WHERE decisions.kind IN ('blocked', 'absent', 'held') AND captures.id NOT IN (SELECT capture_id FROM post_captures)
"""
#: More captures of one address are not listed.
MOST = 20_000
#: Where addresses that begin alike end.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class MementoPost:
    """The post of a capture; *captures*: how many it has, at all of its addresses."""

    site: str
    slug: str
    captures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Memento:
    """One capture without its bytes; the names are those of the columns of ``captures``."""

    id: int
    url: str
    kind: str
    source: str
    captured_at: str
    captured_at_basis: str
    status: int | None
    media_type: str | None
    content_encoding: str | None
    body_sha256: str | None
    redirected_to: str | None
    truncated: str | None
    record_sha256: str

    @property
    def timestamp(self) -> str:
        """UTC, 14 digits; what the capture's time does not say is the earliest that it can be."""
        found = "".join(sign for sign in self.captured_at[:19] if sign.isdigit())
        return found + "00000101000000"[len(found) :]


class Mementos:
    """What the archive behind *db* can show."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence(self._db)

    def body(self, memento: Memento) -> bytes:
        """Its bytes, decoded. Raises IntegrityError; also where this copy has no bytes of it."""
        if memento.body_sha256 is None:
            raise IntegrityError(f"{memento.url}: no body was received")
        return self._evidence.body(memento.body_sha256)

    def head(self, memento: Memento) -> bytes | None:
        """Status line and headers as received; None: there were none."""
        return single.octets(self._db, "SELECT head FROM captures WHERE id = ?", (memento.id,))

    def all(self, url: str) -> list[Memento]:
        """Every memento of *url*, however spelled, oldest first."""
        same = urls.spellings(url)
        marks = ", ".join("?" * len(same))
        found = self._select(f"WHERE url IN ({marks}) AND {_SHOWN} ORDER BY {_ORDER} LIMIT {MOST}", *same)
        return list(found) or self._of_post(url)

    def _of_post(self, url: str) -> list[Memento]:
        """The same for a post that was captured under another of its addresses."""
        joined = "JOIN addresses ON addresses.capture_id = captures.id WHERE addresses.address = ?"
        return list(self._select(f"{joined} AND {_SHOWN} ORDER BY {_ORDER} LIMIT {MOST}", urls.canonical(url)))

    def newest_good(self, found: Sequence[Memento]) -> int:
        """The place of the newest of *found* that shows what is at its address: no failure, no wall before it, no page
        in its place, nothing withdrawn. Where there is none: of the newest.
        """
        poor = self._poor([one.id for one in found])
        for at in reversed(range(len(found))):
            one = found[at]
            if (one.status or 200) < 400 and one.id not in poor and not self.is_withdrawn(one):
                return at
        return len(found) - 1

    def _poor(self, captures: list[int]) -> set[int]:
        """Those of *captures* that show something else than what is at their address."""
        return {number for (number,) in self._db.execute(_POOR, (json.dumps(captures),))}

    def confirmed(self, url: str, timestamp: str) -> Memento | None:
        """What a 304 of that very second confirmed; None: there was none."""
        same = urls.spellings(url)
        marks = ", ".join("?" * len(same))
        where = f"WHERE id = (SELECT not_modified_of FROM captures WHERE url IN ({marks}) AND captured_at LIKE ?)"
        year, rest = timestamp[:4], [timestamp[at : at + 2] for at in range(4, 14, 2)]
        return next(self._select(where, *same, "{}-{}-{}T{}:{}:{}%".format(year, *rest)), None)

    def has(self, url: str) -> bool:
        """Whether there is a memento of *url* that is no failure."""
        same = urls.spellings(url)
        marks = ", ".join("?" * len(same))
        (found,) = self._db.execute(
            f"SELECT EXISTS (SELECT 1 FROM captures WHERE url IN ({marks}) AND {_SHOWN} AND ifnull(status, 200) < 400)"
            " OR EXISTS (SELECT 1 FROM addresses WHERE address = ? AND post_url IS NOT NULL)",
            (*same, urls.canonical(url)),
        ).fetchone()
        return bool(found)

    def picture(self, url: str) -> Memento | None:
        """The picture that *url* shows, any rendition of it: the original, else the largest that was kept.

        None: none was kept, or it was withdrawn.
        """
        found = self._picture(url)
        if found and not self.is_withdrawn(found):
            return found
        return None

    def _picture(self, url: str) -> Memento | None:
        original = wix_media.original(url) or url
        for address in dict.fromkeys((original, urls.normalise(original), url)):
            found = self._one(address, "image") or self._rendition(address)
            if found is not None:
                return found
        if not original.startswith(wix_media.MEDIA):
            return None
        return self._mirrored(original)

    def _mirrored(self, original: str) -> Memento | None:
        """A picture with Wix's id that was fetched from another host."""
        named = "WHERE id = (SELECT capture_id FROM images WHERE url = ? AND capture_id IS NOT NULL LIMIT 1)"
        found = next(self._select(named, original), None)
        if found is not None:
            return found
        mirror = self._mirrors.get(original)
        if not mirror:
            return None
        return self._one(mirror, "image")

    @cached_property
    def _mirrors(self) -> dict[str, str]:
        """Original's address on Wix's own host → that of a picture with its id from another host, the newest."""
        where = "WHERE kind = 'image' AND (url < ?1 OR url >= ?1 || char(0x10ffff))"
        rows = self._db.execute(f"SELECT url FROM captures {where} AND {_WHOLE} ORDER BY {_ORDER}", (wix_media.MEDIA,))
        return {wix_media.original(url) or url: url for (url,) in rows}

    def _rendition(self, original: str) -> Memento | None:
        where = "JOIN bodies ON bodies.sha256 = body_sha256 WHERE url >= ? AND url < ? AND kind = 'image'"
        chosen = f"{where} AND {_WHOLE} ORDER BY bodies.length DESC, record_sha256 LIMIT 1"
        return next(self._select(chosen, f"{original}/", f"{original}0"), None)

    def style(self, url: str) -> Memento | None:
        """The style sheet at *url*, as last kept."""
        return self._one(url, "style")

    def _one(self, url: str, kind: str) -> Memento | None:
        same = urls.spellings(url)
        marks = ", ".join("?" * len(same))
        where = f"WHERE url IN ({marks}) AND kind = ? AND body_sha256 IS NOT NULL AND {_WHOLE}"
        return next(self._select(f"{where} ORDER BY {_ORDER} DESC LIMIT 1", *same, kind), None)

    def is_withdrawn(self, memento: Memento) -> bool:
        """Whether it was taken out of everything that can be read."""
        return is_withdrawn(self._db, memento.url, memento.kind, memento.record_sha256)

    def not_withdrawn(self, found: Iterable[Memento]) -> list[Memento]:
        """Those of *found* that were not taken out of what can be read."""
        if not self._db.execute("SELECT EXISTS (SELECT 1 FROM withdrawals)").fetchone()[0]:
            return list(found)
        return [one for one in found if not self.is_withdrawn(one)]

    def post_of(self, memento: Memento) -> MementoPost | None:
        """The post that the capture belongs to; None: to none."""
        row = self._db.execute(
            "SELECT site, slug, (SELECT count(*) FROM post_captures WHERE post_id = posts.id)"
            " FROM post_captures JOIN posts ON posts.id = post_id WHERE post_captures.capture_id = ?",
            (memento.id,),
        ).fetchone()
        if row is None:
            return None
        return MementoPost(*row)

    def beginning(self, prefixes: tuple[str, ...], *, whole: bool) -> Iterator[Memento]:
        """Mementos whose address begins with one of *prefixes* (*whole*: is one of them), in no order."""
        for prefix in prefixes:
            if whole:
                yield from self._select(f"WHERE url = ? AND {_SHOWN}", prefix)
            else:
                yield from self._select(f"WHERE url >= ? AND url < ? AND {_SHOWN}", prefix, prefix + _LAST)

    def below(self, domain: str) -> Iterator[Memento]:
        """Mementos of all hosts that end with *domain* (``.upr2020.org``), in no order."""
        yield from self._select(f"WHERE url LIKE ? ESCAPE '\\' AND {_SHOWN}", f"%://%{_inside(domain)}/%")

    def lengths(self, digests: list[str]) -> dict[str, int]:
        """Length in bytes of each body that is here."""
        found: dict[str, int] = {}
        for at in range(0, len(digests), 500):
            part = digests[at : at + 500]
            marks = ", ".join("?" * len(part))
            rows = self._db.execute(f"SELECT sha256, length FROM bodies WHERE sha256 IN ({marks})", part).fetchall()
            found |= {row[0]: row[1] for row in rows}
        return found

    def _select(self, rest: str, *values: object) -> Iterator[Memento]:
        for row in self._db.execute(f"{_SELECT} {rest}", values):
            yield Memento(**dict(zip(_COLUMNS, row, strict=True)))


def _inside(text: str) -> str:
    """*text* as LIKE takes it literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
