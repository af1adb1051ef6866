"""One archive that a running Datasette has open: which of its databases it is, and in what state."""

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import tilde_encode

from scraper import __version__, schema
from scraper.store import holdings

#: Tables without which a database is not one of ours. Those of the captures may be missing: an archive can be
#: published without them.
NEEDED = frozenset({"sites", "posts", "revisions", "counts", "events", "known_urls", "posts_fts", "posts_exact"})

#: Seconds that a page waits for whoever has locked the archive: a commit without a write-ahead log takes less, a
#: longer lock is none that readers are to wait for.
LOCKED = 1.0


@dataclass(frozen=True, slots=True)
class Room:
    """Where the pages of one archive come from."""

    #: Its name in Datasette.
    database: str
    #: The first part of the path of its data bench.
    bench: str
    path: Path
    #: True: the file is promised not to change while it is served.
    immutable: bool
    #: ``/`` or the prefix under which a proxy shows us, with a slash behind.
    base: str = "/"
    #: Where the public reads it, as whoever started the server says; empty: as the archive's settings say.
    public_url: str = ""

    def state(self, now: Callable[[], float] = time.time) -> str:
        """A short token that differs whenever the archive may have changed: the files' sizes and times, our version.

        The write-ahead log counts too, so that each commit of a crawl is a new state. Empty while the last change is so
        young that another one could hide in the same tick of the file system's clock.
        """
        found = schema.file_state(self.path, now)
        if not (found.settled or self.immutable):
            return ""
        return hashlib.sha256(f"{__version__}\n{found.sign}".encode()).hexdigest()[:16]

    def way_in(self) -> schema.WayIn:
        """How it is to be opened now."""
        if self.immutable:
            return schema.WayIn(self.path, f"{self.path.absolute().as_uri()}?immutable=1")
        return schema.way_in(self.path)

    def connect(self, way: schema.WayIn, wait: float = LOCKED) -> sqlite3.Connection:
        """A read-only connection of one's own, which may be used from any thread, by one at a time.

        What it reads is of one state of the archive as long as the *way* holds. It waits *wait* seconds for whoever has
        locked the archive. Raises sqlite3.Error.
        """
        connection = sqlite3.connect(way.address, uri=True, check_same_thread=False, timeout=wait)
        connection.row_factory = sqlite3.Row
        try:
            schema.show_as_today(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def look(self, wait: float = LOCKED) -> Iterator[sqlite3.Connection]:
        """A connection for a short look. Raises sqlite3.Error, also where the archive was written to meanwhile."""
        way = self.way_in()
        with closing(self.connect(way, wait)) as connection:
            yield connection
        way.check()

    def at_hand(self) -> "FileAtHand":
        """Which file stands at the archive's place now.

        Raises OSError, sqlite3.Error where there is none, it is none of ours, or somebody has locked it.
        """
        found, way = self.path.stat(), self.way_in()
        with self.look() as connection:
            if not is_ours(connection):
                raise sqlite3.DatabaseError("not an archive of ours")
        return FileAtHand(found.st_dev, found.st_ino, way)


@dataclass(frozen=True, slots=True)
class FileAtHand:
    """The file of an archive: its device, its number there, and how it is opened. Another one needs new connections."""

    device: int
    number: int
    way: schema.WayIn


_rooms: WeakKeyDictionary[Datasette, Room | None] = WeakKeyDictionary()
#: Where the public reads what a Datasette serves, as whoever started it says.
_told: WeakKeyDictionary[Datasette, str] = WeakKeyDictionary()


def read_at(datasette: Datasette, public_url: str) -> None:
    """The public reads what *datasette* serves at *public_url*; empty: as the archive's own settings say."""
    _told[datasette] = public_url.rstrip("/")
    _rooms.pop(datasette, None)  # Datasette asks for the room while it is made


def room_of(datasette: Datasette) -> Room | None:
    """The first database of *datasette* that is an archive of ours; None: there is none, and we stay idle."""
    if datasette not in _rooms:
        base = str(datasette.setting("base_url"))
        looked_at = (_look(database, base, _told.get(datasette, "")) for database in datasette.databases.values())
        _rooms[datasette] = next((room for room in looked_at if room), None)
    return _rooms[datasette]


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the database has the tables that our pages read, and is not of a version to come."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return version <= schema.VERSION and holdings.tables(connection) >= NEEDED


def is_alone(datasette: Datasette) -> bool:
    """Whether an archive of ours is the only database that *datasette* has open."""
    return room_of(datasette) is not None and sum(bool(each.path) for each in datasette.databases.values()) == 1


def _look(database: Database, base: str, public_url: str) -> Room | None:
    if not database.path:
        return None
    bench = tilde_encode(database.route or database.name)
    room = Room(database.name, bench, Path(database.path), not database.is_mutable, base, public_url)
    try:
        with room.look() as connection:
            if not is_ours(connection):
                return None
            return room
    except sqlite3.Error:
        return None
