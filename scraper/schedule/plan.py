"""What is to run, and when; and the commands that all kinds of schedules share."""

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePath

from scraper.errors import UsageError

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_MAIL = re.compile(r"[A-Za-z0-9._%+=-]+(?:@[A-Za-z0-9.-]+)?")
_PING = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(?:/[A-Za-z0-9._~/-]*)?")
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
#: Seconds that a monitor may take to answer, and how often it is tried.
_CURL = "curl -fsS -m 10 --retry 3 -o /dev/null"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePlan:
    """What to run, and when."""

    #: The program, an absolute path.
    program: PurePath
    #: The archive, an absolute path; the log of cron lies beside it.
    db: PurePath
    #: Goes into every request; None: only this machine is crawled.
    contact: str | None
    #: Sites and addresses; empty: all known sites.
    targets: tuple[str, ...] = ()
    #: Seconds between requests; None: as `crawl` has it.
    delay: float | None = None
    #: Local time of the day, ``HH:MM``; a run starts within the hour after it.
    at: str = "03:00"
    #: Who is told when a run fails; None: the unit is marked as failed, cron mails its owner.
    mail: str | None = None
    #: A monitor like healthchecks.io: asked with ``/start``, and at the end with the exit status; None: there is none.
    ping: str | None = None
    #: A unit of the user's own systemd, not of the system's.
    user: bool = False
    #: The account that the system's unit runs as.
    account: str = "ushrn"
    #: SHA-256 of certificates that are taken though they are not trusted.
    certificates: tuple[str, ...] = ()
    #: Check the whole archive weekly, too.
    verify: bool = False
    #: Also keep the reading room open on this port of this machine; None: do not. Of systemd only.
    serve_port: int | None = None

    def command(self) -> tuple[str, ...]:
        """The command line of the daily crawl, word by word."""
        words = [str(self.program), "crawl", "--db", str(self.db)]
        if self.contact is not None:
            words += ["--contact", self.contact]
        if self.delay is not None:
            words += ["--delay", f"{self.delay:g}"]
        for one in self.certificates:
            words += ["--accept-certificate", one]
        if any(target.startswith("-") for target in self.targets):
            words.append("--")
        return (*words, *self.targets)

    def checking(self) -> tuple[str, ...]:
        """The command line of the weekly check, word by word."""
        return (str(self.program), "verify", "--record", "--db", str(self.db))

    def checked_at(self) -> str:
        """Local time of the weekly check, ``HH:MM``: half a day from the crawl, as each wants the archive alone."""
        hour, minute = self.at.split(":")
        return f"{(int(hour) + 12) % 24:02}:{minute}"

    def serving(self) -> tuple[str, ...]:
        """The command line of the reading room, word by word."""
        return (str(self.program), "serve", "--db", str(self.db), "--port", str(self.serve_port))

    def causes(self) -> str:
        """A shell command that prints what needs a look, one line a cause."""
        return shlex.join((str(self.program), "status", "--check", "--db", str(self.db)))

    def pinging(self, ending: str) -> str:
        """A shell command that tells the monitor; *ending* stands behind its address, and may hold variables."""
        return f'{_CURL} "{(self.ping or "").rstrip("/")}/{ending}"'


def check(plan: SchedulePlan) -> None:
    """Raises UsageError for words that cannot stand in a schedule."""
    if plan.contact is not None and not plan.contact.strip():
        raise UsageError("schedule: no contact for the sites' owners: give --contact (an e-mail or web address)")
    for word in (*plan.command(), plan.mail or ""):
        _expect(word.isprintable(), "text without line breaks or control characters", word)
    for path in (plan.program, plan.db):
        _expect(path.is_absolute(), "an absolute path", str(path))
    _expect(_TIME.fullmatch(plan.at), "a time of the day like 03:00", plan.at)
    _expect(not plan.mail or _MAIL.fullmatch(plan.mail), "an e-mail address for --mail", plan.mail)
    _expect(not plan.ping or _PING.fullmatch(plan.ping), "a web address without a query for --ping", plan.ping)
    _expect(_ACCOUNT.fullmatch(plan.account), "the name of an account for --account", plan.account)


def _expect(holds: object, expected: str, found: str | None) -> None:
    if not holds:
        raise UsageError(f"schedule: expected {expected}, found {found!r}")
