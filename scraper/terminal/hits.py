"""Results of a search for the terminal: title, date, views, address, and the passages found."""

import textwrap

from scraper.cli.group import harmless
from scraper.search import MARK, UNMARK, Hit, Page

#: Bold and back, for terminals; elsewhere the words found stand between asterisks.
BOLD = ("\x1b[1m", "\x1b[0m")
STARS = ("*", "*")
WIDTH = 96


def results(page: Page, *, colour: bool = False) -> str:
    """A page of results as lines of text, ending with how many there are and how to see more."""
    asked = page.request
    first = (asked.page - 1) * asked.size + 1
    parts = [hit_lines(number, hit, BOLD if colour else STARS) for number, hit in enumerate(page.hits, first)]
    parts += asked.query.notes
    if not page.hits:
        return "\n".join([*parts, f"no hits on this page; {page.total} in all" if page.total else "no hits"])
    last = first + len(page.hits) - 1
    more = f"; more: --page {asked.page + 1}" if last < page.total else ""
    return "\n\n".join([*parts, f"{first} to {last} of {page.total}{more}"])


def hit_lines(number: int, hit: Hit, marks: tuple[str, str]) -> str:
    """One hit."""
    gone = f"; gone since {hit.gone_at[:10]}" if hit.gone_at else ""
    views = "views unknown" if hit.views is None else f"{hit.views:,} view{'s' if hit.views != 1 else ''}"
    lines = [
        f"{number:3}. {marked(hit.title or '(without title)', marks)}",
        f"     {dated(hit)} · {views} · {hit.site}{gone}",
        f"     {harmless(hit.url)}",
    ]
    for snippet in hit.snippets:
        text = f"[{snippet.file}] {snippet.text}" if snippet.file else snippet.text
        lines += textwrap.wrap(
            marked(text, marks), WIDTH, initial_indent="     > ", subsequent_indent="       ", break_long_words=False
        )
    return "\n".join(lines)


def dated(hit: Hit) -> str:
    """When it was published, or if that is not known, updated."""
    if hit.published_at:
        return hit.published_at[:10]
    return f"updated {hit.updated_at[:10]}" if hit.updated_at else "undated"


def marked(text: str, marks: tuple[str, str]) -> str:
    """*text* made harmless, with the words found between *marks*."""
    return harmless(text).replace(MARK, marks[0]).replace(UNMARK, marks[1])
