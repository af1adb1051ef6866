"""The verbs of proof: seal, withdraw."""

import secrets
import sqlite3
from pathlib import Path

import click

from scraper.cli.group import FILTERS, Log, db_option, now, read_db_option, request_of
from scraper.dates import utc
from scraper.numbers import plural


@click.group(invoke_without_command=True)
@db_option
@click.pass_context
def seal(ctx: click.Context, db: Path) -> None:
    """Sign, timestamp and publish checkpoints of the archive's log.

    Every run ends with a checkpoint of the log of all captures. Without a subcommand, the newest one is printed.

    \b
    Example:  ushrn seal key --name archive.example.org/posts
              ushrn seal stamp --authority https://tsa.example.org/
              ushrn seal publish checkpoints/today.txt
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(show_, db=db)
    ctx.default_map = {command: {"db": db} for command in seal.commands}


@seal.command(name="show")
@read_db_option
def show_(db: Path) -> None:
    """Print the newest checkpoint. Write it down where nobody who can write the archive can reach it."""
    from scraper import schema
    from scraper.errors import UsageError
    from scraper.store import sealing

    opened = schema.open_archive(db, create=False, readonly=True)
    try:
        row = sealing.newest(opened.conn)
    finally:
        opened.close()
    if row is None:
        raise UsageError(f"{db}: no checkpoint was made yet; the next command that writes makes one")
    click.echo(row.text, nl=False)


@seal.command()
@db_option
@click.option("--name", metavar="NAME", help="Name of the log: a host and path of yours, without https://.")
def key(db: Path, name: str | None) -> None:
    """Make a signing key, and print its public half.

    Checkpoints are signed with it from now on; the public half is called the verifier key.

    The secret half is in a file that only you can read, in ~/.config/ushrn (or $XDG_CONFIG_HOME/ushrn), never in the
    archive. Keep a copy. If it is lost, make a new one: the next checkpoint says so, and names the one before. WACZ
    files are signed too, with a key derived from it, whose public half is printed as well (and is in `meta`).
    """
    from scraper import seal as room
    from scraper.runs import open_run
    from scraper.store import sealing

    with open_run(db, now=now, up_to_date=False) as run:
        verifier, path = room.publishing.new_key(run.archive, name, secrets.token_bytes(32), room.keys.folder())
        wacz_key = sealing.meta(run.archive.db, room.publishing.WACZ_KEY)
    Log().messages(
        (
            f"the secret key is in {path}: keep a copy, and show it to nobody",
            f"WACZ files are signed with this public key: {wacz_key}",
        )
    )
    click.echo(str(verifier))


@seal.command()
@db_option
@click.option("--authority", "authorities", multiple=True, required=True, metavar="URL",
              help="Address of an RFC 3161 authority; several are better.")  # fmt: skip
@click.option("--always", is_flag=True, help="Also ask them at the end of every run from now on.")
def stamp(db: Path, authorities: tuple[str, ...], always: bool) -> None:
    """Have independent authorities timestamp the newest checkpoint."""
    from scraper import seal as room
    from scraper.errors import Unreachable
    from scraper.runs import open_run

    failed = []
    with open_run(db, now=now, create=False, up_to_date=False) as run:
        if always:
            room.publishing.configure(run.archive, authorities)
        for authority in authorities:
            try:
                click.echo(f"{authority}: existed by {room.publishing.stamp(run.archive, authority).at}")
            except Unreachable as error:
                failed.append(str(error))
    Log().messages(failed)
    if failed:
        raise Unreachable(f"{len(failed)} of {len(authorities)} authorities gave no timestamp; try again")


@seal.command()
@db_option
@click.argument("where", metavar="FILE|URL")
def publish(db: Path, where: str) -> None:
    """Write the newest checkpoint to a file, or have it cosigned.

    FILE may be in a git folder or on another disk; at URL is a witness that cosigns.

    A witness is someone else's server; it signs only what continues the log that it saw before (C2SP tlog-witness).
    """
    from scraper import export
    from scraper import seal as room
    from scraper.runs import open_run

    with open_run(db, now=now, create=False, up_to_date=False) as run:
        if where.startswith(("http://", "https://")):
            note = room.publishing.cosign(run.archive, where)
            click.echo(f"{where}: cosigned, {plural(len(note.signatures), 'signature')}")
            return
        text = room.publishing.newest(run.archive).text
    with export.replacing(Path(where), db) as partial:
        partial.write_text(text, encoding="utf-8")
    click.echo(f"{where}: {plural(len(text.encode()), 'byte')}")


@click.command()
@click.argument("urls", nargs=-1, metavar="[URL]...")
@read_db_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE", help="The zip to write."
)
@click.option(
    "--revision", metavar="HEX", help="Version whose record digest starts with HEX.  [default: the one shown]"
)
@click.option("--query", default="", help="The posts that this search finds.")
@click.option("--where", multiple=True, metavar="NAME=VALUE",
              help=f"The posts with this {FILTERS}.")  # fmt: skip
def exhibit(
    urls: tuple[str, ...], db: Path, output: Path, revision: str | None, query: str, where: tuple[str, ...]
) -> None:
    """Put posts into one file that a stranger can check.

    A zip with a page to print, the captures, the proofs, and a program that checks them.

    One post, several, or those of a search, up to 100. In the unpacked zip, `python3 verify.py` says what holds; it
    needs Python 3.11 or newer, and nothing else.

    \b
    Example:  ushrn exhibit https://www.upr2020.org/post/example --output post.zip
              ushrn exhibit --query "water rights" --where year=2020 --output posts.zip
    """
    from scraper import export
    from scraper import seal as room
    from scraper.store import Archive

    with Archive.open(db, create=False, readonly=True) as archive:
        found = [*urls, *_found(archive.db, query, where)]
        data = room.exhibit.build(archive, found, revision, room.exhibit.signer_of(archive))
    with export.replacing(output, db) as partial:
        partial.write_bytes(data)
    click.echo(f"{output}: {room.exhibit.told(found, len(data))}")


def _found(connection: sqlite3.Connection, query: str, where: tuple[str, ...]) -> list[str]:
    """Addresses of the posts of a search; none where nothing is asked."""
    from scraper import export, search

    if not query and not where:
        return []
    request = request_of(query, where)
    export.check(connection, request.filters)
    return [str(url) for (url,) in search.post_values(connection, request, ("url",))]


@click.command()
@click.argument("url")
@db_option
@click.option("--reason", required=True, metavar="WORDS", help="Reason, shown publicly with the date.")
@click.option("--by", required=True, metavar="NAME", help="Who decided; kept in the archive, never shown publicly.")
@click.option("--everywhere", is_flag=True, help="Also mask its words in all other pages, present and future.")
@click.option("--hide", is_flag=True, help="Keep it as evidence, but show it nowhere.")
@click.option("--revision", metavar="HEX", help="Only the version whose record digest starts with HEX.")
@click.option("--capture", metavar="HEX", help="Only the capture whose record digest starts with HEX.")
@click.option("--pictures", is_flag=True, help="Only its pictures.")
@click.option("--yes", is_flag=True, help="Really do it; without this, only show what would be done.")
def withdraw(
    url: str, db: Path, reason: str, by: str, everywhere: bool, hide: bool, revision: str | None, capture: str | None,
    pictures: bool, yes: bool,
) -> None:  # fmt: skip
    """Remove a post from all that can be read, and keep its proof.

    Its words and pictures are erased from tables, indexes, stored pages and the free space of the file; address, times
    and digests stay, so that it can be proven that it was there, and every other proof holds. No later crawl, import or
    rebuild brings it back. No other program may have the file open meanwhile. Copies made earlier are beyond reach.

    \b
    Example:  ushrn withdraw https://www.upr2020.org/post/example --reason "the author asked" --by "A. Editor" --yes
    """
    from scraper import seal as room
    from scraper.runs import open_run

    extent, digest = room.withdraw.meant(revision, capture, pictures=pictures)
    order = room.withdraw.Order(
        url=url, reason=reason, by=by, extent=extent, digest=digest, everywhere=everywhere, hide=hide
    )
    with open_run(db, now=now, create=False) as run:
        chosen = room.withdraw.plan(run.archive, order)
        for line in room.withdraw.told(order, chosen):
            click.echo(line)
        if not yes:
            click.echo("nothing was changed; add --yes to do it")
            return
        with run.archive.alone():
            run.begin("withdraw")
            room.withdraw.carry_out(run.archive, order, chosen, crawl_id=run.crawl_id, at=utc(run.started))
            summary = run.finish(0)
    click.echo(f"withdrawn; chain {summary.chain_sha256}")
