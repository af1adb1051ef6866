"""Ready files that run `ushrn crawl` every day on a server: text only, nothing is written or started.

All ways spread their start over an hour (no host wants all its visitors at three o'clock), keep a log, and say loudly,
with the causes, when a run ends with anything but 0. Two runs at once are harmless: the program holds the archive.
"""

from enum import StrEnum

from scraper.errors import UsageError
from scraper.schedule.cron import crontab
from scraper.schedule.plan import SchedulePlan, check
from scraper.schedule.systemd import units


class Scheduler(StrEnum):
    """A program that starts others at set times."""

    SYSTEMD = "systemd"
    CRON = "cron"


def text(scheduler: str, plan: SchedulePlan) -> str:
    """The files for ``systemd`` or ``cron``, each headed by a line that says where it belongs.

    Raises UsageError for another kind, and for words that cannot stand in such a file.
    """
    check(plan)
    match scheduler:
        case Scheduler.SYSTEMD:
            return "\n".join(f"# {name}\n{content}" for name, content in units(plan))
        case Scheduler.CRON:
            return crontab(plan)
        case _:
            raise UsageError(f"schedule: expected {' or '.join(Scheduler)}, found {scheduler!r}")


__all__ = ["SchedulePlan", "Scheduler", "text", "units"]
