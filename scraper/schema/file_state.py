"""In what state the file of an archive is, told from outside."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: Seconds after which a change of the file is told from the next one.
SETTLED = 2.0


@dataclass(frozen=True, slots=True)
class FileState:
    """What stood on the disk at one moment."""

    #: Differs whenever the archive may have changed: inode, size and time of the file and of its write-ahead log.
    sign: str
    #: The last change is so old that no other one can hide in the same tick of the file system's clock.
    settled: bool


def path_of(db: sqlite3.Connection) -> Path | None:
    """The file that *db* has open; None: it has none, as one in memory."""
    path = next((path for _, name, path in db.execute("PRAGMA database_list") if name == "main"), None)
    if not path:
        return None
    return Path(path)


def file_state(path: Path, now: Callable[[], float] = time.time) -> FileState:
    """The state of the archive at *path*. The log counts too, so that each commit of a crawl is a new state."""
    signs, newest = [], 0.0
    for each in (path, path.with_name(path.name + "-wal")):
        try:
            stat = each.stat()
        except OSError:
            continue
        if not stat.st_size:
            continue  # whoever opens the archive makes an empty log; it says nothing
        signs.append(f"{stat.st_ino} {stat.st_size} {stat.st_mtime_ns}")
        newest = max(newest, stat.st_mtime)
    return FileState("\n".join(signs), now() - newest >= SETTLED)
