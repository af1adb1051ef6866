"""Citations as people write them: APA 7, Chicago 17 (note, bibliography), MLA 9, Bluebook (rule 18), OSCOLA 4. Pure.

Each style is a function from the CSL-JSON item to runs of text that know whether they are italic, in small capitals or
an address. How a style writes things was held against its own examples and its style of the CSL project (tests).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from scraper.cite.names import WriterName
from scraper.cite.record import Item, Parts, parts
from scraper.cite.titles import sentence_case, with_inner

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
#: As Bluebook (table T12) and MLA (appendix 1) shorten them.
SHORT = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")

UNTITLED = "Untitled post"


class Kind(StrEnum):
    """How a run of text looks."""

    PLAIN = "plain"
    ITALIC = "italic"
    SMALL_CAPITALS = "small-capitals"
    ADDRESS = "address"


class StyledRun(NamedTuple):
    """A piece of a citation."""

    text: str
    kind: Kind = Kind.PLAIN


@dataclass(frozen=True, slots=True)
class CitationStyle:
    """A style, by the name that people know it by."""

    name: str
    write: Callable[[Item, str | None], tuple[StyledRun, ...]]

    def __call__(self, item: Item, text: str | None = None) -> tuple[StyledRun, ...]:
        """*item* cited; *text* is the post's own text, from which APA learns what in a title is a name."""
        return self.write(item, text)


def plain(runs: Iterable[StyledRun]) -> str:
    """The words of a citation."""
    return "".join(run.text for run in runs)


# What styles share


def _authors(item: Item) -> list[WriterName]:
    return [
        WriterName(each.get("literal") or each["family"], each.get("given", ""), each.get("suffix", ""))
        for each in item.get("author", [])
    ]


def _site_is_author(item: Item) -> bool:
    authors = _authors(item)
    return len(authors) == 1 and authors[0].inverted.casefold() == item["container-title"].casefold()


def _issued(item: Item) -> Parts:
    found = item.get("issued")
    return tuple(found["date-parts"][0]) if found else ()


def _dated(date: Parts, form: Callable[[Parts], str], item: Item) -> str:
    """*date* in *form*, marked where only the day in UTC is known."""
    return form(date) + (" UTC" if len(date) == 3 and item["custom"].get("in_utc") else "")


def _american(date: Parts, months: tuple[str, ...] = MONTHS) -> str:
    match date:
        case (year, month, day):
            return f"{months[month - 1]} {day}, {year}"
        case (year, month):
            return f"{months[month - 1]} {year}"
        case (year,):
            return f"{year}"
    return ""


def _shortened(date: Parts) -> str:
    return _american(date, SHORT)


def _british(date: Parts, months: tuple[str, ...] = MONTHS) -> str:
    return " ".join(filter(None, (f"{date[2]}" if len(date) == 3 else "", _american(date[:2], months))))


def _mla_date(date: Parts) -> str:
    return _british(date, SHORT)


def _apa_date(date: Parts) -> str:
    match date:
        case (year, month, day):
            return f"{year}, {MONTHS[month - 1]} {day}"
        case (year, month):
            return f"{year}, {MONTHS[month - 1]}"
        case (year,):
            return f"{year}"
    return "n.d."


def _stopped(text: str) -> str:
    """*text* with a full stop, unless it ends like a sentence."""
    return text if text.endswith((".", "?", "!", "…", ".”", "?”", "!”", ".’", "?’", "!’")) else f"{text}."


def _listed(parts_of: list[str], word: str, *, comma_before_two: bool = False) -> str:
    match parts_of:
        case [one]:
            return one
        case [one, two]:
            return f"{one}, {word} {two}" if comma_before_two else f"{one} {word} {two}"
        case [*most, last]:
            return f"{', '.join(most)}, {word} {last}"
    return ""


def _turned(authors: list[WriterName], most: int) -> str:
    """A list that begins with the family name: ``King, Dana, and Ann Lee``; from *most* + 1 on ``et al.``"""
    first, *others = authors
    if len(authors) > most:
        return f"{first.inverted}, et al."
    inverted = bool(first.given)
    return _listed([first.inverted, *(name.straight for name in others)], "and", comma_before_two=inverted)


def _archived(item: Item, before: str, after: str = "") -> list[StyledRun]:
    """``archived at ADDRESS`` between *before* and *after*, and that the post is no longer where it was."""
    place = item.get("archive_location")
    words = ["no longer online" if "gone" in item["custom"] else "", "archived at " if place else ""]
    said = ", ".join(filter(None, words))
    if not said:
        return []
    return [StyledRun(before + said), *([StyledRun(place, Kind.ADDRESS)] if place else []), StyledRun(after)]


# The styles


def _apa(item: Item, text: str | None) -> tuple[StyledRun, ...]:
    """Author. (Year, Month day). *Title in sentence case*. Site. URL (archived at URL)"""
    authors = _authors(item)
    people = _listed([name.initials for name in authors], "&", comma_before_two=any(name.given for name in authors))
    date = f"({_dated(_issued(item), _apa_date, item)})."
    title = item.get("title")
    if title:
        cased = sentence_case(title, text, item.get("language"))
        titled = [StyledRun(cased, Kind.ITALIC), StyledRun("" if cased.endswith(("?", "!", ".", "…")) else ".")]
    else:
        titled = [StyledRun(f"[{UNTITLED}].")]
    head = [StyledRun(f"{_stopped(people)} {date} "), *titled] if people else [*titled, StyledRun(f" {date}")]
    site = " " if _site_is_author(item) else f" {_stopped(item['container-title'])} "
    return (*head, StyledRun(site), StyledRun(item["URL"], Kind.ADDRESS), *_archived(item, " (", ")"))


def _chicago_date(item: Item) -> str:
    """Published, or else last modified, or else captured; with both where both are known."""
    custom = item["custom"]
    issued = _dated(_issued(item), _american, item)
    if not issued:
        return f"captured {_american(parts(custom['captured']))}" if "captured" in custom else ""
    if custom.get("by_update"):
        return f"last modified {issued}"
    updated = _american(parts(custom["updated"])) if "updated" in custom else ""
    return f"{issued}, last modified {updated}" if updated and updated != issued else issued


def _chicago_bibliography(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author. “Title.” *Site* (blog), Month day, year. URL. Archived at URL."""
    authors = _authors(item)
    people = f"{_stopped(_turned(authors, 10))} " if authors else ""
    title = item.get("title")
    titled = f"“{_stopped(with_inner(title, '‘', '’'))}” " if title else f"{UNTITLED}. "
    date = _chicago_date(item)
    return (
        StyledRun(people + titled),
        StyledRun(item["container-title"], Kind.ITALIC),
        StyledRun(f" (blog), {date}. " if date else " (blog). "),
        StyledRun(item["URL"], Kind.ADDRESS),
        StyledRun("."),
        *_sentence(_archived(item, " ", ".")),
    )


def _sentence(runs: list[StyledRun]) -> list[StyledRun]:
    """*runs* with a capital at their beginning."""
    return [StyledRun(" " + runs[0].text.lstrip().capitalize()), *runs[1:]] if runs else []


def _chicago_note(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author, “Title,” *Site* (blog), Month day, year, URL, archived at URL."""
    authors = [name.straight for name in _authors(item)]
    people = f"{authors[0]} et al., " if len(authors) > 3 else f"{_listed(authors, 'and')}, " if authors else ""
    title = item.get("title")
    titled = f"“{with_inner(title, '‘', '’')},” " if title else f"{UNTITLED.lower() if people else UNTITLED}, "
    date = _chicago_date(item)
    return (
        StyledRun(people + titled),
        StyledRun(item["container-title"], Kind.ITALIC),
        StyledRun(f" (blog), {date}, " if date else " (blog), "),
        StyledRun(item["URL"], Kind.ADDRESS),
        *_archived(item, ", "),
        StyledRun("."),
    )


def _mla(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author. “Title.” *Site*, day Mon. year, URL. The address is that of the copy where others can reach it."""
    authors = [] if _site_is_author(item) else _authors(item)
    people = f"{_stopped(_turned(authors, 2))} " if authors else ""
    title = item.get("title")
    titled = f"“{_stopped(with_inner(title, '‘', '’'))}” " if title else f"{UNTITLED}. "
    date = _dated(_issued(item), _mla_date, item)
    return (
        StyledRun(people + titled),
        StyledRun(item["container-title"], Kind.ITALIC),
        StyledRun(f", {date}, " if date else ", "),
        StyledRun(item.get("archive_location") or item["URL"], Kind.ADDRESS),
        StyledRun("."),
    )


def _bluebook(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author, *Title*, SITE (Mon. day, year), URL [archived URL]."""
    authors = [] if _site_is_author(item) else [name.straight for name in _authors(item)]
    people = f"{authors[0]} et al., " if len(authors) > 2 else f"{' & '.join(authors)}, " if authors else ""
    title = item.get("title")
    titled = [StyledRun(title, Kind.ITALIC), StyledRun(", ")] if title else [StyledRun(f"{UNTITLED}, ")]
    date, custom = _dated(_issued(item), _shortened, item), item["custom"]
    if custom.get("by_update"):
        date = f"last updated {date}"
    elif not date and "captured" in custom:
        date = f"captured {_shortened(parts(custom['captured']))}"
    place = item.get("archive_location")
    return (
        StyledRun(people),
        *titled,
        StyledRun(item["container-title"], Kind.SMALL_CAPITALS),
        StyledRun(f" ({date}), " if date else ", "),
        StyledRun(item["URL"], Kind.ADDRESS),
        StyledRun(" (no longer online)" if "gone" in custom else ""),
        *([StyledRun(" ["), StyledRun(place, Kind.ADDRESS), StyledRun("]")] if place else []),
        StyledRun("."),
    )


def _oscola(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author, ‘Title’ (*Site*, day Month year) <URL> archived at <URL>; the reader adds ``accessed`` and a day."""
    authors = [name.straight for name in _authors(item)]
    people = f"{authors[0]} and others, " if len(authors) > 3 else f"{_and(authors)}, " if authors else ""
    title = item.get("title")
    titled = f"‘{with_inner(title, '“', '”')}’ (" if title else f"{UNTITLED} ("
    date = _dated(_issued(item), _british, item)
    archived = _archived(item, " ")
    place = [StyledRun(f"{run.text}<") if at == 0 and len(archived) == 3 else run for at, run in enumerate(archived)]
    return (
        StyledRun(people + titled),
        StyledRun(item["container-title"], Kind.ITALIC),
        StyledRun(f", {date}) <" if date else ") <"),
        StyledRun(item["URL"], Kind.ADDRESS),
        StyledRun(">"),
        *place,
        *([StyledRun(">")] if len(archived) == 3 else []),
    )


def _and(people: list[str]) -> str:
    """``A, B and C``: OSCOLA has no comma before ``and``."""
    *most, last = people
    return f"{', '.join(most)} and {last}" if most else last


#: In the order in which pages show them.
STYLES = (
    CitationStyle("Bluebook", _bluebook),
    CitationStyle("OSCOLA", _oscola),
    CitationStyle("Chicago (note)", _chicago_note),
    CitationStyle("Chicago (bibliography)", _chicago_bibliography),
    CitationStyle("APA", _apa),
    CitationStyle("MLA", _mla),
)
