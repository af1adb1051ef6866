"""What stands beside a post: others about the same, and others that say the same."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scraper import search
from scraper.passages import Passage
from scraper.serve import texts
from scraper.serve.answer import Ask
from scraper.serve.remembered import remembered
from scraper.store import holdings

#: Related posts shown.
RELATED = 4
#: From that share of a post's words on, another one is the same post published elsewhere.
SAME = 0.5


@dataclass(frozen=True, slots=True)
class Near:
    """Another post: its row, a line about it, and the passages that it shares, as they stand there."""

    post: sqlite3.Row
    words: str
    passages: tuple[Passage, ...] = ()
    #: How many passages there are.
    count: int = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """Everything near one post."""

    #: Published as the same, and those with some passages in common.
    same: tuple[Near, ...]
    sharing: tuple[Near, ...]
    related: tuple[Near, ...]


def beside(ask: Ask, post: int) -> Beside:
    """What is near the post of that id; no post is named twice."""
    repeated = search.repeated(ask.db, post)
    taken = {each.id for each in repeated}
    related = [number for number in search.related(ask.db, post, RELATED + len(taken)) if number not in taken][:RELATED]
    rows = {row["id"]: row for row in holdings.posts_of(ask.db, [*taken, *related])}
    sites = remembered(ask.room, ask.db, holdings.site_names)
    shown = [(each.share, _near(rows[each.id], each, sites)) for each in repeated if each.id in rows]
    return Beside(
        same=tuple(near for share, near in shown if share >= SAME),
        sharing=tuple(near for share, near in shown if share < SAME),
        related=_listed(rows, related, sites),
    )


def _near(row: sqlite3.Row, each: search.Repeated, sites: Mapping[str, str]) -> Near:
    words = f"{_line(row, sites)} · {texts.passages_in_common(each.count)}"
    return Near(row, words, each.passages, each.count)


def _line(row: sqlite3.Row, sites: Mapping[str, str]) -> str:
    """The day of a post, and its site."""
    return texts.near_line(row["day"], sites.get(row["site"], row["site"]))


def _listed(rows: Mapping[int, sqlite3.Row], ids: Sequence[int], sites: Mapping[str, str]) -> tuple[Near, ...]:
    found = (rows[number] for number in ids if number in rows)
    return tuple(Near(row, _line(row, sites)) for row in found)
