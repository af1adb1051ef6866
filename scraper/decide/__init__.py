"""What each capture means for its post, and what to fetch now. Pure: no network, no clock, no database.

`observation` says what a capture shows, `post_state` makes a post of all of them, `due` chooses what to fetch,
`days` says on which day a post was published.
"""

from scraper.decide.days import ANY as ANY_OFFSET
from scraper.decide.days import Offsets, day_of, witnessed
from scraper.decide.due import FRESH_EVERY, MISSING_EVERY, OLD_EVERY, REASONS, Due, UrlState, due
from scraper.decide.observation import Observation, Order, instant, observe, order
from scraper.decide.post_state import GONE_AFTER, GOOD, Effects, Event, State, fold, step

__all__ = [
    "ANY_OFFSET",
    "FRESH_EVERY",
    "GONE_AFTER",
    "GOOD",
    "MISSING_EVERY",
    "OLD_EVERY",
    "REASONS",
    "Due",
    "Effects",
    "Event",
    "Observation",
    "Offsets",
    "Order",
    "State",
    "UrlState",
    "day_of",
    "due",
    "fold",
    "instant",
    "observe",
    "order",
    "step",
    "witnessed",
]
