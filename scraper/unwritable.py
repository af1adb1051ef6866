"""Why a file cannot be written, and what helps: for every place that writes files."""

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scraper.errors import ArchiveReadOnly, ArchiveUnusable, DiskFull

#: How a folder for temporary files is called that has no name, as there is none.
TEMPORARY = "the folder for temporary files"
#: What helps where that is the place.
ELSEWHERE = "set TMPDIR to another folder"

#: What the system says (errno(3)) where there is room, but not for this.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
#: What it says → what to do.
_CURES = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room, have the quota raised",
    errno.EFBIG: "raise the limit (ulimit -f)",
    errno.EROFS: "have its disk mounted to be written",
    errno.EACCES: "check its owner and permissions",
    errno.EPERM: "check its owner and permissions",
    errno.EMFILE: "raise the limit (ulimit -n)",
    errno.ENFILE: "end other programs",
    errno.ENAMETOOLONG: "give it a shorter name",
    errno.EIO: "check its disk",
}


def unwritable(place: object, error: OSError, instead: str) -> ArchiveUnusable:
    """Our error for *error*, which the system raised when a file was to be written at *place*; *instead*: what helps in
    any case.
    """
    kind = DiskFull if error.errno in _FULL else ArchiveReadOnly
    cure = _CURES.get(error.errno or 0, "check the place")
    return kind(f"{place}: cannot be written ({error.strerror or error}); {cure}, or {instead}")


@contextmanager
def workroom(name: str) -> Iterator[Path]:
    """A folder for copies, whose name begins with *name*, taken away at the end. Raises ArchiveUnusable, also for what
    cannot be written within.
    """
    place = TEMPORARY
    try:
        with tempfile.TemporaryDirectory(prefix=name) as folder:
            place = folder
            yield Path(folder)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(error.filename or place, error, ELSEWHERE) from error
