"""Work shared out to processes: what is told when one of them cannot be started, or is killed."""

import errno
import multiprocessing
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper import schema
from scraper.errors import Interrupted
from scraper.store import workers
from scraper.verify.stored import decode_chunk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    schema.open_archive(tmp_path / "archive.db", create=True).conn.close()
    return tmp_path / "archive.db"


def test_a_process_that_is_killed_ends_the_work_in_one_line(path: Path) -> None:
    before = set(multiprocessing.active_children())

    def chunks() -> Iterator[list[int]]:
        yield from ([] for _ in range(4))
        for process in set(multiprocessing.active_children()) - before:
            process.kill()
            process.join()
        yield from ([] for _ in range(4))

    with workers.in_order(decode_chunk, path, chunks(), 2) as answers, pytest.raises(Interrupted, match="was killed"):
        list(answers)
    assert set(multiprocessing.active_children()) <= before


def test_where_no_process_can_be_started_that_is_said(path: Path) -> None:
    workers.warm(decode_chunk)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        with pytest.raises(Interrupted, match="no more processes") as told:
            workers.in_order(decode_chunk, path, [[]], 2).__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert os.strerror(errno.EMFILE) in str(told.value)
