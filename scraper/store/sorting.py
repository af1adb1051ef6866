"""Digests in their order, more of them than memory should hold: sorted some at a time, on disk, and merged."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from heapq import merge
from itertools import islice, pairwise

from scraper.digests import OCTETS
from scraper.unwritable import ELSEWHERE, TEMPORARY, unwritable

#: Digests that are sorted in memory, some 2.5 MB; most tables have fewer rows.
_HELD = 32768
#: Of each sorted part, digests that are read at a time.
_READ = 512


@contextmanager
def in_order(digests: Iterable[bytes], held: int = _HELD) -> Iterator[Iterator[bytes]]:
    """*digests*, each of `OCTETS` bytes, sorted; at most *held* of them are in memory.

    Raises ArchiveUnusable where more cannot be written to the folder for temporary files.
    """
    waiting = iter(digests)
    first = sorted(islice(waiting, held))
    if len(first) < held:
        yield iter(first)
        return
    try:
        with tempfile.TemporaryFile(prefix="ushrn-sort-") as file:
            ends, part = [0], first
            while part:
                file.write(b"".join(part))
                file.flush()
                ends.append(ends[-1] + len(part) * OCTETS)
                part = sorted(islice(waiting, held))
            parts = (_part(file.fileno(), start, end) for start, end in pairwise(ends))
            yield merge(*parts)
    except OSError as error:
        raise unwritable(TEMPORARY, error, ELSEWHERE) from error


def _part(file: int, start: int, end: int) -> Iterator[bytes]:
    """The digests that stand from *start* to before *end* of a file."""
    size = _READ * OCTETS
    for at in range(start, end, size):
        block = os.pread(file, min(size, end - at), at)
        yield from (block[here : here + OCTETS] for here in range(0, len(block), OCTETS))
