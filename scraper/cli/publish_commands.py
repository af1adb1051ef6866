"""The verbs that hand things on: export, serve, demo."""

import sys
from collections.abc import Container, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.group import FILTERS, MATCH, Log, db_option, now, read_db_option, request_of, stoppable
from scraper.cli.settings_commands import public_address
from scraper.errors import UsageError
from scraper.numbers import plural

if TYPE_CHECKING:
    from scraper import search

TABLES = ("csv", "json", "jsonl", "atom", "bibtex", "biblatex", "ris", "csl")
EVIDENCE = ("warc", "wacz")


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice([*TABLES, "parquet", *EVIDENCE, "sqlite", "bag"]))
@read_db_option
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="File to write, replaced only when complete.  [default: standard output]")  # fmt: skip
@click.option("--table", default="posts", show_default=True, metavar="NAME",
              help="Another table or view, whole: counts, events, revisions, links, captures, coverage …;"
              " all: every one, in one zip (csv, json, jsonl).")  # fmt: skip
@click.option("--columns", metavar="A,B,…", help="Which columns, in which order (csv, json, jsonl).")
@click.option("--no-bodies", is_flag=True, help="Leave out the texts (csv, json, jsonl).")
@click.option("--where", multiple=True, metavar="NAME=VALUE",
              help=f"Only posts with this {FILTERS}.")  # fmt: skip
@click.option("--query", default="", help="Only posts that this search finds.")
@click.option("--match", type=MATCH,
              help="With --query: posts with all words, or also with most or any of them. [default: all]")  # fmt: skip
@click.option(
    "--excel",
    is_flag=True,
    help="CSV for spreadsheets: with a BOM, and no cell that acts as a formula or is too long.",
)
@click.option("--license", "licence", default="", metavar="NAME|URL",
              help="bag: the licence you grant, such as CC-BY-4.0; none is stated without it.")  # fmt: skip
@click.option("--public", is_flag=True, help="sqlite: leave out hidden posts, problems, and who decided what.")
@click.option("--without-captures", is_flag=True, help="sqlite: leave out the stored pages, keep their digests.")
@click.option("--without-pictures", is_flag=True, help="sqlite: leave out the pictures, keep their digests.")
@stoppable
def export(
    form: str, db: Path, output: Path | None, table: str, columns: str | None, no_bodies: bool,
    where: tuple[str, ...], query: str, match: str | None, excel: bool, licence: str, public: bool,
    without_captures: bool, without_pictures: bool,
) -> None:  # fmt: skip
    """Write posts, citations or evidence to a file.

    Every file of posts comes with a datapackage.json that says what its columns mean. csv is RFC 4180, UTF-8, with
    every post; NULL is empty, lists are joined by "; ". bag is the whole archive for deposit, in a new folder or a
    .zip: the file, WARC, tables, proofs, and what repositories ask for. With --where or --query, warc, wacz and bag
    hold the captures of these posts, with their pictures, files and counts, and the log of all runs to check them
    against.

    \b
    Example:  ushrn export csv --output posts.csv --where site=upr2020 --no-bodies
              ushrn export sqlite --output public.db --without-captures
    """
    output = None if output == Path("-") else output
    given: dict[str, object] = {
        "--table": table != "posts", "--columns": columns, "--no-bodies": no_bodies, "--where": where,
        "--query": query, "--match": match, "--excel": excel, "--license": licence, "--public": public,
        "--without-captures": without_captures, "--without-pictures": without_pictures,
    }  # fmt: skip
    refuse(form, given, OPTIONS.get(form, OF_TABLES))
    choice = PostChoice(where, query, match)
    match form:
        case "bag":
            bag(db, required(form, output), licence, choice)
        case "sqlite":
            whole = {"captures": not without_captures, "pictures": not without_pictures}
            copy(db, required(form, output), **whole, public=public)
        case "warc" | "wacz":
            evidence(form, db, required(form, output), choice)
        case _:
            if table != "posts":
                refuse(f"--table {table}", given, OF_OTHER_TABLES[table == "all"])
            posts(form, db, output, table, named(columns), choice, bodies=not no_bodies, excel=excel)


@dataclass(frozen=True, slots=True)
class PostChoice:
    """Which posts are meant, as it was typed."""

    where: tuple[str, ...]
    query: str
    #: None: nobody said how much of the query must match.
    match: str | None

    @property
    def request(self) -> "search.Request":
        """What is asked for; notes of the query are told on stderr."""
        return request_of(self.query, self.where, self.match)


#: What may be said of an export, by its format.
CHOICE = frozenset({"--where", "--query", "--match"})
OF_TABLES = CHOICE | {"--table", "--columns", "--no-bodies"}
OPTIONS = {
    "csv": OF_TABLES | {"--excel"},
    "warc": CHOICE,
    "wacz": CHOICE,
    "bag": CHOICE | {"--license"},
    "sqlite": frozenset({"--public", "--without-captures", "--without-pictures"}),
}
#: What may be said of another table than that of posts, and of all tables at once.
OF_OTHER_TABLES = (frozenset({"--table", "--columns", "--no-bodies", "--excel"}), frozenset({"--table", "--no-bodies"}))


def refuse(form: str, given: Mapping[str, object], allowed: Container[str]) -> None:
    """Raise UsageError for options that mean nothing for *form*: that are given, and not *allowed*."""
    idle = [name for name, value in given.items() if value and name not in allowed]
    if idle:
        raise UsageError(f"{', '.join(idle)}: not for {form}; leave it out")


def named(columns: str | None) -> tuple[str, ...] | None:
    """The columns of a list with commas; None: none is given, so all are meant."""
    if columns is None:
        return None
    return tuple(filter(None, map(str.strip, columns.split(","))))


def required(form: str, output: Path | None) -> Path:
    """*output*, or a UsageError: some formats cannot go to standard output."""
    if output is None:
        raise UsageError(f"{form}: expected --output FILE, found none")
    return output


def posts(
    form: str, db: Path, output: Path | None, table: str, columns: tuple[str, ...] | None, choice: PostChoice,
    *, bodies: bool, excel: bool,
) -> None:  # fmt: skip
    """Write posts, or another table, in one of the formats of `TABLES`."""
    from scraper import export as room
    from scraper import schema

    options = room.Options(table="posts" if table == "all" else table, columns=columns, bodies=bodies, excel=excel)
    request = choice.request
    opened = schema.open_archive(db, create=False, readonly=True)
    try:
        room.check(opened.conn, request.filters)
        if form == "parquet":
            place = required(form, output)
            number = room.to_parquet(opened.conn, place, request=request, options=options)
            click.echo(f"{place}: {number} {'posts' if table == 'posts' else 'rows'}")
        elif table == "all":
            done = room.to_zip(opened.conn, required("--table all", output), form, options)
            click.echo(f"{done.path}: {plural(done.rows, 'row')}, {plural(done.bytes, 'byte')}, sha256 {done.sha256}")
        elif output is None:
            with closing(room.write(opened.conn, request, form, options)) as chunks:
                for chunk in chunks:
                    click.echo(chunk, nl=False)
        else:
            done = room.to_file(opened.conn, output, form, request=request, options=options)
            rows = plural(done.rows, "post" if table == "posts" else "row")
            click.echo(f"{done.path}: {rows}, {plural(done.bytes, 'byte')}, sha256 {done.sha256}")
    finally:
        opened.close()


def selection(db: Path, choice: PostChoice) -> "search.Request | None":
    """What is asked for; None: all posts. Raises UsageError for what there is not."""
    from scraper import export as room
    from scraper import schema

    if not choice.where and not choice.query:
        return None
    request = choice.request
    with closing(schema.open_archive(db, create=False, readonly=True)) as opened:
        room.check(opened.conn, request.filters)
    return request


def evidence(form: str, db: Path, output: Path, choice: PostChoice) -> None:
    """Write captures in one of the formats of `EVIDENCE`."""
    from scraper import export as room

    log, request = Log(), selection(db, choice)
    write = {"warc": room.export_warc, "wacz": room.export_wacz}[form]
    number = write(db, output, request=request, progress=lambda done: log.step("captures", done, None))
    log.summary(f"{output}: {plural(number, 'capture')}, {plural(output.stat().st_size, 'byte')}")


def bag(db: Path, output: Path, licence: str, choice: PostChoice) -> None:
    """Write the archive, or what was asked for of it, as a bag to deposit."""
    from scraper import export as room

    size = room.to_bag(db, output, licence=licence, request=selection(db, choice))
    click.echo(f"{output}: a bag of {plural(size, 'byte')}")


#: Said of a copy that has all that the archive has.
NOT_PUBLIC = (
    "not for publication: it says who decided what, and holds visitor tokens of requests; --public leaves them out"
)


def copy(db: Path, output: Path, *, captures: bool, pictures: bool, public: bool) -> None:
    """Write a copy of the archive."""
    from scraper import export as room

    size = room.copy(db, output, captures=captures, pictures=pictures, public=public)
    left = {(True, True): "", (True, False): ", without the stored pictures"}
    click.echo(f"{output}: {plural(size, 'byte')}{left.get((captures, pictures), ', without the stored pages')}")
    if not public:
        click.echo(NOT_PUBLIC, err=True)


@click.command()
@db_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 lets everyone in.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 picks any free port.")
@click.option("--allow-sql", is_flag=True, help="Let every visitor run SQL; for use on your own machine.")
@click.option(
    "--immutable",
    "-i",
    is_flag=True,
    help="Treat the file as never changing: faster, and the file can be downloaded.",
)
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="Where readers reach this server, for links and citations: https://archive.example.org"
    "  [default: the setting public_url]",
)
def serve(db: Path, host: str, port: int, allow_sql: bool, immutable: bool, public_url: str) -> None:
    """Serve the reading room, the archive as a website.

    Search, posts and exports, with Datasette's tables behind them. What a crawl adds to the file shows at once, and so
    does a file that is moved into its place.

    \b
    Example:  ushrn serve --port 8001
    """
    from scraper import serve as room

    if not host.strip():  # to a socket it would mean everyone
        raise UsageError("--host: expected an address of this machine, found nothing; 0.0.0.0 is everyone")
    if public_url:
        public_url = public_address("--public-url", public_url)
    room.run(db, host, port, allow_sql=allow_sql, immutable=immutable, public_url=public_url)


@click.command()
@click.option("--force", is_flag=True, help="Replace demo.db if it exists.")
@click.option("--serve", "and_serve", is_flag=True, help="Then serve the reading room, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="For --serve.")
def demo(force: bool, and_serve: bool, port: int) -> None:
    """Try everything on a pretend blog, without any network.

    The blog runs on this machine. Makes demo.db in the current folder from three crawls, 45 and 20 days ago and today,
    and prints what changed, a search, and what to try next.

    \b
    Example:  ushrn demo --serve
    """
    from scraper.demo import run_demo

    def go_on(path: Path) -> int:
        from scraper import serve as room

        room.run(path, "127.0.0.1", port)
        return 0

    sys.exit(run_demo(Path(), force=force, serve=go_on if and_serve else None, echo=click.echo, now=now))
