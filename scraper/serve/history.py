"""The history of a post as a short list: first captured, each edit, removals and returns, last captured. Pure."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scraper.serve import texts
from scraper.vocabulary import EventKind

#: Entries shown at once; the others wait behind a summary.
SHOWN = 6
#: Event → (words, mark beside it).
KINDS = {
    EventKind.ADDED: (texts.EVENT_SENTENCES[EventKind.ADDED], "first"),
    EventKind.CHANGED: (texts.EVENT_SENTENCES[EventKind.CHANGED], "edited"),
    EventKind.GONE: (texts.EVENT_SENTENCES[EventKind.GONE], "gone"),
    EventKind.RETURNED: (texts.EVENT_SENTENCES[EventKind.RETURNED], "returned"),
    EventKind.MOVED: (texts.EVENT_SENTENCES[EventKind.MOVED], "returned"),
}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the history."""

    at: str
    words: str
    #: How it is marked: ``first``, ``edited``, ``gone``, ``returned`` or ``last``.
    mark: str
    #: Where the change is shown; empty: there is none to show.
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What is shown at once, and what waits."""

    first: tuple[HistoryEntry, ...]
    more: tuple[HistoryEntry, ...]


def history(
    events: Sequence[sqlite3.Row], links: dict[str, str], last_seen: str, captures: int, shown_at: str
) -> History:
    """From *events* (at, kind), oldest first.

    *links*: time of an edit → the page that compares it; *last_seen*: the newest capture that showed the post;
    *shown_at*: the capture on the page, whose line says so.
    """
    known = entries(events, links, shown_at)
    if not known or last_seen > known[0].at:
        later = known and known[-1].at > last_seen
        words = texts.LAST_CAPTURED if later or not known else texts.LAST_UNCHANGED
        entry = HistoryEntry(last_seen, words, "last", note=texts.captures_in_all(captures))
        if not any(each.at == last_seen for each in known):
            known = sorted([*known, entry], key=lambda each: each.at)
    if len(known) <= SHOWN + 1:
        return History(tuple(known), ())
    return History((known[0], *known[-(SHOWN - 1) :]), tuple(known[1 : -(SHOWN - 1)]))


def entries(events: Iterable[sqlite3.Row], links: dict[str, str], shown_at: str) -> list[HistoryEntry]:
    """A line for each of *events*, in their order."""
    return [
        HistoryEntry(event["at"], *KINDS[event["kind"]], links.get(event["at"], ""), shown_note(event["at"], shown_at))
        for event in events
        if event["kind"] in KINDS
    ]


def shown_note(at: str, shown_at: str) -> str:
    """Says where the version on the page begins."""
    if at != shown_at:
        return ""
    return texts.SHOWN_HERE
