"""How a connection that only reads opens an archive, so that it leaves nothing in the way of those who write it.

Whoever reads a database with a log lets SQLite make the files of the log beside it, as their own and with the rights of
the archive: those who write the archive could then no longer do so. Where that threatens and nobody has it open, the
file is taken as still (https://sqlite.org/uri.html, "immutable") and looked at once more behind the reading.
"""

import os
import sqlite3
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WayIn:
    """How to open one archive for reading."""

    path: Path
    #: How SQLite is to name it.
    address: str
    #: The file as it was when it was taken as still: device, number, size, time. None: SQLite's own locks see to it.
    still: tuple[int, ...] | None = None

    def holds(self) -> bool:
        """Whether all that was read so far by this way is of one state of the archive."""
        return self.still is None or self.still == _standing(self.path)

    def check(self) -> None:
        """Raises sqlite3.OperationalError where what was read may be of two states."""
        if not self.holds():
            raise sqlite3.OperationalError("the archive was written to while it was read")


def way_in(path: Path) -> WayIn:
    """How to open the archive at *path* now. A commit by somebody else may make it another way."""
    standing = _standing(path)
    address = f"{path.absolute().as_uri()}?mode=ro"
    if any(map(os.path.exists, beside(path))) or not _would_be_in_the_way(path):
        return WayIn(path, address)
    return WayIn(path, f"{address}&immutable=1", standing)


def beside(path: Path) -> list[Path]:
    """The files that SQLite keeps beside the one at *path*: its log, and the index of that."""
    return [Path(f"{path}{ending}") for ending in ("-wal", "-shm")]


def _standing(path: Path) -> tuple[int, ...] | None:
    """What changes with each write to the file itself; None: it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _would_be_in_the_way(path: Path) -> bool:
    """Whether some who write the archive could not write what SQLite made beside it for this process."""
    try:
        archive, folder = path.stat(), path.absolute().parent.stat()
    except OSError:
        return False
    user = os.geteuid()
    if not os.access(path, os.W_OK):
        return True
    return bool(user) and not writable_as_well(archive, folder, user=user, group=os.getegid())


def writable_as_well(archive: os.stat_result, folder: os.stat_result, *, user: int, group: int) -> bool:
    """Whether all who may write the *archive* may write what *user* of *group* makes beside it with its rights."""
    if archive.st_mode & stat.S_IWOTH:
        return True
    if archive.st_mode & stat.S_IWGRP:
        made_of = folder.st_gid if folder.st_mode & stat.S_ISGID else group
        return made_of == archive.st_gid
    return user == archive.st_uid
