"""The English of the program's own sentences, as far as a rule can hold it."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from scraper.numbers import plural

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "scraper").rglob("*.py"))
#: Things that the program counts.
COUNTED = re.findall(
    r"\w+",
    """
    address answer attempt body byte capture change character checkpoint comment day difference entry error file
    finding frame gap hour image item line link message minute month name note number page picture piece post
    problem record redirect remark request result revision row run second segment signature site sitemap tag time
    timestamp try version view word year""",
)
PLURALS = "|".join(f"{word[:-1]}ies" if re.search("[^aeiou]y$", word) else f"{word}e?s" for word in COUNTED)
#: What may follow a number: the thing, with a word before it at most; `with errors` is no number of errors.
AFTER_A_NUMBER = re.compile(rf" (?!with |its |lists )(?:[a-z]+ )?(?:{PLURALS})\b")
#: A constant is more than one.
CONSTANT = re.compile(r"(?:\w+\.)*[A-Z][A-Z_]+")


def counted_without_plural(source: str) -> Iterator[str]:
    """Numbers in f-strings before a plural that `plural` did not choose."""
    for text in ast.walk(ast.parse(source)):
        if isinstance(text, ast.JoinedStr):
            for value, after in zip(text.values, text.values[1:], strict=False):
                if not (isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant)):
                    continue
                said = ast.unparse(value.value)
                if AFTER_A_NUMBER.match(str(after.value)) and not CONSTANT.fullmatch(said):
                    yield f"line {text.lineno}: {{{said}}}{after.value[:40]}"


def test_one_thing_is_not_called_several() -> None:
    found = {str(path.relative_to(ROOT)): list(counted_without_plural(path.read_text("utf-8"))) for path in SOURCES}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_sentence_with_a_number_and_a_plural_is_found() -> None:
    assert list(counted_without_plural('x = f"{len(a)} known posts are gone"')) == [
        "line 1: {len(a)} known posts are gone"
    ]
    assert list(counted_without_plural("f\"{n} bodies and {MOST} posts; {plural(n, 'try', 'tries')}\"")) == [
        "line 1: {n} bodies and "
    ]


def test_numbers_have_their_nouns() -> None:
    assert plural(1, "post") == "1 post"
    assert plural(0, "post") == "0 posts"
    assert plural(1_200, "address", "addresses") == "1,200 addresses"


def names_of(source: str) -> list[str]:
    """What a module defines, as often as it does."""
    tree = ast.parse(source).body
    assigned = [name for each in tree if isinstance(each, ast.Assign) for name in ast.walk(each) if is_target(name)]
    functions = [each.name for each in tree if isinstance(each, ast.FunctionDef)]
    return [name.id for name in assigned if isinstance(name, ast.Name)] + functions


def is_target(node: ast.AST) -> bool:
    """Whether a value is given to the name *node*."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def test_each_word_of_the_pages_is_said_once_and_used() -> None:
    words = ROOT / "scraper/serve/texts.py"
    names, own = names_of(words.read_text("utf-8")), words.read_text("utf-8")
    templates = (ROOT / "scraper/serve/templates").rglob("*.*")
    users = "\n".join(path.read_text("utf-8") for path in (*SOURCES, *templates) if path != words)
    used = set(re.findall(r"\bt(?:exts)?\.(\w+)", users))
    within = Counter(re.findall(r"\w+", own))
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert [name for name in names if name not in used and within[name] < 2] == []
