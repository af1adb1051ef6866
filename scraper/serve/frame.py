"""What stands around every page: the archive's name above, its state below."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace

from scraper import sites
from scraper.serve import texts
from scraper.serve.archive import Room
from scraper.store import Settings, holdings, settings_of


@dataclass(frozen=True, slots=True)
class Frame:
    """The same for all pages of one state of the archive."""

    name: str = texts.ARCHIVE
    #: Whose posts these are; empty: nobody in particular.
    publisher: str = ""
    settings: Settings = field(default_factory=Settings)
    totals: holdings.Totals = field(default_factory=holdings.Totals)
    standing: holdings.ArchiveStanding = field(default_factory=holdings.ArchiveStanding)


_made: dict[tuple[Room, str], Frame] = {}


def frame_of(room: Room | None) -> Frame:
    """That of *room*; a bare one without a room, or where its archive cannot be read."""
    if room is None:
        return Frame()
    key = (room, room.state())
    if key not in _made:
        try:
            with closing(room.connect()) as db:
                found = framed(db, room.public_url)
        except sqlite3.Error:
            return Frame()
        if not key[1]:
            return found  # being written: the next page may have another
        _made.clear()
        _made[key] = found
    return _made[key]


def framed(db: sqlite3.Connection, public_url: str = "") -> Frame:
    """The frame of the archive that *db* has open; *public_url* stands for the one in its settings; empty: that one."""
    said = settings_of(db) if "meta" in holdings.tables(db) else Settings()
    said = replace(said, public_url=public_url or said.public_url)
    own = of_the_network(db)
    return Frame(
        name=said.name or (texts.ARCHIVE if own else texts.ANY_ARCHIVE),
        publisher=said.publisher or (texts.NETWORK if own else ""),
        settings=said,
        totals=holdings.totals(db),
        standing=holdings.standing(db),
    )


def of_the_network(db: sqlite3.Connection) -> bool:
    """Whether all sites of the archive are the network's own, as `sites` knows them."""
    known = [row[0] for row in holdings.sites(db)]
    return bool(known) and all(sites.by_id(site) for site in known)
