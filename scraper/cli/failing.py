"""How a verb that fails says so: one line on stderr, in words or, where the log is JSON, as a JSON object."""

import json
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

import click

from scraper.credentials import without_passwords
from scraper.errors import ProgramFault

_OPTION = "--log-format"


class Failed(click.ClickException):
    """One of our errors: a line, and the exit status that it ends with."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(without_passwords(message))
        self.exit_code = exit_code  # type: ignore[misc]  # click, too, reads it from the instance

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Say it on stderr."""
        click.echo(f"ushrn: {self.message}", err=True)


def wants_json(words: Sequence[str]) -> bool:
    """Whether the command line asks for a log in JSON, wherever it says so: also behind a word that is wrong."""
    said = ""
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if word == "--":
            break
        if name == _OPTION:
            said = value if equals else "".join(words[number + 1 : number + 2])
    return said == "json"


def as_event(error: click.ClickException) -> dict[str, object]:
    """What went wrong, as an event of the log."""
    said: dict[str, object] = {"event": "error", "message": error.format_message(), "exit_status": error.exit_code}
    if isinstance(error, click.UsageError) and error.ctx is not None:
        said["hint"] = f"{error.ctx.command_path} --help"
    return said


def fault(error: BaseException) -> Failed:
    """A mistake of ours that nothing contained, in one line: what, and where in the program."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "scraper" in Path(frame.filename).parts] or frames
    where = f"{'/'.join(Path(ours[-1].filename).parts[-2:])}:{ours[-1].lineno}" if ours else "nowhere"
    what = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    return Failed(
        f"a fault of the program ({what}, at {where}); please report it with this line", ProgramFault.exit_status
    )


def warn_in_json() -> None:
    """Let what Python and the packages warn of be lines of the log, too."""

    def show(message: Warning | str, *_: object, **__: object) -> None:
        say({"event": "warning", "message": str(message)})

    warnings.showwarning = show


def say(event: dict[str, object]) -> None:
    """One line of the log in JSON."""
    click.echo(json.dumps(event, ensure_ascii=False).encode("utf-8", "replace"), err=True)


def ending(group: click.Group, words: list[str]) -> int:
    """Run *group* as from the command line with a log in JSON; the exit status."""
    warn_in_json()
    try:
        code = click.Group.main(group, words, standalone_mode=False)
    except click.ClickException as error:
        say(as_event(error))
        return error.exit_code
    if not isinstance(code, int):
        return 0
    return code
