"""What docstrings say of names is true: single backticks hold names of ours, and the errors that they promise exist."""

import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "scraper"
SOURCES = {path: path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)
#: A name of ours stands in single backticks; what is not ours, and what is typed, in double ones.
NAME = re.compile(r"(?<!`)`([A-Za-z_][\w.]*)`(?!`)")
ERRORS = re.compile(r"Raises ((?:[A-Z]\w+(?:, | or | and |, or |, and )?)+)")
#: Every word of the code itself, and the names of modules and rooms.
WORDS = {
    *dir(builtins),
    *(word for source in SOURCES.values() for word in re.findall(r"\w+", DOCSTRING.sub("", source))),
    *(path.stem for path in SOURCES),
    *(path.parent.name for path in SOURCES),
}
MODULES = {path.stem for path in SOURCES} | {path.parent.name for path in SOURCES}


def names_in(text: str) -> Iterator[str]:
    """Names that docstrings in *text* give for ours, and errors that they promise."""
    for docstring in DOCSTRING.findall(text):
        yield from (part for name in NAME.findall(docstring) for part in name.split("."))
        yield from (name for found in ERRORS.findall(docstring) for name in re.findall(r"[A-Z]\w+", found))


def test_every_name_in_a_docstring_is_one_of_the_code() -> None:
    unknown = {path.name: names for path, source in SOURCES.items() if (names := set(names_in(source)) - WORDS)}
    assert unknown == {}


#: What a room's docstring may name beside modules: fields of records, and verbs of the command line.
BESIDE = {
    word for name in ("records.py", "cli/read_commands.py") for word in re.findall(r"\w+", SOURCES[PACKAGE / name])
}


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.name == "__init__.py"], ids=lambda path: path.parent.name
)
def test_the_docstring_of_a_room_names_modules_or_what_it_exports(path: Path) -> None:
    """A module that was renamed may go on as a word of the code; here it is missed."""
    docstring, code = DOCSTRING.findall(SOURCES[path])[0], DOCSTRING.sub("", SOURCES[path])
    named = {name.partition(".")[0] for name in NAME.findall(docstring) if name.islower()}
    assert named - MODULES - BESIDE - set(re.findall(r"\w+", code)) == set()


def test_a_name_that_is_nowhere_is_found() -> None:
    assert set(names_in('"""As `nowhere.at_all` says. Raises NeverDefined."""')) - WORDS == {"at_all", "NeverDefined"}
