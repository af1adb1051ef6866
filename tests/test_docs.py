"""What the documents say of commands and tables is what the code says.

`python tests/test_docs.py` writes the generated parts anew.
"""

import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import click
import pytest

from scraper import __version__, errors, schema
from scraper.cli import main
from scraper.runs.report import GRAVEST
from scraper.search import Filters

ROOT = Path(__file__).parent.parent
MEND = "run `python tests/test_docs.py` and commit what it wrote"


def help_of(command: click.Command, name: str) -> str:
    above = None if command is main else click.Context(main, info_name="ushrn", **main.context_settings)
    context = click.Context(
        command, parent=above, info_name=name, terminal_width=100, help_option_names=["-h", "--help"]
    )
    return command.get_help(context).rstrip()


def commands_page() -> str:
    parts = ["# The commands\n\nThe help of every verb, as `ushrn VERB --help` prints it.\n"]
    parts += [f"```text\n{help_of(main, 'ushrn')}\n```\n"]
    parts += [f"## {name}\n\n```text\n{help_of(verb, name)}\n```\n" for name, verb in main.commands.items()]
    return "\n".join(parts)


def dictionary_block() -> str:
    parts = []
    for entry in schema.dictionary():
        if entry.column:
            cells = (f"`{entry.column}`", entry.type, entry.unit or "", entry.meaning.replace("|", "¦"))
            parts.append(f"| {' | '.join(cells)} |")
        else:
            parts += ["", f"**`{entry.table}`**: {entry.meaning}", ""]
            parts += ["| column | type | unit | meaning |", "|---|---|---|---|"]
    return "\n".join(["", *parts[1:], ""])


def with_block(text: str, name: str, block: str) -> str:
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return pattern.sub(lambda found: found[1] + block + found[2], text)


DATA = ROOT / "docs" / "data.md"


def data_page_as_it_should_be() -> str:
    return with_block(DATA.read_text("utf-8"), "dictionary", dictionary_block())


def test_the_page_on_the_data_has_todays_dictionary() -> None:
    assert "<!-- dictionary -->" in DATA.read_text("utf-8")
    assert DATA.read_text("utf-8") == data_page_as_it_should_be(), MEND


def test_the_readme_is_read_in_one_sitting() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 200


def test_pictures_in_the_readme_are_described_and_quick_to_load() -> None:
    pictures = re.findall(r"!\[([^]]*)\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert pictures
    for words, path in pictures:
        assert len(words.split()) > 5, path
        assert (ROOT / path).stat().st_size <= 150_000, path


def test_the_page_of_commands_has_todays_help() -> None:
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == commands_page(), MEND


def test_the_map_has_every_room_and_every_module_outside_of_one() -> None:
    """And what several test files share."""
    told = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = {path.stem for path in (ROOT / "scraper").iterdir() if not path.name.startswith(("_", "py."))}
    shared = {path.stem for path in (ROOT / "tests").glob("*.py") if not path.stem.startswith(("test_", "conftest"))}
    assert {name for name in rooms | shared if not re.search(rf"`{name}/?`", told)} == set()


def test_the_glossary_has_forty_words_at_most() -> None:
    words = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## Words")[2]
    assert 10 <= len(re.findall(r"^\| \*\*", words, re.MULTILINE)) <= 40


@pytest.mark.parametrize("verb", list(main.commands))
def test_every_verb_is_in_the_readme_with_an_example(verb: str) -> None:
    assert f"| `{verb}` | `ushrn {verb}" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("verb", list(main.commands))
def test_every_option_of_a_verb_has_a_help_text(verb: str) -> None:
    silent = [param.name for param in main.commands[verb].params if isinstance(param, click.Option) and not param.help]
    assert silent == []


@pytest.mark.parametrize("verb", list(main.commands))
def test_every_verb_teaches_with_an_example(verb: str) -> None:
    assert f"ushrn {verb}" in (main.commands[verb].help or "")


@pytest.mark.parametrize("verb", ["search", "export", "exhibit"])
def test_the_help_of_where_names_every_filter(verb: str) -> None:
    (where,) = (param for param in main.commands[verb].params if param.name == "where")
    assert isinstance(where, click.Option)
    assert {each.name for each in fields(Filters)} <= set(re.findall(r"\w+", where.help or ""))


def test_the_list_of_verbs_says_of_each_what_it_does_without_being_cut() -> None:
    context = click.Context(main, info_name="ushrn", terminal_width=80, **main.context_settings)
    listed = main.get_help(context).partition("Commands:")[2].splitlines()[1:]
    assert [line for line in listed if line.endswith("...")] == []
    assert len(listed) == len(main.commands)


def test_every_export_column_is_described() -> None:
    assert [name for name, field in schema.EXPORT_FIELDS.items() if not field.meaning] == []


def test_every_link_between_our_documents_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "benchmarks" / "README.md"]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def statuses_of(error: type[errors.ArchiveError]) -> set[int]:
    return {error.exit_status}.union(*(statuses_of(kind) for kind in error.__subclasses__()))


EXITS = {0} | statuses_of(errors.ArchiveError)


def test_every_exit_status_is_told_by_the_help_and_with_what_to_do_by_the_documents() -> None:
    running = (ROOT / "docs" / "running.md").read_text("utf-8")
    told = (main.help or "").partition("Exit status:")[2]
    assert {int(number) for number in re.findall(r"(?:^|; *) *(\d+) ", told.replace("\n", " "))} == EXITS
    assert {int(number) for number in re.findall(r"^\| (\d+) \| .+ \| .+ \|$", running, re.MULTILINE)} == EXITS
    assert f"the most serious status wins: {', '.join(map(str, GRAVEST))};" in running


def test_what_the_map_names_in_a_room_is_there() -> None:
    told = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = {path for path in re.findall(r"`([a-z_]+/[a-z_]+)[`.]", told) if (ROOT / "scraper" / path).parent.is_dir()}
    assert {"store/archive", "decide/post_state"} <= named
    assert {path for path in named if not list((ROOT / "scraper").glob(f"{path}.py"))} == set()


def test_the_changelog_says_nothing_twice() -> None:
    unreleased = (ROOT / "CHANGELOG.md").read_text("utf-8").partition("\n## ")[2].partition("\n## ")[0]
    entries = re.findall(r"^- ((?:\S+\s+){5})", unreleased, re.MULTILINE)
    assert entries
    assert [begin for begin, times in Counter(entries).items() if times > 1] == [], "two entries that begin alike"


def test_the_changelogs_newest_version_is_the_packages() -> None:
    newest = re.search(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == __version__


if __name__ == "__main__":
    DATA.write_text(data_page_as_it_should_be(), "utf-8")
    (ROOT / "docs" / "commands.md").write_text(commands_page(), "utf-8")
