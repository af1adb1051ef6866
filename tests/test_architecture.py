"""Who may import whom, and which module is the one door to each library."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "scraper"

#: Nouns import only nouns. A verb imports nouns and the verbs named here. An assembler imports what it likes.
NOUNS = {
    "__init__",
    "errors",
    "records",
    "urls",
    "pictures",
    "thumbnails",
    "provenance",
    "sites",
    "charset",
    "dates",
    "digests",
    "numbers",
    "language",
    "magic",
    "page",
    "remember",
    "sanitise",
    "layouts",
}
VERBS: dict[str, set[str]] = {
    "reading": {"warc"},
    "decide": set(),
    "fetch": set(),
    "lock": set(),
    "schema": set(),
    "store": {"decide", "schema"},
    "search": {"schema"},
    "diff": set(),
    "cite": set(),
    "warc": set(),
    "seal": {"reading", "schema", "store", "warc"},
    "runs": {"decide", "fetch", "lock", "reading", "schema", "seal", "store"},
    "replay": {"warc"},
}
ASSEMBLERS = {
    "__main__",
    "cli",
    "crawl",
    "rebuild",
    "accept",
    "recover",
    "imports",
    "verify",
    "export",
    "terminal",
    "schedule",
    "serve",
    "demo",
}

#: Library → the only rooms, or modules of a room, that import it. A library that is not here has no door yet.
DOORS = {
    "PIL": {"thumbnails"},
    "brotli": {"magic"},
    "click": {"cli"},
    "cryptography": {"seal", "warc/wacz_auth"},
    "datasette": {"serve"},
    "duckdb": {"export/parquet"},
    "feedparser": {"reading/sources"},
    "gcld3": {"language"},
    "httpcore": {"fetch"},
    "httpx": {"fetch"},
    "jinja2": {"serve"},
    "markupsafe": {"serve"},
    "nh3": {"sanitise"},
    "protego": {"fetch"},
    "pypdf": {"reading/pdf"},
    "rfc3161_client": {"seal"},
    "selectolax": {"page"},
    "sqlite_utils": {"schema"},
    "uvicorn": {"serve"},
    "zstandard": {"store/bodies", "magic", "warc/zstd_frames"},
}


def modules() -> list[tuple[str, Path]]:
    """(``room`` or ``room/module``, path) of every module; a folder is one room."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).with_suffix("")
        found.append((inside.as_posix().removesuffix("/__init__"), path))
    return found


def imports_of(source: str) -> set[str]:
    """Dotted names that *source* imports, at any depth of nesting."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def complaints(module: str, source: str) -> list[str]:
    """What *source*, living in *module*, imports against the rules of the house."""
    wrong = []
    for name in imports_of(source):
        top, _, rest = name.partition(".")
        if top == "scraper":
            wrong += refused(module.partition("/")[0], rest.partition(".")[0])
        elif top not in sys.stdlib_module_names and not {module, module.partition("/")[0]} & DOORS.get(top, set()):
            wrong.append(f"{top} has one door, {'/'.join(DOORS.get(top, {'none yet'}))}, and {module} is not it")
    return sorted(set(wrong))


def refused(room: str, other: str) -> list[str]:
    """Why *room* may not import *other*; empty: it may."""
    free = other == room or other in NOUNS or other not in VERBS.keys() | ASSEMBLERS
    if free or room in ASSEMBLERS or other in VERBS.get(room, set()):
        return []
    return [f"{room} may not import {other}"]


@pytest.mark.parametrize(("module", "path"), modules())
def test_imports_point_from_verbs_to_nouns_and_through_one_door(module: str, path: Path) -> None:
    assert complaints(module, path.read_text("utf-8")) == []


def test_every_module_has_a_place_in_the_house() -> None:
    assert {module.partition("/")[0] for module, _ in modules()} - {
        "scraper"
    } - NOUNS - VERBS.keys() - ASSEMBLERS == set()


def test_every_door_is_used() -> None:
    imported = {name.partition(".")[0] for _, path in modules() for name in imports_of(path.read_text("utf-8"))}
    assert DOORS.keys() - imported == set()


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("reading/capture", "import httpx"),
        ("reading/page_reader", "from scraper.store import Archive"),
        ("urls", "from scraper import fetch"),
        ("fetch/robots", "from scraper.crawl import run_crawl"),
        ("reading/sources", "def f():\n    import scraper.fetch"),
        ("store/archive", "import sqlite_utils"),
        ("layouts/wix", "import selectolax"),
        ("crawl/run", "import requests"),
    ],
)
def test_a_forbidden_import_turns_the_test_red(module: str, line: str) -> None:
    assert complaints(module, line)
