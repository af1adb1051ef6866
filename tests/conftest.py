"""Fixtures that several test files share."""

import gc
import importlib.util
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from scraper import schema

# No deadline: on a loaded machine the first example pays for the imports. The quick profile takes the same examples
# each time, so that a change is judged by what it changes; `--hypothesis-profile=thorough` looks longer, and elsewhere.
_UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=60, derandomize=True, **_UNHURRIED)
settings.register_profile("thorough", max_examples=400, **_UNHURRIED)
settings.load_profile("quick")


#: Where files lie in memory. An archive syncs every commit to its disk, which tests would wait for most of their time.
IN_MEMORY = Path("/dev/shm")
#: What must be free there: containers give 64 MB by default, which is too little.
ROOM_BYTES = 4 << 30


def pytest_configure() -> None:
    """Put the folders of tests where nobody waits for a disk, unless whoever runs them says where; workers and children
    keep what they compile.
    """
    if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))
    # Containers often forbid Python to keep what it compiled: each of a few hundred processes would compile all anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection() -> None:
    """Collecting makes millions of objects that stay: looking for garbage among them takes a third of its time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was collected stays to the end: nothing of it needs to be looked through for garbage after each test."""
    gc.enable()
    gc.collect()
    gc.freeze()


def _load(name: str) -> ModuleType:
    """A module of this folder that holds no tests."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_faults = _load("fault_server")
_archives = _load("archives")
_old_web = _load("old_web")


@pytest.fixture(scope="session")
def archives() -> Any:
    """Pages in the shape of Wix posts, and archives filled with captures of them."""
    return _archives


@pytest.fixture(scope="session")
def _full_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(_archives.fill(tmp_path_factory.mktemp("archives") / "full.db", _archives.captures()))


@pytest.fixture
def full(_full_archive: Path, tmp_path: Path) -> Path:
    """An archive of its own with a bit of everything: `archives.captures()` and an answer 304."""
    return Path(shutil.copy(_full_archive, tmp_path / "full.db"))


@pytest.fixture(scope="session")
def _sealed_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chinese = _archives.page("审判", "法官听取了九名证人的证词。", slug="cjk")
    cjk = _archives.live("/post/cjk", "2021-05-20T00:00:00Z", chinese)
    kept = [*_archives.captures(), cjk, *_archives.oddities()]
    return Path(_archives.fill(tmp_path_factory.mktemp("sealed") / "sealed.db", kept))


@pytest.fixture
def sealed(_sealed_archive: Path, tmp_path: Path) -> Path:
    """An archive of its own with more: what comes back, moves or breaks, and a post in Chinese; to be altered."""
    return Path(shutil.copy(_sealed_archive, tmp_path / "sealed.db"))


@pytest.fixture
def sealed_db(sealed: Path) -> Iterator[sqlite3.Connection]:
    """A connection to `sealed`, each statement committed at once."""
    with closing(sqlite3.connect(sealed, isolation_level=None)) as connection:
        yield connection


@pytest.fixture(scope="session")
def _archive_of_one_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("one-site") / "a.db"
    with closing(schema.open_archive(path, create=True).conn) as db:
        db.execute("INSERT INTO sites VALUES ('a', 'A', 'https://a.example/', 'wix', 'live')")
    return path


@pytest.fixture
def db(_archive_of_one_site: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The archive ``a.db``, in the test's own folder: one site, ``a``, and no post."""
    path = shutil.copy(_archive_of_one_site, tmp_path / "a.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def clock() -> Any:
    """A clock that moves only when somebody sleeps."""
    return _faults.Clock()


@pytest.fixture
def faults(clock: Any) -> Iterator[Any]:
    """A loopback server that misbehaves as told; its log is written by `clock`."""
    server = _faults.FaultServer(monotonic=clock.monotonic)
    yield server
    server.close()


@pytest.fixture
def other_faults(clock: Any) -> Iterator[Any]:
    """A second one, on another port."""
    server = _faults.FaultServer(monotonic=clock.monotonic)
    yield server
    server.close()


@pytest.fixture
def ipv6_faults(clock: Any) -> Iterator[Any]:
    """The same on IPv6's loopback; skipped on machines without it."""
    try:
        server = _faults.FaultServer("::1", monotonic=clock.monotonic)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    yield server
    server.close()


@pytest.fixture
def old_web() -> Iterator[Any]:
    """A stand-in for the Internet Archive and for Common Crawl, empty."""
    web = _old_web.OldWeb()
    web.start()
    yield web
    web.close()


@pytest.fixture
def open_served() -> Iterator[Callable[[Path], str]]:
    """A function that serves an archive's reading room in a process of its own and gives its address."""
    running: list[subprocess.Popen[str]] = []

    def inner(path: Path) -> str:
        code = f"from pathlib import Path; from scraper.serve import run; run(Path({str(path)!r}), port=0)"
        process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stderr is not None
        found = re.search(r"http://[^/]+/", process.stderr.readline())
        assert found
        return found[0]

    yield inner
    for process in running:
        process.terminate()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()
