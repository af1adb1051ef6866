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
    "vocabulary",
    "harmless",
    "wix_media",
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


#: Names of what holds a word of `scraper.vocabulary`, or of an enumeration beside its user.
WORDS = {"kind", "source", "verdict", "state", "level", "stage", "basis", "codec", "truncated", "platform"}


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


def literals(node: ast.expr) -> bool:
    """Whether *node* is a string, or a collection that holds one."""
    match node:
        case ast.Constant(value=str()):
            return True
        case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
            return any(literals(one) for one in elts)
    return False


def is_word(node: ast.expr) -> bool:
    """Whether *node* is called as what holds a word is: ``kind``, ``capture.kind``, ``row["kind"]``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name in WORDS or name.endswith("_basis")
    return False


def spelled_words(source: str) -> list[str]:
    """Comparisons in *source* of a word with a string: ``==``, ``in (…)``, ``case``. A misspelt one would pass mypy."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left=left, ops=ops, comparators=rights):
                sides = [left, *rights]
                # ``"<html" in page.source`` looks for a part of a text.
                parts = literals(left) and all(isinstance(op, ast.In | ast.NotIn) for op in ops)
                if not parts and any(map(is_word, sides)) and any(map(literals, sides)):
                    found.append(ast.unparse(node))
            case ast.Match(subject=subject, cases=cases) if is_word(subject):
                values = (one for case in cases for one in ast.walk(case.pattern) if isinstance(one, ast.MatchValue))
                found += [ast.unparse(one) for one in values if literals(one.value)]
    return found


@pytest.mark.parametrize(("module", "path"), modules())
def test_words_are_compared_by_their_names(module: str, path: Path) -> None:
    assert spelled_words(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "kind == 'post'",
        "'live' != capture.source",
        "row['state'] in ('gone', 'live')",
        "reading.published_basis == 'meta'",
        "codec in {'zstd'}",
        "match problem.level:\n    case 'error' | 'note':\n        pass",
    ],
)
def test_a_word_compared_with_a_string_turns_the_test_red(line: str) -> None:
    assert spelled_words(line)


@pytest.mark.parametrize("line", ["'<html' in page.source", "kind == CaptureKind.POST", "tag == 'equal'"])
def test_what_is_no_such_comparison_is_left_alone(line: str) -> None:
    assert spelled_words(line) == []
