"""The verbs that look and change nothing: extract, status, search, show."""

import json
import os
import sqlite3
import sys
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scraper import decide
from scraper.cli.group import FILTERS, MATCH, Log, files_of, jobs_option, now, read_db_option, several, stoppable
from scraper.errors import ArchiveError, Stale, Unreadable, UsageError
from scraper.harmless import harmless
from scraper.records import Problem, Reading
from scraper.vocabulary import ReadingKind, Stage

if TYPE_CHECKING:
    from scraper.terminal import Status

#: What `extract` prints, in order; the rest of a reading serves the program itself.
EXTRACT_KEYS = (
    "path", "url", "kind", "title", "published_at", "published_basis", "published_day", "published_day_basis",
    "updated_at", "updated_basis", "updated_day", "updated_day_basis", "author", "views", "comments", "likes",
    "categories", "tags", "body_text", "body_html", "excerpt", "images", "videos", "files", "links", "language",
    "layout", "problems",
)  # fmt: skip


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path, readable=False))
@click.option("--url", help="Address of the page, if the file does not contain it; with one PATH only.")
def extract(paths: tuple[Path, ...], url: str | None) -> None:
    """Print what would be stored, one line of JSON per PATH.

    PATH is a saved page (HTML, MHTML, webarchive), a text dump of one, or a web archive, of which the first post is
    printed; - is standard input. Writes nothing. A file that cannot be read gives a line of kind "error", and exit
    status 1.

    \b
    Example:  ushrn extract saved-page.html
    """
    from scraper import saved

    if url and len(paths) > 1:
        raise UsageError(f"--url names one page, but {len(paths)} PATHs were given: run extract once for each")
    if url:
        saved.given_url(url)
    failed = False
    with files_of(paths) as files:
        for path, file in zip(paths, files, strict=True):
            reading = read_saved(file, url)
            failed |= reading.kind == ReadingKind.ERROR
            line = json.dumps(as_printed(path, reading), ensure_ascii=False)
            click.echo(line.encode("utf-8", "replace"))  # UTF-8 whatever the terminal; a page's lone surrogate is "?"
    sys.exit(1 if failed else 0)


def read_saved(path: Path, url: str | None) -> Reading:
    """What the file at *path* says; a reading of kind ``error`` where it cannot be read."""
    from scraper import saved
    from scraper.reading import extract as read

    try:
        return saved.first_post(path) or read(saved.load(path, url=url))
    except Unreadable as error:
        problem = Problem(stage=Stage.EXTRACT, kind="unreadable", message=error.reason)
        return Reading(kind=ReadingKind.ERROR, url=url, problems=(problem,))


def as_printed(path: Path, reading: Reading) -> dict[str, Any]:
    """*reading* as `extract` prints it; a day that the page does not show is that of UTC: one page teaches no other."""
    fields = asdict(reading) | {"path": os.fsencode(path).decode("utf-8", "backslashreplace")}
    for name in ("published", "updated"):
        day, basis = decide.day_of(fields[f"{name}_at"], fields[f"{name}_day"])
        fields |= {f"{name}_day": day, f"{name}_day_basis": basis}
    return {key: fields[key] for key in EXTRACT_KEYS}


@click.command()
@read_db_option
@click.option("--check", "checked", is_flag=True,
              help="Print what needs attention, one line per cause; end with status 10 if there is any.")  # fmt: skip
@click.option("--max-age", metavar="AGE",
              help="End with status 10 when the last good crawl is older than this: 36h, 8d, 2w.")  # fmt: skip
@click.option("--coverage", is_flag=True, help="Every address ever named as a post, and what became of it, as CSV.")
@click.option("--json", "as_json", is_flag=True, help="For monitoring; docs/running.md describes the fields.")
@click.option("--prometheus", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write metrics to FILE instead, for node_exporter's textfile collector (*.prom).")  # fmt: skip
def status(
    db: Path, checked: bool, max_age: str | None, coverage: bool, as_json: bool, prometheus: Path | None
) -> None:
    """Show what is in the archive, how fresh it is, what is broken.

    A crawl is good when it obtained pages. Writes nothing to the archive, and works on a read-only disk.

    \b
    Example:  ushrn status --check
              ushrn status --prometheus /var/lib/node_exporter/ushrn.prom
    """
    from scraper.terminal import status as room

    if coverage:
        for line in room.coverage(db):
            click.echo(line.encode("utf-8", "replace"), nl=False)  # a file for programs, whatever the terminal
        return
    limit = None if max_age is None else room.parse_age(max_age)
    found = measured(db, prometheus, limit) if prometheus else room.status(db, now(), limit)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    elif checked:
        click.echo(harmless(room.check_lines(found)))
    elif prometheus is None:
        click.echo(harmless(room.screen(found)))
    if found.stale or (checked and found.causes):
        sys.exit(Stale.exit_status)


def measured(db: Path, file: Path, max_age: timedelta | None) -> "Status":
    """The state of the archive, which is written to *file* as metrics; that it cannot be read, too."""
    from scraper.terminal import prometheus
    from scraper.terminal import status as room

    try:
        found = room.status(db, now(), max_age)
    except ArchiveError:
        room.write_whole(file, prometheus.failure())
        raise
    room.write_whole(file, prometheus.text(found))
    return found


@click.command()
@read_db_option
@click.option("--since", required=True, metavar="DAY", help="First day to report: YYYY-MM-DD, in UTC.")
@click.option("--format", "form", type=click.Choice(["text", "html"]), default="text", show_default=True,
              help="html: a complete page, ready to mail.")  # fmt: skip
@click.option("--site", default="", metavar="SITE", help="Only posts of this site.")
def changes(db: Path, since: str, form: str, site: str) -> None:
    """Show what the archive has learned since a day.

    New, edited, removed and restored posts, newest first by when the archive learned of it; each line also says when
    the page was captured. Addresses are those of the archive's public site if that is set (`ushrn settings
    public_url`), otherwise the original ones.

    \b
    Example:  ushrn changes --since 2026-11-01 --format html | mail -a 'Content-Type: text/html' -s News me
    """
    from scraper import schema
    from scraper.store import change_list, lookups, presented
    from scraper.terminal import changes as room

    try:
        since = date.fromisoformat(since).isoformat()
    except ValueError as error:
        raise UsageError(f"--since: expected a day such as 2026-11-01, found {since!r}") from error
    connection = schema.open_archive(db, create=False, readonly=True).conn
    try:
        connection.row_factory = sqlite3.Row
        said = presented(connection)
        if site and site not in (known := lookups.site_ids(connection)):
            raise UsageError(f"--site: the archive has no site {site!r}; there are: {', '.join(sorted(known))}")
        rows = change_list.changes(connection, change_list.ChangeFilter(since=since, site=site), -1)
        write = {"text": room.as_text, "html": room.as_html}[form]
        text = write(rows, since, said.name, said.public_url)
    finally:
        connection.close()
    click.echo(text if form == "html" else harmless(text), nl=False)


@click.command()
@click.argument("query", nargs=-1, metavar="QUERY")
@read_db_option
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest", "views", "comments"]), default="relevance",
              show_default=True, help="Order of the results.")  # fmt: skip
@click.option("-n", "--limit", type=click.IntRange(1, 200), default=10, show_default=True, help="Results to show.")
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, help="Which page of results.")
@click.option("--where", multiple=True, metavar="NAME=VALUE",
              help=f"Only posts with this {FILTERS}.")  # fmt: skip
@click.option("--match", "matched", type=MATCH,
              help="Count posts with all words, or also those with most or any of them. "
                   "[default: all; where few have all words, further posts follow]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON object per result, best first.")
def search(
    query: tuple[str, ...],
    db: Path,
    sort: str,
    limit: int,
    page: int,
    where: tuple[str, ...],
    matched: str | None,
    as_json: bool,
) -> None:
    """Search the posts, and show the passages found.

    \b
    water shutoffs             posts with both words, in any form; then those with most of them
    "universal periodic"       exactly these words, side by side
    water OR housing           either
    police -prison             without
    organi*                    words that begin with organi
    NEAR(water rights, 5)      at most five words apart
    title: author: tag: category: site: language:   in that field
    after:2020 before:2021-06 year:2020-11          by date
    is:gone is:changed is:undated has:pdf has:image by state

    Without a QUERY: all posts, newest first. What is found is bold on a terminal, and between asterisks elsewhere, or
    where NO_COLOR is set or TERM is dumb. Lines are as wide as COLUMNS says, or else the terminal; in a file, 96.

    \b
    Example:  ushrn search '"universal periodic review" after:2020 -webinar'
    """
    from scraper import schema
    from scraper import search as room
    from scraper.export import check
    from scraper.export import where as filters_of
    from scraper.terminal import Help, ScreenStyle, first_mended, json_lines, results, said_of

    filters = filters_of(where)
    opened = schema.open_archive(db, create=False, readonly=True)
    try:
        check(opened.conn, filters)
        asked = room.Request(
            query=room.parse(" ".join(query)),
            filters=filters,
            sort=sort,
            page=page,
            size=limit,
            matched=room.Matched(matched) if matched else None,
        )
        found = room.find(opened.conn, asked)
        advice = room.advise(opened.conn, asked, found.total)
        mended = () if found.total or page > 1 or matched else first_mended(opened.conn, asked, advice)
        help_ = Help(advice, room.faults(opened.conn, asked.query), mended)
        if as_json:
            for said in said_of(found, help_):
                click.echo(said, err=True)
            for line in json_lines((*mended, *found.every_hit), limit):
                click.echo(line.encode("utf-8", "replace"))
        else:
            style = ScreenStyle.of(os.environ, is_terminal=sys.stdout.isatty())
            click.echo(results(found, help_, style))
    finally:
        opened.close()


@click.command()
@click.argument("url")
@read_db_option
@click.option("--all", "everything", is_flag=True, help="Show long lists in full.")
@click.option("--raw", is_flag=True, help="Write the stored bytes of the page to standard output.")
@click.option("--capture", metavar="ID|DIGEST", help="With --raw: this capture, by its id or record digest.")
def show(url: str, db: Path, everything: bool, raw: bool, capture: str | None) -> None:
    """Show the history of one post.

    Its captures, events and counts, its revisions with what changed in each, and the source of each field.

    URL is any address the post is known by.

    \b
    Example:  ushrn show https://www.upr2020.org/post/example
              ushrn show https://www.upr2020.org/post/example --raw > page.html
    """
    from scraper.terminal import show as room

    if capture and not raw:
        raise UsageError("--capture goes with --raw")
    if raw:
        click.echo(room.raw(db, url, capture=capture), nl=False)
    else:
        click.echo(room.render(db, url, colour=sys.stdout.isatty(), everything=everything))


@click.command()
@read_db_option
@click.option("--json", "as_json", is_flag=True, help="Print all findings as one JSON object.")
@click.option("--checkpoint", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
              help="A checkpoint kept elsewhere: does this archive continue it?")  # fmt: skip
@click.option("--chain", metavar="VALUE", help="A chain value kept elsewhere: is it that of a run of this archive?")
@click.option("--strict", is_flag=True, help="End with status 1 for notes, too.")
@click.option("--record", "is_recorded", is_flag=True,
              help="If no damage is found, record that as a run; `status` then shows how long ago it was.")  # fmt: skip
@jobs_option
@stoppable
def verify(
    db: Path, as_json: bool, checkpoint: Path | None, chain: str | None, strict: bool, is_recorded: bool, jobs: int
) -> None:
    """Check every digest, reference and row of the archive.

    Each row is compared with the captures it came from. Writes nothing, unless --record asks for it.

    Exit status: 7 for damage; 1 for what cannot be proven (read by another version, written to since the last
    checkpoint, a copy without bodies); 0 for notes (a count that fell).

    \b
    Example:  ushrn verify --db archive.db --checkpoint checkpoint-of-march.txt
    """
    several(jobs, "scraper.verify")
    from scraper import verify as room

    log = Log()
    known = room.known_checkpoint(checkpoint) if checkpoint else None
    found = room.run(
        db, now=now, progress=lambda what, done: log.step(what, done, None), known=known, chain=chain, jobs=jobs
    )
    if is_recorded:
        room.record(db, found, now)
    log.clear()
    status = found.exit_status or int(strict and bool(found.found))
    if as_json:
        click.echo(json.dumps(asdict(found) | {"exit_status": status}, ensure_ascii=False, indent=2))
    else:
        for line in found.lines:
            click.echo(harmless(line))
        click.echo(found.line)
    sys.exit(status)
