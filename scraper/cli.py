"""The command line: one short function a verb. Each parses, calls one function, prints, and ends with its status."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import click

from scraper import __version__
from scraper.errors import ArchiveError, Stopped, Unreadable, UsageError
from scraper.records import Problem, Reading

#: What `extract` prints, in order; the rest of a reading serves the program itself.
EXTRACT_KEYS = (
    "path", "url", "kind", "title", "published_at", "published_basis", "updated_at", "updated_basis", "author",
    "views", "comments", "likes", "categories", "tags", "body_text", "body_html", "excerpt", "images", "videos",
    "files", "links", "language", "layout", "problems",
)  # fmt: skip


class Verbs(click.Group):
    """A group that turns our errors into one line on stderr and their exit status; never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; what goes wrong is said in one line."""
        try:
            return super().invoke(ctx)
        except ArchiveError as error:
            fail(ctx, str(error), error.exit_status)
        except KeyboardInterrupt:
            fail(ctx, "stopped by the keyboard; run the same command again to go on", Stopped.exit_status)
        except BrokenPipeError:
            sys.stderr.close()  # whoever read us has gone: nothing to say, and nobody to say it to
            ctx.exit(0)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs in the order of the work, not of the alphabet."""
        return list(self.commands)


def fail(ctx: click.Context, message: str, status: int) -> NoReturn:
    """Say *message* on stderr, and end with *status*."""
    click.echo(f"ushrn: {message}", err=True)
    ctx.exit(status)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ushrn")
def main() -> None:
    """Find, keep, read, search and serve what the US Human Rights Network posted.

    Try `ushrn demo` first: it needs no network. Everything is kept in one file, archive.db.

    \b
    Exit status: 0 done; 1 done, some pages had errors; 2 wrong usage; 3 no site reachable; 4 robots.txt forbids;
    5 the layout changed; 6 archive busy, read-only, full or newer; 7 archive damaged; 8 asked to slow down;
    9 stopped; 10 stale (status).
    """


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--url", help="The page's address, where the file does not tell it. With one PATH only.")
def extract(paths: tuple[Path, ...], url: str | None) -> None:
    """Print what would be stored: one JSON object a line for each PATH, in order. Writes nothing.

    PATH is a saved page (HTML) or a text dump of one. A file that cannot be read gives a line of kind "error",
    and exit status 1.

    \b
    Example:  ushrn extract saved-page.html | jq .title
    """
    from scraper.webarchives import saved

    if url and len(paths) > 1:
        raise UsageError(f"--url names one page, but {len(paths)} PATHs were given: run extract once for each")
    if url:
        saved.given_url(url)
    failed = False
    for path in paths:
        reading = read_saved(path, url)
        failed |= reading.kind == "error"
        line = json.dumps(as_printed(path, reading), ensure_ascii=False)
        click.echo(
            line.encode("utf-8", "replace")
        )  # always UTF-8, whatever the terminal; a page's lone surrogate is "?"
    sys.exit(1 if failed else 0)


def read_saved(path: Path, url: str | None) -> Reading:
    """What the file at *path* says; a reading of kind ``error`` where it cannot be read."""
    from scraper.extract import extract as read
    from scraper.webarchives import saved

    try:
        return read(saved.load(path, url=url))
    except Unreadable as error:
        problem = Problem(stage="extract", kind="unreadable", message=error.reason)
        return Reading(kind="error", url=url, problems=(problem,))


def as_printed(path: Path, reading: Reading) -> dict[str, Any]:
    """*reading* as `extract` prints it."""
    fields = asdict(reading) | {"path": os.fsencode(path).decode("utf-8", "backslashreplace")}
    return {key: fields[key] for key in EXTRACT_KEYS}
