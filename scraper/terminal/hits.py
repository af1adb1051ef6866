"""Results of a search for the terminal: title, date, views, address, and the passages found; and for programs."""

import json
import shutil
import sqlite3
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from scraper.harmless import harmless
from scraper.search import MARK, UNMARK, Advice, Group, Hit, Matched, Page, Request, Step, find_mended

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


@dataclass(frozen=True, slots=True)
class Help:
    """What stands beside the hits: advice, what is wrong with conditions, hits of the query with its words mended."""

    advice: Advice
    faults: tuple[str, ...] = ()
    mended: tuple[Hit, ...] = ()


def first_mended(db: sqlite3.Connection, request: Request, advice: Advice) -> tuple[Hit, ...]:
    """The hits of the likeliest query that was meant; empty: none was, or it finds nothing."""
    best = advice.spellings[0] if advice.spellings else None
    return find_mended(db, request, best.text) if best and best.total else ()


def results(page: Page, help_: Help, style: Style) -> str:
    """A page of results as lines of text, ending with how many there are and how to see more."""
    asked = page.request
    first = (asked.page - 1) * asked.size + 1
    parts = [*asked.query.notes, *help_.faults, *spelling_lines(help_.advice)]
    if help_.mended:
        parts.append(f"Posts with {harmless(help_.advice.spellings[0].text)}:")
        parts += [hit_lines(number, hit, style) for number, hit in enumerate(help_.mended, 1)]
    parts += [hit_lines(number, hit, style) for number, hit in enumerate(page.hits, first)]
    number = first + len(page.hits)
    for group in page.groups:
        if group.hits:
            parts.append(heading(page, group))
            parts += [hit_lines(at, hit, style) for at, hit in enumerate(group.hits, number)]
            number += len(group.hits)
    parts += name_lines(help_.advice)
    if number == first and not help_.mended:
        nothing = f"no hits on this page; {page.shown} in all" if page.shown else "no hits"
        return "\n".join([*parts, *(step_line(step) for step in help_.advice.steps), nothing])
    if number == first:
        return "\n\n".join(parts)
    more = f"; more: --page {asked.page + 1}" if number - 1 < page.shown else ""
    return "\n\n".join([*parts, f"{first} to {number - 1} of {page.shown}{more}"])


def spelling_lines(advice: Advice) -> list[str]:
    """Which words are in no post, and what may have been meant."""
    lines = []
    if advice.spellings:
        meant = " or ".join(f"{harmless(step.text)} ({step.total:,})" for step in advice.spellings)
        lines.append(f"Did you mean {meant}?")
    if advice.unknown:
        verb = "is" if len(advice.unknown) == 1 else "are"
        lines.append(f"{' and '.join(map(harmless, advice.unknown))} {verb} in no post of this archive.")
    return lines


def name_lines(advice: Advice) -> list[str]:
    """Names that can be chosen, as the options that choose them."""
    lines = [f'  --where "{name.facet}={harmless(name.value)}"  ({name.count:,})' for name in advice.names]
    return ["\n".join(["Names like these words:", *lines])] if lines else []


def step_line(step: Step) -> str:
    """One way back and what it gives."""
    what = f"with {step.instead} instead of {step.without}" if step.instead else f"without {step.without}"
    gives = f"{step.total:,} post{'s' if step.total != 1 else ''}"
    return f"  {harmless(what) if step.without else 'all posts'}: {gives}. {harmless(step.reason)}".rstrip()


def heading(page: Page, group: Group) -> str:
    """What the posts of a group have of the query."""
    words = " or ".join(map(harmless, group.telling)) or "one or more of them"
    much = "most of them" if group.matched is Matched.MOST else words
    start = f"{group.total:,} more" if page.total else f"No post has all of these words; {group.total:,}"
    return f"{start} {'has' if group.total == 1 else 'have'} {much}:"


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
        where = f"{snippet.file}, p. {snippet.page}" if snippet.page else snippet.file
        text = f"[{where}] {snippet.text}" if where else snippet.text
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


def json_lines(hits: Iterable[Hit], limit: int) -> Iterator[str]:
    """The first *limit* of *hits*, each once, as JSON: url, site, title, published_day, views, matched, snippets."""
    for hit in islice(_each_once(hits), limit):
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


def _each_once(hits: Iterable[Hit]) -> Iterator[Hit]:
    seen: set[str] = set()
    for hit in hits:
        if hit.url not in seen:
            seen.add(hit.url)
            yield hit
