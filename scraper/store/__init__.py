"""The only writer of archive.db.

`evidence` holds what is append-only (captures, bodies, runs); `posts`, with `contents`, `counting` and `slugs`, what
is derived from it, one post at a time; `addresses` says which captures are whose. `archive` makes one transaction of
them, `rebuilding` does it all again, `heard` and `recall` serve the next crawl, `life` reads one post back;
`sealing` gives what a checkpoint seals.
"""

from scraper.store import change_list, exhibits, health, holdings, masking, sealing, withdrawing
from scraper.store.archive import NOT_JUDGED, Archive, CrawlSummary, HeldCapture, Outcome, Seal
from scraper.store.health import Health, OpenProblem, RunRow, SiteHealth, Trouble
from scraper.store.import_files import ImportFile, Place
from scraper.store.mementos import Memento, Mementos
from scraper.store.nearest import nearest
from scraper.store.post_history import PostHistory
from scraper.store.rebuilding import Change, Rebuilt
from scraper.store.settings import Settings, keep_setting, settings_of

__all__ = [
    "NOT_JUDGED",
    "Archive",
    "Change",
    "CrawlSummary",
    "Health",
    "HeldCapture",
    "ImportFile",
    "Memento",
    "Mementos",
    "OpenProblem",
    "Outcome",
    "Place",
    "PostHistory",
    "Rebuilt",
    "RunRow",
    "Seal",
    "Settings",
    "SiteHealth",
    "Trouble",
    "change_list",
    "exhibits",
    "health",
    "holdings",
    "keep_setting",
    "masking",
    "nearest",
    "sealing",
    "settings_of",
    "withdrawing",
]
