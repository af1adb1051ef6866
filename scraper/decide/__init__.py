"""What each capture means for its post, and what to fetch now. Pure: no network, no clock, no database.

`observation` says what a capture shows, `post_state` makes a post of all of them, `due` chooses what to fetch,
`days` says on which day a post was published.
"""

from scraper.decide.days import ANY as ANY_OFFSET
from scraper.decide.days import Offsets, day_of, witnessed
from scraper.decide.due import (
    ALMOST_A_DAY,
    ARCHIVED_AGAIN,
    COUNTS_HOST_AGAIN,
    DAY,
    FILE_AGAIN,
    FRESH_EVERY,
    LIST_WALKED_EVERY,
    LISTING_AGE,
    MISSING_EVERY,
    NAMING,
    OLD_EVERY,
    REASONS,
    SITE_GONE_AFTER,
    SITE_PROBED_EVERY,
    UNNAMED_EVERY,
    Due,
    UrlState,
    due,
    is_due_again,
    is_told_again,
    within,
)
from scraper.decide.moves import is_same_post
from scraper.decide.observation import SOFT_404, Judgement, Meaning, Observation, Order, instant, observe, order
from scraper.decide.post_state import GONE_AFTER, GOOD, Effects, Event, PostState, fold, step
from scraper.decide.suspects import Controls, Ruling, Suspect, keeps_path, rule
from scraper.decide.walls import is_gate, known_wall, marked

__all__ = [
    "ALMOST_A_DAY",
    "ANY_OFFSET",
    "ARCHIVED_AGAIN",
    "COUNTS_HOST_AGAIN",
    "DAY",
    "FILE_AGAIN",
    "FRESH_EVERY",
    "GONE_AFTER",
    "GOOD",
    "LISTING_AGE",
    "LIST_WALKED_EVERY",
    "MISSING_EVERY",
    "NAMING",
    "OLD_EVERY",
    "REASONS",
    "SITE_GONE_AFTER",
    "SITE_PROBED_EVERY",
    "SOFT_404",
    "UNNAMED_EVERY",
    "Controls",
    "Due",
    "Effects",
    "Event",
    "Judgement",
    "Meaning",
    "Observation",
    "Offsets",
    "Order",
    "PostState",
    "Ruling",
    "Suspect",
    "UrlState",
    "day_of",
    "due",
    "fold",
    "instant",
    "is_due_again",
    "is_gate",
    "is_same_post",
    "is_told_again",
    "keeps_path",
    "known_wall",
    "marked",
    "observe",
    "order",
    "rule",
    "step",
    "within",
    "witnessed",
]
