"""One writer at a time: a lock beside the archive, held by the process and freed by the system when that ends.

`archive.db.lock` is what is locked. Who holds it takes it away at the end; as it may be taken away between another's
opening and locking it, whoever has locked it looks whether it is still the one in the folder. Who holds it stands in
`archive.db.lock.holder`, which is for people: a killed run leaves both behind, and the next one takes them over.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scraper.errors import ArchiveBusy, ArchiveReadOnly, NotAnArchive


@contextmanager
def writing(path: str | Path, since: str) -> Iterator[None]:
    """Hold the archive at *path* for this process while the block runs; *since* is the time now, ISO 8601 UTC.

    Raises ArchiveBusy at once, naming who holds it and since when; NotAnArchive when
    it is a folder or its folder does not exist, ArchiveReadOnly when that cannot be written.
    """
    path = Path(path)
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where the folder above may not be looked into
        raise NotAnArchive(f"{path}: expected an archive, found a folder; name a file with --db")
    if not path.absolute().parent.is_dir():
        raise NotAnArchive(f"{path}: its folder does not exist; make it first, or name another with --db")
    place = _beside(path, ".lock")
    try:
        lock = _locked(place)
    except BlockingIOError as error:
        raise ArchiveBusy(f"{path}: {_holder(path)}; wait for it to finish, or stop it") from error
    except OSError as error:
        raise ArchiveReadOnly(f"{path}: cannot be locked ({error.strerror}); check its folder's permissions") from error
    try:
        with suppress(OSError):  # a full disk: the lock holds without its note
            _beside(path, ".lock.holder").write_text(json.dumps({"pid": os.getpid(), "since": since}), encoding="utf-8")
        yield
    finally:
        _beside(path, ".lock.holder").unlink(missing_ok=True)
        place.unlink(missing_ok=True)  # while it is locked: nobody else can have it
        os.close(lock)


def _locked(place: Path) -> int:
    """The open, locked file at *place*. Raises BlockingIOError where another process holds it, OSError else."""
    while True:
        lock = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(lock), os.stat(place)):  # noqa: PTH116 - the link itself is not followed
                    return lock
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)


def _beside(path: Path, ending: str) -> Path:
    """The file beside the archive itself: by a link, too, there is one lock."""
    real = Path(os.path.realpath(path))
    return real.with_name(real.name + ending)


def _holder(path: Path) -> str:
    """Who holds the archive, in words."""
    note = _note(path)
    if note is None:
        return "another run holds it"
    return f"another run holds it, process {note[0]} since {note[1]}"


def _note(path: Path) -> tuple[int, str] | None:
    """The process that holds the archive, and since when, as it says itself; None: there is no such note."""
    try:
        held = json.loads(_beside(path, ".lock.holder").read_text(encoding="utf-8"))
        return int(held["pid"]), str(held["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_held(path: str | Path) -> bool:
    """Whether a run that still lives has noted that it holds the archive. Takes no lock: nobody is kept from it."""
    note = _note(Path(path))
    if note is None:
        return False
    try:
        os.kill(note[0], 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's process
        return True
    return True
