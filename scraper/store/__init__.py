"""The only writer of archive.db.

`evidence` holds what is append-only (captures, bodies, runs); `posts`, with `post_parts`, `count_rows` and `slugs`,
what is derived from it, one post at a time; `addresses` says which captures are whose. `archive` makes one transaction
of them, `rebuilding` does it all again. `known_urls` and `crawl_state` serve the next crawl, `post_history` reads one
post back, `sealing` gives what a checkpoint seals. The other modules are the read model: one for each subject.
"""

from scraper.store import (
    arrivals,
    aside,
    bodies,
    capture_queries,
    change_list,
    exhibits,
    health,
    holdings,
    lookups,
    masking,
    notices,
    partial_copies,
    picture_queries,
    post_captures,
    post_queries,
    recovery_queries,
    revision_queries,
    run_log,
    sealing,
    settings,
    whole_tables,
    withdrawal_rules,
    workers,
)
from scraper.store.archive import NOT_JUDGED, Archive, CrawlSummary, HeldCapture, Outcome, Seal
from scraper.store.evidence import BodyAhead, KeptRow
from scraper.store.health import Health, OpenProblem, RunRow, SiteHealth, Trouble
from scraper.store.import_files import ImportFile, ImportLog, PlaceInFile
from scraper.store.mementos import Memento, Mementos
from scraper.store.nearest import nearest
from scraper.store.pages_media import PagesMedia
from scraper.store.picture_queries import A_PAGE, KeptPicture
from scraper.store.picture_rows import PictureRows
from scraper.store.post_captures import PostCapture
from scraper.store.post_history import PostHistory
from scraper.store.rebuilding import FieldChange, Rebuilt
from scraper.store.settings import ANY_ARCHIVE, Settings, keep_setting, presented, settings_of
from scraper.store.withdrawal_plan import Extent, WithdrawalPlan
from scraper.store.withdrawing import Decision
from scraper.wix_media import picture_name

__all__ = [
    "ANY_ARCHIVE",
    "A_PAGE",
    "NOT_JUDGED",
    "Archive",
    "BodyAhead",
    "CrawlSummary",
    "Decision",
    "Extent",
    "FieldChange",
    "Health",
    "HeldCapture",
    "ImportFile",
    "ImportLog",
    "KeptPicture",
    "KeptRow",
    "Memento",
    "Mementos",
    "OpenProblem",
    "Outcome",
    "PagesMedia",
    "PictureRows",
    "PlaceInFile",
    "PostCapture",
    "PostHistory",
    "Rebuilt",
    "RunRow",
    "Seal",
    "Settings",
    "SiteHealth",
    "Trouble",
    "WithdrawalPlan",
    "arrivals",
    "aside",
    "bodies",
    "capture_queries",
    "change_list",
    "exhibits",
    "health",
    "holdings",
    "keep_setting",
    "lookups",
    "masking",
    "nearest",
    "notices",
    "partial_copies",
    "picture_name",
    "picture_queries",
    "post_captures",
    "post_queries",
    "presented",
    "recovery_queries",
    "revision_queries",
    "run_log",
    "sealing",
    "settings",
    "settings_of",
    "whole_tables",
    "withdrawal_rules",
    "workers",
]
