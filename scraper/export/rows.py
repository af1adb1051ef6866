"""Rows for export: one SELECT with a server-side cursor, so that memory stays flat and the whole is of one state."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import quote

from scraper.errors import UsageError
from scraper.schema import EXPORT_COLUMNS, MORE_COLUMNS
from scraper.search import FACETS, Filters, Request
from scraper.search import count as count_found
from scraper.store import holdings

#: Columns that hold several values; joined by `JOINT` in tables, arrays in JSON.
LISTS = frozenset({"categories", "tags"})
BODIES = ("body_text", "body_html")
JOINT = "; "


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a result set is written."""

    #: Which table or view; all but `posts` leave whole.
    table: str = "posts"
    #: Names, in order; None: the default ones.
    columns: tuple[str, ...] | None = None
    #: Whether the default columns hold the bodies.
    bodies: bool = True
    #: CSV for spreadsheets: a BOM, no cell that could be a formula, none that is longer than they take.
    excel: bool = False
    #: Gets each cell that was cut for that: (address of the post or first cell of the row, column, all of its text).
    cut: Callable[[str, str, str], None] | None = None
    #: Name of the file that holds those; None: there is none.
    whole: str | None = None
    #: Stop after so many posts; None: all of them.
    limit: int | None = None
    #: Where the archive is served (``https://host/``), for links to its pages; None: nowhere.
    base_url: str | None = None
    #: Address of the very feed that is written; None: it has none.
    self_url: str | None = None
    #: Of a feed in pages: how many posts stand on those before this one, and the addresses of the first and the next.
    skip: int = 0
    first_url: str | None = None
    next_url: str | None = None
    #: Title of a feed; empty: the name of the archive.
    title: str = ""


def chosen(options: Options) -> tuple[str, ...]:
    """The columns to write. Raises UsageError for a name that there is not."""
    if options.columns is None:
        return tuple(name for name in EXPORT_COLUMNS if options.bodies or name not in BODIES)
    known = (*EXPORT_COLUMNS, *MORE_COLUMNS)
    for name in options.columns:
        if name not in known:
            raise UsageError(f"columns: {name!r} is no column{meant(name, known)}; there are: {', '.join(known)}")
    if not options.columns:
        raise UsageError(f"columns: expected at least one name, found none; there are: {', '.join(known)}")
    return once(options.columns)


def once(columns: tuple[str, ...]) -> tuple[str, ...]:
    """*columns*. Raises UsageError for a name that stands there twice."""
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"columns: {twice!r} is named twice")
    return columns


def where(pairs: Iterable[str]) -> Filters:
    """``site=upr2020``, ``gone=yes``, … as filters; the same name twice: either value. Raises UsageError."""
    names = (*FACETS, "after", "before")
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or name not in names or not value:
            raise UsageError(
                f"--where: expected NAME=VALUE with a NAME of {', '.join(names)}; found {pair!r}{meant(name, names)}"
            )
        found.setdefault(name, []).append(_checked(name, value))
    for name in ("after", "before"):
        if len(found.get(name, ())) > 1:
            raise UsageError(f"--where: {name}= can be given once, found {len(found[name])} of it")
    return Filters.of(found)


def check(db: sqlite3.Connection, filters: Filters) -> None:
    """Raise UsageError for a site, tag, category or author that the archive does not have."""
    for name in ("site", "category", "tag", "author"):
        wanted: tuple[str, ...] = getattr(filters, name)
        if wanted:
            known = holdings.values_of(db, name)
            for value in wanted:
                if value not in known:
                    few = f"; there are: {', '.join(sorted(known))}" if len(known) <= 12 else ""
                    raise UsageError(f"--where: the archive has no {name} {value!r}{meant(value, known)}{few}")


#: Filter of `--where` → what its value must look like, and that in words.
_FORMS = {
    "year": (re.compile(r"\d{4}|undated", re.ASCII), "four digits or 'undated'"),
    "after": (re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII), "2016, 2016-12 or 2016-12-10"),
    "before": (re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII), "2016, 2016-12 or 2016-12-10"),
    "pdf": (re.compile("yes|no|true|false|1|0", re.IGNORECASE), "yes or no"),
    "gone": (re.compile("yes|no|true|false|1|0", re.IGNORECASE), "yes or no"),
}
_FLAGS = ("pdf", "gone")


def _checked(name: str, value: str) -> str:
    """*value* as filters want it. Raises UsageError."""
    form, words = _FORMS.get(name, (None, ""))
    if form is not None and not form.fullmatch(value):
        raise UsageError(f"--where: {name}= is {words}, found {value!r}")
    if name in _FLAGS:
        return "yes" if value.lower() in ("yes", "true", "1") else "no"
    return value


def meant(word: str, known: Iterable[str]) -> str:
    """The name of *known* that is nearest to *word*, as a question in brackets; empty: it is one, or none is near."""
    close = get_close_matches(word, list(known), n=1)
    if not close or close == [word]:
        return ""
    return f" (did you mean {close[0]!r}?)"


def count(db: sqlite3.Connection, request: Request | None = None) -> int:
    """How many posts *request* finds (None: all posts), and so how many rows an export of it has."""
    return count_found(db, request or Request())


def post_url(base_url: str, site: str, slug: str) -> str:
    """Address of a post's page where the archive is served."""
    return post_urls(base_url, (site,), (slug,))[0]


def post_urls(base_url: str, sites: Sequence[str], slugs: Sequence[str]) -> list[str]:
    """`post_url` of many."""
    base = f"{base_url.rstrip('/')}/post/"
    return [f"{base}{site}/{slug}" for site, slug in zip(_segments(sites), _segments(slugs), strict=True)]


def _segments(texts: Sequence[str]) -> Sequence[str]:
    """*texts* as segments of paths. Most are so already, and `quote` takes its time to see that."""
    together = "".join(texts)
    if together.isascii() and together.replace("-", "").isalnum():
        return texts
    return [quote(text, safe="") for text in texts]
