"""What stands around every page: the archive's name above, its state below."""

import sqlite3
from dataclasses import dataclass, field, replace

from scraper.serve.archive import Room
from scraper.store import ANY_ARCHIVE, Settings, holdings, presented


@dataclass(frozen=True, slots=True)
class Frame:
    """The same for all pages of one state of the archive."""

    name: str = ANY_ARCHIVE
    #: Whose posts these are; empty: nobody in particular.
    publisher: str = ""
    settings: Settings = field(default_factory=Settings)
    totals: holdings.Totals = field(default_factory=holdings.Totals)
    standing: holdings.ArchiveStanding = field(default_factory=holdings.ArchiveStanding)


_made: dict[tuple[Room, str], Frame] = {}
#: The last one that was made of each room, whatever its state.
_last: dict[Room, Frame] = {}


def frame_of(room: Room | None) -> Frame:
    """That of *room*; a bare one without a room. Where its archive cannot be read the last one, or a bare one.

    Waits for nobody who has locked the archive: every page asks for this, several times.
    """
    if room is None:
        return Frame()
    key = (room, room.state())
    if key not in _made:
        try:
            with room.look(wait=0) as db:
                found = framed(db, room.public_url)
        except sqlite3.Error:
            return _last.get(room, Frame())
        _last[room] = found
        if not key[1]:
            return found  # being written: the next page may have another
        _made.clear()
        _made[key] = found
    return _made[key]


def framed(db: sqlite3.Connection, public_url: str = "") -> Frame:
    """The frame of the archive that *db* has open; *public_url* stands for the one in its settings; empty: that one."""
    said = presented(db) if "meta" in holdings.tables(db) else Settings(name=ANY_ARCHIVE)
    said = replace(said, public_url=public_url or said.public_url)
    return Frame(
        name=said.name,
        publisher=said.publisher,
        settings=said,
        totals=holdings.totals(db),
        standing=holdings.standing(db),
    )
