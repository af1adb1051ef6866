"""The verb that says what an archive is called: settings."""

import json
import sys
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
    """What is to be changed; empty: nothing. Raises UsageError for unknown names, and values that are none."""
    said: dict[str, object] = {}
    if source is not None:
        said |= read(source)
    if name is not None and value is not None:
        said[name] = sys.stdin.read() if value == "-" else value
    changed = {known(key): _text(key, each) for key, each in said.items()}
    address = changed.get(Setting.PUBLIC_URL)
    if address and not address.startswith(("http://", "https://")):
        raise UsageError(f"public_url: expected https://..., found {address!r}")
    return changed


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
