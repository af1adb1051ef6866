"""Figures of the code's structure: ``python -m benchmarks.structure [FOLDER]``, of ``scraper/`` or any package.

Only the standard library and the source: branches are counted as radon does (each ``if``, loop, handler, case,
conditional expression, comprehension and its conditions, ``and`` and ``or``), one more for each function.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

#: One more way through a function for each of these.
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.match_case, ast.Assert)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)
#: A function of more ways than this is hard to hold in mind (McCabe 1976).
COMPLEX = 10
#: Names of what holds a word of `scraper.vocabulary`, or of an enumeration beside its user.
WORDS = {"kind", "source", "verdict", "state", "level", "stage", "basis", "codec", "truncated", "platform"}
#: Rooms that ask the archive's tables.
ASKING = {"schema", "search", "store", "verify"}
#: SQL as we write it, in capitals.
SQL = re.compile(r"\b(?:SELECT\b.*\bFROM|INSERT (?:OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM)\b", re.DOTALL)


def branches(node: ast.AST) -> int:
    """How many branches *node* itself is, its parts aside."""
    match node:
        case ast.BoolOp(values=values):
            return len(values) - 1
        case ast.comprehension(ifs=conditions):
            return 1 + len(conditions)
    return isinstance(node, BRANCHES)


def inside(function: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a function, but those of functions and classes within it."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node
            yield from inside(node)


def complexity(function: ast.AST) -> int:
    """Ways through a function."""
    return 1 + sum(map(branches, inside(function)))


def code_lines(source: str, tree: ast.Module) -> int:
    """Lines that are no blank, comment or documentation."""
    said: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            said.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(source.splitlines(), 1)
    return sum(1 for at, line in lines if at not in said and line.strip() and not line.lstrip().startswith("#"))


def has_sql(tree: ast.Module) -> bool:
    """Whether a string of the module, documentation aside, is SQL on rows."""
    documentation = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if text not in documentation and SQL.search(text):
                return True
            case ast.JoinedStr(values=parts):
                if SQL.search(".".join(str(part.value) for part in parts if isinstance(part, ast.Constant))):
                    return True
    return False


def is_literal(node: ast.expr) -> bool:
    """Whether *node* is a string, or a collection that holds one."""
    match node:
        case ast.Constant(value=str()):
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(map(is_literal, parts))
    return False


def is_word(node: ast.expr) -> bool:
    """Whether *node* is called as what holds such a word is: ``kind``, ``row.kind``, ``row["kind"]``, ``kind_of()``."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return not WORDS.isdisjoint(name.split("_"))
        case ast.Attribute(value=ast.Name(id="record" | "main"), attr="type"):
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name in WORDS or name.endswith("_basis")
    return False


def compares(node: ast.Compare, test: Callable[[ast.expr], bool]) -> bool:
    """Whether one side of a comparison passes *test*."""
    return any(map(test, [node.left, *node.comparators]))


def looks_inside(node: ast.Compare) -> bool:
    """Whether it looks for a part of a text, as ``"<html" in page.source`` does: no word is compared then."""
    return isinstance(node.left, ast.Constant) and isinstance(node.ops[0], ast.In | ast.NotIn)


def figures(folder: Path) -> dict[str, str]:
    """Name → value of each figure of the package in *folder*."""
    paths = sorted(folder.rglob("*.py"))
    sources = [path.read_text("utf-8") for path in paths]
    trees = [ast.parse(source) for source in sources]
    asking = [path.relative_to(folder).parts[0] for path, tree in zip(paths, trees, strict=True) if has_sql(tree)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    code = sum(map(code_lines, sources, trees))
    ways = [complexity(node) for node in nodes if isinstance(node, FUNCTIONS)]
    over = sum(number > COMPLEX for number in ways)
    classes = Counter(node.name for node in nodes if isinstance(node, ast.ClassDef))
    literal = [node for node in nodes if isinstance(node, ast.Compare) and compares(node, is_literal)]
    ways_in_all = len(ways) + sum(map(branches, nodes))
    return {
        "modules": f"{len(sources):,}",
        "lines": f"{sum(source.count(chr(10)) for source in sources):,}",
        "lines of code": f"{code:,}",
        "functions": f"{len(ways):,}",
        "branches per 100 lines of code": f"{100 * ways_in_all / code:.1f}",
        "conditional expressions per 100": f"{100 * sum(isinstance(node, ast.IfExp) for node in nodes) / code:.1f}",
        f"functions over complexity {COMPLEX}": f"{over} ({100 * over / len(ways):.1f} %)",
        "highest complexity": str(max(ways)),
        "modules with SQL": str(len(asking)),
        "modules with SQL outside of schema, store, search, verify": str(sum(room not in ASKING for room in asking)),
        "comparisons with string literals": str(len(literal)),
        "comparisons of words with string literals": str(
            sum(compares(node, is_word) and not looks_inside(node) for node in literal)
        ),
        "class names used twice": str(sum(number > 1 for number in classes.values())),
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "scraper"
    for name, value in figures(folder).items():
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
