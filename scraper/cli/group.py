"""What all verbs share: the group that ends with our exit statuses, common options, the clock, and progress."""

import io
import json
import math
import os
import re
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from scraper import __version__
from scraper.cli.failing import Failed, ending, fault, say, wants_json
from scraper.errors import ArchiveBusy, ArchiveError, IntegrityError, Interrupted, UsageError
from scraper.harmless import harmless
from scraper.records import Problem
from scraper.unwritable import unwritable, workroom

if TYPE_CHECKING:
    from scraper import search
    from scraper.fetch import RequestLog

#: What `--where` chooses posts by.
FILTERS = "site, year, category, tag, author, pdf, gone, language, after or before"
#: What `--match` may be.
MATCH = click.Choice(["all", "most", "any"])
#: Contact address for every request; the only environment variable.
CONTACT_VARIABLE = "USHRN_CONTACT"
BAR_WIDTH = 24
#: Causes of one kind that are told one by one.
MOST_OF_A_KIND = 10
STOPPED = "stopped by a signal; run the same command again to go on"
#: How Python spells a byte of an argument that is no UTF-8.
_HALF = re.compile("[\ud800-\udfff]")


class Verbs(click.Group):
    """A group that turns our errors into one line on stderr and their exit status; never a traceback."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        """Run the verb that the command line names, and end. Where the log is JSON, so is what click itself says."""
        words = list(sys.argv[1:] if args is None else args)
        if wants_json(words):
            sys.exit(ending(self, words))
        return super().main(words, *more, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; what goes wrong is said in one line."""
        try:
            return self._told(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.stderr.close()  # whoever read us has gone: nothing to say, and nobody to say it to
            ctx.exit(0)
        except (Exception, KeyboardInterrupt) as error:
            raise failed(error) from error

    def _told(self, ctx: click.Context) -> Any:
        """Run the verb; what it printed has arrived when this returns."""
        if sys.stdout is None:  # closed by whoever started us (>&-)
            sys.stdout = io.TextIOWrapper(io.FileIO(os.devnull, "w"), encoding="utf-8")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a title may be in any script, whatever the terminal's
        try:
            return super().invoke(ctx)
        finally:
            sys.stdout.flush()

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs in the order of the work, not of the alphabet."""
        return list(self.commands)


def failed(error: BaseException) -> Failed:
    """What is said of *error*, and the status that it ends with."""
    match error:
        case ArchiveError():
            return Failed(str(error), error.exit_status)
        case KeyboardInterrupt():
            return Failed(STOPPED, Interrupted.exit_status)
        case UnicodeEncodeError() if any(map(_HALF.search, sys.argv)):
            return Failed(f"expected UTF-8 text, found {error.object!r}", UsageError.exit_status)
        case OSError():
            hush()
            told = unwritable(error.filename or "standard output", error, "write elsewhere")
            return Failed(str(told), told.exit_status)
    return fault(error)


def hush() -> None:
    """Let nothing more go to standard output, which does not take it: Python would try once more at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


@contextmanager
def files_of(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """*paths*, with ``-`` as a file that holds what stands on standard input, while it lasts."""
    if Path("-") not in paths:
        yield list(paths)
        return
    with workroom("ushrn-input-") as folder:
        spool = folder / "standard-input"
        with spool.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out)
        yield [spool if path == Path("-") else path for path in paths]


def now() -> datetime:
    """The one clock of the program: aware, UTC."""
    return datetime.now(UTC)


class Seconds(click.FloatRange):
    """A pause: neither negative nor without end, nor `nan`, which is no pause at all."""

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number of seconds."""
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return seconds


def db_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--db``, which every verb that uses the archive has; what SQLite cannot do with it is said in one line."""

    @wraps(command)
    def verb(*args: Any, db: Path, **given: Any) -> Any:
        try:
            return command(*args, db=db, **given)
        except sqlite3.DatabaseError as error:
            raise unusable(error, db) from error
        finally:
            from scraper.schema import tidy

            with suppress(OSError):
                tidy(db)

    return click.option(
        "--db",
        type=click.Path(path_type=Path, readable=False),
        default="archive.db",
        show_default=True,
        metavar="FILE",
        help="The archive file.",
    )(verb)


def read_db_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`db_option` of a verb that reads and ends: nothing that it says is of an archive that changed under its eyes."""

    @wraps(command)
    def verb(*args: Any, db: Path, **given: Any) -> Any:
        from scraper.schema import way_in

        way = way_in(db)
        try:
            found = command(*args, db=db, **given)
        except (Exception, SystemExit) as error:
            if way.holds():
                raise
            raise changed(db) from error
        if not way.holds():
            raise changed(db)
        return found

    return db_option(verb)


def changed(db: Path) -> ArchiveBusy:
    """That *db* was written to while it was read by somebody who may leave nothing beside it."""
    return ArchiveBusy(f"{db}: it was written to while it was read; run this again when no crawl runs")


class Ended(KeyboardInterrupt):
    """SIGTERM came. With KeyboardInterrupt itself, met in the midst of an import, Python would choose the status."""


#: Seconds until a signal that came amid an import is heeded again.
LATER = 0.02


def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of signal handlers
    """What SIGTERM does in `stoppable` verbs. Amid an import it waits: Python would print what is raised there."""
    if is_importing(frame):
        signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, LATER)
        return
    raise Ended


def is_importing(frame: FrameType | None) -> bool:
    """Whether *frame* was called by the import of a module."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def stoppable(command: Callable[..., Any]) -> Callable[..., Any]:
    """SIGTERM ends *command* as Ctrl-C does: half-made files are taken away, and one line is said."""

    @wraps(command)
    def verb(*args: Any, **given: Any) -> Any:
        before = signal.signal(signal.SIGTERM, end)
        try:
            return command(*args, **given)
        finally:
            signal.signal(signal.SIGTERM, before)
            if signal.getsignal(signal.SIGALRM) is end:  # it waits still; left to itself it would kill what is done
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, signal.SIG_DFL)

    return verb


def unusable(error: sqlite3.DatabaseError, db: Path) -> ArchiveError:
    """Our error for what SQLite says of *db* while a verb runs: a table or column that is not there is damage."""
    from scraper.schema import explain

    try:
        return explain(error, db)
    except sqlite3.OperationalError:
        return IntegrityError(f"{db}: SQLite says {error}; run `ushrn verify`, and restore a copy if it confirms")


def log_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--log-format``, which every verb that runs unattended has."""
    return click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="json: one JSON object per line, for each request, cause and error.",
    )(command)


def jobs_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--jobs``, of verbs that read all pages again."""
    named = click.option(
        "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N",
        help="Number of processes that read pages; the result is the same.",
    )  # fmt: skip
    return named(command)


def several(jobs: int, *modules: str) -> None:
    """Let the process that the others are forked off import *modules* while this one does, where there are several."""
    if jobs > 1:
        from scraper import forked

        with suppress(OSError):  # told where the processes are needed
            forked.warm(modules)


def contact_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--contact``, which every verb that asks other people's servers has."""
    return click.option(
        "--contact",
        envvar=CONTACT_VARIABLE,
        show_envvar=True,
        metavar="ADDRESS",
        help="Your e-mail or web address, sent with every request so that a site's owner can reach you.",
    )(command)


def request_of(query: str, where: Iterable[str], match: str | None = None) -> "search.Request":
    """What `--query`, `--where` and `--match` ask for; what of the query is taken otherwise than it stands is told on
    stderr.
    """
    from scraper import export, search

    matched = search.Matched(match) if match else None
    asked = search.Request(query=search.parse(query), filters=export.where(where), matched=matched)
    for note in asked.query.notes:
        click.echo(f"--query: {note}", err=True)
    return asked


class Log:
    """What a long run says on stderr: a bar on a terminal, plain lines elsewhere, JSON lines on request."""

    def __init__(self, form: str = "text") -> None:
        self._json = form == "json"
        self._bar = not self._json and sys.stderr.isatty()
        self._drawn = False

    def step(self, label: str, done: int, total: int | None) -> None:
        """Progress: *done* of *total* (None: not known yet)."""
        if not self._bar:
            return
        filled = BAR_WIDTH * min(done, total) // total if total else 0
        bar = "#" * filled + "-" * (BAR_WIDTH - filled)
        text = f"[{bar}] {done}/{total if total is not None else '?'} {label}"
        sys.stderr.write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
        sys.stderr.flush()
        self._drawn = True

    def request(self, asked: "RequestLog") -> None:
        """One request, as a JSON line; people see the bar instead."""
        if self._json:
            say({"event": "request", **asdict(asked)})

    def causes(self, problems: Iterable[Problem]) -> None:
        """What went wrong, one line a cause, before the summary; people are spared the hundredth of its kind."""
        self.clear()
        of_kind: Counter[tuple[str, str]] = Counter()
        for one in problems:
            kind = (one.stage, one.kind)
            of_kind[kind] += 1
            if self._json:
                told = {"url": one.url, "stage": one.stage, "kind": one.kind, "field": one.field}
                say({"event": "problem", **told, "message": one.message})
            elif of_kind[kind] <= MOST_OF_A_KIND:
                click.echo(harmless(" ".join(f"{one.url}: {one.message}".split())), err=True)
        for (stage, name), number in of_kind.items():
            if number > MOST_OF_A_KIND and not self._json:
                click.echo(f"and {number - MOST_OF_A_KIND} more of {stage}/{name}: see `ushrn status`", err=True)

    def messages(self, lines: Iterable[str]) -> None:
        """What a person should read, before the summary."""
        self.clear()
        for line in lines:
            if self._json:
                say({"event": "message", "message": line})
            else:
                click.echo(line, err=True)

    def summary(self, line: str, **figures: Any) -> None:
        """The one line that every run ends with; as JSON with its *figures*, on stderr with all else, and on stdout."""
        self.clear()
        if self._json:
            event = {"event": "summary", "message": line, **figures}
            say(event)
            line = json.dumps(event, ensure_ascii=False)
        click.echo(line)

    def clear(self) -> None:
        """Take the bar away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ushrn")
def main() -> None:
    """Find, preserve, search and serve everything the US Human Rights Network posted.

    Try `ushrn demo` first: it needs no network. Everything is kept in one file, archive.db.

    \b
    Exit status: 0 done; 1 done, some pages had errors; 2 wrong usage; 3 no site reachable;
    4 robots.txt forbids; 5 many posts changed or absent at once, held back; 6 archive busy,
    read-only, full or from a newer version; 7 archive damaged; 8 asked to slow down; 9 stopped, or
    this machine's clock is wrong; 10 `status`: stale, or something needs attention; 11 a wall
    stands before the site's pages; 12 a fault of the program, everything else was done.
    """
