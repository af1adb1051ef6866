"""`ushrn changes`: what became known since a day, as text, or as an HTML page to send by mail. Pure."""

import re
import sqlite3
import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from urllib.parse import quote

from scraper.dates import in_words as day
from scraper.numbers import plural
from scraper.terminal.lines import lines_of
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
#: Characters of a line of text, as mail is written; an address is never broken. What stands before a title.
WIDTH, INDENT = 76, " " * 13
NOTHING = "Nothing new."
#: Stands for where a line may end, while lines are made; no text of an archive has it.
_FILL = "\0"
#: Characters of a word after which a line of HTML may end inside it: less than RFC 5322 allows, escaped or in UTF-8.
_LONG_WORD = re.compile(r"\S{150}(?=\S)")
#: Mail programs leave out style sheets, and show a page as wide as they are.
_BODY = "max-width:600px;margin:0 auto;padding:16px;font:16px/1.5 sans-serif;overflow-wrap:anywhere"
_HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark">'
)


def heading(rows: Sequence[sqlite3.Row], since: str, name: str) -> str:
    """``3 changes since 1 November 2026: Posts archive``."""
    return f"{plural(len(rows), 'change')} since {day(since)}: {name}"


def by_day(rows: Sequence[sqlite3.Row]) -> Iterator[tuple[str, Iterator[sqlite3.Row]]]:
    """(day on which this archive learned of them, changes), in their order."""
    for known, group in groupby(rows, key=lambda row: row["known_at"][:10]):
        yield day(known), group


def as_text(rows: Sequence[sqlite3.Row], since: str, name: str, public_url: str) -> str:
    """Some lines per change under the day on which this archive learned of it.

    *public_url* empty: original addresses.
    """
    lines = lines_of(heading(rows, since, name), WIDTH)
    for known, group in by_day(rows):
        lines += ["", known]
        for row in group:
            lines += entry(row, public_url)
    if not rows:
        lines += ["", NOTHING]
    return "\n".join(lines) + "\n"


def entry(row: sqlite3.Row, public_url: str) -> list[str]:
    """The lines of one change."""
    first = f"  {kind(row):<{len(INDENT) - 2}}"
    title, when = lines_of(called(row), WIDTH, first, INDENT), lines_of(captured(row), WIDTH, INDENT, INDENT)
    where = address(row, public_url)
    together = f"{when[0]} · {where}"
    return [*title, *([together] if len(when) == 1 and len(together) <= WIDTH else [*when, f"{INDENT}{where}"])]


def in_html(text: str) -> str:
    """*text* as HTML in short lines; inside a long word a line ends in a tag, where it is not seen."""
    cut = escape(_LONG_WORD.sub(lambda part: part[0] + _FILL, text))
    lines = textwrap.wrap(cut, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_FILL, "<wbr\n>")


def as_html(rows: Sequence[sqlite3.Row], since: str, name: str, public_url: str) -> str:
    """The same as a whole page, without pictures, scripts or style sheets; no line is longer than mail allows."""
    title = "\n".join(map(escape, lines_of(heading(rows, since, name), WIDTH)))
    parts = [f'<!doctype html>\n<html lang="en">\n<head>{_HEAD}\n<title>{title}</title></head>\n<body style="{_BODY}">']
    parts.append(f'<h1 style="font-size:22px">{title}</h1>')
    for known, group in by_day(rows):
        parts += [f'<h2 style="font-size:18px">{escape(known)}</h2>\n<ul>', *(item(row, public_url) for row in group)]
        parts.append("</ul>")
    if not rows:
        parts.append(f"<p>{NOTHING}</p>")
    return "\n".join((*parts, "</body>\n</html>\n"))


def item(row: sqlite3.Row, public_url: str) -> str:
    """One change of the page; a title keeps its language and its direction."""
    language = f' lang="{escape(row["language"])}"' if row["language"] else ""
    return (
        f'<li style="margin-bottom:8px"><strong>{kind(row)}</strong>\n'
        f'<a href="{escape(address(row, public_url))}"\n{language} dir="auto">'
        f"{in_html(called(row))}</a><br>\n<small>{in_html(captured(row))}</small></li>"
    )


def kind(row: sqlite3.Row) -> str:
    """The word for it."""
    return KINDS.get(row["kind"], str(row["kind"]))


def called(row: sqlite3.Row) -> str:
    """The title of the post; of one that was withdrawn, that it was."""
    return str(row["title"] or ("Untitled" if row["slug"] else "A withdrawn post"))


def captured(row: sqlite3.Row) -> str:
    """The day on which a capture showed the change; the reason of a withdrawal."""
    if row["kind"] == EventKind.WITHDRAWN:
        return str(row["excerpt"] or "no reason given")
    return f"{'not found' if row['kind'] == EventKind.GONE else 'captured'} {day(row['at'])}"


def address(row: sqlite3.Row, public_url: str) -> str:
    """The address of the post in the public archive; without *public_url*, that of the original."""
    if not public_url:
        return str(row["url"])
    if not row["slug"]:
        return f"{public_url}/withdrawn"
    return f"{public_url}/post/{quote(row['site'], safe='')}/{quote(row['slug'], safe='')}"
