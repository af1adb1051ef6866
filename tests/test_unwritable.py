"""Why a file cannot be written is said as it is, and not as a full disk."""

import errno
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scraper.errors import ArchiveReadOnly, ArchiveUnusable, DiskFull
from scraper.store import sorting
from scraper.unwritable import unwritable, workroom


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, DiskFull, "(No space left on device); make room, or write elsewhere"),
        (errno.EDQUOT, DiskFull, "(Disk quota exceeded)"),
        (errno.EFBIG, DiskFull, "ulimit -f"),
        (errno.EROFS, ArchiveReadOnly, "(Read-only file system)"),
        (errno.EACCES, ArchiveReadOnly, "(Permission denied); check its owner"),
        (errno.EMFILE, ArchiveReadOnly, "(Too many open files); raise the limit"),
        (errno.ENAMETOOLONG, ArchiveReadOnly, "(File name too long)"),
        (errno.ESTALE, ArchiveReadOnly, os.strerror(errno.ESTALE)),
    ],
)
def test_each_cause_has_its_words_and_what_helps(number: int, kind: type[ArchiveUnusable], words: str) -> None:
    told = unwritable("x.csv", OSError(number, os.strerror(number)), "write elsewhere")
    assert type(told) is kind
    assert str(told).startswith("x.csv: cannot be written (")
    assert words in str(told)


@contextmanager
def few_files() -> Iterator[None]:
    """No more files can be opened."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = os.open(os.devnull, os.O_RDONLY)
    resource.setrlimit(resource.RLIMIT_NOFILE, (held + 1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        os.close(held)


@contextmanager
def temporary(place: Path) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, str(place)
    try:
        yield
    finally:
        tempfile.tempdir = before


def test_a_workroom_names_the_folder_and_the_cause(tmp_path: Path) -> None:
    nowhere = tmp_path / "gone"
    with temporary(nowhere), pytest.raises(ArchiveReadOnly, match=f"{nowhere}.*No such file.*TMPDIR"), workroom("a-"):
        pass
    with pytest.raises(ArchiveReadOnly, match="File name too long"), workroom("a" * 300):
        pass


def test_within_a_workroom_too_many_files_are_no_full_disk() -> None:
    with pytest.raises(ArchiveReadOnly, match="Too many open files"), workroom("a-") as folder, few_files():
        (folder / "copy").write_text("")


def test_digests_that_cannot_be_put_in_order_say_why(tmp_path: Path) -> None:
    digests = (bytes([number]) * sorting.OCTETS for number in range(9, 0, -1))
    with (
        temporary(tmp_path / "gone"),
        pytest.raises(ArchiveReadOnly, match=r"temporary files.*No such file"),
        sorting.in_order(digests, held=2),
    ):
        pass
