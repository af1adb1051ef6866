"""The verb that says what an archive is called: settings."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import click

from scraper.cli.group import db_option, now
from scraper.errors import UsageError
from scraper.harmless import harmless
from scraper.records import Setting


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.argument("value", required=False, metavar="[VALUE]")
@db_option
@click.option("--from", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="Set everything that this JSON file contains.")  # fmt: skip
def settings(name: str | None, value: str | None, db: Path, source: Path | None) -> None:
    """Show or change how the archive describes itself.

    The settings are kept in the archive:

    \b
    name                  what it is called
    public_url            where the public reads it: https://archive.example.org
    publisher             whose posts these are: the Example Network
    license               of what you add, if you grant one: CC-BY-4.0
    introduction          paragraphs for the home page; **words** are bold
    introduction_sources  the web addresses that the introduction rests on

    Without VALUE, the setting is shown; - reads it from standard input, and an empty VALUE removes it.

    \b
    Example:  ushrn settings name "Harbour papers"
    """
    from scraper.runs import open_run
    from scraper.store import keep_setting

    only = None if name is None else known(name)
    changed = given(name, value, source)
    if not changed:
        shown(db, only)
        return
    with open_run(db, now=now, create=False) as run, run.archive.sealed() as connection:
        for key, words in changed.items():
            keep_setting(connection, key, words)
    click.echo(f"{db}: {', '.join(changed)} set")


def given(name: str | None, value: str | None, source: Path | None) -> dict[Setting, str]:
    """What is to be changed; empty: nothing. Raises UsageError for unknown names, and values that are none of it."""
    said: dict[str, object] = {}
    if source is not None:
        said |= read(source)
    if name is not None and value is not None:
        said[name] = sys.stdin.read() if value == "-" else value
    changed = {known(key): _text(key, each) for key, each in said.items()}
    return {key: _FORMS[key](key, text) if text.strip() else "" for key, text in changed.items()}


def public_address(option: str, text: str) -> str:
    """*text*, an address under which an archive can be read: with nothing that would stand in every link of its pages.

    Raises UsageError, which does not repeat the text: it may hold a password.
    """
    text = text.strip()
    if not _ADDRESS.fullmatch(text):
        raise UsageError(
            f"{option}: expected an address such as https://archive.example.org, without a user's name, ? and #"
        )
    return text


def _one_line(key: str, text: str) -> str:
    """*text* as it stands in titles and subjects: one line without control characters. Raises UsageError."""
    line = " ".join(harmless(text).split())
    if len(line) > LONGEST:
        raise UsageError(f"{key}: expected at most {LONGEST} characters, found {len(line):,}")
    return line


def _sources(key: str, text: str) -> str:
    """Web addresses, blanks between them. Raises UsageError."""
    for word in text.split():
        if not word.startswith(("http://", "https://")):
            raise UsageError(f"{key}: expected web addresses, found {word[:80]!r}")
    return text


def _paragraphs(_key: str, text: str) -> str:
    return harmless(text)


#: Characters of a name, at most.
LONGEST = 200
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#@]*)?", re.IGNORECASE)
#: How each setting is written down.
_FORMS: dict[Setting, Callable[[str, str], str]] = {
    Setting.NAME: _one_line,
    Setting.PUBLIC_URL: public_address,
    Setting.PUBLISHER: _one_line,
    Setting.LICENCE: _one_line,
    Setting.INTRODUCTION: _paragraphs,
    Setting.SOURCES: _sources,
}


def _text(key: str, value: object) -> str:
    """*value*, which a setting must have. Raises UsageError."""
    if not isinstance(value, str):
        raise UsageError(f"{key}: expected text, found {type(value).__name__}")
    return value


def read(source: Path) -> dict[str, object]:
    """What a JSON file names. Raises UsageError for one that is none."""
    try:
        said = json.loads(source.read_text("utf-8"))
    except ValueError as error:
        raise UsageError(f"{source}: expected a JSON object, found {error}") from error
    if not isinstance(said, dict):
        raise UsageError(f"{source}: expected a JSON object, found {type(said).__name__}")
    return said


def known(name: str) -> Setting:
    """The setting of that name. Raises UsageError."""
    try:
        return Setting(name)
    except ValueError as error:
        raise UsageError(f"settings: there is no {name!r}; there are: {', '.join(Setting)}") from error


def shown(db: Path, only: Setting | None) -> None:
    """Print the settings, or the one."""
    from scraper import schema
    from scraper.store import settings

    connection = schema.open_archive(db, create=False, readonly=True).conn
    try:
        said = settings.said(connection)
    finally:
        connection.close()
    if only is not None:
        click.echo(harmless(said.get(only, "")))
        return
    for key in Setting:
        click.echo(harmless(f"{key}: {said.get(key) or '(not set)'}"))
