"""What every verb that writes has in common: one run from lock to seal, one session, one report.

`open_run` gives a `Run`; a `Session` writes for it, a `NetworkSession` also asks other machines.
"""

from scraper.runs.arrivals import judge_arrivals
from scraper.runs.budget import Budget
from scraper.runs.interrupts import Interrupts
from scraper.runs.meter import Meter
from scraper.runs.report import Report, exit_status
from scraper.runs.run import Run, open_run
from scraper.runs.session import NetworkSession, ProgressStep, Session
from scraper.runs.steady_clock import SteadyClock, steady
from scraper.runs.targets import CrawlTarget, known_sites, site_addresses, sites_of, target_of, targets_of

__all__ = [
    "Budget",
    "CrawlTarget",
    "Interrupts",
    "Meter",
    "NetworkSession",
    "ProgressStep",
    "Report",
    "Run",
    "Session",
    "SteadyClock",
    "exit_status",
    "judge_arrivals",
    "known_sites",
    "open_run",
    "site_addresses",
    "sites_of",
    "steady",
    "target_of",
    "targets_of",
]
