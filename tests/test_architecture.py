"""Who may import whom, and which module is the one door to each library."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "scraper"

#: Nouns import only nouns. A verb imports nouns and the verbs named here. An assembler imports what it likes.
NOUNS = {
    "__init__",
    "errors",
    "records",
    "urls",
    "sites",
    "charset",
    "dates",
    "digests",
    "numbers",
    "language",
    "page",
    "sanitise",
    "layouts",
}
VERBS: dict[str, set[str]] = {
    "discover": set(),
    "extract": set(),
    "pdf": set(),
    "decide": set(),
    "counts": set(),
    "fetch": set(),
    "lock": set(),
    "bodies": set(),
    "schema": set(),
    "store": {"bodies", "decide", "schema"},
    "search": {"schema"},
    "diff": set(),
    "cite": set(),
    "webarchives": set(),
}
ASSEMBLERS = {
    "__main__",
    "cli",
    "crawl",
    "recover",
    "imports",
    "evidence",
    "verify",
    "export",
    "status",
    "show",
    "schedule",
    "serve",
    "demo",
}

DOORS = {
    "httpx": {"fetch"},
    "httpcore": {"fetch"},
    "protego": {"fetch"},
    "selectolax": {"page"},
    "gcld3": {"language"},
    "nh3": {"sanitise"},
    "feedparser": {"discover"},
    "trafilatura": {"layouts"},
    "pypdf": {"pdf"},
    "filelock": {"lock"},
    "zstandard": {"bodies"},
    "sqlite_utils": {"schema"},
    "warcio": {"webarchives"},
    "datasette": {"serve"},
    "click": {"cli"},
}


def rooms() -> list[tuple[str, str]]:
    """(room, path) of every module; a folder is one room."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        found.append((inside.parts[0].removesuffix(".py"), str(path)))
    return found


def imports_of(source: str) -> set[str]:
    """Dotted names that *source* imports, at any depth of nesting."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def complaints(room: str, source: str) -> list[str]:
    """What *source*, living in *room*, imports against the rules of the house."""
    wrong = []
    for name in sorted(imports_of(source)):
        top, _, rest = name.partition(".")
        if top in DOORS and room not in DOORS[top]:
            wrong.append(f"{top} has one door, {'/'.join(DOORS[top])}, and {room} is not it")
        if top != "scraper" or not rest:
            continue
        other = rest.split(".")[0]
        if other == room or other not in NOUNS | VERBS.keys() | ASSEMBLERS or other in NOUNS:
            continue
        if room in ASSEMBLERS or other in VERBS.get(room, set()):
            continue
        wrong.append(f"{room} may not import {other}")
    return sorted(set(wrong))


@pytest.mark.parametrize(("room", "path"), rooms())
def test_imports_point_from_verbs_to_nouns_and_through_one_door(room: str, path: str) -> None:
    assert complaints(room, Path(path).read_text("utf-8")) == []


def test_every_module_has_a_place_in_the_house() -> None:
    assert {room for room, _ in rooms()} - NOUNS - VERBS.keys() - ASSEMBLERS == set()


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("extract", "import httpx"),
        ("extract", "from scraper.store import Archive"),
        ("urls", "from scraper import fetch"),
        ("fetch", "from scraper.crawl import run_crawl"),
        ("discover", "def f():\n    import scraper.fetch"),
        ("store", "import sqlite_utils"),
    ],
)
def test_a_forbidden_import_turns_the_test_red(room: str, line: str) -> None:
    assert complaints(room, line)
