"""The schedule as units of systemd: of the system's own, hardened, or of a user's."""

import re
import shlex
from pathlib import PurePath

from scraper.schedule.plan import Plan

_PLAIN = re.compile(r"[A-Za-z0-9_/.+-]+")
#: Folders that a hardened service sees only where something in them is needed.
_HOMES = ("/home", "/root", "/run/user")

_SYSTEM, _USER = "/etc/systemd/system", "~/.config/systemd/user"

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


def units(plan: Plan) -> tuple[tuple[str, str], ...]:
    """(path, content) of each unit."""
    folder = _USER if plan.user else _SYSTEM
    found = [(f"{folder}/ushrn-crawl.service", _service(plan)), (f"{folder}/ushrn-crawl.timer", _timer(plan))]
    if plan.mail:
        found.append((f"{folder}/ushrn-crawl-failed.service", _failed(plan, plan.mail)))
    return tuple(found)


def _service(plan: Plan) -> str:
    told = "OnFailure=ushrn-crawl-failed.service\n" if plan.mail else ""
    network = "" if plan.user else "Wants=network-online.target\nAfter=network-online.target\n"
    return f"""\
{_advice(plan)}[Unit]
Description=Crawl the sites of the USHRN posts archive
{network}{told}
[Service]
Type=oneshot
{_account(plan)}{_before(plan)}ExecStart={_words(plan.command())}
{_after(plan)}Nice=10
NoNewPrivileges=yes
{_hardening(plan)}# SIGTERM lets it finish the current post and save.
TimeoutStopSec=5min
"""


def _advice(plan: Plan) -> str:
    """How to start and watch it."""
    control = "systemctl --user" if plan.user else "systemctl"
    journal = "journalctl --user" if plan.user else "journalctl"
    folder = shlex.quote(str(plan.db.parent))
    first = (
        "# Also when logged out:   loginctl enable-linger"
        if plan.user
        else f"# Once, before:          useradd --system {plan.account}; install -d -o {plan.account} {folder}"
    )
    return f"""\
{first}
# Start it every day:     {control} daemon-reload && {control} enable --now ushrn-crawl.timer
# Next and last run:      {control} list-timers ushrn-crawl.timer
# The log:                {journal} -u ushrn-crawl
# Any exit status but 0 marks it as failed:  {control} is-failed ushrn-crawl
"""


def _account(plan: Plan) -> str:
    return "" if plan.user else f"User={plan.account}\n"


def _before(plan: Plan) -> str:
    lines = [_shell("ExecStartPre", _WAIT)] if plan.user else []
    lines += [_shell("ExecStartPre", plan.pinging("start"), may_fail=True)] if plan.ping else []
    return "".join(lines)


def _after(plan: Plan) -> str:
    """Tells the monitor how it ended, whatever ended it: $EXIT_STATUS is a number, or the name of a signal."""
    script = 's=$EXIT_STATUS; case "$s" in ""|*[!0-9]*) s=fail;; esac; ' + plan.pinging("$s")
    return _shell("ExecStopPost", script, may_fail=True) if plan.ping else ""


def _hardening(plan: Plan) -> str:
    if plan.user:
        return ""
    at_home = any(_inside(path, home) for path in (plan.program, plan.db) for home in _HOMES)
    home = "read-only" if at_home else "yes"
    return f"ProtectHome={home}\n{_HARDENED}ReadWritePaths={_path(plan.db.parent)}\n"


def _inside(path: PurePath, folder: str) -> bool:
    return PurePath(folder) in path.parents


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


def _failed(plan: Plan, mail: str) -> str:
    journal = "journalctl --user" if plan.user else "journalctl"
    script = (
        f"{{ echo 'What needs a look:'; {plan.causes()}; echo 'The last lines of its log:'; "
        f"{journal} -u ushrn-crawl -n 40 --no-pager; }} | "
        f'mail -s "ushrn crawl failed on $(uname -n)" {shlex.quote(mail)}'
    )
    return f"""\
[Unit]
Description=Tell that a crawl of the USHRN posts archive failed

[Service]
Type=oneshot
{_account(plan)}{_may_read_journal(plan)}{_shell("ExecStart", script)}"""


def _may_read_journal(plan: Plan) -> str:
    return "" if plan.user else "SupplementaryGroups=systemd-journal\n"


def _shell(setting: str, script: str, *, may_fail: bool = False) -> str:
    """A line that runs *script*."""
    return f"{setting}={'-' if may_fail else ''}/bin/sh -c {_word(script)}\n"


def _words(words: tuple[str, ...]) -> str:
    """A command line. systemd takes no quotes, dollar or percent signs in a program's name (seen on 252)."""
    if not _PLAIN.fullmatch(words[0]):
        words = ("/bin/sh", "-c", 'exec "$0" "$@"', *words)
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    """One word of ExecStart=: quoted, without specifiers (%) and variables ($)."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if re.fullmatch(r"[\w@%+=:,./$-]+", escaped, re.ASCII) else f'"{escaped}"'


def _path(path: PurePath) -> str:
    """A path of ReadWritePaths=: quoted, without specifiers (%)."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped if _PLAIN.fullmatch(escaped) else f'"{escaped}"'
