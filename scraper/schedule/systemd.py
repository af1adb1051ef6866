"""The schedule as units of systemd: of the system's own, hardened, or of a user's."""

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePath

from scraper.schedule.plan import SchedulePlan
from scraper.wording import framed

_PLAIN = re.compile(r"[A-Za-z0-9_/.+-]+")
_BARE_WORD = re.compile(r"[\w@%+=:,./$-]+", re.ASCII)
#: Folders that a hardened service sees only where something in them is needed.
_HOMES = frozenset(map(PurePath, ("/home", "/root", "/run/user")))

#: Behind ``ushrn-`` in the name of the unit of the reading room.
_SERVE = "serve"

# A user's systemd has no network-online.target (systemd.special(7)): a default route is waited for, five minutes at
# most. In /proc/net/route its destination is 00000000, in ipv6_route it is 32 zeros, of length 00, not on lo.
_WAIT = (
    "n=0; until grep -Eq '^[^[:space:]]+[[:space:]]0{8}[[:space:]]' /proc/net/route || "
    "grep -E '^0{32} 00 ' /proc/net/ipv6_route | grep -qv ' lo$'; "
    "do n=$((n+1)); [ $n -lt 60 ] || exit 0; sleep 5; done"
)

_HARDENED = """\
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
CapabilityBoundingSet=
AmbientCapabilities=
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
UMask=0022
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
"""


@dataclass(frozen=True, slots=True)
class _Manager:
    """The systemd that runs the units: the system's own, or a user's."""

    folder: str
    control: str
    journal: str
    #: The line that says what has to be done beside starting it.
    first: str
    #: Lines of [Unit] that wait for the network, and of [Service] that do.
    network: str = ""
    wait: str = ""
    #: Lines of [Service]: who it runs as, with what rights, and what it takes to read the journal.
    account: str = ""
    hardening: str = ""
    may_read_journal: str = ""
    #: Lines of [Service] that keep other machines away, and what starts what is to run always.
    this_machine_only: str = ""
    always: str = "default.target"


def _manager(plan: SchedulePlan) -> _Manager:
    if plan.user:
        return _Manager(
            folder="~/.config/systemd/user",
            control="systemctl --user",
            journal="journalctl --user",
            first="# Also when logged out:   loginctl enable-linger",
            wait=_shell("ExecStartPre", _WAIT),
        )
    where = shlex.quote(str(plan.db.parent))
    return _Manager(
        folder="/etc/systemd/system",
        control="systemctl",
        journal="journalctl",
        first=f"# Once, before:          useradd --system {plan.account}; install -d -o {plan.account} {where}",
        network="Wants=network-online.target\nAfter=network-online.target\n",
        account=f"User={plan.account}\n",
        hardening=_hardening(plan),
        may_read_journal="SupplementaryGroups=systemd-journal\n",
        this_machine_only="IPAddressDeny=any\nIPAddressAllow=localhost\n",
        always="multi-user.target",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _TimedJob:
    """What a timer starts."""

    #: Its units are called ``ushrn-`` and this.
    name: str
    does: str
    often: str
    #: OnCalendar=, without the seconds.
    when: str
    command: tuple[str, ...]
    #: It needs the network, and a monitor is told of it.
    outside: bool


def _jobs(plan: SchedulePlan) -> tuple[_TimedJob, ...]:
    crawl = _TimedJob(
        name="crawl", does="Crawl the sites of a posts archive", often="every day", when=f"*-*-* {plan.at}",
        command=plan.command(), outside=True,
    )  # fmt: skip
    verify = _TimedJob(
        name="verify", does="Check the whole posts archive", often="every week",
        when=f"Sun *-*-* {plan.checked_at()}", command=plan.checking(), outside=False,
    )  # fmt: skip
    return (crawl, verify) if plan.verify else (crawl,)


def units(plan: SchedulePlan) -> tuple[tuple[str, str], ...]:
    """(path, content) of each unit."""
    manager = _manager(plan)
    found: dict[str, str] = {}
    for job in _jobs(plan):
        unit = f"{manager.folder}/ushrn-{job.name}"
        found |= {f"{unit}.service": _service(plan, manager, job), f"{unit}.timer": _timer(job)}
        if plan.mail:
            found[f"{unit}-failed.service"] = _failed(plan, plan.mail, manager, job.name)
    return (*found.items(), *_always(plan, manager))


def _always(plan: SchedulePlan, manager: _Manager) -> tuple[tuple[str, str], ...]:
    """(path, content) of the units of the reading room; none where it is not wanted."""
    if plan.serve_port is None:
        return ()
    unit = f"{manager.folder}/ushrn-{_SERVE}"
    open_all_day = (f"{unit}.service", _serving(plan, manager))
    if not plan.mail:
        return (open_all_day,)
    return open_all_day, (f"{unit}-failed.service", _failed(plan, plan.mail, manager, _SERVE))


def _serving(plan: SchedulePlan, manager: _Manager) -> str:
    """The unit of the reading room, which only this machine reaches: a web server with TLS stands before it.

    It may write beside the archive, as whoever reads a write-ahead log must. systemd would end it as a whole where the
    system ends one process of it for want of memory (systemd.service(5), OOMPolicy); it makes that one again by itself.
    """
    told = framed(plan.mail and f"ushrn-{_SERVE}-failed.service", "OnFailure=", "\n")
    control, unit = manager.control, f"ushrn-{_SERVE}"
    return f"""\
{manager.first}
# Start it now and always: {control} daemon-reload && {control} enable --now {unit}.service
# The log:                {manager.journal} -u {unit}
[Unit]
Description=Show a posts archive at http://127.0.0.1:{plan.serve_port}/
After=network.target
StartLimitIntervalSec=10min
StartLimitBurst=20
{told}
[Service]
{manager.account}ExecStart={_words(plan.serving())}
Restart=always
RestartSec=5
OOMPolicy=continue
LimitNOFILE=65536
NoNewPrivileges=yes
{manager.hardening}{manager.this_machine_only}
[Install]
WantedBy={manager.always}
"""


def _service(plan: SchedulePlan, manager: _Manager, job: _TimedJob) -> str:
    told = framed(plan.mail and f"ushrn-{job.name}-failed.service", "OnFailure=", "\n")
    before, after = _told(plan)
    network, outside = (manager.network, manager.wait + before) if job.outside else ("", "")
    return f"""\
{_advice(manager, job)}[Unit]
Description={job.does}
{network}{told}
[Service]
Type=oneshot
{manager.account}{outside}ExecStart={_words(job.command)}
{after * job.outside}Nice=10
NoNewPrivileges=yes
{manager.hardening}# SIGTERM lets it end what it is at, and save.
TimeoutStopSec=5min
"""


def _advice(manager: _Manager, job: _TimedJob) -> str:
    """How to start and watch it."""
    control, unit = manager.control, f"ushrn-{job.name}"
    return f"""\
{manager.first}
{f"# Start it {job.often}:":<25} {control} daemon-reload && {control} enable --now {unit}.timer
# Next and last run:      {control} list-timers {unit}.timer
# The log:                {manager.journal} -u {unit}
# Any exit status but 0 marks it as failed:  {control} is-failed {unit}
"""


def _told(plan: SchedulePlan) -> tuple[str, str]:
    """The lines that tell the monitor that it starts, and how it ended, whatever ended it: $EXIT_STATUS is a number, or
    the name of a signal. Empty: there is no monitor.
    """
    if not plan.ping:
        return "", ""
    ending = 's=$EXIT_STATUS; case "$s" in ""|*[!0-9]*) s=fail;; esac; ' + plan.pinging("$s")
    return (
        _shell("ExecStartPre", plan.pinging("start"), may_fail=True),
        _shell("ExecStopPost", ending, may_fail=True),
    )


def _hardening(plan: SchedulePlan) -> str:
    above = {*plan.program.parents, *plan.db.parents}
    home = "yes" if above.isdisjoint(_HOMES) else "read-only"
    return f"ProtectHome={home}\n{_HARDENED}ReadWritePaths={_path(plan.db.parent)}\n"


def _timer(job: _TimedJob) -> str:
    return f"""\
[Unit]
Description={job.does} {job.often}

[Timer]
OnCalendar={job.when}:00
RandomizedDelaySec=1h
# A run that was missed while the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
"""


def _failed(plan: SchedulePlan, mail: str, manager: _Manager, name: str) -> str:
    """The unit that sends the causes and the end of the log of the job of that *name*."""
    script = (
        f"{{ echo 'What needs a look:'; {plan.causes()}; echo 'The last lines of its log:'; "
        f"{manager.journal} -u ushrn-{name} -n 40 --no-pager; }} | "
        f'mail -s "ushrn {name} failed on $(uname -n)" {shlex.quote(mail)}'
    )
    return f"""\
[Unit]
Description=Report that a {name} of the posts archive failed

[Service]
Type=oneshot
{manager.account}{manager.may_read_journal}{_shell("ExecStart", script)}"""


def _shell(setting: str, script: str, *, may_fail: bool = False) -> str:
    """A line that runs *script*."""
    return f"{setting}={'-' * may_fail}/bin/sh -c {_word(script)}\n"


def _words(words: tuple[str, ...]) -> str:
    """A command line. systemd takes no quotes, dollar or percent signs in a program's name (seen on 252)."""
    if not _PLAIN.fullmatch(words[0]):
        words = ("/bin/sh", "-c", 'exec "$0" "$@"', *words)
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    """One word of ExecStart=: quoted, without specifiers (%) and variables ($)."""
    return _quoted(_escaped(word).replace("$", "$$"), _BARE_WORD)


def _path(path: PurePath) -> str:
    """A path of ReadWritePaths=: quoted, without specifiers (%)."""
    return _quoted(_escaped(str(path)), _PLAIN)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def _quoted(escaped: str, bare: re.Pattern[str]) -> str:
    """In quotation marks, unless it is as *bare* says."""
    if bare.fullmatch(escaped):
        return escaped
    return f'"{escaped}"'
