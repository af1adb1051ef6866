"""The commands in the documents are ones that the program knows; those of the tutorial run, one after the other."""

import contextlib
import csv
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from scraper.cli import main
from scraper.demo.server import served
from tests.letters import Blog

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
#: A line of a block of commands, or words in backticks.
COMMAND = re.compile(r"^(?: {4})?(?:\$ )?(?:\.venv/bin/)?ushrn (.+)$|`(?:\.venv/bin/)?ushrn ([^`\n]+)`", re.MULTILINE)
#: What follows `ushrn` where no command is meant: any verb, and a line of a signed note.
NO_COMMAND = {"VERB", "BASE64"}
#: The verbs that go on until Ctrl-C; tests/test_demo.py and tests/serve run them.
SERVING = ("serve", "demo")


def commands(page: Path) -> list[list[str]]:
    """The words after `ushrn` of each command in *page*, without comments."""
    found = (block or quoted for block, quoted in COMMAND.findall(page.read_text("utf-8")))
    return [shlex.split(line.replace("URL…", "URL"), comments=True) for line in found]


ALL = [(page, words) for page in PAGES for words in commands(page) if words[0] not in NO_COMMAND]


def understood(command: click.Command, words: list[str], above: click.Context | None = None) -> None:
    """Raises UsageError where *command* has no such verb, option, or value of an option."""
    context = click.Context(command, parent=above, info_name=command.name, **command.context_settings)
    if isinstance(command, click.Group) and words and not words[0].startswith("-"):
        _, part, rest = command.resolve_command(context, words)
        assert part is not None
        return understood(part, rest, context)
    given, _, _ = command.make_parser(context).parse_args(args=words)
    for option in command.params:
        if isinstance(option.type, click.Choice) and isinstance(given.get(option.name or ""), str):
            option.type_cast_value(context, given[option.name])
    return None


@pytest.mark.parametrize(("page", "words"), ALL, ids=[f"{page.stem}-{' '.join(words)}" for page, words in ALL])
def test_the_program_understands_every_command_in_the_documents(page: Path, words: list[str]) -> None:
    understood(main, words)


@pytest.mark.parametrize("words", [["crawled"], ["crawl", "--fast"], ["export", "cvs"], ["seal", "keys"]])
def test_a_command_that_is_none_would_be_found(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        understood(main, words)


@pytest.fixture
def blog() -> Iterator[str]:
    """The address of a small blog with the letter of the tutorial."""
    blog = Blog(2)
    blog.there["/post/a-letter-on-housing"] = 7
    blog.named.add("/post/a-letter-on-housing")
    blog.titles["/post/a-letter-on-housing"] = "A Letter on Housing"
    with served(blog.answer) as server:
        blog.base = server.base
        yield server.base


@pytest.fixture
def beginner(tmp_path: Path) -> Iterator[Path]:
    """A folder with saved pages, as the tutorial asks for: a dump and the manifest that the page shows."""
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "letter.txt").write_text("A Letter\nMar 16, 2021\n2 min read\n\nWe write about housing.\n\nNobody goes.\n")
    with contextlib.chdir(tmp_path):
        yield tmp_path


def test_the_tutorial_can_be_followed(blog: str, beginner: Path, old_web: Any) -> None:
    """Every command, in its order, against a blog and a web archive on this machine."""
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    (manifest,) = re.findall(r'^ {4}(\{"file".+\})$', text, re.MULTILINE)
    (beginner / "pages" / "manifest.jsonl").write_text(f"{manifest}\n")
    more = {"crawl": ["--delay", "0"], "recover": ["--delay", "0", "--endpoint", old_web.url]}
    said = {}
    for verb, *words in commands(ROOT / "docs" / "tutorial.md"):
        if verb in SERVING:
            continue
        given = [word.replace("https://blog.example.org", blog) for word in words]
        result = CliRunner().invoke(main, [verb, *given, *more.get(verb, [])], catch_exceptions=False)
        said[verb] = result.output
        # The first import is told that a page does not say its address: that is what the manifest is for.
        assert result.exit_code == 0 or "--manifest" in result.output, (verb, result.output)
    assert "A Letter on" in said["search"]
    assert "A Letter on Housing" in said["show"]
    assert "no damage" in said["verify"]
    with (beginner / "housing.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["site"] for row in csv.DictReader(file)][1:] == ["upr2020"]
    assert (beginner / "letter.zip").exists()
