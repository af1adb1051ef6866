"""The schedule as a line for cron."""

import shlex

from scraper.schedule.plan import SchedulePlan
from scraper.wording import framed


def crontab(plan: SchedulePlan) -> str:
    """Lines for `crontab -e`. All output goes to the log; what a failed run prints besides, cron mails."""
    hour, minute = plan.at.split(":")
    log = shlex.quote(str(plan.db.with_suffix(".log")))
    # Cron starts all its jobs in the same second everywhere: the pause is drawn by each machine for itself.
    pause = "sleep $(expr $(od -An -N2 -tu2 /dev/urandom) % 3600)"
    steps = [pause, f"{shlex.join(plan.command())} >>{log} 2>&1", "s=$?", _told(plan, log)]
    if plan.ping:
        steps.insert(1, plan.pinging("start") + " || :")
        steps.append(plan.pinging("$s") + " || :")
    line = "; ".join(steps).replace("%", "\\%")  # a bare one would end the command
    owner = framed(plan.mail, 'MAILTO="', '"\n')
    return f"""\
# Add these lines with `crontab -e`. A run that ends with any status but 0 is mailed.
SHELL=/bin/sh
{owner}{int(minute)} {int(hour)} * * * {line}
{_weekly(plan, log) if plan.verify else ""}"""


def _weekly(plan: SchedulePlan, log: str) -> str:
    """The line of the weekly check, on Sundays."""
    hour, minute = plan.checked_at().split(":")
    steps = [f"{shlex.join(plan.checking())} >>{log} 2>&1", "s=$?", _told(plan, log, "verify")]
    return f"{int(minute)} {int(hour)} * * 0 " + "; ".join(steps).replace("%", "\\%") + "\n"


def _told(plan: SchedulePlan, log: str, verb: str = "crawl") -> str:
    """What is mailed when the status ``$s`` is not 0."""
    parts = [
        f'echo "ushrn {verb} ended with status $s; what needs attention:"',
        plan.causes(),
        'echo "The last lines of its log:"',
        f"tail -n 40 {log}",
    ]
    return f"[ $s = 0 ] || {{ {'; '.join(parts)}; }}"
