"""Who may import whom, and which module is the one door to each library."""

import ast
import re
import runpy
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from scraper import schema

PACKAGE = Path(__file__).parent.parent / "scraper"
#: What counts as a word, and as a string, is the same for the figures of the house.
STRUCTURE = runpy.run_path(str(PACKAGE.parent / "benchmarks" / "structure.py"))
is_word, is_literal = STRUCTURE["is_word"], STRUCTURE["is_literal"]

#: Nouns import only nouns.
NOUNS = {
    "__init__",
    "errors",
    "records",
    "vocabulary",
    "harmless",
    "wording",
    "page_media",
    "style_sheets",
    "wix_media",
    "urls",
    "pictures",
    "thumbnails",
    "provenance",
    "sites",
    "own_sites",
    "charset",
    "credentials",
    "dates",
    "digests",
    "numbers",
    "language",
    "magic",
    "page",
    "passages",
    "pdf",
    "pdf_words",
    "forked",
    "processes",
    "remember",
    "run_log",
    "sanitise",
    "unwritable",
    "layouts",
}
#: All other rooms, each below those that it imports beside the nouns. `cli` alone may import every room.
ROOMS: dict[str, set[str]] = {
    "cite": set(),
    "decide": set(),
    "diff": set(),
    "fetch": set(),
    "lock": set(),
    "schedule": set(),
    "schema": set(),
    "warc": set(),
    "reading": {"warc"},
    "replay": {"warc"},
    "saved": {"reading", "warc"},
    "search": {"schema"},
    "store": {"decide", "schema"},
    "seal": {"reading", "store", "warc"},
    "export": {"cite", "schema", "seal", "search", "store", "warc"},
    "terminal": {"decide", "diff", "lock", "schema", "search", "store"},
    "runs": {"decide", "fetch", "lock", "reading", "seal", "store"},
    "accept": {"decide", "reading", "runs", "store"},
    "rebuild": {"runs", "store"},
    "crawl": {"decide", "fetch", "reading", "runs", "store"},
    "imports": {"decide", "reading", "runs", "saved", "seal", "store", "warc"},
    "recover": {"crawl", "decide", "fetch", "reading", "runs", "store", "warc"},
    "verify": {"decide", "reading", "runs", "schema", "seal", "store"},
    "demo": {"crawl", "runs", "schema", "search", "store"},
    "serve": {"cite", "diff", "export", "replay", "schema", "seal", "search", "store", "warc"},
}
ROOMS["cli"] = ROOMS.keys() - {"cli"}
ROOMS["__main__"] = {"cli"}

#: Library → the only rooms, or modules of a room, that import it. A library that is not here has no door yet.
DOORS = {
    "PIL": {"thumbnails"},
    "brotli": {"magic"},
    "click": {"cli"},
    "cryptography": {"seal", "warc/wacz_auth"},
    "datasette": {"serve"},
    "duckdb": {"export/parquet"},
    "feedparser": {"reading/feeds"},
    "gcld3": {"language"},
    "h11": {"serve"},
    "httpcore": {"fetch"},
    "httpx": {"fetch"},
    "idna": {"urls"},
    "jinja2": {"serve"},
    "markupsafe": {"serve"},
    "nh3": {"sanitise"},
    "protego": {"fetch"},
    "pypdf": {"pdf"},
    "rfc3161_client": {"seal"},
    "selectolax": {"page"},
    "sqlite_utils": {"schema"},
    "uvicorn": {"serve"},
    "zstandard": {"store/bodies", "magic", "warc/zstd_frames"},
}


#: Rooms that may ask the archive's tables in SQL; all others ask them.
SQL_ROOMS = {"schema", "search", "store", "verify"}
#: DuckDB asks files of its own.
OTHER_SQL = {"export/parquet"}
#: SQL on rows, in capitals as we write it, so that no sentence is taken for it.
SQL = re.compile(
    r"\b(?:SELECT\b.*\bFROM|INSERT (?:OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|(?:FROM|JOIN) (?:NAMES))\b".replace(
        "NAMES", "|".join(schema.TABLES)
    ),
    re.DOTALL,
)


def modules() -> list[tuple[str, Path]]:
    """(``room`` or ``room/module``, path) of every module; a folder is one room."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).with_suffix("")
        found.append((inside.as_posix().removesuffix("/__init__"), path))
    return found


@cache
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """All of the syntax tree of *source*, at any depth; the whole comes first."""
    return tuple(ast.walk(ast.parse(source)))


@pytest.fixture(autouse=True, scope="module")
def _trees_do_not_outlive_these_tests() -> Iterator[None]:
    yield
    nodes_of.cache_clear()


def imports_of(source: str) -> set[str]:
    """Dotted names that *source* imports, at any depth of nesting."""
    names: set[str] = set()
    for node in nodes_of(source):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def faces() -> dict[str, set[str]]:
    """Room that is a folder → the names that its face, `__init__`, gives to other rooms."""
    found = {}
    for path in sorted(PACKAGE.glob("*/__init__.py")):
        tree = ast.parse(path.read_text("utf-8"))
        listed = [
            node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "__all__"
        ]
        own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        own |= {
            node.target.id for node in tree.body if isinstance(node, ast.AnnAssign) if isinstance(node.target, ast.Name)
        }
        found[path.parent.name] = set(ast.literal_eval(listed[0])) if listed else own
    return found


FACES = faces()


def complaints(module: str, source: str) -> list[str]:
    """What *source*, living in *module*, imports against the rules of the house."""
    wrong = []
    for name in imports_of(source):
        top, _, rest = name.partition(".")
        if top == "scraper":
            wrong += refused(module.partition("/")[0], rest)
        elif top not in sys.stdlib_module_names and not {module, module.partition("/")[0]} & DOORS.get(top, set()):
            wrong.append(f"{top} has one door, {'/'.join(DOORS.get(top, {'none yet'}))}, and {module} is not it")
    return sorted(set(wrong))


def refused(room: str, name: str) -> list[str]:
    """Why *room* may not import *name* (``store.Archive``); empty: it may."""
    other, _, inside = name.partition(".")
    if other == room or other.startswith("__"):
        return []
    wrong = []
    if other not in NOUNS and other not in ROOMS.get(room, set()):
        wrong.append(f"{room} may not import {other}")
    if inside and other in FACES and inside not in FACES[other]:
        wrong.append(f"{room} reaches past the face of {other} for {inside}")
    return wrong


def faults(judge: Callable[[str, str], list[str]], sources: Iterable[tuple[str, Path]]) -> dict[str, list[str]]:
    """Module → what *judge* has against its source, where that is anything."""
    judged = {module: judge(module, path.read_text("utf-8")) for module, path in sources}
    return {module: wrong for module, wrong in judged.items() if wrong}


def test_imports_point_from_verbs_to_nouns_and_through_one_door() -> None:
    assert faults(complaints, modules()) == {}


def test_every_module_has_a_place_in_the_house() -> None:
    assert {module.partition("/")[0] for module, _ in modules()} == NOUNS | ROOMS.keys()


def test_every_room_stands_below_those_it_imports() -> None:
    order = list(ROOMS)
    upwards = {
        (room, other) for room, others in ROOMS.items() for other in others if order.index(other) > order.index(room)
    }
    assert upwards == set()


def test_no_room_has_a_permission_that_it_does_not_use() -> None:
    used: dict[str, set[str]] = {room: set() for room in ROOMS}
    for module, path in modules():
        room = module.partition("/")[0]
        names = (name.split(".") for name in imports_of(path.read_text("utf-8")) if name.startswith("scraper."))
        used.setdefault(room, set()).update(parts[1] for parts in names)
    assert {room: others - used[room] for room, others in ROOMS.items() if room != "cli" and others - used[room]} == {}


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
        ("reading/feeds", "def f():\n    import scraper.fetch"),
        ("store/archive", "import sqlite_utils"),
        ("layouts/wix", "import selectolax"),
        ("crawl/run", "import requests"),
        ("store/archive", "from scraper.terminal import status"),
        ("export/rows", "import scraper.serve.frame"),
    ],
)
def test_a_forbidden_import_turns_the_test_red(module: str, line: str) -> None:
    assert complaints(module, line)


def spelled_words(source: str) -> list[str]:
    """Comparisons in *source* of a word with a string: ``==``, ``in (…)``, ``case``. A misspelt one would pass mypy."""
    found = []
    for node in nodes_of(source):
        match node:
            case ast.Compare(left=left, ops=ops, comparators=rights):
                sides = [left, *rights]
                # ``"<html" in page.source`` looks for a part of a text.
                parts = is_literal(left) and all(isinstance(op, ast.In | ast.NotIn) for op in ops)
                if not parts and any(map(is_word, sides)) and any(map(is_literal, sides)):
                    found.append(ast.unparse(node))
            case ast.Match(subject=subject, cases=cases) if is_word(subject):
                values = (one for case in cases for one in ast.walk(case.pattern) if isinstance(one, ast.MatchValue))
                found += [ast.unparse(one) for one in values if is_literal(one.value)]
    return found


def test_words_are_compared_by_their_names() -> None:
    assert faults(lambda _, source: spelled_words(source), modules()) == {}


@pytest.mark.parametrize(
    "line",
    [
        "kind == 'post'",
        "'live' != capture.source",
        "row['state'] in ('gone', 'live')",
        "reading.published_basis == 'meta'",
        "codec in {'zstd'}",
        "lookups.site_state(db, site) != 'gone'",
        "record.type == 'revisit'",
        "match problem.level:\n    case 'error' | 'note':\n        pass",
    ],
)
def test_a_word_compared_with_a_string_turns_the_test_red(line: str) -> None:
    assert spelled_words(line)


@pytest.mark.parametrize("line", ["'<html' in page.source", "kind == CaptureKind.POST", "tag == 'equal'"])
def test_what_is_no_such_comparison_is_left_alone(line: str) -> None:
    assert spelled_words(line) == []


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_that_imports_one_more_room_turns_the_test_red(room: str) -> None:
    for other in ROOMS.keys() - ROOMS[room] - {room, "__main__"}:
        assert complaints(f"{room}/any", f"import scraper.{other}") == [f"{room} may not import {other}"]


@pytest.mark.parametrize("other", sorted(FACES))
def test_an_import_past_a_face_turns_the_test_red(other: str) -> None:
    inner = next(
        path.stem for path in sorted((PACKAGE / other).glob("*.py")) if path.stem not in {"__init__", *FACES[other]}
    )
    nested = f"def f():\n    from scraper.{other}.{inner} import anything"
    plain = f"from scraper.{other} import {inner}"
    for room in ROOMS.keys() - {other}:
        past = f"{room} reaches past the face of {other} for {inner}"
        assert f"{past}.anything" in complaints(f"{room}/any", nested)
        assert past in complaints(f"{room}/any", plain)


@pytest.mark.parametrize("noun", sorted(NOUNS - {"__init__"}))
def test_a_noun_that_imports_a_room_turns_the_test_red(noun: str) -> None:
    assert complaints(noun, "from scraper.decide import step") == [f"{noun} may not import decide"]


def sql_in(source: str) -> list[str]:
    """Strings of *source* that are SQL on rows, documentation aside; a dot stands for what an f-string puts in."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = nodes_of(source)
    aside = {id(node.body[0].value) for node in nodes if isinstance(node, documented) and ast.get_docstring(node)}
    aside |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = [text_of(node) for node in nodes if id(node) not in aside]
    return [" ".join(text.split()) for text in texts if SQL.search(text)]


def text_of(node: ast.AST) -> str:
    """The string that *node* is; empty: it is none."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return ".".join(text_of(part) for part in values)
    return ""


def named_twice(sources: Iterable[str]) -> set[str]:
    """Names that two classes of *sources* share."""
    nodes = (node for source in sources for node in nodes_of(source))
    names = Counter(node.name for node in nodes if isinstance(node, ast.ClassDef))
    return {name for name, number in names.items() if number > 1}


def test_a_class_name_means_one_thing() -> None:
    assert named_twice(path.read_text("utf-8") for _, path in modules()) == set()
    assert named_twice(["class Page: ...", "class Page: ...\nclass Post: ..."]) == {"Page"}


def test_the_archive_is_asked_in_sql_in_four_rooms_alone() -> None:
    others = [one for one in modules() if not {one[0], one[0].partition("/")[0]} & (SQL_ROOMS | OTHER_SQL)]
    assert faults(lambda _, source: sql_in(source), others) == {}


@pytest.mark.parametrize(
    "line",
    [
        "db.execute('SELECT title FROM posts')",
        "ASKED = 'SELECT url,\\n  state\\nFROM known_urls'",
        "db.execute(f'SELECT {column} FROM {table}')",
        "asked = 'LEFT JOIN captures ON id = capture_id'",
        "db.execute('DELETE FROM bodies')",
        "db.execute('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')",
        "db.execute('UPDATE posts SET title = ?')",
    ],
)
def test_sql_elsewhere_turns_the_test_red(line: str) -> None:
    assert sql_in(line)


@pytest.mark.parametrize("line", ["'''SELECT is a word of SQL: FROM posts'''", "words = 'Select pages from posts'"])
def test_words_that_are_no_sql_are_left_alone(line: str) -> None:
    assert sql_in(line) == []
