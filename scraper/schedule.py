"""Ready files that run `ushrn crawl` every day on a server: text only, nothing is written or started.

Both ways spread their start over an hour (no host wants all its visitors at three o'clock), keep a log, and say
loudly when a run ends with anything but 0. Two runs at once are harmless: the program itself holds the archive.
"""

import re
import shlex
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from scraper.errors import UsageError


class Scheduler(StrEnum):
    """A program that starts others at set times."""

    SYSTEMD = "systemd"
    CRON = "cron"


_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_PLAIN = re.compile(r"[A-Za-z0-9_/.+-]+")
_MAIL = re.compile(r"[A-Za-z0-9._%+=-]+(?:@[A-Za-z0-9.-]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run, and when."""

    #: The program, an absolute path.
    program: PurePath
    #: The archive, an absolute path; the log of cron lies beside it.
    db: PurePath
    #: Goes into every request; a crawl of other machines needs one.
    contact: str
    #: Sites and addresses; empty: all known sites.
    targets: tuple[str, ...] = ()
    #: Seconds between requests; None: as `crawl` has it.
    delay: float | None = None
    #: Local time of the day, ``HH:MM``; a run starts within the hour after it.
    at: str = "03:00"
    #: Who is told when a run fails; None: the unit is marked as failed, cron mails its owner.
    mail: str | None = None

    def command(self) -> tuple[str, ...]:
        """The command line, word by word."""
        pace = () if self.delay is None else ("--delay", f"{self.delay:g}")
        options = ("--db", str(self.db), "--contact", self.contact, *pace)
        targets = ("--", *self.targets) if any(target.startswith("-") for target in self.targets) else self.targets
        return (str(self.program), "crawl", *options, *targets)


def text(scheduler: str, plan: Plan) -> str:
    """The files for ``systemd`` or ``cron``, each headed by a line that says where it belongs.

    Raises UsageError for another kind, and for words that cannot stand in such a file.
    """
    _check(plan)
    match scheduler:
        case Scheduler.SYSTEMD:
            return "\n".join(f"# {name}\n{content}" for name, content in units(plan))
        case Scheduler.CRON:
            return crontab(plan)
        case _:
            raise UsageError(f"schedule: expected {' or '.join(Scheduler)}, found {scheduler!r}")


def units(plan: Plan) -> tuple[tuple[str, str], ...]:
    """(path, content) of each unit, for the user's own systemd."""
    folder = "~/.config/systemd/user"
    found = [(f"{folder}/ushrn-crawl.service", _service(plan)), (f"{folder}/ushrn-crawl.timer", _timer(plan))]
    if plan.mail:
        found.append((f"{folder}/ushrn-crawl-failed.service", _failed(plan.mail)))
    return tuple(found)


def _service(plan: Plan) -> str:
    told = "OnFailure=ushrn-crawl-failed.service\n" if plan.mail else ""
    words = plan.command()
    if not _PLAIN.fullmatch(words[0]):
        # systemd takes no quotes, dollar or percent signs in a program's name ("special characters", seen on 252).
        words = ("/bin/sh", "-c", 'exec "$0" "$@"', *words)
    return f"""\
# Start it every day:     systemctl --user daemon-reload && systemctl --user enable --now ushrn-crawl.timer
# Also when logged out:   loginctl enable-linger
# Next and last run:      systemctl --user list-timers ushrn-crawl.timer
# The log:                journalctl --user -u ushrn-crawl
# Any exit status but 0 marks it as failed:  systemctl --user is-failed ushrn-crawl
[Unit]
Description=Crawl the sites of the USHRN posts archive
After=network-online.target
{told}
[Service]
Type=oneshot
ExecStart={" ".join(map(_unit_word, words))}
Nice=10
NoNewPrivileges=yes
# SIGTERM lets it finish the current post and save.
TimeoutStopSec=5min
"""


def _timer(plan: Plan) -> str:
    return f"""\
[Unit]
Description=Crawl the sites of the USHRN posts archive every day

[Timer]
OnCalendar=*-*-* {plan.at}:00
RandomizedDelaySec=1h
# A run that was missed while the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
"""


def _failed(mail: str) -> str:
    script = (
        "{ echo 'The last lines of its log:'; journalctl --user -u ushrn-crawl -n 40 --no-pager; } | "
        f'mail -s "ushrn crawl failed on $(uname -n)" {shlex.quote(mail)}'
    )
    return f"""\
[Unit]
Description=Tell that a crawl of the USHRN posts archive failed

[Service]
Type=oneshot
ExecStart=/bin/sh -c {_unit_word(script)}
"""


def _unit_word(word: str) -> str:
    """One word of ExecStart=: quoted, without specifiers (%) and variables ($)."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if re.fullmatch(r"[\w@%+=:,./$-]+", escaped, re.ASCII) else f'"{escaped}"'


def crontab(plan: Plan) -> str:
    """Lines for `crontab -e`. All output goes to the log; what a failed run prints besides, cron mails."""
    hour, minute = plan.at.split(":")
    log = shlex.quote(str(plan.db.with_suffix(".log")))
    # Cron starts all its jobs in the same second everywhere: the pause is drawn by each machine for itself.
    pause = "sleep $(expr $(od -An -N2 -tu2 /dev/urandom) % 3600)"
    tell = f'{{ echo "ushrn crawl ended with status $?; the last lines of its log:"; tail -n 40 {log}; }}'
    line = f"{pause}; {shlex.join(plan.command())} >>{log} 2>&1 || {tell}"
    line = line.replace("%", "\\%")  # a bare one would end the command
    owner = f'MAILTO="{plan.mail}"\n' if plan.mail else ""
    return f"""\
# Add these lines with `crontab -e`. A run that ends with any status but 0 is mailed.
SHELL=/bin/sh
{owner}{int(minute)} {int(hour)} * * * {line}
"""


def _check(plan: Plan) -> None:
    for word in (*plan.command(), plan.mail or ""):
        if not word.isprintable():
            raise UsageError(f"schedule: expected words without line breaks and control signs, found {word!r}")
    for path in (plan.program, plan.db):
        if not path.is_absolute():
            raise UsageError(f"schedule: expected an absolute path, found {str(path)!r}")
    if not plan.contact.strip():
        raise UsageError("schedule: no contact for the sites' owners: give --contact (an e-mail or web address)")
    if not _TIME.fullmatch(plan.at):
        raise UsageError(f"schedule: expected a time of the day like 03:00, found {plan.at!r}")
    if plan.mail and not _MAIL.fullmatch(plan.mail):
        raise UsageError(f"schedule: expected an e-mail address for --mail, found {plan.mail!r}")
