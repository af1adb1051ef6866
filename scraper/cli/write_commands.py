"""The verbs that bring things into the archive and keep them: crawl, recover, import, rebuild, schedule."""

import getpass
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.group import (
    Log,
    Seconds,
    contact_option,
    db_option,
    files_of,
    jobs_option,
    log_option,
    now,
    several,
    stoppable,
)
from scraper.errors import UsageError
from scraper.harmless import harmless

if TYPE_CHECKING:
    from scraper.store import FieldChange

#: Characters of a value that `rebuild --diff` shows.
SHOWN = 60


@click.command()
@click.argument("targets", nargs=-1, metavar="[SITE|URL]...")
@db_option
@contact_option
@click.option("--delay", type=Seconds(), default=1.0, show_default=True, metavar="SECONDS",
              help="Minimum delay between requests to a host; a longer Crawl-delay wins.")  # fmt: skip
@click.option("--full", is_flag=True, help="Fetch every known post again, whole, not only what is due.")
@click.option("--no-counts", is_flag=True, help="Do not ask the site for view counts.")
@click.option("--pictures", type=click.Choice(["original", "shown", "none"]), default="original", show_default=True,
              help="Keep each picture at full size, at the size the page shows, or not at all.")  # fmt: skip
@click.option("--picture-budget", type=click.IntRange(min=0), metavar="MB",
              help="Keep no more pictures than this in the archive.  [default: no limit]")  # fmt: skip
@click.option("--max-time", type=Seconds(), metavar="SECONDS", help="Stop after this long; the next run continues.")
@click.option("--max-requests", type=click.IntRange(min=1), metavar="N", help="Stop after this many requests.")
@click.option("--max-bytes", type=click.IntRange(min=1), metavar="BYTES", help="Stop after receiving this many bytes.")
@click.option("--private", is_flag=True, help="Allow the hosts named here to be on a private network.")
@click.option("--accept-certificate", "certificates", multiple=True, metavar="SHA256",
              help="Accept the certificate with this digest even if it is not trusted (a dying site's).")  # fmt: skip
@log_option
@stoppable
def crawl(
    targets: tuple[str, ...], db: Path, contact: str | None, delay: float, full: bool, no_counts: bool, pictures: str,
    picture_budget: int | None, max_time: float | None, max_requests: int | None, max_bytes: int | None,
    private: bool, certificates: tuple[str, ...], log_format: str,
) -> None:  # fmt: skip
    """Download, store and parse new and changed posts.

    SITE is the id of a site (upr2020, ushrn-news, ushrn-drupal), URL the address of any Wix blog or of one post;
    without any, all known sites. robots.txt is obeyed, one request is made at a time, and every request names
    --contact; only this machine can be crawled without one. A run may be stopped at any moment; the next one continues.

    \b
    Example:  ushrn crawl --contact you@example.org
              ushrn crawl https://blog.example.org/ --contact you@example.org --delay 2
    """
    from scraper.crawl import PicturePolicy, Want, run_crawl
    from scraper.runs import Budget

    log = Log(log_format)
    usual = Budget()
    budget = None if picture_budget is None else picture_budget * 1_000_000
    report = run_crawl(
        db, targets, contact=contact, delay=delay, full=full, counts=not no_counts, now=now,
        pictures=PicturePolicy(want=Want(pictures), budget_bytes=budget), private=private, certificates=certificates,
        progress=lambda step: log.step(f"{step.site} {step.stage} {step.url}", step.done, step.total),
        on_request=log.request,
        budget=Budget(
            seconds=usual.seconds if max_time is None else max_time,
            requests=max_requests or usual.requests,
            bytes=max_bytes or usual.bytes,
        ),
    )  # fmt: skip
    log.messages(report.messages)
    log.causes(report.causes)
    log.summary(report.line, exit_status=report.exit_status, requests=report.requests, chain_sha256=report.chain_sha256)
    sys.exit(report.exit_status)


@click.command()
@click.argument("targets", nargs=-1, metavar="[SITE|URL]...")
@db_option
@click.option("--list", "list_only", is_flag=True, help="Only list what is held back, and why; change nothing.")
@stoppable
def accept(targets: tuple[str, ...], db: Path, list_only: bool) -> None:
    """Accept the pages that were held back.

    `crawl` holds back pages when many posts lose their title, text or date at once, and does not call a post gone
    while the site's own sources still name it. Look at some of the pages first, to see that the posts really changed:
    what you accept is recorded, with your name.

    \b
    Example:  ushrn accept --list
              ushrn accept upr2020
    """
    from scraper.accept import list_held, run_accept

    log = Log()
    if list_only:
        held = list_held(db, targets)
        for one in held:
            click.echo(harmless(f"{one.captured_at}  {one.url}  {one.reason}"))
        log.summary(f"{len(held)} held back")
        return
    log.summary(run_accept(db, targets, now=now, by=getpass.getuser()).line)


@click.command()
@click.argument("targets", nargs=-1, metavar="[SITE|URL]...")
@db_option
@contact_option
@click.option("--since", metavar="DAY", help="Only captures from this date on: 2019, 2019-06 or 2019-06-30.")
@click.option("--until", metavar="DAY", help="Only captures up to this date.")
@click.option("--source", "sources", multiple=True, type=click.Choice(["wayback", "commoncrawl"]),
              help="Ask only this archive.  [default: both, or those with an --endpoint]")  # fmt: skip
@click.option("--endpoint", "endpoints", multiple=True, metavar="[SOURCE=]URL",
              help="Ask this instead: another Wayback Machine, a pywb collection, a collinfo.json.")  # fmt: skip
@click.option("--delay", type=Seconds(), metavar="SECONDS",
              help="Seconds between requests.  [default and minimum: what each service allows]")  # fmt: skip
@click.option("--wet", is_flag=True, help="Where Common Crawl no longer has a page, search its text files (slow).")
@click.option("--pictures", type=click.Choice(["original", "shown", "none"]), default="original", show_default=True,
              help="Recover each picture at full size, at the size the page shows, or not at all.")  # fmt: skip
@log_option
@stoppable
def recover(
    targets: tuple[str, ...], db: Path, contact: str | None, since: str | None, until: str | None,
    sources: tuple[str, ...], endpoints: tuple[str, ...], delay: float | None, wet: bool, pictures: str,
    log_format: str,
) -> None:  # fmt: skip
    """Recover posts from the Wayback Machine and Common Crawl.

    Every differing version, of any date, is fetched with the time at which it was captured, and so are documents
    linked from posts. What the archive already has is not requested again, so a run may be stopped at any moment.
    `ushrn status --coverage` then says what became of every address ever named as a post.

    \b
    Example:  ushrn recover upr2020 --contact you@example.org --since 2020
              ushrn recover --endpoint http://localhost:8080/my-collection/
    """
    from scraper.crawl import Want
    from scraper.recover import run_recover

    log = Log(log_format)
    report = run_recover(
        db, targets, contact=contact, since=since, until=until, sources=sources, endpoints=endpoints, delay=delay,
        wet=wet, pictures=Want(pictures), now=now, on_request=log.request,
        progress=lambda step: log.step(f"{step.site} {step.stage} {step.url}", step.done, step.total),
    )  # fmt: skip
    log.messages(report.messages)
    log.causes(report.causes)
    log.summary(report.line, exit_status=report.exit_status, requests=report.requests, chain_sha256=report.chain_sha256)
    sys.exit(report.exit_status)


@click.command(name="import")
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path, readable=False))
@db_option
@click.option("--url", help="Address of the page; with one PATH only.")
@click.option("--captured-at", metavar="TIME", help="When the pages were saved (2021-03-18, 2021-03-18T14:05:00Z).")
@click.option("--manifest", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="JSON lines with file, url, captured_at; file names are relative to the manifest.")  # fmt: skip
@click.option("--all-hosts", is_flag=True, help="From web archives, take pages of any host, not only of known sites.")
@click.option("--own", is_flag=True,
              help="Restore exports of this program exactly as they were, if you vouch for their origin.")  # fmt: skip
@click.option("--key", metavar="KEY",
              help="The same, for exports that this verifier key sealed; others are refused.")  # fmt: skip
@click.option("--set-aside", metavar="RUN",
              help="Undo an import instead: RUN is its number, or last. Nothing is deleted.")  # fmt: skip
@click.option("--reason", help="With --set-aside: the reason, kept in the archive.")
@log_option
@stoppable
def import_(
    paths: tuple[Path, ...], db: Path, url: str | None, captured_at: str | None, manifest: Path | None,
    all_hosts: bool, own: bool, key: str | None, set_aside: str | None, reason: str | None, log_format: str,
) -> None:  # fmt: skip
    """Import saved pages, text dumps and web archives.

    HTML, MHTML, webarchive and text files, WARC, ARC, WACZ and WET, and folders of them.

    A page's address comes from --url, the manifest, a "saved from" comment in it, its canonical link, or its og:url;
    its time from --captured-at, the manifest, that comment, the page's own data, or the file. Importing the same
    files again changes nothing, and their order does not matter. An import undone by --set-aside no longer counts, even
    after a rebuild; it stays in the archive as evidence, and `verify` names the decision.

    \b
    Example:  ushrn import saved-pages/ --manifest saved-pages/manifest.jsonl
              ushrn import post.txt --url https://www.upr2020.org/post/example --captured-at 2021-04-01
              ushrn import --set-aside last --reason "dated wrongly"
    """
    from scraper.imports import run_import, run_set_aside

    log = Log(log_format)
    if (set_aside is None) is not bool(paths):
        raise UsageError("import: expected one or more PATHs, or --set-aside RUN")
    if set_aside is not None:
        log.summary(run_set_aside(db, set_aside, reason=reason, by=getpass.getuser(), now=now).line, exit_status=0)
        return
    done = 0

    def progress(name: str) -> None:
        nonlocal done
        done += 1
        log.step(name, done, None)

    with files_of(paths) as files:
        report = run_import(
            db, files, url=url, captured_at=captured_at, manifest=manifest, all_hosts=all_hosts, own=own, key=key,
            now=now,            progress=progress,
        )  # fmt: skip
    log.messages(report.messages)
    log.causes(report.causes)
    log.summary(report.line, exit_status=report.exit_status, chain_sha256=report.chain_sha256)
    sys.exit(report.exit_status)


@click.command()
@db_option
@click.option("--diff", is_flag=True, help="Only show what would change; write nothing.")
@click.option("--search", is_flag=True, help="Make the search indexes anew, too, if `verify` says that one hides hits.")
@jobs_option
@stoppable
def rebuild(db: Path, diff: bool, search: bool, jobs: int) -> None:
    """Read every stored capture again with the current rules.

    All derived tables are made anew. Needs no network.

    \b
    Example:  ushrn rebuild --diff
    """
    several(jobs, "scraper.store", "scraper.reading")
    from scraper.rebuild import run_rebuild

    log = Log()
    report = run_rebuild(
        db, diff=diff, jobs=jobs, search=search, now=now, changed=lambda change: click.echo(differing(change)),
        progress=lambda at, total: log.step("captures", at, total),
    )  # fmt: skip
    log.summary(report.line)


def differing(change: "FieldChange") -> str:
    """One difference that a rebuild makes, in a line."""
    before, after = (
        "nothing" if value is None else repr(harmless(str(value))[:SHOWN]) for value in (change.before, change.after)
    )
    return f"{harmless(change.url)}: {change.field}: {before} -> {after}"


@click.command()
@click.argument("kind", type=click.Choice(["systemd", "cron"]))
@click.argument("targets", nargs=-1, metavar="[SITE|URL]...")
@db_option
@contact_option
@click.option("--delay", type=Seconds(), metavar="SECONDS", help="As in `crawl`.")
@click.option(
    "--at", default="03:00", show_default=True, metavar="HH:MM", help="Local time; the run starts within the next hour."
)
@click.option("--mail", metavar="ADDRESS", help="Address to notify when a run fails.")
@click.option(
    "--ping", metavar="URL", help="A monitor like healthchecks.io, told when each run starts and how it ended."
)
@click.option("--user", is_flag=True, help="systemd: units for your own account, not for the system.")
@click.option("--account", default="ushrn", show_default=True, metavar="NAME",
              help="systemd: the account that the system's unit runs as.")  # fmt: skip
@click.option("--accept-certificate", "certificates", multiple=True, metavar="SHA256", help="As in `crawl`.")
@click.option("--verify", is_flag=True, help="Also run `verify --record` every Sunday, half a day from the crawl.")
@click.option("--serve", "serve_port", type=click.IntRange(1024, 65535), metavar="PORT",
              help="systemd: also keep `serve` running, on this port of this machine.")  # fmt: skip
def schedule(
    kind: str, targets: tuple[str, ...], db: Path, contact: str | None, delay: float | None, at: str, mail: str | None,
    ping: str | None, user: bool, account: str, certificates: tuple[str, ...], verify: bool, serve_port: int | None,
) -> None:  # fmt: skip
    """Print a systemd timer or cron line that runs `crawl` daily.

    Ready to install; starts nothing. The unit for the system is hardened: it may write only to the folder of the
    archive. Sites and contact are checked as `crawl` checks them.

    \b
    Example:  ushrn schedule systemd --contact you@example.org --db /srv/ushrn/archive.db
              ushrn schedule systemd --user --contact you@example.org --ping https://hc-ping.com/your-uuid
    """
    from scraper import schedule as room
    from scraper.fetch import digest_of
    from scraper.runs import known_sites, targets_of

    if kind != room.Scheduler.SYSTEMD and (user or serve_port):
        raise UsageError(f"{'--user' if user else '--serve'} goes with systemd")
    targets_of(targets, known_sites(db) if targets else {}, contact)
    program = shutil.which("ushrn", path=str(Path(sys.executable).parent)) or shutil.which("ushrn") or "ushrn"
    plan = room.SchedulePlan(
        program=Path(program).absolute(),
        db=db.absolute(),
        contact=contact,
        targets=targets,
        delay=delay,
        at=at,
        mail=mail,
        ping=ping,
        user=user,
        account=account,
        certificates=tuple(map(digest_of, certificates)),
        verify=verify,
        serve_port=serve_port,
    )
    click.echo(room.text(kind, plan), nl=False)
