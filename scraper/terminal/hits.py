"""Results of a search for the terminal: title, date, views, address, and the passages found; and for programs."""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from scraper.harmless import harmless
from scraper.numbers import plural
from scraper.search import MARK, UNMARK, Advice, Group, Hit, Matched, Request, ResultPage, Step, find_mended
from scraper.terminal.lines import lines_of
from scraper.wording import day_of, framed

#: Bold and back, for terminals; elsewhere the words found stand between asterisks.
BOLD = ("\x1b[1m", "\x1b[0m")
STARS = ("*", "*")
#: Columns, where nobody says how many there are, and at the least and most.
WIDTH, NARROWEST, WIDEST = 96, 24, 120


@dataclass(frozen=True, slots=True)
class ScreenStyle:
    """How the screen is written on."""

    marks: tuple[str, str] = STARS
    width: int = WIDTH

    @classmethod
    def of(cls, environment: Mapping[str, str], *, is_terminal: bool) -> "ScreenStyle":
        """Bold on a terminal, unless NO_COLOR is set (no-color.org) or TERM is ``dumb``; as wide as COLUMNS says, or
        else the terminal; into a file or another program, where COLUMNS is not set, always of the same width.
        """
        width = min(max(_columns(environment, is_terminal=is_terminal), NARROWEST), WIDEST)
        if not is_terminal or environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
            return cls(width=width)
        return cls(BOLD, width)


def _columns(environment: Mapping[str, str], *, is_terminal: bool) -> int:
    said = environment.get("COLUMNS", "")
    if said.isascii() and said.isdigit() and int(said[:6]) > 0:
        return int(said[:6])
    if is_terminal:
        return shutil.get_terminal_size((WIDTH, 24)).columns
    return WIDTH


@dataclass(frozen=True, slots=True)
class Help:
    """What stands beside the hits: advice, what is wrong with conditions, hits of the query with its words mended."""

    advice: Advice
    faults: tuple[str, ...] = ()
    mended: tuple[Hit, ...] = ()


def first_mended(db: sqlite3.Connection, request: Request, advice: Advice) -> tuple[Hit, ...]:
    """The hits of the likeliest query that was meant; empty: none was, or it finds nothing."""
    for best in advice.spellings[:1]:
        if best.total:
            return find_mended(db, request, best.text)
    return ()


def results(page: ResultPage, help_: Help, style: ScreenStyle) -> str:
    """A page of results as lines of text, ending with how many there are and how to see more."""
    asked = page.request
    first = (asked.page - 1) * asked.size + 1
    parts = opening_lines(page, help_)
    if help_.mended:
        parts += [f"Posts with {harmless(help_.advice.spellings[0].text)}:", *numbered(help_.mended, 1, style)]
    found = numbered(page.hits, first, style)
    end = first + len(found)
    for group in page.groups:
        if group.hits:
            found += [heading(page, group), *numbered(group.hits, end, style)]
            end += len(group.hits)
    parts += [*found, *name_lines(help_.advice), *date_lines(help_.advice)]
    if found:
        more = framed(end <= page.shown and asked.page + 1, "; more: --page ")
        return "\n\n".join([*parts, f"{first} to {end - 1} of {page.shown}{more}"])
    if help_.mended:
        return "\n\n".join(parts)
    nothing = "no hits" + framed(page.shown, " on this page; ", " in all")
    return "\n".join([*parts, *step_lines(help_.advice), nothing])


def said_of(page: ResultPage, help_: Help) -> list[str]:
    """What a reader should know of a search, beside its hits, and what else to try."""
    advice = help_.advice
    return [*opening_lines(page, help_), *name_lines(advice), *date_lines(advice)]


def opening_lines(page: ResultPage, help_: Help) -> list[str]:
    """What is said before the hits: notes, faults, addresses without a post, spellings."""
    heard = [f"{harmless(each.address)}: {each.became}" for each in help_.advice.heard]
    return [*page.request.query.notes, *help_.faults, *heard, *spelling_lines(help_.advice)]


def numbered(hits: Iterable[Hit], first: int, style: ScreenStyle) -> list[str]:
    """The lines of each hit, numbered from *first* on."""
    return [hit_lines(number, hit, style) for number, hit in enumerate(hits, first)]


def spelling_lines(advice: Advice) -> list[str]:
    """Which words are in no post, and what may have been meant."""
    lines = []
    if advice.spellings:
        meant = " or ".join(f"{harmless(step.text)} ({step.total:,})" for step in advice.spellings)
        lines.append(f"Did you mean {meant}?")
    if advice.unknown:
        verb = "is" if len(advice.unknown) == 1 else "are"
        lines.append(
            f"{' and '.join(f'“{harmless(word)}”' for word in advice.unknown)} {verb} in no post of this archive."
        )
    return lines


def name_lines(advice: Advice) -> list[str]:
    """Names that can be chosen, as the options that choose them."""
    lines = [f'  --where "{name.facet}={harmless(name.value)}"  ({name.count:,})' for name in advice.names]
    if not lines:
        return []
    return ["\n".join(["Names like these words:", *lines])]


def date_lines(advice: Advice) -> list[str]:
    """Conditions that dates among the words may stand for."""
    lines = [f"  {harmless(step.instead)} for {harmless(step.without)}  ({step.total:,})" for step in advice.dated]
    return ["\n".join(["Posts of that date:", *lines])] if lines else []


def step_lines(advice: Advice) -> list[str]:
    """What a search that finds nothing may be changed to."""
    return ["What finds something:", *map(step_line, advice.steps)] if advice.steps else []


def step_line(step: Step) -> str:
    """One way back and what it gives."""
    match step.instead, step.without:
        case _, "":
            what = "all posts"
        case "", without:
            what = f"without {without}"
        case instead, without:
            what = f"with {instead} instead of {without}"
    return f"  {harmless(what)}: {plural(step.total, 'post')}. {harmless(step.reason)}".rstrip()


def heading(page: ResultPage, group: Group) -> str:
    """What the posts of a group have of the query."""
    words = " or ".join(map(harmless, group.telling)) or "one or more of them"
    much = "most of them" if group.matched is Matched.MOST else words
    start = f"{group.total:,} more" if page.total else f"No post has all of these words; {group.total:,}"
    return f"{start} {'has' if group.total == 1 else 'have'} {much}:"


def hit_lines(number: int, hit: Hit, style: ScreenStyle) -> str:
    """One hit."""
    gone = framed(day_of(hit.gone_at), "; gone since ")
    views = "views unknown" if hit.views is None else plural(hit.views, "view")
    lines = [
        f"{number:3}. {marked(hit.title or '(without title)', style.marks)}",
        f"     {dated(hit)} · {views} · {hit.site}{gone}",
        f"     {harmless(hit.url)}",
    ]
    for snippet in hit.snippets:
        where = f"{snippet.file or ''}{framed(snippet.page, ', p. ')}"
        said = lines_of(harmless(framed(where, "[", "] ") + snippet.text), style.width, "     > ", "       ")
        lines += [marked(line, style.marks) for line in said]
    if hit.lacks:
        lines.append(f"     without {', '.join(map(harmless, hit.lacks))}")
    return "\n".join(lines)


def dated(hit: Hit) -> str:
    """When it was published, or if that is not known, updated."""
    published = day_of(hit.published_day or hit.published_at)
    return published or framed(day_of(hit.updated_day or hit.updated_at), "updated ") or "undated"


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
