"""Results of a search for the terminal: title, date, views, address, and the passages found; and for programs."""

import json
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scraper.cli.group import harmless
from scraper.search import MARK, UNMARK, Hit, Matched, Page

#: Bold and back, for terminals; elsewhere the words found stand between asterisks.
BOLD = ("\x1b[1m", "\x1b[0m")
STARS = ("*", "*")
#: Columns, where the terminal does not say how wide it is, and at the least and most.
WIDTH, NARROWEST, WIDEST = 96, 40, 120


@dataclass(frozen=True, slots=True)
class Style:
    """How the screen is written on."""

    marks: tuple[str, str] = STARS
    width: int = WIDTH

    @classmethod
    def of(cls, environment: Mapping[str, str], *, is_terminal: bool) -> "Style":
        """Bold on a terminal, unless NO_COLOR is set (no-color.org) or TERM is ``dumb``; as wide as the terminal."""
        plain = not is_terminal or bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
        columns = shutil.get_terminal_size((WIDTH, 24)).columns if is_terminal else WIDTH
        return cls(STARS if plain else BOLD, min(max(columns, NARROWEST), WIDEST))


def results(page: Page, style: Style) -> str:
    """A page of results as lines of text, ending with how many there are and how to see more."""
    asked = page.request
    first = (asked.page - 1) * asked.size + 1
    parts = list(asked.query.notes)
    parts += [hit_lines(number, hit, style) for number, hit in enumerate(page.hits, first)]
    number = first + len(page.hits)
    for group in page.groups:
        if group.hits:
            parts.append(heading(page, group.matched, group.total))
            parts += [hit_lines(at, hit, style) for at, hit in enumerate(group.hits, number)]
            number += len(group.hits)
    if number == first:
        return "\n".join([*parts, f"no hits on this page; {page.shown} in all" if page.shown else "no hits"])
    more = f"; more: --page {asked.page + 1}" if number - 1 < page.shown else ""
    return "\n\n".join([*parts, f"{first} to {number - 1} of {page.shown}{more}"])


def heading(page: Page, matched: Matched, count: int) -> str:
    """What the posts of a group have of the query."""
    more = (
        f"{count:,} more {'have' if count != 1 else 'has'}"
        if page.total
        else f"{count:,} {'have' if count != 1 else 'has'}"
    )
    start = "" if page.total else "No post has all of these words; "
    return f"{start}{more} {'most' if matched is Matched.MOST else 'one or more'} of them:"


def hit_lines(number: int, hit: Hit, style: Style) -> str:
    """One hit."""
    gone = f"; gone since {hit.gone_at[:10]}" if hit.gone_at else ""
    views = "views unknown" if hit.views is None else f"{hit.views:,} view{'s' if hit.views != 1 else ''}"
    lines = [
        f"{number:3}. {marked(hit.title or '(without title)', style.marks)}",
        f"     {dated(hit)} · {views} · {hit.site}{gone}",
        f"     {harmless(hit.url)}",
    ]
    for snippet in hit.snippets:
        text = f"[{snippet.file}] {snippet.text}" if snippet.file else snippet.text
        lines += textwrap.wrap(
            marked(text, style.marks),
            style.width,
            initial_indent="     > ",
            subsequent_indent="       ",
            break_long_words=False,
        )
    if hit.lacks:
        lines.append(f"     without {', '.join(map(harmless, hit.lacks))}")
    return "\n".join(lines)


def dated(hit: Hit) -> str:
    """When it was published, or if that is not known, updated."""
    published = hit.published_day or hit.published_at
    if published:
        return published[:10]
    updated = hit.updated_day or hit.updated_at
    return f"updated {updated[:10]}" if updated else "undated"


def marked(text: str, marks: tuple[str, str]) -> str:
    """*text* made harmless, with the words found between *marks*."""
    return harmless(text).replace(MARK, marks[0]).replace(UNMARK, marks[1])


def json_lines(page: Page) -> Iterator[str]:
    """The hits of *page* as JSON, best first: url, site, title, published_day, views, matched, snippets."""
    for hit in page.every_hit:
        fields = {
            "url": hit.url,
            "site": hit.site,
            "title": None if hit.title is None else unmarked(hit.title),
            "published_day": hit.published_day,
            "views": hit.views,
            "matched": hit.matched,
            "snippets": [unmarked(snippet.text) for snippet in hit.snippets],
        }
        yield json.dumps(fields, ensure_ascii=False)


def unmarked(text: str) -> str:
    """*text* without marks."""
    return text.replace(MARK, "").replace(UNMARK, "")
