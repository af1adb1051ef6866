"""What each capture means for its post, and what to fetch now. Pure: no network, no clock, no database.

`sighting` says what a capture shows, `folding` makes a post of all of them, `due` chooses what to fetch.
"""

from scraper.decide.due import FRESH_EVERY, MISSING_EVERY, OLD_EVERY, REASONS, Due, Memory, due
from scraper.decide.folding import GONE_AFTER, GOOD, Effects, Event, State, fold, step
from scraper.decide.sighting import Order, Sighting, instant, order, sight

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
