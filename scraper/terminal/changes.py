"""`ushrn changes`: what became known since a day, as text, or as an HTML page to send by mail. Pure."""

import sqlite3
from collections.abc import Sequence
from html import escape
from itertools import groupby
from urllib.parse import quote

from scraper.dates import in_words as day
from scraper.numbers import plural
from scraper.vocabulary import EventKind

#: Kind of event → the word for it.
KINDS = {
    EventKind.ADDED: "New",
    EventKind.CHANGED: "Edited",
    EventKind.GONE: "Removed",
    EventKind.RETURNED: "Restored",
    EventKind.MOVED: "Moved",
    EventKind.WITHDRAWN: "Withdrawn",
}


def heading(rows: Sequence[sqlite3.Row], since: str, name: str) -> str:
    """``3 changes since 1 November 2026: USHRN posts archive``."""
    return f"{plural(len(rows), 'change')} since {day(since)}: {name}"


def as_text(rows: Sequence[sqlite3.Row], since: str, name: str, public_url: str) -> str:
    """One line per change under the day on which this archive learned of it; *public_url* empty: original addresses."""
    lines = [heading(rows, since, name)]
    for known, group in groupby(rows, key=lambda row: row["known_at"][:10]):
        lines += ["", day(known)]
        for row in group:
            lines.append(f"  {KINDS.get(row['kind'], row['kind']):<10} {called(row)}")
            lines.append(f"  {'':<10} {captured(row)} · {address(row, public_url)}")
    return "\n".join(lines) + "\n"


def as_html(rows: Sequence[sqlite3.Row], since: str, name: str, public_url: str) -> str:
    """The same as a whole page without styles, pictures or scripts, as mail programs show it best."""
    title = escape(heading(rows, since, name))
    parts = [f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n']
    parts.append(f"<h1>{title}</h1>\n")
    for known, group in groupby(rows, key=lambda row: row["known_at"][:10]):
        parts.append(f"<h2>{escape(day(known))}</h2>\n<ul>\n")
        for row in group:
            words = escape(KINDS.get(row["kind"], row["kind"]))
            link = escape(address(row, public_url), quote=True)
            said = escape(called(row))
            parts.append(f'<li><strong>{words}</strong> <a href="{link}">{said}</a><br>')
            parts.append(f"<small>{escape(captured(row))}</small></li>\n")
        parts.append("</ul>\n")
    return "".join((*parts, "</body>\n</html>\n"))


def called(row: sqlite3.Row) -> str:
    """Of the post; of one that was withdrawn, that it was."""
    return row["title"] or ("Untitled" if row["slug"] else "A withdrawn post")


def captured(row: sqlite3.Row) -> str:
    """When the page was captured that showed it; of a withdrawal why it was made."""
    if row["kind"] == EventKind.WITHDRAWN:
        return str(row["excerpt"])
    return f"{'not found' if row['kind'] == EventKind.GONE else 'captured'} {day(row['at'])}"


def address(row: sqlite3.Row, public_url: str) -> str:
    """Of the post in this archive; without a public address, of the original."""
    if not public_url:
        return str(row["url"])
    if not row["slug"]:
        return f"{public_url}/withdrawn"
    return f"{public_url}/post/{quote(row['site'], safe='')}/{quote(row['slug'], safe='')}"
