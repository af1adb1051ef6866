"""What each capture means for its post, and what to fetch now. Pure: no network, no clock, no database.

`sighting` says what a capture shows, `folding` makes a post of all of them, `due` chooses what to fetch.
"""

from scraper.decide.due import FRESH_EVERY, MISSING_EVERY, OLD_EVERY, REASONS, Due, Memory, due
from scraper.decide.observation import Order, Sighting, instant, order, sight
from scraper.decide.post_state import GONE_AFTER, GOOD, Effects, Event, State, fold, step

__all__ = [
    "FRESH_EVERY",
    "GONE_AFTER",
    "GOOD",
    "MISSING_EVERY",
    "OLD_EVERY",
    "REASONS",
    "Due",
    "Effects",
    "Event",
    "Memory",
    "Order",
    "Sighting",
    "State",
    "due",
    "fold",
    "instant",
    "order",
    "sight",
    "step",
]
